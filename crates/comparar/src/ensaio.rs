//! Toca as sessões: com os arquivos do aluno, com os programas daqui e, nos pares, um de cada.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use comum::Erro;
use palco::{Ator, Observacao, Resultado, Sessao, observa};

use crate::fonte::Fonte;
use crate::plano::{Grupo, Licao, Plano, Roteiro};
use crate::progresso::Progresso;
use crate::veredito::{Peso, Pista, Veredito, conclui, julga, parou};

/// Uma sessão julgada, e o que se viu dela, se foi tocada.
pub struct Feita {
    pub sessao: Sessao,
    pub veredito: Veredito,
    pub visto: Option<Visto>,
}

/// O que se viu de uma sessão.
pub struct Visto {
    /// Com os arquivos do aluno (onde falta um, com o programa em Rust).
    pub python: Observacao,
    /// Com os programas em Rust.
    pub rust: Observacao,
    /// Num par, com um só dos arquivos: o nome da lição que está em Python, e o que se viu.
    pub mistas: Vec<(String, Observacao)>,
}

/// Quem toca: o que se viu com os programas em Rust serve a todas as pastas.
pub struct Ensaio<'a> {
    roteiro: &'a Roteiro,
    progresso: &'a Progresso,
    em_rust: Mutex<BTreeMap<String, Observacao>>,
}

impl<'a> Ensaio<'a> {
    pub fn novo(roteiro: &'a Roteiro, progresso: &'a Progresso) -> Ensaio<'a> {
        Ensaio {
            roteiro,
            progresso,
            em_rust: Mutex::new(BTreeMap::new()),
        }
    }

    /// Toca todos os grupos de uma pasta, `quantos` ao mesmo tempo.
    pub fn toca(&self, plano: &Plano, quantos: usize) -> Result<Vec<Vec<Feita>>, Erro> {
        em_paralelo(&plano.grupos, quantos, |grupo| self.toca_grupo(grupo))
            .into_iter()
            .map(|tocado| {
                tocado.map_err(|falha| {
                    Erro::Mensagem(format!(
                        "não foi possível tocar as sessões: {falha}; tente outra vez"
                    ))
                })
            })
            .collect()
    }

    fn toca_grupo(&self, grupo: &Grupo) -> Resultado<Vec<Feita>> {
        let mut parados: Vec<&str> = Vec::new();
        let mut feitas = Vec::new();
        for sessao in &grupo.sessoes {
            self.progresso.toca(&sessao.nome);
            let da_sessao = |licao: &&Licao| {
                let mut nomes = sessao.licoes().map(|(_, nome)| nome);
                licao.arquivo.is_some() && nomes.any(|nome| nome == licao.nome)
            };
            let em_python: Vec<&Licao> = grupo.licoes.iter().filter(da_sessao).collect();
            let ja_parou = |licao: &&&Licao| parados.contains(&licao.nome.as_str());
            let parado = em_python.iter().find(ja_parou);
            let (veredito, visto) = match parado {
                Some(parado) => (Veredito::NaoTocada(parado.nome_do_arquivo()), None),
                None => {
                    let (veredito, visto) = self.toca_sessao(sessao, &em_python, &mut parados)?;
                    (veredito, Some(visto))
                }
            };
            feitas.push(Feita {
                sessao: sessao.clone(),
                veredito,
                visto,
            });
        }
        Ok(feitas)
    }

    /// Cada arquivo se julga sozinho, com o outro lado em Rust: assim não leva a culpa do par.
    fn toca_sessao<'b>(
        &self,
        sessao: &Sessao,
        em_python: &[&'b Licao],
        parados: &mut Vec<&'b str>,
    ) -> Resultado<(Veredito, Visto)> {
        let rust = self.com_rust(sessao)?;
        let mut pistas = Vec::new();
        let mut mistas = Vec::new();
        for licao in em_python {
            let (visto, dele) = confirma(sessao, licao, &rust)?;
            if !dele.is_empty() && parou(sessao, &visto) {
                parados.push(&licao.nome);
            }
            pistas.extend(dele);
            mistas.push((licao.nome.clone(), visto));
        }
        let python = match mistas.as_slice() {
            [_] => mistas.remove(0).1,
            _ => self.toca_juntos(sessao, em_python, &rust, &mut pistas)?,
        };
        let veredito = conclui(sessao, pistas, &python, &rust, &self.roteiro.diferencas);
        let visto = Visto {
            python,
            rust,
            mistas,
        };
        Ok((veredito, visto))
    }

    /// Com todos os arquivos. Do que se vê só então, não se sabe de quem é: fica com todos.
    fn toca_juntos(
        &self,
        sessao: &Sessao,
        em_python: &[&Licao],
        rust: &Observacao,
        pistas: &mut Vec<Pista>,
    ) -> Resultado<Observacao> {
        let mut visto = com(sessao, em_python)?;
        let juntos = |visto: &Observacao| -> Vec<Pista> {
            let cada = em_python.iter();
            cada.flat_map(|licao| julga(sessao, licao, em_python, visto, rust))
                .collect()
        };
        if pistas.is_empty() && !juntos(&visto).is_empty() {
            visto = com(sessao, em_python)?;
            pistas.extend(juntos(&visto));
            for pista in pistas.iter_mut() {
                let texto = &pista.texto;
                pista.texto = format!("com o par em Rust está certo, mas com o seu não: {texto}");
            }
        } else if em_python
            .iter()
            .all(|licao| Fonte::le(licao).em_outra_porta())
        {
            // Em outra porta, só o par dele o ouve: os textos se veem aqui.
            pistas.extend(
                juntos(&visto)
                    .into_iter()
                    .filter(|pista| pista.peso == Peso::Texto),
            );
        }
        Ok(visto)
    }

    fn com_rust(&self, sessao: &Sessao) -> Resultado<Observacao> {
        let em_rust = || self.em_rust.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(visto) = em_rust().get(&sessao.nome) {
            return Ok(visto.clone());
        }
        let mut visto = com(sessao, &[])?;
        // Numa máquina ocupada, uma conversa pode se atropelar.
        if !visto.desvios.is_empty() {
            visto = com(sessao, &[])?;
        }
        em_rust().insert(sessao.nome.clone(), visto.clone());
        Ok(visto)
    }
}

