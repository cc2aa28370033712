//! A cabeça de um pedido ou de uma resposta: as linhas até a vazia (RFC 9112, 2.1).

use std::io::{self, ErrorKind, Read};
use std::time::{Duration, Instant};

use httparse::Header;

/// A maior cabeça que se aceita, em bytes: a de um navegador cheio de cookies cabe.
const MAIOR: usize = 16 << 10;
/// Quanto uma cabeça pode demorar: quem a manda letra por letra não prende ninguém para sempre.
const PRAZO: Duration = Duration::from_secs(30);

/// Lê até a linha vazia, que pode vir seguida do começo do corpo. Para antes dela se a cabeça passa de 16 KiB: aí quem a
/// interpreta a acha incompleta.
///
/// # Errors
/// O da leitura; `UnexpectedEof` se a conexão acaba antes, `TimedOut` se isso leva mais de 30 s.
pub fn le_cabeca(con: &mut impl Read) -> io::Result<Vec<u8>> {
    let comeco = Instant::now();
    let mut cabeca = Vec::new();
    let mut buffer = [0; 4096];
    while cabeca.len() < MAIOR {
        let lidos = con.read(&mut buffer)?;
        cabeca.extend_from_slice(&buffer[..lidos]);
        // A linha vazia pode ter vindo em dois pedaços.
        let novos = &cabeca[cabeca.len().saturating_sub(lidos + 3)..];
        let vazia = |linhas: &[u8]| novos.windows(linhas.len()).any(|trecho| trecho == linhas);
        if vazia(b"\n\r\n") || vazia(b"\n\n") {
            break;
        }
        if lidos == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        if comeco.elapsed() > PRAZO {
            return Err(ErrorKind::TimedOut.into());
        }
    }
    Ok(cabeca)
}

/// O valor de um campo, se ele está na cabeça e é texto; as maiúsculas do nome não contam.
#[must_use]
pub fn campo<'c>(campos: &[Header<'c>], nome: &str) -> Option<&'c str> {
    let achado = campos
        .iter()
        .find(|campo| campo.name.eq_ignore_ascii_case(nome))?;
    str::from_utf8(achado.value).ok()
}

#[cfg(test)]
mod testes {
    use std::io::Cursor;

    use super::*;

    /// Entrega um byte de cada vez.
    struct Pingado<'b>(&'b [u8]);

    impl Read for Pingado<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let Some((primeiro, resto)) = self.0.split_first() else {
                return Ok(0);
            };
            buffer[0] = *primeiro;
            self.0 = resto;
            Ok(1)
        }
    }

    #[test]
    fn a_cabeca_vai_ate_a_linha_vazia_venha_como_vier() {
        let inteira = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n";
        let com_corpo = [&inteira[..], b"corpo"].concat();
        assert_eq!(le_cabeca(&mut Pingado(&com_corpo)).unwrap(), inteira);
        assert_eq!(le_cabeca(&mut Cursor::new(&com_corpo)).unwrap(), com_corpo);
        assert_eq!(le_cabeca(&mut Pingado(b"a\n\nb")).unwrap(), b"a\n\n");
        assert_eq!(le_cabeca(&mut Pingado(b"a\n\r\nb")).unwrap(), b"a\n\r\n");
        // Sem linha vazia: o fim, ou o limite.
        let fim = le_cabeca(&mut Pingado(b"GET /")).unwrap_err();
        assert_eq!(fim.kind(), ErrorKind::UnexpectedEof);
        let lida = le_cabeca(&mut io::repeat(b'x')).unwrap();
        assert!((MAIOR..MAIOR + 4096).contains(&lida.len()));
    }
}
