//! Listagem 7.4 (`Cliente.py`): manda uma mensagem e mostra a resposta.
//! `mostra!` é um `println!` que devolve erros; ANCHOR é uma marca do livro.
//!
//! Terminal 1: `cargo run -p servidor`
//! Terminal 2: `cargo run -p cliente`

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;

use comum::{
    Erro, ajuda, argumento_ou, avisa_se_demorar, avisa_se_vazia, erro_ao_conectar, executa, mostra,
    pergunta, repr,
};

fn main() -> ExitCode {
    executa(licao)
}

fn licao() -> Result<(), Erro> {
    let endereco = argumento_ou("127.0.0.1:43210", ajuda!())?;
    // ANCHOR: manda
    // Pergunta antes de conectar: sem servidor, o erro só vem depois do Enter.
    let msg = pergunta("Digite algo: ")?;
    let mut obj_socket =
        TcpStream::connect(&endereco).map_err(erro_ao_conectar(&endereco, "servidor"))?;
    obj_socket.write_all(msg.as_bytes())?;
    avisa_se_vazia(&msg);
    // ANCHOR_END: manda
    // ANCHOR: recebe
    // Cuidado ao copiar: um read traz o que já chegou, até 1024 bytes, e não
    // "a resposta". Uma longa vem em pedaços, e aqui só se vê o primeiro.
    let mut buffer = [0; 1024];
    let espera = avisa_se_demorar();
    let lidos = obj_socket.read(&mut buffer)?;
    drop(espera);
    mostra!("Recebemos:  {}", repr(&buffer[..lidos]))?;
    // ANCHOR_END: recebe
    Ok(())
}
