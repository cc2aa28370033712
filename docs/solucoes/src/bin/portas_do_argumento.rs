//! Exercício da página de `portas`: as portas dos serviços que vêm como
//! argumentos.
//!
//! Partiu de `crates/portas/src/main.rs`. Sem argumentos, faz o que a lição
//! faz.
//!
//! Terminal: `cargo run -p solucoes --bin portas_do_argumento -- smtp https`

use std::env;
use std::process::ExitCode;

use comum::{Erro, executa, mostra};
use dns_lookup::getaddrinfo;
use nomes::{primeira_porta, so_tcp, so_udp};

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

/// O mesmo da lição. Só o conselho mudou: agora o nome pode ter sido digitado
/// errado.
fn getservbyname(servico: &str) -> Result<u16, Erro> {
    let mut respostas = getaddrinfo(None, Some(servico), Some(so_tcp()));
    if respostas.is_err() {
        respostas = getaddrinfo(None, Some(servico), Some(so_udp()));
    }
    match primeira_porta(respostas, servico) {
        // O getaddrinfo também aceita um número, e devolve ele mesmo: aqui se
        // procuram nomes.
        Ok(porta) if servico.contains(char::is_alphabetic) => Ok(porta),
        _ => Err(Erro::Mensagem(format!(
            "a tabela de serviços do sistema não tem {servico:?}; confira o nome, que costuma ser em minúsculas"
        ))),
    }
}
