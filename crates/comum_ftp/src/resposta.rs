//! As respostas do servidor, lidas uma a uma pela regra da RFC 959, 4.2.

use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::net::TcpStream;

use crate::erro::{ErroFtp, NAO_E_FTP};
use crate::na_tela::{linhas, resumo};
use crate::recusa::{Comando, recusa};

/// A maior resposta que se aceita, em bytes.
const MAIOR_RESPOSTA: usize = 256 << 10;

/// Uma resposta inteira, como o servidor a mandou, inclusive as quebras de linha.
#[derive(Debug, Clone, Default)]
pub(crate) struct Resposta(pub(crate) Vec<u8>);

impl Resposta {
    /// Os três algarismos; nenhum, se ainda não houve resposta.
    pub(crate) fn codigo(&self) -> &[u8] {
        self.0.get(..3).unwrap_or_default()
    }

    /// As linhas dela, com os códigos, prontas para a tela.
    pub(crate) fn na_tela(&self) -> String {
        linhas(&self.0)
    }

    /// A resposta num erro: uma linha curta.
    pub(crate) fn na_linha(&self) -> String {
        resumo(&self.0)
    }

    /// A resposta como a suppaftp não a lê errado: o código, um espaço, e o texto resumido numa linha.
    pub(crate) fn numa_linha(&self) -> Vec<u8> {
        let texto = resumo(&self.0[4..]);
        [self.codigo(), b" ", texto.as_bytes(), b"\r\n"].concat()
    }
}

/// As respostas de uma sessão, conforme chegam.
#[derive(Debug)]
pub(crate) struct Respostas {
    con: BufReader<TcpStream>,
    comando: Comando,
    ultima: Resposta,
}

impl Respostas {
    pub(crate) fn novas(con: TcpStream, ativo: bool) -> Respostas {
        Respostas {
            con: BufReader::new(con),
            comando: Comando::conexao(ativo),
            ultima: Resposta::default(),
        }
    }

    /// A próxima resposta é ao `comando`, uma linha inteira.
    pub(crate) fn vai_responder(&mut self, comando: &[u8]) {
        self.comando.passa_a_ser(comando);
    }

    /// A última resposta lida, recusa ou não.
    pub(crate) fn ultima(&self) -> Resposta {
        self.ultima.clone()
    }

    /// Espera a próxima resposta: uma linha só, ou até a que repete o código da primeira sem o hífen.
    ///
    /// # Errors
    /// Um [`ErroFtp`] pronto, dentro do erro, se é uma recusa ou não é uma resposta; e os da conexão.
    pub(crate) fn proxima(&mut self) -> io::Result<Resposta> {
        let mut cabem = MAIOR_RESPOSTA;
        let mut resposta = self.linha(&mut cabem)?;
        let [a, b, c, separador, ..] = resposta[..] else {
            return Err(self.nao_e_ftp(&resposta));
        };
        if ![a, b, c].iter().all(u8::is_ascii_digit) {
            return Err(self.nao_e_ftp(&resposta));
        }
        let mut acabou = separador != b'-';
        while !acabou {
            let linha = self.linha(&mut cabem)?;
            acabou = linha.starts_with(&[a, b, c])
                && matches!(linha.get(3), None | Some(b' ' | b'\r' | b'\n'));
            resposta.extend(linha);
        }
        self.ultima = Resposta(resposta);
        match recusa(&self.comando, &self.ultima.0) {
            Some(erro) => Err(io::Error::other(erro)),
            None => Ok(self.ultima()),
        }
    }

    /// Espera a resposta final de uma transferência: os 1xx que vierem antes só dizem que ela vai bem.
    ///
    /// # Errors
    /// Os de [`Respostas::proxima`].
    pub(crate) fn a_final(&mut self) -> io::Result<Resposta> {
        let mut resposta = self.proxima()?;
        while resposta.codigo().starts_with(b"1") {
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

    /// A próxima linha, com a quebra. Se o servidor fecha no meio dela, só vale com o código inteiro.
    fn linha(&mut self, cabem: &mut usize) -> io::Result<Vec<u8>> {
        let mut linha = Vec::new();
        // Um byte além do que cabe mostra que não acabou ali.
        let mut con = (&mut self.con).take(*cabem as u64 + 1);
        con.read_until(b'\n', &mut linha)?;
        let Some(sobram) = cabem.checked_sub(linha.len()) else {
            let oque = if self.comando.e_a_conexao() {
                "saudação"
            } else {
                "resposta"
            };
            return Err(fim(format!(
                "o servidor mandou uma {oque} que não acaba; confira o endereço ou tente outro servidor"
            )));
        };
        *cabem = sobram;
        if linha.len() < 4 && !linha.ends_with(b"\n") {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        Ok(linha)
    }

    fn nao_e_ftp(&self, linha: &[u8]) -> io::Error {
        fim(if self.comando.e_a_conexao() {
            let linha = resumo(linha);
            format!(
                "quem atende não parece um servidor FTP, a saudação dele é \"{linha}\"; confira o endereço e a porta"
            )
        } else {
            NAO_E_FTP.to_string()
        })
    }
}

fn fim(texto: String) -> io::Error {
    io::Error::other(ErroFtp::fim(texto))
}
