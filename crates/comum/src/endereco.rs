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
    /// A porta em que se escuta ou a que se conecta.
    pub porta: u16,
    /// A do programa a que o endereço foi dado: vale quando a pessoa dá só o host.
    pub porta_padrao: u16,
    pub(crate) ips: Vec<SocketAddr>,
}

/// `host:porta`, como a pessoa o digitou.
impl fmt::Display for Endereco {
    fn fmt(&self, saida: &mut fmt::Formatter) -> fmt::Result {
        match visivel(self.host.as_bytes()) {
            ipv6 if ipv6.contains(':') => write!(saida, "[{ipv6}]:{}", self.porta),
            host => write!(saida, "{host}:{}", self.porta),
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
    /// Lê `HOST[:PORTA]` e procura os IPs do host. Os IPv4 vêm primeiro, para que `localhost` seja o 127.0.0.1 do livro
    /// em qualquer sistema. O erro diz o que há de errado no texto, ou que o nome é desconhecido.
    pub fn novo(texto: &str, porta_padrao: u16) -> Result<Endereco, Erro> {
        let (host, porta) = separa(texto, porta_padrao).map_err(|motivo| {
            // De quem deu só a porta, o exemplo já é o que faltou.
            let porta = texto.trim_start_matches(':').parse().unwrap_or(porta_padrao);
            let texto = sem_senha(texto);
            Erro::Mensagem(format!(
                "o endereço \"{texto}\" {motivo}; o esperado é HOST[:PORTA], como {HOST_PADRAO}:{porta}"
            ))
        })?;
        let recusa = |quem: &str, motivo: &str| {
            let host = visivel(host.as_bytes());
            Erro::Mensagem(format!("o {quem} \"{host}\" {motivo}"))
        };
        let achados = (host, porta).to_socket_addrs().map_err(|_| {
            if host.contains('%') {
                recusa("endereço", "tem uma interface de rede que este computador não tem; veja os nomes com `ip addr` (no Windows, `ipconfig`)")
            } else {
                recusa("nome", "não foi encontrado; confira a grafia e a rede ou use um IP, como 127.0.0.1")
            }
        })?;
        let mut ips: Vec<SocketAddr> = achados.collect();
        // RFC 4007, 6: o mesmo fe80::1 existe em todas as redes em que o computador está.
        let sem_rede = |ip: &SocketAddr| matches!(ip, SocketAddr::V6(v6) if v6.ip().is_unicast_link_local() && v6.scope_id() == 0);
        if ips.iter().any(sem_rede) {
            let motivo = "só vale dentro de uma rede; diga por que interface, como em fe80::1%eth0";
            return Err(recusa("endereço", motivo));
        }
        let de_muitas = |ip: IpAddr| ip.is_multicast() || ip == IpAddr::from([255; 4]);
        if ips.iter().any(|ip| de_muitas(ip.ip())) {
            let motivo = "é de muitas máquinas ao mesmo tempo; use o IP de uma só";
            return Err(recusa("endereço", motivo));
        }
        ips.sort_by_key(SocketAddr::is_ipv6);
        let host = host.to_string();
        Ok(Endereco {
            host,
            porta,
            porta_padrao,
            ips,
        })
    }

    /// O endereço para um `bind`, com um IP só. `localhost` costuma ter dois, 127.0.0.1 e ::1, e o `bind` do std passa ao
    /// seguinte quando a porta do primeiro está em uso: um segundo servidor ficaria onde ninguém o procura.
    pub fn para_escutar(mut self) -> Endereco {
        // Na porta 0, que é qualquer uma livre, só falha um IP que não é deste computador.
        let daqui = |ip: &SocketAddr| UdpSocket::bind((ip.ip(), 0)).is_ok();
        if self.ips.len() > 1 {
            let escolhido = self.ips.iter().position(daqui).unwrap_or_default();
            self.ips = vec![self.ips[escolhido]];
        }
        self
    }

    /// O endereço local de um socket UDP que vai conversar com este: qualquer porta livre, na mesma família de IP (um
    /// socket IPv4 não alcança um destino IPv6).
    pub fn porta_livre(&self) -> SocketAddr {
        match self.ips.first() {
            Some(SocketAddr::V6(_)) => SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0)),
            _ => SocketAddr::from(([0, 0, 0, 0], 0)),
        }
    }

    /// O que acrescentar a `cargo run -p …` para chegar a este endereço; vazio se é o que o programa usa sem argumento,
    /// na porta `porta_padrao`.
    pub fn como_argumento(&self, porta_padrao: u16) -> String {
        if self.host == HOST_PADRAO && self.porta == porta_padrao {
            return String::new();
        }
        format!(" -- {self}")
    }
}

