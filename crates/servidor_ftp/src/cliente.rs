//! O que se conta na tela sobre cada cliente.

use std::fmt::Arguments;
use std::sync::mpsc::SyncSender;

/// O maior relato, em caracteres: um nome de usuário sem fim não enche a tela.
const MAIOR_RELATO: usize = 200;

/// Um cliente conectado: o número que o distingue dos outros e o caminho até a tela.
#[derive(Debug, Clone)]
pub struct Cliente {
    numero: u64,
    tela: SyncSender<String>,
}

impl Cliente {
    /// O `numero`-ésimo cliente, cujos feitos vão para `tela`.
    pub fn novo(numero: u64, tela: SyncSender<String>) -> Self {
        Cliente { numero, tela }
    }

    /// Conta um feito do cliente. O que veio da rede já deve ter passado por `comum::visivel`.
    pub fn conta(&self, feito: Arguments) {
        let relato = format!("Cliente {}: {feito}", self.numero);
        // Nunca espera: com a fila cheia o relato se perde, e o cliente é atendido do mesmo jeito.
        let _ = self
            .tela
            .try_send(relato.chars().take(MAIOR_RELATO).collect());
    }
}
