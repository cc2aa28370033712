//! Um arquivo daqui que vai para o servidor.

use std::env;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Write};
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
        let do_sistema = |erro| recusa(&em_portugues(&erro));
        // Antes de abrir: um *pipe* só abre quando há quem escreva nele.
        let dados = fs::metadata(caminho).map_err(do_sistema)?;
        let nome = Path::new(caminho).file_name();
        match nome.and_then(|nome| nome.to_str()) {
            Some(nome) if dados.is_file() => Ok(ArquivoDaqui {
                nome: nome.to_string(),
                arquivo: File::open(caminho).map_err(do_sistema)?,
                tamanho: dados.len(),
            }),
            _ => Err(recusa("não é um arquivo")),
        }
    }
}

impl Dados<'_> {
    /// O `storbinary` do ftplib: manda o arquivo como está e espera o servidor dizer que o recebeu. Devolve quantos
    /// bytes foram.
    pub fn envia(mut self, mut daqui: ArquivoDaqui) -> Result<usize, ErroFtp> {
        self.progresso = Some(Progresso::de_envio(daqui.tamanho));
        let (mut bloco, mut enviados) = (vec![0; BLOCO], 0);
        loop {
            let lidos = daqui.arquivo.read(&mut bloco).map_err(|erro| {
                let (nome, causa) = (visivel(daqui.nome.as_bytes()), em_portugues(&erro));
                ErroFtp::Pedido(format!(
                    "não foi possível ler \"{nome}\": {causa}; nada ficou no servidor"
                ))
            })?;
            let mandou = self.write_all(&bloco[..lidos]);
            // O servidor já deu a resposta final, e não há por onde mandar o resto: é ela que diz por quê.
            let antes_da_hora = |erro: &io::Error| erro.kind() == ErrorKind::WriteZero;
            if lidos == 0 || mandou.as_ref().is_err_and(antes_da_hora) {
                self.confirma()?;
                return Ok(enviados);
            }
            mandou?;
            enviados += lidos;
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
