//! O que desfazer se o programa acaba de repente: o eco do terminal volta, o arquivo pela metade some.
//!
//! Sair pelo Ctrl-C não roda os destrutores do Rust. Por isso o que está por desfazer fica anotado aqui,
//! atrás de uma tranca: quem cria ou desfaz algo age com ela na mão, e o tratador do Ctrl-C, que a
//! pega e não devolve mais, nunca encontra um trabalho pela metade.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::{fs, process};

use comum::{Erro, sem_ctrl_c};

use crate::senha::Eco;

/// O que está por desfazer.
pub(crate) struct Pendencias {
    /// O terminal como estava antes de o eco ser desligado.
    pub(crate) eco: Option<Eco>,
    /// O arquivo provisório de um download que ainda não acabou.
    pub(crate) provisorio: Option<PathBuf>,
}

static PENDENCIAS: Mutex<Pendencias> = Mutex::new(Pendencias {
    eco: None,
    provisorio: None,
});

/// Combina o Ctrl-C. Chame antes de criar o que tenha de ser desfeito.
pub(crate) fn prepara() -> Result<(), Erro> {
    static COMBINADO: OnceLock<bool> = OnceLock::new();
    // Numa segunda chamada o sistema recusaria o tratador, que já é o nosso.
    if COMBINADO.set(true).is_ok() {
        ctrlc::set_handler(arruma_e_sai).map_err(sem_ctrl_c)?;
    }
    Ok(())
}

/// O que está por desfazer, só para quem chama, até soltar a tranca.
pub(crate) fn pendencias() -> MutexGuard<'static, Pendencias> {
    PENDENCIAS.lock().unwrap_or_else(PoisonError::into_inner)
}

fn arruma_e_sai() {
    let mut pendencias = pendencias();
    if let Some(eco) = pendencias.eco.take() {
        eco.volta();
    }
    if let Some(provisorio) = pendencias.provisorio.take() {
        let _ = fs::remove_file(provisorio);
    }
    // O shell recomeça numa linha limpa.
    if io::stderr().is_terminal() {
        let _ = writeln!(io::stderr());
    }
    // 130 é o que o shell mostra para um programa parado pelo Ctrl-C. A tranca vai junto: ninguém
    // mais desliga o eco nem cria um arquivo daqui até o fim.
    process::exit(130);
}
