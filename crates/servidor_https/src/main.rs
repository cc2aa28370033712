//! Vai além da seção 7.2: os arquivos do servidor da turma, cifrados com TLS.
//!
//! Terminal 1: `cargo run -p servidor_https` (Ctrl-C encerra)
//! Terminal 2: `cargo run -p cliente_https -- --certificado turma.pem`

use std::io::{self, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::ExitCode;
use std::sync::Arc;
use std::thread::Builder;
use std::time::Duration;

use comum::{
    Erro, ajuda, argumento_ou, despede, erro_ao_escutar, executa, mostra, sem_ctrl_c, tupla,
    visivel,
};
use comum_alem::{fecha_com_calma, mostra_sem_esperar};
use comum_https::{ComPrazo, Resposta, causa, certificado_da_turma, le_cabeca, procura};
use httparse::{EMPTY_HEADER, Error, Request, Status};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// Quanto se espera por um cliente calado.
const PRAZO: Option<Duration> = Some(Duration::from_secs(10));

fn main() -> ExitCode {
    executa(licao)
}

fn licao() -> Result<(), Erro> {
    let endereco = argumento_ou("127.0.0.1:8443", ajuda!())?.para_escutar();
    ctrlc::set_handler(despede).map_err(sem_ctrl_c)?;
    let obj_socket = TcpListener::bind(&endereco).map_err(erro_ao_escutar(&endereco))?;
    // O certificado se assina a si mesmo: só confia nele quem já o recebeu.
    let (certificado, chave) = certificado_da_turma(&endereco)?;
    let tls = ServerConfig::builder().with_no_client_auth();
    let tls = tls.with_single_cert(vec![certificado], chave);
    let tls = Arc::new(tls.map_err(io::Error::other)?);
    mostra!("Servidor da turma em https://{endereco}/ (o certificado está em turma.pem)")?;
    loop {
        recebe(&obj_socket, &tls).or_else(Erro::avisa_e_segue)?;
    }
}

/// Uma conexão, uma thread, um pedido.
fn recebe(obj_socket: &TcpListener, tls: &Arc<ServerConfig>) -> Result<(), Erro> {
    let (con, cliente) = obj_socket.accept()?;
    let tls = Arc::clone(tls);
    Builder::new().spawn(move || {
        if let Err(erro) = atende(con, cliente, tls) {
            mostra_sem_esperar(format!("{}  {}", tupla(cliente), causa(&erro)));
        }
    })?;
    Ok(())
}

fn atende(con: TcpStream, cliente: SocketAddr, tls: Arc<ServerConfig>) -> io::Result<()> {
    con.set_read_timeout(PRAZO)?;
    con.set_write_timeout(PRAZO)?;
    con.set_nodelay(true)?; // O corpo não espera que a cabeça chegue.
    // Daqui em diante, con cifra o que se escreve e decifra o que se lê.
    let tls = ServerConnection::new(tls).map_err(io::Error::other)?;
    let mut con = StreamOwned::new(tls, ComPrazo::novo(con));
    let cabeca = le_cabeca(&mut con)?;
    let mut campos = [EMPTY_HEADER; 64];
    let mut pedido = Request::new(&mut campos);
    let resposta = match pedido.parse(&cabeca) {
        Ok(Status::Complete(_)) => responde(&pedido),
        Ok(Status::Partial) | Err(Error::TooManyHeaders) => {
            Resposta::recusa("431 Request Header Fields Too Large", "")
        }
        Err(_) => Resposta::recusa("400 Bad Request", ""),
    };
    let pedido = [pedido.method, pedido.path].map(Option::unwrap_or_default);
    let na_tela = visivel(pedido.join(" ").as_bytes());
    mostra_sem_esperar(format!(
        "{}  {na_tela} → {}",
        tupla(cliente),
        resposta.codigo
    ));
    con.write_all(resposta.cabeca().as_bytes())?;
    if pedido[0] != "HEAD" {
        con.write_all(&resposta.corpo)?;
    }
    con.conn.send_close_notify();
    let _ = con.flush(); // Quem só queria o código já pode ter ido.
    fecha_com_calma(&con.sock.con);
    Ok(())
}

/// O que responder a um pedido bem escrito.
fn responde(pedido: &Request) -> Resposta {
    if !matches!(pedido.method, Some("GET" | "HEAD")) {
        return Resposta::recusa("405 Method Not Allowed", "Allow: GET, HEAD\r\n");
    }
    match procura(pedido.path.unwrap_or_default()) {
        Some((tipo, corpo)) => Resposta::arquivo(pedido, tipo, corpo),
        None => Resposta::recusa("404 Not Found", ""),
    }
}
