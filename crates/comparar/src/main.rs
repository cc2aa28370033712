//! Roda as sessões das lições com os arquivos que o aluno digitou em Python e com os programas daqui,
//! e mostra lado a lado o que cada terminal mostrou.
//!
//! `cargo run -p comparar -- PASTA`
//!
//! Quem roda é o palco, e o que se roda são as sessões de `tests/sessoes`. Aqui ficam a ordem das
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
mod turma;
mod veredito;
mod vista;

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::{ExitCode, Stdio};
use std::sync::Mutex;

use comum::causa::em_portugues;
use comum::erro::encerra;
use comum::{Erro, sem_ctrl_c, visivel};
use palco::{cargo_build, interrompe, interrompido, python};

use crate::ensaio::{Ensaio, nucleos};
use crate::plano::{Plano, Roteiro};
use crate::progresso::Progresso;
use crate::turma::Aluno;

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
    ctrlc::set_handler(interrompe).map_err(sem_ctrl_c)?;
    let roteiro = Roteiro::novo(&pedido.licoes)?;
    let alunos = if pedido.turma {
        turma::alunos(&roteiro, &pedido.pasta)?
    } else {
        let dita = visivel(pedido.pasta.as_os_str().as_encoded_bytes());
        let plano = Plano::novo(&roteiro, &pedido.pasta, &format!("pasta {dita}"))?;
        vec![Aluno {
            nome: String::new(),
            plano: Ok(plano),
        }]
    };
    let python = python().ok_or_else(|| Erro::Mensagem(SEM_PYTHON.into()))?;
    let planos: Vec<&Plano> = alunos.iter().flat_map(|aluno| &aluno.plano).collect();
    let progresso = Progresso::novo(planos.iter().map(|plano| plano.sessoes().count()).sum());
    prepara(&planos, &progresso)?;
    let ensaio = Ensaio {
        roteiro: &roteiro,
        versao_do_python: &python.versao,
        progresso: &progresso,
        em_rust: Mutex::default(),
    };
    let html = pedido.html.as_deref();
    if pedido.turma {
        let licoes = &roteiro.pedidas;
        let julgados = turma::julga(&ensaio, licoes, alunos, &progresso)?;
        tela::escreve(&tela::fim_da_turma(licoes, &julgados))?;
        grava(html, || pagina::da_turma(licoes, &julgados))?;
        grava(pedido.csv.as_deref(), || turma::csv(licoes, &julgados))?;
        return Ok(julgados.iter().all(|julgado| julgado.tudo_certo(licoes)));
    }
    let rodado = planos.first().map_or(Err(String::new()), |plano| {
        ensaio.roda(plano, nucleos().min(4))
    });
    progresso.apaga();
    let relatorio = rodado.map_err(Erro::Mensagem)?;
    // Uma página que não se grava não leva consigo o que se comparou.
    let gravada = grava(html, || pagina::pagina(&relatorio));
    let html = html.filter(|_| gravada.is_ok());
    tela::escreve(&tela::texto(&relatorio, tela::largura(), html))?;
    gravada?;
    Ok(relatorio.tudo_certo())
}

/// Grava num arquivo, se foi pedido.
fn grava(arquivo: Option<&Path>, texto: impl FnOnce() -> String) -> Result<(), Erro> {
    let Some(arquivo) = arquivo else {
        return Ok(());
    };
    fs::write(arquivo, texto()).map_err(|erro| {
        Erro::Mensagem(format!(
            "não foi possível gravar {}: {}; escolha outro nome ou outra pasta",
            visivel(arquivo.as_os_str().as_encoded_bytes()),
            em_portugues(&erro)
        ))
    })
}

/// Compila os programas que vão entrar em cena, e diz quais são.
fn prepara(planos: &[&Plano], progresso: &Progresso) -> Result<(), Erro> {
    let quais: BTreeSet<&str> = planos.iter().flat_map(|plano| plano.programas()).collect();
    let nomes: Vec<&str> = quais.into_iter().collect();
    progresso.anuncia(&format!(
        "Preparando os programas em Rust (na primeira vez, um ou dois minutos): {}",
        nomes.join(", ")
    ));
    let mut selecao: Vec<&str> = nomes.into_iter().flat_map(|nome| ["-p", nome]).collect();
    selecao.extend((!progresso.num_terminal).then_some("--quiet"));
    cargo_build(&selecao, Stdio::inherit()).map_err(|_| {
        Erro::Mensagem(
            "os programas em Rust não compilaram; rode `cargo build` e veja por quê".into(),
        )
    })
}

const SEM_PYTHON: &str = "não achei o Python 3 (procurei por python3, python e py -3); instale-o de \
https://www.python.org/downloads (no Windows, marque \"Add python.exe to PATH\") ou, no Linux, com \
`sudo apt install python3`, e abra outro terminal";
