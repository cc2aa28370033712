//! Envia um arquivo ao servidor FTP da turma, no modo binário. Vai além da seção 7.2, que fala de uploads e de
//! diretórios e não os mostra.
//!
//! Terminal 1: `cargo run -p servidor_ftp`
//! Terminal 2: `cargo run -p ftp_envia -- README.md`

use std::process::ExitCode;

use comum::{ajuda, executa, mostra, visivel};
use comum_ftp::{
    ArquivoDaqui, ErroFtp, abre_controle, abre_dados, arquivo_e_servidor, meu_nome, modo_texto,
    mostra_linhas,
};
use suppaftp::types::FileType;

fn main() -> ExitCode {
    executa(licao)
}

fn licao() -> Result<(), ErroFtp> {
    let (caminho, servidor) = arquivo_e_servidor(ajuda!())?; // ARQUIVO, HOST[:PORTA] e --ativo.
    let arquivo = ArquivoDaqui::abre(&caminho)?;
    let nome = arquivo.nome.clone();
    let (mut ftp, saudacao) = abre_controle(&servidor)?;
    mostra!("{saudacao}")?;
    ftp.login("anonymous", "anonymous@")?;
    // ANCHOR: pasta
    ftp.cwd("/entregas")?;
    let pasta = meu_nome();
    // Se a pasta já existe, o servidor recusa, e está bem: é o cwd que diz se dá para entrar nela.
    let _ = ftp.mkdir(&pasta);
    ftp.cwd(&pasta)?;
    // ANCHOR_END: pasta
    // ANCHOR: envio
    ftp.transfer_type(FileType::Binary)?;
    let dados = abre_dados(&mut ftp, &format!("STOR {nome}"))?;
    // Fechar a conexão de dados é dizer que acabou; só a resposta final do servidor diz que chegou tudo.
    let enviados = dados.envia(arquivo)?;
    // ANCHOR_END: envio
    // ANCHOR: confere
    let chegaram = ftp.size(&nome)?;
    modo_texto(&mut ftp)?;
    mostra_linhas(abre_dados(&mut ftp, "NLST")?)?;
    let nome = visivel(nome.as_bytes());
    mostra!("{nome}: {chegaram} bytes no servidor, {enviados} no arquivo")?;
    // ANCHOR_END: confere
    let _ = ftp.quit(); // Se o servidor foi embora antes da despedida, tanto faz.
    Ok(())
}
