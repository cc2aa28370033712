//! O que se exige da página do mapa: da listagem à página, e o Rust na ordem em que aparece.

use std::collections::BTreeSet;

use crate::repositorio::{Livro, PAGINAS, Pagina, resolve};

/// As palavras do Rust que, se estão num código mostrado, precisam de uma linha na tabela.
const PALAVRAS: [&str; 24] = [
    "as", "async", "await", "break", "const", "continue", "dyn", "else", "enum", "fn", "for", "if",
    "impl", "let", "loop", "match", "move", "mut", "return", "static", "struct", "trait", "type",
    "while",
];

/// Uma linha de uma tabela: o número dela na página, e as células.
type Linha<'a> = (usize, Vec<&'a str>);

/// As linhas da tabela que vem depois de um título, sem o cabeçalho.
fn tabela<'a>(texto: &'a str, titulo: &str) -> Vec<Linha<'a>> {
    let linhas = (1..).zip(texto.lines());
    let depois = linhas.skip_while(|(_, linha)| *linha != titulo).skip(1);
    let dentro = depois.take_while(|(_, linha)| !linha.starts_with('#'));
    dentro
        .filter(|(_, linha)| linha.starts_with("| "))
        .map(|(n, linha)| {
            (
                n,
                linha
                    .trim_matches('|')
                    .split(" | ")
                    .map(str::trim)
                    .collect(),
            )
        })
        .skip(1)
        .collect()
}

/// A página a que leva o `[texto](pagina.md)` de uma célula.
fn leva_a<'a>(livro: &'a Livro, celula: &str) -> Option<&'a Pagina> {
    let destino = celula.split_once("](")?.1.trim_end_matches(')');
    let caminho = resolve(&format!("{PAGINAS}/mapa.md"), destino);
    livro.paginas.iter().find(|p| p.caminho == caminho)
}

/// O código entre crases de uma célula.
fn codigos(celula: &str) -> Vec<&str> {
    celula.split('`').skip(1).step_by(2).collect()
}

/// Os números `7.…` do cabeçalho de uma lição.
fn listagens(fonte: &str) -> Vec<&str> {
    let cabecalho = fonte.lines().map_while(|linha| linha.strip_prefix("//!"));
    cabecalho
        .filter_map(|linha| linha.split_once("Listage"))
        .flat_map(|(_, resto)| numeros(resto))
        .collect()
}

fn numeros(texto: &str) -> impl Iterator<Item = &str> {
    let pedacos = texto.split(|c: char| !c.is_ascii_digit() && c != '.');
    let pedacos = pedacos.map(|pedaco| pedaco.trim_matches('.'));
    pedacos.filter(|pedaco| pedaco.starts_with("7."))
}

/// Cada listagem tem a sua linha no mapa, que leva à página que mostra a lição; e essa página diz, antes da primeira
/// parte, que listagens são as dela.
pub fn da_listagem_a_pagina(livro: &Livro) -> Vec<String> {
    let mapa = format!("{PAGINAS}/mapa.md");
    let linhas = tabela(livro.texto(&mapa), "## Da listagem à página");
    let mut achados = Vec::new();
    for licao in livro.licoes() {
        let nome = licao.split('/').nth(1).unwrap_or_default();
        for listagem in listagens(livro.texto(licao)) {
            let celula = format!("`{nome}`");
            let linha = linhas
                .iter()
                .find(|(_, c)| c.first() == Some(&listagem) && c.contains(&celula.as_str()));
            let pagina = linha.and_then(|(_, celulas)| leva_a(livro, celulas.last()?));
            match (linha, pagina) {
                (None, _) => {
                    achados.push(format!("{mapa}: falta a listagem {listagem}, de {nome}"))
                }
                (Some((n, _)), pagina) if !pagina.is_some_and(|p| p.mostra(licao)) => {
                    achados.push(format!("{mapa}:{n}: não leva à página que mostra {licao}"));
                }
                (_, Some(pagina)) => {
                    let comeco = pagina.texto.split("\n## ").next().unwrap_or_default();
                    let ditas: BTreeSet<&str> = comeco
                        .split_once("**Listage")
                        .map_or(BTreeSet::new(), |(_, resto)| {
                            numeros(resto.lines().next().unwrap_or_default()).collect()
                        });
                    if !ditas.contains(listagem) {
                        let qual = format!("não diz no começo que é da listagem {listagem}");
                        achados.push(pagina.problema(1, &qual));
                    }
                }
                _ => {}
            }
        }
    }
    achados
}

/// O código sem os comentários e sem o que está entre aspas.
fn so_codigo(fonte: &str) -> String {
    let mut codigo = String::new();
    for linha in fonte.lines() {
        let mut dentro = false;
        let mut antes = ' ';
        for (n, c) in linha.char_indices() {
            if !dentro && linha[n..].starts_with("//") {
                break;
            }
            if c == '"' && antes != '\\' {
                dentro = !dentro;
            }
            if !dentro || c == '"' {
                codigo.push(c);
            }
            antes = if antes == '\\' { ' ' } else { c };
        }
        codigo.push('\n');
    }
    codigo
}

/// Se o código tem isto, e não como um pedaço de outra palavra.
fn tem(codigo: &str, isto: &str) -> bool {
    let de_palavra = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let (comeca, acaba) = (
        de_palavra(isto.chars().next()),
        de_palavra(isto.chars().last()),
    );
    codigo.match_indices(isto).any(|(n, _)| {
        let antes = codigo[..n].chars().last();
        let depois = codigo[n + isto.len()..].chars().next();
        let emenda = comeca && de_palavra(antes) || acaba && de_palavra(depois);
        !emenda
    })
}

