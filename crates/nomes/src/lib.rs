//! Nomes de máquinas como a rede os quer, e por que um nome não foi encontrado.

use dns_lookup::{LookupError, LookupErrorKind};

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
            visivel(url.as_bytes())
        ))
    };
    let sem_protocolo = url.split_once("://").map_or(url, |(_, resto)| resto);
    let autoridade = sem_protocolo
        .split(['/', '?', '#'])
        .next()
        .unwrap_or_default();
    let maquina = autoridade.rsplit('@').next().unwrap_or_default();
    let nome = match maquina.split_once(':') {
        // Num IPv6 os dois-pontos são do endereço.
        Some((nome, porta)) if !porta.contains(':') && !nome.starts_with('[') => nome,
        _ => maquina,
    };
    // Os nomes em ASCII, inclusive números como 127.1, vão como estão: é assim no original.
    let nome = if nome.is_ascii() {
        nome.to_string()
    } else {
        idna::domain_to_ascii(nome).map_err(|_| recusa("não pode ser o nome de uma máquina"))?
    };
    // Também o que a IDNA desconsidera, como um espaço de largura zero, não é nome.
    if nome.is_empty() && !url.is_empty() {
        return Err(recusa("não tem o nome da máquina"));
    }
    if nome.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(recusa("tem espaços ou caracteres invisíveis"));
    }
    // RFC 1035, 2.3.4: cada parte tem de 1 a 63 letras; só a raiz, no fim, pode ficar vazia.
    let partes = nome.strip_suffix('.').unwrap_or(&nome);
    if !nome.is_empty()
        && partes
            .split('.')
            .any(|parte| parte.is_empty() || parte.len() > 63)
    {
        return Err(recusa(
            "tem uma parte vazia ou com mais de 63 letras entre os pontos",
        ));
    }
    Ok(nome)
}

/// Por que o sistema não achou a máquina de `url`, em português.
#[must_use]
pub fn erro_de_nome(url: &str, erro: &LookupError) -> Erro {
    // O que a pessoa digitou, e não a forma dele na rede: quem digitou pão não reconhece xn--po-sia.
    let url = visivel(url.as_bytes());
    Erro::Mensagem(match erro.kind() {
        LookupErrorKind::Again => format!(
            "nenhum servidor de nomes respondeu sobre \"{url}\"; confira a conexão com a internet (localhost funciona sem ela)"
        ),
        _ if url.matches(':').count() > 1 && !url.contains("://") => {
            format!(
                "\"{url}\" parece um IPv6, e esta lição só procura IPv4; digite um nome como www.globo.com"
            )
        }
        _ => format!("o nome \"{url}\" não existe ou não tem endereço IPv4; confira a grafia"),
    })
}
