//! O palco na rede: um par que fala bytes com o programa, onde uma pessoa não bastaria.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use crate::falha::{Resultado, falha};
use crate::sessao::Rede;

/// Quanto se espera por bytes antes de desistir: só conta quando algo travou.
const PRAZO: Duration = Duration::from_secs(30);

/// Um par de rede do programa em cena.
#[derive(Debug)]
pub(crate) enum Par {
    /// Espera as conexões do programa, uma de cada vez.
    Servidor {
        chegadas: Receiver<TcpStream>,
        con: Option<TcpStream>,
    },
    /// Foi até o programa.
    Cliente(Option<TcpStream>),
    /// Troca datagramas com quem falou por último.
    Udp(UdpSocket, Option<SocketAddr>),
}

impl Par {
    /// Um par que espera o programa em `porta` de 127.0.0.1.
    pub(crate) fn escuta(protocolo: Rede, porta: u16) -> Resultado<Par> {
        if protocolo == Rede::Udp {
            let socket = UdpSocket::bind(("127.0.0.1", porta))?;
            socket.set_read_timeout(Some(PRAZO))?;
            return Ok(Par::Udp(socket, None));
        }
        let escuta = TcpListener::bind(("127.0.0.1", porta))?;
        let (envia, chegadas) = channel();
        // O accept do std não tem prazo; a fila do canal tem.
        thread::spawn(move || {
            while escuta
                .accept()
                .is_ok_and(|(con, _)| envia.send(con).is_ok())
            {}
        });
        Ok(Par::Servidor {
            chegadas,
            con: None,
        })
    }

    /// Um par que vai até o programa em `porta` de 127.0.0.1.
    pub(crate) fn vai(protocolo: Rede, porta: u16) -> Resultado<Par> {
        if protocolo == Rede::Udp {
            let socket = UdpSocket::bind(("127.0.0.1", 0))?;
            socket.set_read_timeout(Some(PRAZO))?;
            return Ok(Par::Udp(socket, Some(([127, 0, 0, 1], porta).into())));
        }
        Ok(Par::Cliente(Some(TcpStream::connect((
            "127.0.0.1",
            porta,
        ))?)))
    }

    /// Manda todos os bytes (em UDP, num datagrama).
    pub(crate) fn envia(&mut self, bytes: &[u8]) -> Resultado<()> {
        match self {
            Par::Udp(socket, Some(destino)) => socket.send_to(bytes, *destino).map(drop)?,
            Par::Udp(_, None) => {
                return Err(falha!(
                    "ninguém falou ainda com a rede: não há a quem mandar"
                ));
            }
            _ => self.conexao()?.write_all(bytes)?,
        }
        Ok(())
    }

    /// Espera exatamente estes bytes (em UDP, um datagrama igual a eles).
    pub(crate) fn recebe(&mut self, esperados: &[u8]) -> Resultado<()> {
        let mut recebidos = vec![0; 65535];
        if let Par::Udp(socket, origem) = self {
            let (lidos, de) = socket.recv_from(&mut recebidos)?;
            *origem = Some(de);
            recebidos.truncate(lidos);
        } else {
            recebidos.truncate(esperados.len());
            self.conexao()?.read_exact(&mut recebidos)?;
        }
        if recebidos == esperados {
            Ok(())
        } else {
            Err(falha!(
                "chegou {} em vez de {}",
                recebidos.escape_ascii(),
                esperados.escape_ascii()
            ))
        }
    }

    /// Fecha a conexão; quem escuta continua à espera da próxima.
    pub(crate) fn fecha(&mut self) -> Resultado<()> {
        self.conexao()?;
        if let Par::Servidor { con, .. } | Par::Cliente(con) = self {
            *con = None;
        }
        Ok(())
    }

    fn conexao(&mut self) -> Resultado<&mut TcpStream> {
        let con = match self {
            Par::Servidor { chegadas, con } => {
                if con.is_none() {
                    *con = Some(
                        chegadas
                            .recv_timeout(PRAZO)
                            .map_err(|_| falha!("ninguém se conectou"))?,
                    );
                }
                con.as_mut()
            }
            Par::Cliente(con) => con.as_mut(),
            Par::Udp(..) => None,
        };
        let con = con.ok_or_else(|| falha!("a conexão já foi fechada"))?;
        con.set_read_timeout(Some(PRAZO))?;
        Ok(con)
    }
}
