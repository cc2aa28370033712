//! O que se exige do livro. Cada guarda olha um repositório e devolve os problemas, um por linha, com o
//! lugar de cada um; uma lista vazia é um livro inteiro. O que só se vê no livro montado está em `montado`.

use std::collections::BTreeSet;

use crate::html::{de_fora, marcas};
use crate::mapa::{da_listagem_a_pagina, nenhuma_chamada_sem_ser_dita, o_rust_em_ordem};
use crate::repositorio::{Livro, PAGINAS, resolve};

/// Os problemas de um livro, de todas as guardas.
pub fn problemas(livro: &Livro) -> Vec<String> {
    [
        inclusoes,
        colados,
        links,
        citacoes,
        comandos,
        esquecidos,
        ancoras_sem_uso,
        partes_da_licao,
        diagramas,
        da_listagem_a_pagina,
        o_rust_em_ordem,
        nenhuma_chamada_sem_ser_dita,
        comentarios_estreitos,
    ]
    .iter()
    .flat_map(|guarda| guarda(livro))
    .collect()
}

/// Todo arquivo incluído existe, e toda âncora pedida abre, fecha e tem alguma coisa dentro.
fn inclusoes(livro: &Livro) -> Vec<String> {
    let mut achados = Vec::new();
    for (pagina, inclusao) in livro.inclusoes() {
        let caminho = &inclusao.caminho;
        let qual = if inclusao.tipo != "include" {
            format!("use include, e não {}", inclusao.tipo)
        } else if !livro.arquivos.contains_key(caminho) {
            format!("inclui {caminho}, que não existe")
        } else if let Some(ancora) = &inclusao.ancora
            && trecho(livro.texto(caminho), ancora).is_none_or(|t| t.trim().is_empty())
        {
            format!("inclui a âncora {ancora}, que {caminho} não tem, não fecha ou deixa vazia")
        } else {
            continue;
        };
        achados.push(pagina.problema(inclusao.linha, &qual));
    }
    achados
}

/// O que há entre `// ANCHOR: nome` e `// ANCHOR_END: nome`, sem as marcas de outras âncoras.
fn trecho(texto: &str, nome: &str) -> Option<String> {
    let onde = |marca: String| texto.lines().position(|l| l.trim().ends_with(&marca));
    let abre = onde(format!(" ANCHOR: {nome}"))?;
    let fecha = onde(format!(" ANCHOR_END: {nome}"))?;
    let dentro = texto.lines().take(fecha).skip(abre + 1);
    Some(dentro.filter(|l| !l.contains("ANCHOR")).collect())
}

/// Toda âncora do código é pedida por uma página.
fn ancoras_sem_uso(livro: &Livro) -> Vec<String> {
    let mut achados = Vec::new();
    for arquivo in ["crates/", "docs/solucoes/"]
        .iter()
        .flat_map(|p| livro.caminhos(p, ""))
    {
        for nome in livro
            .texto(arquivo)
            .lines()
            .filter_map(|l| l.split_once(" ANCHOR: "))
        {
            let pedida = livro
                .inclusoes()
                .any(|(_, i)| i.caminho == arquivo && i.ancora.as_deref() == Some(nome.1.trim()));
            if !pedida {
                achados.push(format!("{arquivo}: a âncora {} não é usada", nome.1));
            }
        }
    }
    achados
}

/// Um comentário de uma lição ou de uma solução cabe em 80 colunas: num celular, ninguém a rola para o lado por causa dele.
fn comentarios_estreitos(livro: &Livro) -> Vec<String> {
    let mut achados = Vec::new();
    for arquivo in livro
        .licoes()
        .chain(livro.caminhos("docs/solucoes/src/", ".rs"))
    {
        let linhas = (1..).zip(livro.texto(arquivo).lines());
        let comentarios = linhas.filter(|(_, linha)| {
            // As marcas, o livro não mostra.
            let marca = linha.contains(" ANCHOR: ") || linha.contains(" ANCHOR_END: ");
            !marca && (linha.trim_start().starts_with("//") || linha.contains("; // "))
        });
        for (n, _) in comentarios.filter(|(_, linha)| linha.chars().count() > 80) {
            achados.push(format!("{arquivo}:{n}: o comentário passa de 80 colunas"));
        }
    }
    achados
}

