//! O relatório no terminal: duas colunas, ou uma embaixo da outra se ele é estreito.

use std::io::{self, IsTerminal, Write};
use std::path::Path;

use comum::console::erro_da_tela;
use comum::{Erro, visivel};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::veredito::Veredito;
use crate::vista::{Bloco, Relatorio, SessaoVista};

/// Mais estreito que isto, uma coluna embaixo da outra.
const ESTREITO: usize = 72;
/// Sem terminal (num arquivo, num cano), a largura de uma página.
const SEM_TERMINAL: usize = 100;
/// Linhas mais largas que isto cansam.
const LARGO: usize = 160;

const NEGRITO: &str = "\x1b[1m";
const APAGADO: &str = "\x1b[2m";
const VERDE: &str = "\x1b[32m";
const AMARELO: &str = "\x1b[33m";
const VERMELHO: &str = "\x1b[31m";
const NORMAL: &str = "\x1b[0m";

/// Mostra o relatório.
pub fn mostra(relatorio: &Relatorio, html: Option<&Path>) -> Result<(), Erro> {
    let largura = if io::stdout().is_terminal() {
        terminal_size::terminal_size().map_or(80, |(colunas, _)| usize::from(colunas.0))
    } else {
        SEM_TERMINAL
    };
    let texto = texto(relatorio, largura.clamp(40, LARGO), html);
    // O AutoStream tira as cores onde não se quer cor.
    let mut tela = anstream::AutoStream::auto(io::stdout().lock());
    tela.write_all(texto.as_bytes())
        .and_then(|()| tela.flush())
        .map_err(|erro| erro_da_tela(&erro))
}

fn cor(veredito: &Veredito) -> &'static str {
    match veredito {
        Veredito::Igual => VERDE,
        Veredito::DeProposito(_) => AMARELO,
        Veredito::Diferente(_) => VERMELHO,
        Veredito::NaoTocada(_) => APAGADO,
    }
}

fn texto(relatorio: &Relatorio, largura: usize, html: Option<&Path>) -> String {
    let mut saida = String::new();
    let linha = |saida: &mut String, texto: &str| {
        for pedaco in quebra(texto, largura) {
            saida.push_str(&pedaco);
            saida.push('\n');
        }
    };
    linha(
        &mut saida,
        &format!("Os seus arquivos: {}", relatorio.pasta),
    );
    let (onde_python, onde_rust) = if largura < ESTREITO {
        ("em cima", "embaixo")
    } else {
        ("à esquerda", "à direita")
    };
    linha(
        &mut saida,
        &format!(
            "Python {} {onde_python}, Rust {onde_rust}.",
            relatorio.python
        ),
    );
    let mut escondidas = 0;
    for grupo in &relatorio.grupos {
        saida.push_str(&format!(
            "\n{NEGRITO}{}{NORMAL}\n",
            faixa(&grupo.titulo, largura)
        ));
        let mut mostradas: Vec<&SessaoVista> = Vec::new();
        for sessao in &grupo.sessoes {
            // Uma sessão igual, ou com as mesmas pistas de outra, não tem novidade: basta dizê-lo.
            let repetida = mostradas.iter().any(|outra| {
                outra.veredito.marca() == sessao.veredito.marca()
                    && outra.veredito.razoes() == sessao.veredito.razoes()
            });
            let curta = repetida && !relatorio.so_algumas || sessao.blocos.is_empty();
            escondidas += usize::from(curta && !sessao.blocos.is_empty());
            if curta {
                mostra_repetida(&mut saida, sessao, largura, repetida);
            } else {
                mostra_sessao(&mut saida, sessao, largura);
            }
            mostradas.push(sessao);
        }
    }
    saida.push_str(&format!(
        "\n{NEGRITO}{}{NORMAL}\n",
        faixa("resumo", largura)
    ));
    for uma in &relatorio.resumo {
        let cor = match uma.marca {
            "=" => VERDE,
            "~" => AMARELO,
            "≠" => VERMELHO,
            _ => APAGADO,
        };
        let inicio = format!("{} {:<15} ", uma.marca, uma.licao);
        let recuo = " ".repeat(inicio.width());
        let pedacos = quebra(&uma.texto, largura.saturating_sub(recuo.len()).max(20));
        for (n, pedaco) in pedacos.iter().enumerate() {
            let antes = if n == 0 { &inicio } else { &recuo };
            saida.push_str(&format!("{cor}{antes}{NORMAL}{pedaco}\n"));
        }
    }
    saida.push('\n');
    linha(
        &mut saida,
        "= igual   ~ diferente de propósito   ≠ diferente   - não tocada ou só o par difere",
    );
    if let Some(ressalva) = relatorio.ressalva() {
        linha(&mut saida, ressalva);
    }
    if escondidas > 0 {
        linha(
            &mut saida,
            "As telas que não apareceram repetem outra; peça a lição pelo nome, ou a página (--html), para vê-las.",
        );
    }
    if let Some(arquivo) = html {
        let arquivo = visivel(arquivo.as_os_str().as_encoded_bytes());
        linha(
            &mut saida,
            &format!("A página está em {arquivo}: abra-a no navegador."),
        );
    }
    let (cor, fim) = if relatorio.tudo_certo() {
        (VERDE, "Nada difere sem querer.")
    } else {
        (
            VERMELHO,
            "Algo difere: veja no resumo o que olhar, conserte e compare de novo.",
        )
    };
    for pedaco in quebra(fim, largura) {
        saida.push_str(&format!("{cor}{pedaco}{NORMAL}\n"));
    }
    saida
}

