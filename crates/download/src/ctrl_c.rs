//! O que desfazer se o programa acaba de repente: o eco do terminal volta, o arquivo pela metade some.
//!
//! Sair pelo Ctrl-C não roda os destrutores do Rust. Por isso o que está por desfazer fica anotado aqui,
//! atrás de uma tranca: quem faz ou desfaz algo age com ela na mão, e o tratador do Ctrl-C, que a
//! pega e não devolve mais, nunca encontra um trabalho pela metade.

use std::io::{self, IsTerminal, Write};
use std::process;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use comum::{Erro, sem_ctrl_c};

/// O que está por desfazer, se há algo: as lições fazem uma coisa de cada vez.
static DESFAZ: Mutex<Option<Box<dyn FnOnce() + Send>>> = Mutex::new(None);

/// Enquanto existe, há algo por desfazer: quem o desfaz é o fim dela ou o Ctrl-C, o que vier antes.
pub struct PorDesfazer;

/// Faz uma coisa que tem de ser desfeita; `faz` a devolve com o modo de a desfazer.
///
/// # Errors
/// Os de `faz`; [`Erro::Mensagem`] se o sistema não combina o Ctrl-C.
pub fn faz_e_anota<T, E: From<Erro>, D: FnOnce() + Send + 'static>(
    faz: impl FnOnce() -> Result<(T, D), E>,
) -> Result<(T, PorDesfazer), E> {
    static COMBINADO: OnceLock<bool> = OnceLock::new();
    // Numa segunda chamada o sistema recusaria o tratador, que já é o nosso.
    if COMBINADO.set(true).is_ok() {
        ctrlc::set_handler(desfaz_e_sai).map_err(sem_ctrl_c)?;
    }
    let mut anotado = tranca();
    let (feito, desfaz) = faz()?;
    *anotado = Some(Box::new(desfaz));
    Ok((feito, PorDesfazer))
}

impl PorDesfazer {
    /// O último passo do trabalho: se dá certo, não há mais o que desfazer.
    pub fn conclui(self, passo: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
        let mut anotado = tranca();
        passo()?;
        *anotado = None;
        Ok(())
    }
}

impl Drop for PorDesfazer {
    fn drop(&mut self) {
        if let Some(desfaz) = tranca().take() {
            desfaz();
        }
    }
}

fn tranca() -> MutexGuard<'static, Option<Box<dyn FnOnce() + Send>>> {
    DESFAZ.lock().unwrap_or_else(PoisonError::into_inner)
}

fn desfaz_e_sai() {
    let mut anotado = tranca();
    if let Some(desfaz) = anotado.take() {
        desfaz();
    }
    // O shell recomeça numa linha limpa.
    if io::stderr().is_terminal() {
        let _ = writeln!(io::stderr());
    }
    // 130 é o que o shell mostra para um programa parado pelo Ctrl-C. A tranca vai junto: ninguém
    // mais desliga o eco nem cria um arquivo daqui até o fim.
    process::exit(130);
}
