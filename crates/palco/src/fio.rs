//! O fio entre um cliente e um servidor: passa tudo adiante, sem mudar nada, e conta os bytes.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crate::falha::Resultado;
use crate::porta::Reserva;
use crate::sessao::Rede;

/// De quanto em quanto tempo o fio UDP olha se a sessão acabou.
const PAUSA: Duration = Duration::from_millis(20);

/// Quantos bytes passaram.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trafego {
    /// Do cliente para o servidor.
    pub ida: u64,
    /// Do servidor para o cliente.
    pub volta: u64,
}

/// Escuta numa porta e repassa a outra, até sair de cena.
#[derive(Debug)]
pub(crate) struct Fio(Arc<Meio>);

/// O que as threads do fio compartilham.
#[derive(Debug)]
struct Meio {
    porta: Reserva,
    destino: u16,
    /// O que foi e o que voltou.
    bytes: [AtomicU64; 2],
    acabou: AtomicBool,
    conexoes: Mutex<Vec<TcpStream>>,
}

const IDA: usize = 0;
const VOLTA: usize = 1;

impl Fio {
    pub(crate) fn estica(rede: Rede, destino: u16) -> Resultado<Fio> {
        let porta = Reserva::nova()?;
        let meio = Arc::new(Meio {
            porta,
            destino,
            bytes: Default::default(),
            acabou: AtomicBool::new(false),
            conexoes: Mutex::new(Vec::new()),
        });
        let dele = Arc::clone(&meio);
        match rede {
            Rede::Tcp => {
                let escuta = TcpListener::bind((Ipv4Addr::LOCALHOST, meio.porta.porta))?;
                thread::spawn(move || dele.atende(&escuta));
            }
            Rede::Udp => {
                let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, meio.porta.porta))?;
                thread::spawn(move || dele.repassa_datagramas(&socket));
            }
        }
        Ok(Fio(meio))
    }

    /// Onde ele escuta.
    pub(crate) fn porta(&self) -> u16 {
        self.0.porta.porta
    }

    pub(crate) fn trafego(&self) -> Trafego {
        Trafego {
            ida: self.0.bytes[IDA].load(Ordering::Relaxed),
            volta: self.0.bytes[VOLTA].load(Ordering::Relaxed),
        }
    }
}

/// Fim da sessão: as conexões caem, e a porta fica livre.
impl Drop for Fio {
    fn drop(&mut self) {
        self.0.acabou.store(true, Ordering::Relaxed);
        // O accept só acorda com uma visita.
        let _ = TcpStream::connect((Ipv4Addr::LOCALHOST, self.porta()));
        for con in self.0.conexoes().drain(..) {
            let _ = con.shutdown(Shutdown::Both);
        }
    }
}

impl Meio {
    fn conexoes(&self) -> std::sync::MutexGuard<'_, Vec<TcpStream>> {
        self.conexoes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn conta(&self, sentido: usize, bytes: usize) {
        self.bytes[sentido].fetch_add(bytes as u64, Ordering::Relaxed);
    }

    fn atende(self: &Arc<Self>, escuta: &TcpListener) {
        for cliente in escuta.incoming() {
            if self.acabou.load(Ordering::Relaxed) {
                return;
            }
            if let Ok(cliente) = cliente
                && let Ok(servidor) = TcpStream::connect((Ipv4Addr::LOCALHOST, self.destino))
            {
                self.liga(cliente, servidor);
            }
        }
    }

    /// Liga duas conexões, nos dois sentidos.
    fn liga(self: &Arc<Self>, cliente: TcpStream, servidor: TcpStream) {
        let (Ok(cliente_2), Ok(servidor_2)) = (cliente.try_clone(), servidor.try_clone()) else {
            return;
        };
        for con in [&cliente, &servidor] {
            // Cada mensagem segue na hora, como sem o fio.
            let _ = con.set_nodelay(true);
            self.conexoes().extend(con.try_clone());
        }
        for (de, para, sentido) in [(cliente, servidor_2, IDA), (servidor, cliente_2, VOLTA)] {
            let meio = Arc::clone(self);
            thread::spawn(move || meio.repassa(de, para, sentido));
        }
    }

    fn repassa(&self, mut de: TcpStream, mut para: TcpStream, sentido: usize) {
        let mut buffer = [0; 65536];
        while let Ok(lidos @ 1..) = de.read(&mut buffer) {
            self.conta(sentido, lidos);
            if para.write_all(&buffer[..lidos]).is_err() {
                break;
            }
        }
        let _ = para.shutdown(Shutdown::Write);
    }

    /// Cada cliente tem, do outro lado, o seu próprio socket: é o endereço que o servidor vê.
    fn repassa_datagramas(self: &Arc<Self>, socket: &UdpSocket) {
        let mut clientes: HashMap<SocketAddr, UdpSocket> = HashMap::new();
        let mut buffer = [0; 65536];
        let _ = socket.set_read_timeout(Some(PAUSA));
        while !self.acabou.load(Ordering::Relaxed) {
            let Ok((lidos, cliente)) = socket.recv_from(&mut buffer) else {
                continue;
            };
            if !clientes.contains_key(&cliente)
                && let Ok(novo) = self.abre_volta(socket, cliente)
            {
                clientes.insert(cliente, novo);
            }
            if let Some(ate_o_servidor) = clientes.get(&cliente) {
                self.conta(IDA, lidos);
                let _ = ate_o_servidor.send(&buffer[..lidos]);
            }
        }
    }

    fn abre_volta(
        self: &Arc<Self>,
        socket: &UdpSocket,
        cliente: SocketAddr,
    ) -> std::io::Result<UdpSocket> {
        let novo = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        novo.connect((Ipv4Addr::LOCALHOST, self.destino))?;
        novo.set_read_timeout(Some(PAUSA))?;
        let (daqui, para_o_cliente) = (novo.try_clone()?, socket.try_clone()?);
        let meio = Arc::clone(self);
        thread::spawn(move || {
            let mut buffer = [0; 65536];
            while !meio.acabou.load(Ordering::Relaxed) {
                if let Ok(lidos) = daqui.recv(&mut buffer) {
                    meio.conta(VOLTA, lidos);
                    let _ = para_o_cliente.send_to(&buffer[..lidos], cliente);
                }
            }
        });
        Ok(novo)
    }
}
