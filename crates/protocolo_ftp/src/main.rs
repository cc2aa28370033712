//! Listagens 7.10, 7.11, 7.12 e 7.13 (`Protocolo_FTP.py`): uma conversa FTP.
//! `mostra!` é um `println!` que devolve erros; ANCHOR é uma marca do livro.
//!
//! Terminal 1: `cargo run -p servidor_ftp`
//! Terminal 2: `cargo run -p protocolo_ftp` (usuário e senha vazios: anônimo)

use std::process::ExitCode;

use comum::{ajuda, executa, mostra, pergunta};
use comum_ftp::{
    ErroFtp, abre_controle, abre_dados, anonimo_se_vazio, modo_texto, mostra_linhas,
    pergunta_senha, servidor_do_argumento,
};

fn main() -> ExitCode {
    executa(licao)
}

fn licao() -> Result<(), ErroFtp> {
    let servidor = servidor_do_argumento(ajuda!())?; // Sem nada, o da turma.
    // ANCHOR: entra
    // 7.10: a conexão de controle, a dos comandos, e a saudação do servidor.
    let (mut ftp, saudacao) = abre_controle(&servidor)?;
    mostra!("{saudacao}")?;
    // 7.11: o login. A senha viaja sem cifra: não use uma que valha algo.
    let usuario = pergunta("Digite o usuario: ")?;
    let senha = pergunta_senha("Digite a senha: ")?;
    let (usuario, senha) = anonimo_se_vazio(usuario, senha);
    ftp.login(usuario, senha)?;
    // ANCHOR_END: entra
    mostra!("Diretório atual de trabalho:  {}", ftp.pwd()?)?;
    ftp.cwd("pub")?; // 7.12: outro diretório.
    mostra!("Diretório corrente:  {}", ftp.pwd()?)?;
    // ANCHOR: lista
    // 7.13: a listagem vem pela conexão de dados; a resposta, pela de controle.
    modo_texto(&mut ftp)?;
    let dados = abre_dados(&mut ftp, "LIST")?;
    mostra!("{}", mostra_linhas(dados)?)?;
    // ANCHOR_END: lista
    let _ = ftp.quit(); // Se o servidor já foi embora, tanto faz.
    Ok(())
}
