//! O relatório como uma página só, sem nada de fora: para ler, imprimir ou entregar.

use crate::tela::da_marca;
use crate::turma::Julgado;
use crate::vista::{Bloco, Relatorio, SessaoVista};

/// Um texto que pode ter `<`, `&` e aspas.
fn escapa(texto: &str) -> String {
    let texto = texto
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    texto.replace('"', "&quot;").replace('\'', "&#39;")
}

const ESTILO: &str = include_str!("pagina.css");

/// A página de um aluno.
pub fn pagina(relatorio: &Relatorio) -> String {
    moldura("O meu Python ao lado do Rust", &corpo(relatorio))
}

/// A página de uma turma: a tabela, e atrás de cada nome o que se viu dele.
pub fn da_turma(licoes: &[String], julgados: &[Julgado]) -> String {
    let cabeca = licoes.iter().map(|licao| format!("<th>{licao}</th>"));
    let cabeca: String = cabeca.collect();
    let mut linhas = String::new();
    let mut alunos = String::new();
    for (n, julgado) in julgados.iter().enumerate() {
        let nome = escapa(&julgado.nome);
        linhas += &format!("<tr><td><a href=\"#a{n}\">{nome}</a></td>");
        for licao in licoes {
            let (marca, texto) = julgado.marca(licao);
            linhas += &format!(
                "<td class=\"v {}\" title=\"{}\">{marca}</td>",
                da_marca(marca)[2],
                escapa(texto)
            );
        }
        linhas += "</tr>\n";
        alunos += &format!(
            "<h2 class=\"aluno\" id=\"a{n}\">{nome} <small><a href=\"#tabela\">voltar à tabela</a></small></h2>\n"
        );
        alunos += &match &julgado.relatorio {
            Ok(relatorio) => corpo(relatorio),
            Err(motivo) => format!("<p>{}</p>\n", escapa(motivo)),
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
        let classe = da_marca(uma.marca)[2];
        corpo.push_str(&format!(
            "<tr><td class=\"v {classe}\">{}</td><td><code>{}</code></td><td><code>{}</code></td><td>{}</td></tr>\n",
            uma.marca,
            escapa(&uma.licao),
            escapa(&uma.arquivo),
            escapa(&uma.texto)
        ));
    }
    let fim = if relatorio.tudo_certo() {
        "<p class=\"v igual\">Nada difere sem querer.</p>"
    } else {
        "<p class=\"v diferente\">Algo difere: a última coluna diz o que olhar.</p>"
    };
    let mut sessoes = String::new();
    for grupo in &relatorio.grupos {
        sessoes += &format!("<h2>{}</h2>\n", escapa(&grupo.titulo));
        sessoes.extend(grupo.sessoes.iter().map(sessao));
    }
    format!(
        "<p>Pasta <code>{}</code>; Python {}.</p>\n\
         <table><tr><th></th><th>lição</th><th>arquivo</th><th>veredito</th></tr>\n{corpo}</table>\n{fim}\n\
         <p>= igual; ~ diferente de propósito; ≠ diferente; - não rodou, ou só o outro lado difere</p>\n\
         <p>{}</p>\n\
         {sessoes}",
        escapa(&relatorio.pasta),
        escapa(&relatorio.python),
        escapa(relatorio.ressalva().unwrap_or_default())
    )
}

fn sessao(sessao: &SessaoVista) -> String {
    let (marca, nome) = sessao.veredito.marca();
    let classe = da_marca(marca)[2];
    let item = |razao: &String| format!("<li>{}</li>", escapa(razao));
    let mut razoes: String = sessao.veredito.razoes().iter().map(item).collect();
    if !razoes.is_empty() {
        razoes = format!("<ul>{razoes}</ul>\n");
    }
    let blocos: String = sessao.blocos.iter().map(bloco).collect();
    let [seu, daqui] = sessao.contas.each_ref().map(|conta| escapa(conta));
    let mut contas = String::new();
    if !seu.is_empty() || !daqui.is_empty() {
        contas = format!(
            "<div class=\"par\"><p class=\"contas\">Python: {seu}</p><p class=\"contas\">Rust: {daqui}</p></div>\n"
        );
    }
    let mista = |texto: &String| format!("<p class=\"contas\">{}</p>\n", escapa(texto));
    let mistas: String = sessao.mistas.iter().map(mista).collect();
    format!(
        "<section>\n<h3>{} <small>({})</small></h3>\n<p class=\"v {classe}\">{marca} {nome}</p>\n{razoes}{blocos}{contas}{mistas}</section>\n",
        escapa(&sessao.sessao.titulo),
        escapa(&sessao.sessao.nome)
    )
}

fn bloco(bloco: &Bloco) -> String {
    let tela = |lado: usize| {
        let linha = |linha: &[Option<String>; 2]| {
            // A linha que falta deste lado guarda o lugar, para que as colunas se acompanhem.
            let classe = match &linha[lado] {
                None => " class=\"vazia\"",
                Some(_) if linha[0] == linha[1] => "",
                Some(_) => " class=\"dif\"",
            };
            let texto = linha[lado].as_deref().unwrap_or_default();
            format!("<span{classe}>{}</span>", escapa(texto))
        };
        let linhas: String = bloco.linhas.iter().map(linha).collect();
        format!(
            "<div class=\"tela\"><p class=\"quem\">{}</p><pre>{linhas}</pre><p class=\"nota\">{}</p></div>\n",
            escapa(&bloco.quem[lado]),
            escapa(&bloco.notas[lado])
        )
    };
    format!("<div class=\"par\">\n{}{}</div>\n", tela(0), tela(1))
}
