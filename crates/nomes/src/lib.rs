//! Nomes de máquinas como a rede os quer, o que se lê na resposta do `getaddrinfo`, e por que não veio nenhuma.

use std::net::{IpAddr, SocketAddr};

use dns_lookup::{AddrFamily, AddrInfoHints, AddrInfoIter, LookupError, LookupErrorKind, SockType};

use comum::endereco::{sem_senha, so_a_maquina};
use comum::{Erro, visivel};

/// O nome que se pergunta à rede. De uma URL inteira (`https://www.exemplo.br/x`) fica só a
/// máquina; um nome com acento vira a forma ASCII dele (IDNA, RFC 5890): `www.pão.com.br` é
/// `www.xn--po-sia.com.br` para o DNS.
///
/// # Errors
/// [`Erro::Mensagem`] se o texto não pode ser o nome de uma máquina.
pub fn nome_na_rede(url: &str) -> Result<String, Erro> {
    let recusa = |motivo: &str| {
        Erro::Mensagem(format!(
            "\"{}\" {motivo}; digite um nome como www.globo.com",
            sem_senha(url)
        ))
    };
    // No gethostbyname, nada é 0.0.0.0.
    if url.is_empty() {
        return Ok("0.0.0.0".to_string());
    }
    let nome = sem_porta(url);
    // Os nomes em ASCII, inclusive números como 127.1, vão como estão: é assim no original.
    let nome = if nome.is_ascii() {
        nome.to_string()
    } else {
        idna::domain_to_ascii(nome).map_err(|_| recusa("não pode ser o nome de uma máquina"))?
    };
    // Também o que a IDNA desconsidera, como um espaço de largura zero, não é nome.
    if nome.is_empty() {
        return Err(recusa("não tem o nome da máquina"));
    }
    if nome.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(recusa("tem espaços ou caracteres invisíveis"));
    }
    // RFC 1035, 2.3.4: cada parte tem de 1 a 63 letras; só a raiz, no fim, pode ficar vazia.
    let partes = nome.strip_suffix('.').unwrap_or(&nome);
    if partes
        .split('.')
        .any(|parte| parte.is_empty() || parte.len() > 63)
    {
        return Err(recusa(
            "tem uma parte vazia ou com mais de 63 letras entre os pontos",
        ));
    }
    Ok(nome)
}

/// O filtro do `getaddrinfo` que só quer IPv4, como o `gethostbyname` do Python.
#[must_use]
pub fn so_ipv4() -> AddrInfoHints {
    AddrInfoHints {
        address: AddrFamily::Inet.into(),
        ..Default::default()
    }
}

/// O filtro do `getaddrinfo` que só quer TCP. A porta não depende do IPv4, mas sem ele a resposta viria duas vezes.
#[must_use]
pub fn so_tcp() -> AddrInfoHints {
    AddrInfoHints {
        socktype: SockType::Stream.into(),
        ..so_ipv4()
    }
}

/// O filtro do `getaddrinfo` que só quer UDP.
#[must_use]
pub fn so_udp() -> AddrInfoHints {
    AddrInfoHints {
        socktype: SockType::DGram.into(),
        ..so_ipv4()
    }
}

/// O que o `getaddrinfo` devolve.
type Respostas = Result<AddrInfoIter, LookupError>;

/// O IP da primeira resposta sobre a máquina de `url`.
///
/// # Errors
/// [`Erro::Mensagem`] se não há resposta: o nome não existe, só tem IPv6, ou nenhum servidor de nomes respondeu.
pub fn primeiro_ip(respostas: Respostas, url: &str) -> Result<IpAddr, Erro> {
    match primeira(respostas) {
        Ok(Some(endereco)) => Ok(endereco.ip()),
        Ok(None) => Err(sem_ipv4(url)),
        Err(erro) => Err(erro_de_nome(url, &erro)),
    }
}

/// A porta da primeira resposta sobre `servico`.
///
/// # Errors
/// [`Erro::Mensagem`] se a tabela não tem o serviço.
pub fn primeira_porta(respostas: Respostas, servico: &str) -> Result<u16, Erro> {
    match primeira(respostas) {
        Ok(Some(endereco)) => Ok(endereco.port()),
        _ => Err(Erro::Mensagem(format!(
            "a tabela de serviços do sistema não tem \"{}\"; no Debian e no Ubuntu: sudo apt install netbase",
            visivel(servico.as_bytes())
        ))),
    }
}

/// O endereço da primeira resposta, se ela veio e se entende.
fn primeira(respostas: Respostas) -> Result<Option<SocketAddr>, LookupError> {
    let resposta = respostas?.next();
    Ok(resposta.and_then(Result::ok).map(|r| r.sockaddr))
}

/// Por que o sistema não achou a máquina de `url`.
fn erro_de_nome(url: &str, erro: &LookupError) -> Erro {
    match erro.kind() {
        LookupErrorKind::Again => Erro::Mensagem(format!(
            "nenhum servidor de nomes respondeu sobre {}; confira a conexão com a internet (localhost funciona sem ela)",
            digitado(url)
        )),
        _ => sem_ipv4(url),
    }
}

/// O erro de um nome sem endereço IPv4.
fn sem_ipv4(url: &str) -> Erro {
    let nome = digitado(url);
    Erro::Mensagem(if nome.contains(':') {
        format!(
            "{nome} parece um IPv6, e esta lição só procura IPv4; digite um nome como www.globo.com"
        )
    } else {
        format!("o nome {nome} não existe ou não tem endereço IPv4; confira a grafia")
    })
}

/// O nome como a pessoa o digitou: quem digitou pão não reconhece xn--po-sia.
fn digitado(url: &str) -> String {
    format!("\"{}\"", visivel(sem_porta(url).as_bytes()))
}

/// A máquina de uma URL, sem a porta. Num IPv6 os dois-pontos são do endereço.
fn sem_porta(url: &str) -> &str {
    let maquina = so_a_maquina(url);
    match maquina.split_once(':') {
        Some((nome, porta)) if !porta.contains(':') && !nome.starts_with('[') => nome,
        _ => maquina,
    }
}
