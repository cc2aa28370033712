//! A saudação, lida pela regra da RFC 959, 4.2: numa resposta de várias linhas, só o mesmo código
//! seguido de espaço encerra.
//!
//! A suppaftp 12.2.1 encerra em qualquer linha que comece com três algarismos e um espaço
//! (<https://github.com/veeso/suppaftp/issues/169>), e uma saudação escrita à mão pode ter uma. Por isso
//! as linhas do meio são tiradas do caminho antes, e ela só lê a última.

use std::io::{ErrorKind, Read};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use super::resposta::{da_conexao, linhas_visiveis, resumo};
use crate::erro::Erro;

/// A maior linha e a maior saudação que se aceitam; a suppaftp tem o mesmo limite para as respostas.
const MAIOR_LINHA: usize = 64 << 10;
const MAIOR_SAUDACAO: usize = 256 << 10;
/// De quanto em quanto tempo se olha de novo uma linha que ainda não chegou inteira, e por quanto tempo.
const ESPIADA: Duration = Duration::from_millis(10);
const PACIENCIA_COM_A_LINHA: Duration = Duration::from_secs(5);

/// O que foi lido da saudação; a última linha continua no socket, para a suppaftp.
pub(super) enum Inicio {
    /// A saudação toda, pronta para a tela.
    Completa(String),
    /// As linhas até aqui: o servidor parou no meio da seguinte, e quem espera o resto é a suppaftp.
    Cortada(String),
}

/// Lê a saudação até a última linha, sem a tirar do socket.
///
/// # Errors
/// [`Erro::Mensagem`] se não é uma saudação de FTP, se não acaba, ou se o servidor se cala ou vai embora.
pub(super) fn adianta(controle: &TcpStream) -> Result<Inicio, Erro> {
    let mut saudacao = Saudacao::default();
    let mut espiada = vec![0; MAIOR_LINHA];
    let mut vistos = 0;
    let mut desde = Instant::now();
    loop {
        let lidos = match controle.peek(&mut espiada) {
            Ok(0) => return Err(da_conexao(&ErrorKind::UnexpectedEof.into())),
            Ok(lidos) => lidos,
            Err(erro) if erro.kind() == ErrorKind::Interrupted => continue,
            Err(erro) => return Err(da_conexao(&erro)),
        };
        let Some(fim) = memchr::memchr(b'\n', &espiada[..lidos]) else {
            if lidos == espiada.len() {
                return Err(sem_fim());
            }
            // Quem espia não sabe se o servidor fechou no meio da linha; quem lê sabe.
            if lidos != vistos {
                (vistos, desde) = (lidos, Instant::now());
            } else if desde.elapsed() > PACIENCIA_COM_A_LINHA {
                return Ok(Inicio::Cortada(saudacao.na_tela() + "\n"));
            }
            thread::sleep(ESPIADA);
            continue;
        };
        let linha = &espiada[..=fim];
        match saudacao.le(linha)? {
            Linha::Ultima => return Ok(Inicio::Completa(saudacao.na_tela())),
            Linha::DoMeio | Linha::Espere => {}
        }
        let mut lida = controle;
        lida.read_exact(&mut espiada[..=fim])?;
        (vistos, desde) = (0, Instant::now());
    }
}

enum Linha {
    DoMeio,
    /// O 120 da RFC 959: o servidor pede um tempo e saúda depois.
    Espere,
    Ultima,
}

/// A saudação linha por linha.
#[derive(Default)]
struct Saudacao {
    texto: Vec<u8>,
    /// O código que fecha as várias linhas.
    codigo: Option<[u8; 3]>,
}

impl Saudacao {
    fn le(&mut self, linha: &[u8]) -> Result<Linha, Erro> {
        if self.texto.len() + linha.len() > MAIOR_SAUDACAO {
            return Err(sem_fim());
        }
        self.texto.extend_from_slice(linha);
        let (codigo, separador) = match linha {
            [a, b, c, separador, ..] if [a, b, c].iter().all(|d| d.is_ascii_digit()) => {
                ([*a, *b, *c], *separador)
            }
            _ if self.codigo.is_some() => return Ok(Linha::DoMeio),
            _ => return Err(nao_e_ftp(linha)),
        };
        match (self.codigo, separador) {
            (Some(aberto), _) if aberto != codigo => Ok(Linha::DoMeio),
            (_, b'-') => {
                self.codigo = Some(codigo);
                Ok(Linha::DoMeio)
            }
            _ if codigo == *b"120" => {
                *self = Saudacao::default();
                Ok(Linha::Espere)
            }
            (_, b' ') => Ok(Linha::Ultima),
            // A suppaftp esperaria para sempre o espaço que não vem.
            (None, _) => Err(nao_e_ftp(linha)),
            (Some(_), _) => Ok(Linha::DoMeio),
        }
    }