/// Um bloco de Rust só inclui o código de verdade, e uma tela é sempre a de uma sessão: nenhum bloco de
/// texto repete uma linha delas nem começa como elas (`Recebemos:  `, `Sua mensagem: `, `Erro: `).
fn colados(livro: &Livro) -> Vec<String> {
    let das_telas: BTreeSet<&str> = livro
        .caminhos("tests/sessoes/", ".txt")
        .flat_map(|tela| livro.texto(tela).lines())
        // Linhas mais curtas aparecem em qualquer texto.
        .filter(|linha| linha.trim().chars().count() >= 10)
        .collect();
    let comecos: BTreeSet<&str> = das_telas
        .iter()
        .filter_map(|linha| Some(&linha[..linha.find(": ")? + 2]))
        .chain(["Erro: ", "Aviso: "])
        .collect();
    let inclui = |linha: &str| linha.trim().starts_with("{{#") || linha.trim().is_empty();
    let de_tela = |linha: &str| {
        das_telas.contains(linha) || comecos.iter().any(|comeco| linha.starts_with(comeco))
    };
    let mut achados = Vec::new();
    for pagina in &livro.paginas {
        for bloco in &pagina.blocos {
            let mut linhas = bloco.texto.lines();
            let colada = match bloco.linguagem.as_str() {
                "rust" | "rs" => linhas.find(|linha| !inclui(linha)),
                "" | "text" | "txt" | "console" => linhas.find(|linha| de_tela(linha)),
                _ => None,
            };
            if let Some(linha) = colada {
                let qual = format!("{linha:?} foi colada: inclua o arquivo, ou a tela da sessão");
                achados.push(pagina.problema(bloco.linha, &qual));
            }
        }
    }
    achados
}

/// Todo link leva a uma página (e a um título dela) ou a um arquivo que está com as páginas: o livro se lê
/// sem o repositório.
fn links(livro: &Livro) -> Vec<String> {
    let mut achados = Vec::new();
    for pagina in &livro.paginas {
        for (linha, destino) in pagina.links.iter().filter(|(_, destino)| !de_fora(destino)) {
            let (arquivo, id) = destino.split_once('#').unwrap_or((destino, ""));
            let arquivo = match arquivo {
                "" => pagina.caminho.clone(),
                _ => resolve(&pagina.caminho, arquivo),
            };
            let titulos = livro.paginas.iter().find(|p| p.caminho == arquivo);
            let tem_o_titulo = id.is_empty() || titulos.is_some_and(|p| p.ids.contains(id));
            let existe = arquivo.starts_with(PAGINAS) && livro.arquivos.contains_key(&arquivo);
            if !existe || !tem_o_titulo {
                let qual = format!("o link {destino} não leva a lugar nenhum do livro");
                achados.push(pagina.problema(*linha, &qual));
            }
        }
    }
    achados
}

/// Um arquivo do repositório citado como código existe; `tests/ftp.rs::nome` é uma função dele.
fn citacoes(livro: &Livro) -> Vec<String> {
    let mut achados = Vec::new();
    for pagina in &livro.paginas {
        for (linha, codigo) in &pagina.codigos {
            let (caminho, funcao) = codigo.split_once("::").unwrap_or((codigo, ""));
            let do_repositorio = ["crates/", "docs/", "tests/"]
                .iter()
                .any(|p| caminho.starts_with(p))
                && !caminho.contains([' ', '*', '{', '<'])
                && !caminho.split(['/', '.']).any(e_lacuna);
            let pasta = format!("{}/", caminho.trim_end_matches('/'));
            let existe = (livro.arquivos.contains_key(caminho)
                || livro.caminhos(&pasta, "").next().is_some())
                && (funcao.is_empty() || livro.texto(caminho).contains(&format!("fn {funcao}(")));
            if do_repositorio && !existe {
                achados.push(pagina.problema(*linha, &format!("cita {codigo}, que não existe")));
            }
        }
    }
    achados
}

/// Uma palavra que o leitor troca pela sua: `NOME`, `LICAO`, `…`.
fn e_lacuna(palavra: &str) -> bool {
    palavra == "…" || !palavra.is_empty() && palavra.chars().all(|c| c.is_uppercase() || c == '_')
}

/// Todo comando que se manda digitar existe: o pacote, o programa, o teste, a receita.
fn comandos(livro: &Livro) -> Vec<String> {
    let mut achados = Vec::new();
    for pagina in &livro.paginas {
        let blocos = pagina.blocos.iter();
        let nos_blocos = blocos
            .filter(|b| {
                matches!(
                    b.linguagem.as_str(),
                    "sh" | "bash" | "console" | "powershell"
                )
            })
            .flat_map(|bloco| (bloco.linha + 1..).zip(bloco.texto.lines()));
        let no_texto = pagina
            .codigos
            .iter()
            .map(|(linha, codigo)| (*linha, codigo.as_str()));
        for (linha, texto) in nos_blocos.chain(no_texto) {
            for comando in texto.split([';', '|', '&']) {
                if let Some(qual) = problema_do_comando(livro, comando) {
                    achados.push(pagina.problema(linha, &format!("{}: {qual}", comando.trim())));
                }
            }
        }
    }
    achados
}

