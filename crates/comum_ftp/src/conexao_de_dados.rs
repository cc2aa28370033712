//! A conexão de dados de um comando: quem a abre, o que passa por ela, e a resposta final, que vem pela de
//! controle.
//!
//! A suppaftp tem a dela, mas no modo ativo espera pelo servidor sem ouvir o que ele diz, e não conta o texto
//! das respostas.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{IpAddr, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use suppaftp::Status;

use comum::causa::em_portugues;
use download::Progresso;

use crate::erro::{ErroFtp, SILENCIO};
use crate::na_tela::resumo;
use crate::recusa::SEM_ATIVO;
use crate::servidor::PRAZO_DA_CONEXAO;
use crate::sessao::Sessao;

/// De quanto em quanto tempo, com os dados parados, se olha a conexão de controle.
const OLHADA: Duration = Duration::from_secs(1);
/// O mesmo, enquanto o servidor não conecta: disso depende quando o primeiro byte chega.
const OLHADA_DO_ATIVO: Duration = Duration::from_millis(5);

/// A conexão de dados de um comando. Enquanto ela existe, a sessão é dela: o próximo comando espera.
///
/// Quem lê ou escreve nela espera o quanto for preciso, mas não surdo: se o servidor recusa, ou vai embora, sem fechar os
/// dados, o erro é o que ele disse pela conexão de controle.
pub struct Dados<'a> {
    ftp: &'a mut Sessao,
    con: Conexao,
    /// Ainda falta ler a resposta final.
    falta_a_final: bool,
    /// Já passou algum byte.
    passou: bool,
    /// Quantos bytes são, se o servidor o anunciou; pode não ser verdade.
    pub(crate) total: Option<u64>,
    /// Quem mostra o que já passou, se alguém mostra.
    pub(crate) progresso: Option<Progresso>,
}

enum Conexao {
    Aberta(TcpStream),
    /// No modo ativo, até o servidor conectar.
    Esperada(TcpListener),
    Fechada,
}

/// Manda um comando que pede dados, `LIST` ou `RETR nome`, e abre a conexão por onde eles passam.
pub fn abre_dados<'a>(ftp: &'a mut Sessao, comando: &str) -> Result<Dados<'a>, ErroFtp> {
    if comando.ends_with(' ') && !comando.trim_end().contains(' ') {
        let falta = "faltou o nome do arquivo; digite um, como LEIAME";
        return Err(ErroFtp::Pedido(falta.to_string()));
    }
    let con = if ftp.respostas().comando.ativo {
        Conexao::Esperada(escuta_o_servidor(ftp)?)
    } else {
        Conexao::Aberta(conecta(ftp)?)
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
    let resposta = ftp.manda(comando, &aceitas)?;
    let mut dados = Dados {
        ftp,
        con,
        falta_a_final: !e_a_final(&resposta),
        passou: false,
        total: anunciado(&resposta),
        progresso: None,
    };
    if !dados.falta_a_final {
        dados.con = Conexao::Fechada;
    }
    Ok(dados)
}

/// As que a RFC 959, 5.4, dá ao fim de uma transferência inteira.
fn e_a_final(resposta: &[u8]) -> bool {
    resposta.starts_with(b"226") || resposta.starts_with(b"250")
}

/// O modo passivo: pergunta ao servidor a porta, e conecta nela (RFC 959, 4.1.2; no IPv6, RFC 2428, 3).
///
/// Do endereço que o PASV anuncia só a porta vale: um servidor mentiroso mandaria a conexão para outra
/// máquina (CVE-2021-4189). É o que o ftplib também faz.
fn conecta(ftp: &mut Sessao) -> Result<TcpStream, ErroFtp> {
    let mut destino = ftp.get_ref().peer_addr()?;
    let resposta = if destino.is_ipv6() {
        ftp.manda("EPSV", &[Status::ExtendedPassiveMode])?
    } else {
        ftp.manda("PASV", &[Status::PassiveMode])?
    };
    let porta = porta_dos_dados(&resposta).ok_or_else(|| {
        let resposta = resumo(&resposta);
        ErroFtp::Pedido(format!(
            "o servidor não disse a porta dos dados: {resposta}; use o modo ativo (--ativo, nas lições sem menu) ou outro servidor"
        ))
    })?;
    destino.set_port(porta);
    let con = TcpStream::connect_timeout(&destino, PRAZO_DA_CONEXAO).map_err(|causa| {
        ErroFtp::Pedido(format!(
            "não foi possível abrir a conexão de dados na porta {porta}: {}; \
             um firewall pode estar no caminho: tente de novo (fora do menu, --ativo troca o modo)",
            em_portugues(&causa)
        ))
    })?;
    Ok(com_olhadas(con)?)
}

/// Quem lê ou escreve na conexão para de vez em quando, para olhar a de controle.
fn com_olhadas(con: TcpStream) -> io::Result<TcpStream> {
    con.set_read_timeout(Some(OLHADA))?;
    con.set_write_timeout(Some(OLHADA))?;
    Ok(con)
}