    fn na_tela(&self) -> String {
        linhas_visiveis(&self.texto)
    }
}

fn sem_fim() -> Erro {
    Erro::Mensagem(
        "o servidor mandou uma saudação que não acaba; confira o endereço ou tente outro servidor"
            .to_string(),
    )
}

fn nao_e_ftp(linha: &[u8]) -> Erro {
    Erro::Mensagem(format!(
        "quem atende não parece um servidor FTP, a saudação dele é \"{}\"; confira o endereço e a porta",
        resumo(linha)
    ))
}

#[cfg(test)]
mod testes {
    use super::*;
    use std::io::Write;
    use std::net::TcpListener;

    /// Manda `pedacos`, um de cada vez, e devolve o que se entendeu deles e o que sobrou no socket.
    fn diante_de(pedacos: &'static [&'static [u8]]) -> (Result<Inicio, Erro>, Vec<u8>) {
        let porta = TcpListener::bind("127.0.0.1:0").unwrap();
        let controle = TcpStream::connect(porta.local_addr().unwrap()).unwrap();
        let servidor = thread::spawn(move || {
            let (mut con, _) = porta.accept().unwrap();
            con.set_nodelay(true).unwrap();
            for pedaco in pedacos {
                con.write_all(pedaco).unwrap();
                // Para que cheguem separados; se chegarem juntos, o resultado tem de ser o mesmo.
                thread::sleep(Duration::from_millis(15));
            }
        });
        let inicio = adianta(&controle);
        servidor.join().unwrap();
        let mut sobra = Vec::new();
        let _ = (&controle).read_to_end(&mut sobra);
        (inicio, sobra)
    }

    #[track_caller]
    fn entende(pedacos: &'static [&'static [u8]], tela: &str, sobra: &[u8]) {
        match diante_de(pedacos) {
            (Ok(Inicio::Completa(texto)), resto) => {
                assert_eq!(texto, tela);
                assert_eq!(resto, sobra);
            }
            (Ok(Inicio::Cortada(texto)), _) => panic!("cortada em {texto:?}"),
            (Err(erro), _) => panic!("{erro}"),
        }
    }

    #[test]
    fn so_o_mesmo_codigo_e_espaco_encerra() {
        entende(&[b"220 oi\r\n"], "220 oi", b"220 oi\r\n");
        entende(&[b"220 \r\n"], "220 ", b"220 \r\n");
        entende(
            &[b"220-a\r\n200 x\r\n 220 y\r\n\r\n2200 z\r\n220-w\r\n220 fim\r\n"],
            "220-a\n200 x\n 220 y\n\n2200 z\n220-w\n220 fim",
            b"220 fim\r\n",
        );
        entende(
            &[b"120 j\xc3\xa1 vou\r\n", b"220 oi\n"],
            "220 oi",
            b"220 oi\n",
        );
        entende(
            &[b"2", b"20", b" o", b"i\r", b"\n"],
            "220 oi",
            b"220 oi\r\n",
        );
        entende(&[b"421 lotado\r\n"], "421 lotado", b"421 lotado\r\n");
    }

    #[test]
    fn o_que_nao_e_ftp_e_recusado() {
        for ruim in [
            &[b"HTTP/1.1 400 Bad\r\n" as &[u8]] as &[&[u8]],
            &[b"\r\n"],
            &[b"22\r\n"],
            &[b"220\r\n"],
            &[b"220:x\r\n"],
            &[b"\x16\x03\x01\n"],
            &[b""],
        ] {
            assert!(diante_de(ruim).0.is_err());
        }
    }

    #[test]
    fn a_saudacao_sem_fim_tem_fim() {
        let mut saudacao = Saudacao::default();
        let mut lidas = 0;
        while saudacao.le(b"220-mais uma\r\n").is_ok() {
            lidas += 14;
            assert!(lidas <= MAIOR_SAUDACAO);
        }
    }
}
