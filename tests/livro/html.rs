//! O bastante de HTML (e de SVG) para achar marcas, atributos e textos; o que o escreve é bem-comportado.

/// Um pedaço de um documento, na ordem em que aparece.
#[derive(Debug, PartialEq)]
pub enum Pedaco<'a> {
    Abre(Marca<'a>),
    Fecha(&'a str),
    Texto(&'a str),
}

/// Uma marca que abre: `<a href="…">`.
#[derive(Debug, PartialEq)]
pub struct Marca<'a> {
    pub nome: &'a str,
    pub atributos: Vec<(&'a str, String)>,
}

impl Marca<'_> {
    pub fn atributo(&self, nome: &str) -> Option<&str> {
        self.atributos
            .iter()
            .find(|(n, _)| *n == nome)
            .map(|(_, valor)| valor.as_str())
    }
}

/// Os pedaços de `html`, sem os comentários e sem o que há dentro de `script` e de `style`.
pub fn pedacos(html: &str) -> Vec<Pedaco<'_>> {
    let mut achados = Vec::new();
    let mut resto = html;
    while let Some(onde) = resto.find('<') {
        let (texto, depois) = resto.split_at(onde);
        if !texto.trim().is_empty() {
            achados.push(Pedaco::Texto(texto.trim()));
        }
        if let Some(comentario) = depois.strip_prefix("<!--") {
            resto = corta(comentario, "-->").1;
        } else if let Some(fecha) = depois.strip_prefix("</") {
            let (nome, depois) = corta(fecha, ">");
            achados.push(Pedaco::Fecha(nome.trim()));
            resto = depois;
        } else if depois[1..].starts_with(|c: char| c.is_ascii_alphabetic()) {
            let (marca, depois) = abre(&depois[1..]);
            resto = depois;
            if matches!(marca.nome, "script" | "style") {
                resto = corta(
                    resto,
                    if marca.nome == "script" {
                        "</script>"
                    } else {
                        "</style>"
                    },
                )
                .1;
            }
            achados.push(Pedaco::Abre(marca));
        } else {
            // <!DOCTYPE>, ou um sinal de menor solto.
            resto = &depois[1..];
        }
    }
    if !resto.trim().is_empty() {
        achados.push(Pedaco::Texto(resto.trim()));
    }
    achados
}

/// Só as marcas que abrem.
pub fn marcas(html: &str) -> Vec<Marca<'_>> {
    pedacos(html)
        .into_iter()
        .filter_map(|pedaco| match pedaco {
            Pedaco::Abre(marca) => Some(marca),
            _ => None,
        })
        .collect()
}

/// Os endereços que um texto em CSS pede: `url("…")`.
pub fn urls(css: &str) -> impl Iterator<Item = &str> {
    css.split("url(")
        .skip(1)
        .map(|depois| corta(depois, ")").0.trim_matches(['"', '\'', ' ']))
}

/// O que faz o navegador buscar alguma coisa ao mostrar a página (um `<a>` só busca se alguém clica).
pub fn recursos(html: &str) -> Vec<String> {
    let mut achados = Vec::new();
    for marca in marcas(html) {
        for (nome, valor) in &marca.atributos {
            match *nome {
                "src" | "poster" | "data" => achados.push(valor.clone()),
                "srcset" => achados.extend(
                    valor
                        .split(',')
                        .filter_map(|parte| parte.split_whitespace().next())
                        .map(str::to_string),
                ),
                "href" | "xlink:href" if marca.nome != "a" && marca.nome != "base" => {
                    achados.push(valor.clone());
                }
                _ => achados.extend(urls(valor).map(str::to_string)),
            }
        }
    }
    achados
}

/// O endereço é de outra máquina: `https://…`, `//…`, `ws:…`, e não `data:` nem um arquivo daqui.
pub fn de_fora(endereco: &str) -> bool {
    endereco.starts_with("//")
        || endereco
            .split_once(':')
            .is_some_and(|(esquema, _)| e_esquema(esquema) && esquema != "data")
}

fn e_esquema(texto: &str) -> bool {
    texto.len() > 1
        && texto
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
}

/// O texto antes de `fim` e o que vem depois dele; tudo, se não há `fim`.
fn corta<'a>(texto: &'a str, fim: &str) -> (&'a str, &'a str) {
    texto.split_once(fim).unwrap_or((texto, ""))
}

