//! Quem interpreta cada lição: o programa em Rust ou o original em Python.

use std::env::{self, consts::EXE_SUFFIX};
use std::fs::{self, File};
use std::net::{TcpListener, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{self, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use crate::falha::{Resultado, falha};

/// As lições que aceitam `HOST[:PORTA]`.
const COM_ENDERECO: [&str; 10] = [
    "servidor",
    "cliente",
    "servidor_chat",
    "cliente_chat",
    "servidor_udp",
    "cliente_udp",
    "servidor_ftp",
    "protocolo_ftp",
    "ftp_ascii",
    "ftp_binario",
];

/// Quem interpreta uma lição.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ator<'a> {
    /// O programa deste projeto.
    Rust,
    /// O original em Python, da pasta em que alguém digitou as listagens.
    Python(&'a Path),
}

/// Roda um original com outra porta no lugar da do livro, e com o servidor da turma no lugar de
/// qualquer servidor FTP, sem tocar no arquivo.
const PONTO: &str = "\
import ftplib, sys
arquivo, porta = sys.argv[1:]
conecta = ftplib.FTP.connect
ftplib.FTP.connect = lambda ftp, *_, **__: conecta(ftp, '127.0.0.1', int(porta))
with open(arquivo, encoding='utf-8') as aberto:
    fonte = aberto.read().replace('43210', porta)
exec(compile(fonte, arquivo, 'exec'), {'__name__': '__main__'})
";

impl Ator<'_> {
    /// O comando que põe a lição em cena, em `porta` de 127.0.0.1.
    ///
    /// # Errors
    /// [`Falha`](crate::Falha) se o programa não foi compilado ou o original não está na pasta.
    pub fn comando(self, licao: &str, porta: u16) -> Resultado<Command> {
        match self {
            Ator::Rust => {
                let mut comando = Command::new(compilado(licao)?);
                if COM_ENDERECO.contains(&licao) {
                    comando.arg(format!("127.0.0.1:{porta}"));
                }
                Ok(comando)
            }
            Ator::Python(pasta) => {
                let arquivo = original(pasta, licao)
                    .ok_or_else(|| falha!("{licao}: sem original em {}", pasta.display()))?;
                let interprete = python().ok_or_else(|| falha!("o Python 3 não está instalado"))?;
                let mut comando = Command::new(interprete);
                // Sem -u, os prompts só sairiam no fim: o stdout num cano é guardado em bloco.
                comando
                    .args(["-u", "-X", "utf8", "-c", PONTO])
                    .arg(arquivo)
                    .arg(porta.to_string());
                Ok(comando)
            }
        }
    }
}

/// O arquivo do original de uma lição: `servidor_chat` é `Servidor_Chat.py`, em maiúsculas ou
/// minúsculas. De um original que o capítulo refaz aos poucos (`Cliente_Chat_Fim.py`,
/// `Protocolo_FTP_4_listagem.py`), vale a última versão.
#[must_use]
pub fn original(pasta: &Path, licao: &str) -> Option<PathBuf> {
    let nome = if licao == "socket_ip" {
        "socket"
    } else {
        licao
    };
    let arquivos: Vec<PathBuf> = pasta
        .read_dir()
        .ok()?
        .filter_map(Result::ok)
        .map(|entrada| entrada.path())
        .collect();
    ["_fim", "_4_listagem", ""].iter().find_map(|versao| {
        let procurado = format!("{nome}{versao}.py");
        arquivos
            .iter()
            .find(|arquivo| {
                arquivo
                    .file_name()
                    .is_some_and(|n| n.eq_ignore_ascii_case(&*procurado))
            })
            .cloned()
    })
}

/// O nome do Python 3 nesta máquina, se houver.
pub fn python() -> Option<&'static str> {
    static PYTHON: OnceLock<Option<&str>> = OnceLock::new();
    *PYTHON.get_or_init(|| {
        ["python3", "python"].into_iter().find(|nome| {
            let saida = Command::new(nome)
                .args(["-c", "import sys; sys.exit(sys.version_info < (3,))"])
                .stdin(Stdio::null())
                .output();
            saida.is_ok_and(|saida| saida.status.success())
        })
    })
}

/// Compila os programas de todas as lições, uma vez por processo, no mesmo perfil deste aqui.
///
/// # Errors
/// [`Falha`](crate::Falha) se a compilação falha.
pub fn compila() -> Resultado<()> {
    static COMPILOU: OnceLock<bool> = OnceLock::new();
    let deu_certo = COMPILOU.get_or_init(|| {
        let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        // --workspace, como o cargo test: outra seleção recompilaria as dependências.
        cargo
            .args(["build", "--quiet", "--workspace", "--bins"])
            .stdin(Stdio::null());
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
        cargo.status().is_ok_and(|status| status.success())
    });
    if *deu_certo {
        Ok(())
    } else {
        Err(falha!("cargo build falhou"))
    }
}

/// O executável de uma lição já compilada.
///
/// # Errors
/// [`Falha`](crate::Falha) se ele não existe.
pub fn compilado(licao: &str) -> Resultado<PathBuf> {
    let programa = pasta_dos_programas()?.join(format!("{licao}{EXE_SUFFIX}"));
    if programa.exists() {
        Ok(programa)
    } else {
        Err(falha!(
            "{} não existe; rode cargo build",
            programa.display()
        ))
    }
}

/// `target/debug` ou `target/release`: onde está este executável, ou, num teste, uma pasta acima.
fn pasta_dos_programas() -> Resultado<PathBuf> {
    let este = env::current_exe()?;
    let pasta = este
        .parent()
        .ok_or_else(|| falha!("executável sem pasta"))?;
    Ok(if pasta.ends_with("deps") {
        pasta.parent().unwrap_or(pasta)
    } else {
        pasta
    }
    .to_path_buf())
}

/// Uma porta de 127.0.0.1 que ninguém usa, em TCP e em UDP, reservada até o fim deste processo.
///
/// Fica abaixo da faixa de onde o sistema tira as portas dos clientes, e uma trava de arquivo a
/// reserva entre os processos que usam o palco: entre escolher e usar, ninguém a toma.
///
/// # Errors
/// [`Falha`](crate::Falha) se não há nenhuma.
pub fn porta_livre() -> Resultado<u16> {
    const PRIMEIRA: u16 = 10_000;
    const QUANTAS: u16 = 20_000;
    static TRAVAS: Mutex<Vec<File>> = Mutex::new(Vec::new());
    static PROXIMA: AtomicU16 = AtomicU16::new(0);
    let travas = env::temp_dir().join("palco-portas");
    fs::create_dir_all(&travas)?;
    let inicio = process::id() % u32::from(QUANTAS);
    for _ in 0..QUANTAS {
        let passo = u32::from(PROXIMA.fetch_add(1, Ordering::Relaxed));
        let porta = PRIMEIRA + ((inicio + passo) % u32::from(QUANTAS)) as u16;
        let trava = File::create(travas.join(porta.to_string()))?;
        if trava.try_lock().is_ok()
            && TcpListener::bind(("127.0.0.1", porta)).is_ok()
            && UdpSocket::bind(("127.0.0.1", porta)).is_ok()
        {
            TRAVAS
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(trava);
            return Ok(porta);
        }
    }
    Err(falha!("nenhuma porta livre a partir da {PRIMEIRA}"))
}
