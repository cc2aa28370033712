//! Listagens 7.6 e 7.7 (`Cliente_Chat.py`): uma conexão para cada mensagem.
//! `mostra!` é um `println!` que devolve erros; ANCHOR é uma marca do livro.
//!
//! Terminal 1: `cargo run -p servidor_chat`
//! Terminal 2: `cargo run -p cliente_chat` ("fim" encerra)

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;

use comum::{
    Erro, ajuda, argumento_ou, avisa_se_demorar, avisa_se_vazia, erro_ao_conectar, executa, mostra,
    pergunta, repr_sem_b,
};

fn main() -> ExitCode {
    executa(licao)
}

fn licao() -> Result<(), Erro> {
    let endereco = argumento_ou("127.0.0.1:43210", ajuda!())?;
    // ANCHOR: conversa
    loop {
        // Conecta antes de perguntar: enquanto se pensa, o servidor espera.
        let mut obj_socket =
            TcpStream::connect(&endereco).map_err(erro_ao_conectar(&endereco, "servidor_chat"))?;
        let msg = pergunta("Sua mensagem: ")?;
        obj_socket.write_all(msg.as_bytes())?;
        avisa_se_vazia(&msg);
        // Um read só, de até 1024 bytes: o resto da resposta se perde.
        let mut buffer = [0; 1024];
        let espera = avisa_se_demorar();
        let lidos = obj_socket.read(&mut buffer)?;
        drop(espera);
        mostra!("Resposta do Servidor:  {}", repr_sem_b(&buffer[..lidos]))?;
        // A 7.7 acrescenta: "fim", em maiúsculas ou minúsculas, encerra.
        if msg.eq_ignore_ascii_case("fim") {
            return Ok(());
        }
    }
    // ANCHOR_END: conversa
}
