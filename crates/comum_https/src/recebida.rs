//! A cabeça de uma resposta que chegou: se o arquivo vem mesmo, e quantos bytes tem.

use comum::{Endereco, Erro, visivel};
use httparse::Response;

use crate::cabeca::campo;

/// Confere se a resposta traz o arquivo, e diz quantos bytes ele tem, se ela o diz: sem isso, o corpo vai até o fim da
/// conexão.
///
/// # Errors
/// [`Erro::Mensagem`] se o código não é 200, ou se o corpo vem de um jeito que não se pediu.
pub fn tamanho_anunciado(resposta: &Response, endereco: &Endereco) -> Result<Option<u64>, Erro> {
    let codigo = resposta.code.unwrap_or_default();
    if codigo != 200 {
        let razao = visivel(resposta.reason.unwrap_or_default().as_bytes());
        let conselho = match codigo {
            300..=399 => match campo(resposta.headers, "Location") {
                Some(onde) => format!("peça-o onde ele está, em {}", visivel(onde.as_bytes())),
                None => "peça-o em outro endereço".to_string(),
            },
            401 | 403 => "este programa não sabe provar quem você é".to_string(),
            404 | 410 => "confira o caminho; maiúsculas contam".to_string(),
            500.. => "o defeito é de lá; tente de novo mais tarde".to_string(),
            _ => "confira o endereço e o caminho".to_string(),
        };
        return Err(Erro::Mensagem(format!(
            "{endereco} não mandou o arquivo: {codigo} {razao}; {conselho}"
        )));
    }
    let todos = |nome| {
        let campos = resposta.headers.iter();
        campos.filter(move |campo| campo.name.eq_ignore_ascii_case(nome))
    };
    let mut tamanhos: Vec<_> = todos("Content-Length").map(|campo| campo.value).collect();
    // Dois tamanhos iguais são um; diferentes, alguém mente (RFC 9110, 8.6).
    tamanhos.dedup();
    let numero = |valor: &[u8]| match valor.iter().all(u8::is_ascii_digit) {
        true => str::from_utf8(valor).ok()?.parse().ok(),
        false => None,
    };
    match tamanhos[..] {
        _ if todos("Transfer-Encoding").next().is_some() => None,
        [] => Some(None),
        [tamanho] => numero(tamanho).map(Some),
        _ => None,
    }
    .ok_or_else(|| {
        Erro::Mensagem(format!(
            "{endereco} mandou o arquivo de um jeito que este programa não entende; tente outro servidor"
        ))
    })
}

/// O erro de quem respondeu outra coisa que não HTTP.
#[must_use]
pub fn nao_e_http(endereco: &Endereco) -> Erro {
    Erro::Mensagem(format!(
        "{endereco} respondeu algo que não é HTTP; confira o endereço e a porta"
    ))
}

/// O erro de quem fechou a conexão antes do tamanho que anunciou.
#[must_use]
pub fn veio_menos(endereco: &Endereco, recebidos: u64) -> Erro {
    Erro::Mensagem(format!(
        "{endereco} parou depois de {recebidos} bytes, antes do tamanho que anunciou; tente de novo"
    ))
}
