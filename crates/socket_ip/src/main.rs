//! Descobre o IP de uma máquina a partir do nome dela. Listagem 7.1 (`Socket.py`).
//!
//! Terminal: `cargo run -p socket_ip`

use std::net::{IpAddr, Ipv4Addr};
use std::process::ExitCode;

use comum::{Erro, executa, mostra, pergunta, programa, sem_argumentos};
use dns_lookup::{AddrFamily, AddrInfoHints, SockType, getaddrinfo};
use nomes::{erro_de_nome, nome_na_rede};

fn main() -> ExitCode {
    executa(licao)
}

fn licao() -> Result<(), Erro> {
    sem_argumentos(programa!())?;
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
/// O `gethostbyname` do Python: só IPv4, só o primeiro endereço, e o nome vazio é 0.0.0.0.
fn gethostbyname(url: &str) -> Result<IpAddr, Erro> {
    let nome = nome_na_rede(url)?;
    if nome.is_empty() {
        return Ok(Ipv4Addr::UNSPECIFIED.into());
    }
    let so_ipv4 = AddrInfoHints {
        address: AddrFamily::Inet.into(),
        socktype: SockType::Stream.into(),
        ..Default::default()
    };
    let mut respostas =
        getaddrinfo(Some(&nome), None, Some(so_ipv4)).map_err(|erro| erro_de_nome(url, &erro))?;
    match respostas.next() {
        Some(Ok(resposta)) => Ok(resposta.sockaddr.ip()),
        _ => Err(Erro::Mensagem(format!(
            "\"{nome}\" não tem endereço IPv4; tente outro nome"
        ))),
    }
}
// ANCHOR_END: gethostbyname
