//! O relatório como uma página só, sem nada de fora: para ler, imprimir ou entregar.

use std::fmt;

use crate::turma::Julgado;
use crate::vista::{Bloco, Relatorio, SessaoVista};

/// Um texto que pode ter `<`, `&` e aspas.
struct Texto<'a>(&'a str);

impl fmt::Display for Texto<'_> {
    fn fmt(&self, saida: &mut fmt::Formatter) -> fmt::Result {
        for c in self.0.chars() {
            match c {
                '<' => saida.write_str("&lt;")?,
                '>' => saida.write_str("&gt;")?,
                '&' => saida.write_str("&amp;")?,
                '"' => saida.write_str("&quot;")?,
                '\'' => saida.write_str("&#39;")?,
                _ => write!(saida, "{c}")?,
            }
        }
        Ok(())
    }
}

const ESTILO: &str = "\
:root{color-scheme:light}
body{font:16px/1.5 system-ui,sans-serif;color:#1c1c1c;background:#fff;max-width:72rem;margin:0 auto;padding:1rem}
h1{font-size:1.5rem;margin:.5rem 0}h2{font-size:1.2rem;margin:2.5rem 0 0;border-bottom:2px solid #ccc}
h3{font-size:1rem;margin:1.5rem 0 .25rem}
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.25rem .5rem;border-bottom:1px solid #ddd}
code{font-family:ui-monospace,Consolas,monospace}
.par{display:grid;grid-template-columns:1fr 1fr;gap:.5rem;margin:.5rem 0}
.tela{border:1px solid #ccc;border-radius:4px;min-width:0}
.quem{margin:0;padding:.15rem .5rem;background:#f0f0f0;font-size:.85rem}
.nota,.contas{margin:0;padding:.15rem .5rem;color:#555;font-size:.85rem}
pre{margin:0;padding:.25rem 0;font:.85rem/1.45 ui-monospace,Consolas,monospace;white-space:pre-wrap;overflow-wrap:anywhere}
pre span{display:block;padding:0 .5rem 0 1.4rem;min-height:1.45em;position:relative}
pre .dif{background:#fdecea}pre .dif::before{content:'≠';position:absolute;left:.4rem;color:#b3261e}
.v{font-weight:bold}.igual{color:#1b6e2d}.proposito{color:#7a5200}.diferente{color:#b3261e}.pulada{color:#555}
ul{margin:.25rem 0;padding-left:1.5rem}
td,li{white-space:pre-wrap}p,td,li{overflow-wrap:anywhere}td code{overflow-wrap:normal}
.rola{overflow-x:auto}.turma td+td,.turma th+th{text-align:center}.aluno{margin-top:4rem}
@media(max-width:40rem){.par{grid-template-columns:1fr}pre .vazia{display:none}
table:not(.turma),:not(.turma)>tbody,:not(.turma)>tbody>tr{display:block}:not(.turma)>tbody>tr:first-child{display:none}:not(.turma)>tbody>tr{border-bottom:1px solid #ddd;padding:.4rem 0}:not(.turma)>tbody>tr>td{display:inline-block;max-width:100%;border:0;padding:0 .4rem 0 0}td code{overflow-wrap:anywhere}:not(.turma)>tbody>tr>td:last-child{display:block}}
@media print{body{max-width:none;font-size:11pt;padding:0}.tela,h3{break-inside:avoid}h3{break-after:avoid}pre .dif{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
";

/// A página de um aluno.
pub fn pagina(relatorio: &Relatorio) -> String {
    moldura("O meu Python ao lado do Rust", &corpo(relatorio))
}

/// A página de uma turma: a tabela, e atrás de cada nome o que se viu dele.
pub fn da_turma(licoes: &[String], julgados: &[Julgado]) -> String {
    let cabeca: String = licoes
        .iter()
        .map(|licao| format!("<th>{licao}</th>"))
        .collect();
    let mut linhas = String::new();
    let mut alunos = String::new();
    for (n, julgado) in julgados.iter().enumerate() {
        let nome = Texto(&julgado.nome);
        linhas += &format!("<tr><td><a href=\"#a{n}\">{nome}</a></td>");
        for licao in licoes {
            let (marca, texto) = julgado.marca(licao);
            linhas += &format!(
                "<td class=\"v {}\" title=\"{}\">{marca}</td>",
                classe(marca),
                Texto(texto)
            );
        }
        linhas += "</tr>\n";
        alunos += &format!(
            "<h2 class=\"aluno\" id=\"a{n}\">{nome} <small><a href=\"#tabela\">voltar à tabela</a></small></h2>\n"
        );
        alunos += &match &julgado.relatorio {
            Ok(relatorio) => corpo(relatorio),
            Err(motivo) => format!("<p>{}</p>\n", Texto(motivo)),
        };
    }
    moldura(
        "A turma",
        &format!(
            "<p>= igual; ~ diferente de propósito; ≠ diferente; – não comparada</p>\n\
             <div class=\"rola\"><table class=\"turma\" id=\"tabela\"><tr><th>aluno</th>{cabeca}</tr>\n{linhas}</table></div>\n{alunos}"
        ),
    )
}

/// A classe da cor de uma marca.
fn classe(marca: &str) -> &'static str {
    match marca {
        "=" => "igual",
        "~" => "proposito",
        "≠" => "diferente",
        _ => "pulada",
    }
}

fn moldura(titulo: &str, corpo: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"pt-BR\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n\
         <title>{titulo}</title>\n<style>\n{ESTILO}</style>\n</head>\n<body>\n\
         <h1>{titulo}</h1>\n{corpo}</body>\n</html>\n"
    )
}

fn corpo(relatorio: &Relatorio) -> String {
    let mut corpo = String::new();
    for uma in &relatorio.resumo {
        let classe = classe(uma.marca);
        corpo.push_str(&format!(
            "<tr><td class=\"v {classe}\">{}</td><td><code>{}</code></td><td><code>{}</code></td><td>{}</td></tr>\n",
            uma.marca,
            Texto(&uma.licao),
            Texto(&uma.arquivo),
            Texto(&uma.texto)
        ));
    }
    let fim = if relatorio.tudo_certo() {
        "<p class=\"v igual\">Nada difere sem querer.</p>"
    } else {
        "<p class=\"v diferente\">Algo difere: a última coluna diz o que olhar.</p>"
    };
    let sessoes: String = relatorio
        .grupos
        .iter()
        .map(|grupo| {
            let sessoes: String = grupo.sessoes.iter().map(sessao).collect();
            format!("<h2>{}</h2>\n{sessoes}", Texto(&grupo.titulo))
        })
        .collect();
    format!(
        "<p>Pasta <code>{}</code>; Python {}.</p>\n\
         <table><tr><th></th><th>lição</th><th>arquivo</th><th>veredito</th></tr>\n{corpo}</table>\n{fim}\n\
         <p>= igual; ~ diferente de propósito; ≠ diferente; - não rodou, ou só o par difere</p>\n\
         <p>{}</p>\n\
         {sessoes}",
        Texto(&relatorio.pasta),
        Texto(&relatorio.python),
        Texto(relatorio.ressalva().unwrap_or_default())
    )
}

fn sessao(sessao: &SessaoVista) -> String {
    let (marca, nome) = sessao.veredito.marca();
    let classe = classe(marca);
    let razoes: String = sessao
        .veredito
        .razoes()
        .iter()
        .map(|razao| format!("<li>{}</li>", Texto(razao)))
        .collect();
    let razoes = if razoes.is_empty() {
        razoes
    } else {
        format!("<ul>{razoes}</ul>\n")
    };
    let blocos: String = sessao.blocos.iter().map(bloco).collect();
    let contas = if sessao.contas.iter().all(String::is_empty) {
        String::new()
    } else {
        format!(
            "<div class=\"par\"><p class=\"contas\">Python: {}</p><p class=\"contas\">Rust: {}</p></div>\n",
            Texto(&sessao.contas[0]),
            Texto(&sessao.contas[1])
        )
    };
    let mistas: String = sessao
        .mistas
        .iter()
        .map(|(quem, mesma)| {
            let (marca, que) = if *mesma {
                ("=", "cada um mostra o mesmo")
            } else {
                ("≠", "não mostram o mesmo")
            };
            format!("<p class=\"contas\">{marca} {}: {que}</p>\n", Texto(quem))
        })
        .collect();
    format!(
        "<section>\n<h3>{} <small>({})</small></h3>\n<p class=\"v {classe}\">{marca} {nome}</p>\n{razoes}{blocos}{contas}{mistas}</section>\n",
        Texto(&sessao.titulo),
        Texto(&sessao.nome)
    )
}

fn bloco(bloco: &Bloco) -> String {
    let lados: String = [0, 1]
        .into_iter()
        .map(|lado| {
            let linhas: String = bloco
                .linhas
                .iter()
                .map(|linha| {
                    // A linha que falta deste lado guarda o lugar, para que as colunas se acompanhem.
                    let classe = match &linha[lado] {
                        None => " class=\"vazia\"",
                        Some(_) if linha[0] == linha[1] => "",
                        Some(_) => " class=\"dif\"",
                    };
                    let texto = linha[lado].as_deref().unwrap_or_default();
                    format!("<span{classe}>{}</span>", Texto(texto))
                })
                .collect();
            format!(
                "<div class=\"tela\"><p class=\"quem\">{}: <b>{}</b></p><pre>{linhas}</pre><p class=\"nota\">{}</p></div>\n",
                Texto(&bloco.terminal),
                Texto(&bloco.quem[lado]),
                Texto(&bloco.notas[lado])
            )
        })
        .collect();
    format!("<div class=\"par\">\n{lados}</div>\n")
}
