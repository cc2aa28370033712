//! O relatório, do mesmo jeito para o terminal e para a página.

use std::path::Path;
use std::time::Duration;

use comum::visivel;
use palco::{Fim, Observacao, Sessao, Trafego};
use similar::TextDiff;

use crate::ensaio::{Feita, Visto};
use crate::plano::{Grupo, Licao, Plano, Roteiro};
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
    pub veredito: Veredito,
    pub blocos: Vec<Bloco>,
    /// Os bytes pela rede e os arquivos, do lado Python e do lado Rust.
    pub contas: [String; 2],
    /// Cada par misturado, e se cada um mostrou o mesmo que com o par da sua língua.
    pub mistas: Vec<(String, bool)>,
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
    /// Não há nada a mudar: é o par dela que difere.
    pub so_o_par: bool,
    pub texto: String,
}

impl Relatorio {
    pub fn novo(
        roteiro: &Roteiro,
        plano: &Plano,
        feitas: Vec<Vec<Feita>>,
        versao: &str,
    ) -> Relatorio {
        let resumo = plano
            .licoes
            .iter()
            .map(|licao| resume(licao, &feitas))
            .collect();
        let grupos = plano
            .grupos
            .iter()
            .zip(feitas)
            .map(|(grupo, feitas)| Vista {
                titulo: junta(grupo.licoes.iter().map(|licao| licao.nome.clone()), " e "),
                sessoes: feitas
                    .into_iter()
                    .map(|feita| sessao(feita, grupo, &plano.pasta))
                    .collect(),
            })
            .collect();
        Relatorio {
            pasta: visivel(plano.pasta.as_os_str().as_encoded_bytes()),
            python: visivel(versao.as_bytes()),
            so_algumas: roteiro.so_algumas,
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
            .any(|sessao| matches!(sessao.veredito, Veredito::Diferente(_)))
    }
}

fn resume(licao: &Licao, feitas: &[Vec<Feita>]) -> Resumo {
    let resumo = |marca, texto| Resumo {
        licao: licao.nome.clone(),
        arquivo: licao.nome_do_arquivo(),
        marca,
        so_o_par: false,
        texto,
    };
    if licao.arquivo.is_none() {
        let marca = if licao.parecido.is_some() { "-" } else { " " };
        return resumo(marca, licao.ausencia());
    }
    let (mut iguais, mut de_proposito, mut do_par, mut puladas) = (0, 0, 0, 0);
    for feita in feitas.iter().flatten() {
        if !feita.sessao.licoes().any(|(_, nome)| nome == licao.nome) {
            continue;
        }
        match &feita.veredito {
            Veredito::Igual => iguais += 1,
            Veredito::DeProposito(_) => de_proposito += 1,
            Veredito::NaoTocada(_) => puladas += 1,
            Veredito::Diferente(pistas) => {
                if let Some(pista) = pistas.iter().find(|pista| pista.licao == licao.nome) {
                    return resumo("≠", format!("diferente: {}", pista.texto));
                }
                do_par += 1;
            }
        }
    }
    let conta = |quantas: usize, uma: &str, varias: &str| match quantas {
        0 => None,
        1 => Some(format!("1 {uma}")),
        _ => Some(format!("{quantas} {varias}")),
    };
    let contas = [
        conta(iguais, "sessão igual", "sessões iguais"),
        conta(
            de_proposito,
            "diferente de propósito",
            "diferentes de propósito",
        ),
        conta(do_par, "em que só o par difere", "em que só o par difere"),
        conta(puladas, "não rodou", "não rodaram"),
    ];
    let contas = junta(contas.into_iter().flatten(), ", ");
    if do_par > 0 {
        let texto = format!("nada a mudar aqui, mas o par dela difere ({contas})");
        Resumo {
            so_o_par: true,
            ..resumo("-", texto)
        }
    } else if iguais > 0 {
        resumo("=", contas)
    } else if de_proposito > 0 {
        resumo("~", contas)
    } else {
        resumo("-", contas)
    }
}

fn junta(textos: impl Iterator<Item = String>, entre: &str) -> String {
    textos.collect::<Vec<_>>().join(entre)
}

fn sessao(feita: Feita, grupo: &Grupo, pasta: &Path) -> SessaoVista {
    let Feita {
        sessao,
        veredito,
        visto,
    } = feita;
    let mut vista = SessaoVista {
        nome: sessao.nome.clone(),
        titulo: sessao.titulo.clone(),
        veredito,
        blocos: Vec::new(),
        contas: [String::new(), String::new()],
        mistas: Vec::new(),
    };
    let Some(visto) = visto else { return vista };
    // Na ordem em que se abrem: o servidor primeiro.
    let mut programas: Vec<(&str, &str)> = sessao.programas().collect();
    programas.sort_by_key(|(terminal, _)| sessao.passos.iter().position(|p| p.em == *terminal));
    for (terminal, nome) in programas {
        let mut licoes = grupo.licoes.iter();
        let seu = licoes.find(|licao| licao.nome == nome && licao.arquivo.is_some());
        let seu = seu.map_or_else(|| "em Rust".to_string(), Licao::nome_do_arquivo);
        vista.blocos.push(bloco(&visto, terminal, seu, pasta));
    }
    vista.contas = [&visto.python, &visto.rust].map(conta);
    let misturas = visto.mistas.iter();
    vista.mistas = misturas
        .map(|(em_python, mista)| mistura(&sessao, &visto, em_python, mista))
        .collect();
    vista.mistas.sort();
    vista
}

/// Quem estava em que língua, e se cada um mostrou o mesmo que com o par da sua língua.
fn mistura(sessao: &Sessao, visto: &Visto, em_python: &str, mista: &Observacao) -> (String, bool) {
    let mut partes = Vec::new();
    let mut mesma = mista.parada().is_some() == visto.python.parada().is_some();
    for (terminal, licao) in sessao.licoes() {
        let (lingua, da_sua_lingua) = if licao == em_python {
            ("Python", &visto.python)
        } else {
            ("Rust", &visto.rust)
        };
        let tela = |visto: &Observacao| {
            let telas = &visto.apresentacao.telas;
            telas.get(terminal).map(|tela| tela.tela.clone())
        };
        mesma &= tela(mista) == tela(da_sua_lingua);
        let parte = format!("{licao} em {lingua}");
        if !partes.contains(&parte) {
            partes.push(parte);
        }
    }
    partes.sort_by_key(|parte| !parte.starts_with("servidor"));
    (partes.join(" com "), mesma)
}

fn bloco(visto: &Visto, terminal: &str, seu: String, pasta: &Path) -> Bloco {
    let telas = [&visto.python, &visto.rust].map(|visto| linhas_da_tela(visto, terminal, pasta));
    let mut linhas = Vec::new();
    let diff = TextDiff::from_slices(
        &telas[0].iter().map(String::as_str).collect::<Vec<_>>(),
        &telas[1].iter().map(String::as_str).collect::<Vec<_>>(),
    )
    .ops()
    .to_vec();
    for op in diff {
        let (_, de, para) = op.as_tag_tuple();
        for n in 0..de.len().max(para.len()) {
            let lado = |telas: &[String], faixa: &std::ops::Range<usize>| {
                (n < faixa.len()).then(|| telas[faixa.start + n].clone())
            };
            linhas.push([lado(&telas[0], &de), lado(&telas[1], &para)]);
        }
    }
    Bloco {
        terminal: terminal.to_string(),
        quem: [seu, "em Rust".to_string()],
        linhas,
        notas: [&visto.python, &visto.rust].map(|visto| nota(visto.fins.get(terminal))),
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
