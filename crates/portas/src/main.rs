//! Pergunta ao sistema a porta padrão de três serviços. Listagem 7.2 (`Portas.py`).
//! `mostra!` é um `println!` que devolve erros; ANCHOR marca um trecho que o livro explica.
//!
//! Só consulta uma tabela de nomes: não diz se esses serviços estão no ar nesta máquina.
//!
//! Terminal: `cargo run -p portas`

use std::process::ExitCode;

use comum::{Erro, ajuda, executa, mostra, sem_argumentos};
use dns_lookup::{AddrFamily, AddrInfoHints, SockType, getaddrinfo};

fn main() -> ExitCode {
    executa(licao)
}

fn licao() -> Result<(), Erro> {
    sem_argumentos(ajuda!())?;
    // ANCHOR: tres
    mostra!("{}", getservbyname("domain")?)?;
    mostra!("{}", getservbyname("http")?)?;
    mostra!("{}", getservbyname("ftp")?)?;
    // ANCHOR_END: tres
    Ok(())
}

// ANCHOR: getservbyname
/// O `getservbyname` do Python: a porta que a tabela do sistema dá ao serviço, em TCP ou, na falta dele, em UDP.
fn getservbyname(servico: &str) -> Result<u16, Erro> {
    for tipo in [SockType::Stream, SockType::DGram] {
        let procura = AddrInfoHints {
            address: AddrFamily::Inet.into(),
            socktype: tipo.into(),
            ..Default::default()
        };
        if let Ok(mut respostas) = getaddrinfo(None, Some(servico), Some(procura))
            && let Some(Ok(resposta)) = respostas.next()
        {
            return Ok(resposta.sockaddr.port());
        }
    }
    Err(Erro::Mensagem(format!(
        "a tabela de serviços do sistema não tem \"{servico}\"; no Debian e no Ubuntu: sudo apt install netbase"
    )))
}
// ANCHOR_END: getservbyname
