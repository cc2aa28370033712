//! Baixa o `README` de um servidor FTP, no modo ASCII, com o nome `LEIAME`. Listagem 7.14 (`FTP_ASCII.py`).
//! `mostra!` é um `println!` que devolve erros; ANCHOR marca um trecho que o livro explica.
//!
//! Terminal 1: `cargo run -p servidor_ftp`
//! Terminal 2: `cargo run -p ftp_ascii` (`cargo run -p ftp_ascii -- --ativo` usa o modo ativo)

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
    // No modo passivo, o padrão, quem abre a conexão de dados é o cliente, que costuma estar atrás de um
    // roteador que não deixa ninguém entrar. No ativo, que o original usa sem dizer, é o servidor.
    let servidor = servidor_do_argumento(ajuda!())?; // HOST[:PORTA] e --ativo; sem nada, o da turma.
    let (mut ftp, saudacao) = abre_controle(&servidor)?;
    mostra!("{saudacao}")?;
    ftp.login("anonymous", "anonymous@")?;
    // ANCHOR_END: sessao
    // ANCHOR: texto
    let arquivo = ArquivoNovo::cria("LEIAME")?;
    // No modo ASCII as linhas viajam com CRLF, seja qual for o sistema; aqui ganham a quebra deste.
    modo_texto(&mut ftp)?;
    let dados = abre_dados(&mut ftp, "RETR README")?;
    // Só a resposta final do servidor diz que chegou tudo: com ela o arquivo aparece na pasta, com este nome.
    completa_com_texto(arquivo, dados)?;
    // ANCHOR_END: texto
    let _ = ftp.quit(); // Se o servidor foi embora antes da despedida, tanto faz.
    Ok(())
}
