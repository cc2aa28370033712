//! Cliente TCP: manda uma mensagem e mostra a resposta. Listagem 7.4 (`Cliente.py`).
//!
//! Terminal 1: `cargo run -p servidor`
//! Terminal 2: `cargo run -p cliente`

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;

use comum::{
    Erro, NaRede, PACIENCIA, avisa_se_vazia, com_paciencia, endereco_do_argumento, executa, mostra,
    pergunta, programa, repr,
};

fn main() -> ExitCode {
    executa(licao)
}

fn licao() -> Result<(), Erro> {
    let endereco = endereco_do_argumento(programa!())?;
    // ANCHOR: manda
    // Primeiro pergunta, depois conecta: sem servidor, o erro só aparece depois da resposta.
    let msg = pergunta("Digite algo: ")?;
    let mut obj_socket = TcpStream::connect(&endereco).ao_conectar(&endereco, "servidor")?;
    obj_socket.write_all(msg.as_bytes())?;
    avisa_se_vazia(&msg);
    // ANCHOR_END: manda
    // ANCHOR: recebe
    // Cuidado ao copiar: um read traz o que já chegou, no máximo 1024 bytes, e não "a resposta".
    // Uma resposta longa vem em pedaços, e este programa só mostra o primeiro.
    let mut buffer = [0; 1024];
    obj_socket.set_read_timeout(Some(PACIENCIA))?;
    let lidos = com_paciencia(|| obj_socket.read(&mut buffer))?;
    mostra!("Recebemos:  {}", repr(&buffer[..lidos]))?;
    // ANCHOR_END: recebe
    Ok(())
}
