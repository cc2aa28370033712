//! Os dois lados do HTTPS como os testes os põem em cena: o servidor da turma, o cliente, e um servidor de mentira.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, SystemTime};

use palco::{Terminal, compila, compilado, porta_livre};
use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName};
use rustls::{
    ClientConfig, ClientConnection, RootCertStore, ServerConfig, ServerConnection, StreamOwned,
};
use tempfile::TempDir;

/// Só conta quando algo travou.
pub const PRAZO: Option<Duration> = Some(Duration::from_secs(30));
const DIA: Duration = Duration::from_secs(86_400);

/// O servidor da turma no ar, e a pasta em que deixou o certificado.
pub struct Turma {
    pub servidor: Terminal,
    pub porta: u16,
    pub pasta: TempDir,
}

pub fn turma() -> Turma {
    turma_em("127.0.0.1")
}

pub fn turma_em(maquina: &str) -> Turma {
    compila().unwrap();
    let pasta = tempfile::tempdir().unwrap();
    let porta = porta_livre().unwrap();
    let mut comando = Command::new(compilado("servidor_https").unwrap());
    comando
        .arg(format!("{maquina}:{porta}"))
        .current_dir(pasta.path());
    let mut servidor = Terminal::abre("servidor_https", &mut comando, false).unwrap();
    servidor.espera("turma.pem)\n").unwrap();
    Turma {
        servidor,
        porta,
        pasta,
    }
}

impl Turma {
    pub fn url(&self, caminho: &str) -> String {
        format!("https://127.0.0.1:{}{caminho}", self.porta)
    }

    /// Vinte clientes de uma vez: todos são atendidos.
    pub fn atende_vinte(&self) {
        thread::scope(|escopo| {
            for _ in 0..20 {
                let con = self.conecta();
                escopo.spawn(|| {
                    let resposta = pede(con, b"GET /README HTTP/1.1\r\nHost: x\r\n\r\n");
                    assert!(resposta.starts_with("HTTP/1.1 200 OK\r\n"), "{resposta}");
                });
            }
        });
    }

    /// Uma conexão já em TLS, com as suas próprias maneiras.
    pub fn conecta(&self) -> StreamOwned<ClientConnection, TcpStream> {
        let mut raizes = RootCertStore::empty();
        let pem = CertificateDer::from_pem_file(self.pasta.path().join("turma.pem")).unwrap();
        raizes.add(pem).unwrap();
        let tls = ClientConfig::builder()
            .with_root_certificates(raizes)
            .with_no_client_auth();
        let nome = ServerName::try_from("localhost").unwrap();
        let con = TcpStream::connect(("127.0.0.1", self.porta)).unwrap();
        con.set_read_timeout(PRAZO).unwrap();
        StreamOwned::new(ClientConnection::new(Arc::new(tls), nome).unwrap(), con)
    }

    /// A resposta inteira a um pedido escrito à mão.
    pub fn pede(&self, pedido: &[u8]) -> String {
        pede(self.conecta(), pedido)
    }
}

pub fn pede(mut con: StreamOwned<ClientConnection, TcpStream>, pedido: &[u8]) -> String {
    // O servidor pode responder antes de ouvir tudo.
    let _ = con.write_all(pedido);
    let mut resposta = Vec::new();
    con.read_to_end(&mut resposta).unwrap();
    String::from_utf8_lossy(&resposta).into_owned()
}

pub fn roda(programa: &str, argumentos: &[&str], pasta: &Path) -> Output {
    Command::new(programa)
        .args(argumentos)
        .current_dir(pasta)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

pub fn cliente(argumentos: &[&str], pasta: &Path) -> Output {
    compila().unwrap();
    let cliente = compilado("cliente_https").unwrap();
    roda(cliente.to_str().unwrap(), argumentos, pasta)
}

/// A única linha do stderr, de um programa que saiu com 1 e não mostrou nada.
#[track_caller]
pub fn erro(saida: &Output) -> String {
    let erro = String::from_utf8(saida.stderr.clone()).unwrap();
    assert_eq!(saida.status.code(), Some(1), "{erro}");
    assert_eq!(saida.stdout, b"");
    assert!(
        erro.starts_with("Erro: ") && erro.lines().count() == 1,
        "{erro}"
    );
    assert!(
        !erro.contains(|c: char| c.is_control() && c != '\n'),
        "{erro:?}"
    );
    erro
}

/// Um certificado, a chave dele, e ele em PEM.
pub type Certificado = (CertificateDer<'static>, KeyPair, String);

/// Um certificado de `nome`, que vale de `de` a `ate` dias, contados de hoje.
pub fn certificado(nome: &str, de: i32, ate: i32) -> Certificado {
    let dia = |dias: i32| {
        let hoje = SystemTime::now();
        match dias < 0 {
            true => hoje - DIA * dias.unsigned_abs(),
            false => hoje + DIA * dias.unsigned_abs(),
        }
    };
    let mut sobre = CertificateParams::new([nome.to_string()]).unwrap();
    sobre.not_before = dia(de).into();
    sobre.not_after = dia(ate).into();
    let chave = KeyPair::generate().unwrap();
    let certificado = sobre.self_signed(&chave).unwrap();
    (certificado.der().clone(), chave, certificado.pem())
}

pub fn bom() -> Certificado {
    certificado("127.0.0.1", -1, 1)
}

/// Um servidor com este certificado, que responde sempre o mesmo a um só cliente, e depois faz o que se diz.
pub fn de_mentira(
    (certificado, chave, pem): Certificado,
    resposta: &[u8],
    depois: impl FnOnce(&mut StreamOwned<ServerConnection, TcpStream>) + Send + 'static,
) -> (String, TempDir) {
    let pasta = tempfile::tempdir().unwrap();
    fs::write(pasta.path().join("falso.pem"), pem).unwrap();
    let chave = PrivatePkcs8KeyDer::from(chave.serialize_der()).into();
    let tls = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![certificado], chave)
        .unwrap();
    let escuta = TcpListener::bind("127.0.0.1:0").unwrap();
    let endereco = escuta.local_addr().unwrap();
    let resposta = resposta.to_vec();
    thread::spawn(move || {
        let (con, _) = escuta.accept().unwrap();
        let tls = ServerConnection::new(Arc::new(tls)).unwrap();
        let mut con = StreamOwned::new(tls, con);
        let mut buffer = [0; 4096];
        if con.read(&mut buffer).is_ok() {
            let _ = con.write_all(&resposta);
            depois(&mut con);
            let _ = con.flush();
        }
    });
    (endereco.to_string(), pasta)
}

/// Fica calado até o cliente desistir.
pub fn cala(con: &mut StreamOwned<ServerConnection, TcpStream>) {
    let _ = con.flush();
    while con.read(&mut [0; 64]).is_ok_and(|lidos| lidos > 0) {}
}
