//! O relatório no terminal: duas colunas, ou uma embaixo da outra se ele é estreito.

use std::io::{self, IsTerminal, Write};
use std::path::Path;

use comum::console::erro_da_tela;
use comum::{Erro, visivel};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::turma::{Aluno, Julgado};
use crate::veredito::Veredito;
use crate::vista::{Bloco, Relatorio, SessaoVista};

/// Mais estreito que isto, uma coluna embaixo da outra.
const ESTREITO: usize = 72;
/// Sem terminal (num arquivo, num pipe), a largura de uma página.
const SEM_TERMINAL: usize = 100;
/// Linhas mais largas que isto cansam.
const LARGO: usize = 160;

const NEGRITO: &str = "\x1b[1m";
const APAGADO: &str = "\x1b[2m";
const VERDE: &str = "\x1b[32m";
const AMARELO: &str = "\x1b[33m";
const VERMELHO: &str = "\x1b[31m";
const NORMAL: &str = "\x1b[0m";

/// Escreve no terminal; o AutoStream tira as cores onde não se quer cor.
pub fn escreve(texto: &str) -> Result<(), Erro> {
    let mut tela = anstream::AutoStream::auto(io::stdout().lock());
    tela.write_all(texto.as_bytes())
        .and_then(|()| tela.flush())
        .map_err(|erro| erro_da_tela(&erro))
}

/// Quantas colunas usar.
pub fn largura() -> usize {
    let largura = if io::stdout().is_terminal() {
        terminal_size::terminal_size().map_or(80, |(colunas, _)| usize::from(colunas.0))
    } else {
        SEM_TERMINAL
    };
    largura.clamp(40, LARGO)
}

/// A tabela de uma turma.
pub struct Tabela<'a> {
    licoes: &'a [String],
    /// Quantas colunas levam os nomes dos alunos, e se os das lições cabem em cima das marcas.
    nomes: usize,
    por_extenso: bool,
}

impl<'a> Tabela<'a> {
    pub fn nova(licoes: &'a [String], alunos: &[Aluno]) -> Tabela<'a> {
        const MAIOR: usize = 30;
        let larguras = alunos.iter().map(|aluno| aluno.nome.width());
        let nomes = larguras.max().unwrap_or(0).min(MAIOR);
        let das_licoes: usize = licoes.iter().map(|licao| licao.len() + 2).sum();
        Tabela {
            licoes,
            nomes,
            por_extenso: nomes + das_licoes <= largura(),
        }
    }

    /// O alto da tabela; se os nomes das lições não cabem, ficam números.
    pub fn cabeca(&self) -> String {
        let mut cabeca = " ".repeat(self.nomes);
        let mut legenda = String::new();
        for (n, licao) in self.licoes.iter().enumerate() {
            if self.por_extenso {
                cabeca += &format!("  {licao}");
            } else {
                cabeca += &format!("  {:2}", n + 1);
                legenda += &format!("{:2} {licao}\n", n + 1);
            }
        }
        format!("{legenda}{NEGRITO}{cabeca}{NORMAL}\n")
    }

    /// A linha de um aluno; sem o que comparar, o porquê.
    pub fn linha(&self, julgado: &Julgado) -> String {
        let nome = quebra(&julgado.nome, self.nomes.max(1)).swap_remove(0);
        let folga = " ".repeat(self.nomes.saturating_sub(nome.width()));
        let mut linha = format!("{nome}{folga}");
        for licao in self.licoes {
            let (marca, _) = julgado.marca(licao);
            let coluna = if self.por_extenso { licao.len() } else { 2 };
            linha += &format!("  {}{marca:coluna$}{NORMAL}", da_marca(marca)[1]);
        }
        if let Err(motivo) = &julgado.relatorio {
            linha += &format!("  {motivo}");
        }
        linha.trim_end().to_string() + "\n"
    }
}

/// O que se diz embaixo da tabela de uma turma.
pub fn fim_da_turma(licoes: &[String], julgados: &[Julgado]) -> String {
    let certos = julgados.iter().filter(|um| um.tudo_certo(licoes)).count();
    format!(
        "\n= igual   ~ diferente de propósito   ≠ diferente   – não comparada\n\
         Sem nada a mudar: {certos} de {}. O que olhar em cada um está na página (--html) e na planilha (--csv).\n",
        julgados.len()
    )
}

/// O texto que se vai mostrar, linha a linha.
struct Folha {
    texto: String,
    largura: usize,
}

impl Folha {
    /// Uma linha, depois do que a começa; o que não cabe continua embaixo, recuado.
    fn escreve(&mut self, cor: &str, inicio: &str, texto: &str) {
        let recuo = " ".repeat(inicio.width());
        let largura = self.largura.saturating_sub(recuo.len()).max(20);
        for (n, pedaco) in quebra(texto, largura).iter().enumerate() {
            let antes = if n == 0 { inicio } else { &recuo };
            self.linha(cor, &format!("{antes}{pedaco}"));
        }
    }

