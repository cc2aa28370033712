//! O que se mede: que programas, com que entrada, contra quem.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::{env, fs, io, thread};

use comum::Erro;
use palco::{Ator, porta_livre};

use crate::{carga, ftp, mensagem};

/// Um título, uma lição e como ela é medida.
pub struct Cenario(pub &'static str, &'static str, Como);

enum Como {
    /// Abre, lê o que se digita e termina; o servidor em Rust está no ar, para quem quiser.
    AbreESai(&'static str),
    /// Baixa um arquivo grande.
    Baixa,
    /// Atende tantos clientes juntos, e o que mostra vai para aí.
    Atende(usize, fn() -> Stdio),
}

use Como::{AbreESai, Atende, Baixa};

#[rustfmt::skip]
pub const CENARIOS: [Cenario; 8] = [
    Cenario("abrir e sair: `portas`", "portas", AbreESai("")),
    Cenario("abrir e sair: `socket_ip`", "socket_ip", AbreESai("localhost\n\n")),
    Cenario("uma troca: `cliente`", "cliente", AbreESai("Python\n")),
    Cenario("`servidor`: 1 cliente por vez", "servidor", Atende(1, Stdio::null)),
    Cenario("`servidor`: a saída num pipe", "servidor", Atende(1, Stdio::piped)),
    Cenario("`servidor`: 16 clientes juntos", "servidor", Atende(16, Stdio::null)),
    Cenario("`ftp_binario`: 128 MiB", "ftp_binario", Baixa),
    Cenario("`ftp_ascii`: 128 MiB", "ftp_ascii", Baixa),
];

/// Quem faz o mesmo. Os tempos se dividem pelo do primeiro; o C tem a fila do std, ou a do original.
const QUEM: [&str; 5] = ["Rust", "Python", "C", "C, listen(2)", "curl"];

/// Um cenário pronto; os servidores dele ficam no ar enquanto isto existir.
pub struct Montado {
    pub programas: Vec<(&'static str, Command)>,
    pub digitado: &'static str,
    /// Quantas vezes seguidas cada um roda, numa rodada.
    pub vezes: usize,
    _no_ar: Vec<NoAr>,
}

struct NoAr(Child);

impl Drop for NoAr {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Cenario {
    /// Acha os programas e sobe os servidores. Tudo roda em `trabalho`.
    pub fn monta(&self, originais: &Path, trabalho: &Path) -> Result<Montado, Erro> {
        let Cenario(_, licao, como) = self;
        let (mut programas, mut no_ar) = (Vec::new(), Vec::new());
        let mut porta = match como {
            Baixa => ftp::abre()?,
            AbreESai(_) | Atende(..) => porta_livre().map_err(mensagem)?,
        };
        if let AbreESai(_) = como {
            let servidor = direto(Ator::Rust, "servidor", porta)?;
            no_ar.push(sobe("Rust", porta, servidor, Stdio::null())?);
        }
        for quem in QUEM {
            if let Atende(..) = como {
                porta = porta_livre().map_err(mensagem)?;
            }
            let comando = match (quem, *licao) {
                ("Rust", _) => Some(direto(Ator::Rust, licao, porta)?),
                ("Python", _) => direto(Ator::Python(originais), licao, porta).ok(),
                ("C", "servidor") => em_c(trabalho, porta, "128"),
                ("C, listen(2)", "servidor") => em_c(trabalho, porta, "2"),
                ("curl", "ftp_binario") => curl(porta, "--silent"),
                ("curl", "ftp_ascii") => curl(porta, "--use-ascii"),
                _ => None,
            };
            let Some(mut comando) = comando else { continue };
            if let Atende(clientes, tela) = como {
                no_ar.push(sobe(quem, porta, comando, tela())?);
                // O que se cronometra são os clientes, e o papel deles todos é deste mesmo programa.
                comando = Command::new(env::current_exe()?);
                comando.arg("carga").arg(endereco(porta).to_string());
                comando.args(["2000", &clientes.to_string()]);
            }
            programas.push((quem, comando));
        }
        let (digitado, vezes) = match *como {
            AbreESai(digitado) => (digitado, 20),
            Baixa | Atende(..) => ("", 1),
        };
        Ok(Montado {
            programas,
            digitado,
            vezes,
            _no_ar: no_ar,
        })
    }
}

/// Põe um servidor no ar e espera que ele responda.
fn sobe(quem: &str, porta: u16, mut servidor: Command, tela: Stdio) -> Result<NoAr, Erro> {
    servidor.stdin(Stdio::null()).stdout(tela);
    let mut no_ar = NoAr(servidor.stderr(Stdio::null()).spawn()?);
    if let Some(mut pipe) = no_ar.0.stdout.take() {
        thread::spawn(move || io::copy(&mut pipe, &mut io::sink()));
    }
    carga::troca(endereco(porta)).map_err(|_| {
        mensagem(format!(
            "o servidor em {quem} não respondeu; confira o arquivo com `cargo run -p comparar`"
        ))
    })?;
    Ok(no_ar)
}

fn endereco(porta: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, porta))
}

/// O comando do palco sem o `-u` dele: a saída do Python é guardada em bloco, como sempre que ela não é um
/// terminal.
fn direto(ator: Ator, licao: &str, porta: u16) -> Result<Command, Erro> {
    let comando = ator.comando(licao, porta).map_err(mensagem)?;
    let mut direto = Command::new(comando.get_program());
    direto.args(comando.get_args().filter(|argumento| *argumento != "-u"));
    direto.env_remove("PYTHONUNBUFFERED");
    Ok(direto)
}

/// O mesmo servidor em C, se há um compilador que o entenda.
fn em_c(trabalho: &Path, porta: u16, fila: &str) -> Option<Command> {
    fs::write(trabalho.join("servidor.c"), include_str!("../c/servidor.c")).ok()?;
    let mut cc = Command::new("cc");
    cc.args(["-O2", "-o", "servidor", "servidor.c"]);
    roda(cc.current_dir(trabalho)).then(|| {
        let mut servidor = Command::new(trabalho.join("servidor"));
        servidor.arg(porta.to_string()).arg(fila);
        servidor
    })
}

/// O curl, se há um.
fn curl(porta: u16, modo: &str) -> Option<Command> {
    let mut curl = Command::new("curl");
    curl.args(["--silent", modo, "--output", "arquivo"]);
    curl.arg(format!("ftp://127.0.0.1:{porta}/arquivo"));
    roda(Command::new("curl").arg("--version")).then_some(curl)
}

/// Roda calado e diz se deu certo.
fn roda(comando: &mut Command) -> bool {
    comando.output().is_ok_and(|saida| saida.status.success())
}
