//! Os arquivos da turma, o tipo de cada um, e a página de uma pasta.

use std::borrow::Cow;
use std::collections::BTreeMap;

use comum_alem::arquivos;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// O que não precisa de `%` num caminho (RFC 3986, 3.3).
const NO_CAMINHO: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'.')
    .remove(b'_');

/// O que há no alvo de um pedido: o tipo e os bytes de um arquivo, ou a página de uma pasta.
#[must_use]
pub fn procura(alvo: &str) -> Option<(&'static str, Cow<'static, [u8]>)> {
    // O alvo pode ser o endereço inteiro, como se pede a um proxy (RFC 9112, 3.2.2).
    let caminho = match alvo.split_once("://") {
        Some((esquema, resto)) if !esquema.contains('/') => resto.split_at(resto.find('/')?).1,
        _ => alvo,
    };
    let caminho = caminho.split(['?', '#']).next().unwrap_or_default();
    let caminho = percent_decode_str(caminho).decode_utf8().ok()?;
    if let Some((_, _, bytes)) = arquivos().find(|(_, este, _)| *este == caminho) {
        return Some((tipo(&caminho), Cow::Borrowed(bytes)));
    }
    let pagina = pagina(caminho.trim_end_matches('/'))?;
    Some(("text/html; charset=utf-8", Cow::Owned(pagina.into_bytes())))
}

/// O tipo de um arquivo, pelo nome.
fn tipo(caminho: &str) -> &'static str {
    match caminho.rsplit_once('.').map(|(_, fim)| fim) {
        Some("csv") => "text/csv; charset=utf-8",
        Some("jpg") => "image/jpeg",
        Some("zip") => "application/zip",
        Some("bin") => "application/octet-stream",
        // Os demais são textos, também os programas: são para ler.
        _ => "text/plain; charset=utf-8",
    }
}

/// A página de uma pasta, com um link para cada coisa que há nela; `None` se ela não existe.
fn pagina(pasta: &str) -> Option<String> {
    let comeco = format!("{pasta}/");
    let mut itens = BTreeMap::new();
    for (_, caminho, bytes) in arquivos() {
        if let Some(resto) = caminho.strip_prefix(&comeco) {
            match resto.split_once('/') {
                Some((subpasta, _)) => itens.insert(format!("{subpasta}/"), String::new()),
                None => itens.insert(resto.to_string(), format!(" ({} bytes)", bytes.len())),
            };
        }
    }
    if itens.is_empty() {
        return None;
    }
    let linhas: String = itens
        .iter()
        .map(|(nome, tamanho)| {
            let link = format!("{comeco}{nome}");
            let link = utf8_percent_encode(&link, NO_CAMINHO);
            format!("<li><a href=\"{link}\">{nome}</a>{tamanho}</li>\n")
        })
        .collect();
    Some(format!(
        "<!DOCTYPE html>\n<html lang=\"pt-BR\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>{comeco}</title>\n<h1>{comeco}</h1>\n<ul>\n{linhas}</ul>\n</html>\n"
    ))
}

#[cfg(test)]
mod testes {
    use super::*;

    #[test]
    fn cada_link_de_cada_pagina_leva_a_alguma_coisa() {
        let mut por_ver = vec!["/".to_string()];
        let mut arquivos_vistos = 0;
        while let Some(alvo) = por_ver.pop() {
            let (tipo, bytes) = procura(&alvo).unwrap_or_else(|| panic!("{alvo}"));
            if !tipo.starts_with("text/html") {
                arquivos_vistos += 1;
                continue;
            }
            let pagina = String::from_utf8(bytes.into_owned()).unwrap();
            let links = pagina.split("href=\"").skip(1);
            por_ver.extend(links.map(|link| link[..link.find('"').unwrap()].to_string()));
        }
        assert_eq!(arquivos_vistos, arquivos().count());
    }

    #[test]
    fn o_que_nao_esta_no_acervo_nao_existe() {
        for alvo in [
            "/nada",
            "/README/",
            "/pub/../README",
            "/..",
            "/%2e%2e/etc/passwd",
            "README",
            "*",
            "",
            "/%ff",
        ] {
            let achado = procura(alvo).filter(|_| !alvo.is_empty());
            assert!(achado.is_none(), "{alvo}");
        }
        for alvo in [
            "/README?x=1",
            "https://localhost:8443/README",
            "/pub",
            "/pub/",
            "/pub/textos/p%C3%A3o%20de%20queijo.txt",
            "/pub/textos/pão de queijo.txt",
        ] {
            assert!(procura(alvo).is_some(), "{alvo}");
        }
    }
}
