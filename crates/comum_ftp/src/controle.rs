//! Entre a suppaftp e a rede: cada resposta do servidor, lida pela regra da RFC 959, 4.2, chega a ela numa
//! forma que ela entende, e fica guardada como veio.
//!
//! A suppaftp 12.2.1 encerra uma resposta de várias linhas em qualquer uma que comece com três algarismos e
//! um espaço (<https://github.com/veeso/suppaftp/issues/169>): um 426 com "226 arquivos" no meio seria um
//! sucesso, e a resposta seguinte, o resto dele. Além disso, ela só aceita o código da RFC onde o ftplib
//! aceita qualquer um da mesma família, e joga fora o texto da resposta final de uma transferência.

use std::error::Error;
use std::fmt;
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use suppaftp::{FtpError, FtpResult, ImplFtpStream, TlsConnector, TlsStream};

use crate::resposta::{linhas_visiveis, resumo};

/// A maior resposta que se aceita, em bytes. A suppaftp aceita 256 KiB, e traduzida uma pode ganhar um byte
/// em cada cinco.
const MAIOR_RESPOSTA: usize = 192 << 10;

pub(crate) const NAO_E_FTP: &str =
    "o servidor respondeu algo que não é FTP; confira o endereço ou tente outro servidor";

/// A sessão FTP das lições: a da suppaftp, sobre as conexões daqui.
pub type Sessao = ImplFtpStream<Conexao>;

/// Uma das duas conexões de uma sessão.
///
/// Para a suppaftp são conexões cifradas, a única maneira de lhe dar uma leitura que não seja a do socket.
/// Não há cifra nenhuma.
#[derive(Debug)]
pub enum Conexao {
    /// Por onde vão os comandos e vêm as respostas.
    Controle(Controle),
    /// Por onde vêm os dados, como são; e a última resposta que veio pela outra.
    Dados(TcpStream, UltimaResposta),
}

/// A última resposta do servidor, como ele a mandou.
#[derive(Debug, Clone, Default)]
pub struct UltimaResposta(Arc<Mutex<Vec<u8>>>);

impl UltimaResposta {
    /// As linhas dela, com os códigos, prontas para a tela.
    pub(crate) fn na_tela(&self) -> String {
        linhas_visiveis(&trava(&self.0))
    }
}

/// A conexão de controle.
#[derive(Debug)]
pub struct Controle {
    con: BufReader<TcpStream>,
    /// O que a próxima resposta responde.
    pergunta: Pergunta,
    /// A resposta que a suppaftp está lendo, e quanto dela já foi.
    traduzida: Vec<u8>,
    entregues: usize,
    ultima: UltimaResposta,
}

/// Fora da resposta ao `QUIT`, é a despedida de quem cansou de esperar por um comando.
const DESPEDIDA: &[u8] = b"221";

/// O que uma resposta responde.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Pergunta {
    /// À conexão: é a saudação.
    Conexao,
    User,
    Pass,
    /// `CWD` e `CDUP`.
    Cwd,
    Pwd,
    /// `PASV` e `EPSV`.
    PortaDosDados,
    /// `LIST` e `RETR`.
    Transferencia,
    /// Aos dados, que já estão vindo: é a resposta final.
    Dados,
    /// `TYPE`, `PORT`, `EPRT`.
    Ajuste,
    Quit,
    Outra,
}

impl Pergunta {
    fn do_comando(linha: &[u8]) -> Pergunta {
        let verbo = linha
            .split(|byte| byte.is_ascii_whitespace())
            .next()
            .unwrap_or_default();
        match verbo {
            b"USER" => Pergunta::User,
            b"PASS" => Pergunta::Pass,
            b"CWD" | b"CDUP" => Pergunta::Cwd,
            b"PWD" => Pergunta::Pwd,
            b"PASV" | b"EPSV" => Pergunta::PortaDosDados,
            b"LIST" | b"RETR" => Pergunta::Transferencia,
            b"TYPE" | b"PORT" | b"EPRT" => Pergunta::Ajuste,
            b"QUIT" => Pergunta::Quit,
            _ => Pergunta::Outra,
        }
    }

