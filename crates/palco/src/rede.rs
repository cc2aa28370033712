//! O palco na rede: um par que fala bytes com o programa, onde uma pessoa não bastaria.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::thread;
use std::time::{Duration, Instant};

use crate::desvio::Engano;
use crate::falha::{Resultado, falha};
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
    /// Um par que espera o programa em `porta` de 127.0.0.1.
    pub(crate) fn escuta(protocolo: Rede, porta: u16, prazo: Duration) -> Resultado<Par> {
        if protocolo == Rede::Udp {
            let socket = UdpSocket::bind(("127.0.0.1", porta))?;
            socket.set_read_timeout(Some(prazo))?;
            return Ok(Par(Lado::Udp(socket, None), prazo));
        }
        let escuta = TcpListener::bind(("127.0.0.1", porta))?;
        Ok(Par(Lado::Tcp(Some(escuta), None), prazo))
    }

    /// Um par que vai até o programa em `porta` de 127.0.0.1.
    pub(crate) fn vai(protocolo: Rede, porta: u16, prazo: Duration) -> Resultado<Par> {
        if protocolo == Rede::Udp {
            let socket = UdpSocket::bind(("127.0.0.1", 0))?;
            socket.set_read_timeout(Some(prazo))?;
            let destino = ([127, 0, 0, 1], porta).into();
            return Ok(Par(Lado::Udp(socket, Some(destino)), prazo));
        }
        let con = TcpStream::connect(("127.0.0.1", porta))?;
        Ok(Par(Lado::Tcp(None, Some(con)), prazo))
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
        let vistos = self.recebe_ate(esperados.len())?;
        if vistos == esperados {
            return Ok(());
        }
        Err(Engano::OutrosBytes {
            esperados: esperados.to_vec(),
            vistos,
        })
    }

    /// Os próximos bytes: até `quantos`, o fim da conexão ou o prazo.
    fn recebe_ate(&mut self, quantos: usize) -> Resultado<Vec<u8>> {
        let mut vistos = Vec::new();
        if let Lado::Udp(socket, origem) = &mut self.0 {
            vistos.resize(65535, 0);
            let (lidos, de) = socket.recv_from(&mut vistos)?;
            *origem = Some(de);
            vistos.truncate(lidos);
        } else {
            let _ = self
                .conexao()?
                .take(quantos as u64)
                .read_to_end(&mut vistos);
        }
        Ok(vistos)
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
