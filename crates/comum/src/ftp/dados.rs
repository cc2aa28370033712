//! A conexão de dados: receber até o fim, e mostrar uma listagem.

use std::io::{self, ErrorKind, Read};
use std::mem;
use std::net::{Shutdown, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use suppaftp::{FtpError, ImplFtpStream, Status, TlsStream, TransferStream};

use super::PRAZO_DO_SILENCIO;
use super::linhas::ParaTela;
use super::resposta::{linhas_visiveis, silencio};
use crate::console::mostra_bloco;
use crate::erro::{Erro, em_portugues};

/// As respostas que precedem os dados (RFC 959, 5.4): vai abrir a conexão, ou ela já está aberta.
pub const VAI_MANDAR: &[Status] = &[Status::AboutToSend, Status::AlreadyOpen];

/// Por quanto tempo se acredita que um 200 é a resposta ao NOOP, e não a final fora do padrão.
const PRAZO_DO_NOOP: Duration = Duration::from_secs(5);
/// O bloco de uma listagem: pequeno, porque escapado para a tela um byte vira quatro.
const BLOCO_DE_LISTA: usize = 64 << 10;

/// Por que um bloco dos dados não passou.
pub(super) enum Parou {
    /// A conexão falhou.
    NaLeitura(io::Error),
    /// Quem recebe o bloco falhou; já está explicado.
    NoUso(Erro),
}

/// Entrega os dados a `usa`, em blocos de no máximo `tamanho` bytes, até o fim deles. Falta ainda a
/// resposta final, que só vem com o `finish`: sem ela não se sabe se está tudo ali.
pub(super) fn recebe<T: TlsStream>(
    dados: TransferStream<T>,
    tamanho: usize,
    mut usa: impl FnMut(&[u8]) -> Result<(), Erro>,
) -> Result<TransferStream<T>, Erro> {
    let mut bloco = vec![0; tamanho];
    ate_o_fim(dados, |mut con| {
        let lidos = con.read(&mut bloco).map_err(Parou::NaLeitura)?;
        usa(&bloco[..lidos]).map_err(Parou::NoUso)?;
        Ok(lidos)
    })
}

/// Chama `passa`, que leva um bloco da conexão aonde ele deve ir e diz quantos bytes foram, até não vir
/// mais nada.
pub(super) fn ate_o_fim<T: TlsStream>(
    dados: TransferStream<T>,
    mut passa: impl FnMut(&TcpStream) -> Result<usize, Parou>,
) -> Result<TransferStream<T>, Erro> {
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
                    return Err(Erro::Pedido(format!(
                        "a conexão de dados caiu no meio: {}; tente de novo",
                        em_portugues(&erro)
                    )));
                }
            },
        }
    }
}

/// Mostra uma listagem conforme ela chega: controles e bytes que não são UTF-8 saem como `\xNN`. A
/// memória não cresce com ela, nem com o tamanho das linhas.
///
/// # Errors
/// [`Erro::Pedido`] se o servidor corta a listagem; [`Erro::Mensagem`] se a sessão acabou.
pub fn mostra_lista<T: TlsStream>(dados: TransferStream<T>) -> Result<(), Erro> {
    mostra_linhas(dados)?.finish()?;
    Ok(())
}

/// O `retrlines` do ftplib: mostra a listagem e devolve a resposta final, `226 …`, pronta para a tela.
///
/// # Errors
/// Os de [`mostra_lista`].
pub fn mostra_lista_e_resposta<T: TlsStream>(
    ftp: &mut ImplFtpStream<T>,
    dados: TransferStream<T>,
) -> Result<String, Erro> {
    let dados = mostra_linhas(dados)?;
    resposta_final(ftp, dados)
}

fn mostra_linhas<T: TlsStream>(dados: TransferStream<T>) -> Result<TransferStream<T>, Erro> {
    let mut tela = ParaTela::default();
    let dados = recebe(dados, BLOCO_DE_LISTA, |bloco| {
        mostra_bloco(&tela.converte(bloco))
    });
    // Uma listagem cortada mostra até onde foi.
    mostra_bloco(&tela.termina())?;
    dados
}

/// O texto da resposta final, que o `finish` da suppaftp lê e joga fora. Só um comando devolve o texto
/// do que lê; por isso vai um NOOP (RFC 959, 5.3.2), que não faz nada: ele lê a resposta final, que está
/// na frente da sua, e o `finish` lê a dele.
fn resposta_final<T: TlsStream>(
    ftp: &mut ImplFtpStream<T>,
    dados: TransferStream<T>,
) -> Result<String, Erro> {
    const NOOP: Status = Status::CommandOk;
    const FIM: [Status; 3] = [
        Status::ClosingDataConnection,
        Status::RequestedFileActionOk,
        NOOP,
    ];
    // O ProFTPD só manda a resposta final depois que este lado fecha.
    let _ = dados.get_ref().get_ref().shutdown(Shutdown::Both);
    let ate = Instant::now() + PRAZO_DO_NOOP;
    let resposta = loop {
        match ftp.custom_command("NOOP", &FIM) {
            // Há servidores que respondem ao NOOP na hora, antes de terminar a transferência.
            Ok(resposta) if resposta.status == NOOP && Instant::now() < ate => {
                thread::sleep(Duration::from_millis(20));
            }
            outra => break outra,
        }
    };
    match resposta {
        Err(erro @ FtpError::ConnectionError(_)) => {
            // Não há mais sessão em que esperar.
            mem::forget(dados);
            Err(erro.into())
        }
        resposta => {
            let _ = dados.finish();
            Ok(linhas_visiveis(&resposta?.body))
        }
    }
}
