//! As marcas e os textos de uma página ou de um SVG, como um navegador os lê.

use std::collections::BTreeMap;

use html5gum::{Token, Tokenizer};

/// `<a href="…">`, ou `</a>`, e o texto que vem logo depois.
#[derive(Default)]
pub struct Marca {
    /// `a` ou `/a`.
    pub nome: String,
    atributos: BTreeMap<String, String>,
    pub texto: String,
}

impl Marca {
    pub fn atributo(&self, nome: &str) -> Option<&str> {
        self.atributos.get(nome).map(String::as_str)
    }
}

pub fn marcas(html: &str) -> Vec<Marca> {
    let utf8 = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    // A primeira é de mentira: o texto que vem antes de todas.
    let mut achadas = vec![Marca::default()];
    for Ok(pedaco) in Tokenizer::new(html) {
        match pedaco {
            Token::StartTag(marca) => achadas.push(Marca {
                nome: utf8(&marca.name),
                atributos: marca
                    .attributes
                    .iter()
                    .map(|(nome, valor)| (utf8(nome), utf8(valor)))
                    .collect(),
                texto: String::new(),
            }),
            Token::EndTag(marca) => achadas.push(Marca {
                nome: format!("/{}", utf8(&marca.name)),
                ..Marca::default()
            }),
            Token::String(texto) => {
                if let Some(marca) = achadas.last_mut() {
                    marca.texto.push_str(&utf8(&texto));
                }
            }
            _ => {}
        }
    }
    achadas
}

/// Os endereços que um texto em CSS pede: `url("…")`.
pub fn urls(css: &str) -> impl Iterator<Item = &str> {
    css.split("url(").skip(1).map(|depois| {
        let url = depois.split(')').next().unwrap_or_default();
        url.trim_matches(['"', '\'', ' '])
    })
}

/// O que o navegador busca ao mostrar a página (um `<a>` só busca se alguém clica).
pub fn recursos(marcas: &[Marca]) -> Vec<&str> {
    let mut achados = Vec::new();
    for marca in marcas {
        for (nome, valor) in &marca.atributos {
            match nome.as_str() {
                "src" => achados.push(valor.as_str()),
                "href" | "xlink:href" if !matches!(marca.nome.as_str(), "a" | "base") => {
                    achados.push(valor);
                }
                _ => achados.extend(urls(valor)),
            }
        }
        if marca.nome == "style" {
            achados.extend(urls(&marca.texto));
        }
    }
    achados
}

/// O endereço é de outra máquina.
pub fn de_fora(endereco: &str) -> bool {
    ["https://", "http://", "//", "mailto:"]
        .iter()
        .any(|comeco| endereco.starts_with(comeco))
}

/// As palavras em inglês que a interface do mdBook usa, e que não são também português.
const EM_INGLES: &str = "the this to of book search searchbar results table contents toggle theme themes \
                         change light coal navy print previous next chapter page navigation navigate press \
                         show hide help keyboard shortcuts copy edit repository document not found";

/// O que a interface de uma página ainda diz em inglês: os textos, e os atributos que se leem ou se
/// ouvem. O que está em `main` é do livro, e pode citar inglês à vontade.
pub fn em_ingles(marcas: &[Marca]) -> Vec<&str> {
    let mut achados = Vec::new();
    let mut no_livro = false;
    for marca in marcas {
        match marca.nome.as_str() {
            "main" => no_livro = true,
            "/main" => no_livro = false,
            _ => {}
        }
        let atributos = ["title", "aria-label", "placeholder", "alt"];
        let mut ditos: Vec<&str> = atributos.iter().filter_map(|a| marca.atributo(a)).collect();
        if !matches!(marca.nome.as_str(), "script" | "style") {
            ditos.push(marca.texto.trim());
        }
        ditos.retain(|dito| {
            let mut palavras = dito.split(|c: char| !c.is_alphanumeric());
            palavras.any(|p| {
                EM_INGLES
                    .split(' ')
                    .any(|ingles| p.to_lowercase() == ingles)
            })
        });
        if !no_livro {
            achados.extend(ditos);
        }
    }
    achados
}