fn problema_do_comando(livro: &Livro, comando: &str) -> Option<String> {
    let palavras: Vec<&str> = comando
        .split_whitespace()
        .skip_while(|palavra| *palavra == "$" || palavra.contains('='))
        .take_while(|palavra| !palavra.starts_with('#') && *palavra != "--")
        .collect();
    let valor = |opcao: &str| {
        let onde = palavras.iter().position(|palavra| *palavra == opcao)?;
        palavras.get(onde + 1)
    };
    if palavras.iter().any(|palavra| e_lacuna(palavra)) {
        return None;
    }
    let verbo = match palavras[..] {
        ["just", receita, ..] if !receita.starts_with('-') => {
            let tem = livro.texto("justfile").lines().any(|linha| {
                let depois = linha.strip_prefix(receita).unwrap_or_default();
                depois.starts_with([':', ' ']) && !depois.contains(":=")
            });
            return (!tem).then(|| format!("o justfile não tem a receita {receita}"));
        }
        ["cargo", verbo @ ("run" | "test" | "build"), _, ..] => verbo,
        _ => return None,
    };
    let pasta = match valor("-p") {
        Some(nome) => livro.caminhos("", "/Cargo.toml").find_map(|arquivo| {
            let e_este = livro
                .texto(arquivo)
                .contains(&format!("[package]\nname = \"{nome}\"\n"));
            e_este.then(|| arquivo.strip_suffix("/Cargo.toml"))?
        }),
        None if verbo == "run" => return Some("diga com -p qual programa".to_string()),
        None => Some("tests"),
    };
    let Some(pasta) = pasta else {
        return Some("não há esse pacote".to_string());
    };
    let alvo = match (valor("--test"), valor("--bin")) {
        (Some(teste), _) if pasta == "tests" => format!("tests/{teste}"),
        (Some(teste), _) => format!("{pasta}/tests/{teste}"),
        (_, Some(programa)) => format!("{pasta}/src/bin/{programa}"),
        _ if verbo == "run" => format!("{pasta}/src/main"),
        _ => return None,
    };
    let existe = [".rs", "/main.rs"]
        .iter()
        .any(|fim| livro.arquivos.contains_key(&format!("{alvo}{fim}")));
    (!existe).then(|| format!("não há {alvo}.rs"))
}

/// Nada fica de fora: toda página está no sumário; cada lição e cada solução é mostrada inteira; de cada
/// sessão que tem telas, pelo menos uma; e cada diagrama, de um jeito que o Markdown não estraga.
fn esquecidos(livro: &Livro) -> Vec<String> {
    let sumario = format!("{PAGINAS}/SUMMARY.md");
    let no_sumario: BTreeSet<String> = livro
        .paginas
        .iter()
        .filter(|pagina| pagina.caminho == sumario)
        .flat_map(|pagina| &pagina.links)
        .map(|(_, destino)| resolve(&sumario, destino))
        .collect();
    let sem_sumario = livro
        .caminhos(PAGINAS, ".md")
        .filter(|pagina| !pagina.ends_with("/404.md") && !pagina.ends_with("/SUMMARY.md"))
        .filter(|pagina| !no_sumario.contains(*pagina))
        .map(|pagina| format!("{pagina}: não está no sumário"));

    let sem_pagina = livro
        .licoes()
        .chain(livro.caminhos("docs/solucoes/src/", ".rs"))
        .filter(|programa| !livro.mostra(programa))
        .map(|programa| format!("{programa}: não é mostrado inteiro em página nenhuma"));

    let sessoes: BTreeSet<&str> = livro
        .caminhos("tests/sessoes/", ".txt")
        .filter_map(|tela| Some(tela.rsplit_once('/')?.0))
        .collect();
    let sem_tela = sessoes
        .into_iter()
        .filter(|sessao| {
            !livro
                .inclusoes()
                .any(|(_, i)| i.caminho.starts_with(&format!("{sessao}/")))
        })
        .map(|sessao| format!("{sessao}: a sessão não é mostrada em página nenhuma"));

    let diagramas = format!("{PAGINAS}/diagramas/");
    let sem_desenho = livro
        .caminhos(&diagramas, ".svg")
        .filter(|svg| {
            let nome = &svg[PAGINAS.len() + 1..];
            let inclusao = format!("\n\n{{{{#include {nome}}}}}\n\n");
            !livro
                .paginas
                .iter()
                .any(|pagina| pagina.texto.contains(&inclusao))
        })
        .map(|svg| format!("{svg}: nenhuma página o inclui, entre linhas em branco"));

    sem_sumario
        .chain(sem_pagina)
        .chain(sem_tela)
        .chain(sem_desenho)
        .collect()
}

