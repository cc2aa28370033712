//! Exercício da página de `socket_ip`: um nome que não existe não encerra o
//! laço.
//!
//! Partiu de `crates/socket_ip/src/main.rs`. Só a `licao` mudou: o `?` deu
//! lugar a um `match`.
//!
//! Terminal: `cargo run -p solucoes --bin socket_ip_teimoso`

use std::net::IpAddr;
use std::process::ExitCode;

use comum::{Erro, avisa, executa, mostra, pergunta};
use dns_lookup::getaddrinfo;
use nomes::{nome_na_rede, primeiro_ip, so_ipv4};

fn main() -> ExitCode {
    executa(exercicio)
}

fn exercicio() -> Result<(), Erro> {
    let mut resp = String::from("S");
    while resp == "S" {
        let url = pergunta("Digite uma url: ")?;
        match gethostbyname(&url) {
            Ok(ip) => mostra!("O IP referente à url informada é:  {ip}")?,
            // No stderr, como todo aviso: no stdout só há respostas.
            Err(erro) => avisa(&erro.to_string()),
        }
        // Com ou sem IP, quem decide se o laço continua é a pessoa.
        resp = pergunta("Digite <s> para continuar: ")?.to_uppercase();
    }
    Ok(())
}

/// O `gethostbyname` do Python: só IPv4, só o primeiro endereço, e o
/// nome vazio é 0.0.0.0.
fn gethostbyname(url: &str) -> Result<IpAddr, Erro> {
    let nome = nome_na_rede(url)?;
    let respostas = getaddrinfo(Some(&nome), None, Some(so_ipv4()));
    primeiro_ip(respostas, url)
}
