//! Um livro pequeno e inteiro (`inteiro.txt`), um já montado (`montado.txt`), e o que se diz de cada um quando
//! uma coisa se quebra.

use crate::repositorio::{Arquivos, Livro};
use crate::{guardas, montado};

/// O arquivo, o que está nele, o que passa a estar, e o único problema que isso dá. Sem o que está nele, o
/// arquivo é escrito de novo.
type Quebra = (&'static str, &'static str, &'static str, &'static str);

const PAGINA: &str = "docs/src/servidor.md";
const LICAO: &str = "crates/servidor/src/main.rs";
const FALHAS: &str = "docs/src/falhas.md";
const MAPA: &str = "docs/src/mapa.md";
const PAR: &str = "docs/src/diagramas/par.svg";

#[rustfmt::skip]
const DO_LIVRO: &[Quebra] = &[
    // inclusoes
    (PAGINA, "01_par/servidor.txt", "01_par/servidor.txt}}\n{{#include ../outro.txt", "docs/src/servidor.md:20: inclui docs/outro.txt, que não existe"),
    (FALHAS, "", "{{#include ../../crates/servidor/src/main.rs:atende}}", "docs/src/falhas.md:1: inclui a âncora atende, que crates/servidor/src/main.rs não tem, não fecha ou deixa vazia"),
    (LICAO, "ANCHOR_END: escuta", "ANCHOR_END: escutar", "docs/src/servidor.md:37: inclui a âncora escuta, que crates/servidor/src/main.rs não tem, não fecha ou deixa vazia"),
    (LICAO, "    escuta(); // com um if, que só se diz\n    \"e um loop entre aspas\";\n", "", "docs/src/servidor.md:37: inclui a âncora escuta, que crates/servidor/src/main.rs não tem, não fecha ou deixa vazia"),
    (PAGINA, "#include ../solucoes", "#include ../solucoes/src/bin/servidor_ate_o_fim.rs}}\n{{#rustdoc_include ../solucoes", "docs/src/servidor.md:52: use include, e não rustdoc_include"),
    // ancoras_sem_uso
    (LICAO, "fn main", "// ANCHOR: sobra\nfn main", "crates/servidor/src/main.rs: a âncora sobra não é usada"),
    // colados
    (FALHAS, "## Igual", "```rust\nfn main() {}\n```\n## Igual", "docs/src/falhas.md:5: \"fn main() {}\" foi colada: inclua o arquivo, ou a tela da sessão"),
    (PAGINA, "{{#include ../sol", "use std::io;\n{{#include ../sol", "docs/src/servidor.md:50: \"use std::io;\" foi colada: inclua o arquivo, ou a tela da sessão"),
    (FALHAS, "## Igual", "- x\n\n  ```text\n  Aguardando cliente...\n  ```\n## Igual", "docs/src/falhas.md:7: \"Aguardando cliente...\" foi colada: inclua o arquivo, ou a tela da sessão"),
    (FALHAS, "## Igual", "```text\nRecebemos:  b'outra'\n```\n## Igual", "docs/src/falhas.md:5: \"Recebemos:  b'outra'\" foi colada: inclua o arquivo, ou a tela da sessão"),
    (FALHAS, "## Igual", "    Erro: qualquer um\n## Igual", "docs/src/falhas.md:5: \"Erro: qualquer um\" foi colada: inclua o arquivo, ou a tela da sessão"),
    // links
    (FALHAS, "#deu-errado", "#deu-certo", "docs/src/falhas.md:9: o link servidor.md#deu-certo não leva a lugar nenhum do livro"),
    (FALHAS, "#igual-1", "#igual-2", "docs/src/falhas.md:9: o link #igual-2 não leva a lugar nenhum do livro"),
    (FALHAS, "servidor.md#deu-errado", "cliente.md", "docs/src/falhas.md:9: o link cliente.md não leva a lugar nenhum do livro"),
    (FALHAS, "#igual-1", "../../tests/rede.rs", "docs/src/falhas.md:9: o link ../../tests/rede.rs não leva a lugar nenhum do livro"),
    (FALHAS, "foto.png", "outra.png", "docs/src/falhas.md:11: o link outra.png não leva a lugar nenhum do livro"),
    ("docs/src/SUMMARY.md", "- [Falhas]", "- [Outra](outra.md)\n- [Falhas]", "docs/src/SUMMARY.md:3: o link outra.md não leva a lugar nenhum do livro"),
    // citacoes
    (FALHAS, "::sobrevive", "::sobreviveu", "docs/src/falhas.md:3: cita tests/rede.rs::sobreviveu, que não existe"),
    (FALHAS, "`tests/rede.rs:", "`tests/red.rs:", "docs/src/falhas.md:3: cita tests/red.rs::sobrevive, que não existe"),
    (FALHAS, "`tests/sessoes`", "`tests/sess`", "docs/src/falhas.md:3: cita tests/sess, que não existe"),
    // comandos
    (FALHAS, "# Falhas", "```sh\nA=1 cargo run -p servidor; cargo run -q -p outro -- 1\n```", "docs/src/falhas.md:2: cargo run -q -p outro -- 1: não há esse pacote"),
    (FALHAS, "# Falhas", "`cargo run -p comum`", "docs/src/falhas.md:1: cargo run -p comum: não há crates/comum/src/main.rs"),
    (FALHAS, "# Falhas", "`cargo run -p solucoes --bin outro`", "docs/src/falhas.md:1: cargo run -p solucoes --bin outro: não há docs/solucoes/src/bin/outro.rs"),
    (FALHAS, "# Falhas", "`cargo run --release servidor`", "docs/src/falhas.md:1: cargo run --release servidor: diga com -p qual programa"),
    (FALHAS, "# Falhas", "`cargo test --test redes`", "docs/src/falhas.md:1: cargo test --test redes: não há tests/redes.rs"),
    (FALHAS, "# Falhas", "`cargo test -p comum --test rede`", "docs/src/falhas.md:1: cargo test -p comum --test rede: não há crates/comum/tests/rede.rs"),
    (FALHAS, "# Falhas", "`just pa`", "docs/src/falhas.md:1: just pa: o justfile não tem a receita pa"),
    // esquecidos
    ("docs/src/sobra.md", "", "# Sobra\n", "docs/src/sobra.md: não está no sumário"),
    ("crates/cliente/src/main.rs", "", "//! Um cliente. Vai além da seção.\n", "crates/cliente/src/main.rs: não é mostrado inteiro em página nenhuma"),
    ("docs/solucoes/src/bin/nova.rs", "", "fn main() {}\n", "docs/solucoes/src/bin/nova.rs: não é mostrado inteiro em página nenhuma"),
    ("tests/sessoes/03_nova/servidor.erro.txt", "", "Erro: novo\n", "tests/sessoes/03_nova: a sessão não é mostrada em página nenhuma"),
    (PAGINA, "{{#include diagramas/par.svg}}\n", "", "docs/src/diagramas/par.svg: nenhuma página o inclui, entre linhas em branco"),
    (PAGINA, "\n\n{{#include diagramas", "\nAssim: {{#include diagramas", "docs/src/diagramas/par.svg: nenhuma página o inclui, entre linhas em branco"),
    // partes_da_licao
    (FALHAS, "# Falhas", "**Objetivo:** nenhum.", "docs/src/falhas.md:1: parece de uma lição, e não mostra programa nenhum"),
    (PAGINA, "**Tempo:**", "Tempo:", "docs/src/servidor.md:1: falta **Objetivo:** … · **Tempo:** cerca de …"),
    (PAGINA, "## Experimente\n\n## Exercícios", "## Exercícios\n\n## Experimente", "docs/src/servidor.md:1: a parte 7 devia ser \"Experimente\""),
    (PAGINA, "## Exercícios", "### Exercícios", "docs/src/servidor.md:1: a parte 8 devia ser \"Exercícios\""),
    (PAGINA, "## Deu errado?\n", "## Deu errado?\n\n## E agora?\n", "docs/src/servidor.md:1: tem uma parte a mais"),
    (LICAO, "Listagem", "Vai além da", "docs/src/servidor.md:1: a parte 6 devia ser \"O que o capítulo diz\""),
    // da_listagem_a_pagina
    (MAPA, "| 7.3 |", "| 7.4 |", "docs/src/mapa.md: falta a listagem 7.3, de servidor"),
    (MAPA, "`servidor` | [O servidor](servidor.md)", "`servidor` | [O servidor](falhas.md)", "docs/src/mapa.md:7: não leva à página que mostra crates/servidor/src/main.rs"),
    (MAPA, "`servidor` | [O servidor](servidor.md)", "`servidor` | O servidor", "docs/src/mapa.md:7: não leva à página que mostra crates/servidor/src/main.rs"),
    (PAGINA, "**Listagem:** 7.3", "**Listagem:** 7.33", "docs/src/servidor.md:1: não diz no começo que é da listagem 7.3"),
    (PAGINA, " · **Listagem:** 7.3.", "", "docs/src/servidor.md:1: não diz no começo que é da listagem 7.3"),
    // o_rust_em_ordem
    (MAPA, "`fn` | [O servidor](servidor.md)", "`fn` | O servidor", "docs/src/mapa.md:13: não leva a uma página"),
    (MAPA, "`fn` |", "`fn`, `escuta` |", "docs/src/servidor.md:1: não explica `escuta`, como diz o mapa"),
    (PAGINA, "`fn` começa", "Ele começa", "docs/src/servidor.md:1: não explica `fn`, como diz o mapa"),
    (MAPA, "`fn` |", "`fn`, `just` |", "docs/src/servidor.md:1: nenhum código desta página usa `just`, como diz o mapa"),
    (LICAO, "escuta();", "loop { escuta() }", "crates/servidor/src/main.rs: usa `loop`, que o mapa não tem"),
    (FALHAS, "# Falhas", "```rust\n{{#include ../solucoes/src/bin/servidor_ate_o_fim.rs}}\n```", "docs/solucoes/src/bin/servidor_ate_o_fim.rs: usa `fn`, que só se explica em docs/src/servidor.md"),
    // comentarios_estreitos
    (LICAO, "com um if, que só se diz", "com um if, que só se diz, e com tudo o que não cabe na tela estreita de um celular", "crates/servidor/src/main.rs:5: o comentário passa de 80 colunas"),
    // nenhuma_chamada_sem_ser_dita
    (LICAO, "escuta();", "con.escuta();", "crates/servidor/src/main.rs: chama `escuta`, de que nenhuma página fala até docs/src/servidor.md"),
    (LICAO, "escuta();", "diz!();", "crates/servidor/src/main.rs: chama `diz!`, de que nenhuma página fala até docs/src/servidor.md"),
    // diagramas
    (PAR, ">\n<title", "><title", "docs/src/diagramas/par.svg: a primeira linha não é só <svg …>, e o Markdown a leria como um parágrafo"),
    (PAR, "<defs>", "\n<defs>", "docs/src/diagramas/par.svg: tem uma linha em branco, e o Markdown o partiria em dois"),
    (PAR, "</svg>", "", "docs/src/diagramas/par.svg: não termina com </svg>"),
    (PAR, " role=\"img\"", "", "docs/src/diagramas/par.svg: falta class=\"diagrama\" ou role=\"img\""),
    (PAR, "0 0 420 90", "0 0 800 90", "docs/src/diagramas/par.svg: é largo demais para um celular: o viewBox passa de 440"),
    (PAR, "Um par conversa.", "", "docs/src/diagramas/par.svg: não tem um <title> com o id do aria-labelledby"),
    (PAR, "by=\"par-titulo\"", "by=\"par\"", "docs/src/diagramas/par.svg: não tem um <title> com o id do aria-labelledby"),
    (PAR, "marker id=\"par-ponta\"", "marker id=\"ponta\"", "docs/src/diagramas/par.svg: tem um id que não começa com o nome dele: repetido na página de imprimir"),
];

