//! O terminal: perguntar como o `input` do Python e mostrar como o `print`, sem nunca entrar em
//! pânico quando a saída está fechada.

use std::fmt::Arguments;
use std::io::{self, BufRead, ErrorKind, Read, Write};

use crate::causa::em_portugues;
use crate::erro::Erro;

/// Maior linha que se aceita do teclado, em bytes: quem liga `/dev/zero` na entrada ouve uma
/// explicação em vez de gastar toda a memória.
const MAIOR_LINHA: u64 = 16 << 20;

/// Mostra uma linha, como o `print` do Python. Aceita o mesmo que `println!`, mas devolve um
/// [`Erro`] em vez de entrar em pânico.
#[macro_export]
macro_rules! mostra {
    ($($texto:tt)*) => { $crate::console::mostra_linha(format_args!($($texto)*)) };
}

/// O trabalho de [`mostra!`](crate::mostra): a linha inteira sai numa escrita só.
///
/// # Errors
/// [`Erro::FimPedido`] se quem lia a saída foi embora (`| head -1`); [`Erro::Mensagem`] se a saída
/// não aceita mais nada (disco cheio).
pub fn mostra_linha(texto: Arguments) -> Result<(), Erro> {
    escreve(format_args!("{texto}\n"))
}

/// Mostra um bloco de linhas prontas, cada uma já com a sua quebra, numa escrita só.
///
/// # Errors
/// Os de [`mostra_linha`].
pub fn mostra_bloco(texto: &str) -> Result<(), Erro> {
    escreve(format_args!("{texto}"))
}

fn escreve(texto: Arguments) -> Result<(), Erro> {
    // Montado antes: o stdout faria uma escrita para cada pedaço que passa por uma quebra de linha.
    let texto = texto.to_string();
    let mut tela = io::stdout().lock();
    tela.write_all(texto.as_bytes())
        .and_then(|()| tela.flush())
        .map_err(|erro| erro_da_tela(&erro))
}

/// O erro de quem não conseguiu escrever no stdout: se quem o lia foi embora, é só o fim.
#[must_use]
pub fn erro_da_tela(erro: &io::Error) -> Erro {
    match erro.kind() {
        ErrorKind::BrokenPipe => Erro::FimPedido,
        _ => Erro::Mensagem(format!(
            "não foi possível escrever na tela: {}",
            em_portugues(erro)
        )),
    }
}

/// Mostra o prompt e lê uma linha, como o `input` do Python: só a quebra de linha final sai.
///
/// # Errors
/// [`Erro::FimPedido`] no Ctrl-D (Ctrl-Z no Windows); [`Erro::Mensagem`] se o que se digitou não é
/// UTF-8 ou a linha passa de 16 MiB.
pub fn pergunta(prompt: &str) -> Result<String, Erro> {
    escreve(format_args!("{prompt}"))?;
    let mut linha = String::new();
    let lidos = io::stdin()
        .lock()
        .take(MAIOR_LINHA)
        .read_line(&mut linha)
        .map_err(|erro| {
            Erro::Mensagem(match erro.kind() {
                ErrorKind::InvalidData => {
                    "o que foi digitado não é texto UTF-8; confira a codificação do terminal"
                        .to_string()
                }
                _ => format!("não foi possível ler do teclado: {}", em_portugues(&erro)),
            })
        })?;
    if lidos == 0 {
        // O cursor ficou depois do prompt: a quebra devolve o shell ao começo da linha.
        escreve(format_args!("\n"))?;
        return Err(Erro::FimPedido);
    }
    if lidos as u64 == MAIOR_LINHA {
        return Err(Erro::Mensagem(
            "a linha digitada passa de 16 MiB; digite menos".to_string(),
        ));
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
