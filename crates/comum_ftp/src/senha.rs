//! Perguntar a senha sem que ela apareça no terminal.

use std::io::{self, IsTerminal, Write};

use comum::causa::em_portugues;
use comum::{Erro, pergunta};

use download::ctrl_c::faz_e_anota;

/// Como [`pergunta`], mas num terminal o que se digita não aparece (o papel do `getpass` do Python).
/// Fora de um terminal, lê a linha do mesmo jeito.
///
/// O eco volta sempre: com o Enter, o Ctrl-D, o Ctrl-C ou a janela fechada.
pub fn pergunta_senha(prompt: &str) -> Result<String, Erro> {
    if !io::stdin().is_terminal() {
        return pergunta(prompt);
    }
    let ((), sem_eco) = faz_e_anota(|| match eco::desliga() {
        Ok(volta) => Ok(((), volta)),
        Err(erro) => Err(Erro::Mensagem(format!(
            "o terminal não deixa esconder a senha: {}; use outro terminal",
            em_portugues(&erro)
        ))),
    })?;
    let senha = pergunta(prompt);
    drop(sem_eco);
    // No Windows, sem eco, o Enter também não apareceu.
    if cfg!(windows) {
        let _ = writeln!(io::stderr());
    }
    senha
}

/// O eco no terminal do Unix (termios).
#[cfg(unix)]
mod eco {
    use std::io;

    use nix::libc::_POSIX_VDISABLE as NENHUMA;
    use nix::sys::termios::{LocalFlags, SetArg, SpecialCharacterIndices, tcgetattr, tcsetattr};

    /// Devolve o modo de o ligar outra vez.
    pub(super) fn desliga() -> io::Result<impl FnOnce() + Send> {
        let antes = tcgetattr(io::stdin())?;
        let mut sem_eco = antes.clone();
        sem_eco.local_flags.remove(LocalFlags::ECHO);
        // O Enter aparece, para que o texto seguinte comece na outra linha.
        sem_eco.local_flags.insert(LocalFlags::ECHONL);
        // O Ctrl-Z e o Ctrl-\ tirariam o programa de cena sem passar pelo nosso tratador.
        sem_eco.control_chars[SpecialCharacterIndices::VSUSP as usize] = NENHUMA;
        sem_eco.control_chars[SpecialCharacterIndices::VQUIT as usize] = NENHUMA;
        tcsetattr(io::stdin(), SetArg::TCSANOW, &sem_eco)?;
        Ok(move || {
            // Se o terminal já não existe, não há eco a devolver.
            let _ = tcsetattr(io::stdin(), SetArg::TCSANOW, &antes);
        })
    }
}

/// O eco no console do Windows.
#[cfg(windows)]
mod eco {
    use std::io;

    use winapi_util::HandleRef;
    use winapi_util::console::{mode, set_mode};

    /// `ENABLE_ECHO_INPUT`, da documentação do `SetConsoleMode`.
    const ECO: u32 = 0x4;

    /// Devolve o modo de o ligar outra vez.
    pub(super) fn desliga() -> io::Result<impl FnOnce() + Send> {
        let antes = mode(HandleRef::stdin())?;
        set_mode(HandleRef::stdin(), antes & !ECO)?;
        Ok(move || {
            // Se o console já não existe, não há eco a devolver.
            let _ = set_mode(HandleRef::stdin(), antes);
        })
    }
}
