//! O outro lado de cada medida: quem conversa com um servidor, e quem recebe um arquivo sem FTP.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

/// Uma troca que demora mais do que isto ficou parada: as outras levam menos de um milésimo de segundo.
const PARADA: Duration = Duration::from_millis(200);
/// Quanto se espera por um servidor que está abrindo, ou por uma resposta.
const PRAZO: Duration = Duration::from_secs(20);

/// Como se fala com o servidor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocolo {
    Tcp,
    Udp,
}

/// Faz `trocas` trocas com o servidor, repartidas por `clientes` ao mesmo tempo, e diz quantas ficaram
/// paradas.
pub fn carga(
    protocolo: Protocolo,
    servidor: SocketAddr,
    trocas: usize,
    clientes: usize,
) -> io::Result<usize> {
    let um_cliente = || -> io::Result<usize> {
        let mut paradas = 0;
        for _ in 0..trocas / clientes {
            let comeco = Instant::now();
            troca(protocolo, servidor)?;
            paradas += usize::from(comeco.elapsed() > PARADA);
        }
        Ok(paradas)
    };
    thread::scope(|escopo| {
        let todos: Vec<_> = (0..clientes).map(|_| escopo.spawn(um_cliente)).collect();
        todos.into_iter().try_fold(0, |soma, cliente| {
            let paradas = cliente
                .join()
                .unwrap_or_else(|_| Err(io::Error::other("um cliente parou no meio")));
            Ok(soma + paradas?)
        })
    })
}

/// Uma pergunta e a resposta, por uma conexão ou um datagrama. Insiste com quem recusa: pode estar
/// abrindo, e o Windows recusa quem não cabe na fila.
pub fn troca(protocolo: Protocolo, servidor: SocketAddr) -> io::Result<()> {
    let comeco = Instant::now();
    loop {
        let feita = match protocolo {
            Protocolo::Tcp => troca_tcp(servidor),
            Protocolo::Udp => troca_udp(servidor),
        };
        match feita {
            Err(erro) if recusou(&erro) && comeco.elapsed() < PRAZO => {
                thread::sleep(Duration::from_millis(10));
            }
            outro => return outro,
        }
    }
}

fn recusou(erro: &io::Error) -> bool {
    // No Windows a recusa do UDP chega como ConnectionReset.
    matches!(
        erro.kind(),
        ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset
    )
}

fn troca_tcp(servidor: SocketAddr) -> io::Result<()> {
    let mut con = TcpStream::connect(servidor)?;
    con.set_read_timeout(Some(PRAZO))?;
    con.write_all(b"Python")?;
    con.read_to_end(&mut Vec::new())?;
    Ok(())
}

fn troca_udp(servidor: SocketAddr) -> io::Result<()> {
    let con = UdpSocket::bind(("127.0.0.1", 0))?;
    con.connect(servidor)?;
    con.set_read_timeout(Some(PRAZO))?;
    con.send(b"Python")?;
    con.recv(&mut [0; 1024])?;
    Ok(())
}

/// Recebe um arquivo de quem o manda sem conversa e o grava, `bloco` bytes de cada vez; sem `bloco`, como
/// o `io::copy` faz.
pub fn recebe(servidor: SocketAddr, bloco: Option<usize>, nome: &Path) -> io::Result<()> {
    let mut con = TcpStream::connect(servidor)?;
    let mut arquivo = File::create(nome)?;
    let Some(bloco) = bloco else {
        io::copy(&mut con, &mut arquivo)?;
        return Ok(());
    };
    let mut buffer = vec![0; bloco];
    loop {
        match con.read(&mut buffer)? {
            0 => return Ok(()),
            lidos => arquivo.write_all(&buffer[..lidos])?,
        }
    }
}
