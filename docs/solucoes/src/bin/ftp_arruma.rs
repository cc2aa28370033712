//! Exercício da página de `ftp_envia`: muda o nome de um arquivo enviado, ou o
//! apaga, e mostra o que ficou.
//!
//! Partiu de `crates/ftp_envia/src/main.rs`.
//!
//! Terminal 1: `cargo run -p servidor_ftp`
//! Terminal 2: `cargo run -p solucoes --bin ftp_arruma -- README.md leia.md`
//!
//! Com um nome só, apaga. Outro servidor vem depois, com dois-pontos:
//! `-- README.md 127.0.0.1:2122`

use std::env;
use std::process::ExitCode;

use comum::{executa, mostra};
use comum_ftp::{
    ErroFtp, abre_controle, abre_dados, meu_nome, modo_texto, mostra_linhas, servidor_digitado,
};

fn main() -> ExitCode {
    executa(exercicio)
}

fn exercicio() -> Result<(), ErroFtp> {
    let mut nomes: Vec<String> = Vec::new();
    for argumento in env::args_os().skip(1) {
        nomes.push(argumento.to_string_lossy().into_owned());
    }
    // Nenhum nome de arquivo do servidor da turma tem dois-pontos.
    let servidor = nomes
        .pop_if(|ultimo| ultimo.contains(':'))
        .unwrap_or_default();
    let (mut ftp, saudacao) = abre_controle(&servidor_digitado(&servidor)?)?;
    mostra!("{saudacao}")?;
    ftp.login("anonymous", "anonymous@")?;
    ftp.cwd("/entregas")?;
    ftp.cwd(&meu_nome())?;
    match nomes.as_slice() {
        [de, para] => ftp.rename(de, para)?,
        [nome] => ftp.rm(nome)?,
        _ => {
            return Err(ErroFtp::fim(
                "diga o nome de um arquivo, ou o de agora e o novo: \
                 `cargo run -p solucoes --bin ftp_arruma -- README.md leia.md`"
                    .to_string(),
            ));
        }
    }
    modo_texto(&mut ftp)?;
    mostra_linhas(abre_dados(&mut ftp, "NLST")?)?;
    let _ = ftp.quit(); // Se o servidor já foi embora, tanto faz.
    Ok(())
}
