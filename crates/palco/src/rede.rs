//! O palco na rede: um par que fala bytes com o programa, onde uma pessoa não bastaria.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::thread;
use std::time::{Duration, Instant};

use crate::desvio::Engano;
use crate::falha::{Falha, Resultado, falha};
use crate::sessao::Rede;
use crate::terminal::interrompido;

/// Um par de rede do programa em cena, e quanto ele espera por bytes antes de desistir.
#[derive(Debug)]
pub(crate) struct Par(Lado, Duration);

#[derive(Debug)]
enum Lado {
    /// Uma conexão; quem escuta espera as do programa, uma de cada vez.
    Tcp(Option<TcpListener>, Option<TcpStream>),
    /// Troca datagramas com quem falou por último.
    Udp(UdpSocket, Option<SocketAddr>),
}

impl Par {
    /// Um par que espera o programa em `porta` de 127.0.0.1, ou vai até ele.
    pub(crate) fn novo(rede: Rede, porta: u16, espera: bool, prazo: Duration) -> Resultado<Par> {
        let la = SocketAddr::from(([127, 0, 0, 1], porta));
        let lado = match (rede, espera) {
            (Rede::Tcp, true) => Lado::Tcp(Some(TcpListener::bind(la)?), None),
            (Rede::Tcp, false) => Lado::Tcp(None, Some(TcpStream::connect(la)?)),
            (Rede::Udp, true) => Lado::Udp(UdpSocket::bind(la)?, None),
            (Rede::Udp, false) => Lado::Udp(UdpSocket::bind("127.0.0.1:0")?, Some(la)),
        };
        if let Lado::Udp(socket, _) = &lado {
            socket.set_read_timeout(Some(prazo))?;
        }
        Ok(Par(lado, prazo))
    }

    /// Manda todos os bytes (em UDP, num datagrama).
    pub(crate) fn envia(&mut self, bytes: &[u8]) -> Resultado<()> {
        match &self.0 {
            Lado::Udp(socket, Some(destino)) => socket.send_to(bytes, *destino).map(drop)?,
            Lado::Udp(_, None) => {
                return Err(falha!(
                    "ninguém falou ainda com a rede: não há a quem mandar"
                ));
            }
            _ => self.conexao()?.write_all(bytes)?,
        }
        Ok(())
    }

    /// Espera exatamente estes bytes (em UDP, um datagrama igual a eles).
    pub(crate) fn recebe(&mut self, esperados: &[u8]) -> Result<(), Engano> {
        let mut vistos = Vec::new();
        if let Lado::Udp(socket, origem) = &mut self.0 {
            vistos.resize(65535, 0);
            let (lidos, de) = socket.recv_from(&mut vistos).map_err(Falha::from)?;
            *origem = Some(de);
            vistos.truncate(lidos);
        } else {
            // Até tantos bytes, o fim da conexão ou o prazo.
            let mut con = self.conexao()?.take(esperados.len() as u64);
            let _ = con.read_to_end(&mut vistos);
        }
        let esperados = esperados.to_vec();
        match vistos == esperados {
            true => Ok(()),
            false => Err(Engano::OutrosBytes { esperados, vistos }),
        }
    }

    /// Fecha a conexão; quem escuta continua à espera da próxima.
    pub(crate) fn fecha(&mut self) -> Resultado<()> {
        self.conexao()?;
        if let Lado::Tcp(_, con) = &mut self.0 {
            *con = None;
        }
        Ok(())
    }

    fn conexao(&mut self) -> Resultado<&mut TcpStream> {
        let Par(Lado::Tcp(escuta, con), prazo) = self else {
            return Err(falha!("em UDP não há conexão"));
        };
        if let Some(escuta) = escuta
            && con.is_none()
        {
            *con = Some(aceita(escuta, *prazo)?);
        }
        let con = con
            .as_mut()
            .ok_or_else(|| falha!("a conexão já foi fechada"))?;
        con.set_read_timeout(Some(*prazo))?;
        Ok(con)
    }
}

/// A próxima conexão, se vem dentro do prazo. O accept do std não tem um: resta olhar de novo, com um respiro.
pub fn aceita(escuta: &TcpListener, prazo: Duration) -> Resultado<TcpStream> {
    escuta.set_nonblocking(true)?;
    let limite = Instant::now() + prazo;
    loop {
        match escuta.accept() {
            Ok((con, _)) => {
                con.set_nonblocking(false)?;
                return Ok(con);
            }
            Err(_) if Instant::now() > limite || interrompido() => {
                return Err(falha!("ninguém se conectou"));
            }
            Err(_) => thread::sleep(Duration::from_millis(1)),
        }
    }
}
