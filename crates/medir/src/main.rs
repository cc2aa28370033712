//! Mede os arquivos que o aluno digitou em Python e os programas daqui, na mesma execução.
//!
//! `cargo run --release -p medir -- PASTA` (ou `just medir PASTA`)
//!
//! Quem cronometra é o hyperfine. Aqui ficam o que se mede ([`cenarios`]), quem está do outro lado
//! ([`carga`], [`ftp`]), e como se mostra ([`tabela`], [`grafico`]).

mod carga;
mod cenarios;
mod ftp;
mod grafico;
mod maquina;
mod rodada;
mod tabela;

use std::ffi::OsString;
use std::fmt::Display;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};

use carga::Protocolo;
use cenarios::Oficina;
use comum::erro::encerra;
use comum::{Erro, mostra, visivel};
use lexopt::prelude::*;
use palco::{interrompe, interrompido};
use tabela::Medida;

const AJUDA: &str = "\
Mede os seus arquivos em Python e os programas daqui, um ao lado do outro, e mostra quantas
vezes o tempo do programa em Rust cada um dos outros leva. Precisa do hyperfine (o
`just medir` o instala). Leva uns três minutos; não use o computador enquanto isso.

Uso: cargo run --release -p medir -- PASTA [--grava]

  PASTA    onde estão os seus arquivos: Portas.py, Servidor.py… (os que houver)
  --grava  põe a tabela e o gráfico na página do livro, docs/src/quanto_custa.md

O que ele usa para medir, e que roda sozinho também:

  medir carga tcp|udp IP:PORTA TROCAS CLIENTES
           conversa com um servidor e diz quantas trocas ficaram paradas
  medir recebe IP:PORTA BYTES|copy ARQUIVO
           grava o que vem de uma conexão, BYTES de cada vez ou com o io::copy";

fn main() -> ExitCode {
    let fim = executa();
    if interrompido() {
        let _ = writeln!(io::stderr(), "\nInterrompido: nada ficou rodando.");
        // 128 + SIGINT, como o shell diz.
        return ExitCode::from(130);
    }
    encerra(fim)
}

fn executa() -> Result<(), Erro> {
    let mut valores: Vec<OsString> = Vec::new();
    let mut grava = false;
    let mut argumentos = lexopt::Parser::from_env();
    while let Some(argumento) = argumentos.next().map_err(|_| nao_entendi("argumentos"))? {
        match argumento {
            Short('h') | Long("help" | "ajuda") => return mostra!("{AJUDA}"),
            Long("grava") => grava = true,
            Value(valor) => valores.push(valor),
            Long(opcao) => return Err(nao_entendi(&format!("--{opcao}"))),
            Short(opcao) => return Err(nao_entendi(&format!("-{opcao}"))),
        }
    }
    let textos: Vec<_> = valores
        .iter()
        .map(|valor| valor.to_string_lossy())
        .collect();
    let textos: Vec<&str> = textos.iter().map(AsRef::as_ref).collect();
    match textos[..] {
        [] => Err(mensagem(
            "diga em que pasta estão os seus arquivos: `just medir minha_pasta`; `--help` explica",
        )),
        [
            "carga",
            protocolo @ ("tcp" | "udp"),
            servidor,
            trocas,
            clientes,
        ] => {
            let protocolo = if protocolo == "tcp" {
                Protocolo::Tcp
            } else {
                Protocolo::Udp
            };
            let (trocas, clientes) = (numero(trocas)?, numero(clientes)?);
            let paradas = carga::carga(protocolo, endereco(servidor)?, trocas, clientes)?;
            mostra!("{trocas} trocas, {paradas} paradas por mais de 200 ms")
        }
        ["recebe", servidor, bloco, arquivo] => {
            let bloco = (bloco != "copy").then(|| numero(bloco)).transpose()?;
            Ok(carga::recebe(
                endereco(servidor)?,
                bloco,
                Path::new(arquivo),
            )?)
        }
        [_] => mede(&std::path::absolute(&valores[0])?, grava),
        [_, sobra, ..] => Err(nao_entendi(sobra)),
    }
}

fn numero(texto: &str) -> Result<usize, Erro> {
    let numero = texto.parse().ok().filter(|n| *n > 0);
    numero.ok_or_else(|| nao_entendi(texto))
}

fn endereco(texto: &str) -> Result<SocketAddr, Erro> {
    texto.parse().map_err(|_| nao_entendi(texto))
}

fn nao_entendi(que: &str) -> Erro {
    mensagem(format!(
        "não entendi \"{}\"; `cargo run -p medir -- --help` explica",
        visivel(que.as_bytes())
    ))
}

/// Um erro já explicado.
fn mensagem(texto: impl Display) -> Erro {
    Erro::Mensagem(texto.to_string())
}

fn mede(originais: &Path, grava: bool) -> Result<(), Erro> {
    let na_tela = visivel(originais.as_os_str().as_encoded_bytes());
    if !originais.is_dir() {
        return Err(mensagem(format!("a pasta {na_tela} não existe")));
    }
    if ["portas", "servidor", "ftp_binario"]
        .iter()
        .all(|licao| palco::original(originais, licao).is_none())
    {
        return Err(mensagem(format!(
            "a pasta {na_tela} não tem Portas.py, Servidor.py nem FTP_Binario.py: digite-os do capítulo"
        )));
    }
    rodada::confere_hyperfine()?;
    ctrlc::set_handler(interrompe).map_err(|_| mensagem("não foi possível preparar o Ctrl-C"))?;
    // Na memória, se o sistema tem onde: a velocidade do disco seria a mesma para todos.
    let memoria = PathBuf::from("/dev/shm");
    let raiz = if memoria.is_dir() {
        memoria
    } else {
        env::temp_dir()
    };
    let trabalho = tempfile::tempdir_in(raiz)?;
    let mut oficina = Oficina::nova(originais, trabalho.path())?;
    let cenarios = oficina.cenarios()?;
    let mut medidas: Vec<Medida> = Vec::new();
    for (n, cenario) in cenarios.iter().enumerate() {
        let aviso = format!("{} de {}: {}", n + 1, cenarios.len(), cenario.titulo);
        let _ = writeln!(io::stderr(), "{}", aviso.replace('`', ""));
        medidas.push(rodada::mede(cenario, trabalho.path())?);
    }
    let paradas = rodada::paradas(&cenarios)?;
    mostra!("\n{}\n{}", tabela::texto(&medidas), paradas)?;
    if grava {
        let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
        let pagina = tabela::markdown(&medidas, &paradas, &maquina::descreve());
        fs::write(docs.join("medidas.md"), pagina)?;
        fs::write(
            docs.join("src/diagramas/quanto_custa.svg"),
            grafico::svg(&medidas),
        )?;
    }
    Ok(())
}