/// De uma URL ou de um `usuario:senha@host` colados, só a máquina e a porta. Quando há uma senha, tudo até a última `@`
/// fica de fora, mesmo que haja uma barra nela: um pedaço de senha não pode passar por máquina.
pub fn so_a_maquina(texto: &str) -> &str {
    let sem_protocolo = texto.split_once("://").map_or(texto, |(_, resto)| resto);
    let sem_senha = match sem_protocolo.rsplit_once('@') {
        Some((antes, depois)) if antes.contains(':') => depois,
        _ => sem_protocolo,
    };
    let maquina = sem_senha.split(['/', '?', '#']).next().unwrap_or(sem_senha);
    maquina.rsplit('@').next().unwrap_or(maquina)
}

/// O que a pessoa digitou, pronto para a tela: sem controles, e sem o que há antes da `@`, que pode ser uma senha.
pub fn sem_senha(texto: &str) -> String {
    match texto.rsplit_once('@') {
        Some((_, depois)) => format!("…@{}", visivel(depois.as_bytes())),
        None => visivel(texto.as_bytes()),
    }
}

/// Se o texto é um IPv6, com ou sem a interface por onde se chega a ele: `fe80::1%eth0` (RFC 4007, 11).
fn e_ipv6(texto: &str) -> bool {
    let (ip, interface) = texto.split_once('%').unwrap_or((texto, "?"));
    ip.parse::<Ipv6Addr>().is_ok() && !interface.is_empty()
}

/// Separa `HOST[:PORTA]`, sem procurar o nome. O erro é o que há de errado no texto.
fn separa(texto: &str, porta_padrao: u16) -> Result<(&str, u16), &'static str> {
    let so_digitos = |texto: &str| texto.bytes().all(|b| b.is_ascii_digit());
    let (host, porta) = match (texto.strip_prefix('['), texto.split_once(':')) {
        // Um IPv6 sozinho pode vir sem colchetes, e também tem dois-pontos.
        _ if e_ipv6(texto) => Ok((texto, None)),
        _ if texto.is_empty() => Err("está vazio"),
        _ if texto.contains(['/', '@']) => Err("parece uma URL (use só o nome da máquina)"),
        _ if texto.contains(|c: char| c.is_whitespace() || c.is_control()) => {
            Err("tem espaços ou caracteres invisíveis")
        }
        _ if so_digitos(texto) => Err("é só um número, e falta a máquina"),
        (Some(entre), _) => match entre.split_once(']') {
            None => Err("abre um colchete e não fecha"),
            Some((host, _)) if !e_ipv6(host) => Err("não tem um IPv6 entre os colchetes"),
            Some((host, "")) => Ok((host, None)),
            Some((host, resto)) => match resto.strip_prefix(':') {
                None => Err("tem algo que não é :PORTA depois do colchete"),
                porta => Ok((host, porta)),
            },
        },
        (_, None) => Ok((texto, None)),
        (_, Some((_, porta))) if porta.contains(':') => {
            Err("tem dois-pontos demais (um IPv6 vai entre colchetes)")
        }
        (_, Some(("", _))) => Err("não tem o nome da máquina"),
        (_, Some((host, porta))) => Ok((host, Some(porta))),
    }?;
    match porta.map(|porta| (porta, porta.parse())) {
        None => Ok((host, porta_padrao)),
        Some(("", _)) => Err("termina sem a porta"),
        Some((porta, _)) if !so_digitos(porta) => Err("tem uma porta que não é número"),
        Some((_, Ok(0))) => Err("pede a porta 0, em que ninguém escuta"),
        Some((_, Ok(porta))) => Ok((host, porta)),
        Some((_, Err(_))) => Err("tem uma porta acima de 65535"),
    }
}

#[cfg(test)]
mod testes {
    use super::*;

    fn com_ips(ips: &[&str]) -> Endereco {
        Endereco {
            host: "localhost".to_string(),
            porta: 5000,
            porta_padrao: 5000,
            ips: ips.iter().map(|ip| ip.parse().unwrap()).collect(),
        }
    }

    #[test]
    fn quem_escuta_fica_com_um_ip_so() {
        for (ips, escolhido) in [
            (&["127.0.0.1:5000", "[::1]:5000"][..], "127.0.0.1:5000"),
            // Os de exemplo (RFC 5737) não são de computador nenhum: fica o que é deste.
            (&["192.0.2.77:5000", "127.0.0.1:5000"], "127.0.0.1:5000"),
            (&["192.0.2.77:5000", "192.0.2.78:5000"], "192.0.2.77:5000"),
            (&["192.0.2.77:5000"], "192.0.2.77:5000"),
        ] {
            let ips: Vec<SocketAddr> = com_ips(ips).para_escutar().ips;
            assert_eq!(ips, [escolhido.parse().unwrap()]);
        }
    }
}
