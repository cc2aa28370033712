//! Uma conexão que não se ouve para sempre.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// Quanto se ouve: um aperto de mão e um pedido são curtos.
const PRAZO: Duration = Duration::from_secs(30);

/// Uma conexão cujas leituras falham com `TimedOut` meio minuto depois que ela começou. Sem isto, quem mandasse o aperto
/// de mão letra por letra, sempre antes do prazo de uma leitura, prenderia a thread.
#[derive(Debug)]
pub struct ComPrazo {
    /// A conexão.
    pub con: TcpStream,
    comeco: Instant,
}

impl ComPrazo {
    /// O prazo começa a contar.
    #[must_use]
    pub fn novo(con: TcpStream) -> ComPrazo {
        let comeco = Instant::now();
        ComPrazo { con, comeco }
    }
}

impl Read for ComPrazo {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.comeco.elapsed() > PRAZO {
            return Err(ErrorKind::TimedOut.into());
        }
        self.con.read(buffer)
    }
}

impl Write for ComPrazo {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.con.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.con.flush()
    }
}
