//! Vai além da seção 7.2, que fala de uploads e de diretórios e não os mostra:
//! envia um arquivo ao servidor FTP da turma, no modo binário.
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
    let (caminho, servidor) = arquivo_e_servidor(ajuda!())?; // Ou o da turma.
    let arquivo = ArquivoDaqui::abre(&caminho)?;
    let nome = arquivo.nome.clone();
    let (mut ftp, saudacao) = abre_controle(&servidor)?;
    mostra!("{saudacao}")?;
    ftp.login("anonymous", "anonymous@")?;
    // ANCHOR: pasta
    ftp.cwd("/entregas")?;
    let pasta = meu_nome();
    // Se a pasta já existe, ele recusa, e está bem: quem diz se há uma é o cwd.
    let criou = ftp.mkdir(&pasta);
    if let Err(erro) = ftp.cwd(&pasta) {
        criou?; // Se nem nasceu, o motivo é este.
        return Err(erro);
    }
    // ANCHOR_END: pasta
    // ANCHOR: envio
    ftp.transfer_type(FileType::Binary)?;
    let dados = abre_dados(&mut ftp, &format!("STOR {nome}"))?;
    // Fechar a conexão diz que acabou; a resposta final, que chegou tudo.
    let enviados = dados.envia(arquivo)?;
    // ANCHOR_END: envio
    // ANCHOR: confere
    let chegaram = ftp.size(&nome)?;
    modo_texto(&mut ftp)?;
    mostra_linhas(abre_dados(&mut ftp, "NLST")?)?;
    let nome = visivel(nome.as_bytes());
    mostra!("{nome}: {chegaram} bytes no servidor, {enviados} no arquivo")?;
    // ANCHOR_END: confere
    let _ = ftp.quit(); // Se o servidor já foi embora, tanto faz.
    if chegaram != enviados {
        let motivo = "o que ficou no servidor não é do tamanho do arquivo; envie de novo";
        return Err(ErroFtp::Pedido(motivo.to_string()));
    }
    Ok(())
}
