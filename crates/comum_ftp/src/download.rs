//! O download: os dados vão para um arquivo, que só ganha o nome quando o servidor confirma que acabou.

use std::io;

use comum::Erro;
use download::Progresso;

use crate::conexao_de_dados::Dados;
use crate::erro::ErroFtp;
use crate::quebras::Quebras;
use crate::sessao::sem_controles;
#[cfg(target_os = "linux")]
use crate::splice::Cano;

/// O que se lê de cada vez. Medido com 1 GiB: de 8 KiB para 1 MiB, o tempo cai para menos da metade. O texto,
/// que ainda passa por outro tampão, empata já em 256 KiB.
const BLOCO_BINARIO: usize = 1 << 20;
const BLOCO_DE_TEXTO: usize = 256 << 10;

/// O arquivo de um download por FTP. Se ele falha ou é interrompido, o que havia com o nome continua como estava.
pub struct ArquivoNovo(download::ArquivoNovo);

impl ArquivoNovo {
    /// Confere o destino e cria um arquivo provisório.
    ///
    /// # Errors
    /// [`ErroFtp::Pedido`] se não se pode criar um arquivo com esse nome.
    pub fn cria(nome: &str) -> Result<ArquivoNovo, ErroFtp> {
        sem_controles("o nome", nome)?;
        download::ArquivoNovo::cria(nome)
            .map(ArquivoNovo)
            .map_err(so_o_pedido)
    }

    /// Recebe um arquivo binário, byte a byte como está no servidor; o arquivo ganha o nome quando ele confirma
    /// que acabou.
    ///
    /// # Errors
    /// [`ErroFtp::Pedido`] se o servidor corta a transferência ou não a confirma, ou se o disco não aceita o
    /// arquivo; [`ErroFtp::Fim`] se a sessão acabou. Nos dois casos, o arquivo não ganha o nome.
    pub fn completa_com_bytes(self, mut dados: Dados) -> Result<(), ErroFtp> {
        let mut progresso = Progresso::novo(dados.total);
        self.grava_tudo(&mut dados, &mut progresso)?;
        dados.confirma()?;
        drop(progresso);
        self.0.ganha_o_nome().map_err(so_o_pedido)
    }

    /// Recebe um arquivo de texto: cada linha acaba com a quebra do sistema, inclusive a última; nenhum
    /// outro byte muda. O arquivo ganha o nome quando o servidor confirma que acabou.
    ///
    /// # Errors
    /// Os de [`ArquivoNovo::completa_com_bytes`].
    pub fn completa_com_texto(self, mut dados: Dados) -> Result<(), ErroFtp> {
        // O tamanho anunciado é o do disco do servidor, e não o do texto na rede.
        let mut progresso = Progresso::novo(None);
        let mut quebras = Quebras::do_sistema();
        let mut saida = Vec::new();
        dados.em_blocos(BLOCO_DE_TEXTO, |bloco| {
            progresso.conta(bloco.len());
            saida.clear();
            quebras.converte(bloco, &mut saida);
            self.grava(&saida)
        })?;
        dados.confirma()?;
        drop(progresso);
        saida.clear();
        quebras.termina(&mut saida);
        self.grava(&saida)?;
        self.0.ganha_o_nome().map_err(so_o_pedido)
    }

    /// Grava os dados como vêm, até o fim deles.
    fn grava_tudo(&self, dados: &mut Dados, progresso: &mut Progresso) -> Result<(), ErroFtp> {
        #[cfg(target_os = "linux")]
        if let Some(mut cano) = Cano::novo() {
            return dados.ate_o_fim(|con| {
                let bytes = cano.chega(con)?;
                cano.sai(bytes, self.0.provisorio())
                    .map_err(|erro| io::Error::other(so_o_pedido(self.0.nao_gravou(&erro))))?;
                progresso.conta(bytes);
                Ok(bytes)
            });
        }
        dados.em_blocos(BLOCO_BINARIO, |bloco| {
            self.grava(bloco)?;
            progresso.conta(bloco.len());
            Ok(())
        })
    }

    fn grava(&self, bytes: &[u8]) -> Result<(), ErroFtp> {
        self.0.grava(bytes).map_err(so_o_pedido)
    }
}

/// Um arquivo que não se pôde gravar não acaba com a sessão.
fn so_o_pedido(erro: Erro) -> ErroFtp {
    match erro {
        Erro::Mensagem(texto) => ErroFtp::Pedido(texto),
        outro => ErroFtp::Fim(outro),
    }
}
