//! O erro das lições de FTP.

use std::io::{self, ErrorKind};

use suppaftp::FtpError;

use comum::Erro;
use comum::causa::em_portugues;
use comum::erro::conta;

use crate::na_tela::resumo;

/// Quanto se espera calado por um byte do servidor, em segundos. Não há prazo para o total: devagar também
/// serve.
pub(crate) const SILENCIO: u64 = 30;

/// Por que um pedido ao servidor FTP falha. É o erro de tudo o que o `comum_ftp` oferece.
#[derive(Debug, thiserror::Error)]
pub enum ErroFtp {
    /// Só o último pedido falhou, e já está explicado: a sessão continua de pé. O menu volta.
    #[error("{0}")]
    Pedido(String),
    /// A sessão acabou, ou não há o que fazer.
    #[error(transparent)]
    Fim(Erro),
}

impl ErroFtp {
    /// O fim da sessão, já explicado: a causa e o próximo passo, numa linha.
    #[must_use]
    pub fn fim(texto: String) -> ErroFtp {
        ErroFtp::Fim(Erro::Mensagem(texto))
    }

    /// Num menu, um pedido que falhou não encerra a sessão: diz o que houve no stderr e deixa o menu voltar. Devolve o
    /// próprio erro quando a sessão acabou.
    pub fn avisa_e_volta(self) -> Result<(), ErroFtp> {
        let ErroFtp::Pedido(texto) = self else {
            return Err(self);
        };
        conta(&texto);
        Ok(())
    }
}

impl From<Erro> for ErroFtp {
    /// O que falha fora da rede, como um arquivo que não se pode gravar, não acaba com a sessão.
    fn from(erro: Erro) -> Self {
        match erro {
            Erro::Mensagem(texto) => ErroFtp::Pedido(texto),
            outro => ErroFtp::Fim(outro),
        }
    }
}

impl From<io::Error> for ErroFtp {
    /// A conexão falhou, e a sessão acabou; a não ser que o erro já venha pronto lá dentro, como uma recusa.
    fn from(erro: io::Error) -> Self {
        let erro = match erro.downcast::<ErroFtp>() {
            Ok(pronto) => return pronto,
            Err(erro) => erro,
        };
        ErroFtp::fim(match erro.kind() {
            // No FTP um comando é uma linha: uma quebra no meio seria outro, escolhido por quem escreveu o nome. O texto
            // não é repetido, que pode ser a senha.
            ErrorKind::InvalidInput if erro.raw_os_error().is_none() => {
                let motivo = "há uma quebra de linha ou um NUL no meio do texto, e o comando não foi enviado; digite de novo";
                return ErroFtp::Pedido(motivo.to_string());
            }
            ErrorKind::WouldBlock | ErrorKind::TimedOut => {
                format!("o servidor ficou {SILENCIO} s sem mandar nada; tente de novo mais tarde")
            }
            ErrorKind::UnexpectedEof => {
                "o servidor fechou a conexão antes da hora; rode o programa de novo".to_string()
            }
            _ => format!(
                "a sessão acabou antes da hora: {}; rode o programa de novo",
                em_portugues(&erro)
            ),
        })
    }
}

impl From<FtpError> for ErroFtp {
    /// O `?` das chamadas da suppaftp.
    fn from(erro: FtpError) -> Self {
        match erro {
            FtpError::ConnectionError(erro) => erro.into(),
            // Uma recusa não chega até aqui: é outro 1xx, 2xx ou 3xx no lugar do que a RFC 959 manda.
            FtpError::UnexpectedResponse(resposta) => ErroFtp::fim(format!(
                "o servidor deu uma resposta que não se esperava: {}; tente outro servidor",
                resumo(&resposta.body)
            )),
            _ => ErroFtp::fim(
                "o servidor respondeu algo que não é FTP; tente outro servidor".to_string(),
            ),
        }
    }
}

impl From<ErroFtp> for Erro {
    fn from(erro: ErroFtp) -> Self {
        match erro {
            ErroFtp::Pedido(texto) => Erro::Mensagem(texto),
            ErroFtp::Fim(erro) => erro,
        }
    }
}

#[cfg(test)]
mod testes {
    use super::*;

    #[test]
    fn so_um_pedido_deixa_o_menu_voltar() {
        assert!(ErroFtp::Pedido("teste".to_string()).avisa_e_volta().is_ok());
        for erro in [
            ErroFtp::Fim(Erro::FimPedido),
            ErroFtp::from(io::Error::from(ErrorKind::BrokenPipe)),
            ErroFtp::from(io::Error::from(ErrorKind::TimedOut)),
            ErroFtp::from(io::Error::from(ErrorKind::UnexpectedEof)),
            ErroFtp::fim(String::new()),
        ] {
            assert!(erro.avisa_e_volta().is_err());
        }
    }

    #[test]
    fn um_erro_pronto_atravessa_o_da_conexao() {
        let pronto = ErroFtp::Pedido("550 nada".to_string());
        let erro = FtpError::ConnectionError(io::Error::other(pronto));
        assert!(matches!(ErroFtp::from(erro), ErroFtp::Pedido(texto) if texto == "550 nada"));
    }
}
