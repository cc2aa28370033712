//! O que se mede: que programas, com que entrada, contra quem.

use std::env;
use std::fs;
use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;

use comum::Erro;
use palco::{Ator, compilado, porta_livre};

use crate::carga::{Protocolo, troca};
use crate::ftp;
use crate::mensagem;

/// As trocas de uma vez com um servidor, e os clientes de quando são muitos.
pub const TROCAS: usize = 2000;
pub const CLIENTES: usize = 16;

/// Programas que fazem o mesmo; o primeiro é a lição em Rust, e os tempos dos outros se dividem pelo dela.
pub struct Cenario {
    pub titulo: &'static str,
    /// O que se digita.
    pub entrada: &'static str,
    /// Quantas vezes seguidas cada um roda, numa rodada.
    pub vezes: usize,
    pub programas: Vec<(&'static str, Command)>,
}

/// De onde vêm os programas, e os servidores que estão no ar enquanto isto existir.
pub struct Oficina<'a> {
    originais: &'a Path,
    /// A pasta onde tudo roda, que some no fim.
    trabalho: &'a Path,
    tem_curl: bool,
    no_ar: Vec<NoAr>,
}

struct NoAr(Child);

impl Drop for NoAr {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl<'a> Oficina<'a> {
    pub fn nova(originais: &'a Path, trabalho: &'a Path) -> Result<Oficina<'a>, Erro> {
        palco::python().ok_or_else(|| mensagem("não achei o Python 3: instale-o"))?;
        Ok(Oficina {
            originais,
            trabalho,
            tem_curl: roda(Command::new("curl").arg("--version")),
            no_ar: Vec::new(),
        })
    }

