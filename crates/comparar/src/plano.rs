//! O que rodar: as lições que há na pasta, e as sessões delas.

use std::path::{Path, PathBuf};

use comum::causa::em_portugues;
use comum::{Erro, visivel};
use palco::{Diferenca, Sessao, original};

/// A pasta do projeto.
const PROJETO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// O que se sabe antes de olhar a pasta de um aluno.
pub struct Roteiro {
    /// As lições, na ordem do capítulo.
    pub nomes: Vec<String>,
    /// As que se pediram.
    pub pedidas: Vec<String>,
    sessoes: Vec<Sessao>,
    /// As diferenças de propósito.
    pub diferencas: Vec<Diferenca>,
    /// Se foram pedidas só algumas lições: então tudo aparece inteiro.
    pub so_algumas: bool,
}

impl Roteiro {
    /// As sessões do projeto e as lições que os nomes `digitados` querem dizer.
    pub fn novo(digitados: &[String]) -> Result<Roteiro, Erro> {
        let mut sessoes = Sessao::todas(&Path::new(PROJETO).join("tests/sessoes"))?;
        // As que vão além do capítulo não têm com que se comparar.
        sessoes.retain(|s| (cfg!(unix) || !s.so_unix) && !s.listagens.is_empty());
        let nomes = licoes_em_ordem(&sessoes);
        Ok(Roteiro {
            pedidas: escolhidas(digitados, &nomes)?,
            nomes,
            sessoes,
            diferencas: Diferenca::todas(&Path::new(PROJETO).join("docs/src/diferencas.md"))?,
            so_algumas: !digitados.is_empty(),
        })
    }
}

/// O que comparar numa pasta.
pub struct Plano {
    /// A pasta dos originais, inteira: os programas rodam em outra.
    pub pasta: PathBuf,
    /// As lições pedidas, na ordem do capítulo.
    pub licoes: Vec<Licao>,
    /// As lições que conversam entre si ficam juntas.
    pub grupos: Vec<Grupo>,
}

/// Uma lição e o arquivo em que o aluno a digitou.
#[derive(Clone)]
pub struct Licao {
    /// `servidor_chat`.
    pub nome: String,
    /// O arquivo do aluno, se há.
    pub arquivo: Option<PathBuf>,
    /// Não havendo, o que parece ser ele com outro nome: `Servidor.py.txt`.
    pub parecido: Option<String>,
}

impl Licao {
    /// Se a lição entra em cena nesta sessão.
    pub fn entra_em(&self, sessao: &Sessao) -> bool {
        sessao.licoes().any(|(_, nome)| nome == self.nome)
    }

    /// Que o arquivo não está lá, e qual parece ser ele.
    pub fn ausencia(&self) -> String {
        let nome = self.nome_do_arquivo();
        match &self.parecido {
            None => format!("{nome} não está na pasta: não comparada"),
            Some(outro) => {
                format!("{nome} não está, mas há {outro}: troque o nome dele para {nome}")
            }
        }
    }

    /// `Servidor_Chat.py`, como está na pasta ou como o capítulo o chama.
    pub fn nome_do_arquivo(&self) -> String {
        match self.arquivo.as_deref().and_then(Path::file_name) {
            Some(nome) => visivel(nome.as_encoded_bytes()),
            None => nome_do_original(&self.nome),
        }
    }
}

/// Uma lição sozinha, ou um servidor e o cliente dele.
#[derive(Default)]
pub struct Grupo {
    /// As lições.
    pub licoes: Vec<Licao>,
    /// As sessões delas.
    pub sessoes: Vec<Sessao>,
}

impl Plano {
    /// O plano de uma pasta, que se diz assim a quem a deu: `pasta entregas`.
    pub fn novo(roteiro: &Roteiro, pasta: &Path, dita: &str) -> Result<Plano, Erro> {
        let nela = abre(pasta)?;
        let nela = nela.iter().filter_map(|caminho| caminho.file_name());
        let nela: Vec<String> = nela.map(|nome| visivel(nome.as_encoded_bytes())).collect();
        let licao = |nome: &String| {
            let arquivo = original(pasta, nome);
            let parece = || parecido(nome, &nela, &roteiro.nomes);
            let parecido = arquivo.is_none().then(parece).flatten();
            Licao {
                nome: nome.clone(),
                arquivo,
                parecido,
            }
        };
        let todas: Vec<Licao> = roteiro.nomes.iter().map(licao).collect();
        let pedida = |licao: &&Licao| roteiro.pedidas.contains(&licao.nome);
        let licoes: Vec<Licao> = todas.iter().filter(pedida).cloned().collect();
        if !licoes.iter().any(|licao| licao.arquivo.is_some()) {
            let parecidos = licoes.iter().filter(|licao| licao.parecido.is_some());
            let parecidos: Vec<String> = parecidos.map(Licao::ausencia).collect();
            let nomes: Vec<String> = licoes.iter().map(Licao::nome_do_arquivo).collect();
            return Err(Erro::Mensagem(if !parecidos.is_empty() {
                format!("na {dita}, {}", parecidos.join("; "))
            } else if todas.iter().any(|licao| licao.arquivo.is_some()) {
                let falta = &nomes[0];
                format!("{falta} não está na {dita}; digite-o do capítulo, ou confira o nome")
            } else {
                let que = match nela.is_empty() {
                    true => "está vazia",
                    false => "não tem nenhum arquivo do capítulo",
                };
                format!("a {dita} {que}; os nomes são {}", nomes.join(", "))
            }));
        }
        // Uma sessão interessa se tem uma lição pedida que o aluno já digitou.
        let ha = |licao: &&Licao| licao.arquivo.is_some();
        let interessa =
            |sessao: &&Sessao| licoes.iter().filter(ha).any(|licao| licao.entra_em(sessao));
        let sessoes = roteiro.sessoes.iter().filter(interessa).cloned().collect();
        Ok(Plano {
            pasta: pasta.to_path_buf(),
            grupos: agrupa(sessoes, &todas),
            licoes,
        })
    }

