//! Servidor TCP: mostra o que cada cliente manda e responde. Listagem 7.3 (`Servidor.py`).
//!
//! Terminal 1: `cargo run -p servidor` (Ctrl-C encerra)
//! Terminal 2: `cargo run -p cliente`

use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::ExitCode;

use comum::{
    Erro, NaRede, despede, endereco_do_argumento, executa, mostra, programa, repr, sem_ctrl_c,
    tupla,
};

fn main() -> ExitCode {
    executa(licao)
}

fn licao() -> Result<(), Erro> {
    let endereco = endereco_do_argumento(programa!())?;
    ctrlc::set_handler(despede).map_err(sem_ctrl_c)?;
    // ANCHOR: escuta
    // bind e listen de uma vez. A fila de espera do Rust é maior que a do listen(2) do original,
    // que descarta conexões quando alguns clientes chegam juntos.
    let obj_socket = TcpListener::bind(&endereco).ao_escutar(&endereco)?;
    mostra!("Aguardando cliente...")?;
    loop {
        // Um cliente que falha no meio não derruba o servidor: o próximo é atendido.
        atende(&obj_socket).or_else(Erro::avisa_e_segue)?;
    }
    // ANCHOR_END: escuta
}

// ANCHOR: atende
/// Atende um cliente, do `accept` ao fim da conexão; os outros esperam na fila.
fn atende(obj_socket: &TcpListener) -> Result<(), Erro> {
    let (mut con, cliente) = obj_socket.accept()?;
    mostra!("Conectado com:  {}", tupla(cliente))?;
    // Cuidado ao copiar: um read traz o que já chegou, no máximo 1024 bytes, e não "a mensagem".
    // O TCP não separa mensagens: uma longa vem em pedaços, duas curtas podem vir juntas.
    let mut buffer = [0; 1024];
    let lidos = con.read(&mut buffer)?;
    mostra!("Recebemos:  {}", repr(&buffer[..lidos]))?;
    con.write_all(b"Olah cliente")?;
    // Aqui con sai de cena e a conexão se fecha: em Rust, é isso o close.
    Ok(())
}
// ANCHOR_END: atende