/// As páginas, na ordem do sumário.
fn na_ordem(livro: &Livro) -> Vec<&Pagina> {
    let sumario = format!("{PAGINAS}/SUMMARY.md");
    livro
        .paginas
        .iter()
        .filter(|pagina| pagina.caminho == sumario)
        .flat_map(|pagina| &pagina.links)
        .filter_map(|(_, destino)| {
            let caminho = resolve(&sumario, destino);
            livro.paginas.iter().find(|p| p.caminho == caminho)
        })
        .collect()
}

/// Os métodos e as macros que um código chama: o `read` de `con.read(…)`, o `format!` de `format!(…)`.
fn chamadas(codigo: &str) -> BTreeSet<&str> {
    let abertos = codigo.match_indices('(').map(|(n, _)| &codigo[..n]);
    abertos
        .filter_map(|antes| {
            let nome =
                antes.trim_end_matches(|c: char| c.is_alphanumeric() || c == '_' || c == '!');
            let chamada = &antes[nome.len()..];
            let macro_ou_metodo = chamada.ends_with('!') || nome.ends_with('.');
            (macro_ou_metodo && chamada.len() > 1).then_some(chamada)
        })
        .collect()
}

/// Todo método e toda macro do código de uma listagem, ou de uma solução que parte dela, foi dito na página ou numa de antes.
pub fn nenhuma_chamada_sem_ser_dita(livro: &Livro) -> Vec<String> {
    let mut achados = Vec::new();
    let mut ditos: Vec<&str> = Vec::new();
    for pagina in na_ordem(livro) {
        ditos.extend(pagina.codigos.iter().map(|(_, codigo)| codigo.as_str()));
        let de_listagem = livro
            .licoes()
            .any(|l| !livro.vai_alem(l) && pagina.mostra(l));
        let inclusoes = pagina.inclusoes.iter().filter(|_| de_listagem);
        for inclusao in inclusoes.filter(|i| i.caminho.ends_with(".rs") && i.ancora.is_none()) {
            let codigo = so_codigo(livro.texto(&inclusao.caminho));
            let caladas = chamadas(&codigo);
            let caladas = caladas
                .iter()
                .filter(|nome| !ditos.iter().any(|dito| tem(dito, nome)));
            achados.extend(caladas.map(|nome| {
                let onde = &pagina.caminho;
                format!(
                    "{}: chama `{nome}`, de que nenhuma página fala até {onde}",
                    inclusao.caminho
                )
            }));
        }
    }
    achados
}

/// Nenhuma página usa em seu código o que só uma página de depois explica; a página de cada linha usa o que explica, e
/// o explica; e as palavras do Rust estão todas na tabela.
pub fn o_rust_em_ordem(livro: &Livro) -> Vec<String> {
    let mapa = format!("{PAGINAS}/mapa.md");
    let na_ordem = na_ordem(livro);
    let programas: Vec<(usize, &str, String)> = (0..)
        .zip(&na_ordem)
        .flat_map(|(n, pagina)| pagina.inclusoes.iter().map(move |i| (n, i)))
        .filter(|(_, i)| i.caminho.ends_with(".rs") && i.ancora.is_none())
        .map(|(n, i)| (n, i.caminho.as_str(), so_codigo(livro.texto(&i.caminho))))
        .collect();
    let mut achados = Vec::new();
    let mut explicados = BTreeSet::new();
    for (linha, celulas) in tabela(livro.texto(&mapa), "## O Rust, na ordem em que aparece") {
        let istos = celulas.get(1).map_or(Vec::new(), |celula| codigos(celula));
        explicados.extend(istos.clone());
        let pagina = celulas.last().and_then(|celula| leva_a(livro, celula));
        let lugar = pagina.and_then(|p| na_ordem.iter().position(|o| o.caminho == p.caminho));
        let (Some(pagina), Some(lugar)) = (pagina, lugar) else {
            achados.push(format!("{mapa}:{linha}: não leva a uma página"));
            continue;
        };
        for isto in istos {
            let usam = programas.iter().filter(|(_, _, codigo)| tem(codigo, isto));
            for (_, programa, _) in usam.clone().filter(|(n, ..)| *n < lugar) {
                let onde = &pagina.caminho;
                achados.push(format!(
                    "{programa}: usa `{isto}`, que só se explica em {onde}"
                ));
            }
            if !usam.clone().any(|(n, ..)| *n == lugar) {
                let qual = format!("nenhum código desta página usa `{isto}`, como diz o mapa");
                achados.push(pagina.problema(1, &qual));
            }
            if !pagina.codigos.iter().any(|(_, codigo)| tem(codigo, isto)) {
                achados.push(pagina.problema(1, &format!("não explica `{isto}`, como diz o mapa")));
            }
        }
    }
    for (_, programa, codigo) in &programas {
        let soltas = PALAVRAS.iter().filter(|palavra| {
            tem(codigo, palavra) && !explicados.iter().any(|isto| tem(isto, palavra))
        });
        achados.extend(
            soltas.map(|palavra| format!("{programa}: usa `{palavra}`, que o mapa não tem")),
        );
    }
    achados
}
