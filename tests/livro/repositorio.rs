//! O livro como está no repositório, antes do mdBook: as páginas, e o que elas dizem.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use crate::html::marcas;

/// A pasta das páginas, a partir da raiz.
pub const PAGINAS: &str = "docs/src";

/// O que há em cada arquivo, pelo caminho dele: `docs/src/servidor.md`.
pub type Arquivos = BTreeMap<String, String>;

/// Junta a `arquivos` os da pasta, e os das pastas dela.
pub fn junta(arquivos: &mut Arquivos, raiz: &Path, pasta: &str) {
    for entrada in fs::read_dir(raiz.join(pasta)).unwrap() {
        let nome = entrada.unwrap().file_name().into_string().unwrap();
        let caminho = format!("{pasta}/{nome}")
            .trim_start_matches('/')
            .to_string();
        if raiz.join(&caminho).is_file() {
            let bytes = fs::read(raiz.join(&caminho)).unwrap();
            arquivos.insert(caminho, String::from_utf8_lossy(&bytes).into_owned());
        } else if caminho != "docs/book" {
            junta(arquivos, raiz, &caminho);
        }
    }
}

/// Um repositório com um livro.
pub struct Livro {
    pub arquivos: Arquivos,
    /// As páginas, e o SUMMARY.md.
    pub paginas: Vec<Pagina>,
}

impl Livro {
    pub fn le(raiz: &Path) -> Livro {
        let justfile = fs::read_to_string(raiz.join("justfile")).unwrap();
        let mut arquivos = Arquivos::from([("justfile".to_string(), justfile)]);
        for pasta in ["crates", "docs", "tests"] {
            junta(&mut arquivos, raiz, pasta);
        }
        Livro::novo(arquivos)
    }

    pub fn novo(arquivos: Arquivos) -> Livro {
        let paginas = arquivos
            .iter()
            .filter(|(caminho, _)| caminho.starts_with(PAGINAS) && caminho.ends_with(".md"))
            .map(|(caminho, texto)| Pagina::nova(caminho, texto))
            .collect();
        Livro { arquivos, paginas }
    }

    /// O que está em `caminho`; vazio se não existe.
    pub fn texto(&self, caminho: &str) -> &str {
        self.arquivos.get(caminho).map_or("", String::as_str)
    }

    /// Os caminhos que começam e terminam assim.
    pub fn caminhos(&self, comeco: &str, fim: &str) -> impl Iterator<Item = &str> {
        self.arquivos
            .keys()
            .map(String::as_str)
            .filter(move |caminho| caminho.starts_with(comeco) && caminho.ends_with(fim))
    }

    pub fn inclusoes(&self) -> impl Iterator<Item = (&Pagina, &Inclusao)> {
        self.paginas
            .iter()
            .flat_map(|pagina| pagina.inclusoes.iter().map(move |i| (pagina, i)))
    }

    /// Alguma página inclui o arquivo inteiro.
    pub fn mostra(&self, caminho: &str) -> bool {
        self.paginas.iter().any(|pagina| pagina.mostra(caminho))
    }

    /// As lições: os programas cujo cabeçalho cita uma listagem do capítulo, ou diz que vai além dele.
    pub fn licoes(&self) -> impl Iterator<Item = &str> {
        self.caminhos("crates/", "/src/main.rs")
            .filter(|caminho| self.diz_no_cabecalho(caminho, "Listag") || self.vai_alem(caminho))
    }

    /// O programa vai além do capítulo: não tem original.
    pub fn vai_alem(&self, caminho: &str) -> bool {
        self.diz_no_cabecalho(caminho, "Vai além")
    }

    fn diz_no_cabecalho(&self, caminho: &str, o_que: &str) -> bool {
        self.texto(caminho)
            .lines()
            .map_while(|linha| linha.strip_prefix("//!"))
            .any(|linha| linha.contains(o_que))
    }
}

/// Uma página do livro. As linhas são contadas a partir de 1.
#[derive(Default)]
pub struct Pagina {
    pub caminho: String,
    pub texto: String,
    pub inclusoes: Vec<Inclusao>,
    pub blocos: Vec<Bloco>,
    /// O `código` no meio do texto.
    pub codigos: Vec<(usize, String)>,
    /// Os destinos dos links e das imagens.
    pub links: Vec<(usize, String)>,
    /// Os títulos `##`.
    pub partes: Vec<String>,
    /// Os alvos de um `#…`.
    pub ids: BTreeSet<String>,
}

/// `{{#include caminho:ancora}}`.
pub struct Inclusao {
    pub linha: usize,
    /// `include`, sempre.
    pub tipo: String,
    /// A partir da raiz.
    pub caminho: String,
    pub ancora: Option<String>,
}

/// Um bloco de código cercado.
pub struct Bloco {
    pub linha: usize,
    pub linguagem: String,
    pub texto: String,
}

impl Pagina {
    pub fn problema(&self, linha: usize, qual: &str) -> String {
        format!("{}:{linha}: {qual}", self.caminho)
    }

    /// Inclui o arquivo inteiro.
    pub fn mostra(&self, caminho: &str) -> bool {
        self.inclusoes
            .iter()
            .any(|i| i.caminho == caminho && i.ancora.is_none())
    }