/// A marca que começa em `texto`, e o que vem depois do `>` dela.
fn abre(texto: &str) -> (Marca<'_>, &str) {
    let fim = texto
        .find(|c: char| c.is_whitespace() || matches!(c, '>' | '/'))
        .unwrap_or(texto.len());
    let (nome, mut resto) = texto.split_at(fim);
    let mut atributos = Vec::new();
    loop {
        resto = resto.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        if let Some(depois) = resto.strip_prefix('>') {
            return (Marca { nome, atributos }, depois);
        }
        let fim = resto
            .find(|c: char| c.is_whitespace() || matches!(c, '=' | '>' | '/'))
            .unwrap_or(resto.len());
        if fim == 0 {
            return (Marca { nome, atributos }, resto.get(1..).unwrap_or(""));
        }
        let atributo = &resto[..fim];
        resto = &resto[fim..];
        let Some(depois) = resto.strip_prefix('=') else {
            atributos.push((atributo, String::new()));
            continue;
        };
        let (valor, depois) = match depois.chars().next() {
            Some(aspas @ ('"' | '\'')) => corta(&depois[1..], &aspas.to_string()),
            _ => depois.split_at(
                depois
                    .find(|c: char| c.is_whitespace() || c == '>')
                    .unwrap_or(depois.len()),
            ),
        };
        atributos.push((
            atributo,
            valor.replace("&amp;", "&").replace("&quot;", "\""),
        ));
        resto = depois;
    }
}

/// As palavras em inglês que a interface do mdBook usa, e que não são também português.
const EM_INGLES: [&str; 36] = [
    "the",
    "this",
    "to",
    "of",
    "book",
    "search",
    "searchbar",
    "results",
    "table",
    "contents",
    "toggle",
    "theme",
    "themes",
    "change",
    "light",
    "coal",
    "navy",
    "print",
    "previous",
    "next",
    "chapter",
    "page",
    "navigation",
    "navigate",
    "press",
    "show",
    "hide",
    "help",
    "keyboard",
    "shortcuts",
    "copy",
    "edit",
    "repository",
    "document",
    "not",
    "found",
];

/// O que a interface de uma página ainda diz em inglês: os textos, e os atributos que se leem ou se
/// ouvem. O que está em `main` é do livro, e pode citar inglês à vontade.
pub fn em_ingles(html: &str) -> Vec<String> {
    let mut achados = Vec::new();
    let mut no_livro = false;
    let mut olha = |texto: &str| {
        let tem = texto
            .split(|c: char| !c.is_alphanumeric())
            .any(|palavra| EM_INGLES.contains(&palavra.to_lowercase().as_str()));
        if tem {
            achados.push(texto.to_string());
        }
    };
    for pedaco in pedacos(html) {
        match pedaco {
            Pedaco::Abre(marca) => {
                no_livro |= marca.nome == "main";
                for nome in ["title", "aria-label", "placeholder", "alt"] {
                    if let Some(valor) = marca.atributo(nome)
                        && !no_livro
                    {
                        olha(valor);
                    }
                }
            }
            Pedaco::Fecha("main") => no_livro = false,
            Pedaco::Texto(texto) if !no_livro => olha(texto),
            _ => {}
        }
    }
    achados
}

#[test]
fn as_marcas_os_atributos_e_os_textos() {
    let html = "<!DOCTYPE html><!-- <a> --><p class='x'>um <b>dois</b></p><img src=a.png alt=\"a > b\" hidden/>\
                <script>if (a < b) \"<p>\"</script><a href=\"x?a=1&amp;b=2\">3 < 4</a>";
    let achados = pedacos(html);
    let textos: Vec<_> = achados
        .iter()
        .filter_map(|p| match p {
            Pedaco::Texto(texto) => Some(*texto),
            _ => None,
        })
        .collect();
    assert_eq!(textos, ["!DOCTYPE html>", "um", "dois", "3", "4"]);
    let marcas = marcas(html);
    let nomes: Vec<_> = marcas.iter().map(|m| m.nome).collect();
    assert_eq!(nomes, ["p", "b", "img", "script", "a"]);
    assert_eq!(marcas[0].atributo("class"), Some("x"));
    assert_eq!(marcas[2].atributo("src"), Some("a.png"));
    assert_eq!(marcas[2].atributo("alt"), Some("a > b"));
    assert_eq!(marcas[2].atributo("hidden"), Some(""));
    assert_eq!(marcas[4].atributo("href"), Some("x?a=1&b=2"));
}

#[test]
fn o_que_uma_pagina_busca() {
    let html = "<a href='https://rustup.rs'>x</a><img src='a.png' srcset='b.png 2x, c.png 3x'>\
                <link href='d.css'><p style='background: url(e.png)'><use xlink:href='#f'/>";
    assert_eq!(
        recursos(html),
        ["a.png", "b.png", "c.png", "d.css", "e.png", "#f"]
    );
    for fora in ["https://a", "http://a", "//a/b", "ws://a", "mailto:a@b"] {
        assert!(de_fora(fora), "{fora}");
    }
    for daqui in [
        "a.png",
        "../a.png",
        "#a",
        "data:image/png;base64,x",
        "a/b:c.png",
    ] {
        assert!(!de_fora(daqui), "{daqui}");
    }
}

#[test]
fn o_ingles_da_interface() {
    let html = "<title>The book</title><button title='Buscar' aria-label='Toggle Searchbar'>ok</button>\
                <p>Sumário</p><main><p title='Search'>the book</p></main><nav aria-label='Page navigation'>";
    assert_eq!(
        em_ingles(html),
        ["The book", "Toggle Searchbar", "Page navigation"]
    );
}
