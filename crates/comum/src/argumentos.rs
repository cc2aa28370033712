//! O que vem depois de `cargo run -p … --`: o endereço opcional, e o `--help`.

use std::env;

use crate::endereco::{Endereco, sem_senha};
use crate::erro::Erro;
use crate::mostra;

/// Quem é o programa, para o `--help`.
#[derive(Debug, Clone, Copy)]
pub struct Ajuda {
    /// O que vem depois de `cargo run -p`: `servidor`.
    pub nome: &'static str,
    /// O que ele faz, numa frase.
    pub descricao: &'static str,
}

/// O nome e a descrição do pacote que chama a macro, como estão no Cargo.toml dele. Um programa de muitos no mesmo
/// pacote diz o que faz: a descrição é a de todos eles.
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

/// O endereço que a pessoa deu ao programa, `HOST[:PORTA]`, ou o `padrao`, que diz também a porta de quem deu só o host.
/// O erro é o de [`argumentos`], ou diz o que há de errado no endereço.
pub fn argumento_ou(padrao: &str, ajuda: Ajuda) -> Result<Endereco, Erro> {
    let nome = ajuda.nome;
    let porta = Endereco::novo(padrao, 0)?.porta;
    let uso = format!(
        "cargo run -p {nome} [-- HOST[:PORTA]]\n\n\
         Sem argumento, o endereço é {padrao}. Exemplos:\n  \
         cargo run -p {nome} -- 127.0.0.1:{}\n  \
         cargo run -p {nome} -- 192.168.0.10\n  \
         cargo run -p {nome} -- 0.0.0.0        (num servidor: atende outros computadores)",
        porta + 1,
    );
    match argumentos(ajuda, &uso, &[])?.as_slice() {
        [] => Endereco::novo(padrao, porta),
        [texto] => Endereco::novo(texto, porta),
        [_, sobra, ..] => Err(nao_esperado(nome, sobra)),
    }
}

/// Para as lições sem argumentos: só o `--help` é aceito. O erro é o de [`argumentos`].
pub fn sem_argumentos(ajuda: Ajuda) -> Result<(), Erro> {
    match argumentos(ajuda, &format!("cargo run -p {}", ajuda.nome), &[])?.first() {
        None => Ok(()),
        Some(sobra) => Err(nao_esperado(ajuda.nome, sobra)),
    }
}

/// Os argumentos do programa, na ordem em que vieram; das opções, só passam as que estão em `opcoes`. O erro é
/// [`Erro::FimPedido`] depois de mostrar o `--help`, ou diz que argumento não serve.
pub fn argumentos(ajuda: Ajuda, uso: &str, opcoes: &[&str]) -> Result<Vec<String>, Erro> {
    let mut argumentos = Vec::new();
    for argumento in env::args_os().skip(1) {
        let Ok(argumento) = argumento.into_string() else {
            return Err(recusa(ajuda.nome, "um dos argumentos não é texto UTF-8"));
        };
        if argumento == "--help" || argumento == "-h" {
            mostra!("{}: {}\n\nUso: {uso}", ajuda.nome, ajuda.descricao)?;
            return Err(Erro::FimPedido);
        }
        if argumento.starts_with('-') && !opcoes.contains(&argumento.as_str()) {
            let motivo = format!("a opção \"{}\" não existe", sem_senha(&argumento));
            return Err(recusa(ajuda.nome, &motivo));
        }
        argumentos.push(argumento);
    }
    Ok(argumentos)
}

/// O erro de quem deu um argumento a mais.
pub fn nao_esperado(nome: &str, sobra: &str) -> Erro {
    let motivo = format!("o argumento \"{}\" está sobrando", sem_senha(sobra));
    recusa(nome, &motivo)
}

fn recusa(nome: &str, motivo: &str) -> Erro {
    Erro::Mensagem(format!("{motivo}; veja `cargo run -p {nome} -- --help`"))
}
