//! A sessão FTP das lições da seção 7.2: conectar, e o que a [suppaftp](suppaftp::ImplFtpStream) deixa por
//! conta de quem a usa. O `login`, o `cwd`, o `retr_as_stream` e o `quit` das lições são os dela.
//!
//! O protocolo é o da RFC 959; o EPSV e o EPRT, da RFC 2428.

mod arquivo;
mod controle;
mod dados;
#[cfg(target_os = "linux")]
mod direto;
mod erro;
mod limpeza;
mod linhas;
mod progresso;
mod resposta;
mod senha;
#[cfg(test)]
mod testes;

use std::error::Error;
use std::fmt;
use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::time::Duration;

use suppaftp::{FtpError, Mode, Status};

pub use arquivo::ArquivoNovo;
pub use controle::{Conexao, Sessao};
pub use dados::mostra_lista;
pub use erro::ErroFtp;
pub use senha::pergunta_senha;

use comum::argumentos::{Ajuda, argumentos, nao_esperado};
use comum::causa::em_portugues;
use comum::endereco::{Endereco, HOST_PADRAO, PORTA_FTP_DA_TURMA};
use comum::pergunta;

use comum::visivel;

/// A porta do FTP (RFC 959, 8).
const PORTA_FTP: u16 = 21;
/// Quanto se espera por uma conexão com cada endereço.
const PRAZO_DA_CONEXAO: Duration = Duration::from_secs(10);
/// Quanto se espera calado por um byte do servidor. Não há prazo para o total: devagar também serve.
pub(crate) const PRAZO_DO_SILENCIO: Duration = Duration::from_secs(30);

/// Onde está o servidor e quem abre a conexão de dados.
#[derive(Debug, Clone)]
pub struct Servidor {
    endereco: Endereco,
    ativo: bool,
    /// Como a pessoa escolhe outro servidor nesta lição.
    como_trocar: String,
}

/// O servidor que a pessoa deu ao programa, `HOST[:PORTA]`, ou o da turma. Com `--ativo`, antes ou
/// depois dele, quem abre a conexão de dados é o servidor (RFC 959, 5.1.2).
///
/// # Errors
/// [`Erro::FimPedido`] depois de mostrar o `--help`; [`Erro::Mensagem`] se o argumento não serve.
pub fn servidor_do_argumento(ajuda: Ajuda) -> Result<Servidor, ErroFtp> {
    let nome = ajuda.nome;
    let uso = format!(
        "cargo run -p {nome} [-- [--ativo] HOST[:PORTA]]\n\n\
         Sem argumento, o servidor é o da turma, em {HOST_PADRAO}:{PORTA_FTP_DA_TURMA} \
         (cargo run -p servidor_ftp).\n\
         Sem porta, vale a {PORTA_FTP}.\n\n  \
         --ativo   o servidor abre a conexão de dados (o padrão é o modo passivo)\n\n\
         Exemplos:\n  \
         cargo run -p {nome} -- ftp.ibiblio.org\n  \
         cargo run -p {nome} -- --ativo"
    );
    let argumentos = argumentos(ajuda, &uso, &["--ativo"])?;
    let (opcoes, enderecos): (Vec<&str>, Vec<&str>) = argumentos
        .iter()
        .map(String::as_str)
        .partition(|argumento| *argumento == "--ativo");
    let endereco = match enderecos.as_slice() {
        [] => Endereco::novo(HOST_PADRAO, PORTA_FTP_DA_TURMA),
        [texto] => Endereco::novo(texto, PORTA_FTP),
        [_, sobra, ..] => Err(nao_esperado(nome, sobra)),
    }?;
    Ok(Servidor {
        endereco,
        ativo: !opcoes.is_empty(),
        como_trocar: format!("use outro servidor: `cargo run -p {nome} -- ftp.ibiblio.org`"),
    })
}

/// O servidor que a pessoa digitou: `HOST[:PORTA]`, ou nada para o da turma. De um endereço copiado do
/// navegador, `ftp://host/pasta`, fica só a máquina.
///
/// # Errors
/// [`Erro::Mensagem`] se o texto não serve ou o nome é desconhecido.
pub fn servidor_digitado(texto: &str) -> Result<Servidor, ErroFtp> {
    let maquina = texto
        .strip_prefix("ftp://")
        .and_then(|resto| resto.split('/').next())
        .filter(|maquina| !maquina.is_empty())
        .unwrap_or(texto);
    let endereco = if texto.is_empty() {
        Endereco::novo(HOST_PADRAO, PORTA_FTP_DA_TURMA)
    } else {
        Endereco::novo(maquina, PORTA_FTP)
    }?;
    Ok(Servidor {
        endereco,
        ativo: false,
        como_trocar: "digite o nome de outro servidor, como ftp.ibiblio.org".to_string(),
    })
}