    /// O código que a suppaftp espera no lugar de outro da mesma família, se o ftplib não os distingue. O da
    /// resposta final fica como é: um download só está completo com o 226 ou o 250.
    fn codigo(self, codigo: &[u8]) -> Option<&'static [u8]> {
        Some(match (self, codigo[0]) {
            (Pergunta::Quit, b'2') => b"221",
            _ if codigo == DESPEDIDA => return None,
            (Pergunta::Conexao, b'2') => b"220",
            (Pergunta::User | Pergunta::Pass, b'2') => b"230",
            (Pergunta::User, b'3') => b"331",
            (Pergunta::Cwd, b'2') => b"250",
            (Pergunta::Transferencia, b'1') => b"150",
            (Pergunta::Ajuste, b'2') => b"200",
            _ => return None,
        })
    }

    /// Se ainda não é a resposta: o 120 de quem saúda depois, e o 2xx que alguns mandam antes do 150.
    fn espera_outra(self, codigo: &[u8]) -> bool {
        match self {
            Pergunta::Conexao => codigo[0] == b'1',
            Pergunta::Transferencia => codigo[0] == b'2' && codigo != DESPEDIDA,
            _ => false,
        }
    }
}

/// Começa a sessão: recebe a saudação, e a devolve com os códigos, pronta para a tela.
///
/// # Errors
/// Os da suppaftp; [`FtpError::ConnectionError`] com [`NaoSeEntende`] se não é uma saudação de FTP.
pub(crate) fn abre(controle: TcpStream) -> FtpResult<(Sessao, String)> {
    // A suppaftp só aceita uma conexão nossa se for ela a discar: disca para cá mesmo, e recebe a outra.
    let isca = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(FtpError::ConnectionError)?;
    let para_ca = isca.local_addr().map_err(FtpError::ConnectionError)?;
    let ultima = UltimaResposta::default();
    let troca = Troca {
        controle: Mutex::new(Some(controle)),
        ultima: ultima.clone(),
    };
    let sessao = Sessao::connect_secure_implicit(para_ca, troca, "")?;
    Ok((sessao, ultima.na_tela()))
}

/// Põe a conexão daqui no lugar da que a suppaftp abriu.
#[derive(Debug)]
struct Troca {
    /// A de controle, que é a primeira.
    controle: Mutex<Option<TcpStream>>,
    ultima: UltimaResposta,
}

impl TlsConnector for Troca {
    type Stream = Conexao;

    fn connect(&self, _: &str, con: TcpStream) -> FtpResult<Conexao> {
        let ultima = self.ultima.clone();
        Ok(match trava(&self.controle).take() {
            Some(controle) => Conexao::Controle(Controle {
                con: BufReader::new(controle),
                pergunta: Pergunta::Conexao,
                traduzida: Vec::new(),
                entregues: 0,
                ultima,
            }),
            None => Conexao::Dados(con, ultima),
        })
    }
}

impl Conexao {
    /// A última resposta que veio pela conexão de controle da mesma sessão.
    pub(crate) fn ultima_resposta(&self) -> UltimaResposta {
        match self {
            Conexao::Controle(controle) => controle.ultima.clone(),
            Conexao::Dados(_, ultima) => ultima.clone(),
        }
    }
}

impl TlsStream for Conexao {
    type InnerStream = Conexao;

    fn tcp_stream(self) -> FtpResult<TcpStream> {
        Ok(match self {
            Conexao::Controle(controle) => controle.con.into_inner(),
            Conexao::Dados(con, _) => con,
        })
    }

    fn get_ref(&self) -> &TcpStream {
        match self {
            Conexao::Controle(controle) => controle.con.get_ref(),
            Conexao::Dados(con, _) => con,
        }
    }

    fn mut_ref(&mut self) -> &mut Conexao {
        self
    }
}

impl Read for Conexao {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Conexao::Controle(controle) => controle.le(buffer),
            Conexao::Dados(con, _) => con.read(buffer),
        }
    }
}

