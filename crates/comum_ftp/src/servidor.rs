//! Com que servidor uma lição conversa, e em que modo: o que veio na linha de comando, ou o que se digitou.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, TcpStream, ToSocketAddrs};
use std::time::Duration;

use comum::Erro;
use comum::argumentos::{Ajuda, argumentos, nao_esperado};
use comum::causa::em_portugues;
use comum::conselho::rode_o_servidor;
use comum::endereco::{Endereco, HOST_PADRAO, PORTA_FTP_DA_TURMA, so_a_maquina};

use crate::erro::ErroFtp;

/// A porta do FTP (RFC 959, 8).
const PORTA_FTP: u16 = 21;
/// Quanto se espera por uma conexão com cada endereço.
pub(crate) const PRAZO_DA_CONEXAO: Duration = Duration::from_secs(10);

/// Onde está o servidor e quem abre a conexão de dados.
#[derive(Debug, Clone)]
pub struct Servidor {
    pub(crate) endereco: Endereco,
    pub(crate) ativo: bool,
    /// Como a pessoa escolhe outro servidor nesta lição.
    como_trocar: String,
}

/// O servidor que a pessoa deu ao programa, `HOST[:PORTA]`, ou o da turma. Com `--ativo`, antes ou
/// depois dele, quem abre a conexão de dados é o servidor (RFC 959, 5.1.2).
pub fn servidor_do_argumento(ajuda: Ajuda) -> Result<Servidor, ErroFtp> {
    let exemplos = ["ftp.ibiblio.org", "--ativo"];
    let (_, servidor) = do_argumento(ajuda, "[-- [--ativo] [HOST[:PORTA]]]", exemplos, false)?;
    Ok(servidor)
}

/// O arquivo que a pessoa quer enviar e, depois dele, o que [`servidor_do_argumento`] aceita.
pub fn arquivo_e_servidor(ajuda: Ajuda) -> Result<(String, Servidor), ErroFtp> {
    let exemplos = ["README.md 192.168.0.10:2121", "--ativo README.md"];
    do_argumento(ajuda, "-- [--ativo] ARQUIVO [HOST[:PORTA]]", exemplos, true)
}

fn do_argumento(
    ajuda: Ajuda,
    uso: &str,
    exemplos: [&str; 2],
    com_arquivo: bool,
) -> Result<(String, Servidor), ErroFtp> {
    let nome = ajuda.nome;
    let uso = format!(
        "cargo run -p {nome} {uso}\n\n\
         Sem HOST, o servidor é o da turma, em {HOST_PADRAO}:{PORTA_FTP_DA_TURMA} \
         (cargo run -p servidor_ftp).\n\
         Sem porta, vale a {PORTA_FTP}.\n\n  \
         --ativo   o servidor abre a conexão de dados (o padrão é o modo passivo)\n\n\
         Exemplos:\n  \
         cargo run -p {nome} -- {}\n  \
         cargo run -p {nome} -- {}",
        exemplos[0], exemplos[1]
    );
    let argumentos = argumentos(ajuda, &uso, &["--ativo"])?;
    let ativo = argumentos.iter().any(|argumento| argumento == "--ativo");
    let mut outros = argumentos
        .iter()
        .filter(|argumento| *argumento != "--ativo");
    let arquivo = match com_arquivo.then(|| outros.next()) {
        Some(None) => {
            return Err(ErroFtp::fim(format!(
                "falta o nome do arquivo a enviar; rode `cargo run -p {nome} -- README.md`"
            )));
        }
        arquivo => arquivo.flatten().cloned().unwrap_or_default(),
    };
    let endereco = endereco(outros.next())?;
    if let Some(sobra) = outros.next() {
        return Err(nao_esperado(nome, sobra).into());
    }
    let como_trocar = format!(
        "use outro servidor: `cargo run -p {nome} -- {}`",
        exemplos[0]
    );
    let servidor = Servidor {
        endereco,
        ativo,
        como_trocar,
    };
    Ok((arquivo, servidor))
}

/// O servidor que a pessoa digitou: `HOST[:PORTA]`, ou nada para o da turma.
pub fn servidor_digitado(texto: &str) -> Result<Servidor, ErroFtp> {
    Ok(Servidor {
        endereco: endereco(Some(texto).filter(|texto| !texto.is_empty()))?,
        ativo: false,
        como_trocar: "digite o nome de outro servidor, como ftp.ibiblio.org".to_string(),
    })
}

/// Onde está o servidor que a pessoa disse, ou o da turma.
fn endereco(dito: Option<impl AsRef<str>>) -> Result<Endereco, Erro> {
    match dito {
        None => Endereco::novo(HOST_PADRAO, PORTA_FTP_DA_TURMA),
        Some(texto) => Endereco::novo(so_a_maquina(texto.as_ref()), PORTA_FTP),
    }
}

impl Servidor {
    /// Tenta cada endereço do nome, até um atender.
    pub(crate) fn disca(&self) -> Result<TcpStream, ErroFtp> {
        let mut ultimo = io::Error::from(ErrorKind::AddrNotAvailable);
        for ip in self.endereco.to_socket_addrs()? {
            match TcpStream::connect_timeout(&ip, PRAZO_DA_CONEXAO) {
                Ok(controle) => return Ok(controle),
                Err(erro) => ultimo = erro,
            }
        }
        Err(ErroFtp::fim(self.ninguem_atende(&ultimo)))
    }

    fn ninguem_atende(&self, erro: &io::Error) -> String {
        let (texto, turma) = (self.endereco.to_string(), PORTA_FTP_DA_TURMA);
        let (quem, conselho) = match texto.strip_suffix(":21") {
            _ if !self.e_da_rede_local() => {
                ("ninguém", "confira o nome, a porta e a rede".to_string())
            }
            Some(host) => (
                "ninguém",
                format!("o servidor da turma usa a porta {turma}: tente {host}:{turma}"),
            ),
            None => (
                "o servidor da turma não",
                rode_o_servidor(&self.endereco, "servidor_ftp", turma),
            ),
        };
        let (causa, como_trocar) = (em_portugues(erro), &self.como_trocar);
        format!("{quem} atende em {texto}: {causa}; {conselho} ou {como_trocar}")
    }

    /// Se o servidor é este computador ou um vizinho: endereços que não valem na internet (RFC 1918 e 4193).
    fn e_da_rede_local(&self) -> bool {
        let ips = self.endereco.to_socket_addrs().into_iter().flatten();
        ips.map(|ip| ip.ip()).all(|ip| match ip {
            IpAddr::V4(v4) => v4.is_private() || v4.is_loopback() || v4.is_link_local(),
            IpAddr::V6(v6) => {
                v6.is_unique_local() || v6.is_loopback() || v6.is_unicast_link_local()
            }
        })
    }
}
