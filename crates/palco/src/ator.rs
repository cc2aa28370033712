//! Quem interpreta cada lição: o programa em Rust ou o original em Python.

use std::env::{self, consts::EXE_SUFFIX};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use crate::falha::{Resultado, falha};

/// Se a lição recebe o endereço como argumento.
fn recebe_endereco(licao: &str) -> bool {
    !["socket_ip", "portas", "ftp_interativo", "espiao"].contains(&licao)
}

/// Quem interpreta uma lição.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ator<'a> {
    /// O programa deste projeto.
    Rust,
    /// O original em Python, da pasta em que alguém digitou as listagens.
    Python(&'a Path),
}

/// Quem roda um original: o Python o recebe no `-c`.
const PONTO: &str = include_str!("ponto.py");

impl Ator<'_> {
    /// O comando que põe a lição em cena, em `porta` de 127.0.0.1. Falha se o programa não foi compilado ou o
    /// original não está na pasta.
    pub fn comando(self, licao: &str, porta: u16) -> Resultado<Command> {
        let arquivo = match self {
            Ator::Rust => compilado(licao)?,
            Ator::Python(pasta) => original(pasta, licao)
                .ok_or_else(|| falha!("{licao}: sem original em {}", pasta.display()))?,
        };
        comando_de(&arquivo, licao, &[], porta)
    }
}

/// O comando que roda um programa que faz as vezes da lição, com estes argumentos. Um arquivo em Python já sabe a
/// porta, que se troca nele (e falha se o Python não está instalado); os outros recebem o endereço, depois deles.
pub fn comando_de(
    arquivo: &Path,
    licao: &str,
    argumentos: &[&str],
    porta: u16,
) -> Resultado<Command> {
    let extensao = arquivo.extension();
    if !extensao.is_some_and(|extensao| extensao.eq_ignore_ascii_case("py")) {
        let mut comando = Command::new(arquivo);
        comando.args(argumentos);
        if recebe_endereco(licao) {
            comando.arg(format!("127.0.0.1:{porta}"));
        }
        return Ok(comando);
    }
    let interprete = python().ok_or_else(|| falha!("o Python 3 não está instalado"))?;
    let mut comando = Command::new(&interprete.executavel);
    // Sem -u, os prompts só sairiam no fim: o stdout num cano é guardado em bloco.
    comando
        .args(["-u", "-X", "utf8", "-c", PONTO])
        .arg(arquivo)
        .arg(porta.to_string())
        .args(argumentos);
    Ok(comando)
}

/// O arquivo do original de uma lição: `servidor_chat` é `Servidor_Chat.py`, em maiúsculas ou
/// minúsculas. De um original que o capítulo refaz aos poucos (`Cliente_Chat_Fim.py`,
/// `Protocolo_FTP_4_listagem.py`), vale a última versão.
#[must_use]
pub fn original(pasta: &Path, licao: &str) -> Option<PathBuf> {
    let nome = match licao {
        "socket_ip" => "socket",
        licao => licao,
    };
    let entradas = pasta.read_dir().ok()?.flatten();
    let nomes: Vec<OsString> = entradas.map(|entrada| entrada.file_name()).collect();
    ["_fim", "_4_listagem", ""].iter().find_map(|versao| {
        let procurado = format!("{nome}{versao}.py");
        let e_ele = |nome: &&OsString| nome.eq_ignore_ascii_case(&*procurado);
        nomes.iter().find(e_ele).map(|nome| pasta.join(nome))
    })
}

/// O Python 3 desta máquina.
#[derive(Debug)]
pub struct Python {
    /// O interpretador. O que o `PATH` acha pode ser um intermediário (o `py` do Windows, o script do
    /// pyenv), que abre o verdadeiro: dele se veriam o tempo e a memória, e só ele sairia de cena.
    pub executavel: PathBuf,
    /// `3.11.7`.
    pub versao: String,
}

/// O Python 3 desta máquina, se houver: `python3`, `python` ou `py -3`.
pub fn python() -> Option<&'static Python> {
    static PYTHON: OnceLock<Option<Python>> = OnceLock::new();
    let procura = || {
        ["python3", "python", "py -3"].into_iter().find_map(|nome| {
            let mut partes = nome.split(' ');
            // No Windows, um python3 que só abre a loja não responde.
            let mut comando = Command::new(partes.next()?);
            comando
                .args(partes)
                .args(["-X", "utf8", "-c", APRESENTA])
                .stdin(Stdio::null())
                .stderr(Stdio::null());
            let saida = String::from_utf8(comando.output().ok()?.stdout).ok()?;
            let (versao, executavel) = saida.trim().split_once('\n')?;
            versao.starts_with("3.").then(|| Python {
                executavel: executavel.into(),
                versao: versao.trim().to_string(),
            })
        })
    };
    PYTHON.get_or_init(procura).as_ref()
}

/// Também o Python 2 tem de entender isto: dele se quer a versão.
const APRESENTA: &str =
    "import sys; print('%d.%d.%d\\n%s' % (sys.version_info[:3] + (sys.executable,)))";

/// Compila os programas de todas as lições, uma vez por processo, no mesmo perfil deste aqui.
pub fn compila() -> Resultado<()> {
    static COMPILOU: OnceLock<Resultado<()>> = OnceLock::new();
    // O mesmo que o cargo test compila: outra seleção recompilaria as dependências.
    let selecao = ["--quiet", "--workspace", "--exclude", "exercicios"];
    COMPILOU
        .get_or_init(|| cargo_build(&selecao, Stdio::inherit()))
        .clone()
}

/// O projeto, de onde quer que se rode.
const PROJETO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.toml");

/// Compila o que a seleção diz, no mesmo perfil deste programa; o que o cargo conta vai para `erros`, sem mudança.
pub fn cargo_build(selecao: &[&str], erros: Stdio) -> Resultado<()> {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo
        .args(["build", "--manifest-path", PROJETO])
        .args(selecao)
        .stdin(Stdio::null())
        .stderr(erros);
    if pasta_dos_programas().is_ok_and(|pasta| pasta.ends_with("release")) {
        cargo.arg("--release");
    }
    // Um build.rs que olha estas variáveis recompilaria a cada alternância entre teste e build.
    for (nome, _) in env::vars_os() {
        let nome = nome.to_string_lossy();
        if nome.starts_with("CARGO_PKG_") || nome.starts_with("CARGO_MANIFEST_") {
            cargo.env_remove(&*nome);
        }
    }
    match cargo.status()?.success() {
        true => Ok(()),
        false => Err(falha!("não compilou; o cargo diz acima por quê")),
    }
}

/// O executável de uma lição já compilada; falha se não foi.
pub fn compilado(licao: &str) -> Resultado<PathBuf> {
    let programa = pasta_dos_programas()?.join(format!("{licao}{EXE_SUFFIX}"));
    match programa.exists() {
        true => Ok(programa),
        false => Err(falha!("{licao} ainda não foi compilado; rode cargo build")),
    }
}

/// `target/debug` ou `target/release`: onde está este executável, ou, num teste, uma pasta acima.
fn pasta_dos_programas() -> Resultado<PathBuf> {
    let mut pasta = env::current_exe()?;
    pasta.pop();
    if pasta.ends_with("deps") {
        pasta.pop();
    }
    Ok(pasta)
}
