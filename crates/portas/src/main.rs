//! Listagem 7.2 (`Portas.py`): pergunta ao sistema a porta de três serviços.
//! `mostra!` é um `println!` que devolve erros; ANCHOR é uma marca do livro.
//!
//! Só consulta uma tabela: não diz se esses serviços estão no ar aqui.
//!
//! Terminal: `cargo run -p portas`

use std::process::ExitCode;

use comum::{Erro, ajuda, executa, mostra, sem_argumentos};
use dns_lookup::getaddrinfo;
use nomes::{primeira_porta, so_tcp, so_udp};

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
/// O `getservbyname` do Python: a porta que a tabela do sistema dá ao serviço,
/// em TCP ou, na falta dele, em UDP.
fn getservbyname(servico: &str) -> Result<u16, Erro> {
    let mut respostas = getaddrinfo(None, Some(servico), Some(so_tcp()));
    if respostas.is_err() {
        respostas = getaddrinfo(None, Some(servico), Some(so_udp()));
    }
    primeira_porta(respostas, servico)
}
// ANCHOR_END: getservbyname
