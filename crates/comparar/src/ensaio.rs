//! Roda as sessões: com os arquivos do aluno, com os programas daqui e, nos pares, um de cada.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::{iter, thread};

use comum::visivel;
use palco::{Ator, Observacao, Resultado, Sessao, interrompido, observa};

use crate::fonte::Fonte;
use crate::plano::{Grupo, Licao, Plano, Roteiro};
use crate::progresso::Progresso;
use crate::veredito::{Peso, Pista, Veredito, conclui, julga, parou};
use crate::vista::{Relatorio, SessaoVista, Vista, resume};

/// Quem roda. O que se viu com os programas em Rust serve a todas as pastas.
pub struct Ensaio<'a> {
    pub roteiro: &'a Roteiro,
    pub versao_do_python: &'a str,
    pub progresso: &'a Progresso,
    pub em_rust: Mutex<BTreeMap<String, Observacao>>,
}

impl Ensaio<'_> {
    /// Roda todas as sessões de uma pasta, com `quantos` grupos de lições ao mesmo tempo.
    pub fn roda(&self, plano: &Plano, quantos: usize) -> Result<Relatorio, String> {
        let roda = |grupo| self.roda_grupo(grupo, &plano.pasta);
        let grupos: Resultado<Vec<_>> = em_paralelo(&plano.grupos, quantos, roda)
            .into_iter()
            .collect();
        let grupos = grupos.map_err(|falha| match interrompido() {
            true => "não foi julgado: o Ctrl-C veio antes".to_string(),
            false => format!("não foi possível rodar as sessões: {falha}; tente outra vez"),
        })?;
        let licoes = plano.licoes.iter();
        Ok(Relatorio {
            resumo: licoes.map(|licao| resume(licao, &grupos)).collect(),
            pasta: visivel(plano.pasta.as_os_str().as_encoded_bytes()),
            python: visivel(self.versao_do_python.as_bytes()),
            so_algumas: self.roteiro.so_algumas,
            grupos,
        })
    }

    fn roda_grupo(&self, grupo: &Grupo, pasta: &Path) -> Resultado<Vista> {
        let mut parados: Vec<&str> = Vec::new();
        let mut sessoes = Vec::new();
        for sessao in &grupo.sessoes {
            self.progresso.roda(&sessao.nome);
            let da_sessao = |licao: &&Licao| licao.arquivo.is_some() && licao.entra_em(sessao);
            let em_python: Vec<&Licao> = grupo.licoes.iter().filter(da_sessao).collect();
            let ja_parou = |licao: &&&Licao| parados.contains(&licao.nome.as_str());
            sessoes.push(match em_python.iter().find(ja_parou) {
                Some(parado) => {
                    SessaoVista::nova(sessao, Veredito::NaoTocada(parado.nome_do_arquivo()))
                }
                None => self.toca_sessao(sessao, &em_python, &mut parados, pasta)?,
            });
        }
        let nomes: Vec<&str> = grupo.licoes.iter().map(|licao| &*licao.nome).collect();
        Ok(Vista {
            titulo: nomes.join(" e "),
            sessoes,
        })
    }

    /// Cada arquivo se julga sozinho, com o outro lado em Rust: assim não leva a culpa do outro.
    fn toca_sessao<'b>(
        &self,
        sessao: &Sessao,
        em_python: &[&'b Licao],
        parados: &mut Vec<&'b str>,
        pasta: &Path,
    ) -> Resultado<SessaoVista> {
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
        let mut vista = SessaoVista::nova(sessao, veredito);
        vista.mostra(em_python, [&python, &rust], pasta);
        for (nome, visto) in &mistas {
            vista.mistura([&python, &rust], nome, visto);
        }
        Ok(vista)
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
                pista.texto = format!("com o outro em Rust está certo, mas com o seu não: {texto}");
            }
        } else if em_python
            .iter()
            .all(|licao| Fonte::le(licao).em_outra_porta())
        {
            // Em outra porta, só o outro lado o ouve: os textos se veem aqui.
            let de_texto = |pista: &Pista| pista.peso == Peso::Texto;
            pistas.extend(juntos(&visto).into_iter().filter(de_texto));
        }
        Ok(visto)
    }

    fn com_rust(&self, sessao: &Sessao) -> Resultado<Observacao> {
        if let Some(visto) = tranca(&self.em_rust).get(&sessao.nome) {
            return Ok(visto.clone());
        }
        let mut visto = com(sessao, &[])?;
        // Numa máquina ocupada, uma conversa pode se atropelar.
        if !visto.desvios.is_empty() {
            visto = com(sessao, &[])?;
        }
        tranca(&self.em_rust).insert(sessao.nome.clone(), visto.clone());
        Ok(visto)
    }
}

/// Roda a sessão com os arquivos destas lições, e o resto em Rust.
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
pub fn em_paralelo<I: Send, R: Send>(
    itens: impl IntoIterator<Item = I>,
    quantos: usize,
    faz: impl Fn(I) -> R + Sync,
) -> Vec<R> {
    let itens: Vec<(usize, I)> = itens.into_iter().enumerate().collect();
    let (fila, prontos) = (Mutex::new(itens.into_iter()), Mutex::new(BTreeMap::new()));
    thread::scope(|escopo| {
        for _ in 0..quantos {
            escopo.spawn(|| {
                // A fila se destranca antes de fazer.
                for (n, item) in iter::from_fn(|| tranca(&fila).next()) {
                    let pronto = faz(item);
                    tranca(&prontos).insert(n, pronto);
                }
            });
        }
    });
    let prontos = prontos.into_inner().unwrap_or_else(PoisonError::into_inner);
    prontos.into_values().collect()
}

/// A vez de mexer no que as threads compartilham.
pub fn tranca<T>(compartilhado: &Mutex<T>) -> MutexGuard<'_, T> {
    compartilhado.lock().unwrap_or_else(PoisonError::into_inner)
}
