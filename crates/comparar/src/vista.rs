//! O relatório, do mesmo jeito para o terminal e para a página.

use std::path::Path;

use comum::visivel;
use palco::{Fim, Observacao, Sessao, Trafego};
use similar::TextDiff;

use crate::pistas::pares;
use crate::plano::Licao;
use crate::veredito::{Veredito, tela};

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
    pub sessao: Sessao,
    pub veredito: Veredito,
    pub blocos: Vec<Bloco>,
    /// Os bytes pela rede e os arquivos, do lado Python e do lado Rust.
    pub contas: [String; 2],
    /// De cada par misturado, se cada um mostrou o mesmo que com o par da sua linguagem.
    pub mistas: Vec<String>,
}

/// Um terminal, nas duas linguagens.
pub struct Bloco {
    /// Quem está de cada lado: `servidor: Servidor.py`, `servidor: em Rust`.
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
    /// Não há nada a mudar: é o outro lado que difere.
    pub so_o_par: bool,
    pub texto: String,
}

impl Relatorio {
    /// Todas as sessões.
    fn sessoes(&self) -> impl Iterator<Item = &SessaoVista> {
        self.grupos.iter().flat_map(|grupo| &grupo.sessoes)
    }

    /// O que dizer embaixo da legenda, se há lições de FTP.
    pub fn ressalva(&self) -> Option<&'static str> {
        let de_ftp = |sessao: &SessaoVista| sessao.sessao.nome.contains("ftp");
        self.sessoes().any(de_ftp).then_some(REDE_DO_FTP)
    }

    /// Se nada difere sem querer.
    pub fn tudo_certo(&self) -> bool {
        let difere = |sessao: &SessaoVista| matches!(sessao.veredito, Veredito::Diferente(_));
        !self.sessoes().any(difere)
    }
}

/// O que se diz de uma lição, depois das sessões dela.
pub fn resume(licao: &Licao, grupos: &[Vista]) -> Resumo {
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
    let mut contas = [
        (0, "sessão igual", "sessões iguais"),
        (0, "diferente de propósito", "diferentes de propósito"),
        (0, "em que só o outro difere", "em que só o outro difere"),
        (0, "não rodou", "não rodaram"),
    ];
    let sessoes = grupos.iter().flat_map(|grupo| &grupo.sessoes);
    for sessao in sessoes.filter(|vista| licao.entra_em(&vista.sessao)) {
        let qual = match &sessao.veredito {
            Veredito::Igual => 0,
            Veredito::DeProposito(_) => 1,
            Veredito::NaoTocada(_) => 3,
            Veredito::Diferente(pistas) => {
                if let Some(pista) = pistas.iter().find(|pista| pista.licao == licao.nome) {
                    return resumo("≠", format!("diferente: {}", pista.texto));
                }
                2
            }
        };
        contas[qual].0 += 1;
    }
    let [iguais, de_proposito, do_par, _] = contas.map(|(quantas, ..)| quantas);
    let conta = |(quantas, uma, varias): (usize, &str, &str)| match quantas {
        0 => None,
        1 => Some(format!("1 {uma}")),
        _ => Some(format!("{quantas} {varias}")),
    };
    let contas: Vec<String> = contas.into_iter().filter_map(conta).collect();
    let contas = contas.join(", ");
    let (marca, texto) = match (do_par, iguais, de_proposito) {
        (0, 0, 0) => ("-", contas),
        (0, 0, _) => ("~", contas),
        (0, ..) => ("=", contas),
        _ => (
            "-",
            format!("nada a mudar aqui, mas o outro lado difere ({contas})"),
        ),
    };
    Resumo {
        so_o_par: do_par > 0,
        ..resumo(marca, texto)
    }
}

impl SessaoVista {
    /// Uma sessão da qual ainda não se mostra nada.
    pub fn nova(sessao: &Sessao, veredito: Veredito) -> SessaoVista {
        SessaoVista {
            sessao: sessao.clone(),
            veredito,
            blocos: Vec::new(),
            contas: [String::new(), String::new()],
            mistas: Vec::new(),
        }
    }

    /// O que se viu com o Python (onde falta o arquivo do aluno, com o Rust) e com o Rust.
    pub fn mostra(&mut self, em_python: &[&Licao], vistos: [&Observacao; 2], pasta: &Path) {
        // Na ordem em que se abrem: o servidor primeiro.
        let mut programas: Vec<(&str, &str)> = self.sessao.programas().collect();
        let passos = &self.sessao.passos;
        programas.sort_by_key(|(terminal, _)| passos.iter().position(|p| p.em == *terminal));
        for (terminal, nome) in programas {
            let seu = em_python.iter().find(|licao| licao.nome == nome);
            let seu = seu.map_or_else(|| "em Rust".to_string(), |licao| licao.nome_do_arquivo());
            self.blocos.push(bloco(vistos, terminal, seu, pasta));
        }
        self.contas = vistos.map(conta);
    }

    /// O par em que só esta lição estava em Python: se cada um mostrou o mesmo que com o par da sua linguagem.
    pub fn mistura(
        &mut self,
        [python, rust]: [&Observacao; 2],
        em_python: &str,
        mista: &Observacao,
    ) {
        let mut partes = Vec::new();
        let mut mesma = mista.parada().is_some() == python.parada().is_some();
        for (terminal, licao) in self.sessao.licoes() {
            let (lingua, da_sua_lingua) = match licao == em_python {
                true => ("Python", python),
                false => ("Rust", rust),
            };
            mesma &= tela(mista, terminal) == tela(da_sua_lingua, terminal);
            partes.push(format!("{licao} em {lingua}"));
        }
        partes.sort_by_key(|parte| !parte.starts_with("servidor"));
        partes.dedup();
        let (marca, que) = match mesma {
            true => ("=", "cada um mostra o mesmo"),
            false => ("≠", "não mostram o mesmo"),
        };
        self.mistas
            .push(format!("{marca} {}: {que}", partes.join(" com ")));
        self.mistas.sort();
    }
}

fn bloco(vistos: [&Observacao; 2], terminal: &str, seu: String, pasta: &Path) -> Bloco {
    let telas = vistos.map(|visto| linhas_da_tela(visto, terminal, pasta));
    let [seus, daqui] = telas
        .each_ref()
        .map(|tela| Vec::from_iter(tela.iter().map(String::as_str)));
    let diff = TextDiff::from_slices(&seus, &daqui);
    let linhas = pares(&diff).into_iter();
    Bloco {
        quem: [&*seu, "em Rust"].map(|quem| format!("{terminal}: {quem}")),
        linhas: linhas
            .map(|par| par.map(|linha| linha.map(str::to_string)))
            .collect(),
        notas: vistos.map(|visto| nota(visto.fins.get(terminal))),
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
        format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
    });
    let tempo = fim.tempo.as_secs_f64();
    // Com vírgula, como se escreve em português.
    format!("{saida}; {tempo:.2} s; memória {memoria}").replace('.', ",")
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
