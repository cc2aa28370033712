//! Exercício da página de `ftp_binario`: baixa qualquer arquivo de um servidor
//! FTP, texto ou não, e o grava na pasta atual com o nome que ele tem lá.
//!
//! Partiu de `crates/ftp_binario/src/main.rs`; o caso do texto veio de
//! `ftp_ascii`.
//!
//! Terminal 1: `cargo run -p servidor_ftp`
//! Terminal 2: `cargo run -p solucoes --bin ftp_baixa -- seculoxx/leia_me.txt`
//!
//! Outro servidor vem depois do caminho: `-- README ftp.ibiblio.org`

use std::env;
use std::path::Path;
use std::process::ExitCode;

use comum::{executa, mostra, visivel};
use comum_ftp::{
    ArquivoNovo, ErroFtp, abre_controle, abre_dados, completa_com_bytes, completa_com_texto,
    modo_texto, servidor_digitado,
};
use suppaftp::types::FileType;

fn main() -> ExitCode {
    executa(exercicio)
}

fn exercicio() -> Result<(), ErroFtp> {
    let mut argumentos = Vec::new();
    // O primeiro argumento é o próprio programa.
    for argumento in env::args_os().skip(1) {
        argumentos.push(argumento.to_string_lossy().into_owned());
    }
    let (origem, servidor) = match argumentos.as_slice() {
        // Sem servidor vale o da turma, como no prompt do ftp_interativo.
        [origem] => (origem, ""),
        [origem, servidor] => (origem, servidor.as_str()),
        _ => {
            return Err(ErroFtp::fim(
                "diga o caminho do arquivo no servidor e, se quiser, o servidor: \
                 `cargo run -p solucoes --bin ftp_baixa -- README 127.0.0.1:2121`"
                    .to_string(),
            ));
        }
    };
    let destino = nome_local(origem)?;
    let (mut ftp, saudacao) = abre_controle(&servidor_digitado(servidor)?)?;
    mostra!("{saudacao}")?;
    ftp.login("anonymous", "anonymous@")?;
    let arquivo = ArquivoNovo::cria(destino)?;
    let comando = format!("RETR {origem}");
    if e_texto(destino) {
        modo_texto(&mut ftp)?;
        completa_com_texto(arquivo, abre_dados(&mut ftp, &comando)?)?;
    } else {
        ftp.transfer_type(FileType::Binary)?;
        completa_com_bytes(arquivo, abre_dados(&mut ftp, &comando)?)?;
    }
    // O trabalho já está feito: se o servidor foi embora antes da despedida,
    // tanto faz.
    let _ = ftp.quit();
    Ok(())
}

/// A última parte do caminho: nenhum servidor escolhe em que pasta daqui se
/// grava. De `..` e de `/`, não há o que aproveitar.
fn nome_local(origem: &str) -> Result<&str, ErroFtp> {
    if let Some(nome) = Path::new(origem).file_name()
        && let Some(nome) = nome.to_str()
    {
        return Ok(nome);
    }
    let origem = visivel(origem.as_bytes());
    Err(ErroFtp::fim(format!(
        "\"{origem}\" não termina com o nome de um arquivo; \
         escreva o caminho inteiro, como seculoxx/leia_me.txt"
    )))
}

/// Um palpite pelo nome: texto é o que termina em `.txt` e o que não tem
/// extensão, como um README.
fn e_texto(nome: &str) -> bool {
    match Path::new(nome).extension() {
        Some(extensao) => extensao.eq_ignore_ascii_case("txt"),
        None => true,
    }
}
