//! A linha que diz em que pé está, e que some no fim.

use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicUsize, Ordering};

use unicode_width::UnicodeWidthStr;

/// Uma linha no stderr, só num terminal: num arquivo ela seria lixo.
pub struct Progresso {
    /// Se há um terminal onde se leia o que se diz.
    pub num_terminal: bool,
    feitas: AtomicUsize,
    quantas: usize,
}

impl Progresso {
    /// `quantas` sessões há para rodar.
    pub fn novo(quantas: usize) -> Progresso {
        Progresso {
            num_terminal: io::stderr().is_terminal(),
            feitas: AtomicUsize::new(0),
            quantas,
        }
    }

    /// Troca a linha por esta, cortada para caber.
    fn diz(&self, texto: &str) {
        if self.num_terminal {
            let largura = terminal_size::terminal_size_of(io::stderr())
                .map_or(79, |(colunas, _)| usize::from(colunas.0).saturating_sub(1));
            let mut saida = io::stderr().lock();
            let _ = write!(saida, "{}", por_cima(texto, largura));
            let _ = saida.flush();
        }
    }

    /// Começou a rodar uma sessão.
    pub fn roda(&self, nome: &str) {
        let feitas = self.feitas.fetch_add(1, Ordering::Relaxed) + 1;
        self.diz(&format!("[{feitas}/{}] {nome}", self.quantas));
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

/// O que escrever por cima do que houver na linha. Apaga com espaços, que todo terminal entende: com NO_COLOR ou
/// TERM=dumb não se mandam sequências de controle.
fn por_cima(texto: &str, largura: usize) -> String {
    let cabe: String = texto.chars().take(largura).collect();
    let folga = " ".repeat(largura.saturating_sub(cabe.width()));
    format!("\r{cabe}{folga}\r")
}

#[cfg(test)]
mod testes {
    use super::por_cima;

    #[test]
    fn a_linha_some_sem_sequencias_de_controle() {
        assert_eq!(por_cima("[1/9] lição", 13), "\r[1/9] lição  \r");
        assert_eq!(por_cima("", 3), "\r   \r");
        assert_eq!(por_cima("comprida", 4), "\rcomp\r");
    }
}