/// Toca a sessão com os arquivos destas lições, e o resto em Rust.
fn com(sessao: &Sessao, em_python: &[&Licao]) -> Resultado<Observacao> {
    observa(sessao, |nome| {
        let licao = em_python.iter().find(|licao| licao.nome == nome);
        match licao.and_then(|licao| licao.arquivo.as_deref()?.parent()) {
            Some(pasta) => Ator::Python(pasta),
            None => Ator::Rust,
        }
    })
}

/// O que se vê de um arquivo, e as pistas dele. Numa máquina ocupada uma conversa pode se atropelar, ou outro
/// programa tomar a porta: o que não é um traceback, ou é o da porta em uso, merece outra vez.
fn confirma(
    sessao: &Sessao,
    licao: &Licao,
    rust: &Observacao,
) -> Resultado<(Observacao, Vec<Pista>)> {
    const EM_USO: [&str; 3] = ["[Errno 98]", "[Errno 48]", "[WinError 10048]"];
    let certa = |pista: &Pista| {
        pista.peso == Peso::Erro && !EM_USO.iter().any(|em_uso| pista.texto.contains(em_uso))
    };
    let mut visto = com(sessao, &[licao])?;
    let mut pistas = julga(sessao, licao, &[licao], &visto, rust);
    if !pistas.is_empty() && !pistas.iter().any(certa) {
        visto = com(sessao, &[licao])?;
        pistas = julga(sessao, licao, &[licao], &visto, rust);
    }
    Ok((visto, pistas))
}

/// Quantos núcleos há.
pub fn nucleos() -> usize {
    thread::available_parallelism().map_or(2, usize::from)
}

/// Faz o mesmo com cada item, `quantos` de cada vez; o que resulta vem na ordem deles.
pub fn em_paralelo<I: Sync, R: Send>(
    itens: &[I],
    quantos: usize,
    faz: impl Fn(&I) -> R + Sync,
) -> Vec<R> {
    let proximo = AtomicUsize::new(0);
    let prontos = Mutex::new(BTreeMap::new());
    thread::scope(|escopo| {
        for _ in 0..quantos {
            escopo.spawn(|| {
                loop {
                    let n = proximo.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = itens.get(n) else { return };
                    let pronto = faz(item);
                    let mut prontos = prontos.lock().unwrap_or_else(PoisonError::into_inner);
                    prontos.insert(n, pronto);
                }
            });
        }
    });
    let prontos = prontos.into_inner().unwrap_or_else(PoisonError::into_inner);
    prontos.into_values().collect()
}
