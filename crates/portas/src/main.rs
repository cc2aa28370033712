//! Pergunta ao sistema a porta padrão de três serviços. Listagem 7.2 (`Portas.py`).
//! `mostra!` é um `println!` que devolve erros; ANCHOR marca um trecho que o livro explica.
//!
//! Só consulta uma tabela de nomes: não diz se esses serviços estão no ar nesta máquina.
//!
//! Terminal: `cargo run -p portas`

use std::process::ExitCode;

use comum::{Erro, ajuda, executa, mostra, sem_argumentos};
use dns_lookup::getaddrinfo;

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
/// O `getservbyname` do Python: a porta que a tabela de serviços do sistema dá a um nome, em TCP ou em UDP
/// (`/etc/services`; no Windows, `drivers\etc\services`).
fn getservbyname(servico: &str) -> Result<u16, Erro> {
    // O getaddrinfo também procura máquinas; aqui não há nenhuma, e só a porta interessa.
    match getaddrinfo(None, Some(servico), None).map(|mut respostas| respostas.next()) {
        Ok(Some(Ok(resposta))) => Ok(resposta.sockaddr.port()),
        _ => Err(Erro::Mensagem(format!(
            "a tabela de serviços do sistema não tem \"{servico}\"; \
             no Debian e no Ubuntu: sudo apt install netbase"
        ))),
    }
}
// ANCHOR_END: getservbyname
