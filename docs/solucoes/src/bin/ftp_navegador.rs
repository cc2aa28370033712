//! Exercício da página de `protocolo_ftp`: passear pelas pastas de um servidor
//! FTP, vendo o que há em cada uma.
//!
//! Partiu de `crates/protocolo_ftp/src/main.rs`: até o login, é ele. Linha
//! vazia encerra.
//!
//! Terminal 1: `cargo run -p servidor_ftp`
//! Terminal 2: `cargo run -p solucoes --bin ftp_navegador`

use std::process::ExitCode;

use comum::{ajuda, executa, mostra, pergunta};
use comum_ftp::{
    ErroFtp, Sessao, abre_controle, abre_dados, anonimo_se_vazio, modo_texto, mostra_linhas,
    pergunta_senha, servidor_do_argumento,
};

fn main() -> ExitCode {
    executa(exercicio)
}

fn exercicio() -> Result<(), ErroFtp> {
    let servidor = servidor_do_argumento(ajuda!(
        "Passeia pelas pastas de um servidor FTP, com a listagem de cada uma."
    ))?;
    let (mut ftp, saudacao) = abre_controle(&servidor)?;
    mostra!("{saudacao}")?;
    let usuario = pergunta("Digite o usuario: ")?;
    let senha = pergunta_senha("Digite a senha: ")?;
    let (usuario, senha) = anonimo_se_vazio(usuario, senha);
    ftp.login(usuario, senha)?;
    // Uma vez só: daqui até o fim, tudo o que se pede é listagem, que é texto.
    modo_texto(&mut ftp)?;
    mostra!("Diretório atual de trabalho:  {}", ftp.pwd()?)?;
    loop {
        let pasta = pergunta("Digite a pasta (Enter encerra): ")?;
        if pasta.is_empty() {
            break;
        }
        // Uma pasta que não existe é um 550: o erro é contado, e a pergunta
        // volta.
        visita(&mut ftp, &pasta).or_else(ErroFtp::avisa_e_volta)?;
    }
    let _ = ftp.quit();
    Ok(())
}

/// Entra na pasta e mostra onde se está e o que há ali. Se ela não existe,
/// continua-se onde se estava.
fn visita(ftp: &mut Sessao, pasta: &str) -> Result<(), ErroFtp> {
    ftp.cwd(pasta)?;
    mostra!("Diretório corrente:  {}", ftp.pwd()?)?;
    mostra_linhas(abre_dados(ftp, "LIST")?)?;
    Ok(())
}
