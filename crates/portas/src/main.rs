//! Pergunta ao sistema a porta padrão de três serviços. Listagem 7.2 (`Portas.py`).
//! `mostra!` é um `println!` que devolve erros; ANCHOR marca um trecho que o livro explica.
//!
//! Só consulta uma tabela de nomes: não diz se esses serviços estão no ar nesta máquina.
//!
//! Terminal: `cargo run -p portas`

use std::process::ExitCode;

use comum::{Erro, ajuda, executa, mostra, sem_argumentos};
use nomes::getservbyname;

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
