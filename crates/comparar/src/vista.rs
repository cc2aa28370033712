//! O relatório, do mesmo jeito para o terminal e para a página.

use std::path::Path;
use std::time::Duration;

use comum::visivel;
use palco::{Fim, Observacao, Trafego};
use similar::{DiffOp, TextDiff};

use crate::ensaio::{Feito, Tocada};
use crate::plano::{Licao, Plano};
use crate::veredito::Veredito;

/// O que `igual` não quer dizer.
const REDE_DO_FTP: &str =
    "Nas lições de FTP, o que passa pela rede não se compara: os comandos são outros de propósito.";

/// Tudo o que há para mostrar.
pub struct Relatorio {
    pub pasta: String,
    pub python: String,
    pub so_algumas: bool,
    pub grupos: Vec<Vista>,
    pub resumo: Vec<Resumo>,
}

/// As sessões de uma lição ou de um par.
pub struct Vista {
    pub titulo: String,
    pub sessoes: Vec<SessaoVista>,
}

/// Uma sessão pronta para mostrar.
pub struct SessaoVista {
    pub nome: String,
    pub titulo: String,
    pub veredito: Julgado,
    pub blocos: Vec<Bloco>,
    /// Os bytes pela rede e os arquivos, do lado Python e do lado Rust.
    pub contas: [String; 2],
    /// Cada par misturado, e se cada um mostrou o mesmo que com o par da sua língua.
    pub mistas: Vec<(String, bool)>,
}

/// O veredito em palavras.
pub enum Julgado {
    Igual,
    DeProposito(Vec<String>),
    Diferente(Vec<String>),
    NaoTocada(String),
}

impl Julgado {
    /// A marca e o nome do veredito.
    pub fn marca(&self) -> (&'static str, &'static str) {
        match self {
            Julgado::Igual => ("=", "igual"),
            Julgado::DeProposito(_) => ("~", "diferente de propósito"),
            Julgado::Diferente(_) => ("≠", "diferente"),
            Julgado::NaoTocada(_) => ("-", "não tocada"),
        }
    }

    /// As razões ou as pistas.
    pub fn razoes(&self) -> &[String] {
        match self {
            Julgado::Igual => &[],
            Julgado::DeProposito(razoes) | Julgado::Diferente(razoes) => razoes,
            Julgado::NaoTocada(motivo) => std::slice::from_ref(motivo),
        }
    }
}

/// Um terminal, nas duas línguas.
pub struct Bloco {
    pub terminal: String,
    /// Quem está de cada lado: `Servidor.py`, `em Rust`.
    pub quem: [String; 2],
    pub linhas: Vec<[Option<String>; 2]>,
    /// Como saiu e o que gastou.
    pub notas: [String; 2],
}

/// Uma lição no resumo.
pub struct Resumo {
    pub licao: String,
    pub arquivo: String,
    /// A marca e o que dizer.
    pub marca: &'static str,
    pub texto: String,
}

impl Relatorio {
    pub fn novo(plano: &Plano, feitos: Vec<Vec<Feito>>, pasta: &Path, versao: &str) -> Relatorio {
        let resumo = plano
            .licoes
            .iter()
            .map(|licao| resume(licao, &feitos))
            .collect();
        let grupos = plano
            .grupos
            .iter()
            .zip(feitos)
            .map(|(grupo, feitos)| Vista {
                titulo: grupo.licoes.join(" e "),
                sessoes: feitos.iter().map(|feito| sessao(feito, pasta)).collect(),
            })
            .collect();
        Relatorio {
            pasta: visivel(pasta.as_os_str().as_encoded_bytes()),
            python: visivel(versao.as_bytes()),
            so_algumas: plano.so_algumas,
            grupos,
            resumo,
        }
    }

    /// O que dizer embaixo da legenda, se há lições de FTP.
    pub fn ressalva(&self) -> Option<&'static str> {
        let de_ftp = |grupo: &Vista| grupo.titulo.contains("ftp");
        self.grupos.iter().any(de_ftp).then_some(REDE_DO_FTP)
    }

    /// Se nada difere sem querer.
    pub fn tudo_certo(&self) -> bool {
        !self
            .grupos
            .iter()
            .flat_map(|grupo| &grupo.sessoes)
            .any(|sessao| matches!(sessao.veredito, Julgado::Diferente(_)))
    }
}

