//! Conversa com um servidor FTP: saudação, login, diretórios e listagem. Listagens 7.10, 7.11, 7.12 e
//! 7.13, que o capítulo acrescenta uma a uma ao mesmo arquivo (`Protocolo_FTP.py`).
//!
//! Terminal 1: `cargo run -p servidor_ftp`
//! Terminal 2: `cargo run -p protocolo_ftp` (usuário e senha vazios: anônimo)
//!
//! Com internet: `cargo run -p protocolo_ftp -- ftp.ibiblio.org`

use std::process::ExitCode;

use comum::{ajuda, executa, mostra, pergunta};
use comum_ftp::{
    ErroFtp, abre_controle, abre_dados, anonimo_se_vazio, modo_texto, mostra_linhas,
    pergunta_senha, pwd, servidor_do_argumento,
};

fn main() -> ExitCode {
    executa(licao)
}

fn licao() -> Result<(), ErroFtp> {
    // Também o modo, com --ativo; sem argumento, o servidor da turma, que atende na porta 2121.
    let servidor = servidor_do_argumento(ajuda!())?;
    // ANCHOR: entra
    // 7.10: a conexão de controle, por onde vão os comandos, e a saudação do servidor.
    let (mut ftp, saudacao) = abre_controle(&servidor)?;
    mostra!("{saudacao}")?;
    // 7.11: o login. No FTP a senha viaja sem cifra: não use aqui uma que valha alguma coisa.
    let usuario = pergunta("Digite o usuario: ")?;
    let senha = pergunta_senha("Digite a senha: ")?;
    let (usuario, senha) = anonimo_se_vazio(usuario, senha)?;
    ftp.login(usuario, senha)?;
    // ANCHOR_END: entra
    mostra!("Diretório atual de trabalho:  {}", pwd(&mut ftp)?)?;
    // 7.12: outro diretório.
    ftp.cwd("pub")?;
    mostra!("Diretório corrente:  {}", pwd(&mut ftp)?)?;
    // ANCHOR: lista
    // 7.13: a listagem vem por uma segunda conexão, a de dados; a resposta final, pela de controle.
    modo_texto(&mut ftp)?;
    let dados = abre_dados(&mut ftp, "LIST")?;
    let resposta = mostra_linhas(dados)?;
    mostra!("{resposta}")?;
    // ANCHOR_END: lista
    // O trabalho já está feito: se o servidor foi embora antes da despedida, tanto faz.
    let _ = ftp.quit();
    Ok(())
}
