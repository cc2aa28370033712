//! O Ctrl-C dos servidores: uma despedida e o fim.

use std::io::{self, Write};
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
pub fn despede_no_ctrl_c() -> Result<(), Erro> {
    ctrlc::set_handler(|| {
        let _ = writeln!(io::stderr(), "\nAté logo!");
        process::exit(0);
    })
    .map_err(|_| {
        Erro::Mensagem(
            "não foi possível preparar o Ctrl-C; feche os outros programas e tente de novo"
                .to_string(),
        )
    })
}
