//! O download: os dados vão para um arquivo, que só ganha o nome quando o servidor confirma que acabou. Se ele corta a
//! transferência ou não a confirma, ou se o disco não aceita o arquivo, o que havia com o nome continua como estava.

use std::io::{BufReader, Read};

use download::{ArquivoNovo, Progresso};

use crate::conexao_de_dados::Dados;
use crate::erro::ErroFtp;
use crate::quebras;
#[cfg(target_os = "linux")]
use crate::splice::Cano;

/// O que se lê de cada vez. Medido com 1 GiB: de 8 KiB para 1 MiB, o tempo cai para menos da metade. O texto,
/// que ainda passa por outro tampão, empata já em 256 KiB.
const BLOCO_BINARIO: usize = 1 << 20;
const BLOCO_DE_TEXTO: usize = 256 << 10;

/// Recebe um arquivo binário, byte a byte como está no servidor.
pub fn completa_com_bytes(arquivo: ArquivoNovo, mut dados: Dados) -> Result<(), ErroFtp> {
    dados.progresso = Some(Progresso::novo(dados.total));
    recebe(&arquivo, &mut dados)?;
    dados.confirma()?;
    Ok(arquivo.ganha_o_nome()?)
}

/// Recebe um arquivo de texto: cada linha acaba com a quebra do sistema, inclusive a última; nenhum
/// outro byte muda.
pub fn completa_com_texto(arquivo: ArquivoNovo, mut dados: Dados) -> Result<(), ErroFtp> {
    // O tamanho anunciado é o do disco do servidor, e não o do texto na rede.
    dados.progresso = Some(Progresso::novo(None));
    let texto = BufReader::with_capacity(BLOCO_DE_TEXTO, &mut dados);
    // O os.linesep do Python.
    let quebra: &[u8] = if cfg!(windows) { b"\r\n" } else { b"\n" };
    quebras::troca(texto, quebra, |pedaco| {
        arquivo.grava(pedaco).map_err(ErroFtp::from)
    })?;
    dados.confirma()?;
    Ok(arquivo.ganha_o_nome()?)
}

/// Grava os dados como vêm, até o fim deles.
fn recebe(arquivo: &ArquivoNovo, dados: &mut Dados) -> Result<(), ErroFtp> {
    #[cfg(target_os = "linux")]
    if let Some(cano) = Cano::novo() {
        loop {
            let bytes = dados.passa(|con| cano.chega(con))?;
            if bytes == 0 {
                return Ok(());
            }
            let saiu = cano.sai(bytes, arquivo.provisorio());
            saiu.map_err(|erro| arquivo.nao_gravou(&erro))?;
        }
    }
    let mut bloco = vec![0; BLOCO_BINARIO];
    loop {
        match dados.read(&mut bloco)? {
            0 => return Ok(()),
            lidos => arquivo.grava(&bloco[..lidos])?,
        }
    }
}
