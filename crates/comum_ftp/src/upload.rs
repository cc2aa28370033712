//! Um arquivo daqui que vai para o servidor.

use std::env;
use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

use comum::causa::em_portugues;
use comum::visivel;
use download::Progresso;

use crate::conexao_de_dados::Dados;
use crate::erro::ErroFtp;

/// O que se manda de cada vez.
const BLOCO: usize = 256 << 10;

/// O `open(nome, 'rb')` de um envio: o arquivo, o nome que ele terá no servidor e quantos bytes tem.
pub struct ArquivoDaqui {
    /// A última parte do caminho.
    pub nome: String,
    arquivo: File,
    tamanho: u64,
}

impl ArquivoDaqui {
    /// Abre o arquivo, antes de qualquer conversa com o servidor.
    pub fn abre(caminho: &str) -> Result<ArquivoDaqui, ErroFtp> {
        let na_tela = visivel(caminho.as_bytes());
        let recusa = |causa: &str| {
            ErroFtp::fim(format!(
                "não dá para enviar \"{na_tela}\": {causa}; confira o nome do arquivo"
            ))
        };
        let arquivo = File::open(caminho).map_err(|erro| recusa(&em_portugues(&erro)))?;
        let dados = arquivo.metadata()?;
        let nome = Path::new(caminho).file_name();
        match nome.and_then(|nome| nome.to_str()) {
            Some(nome) if dados.is_file() => Ok(ArquivoDaqui {
                nome: nome.to_string(),
                arquivo,
                tamanho: dados.len(),
            }),
            _ => Err(recusa("não é um arquivo")),
        }
    }
}

impl Dados<'_> {
    /// O `storbinary` do ftplib: manda o arquivo como está e espera o servidor dizer que o recebeu. Devolve quantos
    /// bytes foram.
    pub fn envia(mut self, mut daqui: ArquivoDaqui) -> Result<u64, ErroFtp> {
        self.progresso = Some(Progresso::de_envio(daqui.tamanho));
        let (mut bloco, mut enviados) = (vec![0; BLOCO], 0);
        loop {
            let lidos = daqui.arquivo.read(&mut bloco).map_err(|erro| {
                let (nome, causa) = (visivel(daqui.nome.as_bytes()), em_portugues(&erro));
                ErroFtp::Pedido(format!(
                    "não foi possível ler \"{nome}\": {causa}; nada ficou no servidor"
                ))
            })?;
            if lidos == 0 {
                self.confirma()?;
                return Ok(enviados);
            }
            self.write_all(&bloco[..lidos])?;
            enviados += lidos as u64;
        }
    }
}

/// O nome de quem usa este computador, para uma pasta: só com letras, números, pontos e traços.
#[must_use]
pub fn meu_nome() -> String {
    let nome = env::var("USER").or_else(|_| env::var("USERNAME"));
    let serve = |c: &char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_');
    let nome: String = nome.unwrap_or_default().chars().filter(serve).collect();
    match nome.trim_matches('.') {
        "" => "aluno".to_string(),
        nome => nome.to_string(),
    }
}
