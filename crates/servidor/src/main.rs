//! Listagem 7.3 (`Servidor.py`): mostra o que cada cliente manda e responde.
//! `mostra!` é um `println!` que devolve erros; ANCHOR é uma marca do livro.
//!
//! Terminal 1: `cargo run -p servidor` (Ctrl-C encerra)
//! Terminal 2: `cargo run -p cliente`

use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::ExitCode;

use comum::{
    Erro, ajuda, argumento_ou, despede, erro_ao_escutar, executa, mostra, repr, sem_ctrl_c, tupla,
};

fn main() -> ExitCode {
    executa(licao)
}

fn licao() -> Result<(), Erro> {
    let endereco = argumento_ou("127.0.0.1:43210", ajuda!())?.para_escutar();
    ctrlc::set_handler(despede).map_err(sem_ctrl_c)?;
    // ANCHOR: escuta
    // bind e listen de uma vez, com uma fila maior que a do listen(2).
    let obj_socket = TcpListener::bind(&endereco).map_err(erro_ao_escutar(&endereco))?;
    mostra!("Aguardando cliente...")?;
    loop {
        atende(&obj_socket).or_else(Erro::avisa_e_segue)?;
    }
    // ANCHOR_END: escuta
}

// ANCHOR: atende
/// Atende um cliente, do `accept` ao fim da conexão; os outros esperam na fila.
fn atende(obj_socket: &TcpListener) -> Result<(), Erro> {
    let (mut con, cliente) = obj_socket.accept()?;
    mostra!("Conectado com:  {}", tupla(cliente))?;
    // Cuidado ao copiar: um read traz o que já chegou, até 1024 bytes, e não
    // "a mensagem". O TCP não as separa: uma longa se parte, duas se juntam.
    let mut buffer = [0; 1024];
    let lidos = con.read(&mut buffer)?;
    mostra!("Recebemos:  {}", repr(&buffer[..lidos]))?;
    con.write_all(b"Olah cliente")?;
    // Aqui con sai de cena e a conexão se fecha: em Rust, é isso o close.
    Ok(())
}
// ANCHOR_END: atende