    /// Uma linha que já cabe.
    fn linha(&mut self, cor: &str, linha: &str) {
        self.texto += format!("{cor}{linha}").trim_end();
        self.texto += if cor.is_empty() { "\n" } else { "\x1b[0m\n" };
    }

    /// Uma linha sem começo nem cor.
    fn diz(&mut self, texto: &str) {
        self.escreve("", "", texto);
    }

    fn faixa(&mut self, titulo: &str) {
        let resto = self.largura.saturating_sub(titulo.width() + 4);
        self.texto.push('\n');
        self.texto += &format!("{NEGRITO}── {titulo} {}{NORMAL}\n", "─".repeat(resto));
    }
}

/// De uma marca: o nome dela, a cor no terminal e a classe na página.
pub fn da_marca(marca: &str) -> [&'static str; 3] {
    match marca {
        "=" => ["igual", VERDE, "igual"],
        "~" => ["diferente de propósito", AMARELO, "proposito"],
        "≠" => ["diferente", VERMELHO, "diferente"],
        _ => ["não comparada", APAGADO, "pulada"],
    }
}

/// O relatório inteiro.
pub fn texto(relatorio: &Relatorio, largura: usize, html: Option<&Path>) -> String {
    let mut folha = Folha {
        texto: String::new(),
        largura,
    };
    let (onde_python, onde_rust) = if largura < ESTREITO {
        ("em cima", "embaixo")
    } else {
        ("à esquerda", "à direita")
    };
    folha.escreve("", "Os seus arquivos: ", &relatorio.pasta);
    let versao = &relatorio.python;
    folha.diz(&format!("Python {versao} {onde_python}, Rust {onde_rust}."));
    let mut escondidas = 0;
    for grupo in &relatorio.grupos {
        folha.faixa(&grupo.titulo);
        for (n, sessao) in grupo.sessoes.iter().enumerate() {
            // Uma sessão igual, ou com as mesmas pistas de outra, não tem novidade: basta dizê-lo.
            let repetida = grupo.sessoes[..n].iter().any(|outra| {
                outra.veredito.marca() == sessao.veredito.marca()
                    && outra.veredito.razoes() == sessao.veredito.razoes()
            });
            let sem_telas = sessao.blocos.is_empty();
            if sem_telas || repetida && !relatorio.so_algumas {
                escondidas += usize::from(!sem_telas);
                mostra_repetida(&mut folha, sessao, repetida);
            } else {
                mostra_sessao(&mut folha, sessao);
            }
        }
    }
    folha.faixa("resumo");
    for uma in &relatorio.resumo {
        let inicio = format!("{} {:<15} ", uma.marca, uma.licao);
        let onde = folha.texto.len();
        folha.escreve("", &inicio, &uma.texto);
        // Só o começo tem cor: o texto é comprido.
        folha.texto.insert_str(onde + inicio.len(), NORMAL);
        folha.texto.insert_str(onde, da_marca(uma.marca)[1]);
    }
    folha.texto.push('\n');
    folha.diz("= igual   ~ diferente de propósito   ≠ diferente   - não rodou ou o outro difere");
    if let Some(ressalva) = relatorio.ressalva() {
        folha.diz(ressalva);
    }
    if escondidas > 0 {
        folha.diz("As telas que não apareceram repetem outra; peça a lição pelo nome, ou a página (--html), para vê-las.");
    }
    if let Some(arquivo) = html {
        let arquivo = visivel(arquivo.as_os_str().as_encoded_bytes());
        folha.diz(&format!("A página está em {arquivo}: abra-a no navegador."));
    }
    let (cor, fim) = match relatorio.tudo_certo() {
        true => (VERDE, "Nada difere sem querer."),
        false => (
            VERMELHO,
            "Algo difere: veja no resumo o que olhar, conserte e compare de novo.",
        ),
    };
    folha.escreve(cor, "", fim);
    folha.texto
}

/// Uma sessão em poucas linhas.
fn mostra_repetida(folha: &mut Folha, sessao: &SessaoVista, repetida: bool) {
    let (marca, nome) = sessao.veredito.marca();
    let idem = match sessao.veredito {
        Veredito::DeProposito(_) | Veredito::Diferente(_) => ", pelo mesmo motivo",
        Veredito::Igual | Veredito::NaoTocada(_) => "",
    };
    let texto = format!(
        "{nome}{idem}: {} ({})",
        sessao.sessao.titulo, sessao.sessao.nome
    );
    folha.escreve(da_marca(marca)[1], &format!("{marca} "), &texto);
    if !repetida {
        mostra_razoes(folha, sessao);
    }
}

fn mostra_sessao(folha: &mut Folha, sessao: &SessaoVista) {
    folha.texto.push('\n');
    folha.escreve(
        NEGRITO,
        "",
        &format!("{} ({})", sessao.sessao.titulo, sessao.sessao.nome),
    );
    for bloco in &sessao.blocos {
        if folha.largura < ESTREITO {
            um_embaixo_do_outro(folha, bloco);
        } else {
            lado_a_lado(folha, bloco);
        }
    }
    for (lingua, conta) in ["Python ", "Rust   "].iter().zip(&sessao.contas) {
        if !conta.is_empty() {
            folha.escreve(APAGADO, lingua, conta);
        }
    }
    for mista in &sessao.mistas {
        folha.diz(mista);
    }
    let (marca, nome) = sessao.veredito.marca();
    folha.escreve(da_marca(marca)[1], &format!("{marca} "), nome);
    mostra_razoes(folha, sessao);
}

fn mostra_razoes(folha: &mut Folha, sessao: &SessaoVista) {
    for razao in sessao.veredito.razoes() {
        folha.escreve("", "  → ", &razao);
    }
}

/// A cor e a marca de uma linha; `igual`, se os dois lados a têm.
fn marca_da_linha<'a>(lados: &[Option<String>; 2], igual: &'a str) -> (&'static str, &'a str) {
    match lados[0] == lados[1] {
        true => ("", igual),
        false => (VERMELHO, "≠"),
    }
}

