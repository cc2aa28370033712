//! A linha que mostra, no stderr, quanto falta de um download demorado.

use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

/// Um download mais rápido que isto não precisa de progresso.
const DEMORADO: Duration = Duration::from_secs(1);
/// De quanto em quanto tempo a linha muda.
const INTERVALO: Duration = Duration::from_millis(250);
/// A largura da linha: espaços apagam o que a anterior tinha a mais, sem códigos de terminal.
const LARGURA: usize = 64;

/// O progresso de um download. Só aparece se o stderr é um terminal, e some no fim.
pub struct Progresso {
    /// O que se conta: bytes recebidos, ou enviados.
    feito: &'static str,
    total: Option<u64>,
    recebidos: u64,
    inicio: Instant,
    /// Quando a linha muda de novo; nunca, se ninguém a vê.
    proxima: Option<Instant>,
    apareceu: bool,
}

impl Progresso {
    /// Começa a contar; `total` é o tamanho anunciado, que pode não ser o verdadeiro.
    pub fn novo(total: Option<u64>) -> Progresso {
        let inicio = Instant::now();
        Progresso {
            feito: "recebidos",
            total,
            recebidos: 0,
            inicio,
            proxima: io::stderr().is_terminal().then(|| inicio + DEMORADO),
            apareceu: false,
        }
    }

    /// O de um envio, de que se sabe o tamanho.
    pub fn de_envio(tamanho: u64) -> Progresso {
        Progresso {
            feito: "enviados",
            ..Progresso::novo(Some(tamanho))
        }
    }

    /// Mais `bytes` passaram.
    pub fn conta(&mut self, bytes: usize) {
        self.recebidos += bytes as u64;
        let Some(proxima) = self.proxima else { return };
        let agora = Instant::now();
        if agora >= proxima {
            self.proxima = Some(agora + INTERVALO);
            self.apareceu = true;
            let linha = linha(self.feito, self.recebidos, self.total, agora - self.inicio);
            let _ = write!(io::stderr(), "\r{linha:<LARGURA$}");
        }
    }
}

impl Progresso {
    /// Apaga a linha, e diz quantos bytes passaram.
    #[must_use]
    pub fn fim(self) -> u64 {
        self.recebidos
    }
}

impl Drop for Progresso {
    fn drop(&mut self) {
        if self.apareceu {
            let _ = write!(io::stderr(), "\r{:LARGURA$}\r", "");
        }
    }
}

fn linha(feito: &str, recebidos: u64, total: Option<u64>, passou: Duration) -> String {
    let por_segundo = recebidos as f64 / passou.as_secs_f64().max(0.001);
    let mut linha = format!(
        "{} {feito}, {}/s",
        em_bytes(recebidos as f64),
        em_bytes(por_segundo)
    );
    // O total anunciado pode mentir: passando dele, já não se sabe o que falta.
    if let Some(faltam) = total.and_then(|total| total.checked_sub(recebidos)) {
        linha += &format!(", faltam {}", em_bytes(faltam as f64));
        let segundos = faltam as f64 / por_segundo.max(1.0);
        if segundos < 86_400.0 {
            linha += &format!(" ({})", em_tempo(segundos.ceil() as u64));
        }
    }
    linha
}

/// `12,3 MB`, com a vírgula do português.
fn em_bytes(bytes: f64) -> String {
    let (valor, unidade) = if bytes < 1e3 {
        return format!("{bytes:.0} B");
    } else if bytes < 1e6 {
        (bytes / 1e3, "kB")
    } else if bytes < 1e9 {
        (bytes / 1e6, "MB")
    } else if bytes < 1e12 {
        (bytes / 1e9, "GB")
    } else {
        (bytes / 1e12, "TB")
    };
    format!("{valor:.1} {unidade}").replace('.', ",")
}

fn em_tempo(segundos: u64) -> String {
    match (segundos / 3600, segundos / 60 % 60, segundos % 60) {
        (0, 0, s) => format!("{s} s"),
        (0, m, s) => format!("{m} min {s} s"),
        (h, m, _) => format!("{h} h {m} min"),
    }
}

#[cfg(test)]
mod testes {
    use super::*;

    #[test]
    fn a_linha_diz_bytes_velocidade_e_o_que_falta() {
        let dez = Duration::from_secs(10);
        assert_eq!(
            linha("recebidos", 500, None, dez),
            "500 B recebidos, 50 B/s"
        );
        assert_eq!(
            linha("recebidos", 12_300_000, Some(45_000_000), dez),
            "12,3 MB recebidos, 1,2 MB/s, faltam 32,7 MB (27 s)"
        );
        // O servidor mandou mais do que disse.
        assert_eq!(
            linha("recebidos", 2_000, Some(1_000), dez),
            "2,0 kB recebidos, 200 B/s"
        );
    }

    #[test]
    fn a_linha_cabe_na_largura() {
        for recebidos in [0, 999, 999_999_999, 999_999_999_999_999] {
            for total in [None, Some(recebidos), Some(1_999_999_999_999_999)] {
                let tamanho = linha("recebidos", recebidos, total, Duration::from_secs(3))
                    .chars()
                    .count();
                assert!(tamanho <= LARGURA, "{tamanho}");
            }
        }
    }
}
