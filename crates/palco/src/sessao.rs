//! O roteiro de uma sessão: `sessao.toml`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::falha::{Resultado, falha};

/// O único programa sem original: existe para que as lições de FTP não precisem de internet.
pub(crate) const SERVIDOR_DA_TURMA: &str = "servidor_ftp";

/// Uma pasta de `tests/sessoes`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sessao {
    /// O nome da pasta.
    #[serde(skip)]
    pub nome: String,
    /// A pasta, onde estão também as telas.
    #[serde(skip)]
    pub pasta: PathBuf,
    /// O que acontece na sessão, numa frase.
    pub titulo: String,
    /// As listagens do capítulo que ela mostra: `["7.3", "7.4"]`; nenhuma, se vai além dele.
    #[serde(default)]
    pub listagens: Vec<String>,
    /// O que difere de propósito da do original: situações das tabelas de `docs/src/diferencas.md`.
    #[serde(default)]
    pub diferenca: Vec<String>,
    /// A sessão usa um sinal, que o Windows não tem.
    #[serde(default)]
    pub so_unix: bool,
    /// Quem está em cada terminal; quem não aparece aqui é a lição de mesmo nome.
    #[serde(default)]
    pub terminais: BTreeMap<String, Papel>,
    /// Os arquivos que a sessão deixa na pasta de trabalho, e nenhum outro.
    #[serde(default)]
    pub arquivos: BTreeMap<String, Origem>,
    /// O que acontece, em ordem.
    pub passos: Vec<Passo>,
}

/// De onde vem um arquivo.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Origem {
    /// O arquivo do servidor da turma, a partir de `crates/comum_alem/arquivos`; sem ele, basta que exista.
    pub igual_a: Option<PathBuf>,
    /// Baixado como texto: as linhas terminam como as do sistema.
    #[serde(default)]
    pub texto: bool,
}

/// Quem está num terminal: um programa, ou o próprio palco falando bytes na rede.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Papel {
    /// O pacote do programa, quando não é o nome do terminal.
    pub licao: Option<String>,
    /// O que vai depois do nome do programa, em vez do endereço. Nele, como no que se digita, as portas são as do
    /// livro: a da sessão e a seguinte.
    pub argumentos: Option<Vec<String>>,
    /// O stdout do programa é um cano cujo leitor já foi embora.
    #[serde(default)]
    pub saida_fechada: bool,
    /// Não há programa: o palco fala com os outros por este protocolo.
    pub rede: Option<Rede>,
    /// Na rede, espera os programas em vez de ir até eles.
    #[serde(default)]
    pub escuta: bool,
}

impl Papel {
    /// O pacote do programa que está neste terminal.
    pub(crate) fn programa<'a>(&'a self, terminal: &'a str) -> &'a str {
        self.licao.as_deref().unwrap_or(terminal)
    }
}

/// Por onde o palco fala com os programas.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Rede {
    /// Uma conexão.
    Tcp,
    /// Datagramas.
    Udp,
}

/// O que se faz num terminal, na ordem em que a pessoa o vive: vê o prompt, digita, sai.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Passo {
    /// O terminal.
    pub em: String,
    /// Esperar um texto no stdout.
    pub espera: Option<String>,
    /// Digitar uma linha. O endereço `127.0.0.1:2121` vira o do servidor da turma nesta sessão.
    pub digita: Option<String>,
    /// Digitar uma senha: num terminal ela não aparece, só o Enter.
    pub senha: Option<String>,
    /// Esperar um texto no stderr (os originais não avisam: com eles, não se espera).
    pub aviso: Option<String>,
    /// Na rede: mandar bytes.
    pub envia: Option<Bytes>,
    /// Na rede: esperar exatamente estes bytes.
    pub recebe: Option<Bytes>,
    /// Na rede: fechar a conexão.
    #[serde(default)]
    pub fecha: bool,
    /// Ctrl-D.
    #[serde(default)]
    pub fim_da_entrada: bool,
    /// Ctrl-C.
    #[serde(default)]
    pub ctrl_c: bool,
    /// Esperar que o programa termine com este código.
    pub sai: Option<i32>,
}

