//! Um servidor FTP que se comporta mal onde o teste manda, e o que se confere de quem falou com ele.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;

use palco::{Terminal, compila, compilado};
use tempfile::TempDir;

/// Um servidor FTP que faz o combinado, menos onde o roteiro manda outra coisa.
pub struct Servidor {
    pub endereco: String,
    pub comandos: Arc<Mutex<Vec<String>>>,
}

/// Uma sessão nesse servidor.
pub struct Sessao {
    pub controle: TcpStream,
    escuta: Option<TcpListener>,
    /// Onde o cliente espera, no modo ativo.
    porta: u16,
}

impl Sessao {
    pub fn responde(&mut self, resposta: &str) {
        let _ = self
            .controle
            .write_all(format!("{resposta}\r\n").as_bytes());
    }

    /// A conexão de dados que o cliente abriu depois do PASV, ou que espera depois do PORT.
    pub fn dados(&mut self) -> TcpStream {
        self.responde("150 vai");
        match self.escuta.take() {
            Some(escuta) => escuta.accept().unwrap().0,
            None => TcpStream::connect(("127.0.0.1", self.porta)).unwrap(),
        }
    }

    pub fn manda(&mut self, bytes: &[u8]) {
        let _ = self.dados().write_all(bytes);
        self.responde("226 foi");
    }

    /// Fica calado até o cliente desistir.
    pub fn espera_o_cliente_ir_embora(&mut self) {
        let mut linha = String::new();
        let mut leitor = BufReader::new(self.controle.try_clone().unwrap());
        while leitor.read_line(&mut linha).is_ok_and(|lidos| lidos > 0) {}
    }

    fn o_de_sempre(&mut self, comando: &str) {
        match comando.split(' ').next().unwrap_or_default() {
            "" => self.responde("220 pronto"),
            "USER" => self.responde("331 senha?"),
            "PASS" => self.responde("230 entrou"),
            "PWD" => self.responde("257 \"/\""),
            "CWD" => self.responde("250 foi"),
            "TYPE" => self.responde("200 certo"),
            "QUIT" => self.responde("221 tchau"),
            "PASV" => {
                let escuta = TcpListener::bind("127.0.0.1:0").unwrap();
                let porta = escuta.local_addr().unwrap().port();
                self.escuta = Some(escuta);
                self.responde(&format!("227 (127,0,0,1,{},{})", porta / 256, porta % 256));
            }
            "PORT" => {
                let numeros: Vec<u16> = comando[5..]
                    .split(',')
                    .map(|n| n.parse().unwrap())
                    .collect();
                self.porta = numeros[4] * 256 + numeros[5];
                self.responde("200 certo");
            }
            "RETR" | "LIST" | "NLST" => self.manda(b"uma linha\r\n"),
            "STOR" => {
                let _ = self.dados().read_to_end(&mut Vec::new());
                self.responde("226 chegou");
            }
            "MKD" => self.responde("257 \"/x\""),
            "SIZE" => self.responde("213 6"),
            _ => self.responde("502 que?"),
        }
    }
}

/// Põe no ar um servidor; `roteiro` devolve `true` se já cuidou do comando (o vazio é a saudação).
pub fn servidor(roteiro: impl Fn(&mut Sessao, &str) -> bool + Send + Sync + 'static) -> Servidor {
    let escuta = TcpListener::bind("127.0.0.1:0").unwrap();
    let endereco = escuta.local_addr().unwrap().to_string();
    let comandos = Arc::new(Mutex::new(Vec::new()));
    let vistos = Arc::clone(&comandos);
    thread::spawn(move || {
        for controle in escuta.incoming() {
            let controle = controle.unwrap();
            let leitor = BufReader::new(controle.try_clone().unwrap());
            let mut sessao = Sessao {
                controle,
                escuta: None,
                porta: 0,
            };
            if !roteiro(&mut sessao, "") {
                sessao.o_de_sempre("");
            }
            for comando in leitor.lines().map_while(Result::ok) {
                vistos.lock().unwrap().push(comando.clone());
                if !roteiro(&mut sessao, &comando) {
                    sessao.o_de_sempre(&comando);
                }
            }
        }
    });
    Servidor { endereco, comandos }
}

impl Servidor {
    pub fn abre(&self, licao: &str, pasta: &Path) -> Terminal {
        self.abre_com(licao, &[], pasta)
    }

    pub fn abre_com(&self, licao: &str, opcoes: &[&str], pasta: &Path) -> Terminal {
        compila().unwrap();
        let mut comando = Command::new(compilado(licao).unwrap());
        match licao {
            "ftp_interativo" => &mut comando,
            "ftp_envia" => comando.args(opcoes).arg(&self.endereco),
            _ => comando.arg(&self.endereco).args(opcoes),
        };
        let mut terminal = Terminal::abre(licao, comando.current_dir(pasta), false).unwrap();
        if licao == "ftp_interativo" {
            for linha in [&self.endereco, "", ""] {
                terminal.digita(linha).unwrap();
            }
        } else if licao == "protocolo_ftp" {
            terminal.digita("").unwrap();
            terminal.digita("").unwrap();
        }
        terminal
    }
}

/// Uma pasta de trabalho com um download antigo, para ver se ele fica como estava.
pub fn pasta() -> TempDir {
    let pasta = tempfile::tempdir().unwrap();
    for nome in ["LEIAME", "pai_do_linux.jpg"] {
        fs::write(pasta.path().join(nome), "antigo").unwrap();
    }
    pasta
}

fn arquivos(pasta: &Path) -> BTreeMap<String, Vec<u8>> {
    fs::read_dir(pasta)
        .unwrap()
        .map(|entrada| {
            let entrada = entrada.unwrap();
            (
                entrada.file_name().into_string().unwrap(),
                fs::read(entrada.path()).unwrap(),
            )
        })
        .collect()
}

pub fn nada_mudou(pasta: &Path) {
    let arquivos = arquivos(pasta);
    assert_eq!(
        arquivos.keys().collect::<Vec<_>>(),
        ["LEIAME", "pai_do_linux.jpg"]
    );
    assert!(arquivos.values().all(|bytes| bytes == b"antigo"));
}

/// Uma linha `Erro: …`, saída 1, e nada cru na tela.
pub fn erro_limpo(mut terminal: Terminal) -> String {
    let codigo = terminal.sai().unwrap();
    let erro = String::from_utf8(terminal.erro().to_vec()).unwrap();
    assert_eq!(codigo, 1, "{erro}");
    assert!(
        erro.starts_with("Erro: ") && erro.lines().count() == 1,
        "{erro}"
    );
    sem_controles(&terminal);
    erro
}

pub fn sem_controles(terminal: &Terminal) {
    for bytes in [terminal.saida(), terminal.erro()] {
        let texto = str::from_utf8(bytes).unwrap();
        assert!(
            !texto.contains(|c: char| c.is_control() && !matches!(c, '\n' | '\t')),
            "{texto:?}"
        );
    }
}

/// O que o servidor faz de cada comando; `true` se já cuidou dele.
pub type Roteiro = fn(&mut Sessao, &str) -> bool;
