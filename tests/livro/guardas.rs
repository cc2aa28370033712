//! O que se exige do livro. Cada guarda olha um repositório e devolve os problemas, um por linha, com o
//! lugar de cada um; uma lista vazia é um livro inteiro.

use std::collections::{BTreeMap, BTreeSet};

use pulldown_cmark::HeadingLevel;

use crate::html::{Pedaco, de_fora, em_ingles, marcas, pedacos, recursos, urls};
use crate::repositorio::{Bloco, PAGINAS, Pagina, Repositorio, resolve};

/// Os problemas de um livro, de todas as guardas.
pub fn problemas(livro: &Repositorio) -> Vec<String> {
    [
        inclusoes,
        ancoras,
        codigo_colado,
        telas_coladas,
        links,
        citacoes,
        sumario,
        licoes,
        sessoes,
        comandos,
        solucoes,
        diagramas,
        recursos_de_fora,
        interface,
        versao_do_mdbook,
    ]
    .iter()
    .flat_map(|guarda| guarda(livro))
    .collect()
}

/// Todo arquivo incluído existe, e toda âncora pedida também.
fn inclusoes(livro: &Repositorio) -> Vec<String> {
    let mut achados = Vec::new();
    for pagina in &livro.paginas {
        for inclusao in &pagina.inclusoes {
            let caminho = &inclusao.caminho;
            let mut problema = |qual: String| achados.push(pagina.problema(inclusao.linha, &qual));
            if inclusao.tipo != "include" {
                problema(format!("use include, e não {}", inclusao.tipo));
            } else if !livro.e_arquivo(caminho) {
                problema(format!("inclui {caminho}, que não existe"));
            } else if let Some(ancora) = &inclusao.ancora {
                let so_numeros = ancora.chars().all(|c| c.is_ascii_digit() || c == ':');
                let achadas = ancoras_de(&livro.texto(caminho));
                if so_numeros {
                    problema(format!(
                        "inclui linhas de {caminho} pelo número: use uma âncora"
                    ));
                } else if !achadas.iter().any(|a| a.abre && a.nome == *ancora) {
                    problema(format!("inclui a âncora {ancora}, que {caminho} não tem"));
                }
            }
        }
    }
    achados
}

/// `// ANCHOR: nome` ou `// ANCHOR_END: nome`.
struct Ancora {
    linha: usize,
    abre: bool,
    nome: String,
}

