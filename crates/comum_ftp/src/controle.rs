//! A conexão de controle de uma sessão, que a [suppaftp](suppaftp) usa sem saber: ela escreve os comandos,
//! e as respostas lhe chegam já lidas, cada uma numa linha só.
//!
//! A suppaftp 12.2.1 encerra uma resposta de várias linhas em qualquer uma que comece com três algarismos e
//! um espaço (<https://github.com/veeso/suppaftp/issues/169>): um 426 com "226 arquivos" no meio seria um
//! sucesso, e a resposta seguinte, o resto dele.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use suppaftp::{FtpError, FtpResult, ImplFtpStream, TlsConnector, TlsStream};

use crate::resposta::Respostas;

/// As respostas de uma sessão, que a suppaftp e as transferências daqui leem, cada uma por sua vez.
pub(crate) type RespostasDaSessao = Arc<Mutex<Respostas>>;

pub(crate) fn trava(respostas: &RespostasDaSessao) -> MutexGuard<'_, Respostas> {
    respostas.lock().unwrap_or_else(PoisonError::into_inner)
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
///
/// # Errors
/// Os da suppaftp, se não é a saudação de um servidor FTP.
pub(crate) fn abre(
    con: TcpStream,
    ativo: bool,
) -> FtpResult<(ImplFtpStream<Controle>, RespostasDaSessao)> {
    let leitura = con.try_clone().map_err(FtpError::ConnectionError)?;
    let respostas = Arc::new(Mutex::new(Respostas::novas(leitura, ativo)));
    // A suppaftp só aceita uma conexão nossa se for ela a discar: disca para cá mesmo, e recebe a outra.
    let isca = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(FtpError::ConnectionError)?;
    let para_ca = isca.local_addr().map_err(FtpError::ConnectionError)?;
    let controle = Controle {
        con,
        respostas: Arc::clone(&respostas),
        linha: VecDeque::new(),
    };
    let troca = Troca(Mutex::new(Some(controle)));
    let ftp = ImplFtpStream::connect_secure_implicit(para_ca, troca, "")?;
    Ok((ftp, respostas))
}

/// Põe a conexão daqui no lugar da que a suppaftp abriu.
#[derive(Debug)]
struct Troca(Mutex<Option<Controle>>);

impl TlsConnector for Troca {
    type Stream = Controle;

    fn connect(&self, _: &str, _: TcpStream) -> FtpResult<Controle> {
        let mut controle = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        controle.take().ok_or(FtpError::DataConnectionAlreadyOpen)
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
            self.linha = trava(&self.respostas).proxima()?.numa_linha().into();
        }
        self.linha.read(buffer)
    }
}

impl Write for Controle {
    fn write(&mut self, comando: &[u8]) -> io::Result<usize> {
        // A suppaftp escreve cada comando de uma vez.
        trava(&self.respostas).vai_responder(comando);
        self.con.write_all(comando)?;
        Ok(comando.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        // Um socket não guarda nada para depois.
        Ok(())
    }
}
