//! O que vem depois de `cargo run -p …  --`: o endereço opcional, e o `--help`.

use std::env;

use crate::endereco::{Endereco, sem_senha};
use crate::erro::Erro;
use crate::mostra;
use crate::visivel::visivel;

/// Quem é o programa, para o `--help`.
#[derive(Debug, Clone, Copy)]
pub struct Ajuda {
    /// O que vem depois de `cargo run -p`: `servidor`.
    pub nome: &'static str,
    /// O que ele faz, numa frase.
    pub descricao: &'static str,
}

/// O nome e a descrição do pacote que chama a macro, do Cargo.toml dele. Um programa de muitos no mesmo pacote diz o
/// que faz: a descrição é a de todos eles.
#[macro_export]
macro_rules! ajuda {
    () => {
        $crate::argumentos::Ajuda {
            nome: env!("CARGO_PKG_NAME"),
            descricao: env!("CARGO_PKG_DESCRIPTION"),
        }
    };
    ($descricao:literal) => {
        $crate::argumentos::Ajuda {
            nome: concat!(env!("CARGO_PKG_NAME"), " --bin ", env!("CARGO_BIN_NAME")),
            descricao: $descricao,
        }
    };
}

/// O endereço que a pessoa deu ao programa, `HOST[:PORTA]`, ou o `padrao`, que também diz a porta quando ela dá só o
/// host.
///
/// # Errors
/// [`Erro::FimPedido`] depois de mostrar o `--help`; [`Erro::Mensagem`] se o argumento não serve.
pub fn argumento_ou(padrao: &str, ajuda: Ajuda) -> Result<Endereco, Erro> {
    let nome = ajuda.nome;
    let porta_padrao = Endereco::novo(padrao, 0)?.porta();
    let uso = format!(
        "cargo run -p {nome} [-- HOST[:PORTA]]\n\n\
         Sem argumento, o endereço é {padrao}. Exemplos:\n  \
         cargo run -p {nome} -- 127.0.0.1:{}\n  \
         cargo run -p {nome} -- 192.168.0.10\n  \
         cargo run -p {nome} -- 0.0.0.0        (num servidor: atende outros computadores)",
        porta_padrao + 1,
    );
    match argumentos(ajuda, &uso, &[])?.as_slice() {
        [] => Endereco::novo(padrao, porta_padrao),
        [texto] => Endereco::novo(texto, porta_padrao),
        [_, sobra, ..] => Err(nao_esperado(nome, sobra)),
    }
}

/// Para as lições sem argumentos: só o `--help` é aceito.
///
/// # Errors
/// [`Erro::FimPedido`] depois de mostrar o `--help`; [`Erro::Mensagem`] se há argumentos.
pub fn sem_argumentos(ajuda: Ajuda) -> Result<(), Erro> {
    match argumentos(ajuda, &format!("cargo run -p {}", ajuda.nome), &[])?.first() {
        None => Ok(()),
        Some(sobra) => Err(nao_esperado(ajuda.nome, sobra)),
    }
}

/// Os argumentos do programa, na ordem em que vieram; das opções, só passam as que estão em `opcoes`.
///
/// # Errors
/// [`Erro::FimPedido`] depois de mostrar o `--help`; [`Erro::Mensagem`] se um deles não serve.
pub fn argumentos(ajuda: Ajuda, uso: &str, opcoes: &[&str]) -> Result<Vec<String>, Erro> {
    let mut argumentos = Vec::new();
    for argumento in env::args_os().skip(1) {
        let Ok(texto) = argumento.into_string() else {
            return Err(Erro::Mensagem(format!(
                "um dos argumentos não é texto UTF-8; {}",
                veja_a_ajuda(ajuda.nome)
            )));
        };
        if texto == "--help" || texto == "-h" {
            mostra!("{}: {}\n\nUso: {uso}", ajuda.nome, ajuda.descricao)?;
            return Err(Erro::FimPedido);
        }
        if texto.starts_with('-') && !opcoes.contains(&texto.as_str()) {
            return Err(Erro::Mensagem(format!(
                "a opção \"{}\" não existe; {}",
                visivel(texto.as_bytes()),
                veja_a_ajuda(ajuda.nome)
            )));
        }
        argumentos.push(texto);
    }
    Ok(argumentos)
}

/// O erro de quem deu um argumento a mais.
#[must_use]
pub fn nao_esperado(nome: &str, sobra: &str) -> Erro {
    Erro::Mensagem(format!(
        "o argumento \"{}\" está sobrando; {}",
        sem_senha(sobra),
        veja_a_ajuda(nome)
    ))
}

fn veja_a_ajuda(nome: &str) -> String {
    format!("veja `cargo run -p {nome} -- --help`")
}
