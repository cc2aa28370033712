//! O arquivo de um download: só ganha o nome quando chega inteiro.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};
use std::process;

use suppaftp::TransferStream;

use crate::controle::Conexao;
use crate::dados::recebe;
#[cfg(target_os = "linux")]
use crate::dados::{Parou, ate_o_fim};
#[cfg(target_os = "linux")]
use crate::direto::Cano;
use crate::linhas::ParaArquivo;
use crate::progresso::Progresso;
use crate::resposta::resumo;
use crate::sem_controles;
use comum::causa::em_portugues;

use crate::erro::ErroFtp;
use crate::limpeza;

/// O que se lê de cada vez. Medido com 1 GiB: de 8 KiB para 1 MiB, o tempo cai para menos da metade. O texto,
/// que ainda passa por outro tampão, empata já em 256 KiB.
const BLOCO_BINARIO: usize = 1 << 20;
const BLOCO_DE_TEXTO: usize = 256 << 10;

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
    provisorio: Option<Provisorio>,
}

impl ArquivoNovo {
    /// Confere o destino e cria o provisório.
    ///
    /// # Errors
    /// [`ErroFtp::Pedido`] se não se pode criar um arquivo com esse nome.
    pub fn cria(nome: &str) -> Result<ArquivoNovo, ErroFtp> {
        sem_controles("o nome", nome)?;
        let na_tela = resumo(nome.as_bytes());
        let recusa =
            |motivo: &str| ErroFtp::Pedido(format!("não dá para gravar \"{na_tela}\": {motivo}"));
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
        limpeza::prepara()?;
        let mut pendencias = limpeza::pendencias();
        let provisorio = Provisorio::novo(pasta).map_err(do_sistema)?;
        pendencias.provisorio = Some(provisorio.caminho.clone());
        drop(pendencias);
        Ok(ArquivoNovo {
            nome: na_tela,
            destino,
            permissoes,
            provisorio: Some(provisorio),
        })
    }

    /// Recebe um arquivo binário, byte a byte como está no servidor. O `tamanho` anunciado só serve para
    /// mostrar o que falta: quem diz que o arquivo está completo é a resposta final do servidor.
    ///
    /// # Errors
    /// [`ErroFtp::Pedido`] se o servidor corta a transferência ou o disco não aceita o arquivo;
    /// [`Erro::Mensagem`] se a sessão acabou. Nos dois casos, o arquivo não ganha o nome.
    pub fn recebe_binario(
        mut self,
        dados: TransferStream<Conexao>,
        tamanho: Option<usize>,
    ) -> Result<(), ErroFtp> {
        let mut progresso = Progresso::novo(tamanho);
        self.grava_tudo(dados, &mut progresso)?.finish()?;
        drop(progresso);
        self.ganha_o_nome()
    }

    /// Recebe um arquivo de texto: cada linha acaba com a quebra do sistema, inclusive a última; nenhum
    /// outro byte muda.
    ///
    /// # Errors
    /// Os de [`ArquivoNovo::recebe_binario`].
    pub fn recebe_texto(mut self, dados: TransferStream<Conexao>) -> Result<(), ErroFtp> {
        let mut progresso = Progresso::novo(None);
        let mut linhas = ParaArquivo::novo();
        let mut saida = Vec::new();
        let dados = recebe(dados, BLOCO_DE_TEXTO, |bloco| {
            progresso.conta(bloco.len());
            saida.clear();
            linhas.converte(bloco, &mut saida);
            self.grava(&saida)
        })?;
        dados.finish()?;
        drop(progresso);
        saida.clear();
        linhas.termina(&mut saida);
        self.grava(&saida)?;
        self.ganha_o_nome()
    }

    /// Grava os dados como vêm, até o fim deles.
    fn grava_tudo(
        &mut self,
        dados: TransferStream<Conexao>,
        progresso: &mut Progresso,
    ) -> Result<TransferStream<Conexao>, ErroFtp> {
        #[cfg(target_os = "linux")]
        if let (Some(mut cano), Some(provisorio)) = (Cano::novo(), &self.provisorio) {
            return ate_o_fim(dados, |con| {
                let bytes = cano.chega(con).map_err(Parou::NaLeitura)?;
                cano.sai(bytes, &provisorio.arquivo)
                    .map_err(|erro| Parou::NoUso(self.nao_gravou(&erro)))?;
                progresso.conta(bytes);
                Ok(bytes)
            });
        }
        recebe(dados, BLOCO_BINARIO, |bloco| {
            self.grava(bloco)?;
            progresso.conta(bloco.len());
            Ok(())
        })
    }

