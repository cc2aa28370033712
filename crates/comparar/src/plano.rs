//! O que tocar: as lições que há na pasta, e as sessões delas.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use comum::causa::em_portugues;
use comum::{Erro, visivel};
use palco::{Diferenca, Sessao, nome_do_original, original};

use crate::argumentos::Pedido;

/// A pasta do projeto.
const PROJETO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// Tudo o que é preciso saber antes de começar.
pub struct Plano {
    /// As lições, na ordem do capítulo, com o arquivo do aluno, se há.
    pub licoes: Vec<Licao>,
    /// As lições que conversam entre si ficam juntas.
    pub grupos: Vec<Grupo>,
    /// As diferenças de propósito.
    pub diferencas: Vec<Diferenca>,
    /// Se foram pedidas só algumas lições: então tudo aparece inteiro.
    pub so_algumas: bool,
}

/// Uma lição e o arquivo em que o aluno a digitou.
#[derive(Clone)]
pub struct Licao {
    /// `servidor_chat`.
    pub nome: String,
    /// O arquivo do aluno.
    pub arquivo: Option<PathBuf>,
}

impl Licao {
    /// `Servidor_Chat.py`, como está na pasta ou como o capítulo o chama.
    pub fn nome_do_arquivo(&self) -> String {
        match self
            .arquivo
            .as_ref()
            .and_then(|caminho| caminho.file_name())
        {
            Some(nome) => visivel(nome.as_encoded_bytes()),
            None => nome_do_original(&self.nome),
        }
    }
}

/// Uma lição sozinha, ou um servidor e o cliente dele.
pub struct Grupo {
    /// Os nomes das lições.
    pub licoes: Vec<String>,
    /// As sessões delas.
    pub sessoes: Vec<Sessao>,
}

impl Plano {
    /// O plano do que se pediu.
    pub fn novo(pedido: &Pedido) -> Result<Plano, Erro> {
        let pasta = &pedido.pasta;
        let mostrada = visivel(pasta.as_os_str().as_encoded_bytes());
        let entradas = pasta.read_dir().map_err(|erro| {
            Erro::Mensagem(format!(
                "não foi possível abrir a pasta {mostrada}: {}; confira o caminho",
                em_portugues(&erro)
            ))
        })?;
        let vazia = entradas.count() == 0;
        let mut sessoes =
            Sessao::todas(&Path::new(PROJETO).join("tests/sessoes")).map_err(falhou)?;
        // As que vão além do capítulo não têm com que se comparar.
        sessoes.retain(|s| (cfg!(unix) || !s.so_unix) && !s.listagens.is_empty());
        let nomes = licoes_em_ordem(&sessoes);
        let pedidas = escolhidas(&pedido.licoes, &nomes)?;
        let licoes: Vec<Licao> = nomes
            .iter()
            .map(|nome| Licao {
                nome: nome.clone(),
                arquivo: original(pasta, nome),
            })
            .collect();
        let da_pasta: Vec<&str> = licoes
            .iter()
            .filter(|licao| licao.arquivo.is_some())
            .map(|licao| licao.nome.as_str())
            .collect();
        if da_pasta.is_empty() {
            let que = if vazia {
                "está vazia"
            } else {
                "não tem nenhum arquivo do capítulo"
            };
            let quais: Vec<String> = nomes.iter().map(|nome| nome_do_original(nome)).collect();
            return Err(Erro::Mensagem(format!(
                "a pasta {mostrada} {que}; os nomes são {}",
                quais.join(", ")
            )));
        }
        if let Some(falta) = pedidas
            .iter()
            .find(|nome| !da_pasta.contains(&nome.as_str()))
            && !pedidas.iter().any(|nome| da_pasta.contains(&nome.as_str()))
        {
            return Err(Erro::Mensagem(format!(
                "{} não está na pasta {mostrada}; digite-o do capítulo, ou confira o nome",
                nome_do_original(falta)
            )));
        }
        // Uma sessão interessa se tem uma lição pedida que o aluno já digitou.
        sessoes.retain(|sessao| {
            sessao.licoes().any(|(_, licao)| {
                da_pasta.contains(&licao) && pedidas.iter().any(|pedida| pedida == licao)
            })
        });
        let grupos = agrupa(sessoes, &nomes);
        let diferencas =
            Diferenca::todas(&Path::new(PROJETO).join("docs/src/diferencas.md")).map_err(falhou)?;
        Ok(Plano {
            licoes: licoes
                .into_iter()
                .filter(|licao| pedidas.contains(&licao.nome))
                .collect(),
            grupos,
            diferencas,
            so_algumas: !pedido.licoes.is_empty(),
        })
    }
}

/// Um erro do palco, que já se explica.
pub fn falhou(falha: palco::Falha) -> Erro {
    Erro::Mensagem(falha.0)
}

/// As lições, na ordem em que entram em cena: a do capítulo.
fn licoes_em_ordem(sessoes: &[Sessao]) -> Vec<String> {
    let mut nomes: Vec<String> = Vec::new();
    for sessao in sessoes {
        let da_sessao: BTreeMap<&str, &str> = sessao.licoes().collect();
        for passo in &sessao.passos {
            if let Some(licao) = da_sessao.get(passo.em.as_str())
                && !nomes.iter().any(|nome| nome == licao)
            {
                nomes.push((*licao).to_string());
            }
        }
    }
    nomes
}

/// As lições que os nomes digitados querem dizer; sem nomes, todas.
fn escolhidas(digitados: &[String], nomes: &[String]) -> Result<Vec<String>, Erro> {
    if digitados.is_empty() {
        return Ok(nomes.to_vec());
    }
    let mut escolhidas = Vec::new();
    for digitado in digitados {
        let so_nome = digitado.trim_end_matches(".py");
        let exata = |nome: &&String| {
            **nome == so_nome
                || nome_do_original(nome).eq_ignore_ascii_case(&format!("{so_nome}.py"))
        };
        let mut achadas: Vec<&String> = nomes.iter().filter(exata).collect();
        if achadas.is_empty() {
            achadas = nomes
                .iter()
                .filter(|nome| nome.split('_').any(|parte| parte == so_nome))
                .collect();
        }
        if achadas.is_empty() {
            return Err(Erro::Mensagem(format!(
                "não há uma lição \"{}\"; as lições são {}",
                visivel(digitado.as_bytes()),
                nomes.join(", ")
            )));
        }
        escolhidas.extend(achadas.into_iter().cloned());
    }
    Ok(escolhidas)
}

/// Junta as lições que aparecem numa mesma sessão, e dá a cada grupo as sessões dele.
fn agrupa(sessoes: Vec<Sessao>, nomes: &[String]) -> Vec<Grupo> {
    let mut grupos: Vec<Grupo> = Vec::new();
    for sessao in sessoes {
        let licoes: Vec<String> = nomes
            .iter()
            .filter(|nome| sessao.licoes().any(|(_, licao)| licao == nome.as_str()))
            .cloned()
            .collect();
        let grupo = grupos
            .iter_mut()
            .find(|grupo| licoes.iter().any(|licao| grupo.licoes.contains(licao)));
        match grupo {
            Some(grupo) => {
                for licao in licoes {
                    if !grupo.licoes.contains(&licao) {
                        grupo.licoes.push(licao);
                    }
                }
                grupo.sessoes.push(sessao);
            }
            None => grupos.push(Grupo {
                licoes,
                sessoes: vec![sessao],
            }),
        }
    }
    grupos
}
