//! O livro montado pelo mdbook: o que o leitor abre.
//!
//! Sem o mdbook na versão do justfile, é pulado com uma linha; com `EXIGE_MDBOOK=1`, é uma falha.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::guardas::{sem_porcentos, versao};
use crate::html::{Pedaco, de_fora, em_ingles, marcas, pedacos, recursos, urls};
use crate::raiz;
use crate::repositorio::Repositorio;

#[test]
fn o_livro_montado_esta_inteiro_e_nao_pede_nada_a_ninguem() {
    let livro = Repositorio::le(&raiz());
    let versao = versao(&livro).expect("a versão do mdbook no justfile");
    let instalada = Command::new("mdbook")
        .arg("--version")
        .output()
        .map(|saida| String::from_utf8_lossy(&saida.stdout).trim().to_string());
    if !instalada.is_ok_and(|instalada| instalada == format!("mdbook v{versao}")) {
        assert!(
            env::var_os("EXIGE_MDBOOK").is_none(),
            "falta o mdbook {versao}: just instala_mdbook"
        );
        println!("pulado: falta o mdbook {versao} (just instala_mdbook)");
        return;
    }
    let pasta = tempfile::tempdir().unwrap();
    let saida = Command::new("mdbook")
        .args(["build", "--dest-dir"])
        .arg(pasta.path())
        .arg(raiz().join("docs"))
        .env_remove("RUST_LOG")
        .output()
        .unwrap();
    let dito = String::from_utf8_lossy(&saida.stderr) + String::from_utf8_lossy(&saida.stdout);
    // O mdbook sai com 0 mesmo quando um trecho incluído não existe.
    assert!(
        saida.status.success() && !dito.contains("WARN") && !dito.contains("ERROR"),
        "mdbook build:\n{dito}"
    );
    let problemas = problemas(pasta.path());
    assert!(problemas.is_empty(), "{}", problemas.join("\n"));
}

/// Os problemas de um livro montado.
fn problemas(pasta: &Path) -> Vec<String> {
    let arquivos = arquivos(pasta, "");
    let ids: BTreeMap<&str, BTreeSet<String>> = arquivos
        .iter()
        .filter(|(nome, _)| nome.ends_with(".html"))
        .map(|(nome, texto)| (nome.as_str(), ids(texto)))
        .collect();
    let mut achados = Vec::new();
    for (nome, texto) in &arquivos {
        let mut problema = |qual: String| achados.push(format!("{nome}: {qual}"));
        if nome.ends_with(".css") {
            for url in urls(texto).filter(|url| de_fora(url)) {
                problema(format!("pede {url} a outra máquina"));
            }
        }
        if !nome.ends_with(".html") {
            continue;
        }
        if !texto.contains("<html lang=\"pt-BR\"") {
            problema("não diz que está em português".to_string());
        }
        if texto.contains("{{#") {
            problema("mostra uma inclusão que não foi feita".to_string());
        }
        // Um bloco destes pergunta ao play.rust-lang.org o que ele sabe rodar.
        if texto.contains("class=\"playground\"") {
            problema("tem um bloco que roda no navegador: use rust,ignore".to_string());
        }
        // O botão que mostra as linhas escondidas só fala inglês.
        if texto.contains("class=\"boring\"") {
            problema("tem um bloco de Rust com linhas escondidas (# no começo)".to_string());
        }
        for ingles in em_ingles(texto) {
            problema(format!("a interface está em inglês: {ingles:?}"));
        }
        let links = marcas(texto).into_iter().filter(|marca| marca.nome == "a");
        let links = links.filter_map(|marca| marca.atributo("href").map(str::to_string));
        for recurso in recursos(texto) {
            if de_fora(&recurso) {
                problema(format!("pede {recurso} a outra máquina"));
            } else if !recurso.starts_with(['#'])
                && !recurso.starts_with("data:")
                && !existe(pasta, &recurso)
            {
                problema(format!("pede {recurso}, que não existe"));
            }
        }
        for link in links.filter(|link| !de_fora(link)) {
            let (pagina, alvo) = link.split_once('#').unwrap_or((&link, ""));
            let pagina = if pagina.is_empty() { nome } else { pagina };
            let inexistente = match ids.get(sem_porcentos(pagina).as_str()) {
                Some(ids) => !alvo.is_empty() && !ids.contains(&sem_porcentos(alvo)),
                None => !existe(pasta, pagina),
            };
            if inexistente {
                problema(format!("o link {link} não leva a lugar nenhum"));
            }
        }
    }
    achados.extend(textos_dos_programas(&arquivos));
    achados
}

/// Os textos que docs/tema/livro.js traduz são os que os programas deste mdBook escrevem.
fn textos_dos_programas(arquivos: &BTreeMap<String, String>) -> Vec<String> {
    let escritos = [
        (
            "searcher-",
            "count + ' search result for \\'' + searchterm + '\\':'",
        ),
        (
            "searcher-",
            "count + ' search results for \\'' + searchterm + '\\':'",
        ),
        (
            "searcher-",
            "'No search results for \\'' + searchterm + '\\'.'",
        ),
        ("book-", "showTooltip(e.trigger, 'Copied!')"),
        ("book-", "showTooltip(e.trigger, 'Clipboard error!')"),
        ("book-", "'Copy to clipboard'"),
    ];
    escritos
        .iter()
        .filter(|(programa, escrito)| {
            !arquivos
                .iter()
                .any(|(nome, texto)| nome.starts_with(programa) && texto.contains(escrito))
        })
        .map(|(programa, escrito)| {
            format!("{programa}….js não escreve mais {escrito}: reveja docs/tema/livro.js")
        })
        .collect()
}

