//! Listagem 7.9 (`Cliente_UDP.py`): manda datagramas e mostra as respostas.
//! `mostra!` é um `println!` que devolve erros; ANCHOR é uma marca do livro.
//!
//! Terminal 1: `cargo run -p servidor_udp`
//! Terminal 2: `cargo run -p cliente_udp` ("X" encerra)

use std::net::UdpSocket;
use std::process::ExitCode;

use comum::{
    Erro, ajuda, argumento_ou, avisa_se_demorar, erro_ao_conectar, executa, mostra, pergunta,
    visivel,
};

fn main() -> ExitCode {
    executa(licao)
}

fn licao() -> Result<(), Erro> {
    let endereco = argumento_ou("127.0.0.1:43210", ajuda!())?;
    // ANCHOR: par
    let obj_socket = UdpSocket::bind(endereco.porta_livre())?;
    let sem_resposta = erro_ao_conectar(&endereco, "servidor_udp");
    // Em UDP o connect só fixa o outro lado: o que vem de estranhos se ignora.
    obj_socket.connect(&endereco).map_err(&sem_resposta)?;
    // ANCHOR_END: par
    let mut buffer = vec![0; 65535];
    let mut saida = String::new();
    // ANCHOR: conversa
    while saida != "X" {
        let msg = pergunta("Sua mensagem: ")?;
        obj_socket.send(msg.as_bytes()).map_err(&sem_resposta)?;
        // Um datagrama pode se perder, e a resposta também: a espera não acaba.
        let espera = avisa_se_demorar();
        // Sem servidor, é só agora que se sabe: o sistema de lá respondeu.
        let lidos = obj_socket.recv(&mut buffer).map_err(&sem_resposta)?;
        drop(espera);
        mostra!("Resposta do Servidor:  {}", visivel(&buffer[..lidos]))?;
        saida = pergunta("Digite <X> para sair: ")?.to_uppercase();
    }
    // ANCHOR_END: conversa
    Ok(())
}
