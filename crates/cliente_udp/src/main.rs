//! Cliente UDP: manda datagramas e mostra as respostas. Listagem 7.9 (`Cliente_UDP.py`).
//!
//! Terminal 1: `cargo run -p servidor_udp`
//! Terminal 2: `cargo run -p cliente_udp` ("X" encerra)

use std::net::UdpSocket;
use std::process::ExitCode;

use comum::{
    Erro, NaRede, PACIENCIA, com_paciencia, endereco_do_argumento, executa, mostra, pergunta,
    programa, visivel,
};

fn main() -> ExitCode {
    executa(licao)
}

fn licao() -> Result<(), Erro> {
    let endereco = endereco_do_argumento(programa!())?;
    // ANCHOR: par
    let obj_socket = UdpSocket::bind(endereco.porta_livre())?;
    // Em UDP o connect não conversa com ninguém: só fixa o par, e datagramas de estranhos são ignorados.
    obj_socket
        .connect(&endereco)
        .ao_conectar(&endereco, "servidor_udp")?;
    // Um datagrama pode se perder, e a resposta também: o prazo evita a espera muda.
    obj_socket.set_read_timeout(Some(PACIENCIA))?;
    // ANCHOR_END: par
    let mut buffer = vec![0; 65535];
    let mut saida = String::new();
    // ANCHOR: conversa
    while saida != "X" {
        let msg = pergunta("Sua mensagem: ")?;
        obj_socket
            .send(msg.as_bytes())
            .ao_conectar(&endereco, "servidor_udp")?;
        // Só agora se descobre que não há servidor: é a resposta a um datagrama sem dono.
        let lidos = com_paciencia(|| obj_socket.recv(&mut buffer))
            .ao_conectar(&endereco, "servidor_udp")?;
        mostra!("Resposta do Servidor:  {}", visivel(&buffer[..lidos]))?;
        saida = pergunta("Digite <X> para sair: ")?.to_uppercase();
    }
    // ANCHOR_END: conversa
    Ok(())
}
