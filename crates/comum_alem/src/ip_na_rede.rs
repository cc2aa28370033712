//! O IP que se diz aos outros computadores.

use std::io;
use std::net::{IpAddr, Ipv4Addr, UdpSocket};

/// O IP com que este computador aparece na rede. Em UDP o `connect` não manda nada, só escolhe por onde iria; o
/// destino é dos reservados a exemplos (RFC 5737).
///
/// # Errors
/// O do sistema, se não há rede.
pub fn ip_na_rede() -> io::Result<IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
    socket.connect("192.0.2.1:9")?;
    Ok(socket.local_addr()?.ip())
}