fn ancoras_de(texto: &str) -> Vec<Ancora> {
    let mut achadas = Vec::new();
    for (linha, conteudo) in texto.lines().enumerate() {
        for (marca, abre) in [("ANCHOR:", true), ("ANCHOR_END:", false)] {
            if let Some((_, depois)) = conteudo.split_once(marca) {
                let nome = depois
                    .trim_start()
                    .split(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-')))
                    .next()
                    .unwrap_or_default();
                achadas.push(Ancora {
                    linha: linha + 1,
                    abre,
                    nome: nome.to_string(),
                });
            }
        }
    }
    achadas
}

/// Toda âncora do código abre uma vez, fecha depois, tem alguma coisa dentro e é pedida por uma página.
fn ancoras(livro: &Repositorio) -> Vec<String> {
    let pedidas: BTreeSet<(&str, &str)> = livro
        .paginas
        .iter()
        .flat_map(|pagina| &pagina.inclusoes)
        .filter_map(|i| Some((i.caminho.as_str(), i.ancora.as_deref()?)))
        .collect();
    let mut arquivos: BTreeSet<String> = pedidas
        .iter()
        .map(|(onde, _)| (*onde).to_string())
        .collect();
    for pasta in ["crates", "docs/solucoes"] {
        arquivos.extend(livro.arquivos(pasta, "rs"));
        arquivos.extend(livro.arquivos(pasta, "toml"));
    }
    let mut achados = Vec::new();
    for arquivo in arquivos {
        let marcas = ancoras_de(&livro.texto(&arquivo));
        let mut abertas: BTreeMap<&str, &Ancora> = BTreeMap::new();
        let mut ja_vistas = BTreeSet::new();
        for ancora in &marcas {
            let nome = ancora.nome.as_str();
            let mut problema = |qual: &str| {
                achados.push(format!(
                    "{arquivo}:{}: a âncora {nome} {qual}",
                    ancora.linha
                ));
            };
            if ancora.abre {
                if !ja_vistas.insert(nome) {
                    problema("já existe");
                }
                if !pedidas.contains(&(arquivo.as_str(), nome)) {
                    problema("não é incluída em página nenhuma");
                }
                abertas.insert(nome, ancora);
            } else if let Some(abertura) = abertas.remove(nome) {
                let dentro = marcas
                    .iter()
                    .filter(|m| (abertura.linha + 1..ancora.linha).contains(&m.linha))
                    .count();
                if ancora.linha - abertura.linha - 1 == dentro {
                    problema("está vazia");
                }
            } else {
                problema("fecha sem abrir");
            }
        }
        for (nome, ancora) in abertas {
            achados.push(format!(
                "{arquivo}:{}: a âncora {nome} não fecha",
                ancora.linha
            ));
        }
    }
    achados
}

/// Um bloco de Rust é sempre o código de verdade: só inclusões.
fn codigo_colado(livro: &Repositorio) -> Vec<String> {
    blocos(livro)
        .filter(|(_, bloco)| matches!(bloco.linguagem(), "rust" | "rs") && !bloco.so_inclui())
        .map(|(pagina, bloco)| pagina.problema(bloco.linha, "Rust colado: inclua o arquivo"))
        .collect()
}

fn blocos(livro: &Repositorio) -> impl Iterator<Item = (&Pagina, &Bloco)> {
    livro
        .paginas
        .iter()
        .flat_map(|pagina| pagina.blocos.iter().map(move |bloco| (pagina, bloco)))
}

/// Uma tela é sempre a de uma sessão: nenhum bloco de texto repete uma linha delas nem começa uma linha
/// como elas começam as suas (`Recebemos:  `, `Sua mensagem: `, `Erro: `).
fn telas_coladas(livro: &Repositorio) -> Vec<String> {
    // Linhas mais curtas aparecem em qualquer texto.
    const TIPICA: usize = 10;
    let telas: Vec<String> = livro
        .arquivos("tests/sessoes", "txt")
        .iter()
        .map(|tela| livro.texto(tela))
        .collect();
    let linhas: BTreeSet<&str> = telas
        .iter()
        .flat_map(|tela| tela.lines())
        .filter(|linha| linha.trim().chars().count() >= TIPICA)
        .collect();
    let prompts: BTreeSet<&str> = linhas
        .iter()
        .filter_map(|linha| Some(&linha[..=linha.find(": ")? + 1]))
        .chain(["Erro: ", "Aviso: "])
        .collect();
    let de_tela = |linha: &str| {
        linhas.contains(linha) || prompts.iter().any(|prompt| linha.starts_with(prompt))
    };
    let mut achados = Vec::new();
    for (pagina, bloco) in blocos(livro) {
        if matches!(bloco.linguagem(), "" | "text" | "txt" | "console")
            && let Some(linha) = bloco.texto.lines().find(|linha| de_tela(linha))
        {
            let qual = format!("tela colada ({linha:?}): inclua a de uma sessão");
            achados.push(pagina.problema(bloco.linha, &qual));
        }
    }
    achados
}

/// Todo link leva a uma página (e a um título dela) ou a um arquivo que está com as páginas.
fn links(livro: &Repositorio) -> Vec<String> {
    let ids: BTreeMap<String, &BTreeSet<String>> = livro
        .paginas
        .iter()
        .map(|pagina| (pagina.caminho(), &pagina.ids))
        .collect();
    let mut achados = Vec::new();
    for pagina in &livro.paginas {
        for link in &pagina.links {
            let destino = &link.destino;
            let mut problema = |qual: String| achados.push(pagina.problema(link.linha, &qual));
            if link.sem_destino {
                problema(format!("o link [{destino}] não tem destino"));
                continue;
            }
            if de_fora(destino) {
                if link.imagem {
                    problema(format!(
                        "a imagem {destino} vem de fora: traga-a para o livro"
                    ));
                }
                continue;
            }
            let (caminho, alvo) = destino.split_once('#').unwrap_or((destino, ""));
            let arquivo = match caminho {
                "" => Some(pagina.caminho()),
                _ => resolve(&pagina.nome, &sem_porcentos(caminho)),
            };
            let Some(arquivo) = arquivo.filter(|a| a.starts_with(&format!("{PAGINAS}/"))) else {
                problema(format!(
                    "o link {destino} sai do livro, que se lê sem o repositório: cite o arquivo como código"
                ));
                continue;
            };
            if !livro.e_arquivo(&arquivo) {
                problema(format!("o link {destino} leva a {arquivo}, que não existe"));
            } else if let (Some(ids), false) = (ids.get(&arquivo), alvo.is_empty())
                && !ids.contains(&sem_porcentos(alvo))
            {
                problema(format!(
                    "o link {destino} leva a um título que {arquivo} não tem"
                ));
            }
        }
    }
    achados
}

/// `exerc%C3%ADcios` é `exercícios`.
pub fn sem_porcentos(texto: &str) -> String {
    let mut bytes = Vec::new();
    let mut resto = texto.as_bytes();
    while let [primeiro, depois @ ..] = resto {
        let hexa = depois
            .get(..2)
            .and_then(|dois| u8::from_str_radix(str::from_utf8(dois).ok()?, 16).ok());
        match (primeiro, hexa) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                resto = &depois[2..];
            }
            _ => {
                bytes.push(*primeiro);
                resto = depois;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Um arquivo do repositório citado como código existe; `tests/ftp.rs::nome` é uma função dele.
fn citacoes(livro: &Repositorio) -> Vec<String> {
    let mut achados = Vec::new();
    for pagina in &livro.paginas {
        for (linha, codigo) in &pagina.codigos {
            let (caminho, funcao) = codigo.split_once("::").unwrap_or((codigo, ""));
            let e_caminho = ["crates/", "docs/", "tests/"]
                .iter()
                .any(|pasta| caminho.starts_with(pasta))
                && caminho
                    .chars()
                    .all(|c| c.is_alphanumeric() || matches!(c, '/' | '.' | '_' | '-'))
                && !caminho.split(['/', '.']).any(e_lacuna);
            if !e_caminho {
                continue;
            }
            if !livro.existe(caminho) {
                achados.push(pagina.problema(*linha, &format!("cita {caminho}, que não existe")));
            } else if !funcao.is_empty() && !livro.texto(caminho).contains(&format!("fn {funcao}("))
            {
                achados.push(
                    pagina.problema(*linha, &format!("cita {funcao}, que {caminho} não tem")),
                );
            }
        }
    }
    achados
}

/// Uma palavra que o leitor troca pela sua: `NOME`, `LICAO`, `…`.
fn e_lacuna(palavra: &str) -> bool {
    palavra == "…" || !palavra.is_empty() && palavra.chars().all(|c| c.is_uppercase() || c == '_')
}

/// O sumário leva a todas as páginas, uma vez a cada uma, e a nada mais. A 404 não é de ninguém.
fn sumario(livro: &Repositorio) -> Vec<String> {
    let mut achados = Vec::new();
    let mut no_sumario = BTreeSet::new();
    for link in &livro.sumario.links {
        let Some(pagina) = livro.paginas.iter().find(|p| p.nome == link.destino) else {
            let qual = format!("{} não existe", link.destino);
            achados.push(livro.sumario.problema(link.linha, &qual));
            continue;
        };
        if !no_sumario.insert(&pagina.nome) {
            let qual = format!("{} já está no sumário", link.destino);
            achados.push(livro.sumario.problema(link.linha, &qual));
        }
    }
    for pagina in &livro.paginas {
        if pagina.nome != "404.md" && !no_sumario.contains(&pagina.nome) {
            achados.push(pagina.problema(1, "não está no sumário"));
        }
    }
    achados
}

/// As partes da página de uma lição, sempre nesta ordem.
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

/// Cada lição tem uma página, que mostra o programa inteiro; e a página de uma lição é igual às outras.
fn licoes(livro: &Repositorio) -> Vec<String> {
    let mut achados = Vec::new();
    let mut paginas_de_licao = BTreeSet::new();
    for licao in livro.licoes() {
        let fonte = format!("crates/{licao}/src/main.rs");
        let vezes: Vec<&str> = livro
            .paginas
            .iter()
            .flat_map(|p| {
                p.inteiros()
                    .filter(|i| **i == fonte)
                    .map(|_| p.nome.as_str())
            })
            .collect();
        match vezes[..] {
            [] => achados.push(format!(
                "{fonte}: a lição não é mostrada inteira em página nenhuma"
            )),
            [pagina] => {
                paginas_de_licao.insert(pagina);
            }
            _ => achados.push(format!(
                "{fonte}: a lição é mostrada inteira mais de uma vez: {vezes:?}"
            )),
        }
    }
    for pagina in &livro.paginas {
        let e_de_licao = paginas_de_licao.contains(pagina.nome.as_str());
        let programa = pagina
            .inteiros()
            .any(|i| i.starts_with("crates/") && i.ends_with("/src/main.rs"));
        let objetivo = pagina
            .texto
            .lines()
            .find(|linha| linha.starts_with("**Objetivo:**"));
        if objetivo.is_some() && !programa {
            achados.push(pagina.problema(
                1,
                "parece a página de uma lição, e não mostra programa nenhum",
            ));
        }
        if !e_de_licao {
            continue;
        }
        if !objetivo.is_some_and(|linha| linha.contains("· **Tempo:** cerca de ")) {
            achados.push(pagina.problema(
                1,
                "falta a linha **Objetivo:** … · **Tempo:** cerca de N minutos.",
            ));
        }
        let partes: Vec<_> = pagina
            .titulos
            .iter()
            .filter(|titulo| titulo.nivel == HeadingLevel::H2)
            .collect();
        let fora = (0..partes.len().max(PARTES.len())).find(|n| {
            partes.get(*n).map(|titulo| titulo.texto.as_str()) != PARTES.get(*n).copied()
        });
        if let Some(n) = fora {
            let linha = partes.get(n).map_or(1, |titulo| titulo.linha);
            let qual = match PARTES.get(n) {
                Some(parte) => format!("a parte {} devia ser \"{parte}\"", n + 1),
                None => "uma parte a mais".to_string(),
            };
            achados.push(pagina.problema(linha, &qual));
        }
    }
    achados
}

/// Toda sessão que tem uma tela a mostrar é mostrada.
fn sessoes(livro: &Repositorio) -> Vec<String> {
    livro
        .pastas("tests/sessoes")
        .into_iter()
        .filter(|pasta| !livro.arquivos(pasta, "txt").is_empty())
        .filter(|pasta| {
            let tela = format!("{pasta}/");
            !livro
                .paginas
                .iter()
                .flat_map(|pagina| &pagina.inclusoes)
                .any(|inclusao| inclusao.caminho.starts_with(&tela))
        })
        .map(|pasta| format!("{pasta}: a sessão não é mostrada em página nenhuma"))
        .collect()
}

/// Todo comando que se manda digitar existe: o pacote, o programa, o teste, a receita.
fn comandos(livro: &Repositorio) -> Vec<String> {
    let receitas: BTreeSet<String> = livro
        .texto("justfile")
        .lines()
        .filter(|linha| {
            linha.starts_with(|c: char| c.is_ascii_lowercase()) && !linha.contains(":=")
        })
        .filter_map(|linha| {
            linha
                .split_once(':')?
                .0
                .split(' ')
                .next()
                .map(str::to_string)
        })
        .collect();
    let mut achados = Vec::new();
    for pagina in &livro.paginas {
        let nos_blocos = pagina
            .blocos
            .iter()
            .filter(|bloco| matches!(bloco.linguagem(), "sh" | "bash" | "console" | "powershell"))
            .flat_map(|bloco| (bloco.linha + 1..).zip(bloco.texto.lines()));
        let no_texto = pagina
            .codigos
            .iter()
            .map(|(linha, codigo)| (*linha, codigo.as_str()));
        for (linha, texto) in nos_blocos.chain(no_texto) {
            for comando in texto.split([';', '|', '&']) {
                if let Some(qual) = problema_do_comando(livro, &receitas, comando) {
                    achados.push(pagina.problema(linha, &format!("`{}`: {qual}", comando.trim())));
                }
            }
        }
    }
    achados
}

fn problema_do_comando(
    livro: &Repositorio,
    receitas: &BTreeSet<String>,
    comando: &str,
) -> Option<String> {
    let palavras: Vec<&str> = comando
        .split_whitespace()
        .skip_while(|palavra| *palavra == "$" || palavra.contains('='))
        .take_while(|palavra| !palavra.starts_with('#') && *palavra != "--")
        .collect();
    // O valor de uma opção; nenhum, se ela não está ali ou é o leitor que o escolhe.
    let valor = |opcoes: &[&str]| {
        let onde = palavras
            .iter()
            .position(|palavra| opcoes.contains(palavra))?;
        palavras
            .get(onde + 1)
            .copied()
            .filter(|palavra| !e_lacuna(palavra))
    };
    match palavras[..] {
        ["just", receita, ..] if !receita.starts_with('-') && !e_lacuna(receita) => {
            (!receitas.contains(receita)).then(|| format!("o justfile não tem a receita {receita}"))
        }
        ["cargo", "run", _, ..] if !palavras.iter().any(|p| matches!(*p, "-p" | "--package")) => {
            Some("diga com -p qual programa".to_string())
        }
        ["cargo", verbo @ ("run" | "test" | "build"), _, ..] => {
            let pacote = valor(&["-p", "--package"]);
            let pasta = match pacote.map(|nome| livro.pacotes.get(nome)) {
                Some(None) => return Some(format!("não há pacote {}", pacote.unwrap_or_default())),
                Some(Some(pasta)) => Some(pasta.as_str()),
                None => None,
            };
            if let Some(teste) = valor(&["--test"]) {
                let existe = match pasta {
                    Some(pasta) if pasta != "tests" => {
                        livro.e_arquivo(&format!("{pasta}/tests/{teste}.rs"))
                    }
                    _ => livro
                        .texto("tests/Cargo.toml")
                        .contains(&format!("[[test]]\nname = \"{teste}\"\n")),
                };
                return (!existe).then(|| format!("não há teste {teste}"));
            }
            let pasta = pasta?;
            if let Some(bin) = valor(&["--bin"]) {
                let existe = livro.e_arquivo(&format!("{pasta}/src/bin/{bin}.rs"));
                return (!existe).then(|| format!("{pasta} não tem o programa {bin}"));
            }
            let roda =
                livro.e_arquivo(&format!("{pasta}/src/main.rs")) || palavras.contains(&"--bin");
            (verbo == "run" && !roda).then(|| format!("diga com --bin qual programa de {pasta}"))
        }
        _ => None,
    }
}

/// Toda solução é mostrada inteira.
fn solucoes(livro: &Repositorio) -> Vec<String> {
    livro
        .arquivos("docs/solucoes/src", "rs")
        .into_iter()
        .filter(|solucao| {
            !livro
                .paginas
                .iter()
                .any(|p| p.inteiros().any(|i| i == solucao))
        })
        .map(|solucao| format!("{solucao}: a solução não é mostrada em página nenhuma"))
        .collect()
}

/// Os diagramas: usados, legíveis por quem não os vê, e escritos de um jeito que o Markdown não estraga.
fn diagramas(livro: &Repositorio) -> Vec<String> {
    let mut achados = Vec::new();
    for arquivo in livro.arquivos(&format!("{PAGINAS}/diagramas"), "svg") {
        let texto = livro.texto(&arquivo);
        let nome = arquivo
            .rsplit('/')
            .next()
            .and_then(|nome| nome.strip_suffix(".svg"))
            .unwrap_or_default();
        let mut problema = |qual: &str| achados.push(format!("{arquivo}: {qual}"));

        let usos: Vec<_> = livro
            .paginas
            .iter()
            .flat_map(|p| p.inclusoes.iter().map(move |i| (p, i)))
            .filter(|(_, inclusao)| inclusao.caminho == arquivo)
            .collect();
        if usos.is_empty() {
            problema("nenhuma página o inclui");
        }
        for (pagina, inclusao) in usos {
            let vizinha = |linha: usize| pagina.texto.lines().nth(linha).unwrap_or_default().trim();
            let antes = inclusao.linha < 2 || vizinha(inclusao.linha - 2).is_empty();
            if !antes || !vizinha(inclusao.linha).is_empty() {
                problema(&format!(
                    "{}:{} o inclui sem uma linha em branco antes e outra depois",
                    pagina.caminho(),
                    inclusao.linha
                ));
            }
        }

        if texto
            .trim_end()
            .lines()
            .any(|linha| linha.trim().is_empty())
        {
            problema("tem uma linha em branco, e o Markdown o partiria em dois");
        }
        let primeira = texto.lines().next().unwrap_or_default();
        let marcas = marcas(&texto);
        let Some(raiz) = marcas.first().filter(|marca| marca.nome == "svg") else {
            problema("não começa com <svg …>");
            continue;
        };
        if !primeira.ends_with('>') || primeira.matches('>').count() != 1 {
            problema("a primeira linha não é só <svg …>, e o Markdown a leria como um parágrafo");
        }
        if raiz.atributo("class") != Some("diagrama") || raiz.atributo("role") != Some("img") {
            problema("falta class=\"diagrama\" ou role=\"img\"");
        }
        let largura = raiz
            .atributo("viewBox")
            .and_then(|caixa| caixa.split_whitespace().nth(2)?.parse::<f32>().ok());
        if !largura.is_some_and(|largura| largura <= 440.0) {
            problema("é largo demais para um celular: o viewBox passa de 440");
        }
        let titulo = marcas.iter().find(|marca| marca.nome == "title");
        let descricao = texto
            .split_once("</title>")
            .and_then(|(antes, _)| antes.rsplit_once('>'))
            .is_some_and(|(_, titulo)| !titulo.trim().is_empty());
        if titulo.is_none() || !descricao {
            problema("não tem <title>");
        } else if titulo.and_then(|t| t.atributo("id")) != raiz.atributo("aria-labelledby") {
            problema("o aria-labelledby não é o id do <title>");
        }
        for marca in &marcas {
            if let Some(id) = marca.atributo("id")
                && !id.replace('-', "_").starts_with(nome)
            {
                problema(&format!(
                    "o id {id:?} não começa com {nome:?}: repetido na página de imprimir"
                ));
            }
            if matches!(marca.nome, "script" | "style") {
                problema(&format!(
                    "tem <{}>: as cores são as das classes do livro",
                    marca.nome
                ));
            }
        }
        for recurso in recursos(&texto) {
            let alvo = recurso.strip_prefix('#');
            if alvo.is_none_or(|id| !marcas.iter().any(|m| m.atributo("id") == Some(id))) {
                problema(&format!("pede {recurso:?}, que não está nele"));
            }
        }
        let aberto = pedacos(&texto)
            .iter()
            .fold(0, |aberto, pedaco| match pedaco {
                Pedaco::Abre(marca) if marca.nome == "svg" => aberto + 1,
                Pedaco::Fecha("svg") => aberto - 1,
                _ => aberto,
            });
        if aberto != 0 {
            problema("não fecha o </svg>");
        }
    }
    achados
}

/// Nada vem de outra máquina: o livro se lê sem rede.
fn recursos_de_fora(livro: &Repositorio) -> Vec<String> {
    let mut achados = Vec::new();
    for pagina in &livro.paginas {
        for (linha, html) in &pagina.html {
            for recurso in recursos(html).iter().filter(|r| de_fora(r)) {
                achados.push(pagina.problema(*linha, &format!("pede {recurso} a outra máquina")));
            }
        }
    }
    for extensao in ["css", "hbs"] {
        for arquivo in livro.arquivos("docs/tema", extensao) {
            let texto = livro.texto(&arquivo);
            let pedidos = recursos(&texto)
                .into_iter()
                .chain(urls(&texto).map(str::to_string));
            for recurso in pedidos.filter(|r| de_fora(r)) {
                achados.push(format!("{arquivo}: pede {recurso} a outra máquina"));
            }
        }
    }
    for arquivo in livro.arquivos("docs/tema", "js") {
        if livro.texto(&arquivo).contains("://") {
            achados.push(format!("{arquivo}: fala com outra máquina"));
        }
    }
    achados
}

/// A interface que o modelo escreve é toda em português. A que o mdBook escreve, veja `montado`.
fn interface(livro: &Repositorio) -> Vec<String> {
    livro
        .arquivos("docs/tema", "hbs")
        .into_iter()
        .flat_map(|arquivo| {
            // As chaves são do modelo: nomes de variáveis, em inglês.
            let texto: String = livro
                .texto(&arquivo)
                .split("{{")
                .map(|pedaco| {
                    pedaco
                        .rsplit_once("}}")
                        .map_or(pedaco, |(_, depois)| depois)
                })
                .collect();
            em_ingles(&texto)
                .into_iter()
                .map(move |ingles| format!("{arquivo}: em inglês: {ingles:?}"))
        })
        .collect()
}

/// O modelo da página é o do mdBook que se instala.
fn versao_do_mdbook(livro: &Repositorio) -> Vec<String> {
    let Some(versao) = versao(livro) else {
        return vec!["justfile: não diz a versão do mdbook".to_string()];
    };
    let modelo = "docs/tema/index.hbs";
    let igual = livro
        .texto(modelo)
        .contains(&format!("A página do mdBook {versao}, "));
    (!igual)
        .then(|| format!("{modelo}: não é o do mdBook {versao}, que o justfile instala"))
        .into_iter()
        .collect()
}

/// A versão do mdBook que o justfile instala.
pub fn versao(livro: &Repositorio) -> Option<String> {
    livro.texto("justfile").lines().find_map(|linha| {
        let versao = linha.strip_prefix("versao_do_mdbook := \"")?;
        Some(versao.strip_suffix('"')?.to_string())
    })
}
