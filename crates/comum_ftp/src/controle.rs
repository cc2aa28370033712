//! A conexão de controle de uma sessão, que a [suppaftp](suppaftp) usa sem saber: ela escreve os comandos,
//! e as respostas lhe chegam já lidas, cada uma numa linha só.
//!
//! A suppaftp 12.2.1 encerra uma resposta de várias linhas em qualquer uma que comece com três algarismos e
//! um espaço (<https://github.com/veeso/suppaftp/issues/169>): um 426 com "226 arquivos" no meio seria um
//! sucesso, e a resposta seguinte, o resto dele.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use suppaftp::{FtpError, FtpResult, ImplFtpStream, TlsConnector, TlsStream};

use crate::na_tela::resumo;
use crate::resposta::Respostas;

/// As respostas de uma sessão, que a suppaftp e as transferências daqui leem, cada uma por sua vez.
pub(crate) type RespostasDaSessao = Arc<Mutex<Respostas>>;

pub(crate) fn trava<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A conexão de controle, como a suppaftp a vê: uma conexão cifrada, que é a única maneira de lhe dar uma
/// leitura que não seja a do socket. Não há cifra nenhuma.
#[derive(Debug)]
pub struct Controle {
    con: TcpStream,
    respostas: RespostasDaSessao,
    /// O que a suppaftp ainda não leu da resposta.
    linha: VecDeque<u8>,
}

/// Entrega a conexão à suppaftp, que lê a saudação.
pub(crate) fn abre(
    con: TcpStream,
    respostas: RespostasDaSessao,
) -> FtpResult<ImplFtpStream<Controle>> {
    // A suppaftp só aceita uma conexão nossa se for ela a discar: disca para cá mesmo, e recebe a outra.
    let isca = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(FtpError::ConnectionError)?;
    let para_ca = isca.local_addr().map_err(FtpError::ConnectionError)?;
    let controle = Controle {
        con,
        respostas,
        linha: VecDeque::new(),
    };
    ImplFtpStream::connect_secure_implicit(para_ca, Troca(Mutex::new(Some(controle))), "")
}

/// Põe a conexão daqui no lugar da que a suppaftp abriu.
#[derive(Debug)]
struct Troca(Mutex<Option<Controle>>);

impl TlsConnector for Troca {
    type Stream = Controle;

    fn connect(&self, _: &str, _: TcpStream) -> FtpResult<Controle> {
        trava(&self.0)
            .take()
            .ok_or(FtpError::DataConnectionAlreadyOpen)
    }
}

impl TlsStream for Controle {
    type InnerStream = Controle;

    fn tcp_stream(self) -> FtpResult<TcpStream> {
        Ok(self.con)
    }

    fn get_ref(&self) -> &TcpStream {
        &self.con
    }

    fn mut_ref(&mut self) -> &mut Controle {
        self
    }
}

impl Read for Controle {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.linha.is_empty() {
            let resposta = trava(&self.respostas).proxima()?;
            let texto = resumo(&resposta[4..]);
            self.linha = [&resposta[..3], b" ", texto.as_bytes(), b"\r\n"]
                .concat()
                .into();
        }
        self.linha.read(buffer)
    }
}

impl Write for Controle {
    /// Manda um comando, que a suppaftp escreve de uma vez.
    fn write(&mut self, comando: &[u8]) -> io::Result<usize> {
        // A suppaftp recusa assim uma quebra de linha no meio dele; o NUL, que em C acaba um texto, também não passa.
        if comando.contains(&0) {
            return Err(ErrorKind::InvalidInput.into());
        }
        trava(&self.respostas).comando.passa_a_ser(comando);
        self.con.write_all(comando)?;
        Ok(comando.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        // Um socket não guarda nada para depois.
        Ok(())
    }
}