/// Duas colunas, com a marca entre elas.
fn lado_a_lado(folha: &mut Folha, bloco: &Bloco) {
    let coluna = (folha.largura - 3) / 2;
    let mut escreve = |cor: &str, marca: &str, textos: [&str; 2]| {
        let [esquerda, direita] = textos.map(|texto| quebra(texto, coluna));
        for n in 0..esquerda.len().max(direita.len()) {
            let lado = |pedacos: &[String]| pedacos.get(n).cloned().unwrap_or_default();
            let (esquerda, direita) = (lado(&esquerda), lado(&direita));
            let folga = " ".repeat(coluna.saturating_sub(esquerda.width()));
            folha.linha(cor, &format!("{esquerda}{folga} {marca} {direita}"));
        }
    };
    escreve(APAGADO, "┬", bloco.quem.each_ref().map(String::as_str));
    for linhas in &bloco.linhas {
        let (cor, marca) = marca_da_linha(linhas, "│");
        let textos = linhas.each_ref().map(Option::as_deref);
        escreve(cor, marca, textos.map(Option::unwrap_or_default));
    }
    escreve(APAGADO, "┴", bloco.notas.each_ref().map(String::as_str));
}

fn um_embaixo_do_outro(folha: &mut Folha, bloco: &Bloco) {
    for lado in [0, 1] {
        folha.escreve(APAGADO, "── ", &format!("{} ──", bloco.quem[lado]));
        for linhas in &bloco.linhas {
            let (cor, marca) = marca_da_linha(linhas, " ");
            if let Some(texto) = &linhas[lado] {
                folha.escreve(cor, &format!("{marca} "), texto);
            }
        }
        folha.escreve(APAGADO, "  ", &bloco.notas[lado]);
    }
}

/// O texto em pedaços de até `largura` colunas, de preferência entre palavras.
fn quebra(texto: &str, largura: usize) -> Vec<String> {
    let mut pedacos = Vec::new();
    let mut resto = texto;
    while resto.width() > largura {
        let mut colunas = 0;
        let nao_cabe = resto.char_indices().find(|(_, c)| {
            colunas += c.width().unwrap_or(0);
            colunas > largura
        });
        let corte = nao_cabe.map_or(resto.len(), |(onde, c)| onde.max(c.len_utf8()));
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
                    sessao: palco::Sessao::todas("../../tests/sessoes".as_ref())
                        .unwrap()
                        .remove(0),
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
