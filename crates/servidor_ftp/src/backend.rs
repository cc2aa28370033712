//! O disco que a libunftp enxerga: a árvore embutida, só de leitura.

use std::fmt::Debug;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use async_trait::async_trait;
use comum::visivel;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use unftp_core::auth::DefaultUser;
use unftp_core::storage::{
    Error, ErrorKind, FEATURE_RESTART, Fileinfo, Metadata, Permissions, Result, StorageBackend,
};

use crate::arvore::{self, No};
use crate::cliente::Cliente;

/// O tamanho que o `ls -l` mostra para uma pasta.
const TAMANHO_DE_PASTA: u64 = 4096;

/// A árvore vista por um cliente. Pedidos de escrita recebem `550 Permission denied`.
#[derive(Debug)]
pub struct Disco {
    cliente: Cliente,
}

impl Disco {
    /// O disco que conta na tela o que `cliente` baixa.
    pub fn novo(cliente: Cliente) -> Self {
        Disco { cliente }
    }
}

impl Metadata for &'static No {
    fn len(&self) -> u64 {
        self.bytes
            .as_ref()
            .map_or(TAMANHO_DE_PASTA, |bytes| bytes.len() as u64)
    }

    fn is_dir(&self) -> bool {
        self.bytes.is_none()
    }

    fn is_file(&self) -> bool {
        self.bytes.is_some()
    }

    fn is_symlink(&self) -> bool {
        false
    }

    fn modified(&self) -> Result<SystemTime> {
        Ok(self.data.instante())
    }

    fn gid(&self) -> u32 {
        0
    }

    fn uid(&self) -> u32 {
        0
    }

    fn permissions(&self) -> Permissions {
        Permissions(if self.is_dir() { 0o555 } else { 0o444 })
    }
}

/// Uma linha do LIST, nas colunas do `ls -l`.
fn linha(nome: &str, no: &'static No, subpastas: usize) -> String {
    format!(
        "{tipo}{permissoes} {elos:>3} ftp      ftp      {tamanho:>10} {data} {nome}\r\n",
        tipo = if no.is_dir() { 'd' } else { '-' },
        permissoes = no.permissions(),
        // Uma pasta é apontada pelo nome dela, pelo "." dela e pelo ".." de cada subpasta.
        elos = if no.is_dir() { 2 + subpastas } else { 1 },
        tamanho = no.len(),
        data = no.data.na_listagem(),
    )
}

/// O caminho pedido, ou o 550 que a libunftp manda em vez dele.
fn procura(pedido: &Path) -> Result<(&'static str, &'static No)> {
    arvore::procura(pedido).ok_or_else(|| ErrorKind::PermanentFileNotAvailable.into())
}

/// Os bytes de um arquivo a partir de `inicio` (o REST), e o caminho dele.
fn conteudo(pedido: &Path, inicio: u64) -> Result<(&'static str, &'static [u8])> {
    let (caminho, no) = procura(pedido)?;
    let bytes = no
        .bytes
        .as_deref()
        .ok_or(ErrorKind::PermanentFileNotAvailable)?;
    // Depois do fim não há nada, o que não é um erro.
    let resto = usize::try_from(inicio)
        .ok()
        .and_then(|inicio| bytes.get(inicio..))
        .unwrap_or_default();
    Ok((caminho, resto))
}

/// A resposta a qualquer tentativa de escrever.
fn so_leitura<T>() -> Result<T> {
    Err(ErrorKind::PermissionDenied.into())
}

#[async_trait]
impl StorageBackend<DefaultUser> for Disco {
    type Metadata = &'static No;

    fn supported_features(&self) -> u32 {
        FEATURE_RESTART
    }