fn resume(licao: &Licao, feitos: &[Vec<Feito>]) -> Resumo {
    let arquivo = licao.nome_do_arquivo();
    if licao.arquivo.is_none() {
        return Resumo {
            licao: licao.nome.clone(),
            texto: format!("{arquivo} não está na pasta: não comparada"),
            arquivo: "-".to_string(),
            marca: " ",
        };
    }
    let (mut iguais, mut de_proposito, mut puladas) = (0, 0, 0);
    let mut pista = None;
    let mut do_par = false;
    for feito in feitos.iter().flatten() {
        match feito {
            Feito::Tocada(tocada) if tocada.sessao.licoes().any(|(_, l)| l == licao.nome) => {
                match &tocada.veredito {
                    Veredito::Igual => iguais += 1,
                    Veredito::DeProposito(_) => de_proposito += 1,
                    Veredito::Diferente(pistas) => {
                        let minha = pistas.iter().find(|pista| pista.licao == licao.nome);
                        pista = pista.or_else(|| minha.map(|pista| pista.texto.clone()));
                        do_par |= minha.is_none();
                    }
                }
            }
            Feito::Pulada(sessao, _) if sessao.licoes().any(|(_, l)| l == licao.nome) => {
                puladas += 1
            }
            _ => {}
        }
    }
    let conta = |quantas: usize, um: &str, varios: &str| match quantas {
        0 => None,
        1 => Some(format!("1 {um}")),
        _ => Some(format!("{quantas} {varios}")),
    };
    let contas: Vec<String> = [
        conta(iguais, "sessão igual", "sessões iguais"),
        conta(
            de_proposito,
            "diferente de propósito",
            "diferentes de propósito",
        ),
        conta(puladas, "não tocada", "não tocadas"),
    ]
    .into_iter()
    .flatten()
    .collect();
    let contas = contas.join(", ");
    let (marca, texto) = match pista {
        Some(pista) => ("≠", format!("diferente: {pista}")),
        None if do_par => (
            "-",
            format!("nada a mudar aqui, mas o par dela difere ({contas})"),
        ),
        None if iguais == 0 && de_proposito == 0 => ("-", contas),
        None if iguais == 0 => ("~", contas),
        None => ("=", contas),
    };
    Resumo {
        licao: licao.nome.clone(),
        arquivo,
        marca,
        texto,
    }
}

fn sessao(feito: &Feito, pasta: &Path) -> SessaoVista {
    match feito {
        Feito::Pulada(sessao, licao) => SessaoVista {
            nome: sessao.nome.clone(),
            titulo: sessao.titulo.clone(),
            veredito: Julgado::NaoTocada(format!(
                "o seu arquivo de {licao} já parou antes; conserte-o e compare de novo"
            )),
            blocos: Vec::new(),
            contas: [String::new(), String::new()],
            mistas: Vec::new(),
        },
        Feito::Tocada(tocada) => tocada_vista(tocada, pasta),
    }
}

fn tocada_vista(tocada: &Tocada, pasta: &Path) -> SessaoVista {
    let sessao = &tocada.sessao;
    let arquivo = |licao: &str| palco::original(pasta, licao);
    // Na ordem em que se abrem: o servidor primeiro.
    let mut programas: Vec<(&str, &str)> = sessao.programas().collect();
    programas.sort_by_key(|(terminal, _)| sessao.passos.iter().position(|p| p.em == *terminal));
    let blocos = programas
        .into_iter()
        .map(|(terminal, licao)| {
            let seu =
                arquivo(licao).and_then(|a| a.file_name().map(|n| visivel(n.as_encoded_bytes())));
            bloco(
                tocada,
                terminal,
                seu.unwrap_or_else(|| "em Rust".to_string()),
                pasta,
            )
        })
        .collect();
    let veredito = match &tocada.veredito {
        Veredito::Igual => Julgado::Igual,
        Veredito::DeProposito(razoes) => Julgado::DeProposito(
            razoes
                .iter()
                .map(|uma| {
                    format!(
                        "{}: no original, {}; aqui, {}. Por quê: {}",
                        sem_crases(&uma.situacao),
                        sem_crases(&uma.original),
                        sem_crases(&uma.aqui),
                        sem_crases(&uma.por_que)
                    )
                })
                .collect(),
        ),
        Veredito::Diferente(pistas) => Julgado::Diferente(
            pistas
                .iter()
                .map(|pista| format!("{}: {}", pista.arquivo, pista.texto))
                .collect(),
        ),
    };
    let mut mistas: Vec<(String, bool)> = tocada
        .mistas
        .iter()
        .map(|mista| mistura(tocada, mista))
        .collect();
    mistas.sort();
    SessaoVista {
        nome: sessao.nome.clone(),
        titulo: sessao.titulo.clone(),
        veredito,
        blocos,
        contas: [conta(&tocada.python), conta(&tocada.rust)],
        mistas: tocada
            .mistas
            .iter()
            .map(|mista| mistura(tocada, mista))
            .collect(),
    }
}

/// As crases são do Markdown da tabela.
fn sem_crases(texto: &str) -> String {
    texto.replace('`', "")
}

