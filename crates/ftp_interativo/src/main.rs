//! Listagem 7.16 (`FTP_Interativo.py`): o cliente FTP com menu.
//! `mostra!` é um `println!` que devolve erros; ANCHOR é uma marca do livro.
//!
//! Terminal 1: `cargo run -p servidor_ftp`
//! Terminal 2: `cargo run -p ftp_interativo` (Enter: o servidor da turma)

use std::process::ExitCode;

use comum::{ajuda, executa, mostra, pergunta, sem_argumentos};
use comum_ftp::{
    ArquivoNovo, ErroFtp, Sessao, abre_controle, abre_dados, anonimo_se_vazio, completa_com_bytes,
    completa_com_texto, modo_texto, mostra_linhas, pergunta_senha, servidor_digitado,
};
use suppaftp::types::FileType;

fn main() -> ExitCode {
    executa(licao)
}

fn licao() -> Result<(), ErroFtp> {
    sem_argumentos(ajuda!())?;
    let servidor = servidor_digitado(&pergunta("Digite o FTP que se deseja conectar: ")?)?;
    let (mut ftp, saudacao) = abre_controle(&servidor)?;
    mostra!("{saudacao}")?;
    let usuario = pergunta("Digite o usuario: ")?;
    let senha = pergunta_senha("Digite a senha: ")?;
    let (usuario, senha) = anonimo_se_vazio(usuario, senha);
    ftp.login(usuario, senha)?;
    let diretorio = ftp.pwd()?;
    mostra!("\nConexão bem sucedida.\nDiretório atual de trabalho:  {diretorio} \n\n")?;
    // ANCHOR: menu
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
        // O que falha não encerra a sessão: o erro é contado, e o menu volta.
        pedido.or_else(ErroFtp::avisa_e_volta)?;
    }
    // ANCHOR_END: menu
    let _ = ftp.quit(); // Se o servidor já foi embora, tanto faz.
    Ok(())
}

fn lista(ftp: &mut Sessao) -> Result<(), ErroFtp> {
    // Uma listagem é sempre texto, mesmo depois de um download binário.
    modo_texto(ftp)?;
    mostra_linhas(abre_dados(ftp, "LIST")?).map(drop)
}

fn define_diretorio(ftp: &mut Sessao) -> Result<(), ErroFtp> {
    ftp.cwd(&pergunta("Digite o diretório que deseja entrar: ")?)?;
    Ok(mostra!("\nDiretório corrente é:  {}", ftp.pwd()?)?)
}

fn baixa(ftp: &mut Sessao) -> Result<(), ErroFtp> {
    let tipo =
        pergunta("Digite <B> para arquivo binário ou \nqualquer outra letra para arquivo ASCII: ")?;
    let destino = pergunta("Digite o nome do arquivo destino: ")?;
    if tipo.to_uppercase() == "B" {
        let origem = pergunta("Arquivo de origem: ")?;
        let arquivo = ArquivoNovo::cria(&destino)?;
        ftp.transfer_type(FileType::Binary)?;
        completa_com_bytes(arquivo, abre_dados(ftp, &format!("RETR {origem}"))?)?;
    } else {
        let origem = pergunta("Arquivo de origem:")?;
        let arquivo = ArquivoNovo::cria(&destino)?;
        modo_texto(ftp)?;
        completa_com_texto(arquivo, abre_dados(ftp, &format!("RETR {origem}"))?)?;
    }
    Ok(mostra!("Arquivo baixado com sucesso!\n\n")?)
}
