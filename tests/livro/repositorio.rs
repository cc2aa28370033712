//! O livro como está no repositório, antes do mdBook: as páginas, e o que elas dizem.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd};

use crate::html::marcas;

/// A pasta das páginas, a partir da raiz.
pub const PAGINAS: &str = "docs/src";

/// Um repositório com um livro.
pub struct Repositorio {
    raiz: PathBuf,
    pub paginas: Vec<Pagina>,
    pub sumario: Pagina,
    /// Os pacotes, pelo nome, e a pasta de cada um.
    pub pacotes: BTreeMap<String, String>,
}

impl Repositorio {
    pub fn le(raiz: &Path) -> Repositorio {
        let mut este = Repositorio {
            raiz: raiz.to_path_buf(),
            paginas: Vec::new(),
            sumario: Pagina::nova("SUMMARY.md", String::new()),
            pacotes: BTreeMap::new(),
        };
        este.sumario = Pagina::nova("SUMMARY.md", este.texto(&format!("{PAGINAS}/SUMMARY.md")));
        for arquivo in este.arquivos(PAGINAS, "md") {
            let nome = &arquivo[PAGINAS.len() + 1..];
            if nome != "SUMMARY.md" {
                este.paginas.push(Pagina::nova(nome, este.texto(&arquivo)));
            }
        }
        for pasta in este
            .pastas("crates")
            .into_iter()
            .chain(["docs/solucoes".to_string(), "tests".to_string()])
        {
            if let Ok(pacote) =
                toml::from_str::<toml::Table>(&este.texto(&format!("{pasta}/Cargo.toml")))
                && let Some(nome) = pacote.get("package").and_then(|p| p.get("name")?.as_str())
            {
                este.pacotes.insert(nome.to_string(), pasta);
            }
        }
        este
    }

    /// O que está em `caminho`; vazio se não existe.
    pub fn texto(&self, caminho: &str) -> String {
        fs::read_to_string(self.raiz.join(caminho)).unwrap_or_default()
    }

    pub fn existe(&self, caminho: &str) -> bool {
        self.raiz.join(caminho).exists()
    }

    pub fn e_arquivo(&self, caminho: &str) -> bool {
        self.raiz.join(caminho).is_file()
    }

    /// As pastas que estão em `pasta`, em ordem.
    pub fn pastas(&self, pasta: &str) -> Vec<String> {
        self.entradas(pasta)
            .into_iter()
            .filter(|caminho| self.raiz.join(caminho).is_dir())
            .collect()
    }

    /// Os arquivos com essa extensão em `pasta` e dentro dela, em ordem.
    pub fn arquivos(&self, pasta: &str, extensao: &str) -> Vec<String> {
        let mut achados = Vec::new();
        for caminho in self.entradas(pasta) {
            if self.raiz.join(&caminho).is_dir() {
                achados.extend(self.arquivos(&caminho, extensao));
            } else if Path::new(&caminho)
                .extension()
                .is_some_and(|e| e == extensao)
            {
                achados.push(caminho);
            }
        }
        achados
    }

    fn entradas(&self, pasta: &str) -> Vec<String> {
        let mut nomes: Vec<String> = fs::read_dir(self.raiz.join(pasta))
            .into_iter()
            .flatten()
            .filter_map(|entrada| entrada.ok()?.file_name().into_string().ok())
            .map(|nome| format!("{pasta}/{nome}"))
            .collect();
        nomes.sort();
        nomes
    }

    /// As lições: os programas cujo cabeçalho cita uma listagem do capítulo.
    pub fn licoes(&self) -> Vec<String> {
        self.pastas("crates")
            .into_iter()
            .filter(|pasta| {
                self.texto(&format!("{pasta}/src/main.rs"))
                    .lines()
                    .map_while(|linha| linha.strip_prefix("//!"))
                    .any(|linha| linha.contains("Listagem") || linha.contains("Listagens"))
            })
            .map(|pasta| pasta["crates/".len()..].to_string())
            .collect()
    }
}

/// Uma página do livro. As linhas são contadas a partir de 1.
#[derive(Default)]
pub struct Pagina {
    /// A partir de `docs/src`: `servidor.md`.
    pub nome: String,
    pub texto: String,
    pub inclusoes: Vec<Inclusao>,
    pub blocos: Vec<Bloco>,
    /// O `código` no meio do texto.
    pub codigos: Vec<(usize, String)>,
    /// Os links e as imagens.
    pub links: Vec<Link>,
    pub titulos: Vec<Titulo>,
    /// Os alvos de um `#…`.
    pub ids: BTreeSet<String>,
    /// O HTML escrito na página.
    pub html: Vec<(usize, String)>,
}

/// `{{#include caminho:ancora}}`.
pub struct Inclusao {
    pub linha: usize,
    /// `include`, quase sempre.
    pub tipo: String,
    /// A partir da raiz; como está escrito, se sai dela.
    pub caminho: String,
    pub ancora: Option<String>,
}