fn faixa(titulo: &str, largura: usize) -> String {
    let resto = largura.saturating_sub(titulo.width() + 4);
    format!("── {titulo} {}", "─".repeat(resto))
}

/// Uma sessão em poucas linhas.
fn mostra_repetida(saida: &mut String, sessao: &SessaoVista, largura: usize, repetida: bool) {
    let (marca, nome) = sessao.veredito.marca();
    let cor = cor(&sessao.veredito);
    let idem = match sessao.veredito {
        Veredito::DeProposito(_) | Veredito::Diferente(_) => ", pelo mesmo motivo",
        Veredito::Igual | Veredito::NaoTocada(_) => "",
    };
    let texto = format!("{nome}{idem}: {} ({})", sessao.titulo, sessao.nome);
    for (n, pedaco) in quebra(&texto, largura - 2).iter().enumerate() {
        let marca = if n == 0 { marca } else { " " };
        saida.push_str(&format!("{cor}{marca} {pedaco}{NORMAL}\n"));
    }
    if !repetida {
        mostra_razoes(saida, sessao, largura);
    }
}

fn mostra_sessao(saida: &mut String, sessao: &SessaoVista, largura: usize) {
    let (marca, nome) = sessao.veredito.marca();
    let cor = cor(&sessao.veredito);
    saida.push('\n');
    for pedaco in quebra(&format!("{} ({})", sessao.titulo, sessao.nome), largura) {
        saida.push_str(&format!("{NEGRITO}{pedaco}{NORMAL}\n"));
    }
    for bloco in &sessao.blocos {
        if largura < ESTREITO {
            um_embaixo_do_outro(saida, bloco, largura);
        } else {
            lado_a_lado(saida, bloco, largura);
        }
    }
    let [seu, daqui] = &sessao.contas;
    for (lingua, conta) in [("Python", seu), ("Rust  ", daqui)] {
        if !conta.is_empty() {
            for pedaco in quebra(&format!("{lingua} {conta}"), largura) {
                saida.push_str(&format!("{APAGADO}{pedaco}{NORMAL}\n"));
            }
        }
    }
    for (quem, mesma) in &sessao.mistas {
        let (marca, que) = if *mesma {
            ("=", "cada um mostra o mesmo")
        } else {
            ("≠", "não mostram o mesmo")
        };
        for pedaco in quebra(&format!("{marca} {quem}: {que}"), largura) {
            saida.push_str(&format!("{pedaco}\n"));
        }
    }
    saida.push_str(&format!("{cor}{marca} {nome}{NORMAL}\n"));
    mostra_razoes(saida, sessao, largura);
}

fn mostra_razoes(saida: &mut String, sessao: &SessaoVista, largura: usize) {
    for razao in sessao.veredito.razoes() {
        for (n, pedaco) in quebra(&razao, largura - 4).iter().enumerate() {
            let recuo = if n == 0 { "  → " } else { "    " };
            saida.push_str(&format!("{recuo}{pedaco}\n"));
        }
    }
}

