//! Os clientes de um servidor, para medi-lo.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

/// Uma troca que demora mais do que isto ficou parada: as outras levam menos de um milésimo de segundo.
const PARADA: Duration = Duration::from_millis(200);
/// Quanto se espera por um servidor que está abrindo, ou por uma resposta.
const PRAZO: Duration = Duration::from_secs(20);

/// Faz `trocas` trocas com o servidor, repartidas por `clientes` ao mesmo tempo, e diz quantas ficaram
/// paradas.
pub fn carga(servidor: SocketAddr, trocas: usize, clientes: usize) -> io::Result<usize> {
    let um_cliente = || {
        (0..trocas / clientes).try_fold(0, |paradas, _| {
            let comeco = Instant::now();
            troca(servidor)?;
            Ok(paradas + usize::from(comeco.elapsed() > PARADA))
        })
    };
    let parou = |_| Err(io::Error::other("um cliente parou no meio"));
    thread::scope(|escopo| {
        let todos: Vec<_> = (0..clientes).map(|_| escopo.spawn(um_cliente)).collect();
        let paradas = todos.into_iter().map(|um| um.join().unwrap_or_else(parou));
        paradas.sum()
    })
}

/// Uma mensagem e a resposta. Insiste com quem recusa: pode estar abrindo, e o Windows recusa quem não cabe
/// na fila.
pub fn troca(servidor: SocketAddr) -> io::Result<()> {
    let comeco = Instant::now();
    let mut con = loop {
        match TcpStream::connect(servidor) {
            Err(erro)
                if erro.kind() == ErrorKind::ConnectionRefused && comeco.elapsed() < PRAZO =>
            {
                thread::sleep(Duration::from_millis(10));
            }
            outro => break outro?,
        }
    };
    con.set_read_timeout(Some(PRAZO))?;
    con.write_all(b"Python")?;
    con.read_to_end(&mut Vec::new())?;
    Ok(())
}
