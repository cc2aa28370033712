//! Mede os arquivos que o aluno digitou em Python e os programas daqui, na mesma execução.
//!
//! `cargo run --release -p medir -- PASTA` (ou `just medir PASTA`)
//!
//! Quem cronometra é o hyperfine ([`rodada`]). Aqui ficam o que se mede ([`cenarios`]), quem está do outro
//! lado ([`carga`], [`ftp`]), e como se mostra ([`pagina`]).

mod carga;
mod cenarios;
mod ftp;
mod pagina;
mod rodada;

use std::fmt::Display;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

use cenarios::CENARIOS;
use comum::erro::encerra;
use comum::{Erro, mostra, visivel};
use palco::{interrompe, interrompido, original, python};

const AJUDA: &str = "\
Mede os seus arquivos em Python e os programas daqui, um ao lado do outro, e mostra quantas
vezes o tempo do programa em Rust cada um dos outros leva. Precisa do hyperfine (o
`just medir` o instala). Leva uns três minutos; não use o computador enquanto isso.

Uso: cargo run --release -p medir -- PASTA [--grava]

  PASTA    onde estão os seus arquivos: Portas.py, Servidor.py… (os que houver)
  --grava  põe a tabela e o gráfico na página do livro, docs/src/quanto_custa.md

O que ele usa para medir um servidor, e que roda sozinho também:

  medir carga IP:PORTA TROCAS CLIENTES
           conversa com o servidor e diz quantas trocas ficaram paradas";

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
    let valores: Vec<_> = env::args_os().skip(1).collect();
    let textos: Vec<_> = valores.iter().map(|v| v.to_string_lossy()).collect();
    let textos: Vec<&str> = textos.iter().map(AsRef::as_ref).collect();
    match textos[..] {
        [] => Err(mensagem(
            "diga em que pasta estão os seus arquivos: `just medir minha_pasta`; `--help` explica",
        )),
        ["-h" | "--help" | "--ajuda", ..] => mostra!("{AJUDA}"),
        ["carga", servidor, trocas, clientes] => {
            let servidor = servidor.parse().map_err(|_| nao_entendi(servidor))?;
            let (trocas, clientes) = (numero(trocas)?, numero(clientes)?);
            let paradas = carga::carga(servidor, trocas, clientes)?;
            mostra!("{trocas} trocas, {paradas} paradas por mais de 200 ms")
        }
        [opcao, ..] if opcao.starts_with('-') => Err(nao_entendi(opcao)),
        [_] => mede(Path::new(&valores[0]), false),
        [_, "--grava"] => mede(Path::new(&valores[0]), true),
        [_, sobra, ..] => Err(nao_entendi(sobra)),
    }
}

fn numero(texto: &str) -> Result<usize, Erro> {
    let numero = texto.parse().ok().filter(|n| *n > 0);
    numero.ok_or_else(|| nao_entendi(texto))
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
    let licoes = ["portas", "servidor", "ftp_binario"];
    if licoes.iter().all(|l| original(originais, l).is_none()) {
        return Err(mensagem(format!(
            "a pasta {na_tela} não tem Portas.py, Servidor.py nem FTP_Binario.py: digite-os do capítulo"
        )));
    }
    rodada::confere_hyperfine()?;
    python().ok_or_else(|| mensagem("não achei o Python 3: instale-o"))?;
    ctrlc::set_handler(interrompe).map_err(|_| mensagem("não foi possível preparar o Ctrl-C"))?;
    // Na memória, se o sistema tem onde: a velocidade do disco seria a mesma para todos.
    let trabalho = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir())?;
    let originais = std::path::absolute(originais)?;
    let mut medidas = Vec::new();
    for (n, cenario) in CENARIOS.iter().enumerate() {
        let aviso = format!("{} de {}: {}\n", n + 1, CENARIOS.len(), cenario.0);
        let _ = io::stderr().write_all(aviso.replace('`', "").as_bytes());
        let montado = cenario.monta(&originais, trabalho.path())?;
        medidas.push((cenario.0, rodada::mede(&montado, trabalho.path())?));
    }
    let tabela = pagina::tabela(&medidas);
    mostra!("\n{tabela}")?;
    if grava {
        let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
        let grafico = pagina::grafico(&medidas);
        fs::write(docs.join("medidas.md"), tabela)?;
        fs::write(docs.join("src/diagramas/quanto_custa.svg"), grafico)?;
    }
    Ok(())
}
