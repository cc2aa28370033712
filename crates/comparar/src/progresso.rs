//! A linha que diz em que pé está, e que some no fim.

use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Uma linha no stderr, só num terminal: num arquivo ela seria lixo.
pub struct Progresso {
    num_terminal: bool,
    feitas: AtomicUsize,
}

impl Progresso {
    pub fn novo() -> Progresso {
        Progresso {
            num_terminal: io::stderr().is_terminal(),
            feitas: AtomicUsize::new(0),
        }
    }

    /// Troca a linha por esta.
    pub fn diz(&self, texto: &str) {
        if self.num_terminal {
            // Sem cores: só volta ao começo e apaga o resto, cortada para caber numa linha.
            let largura = terminal_size::terminal_size_of(io::stderr())
                .map_or(79, |(colunas, _)| usize::from(colunas.0).saturating_sub(1));
            let cabe: String = texto.chars().take(largura).collect();
            let mut saida = anstream::AutoStream::auto(io::stderr());
            let _ = write!(saida, "\r{cabe}\x1b[K");
            let _ = saida.flush();
        }
    }

    /// Começou a tocar uma sessão, de tantas.
    pub fn toca(&self, nome: &str, quantas: usize) {
        let feitas = self.feitas.fetch_add(1, Ordering::Relaxed) + 1;
        self.diz(&format!("[{feitas}/{quantas}] {nome}"));
    }

    /// Some com a linha.
    pub fn apaga(&self) {
        self.diz("");
    }
}
