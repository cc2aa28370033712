//! O argumento `HOST[:PORTA]` das lições e o endereço padrão do livro.

use std::net::{IpAddr, Ipv6Addr, SocketAddr, ToSocketAddrs};
use std::{env, fmt, vec};

use crate::erro::Erro;
use crate::mostra;
use crate::visivel::visivel;

/// O host de todas as lições de sockets: este computador.
pub const HOST_PADRAO: &str = "127.0.0.1";
/// A porta de todas as lições de sockets.
pub const PORTA_PADRAO: u16 = 43210;
/// A porta do servidor FTP da turma: a 21, a oficial, costuma ser do administrador do sistema.
pub const PORTA_FTP_DA_TURMA: u16 = 2121;

/// Quem é o programa, para o `--help`.
#[derive(Debug, Clone, Copy)]
pub struct Programa {
    /// O que vem depois de `cargo run -p`: `servidor`.
    pub nome: &'static str,
    /// O que ele faz, numa frase.
    pub descricao: &'static str,
}

/// O [`Programa`](crate::endereco::Programa) que chama a macro. Um de muitos no mesmo pacote diz o que
/// faz: a descrição do Cargo.toml é a de todos eles.
#[macro_export]
macro_rules! programa {
    () => {
        $crate::endereco::Programa {
            nome: env!("CARGO_PKG_NAME"),
            descricao: env!("CARGO_PKG_DESCRIPTION"),
        }
    };
    ($descricao:literal) => {
        $crate::endereco::Programa {
            nome: concat!(env!("CARGO_PKG_NAME"), " --bin ", env!("CARGO_BIN_NAME")),
            descricao: $descricao,
        }
    };
}

impl Programa {
    /// Se ele espera clientes. Quem sabe é a descrição: há servidores com outro nome, como o `bot_udp`.
    fn atende(&self) -> bool {
        let descricao = self.descricao.strip_prefix("O ").unwrap_or(self.descricao);
        descricao.to_lowercase().starts_with("servidor")
    }
}

/// Um endereço já traduzido em IPs, que `bind` e `connect` aceitam como está.
#[derive(Debug, Clone)]
pub struct Endereco {
    host: String,
    porta: u16,
    /// A do programa a que o endereço foi dado.
    porta_padrao: u16,
    ips: Vec<SocketAddr>,
}

/// `host:porta`, como a pessoa o digitou.
impl fmt::Display for Endereco {
    fn fmt(&self, saida: &mut fmt::Formatter) -> fmt::Result {
        let host = visivel(self.host.as_bytes());
        if host.contains(':') {
            write!(saida, "[{host}]:{}", self.porta)
        } else {
            write!(saida, "{host}:{}", self.porta)
        }
    }
}

/// O que deixa escrever `TcpListener::bind(&endereco)` e `TcpStream::connect(&endereco)`.
impl ToSocketAddrs for Endereco {
    type Iter = vec::IntoIter<SocketAddr>;

    fn to_socket_addrs(&self) -> std::io::Result<Self::Iter> {
        Ok(self.ips.clone().into_iter())
    }
}

impl Endereco {
    /// Lê `HOST[:PORTA]` e procura os IPs do host; sem porta, vale `porta_padrao`. Os IPv4 vêm
    /// primeiro, para que `localhost` seja o 127.0.0.1 do livro em qualquer sistema.
    ///
    /// # Errors
    /// [`Erro::Mensagem`] que diz o que há de errado no texto, ou que o nome é desconhecido.
    pub fn novo(texto: &str, porta_padrao: u16) -> Result<Endereco, Erro> {
        let (host, porta) = separa(texto, porta_padrao)?;
        let mut ips: Vec<SocketAddr> = (host, porta)
            .to_socket_addrs()
            .map_err(|_| {
                Erro::Mensagem(format!(
                    "o nome \"{}\" não foi encontrado; confira a grafia e a rede ou use um IP, como 127.0.0.1",
                    visivel(host.as_bytes())
                ))
            })?
            .collect();
        ips.sort_by_key(SocketAddr::is_ipv6);
        Ok(Endereco {
            host: host.to_string(),
            porta,
            porta_padrao,
            ips,
        })
    }