    /// Todos os cenários, com os servidores que eles pedem já no ar.
    pub fn cenarios(&mut self) -> Result<Vec<Cenario>, Erro> {
        let mut todos = vec![
            self.abrir_e_sair("abrir e sair: `portas`", "portas", "")?,
            self.abrir_e_sair("abrir e sair: `socket_ip`", "socket_ip", "localhost\n\n")?,
        ];
        if let Some(portas) = self.em_c("portas", include_str!("../c/portas.c")) {
            todos[0].programas.push(("C", Command::new(portas)));
        }
        let tcp = self.servidores("servidor", Protocolo::Tcp, false)?;
        let cano = self.servidores("servidor", Protocolo::Tcp, true)?;
        if let [(_, porta), ..] = tcp[..] {
            let cliente = self.cenario("uma troca: `cliente`", "cliente", porta)?;
            todos.push(Cenario {
                entrada: "Python\n",
                vezes: 20,
                ..cliente
            });
        }
        let udp = self.servidores("servidor_udp", Protocolo::Udp, false)?;
        for (titulo, protocolo, servidores, clientes) in [
            ("`servidor`: 1 cliente por vez", "tcp", &tcp, 1),
            ("`servidor`: a saída num cano", "tcp", &cano, 1),
            ("`servidor`: 16 clientes juntos", "tcp", &tcp, CLIENTES),
            ("`servidor_udp`: 1 cliente por vez", "udp", &udp, 1),
        ] {
            let conversa = |(quem, porta): &(&'static str, u16)| {
                let servidor = format!("127.0.0.1:{porta}");
                let (trocas, clientes) = (TROCAS.to_string(), clientes.to_string());
                let comando = eu(&["carga", protocolo, &servidor, &trocas, &clientes])?;
                Ok((*quem, comando))
            };
            // Com a fila do original, o C só interessa a quem vê a fila encher.
            let interessa = |(quem, _): &&(&'static str, u16)| clientes > 1 || *quem != C_COM_FILA;
            todos.push(Cenario {
                titulo,
                entrada: "",
                vezes: 1,
                programas: servidores
                    .iter()
                    .filter(interessa)
                    .map(conversa)
                    .collect::<Result<_, Erro>>()?,
            });
        }
        todos.extend(self.downloads()?);
        Ok(todos)
    }

    fn abrir_e_sair(
        &self,
        titulo: &'static str,
        licao: &str,
        entrada: &'static str,
    ) -> Result<Cenario, Erro> {
        Ok(Cenario {
            entrada,
            vezes: 20,
            ..self.cenario(titulo, licao, 0)?
        })
    }

    /// A lição em Rust e o original.
    fn cenario(&self, titulo: &'static str, licao: &str, porta: u16) -> Result<Cenario, Erro> {
        let mut programas = vec![("Rust", em_rust(licao, porta)?)];
        programas.extend(
            self.em_python(licao, porta)
                .map(|comando| ("Python", comando)),
        );
        Ok(Cenario {
            titulo,
            entrada: "",
            vezes: 1,
            programas,
        })
    }

    /// Os servidores de uma lição, no ar, e a porta de cada um; o primeiro é o em Rust. O que eles mostram vai
    /// por um `cano` a quem o joga fora, ou a lugar nenhum.
    fn servidores(
        &mut self,
        licao: &str,
        protocolo: Protocolo,
        cano: bool,
    ) -> Result<Vec<(&'static str, u16)>, Erro> {
        let porta = porta_livre().map_err(mensagem)?;
        let mut comandos = vec![("Rust", porta, em_rust(licao, porta)?)];
        let porta = porta_livre().map_err(mensagem)?;
        if let Some(comando) = self.em_python(licao, porta) {
            comandos.push(("Python", porta, comando));
        }
        if protocolo == Protocolo::Tcp
            && let Some(programa) = self.em_c("servidor", include_str!("../c/servidor.c"))
        {
            for (quem, fila) in [("C", "128"), (C_COM_FILA, "2")] {
                let porta = porta_livre().map_err(mensagem)?;
                let mut comando = Command::new(&programa);
                comando.arg(porta.to_string()).arg(fila);
                comandos.push((quem, porta, comando));
            }
        }
        let mut no_ar = Vec::new();
        for (quem, porta, mut comando) in comandos {
            comando
                .stdin(Stdio::piped())
                .stdout(if cano { Stdio::piped() } else { Stdio::null() })
                .stderr(Stdio::null());
            let mut filho = comando.spawn()?;
            if let Some(mut tela) = filho.stdout.take() {
                thread::spawn(move || io::copy(&mut tela, &mut io::sink()));
            }
            // O de UDP pede que se digite cada resposta.
            if let Some(mut teclado) = filho.stdin.take() {
                thread::spawn(move || while teclado.write_all(b"sim\n").is_ok() {});
            }
            self.no_ar.push(NoAr(filho));
            troca(protocolo, endereco(porta)).map_err(|_| {
                mensagem(format!(
                    "{licao}: o servidor em {quem} não respondeu; confira o arquivo com `cargo run -p comparar`"
                ))
            })?;
            no_ar.push((quem, porta));
        }
        Ok(no_ar)
    }

    fn downloads(&self) -> Result<[Cenario; 2], Erro> {
        let porta = ftp::abre()?;
        let direta = format!("127.0.0.1:{}", ftp::abre_sem_conversa()?);
        let mut binario = self.cenario("`ftp_binario`: 256 MiB", "ftp_binario", porta)?;
        let mut texto = self.cenario("`ftp_ascii`: 64 MiB", "ftp_ascii", porta)?;
        if self.tem_curl {
            let curl = |opcoes: &[&str]| {
                let mut curl = Command::new("curl");
                curl.args(["--silent", "--output", "arquivo"]).args(opcoes);
                curl.arg(format!("ftp://127.0.0.1:{porta}/arquivo"));
                ("curl", curl)
            };
            binario.programas.push(curl(&[]));
            texto.programas.push(curl(&["--use-ascii"]));
        }
        for (quem, bloco) in [
            ("8 KiB por vez", "8192"),
            ("64 KiB por vez", "65536"),
            ("1 MiB por vez", "1048576"),
            ("io::copy", "copy"),
        ] {
            let comando = eu(&["recebe", &direta, bloco, "arquivo"])?;
            binario.programas.push((quem, comando));
        }
        Ok([binario, texto])
    }

    /// O original, se o leitor o tem.
    fn em_python(&self, licao: &str, porta: u16) -> Option<Command> {
        let comando = Ator::Python(self.originais).comando(licao, porta).ok()?;
        let mut direto = Command::new(comando.get_program());
        // Sem o -u do palco, a saída é guardada em bloco, como sempre que ela não é um terminal.
        direto
            .args(comando.get_args().filter(|a| *a != "-u"))
            .env_remove("PYTHONUNBUFFERED");
        Some(direto)
    }

    /// Um programa em C, se há um compilador que o entenda.
    fn em_c(&self, nome: &str, fonte: &str) -> Option<PathBuf> {
        let (arquivo, programa) = (format!("{nome}.c"), self.trabalho.join(nome));
        fs::write(self.trabalho.join(&arquivo), fonte).ok()?;
        let mut cc = Command::new("cc");
        cc.current_dir(self.trabalho)
            .args(["-O2", "-o", nome, &arquivo]);
        roda(&mut cc).then_some(programa)
    }
}

/// O mesmo programa em C, com a fila do original.
const C_COM_FILA: &str = "C, listen(2)";

fn em_rust(licao: &str, porta: u16) -> Result<Command, Erro> {
    compilado(licao)
        .and_then(|_| Ator::Rust.comando(licao, porta))
        .map_err(mensagem)
}

/// Este mesmo programa, em outro papel.
fn eu(argumentos: &[&str]) -> Result<Command, Erro> {
    let mut comando = Command::new(env::current_exe()?);
    comando.args(argumentos);
    Ok(comando)
}

fn endereco(porta: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, porta))
}

/// Roda calado e diz se deu certo.
fn roda(comando: &mut Command) -> bool {
    comando
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|fim| fim.success())
}
