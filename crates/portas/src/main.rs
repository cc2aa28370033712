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
    let tcp = AddrInfoHints {
        address: AddrFamily::Inet.into(),
        socktype: SockType::Stream.into(),
        ..Default::default()
    };
    let resposta = getaddrinfo(None, Some(servico), Some(tcp))
        .ok()
        .and_then(|mut respostas| respostas.next());
    match resposta {
        Some(Ok(resposta)) => Ok(resposta.sockaddr.port()),
        _ => Err(Erro::Mensagem(format!(
            "a tabela de serviços do sistema não tem \"{servico}\"; \
             no Debian e no Ubuntu: sudo apt install netbase"
        ))),
    }
}
// ANCHOR_END: getservbyname