/// O `FTP(host)` e o `getwelcome()` do ftplib: conecta e devolve a sessão e a saudação, linha por
/// linha, com os códigos, pronta para a tela.
///
/// # Errors
/// [`Erro::Mensagem`] se nenhum endereço atende, ou se quem atende não fala FTP ou não quer conversa.
pub fn conecta(servidor: &Servidor) -> Result<(Sessao, String), ErroFtp> {
    let controle = disca(servidor)?;
    controle.set_read_timeout(Some(PRAZO_DO_SILENCIO))?;
    controle.set_write_timeout(Some(PRAZO_DO_SILENCIO))?;
    let servidor_de_dados = controle.peer_addr()?;
    let (ftp, saudacao) = controle::abre(controle)?;
    // Do endereço que o PASV anuncia só a porta vale: um servidor mentiroso mandaria a conexão para
    // outra máquina (CVE-2021-4189). É o que o ftplib também faz.
    let mut ftp = ftp.passive_stream_builder(move |anunciado| {
        let mut destino = servidor_de_dados;
        destino.set_port(anunciado.port());
        abre_dados(destino)
    });
    if servidor.ativo {
        ftp = ftp.active_mode(PRAZO_DO_SILENCIO);
    } else if servidor_de_dados.is_ipv6() {
        // O PASV só sabe dizer endereços IPv4.
        ftp.set_mode(Mode::ExtendedPassive);
    }
    Ok((ftp, saudacao))
}

/// Tenta cada endereço do nome, até um atender.
fn disca(servidor: &Servidor) -> Result<TcpStream, ErroFtp> {
    let endereco = &servidor.endereco;
    let mut ultimo = io::Error::from(ErrorKind::AddrNotAvailable);
    for ip in endereco.to_socket_addrs()? {
        match TcpStream::connect_timeout(&ip, PRAZO_DA_CONEXAO) {
            Ok(controle) => return Ok(controle),
            Err(erro) => ultimo = erro,
        }
    }
    let causa = em_portugues(&ultimo);
    let como_trocar = &servidor.como_trocar;
    Err(ErroFtp::fim(if endereco.e_local() {
        let argumento = endereco.como_argumento(PORTA_FTP_DA_TURMA);
        format!(
            "o servidor da turma não atende em {endereco}: {causa}; \
             rode `cargo run -p servidor_ftp{argumento}` em outro terminal ou {como_trocar}"
        )
    } else {
        format!(
            "ninguém atende em {endereco}: {causa}; confira o nome, a porta e a rede ou {como_trocar}"
        )
    }))
}

/// A conexão de dados não abriu; a de controle continua de pé.
#[derive(Debug)]
struct DadosFechados {
    porta: u16,
    causa: io::Error,
}

impl fmt::Display for DadosFechados {
    fn fmt(&self, saida: &mut fmt::Formatter) -> fmt::Result {
        write!(
            saida,
            "não foi possível abrir a conexão de dados na porta {}: {}; \
             um firewall pode estar no caminho: tente de novo (fora do menu, --ativo troca o modo)",
            self.porta,
            em_portugues(&self.causa)
        )
    }
}

impl Error for DadosFechados {}

fn abre_dados(destino: SocketAddr) -> Result<TcpStream, FtpError> {
    TcpStream::connect_timeout(&destino, PRAZO_DA_CONEXAO).map_err(|causa| {
        let porta = destino.port();
        FtpError::ConnectionError(io::Error::other(DadosFechados { porta, causa }))
    })
}

/// O usuário e a senha que o `login` do ftplib mandaria: sem usuário a sessão é anônima, e a senha do
/// anônimo, quando falta, é `anonymous@`.
///
/// # Errors
/// [`ErroFtp::Pedido`] se há neles uma quebra de linha ou um NUL: nada é enviado.
pub fn anonimo_se_vazio(usuario: String, senha: String) -> Result<(String, String), ErroFtp> {
    sem_controles("o usuário", &usuario)?;
    sem_controles("a senha", &senha)?;
    let usuario = if usuario.is_empty() {
        "anonymous".to_string()
    } else {
        usuario
    };
    let senha = if usuario == "anonymous" && matches!(senha.as_str(), "" | "-") {
        senha + "anonymous@"
    } else {
        senha
    };
    Ok((usuario, senha))
}