impl Write for Conexao {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Conexao::Controle(controle) => {
                // A suppaftp escreve cada comando de uma vez.
                controle.pergunta = Pergunta::do_comando(bytes);
                controle.con.get_mut().write_all(bytes)?;
                Ok(bytes.len())
            }
            Conexao::Dados(con, _) => con.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        // Um socket não guarda nada para depois.
        Ok(())
    }
}

impl Controle {
    fn le(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.entregues == self.traduzida.len() {
            self.traduzida = self.proxima_resposta()?;
            self.entregues = 0;
        }
        let lidos = (&self.traduzida[self.entregues..]).read(buffer)?;
        self.entregues += lidos;
        Ok(lidos)
    }

    /// A próxima resposta, traduzida.
    fn proxima_resposta(&mut self) -> io::Result<Vec<u8>> {
        let mut cabem = MAIOR_RESPOSTA;
        loop {
            let resposta = self.uma_resposta(&mut cabem)?;
            let codigo = &resposta[..3];
            if self.pergunta.espera_outra(codigo) {
                continue;
            }
            let traduzida = traduz(self.pergunta, &resposta);
            if self.pergunta == Pergunta::Transferencia && codigo[0] == b'1' {
                self.pergunta = Pergunta::Dados;
            }
            *trava(&self.ultima.0) = resposta;
            return Ok(traduzida);
        }
    }

    /// Uma resposta: uma linha só, ou até a que repete o código da primeira e um espaço. Começa sempre pelos
    /// três algarismos.
    fn uma_resposta(&mut self, cabem: &mut usize) -> io::Result<Vec<u8>> {
        let mut resposta = self.linha(cabem)?;
        let [a, b, c, separador, ..] = resposta[..] else {
            return Err(self.nao_se_entende(&resposta));
        };
        if ![a, b, c].iter().all(u8::is_ascii_digit) {
            return Err(self.nao_se_entende(&resposta));
        }
        if separador == b'-' {
            loop {
                let linha = self.linha(cabem)?;
                let ultima = linha.starts_with(&[a, b, c])
                    && linha
                        .get(3)
                        .is_none_or(|depois| matches!(depois, b' ' | b'\r' | b'\n'));
                resposta.extend_from_slice(&linha);
                if ultima {
                    break;
                }
            }
        }
        Ok(resposta)
    }