    /// Lê o Markdown como o mdBook 0.5.4 o lê, menos as inclusões.
    pub fn nova(caminho: &str, texto: &str) -> Pagina {
        let mut pagina = Pagina {
            caminho: caminho.to_string(),
            texto: texto.to_string(),
            inclusoes: inclusoes(caminho, texto),
            ..Pagina::default()
        };
        let opcoes = Options::ENABLE_TABLES
            | Options::ENABLE_FOOTNOTES
            | Options::ENABLE_STRIKETHROUGH
            | Options::ENABLE_TASKLISTS
            | Options::ENABLE_HEADING_ATTRIBUTES
            | Options::ENABLE_DEFINITION_LIST
            | Options::ENABLE_GFM;
        // O texto e o código desde que se abriu o último bloco ou título.
        let mut dito = String::new();
        let mut id_escrito = None;
        for (evento, onde) in Parser::new_ext(texto, opcoes).into_offset_iter() {
            let linha = texto[..onde.start].matches('\n').count() + 1;
            match evento {
                Event::Start(Tag::CodeBlock(tipo)) => {
                    dito.clear();
                    let linguagem = match &tipo {
                        CodeBlockKind::Fenced(tipo) => tipo.split([',', ' ']).next(),
                        CodeBlockKind::Indented => None,
                    };
                    pagina.blocos.push(Bloco {
                        linha,
                        linguagem: linguagem.unwrap_or_default().to_string(),
                        texto: String::new(),
                    });
                }
                Event::End(TagEnd::CodeBlock) => {
                    if let Some(bloco) = pagina.blocos.last_mut() {
                        bloco.texto = dito.clone();
                    }
                }
                Event::Start(Tag::Heading { id, .. }) => {
                    dito.clear();
                    id_escrito = id.map(|id| id.to_string());
                }
                Event::Start(Tag::DefinitionListTitle) => dito.clear(),
                Event::End(fim @ (TagEnd::Heading(_) | TagEnd::DefinitionListTitle)) => {
                    let id = id_escrito.take().unwrap_or_else(|| id_de(&dito));
                    // Títulos iguais ganham -1, -2…
                    let iguais = (1..).map(|n| format!("{id}-{n}"));
                    let livre = [id.clone()]
                        .into_iter()
                        .chain(iguais)
                        .find(|id| !pagina.ids.contains(id));
                    pagina.ids.extend(livre);
                    if fim == TagEnd::Heading(HeadingLevel::H2) {
                        pagina.partes.push(dito.clone());
                    }
                }
                Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                    pagina.links.push((linha, dest_url.to_string()));
                }
                Event::Html(html) | Event::InlineHtml(html) => {
                    for marca in marcas(&html) {
                        pagina.ids.extend(marca.atributo("id").map(str::to_string));
                    }
                }
                Event::Code(codigo) => {
                    dito.push_str(&codigo);
                    pagina.codigos.push((linha, codigo.to_string()));
                }
                Event::Text(texto) => dito.push_str(&texto),
                _ => {}
            }
        }
        pagina
    }
}

/// O id que o mdBook 0.5.4 dá a um título: só letras, números, `-` e `_`; um espaço vira `-`.
fn id_de(titulo: &str) -> String {
    let titulo = titulo
        .trim()
        .to_lowercase()
        .replace(char::is_whitespace, "-");
    titulo.replace(|c: char| !c.is_alphanumeric() && c != '_' && c != '-', "")
}

/// As inclusões de uma página, que o mdBook troca antes de ler o Markdown: valem em qualquer lugar.
fn inclusoes(pagina: &str, texto: &str) -> Vec<Inclusao> {
    let mut achadas = Vec::new();
    for (linha, conteudo) in (1..).zip(texto.lines()) {
        for pedaco in conteudo.split("{{#").skip(1) {
            let diretiva = pedaco.split("}}").next().unwrap_or_default();
            let (tipo, alvo) = diretiva.split_once(' ').unwrap_or((diretiva, ""));
            let (arquivo, ancora) = match alvo.split_once(':') {
                Some((arquivo, ancora)) => (arquivo, Some(ancora.to_string())),
                None => (alvo, None),
            };
            achadas.push(Inclusao {
                linha,
                tipo: tipo.to_string(),
                caminho: resolve(pagina, arquivo.trim()),
                ancora,
            });
        }
    }
    achadas
}

/// Um caminho escrito na página, a partir da raiz.
pub fn resolve(pagina: &str, caminho: &str) -> String {
    let mut partes: Vec<&str> = pagina.split('/').collect();
    partes.pop();
    for parte in caminho.split('/') {
        match parte {
            "." => {}
            ".." => {
                partes.pop();
            }
            _ => partes.push(parte),
        }
    }
    partes.join("/")
}

#[test]
fn os_ids_dos_titulos_sao_os_do_mdbook() {
    let titulos = "# 7.1.1 O `bind` — ftp_ascii\n## Deu errado?\n## Deu errado?\n## Outro {#meu}\n\
                   <b id=\"solto\">x</b>\n\nExercícios\n: definição\n";
    let ids = [
        "711-o-bind--ftp_ascii",
        "deu-errado",
        "deu-errado-1",
        "exercícios",
        "meu",
        "solto",
    ];
    assert!(Pagina::nova("x.md", titulos).ids.iter().eq(ids));
}
