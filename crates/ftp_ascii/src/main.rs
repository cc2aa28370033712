//! Listagem 7.14 (`FTP_ASCII.py`): baixa um texto, o `README`, como `LEIAME`.
//! `mostra!` é um `println!` que devolve erros; ANCHOR é uma marca do livro.
//!
//! Terminal 1: `cargo run -p servidor_ftp`
//! Terminal 2: `cargo run -p ftp_ascii` (com `-- --ativo`, o modo ativo)

use std::process::ExitCode;

use comum::{ajuda, executa, mostra};
use comum_ftp::{
    ArquivoNovo, ErroFtp, abre_controle, abre_dados, completa_com_texto, modo_texto,
    servidor_do_argumento,
};

fn main() -> ExitCode {
    executa(licao)
}

fn licao() -> Result<(), ErroFtp> {
    // ANCHOR: sessao
    // No modo passivo, o padrão, quem abre a conexão de dados é o cliente, que
    // um roteador costuma esconder. No ativo, o do original, é o servidor.
    let servidor = servidor_do_argumento(ajuda!())?; // Sem nada, o da turma.
    let (mut ftp, saudacao) = abre_controle(&servidor)?;
    mostra!("{saudacao}")?;
    ftp.login("anonymous", "anonymous@")?;
    // ANCHOR_END: sessao
    // ANCHOR: texto
    let arquivo = ArquivoNovo::cria("LEIAME")?;
    // No modo ASCII as linhas viajam com CRLF; aqui ganham a quebra do sistema.
    modo_texto(&mut ftp)?;
    let dados = abre_dados(&mut ftp, "RETR README")?;
    // A resposta final diz que chegou tudo: só com ela o arquivo ganha o nome.
    completa_com_texto(arquivo, dados)?;
    // ANCHOR_END: texto
    let _ = ftp.quit(); // Se o servidor já foi embora, tanto faz.
    Ok(())
}
