//! Um arquivo daqui que vai para o servidor.

use std::env;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use comum::causa::em_portugues;
use comum::visivel;
use download::Progresso;

use crate::conexao_de_dados::Dados;
use crate::erro::ErroFtp;

use crate::sessao::sem_controles;

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
    ///
    /// # Errors
    /// [`ErroFtp::Fim`] se não há o que ler ali, ou se o nome não cabe num comando do FTP.
    pub fn abre(caminho: &str) -> Result<ArquivoDaqui, ErroFtp> {
        let na_tela = visivel(caminho.as_bytes());
        let recusa = |causa: &str| {
            ErroFtp::fim(format!(
                "não dá para enviar \"{na_tela}\": {causa}; confira o nome do arquivo"
            ))
        };
        let arquivo = File::open(caminho).map_err(|erro| recusa(&em_portugues(&erro)))?;
        let dados = arquivo.metadata()?;
        let nome = Path::new(caminho)
            .file_name()
            .and_then(|nome| nome.to_str());
        match nome {
            Some(nome) if dados.is_file() => {
                sem_controles("o nome", nome)?;
                let (nome, tamanho) = (nome.to_string(), dados.len());
                Ok(ArquivoDaqui {
                    nome,
                    arquivo,
                    tamanho,
                })
            }
            _ => Err(recusa("não é um arquivo")),
        }
    }
}

/// O nome de quem usa este computador, para uma pasta: só com letras, números, pontos e traços.
#[must_use]
pub fn meu_nome() -> String {
    let nome = env::var("USER").or_else(|_| env::var("USERNAME"));
    let serve = |c: &char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_');
    let nome: String = nome.unwrap_or_default().chars().filter(serve).collect();
    let nome = nome.trim_matches('.');
    if nome.is_empty() {
        "aluno".to_string()
    } else {
        nome.to_string()
    }
}

impl Dados<'_> {
    /// O `storbinary` do ftplib: manda o arquivo como está e espera o servidor dizer que o recebeu. Devolve quantos
    /// bytes foram.
    ///
    /// # Errors
    /// [`ErroFtp::Pedido`] se o servidor não o recebe inteiro; [`ErroFtp::Fim`] se a sessão acabou.
    pub fn envia(mut self, mut daqui: ArquivoDaqui) -> Result<u64, ErroFtp> {
        let mut progresso = Progresso::de_envio(daqui.tamanho);
        let (mut bloco, mut lidos, mut enviados) = (vec![0; BLOCO], 0, 0);
        let mut total = 0;
        self.ate_o_fim(|mut con| {
            if enviados == lidos {
                lidos = daqui
                    .arquivo
                    .read(&mut bloco)
                    .map_err(|erro| nao_se_le(&daqui.nome, &erro))?;
                enviados = 0;
            }
            if lidos == 0 {
                return Ok(0);
            }
            let agora = con.write(&bloco[enviados..lidos])?;
            enviados += agora;
            total += agora as u64;
            progresso.conta(agora);
            Ok(agora)
        })?;
        drop(progresso);
        self.confirma()?;
        Ok(total)
    }
}

fn nao_se_le(nome: &str, erro: &io::Error) -> io::Error {
    let (nome, causa) = (visivel(nome.as_bytes()), em_portugues(erro));
    io::Error::other(ErroFtp::Pedido(format!(
        "não foi possível ler \"{nome}\": {causa}; nada ficou no servidor"
    )))
}
