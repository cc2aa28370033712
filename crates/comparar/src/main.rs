//! Toca as sessões das lições com os arquivos que o aluno digitou em Python e com os programas daqui,
//! e mostra lado a lado o que cada terminal mostrou.
//!
//! `cargo run -p comparar -- PASTA`
//!
//! Quem toca é o palco, e o que se toca são as sessões de `tests/sessoes`. Aqui ficam a ordem das
//! coisas ([`plano`], [`ensaio`]), o juízo ([`veredito`], [`conselhos`], [`fonte`], [`pistas`]), e como tudo se mostra ([`vista`],
//! [`tela`], [`pagina`]).

mod argumentos;
mod conselhos;
mod ensaio;
mod fonte;
mod pagina;
mod pistas;
mod plano;
mod progresso;
mod tela;
mod veredito;
mod vista;

use std::fs;
use std::io::{self, Write};
use std::process::ExitCode;

use comum::causa::em_portugues;
use comum::erro::encerra;
use comum::{Erro, visivel};
use palco::{compila_so, interrompe, interrompido, python};

use crate::ensaio::Ensaio;
use crate::plano::{Plano, Roteiro};
use crate::progresso::Progresso;
use crate::vista::Relatorio;

fn main() -> ExitCode {
    let fim = compara();
    if interrompido() {
        let _ = writeln!(io::stderr(), "\nInterrompido: nada ficou rodando.");
        // 128 + SIGINT, como o shell diz.
        return ExitCode::from(130);
    }
    match fim {
        Ok(false) => ExitCode::FAILURE,
        outro => encerra(outro.map(drop)),
    }
}

/// Compara, mostra, e diz se nada difere sem querer.
fn compara() -> Result<bool, Erro> {
    let pedido = argumentos::le()?;
    let roteiro = Roteiro::novo(&pedido.licoes)?;
    let plano = Plano::novo(&roteiro, &pedido.pasta)?;
    let Some(python) = python() else {
        return Err(Erro::Mensagem(SEM_PYTHON.into()));
    };
    ctrlc::set_handler(interrompe)
        .map_err(|_| Erro::Mensagem("não foi possível preparar o Ctrl-C".into()))?;
    let progresso = Progresso::novo();
    prepara(&plano, &progresso)?;
    progresso.conta(plano.grupos.iter().map(|grupo| grupo.sessoes.len()).sum());
    let tocados = Ensaio::novo(&roteiro, &progresso).toca(&plano);
    progresso.apaga();
    let relatorio = Relatorio::novo(&roteiro, &plano, tocados?, &python.versao);
    let gravada = match &pedido.html {
        None => Ok(None),
        Some(arquivo) => match fs::write(arquivo, pagina::pagina(&relatorio)) {
            Ok(()) => Ok(Some(arquivo.as_path())),
            Err(erro) => Err(Erro::Mensagem(format!(
                "não foi possível gravar {}: {}; escolha outro nome ou outra pasta",
                visivel(arquivo.as_os_str().as_encoded_bytes()),
                em_portugues(&erro)
            ))),
        },
    };
    // Uma página que não se grava não leva consigo o que se comparou.
    tela::mostra(&relatorio, gravada.as_ref().ok().copied().flatten())?;
    gravada?;
    Ok(relatorio.tudo_certo())
}

/// Compila os programas que vão entrar em cena, e diz quais são.
fn prepara(plano: &Plano, progresso: &Progresso) -> Result<(), Erro> {
    let quais: Vec<&str> = plano.programas().collect();
    progresso.anuncia(&format!(
        "Preparando os programas em Rust (na primeira vez, um ou dois minutos): {}",
        quais.join(", ")
    ));
    compila_so(quais.into_iter(), !progresso.num_terminal()).map_err(|_| {
        Erro::Mensagem(
            "os programas em Rust não compilaram; rode `cargo build` e veja por quê".into(),
        )
    })
}

const SEM_PYTHON: &str = "não achei o Python 3 (procurei por python3, python e py -3); instale-o de \
https://www.python.org/downloads (no Windows, marque \"Add python.exe to PATH\") ou, no Linux, com \
`sudo apt install python3`, e abra outro terminal";