/// Um bloco de código cercado.
pub struct Bloco {
    pub linha: usize,
    /// `rust,ignore`
    pub tipo: String,
    pub texto: String,
}

impl Bloco {
    /// `rust`
    pub fn linguagem(&self) -> &str {
        self.tipo.split([',', ' ']).next().unwrap_or_default()
    }

    /// Nada além de inclusões.
    pub fn so_inclui(&self) -> bool {
        let mut linhas = self
            .texto
            .lines()
            .filter(|l| !l.trim().is_empty())
            .peekable();
        linhas.peek().is_some()
            && linhas.all(|l| l.trim().starts_with("{{#") && l.trim().ends_with("}}"))
    }
}

pub struct Link {
    pub linha: usize,
    pub destino: String,
    pub imagem: bool,
    /// `[texto][nome]`, e o nome não está em lugar nenhum.
    pub sem_destino: bool,
}

pub struct Titulo {
    pub linha: usize,
    pub nivel: HeadingLevel,
    pub texto: String,
}

impl Pagina {
    pub fn nova(nome: &str, texto: String) -> Pagina {
        let mut pagina = Pagina {
            nome: nome.to_string(),
            ..Default::default()
        };
        pagina.le(&texto);
        pagina.inclusoes = inclusoes(nome, &texto);
        pagina.texto = texto;
        pagina
    }

    /// Onde ela está, a partir da raiz: `docs/src/servidor.md`.
    pub fn caminho(&self) -> String {
        format!("{PAGINAS}/{}", self.nome)
    }

    /// Um problema desta página, nesta linha.
    pub fn problema(&self, linha: usize, qual: &str) -> String {
        format!("{}:{linha}: {qual}", self.caminho())
    }

    /// Os arquivos que a página inclui inteiros.
    pub fn inteiros(&self) -> impl Iterator<Item = &str> {
        self.inclusoes
            .iter()
            .filter(|i| i.ancora.is_none())
            .map(|i| i.caminho.as_str())
    }

    /// Lê o Markdown como o mdBook 0.5.4 o lê, menos as inclusões.
    fn le(&mut self, texto: &str) {
        let opcoes = Options::ENABLE_TABLES
            | Options::ENABLE_FOOTNOTES
            | Options::ENABLE_STRIKETHROUGH
            | Options::ENABLE_TASKLISTS
            | Options::ENABLE_HEADING_ATTRIBUTES
            | Options::ENABLE_DEFINITION_LIST
            | Options::ENABLE_GFM;
        let linha = |onde: &Range<usize>| texto[..onde.start].matches('\n').count() + 1;
        let mut sem_destino = Vec::new();
        let mut anota = |link: pulldown_cmark::BrokenLink<'_>| {
            // [:PORTA] no meio de um texto não é um link.
            if matches!(link.link_type, LinkType::Reference | LinkType::Collapsed) {
                sem_destino.push((link.span, link.reference.to_string()));
            }
            None
        };
        let eventos: Vec<(Event, Range<usize>)> =
            Parser::new_with_broken_link_callback(texto, opcoes, Some(&mut anota))
                .into_offset_iter()
                .collect();
        for (onde, destino) in sem_destino {
            self.links.push(Link {
                linha: linha(&onde),
                destino,
                imagem: false,
                sem_destino: true,
            });
        }

        let mut usados = HashSet::new();
        // O que está aberto: um bloco, ou um título (que pode ter o seu id escrito).
        let mut bloco: Option<Bloco> = None;
        let mut titulo: Option<(Option<String>, String)> = None;
        for (evento, onde) in eventos {
            match evento {
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(tipo))) => {
                    bloco = Some(Bloco {
                        linha: linha(&onde),
                        tipo: tipo.to_string(),
                        texto: String::new(),
                    });
                }
                Event::End(TagEnd::CodeBlock) => self.blocos.extend(bloco.take()),
                Event::Text(pedaco) if bloco.is_some() => {
                    if let Some(bloco) = &mut bloco {
                        bloco.texto.push_str(&pedaco);
                    }
                }
                Event::Start(Tag::Heading { id, .. }) => {
                    titulo = Some((id.map(|id| id.to_string()), String::new()));
                }
                Event::Start(Tag::DefinitionListTitle) => titulo = Some((None, String::new())),
                Event::End(fim @ (TagEnd::Heading(_) | TagEnd::DefinitionListTitle)) => {
                    let Some((id, texto)) = titulo.take() else {
                        continue;
                    };
                    self.ids
                        .insert(id.unwrap_or_else(|| id_unico(&id_de(&texto), &mut usados)));
                    if let TagEnd::Heading(nivel) = fim {
                        self.titulos.push(Titulo {
                            linha: linha(&onde),
                            nivel,
                            texto,
                        });
                    }
                }
                Event::Start(Tag::Link { dest_url, .. }) => self.links.push(Link {
                    linha: linha(&onde),
                    destino: dest_url.to_string(),
                    imagem: false,
                    sem_destino: false,
                }),
                Event::Start(Tag::Image { dest_url, .. }) => self.links.push(Link {
                    linha: linha(&onde),
                    destino: dest_url.to_string(),
                    imagem: true,
                    sem_destino: false,
                }),
                Event::Html(html) | Event::InlineHtml(html) => {
                    for marca in marcas(&html) {
                        if let Some(id) = marca.atributo("id") {
                            self.ids.insert(id.to_string());
                        }
                        if let Some(destino) = marca.atributo("href")
                            && marca.nome == "a"
                        {
                            self.links.push(Link {
                                linha: linha(&onde),
                                destino: destino.to_string(),
                                imagem: false,
                                sem_destino: false,
                            });
                        }
                    }
                    self.html.push((linha(&onde), html.to_string()));
                }
                Event::Code(codigo) => {
                    self.codigos.push((linha(&onde), codigo.to_string()));
                    if let Some((_, texto)) = &mut titulo {
                        texto.push_str(&codigo);
                    }
                }
                Event::Text(pedaco) => {
                    if let Some((_, texto)) = &mut titulo {
                        texto.push_str(&pedaco);
                    }
                }
                _ => {}
            }
        }
    }
}

