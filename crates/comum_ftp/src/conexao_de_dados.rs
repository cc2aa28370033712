//! A conexão de dados de um comando: quem a abre, o que chega por ela, e a resposta final, que vem pela de
//! controle.
//!
//! A suppaftp tem a dela, mas no modo ativo espera pelo servidor sem ouvir o que ele diz, e não conta o texto
//! das respostas.

use std::io::{self, ErrorKind, Read};
use std::mem;
use std::net::{IpAddr, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use suppaftp::Status;

use comum::causa::em_portugues;

use crate::erro::{ErroFtp, SILENCIO};
use crate::resposta::Resposta;
use crate::servidor::PRAZO_DA_CONEXAO;
use crate::sessao::Sessao;

/// De quanto em quanto tempo, com os dados parados, se olha a conexão de controle.
const OLHADA: Duration = Duration::from_secs(1);
/// O mesmo, enquanto o servidor não conecta: disso depende quando o primeiro byte chega.
const OLHADA_DO_ATIVO: Duration = Duration::from_millis(5);

/// A conexão de dados de um comando. Enquanto ela existe, a sessão é dela: o próximo comando espera.
pub struct Dados<'a> {
    ftp: &'a mut Sessao,
    /// Não há, se o servidor terminou sem abrir uma.
    con: Option<TcpStream>,
    /// Ainda falta ler a resposta final.
    falta_a_final: bool,
    /// Quantos bytes são, se o servidor o anunciou; pode não ser verdade.
    pub(crate) total: Option<u64>,
}

/// Manda um comando que pede dados, `LIST` ou `RETR nome`, e abre a conexão por onde eles vêm.
///
/// # Errors
/// [`ErroFtp::Pedido`] se o servidor recusa o comando ou a conexão não abre; [`ErroFtp::Fim`] se a sessão
/// acabou.
pub fn abre_dados<'a>(ftp: &'a mut Sessao, comando: &str) -> Result<Dados<'a>, ErroFtp> {
    let (con, escuta) = if ftp.ativo {
        (None, Some(escuta_o_servidor(ftp)?))
    } else {
        (Some(conecta(ftp)?), None)
    };
    let aceitas = [
        Status::AboutToSend,
        Status::AlreadyOpen,
        // Há quem diga 200 antes do 150, ou no lugar dele.
        Status::CommandOk,
        // Não há nada a mandar.
        Status::ClosingDataConnection,
        Status::RequestedFileActionOk,
    ];
    ftp.custom_command(comando, &aceitas)?;
    let resposta = ftp.respostas().ultima();
    let mut dados = Dados {
        ftp,
        con,
        falta_a_final: !matches!(resposta.codigo(), b"226" | b"250"),
        total: anunciado(&resposta.0),
    };
    if !dados.falta_a_final {
        dados.con = None;
    } else if let Some(escuta) = escuta {
        dados.con = dados.atende(&escuta)?;
    }
    if let Some(con) = &dados.con {
        con.set_read_timeout(Some(OLHADA))?;
        con.set_write_timeout(Some(OLHADA))?;
    }
    Ok(dados)
}

/// O modo passivo: pergunta ao servidor a porta, e conecta nela (RFC 959, 4.1.2; no IPv6, RFC 2428, 3).
///
/// Do endereço que o PASV anuncia só a porta vale: um servidor mentiroso mandaria a conexão para outra
/// máquina (CVE-2021-4189). É o que o ftplib também faz.
fn conecta(ftp: &mut Sessao) -> Result<TcpStream, ErroFtp> {
    let mut destino = ftp.get_ref().peer_addr()?;
    let porta = if destino.is_ipv6() {
        ftp.custom_command("EPSV", &[Status::ExtendedPassiveMode])?;
        porta_do_epsv(&ftp.respostas().ultima().0)
    } else {
        ftp.custom_command("PASV", &[Status::PassiveMode])?;
        porta_do_pasv(&ftp.respostas().ultima().0)
    };
    let Some(porta) = porta else {
        let resposta = ftp.respostas().ultima().na_linha();
        return Err(ErroFtp::Pedido(format!(
            "o servidor não disse a porta dos dados: {resposta}; use o modo ativo (--ativo, nas lições sem menu) ou outro servidor"
        )));
    };
    destino.set_port(porta);
    TcpStream::connect_timeout(&destino, PRAZO_DA_CONEXAO).map_err(|causa| {
        ErroFtp::Pedido(format!(
            "não foi possível abrir a conexão de dados na porta {porta}: {}; \
             um firewall pode estar no caminho: tente de novo (fora do menu, --ativo troca o modo)",
            em_portugues(&causa)
        ))
    })
}

