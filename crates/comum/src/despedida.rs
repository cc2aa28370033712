//! O Ctrl-C dos servidores: uma despedida e o fim.

use std::error::Error;
use std::io::{self, Write};
use std::time::Duration;
use std::{process, thread};

use crate::erro::Erro;

/// O que um servidor faz no Ctrl-C, e quando alguém o manda terminar: despede-se e sai com 0, que é o fim normal dele. É
/// para o `ctrlc::set_handler`.
///
/// A despedida vai para o stderr: o stdout pode estar preso na mão de quem parou de o ler. Um terminal parado também segura o
/// stderr, mas só por meio segundo. Sair é tarefa do próprio
/// tratador, porque o sistema recomeça sozinho um `accept` interrompido: um laço que olhasse uma variável nunca acordaria.
pub fn despede() {
    let _ = thread::Builder::new().spawn(|| {
        thread::sleep(Duration::from_millis(500));
        process::exit(0)
    });
    let _ = writeln!(io::stderr(), "\nAté logo!");
    process::exit(0);
}

/// O erro de quem não conseguiu combinar o Ctrl-C com o sistema.
pub fn sem_ctrl_c(_: impl Error) -> Erro {
    let motivo = "não foi possível preparar o Ctrl-C; feche os outros programas e tente de novo";
    Erro::Mensagem(motivo.to_string())
}
