use std::{fmt, io};

use comum::Erro;
use comum::causa::em_portugues;

/// O que não saiu como o roteiro mandava, já explicado.
#[derive(Debug, Clone)]
pub struct Falha(pub String);

/// O resultado de tudo o que se faz no palco: o que não deu certo já vem explicado, em português.
pub type Resultado<T> = Result<T, Falha>;

impl fmt::Display for Falha {
    fn fmt(&self, saida: &mut fmt::Formatter) -> fmt::Result {
        saida.write_str(&self.0)
    }
}

impl From<io::Error> for Falha {
    fn from(erro: io::Error) -> Self {
        Falha(em_portugues(&erro))
    }
}

impl From<Falha> for Erro {
    fn from(Falha(motivo): Falha) -> Self {
        Erro::Mensagem(motivo)
    }
}

/// Uma falha formatada, como em `format!`.
macro_rules! falha {
    ($($texto:tt)*) => { $crate::Falha(format!($($texto)*)) };
}
pub(crate) use falha;
