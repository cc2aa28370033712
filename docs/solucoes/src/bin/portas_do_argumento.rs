//! Exercício da página de `portas`: as portas dos serviços que vêm como argumentos.
//!
//! Partiu de `crates/portas/src/main.rs`. Sem argumentos, faz o que a lição faz.
//!
//! Terminal: `cargo run -p solucoes --bin portas_do_argumento -- smtp https`

use std::env;
use std::process::ExitCode;

use comum::{Erro, executa, mostra};
use nomes::getservbyname;

fn main() -> ExitCode {
    executa(exercicio)
}

fn exercicio() -> Result<(), Erro> {
    let mut servicos = Vec::new();
    // O primeiro argumento é o próprio programa.
    for argumento in env::args_os().skip(1) {
        servicos.push(argumento.to_string_lossy().into_owned());
    }
    if servicos.is_empty() {
        for servico in ["domain", "http", "ftp"] {
            servicos.push(String::from(servico));
        }
    }
    for servico in servicos {
        mostra!("{}", getservbyname(&servico)?)?;
    }
    Ok(())
}