/// Duas colunas, com a marca entre elas.
fn lado_a_lado(saida: &mut String, bloco: &Bloco, largura: usize) {
    let coluna = (largura - 3) / 2;
    let [seu, daqui] = &bloco.quem;
    let titulo = format!("{}: {seu}", bloco.terminal);
    let outro = format!("{}: {daqui}", bloco.terminal);
    let traco = |texto: &str| {
        let texto = quebra(texto, coluna).swap_remove(0);
        format!(
            "{texto}{}",
            " ".repeat(coluna.saturating_sub(texto.width()))
        )
    };
    saida.push_str(&format!(
        "{APAGADO}{} ┬ {}{NORMAL}\n",
        traco(&titulo),
        traco(&outro).trim_end()
    ));
    for [esquerda, direita] in &bloco.linhas {
        let igual = esquerda == direita;
        let (cor, marca) = if igual {
            ("", "│")
        } else {
            (VERMELHO, "≠")
        };
        let [esquerda, direita] = [esquerda, direita].map(|texto| match texto {
            Some(texto) => quebra(texto, coluna),
            None => Vec::new(),
        });
        for n in 0..esquerda.len().max(direita.len()) {
            let lado = |pedacos: &[String]| pedacos.get(n).cloned().unwrap_or_default();
            let (esquerda, direita) = (lado(&esquerda), lado(&direita));
            let folga = " ".repeat(coluna.saturating_sub(esquerda.width()));
            let texto = format!("{cor}{esquerda}{folga} {marca} {direita}");
            saida.push_str(texto.trim_end());
            saida.push_str(if igual { "\n" } else { "\x1b[0m\n" });
        }
    }
    let [a, b] = bloco.notas.each_ref().map(|nota| quebra(nota, coluna));
    for n in 0..a.len().max(b.len()) {
        let lado = |pedacos: &[String]| pedacos.get(n).cloned().unwrap_or_default();
        let (a, b) = (lado(&a), lado(&b));
        let folga = " ".repeat(coluna.saturating_sub(a.width()));
        saida.push_str(&format!("{APAGADO}{a}{folga} ┴ {b}{NORMAL}\n"));
    }
}

fn um_embaixo_do_outro(saida: &mut String, bloco: &Bloco, largura: usize) {
    for lado in [0, 1] {
        let titulo = format!("{}: {}", bloco.terminal, bloco.quem[lado]);
        saida.push_str(&format!("{APAGADO}{}{NORMAL}\n", faixa(&titulo, largura)));
        for linha in &bloco.linhas {
            let igual = linha[0] == linha[1];
            let (cor, marca) = if igual { ("", " ") } else { (VERMELHO, "≠") };
            let Some(texto) = &linha[lado] else { continue };
            for pedaco in quebra(texto, largura - 2) {
                let linha = format!("{cor}{marca} {pedaco}");
                saida.push_str(linha.trim_end());
                saida.push_str(if igual { "\n" } else { "\x1b[0m\n" });
            }
        }
        for pedaco in quebra(&bloco.notas[lado], largura - 2) {
            saida.push_str(&format!("{APAGADO}  {pedaco}{NORMAL}\n"));
        }
    }
}

/// O texto em pedaços de até `largura` colunas, de preferência entre palavras.
fn quebra(texto: &str, largura: usize) -> Vec<String> {
    let mut pedacos = Vec::new();
    let mut resto = texto;
    while resto.width() > largura {
        let mut colunas = 0;
        let mut corte = resto.len();
        for (onde, c) in resto.char_indices() {
            colunas += c.width().unwrap_or(0);
            if colunas > largura {
                corte = onde.max(c.len_utf8());
                break;
            }
        }
        let palavra = resto[..corte].rfind(' ').map(|espaco| espaco + 1);
        let corte = palavra.filter(|&onde| onde > corte / 2).unwrap_or(corte);
        let (pedaco, depois) = resto.split_at(corte);
        pedacos.push(pedaco.trim_end().to_string());
        resto = depois;
    }
    pedacos.push(resto.to_string());
    pedacos
}

#[cfg(test)]
mod testes {
    use super::*;
    use crate::veredito::{Peso, Pista};
    use crate::vista::Vista;

    #[test]
    fn num_terminal_estreito_tudo_cabe_e_nada_fica_ao_lado() {
        let relatorio = Relatorio {
            pasta: "minha_pasta".into(),
            python: "3.13".into(),
            so_algumas: false,
            grupos: vec![Vista {
                titulo: "portas".into(),
                sessoes: vec![SessaoVista {
                    nome: "05_portas".into(),
                    titulo: "As três portas".into(),
                    veredito: Veredito::Diferente(vec![Pista {
                        licao: "portas".into(),
                        arquivo: "Portas.py".into(),
                        peso: Peso::Texto,
                        texto: "uma pista".into(),
                    }]),
                    blocos: Vec::new(),
                    contas: [String::new(), String::new()],
                    mistas: Vec::new(),
                }],
            }],
            resumo: Vec::new(),
        };
        for (largura, onde) in [
            (40, "em cima, Rust embaixo."),
            (100, "à esquerda, Rust à direita."),
        ] {
            let texto = texto(&relatorio, largura, None);
            let sem_cor = anstream::adapter::strip_str(&texto).to_string();
            assert!(sem_cor.contains(onde), "{sem_cor}");
            assert!(sem_cor.contains("Algo difere"), "{sem_cor}");
            for linha in sem_cor.lines() {
                assert!(linha.width() <= largura, "{linha}");
            }
        }
    }
}
