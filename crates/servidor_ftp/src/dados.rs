//! A conexão de dados: quem a abre, entre quem, e como um texto viaja por ela.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{IpAddr, Shutdown, SocketAddr, TcpListener, TcpStream};
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
    /// O endereço que o cliente pediu, se é o dele: senão qualquer um faria deste servidor o autor de conexões
    /// com um terceiro. As portas baixas são de outros serviços (RFC 2577, 3).
    pub fn ativo(mut cliente: SocketAddr, ip: IpAddr, porta: u16) -> Result<Modo, &'static str> {
        if ip.to_canonical() != cliente.ip() {
            return Err("504 So me conecto ao endereco de quem pede.");
        }
        if porta < 1024 {
            return Err("504 So me conecto a portas a partir da 1024.");
        }
        // E não o ip: o de um cliente IPv6 pode ter a interface, que o EPRT não sabe dizer.
        cliente.set_port(porta);
        Ok(Modo::Ativo(cliente))
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

/// Escuta na próxima porta livre, no IP em que o cliente fala com o servidor.
pub fn escuta(mut local: SocketAddr) -> io::Result<TcpListener> {
    static PEDIDOS: AtomicUsize = AtomicUsize::new(0);
    // Dois servidores na mesma máquina partem de portas diferentes.
    let vez = PEDIDOS.fetch_add(1, Ordering::Relaxed) + process::id() as usize;
    let mut ultimo = ErrorKind::AddrInUse.into();
    for porta in PORTAS.cycle().skip(vez % 1000).take(1000) {
        local.set_port(porta);
        match TcpListener::bind(local) {
            Ok(escuta) => return Ok(escuta),
            Err(erro) => ultimo = erro,
        }
    }
    Err(ultimo)
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

/// Lê um arquivo ou uma conexão até o fim, um bloco de cada vez; o último, vazio, é o fim.
pub fn por_blocos(
    mut de: impl Read,
    mut cada: impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<()> {
    let mut bloco = vec![0; BLOCO];
    loop {
        let lidos = match de.read(&mut bloco) {
            // O programa foi suspenso e voltou (Ctrl-Z e fg).
            Err(erro) if erro.kind() == ErrorKind::Interrupted => continue,
            lidos => lidos?,
        };
        cada(&bloco[..lidos])?;
        if lidos == 0 {
            return Ok(());
        }
    }
}

/// Manda um texto com CRLF no fim de cada linha (RFC 959, 3.1.1.1), sem os primeiros `pula` bytes do que
/// viajaria. Devolve quantos seriam ao todo.
pub fn manda_texto(de: impl Read, mut para: impl Write, pula: u64) -> io::Result<u64> {
    let (mut total, mut anterior) = (0, 0);
    por_blocos(de, |bloco| {
        let mut texto = Vec::with_capacity(2 * BLOCO);
        for byte in bloco {
            if *byte == b'\n' && anterior != b'\r' {
                texto.push(b'\r');
            }
            texto.push(*byte);
            anterior = *byte;
        }
        let pulados = pula.saturating_sub(total).min(texto.len() as u64);
        total += texto.len() as u64;
        para.write_all(&texto[pulados as usize..])
    })?;
    Ok(total)
}

/// O inverso: de um bloco que chega, cada CRLF vira LF. O CR do fim de um bloco espera, em `cr`, o seguinte.
pub fn sem_crlf(bloco: &[u8], cr: &mut bool) -> Vec<u8> {
    let mut texto = Vec::with_capacity(bloco.len() + 1);
    for byte in bloco {
        if *cr && *byte != b'\n' {
            texto.push(b'\r');
        }
        *cr = *byte == b'\r';
        if !*cr {
            texto.push(*byte);
        }
    }
    // O bloco vazio é o fim.
    if bloco.is_empty() && *cr {
        texto.push(b'\r');
    }
    texto
}
