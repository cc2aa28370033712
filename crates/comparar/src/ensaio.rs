//! Toca as sessões: com os arquivos do aluno, com os programas daqui e, nos pares, um de cada.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use comum::Erro;
use palco::{Ator, Observacao, Resultado, Sessao, observa};

use crate::plano::{Grupo, Licao, Plano};
use crate::progresso::Progresso;
use crate::veredito::{Veredito, culpados, julga};

/// Uma sessão já tocada e julgada.
pub struct Tocada {
    pub sessao: Sessao,
    /// Com os arquivos do aluno (onde falta um, com o programa em Rust).
    pub python: Observacao,
    /// Com os programas em Rust.
    pub rust: Observacao,
    /// Com um arquivo só em Python.
    pub mistas: Vec<Mista>,
    pub veredito: Veredito,
}

/// Um par com um lado em cada língua.
pub struct Mista {
    /// A lição que está em Python.
    pub em_python: String,
    pub visto: Observacao,
}

/// O que foi feito de uma sessão.
pub enum Feito {
    Tocada(Box<Tocada>),
    /// Não adiantava tocá-la: este arquivo já parou numa sessão anterior.
    Pulada(Box<Sessao>, String),
}

/// Toca todos os grupos, tantos ao mesmo tempo quantos a máquina tem núcleos.
pub fn toca_tudo(
    plano: &Plano,
    pasta: &Path,
    progresso: &Progresso,
) -> Result<Vec<Vec<Feito>>, Erro> {
    let quantas = plano.grupos.iter().map(|grupo| grupo.sessoes.len()).sum();
    let proximo = AtomicUsize::new(0);
    let prontos = Mutex::new(Vec::new());
    thread::scope(|escopo| {
        for _ in 0..thread::available_parallelism()
            .map_or(2, usize::from)
            .min(4)
        {
            escopo.spawn(|| {
                loop {
                    let n = proximo.fetch_add(1, Ordering::Relaxed);
                    let Some(grupo) = plano.grupos.get(n) else {
                        return;
                    };
                    let tocado = toca_grupo(grupo, plano, pasta, progresso, quantas);
                    prontos
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .push((n, tocado));
                }
            });
        }
    });
    let mut prontos = prontos.into_inner().unwrap_or_else(PoisonError::into_inner);
    prontos.sort_by_key(|(n, _)| *n);
    prontos
        .into_iter()
        .map(|(_, tocado)| {
            tocado.map_err(|falha| {
                Erro::Mensagem(format!(
                    "não foi possível tocar as sessões: {falha}; tente outra vez"
                ))
            })
        })
        .collect()
}

fn toca_grupo(
    grupo: &Grupo,
    plano: &Plano,
    pasta: &Path,
    progresso: &Progresso,
    quantas: usize,
) -> Resultado<Vec<Feito>> {
    let licoes: Vec<Licao> = grupo
        .licoes
        .iter()
        .map(|nome| Licao {
            nome: nome.clone(),
            arquivo: palco::original(pasta, nome),
        })
        .collect();
    let tem = |nome: &str| licoes.iter().any(|l| l.nome == nome && l.arquivo.is_some());
    let mut parados: Vec<String> = Vec::new();
    let mut feitos = Vec::new();
    for sessao in &grupo.sessoes {
        progresso.toca(&sessao.nome, quantas);
        let mut em_python: Vec<&str> = sessao
            .licoes()
            .map(|(_, licao)| licao)
            .filter(|licao| tem(licao))
            .collect();
        em_python.sort_unstable();
        em_python.dedup();
        if let Some(parado) = em_python.iter().find(|l| parados.iter().any(|p| p == *l)) {
            feitos.push(Feito::Pulada(
                Box::new(sessao.clone()),
                (*parado).to_string(),
            ));
            continue;
        }
        let ator = |quais: &[&str], licao: &str| {
            if quais.contains(&licao) {
                Ator::Python(pasta)
            } else {
                Ator::Rust
            }
        };
        // Numa máquina ocupada, uma conversa pode se atropelar (um cliente que volta antes de o servidor
        // acabar de sair): o que falha sem ser por causa do arquivo do aluno merece outra vez.
        let rust = de_novo_se(
            || observa(sessao, |_| Ator::Rust),
            |visto| !visto.desvios.is_empty(),
        )?;
        let python = observa(sessao, |licao| ator(&em_python, licao))?;
        let mut mistas = Vec::new();
        if em_python.len() > 1 {
            for licao in &em_python {
                let visto = de_novo_se(
                    || observa(sessao, |outra| ator(&[licao], outra)),
                    |visto| visto.parada().is_some() && python.parada().is_none(),
                )?;
                mistas.push(Mista {
                    em_python: (*licao).to_string(),
                    visto,
                });
            }
        }
        let veredito = julga(sessao, &python, &rust, &mistas, &licoes, &plano.diferencas);
        if matches!(veredito, Veredito::Diferente(_)) {
            parados.extend(culpados(sessao, &python, &mistas, &em_python));
        }
        feitos.push(Feito::Tocada(Box::new(Tocada {
            sessao: sessao.clone(),
            python,
            rust,
            mistas,
            veredito,
        })));
    }
    Ok(feitos)
}

/// Toca mais uma vez o que `estranho` diz que não correu bem.
fn de_novo_se(
    toca: impl Fn() -> Resultado<Observacao>,
    estranho: impl Fn(&Observacao) -> bool,
) -> Resultado<Observacao> {
    let visto = toca()?;
    if estranho(&visto) { toca() } else { Ok(visto) }
}
