//! O fio entre um cliente e um servidor: passa tudo adiante, sem mudar nada, e conta os bytes.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crate::falha::Resultado;
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
    porta: u16,
    destino: u16,
    /// É uma conversa FTP: o que passa pela conexão de dados também conta.
    ftp: bool,
    ida: AtomicU64,
    volta: AtomicU64,
    acabou: AtomicBool,
    conexoes: Mutex<Vec<TcpStream>>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Sentido {
    Ida,
    Volta,
}

impl Fio {
    pub(crate) fn estica(rede: Rede, ftp: bool, porta: u16, destino: u16) -> Resultado<Fio> {
        let meio = Arc::new(Meio {
            porta,
            destino,
            ftp,
            ida: AtomicU64::new(0),
            volta: AtomicU64::new(0),
            acabou: AtomicBool::new(false),
            conexoes: Mutex::new(Vec::new()),
        });
        let dele = Arc::clone(&meio);
        match rede {
            Rede::Tcp => {
                let escuta = TcpListener::bind((Ipv4Addr::LOCALHOST, porta))?;
                thread::spawn(move || dele.atende(&escuta));
            }
            Rede::Udp => {
                let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, porta))?;
                thread::spawn(move || dele.repassa_datagramas(&socket));
            }
        }
        Ok(Fio(meio))
    }

    pub(crate) fn trafego(&self) -> Trafego {
        Trafego {
            ida: self.0.ida.load(Ordering::Relaxed),
            volta: self.0.volta.load(Ordering::Relaxed),
        }
    }
}

/// Fim da sessão: as conexões caem, e a porta fica livre.
impl Drop for Fio {
    fn drop(&mut self) {
        self.0.acabou.store(true, Ordering::Relaxed);
        // O accept só acorda com uma visita.
        let _ = TcpStream::connect((Ipv4Addr::LOCALHOST, self.0.porta));
        for con in self.0.conexoes().drain(..) {
            let _ = con.shutdown(Shutdown::Both);
        }
    }
}

impl Meio {
    fn conexoes(&self) -> std::sync::MutexGuard<'_, Vec<TcpStream>> {
        self.conexoes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn conta(&self, sentido: Sentido, bytes: usize) {
        let contador = match sentido {
            Sentido::Ida => &self.ida,
            Sentido::Volta => &self.volta,
        };
        contador.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    fn atende(self: &Arc<Self>, escuta: &TcpListener) {
        for cliente in escuta.incoming() {
            if self.acabou.load(Ordering::Relaxed) {
                return;
            }
            if let Ok(cliente) = cliente
                && let Ok(servidor) = TcpStream::connect((Ipv4Addr::LOCALHOST, self.destino))
            {
                self.liga(cliente, servidor, self.ftp);
            }
        }
    }

    /// Liga duas conexões, nos dois sentidos.
    fn liga(self: &Arc<Self>, cliente: TcpStream, servidor: TcpStream, controle: bool) {
        let (Ok(cliente_2), Ok(servidor_2)) = (cliente.try_clone(), servidor.try_clone()) else {
            return;
        };
        for con in [&cliente, &servidor] {
            // Cada mensagem segue na hora, como sem o fio.
            let _ = con.set_nodelay(true);
            self.conexoes().extend(con.try_clone());
        }
        for (de, para, sentido) in [
            (cliente, servidor_2, Sentido::Ida),
            (servidor, cliente_2, Sentido::Volta),
        ] {
            let meio = Arc::clone(self);
            thread::spawn(move || {
                if controle {
                    meio.repassa_linhas(de, para, sentido);
                } else {
                    meio.repassa(de, para, sentido);
                }
            });
        }
    }

    fn repassa(&self, mut de: TcpStream, mut para: TcpStream, sentido: Sentido) {
        let mut buffer = [0; 65536];
        while let Ok(lidos @ 1..) = de.read(&mut buffer) {
            self.conta(sentido, lidos);
            if para.write_all(&buffer[..lidos]).is_err() {
                break;
            }
        }
        let _ = para.shutdown(Shutdown::Write);
    }

    /// No FTP, o controle combina as portas da conexão de dados (o `227` do servidor, o `PORT` do
    /// cliente): a que vai adiante é a do fio.
    fn repassa_linhas(self: &Arc<Self>, de: TcpStream, mut para: TcpStream, sentido: Sentido) {
        let mut de = BufReader::new(de);
        let mut linha = Vec::new();
        while let Ok(lidos @ 1..) = de.read_until(b'\n', &mut linha) {
            self.conta(sentido, lidos);
            let combina = match sentido {
                Sentido::Ida => linha.starts_with(b"PORT "),
                Sentido::Volta => linha.starts_with(b"227 "),
            };
            if combina && let Some(outra) = self.desvia_dados(&linha, sentido) {
                linha = outra;
            }
            if para.write_all(&linha).is_err() {
                break;
            }
            linha.clear();
        }
        let _ = para.shutdown(Shutdown::Write);
    }

    /// Põe o fio no caminho da próxima conexão de dados e devolve a linha que manda alguém até ele.
    fn desvia_dados(self: &Arc<Self>, linha: &[u8], sentido: Sentido) -> Option<Vec<u8>> {
        let texto = str::from_utf8(linha).ok()?;
        let inicio = texto.find("127,0,0,1,")? + "127,0,0,1,".len();
        let fim = inicio
            + texto[inicio..]
                .find(|c: char| !c.is_ascii_digit() && c != ',')
                .unwrap_or(texto.len() - inicio);
        let (alto, baixo) = texto[inicio..fim].split_once(',')?;
        let destino = u16::from_be_bytes([alto.parse().ok()?, baixo.parse().ok()?]);
        let escuta = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).ok()?;
        let [alto, baixo] = escuta.local_addr().ok()?.port().to_be_bytes();
        escuta.set_nonblocking(true).ok()?;
        let meio = Arc::clone(self);
        thread::spawn(move || {
            if let Some(chegou) = meio.espera_visita(&escuta)
                && let Ok(procurado) = TcpStream::connect((Ipv4Addr::LOCALHOST, destino))
            {
                match sentido {
                    Sentido::Volta => meio.liga(chegou, procurado, false),
                    Sentido::Ida => meio.liga(procurado, chegou, false),
                }
            }
        });
        Some(format!("{}{alto},{baixo}{}", &texto[..inicio], &texto[fim..]).into_bytes())
    }

    /// A conexão de dados combinada, que pode nunca vir.
    fn espera_visita(&self, escuta: &TcpListener) -> Option<TcpStream> {
        while !self.acabou.load(Ordering::Relaxed) {
            if let Ok((chegou, _)) = escuta.accept() {
                chegou.set_nonblocking(false).ok()?;
                return Some(chegou);
            }
            thread::sleep(Duration::from_millis(1));
        }
        None
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
                self.conta(Sentido::Ida, lidos);
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
                    meio.conta(Sentido::Volta, lidos);
                    let _ = para_o_cliente.send_to(&buffer[..lidos], cliente);
                }
            }
        });
        Ok(novo)
    }
}
