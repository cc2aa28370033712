//! Um livro pequeno e inteiro, e o que as guardas dizem dele quando cada coisa se quebra.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::guardas::problemas;
use crate::repositorio::Repositorio;

const ARQUIVOS: &[(&str, &str)] = &[
    (
        "justfile",
        "versao_do_mdbook := \"0.5.4\"\n\n# abre um par\npar servidor cliente:\n    cargo build\n",
    ),
    (
        "crates/servidor/Cargo.toml",
        "[package]\nname = \"servidor\"\n",
    ),
    (
        "crates/servidor/src/main.rs",
        "//! Um servidor. Listagem 7.3.\n\nfn main() {\n    // ANCHOR: escuta\n    escuta();\n    // ANCHOR_END: escuta\n}\n",
    ),
    ("crates/comum/Cargo.toml", "[package]\nname = \"comum\"\n"),
    (
        "crates/comum/src/lib.rs",
        "//! O que as lições têm em comum.\n",
    ),
    ("crates/comum/tests/nomes.rs", "#[test]\nfn nomes() {}\n"),
    (
        "tests/Cargo.toml",
        "[package]\nname = \"testes\"\n\n[[test]]\nname = \"rede\"\npath = \"rede.rs\"\n",
    ),
    ("tests/rede.rs", "#[test]\nfn sobrevive() {}\n"),
    ("tests/sessoes/01_par/sessao.toml", "titulo = \"Um par\"\n"),
    (
        "tests/sessoes/01_par/servidor.txt",
        "Aguardando cliente...\nRecebemos:  b'Python'\n",
    ),
    (
        "tests/sessoes/02_fechada/sessao.toml",
        "titulo = \"Sem tela\"\n",
    ),
    (
        "docs/solucoes/Cargo.toml",
        "[package]\nname = \"solucoes\"\n",
    ),
    (
        "docs/solucoes/src/bin/servidor_ate_o_fim.rs",
        "fn main() {}\n",
    ),
    (
        "docs/tema/index.hbs",
        "{{!-- A página do mdBook 0.5.4, em português. --}}\n<a title=\"Próximo capítulo\" href=\"{{ path_to_root }}\"><img src=\"{{ resource \"favicon.svg\" }}\"></a>\n",
    ),
    (
        "docs/tema/livro.css",
        "p { color: var(--fg); background: url(data:x) }\n",
    ),
    ("docs/tema/livro.js", "// Nada.\n"),
    (
        "docs/src/SUMMARY.md",
        "# Sumário\n\n- [O servidor](servidor.md)\n- [Falhas](falhas.md)\n",
    ),
    ("docs/src/404.md", "# Esta página não existe\n"),
    (
        "docs/src/falhas.md",
        "# Falhas\n\n`tests/rede.rs::sobrevive`, `crates/servidor/src/main.rs`, `crates/NOME/src/main.rs`, `[0; 1024]`,\n\
         `TcpListener::bind`.\n\n## Igual\n\n## Igual\n\n[aqui](#igual-1), [lá](servidor.md#deu-errado), \
         [fora](https://rustup.rs), [a opção HOST[:PORTA]](servidor.md#experi%6dente) [:x]\n\n![figura](foto.png)\n",
    ),
    ("docs/src/foto.png", "png\n"),
    (
        "docs/src/servidor.md",
        "# 7.1.1 O servidor\n\n**Objetivo:** pôr no ar um servidor. · **Tempo:** cerca de 30 minutos.\n\n\
         ## Rode\n\n```sh\ncargo run -p servidor   # Ctrl-C encerra\ncargo run -q -p servidor -- 0.0.0.0 | head -1\n\
         cargo test -p testes --test rede\ncargo test -p comum --test nomes\njust par servidor cliente\n```\n\n\
         `cargo run -p NOME` e `cargo run -p solucoes --bin NOME`; `cargo run`, `just`.\n\n\
         ## O que cada terminal mostra\n\n```text\n{{#include ../../tests/sessoes/01_par/servidor.txt}}\n```\n\n\
         ```text\nPort 43210\n```\n\n\
         ## Quem fala com quem\n\n{{#include diagramas/par.svg}}\n\n\
         ## O código\n\n```rust,ignore\n{{#include ../../crates/servidor/src/main.rs}}\n```\n\n\
         ```rust,ignore\n{{#include ../../crates/servidor/src/main.rs:escuta}}\n```\n\n\
         \\{{#include assim}} não inclui nada.\n\n\
         ## Python e Rust, lado a lado\n\n## O que difere do original\n\n## Experimente\n\n## Exercícios\n\n\
         <details><summary>Solução</summary>\n\n```rust,ignore\n{{#include ../solucoes/src/bin/servidor_ate_o_fim.rs}}\n```\n\n\
         `cargo run -p solucoes --bin servidor_ate_o_fim`\n\n</details>\n\n## Deu errado?\n",
    ),
    (
        "docs/src/diagramas/par.svg",
        "<svg class=\"diagrama\" viewBox=\"0 0 420 90\" role=\"img\" aria-labelledby=\"par-titulo\">\n\
         <title id=\"par-titulo\">Um par conversa.</title>\n<defs><marker id=\"par-ponta\"/></defs>\n\
         <path class=\"linha\" marker-end=\"url(#par-ponta)\" d=\"M0 0\"/>\n</svg>\n",
    ),
];

