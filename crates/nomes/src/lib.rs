//! Nomes de máquinas como a rede os quer, e por que um nome não foi encontrado.

use dns_lookup::{LookupError, LookupErrorKind};

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

/// Para o `map_err` do `getaddrinfo`: por que o sistema não achou a máquina de `url`.
pub fn erro_de_nome(url: &str) -> impl Fn(LookupError) -> Erro {
    move |erro| match erro.kind() {
        LookupErrorKind::Again => Erro::Mensagem(format!(
            "nenhum servidor de nomes respondeu sobre {}; confira a conexão com a internet (localhost funciona sem ela)",
            digitado(url)
        )),
        _ => sem_ipv4(url),
    }
}

/// O erro de um nome sem endereço IPv4.
#[must_use]
pub fn sem_ipv4(url: &str) -> Erro {
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