    /// A porta em que se escuta ou a que se conecta.
    pub(crate) fn porta(&self) -> u16 {
        self.porta
    }

    /// Uma porta para sugerir no lugar desta: a `passo` da porta padrão do programa.
    pub(crate) fn outra_porta(&self, passo: u16) -> u16 {
        let outra = self.porta_padrao.saturating_add(passo);
        if outra == self.porta {
            outra.saturating_add(1)
        } else {
            outra
        }
    }

    /// O endereço local de um socket UDP que vai conversar com este: qualquer porta livre, na mesma
    /// família de IP (um socket IPv4 não alcança um destino IPv6).
    #[must_use]
    pub fn porta_livre(&self) -> SocketAddr {
        match self.ips.first() {
            Some(SocketAddr::V6(_)) => SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0)),
            _ => SocketAddr::from(([0, 0, 0, 0], 0)),
        }
    }

    /// Se o endereço é o desta máquina, em qualquer porta: quem falta lá é um programa do projeto.
    #[must_use]
    pub fn e_local(&self) -> bool {
        self.ips.iter().all(|ip| ip.ip().is_loopback())
    }

    /// O que acrescentar a `cargo run -p …` para chegar a este endereço; vazio se é o que o programa
    /// usa sem argumento, na porta `porta_padrao`.
    #[must_use]
    pub fn como_argumento(&self, porta_padrao: u16) -> String {
        if self.host == HOST_PADRAO && self.porta == porta_padrao {
            String::new()
        } else {
            format!(" -- {self}")
        }
    }
}

/// O endereço que a pessoa deu ao programa, ou 127.0.0.1:43210.
///
/// # Errors
/// [`Erro::FimPedido`] depois de mostrar o `--help`; [`Erro::Mensagem`] se o argumento não serve.
pub fn endereco_do_argumento(programa: Programa) -> Result<Endereco, Erro> {
    endereco_com_porta(programa, PORTA_PADRAO)
}

/// Como [`endereco_do_argumento`], para um programa que tem outra porta padrão.
///
/// # Errors
/// Os mesmos.
pub fn endereco_com_porta(programa: Programa, porta_padrao: u16) -> Result<Endereco, Erro> {
    let nome = programa.nome;
    let uso = format!(
        "cargo run -p {nome} [-- HOST[:PORTA]]\n\n\
         Sem argumento, o endereço é {HOST_PADRAO}:{porta_padrao}. Exemplos:\n  \
         cargo run -p {nome} -- 127.0.0.1:{}\n  \
         cargo run -p {nome} -- {}",
        porta_padrao + 1,
        if programa.atende() {
            "0.0.0.0        (atende outros computadores)"
        } else {
            "192.168.0.10"
        }
    );
    match argumentos(programa, &uso, &[])?.as_slice() {
        [] => Endereco::novo(HOST_PADRAO, porta_padrao),
        [texto] => Endereco::novo(texto, porta_padrao),
        [_, sobra, ..] => Err(nao_esperado(nome, sobra)),
    }
}

/// Para as lições sem argumentos: só o `--help` é aceito.
///
/// # Errors
/// [`Erro::FimPedido`] depois de mostrar o `--help`; [`Erro::Mensagem`] se há argumentos.
pub fn sem_argumentos(programa: Programa) -> Result<(), Erro> {
    match argumentos(programa, &format!("cargo run -p {}", programa.nome), &[])?.first() {
        None => Ok(()),
        Some(sobra) => Err(nao_esperado(programa.nome, sobra)),
    }
}