/// Os seis números do PASV, estejam onde estiverem (é o `parse227` do ftplib): a porta são os dois últimos.
pub(crate) fn porta_do_pasv(resposta: &[u8]) -> Option<u16> {
    let seis: Option<Vec<u8>> = resposta[3..]
        .split(|byte| !byte.is_ascii_digit() && *byte != b',')
        .find(|trecho| trecho.iter().filter(|byte| **byte == b',').count() == 5)?
        .split(|byte| *byte == b',')
        .map(|numero| str::from_utf8(numero).ok()?.parse().ok())
        .collect();
    let [.., alta, baixa] = seis?[..] else {
        return None;
    };
    Some(u16::from_be_bytes([alta, baixa]))
}

/// A porta do EPSV, com o separador que o servidor escolheu (é o `parse229` do ftplib): `(|||2020|)`.
pub(crate) fn porta_do_epsv(resposta: &[u8]) -> Option<u16> {
    let abre = resposta.iter().position(|byte| *byte == b'(')?;
    let separador = resposta.get(abre + 1)?;
    let mut partes = resposta[abre + 1..].split(|byte| byte == separador);
    let porta = partes.nth(3)?;
    // O separador de antes do parêntese.
    partes.next().filter(|resto| resto.starts_with(b")"))?;
    str::from_utf8(porta).ok()?.parse().ok()
}

/// O modo ativo: escuta numa porta livre e a diz ao servidor, que é quem vai conectar.
fn escuta_o_servidor(ftp: &mut Sessao) -> Result<TcpListener, ErroFtp> {
    let ip = ftp.get_ref().local_addr()?.ip();
    let escuta = TcpListener::bind((ip, 0))?;
    escuta.set_nonblocking(true)?;
    let porta = escuta.local_addr()?.port();
    let comando = match ip {
        IpAddr::V4(v4) => {
            let [a, b, c, d] = v4.octets();
            format!("PORT {a},{b},{c},{d},{},{}", porta / 256, porta % 256)
        }
        IpAddr::V6(v6) => format!("EPRT |2|{v6}|{porta}|"),
    };
    ftp.custom_command(comando, &[Status::CommandOk])?;
    Ok(escuta)
}

/// O tamanho que muitos servidores põem no 150: `150 Opening BINARY mode data connection for x (1234 bytes).`
pub(crate) fn anunciado(resposta: &[u8]) -> Option<u64> {
    let texto = String::from_utf8_lossy(resposta);
    let (antes, _) = texto.rsplit_once(" bytes)")?;
    let (_, numero) = antes.rsplit_once('(')?;
    numero.parse().ok()
}