/// A porta que um 227 ou um 229 diz, como o ftplib a lê.
pub(crate) fn porta_dos_dados(resposta: &[u8]) -> Option<u16> {
    let texto = String::from_utf8_lossy(resposta);
    if texto.starts_with("227") {
        // Seis números, estejam onde estiverem: a porta são os dois últimos.
        let mut trechos = texto.split(|c: char| !c.is_ascii_digit() && c != ',');
        return trechos.find_map(|trecho| {
            let numeros: Result<Vec<u8>, _> = trecho.split(',').map(str::parse).collect();
            match numeros.ok()?[..] {
                [_, _, _, _, alta, baixa] => Some(u16::from_be_bytes([alta, baixa])),
                _ => None,
            }
        });
    }
    // `(|||2020|)`, com o separador que o servidor escolheu.
    let (_, depois) = texto.split_once('(')?;
    let (dentro, _) = depois.split_once(')')?;
    let partes: Vec<&str> = dentro.split(dentro.chars().next()?).collect();
    match partes[..] {
        [_, _, _, porta, _] => porta.parse().ok(),
        _ => None,
    }
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
    ftp.manda(&comando, &[Status::CommandOk])?;
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
    /// Espera que `uma_vez` leve um bloco de um lado ao outro da conexão, e diga quantos bytes foram; 0 é o fim. Falta
    /// então a resposta final: sem ela não se sabe se está tudo ali.
    pub(crate) fn passa(
        &mut self,
        mut uma_vez: impl FnMut(&TcpStream) -> io::Result<usize>,
    ) -> io::Result<usize> {
        let inicio = Instant::now();
        loop {
            let erro = match &self.con {
                Conexao::Fechada => return Ok(0),
                Conexao::Aberta(con) => match uma_vez(con) {
                    Ok(bytes) => {
                        self.passou |= bytes > 0;
                        if let Some(progresso) = &mut self.progresso {
                            progresso.conta(bytes);
                        }
                        return Ok(bytes);
                    }
                    Err(erro) => erro,
                },
                Conexao::Esperada(escuta) => match escuta.accept() {
                    Ok((con, quem)) => {
                        // De outra máquina, não.
                        if quem.ip() == self.ftp.get_ref().peer_addr()?.ip() {
                            // No macOS e no Windows ela nasce sem esperar por nada, como a escuta.
                            con.set_nonblocking(false)?;
                            self.con = Conexao::Aberta(com_olhadas(con)?);
                        }
                        continue;
                    }
                    Err(erro) => {
                        thread::sleep(OLHADA_DO_ATIVO);
                        erro
                    }
                },
            };
            match erro.kind() {
                ErrorKind::Interrupted => {}
                ErrorKind::WouldBlock | ErrorKind::TimedOut => {
                    self.olha_o_controle(inicio, erro)?
                }
                _ => {
                    // O servidor costuma dizer por quê.
                    self.resposta_final()?;
                    return Err(io::Error::other(ErroFtp::Pedido(format!(
                        "a conexão de dados caiu no meio: {}; tente de novo",
                        em_portugues(&erro)
                    ))));
                }
            }
        }
    }

    /// Os dados estão parados desde o `inicio`: se o servidor já disse por quê, não há mais o que esperar.
    fn olha_o_controle(&mut self, inicio: Instant, erro: io::Error) -> io::Result<()> {
        let esperada = matches!(self.con, Conexao::Esperada(_));
        let mut respostas = self.ftp.respostas();
        let chegou = respostas.ja_chegou()?;
        // Só um 200, e nada mais há 2 segundos: era a resposta final, e não havia o que mandar.
        let so_200 = !self.passou
            && inicio.elapsed() >= 2 * OLHADA
            && respostas.ultima().starts_with(b"200");
        drop(respostas);
        if matches!(chegou, Some(b'4' | b'5' | 0)) {
            self.resposta_final()?;
        } else if so_200 || (esperada && chegou.is_some()) {
            self.falta_a_final &= !so_200;
            self.con = Conexao::Fechada;
        } else if inicio.elapsed().as_secs() >= SILENCIO {
            // Quem se calou nos dois lados não vai responder.
            self.falta_a_final = false;
            return Err(if esperada {
                io::Error::other(ErroFtp::fim(format!(
                    "o servidor não abriu a conexão de dados em {SILENCIO} s; {SEM_ATIVO}"
                )))
            } else {
                erro
            });
        }
        Ok(())
    }

    /// O fim de um arquivo: só com dados e um 226 ou um 250 ele está inteiro (RFC 959, 5.4).
    pub(crate) fn confirma(mut self) -> Result<(), ErroFtp> {
        // Um arquivo vazio também precisa da conexão.
        self.passa(|_| Ok(0))?;
        let abriu = matches!(self.con, Conexao::Aberta(_));
        let resposta = self.resposta_final()?;
        if abriu && e_a_final(&resposta) {
            return Ok(());
        }
        Err(ErroFtp::Pedido(format!(
            "o servidor não confirmou que o arquivo está inteiro: {}; tente de novo ou use outro servidor",
            resumo(&resposta)
        )))
    }

    /// Fecha a conexão e lê a resposta final. O erro, se ela é uma recusa, já vai pronto dentro do outro.
    pub(crate) fn resposta_final(&mut self) -> io::Result<Vec<u8>> {
        // Antes de ler: há servidores que só respondem depois de a conexão fechar.
        self.con = Conexao::Fechada;
        let mut respostas = self.ftp.respostas();
        if std::mem::take(&mut self.falta_a_final) {
            return respostas.a_final();
        }
        Ok(respostas.ultima())
    }
}

impl Read for Dados<'_> {
    fn read(&mut self, bloco: &mut [u8]) -> io::Result<usize> {
        self.passa(|mut con| con.read(bloco))
    }
}

impl Write for Dados<'_> {
    fn write(&mut self, bloco: &[u8]) -> io::Result<usize> {
        self.passa(|mut con| con.write(bloco))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Dados<'_> {
    /// A sessão continua em passo mesmo que ninguém chegue ao fim.
    fn drop(&mut self) {
        let _ = self.resposta_final();
    }
}