/// As partes da página de uma lição, sempre nesta ordem. Quem vai além do capítulo não tem original de que
/// diferir.
const PARTES: [&str; 9] = [
    "Rode",
    "O que cada terminal mostra",
    "Quem fala com quem",
    "O código",
    "Python e Rust, lado a lado",
    "O que difere do original",
    "Experimente",
    "Exercícios",
    "Deu errado?",
];

/// A página de uma lição é igual às outras; e uma que se apresenta como elas é de uma lição.
fn partes_da_licao(livro: &Livro) -> Vec<String> {
    let mut achados = Vec::new();
    for pagina in &livro.paginas {
        let mostra = livro
            .caminhos("crates/", "/src/main.rs")
            .any(|programa| pagina.mostra(programa));
        let de_licao = livro.licoes().any(|licao| pagina.mostra(licao));
        let mut partes = PARTES;
        if livro
            .licoes()
            .any(|l| livro.vai_alem(l) && pagina.mostra(l))
        {
            partes[5] = "O que o capítulo diz";
        }
        let mut linhas = pagina.texto.lines();
        let objetivo = linhas.find(|linha| linha.starts_with("**Objetivo:**"));
        if objetivo.is_some() && !mostra {
            achados.push(pagina.problema(1, "parece de uma lição, e não mostra programa nenhum"));
        } else if de_licao && !objetivo.is_some_and(|o| o.contains("· **Tempo:** cerca de ")) {
            achados.push(pagina.problema(1, "falta **Objetivo:** … · **Tempo:** cerca de …"));
        } else if de_licao && pagina.partes != partes {
            let iguais = pagina
                .partes
                .iter()
                .zip(partes)
                .take_while(|(tem, deve)| tem == deve)
                .count();
            let qual = match partes.get(iguais) {
                Some(parte) => format!("a parte {} devia ser {parte:?}", iguais + 1),
                None => "tem uma parte a mais".to_string(),
            };
            achados.push(pagina.problema(1, &qual));
        }
    }
    achados
}

/// Os diagramas são legíveis por quem não os vê e num celular, e escritos de um jeito que o Markdown não
/// estraga.
fn diagramas(livro: &Livro) -> Vec<String> {
    let mut achados = Vec::new();
    for arquivo in livro.caminhos(&format!("{PAGINAS}/diagramas/"), ".svg") {
        let texto = livro.texto(arquivo).trim_end();
        let marcas = marcas(texto);
        let marca = |nome: &str| marcas.iter().find(|marca| marca.nome == nome);
        let de_raiz = |atributo: &str| marca("svg").and_then(|svg| svg.atributo(atributo));
        let mut exige = |certo: bool, qual: &str| {
            if !certo {
                achados.push(format!("{arquivo}: {qual}"));
            }
        };

        let primeira = texto.lines().next().unwrap_or_default();
        exige(
            primeira.starts_with("<svg ") && primeira.find('>') == Some(primeira.len() - 1),
            "a primeira linha não é só <svg …>, e o Markdown a leria como um parágrafo",
        );
        exige(
            texto.lines().all(|linha| !linha.trim().is_empty()),
            "tem uma linha em branco, e o Markdown o partiria em dois",
        );
        exige(texto.ends_with("</svg>"), "não termina com </svg>");
        exige(
            de_raiz("class") == Some("diagrama") && de_raiz("role") == Some("img"),
            "falta class=\"diagrama\" ou role=\"img\"",
        );
        let largura =
            de_raiz("viewbox").and_then(|caixa| caixa.split(' ').nth(2)?.parse::<f32>().ok());
        exige(
            largura.is_some_and(|largura| largura <= 440.0),
            "é largo demais para um celular: o viewBox passa de 440",
        );
        exige(
            marca("title").is_some_and(|titulo| {
                !titulo.texto.trim().is_empty()
                    && titulo.atributo("id") == de_raiz("aria-labelledby")
            }),
            "não tem um <title> com o id do aria-labelledby",
        );
        let nome = arquivo
            .rsplit('/')
            .next()
            .unwrap_or_default()
            .trim_end_matches(".svg");
        exige(
            marcas
                .iter()
                .filter_map(|m| m.atributo("id"))
                .all(|id| id.replace('-', "_").starts_with(nome)),
            "tem um id que não começa com o nome dele: repetido na página de imprimir",
        );
    }
    achados
}
