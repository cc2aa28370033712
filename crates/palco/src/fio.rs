//! O fio entre um cliente e um servidor: passa tudo adiante, sem mudar nada, e conta os bytes.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::falha::Resultado;
use crate::porta::Reserva;
use crate::sessao::Rede;

/// De quanto em quanto tempo o fio UDP olha se veio uma resposta, ou se a sessão acabou.
const PAUSA: Duration = Duration::from_millis(1);
/// Quanto se espera pelo que está a caminho, se um processo que ficou segura a conexão.
const CAMINHO: Duration = Duration::from_secs(1);

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
pub(crate) struct Fio {
    porta: Reserva,
    meio: Arc<Meio>,
}

/// O que as threads do fio compartilham.
#[derive(Debug)]
struct Meio {
    servidor: SocketAddr,
    ida: AtomicU64,
    volta: AtomicU64,
    acabou: AtomicBool,
}

impl Fio {
    pub(crate) fn estica(rede: Rede, destino: u16) -> Resultado<Fio> {
        let porta = Reserva::nova()?;
        let meio = Arc::new(Meio {
            servidor: (Ipv4Addr::LOCALHOST, destino).into(),
            ida: AtomicU64::new(0),
            volta: AtomicU64::new(0),
            acabou: AtomicBool::new(false),
        });
        let dele = Arc::clone(&meio);
        match rede {
            Rede::Tcp => {
                let escuta = TcpListener::bind((Ipv4Addr::LOCALHOST, porta.porta))?;
                thread::spawn(move || dele.atende(&escuta));
            }
            Rede::Udp => {
                let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, porta.porta))?;
                socket.set_read_timeout(Some(PAUSA))?;
                thread::spawn(move || dele.repassa_datagramas(&socket));
            }
        }
        Ok(Fio { porta, meio })
    }

    /// Onde ele escuta.
    pub(crate) fn porta(&self) -> u16 {
        self.porta.porta
    }

    /// O que passou, com os programas já fora de cena: numa conexão, o que estava a caminho ainda chega. Cada
    /// sentido dela tem a sua parte do meio; além delas, há a do fio e a de quem atende.
    pub(crate) fn trafego(&self) -> Trafego {
        let comeco = Instant::now();
        while Arc::strong_count(&self.meio) > 2 && comeco.elapsed() < CAMINHO {
            thread::sleep(Duration::from_millis(1));
        }
        Trafego {
            ida: self.meio.ida.load(Ordering::Relaxed),
            volta: self.meio.volta.load(Ordering::Relaxed),
        }
    }
}

/// Fim da sessão: ninguém mais é atendido, e as conexões acabam com os programas.
impl Drop for Fio {
    fn drop(&mut self) {
        self.meio.acabou.store(true, Ordering::Relaxed);
        // O accept só acorda com uma visita.
        let _ = TcpStream::connect((Ipv4Addr::LOCALHOST, self.porta()));
    }
}

impl Meio {
    fn acabou(&self) -> bool {
        self.acabou.load(Ordering::Relaxed)
    }

    fn atende(self: &Arc<Self>, escuta: &TcpListener) {
        for cliente in escuta.incoming() {
            if self.acabou() {
                return;
            }
            // Sem servidor, o cliente vê a conexão se fechar.
            let _ = cliente.and_then(|cliente| self.liga(cliente));
        }
    }

    /// Liga um cliente ao servidor, nos dois sentidos.
    fn liga(self: &Arc<Self>, cliente: TcpStream) -> io::Result<()> {
        let servidor = TcpStream::connect(self.servidor)?;
        // Cada mensagem segue na hora, como sem o fio.
        cliente.set_nodelay(true)?;
        servidor.set_nodelay(true)?;
        let (ao_cliente, ao_servidor) = (cliente.try_clone()?, servidor.try_clone()?);
        let (um, outro) = (Arc::clone(self), Arc::clone(self));
        thread::spawn(move || repassa(cliente, ao_servidor, &um.ida));
        thread::spawn(move || repassa(servidor, ao_cliente, &outro.volta));
        Ok(())
    }

    /// Cada cliente tem, do outro lado, o seu próprio socket: é o endereço que o servidor vê.
    fn repassa_datagramas(&self, socket: &UdpSocket) -> io::Result<()> {
        let mut clientes: HashMap<SocketAddr, UdpSocket> = HashMap::new();
        let mut buffer = [0; 65536];
        while !self.acabou() {
            if let Ok((lidos, cliente)) = socket.recv_from(&mut buffer) {
                let ate_o_servidor = match clientes.entry(cliente) {
                    Entry::Occupied(conhecido) => conhecido.into_mut(),
                    Entry::Vacant(vaga) => {
                        let novo = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
                        novo.connect(self.servidor)?;
                        novo.set_nonblocking(true)?;
                        vaga.insert(novo)
                    }
                };
                self.ida.fetch_add(lidos as u64, Ordering::Relaxed);
                let _ = ate_o_servidor.send(&buffer[..lidos]);
            }
            for (cliente, ate_o_servidor) in &clientes {
                while let Ok(lidos) = ate_o_servidor.recv(&mut buffer) {
                    self.volta.fetch_add(lidos as u64, Ordering::Relaxed);
                    let _ = socket.send_to(&buffer[..lidos], cliente);
                }
            }
        }
        Ok(())
    }
}

fn repassa(mut de: TcpStream, mut para: TcpStream, contador: &AtomicU64) {
    let mut buffer = [0; 65536];
    while let Ok(lidos @ 1..) = de.read(&mut buffer) {
        contador.fetch_add(lidos as u64, Ordering::Relaxed);
        if para.write_all(&buffer[..lidos]).is_err() {
            // Quem escreve para quem já foi embora fica sabendo, como sem o fio.
            let _ = de.shutdown(Shutdown::Both);
        }
    }
    let _ = para.shutdown(Shutdown::Write);
}