#[rustfmt::skip]
const DO_MONTADO: &[Quebra] = &[
    ("a.html", "pt-BR", "en", "a.html: não diz que está em português"),
    ("a.html", "<main>", "<nav aria-label='Table of contents'><main>", "a.html: a interface está em inglês: \"Table of contents\""),
    ("b.html", "Um livro", "The book", "b.html: a interface está em inglês: \"The book\""),
    ("a.html", "<h1", "<pre class=\"playground\"><h1", "a.html: tem um bloco class=\"playground\": use rust,ignore"),
    ("a.html", "#alvo", "#outro", "a.html: b.html#outro não existe"),
    ("a.html", "#t%C3%ADtulo", "#titulo", "a.html: #titulo não existe"),
    ("a.html", "b.html#alvo", "c.html", "a.html: c.html não existe"),
    ("b.html", "imagens/i.svg", "imagens/j.svg", "b.html: imagens/j.svg não existe"),
    ("b.html", "imagens/i.svg", "https://x.org/i.svg", "b.html: pede https://x.org/i.svg a outra máquina"),
    ("b.html", "<p", "<p style=\"background: url('//x.org/a.png')\"", "b.html: pede //x.org/a.png a outra máquina"),
    ("imagens/i.svg", "red", "url(https://x.org/f)", "imagens/i.svg: pede https://x.org/f a outra máquina"),
    ("x.css", "data:image/png;base64,x", "//x.org/f", "x.css: pede //x.org/f a outra máquina"),
    ("tema/livro.js", "// Nada.", "fetch('https://x.org')", "tema/livro.js: fala com outra máquina"),
    ("book-1.js", "'Copied!'", "'Done!'", "book-….js não escreve mais showTooltip(e.trigger, 'Copied!'): reveja docs/tema/livro.js"),
];

