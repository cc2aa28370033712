//! O livro montado pelo mdbook: o que o leitor abre.
//!
//! Sem o mdbook na versão do justfile, é pulado com uma linha; com `EXIGE_MDBOOK=1`, é uma falha.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::process::Command;

use percent_encoding::percent_decode_str;

use crate::html::{Marca, de_fora, em_ingles, marcas, recursos, urls};
use crate::raiz;
use crate::repositorio::{Arquivos, Livro, junta};

#[test]
fn o_livro_montado_esta_inteiro_e_nao_pede_nada_a_ninguem() {
    let livro = Livro::le(&raiz());
    let versao = livro
        .texto("justfile")
        .lines()
        .find_map(|linha| {
            linha
                .strip_prefix("versao_do_mdbook := \"")?
                .strip_suffix('"')
        })
        .expect("a versão do mdbook no justfile");
    let modelo = livro.texto("docs/tema/index.hbs");
    assert!(
        modelo.contains(&format!("A página do mdBook {versao}, ")),
        "docs/tema/index.hbs não é o do mdBook {versao}, que o justfile instala"
    );
    let instalada = Command::new("mdbook").arg("--version").output();
    if !instalada
        .is_ok_and(|saida| saida.stdout.trim_ascii() == format!("mdbook v{versao}").as_bytes())
    {
        let falta = format!("falta o mdbook {versao}: just instala_mdbook");
        assert!(env::var_os("EXIGE_MDBOOK").is_none(), "{falta}");
        println!("pulado: {falta}");
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
    let mut arquivos = Arquivos::new();
    junta(&mut arquivos, pasta.path(), "");
    let problemas = problemas(&arquivos);
    assert!(problemas.is_empty(), "\n{}", problemas.join("\n"));
}

/// Os textos que docs/tema/livro.js traduz, como os programas deste mdBook os escrevem.
const TRADUZIDOS: [(&str, &str); 6] = [
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

/// Os problemas de um livro montado.
pub fn problemas(arquivos: &Arquivos) -> Vec<String> {
    let mut achados = Vec::new();
    let paginas: BTreeMap<&str, Vec<Marca>> = arquivos
        .iter()
        .filter(|(nome, _)| nome.ends_with(".html") || nome.ends_with(".svg"))
        .map(|(nome, texto)| (nome.as_str(), marcas(texto)))
        .collect();
    let ids: BTreeSet<(&str, &str)> = paginas
        .iter()
        .flat_map(|(nome, marcas)| {
            marcas
                .iter()
                .filter_map(|m| Some((*nome, m.atributo("id")?)))
        })
        .collect();

    for (nome, texto) in arquivos {
        let marcas = paginas.get(nome.as_str()).map_or(&[][..], Vec::as_slice);
        let mut pedidos = recursos(marcas);
        if nome.ends_with(".css") {
            pedidos.extend(urls(texto));
        }
        for pedido in pedidos.iter().filter(|pedido| de_fora(pedido)) {
            achados.push(format!("{nome}: pede {pedido} a outra máquina"));
        }
        if nome.starts_with("tema/") && texto.contains("://") {
            achados.push(format!("{nome}: fala com outra máquina"));
        }
        if !nome.ends_with(".html") {
            continue;
        }

        if !texto.contains("<html lang=\"pt-BR\"") {
            achados.push(format!("{nome}: não diz que está em português"));
        }
        for ingles in em_ingles(marcas) {
            achados.push(format!("{nome}: a interface está em inglês: {ingles:?}"));
        }
        // Um pergunta ao play.rust-lang.org o que ele sabe rodar; o outro, com linhas escondidas, ganha um
        // botão que só fala inglês.
        for classe in ["class=\"playground\"", "class=\"boring\""] {
            if texto.contains(classe) {
                achados.push(format!("{nome}: tem um bloco {classe}: use rust,ignore"));
            }
        }
        let dos_links = marcas
            .iter()
            .filter(|m| m.nome == "a")
            .filter_map(|m| m.atributo("href"));
        for destino in dos_links
            .chain(pedidos)
            .filter(|d| !de_fora(d) && !d.starts_with("data:"))
        {
            let destino = percent_decode_str(destino).decode_utf8_lossy();
            let (arquivo, id) = destino.split_once('#').unwrap_or((&destino, ""));
            let arquivo = arquivo.split('?').next().unwrap_or_default();
            let arquivo = if arquivo.is_empty() { nome } else { arquivo };
            if !arquivos.contains_key(arquivo) || !id.is_empty() && !ids.contains(&(arquivo, id)) {
                achados.push(format!("{nome}: {destino} não existe"));
            }
        }
    }

    for (programa, escrito) in TRADUZIDOS {
        if !arquivos
            .iter()
            .any(|(nome, texto)| nome.starts_with(programa) && texto.contains(escrito))
        {
            achados.push(format!(
                "{programa}….js não escreve mais {escrito}: reveja docs/tema/livro.js"
            ));
        }
    }
    achados
}
