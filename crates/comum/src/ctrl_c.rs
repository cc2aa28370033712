//! O Ctrl-C: nos servidores, uma despedida e o fim.

#[cfg(feature = "ctrl_c")]
use std::io::{self, Write};
#[cfg(feature = "ctrl_c")]
use std::process;

use crate::erro::Erro;

/// Combina o que acontece no Ctrl-C: o servidor se despede e sai com 0, que é o fim normal dele.
///
/// A despedida vai para o stderr: o stdout pode estar preso na mão de quem parou de o ler, e o
/// programa tem de terminar mesmo assim. Sair é tarefa do próprio tratador, porque o sistema recomeça
/// sozinho um `accept` interrompido: um laço que olhasse uma variável nunca acordaria.
///
/// # Errors
/// [`Erro::Mensagem`] se o sistema não aceita o tratador.
#[cfg(feature = "ctrl_c")]
pub fn despede_no_ctrl_c() -> Result<(), Erro> {
    no_ctrl_c(|| {
        let _ = writeln!(io::stderr(), "\nAté logo!");
        process::exit(0);
    })
}

/// Combina com o sistema o que fazer no Ctrl-C; só vale uma vez por programa.
pub(crate) fn no_ctrl_c(tratador: fn()) -> Result<(), Erro> {
    ctrlc::set_handler(tratador).map_err(|_| {
        Erro::Mensagem(
            "não foi possível preparar o Ctrl-C; feche os outros programas e tente de novo"
                .to_string(),
        )
    })
}
