//! O arquivo de um download: só ganha o nome quando chega inteiro.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};
use std::process;

use comum::causa::em_portugues;
use comum::{Erro, visivel};

use crate::ctrl_c::{PorDesfazer, faz_e_anota};

/// O `open(nome, 'w')` dos originais, sem o estrago: enquanto o download não acaba, os bytes vão para um
/// arquivo provisório, na mesma pasta. Se ele falha ou é interrompido, o provisório some e o que havia
/// com o nome continua como estava.
///
/// Um link simbólico é seguido, como no Python: muda o arquivo para o qual ele aponta.
pub struct ArquivoNovo {
    /// O nome, como a pessoa o escreveu, pronto para a tela.
    nome: String,
    destino: PathBuf,
    /// As permissões do arquivo que será trocado, se há um.
    permissoes: Option<Permissions>,
    /// O que ainda não tem o nome: um arquivo como os outros, com as permissões que o umask deixa.
    arquivo: File,
    provisorio: PathBuf,
    apaga_o_provisorio: PorDesfazer,
}

impl ArquivoNovo {
    /// Confere o destino e cria o provisório.
    ///
    /// # Errors
    /// [`Erro::Mensagem`] se não se pode criar um arquivo com esse nome.
    pub fn cria(nome: &str) -> Result<ArquivoNovo, Erro> {
        let na_tela = visivel(nome.as_bytes());
        let recusa =
            |motivo: &str| Erro::Mensagem(format!("não dá para gravar \"{na_tela}\": {motivo}"));
        let do_sistema =
            |erro: io::Error| recusa(&format!("{}; {}", em_portugues(&erro), conselho(&erro)));
        if nome.is_empty() {
            return Err(recusa("o nome está vazio; digite um, como LEIAME"));
        }
        let destino = segue_links(nome).map_err(do_sistema)?;
        let permissoes = match fs::metadata(&destino) {
            Ok(pasta) if pasta.is_dir() => {
                return Err(recusa("é uma pasta; digite também o nome do arquivo"));
            }
            Ok(arquivo) if arquivo.is_file() => {
                // Um arquivo protegido continua protegido, mesmo que a pasta deixe trocá-lo.
                OpenOptions::new()
                    .write(true)
                    .open(&destino)
                    .map_err(do_sistema)?;
                Some(arquivo.permissions())
            }
            // Trocar /dev/null por um arquivo estragaria o sistema.
            Ok(_) => return Err(recusa("não é um arquivo comum; escolha outro nome")),
            Err(erro) if erro.kind() == io::ErrorKind::NotFound => None,
            Err(erro) => return Err(do_sistema(erro)),
        };
        // "pasta/" é um arquivo chamado "pasta" para o Path, mas não para quem o digitou.
        if nome.ends_with(std::path::is_separator)
            || !matches!(destino.components().next_back(), Some(Component::Normal(_)))
        {
            return Err(recusa("é uma pasta; digite também o nome do arquivo"));
        }
        let pasta = match destino.parent() {
            Some(pasta) if pasta != Path::new("") => pasta,
            _ => Path::new("."),
        };
        if !pasta.is_dir() {
            return Err(recusa("a pasta não existe; crie-a antes ou escolha outra"));
        }
        let ((arquivo, provisorio), apaga_o_provisorio) = faz_e_anota(|| {
            let (arquivo, caminho) = cria_provisorio(pasta).map_err(do_sistema)?;
            let apaga = caminho.clone();
            Ok::<_, Erro>(((arquivo, caminho), move || {
                let _ = fs::remove_file(apaga);
            }))
        })?;
        Ok(ArquivoNovo {
            nome: na_tela,
            destino,
            permissoes,
            arquivo,
            provisorio,
            apaga_o_provisorio,
        })
    }

    /// O provisório, para quem grava nele sem passar por [`ArquivoNovo::grava`].
    #[must_use]
    pub fn provisorio(&self) -> &File {
        &self.arquivo
    }

    /// Grava mais um pedaço.
    ///
    /// # Errors
    /// [`Erro::Mensagem`] se o disco não o aceita.
    pub fn grava(&self, bytes: &[u8]) -> Result<(), Erro> {
        (&self.arquivo)
            .write_all(bytes)
            .map_err(|erro| self.nao_gravou(&erro))
    }

    /// O erro de quem não conseguiu gravar neste arquivo.
    #[must_use]
    pub fn nao_gravou(&self, erro: &io::Error) -> Erro {
        nao_gravou(&self.nome, erro)
    }

    /// O arquivo está inteiro, e ganha o nome. A troca de nome é de uma vez só: quem olha vê o arquivo velho inteiro ou o novo inteiro.
    ///
    /// # Errors
    /// [`Erro::Mensagem`] se o sistema não deixa trocar.
    pub fn ganha_o_nome(self) -> Result<(), Erro> {
        if let Some(permissoes) = self.permissoes {
            // Se o sistema de arquivos não tem permissões, não há o que manter.
            let _ = self.arquivo.set_permissions(permissoes);
        }
        // O Windows não troca um arquivo aberto.
        drop(self.arquivo);
        self.apaga_o_provisorio
            .conclui(|| fs::rename(&self.provisorio, &self.destino))
            .map_err(|erro| nao_gravou(&self.nome, &erro))
    }
}

