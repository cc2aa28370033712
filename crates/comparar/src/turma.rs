//! Uma turma: cada pasta é um aluno, e o que se mostra é uma tabela.

use std::collections::BTreeMap;
use std::iter;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use comum::{Erro, visivel};
use palco::original;

use crate::ensaio::{Ensaio, em_paralelo, nucleos, tranca};
use crate::plano::{Plano, Roteiro, abre, so_letras};
use crate::progresso::Progresso;
use crate::tela;
use crate::vista::Relatorio;

/// Um aluno: o nome da pasta dele e o que comparar, ou por que não há o que comparar.
pub struct Aluno {
    pub nome: String,
    pub plano: Result<Plano, String>,
}

/// Um aluno já julgado.
pub struct Julgado {
    pub nome: String,
    pub relatorio: Result<Relatorio, String>,
}

impl Julgado {
    /// A marca de uma lição, e o que dizer dela. Se só o outro lado difere, ela está certa.
    pub fn marca(&self, licao: &str) -> (&'static str, &str) {
        let mut resumos = self.relatorio.iter().flat_map(|um| &um.resumo);
        match resumos.find(|uma| uma.licao == licao) {
            Some(uma) if uma.so_o_par => ("=", &uma.texto),
            Some(uma) if ["=", "~", "≠"].contains(&uma.marca) => (uma.marca, &uma.texto),
            Some(uma) => ("–", &uma.texto),
            None => ("–", ""),
        }
    }

    /// O que olhar, lição por lição, ou por que não se comparou.
    pub fn o_que_olhar(&self, licoes: &[String]) -> String {
        let pista = |licao: &String| match self.marca(licao) {
            ("≠" | "–", texto) if !texto.is_empty() => Some(format!(
                "{licao}: {}",
                texto.trim_start_matches("diferente: ")
            )),
            _ => None,
        };
        match &self.relatorio {
            Err(motivo) => motivo.clone(),
            Ok(_) => licoes
                .iter()
                .filter_map(pista)
                .collect::<Vec<_>>()
                .join("; "),
        }
    }

    /// Se não há nada a mudar em nenhuma lição.
    pub fn tudo_certo(&self, licoes: &[String]) -> bool {
        licoes
            .iter()
            .all(|licao| ["=", "~"].contains(&self.marca(licao).0))
    }
}

/// Os alunos de uma turma, na ordem dos nomes.
pub fn alunos(roteiro: &Roteiro, pasta: &Path) -> Result<Vec<Aluno>, Erro> {
    let mut alunos: Vec<Aluno> = abre(pasta)?
        .into_iter()
        .filter(|caminho| e_pasta(caminho) || e_compactado(caminho))
        .map(|caminho| Aluno {
            nome: nome_do_aluno(&caminho),
            plano: plano_de(roteiro, &caminho),
        })
        .collect();
    alunos.sort_by_key(|aluno| so_letras(&aluno.nome));
    if alunos.is_empty() {
        let mostrada = visivel(pasta.as_os_str().as_encoded_bytes());
        return Err(Erro::Mensagem(format!(
            "na pasta {mostrada} não há pastas de alunos: ponha cada aluno numa pasta dentro dela (para um só, tire o --turma)"
        )));
    }
    Ok(alunos)
}

/// O plano da pasta de um aluno, ou da que, dentro dela, tem mais arquivos do capítulo.
fn plano_de(roteiro: &Roteiro, pasta: &Path) -> Result<Plano, String> {
    let caminhos = percorre(pasta, 3);
    let quantos = |pasta: &&PathBuf| {
        let tem = |licao: &&String| original(pasta, licao).is_some();
        roteiro.nomes.iter().filter(tem).count()
    };
    // De duas com o mesmo tanto, a de fora.
    let pastas = caminhos.iter().filter(|caminho| e_pasta(caminho));
    let melhor = pastas.rev().max_by_key(quantos);
    let melhor = melhor.map_or(pasta, PathBuf::as_path);
    let compactado = caminhos.iter().find(|caminho| e_compactado(caminho));
    let compactado = compactado.and_then(|caminho| caminho.file_name());
    Plano::novo(roteiro, melhor, "pasta").map_err(|erro| match compactado {
        Some(nome) => {
            let nome = visivel(nome.as_encoded_bytes());
            format!("{nome} está fechado: abra-o na pasta do aluno e compare de novo")
        }
        // Os nomes dos arquivos, diz-se uma vez a quem compara um só.
        None => erro.to_string().split("; os nomes").take(1).collect(),
    })
}