/// O que muda no livro inteiro.
enum Mudanca {
    Troca(&'static str, &'static str, &'static str),
    Escreve(&'static str, &'static str),
    Apaga(&'static str),
}
use Mudanca::{Apaga, Escreve, Troca};

fn livro(mudancas: &[Mudanca]) -> Vec<String> {
    let pasta = TempDir::new().unwrap();
    let escreve = |nome: &str, texto: &str| {
        let arquivo = pasta.path().join(nome);
        fs::create_dir_all(arquivo.parent().unwrap_or(Path::new(""))).unwrap();
        fs::write(arquivo, texto).unwrap();
    };
    for (nome, texto) in ARQUIVOS {
        escreve(nome, texto);
    }
    for mudanca in mudancas {
        match mudanca {
            Troca(nome, de, para) => {
                let texto = fs::read_to_string(pasta.path().join(nome)).unwrap();
                assert!(texto.contains(de), "{nome} não tem {de:?}");
                escreve(nome, &texto.replacen(de, para, 1));
            }
            Escreve(nome, texto) => escreve(nome, texto),
            Apaga(nome) => fs::remove_file(pasta.path().join(nome)).unwrap(),
        }
    }
    problemas(&Repositorio::le(pasta.path()))
}

fn acusa(casos: &[(&[Mudanca], &[&str])]) {
    for (mudancas, esperados) in casos {
        assert_eq!(livro(mudancas), *esperados);
    }
}

#[test]
fn um_livro_inteiro_nao_tem_problemas() {
    assert_eq!(livro(&[]), [""; 0]);
}

const PAGINA: &str = "docs/src/servidor.md";
const LICAO: &str = "crates/servidor/src/main.rs";
const FALHAS: &str = "docs/src/falhas.md";
const PAR: &str = "docs/src/diagramas/par.svg";

#[test]
fn inclusoes() {
    acusa(&[
        (
            &[Troca(PAGINA, "01_par/servidor.txt", "01_par/cliente.txt")],
            &["docs/src/servidor.md:20: inclui tests/sessoes/01_par/cliente.txt, que não existe"],
        ),
        (
            &[Apaga("tests/sessoes/01_par/servidor.txt")],
            &["docs/src/servidor.md:20: inclui tests/sessoes/01_par/servidor.txt, que não existe"],
        ),
        (
            &[Troca(
                PAGINA,
                "{{#include diagramas/par.svg}}",
                "{{#include diagramas/par.svg}}\n\n{{#include ../../../fora.txt}}",
            )],
            &["docs/src/servidor.md:31: inclui ../../../fora.txt, que não existe"],
        ),
        (
            &[Troca(PAGINA, "main.rs:escuta}}", "main.rs:atende}}")],
            &[
                "docs/src/servidor.md:38: inclui a âncora atende, que crates/servidor/src/main.rs não tem",
                "crates/servidor/src/main.rs:4: a âncora escuta não é incluída em página nenhuma",
            ],
        ),
        (
            &[
                Troca(PAGINA, "main.rs:escuta}}", "main.rs:3:5}}"),
                Troca(LICAO, "    // ANCHOR: escuta\n", ""),
                Troca(LICAO, "    // ANCHOR_END: escuta\n", ""),
            ],
            &[
                "docs/src/servidor.md:38: inclui linhas de crates/servidor/src/main.rs pelo número: use uma âncora",
            ],
        ),
        (
            &[Troca(
                PAGINA,
                "{{#include ../../crates/servidor/src/main.rs:",
                "{{#rustdoc_include ../../crates/servidor/src/main.rs:",
            )],
            &["docs/src/servidor.md:38: use include, e não rustdoc_include"],
        ),
    ]);
}

#[test]
fn ancoras() {
    acusa(&[
        (
            &[Troca(LICAO, "    // ANCHOR_END: escuta\n", "")],
            &["crates/servidor/src/main.rs:4: a âncora escuta não fecha"],
        ),
        (
            &[Troca(
                LICAO,
                "// ANCHOR_END: escuta",
                "// ANCHOR_END: escutar",
            )],
            &[
                "crates/servidor/src/main.rs:6: a âncora escutar fecha sem abrir",
                "crates/servidor/src/main.rs:4: a âncora escuta não fecha",
            ],
        ),
        (
            &[Troca(LICAO, "    escuta();\n", "")],
            &["crates/servidor/src/main.rs:5: a âncora escuta está vazia"],
        ),
        (
            &[
                Troca(LICAO, "fn main", "// ANCHOR: sobra\nfn main"),
                Troca(LICAO, "}\n", "}\n// ANCHOR_END: sobra\n"),
            ],
            &["crates/servidor/src/main.rs:3: a âncora sobra não é incluída em página nenhuma"],
        ),
        (
            &[Troca(
                LICAO,
                "}\n",
                "}\n// ANCHOR: escuta\nfn x() {}\n// ANCHOR_END: escuta\n",
            )],
            &["crates/servidor/src/main.rs:8: a âncora escuta já existe"],
        ),
    ]);
}

#[test]
fn codigo_colado() {
    acusa(&[
        (
            &[Troca(
                FALHAS,
                "## Igual",
                "```rust\nfn main() {}\n```\n\n## Igual",
            )],
            &["docs/src/falhas.md:6: Rust colado: inclua o arquivo"],
        ),
        (
            &[Troca(
                PAGINA,
                "{{#include ../../crates/servidor/src/main.rs:escuta}}",
                "use std::io;\n{{#include ../../crates/servidor/src/main.rs:escuta}}",
            )],
            &["docs/src/servidor.md:37: Rust colado: inclua o arquivo"],
        ),
    ]);
}

#[test]
fn telas_coladas() {
    for linha in [
        "Aguardando cliente...",
        "Recebemos:  b'outra coisa'",
        "Erro: qualquer um",
        "Aviso: nenhuma resposta",
    ] {
        let texto =
            format!("# Falhas\n\n- uma lista\n\n  ```text\n  antes\n  {linha}\n  ```\n").leak();
        let problema =
            format!("docs/src/falhas.md:5: tela colada ({linha:?}): inclua a de uma sessão");
        assert_eq!(livro(&[Escreve(FALHAS, texto)]), [problema]);
    }
}

#[test]
fn links() {
    acusa(&[
        (
            &[Troca(
                FALHAS,
                "servidor.md#deu-errado",
                "servidor.md#deu-certo",
            )],
            &[
                "docs/src/falhas.md:10: o link servidor.md#deu-certo leva a um título que docs/src/servidor.md não tem",
            ],
        ),
        (
            &[Troca(FALHAS, "#igual-1", "#igual-2")],
            &[
                "docs/src/falhas.md:10: o link #igual-2 leva a um título que docs/src/falhas.md não tem",
            ],
        ),
        (
            &[Troca(FALHAS, "servidor.md#deu-errado", "cliente.md")],
            &[
                "docs/src/falhas.md:10: o link cliente.md leva a docs/src/cliente.md, que não existe",
            ],
        ),
        (
            &[Troca(FALHAS, "foto.png", "outra.png")],
            &["docs/src/falhas.md:12: o link outra.png leva a docs/src/outra.png, que não existe"],
        ),
        (
            &[Troca(FALHAS, "(foto.png)", "(https://x.org/foto.png)")],
            &[
                "docs/src/falhas.md:12: a imagem https://x.org/foto.png vem de fora: traga-a para o livro",
            ],
        ),
        (
            &[Troca(FALHAS, "(#igual-1)", "(../../tests/rede.rs)")],
            &[
                "docs/src/falhas.md:10: o link ../../tests/rede.rs sai do livro, que se lê sem o repositório: cite o arquivo como código",
            ],
        ),
        (
            &[Troca(
                FALHAS,
                "[aqui](#igual-1)",
                "[aqui][nada], <a href=\"ftp.md\">x</a>",
            )],
            &[
                "docs/src/falhas.md:10: o link [nada] não tem destino",
                "docs/src/falhas.md:10: o link ftp.md leva a docs/src/ftp.md, que não existe",
            ],
        ),
    ]);
}

#[test]
fn citacoes() {
    acusa(&[
        (
            &[Troca(FALHAS, "rede.rs::sobrevive", "rede.rs::sobreviveu")],
            &["docs/src/falhas.md:3: cita sobreviveu, que tests/rede.rs não tem"],
        ),
        (
            &[Troca(FALHAS, "tests/rede.rs::", "tests/redes.rs::")],
            &["docs/src/falhas.md:3: cita tests/redes.rs, que não existe"],
        ),
        (
            &[Troca(FALHAS, "crates/servidor/", "crates/servidores/")],
            &["docs/src/falhas.md:3: cita crates/servidores/src/main.rs, que não existe"],
        ),
    ]);
}

#[test]
fn sumario() {
    const SUMARIO: &str = "docs/src/SUMMARY.md";
    acusa(&[
        (
            &[Escreve("docs/src/sobra.md", "# Sobra\n")],
            &["docs/src/sobra.md:1: não está no sumário"],
        ),
        (
            &[Troca(
                SUMARIO,
                "- [Falhas]",
                "- [Outra](outra.md)\n- [Falhas]",
            )],
            &["docs/src/SUMMARY.md:4: outra.md não existe"],
        ),
        (
            &[Troca(
                SUMARIO,
                "- [Falhas]",
                "- [De novo](servidor.md)\n- [Falhas]",
            )],
            &["docs/src/SUMMARY.md:4: servidor.md já está no sumário"],
        ),
    ]);
}

#[test]
fn licoes() {
    acusa(&[
        (
            &[Escreve(
                "crates/cliente/src/main.rs",
                "//! Um cliente. Listagem 7.4.\nfn main() {}\n",
            )],
            &["crates/cliente/src/main.rs: a lição não é mostrada inteira em página nenhuma"],
        ),
        (
            &[Troca(
                FALHAS,
                "## Igual",
                "```rust\n{{#include ../../crates/servidor/src/main.rs}}\n```\n\n## Igual",
            )],
            &[
                "crates/servidor/src/main.rs: a lição é mostrada inteira mais de uma vez: [\"falhas.md\", \"servidor.md\"]",
            ],
        ),
        (
            &[Troca(
                FALHAS,
                "# Falhas\n",
                "# Falhas\n\n**Objetivo:** nenhum.\n",
            )],
            &["docs/src/falhas.md:1: parece a página de uma lição, e não mostra programa nenhum"],
        ),
        (
            &[Troca(PAGINA, "## Deu errado?", "### Deu errado?")],
            &["docs/src/servidor.md:1: a parte 9 devia ser \"Deu errado?\""],
        ),
        (
            &[Troca(PAGINA, "**Tempo:**", "Tempo:")],
            &[
                "docs/src/servidor.md:1: falta a linha **Objetivo:** … · **Tempo:** cerca de N minutos.",
            ],
        ),
        (
            &[
                Troca(
                    PAGINA,
                    "## Experimente\n\n## Exercícios\n\n",
                    "## Exercícios\n\n## Experimente\n\n",
                ),
                Troca(FALHAS, "experi%6dente", "exercícios"),
            ],
            &["docs/src/servidor.md:47: a parte 7 devia ser \"Experimente\""],
        ),
        (
            &[Troca(
                PAGINA,
                "## Deu errado?\n",
                "## Deu errado?\n\n## E agora?\n",
            )],
            &["docs/src/servidor.md:63: uma parte a mais"],
        ),
    ]);
}

#[test]
fn sessoes() {
    acusa(&[(
        &[Escreve(
            "tests/sessoes/03_nova/servidor.erro.txt",
            "Erro: novo\n",
        )],
        &["tests/sessoes/03_nova: a sessão não é mostrada em página nenhuma"],
    )]);
}

#[test]
fn comandos() {
    for (comando, qual) in [
        ("cargo run -p servidores", "não há pacote servidores"),
        ("cargo run -q -p cliente -- 1", "não há pacote cliente"),
        (
            "cargo run -p comum",
            "diga com --bin qual programa de crates/comum",
        ),
        (
            "cargo run -p solucoes",
            "diga com --bin qual programa de docs/solucoes",
        ),
        (
            "cargo run -p solucoes --bin outro",
            "docs/solucoes não tem o programa outro",
        ),
        ("cargo run --release servidor", "diga com -p qual programa"),
        ("cargo test --test redes", "não há teste redes"),
        ("cargo test -p comum --test rede", "não há teste rede"),
        ("just pares", "o justfile não tem a receita pares"),
    ] {
        let mostrado = comando.split(" -- ").next().unwrap_or_default();
        // Num bloco, com o que vier em volta, e no meio do texto.
        let bloco =
            format!("# Falhas\n\n```sh\nA=1 cargo run -p servidor; {comando}   # aqui\n```\n")
                .leak();
        let achados = livro(&[Escreve(FALHAS, bloco)]);
        assert_eq!(achados.len(), 1, "{comando}: {achados:?}");
        assert!(
            achados[0].starts_with(&format!("docs/src/falhas.md:4: `{mostrado}"))
                && achados[0].ends_with(&format!("`: {qual}")),
            "{achados:?}"
        );
        let texto = format!("# Falhas\n\nRode `{comando}`.\n").leak();
        let problema = format!("docs/src/falhas.md:3: `{comando}`: {qual}");
        assert_eq!(livro(&[Escreve(FALHAS, texto)]), [problema]);
    }
}

#[test]
fn solucoes() {
    acusa(&[(
        &[Escreve("docs/solucoes/src/bin/nova.rs", "fn main() {}\n")],
        &["docs/solucoes/src/bin/nova.rs: a solução não é mostrada em página nenhuma"],
    )]);
}

#[test]
fn diagramas() {
    acusa(&[
        (
            &[Escreve(
                "docs/src/diagramas/so.svg",
                "<svg class=\"diagrama\" viewBox=\"0 0 9 9\" role=\"img\" aria-labelledby=\"so\">\n<title id=\"so\">S</title>\n</svg>\n",
            )],
            &["docs/src/diagramas/so.svg: nenhuma página o inclui"],
        ),
        (
            &[Troca(
                PAGINA,
                "\n\n{{#include diagramas/par.svg}}",
                "\nAssim: {{#include diagramas/par.svg}}",
            )],
            &[
                "docs/src/diagramas/par.svg: docs/src/servidor.md:28 o inclui sem uma linha em branco antes e outra depois",
            ],
        ),
        (
            &[Troca(PAR, "<defs>", "\n<defs>")],
            &[
                "docs/src/diagramas/par.svg: tem uma linha em branco, e o Markdown o partiria em dois",
            ],
        ),
        (
            &[Troca(PAR, "par-titulo\">\n", "par-titulo\">")],
            &[
                "docs/src/diagramas/par.svg: a primeira linha não é só <svg …>, e o Markdown a leria como um parágrafo",
            ],
        ),
        (
            &[Troca(
                PAR,
                "<svg class",
                "<?xml version=\"1.0\"?>\n<desc/><svg class",
            )],
            &["docs/src/diagramas/par.svg: não começa com <svg …>"],
        ),
        (
            &[Troca(PAR, " role=\"img\"", "")],
            &["docs/src/diagramas/par.svg: falta class=\"diagrama\" ou role=\"img\""],
        ),
        (
            &[Troca(PAR, "0 0 420 90", "0 0 800 90")],
            &["docs/src/diagramas/par.svg: é largo demais para um celular: o viewBox passa de 440"],
        ),
        (
            &[Troca(
                PAR,
                "<title id=\"par-titulo\">Um par conversa.</title>\n",
                "",
            )],
            &["docs/src/diagramas/par.svg: não tem <title>"],
        ),
        (
            &[Troca(PAR, "Um par conversa.", " ")],
            &["docs/src/diagramas/par.svg: não tem <title>"],
        ),
        (
            &[Troca(
                PAR,
                "<title id=\"par-titulo\">",
                "<title id=\"par-outro\">",
            )],
            &["docs/src/diagramas/par.svg: o aria-labelledby não é o id do <title>"],
        ),
        (
            &[Troca(PAR, "marker id=\"par-ponta\"", "marker id=\"ponta\"")],
            &[
                "docs/src/diagramas/par.svg: o id \"ponta\" não começa com \"par\": repetido na página de imprimir",
                "docs/src/diagramas/par.svg: pede \"#par-ponta\", que não está nele",
            ],
        ),
        (
            &[Troca(
                PAR,
                "<defs>",
                "<style>p { color: red }</style><defs>",
            )],
            &["docs/src/diagramas/par.svg: tem <style>: as cores são as das classes do livro"],
        ),
        (
            &[Troca(
                PAR,
                "<defs>",
                "<image href=\"https://x.org/a.png\"/><defs>",
            )],
            &["docs/src/diagramas/par.svg: pede \"https://x.org/a.png\", que não está nele"],
        ),
        (
            &[Troca(PAR, "</svg>", "")],
            &["docs/src/diagramas/par.svg: não fecha o </svg>"],
        ),
    ]);
}

#[test]
fn recursos_de_fora() {
    acusa(&[
        (
            &[Troca(
                FALHAS,
                "## Igual",
                "<img src=\"https://x.org/a.png\">\n\n## Igual",
            )],
            &["docs/src/falhas.md:6: pede https://x.org/a.png a outra máquina"],
        ),
        (
            &[Troca(
                FALHAS,
                "## Igual",
                "<p style=\"background: url('//x.org/a.png')\">x</p>\n\n## Igual",
            )],
            &["docs/src/falhas.md:6: pede //x.org/a.png a outra máquina"],
        ),
        (
            &[Troca(
                "docs/tema/livro.css",
                "url(data:x)",
                "url(https://x.org/f)",
            )],
            &["docs/tema/livro.css: pede https://x.org/f a outra máquina"],
        ),
        (
            &[Troca(
                "docs/tema/index.hbs",
                "<a ",
                "<script src=\"https://x.org/m.js\"></script><a ",
            )],
            &["docs/tema/index.hbs: pede https://x.org/m.js a outra máquina"],
        ),
        (
            &[Troca(
                "docs/tema/livro.js",
                "// Nada.",
                "fetch('https://x.org')",
            )],
            &["docs/tema/livro.js: fala com outra máquina"],
        ),
    ]);
}

#[test]
fn interface_e_versao() {
    acusa(&[
        (
            &[Troca(
                "docs/tema/index.hbs",
                "Próximo capítulo",
                "Next chapter",
            )],
            &["docs/tema/index.hbs: em inglês: \"Next chapter\""],
        ),
        (
            &[Troca("justfile", "0.5.4", "0.6.0")],
            &["docs/tema/index.hbs: não é o do mdBook 0.6.0, que o justfile instala"],
        ),
        (
            &[Troca("justfile", "versao_do_mdbook", "versao")],
            &["justfile: não diz a versão do mdbook"],
        ),
    ]);
}
