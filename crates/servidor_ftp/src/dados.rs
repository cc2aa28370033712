//! A conexão de dados: quem a abre, entre quem, e o que viaja por ela.

use std::io::{self, ErrorKind, Read, Write};
use std::mem;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// As portas do modo passivo: fixas, para que se possa liberá-las num firewall, e mil, para uma turma inteira.
const PORTAS: std::ops::Range<u16> = 50000..51000;
/// Quanto se espera pela conexão de dados, em qualquer modo.
const PRAZO: Duration = Duration::from_secs(30);
/// Uma aula tem pausas: meia hora sem comandos, ou sem um byte, antes de o servidor desligar um cliente.
pub const INATIVIDADE: Duration = Duration::from_secs(30 * 60);
/// De quanto em quanto se olha se o cliente chegou: o `accept` do std não tem prazo.
const ESPIADA: Duration = Duration::from_millis(5);
/// Quanto de um arquivo se lê de cada vez, em bytes.
const BLOCO: u64 = 256 << 10;

/// Quem abre a conexão de dados: o cliente (PASV e EPSV), ou o servidor, no endereço dele (PORT e EPRT).
pub enum Modo {
    Passivo(TcpListener),
    Ativo(SocketAddr),
}

/// Escuta na próxima porta livre, no IP em que o cliente fala com o servidor; devolve também a porta.
pub fn escuta(mut local: SocketAddr) -> Option<(TcpListener, u16)> {
    static PEDIDOS: AtomicUsize = AtomicUsize::new(0);
    // Dois servidores na mesma máquina partem de portas diferentes.
    let vez = PEDIDOS.fetch_add(1, Ordering::Relaxed) + std::process::id() as usize;
    let mut portas = PORTAS.cycle().skip(vez % 1000).take(1000);
    portas.find_map(|porta| {
        local.set_port(porta);
        Some((TcpListener::bind(local).ok()?, porta))
    })
}

impl Modo {
    /// Abre a conexão de dados com `cliente`, e com mais ninguém.
    pub fn abre(self, cliente: SocketAddr, corte: &Corte) -> io::Result<&TcpStream> {
        let con = match self {
            Modo::Ativo(destino) => TcpStream::connect_timeout(&destino, PRAZO)?,
            Modo::Passivo(escuta) => {
                escuta.set_nonblocking(true)?;
                let limite = Instant::now() + PRAZO;
                loop {
                    match escuta.accept() {
                        Ok((con, de)) if de.ip() == cliente.ip() => break con,
                        Ok(_) => {} // Um curioso: fecha-se, e o cliente ainda pode chegar.
                        Err(erro) if corte.pedido() || Instant::now() > limite => return Err(erro),
                        Err(_) => thread::sleep(ESPIADA),
                    }
                }
            }
        };
        // No Windows e no macOS ela herda isso de quem escuta.
        con.set_nonblocking(false)?;
        con.set_nodelay(true)?;
        con.set_read_timeout(Some(INATIVIDADE))?;
        con.set_write_timeout(Some(INATIVIDADE))?;
        let con = corte.con.get_or_init(|| con);
        // O pedido pode ter chegado um instante antes de haver o que cortar.
        if corte.pedido() {
            corte.corta();
        }
        Ok(con)
    }
}

/// O que deixa outra thread cortar uma transferência no meio (ABOR).
#[derive(Default)]
pub struct Corte {
    pedido: AtomicBool,
    con: OnceLock<TcpStream>,
}

impl Corte {
    /// Corta: quem lê ou escreve na conexão de dados acorda com o fim dela.
    pub fn corta(&self) {
        self.pedido.store(true, Ordering::SeqCst);
        self.con.get().map(|con| con.shutdown(Shutdown::Both));
    }

    /// Se alguém pediu o corte.
    pub fn pedido(&self) -> bool {
        self.pedido.load(Ordering::SeqCst)
    }
}

/// Manda o que há em `de`, sem os primeiros `pula` bytes do que viajaria; um `texto` viaja com CRLF no fim de cada
/// linha (RFC 959, 3.1.1.1). Devolve quantos bytes seriam ao todo.
pub fn manda(mut de: impl Read, mut para: impl Write, texto: bool, pula: u64) -> io::Result<u64> {
    let (mut bloco, mut com_lf) = (Vec::new(), Vec::new());
    let (mut total, mut anterior) = (0, 0);
    loop {
        bloco.clear();
        if de.by_ref().take(BLOCO).read_to_end(&mut bloco)? == 0 {
            return Ok(total);
        }
        if texto {
            mem::swap(&mut bloco, &mut com_lf);
            for byte in com_lf.drain(..) {
                if byte == b'\n' && anterior != b'\r' {
                    bloco.push(b'\r');
                }
                bloco.push(byte);
                anterior = byte;
            }
        }
        let pulados = pula.saturating_sub(total).min(bloco.len() as u64);
        total += bloco.len() as u64;
        para.write_all(&bloco[pulados as usize..])?;
    }
}

/// Junta a `bytes` o próximo pedaço que chega, e diz se havia um; o CRLF de um `texto` fica como LF.
pub fn recebe(mut de: &TcpStream, bytes: &mut Vec<u8>, texto: bool) -> io::Result<bool> {
    let mut bloco = [0; 64 << 10];
    let lidos = match de.read(&mut bloco) {
        // O programa foi suspenso e voltou (Ctrl-Z e fg).
        Err(erro) if erro.kind() == ErrorKind::Interrupted => return Ok(true),
        lidos => lidos?,
    };
    if !texto {
        bytes.extend_from_slice(&bloco[..lidos]);
        return Ok(lidos > 0);
    }
    for byte in &bloco[..lidos] {
        if *byte == b'\n' && bytes.ends_with(b"\r") {
            bytes.pop();
        }
        bytes.push(*byte);
    }
    Ok(lidos > 0)
}