/// Bytes num roteiro: um texto, ou uma lista de textos e números (`["ol", 0xe1]`).
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Bytes {
    /// Um texto, em UTF-8.
    Texto(String),
    /// Um byte qualquer.
    Byte(u8),
    /// Os pedaços, um depois do outro.
    Pedacos(Vec<Bytes>),
}

impl Bytes {
    pub(crate) fn bytes(&self) -> Vec<u8> {
        match self {
            Bytes::Texto(texto) => texto.clone().into_bytes(),
            Bytes::Byte(byte) => vec![*byte],
            Bytes::Pedacos(pedacos) => pedacos.iter().flat_map(Bytes::bytes).collect(),
        }
    }
}

impl Sessao {
    /// Lê todas as sessões de uma pasta, em ordem de nome.
    pub fn todas(pasta: &Path) -> Resultado<Vec<Sessao>> {
        let entradas = fs::read_dir(pasta)?.flatten().map(|e| e.path());
        let mut pastas: Vec<PathBuf> = entradas.filter(|p| p.is_dir()).collect();
        pastas.sort();
        pastas.iter().map(|p| Sessao::le(p)).collect()
    }

    /// Lê a sessão de uma pasta; a falha diz o que há de errado no roteiro.
    fn le(pasta: &Path) -> Resultado<Sessao> {
        let arquivo = pasta.join("sessao.toml");
        let mut sessao: Sessao = toml::from_str(&fs::read_to_string(&arquivo)?)
            .map_err(|erro| falha!("{}: {erro}", arquivo.display()))?;
        let nome = pasta.file_name().unwrap_or_default();
        sessao.nome = nome.to_string_lossy().into_owned();
        sessao.pasta = pasta.to_path_buf();
        for Passo { em, .. } in &sessao.passos {
            sessao.terminais.entry(em.clone()).or_default();
        }
        Ok(sessao)
    }

    /// A tela gravada de um terminal: a do programa em Rust.
    #[must_use]
    pub fn tela(&self, terminal: &str) -> String {
        fs::read_to_string(self.pasta.join(format!("{terminal}.txt"))).unwrap_or_default()
    }

    /// A tela gravada de um terminal com o original: a mesma, ou `TERMINAL.original.txt` se difere.
    #[must_use]
    pub fn tela_do_original(&self, terminal: &str) -> String {
        fs::read_to_string(self.pasta.join(format!("{terminal}.original.txt")))
            .unwrap_or_else(|_| self.tela(terminal))
    }

    /// Os terminais onde há um programa, com o nome do pacote dele.
    pub fn programas(&self) -> impl Iterator<Item = (&str, &str)> {
        let terminais = self.terminais.iter();
        let com_programa = terminais.filter(|(_, papel)| papel.rede.is_none());
        com_programa.map(|(terminal, papel)| (terminal.as_str(), papel.programa(terminal)))
    }

    /// Os terminais onde há uma lição (o servidor FTP da turma não é: não está no livro).
    pub fn licoes(&self) -> impl Iterator<Item = (&str, &str)> {
        self.programas()
            .filter(|(_, licao)| *licao != SERVIDOR_DA_TURMA)
    }

    /// A porta em que o servidor atende, no livro.
    pub(crate) fn porta_do_livro(&self) -> u16 {
        let https = |(_, programa): (&str, &str)| programa.contains("https");
        if self.programas().any(https) {
            8443
        } else if self.tem_ftp() {
            2121
        } else {
            43210
        }
    }

    /// Se é uma conversa com um servidor FTP.
    pub(crate) fn tem_ftp(&self) -> bool {
        self.programas()
            .any(|(_, programa)| programa.contains("ftp"))
    }
}
