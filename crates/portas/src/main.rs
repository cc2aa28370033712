//! Pergunta ao sistema a porta padrão de três serviços. Listagem 7.2 (`Portas.py`).
//!
//! Só consulta uma tabela de nomes: não diz se esses serviços estão no ar nesta máquina.
//!
//! Terminal: `cargo run -p portas`

use std::process::ExitCode;

use comum::{Erro, executa, mostra, programa, sem_argumentos};
use dns_lookup::{AddrFamily, AddrInfoHints, SockType, getaddrinfo};

fn main() -> ExitCode {
    executa(licao)
}

fn licao() -> Result<(), Erro> {
    sem_argumentos(programa!())?;
    // ANCHOR: tres
    mostra!("{}", getservbyname("domain")?)?;
    mostra!("{}", getservbyname("http")?)?;
    mostra!("{}", getservbyname("ftp")?)?;
    // ANCHOR_END: tres
    Ok(())
}

// ANCHOR: getservbyname
/// O `getservbyname` do Python: a porta que a tabela de serviços do sistema dá a um nome
/// (`/etc/services`; no Windows, `drivers\etc\services`).
fn getservbyname(servico: &str) -> Result<u16, Erro> {
    // Sem dizer o protocolo, como no original, serve a porta de qualquer um: TCP ou, na falta dele, UDP.
    let resposta = [SockType::Stream, SockType::DGram].iter().find_map(|tipo| {
        let procura = AddrInfoHints {
            address: AddrFamily::Inet.into(),
            socktype: (*tipo).into(),
            ..Default::default()
        };
        let mut respostas = getaddrinfo(None, Some(servico), Some(procura)).ok()?;
        respostas.next()?.ok()
    });
    match resposta {
        Some(resposta) => Ok(resposta.sockaddr.port()),
        None => Err(Erro::Mensagem(format!(
            "a tabela de serviços do sistema não tem \"{servico}\"; \
             no Debian e no Ubuntu: sudo apt install netbase"
        ))),
    }
}
// ANCHOR_END: getservbyname
