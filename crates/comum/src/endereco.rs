//! Um endereço como a pessoa o escreve, `HOST[:PORTA]`, traduzido em IPs.

use std::net::{IpAddr, Ipv6Addr, SocketAddr, ToSocketAddrs, UdpSocket};
use std::{fmt, io, vec};

use crate::erro::Erro;
use crate::visivel::visivel;

/// Este computador, o host de todas as lições.
pub const HOST_PADRAO: &str = "127.0.0.1";
/// A porta do servidor FTP da turma: a 21, a oficial, costuma ser do administrador do sistema.
pub const PORTA_FTP_DA_TURMA: u16 = 2121;

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

    fn to_socket_addrs(&self) -> io::Result<Self::Iter> {
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
            .map_err(|_| nao_encontrado(host))?
            .collect();
        if let Some(motivo) = ips.iter().find_map(|ip| nao_e_uma_maquina(*ip)) {
            return Err(Erro::Mensagem(format!(
                "o endereço {} {motivo}",
                visivel(host.as_bytes())
            )));
        }
        ips.sort_by_key(SocketAddr::is_ipv6);
        Ok(Endereco {
            host: host.to_string(),
            porta,
            porta_padrao,
            ips,
        })
    }

    /// O endereço para um `bind`, com um IP só. `localhost` costuma ter dois, 127.0.0.1 e ::1, e o `bind` do std passa
    /// ao seguinte quando a porta do primeiro está em uso: um segundo servidor ficaria onde ninguém o procura.
    #[must_use]
    pub fn para_escutar(mut self) -> Endereco {
        if self.ips.len() > 1 {
            // Na porta 0, que é qualquer uma livre, só falha um IP que não é deste computador.
            let daqui = |ip: &SocketAddr| UdpSocket::bind((ip.ip(), 0)).is_ok();
            let escolhido = self.ips.iter().position(daqui).unwrap_or_default();
            self.ips = vec![self.ips[escolhido]];
        }
        self
    }

    /// A porta em que se escuta ou a que se conecta.
    #[must_use]
    pub fn porta(&self) -> u16 {
        self.porta
    }

    /// A porta que vale quando a pessoa dá só o host.
    pub(crate) fn porta_padrao(&self) -> u16 {
        self.porta_padrao
    }

    /// Um endereço para sugerir no lugar deste: a `passo` da porta padrão do programa.
    pub(crate) fn outra_porta(&self, passo: u16) -> String {
        let mut porta = self.porta_padrao.saturating_add(passo);
        if porta == self.porta {
            porta = porta.saturating_add(1);
        }
        format!("{HOST_PADRAO}:{porta}")
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
        self.ips
            .iter()
            .all(|ip| ip.ip().is_loopback() || ip.ip().is_unspecified())
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

/// O erro de um nome de que o sistema não sabe o IP.
fn nao_encontrado(host: &str) -> Erro {
    Erro::Mensagem(match host.split_once('%') {
        Some((_, interface)) => format!(
            "a interface de rede \"{}\" não existe neste computador; veja os nomes com `ip addr` (no Windows, `ipconfig`)",
            visivel(interface.as_bytes())
        ),
        None => format!(
            "o nome \"{}\" não foi encontrado; confira a grafia e a rede ou use um IP, como 127.0.0.1",
            visivel(host.as_bytes())
        ),
    })
}

/// Por que um IP não leva a máquina nenhuma, e o que dar no lugar dele.
fn nao_e_uma_maquina(ip: SocketAddr) -> Option<&'static str> {
    match ip {
        // RFC 4007, 6: o mesmo endereço existe em todas as redes em que o computador está.
        SocketAddr::V6(v6) if v6.ip().is_unicast_link_local() && v6.scope_id() == 0 => Some(
            "só vale dentro de uma rede, e falta dizer qual; acrescente a interface, como em fe80::1%eth0",
        ),
        SocketAddr::V4(v4) if v4.ip().is_broadcast() => Some(TODAS),
        _ if ip.ip().is_multicast() => Some(TODAS),
        _ => None,
    }
}

const TODAS: &str =
    "é de muitas máquinas ao mesmo tempo, e as lições falam com uma só; use o IP dela";

/// Se o texto é um IPv6, com ou sem a interface por onde se chega a ele: `fe80::1%eth0` (RFC 4007, 11).
fn e_ipv6(texto: &str) -> bool {
    let (ip, interface) = texto.split_once('%').unwrap_or((texto, "?"));
    ip.parse::<Ipv6Addr>().is_ok() && !interface.is_empty()
}

/// Um endereço que a pessoa digitou, pronto para a tela: sem controles, e sem o que há antes da `@`, onde costuma estar
/// uma senha.
#[must_use]
pub fn sem_senha(texto: &str) -> String {
    match texto.rsplit_once('@') {
        Some((_, depois)) => format!("…@{}", visivel(depois.as_bytes())),
        None => visivel(texto.as_bytes()),
    }
}

/// De uma URL ou de um `usuario:senha@host` colados, só a máquina e a porta. O resto da URL não interessa, e a senha
/// não pode voltar à tela: quando há uma, tudo até a última `@` fica de fora, mesmo que haja uma barra nela.
#[must_use]
pub fn so_a_maquina(texto: &str) -> &str {
    let sem_protocolo = texto.split_once("://").map_or(texto, |(_, resto)| resto);
    let sem_senha = match sem_protocolo.rsplit_once('@') {
        Some((antes, depois)) if antes.contains(':') => depois,
        _ => sem_protocolo,
    };
    let maquina = sem_senha.split(['/', '?', '#']).next().unwrap_or(sem_senha);
    maquina.rsplit('@').next().unwrap_or(maquina)
}

/// Separa `HOST[:PORTA]`, sem procurar o nome.
fn separa(texto: &str, porta_padrao: u16) -> Result<(&str, u16), Erro> {
    let recusa = |motivo: &str| {
        // De quem deu só a porta, o exemplo já é o que faltou.
        let porta = texto
            .trim_start_matches(':')
            .parse()
            .unwrap_or(porta_padrao);
        Err(Erro::Mensagem(format!(
            "o endereço \"{}\" {motivo}; o esperado é HOST[:PORTA], como {HOST_PADRAO}:{porta}",
            sem_senha(texto)
        )))
    };
    // Um IP sozinho, inclusive um IPv6 sem colchetes, que também tem dois-pontos.
    if texto.parse::<IpAddr>().is_ok() || e_ipv6(texto) {
        return Ok((texto, porta_padrao));
    }
    if texto.is_empty() {
        return recusa("está vazio");
    }
    if texto.contains("://") || texto.contains(['/', '@']) {
        return recusa("parece uma URL (use só o nome da máquina)");
    }
    if texto.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return recusa("tem espaços ou caracteres invisíveis");
    }
    if texto.bytes().all(|b| b.is_ascii_digit()) {
        return recusa("é só um número, e falta a máquina");
    }
    let (host, porta) = if let Some(resto) = texto.strip_prefix('[') {
        let Some((host, resto)) = resto.split_once(']') else {
            return recusa("abre um colchete e não fecha");
        };
        if !e_ipv6(host) {
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
