//! A sessão das lições: a da suppaftp, e o que ela deixa por conta de quem a usa.

use std::ops::{Deref, DerefMut};
use std::sync::MutexGuard;
use std::time::Duration;

use suppaftp::{ImplFtpStream, Status};

use comum::visivel;

use crate::controle::{self, Controle, RespostasDaSessao};
use crate::erro::{ErroFtp, SILENCIO};
use crate::resposta::Respostas;
use crate::servidor::Servidor;

/// Uma sessão FTP. O `login`, o `quit` e o que mais não está aqui são os da [suppaftp](ImplFtpStream).
pub struct Sessao {
    ftp: ImplFtpStream<Controle>,
    respostas: RespostasDaSessao,
    /// Quem abre a conexão de dados é o servidor.
    pub(crate) ativo: bool,
}

impl Deref for Sessao {
    type Target = ImplFtpStream<Controle>;

    fn deref(&self) -> &Self::Target {
        &self.ftp
    }
}

impl DerefMut for Sessao {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.ftp
    }
}

impl Sessao {
    /// O diretório atual, pronto para a tela. O `pwd` da suppaftp não desdobra as aspas do nome (RFC 959,
    /// apêndice II) e se perde quando há outras depois dele.
    ///
    /// # Errors
    /// [`ErroFtp::Pedido`] se o servidor recusa; [`ErroFtp::Fim`] se a sessão acabou.
    pub fn pwd(&mut self) -> Result<String, ErroFtp> {
        self.custom_command("PWD", &[Status::PathCreated])?;
        Ok(visivel(&entre_aspas(&self.respostas().ultima().0)))
    }

    /// Entra num diretório, como o `cwd` do ftplib: `..` é o comando CDUP, para quem o
    /// conhece, e nada é o próprio diretório. A suppaftp mandaria `CWD ..` e `CWD ` sem nome, que alguns
    /// servidores não aceitam.
    ///
    /// # Errors
    /// [`ErroFtp::Pedido`] se o servidor recusa ou o nome tem uma quebra de linha ou um NUL;
    /// [`ErroFtp::Fim`] se a sessão acabou.
    pub fn cwd(&mut self, diretorio: &str) -> Result<(), ErroFtp> {
        sem_controles("o nome", diretorio)?;
        match diretorio {
            ".." => {
                let subiu = self.cdup();
                if self.respostas().ultima().codigo() == b"500" {
                    self.ftp.cwd("..")?;
                } else {
                    subiu?;
                }
            }
            "" => self.ftp.cwd(".")?,
            _ => self.ftp.cwd(diretorio)?,
        }
        Ok(())
    }

    /// As respostas, para quem as lê sem a suppaftp.
    pub(crate) fn respostas(&self) -> MutexGuard<'_, Respostas> {
        controle::trava(&self.respostas)
    }
}

/// O `FTP(host)` e o `getwelcome()` do ftplib: abre a conexão de controle e devolve a sessão e a saudação,
/// linha por linha, com os códigos, pronta para a tela.
///
/// # Errors
/// [`ErroFtp::Fim`] se nenhum endereço atende, ou se quem atende não fala FTP ou não quer conversa.
pub fn abre_controle(servidor: &Servidor) -> Result<(Sessao, String), ErroFtp> {
    let con = servidor.disca()?;
    let silencio = Some(Duration::from_secs(SILENCIO));
    con.set_read_timeout(silencio)?;
    con.set_write_timeout(silencio)?;
    let (ftp, respostas) = controle::abre(con, servidor.ativo)?;
    let sessao = Sessao {
        ftp,
        respostas,
        ativo: servidor.ativo,
    };
    let saudacao = sessao.respostas().ultima().na_tela();
    Ok((sessao, saudacao))
}

/// O usuário e a senha que o `login` do ftplib mandaria: sem usuário a sessão é anônima, e a senha do
/// anônimo, quando falta, é `anonymous@`.
///
/// # Errors
/// [`ErroFtp::Pedido`] se há neles uma quebra de linha ou um NUL: nada é enviado.
pub fn anonimo_se_vazio(usuario: String, senha: String) -> Result<(String, String), ErroFtp> {
    sem_controles("o usuário", &usuario)?;
    sem_controles("a senha", &senha)?;
    let usuario = if usuario.is_empty() {
        "anonymous".to_string()
    } else {
        usuario
    };
    let senha = if usuario == "anonymous" && matches!(senha.as_str(), "" | "-") {
        senha + "anonymous@"
    } else {
        senha
    };
    Ok((usuario, senha))
}

/// O nome entre aspas da resposta 257, ou nada se ela não o traz (é o `parse257` do ftplib).
pub(crate) fn entre_aspas(resposta: &[u8]) -> Vec<u8> {
    let mut nome = Vec::new();
    let mut resto = resposta.strip_prefix(b"257 \"").unwrap_or_default();
    loop {
        resto = match resto {
            [b'"', b'"', depois @ ..] => {
                nome.push(b'"');
                depois
            }
            [] | [b'"' | b'\r' | b'\n', ..] => return nome,
            [byte, depois @ ..] => {
                nome.push(*byte);
                depois
            }
        };
    }
}

/// O `TYPE A` que o ftplib manda antes de um texto e de uma listagem. O `transfer_type` da suppaftp manda
/// `TYPE A N`, que nem todo servidor aceita.
///
/// # Errors
/// [`ErroFtp::Pedido`] se o servidor recusa; [`ErroFtp::Fim`] se a sessão acabou.
pub fn modo_texto(ftp: &mut Sessao) -> Result<(), ErroFtp> {
    ftp.custom_command("TYPE A", &[Status::CommandOk])?;
    Ok(())
}

/// Pergunta o nome de um arquivo do servidor.
///
/// # Errors
/// Os de [`comum::pergunta`]; [`ErroFtp::Pedido`] se o nome está vazio ou tem uma quebra de linha ou um NUL.
pub fn pergunta_nome(prompt: &str) -> Result<String, ErroFtp> {
    let nome = comum::pergunta(prompt)?;
    sem_controles("o nome", &nome)?;
    if nome.is_empty() {
        return Err(ErroFtp::Pedido(
            "faltou o nome do arquivo; digite um, como LEIAME".to_string(),
        ));
    }
    Ok(nome)
}

/// No FTP um comando é uma linha: uma quebra no meio de um nome seria outro comando, escolhido por quem
/// escreveu o nome.
pub(crate) fn sem_controles(quem: &str, texto: &str) -> Result<(), ErroFtp> {
    if texto.contains(['\r', '\n', '\0']) {
        // O texto não é repetido: pode ser a senha.
        return Err(ErroFtp::Pedido(format!(
            "{quem} tem uma quebra de linha ou um NUL no meio, e nada foi enviado; digite de novo"
        )));
    }
    Ok(())
}
