//! O terminal: perguntar como o `input` do Python e mostrar como o `print`, sem pânico quando a saída está fechada.

use std::io::{self, BufRead, ErrorKind, Read, Write};

use crate::causa::em_portugues;
use crate::erro::Erro;

/// A maior linha do teclado, em bytes: `/dev/zero` na entrada dá uma explicação em vez de gastar toda a memória.
const MAIOR_LINHA: u64 = 16 << 20;

/// Mostra uma linha, como o `print` do Python. Aceita o mesmo que `println!`, mas devolve um [`Erro`] em vez de entrar em
/// pânico.
#[macro_export]
macro_rules! mostra {
    ($($texto:tt)*) => { $crate::console::mostra_bloco(&(format!($($texto)*) + "\n")) };
}

/// Mostra um texto pronto, com as quebras de linha que tiver. O erro é o de [`erro_da_tela`].
pub fn mostra_bloco(texto: &str) -> Result<(), Erro> {
    let mut tela = io::stdout().lock();
    tela.write_all(texto.as_bytes())
        .and_then(|()| tela.flush())
        .map_err(|erro| erro_da_tela(&erro))
}

/// O erro de quem não conseguiu escrever no stdout: se quem o lia foi embora (`| head -1`), é só o fim.
pub fn erro_da_tela(erro: &io::Error) -> Erro {
    match erro.kind() {
        ErrorKind::BrokenPipe => Erro::FimPedido,
        _ => Erro::Mensagem(format!(
            "não foi possível escrever na tela: {}",
            em_portugues(erro)
        )),
    }
}

/// Mostra o prompt e lê uma linha, como o `input` do Python: só a quebra de linha final sai. O Ctrl-D (no Windows, o
/// Ctrl-Z) é [`Erro::FimPedido`].
pub fn pergunta(prompt: &str) -> Result<String, Erro> {
    mostra_bloco(prompt)?;
    let mut linha = String::new();
    let lidos = io::stdin()
        .lock()
        .take(MAIOR_LINHA)
        .read_line(&mut linha)
        .map_err(|erro| {
            Erro::Mensagem(if erro.kind() == ErrorKind::InvalidData {
                "o que foi digitado não é texto UTF-8; confira a codificação do terminal"
                    .to_string()
            } else {
                format!("não foi possível ler do teclado: {}", em_portugues(&erro))
            })
        })?;
    if lidos == 0 {
        // O cursor ficou depois do prompt: a quebra devolve o shell ao começo da linha.
        mostra_bloco("\n")?;
        return Err(Erro::FimPedido);
    }
    if lidos as u64 == MAIOR_LINHA {
        let longa = "a linha digitada passa de 16 MiB; digite menos";
        return Err(Erro::Mensagem(longa.to_string()));
    }
    linha.truncate(sem_enter(&linha, cfg!(windows)).len());
    Ok(linha)
}

/// A linha sem o Enter do fim: `\n`; no Windows, `\r\n`. Fora dele um `\r` é parte do que se digitou.
fn sem_enter(linha: &str, no_windows: bool) -> &str {
    match linha.strip_suffix('\n') {
        Some(linha) if no_windows => linha.strip_suffix('\r').unwrap_or(linha),
        Some(linha) => linha,
        None => linha,
    }
}

#[cfg(test)]
mod testes {
    use super::sem_enter;

    #[test]
    fn so_o_enter_sai_da_linha() {
        for (linha, no_unix, no_windows) in [
            ("oi\n", "oi", "oi"),
            ("oi\r\n", "oi\r", "oi"),
            ("oi\r", "oi\r", "oi\r"),
            (" oi \t\n", " oi \t", " oi \t"),
            ("\n", "", ""),
            ("oi", "oi", "oi"),
            ("oi\n\r\n", "oi\n\r", "oi\n"),
        ] {
            assert_eq!(sem_enter(linha, false), no_unix, "{linha:?}");
            assert_eq!(sem_enter(linha, true), no_windows, "{linha:?}");
        }
    }
}
