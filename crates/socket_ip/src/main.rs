//! Listagem 7.1 (`Socket.py`): descobre o IP de uma máquina pelo nome dela.
//! `mostra!` é um `println!` que devolve erros; ANCHOR é uma marca do livro.
//!
//! Terminal: `cargo run -p socket_ip`

use std::net::IpAddr;
use std::process::ExitCode;

use comum::{Erro, ajuda, executa, mostra, pergunta, sem_argumentos};
use dns_lookup::getaddrinfo;
use nomes::{nome_na_rede, primeiro_ip, so_ipv4};

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

// ANCHOR: gethostbyname
/// O `gethostbyname` do Python: só IPv4, só o primeiro endereço, e o
/// nome vazio é 0.0.0.0.
fn gethostbyname(url: &str) -> Result<IpAddr, Erro> {
    let nome = nome_na_rede(url)?;
    let respostas = getaddrinfo(Some(&nome), None, Some(so_ipv4()));
    primeiro_ip(respostas, url)
}
// ANCHOR_END: gethostbyname
