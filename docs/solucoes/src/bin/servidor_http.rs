//! Exercício da página do HTTPS: o servidor da listagem 7.3, que um navegador
//! entende.
//!
//! Partiu de `crates/servidor/src/main.rs`.
//!
//! Terminal 1: `cargo run -p solucoes --bin servidor_http` (Ctrl-C encerra)
//! Navegador: `http://127.0.0.1:43210/`

use std::io::{BufReader, Write};
use std::net::TcpListener;
use std::process::ExitCode;

use comum::{
    Erro, ajuda, argumento_ou, despede, erro_ao_escutar, executa, mostra, sem_ctrl_c, tupla,
};
use comum_alem::le_linha;

fn main() -> ExitCode {
    executa(exercicio)
}

fn exercicio() -> Result<(), Erro> {
    let endereco = argumento_ou(
        "127.0.0.1:43210",
        ajuda!("O servidor da listagem 7.3, que responde em HTTP."),
    )?
    .para_escutar();
    ctrlc::set_handler(despede).map_err(sem_ctrl_c)?;
    let obj_socket = TcpListener::bind(&endereco).map_err(erro_ao_escutar(&endereco))?;
    mostra!("Aguardando cliente...")?;
    loop {
        atende(&obj_socket).or_else(Erro::avisa_e_segue)?;
    }
}

fn atende(obj_socket: &TcpListener) -> Result<(), Erro> {
    let (mut con, cliente) = obj_socket.accept()?;
    mostra!("Conectado com:  {}", tupla(cliente))?;
    let mut leitor = BufReader::new(con.try_clone()?);
    let pedido = le_linha(&mut leitor, 1024)?.unwrap_or_default();
    mostra!("Recebemos:  {pedido}")?;
    // As outras linhas não interessam, mas é preciso ouvi-las até a vazia.
    loop {
        let linha = le_linha(&mut leitor, 1024)?.unwrap_or_default();
        if linha.is_empty() {
            break;
        }
    }
    let (codigo, corpo) = match pedido.split(' ').nth(1) {
        Some("/") => ("200 OK", "<h1>Olah cliente</h1>"),
        _ => ("404 Not Found", "<h1>Só há uma página aqui</h1>"),
    };
    let tamanho = corpo.len();
    let resposta = format!(
        "HTTP/1.1 {codigo}\r\nContent-Type: text/html; charset=utf-8\r\n\
         Content-Length: {tamanho}\r\nConnection: close\r\n\r\n{corpo}"
    );
    con.write_all(resposta.as_bytes())?;
    Ok(())
}
