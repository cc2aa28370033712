//! A conexão de dados: quem a abre, entre quem, e o que viaja por ela.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::process;
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
/// Quanto de um arquivo fica na memória de cada vez, em bytes.
const BLOCO: usize = 256 << 10;

/// Quem abre a conexão de dados: o cliente (PASV e EPSV), ou o servidor, no endereço dele (PORT e EPRT).
pub enum Modo {
    Passivo(TcpListener),
    Ativo(SocketAddr),
}

impl Modo {
    /// Escuta na próxima porta livre, no IP em que o cliente fala com o servidor; devolve também a porta.
    pub fn passivo(mut local: SocketAddr) -> io::Result<(Modo, u16)> {
        static PEDIDOS: AtomicUsize = AtomicUsize::new(0);
        // Dois servidores na mesma máquina partem de portas diferentes.
        let vez = PEDIDOS.fetch_add(1, Ordering::Relaxed) + process::id() as usize;
        let mut portas = PORTAS.cycle().skip(vez % 1000).take(1000);
        let livre = portas.find_map(|porta| {
            local.set_port(porta);
            Some((Modo::Passivo(TcpListener::bind(local).ok()?), porta))
        });
        livre.ok_or(ErrorKind::AddrInUse.into())
    }

    /// Abre a conexão de dados com `cliente`, e com mais ninguém.
    pub fn abre(self, cliente: SocketAddr, corte: &Corte) -> io::Result<&TcpStream> {
        let escuta = match self {
            Modo::Ativo(destino) => {
                return corte.guarda(TcpStream::connect_timeout(&destino, PRAZO)?);
            }
            Modo::Passivo(escuta) => escuta,
        };
        escuta.set_nonblocking(true)?;
        let limite = Instant::now() + PRAZO;
        loop {
            match escuta.accept() {
                Ok((con, de)) if de.ip().to_canonical() == cliente.ip() => {
                    return corte.guarda(con);
                }
                Ok(_) => {} // Um curioso: fecha-se, e o cliente ainda pode chegar.
                Err(erro) if erro.kind() != ErrorKind::WouldBlock => return Err(erro),
                Err(erro) if corte.pedido() || Instant::now() > limite => return Err(erro),
                Err(_) => thread::sleep(ESPIADA),
            }
        }
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

    fn guarda(&self, con: TcpStream) -> io::Result<&TcpStream> {
        // No Windows e no macOS ela herda isso de quem escuta.
        con.set_nonblocking(false)?;
        con.set_nodelay(true)?;
        con.set_read_timeout(Some(INATIVIDADE))?;
        con.set_write_timeout(Some(INATIVIDADE))?;
        let con = self.con.get_or_init(|| con);
        // O pedido pode ter chegado um instante antes de haver o que cortar.
        if self.pedido() {
            self.corta();
        }
        Ok(con)
    }
}

/// Manda o que há em `de`, sem os primeiros `pula` bytes do que viajaria; um `texto` viaja com CRLF no fim de cada
/// linha (RFC 959, 3.1.1.1). Devolve quantos bytes seriam ao todo.
pub fn manda(mut de: impl Read, mut para: impl Write, texto: bool, pula: u64) -> io::Result<u64> {
    let (mut bloco, mut com_crlf) = (vec![0; BLOCO], Vec::new());
    let (mut total, mut anterior) = (0, 0);
    loop {
        let mut viaja = match de.read(&mut bloco) {
            Ok(0) => return Ok(total),
            Ok(lidos) => &bloco[..lidos],
            // O programa foi suspenso e voltou (Ctrl-Z e fg).
            Err(erro) if erro.kind() == ErrorKind::Interrupted => continue,
            Err(erro) => return Err(erro),
        };
        if texto {
            com_crlf.clear();
            for byte in viaja {
                if *byte == b'\n' && anterior != b'\r' {
                    com_crlf.push(b'\r');
                }
                com_crlf.push(*byte);
                anterior = *byte;
            }
            viaja = &com_crlf;
        }
        let pulados = pula.saturating_sub(total).min(viaja.len() as u64);
        total += viaja.len() as u64;
        para.write_all(&viaja[pulados as usize..])?;
    }
}