/// O caminho e, se é de uma pasta, tudo o que está dentro dela, até este fundo.
fn percorre(caminho: &Path, fundo: usize) -> Vec<PathBuf> {
    let dentro = match e_pasta(caminho) && fundo > 0 {
        true => abre(caminho).unwrap_or_default(),
        false => Vec::new(),
    };
    let dentro = dentro.iter().flat_map(|outro| percorre(outro, fundo - 1));
    iter::once(caminho.to_path_buf()).chain(dentro).collect()
}

/// Uma pasta que alguém pôs ali: a `__MACOSX` e as que começam por ponto são dos sistemas.
fn e_pasta(caminho: &Path) -> bool {
    let nome = caminho.file_name().unwrap_or_default().to_string_lossy();
    caminho.is_dir() && !nome.starts_with('.') && !nome.starts_with("__")
}

fn e_compactado(caminho: &Path) -> bool {
    let fim = caminho.extension().unwrap_or_default().to_ascii_lowercase();
    ["zip", "rar", "7z", "gz"].iter().any(|um| fim == *um)
}

/// O nome da pasta, sem o que o Moodle põe depois do nome do aluno: `Ana Sá_1234_assignsubmission_file_`.
fn nome_do_aluno(caminho: &Path) -> String {
    let nome = visivel(caminho.file_name().unwrap_or_default().as_encoded_bytes());
    match nome.split_once("_assignsubmission") {
        Some((antes, _)) => {
            let antes = antes.trim_end_matches(|c: char| c.is_ascii_digit());
            antes.trim_end_matches('_').to_string()
        }
        None => nome,
    }
}

/// Julga a turma, vários alunos de cada vez, e mostra a tabela enquanto isso, na ordem dos nomes.
pub fn julga(
    ensaio: &Ensaio,
    licoes: &[String],
    alunos: Vec<Aluno>,
    progresso: &Progresso,
) -> Result<Vec<Julgado>, Erro> {
    let tabela = tela::Tabela::nova(licoes, &alunos);
    tela::escreve(&tabela.cabeca())?;
    let prontos = Mutex::new((0, BTreeMap::new()));
    let julga = |(n, Aluno { nome, plano })| {
        let relatorio = plano.and_then(|plano| ensaio.roda(&plano, 1));
        let mut prontos = tranca(&prontos);
        let (mostrados, julgados) = &mut *prontos;
        julgados.insert(n, Julgado { nome, relatorio });
        while let Some(julgado) = julgados.get(mostrados) {
            progresso.apaga();
            tela::escreve(&tabela.linha(julgado))?;
            *mostrados += 1;
        }
        Ok(())
    };
    // Quase todo o tempo é de espera: mais alunos do que núcleos.
    let escritas = em_paralelo(alunos.into_iter().enumerate(), nucleos() * 4, julga);
    progresso.apaga();
    escritas.into_iter().collect::<Result<(), Erro>>()?;
    let (_, julgados) = prontos.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(julgados.into_values().collect())
}

/// A tabela para uma planilha, como a de um Excel em português a abre: com a marca (BOM), e `;`.
pub fn csv(licoes: &[String], julgados: &[Julgado]) -> String {
    let campo = |texto: &str| {
        // O que começa assim, uma planilha calcularia.
        let perigo = texto.starts_with(['=', '+', '-', '@']);
        let texto = texto.replace('"', "\"\"");
        format!("\"{}{texto}\"", if perigo { "'" } else { "" })
    };
    let linha = |meio: Vec<&str>, [primeiro, ultimo]: [&str; 2]| {
        let campos = [vec![primeiro], meio, vec![ultimo]].concat();
        let campos: Vec<String> = campos.into_iter().map(campo).collect();
        campos.join(";") + "\r\n"
    };
    let nomes = licoes.iter().map(String::as_str).collect();
    let mut saida = "\u{feff}".to_string() + &linha(nomes, ["aluno", "o que olhar"]);
    for julgado in julgados {
        let marcas = licoes
            .iter()
            .map(|licao| tela::da_marca(julgado.marca(licao).0)[0]);
        let olhar = julgado.o_que_olhar(licoes);
        saida += &linha(marcas.collect(), [&julgado.nome, &olhar]);
    }
    saida
}