/// Os arquivos de um texto em que cada um começa por `=== caminho`.
fn arquivos(texto: &str) -> Arquivos {
    let separados = texto.split("=== ").skip(1);
    separados
        .filter_map(|arquivo| arquivo.split_once('\n'))
        .map(|(caminho, texto)| (caminho.to_string(), texto.to_string()))
        .collect()
}

fn confere(texto: &str, problemas: fn(Arquivos) -> Vec<String>, quebras: &[Quebra]) {
    assert_eq!(problemas(arquivos(texto)), [""; 0]);
    for (caminho, de, para, problema) in quebras {
        let mut quebrado = arquivos(texto);
        let arquivo = quebrado.entry((*caminho).to_string()).or_default();
        assert!(arquivo.contains(de), "{caminho} não tem {de:?}");
        *arquivo = if de.is_empty() {
            (*para).to_string()
        } else {
            arquivo.replacen(de, para, 1)
        };
        assert_eq!(problemas(quebrado), [*problema]);
    }
}

#[test]
fn um_livro_inteiro_passa_e_cada_quebra_e_acusada() {
    let inteiro = include_str!("inteiro.txt");
    confere(
        inteiro,
        |livro| guardas::problemas(&Livro::novo(livro)),
        DO_LIVRO,
    );
}

#[test]
fn um_livro_montado_passa_e_cada_quebra_e_acusada() {
    confere(
        include_str!("montado.txt"),
        |livro| montado::problemas(&livro),
        DO_MONTADO,
    );
}
