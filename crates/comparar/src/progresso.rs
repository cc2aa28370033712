//! A linha que diz em que pé está, e que some no fim.

use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use unicode_width::UnicodeWidthStr;

/// Uma linha no stderr, só num terminal: num arquivo ela seria lixo.
pub struct Progresso {
    num_terminal: bool,
    feitas: AtomicUsize,
    quantas: AtomicUsize,
    /// Quantas colunas a linha ocupa agora.
    ocupa: Mutex<usize>,
}

impl Progresso {
    pub fn novo() -> Progresso {
        Progresso {
            num_terminal: io::stderr().is_terminal(),
            feitas: AtomicUsize::new(0),
            quantas: AtomicUsize::new(0),
            ocupa: Mutex::new(0),
        }
    }

    /// Troca a linha por esta, cortada para caber.
    pub fn diz(&self, texto: &str) {
        if self.num_terminal {
            let largura = terminal_size::terminal_size_of(io::stderr())
                .map_or(79, |(colunas, _)| usize::from(colunas.0).saturating_sub(1));
            let mut ocupa = self.ocupa.lock().unwrap_or_else(PoisonError::into_inner);
            let (linha, colunas) = por_cima(texto, *ocupa, largura);
            *ocupa = colunas;
            let mut saida = io::stderr().lock();
            let _ = write!(saida, "{linha}");
            let _ = saida.flush();
        }
    }

    /// Se há um terminal onde se leia o que se diz.
    pub fn num_terminal(&self) -> bool {
        self.num_terminal
    }

    /// Quantas sessões há para tocar.
    pub fn conta(&self, quantas: usize) {
        self.quantas.store(quantas, Ordering::Relaxed);
    }

    /// Começou a tocar uma sessão.
    pub fn toca(&self, nome: &str) {
        let quantas = self.quantas.load(Ordering::Relaxed);
        let feitas = self.feitas.fetch_add(1, Ordering::Relaxed) + 1;
        self.diz(&format!("[{feitas}/{quantas}] {nome}"));
    }

    /// Uma linha que fica: embaixo dela escreve outro (o cargo).
    pub fn anuncia(&self, texto: &str) {
        if self.num_terminal {
            let _ = writeln!(io::stderr(), "{texto}");
        }
    }

    /// Some com a linha.
    pub fn apaga(&self) {
        self.diz("");
    }
}

/// O que escrever por cima de uma linha de `ocupa` colunas, e quantas passa a ocupar. Apaga com espaços,
/// que todo terminal entende: com NO_COLOR ou TERM=dumb não se mandam sequências de controle.
fn por_cima(texto: &str, ocupa: usize, largura: usize) -> (String, usize) {
    let cabe: String = texto.chars().take(largura).collect();
    let colunas = cabe.width();
    let folga = " ".repeat(ocupa.min(largura).saturating_sub(colunas));
    let volta = if cabe.is_empty() { "\r" } else { "" };
    (format!("\r{cabe}{folga}{volta}"), colunas)
}

#[cfg(test)]
mod testes {
    use super::por_cima;

    #[test]
    fn a_linha_some_sem_sequencias_de_controle() {
        assert_eq!(por_cima("[1/9] lição", 0, 79), ("\r[1/9] lição".into(), 11));
        assert_eq!(por_cima("oi", 5, 79), ("\roi   ".into(), 2));
        assert_eq!(por_cima("", 2, 79), ("\r  \r".into(), 0));
        assert_eq!(por_cima("comprida", 9, 4), ("\rcomp".into(), 4));
    }
}
