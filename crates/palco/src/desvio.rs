//! O que, num programa em cena, não saiu como o roteiro esperava.

use crate::falha::Falha;

/// Onde uma sessão saiu do roteiro.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Desvio {
    /// O terminal em que se notou.
    pub terminal: String,
    /// O passo do roteiro, a partir de 1.
    pub passo: usize,
    /// O que houve.
    pub engano: Engano,
}

/// O que um programa fez em vez do que o roteiro esperava.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Engano {
    /// Apareceu outro texto; uma pessoa seguiria, e a sessão seguiu.
    OutroTexto {
        /// O texto do roteiro.
        esperado: String,
        /// O que apareceu no lugar.
        visto: String,
    },
    /// Terminou, mas com outro código; a sessão seguiu.
    OutroCodigo {
        /// O código do roteiro.
        esperado: i32,
        /// O código do programa.
        visto: i32,
    },
    /// Mandou outros bytes pela rede; a sessão seguiu.
    OutrosBytes {
        /// Os do roteiro.
        esperados: Vec<u8>,
        /// Os que chegaram.
        vistos: Vec<u8>,
    },
    /// Terminou antes de mostrar este texto.
    FimAntesDe(String),
    /// Ficou parado (ou rodando em silêncio) em vez de mostrar este texto.
    ParouAntesDe(String),
    /// Devia ter terminado, e não terminou.
    NaoTerminou,
    /// Escreveu sem parar.
    Enxurrada,
    /// Não leu o que se digitou, ou não veio à rede.
    Outro(String),
}

impl Engano {
    /// A sessão pôde seguir depois disto.
    #[must_use]
    pub fn segue(&self) -> bool {
        matches!(
            self,
            Engano::OutroTexto { .. } | Engano::OutroCodigo { .. } | Engano::OutrosBytes { .. }
        )
    }
}

impl From<Falha> for Engano {
    fn from(Falha(motivo): Falha) -> Self {
        Engano::Outro(motivo)
    }
}