    /// As sessões que há para rodar.
    pub fn sessoes(&self) -> impl Iterator<Item = &Sessao> {
        self.grupos.iter().flat_map(|grupo| &grupo.sessoes)
    }

    /// Os programas que entram em cena.
    pub fn programas(&self) -> impl Iterator<Item = &str> {
        self.sessoes()
            .flat_map(|sessao| sessao.programas().map(|(_, programa)| programa))
    }
}

/// O que há numa pasta.
pub fn abre(pasta: &Path) -> Result<Vec<PathBuf>, Erro> {
    let entradas = pasta.read_dir().map_err(|erro| {
        let mostrada = visivel(pasta.as_os_str().as_encoded_bytes());
        let erro = em_portugues(&erro);
        Erro::Mensagem(format!(
            "não foi possível abrir a pasta {mostrada}: {erro}; confira o caminho"
        ))
    })?;
    Ok(entradas.flatten().map(|entrada| entrada.path()).collect())
}

/// As lições, na ordem em que entram em cena: a do capítulo.
fn licoes_em_ordem(sessoes: &[Sessao]) -> Vec<String> {
    let mut nomes: Vec<String> = Vec::new();
    for sessao in sessoes {
        for passo in &sessao.passos {
            let licao = sessao.licoes().find(|(terminal, _)| *terminal == passo.em);
            if let Some((_, licao)) = licao
                && !nomes.iter().any(|nome| nome == licao)
            {
                nomes.push(licao.to_string());
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
        let parte = |nome: &&String| nome.split('_').any(|parte| parte == so_nome);
        let mut achadas: Vec<&String> = nomes.iter().filter(exata).collect();
        if achadas.is_empty() {
            achadas = nomes.iter().filter(parte).collect();
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
fn agrupa(sessoes: Vec<Sessao>, todas: &[Licao]) -> Vec<Grupo> {
    let mut grupos: Vec<Grupo> = Vec::new();
    for sessao in sessoes {
        let juntas = |grupo: &Grupo| grupo.licoes.iter().any(|licao| licao.entra_em(&sessao));
        let onde = grupos.iter().position(juntas).unwrap_or(grupos.len());
        if onde == grupos.len() {
            grupos.push(Grupo::default());
        }
        let grupo = &mut grupos[onde];
        for licao in todas.iter().filter(|licao| licao.entra_em(&sessao)) {
            if !grupo.licoes.iter().any(|outra| outra.nome == licao.nome) {
                grupo.licoes.push(licao.clone());
            }
        }
        grupo.sessoes.push(sessao);
    }
    grupos
}

/// O que, numa pasta, parece ser o arquivo de uma lição com outro nome: `Servidor.py.txt`, `Servidor2.py`,
/// `ServidorChat.py`, `Cleinte.py`. O que tem o nome certo de outra lição não é desta.
fn parecido(nome: &str, nela: &[String], nomes: &[String]) -> Option<String> {
    let letras = |texto: &str| so_letras(texto).replace(|c: char| c.is_ascii_digit(), "");
    let tronco = |nome: &str| letras(nome_do_original(nome).trim_end_matches(".py"));
    let parece = |arquivo: &&String| {
        let (deste, fim) = arquivo.split_once('.').unwrap_or((arquivo, "py"));
        let deste = letras(deste);
        let de_outra = nomes
            .iter()
            .any(|outra| outra != nome && tronco(outra) == deste);
        let de_programa = ["py", "txt", "pyw"]
            .iter()
            .any(|um| fim.to_lowercase().ends_with(um));
        de_programa && !de_outra && quase_igual(&deste, &tronco(nome))
    };
    nela.iter().find(parece).cloned()
}

/// Se dois nomes são iguais ou, compridos, só diferem em uma letra ou em duas trocadas de lugar.
fn quase_igual(um: &str, outro: &str) -> bool {
    let proporcao = similar::TextDiff::from_chars(um, outro).ratio();
    um == outro || outro.len() > 4 && proporcao > 0.85
}

/// O nome que o capítulo dá ao arquivo do original: `servidor_chat` é `Servidor_Chat.py`.
pub fn nome_do_original(licao: &str) -> String {
    if licao == "socket_ip" {
        return "Socket.py".to_string();
    }
    let partes = licao.split('_').map(|parte| match parte {
        "udp" | "ftp" | "ascii" => parte.to_uppercase(),
        _ => parte[..1].to_uppercase() + &parte[1..],
    });
    partes.collect::<Vec<_>>().join("_") + ".py"
}

/// As letras e os números, em minúsculas e sem os acentos do português.
pub fn so_letras(texto: &str) -> String {
    let sem_acento = |c| match c {
        'á' | 'à' | 'â' | 'ã' => 'a',
        'é' | 'ê' => 'e',
        'í' => 'i',
        'ó' | 'ô' | 'õ' => 'o',
        'ú' | 'ü' => 'u',
        'ç' => 'c',
        _ => c,
    };
    let minusculas = texto.to_lowercase();
    let letras = minusculas.chars().filter(|c| c.is_alphanumeric());
    letras.map(sem_acento).collect()
}
