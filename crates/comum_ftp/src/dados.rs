//! A conexão de dados: receber até o fim, e mostrar uma listagem.

use std::io::{self, ErrorKind, Read};
use std::mem;
use std::net::TcpStream;

use suppaftp::{DataStream, TransferStream};

use crate::PRAZO_DO_SILENCIO;
use crate::controle::{Conexao, UltimaResposta};
use crate::linhas::ParaTela;
use crate::resposta::silencio;
use comum::causa::em_portugues;
use comum::console::mostra_bloco;

use crate::erro::ErroFtp;

/// O bloco de uma listagem: pequeno, porque escapado para a tela um byte vira quatro.
const BLOCO_DE_LISTA: usize = 64 << 10;

/// Por que um bloco dos dados não passou.
pub(crate) enum Parou {
    /// A conexão falhou.
    NaLeitura(io::Error),
    /// Quem recebe o bloco falhou; já está explicado.
    NoUso(ErroFtp),
}

/// Entrega os dados a `usa`, em blocos de no máximo `tamanho` bytes, até o fim deles. Falta ainda a
/// resposta final, que só vem com o `finish`: sem ela não se sabe se está tudo ali.
pub(crate) fn recebe(
    dados: TransferStream<Conexao>,
    tamanho: usize,
    mut usa: impl FnMut(&[u8]) -> Result<(), ErroFtp>,
) -> Result<TransferStream<Conexao>, ErroFtp> {
    let mut bloco = vec![0; tamanho];
    ate_o_fim(dados, |mut con| {
        let lidos = con.read(&mut bloco).map_err(Parou::NaLeitura)?;
        usa(&bloco[..lidos]).map_err(Parou::NoUso)?;
        Ok(lidos)
    })
}

/// Chama `passa`, que leva um bloco da conexão aonde ele deve ir e diz quantos bytes foram, até não vir
/// mais nada.
pub(crate) fn ate_o_fim(
    dados: TransferStream<Conexao>,
    mut passa: impl FnMut(&TcpStream) -> Result<usize, Parou>,
) -> Result<TransferStream<Conexao>, ErroFtp> {
    let con = dados.get_ref().get_ref();
    con.set_read_timeout(Some(PRAZO_DO_SILENCIO))?;
    loop {
        match passa(dados.get_ref().get_ref()) {
            Ok(0) => return Ok(dados),
            Ok(_) => {}
            Err(Parou::NoUso(erro)) => {
                // A culpa não é do servidor: o que ele diz da conexão fechada não interessa.
                let _ = dados.finish();
                return Err(erro);
            }
            Err(Parou::NaLeitura(erro)) => match erro.kind() {
                ErrorKind::Interrupted => {}
                ErrorKind::WouldBlock | ErrorKind::TimedOut => {
                    // Quem se calou nos dados não vai falar no controle: soltar os dados esperaria
                    // por ele outra vez. A sessão acaba aqui, e o sistema fecha tudo com o programa.
                    mem::forget(dados);
                    return Err(silencio());
                }
                _ => {
                    // O servidor costuma dizer por quê.
                    dados.finish()?;
                    return Err(ErroFtp::Pedido(format!(
                        "a conexão de dados caiu no meio: {}; tente de novo",
                        em_portugues(&erro)
                    )));
                }
            },
        }
    }
}

/// O `retrlines` do ftplib: mostra uma listagem conforme ela chega e devolve a resposta final, `226 …`,
/// pronta para a tela. Controles e bytes que não são UTF-8 saem como `\xNN`. A memória não cresce com ela,
/// nem com o tamanho das linhas.
///
/// # Errors
/// [`ErroFtp::Pedido`] se o servidor corta a listagem; [`Erro::Mensagem`] se a sessão acabou.
pub fn mostra_lista(dados: TransferStream<Conexao>) -> Result<String, ErroFtp> {
    let mut tela = ParaTela::default();
    let dados = recebe(dados, BLOCO_DE_LISTA, |bloco| {
        Ok(mostra_bloco(&tela.converte(bloco))?)
    });
    // Uma listagem cortada mostra até onde foi.
    mostra_bloco(&tela.termina())?;
    let dados = dados?;
    // O finish da suppaftp joga fora o texto da resposta final.
    let ultima = match dados.get_ref() {
        DataStream::Ssl(con) => con.ultima_resposta(),
        DataStream::Tcp(_) => UltimaResposta::default(),
    };
    dados.finish()?;
    Ok(ultima.na_tela())
}
