//! A sessão das lições: a da suppaftp, e o que ela deixa por conta de quem a usa.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use suppaftp::{ImplFtpStream, Status};

use comum::visivel;

use crate::controle::{self, Controle, RespostasDaSessao};
use crate::erro::{ErroFtp, SILENCIO};
use crate::na_tela::linhas;
use crate::resposta::Respostas;
use crate::servidor::Servidor;

/// Uma sessão FTP. O `login`, o `quit` e o que mais não está aqui são os da [suppaftp](ImplFtpStream).
pub struct Sessao {
    ftp: ImplFtpStream<Controle>,
    respostas: RespostasDaSessao,
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
    pub fn pwd(&mut self) -> Result<String, ErroFtp> {
        let resposta = self.manda("PWD", &[Status::PathCreated])?;
        Ok(entre_aspas(&resposta))
    }

    /// Entra num diretório, como o `cwd` do ftplib: `..` é o comando CDUP, para quem o
    /// conhece, e nada é o próprio diretório. A suppaftp mandaria `CWD ..` e `CWD ` sem nome, que alguns
    /// servidores não aceitam.
    pub fn cwd(&mut self, diretorio: &str) -> Result<(), ErroFtp> {
        if diretorio == ".." {
            let subiu = self.cdup();
            if !self.respostas().ultima().starts_with(b"500") {
                return Ok(subiu?);
            }
        }
        Ok(self
            .ftp
            .cwd(if diretorio.is_empty() { "." } else { diretorio })?)
    }

    /// Manda um comando e devolve a resposta inteira, que tem de ser uma das aceitas.
    pub(crate) fn manda(&mut self, comando: &str, aceitas: &[Status]) -> Result<Vec<u8>, ErroFtp> {
        self.custom_command(comando, aceitas)?;
        Ok(self.respostas().ultima())
    }

    /// As respostas, para quem as lê sem a suppaftp.
    pub(crate) fn respostas(&self) -> MutexGuard<'_, Respostas> {
        controle::trava(&self.respostas)
    }
}

/// O `FTP(host)` e o `getwelcome()` do ftplib: abre a conexão de controle e devolve a sessão e a saudação,
/// linha por linha, com os códigos, pronta para a tela.
pub fn abre_controle(servidor: &Servidor) -> Result<(Sessao, String), ErroFtp> {
    let con = servidor.disca()?;
    let silencio = Some(Duration::from_secs(SILENCIO));
    con.set_read_timeout(silencio)?;
    con.set_write_timeout(silencio)?;
    let mut respostas = Respostas::novas(con.try_clone()?);
    respostas.comando.ativo = servidor.ativo;
    let respostas = Arc::new(Mutex::new(respostas));
    let ftp = controle::abre(con, Arc::clone(&respostas))?;
    let sessao = Sessao { ftp, respostas };
    let saudacao = linhas(&sessao.respostas().ultima());
    Ok((sessao, saudacao))
}

/// O usuário e a senha que o `login` do ftplib mandaria: sem usuário a sessão é anônima, e a senha do
/// anônimo, quando falta, é `anonymous@`.
#[must_use]
pub fn anonimo_se_vazio(mut usuario: String, mut senha: String) -> (String, String) {
    if usuario.is_empty() {
        usuario += "anonymous";
    }
    if usuario == "anonymous" && matches!(senha.as_str(), "" | "-") {
        senha += "anonymous@";
    }
    (usuario, senha)
}

/// O nome entre aspas da resposta 257, pronto para a tela, ou nada se ela não o traz (é o `parse257` do ftplib): nele,
/// duas aspas são uma.
pub(crate) fn entre_aspas(resposta: &[u8]) -> String {
    let texto = visivel(resposta);
    // O NUL, que o `visivel` não deixa passar, faz as vezes das que são do nome.
    let nome = texto.strip_prefix("257 \"").unwrap_or_default();
    let nome = nome.replace("\"\"", "\0");
    let fim = nome.find('"').or_else(|| nome.find(r"\r\n"));
    nome[..fim.unwrap_or(nome.len())].replace('\0', "\"")
}

/// O `TYPE A` que o ftplib manda antes de um texto e de uma listagem. O `transfer_type` da suppaftp manda
/// `TYPE A N`, que nem todo servidor aceita.
pub fn modo_texto(ftp: &mut Sessao) -> Result<(), ErroFtp> {
    ftp.manda("TYPE A", &[Status::CommandOk]).map(drop)
}
