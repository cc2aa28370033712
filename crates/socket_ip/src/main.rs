//! Descobre o IP de uma máquina a partir do nome dela. Listagem 7.1 (`Socket.py`).
//! `mostra!` é um `println!` que devolve erros; ANCHOR marca um trecho que o livro explica.
//!
//! Terminal: `cargo run -p socket_ip`

use std::process::ExitCode;

use comum::{Erro, ajuda, executa, mostra, pergunta, sem_argumentos};
use nomes::gethostbyname;

fn main() -> ExitCode {
    executa(licao)
}

fn licao() -> Result<(), Erro> {
    sem_argumentos(ajuda!())?;
    // ANCHOR: laco
    let mut resp = String::from("S");
    while resp == "S" {
        let url = pergunta("Digite uma url: ")?;
        let ip = gethostbyname(&url)?;
        mostra!("O IP referente à url informada é:  {ip}")?;
        resp = pergunta("Digite <s> para continuar: ")?.to_uppercase();
    }
    Ok(())
    // ANCHOR_END: laco
}
