//! Listagem 7.15 (`FTP_Binario.py`): baixa uma imagem, no modo binário.
//! `mostra!` é um `println!` que devolve erros; ANCHOR é uma marca do livro.
//!
//! Terminal 1: `cargo run -p servidor_ftp`
//! Terminal 2: `cargo run -p ftp_binario`

use std::process::ExitCode;

use comum::{ajuda, executa, mostra};
use comum_ftp::{
    ArquivoNovo, ErroFtp, abre_controle, abre_dados, completa_com_bytes, servidor_do_argumento,
};
use suppaftp::types::FileType;

fn main() -> ExitCode {
    executa(licao)
}

fn licao() -> Result<(), ErroFtp> {
    let servidor = servidor_do_argumento(ajuda!())?; // Sem nada, o da turma.
    let (mut ftp, saudacao) = abre_controle(&servidor)?;
    mostra!("{saudacao}")?;
    ftp.login("anonymous", "anonymous@")?;
    ftp.cwd("/pub/linux/logos/pictures")?;
    // ANCHOR: imagem
    let arquivo = ArquivoNovo::cria("pai_do_linux.jpg")?;
    // No modo binário os bytes chegam como são: nenhuma quebra é convertida.
    ftp.transfer_type(FileType::Binary)?;
    let dados = abre_dados(&mut ftp, "RETR linux-father-of-linux.jpg")?;
    // A resposta final diz que chegou tudo: só com ela o arquivo ganha o nome.
    completa_com_bytes(arquivo, dados)?;
    // ANCHOR_END: imagem
    let _ = ftp.quit(); // Se o servidor já foi embora, tanto faz.
    Ok(())
}
