//! Perguntar a senha sem que ela apareça no terminal.

use std::io::{self, IsTerminal, Write};

use comum::causa::em_portugues;
use comum::{Erro, pergunta};

use crate::limpeza;

pub(crate) use eco::Eco;

/// Como [`pergunta`], mas num terminal o que se digita não aparece (o papel do `getpass` do Python).
/// Fora de um terminal, lê a linha do mesmo jeito.
///
/// O eco volta sempre: com o Enter, o Ctrl-D, o Ctrl-C ou a janela fechada.
///
/// # Errors
/// Os de [`pergunta`]; [`Erro::Mensagem`] se o terminal não deixa esconder a senha.
pub fn pergunta_senha(prompt: &str) -> Result<String, Erro> {
    if !io::stdin().is_terminal() {
        return pergunta(prompt);
    }
    limpeza::prepara()?;
    let _sem_eco = SemEco::novo()?;
    pergunta(prompt)
}

/// Enquanto existe, o terminal não mostra o que se digita.
struct SemEco;

impl SemEco {
    fn novo() -> Result<SemEco, Erro> {
        let mut pendencias = limpeza::pendencias();
        let eco = Eco::desliga().map_err(|erro| {
            Erro::Mensagem(format!(
                "o terminal não deixa esconder a senha: {}; use outro terminal",
                em_portugues(&erro)
            ))
        })?;
        pendencias.eco = Some(eco);
        Ok(SemEco)
    }
}

impl Drop for SemEco {
    fn drop(&mut self) {
        if let Some(eco) = limpeza::pendencias().eco.take() {
            eco.volta();
            // No Windows, sem eco, o Enter também não apareceu.
            if cfg!(windows) {
                let _ = writeln!(io::stderr());
            }
        }
    }
}

/// O eco no terminal do Unix (termios).
#[cfg(unix)]
mod eco {
    use std::io;

    use nix::sys::termios::{
        LocalFlags, SetArg, SpecialCharacterIndices, Termios, tcgetattr, tcsetattr,
    };

    /// A tecla de controle que não existe (`_POSIX_VDISABLE`): 0 no Linux, 255 no macOS e nos BSDs.
    const NENHUMA: u8 = if cfg!(any(target_os = "linux", target_os = "android")) {
        0
    } else {
        255
    };

    /// O terminal como estava.
    pub(crate) struct Eco(Termios);

    impl Eco {
        pub(crate) fn desliga() -> io::Result<Eco> {
            let antes = tcgetattr(io::stdin())?;
            let mut sem_eco = antes.clone();
            sem_eco.local_flags.remove(LocalFlags::ECHO);
            // O Enter aparece, para que o texto seguinte comece na outra linha.
            sem_eco.local_flags.insert(LocalFlags::ECHONL);
            // O Ctrl-Z e o Ctrl-\ tirariam o programa de cena sem passar pelo nosso tratador.
            sem_eco.control_chars[SpecialCharacterIndices::VSUSP as usize] = NENHUMA;
            sem_eco.control_chars[SpecialCharacterIndices::VQUIT as usize] = NENHUMA;
            tcsetattr(io::stdin(), SetArg::TCSANOW, &sem_eco)?;
            Ok(Eco(antes))
        }

        pub(crate) fn volta(self) {
            // Se o terminal já não existe, não há eco a devolver.
            let _ = tcsetattr(io::stdin(), SetArg::TCSANOW, &self.0);
        }
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

    /// O modo em que o console estava.
    pub(crate) struct Eco(u32);

    impl Eco {
        pub(crate) fn desliga() -> io::Result<Eco> {
            let antes = mode(HandleRef::stdin())?;
            set_mode(HandleRef::stdin(), antes & !ECO)?;
            Ok(Eco(antes))
        }

        pub(crate) fn volta(self) {
            // Se o console já não existe, não há eco a devolver.
            let _ = set_mode(HandleRef::stdin(), self.0);
        }
    }
}