/// O id que o mdBook 0.5.4 dá a um título: só letras, números, `-` e `_`; um espaço vira `-`.
pub fn id_de(titulo: &str) -> String {
    titulo
        .trim()
        .to_lowercase()
        .chars()
        .filter_map(|c| {
            if c.is_alphanumeric() || matches!(c, '_' | '-') {
                Some(c)
            } else {
                c.is_whitespace().then_some('-')
            }
        })
        .collect()
}

/// Títulos iguais ganham `-1`, `-2`…
fn id_unico(id: &str, usados: &mut HashSet<String>) -> String {
    if usados.insert(id.to_string()) {
        return id.to_string();
    }
    (1..)
        .map(|n| format!("{id}-{n}"))
        .find(|candidato| usados.insert(candidato.clone()))
        .unwrap_or_default()
}

/// As inclusões de uma página, que o mdBook troca antes de ler o Markdown: valem em qualquer lugar.
fn inclusoes(nome: &str, texto: &str) -> Vec<Inclusao> {
    let mut achadas = Vec::new();
    for (linha, conteudo) in texto.lines().enumerate() {
        let mut resto = conteudo;
        while let Some((antes, depois)) = resto.split_once("{{") {
            let Some((diretiva, seguinte)) = depois.split_once("}}") else {
                break;
            };
            resto = seguinte;
            let Some(diretiva) = diretiva.trim_start().strip_prefix('#') else {
                continue;
            };
            let (tipo, alvo) = diretiva
                .split_once(char::is_whitespace)
                .unwrap_or((diretiva, ""));
            if antes.ends_with('\\') || tipo == "title" {
                continue;
            }
            let alvo = alvo.split_whitespace().next().unwrap_or_default();
            let (caminho, ancora) = alvo
                .split_once(':')
                .map_or((alvo, None), |(caminho, ancora)| (caminho, Some(ancora)));
            achadas.push(Inclusao {
                linha: linha + 1,
                tipo: tipo.to_string(),
                caminho: resolve(nome, caminho).unwrap_or_else(|| caminho.to_string()),
                ancora: ancora.map(str::to_string),
            });
        }
    }
    achadas
}

/// Um caminho escrito na página `nome`, a partir da raiz; nenhum, se ele sai do repositório.
pub fn resolve(nome: &str, caminho: &str) -> Option<String> {
    let base = format!("{PAGINAS}/{nome}");
    let mut partes: Vec<&str> = base.split('/').collect();
    partes.pop();
    for parte in caminho.split('/') {
        match parte {
            "" | "." => {}
            ".." => {
                partes.pop()?;
            }
            _ => partes.push(parte),
        }
    }
    Some(partes.join("/"))
}

#[test]
fn os_ids_dos_titulos_sao_os_do_mdbook() {
    for (titulo, id) in [
        ("Exercícios", "exercícios"),
        ("Deu errado?", "deu-errado"),
        ("Python e Rust, lado a lado", "python-e-rust-lado-a-lado"),
        ("1. Um segundo servidor", "1-um-segundo-servidor"),
        ("7.1.1 O servidor", "711-o-servidor"),
        ("O `bind` e o ftp_ascii", "o-bind-e-o-ftp_ascii"),
        ("Antes — depois", "antes--depois"),
    ] {
        assert_eq!(id_de(titulo), id);
    }
    let pagina = Pagina::nova(
        "x.md",
        "# O `a`\n## Rode\n## Rode\n## Outro {#meu}\n<b id=\"solto\">x</b>\n\nTermo\n: definição\n"
            .to_string(),
    );
    let ids: Vec<&str> = pagina.ids.iter().map(String::as_str).collect();
    assert_eq!(ids, ["meu", "o-a", "rode", "rode-1", "solto", "termo"]);
}
