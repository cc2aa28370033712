//! Exercício da página do chat: um cliente por thread, para que um calado não
//! prenda os outros.
//!
//! Partiu de `crates/servidor/src/main.rs`.
//!
//! Terminal 1: `cargo run -p solucoes --bin servidor_threads` (Ctrl-C encerra)
//! Terminal 2, 3…: `cargo run -p cliente`

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::thread;

use comum::{
    Erro, ajuda, argumento_ou, despede, erro_ao_escutar, executa, mostra, repr, sem_ctrl_c, tupla,
};

fn main() -> ExitCode {
    executa(exercicio)
}

fn exercicio() -> Result<(), Erro> {
    let endereco = argumento_ou(
        "127.0.0.1:43210",
        ajuda!("O servidor da listagem 7.3, com uma thread para cada cliente."),
    )?
    .para_escutar();
    ctrlc::set_handler(despede).map_err(sem_ctrl_c)?;
    let obj_socket = TcpListener::bind(&endereco).map_err(erro_ao_escutar(&endereco))?;
    mostra!("Aguardando cliente...")?;
    loop {
        recebe(&obj_socket).or_else(Erro::avisa_e_segue)?;
    }
}

/// Espera um cliente, entrega a conexão a uma thread nova e volta na hora, sem
/// esperar por ela.
fn recebe(obj_socket: &TcpListener) -> Result<(), Erro> {
    let (con, cliente) = obj_socket.accept()?;
    mostra!("Conectado com:  {}", tupla(cliente))?;
    // O move entrega con à thread, e a conexão se fecha quando ela termina. O
    // Builder devolve um erro quando o sistema não dá mais threads; o
    // thread::spawn entraria em pânico.
    thread::Builder::new().spawn(move || atende(con).or_else(Erro::avisa_e_segue))?;
    Ok(())
}

/// O `atende` da lição, menos o `accept`. Roda numa thread: quem demora aqui só
/// atrasa a si mesmo.
fn atende(mut con: TcpStream) -> Result<(), Erro> {
    let mut buffer = [0; 1024];
    let lidos = con.read(&mut buffer)?;
    mostra!("Recebemos:  {}", repr(&buffer[..lidos]))?;
    con.write_all(b"Olah cliente")?;
    Ok(())
}
