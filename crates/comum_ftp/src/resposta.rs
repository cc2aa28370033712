//! As respostas do servidor, lidas uma a uma pela regra da RFC 959, 4.2.

use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::net::TcpStream;

use crate::erro::ErroFtp;
use crate::na_tela::resumo;
use crate::recusa::{Comando, recusa};

/// A maior resposta que se aceita, em bytes.
const MAIOR_RESPOSTA: usize = 256 << 10;

/// As respostas de uma sessão, conforme chegam: cada uma inteira, com o código e as quebras de linha que tem.
#[derive(Debug)]
pub(crate) struct Respostas {
    con: BufReader<TcpStream>,
    /// O que a próxima vai responder.
    pub(crate) comando: Comando,
    ultima: Vec<u8>,
}

impl Respostas {
    pub(crate) fn novas(con: TcpStream) -> Respostas {
        Respostas {
            con: BufReader::new(con),
            comando: Comando::default(),
            ultima: Vec::new(),
        }
    }

    /// A última resposta lida, recusa ou não.
    pub(crate) fn ultima(&self) -> Vec<u8> {
        self.ultima.clone()
    }

    /// Espera a próxima resposta: uma linha só, ou até a que repete o código da primeira sem o hífen. Dentro do erro
    /// vai um [`ErroFtp`] pronto, se ela é uma recusa ou não é de FTP.
    pub(crate) fn proxima(&mut self) -> io::Result<Vec<u8>> {
        let mut resposta = Vec::new();
        self.linha(&mut resposta)?;
        let [
            a @ b'0'..=b'9',
            b @ b'0'..=b'9',
            c @ b'0'..=b'9',
            separador,
            ..,
        ] = resposta[..]
        else {
            let linha = resumo(&resposta);
            return Err(fim(&format!(
                "quem atende não parece um servidor FTP, a resposta dele foi \"{linha}\"; confira o endereço e a porta"
            )));
        };
        let mut acabou = separador != b'-';
        while !acabou {
            let inicio = resposta.len();
            self.linha(&mut resposta)?;
            let linha = &resposta[inicio..];
            acabou = linha.starts_with(&[a, b, c])
                && matches!(linha.get(3), None | Some(b' ' | b'\r' | b'\n'));
        }
        self.ultima = resposta;
        match recusa(&self.comando, &self.ultima) {
            Some(erro) => Err(io::Error::other(erro)),
            None => Ok(self.ultima()),
        }
    }

    /// Espera a resposta final de uma transferência: os 1xx que vierem antes só dizem que ela vai bem.
    pub(crate) fn a_final(&mut self) -> io::Result<Vec<u8>> {
        let mut resposta = self.proxima()?;
        while resposta.starts_with(b"1") {
            resposta = self.proxima()?;
        }
        Ok(resposta)
    }

    /// O primeiro byte da resposta final, se ela já chegou; 0, se o servidor foi embora. Não espera.
    pub(crate) fn ja_chegou(&mut self) -> io::Result<Option<u8>> {
        while let Some(byte) = self.espia()? {
            if byte != b'1' {
                return Ok(Some(byte));
            }
            self.proxima()?;
        }
        Ok(None)
    }

    fn espia(&mut self) -> io::Result<Option<u8>> {
        if let Some(byte) = self.con.buffer().first() {
            return Ok(Some(*byte));
        }
        let mut byte = [0];
        let con = self.con.get_ref();
        con.set_nonblocking(true)?;
        let espiada = con.peek(&mut byte);
        con.set_nonblocking(false)?;
        match espiada {
            Err(erro) if erro.kind() == ErrorKind::WouldBlock => Ok(None),
            _ => Ok(Some(byte[0])),
        }
    }

    /// Acrescenta a próxima linha, com a quebra. Se o servidor fecha no meio dela, só vale com o código inteiro.
    fn linha(&mut self, resposta: &mut Vec<u8>) -> io::Result<()> {
        let inicio = resposta.len();
        // Um byte além do que cabe mostra que não acabou ali.
        let cabem = MAIOR_RESPOSTA - inicio + 1;
        let mut con = (&mut self.con).take(cabem as u64);
        let lidos = con.read_until(b'\n', resposta)?;
        if lidos == cabem {
            return Err(fim(
                "o servidor mandou uma resposta que não acaba; confira o endereço ou tente outro servidor",
            ));
        }
        if lidos < 4 && !resposta[inicio..].ends_with(b"\n") {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        Ok(())
    }
}

fn fim(texto: &str) -> io::Error {
    io::Error::other(ErroFtp::fim(texto.to_string()))
}