    fn grava(&mut self, bytes: &[u8]) -> Result<(), ErroFtp> {
        match &mut self.provisorio {
            Some(provisorio) => provisorio.arquivo.write_all(bytes),
            None => Ok(()),
        }
        .map_err(|erro| self.nao_gravou(&erro))
    }

    fn ganha_o_nome(mut self) -> Result<(), ErroFtp> {
        let mut pendencias = limpeza::pendencias();
        let Some(provisorio) = self.provisorio.take() else {
            return Ok(());
        };
        if let Some(permissoes) = self.permissoes.take() {
            // Se o sistema de arquivos não tem permissões, não há o que manter.
            let _ = provisorio.arquivo.set_permissions(permissoes);
        }
        let trocado = provisorio.ganha_o_nome(&self.destino);
        pendencias.provisorio = None;
        drop(pendencias);
        trocado.map_err(|erro| self.nao_gravou(&erro))
    }

    fn nao_gravou(&self, erro: &io::Error) -> ErroFtp {
        ErroFtp::Pedido(format!(
            "não foi possível gravar \"{}\": {}; o que havia antes não mudou; {}",
            self.nome,
            em_portugues(erro),
            conselho(erro)
        ))
    }
}

impl Drop for ArquivoNovo {
    fn drop(&mut self) {
        if let Some(provisorio) = self.provisorio.take() {
            let mut pendencias = limpeza::pendencias();
            provisorio.some();
            pendencias.provisorio = None;
        }
    }
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

/// O arquivo que ainda não tem o nome: um arquivo como os outros, com as permissões que o umask deixa.
struct Provisorio {
    caminho: PathBuf,
    arquivo: File,
}

impl Provisorio {
    fn novo(pasta: &Path) -> io::Result<Provisorio> {
        let mut vez = 0;
        loop {
            let caminho = pasta.join(format!(".baixando-{}-{vez}", process::id()));
            match File::create_new(&caminho) {
                Ok(arquivo) => return Ok(Provisorio { caminho, arquivo }),
                // Sobrou de um programa morto à força que tinha o mesmo número.
                Err(erro) if erro.kind() == io::ErrorKind::AlreadyExists => vez += 1,
                Err(erro) => return Err(erro),
            }
        }
    }

    /// A troca de nome é de uma vez só: quem olha vê o arquivo velho inteiro ou o novo inteiro.
    fn ganha_o_nome(self, destino: &Path) -> io::Result<()> {
        let Provisorio { caminho, arquivo } = self;
        // O Windows não troca um arquivo aberto.
        drop(arquivo);
        fs::rename(&caminho, destino).inspect_err(|_| {
            let _ = fs::remove_file(&caminho);
        })
    }

    fn some(self) {
        let Provisorio { caminho, arquivo } = self;
        drop(arquivo);
        let _ = fs::remove_file(caminho);
    }
}

#[cfg(test)]
mod testes {
    use super::*;

    /// Grava `bytes` em `nome` e devolve o que deu.
    fn grava(nome: &Path, bytes: &[u8]) -> Result<(), ErroFtp> {
        let mut arquivo = ArquivoNovo::cria(nome.to_str().unwrap())?;
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

        let mut parcial = ArquivoNovo::cria(destino.to_str().unwrap()).unwrap();
        parcial.grava(b"pela metade").unwrap();
        assert_eq!(quantos(pasta), 2);
        drop(parcial);
        assert_eq!(fs::read(&destino).unwrap(), b"novo");
        assert_eq!(quantos(pasta), 1);

        for ruim in ["", ".", "..", "a\0b", "a\rb", "/"] {
            assert!(
                matches!(ArquivoNovo::cria(ruim), Err(ErroFtp::Pedido(_))),
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
