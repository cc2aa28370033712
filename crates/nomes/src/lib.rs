//! Nomes de máquinas e de serviços, trocados por números como o módulo `socket` do Python os troca.

use std::net::IpAddr;

use dns_lookup::{AddrFamily, AddrInfoHints, LookupError, LookupErrorKind, SockType, getaddrinfo};

use comum::endereco::{sem_senha, so_a_maquina};
use comum::{Erro, visivel};

/// O `gethostbyname` do Python: o primeiro IPv4 de uma máquina; do nome vazio, 0.0.0.0. De uma URL inteira vale a
/// máquina. O erro separa o nome que não existe daquele sobre o qual ninguém respondeu.
pub fn gethostbyname(url: &str) -> Result<IpAddr, Erro> {
    let nome = nome_na_rede(url)?;
    // O to_socket_addrs do std não filtra, nem diz por que falhou.
    let so_ipv4 = AddrInfoHints {
        address: AddrFamily::Inet.into(),
        socktype: SockType::Stream.into(),
        ..Default::default()
    };
    let respostas = getaddrinfo(Some(&nome), None, Some(so_ipv4));
    match respostas.map(|mut respostas| respostas.next()) {
        Ok(Some(Ok(resposta))) => Ok(resposta.sockaddr.ip()),
        Ok(_) => Err(sem_ipv4(url)),
        Err(erro) => Err(erro_de_nome(url, &erro)),
    }
}

/// O `getservbyname` do Python: a porta que a tabela do sistema (`/etc/services`; no Windows, `drivers\etc\services`)
/// dá ao serviço, em TCP ou, na falta dele, em UDP. O erro diz que ela não o tem.
pub fn getservbyname(servico: &str) -> Result<u16, Erro> {
    // O getaddrinfo também aceita um número, e devolve ele mesmo.
    let e_nome = !servico.bytes().all(|b| b.is_ascii_digit());
    for tipo in [SockType::Stream, SockType::DGram] {
        let procura = AddrInfoHints {
            address: AddrFamily::Inet.into(),
            socktype: tipo.into(),
            ..Default::default()
        };
        if e_nome
            && let Ok(mut respostas) = getaddrinfo(None, Some(servico), Some(procura))
            && let Some(Ok(resposta)) = respostas.next()
        {
            return Ok(resposta.sockaddr.port());
        }
    }
    let servico = visivel(servico.as_bytes());
    Err(Erro::Mensagem(format!(
        "a tabela de serviços do sistema não tem \"{servico}\"; confira o nome, em minúsculas; \
         se falta a tabela, no Debian e no Ubuntu: sudo apt install netbase"
    )))
}

/// O nome que se pergunta à rede. De uma URL inteira (`https://www.exemplo.br/x`) fica só a
/// máquina; um nome com acento vira a forma ASCII dele (IDNA, RFC 5890): `www.pão.com.br` é
/// `www.xn--po-sia.com.br` para o DNS.
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
