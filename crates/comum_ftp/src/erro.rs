//! O erro das lições de FTP.

use std::fmt;
use std::io;

use comum::Erro;
use comum::erro::conta;

/// Por que um pedido ao servidor FTP falha.
#[derive(Debug)]
pub enum ErroFtp {
    /// Só o último pedido falhou, e já está explicado: a sessão continua de pé. O menu volta.
    Pedido(String),
    /// A sessão acabou, ou não há o que fazer.
    Fim(Erro),
}

impl ErroFtp {
    /// O fim da sessão, já explicado: a causa e o próximo passo, numa linha.
    #[must_use]
    pub fn fim(texto: String) -> ErroFtp {
        ErroFtp::Fim(Erro::Mensagem(texto))
    }

    /// Num menu, um pedido que falhou não encerra a sessão: diz o que houve no stderr e deixa o menu voltar.
    ///
    /// # Errors
    /// Devolve o próprio erro quando a sessão acabou.
    pub fn avisa_e_volta(self) -> Result<(), ErroFtp> {
        let ErroFtp::Pedido(texto) = self else {
            return Err(self);
        };
        conta(&texto);
        Ok(())
    }
}

impl fmt::Display for ErroFtp {
    fn fmt(&self, saida: &mut fmt::Formatter) -> fmt::Result {
        match self {
            ErroFtp::Pedido(texto) => write!(saida, "{texto}"),
            ErroFtp::Fim(erro) => write!(saida, "{erro}"),
        }
    }
}

impl std::error::Error for ErroFtp {}

impl From<Erro> for ErroFtp {
    fn from(erro: Erro) -> Self {
        ErroFtp::Fim(erro)
    }
}

impl From<io::Error> for ErroFtp {
    fn from(erro: io::Error) -> Self {
        ErroFtp::Fim(erro.into())
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
    use std::io::ErrorKind;

    use super::*;

    #[test]
    fn so_um_pedido_deixa_o_menu_voltar() {
        assert!(ErroFtp::Pedido("teste".to_string()).avisa_e_volta().is_ok());
        for erro in [
            ErroFtp::Fim(Erro::FimPedido),
            ErroFtp::from(io::Error::from(ErrorKind::BrokenPipe)),
            ErroFtp::fim(String::new()),
        ] {
            assert!(erro.avisa_e_volta().is_err());
        }
    }
}