fn mistura(tocada: &Tocada, mista: &crate::ensaio::Mista) -> (String, bool) {
    let mut partes = Vec::new();
    let mut mesma = mista.visto.parada().is_some() == tocada.python.parada().is_some();
    for (terminal, licao) in tocada.sessao.licoes() {
        let em_python = licao == mista.em_python;
        let da_sua_lingua = if em_python {
            &tocada.python
        } else {
            &tocada.rust
        };
        let tela = |visto: &Observacao| {
            visto
                .apresentacao
                .telas
                .get(terminal)
                .map(|t| t.tela.clone())
        };
        mesma &= tela(&mista.visto) == tela(da_sua_lingua);
        let parte = format!("{licao} em {}", if em_python { "Python" } else { "Rust" });
        if !partes.contains(&parte) {
            partes.push(parte);
        }
    }
    partes.sort_by_key(|parte| !parte.starts_with("servidor"));
    (partes.join(" com "), mesma)
}

fn bloco(tocada: &Tocada, terminal: &str, seu: String, pasta: &Path) -> Bloco {
    let telas = [&tocada.python, &tocada.rust].map(|visto| linhas_da_tela(visto, terminal, pasta));
    let mut linhas = Vec::new();
    let diff = TextDiff::from_slices(
        &telas[0].iter().map(String::as_str).collect::<Vec<_>>(),
        &telas[1].iter().map(String::as_str).collect::<Vec<_>>(),
    )
    .ops()
    .to_vec();
    for op in diff {
        let (_, de, para) = op.as_tag_tuple();
        let igual = matches!(op, DiffOp::Equal { .. });
        for n in 0..de.len().max(para.len()) {
            let lado = |telas: &[String], faixa: &std::ops::Range<usize>| {
                (n < faixa.len()).then(|| telas[faixa.start + n].clone())
            };
            linhas.push([lado(&telas[0], &de), lado(&telas[1], &para)]);
        }
        debug_assert!(!igual || de.len() == para.len());
    }
    Bloco {
        terminal: terminal.to_string(),
        quem: [seu, "em Rust".to_string()],
        linhas,
        notas: [&tocada.python, &tocada.rust].map(|visto| nota(visto.fins.get(terminal))),
    }
}

/// A tela e, embaixo dela, o stderr: num terminal os dois se veem.
fn linhas_da_tela(visto: &Observacao, terminal: &str, pasta: &Path) -> Vec<String> {
    /// Uma tela sem fim não cabe num relatório: valem o começo e as últimas linhas.
    const DEMAIS: usize = 200;
    const PONTA: usize = 10;
    let Some(tela) = visto.apresentacao.telas.get(terminal) else {
        return Vec::new();
    };
    // Num traceback, o caminho inteiro só empurra para longe o que interessa.
    let daqui = format!("{}{}", pasta.display(), std::path::MAIN_SEPARATOR);
    let mut linhas: Vec<String> = [&tela.tela, &tela.erro]
        .iter()
        .flat_map(|texto| texto.lines())
        .map(|linha| visivel(linha.replace(&daqui, "").as_bytes()))
        .collect();
    if linhas.len() > DEMAIS {
        let saem = linhas.len() - 2 * PONTA;
        linhas.splice(PONTA..PONTA + saem, [format!("(… mais {saem} linhas …)")]);
    }
    linhas
}

fn nota(fim: Option<&Fim>) -> String {
    let Some(fim) = fim else {
        return "não chegou a abrir".to_string();
    };
    let saida = match fim.codigo {
        Some(codigo) => format!("saiu com {codigo}"),
        None => "ficou no ar".to_string(),
    };
    let memoria = fim.memoria.map_or("—".to_string(), |bytes| {
        format!("{} MiB", decimal(bytes as f64 / f64::from(1 << 20), 1))
    });
    format!("{saida}; {}; memória {memoria}", segundos(fim.tempo))
}

fn segundos(tempo: Duration) -> String {
    format!("{} s", decimal(tempo.as_secs_f64(), 2))
}

/// Um número com vírgula, como se escreve em português.
fn decimal(numero: f64, casas: usize) -> String {
    format!("{numero:.casas$}").replace('.', ",")
}

fn conta(visto: &Observacao) -> String {
    let arquivos: Vec<String> = visto
        .apresentacao
        .arquivos
        .iter()
        .map(|(nome, bytes)| format!("{} ({} bytes)", visivel(nome.as_bytes()), bytes.len()))
        .collect();
    let mut contas = Vec::new();
    if let Some(Trafego { ida, volta }) = visto.trafego {
        contas.push(format!("pela rede: {ida} bytes de ida, {volta} de volta"));
    }
    if !arquivos.is_empty() {
        contas.push(format!("gravou {}", arquivos.join(", ")));
    }
    contas.join("; ")
}