fn nao_gravou(nome: &str, erro: &io::Error) -> Erro {
    Erro::Mensagem(format!(
        "não foi possível gravar \"{nome}\": {}; o que havia antes não mudou; {}",
        em_portugues(erro),
        conselho(erro)
    ))
}

/// O que fazer quando o sistema não deixa gravar.
fn conselho(erro: &io::Error) -> &'static str {
    match (erro.kind(), erro.raw_os_error()) {
        (io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded, _) => {
            "libere espaço e tente de novo"
        }
        // O Windows não deixa trocar um arquivo que outro programa tem aberto, e dá um destes números.
        (_, Some(5 | 32 | 33)) if cfg!(windows) => {
            "se outro programa está com ele aberto, feche-o e tente de novo; senão, escolha outro nome"
        }
        _ => "escolha outro nome ou outra pasta",
    }
}

/// O arquivo que `open` abriria: o do fim da fila de links, exista ele ou não.
fn segue_links(nome: &str) -> io::Result<PathBuf> {
    let mut destino = PathBuf::from(nome);
    // O Linux também para no quadragésimo: daí em diante é um círculo.
    for _ in 0..40 {
        match fs::read_link(&destino) {
            Ok(alvo) => {
                destino.pop();
                destino.push(alvo);
            }
            // Não é um link, ou não existe.
            Err(_) => return Ok(destino),
        }
    }
    Err(io::Error::other("links em círculo"))
}

/// Um arquivo novo na pasta, com um nome que ninguém usa.
fn cria_provisorio(pasta: &Path) -> io::Result<(File, PathBuf)> {
    let mut vez = 0;
    loop {
        let caminho = pasta.join(format!(".baixando-{}-{vez}", process::id()));
        match File::create_new(&caminho) {
            Ok(arquivo) => return Ok((arquivo, caminho)),
            // Sobrou de um programa morto à força que tinha o mesmo número.
            Err(erro) if erro.kind() == io::ErrorKind::AlreadyExists => vez += 1,
            Err(erro) => return Err(erro),
        }
    }
}

#[cfg(test)]
mod testes {
    use super::*;

    /// Grava `bytes` em `nome` e devolve o que deu.
    fn grava(nome: &Path, bytes: &[u8]) -> Result<(), Erro> {
        let arquivo = ArquivoNovo::cria(nome.to_str().unwrap())?;
        arquivo.grava(bytes)?;
        arquivo.ganha_o_nome()
    }

    fn quantos(pasta: &Path) -> usize {
        fs::read_dir(pasta).unwrap().count()
    }

    // Um teste só: o que está por desfazer é um para o programa todo.
    #[test]
    fn o_arquivo_so_ganha_o_nome_inteiro() {
        let pasta = tempfile::tempdir().unwrap();
        let pasta = pasta.path();
        let destino = pasta.join("destino");

        grava(&destino, b"novo").unwrap();
        assert_eq!(fs::read(&destino).unwrap(), b"novo");

        let parcial = ArquivoNovo::cria(destino.to_str().unwrap()).unwrap();
        parcial.grava(b"pela metade").unwrap();
        assert_eq!(quantos(pasta), 2);
        drop(parcial);
        assert_eq!(fs::read(&destino).unwrap(), b"novo");
        assert_eq!(quantos(pasta), 1);

        for ruim in ["", ".", "..", "a\0b", "/"] {
            assert!(
                matches!(ArquivoNovo::cria(ruim), Err(Erro::Mensagem(_))),
                "{ruim:?}"
            );
        }
        let comprido = "n".repeat(300);
        for ruim in [
            "",
            ".",
            "..",
            "nao/existe",
            "nova/",
            "destino/",
            "destino/x",
            &comprido,
        ] {
            assert!(grava(&pasta.join(ruim), b"x").is_err(), "{ruim:?}");
        }
        assert_eq!(quantos(pasta), 1);

        #[cfg(unix)]
        {
            use std::os::unix::fs::{PermissionsExt, symlink};
            let modo = |nome: &Path| fs::metadata(nome).unwrap().permissions().mode() & 0o777;
            let comum = pasta.join("comum");
            fs::write(&comum, b"").unwrap();
            assert_eq!(modo(&destino), modo(&comum));
            fs::set_permissions(&destino, Permissions::from_mode(0o600)).unwrap();
            grava(&destino, b"discreto").unwrap();
            assert_eq!(modo(&destino), 0o600);

            let link = pasta.join("link");
            symlink("destino", &link).unwrap();
            grava(&link, b"pelo link").unwrap();
            assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
            assert_eq!(fs::read(&destino).unwrap(), b"pelo link");
            let solto = pasta.join("solto");
            symlink("futuro", &solto).unwrap();
            grava(&solto, b"criado").unwrap();
            assert_eq!(fs::read(pasta.join("futuro")).unwrap(), b"criado");
            let circulo = pasta.join("circulo");
            symlink("circulo", &circulo).unwrap();
            assert!(grava(&circulo, b"x").is_err());
            assert!(grava(Path::new("/dev/null"), b"x").is_err());
        }
    }
}