    /// A próxima linha, com a quebra. Se o servidor fecha no meio dela, só vale com o código inteiro.
    fn linha(&mut self, cabem: &mut usize) -> io::Result<Vec<u8>> {
        let mut linha = Vec::new();
        // Um byte além do que cabe mostra que não acabou ali.
        (&mut self.con)
            .take(*cabem as u64 + 1)
            .read_until(b'\n', &mut linha)?;
        let Some(sobram) = cabem.checked_sub(linha.len()) else {
            return Err(NaoSeEntende::erro(if self.pergunta == Pergunta::Conexao {
                "o servidor mandou uma saudação que não acaba; confira o endereço ou tente outro servidor".into()
            } else {
                "o servidor mandou uma resposta que não acaba; tente outro servidor".into()
            }));
        };
        *cabem = sobram;
        if linha.len() < 4 && !linha.ends_with(b"\n") {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        Ok(linha)
    }

    fn nao_se_entende(&self, linha: &[u8]) -> io::Error {
        NaoSeEntende::erro(if self.pergunta == Pergunta::Conexao {
            format!(
                "quem atende não parece um servidor FTP, a saudação dele é \"{}\"; confira o endereço e a porta",
                resumo(linha)
            )
        } else {
            NAO_E_FTP.into()
        })
    }
}

/// A resposta como a suppaftp a quer: o código que ela espera, seguido de um espaço na última linha e só
/// nela. O texto não muda, a não ser onde ela procura números nele.
fn traduz(pergunta: Pergunta, resposta: &[u8]) -> Vec<u8> {
    let codigo = &resposta[..3];
    let refeita = match (pergunta, codigo) {
        (Pergunta::PortaDosDados, b"227" | b"229") => porta_dos_dados(resposta),
        // Para o ftplib, um diretório sem nome.
        (Pergunta::Pwd, [b'2', ..]) if codigo != b"257" && codigo != DESPEDIDA => {
            Some("257 ".into())
        }
        _ => None,
    };
    if let Some(refeita) = refeita {
        return (refeita + "\r\n").into_bytes();
    }
    let codigo = pergunta.codigo(codigo).unwrap_or(codigo);
    let mut traduzida = Vec::with_capacity(resposta.len() + 2);
    let mut linhas = resposta.split_inclusive(|byte| *byte == b'\n').peekable();
    while let Some(linha) = linhas.next() {
        let ultima = linhas.peek().is_none();
        if ultima || traduzida.is_empty() {
            let texto = linha[3..]
                .strip_prefix(if ultima { b" " } else { b"-" })
                .unwrap_or(&linha[3..]);
            traduzida.extend_from_slice(codigo);
            traduzida.push(if ultima { b' ' } else { b'-' });
            traduzida.extend_from_slice(texto);
        } else {
            // A RFC 959, 4.2, manda o servidor recuar uma linha que se pareça com a última.
            if matches!(linha[..], [a, b, c, b' ', ..] if [a, b, c].iter().all(u8::is_ascii_digit))
            {
                traduzida.push(b' ');
            }
            traduzida.extend_from_slice(linha);
        }
    }
    if !traduzida.ends_with(b"\n") {
        traduzida.extend_from_slice(b"\r\n");
    }
    traduzida
}

/// A resposta do PASV ou do EPSV como a suppaftp a procura, se a porta está lá.
pub(crate) fn porta_dos_dados(resposta: &[u8]) -> Option<String> {
    if resposta.starts_with(b"227") {
        endereco_do_pasv(resposta)
    } else {
        porta_do_epsv(resposta)
    }
}

/// Os seis números do PASV (RFC 959, 4.1.2), estejam onde estiverem (é o `parse227` do ftplib).
fn endereco_do_pasv(resposta: &[u8]) -> Option<String> {
    let seis = resposta[3..]
        .split(|byte| !byte.is_ascii_digit() && *byte != b',')
        .find_map(|trecho| {
            let numeros: Vec<&[u8]> = trecho.split(|byte| *byte == b',').collect();
            numeros
                .windows(6)
                .find(|seis| seis.iter().all(|numero| !numero.is_empty()))
                .map(<[&[u8]]>::to_vec)
        })?;
    let seis: Option<Vec<u8>> = seis
        .iter()
        .map(|numero| str::from_utf8(numero).ok()?.parse().ok())
        .collect();
    let [a, b, c, d, alta, baixa] = seis?[..] else {
        return None;
    };
    Some(format!("227 ({a},{b},{c},{d},{alta},{baixa})"))
}

/// A porta do EPSV (RFC 2428, 3), com o separador que o servidor escolheu (é o `parse229` do ftplib).
fn porta_do_epsv(resposta: &[u8]) -> Option<String> {
    let abre = memchr::memchr(b'(', resposta)?;
    let fecha = abre + memchr::memchr(b')', &resposta[abre..])?;
    let separador = resposta.get(abre + 1)?;
    let partes: Vec<&[u8]> = resposta[abre + 1..fecha]
        .split(|byte| byte == separador)
        .collect();
    let [_, _, _, porta, b""] = partes[..] else {
        return None;
    };
    let porta: u16 = str::from_utf8(porta).ok()?.parse().ok()?;
    Some(format!("229 (|||{porta}|)"))
}

/// O que veio pela conexão de controle não é uma resposta. O texto é o do erro, pronto para a tela.
#[derive(Debug)]
pub(crate) struct NaoSeEntende(String);

impl NaoSeEntende {
    fn erro(texto: String) -> io::Error {
        io::Error::new(ErrorKind::InvalidData, NaoSeEntende(texto))
    }
}

impl fmt::Display for NaoSeEntende {
    fn fmt(&self, saida: &mut fmt::Formatter) -> fmt::Result {
        write!(saida, "{}", self.0)
    }
}

impl Error for NaoSeEntende {}

fn trava<T>(tranca: &Mutex<T>) -> MutexGuard<'_, T> {
    tranca.lock().unwrap_or_else(PoisonError::into_inner)
}