/// Os arquivos de texto do livro montado.
fn arquivos(pasta: &Path, dentro: &str) -> BTreeMap<String, String> {
    let mut achados = BTreeMap::new();
    for entrada in fs::read_dir(pasta.join(dentro)).unwrap() {
        let nome = format!("{dentro}{}", entrada.unwrap().file_name().to_str().unwrap());
        let caminho = pasta.join(&nome);
        if caminho.is_dir() {
            achados.extend(arquivos(pasta, &format!("{nome}/")));
        } else if let Ok(texto) = fs::read_to_string(&caminho) {
            achados.insert(nome, texto);
        }
    }
    achados
}

fn existe(pasta: &Path, endereco: &str) -> bool {
    let caminho = endereco.split(['#', '?']).next().unwrap_or_default();
    pasta.join(sem_porcentos(caminho)).is_file()
}

fn ids(html: &str) -> BTreeSet<String> {
    pedacos(html)
        .into_iter()
        .filter_map(|pedaco| match pedaco {
            Pedaco::Abre(marca) => marca.atributo("id").map(str::to_string),
            _ => None,
        })
        .collect()
}

/// Um livro montado à mão, e o que se acusa quando cada coisa se estraga.
#[test]
fn o_que_se_acusa_de_um_livro_montado() {
    let inteiro = [
        (
            "a.html",
            "<html lang=\"pt-BR\"><link href='x.css'><main><h1 id='título'>A</h1><a href='b.html#alvo'>b</a>\
             <a href='#t%C3%ADtulo'>a</a><a href='https://rustup.rs'>x</a></main>",
        ),
        (
            "b.html",
            "<html lang=\"pt-BR\"><p id='alvo'><img src='dentro/i.svg'>",
        ),
        ("dentro/i.svg", "<svg/>"),
        ("x.css", "p { background: url('data:image/png;base64,x') }"),
        (
            "searcher-1.js",
            "count + ' search result for \\'' + searchterm + '\\':' count + ' search results for \\'' + \
             searchterm + '\\':' 'No search results for \\'' + searchterm + '\\'.'",
        ),
        (
            "book-1.js",
            "showTooltip(e.trigger, 'Copied!') showTooltip(e.trigger, 'Clipboard error!') 'Copy to clipboard'",
        ),
    ];
    let monta = |arquivo: &str, de: &str, para: &str| {
        let pasta = tempfile::tempdir().unwrap();
        fs::create_dir(pasta.path().join("dentro")).unwrap();
        for (nome, texto) in inteiro {
            let texto = if nome == arquivo {
                assert!(texto.contains(de), "{nome} não tem {de}");
                texto.replacen(de, para, 1)
            } else {
                texto.to_string()
            };
            fs::write(pasta.path().join(nome), texto).unwrap();
        }
        problemas(pasta.path())
    };
    assert_eq!(monta("a.html", "A", "A"), [""; 0]);
    for (arquivo, de, para, problema) in [
        (
            "a.html",
            "pt-BR",
            "en",
            "a.html: não diz que está em português",
        ),
        (
            "a.html",
            "A<",
            "{{#include x.rs}}<",
            "a.html: mostra uma inclusão que não foi feita",
        ),
        (
            "a.html",
            "A<",
            "<pre class=\"playground\"><",
            "a.html: tem um bloco que roda no navegador: use rust,ignore",
        ),
        (
            "a.html",
            "A<",
            "<span class=\"boring\"><",
            "a.html: tem um bloco de Rust com linhas escondidas (# no começo)",
        ),
        (
            "a.html",
            "<main>",
            "<nav aria-label='Table of contents'><main>",
            "a.html: a interface está em inglês: \"Table of contents\"",
        ),
        (
            "a.html",
            "#alvo",
            "#outro",
            "a.html: o link b.html#outro não leva a lugar nenhum",
        ),
        (
            "a.html",
            "b.html#alvo",
            "c.html",
            "a.html: o link c.html não leva a lugar nenhum",
        ),
        (
            "a.html",
            "#t%C3%ADtulo",
            "#titulo",
            "a.html: o link #titulo não leva a lugar nenhum",
        ),
        (
            "b.html",
            "dentro/i.svg",
            "https://x.org/i.svg",
            "b.html: pede https://x.org/i.svg a outra máquina",
        ),
        (
            "b.html",
            "dentro/i.svg",
            "j.svg",
            "b.html: pede j.svg, que não existe",
        ),
        (
            "x.css",
            "data:image/png;base64,x",
            "//fonts.org/f",
            "x.css: pede //fonts.org/f a outra máquina",
        ),
        (
            "book-1.js",
            "'Copied!'",
            "'Done!'",
            "book-….js não escreve mais showTooltip(e.trigger, 'Copied!'): reveja docs/tema/livro.js",
        ),
    ] {
        assert_eq!(monta(arquivo, de, para), [problema]);
    }
}
