//! Exercício da página de `ftp_interativo`: antes de baixar, diz o tamanho do
//! arquivo e pergunta se é isso mesmo.
//!
//! Partiu de `crates/ftp_interativo/src/main.rs`: só `baixa` mudou.
//!
//! Terminal 1: `cargo run -p servidor_ftp`
//! Terminal 2: `cargo run -p solucoes --bin ftp_interativo_tamanho`

use std::process::ExitCode;

use comum::{executa, mostra, pergunta};
use comum_ftp::{
    ArquivoNovo, ErroFtp, Sessao, abre_controle, abre_dados, anonimo_se_vazio, completa_com_bytes,
    completa_com_texto, modo_texto, mostra_linhas, pergunta_senha, servidor_digitado,
};
use suppaftp::types::FileType;

fn main() -> ExitCode {
    executa(exercicio)
}

fn exercicio() -> Result<(), ErroFtp> {
    let servidor = servidor_digitado(&pergunta("Digite o FTP que se deseja conectar: ")?)?;
    let (mut ftp, saudacao) = abre_controle(&servidor)?;
    mostra!("{saudacao}")?;
    let usuario = pergunta("Digite o usuario: ")?;
    let senha = pergunta_senha("Digite a senha: ")?;
    let (usuario, senha) = anonimo_se_vazio(usuario, senha);
    ftp.login(usuario, senha)?;
    let diretorio = ftp.pwd()?;
    mostra!("\nConexão bem sucedida.\nDiretório atual de trabalho:  {diretorio} \n\n")?;
    loop {
        let menu = pergunta(
            "Escolha a opção desejada: \n<1> - para Listar arquivos\
             \n<2> - para definir um diretório\n<3> - para baixar um arquivo: ",
        )?;
        let pedido = match menu.as_str() {
            "1" => lista(&mut ftp),
            "2" => define_diretorio(&mut ftp),
            "3" => baixa(&mut ftp),
            _ => break,
        };
        pedido.or_else(ErroFtp::avisa_e_volta)?;
    }
    let _ = ftp.quit();
    Ok(())
}

fn lista(ftp: &mut Sessao) -> Result<(), ErroFtp> {
    modo_texto(ftp)?;
    mostra_linhas(abre_dados(ftp, "LIST")?)?;
    Ok(())
}

fn define_diretorio(ftp: &mut Sessao) -> Result<(), ErroFtp> {
    ftp.cwd(&pergunta("Digite o diretório que deseja entrar: ")?)?;
    Ok(mostra!("\nDiretório corrente é:  {}", ftp.pwd()?)?)
}

fn baixa(ftp: &mut Sessao) -> Result<(), ErroFtp> {
    let tipo =
        pergunta("Digite <B> para arquivo binário ou \nqualquer outra letra para arquivo ASCII: ")?;
    let destino = pergunta("Digite o nome do arquivo destino: ")?;
    let origem = pergunta("Arquivo de origem: ")?;
    // Em TYPE A o tamanho dependeria das quebras de linha, e há servidores que
    // então o negam.
    ftp.transfer_type(FileType::Binary)?;
    let tamanho = ftp.size(&origem)?;
    let resposta = pergunta(&format!("São {tamanho} bytes. Digite <S> para baixar: "))?;
    if resposta.to_uppercase() != "S" {
        return Ok(());
    }
    let arquivo = ArquivoNovo::cria(&destino)?;
    if tipo.to_uppercase() == "B" {
        completa_com_bytes(arquivo, abre_dados(ftp, &format!("RETR {origem}"))?)?;
    } else {
        modo_texto(ftp)?;
        completa_com_texto(arquivo, abre_dados(ftp, &format!("RETR {origem}"))?)?;
    }
    Ok(mostra!("Arquivo baixado com sucesso!\n\n")?)
}
