//! Listagem 7.5 (`Servidor_Chat.py`): mostra a mensagem e pede a resposta.
//! `mostra!` é um `println!` que devolve erros; ANCHOR é uma marca do livro.
//!
//! Terminal 1: `cargo run -p servidor_chat` (Ctrl-C encerra)
//! Terminal 2: `cargo run -p cliente_chat`

use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::ExitCode;

use comum::{
    Erro, ajuda, argumento_ou, avisa_se_vazia, despede, erro_ao_escutar, executa, mostra, pergunta,
    repr_sem_b, sem_ctrl_c, tupla,
};

fn main() -> ExitCode {
    executa(licao)
}

fn licao() -> Result<(), Erro> {
    let endereco = argumento_ou("127.0.0.1:43210", ajuda!())?.para_escutar();
    ctrlc::set_handler(despede).map_err(sem_ctrl_c)?;
    let obj_socket = TcpListener::bind(&endereco).map_err(erro_ao_escutar(&endereco))?;
    mostra!("Aguardando cliente...")?;
    loop {
        // Um cliente que falha não derruba o servidor: o próximo é atendido.
        atende(&obj_socket).or_else(Erro::avisa_e_segue)?;
    }
}

// ANCHOR: atende
/// Uma conexão, uma mensagem, uma resposta digitada; os outros esperam na fila.
fn atende(obj_socket: &TcpListener) -> Result<(), Erro> {
    let (mut con, cliente) = obj_socket.accept()?;
    mostra!("Conectado com:  {}", tupla(cliente))?;
    // Um read só, de até 1024 bytes: o resto da mensagem se perde.
    let mut buffer = [0; 1024];
    let lidos = con.read(&mut buffer)?;
    mostra!("Recebemos:  {}", repr_sem_b(&buffer[..lidos]))?;
    let resposta = pergunta("Sua resposta: ")?;
    con.write_all(resposta.as_bytes())?;
    avisa_se_vazia(&resposta);
    Ok(())
}
// ANCHOR_END: atende