impl Dados<'_> {
    /// Recebe a conexão do servidor, e de mais ninguém. Se ele responde sem conectar, não há dados.
    fn atende(&mut self, escuta: &TcpListener) -> Result<Option<TcpStream>, ErroFtp> {
        let servidor = self.ftp.get_ref().peer_addr()?.ip();
        let inicio = Instant::now();
        loop {
            match escuta.accept() {
                Ok((con, quem)) if quem.ip() == servidor => {
                    // No macOS e no Windows ela nasce sem esperar por nada, como a escuta.
                    con.set_nonblocking(false)?;
                    return Ok(Some(con));
                }
                Ok(_) => {}
                Err(erro) if erro.kind() == ErrorKind::WouldBlock => {
                    if self.ftp.respostas().ja_chegou()?.is_some() {
                        return Ok(None);
                    }
                    if inicio.elapsed().as_secs() >= SILENCIO {
                        self.falta_a_final = false;
                        return Err(ErroFtp::fim(format!(
                            "o servidor não abriu a conexão de dados em {SILENCIO} s; o seu computador costuma estar \
                             atrás de um roteador: rode sem o --ativo, no modo passivo"
                        )));
                    }
                    thread::sleep(OLHADA_DO_ATIVO);
                }
                Err(erro) => return Err(erro.into()),
            }
        }
    }

    /// Entrega os dados a `usa`, em blocos de no máximo `tamanho` bytes, até o fim deles.
    pub(crate) fn em_blocos(
        &mut self,
        tamanho: usize,
        mut usa: impl FnMut(&[u8]) -> Result<(), ErroFtp>,
    ) -> Result<(), ErroFtp> {
        let mut bloco = vec![0; tamanho];
        self.ate_o_fim(|mut con| {
            let lidos = con.read(&mut bloco)?;
            usa(&bloco[..lidos]).map_err(io::Error::other)?;
            Ok(lidos)
        })
    }

    /// Chama `passa`, que leva um bloco da conexão aonde ele deve ir e diz quantos bytes foram, até não vir
    /// mais nada. Um erro que não é da conexão vai pronto dentro do de `passa`.
    ///
    /// Falta ainda a resposta final: sem ela não se sabe se está tudo ali.
    pub(crate) fn ate_o_fim(
        &mut self,
        mut passa: impl FnMut(&TcpStream) -> io::Result<usize>,
    ) -> Result<(), ErroFtp> {
        let mut ultimo = Instant::now();
        while let Some(con) = &self.con {
            let erro = match passa(con) {
                Ok(0) => break,
                Ok(_) => {
                    ultimo = Instant::now();
                    continue;
                }
                Err(erro) => erro,
            };
            match erro.kind() {
                ErrorKind::Interrupted => {}
                ErrorKind::WouldBlock | ErrorKind::TimedOut => {
                    // Há quem recuse, ou vá embora, sem fechar os dados: é a resposta final que o dirá.
                    if matches!(self.ftp.respostas().ja_chegou()?, Some(b'4' | b'5' | 0)) {
                        break;
                    }
                    if ultimo.elapsed().as_secs() >= SILENCIO {
                        // Quem se calou nos dois lados não vai responder.
                        self.falta_a_final = false;
                        return Err(erro.into());
                    }
                }
                _ => {
                    // Se a culpa não é da conexão, o que o servidor diz dela não interessa; se é, ele costuma
                    // dizer por quê.
                    let erro = match erro.downcast::<ErroFtp>() {
                        Ok(pronto) => return Err(pronto),
                        Err(erro) => erro,
                    };
                    self.resposta_final()?;
                    return Err(ErroFtp::Pedido(format!(
                        "a conexão de dados caiu no meio: {}; tente de novo",
                        em_portugues(&erro)
                    )));
                }
            }
        }
        Ok(())
    }

    /// O fim de um arquivo: só com dados e um 226 ou um 250 ele está inteiro (RFC 959, 5.4).
    ///
    /// # Errors
    /// Os de [`Dados::resposta_final`]; [`ErroFtp::Pedido`] se ela não o confirma.
    pub(crate) fn confirma(mut self) -> Result<(), ErroFtp> {
        let abriu = self.con.is_some();
        let resposta = self.resposta_final()?;
        if abriu && matches!(resposta.codigo(), b"226" | b"250") {
            return Ok(());
        }
        Err(ErroFtp::Pedido(format!(
            "o servidor não confirmou que o arquivo está inteiro: {}; tente de novo ou use outro servidor",
            resposta.na_linha()
        )))
    }

    /// Fecha a conexão e lê a resposta final.
    ///
    /// # Errors
    /// [`ErroFtp::Pedido`] se ela é uma recusa; [`ErroFtp::Fim`] se a sessão acabou.
    pub(crate) fn resposta_final(&mut self) -> Result<Resposta, ErroFtp> {
        // Antes de ler: há servidores que só respondem depois de a conexão fechar.
        self.con = None;
        let mut respostas = self.ftp.respostas();
        if mem::take(&mut self.falta_a_final) {
            return Ok(respostas.a_final()?);
        }
        Ok(respostas.ultima())
    }
}

impl Drop for Dados<'_> {
    /// A sessão continua em passo mesmo que ninguém chegue ao fim.
    fn drop(&mut self) {
        let _ = self.resposta_final();
    }
}
