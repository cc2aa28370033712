//! Como acabar uma conexão TCP: com uma queda, ou com calma.

use std::io::Read;
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use socket2::SockRef;

/// Quanto se ouve quem não se cala.
const DEMAIS: Duration = Duration::from_secs(30);

/// Derruba as conexões de uma conversa em que um lado caiu, ou nem atendeu: quem está na outra ponta também vê uma queda
/// (um RST), e não um fim de conversa (um FIN) que não houve. O std ainda não sabe pedir isto.
pub fn derruba<const N: usize>(conexoes: [&TcpStream; N]) {
    for con in conexoes {
        // Se uma já se foi, não há o que fazer por ela.
        let _ = SockRef::from(con).set_linger(Some(Duration::ZERO));
        // Acorda quem está parado numa leitura; o RST sai quando a conexão se fecha.
        let _ = con.shutdown(Shutdown::Read);
    }
}

/// Fecha uma conexão sem perder o que acabou de ser escrito. Fechar com bytes por ler é uma queda, e leva junto a
/// resposta que ainda não chegou: quem ainda fala é ouvido, e não se guarda nada, até se calar, passar de 64 MiB ou de meio
/// minuto.
pub fn fecha_com_calma(mut con: &TcpStream) {
    // Se o outro lado já caiu, não há a quem ouvir.
    let _ = con.shutdown(Shutdown::Write);
    let _ = con.set_read_timeout(Some(Duration::from_secs(2)));
    let (comeco, mut buffer) = (Instant::now(), [0; 1 << 16]);
    for _ in 0..1024 {
        let falou = matches!(con.read(&mut buffer), Ok(1..));
        if !falou || comeco.elapsed() > DEMAIS {
            break;
        }
    }
}
