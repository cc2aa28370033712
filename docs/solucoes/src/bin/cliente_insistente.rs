//! Exercício da página do bot: se a resposta não vem em um segundo, o cliente
//! pergunta de novo.
//!
//! Partiu de `crates/cliente_udp/src/main.rs`.
//!
//! Terminal 1: `cargo run -p servidor_bot`
//! Terminal 2: `cargo run -p solucoes --bin cliente_insistente` ("X" encerra)

use std::io::{self, ErrorKind};
use std::net::UdpSocket;
use std::process::ExitCode;
use std::time::Duration;

use comum::{
    Erro, ajuda, argumento_ou, avisa, erro_ao_conectar, executa, mostra, pergunta, visivel,
};

const PRAZO: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    executa(exercicio)
}

fn exercicio() -> Result<(), Erro> {
    let endereco = argumento_ou(
        "127.0.0.1:43210",
        ajuda!("O cliente da listagem 7.9, que pergunta de novo se a resposta não vem."),
    )?;
    let obj_socket = UdpSocket::bind(endereco.porta_livre())?;
    let sem_resposta = erro_ao_conectar(&endereco, "servidor_bot");
    obj_socket.connect(&endereco).map_err(&sem_resposta)?;
    obj_socket.set_read_timeout(Some(PRAZO))?;
    let mut buffer = vec![0; 65535];
    let mut saida = String::new();
    while saida != "X" {
        let msg = pergunta("Sua mensagem: ")?;
        let lidos = insiste(&obj_socket, msg.as_bytes(), &mut buffer).map_err(&sem_resposta)?;
        mostra!("Resposta do Servidor:  {}", visivel(&buffer[..lidos]))?;
        saida = pergunta("Digite <X> para sair: ")?.to_uppercase();
    }
    Ok(())
}

/// Pergunta até cinco vezes. Só serve para o que se pode pedir duas vezes: às
/// vezes o que se perdeu foi a resposta.
fn insiste(socket: &UdpSocket, msg: &[u8], buffer: &mut [u8]) -> io::Result<usize> {
    // As respostas que chegaram tarde eram da pergunta anterior: sem isto,
    // passariam pela desta.
    socket.set_nonblocking(true)?;
    while socket.recv(buffer).is_ok() {}
    socket.set_nonblocking(false)?;
    for _ in 0..5 {
        socket.send(msg)?;
        match socket.recv(buffer) {
            // O prazo vencido é WouldBlock no Unix e TimedOut no Windows.
            Err(erro) if matches!(erro.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                avisa("nenhuma resposta ainda; pergunto de novo");
            }
            chegou => return chegou,
        }
    }
    Err(ErrorKind::TimedOut.into())
}
