//! Listagem 7.8 (`Servidor_UDP.py`): mostra o datagrama e pede a resposta.
//! `mostra!` é um `println!` que devolve erros; ANCHOR é uma marca do livro.
//!
//! Terminal 1: `cargo run -p servidor_udp` (Ctrl-C encerra)
//! Terminal 2: `cargo run -p cliente_udp`

use std::net::UdpSocket;
use std::process::ExitCode;

use comum::{
    Erro, ajuda, argumento_ou, despede, erro_ao_escutar, executa, mostra, pergunta, sem_ctrl_c,
    tupla, visivel,
};

fn main() -> ExitCode {
    executa(licao)
}

fn licao() -> Result<(), Erro> {
    let endereco = argumento_ou("127.0.0.1:43210", ajuda!())?.para_escutar();
    ctrlc::set_handler(despede).map_err(sem_ctrl_c)?;
    // ANCHOR: escuta
    // Não há listen nem accept: em UDP não existe conexão.
    let obj_socket = UdpSocket::bind(&endereco).map_err(erro_ao_escutar(&endereco))?;
    mostra!("Servidor pronto....")?;
    let mut buffer = vec![0; 65535];
    loop {
        // No Windows, um cliente que se foi é o erro 10054 no recv_from: segue.
        responde(&obj_socket, &mut buffer).or_else(Erro::avisa_e_segue)?;
    }
    // ANCHOR_END: escuta
}

// ANCHOR: responde
/// Um datagrama e a resposta a ele, que volta para quem o mandou.
fn responde(obj_socket: &UdpSocket, buffer: &mut [u8]) -> Result<(), Erro> {
    let (lidos, origem) = obj_socket.recv_from(buffer)?;
    let de = tupla(origem);
    let dados = visivel(&buffer[..lidos]);
    mostra!("Origem.....:  {de}\nDados recebidos.:  {dados}")?;
    let resposta = pergunta("Digite a resposta: ")?;
    obj_socket.send_to(resposta.as_bytes(), origem)?;
    Ok(())
}
// ANCHOR_END: responde
