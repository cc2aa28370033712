//! Derrubar uma conexão TCP, em vez de a encerrar.

use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use socket2::SockRef;

/// Derruba as duas conexões de uma conversa em que um lado caiu: quem está na outra ponta também vê uma queda (um
/// RST), e não um fim de conversa (um FIN) que não houve. O std ainda não sabe pedir isto.
pub fn derruba(uma: &TcpStream, outra: &TcpStream) {
    for con in [uma, outra] {
        // Se uma das duas já se foi, não há o que fazer por ela.
        let _ = SockRef::from(con).set_linger(Some(Duration::ZERO));
        // Acorda quem está parado numa leitura; o RST sai quando a conexão se fecha.
        let _ = con.shutdown(Shutdown::Read);
    }
}