    async fn metadata<P: AsRef<Path> + Send + Debug>(
        &self,
        _usuario: &DefaultUser,
        pedido: P,
    ) -> Result<&'static No> {
        procura(pedido.as_ref()).map(|(_, no)| no)
    }

    /// Os nomes de uma pasta; de um arquivo, só o dele, como faz o `ls`.
    async fn list<P: AsRef<Path> + Send + Debug>(
        &self,
        _usuario: &DefaultUser,
        pedido: P,
    ) -> Result<Vec<Fileinfo<PathBuf, &'static No>>> {
        let (caminho, no) = procura(pedido.as_ref())?;
        let item = |(nome, metadata): (&str, &'static No)| Fileinfo {
            path: PathBuf::from(nome),
            metadata,
        };
        Ok(if no.is_dir() {
            arvore::filhos(caminho).map(item).collect()
        } else {
            vec![item((arvore::nome_de(caminho), no))]
        })
    }

    /// O LIST. O formato da libunftp é largo demais e mostra números no lugar dos donos.
    async fn list_fmt<P>(&self, _usuario: &DefaultUser, pedido: P) -> Result<Cursor<Vec<u8>>>
    where
        P: AsRef<Path> + Send + Debug,
    {
        let (caminho, no) = procura(pedido.as_ref())?;
        let mut listagem = String::new();
        if no.is_file() {
            listagem = linha(arvore::nome_de(caminho), no, 0);
        }
        for (nome, filho) in arvore::filhos(caminho) {
            let subpastas = arvore::filhos(&format!("{}/{nome}", caminho.trim_end_matches('/')))
                .filter(|(_, neto)| neto.is_dir())
                .count();
            listagem.push_str(&linha(nome, filho, subpastas));
        }
        Ok(Cursor::new(listagem.into_bytes()))
    }

    async fn get<P: AsRef<Path> + Send + Debug>(
        &self,
        _usuario: &DefaultUser,
        pedido: P,
        inicio: u64,
    ) -> Result<Box<dyn AsyncRead + Send + Sync + Unpin>> {
        conteudo(pedido.as_ref(), inicio)
            .map(|(_, bytes)| Box::new(bytes) as Box<dyn AsyncRead + Send + Sync + Unpin>)
    }

    /// O RETR. Os bytes já estão na memória: vão direto ao socket, sem passar por um buffer.
    async fn get_into<'a, P, W: ?Sized>(
        &self,
        _usuario: &DefaultUser,
        pedido: P,
        inicio: u64,
        saida: &'a mut W,
    ) -> Result<u64>
    where
        W: AsyncWrite + Unpin + Sync + Send,
        P: AsRef<Path> + Send + Debug,
    {
        let (caminho, bytes) = conteudo(pedido.as_ref(), inicio).inspect_err(|_| {
            self.cliente.conta(format_args!(
                "pediu {}, que não existe ou não é um arquivo",
                visivel(pedido.as_ref().to_string_lossy().as_bytes())
            ));
        })?;
        let tamanho = bytes.len() as u64;
        match saida.write_all(bytes).await {
            Ok(()) => {
                self.cliente
                    .conta(format_args!("baixou {caminho} ({tamanho} bytes)"));
                Ok(tamanho)
            }
            Err(erro) => {
                self.cliente
                    .conta(format_args!("parou no meio de {caminho}"));
                Err(erro.into())
            }
        }
    }

    /// O STOR. Lê tudo e joga fora antes de recusar: fechar a conexão de dados na cara do cliente
    /// faria muitos deles morrerem sem ler o 550.
    async fn put<P, R>(
        &self,
        _usuario: &DefaultUser,
        mut entrada: R,
        _pedido: P,
        _inicio: u64,
    ) -> Result<u64>
    where
        P: AsRef<Path> + Send + Debug,
        R: AsyncRead + Send + Sync + Unpin + 'static,
    {
        tokio::io::copy(&mut entrada, &mut tokio::io::sink())
            .await
            .map_err(Error::from)?;
        so_leitura()
    }

    async fn del<P: AsRef<Path> + Send + Debug>(&self, _: &DefaultUser, _: P) -> Result<()> {
        so_leitura()
    }

    async fn mkd<P: AsRef<Path> + Send + Debug>(&self, _: &DefaultUser, _: P) -> Result<()> {
        so_leitura()
    }

    async fn rename<P: AsRef<Path> + Send + Debug>(
        &self,
        _: &DefaultUser,
        _: P,
        _: P,
    ) -> Result<()> {
        so_leitura()
    }

    async fn rmd<P: AsRef<Path> + Send + Debug>(&self, _: &DefaultUser, _: P) -> Result<()> {
        so_leitura()
    }

    async fn cwd<P: AsRef<Path> + Send + Debug>(&self, _: &DefaultUser, pedido: P) -> Result<()> {
        match procura(pedido.as_ref()) {
            Ok((_, no)) if no.is_dir() => Ok(()),
            _ => Err(ErrorKind::PermanentDirectoryNotAvailable.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Cliente, Disco};
    use std::path::Path;
    use std::sync::mpsc::{Receiver, sync_channel};
    use tokio::runtime;
    use unftp_core::auth::DefaultUser;
    use unftp_core::storage::{ErrorKind, Result, StorageBackend};

    fn disco() -> (Disco, Receiver<String>) {
        let (tela, linhas) = sync_channel(10);
        (Disco::novo(Cliente::novo(1, tela)), linhas)
    }

    fn roda<T>(tarefa: impl Future<Output = T>) -> T {
        let motor = runtime::Builder::new_current_thread().build().unwrap();
        motor.block_on(tarefa)
    }

    fn recusa<T>(resultado: Result<T>) -> ErrorKind {
        resultado.err().unwrap().kind()
    }

    #[test]
    fn nada_se_escreve() {
        let (disco, _linhas) = disco();
        let eu = &DefaultUser;
        let resultados = [
            recusa(roda(disco.put(eu, &b"novo"[..], "/novo", 0))),
            recusa(roda(disco.put(eu, &b"novo"[..], "/README", 5))),
            recusa(roda(disco.del(eu, "/README"))),
            recusa(roda(disco.mkd(eu, "/nova"))),
            recusa(roda(disco.rmd(eu, "/pub"))),
            recusa(roda(disco.rename(eu, "/README", "/outro"))),
        ];
        assert_eq!(resultados, [ErrorKind::PermissionDenied; 6]);
    }

    #[test]
    fn baixar_manda_os_bytes_guardados_e_conta_na_tela() {
        let (disco, linhas) = disco();
        let guardado = include_bytes!("../arvore/README");
        for (inicio, esperado) in [
            (0, &guardado[..]),
            (10, &guardado[10..]),
            (u64::MAX, &guardado[..0]),
        ] {
            let mut recebido = Vec::new();
            let baixa = disco.get_into(&DefaultUser, "/pub/../README", inicio, &mut recebido);
            assert_eq!(roda(baixa).unwrap(), esperado.len() as u64);
            assert_eq!(recebido, esperado);
            let relato = format!("Cliente 1: baixou /README ({} bytes)", esperado.len());
            assert_eq!(linhas.recv().unwrap(), relato);
        }
    }

    #[test]
    fn o_que_nao_se_baixa_nao_chega_cru_a_tela() {
        let (disco, linhas) = disco();
        for pedido in ["/pub", "/nada\u{1b}[2J"] {
            let mut recebido = Vec::new();
            let baixa = disco.get_into(&DefaultUser, pedido, 0, &mut recebido);
            assert_eq!(recusa(roda(baixa)), ErrorKind::PermanentFileNotAvailable);
            assert!(!linhas.recv().unwrap().contains('\u{1b}'));
        }
    }

    #[test]
    fn so_se_entra_em_pastas() {
        let (disco, _linhas) = disco();
        let entra = |pasta| roda(disco.cwd(&DefaultUser, Path::new(pasta))).is_ok();
        assert!(entra("/pub/aulas de redes/"));
        assert!(!entra("/README"));
        assert!(!entra("/nada"));
    }

    #[test]
    fn listagem() {
        let (disco, _linhas) = disco();
        let lista = |pasta: &'static str| {
            let bytes = roda(disco.list_fmt(&DefaultUser, pasta))
                .unwrap()
                .into_inner();
            String::from_utf8(bytes).unwrap()
        };
        assert_eq!(
            lista("/pub/linux"),
            "-r--r--r--   1 ftp      ftp             319 Jun 30  2016 comandos.txt\r\n\
             dr-xr-xr-x   3 ftp      ftp            4096 Nov 23  2015 logos\r\n"
        );
        assert_eq!(
            lista("/pub/dados/vazio.txt"),
            "-r--r--r--   1 ftp      ftp               0 Apr 01  2017 vazio.txt\r\n"
        );
    }
}