/// O diretório atual, pronto para a tela. O `pwd` da suppaftp não desdobra as aspas do nome (RFC 959,
/// apêndice II) e se perde quando há outras depois dele.
///
/// # Errors
/// [`ErroFtp::Pedido`] se o servidor recusa; [`Erro::Mensagem`] se a sessão acabou.
pub fn pwd(ftp: &mut Sessao) -> Result<String, ErroFtp> {
    let resposta = ftp.custom_command("PWD", &[Status::PathCreated])?;
    Ok(visivel(&entre_aspas(&resposta.body)))
}

/// O nome entre aspas da resposta 257, ou nada se ela não o traz (é o `parse257` do ftplib).
fn entre_aspas(resposta: &[u8]) -> Vec<u8> {
    let mut nome = Vec::new();
    let mut resto = resposta.strip_prefix(b"257 \"").unwrap_or_default();
    loop {
        resto = match resto {
            [b'"', b'"', depois @ ..] => {
                nome.push(b'"');
                depois
            }
            [] | [b'"' | b'\r' | b'\n', ..] => return nome,
            [byte, depois @ ..] => {
                nome.push(*byte);
                depois
            }
        };
    }
}

/// Entra no diretório que a pessoa digitou, como o `cwd` do ftplib: `..` é o comando CDUP, para quem o
/// conhece, e nada é o próprio diretório. A suppaftp mandaria `CWD ..` e `CWD ` sem nome, que alguns
/// servidores não aceitam.
///
/// # Errors
/// [`ErroFtp::Pedido`] se o servidor recusa ou o nome tem uma quebra de linha ou um NUL;
/// [`Erro::Mensagem`] se a sessão acabou.
pub fn cwd(ftp: &mut Sessao, diretorio: &str) -> Result<(), ErroFtp> {
    sem_controles("o nome", diretorio)?;
    match diretorio {
        ".." => match ftp.cdup() {
            Err(FtpError::UnexpectedResponse(recusa)) if recusa.status == Status::BadCommand => {
                ftp.cwd("..")?;
            }
            feito => feito?,
        },
        "" => ftp.cwd(".")?,
        _ => ftp.cwd(diretorio)?,
    }
    Ok(())
}

/// O tamanho do arquivo em bytes (RFC 3659, 4), se o servidor o diz: muitos não dizem, e isso não impede
/// o download.
///
/// # Errors
/// [`Erro::Mensagem`] se a sessão acabou.
pub fn tamanho(ftp: &mut Sessao, arquivo: &str) -> Result<Option<usize>, ErroFtp> {
    match ftp.size(arquivo) {
        Ok(tamanho) => Ok(Some(tamanho)),
        Err(FtpError::BadResponse) => Ok(None),
        // O 202 de quem acha o comando supérfluo; o 221 é uma despedida.
        Err(FtpError::UnexpectedResponse(outra)) if outra.body.starts_with(b"20") => Ok(None),
        Err(erro) => match ErroFtp::from(erro) {
            ErroFtp::Pedido(_) => Ok(None),
            fim => Err(fim),
        },
    }
}

/// Pergunta o nome de um arquivo.
///
/// # Errors
/// Os de [`pergunta`]; [`ErroFtp::Pedido`] se o nome está vazio ou tem uma quebra de linha ou um NUL.
pub fn pergunta_nome(prompt: &str) -> Result<String, ErroFtp> {
    let nome = pergunta(prompt)?;
    sem_controles("o nome", &nome)?;
    if nome.is_empty() {
        return Err(ErroFtp::Pedido(
            "faltou o nome do arquivo; digite um, como LEIAME".to_string(),
        ));
    }
    Ok(nome)
}

/// No FTP um comando é uma linha: uma quebra no meio de um nome seria outro comando, escolhido por quem
/// escreveu o nome.
fn sem_controles(quem: &str, texto: &str) -> Result<(), ErroFtp> {
    if texto.contains(['\r', '\n', '\0']) {
        // O texto não é repetido: pode ser a senha.
        return Err(ErroFtp::Pedido(format!(
            "{quem} tem uma quebra de linha ou um NUL no meio, e nada foi enviado; digite de novo"
        )));
    }
    Ok(())
}