/// Os argumentos do programa, na ordem em que vieram; das opções, só passam as que estão em `opcoes`.
///
/// # Errors
/// [`Erro::FimPedido`] depois de mostrar o `--help`; [`Erro::Mensagem`] se um deles não serve.
pub fn argumentos(programa: Programa, uso: &str, opcoes: &[&str]) -> Result<Vec<String>, Erro> {
    let mut argumentos = Vec::new();
    for argumento in env::args_os().skip(1) {
        let Ok(texto) = argumento.into_string() else {
            return Err(Erro::Mensagem(format!(
                "um dos argumentos não é texto UTF-8; {}",
                veja_a_ajuda(programa.nome)
            )));
        };
        if texto == "--help" || texto == "-h" {
            mostra!("{}: {}\n\nUso: {uso}", programa.nome, programa.descricao)?;
            return Err(Erro::FimPedido);
        }
        if texto.starts_with('-') && !opcoes.contains(&texto.as_str()) {
            return Err(Erro::Mensagem(format!(
                "a opção \"{}\" não existe; {}",
                visivel(texto.as_bytes()),
                veja_a_ajuda(programa.nome)
            )));
        }
        argumentos.push(texto);
    }
    Ok(argumentos)
}

/// O erro de quem deu um argumento a mais.
#[must_use]
pub fn nao_esperado(nome: &str, sobra: &str) -> Erro {
    Erro::Mensagem(format!(
        "o argumento \"{}\" está sobrando; {}",
        visivel(sobra.as_bytes()),
        veja_a_ajuda(nome)
    ))
}

fn veja_a_ajuda(nome: &str) -> String {
    format!("veja `cargo run -p {nome} -- --help`")
}

/// Separa `HOST[:PORTA]`, sem procurar o nome.
fn separa(texto: &str, porta_padrao: u16) -> Result<(&str, u16), Erro> {
    let recusa = |motivo: &str| {
        Err(Erro::Mensagem(format!(
            "o endereço \"{}\" {motivo}; o esperado é HOST[:PORTA], como 127.0.0.1:{porta_padrao}",
            visivel(texto.as_bytes())
        )))
    };
    // Um IP sozinho, inclusive um IPv6 sem colchetes, que também tem dois-pontos.
    if texto.parse::<IpAddr>().is_ok() {
        return Ok((texto, porta_padrao));
    }
    if texto.is_empty() {
        return recusa("está vazio");
    }
    if texto.contains("://") || texto.contains('/') {
        return recusa("parece uma URL (use só o nome da máquina)");
    }
    if texto.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return recusa("tem espaços ou caracteres invisíveis");
    }
    let (host, porta) = if let Some(resto) = texto.strip_prefix('[') {
        let Some((host, resto)) = resto.split_once(']') else {
            return recusa("abre um colchete e não fecha");
        };
        if host.parse::<Ipv6Addr>().is_err() {
            return recusa("não tem um IPv6 entre os colchetes");
        }
        match resto.strip_prefix(':') {
            Some(porta) => (host, Some(porta)),
            None if resto.is_empty() => (host, None),
            None => return recusa("tem algo que não é :PORTA depois do colchete"),
        }
    } else {
        match texto.split_once(':') {
            Some((_, resto)) if resto.contains(':') => {
                return recusa("tem dois-pontos demais (um IPv6 vai entre colchetes)");
            }
            Some((host, porta)) => (host, Some(porta)),
            None => (texto, None),
        }
    };
    if host.is_empty() {
        return recusa("não tem o nome da máquina");
    }
    let Some(porta) = porta else {
        return Ok((host, porta_padrao));
    };
    if porta.is_empty() {
        return recusa("termina sem a porta");
    }
    if !porta.bytes().all(|b| b.is_ascii_digit()) {
        return recusa("tem uma porta que não é número");
    }
    match porta.parse() {
        Ok(0) => recusa("pede a porta 0, em que ninguém escuta"),
        Ok(porta) => Ok((host, porta)),
        Err(_) => recusa("tem uma porta acima de 65535"),
    }
}
