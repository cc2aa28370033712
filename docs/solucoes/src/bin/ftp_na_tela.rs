//! Exercício da página de `ftp_ascii`: mostra o `README` de um servidor FTP na
//! tela, sem gravar nada.
//!
//! Partiu de `crates/ftp_ascii/src/main.rs`.
//!
//! Terminal 1: `cargo run -p servidor_ftp`
//! Terminal 2: `cargo run -p solucoes --bin ftp_na_tela`

use std::process::ExitCode;

use comum::{ajuda, executa, mostra};
use comum_ftp::{
    ErroFtp, abre_controle, abre_dados, modo_texto, mostra_linhas, servidor_do_argumento,
};

fn main() -> ExitCode {
    executa(exercicio)
}

fn exercicio() -> Result<(), ErroFtp> {
    let servidor = servidor_do_argumento(ajuda!("Mostra na tela o README de um servidor FTP."))?;
    let (mut ftp, saudacao) = abre_controle(&servidor)?;
    mostra!("{saudacao}")?;
    ftp.login("anonymous", "anonymous@")?;
    modo_texto(&mut ftp)?;
    // Uma listagem e um arquivo de texto chegam do mesmo jeito: linhas, pela
    // conexão de dados. Quem as mostra cuida de um texto alheio não mexer no
    // terminal.
    mostra_linhas(abre_dados(&mut ftp, "RETR README")?)?;
    // O trabalho já está feito: se o servidor foi embora antes da despedida,
    // tanto faz.
    let _ = ftp.quit();
    Ok(())
}
