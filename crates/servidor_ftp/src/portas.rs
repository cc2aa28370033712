//! As portas da conexão de dados no modo passivo.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use libunftp::options::Binder;
use tokio::net::TcpSocket;

/// Mil portas: com poucas, uma turma inteira baixando ao mesmo tempo recebe `425`. São fixas para que
/// se possa liberá-las num firewall.
pub const PORTAS: RangeInclusive<u16> = 50000..=50999;

/// Quantas portas já foram pedidas, a todos os clientes.
static PEDIDOS: AtomicU32 = AtomicU32::new(0);

/// Dá a cada transferência a porta seguinte. A libunftp, sozinha, sorteia nove vezes e desiste; e no
/// Windows, onde o `SO_REUSEADDR` deixa dois programas na mesma porta, poderia entregar a um cliente o
/// arquivo de outro.
#[derive(Debug)]
pub struct Rodizio;

#[async_trait]
impl Binder for Rodizio {
    async fn bind(&mut self, ip: IpAddr, portas: RangeInclusive<u16>) -> io::Result<TcpSocket> {
        let quantas = portas.len();
        // Dois servidores na mesma máquina partem de portas diferentes.
        let vez = PEDIDOS
            .fetch_add(1, Ordering::Relaxed)
            .wrapping_add(process::id()) as usize;
        let mut ultimo = io::ErrorKind::AddrInUse.into();
        for porta in portas.cycle().skip(vez % quantas.max(1)).take(quantas) {
            let socket = if ip.is_ipv4() {
                TcpSocket::new_v4()?
            } else {
                TcpSocket::new_v6()?
            };
            // Fora do Windows, deixa usar de novo a porta de uma transferência que acabou agora.
            socket.set_reuseaddr(cfg!(not(windows)))?;
            match socket.bind(SocketAddr::new(ip, porta)) {
                Ok(()) => return Ok(socket),
                Err(erro) => ultimo = erro,
            }
        }
        Err(ultimo)
    }
}
