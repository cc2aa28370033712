//! O servidor da turma diante de clientes que ninguém daqui escreveu: curl, wget, lftp e o ftplib do Python. O que
//! baixam e o que enviam é comparado byte a byte com o que está guardado.
//!
//! Um cliente que não está instalado é pulado com uma linha; com `EXIGE_CLIENTES=1`, é uma falha.

#![cfg(unix)]

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use palco::{Terminal, compila, compilado, porta_livre, python};

const FIGURA: &str = "pub/linux/logos/pictures/linux-father-of-linux.jpg";
const LICAO: &str = "/pub/aulas de redes/lição 1.txt";

/// O servidor, o endereço dele, e uma pasta com o que enviar.
struct Bancada {
    _servidor: Terminal,
    endereco: String,
    pasta: tempfile::TempDir,
}

impl Bancada {
    fn nova() -> Bancada {
        compila().unwrap();
        let endereco = format!("127.0.0.1:{}", porta_livre().unwrap());
        let mut comando = Command::new(compilado("servidor_ftp").unwrap());
        let mut servidor = Terminal::abre("servidor_ftp", comando.arg(&endereco), false).unwrap();
        servidor.espera("acesso anônimo.\n").unwrap();
        let pasta = tempfile::tempdir().unwrap();
        fs::write(pasta.path().join("daqui.bin"), daqui()).unwrap();
        fs::write(
            pasta.path().join("texto.txt"),
            "um\ndois\n\ntrês\n".repeat(5000),
        )
        .unwrap();
        Bancada {
            _servidor: servidor,
            endereco,
            pasta,
        }
    }

    fn url(&self, caminho: &str) -> String {
        format!("ftp://{}/{caminho}", self.endereco)
    }

    fn comando(&self, programa: &Path) -> Command {
        let mut comando = Command::new(programa);
        comando
            .current_dir(self.pasta.path())
            .env("HOME", self.pasta.path())
            .env("LC_ALL", "C.UTF-8");
        for variavel in ["ftp_proxy", "FTP_PROXY", "all_proxy", "ALL_PROXY"] {
            comando.env_remove(variavel);
        }
        comando
    }

    /// Roda um cliente até o fim e devolve o que ele mostrou.
    fn roda(&self, programa: &Path, argumentos: &[&str]) -> Vec<u8> {
        let saida = self.comando(programa).args(argumentos).output().unwrap();
        let erro = String::from_utf8_lossy(&saida.stderr);
        assert!(
            saida.status.success(),
            "{programa:?} {argumentos:?}: {erro}"
        );
        saida.stdout
    }

    fn baixado(&self, nome: &str) -> Vec<u8> {
        fs::read(self.pasta.path().join(nome)).unwrap()
    }
}

/// Todos os bytes, com CRLF, LF e CR em todo lugar.
fn daqui() -> Vec<u8> {
    (0..400_000_u32)
        .map(|i| (i ^ (i >> 8) ^ (i >> 16)) as u8)
        .collect()
}

fn da_turma(caminho: &str) -> Vec<u8> {
    let arvore = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/comum_alem/arquivos");
    fs::read(arvore.join(caminho)).unwrap()
}

/// Como o sistema guarda o que viajou com CRLF: há clientes que o deixam como veio.
fn sem_cr(bytes: &[u8]) -> Vec<u8> {
    String::from_utf8_lossy(bytes)
        .replace("\r\n", "\n")
        .into_bytes()
}

/// Um programa do PATH; sem ele, uma linha, ou uma falha.
fn programa(nome: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let achado = env::split_paths(&path)
        .map(|pasta| pasta.join(nome))
        .find(|caminho| caminho.is_file());
    if achado.is_none() {
        falta(nome);
    }
    achado
}

fn falta(nome: &str) {
    assert!(
        env::var_os("EXIGE_CLIENTES").is_none_or(|valor| valor.is_empty()),
        "{nome} não está instalado"
    );
    eprintln!("pulado: {nome} não está instalado");
}

#[test]
fn curl() {
    let Some(curl) = programa("curl") else { return };
    let bancada = Bancada::nova();
    let readme = da_turma("README");
    for modo in [
        &[][..],
        &["--disable-epsv"],
        &["--ftp-port", "-"],
        &["--ftp-port", "-", "--disable-eprt"],
    ] {
        let roda =
            |argumentos: &[&str]| bancada.roda(&curl, &[&["-sS"], modo, argumentos].concat());
        assert!(roda(&[&bancada.url("README")]) == readme, "{modo:?}");
        assert!(
            sem_cr(&roda(&["--use-ascii", &bancada.url("README")])) == readme,
            "{modo:?}"
        );
        assert!(
            roda(&[&bancada.url(FIGURA)]) == da_turma(FIGURA),
            "{modo:?}"
        );
        assert!(
            roda(&["-r", "1000-", &bancada.url(FIGURA)]) == da_turma(FIGURA)[1000..],
            "{modo:?}"
        );
        assert!(
            roda(&[&bancada.url("pub/aulas%20de%20redes/li%C3%A7%C3%A3o%201.txt")])
                == da_turma("pub/aulas_de_redes/licao_1.txt"),
            "{modo:?}"
        );
        assert_eq!(
            roda(&["-l", &bancada.url("")]),
            b"README\nentregas\npub\nseculoxx\n".to_vec()
        );
        roda(&[
            "-T",
            "daqui.bin",
            "--ftp-create-dirs",
            &bancada.url("entregas/curl/um.bin"),
        ]);
        roda(&[
            "-T",
            "daqui.bin",
            "--append",
            &bancada.url("entregas/curl/um.bin"),
        ]);
        assert!(
            roda(&[&bancada.url("entregas/curl/um.bin")]) == daqui().repeat(2),
            "{modo:?}"
        );
        roda(&[
            "--use-ascii",
            "-T",
            "texto.txt",
            &bancada.url("entregas/curl/texto.txt"),
        ]);
        assert!(
            roda(&[&bancada.url("entregas/curl/texto.txt")]) == bancada.baixado("texto.txt"),
            "{modo:?}"
        );
        roda(&[
            "-Q",
            "-RNFR entregas/curl/um.bin",
            "-Q",
            "-RNTO entregas/curl/dois.bin",
            "-Q",
            "-DELE entregas/curl/dois.bin",
            "-Q",
            "-DELE entregas/curl/texto.txt",
            "-Q",
            "-RMD entregas/curl",
            "-I",
            &bancada.url("README"),
        ]);
        assert_eq!(roda(&["-l", &bancada.url("entregas/")]), b"");
    }
    // Um download que parou continua de onde estava.
    fs::write(
        bancada.pasta.path().join("figura"),
        &da_turma(FIGURA)[..20_000],
    )
    .unwrap();
    bancada.roda(
        &curl,
        &["-sS", "-C", "-", "-o", "figura", &bancada.url(FIGURA)],
    );
    assert!(bancada.baixado("figura") == da_turma(FIGURA));
    let cabecalho =
        String::from_utf8(bancada.roda(&curl, &["-sSI", &bancada.url("README")])).unwrap();
    assert!(
        cabecalho.contains("Content-Length: 1456")
            && cabecalho.contains("15 Mar 2018 12:00:00 GMT"),
        "{cabecalho}"
    );
    let com_senha = format!("ftp://aluno:segredo@{}/README", bancada.endereco);
    assert!(bancada.roda(&curl, &["-sS", &com_senha]) == readme);
    let recusado = bancada
        .comando(&curl)
        .args(["-sS", "-T", "daqui.bin", &bancada.url("pub/novo")])
        .output();
    assert_eq!(recusado.unwrap().status.code(), Some(25));
}

#[test]
fn wget() {
    let Some(wget) = programa("wget") else { return };
    let bancada = Bancada::nova();
    for modo in [&[][..], &["--no-passive-ftp"]] {
        let roda = |argumentos: &[&str]| bancada.roda(&wget, &[&["-q"], modo, argumentos].concat());
        roda(&["-O", "figura", &bancada.url(FIGURA)]);
        assert!(bancada.baixado("figura") == da_turma(FIGURA), "{modo:?}");
        roda(&["-O", "texto", &bancada.url("README;type=a")]);
        let como_texto = bancada.baixado("texto");
        assert!(sem_cr(&como_texto) == da_turma("README"), "{modo:?}");
        // A árvore inteira: ele lê o LIST.
        roda(&["-r", "-nH", "-P", "tudo", &bancada.url("seculoxx/")]);
        assert!(bancada.baixado("tudo/seculoxx/leia_me.txt") == da_turma("seculoxx/leia_me.txt"));
        assert!(
            bancada.baixado("tudo/seculoxx/representacao_politica.zip")
                == da_turma("seculoxx/representacao_politica.zip")
        );
        fs::write(
            bancada.pasta.path().join("linux-father-of-linux.jpg"),
            &da_turma(FIGURA)[..777],
        )
        .unwrap();
        roda(&["-c", &bancada.url(FIGURA)]);
        assert!(
            bancada.baixado("linux-father-of-linux.jpg") == da_turma(FIGURA),
            "{modo:?}"
        );
    }
}

#[test]
fn lftp() {
    let Some(lftp) = programa("lftp") else { return };
    let bancada = Bancada::nova();
    for passivo in ["true", "false"] {
        let roteiro = format!(
            "set net:max-retries 1; set net:timeout 20; set ftp:passive-mode {passivo}; set cmd:fail-exit true; open ftp://{}; \
             get -O . {FIGURA}; get -a README -o readme_texto; cat \"{LICAO}\"; \
             mkdir -p entregas/lftp/dentro; put -O entregas/lftp daqui.bin; put -a -O entregas/lftp texto.txt; \
             get entregas/lftp/daqui.bin -o volta.bin; get entregas/lftp/texto.txt -o volta.txt; \
             mirror --parallel=3 /pub espelho; mirror -R espelho/dados entregas/lftp/dentro/dados; \
             mv entregas/lftp/daqui.bin entregas/lftp/outro.bin; cls -1 entregas/lftp; ls; rm -r entregas/lftp; cls -1 entregas; bye",
            bancada.endereco
        );
        let visto = String::from_utf8(bancada.roda(&lftp, &["-c", &roteiro])).unwrap();
        for mostra in [
            "entregas/lftp/dentro/\nentregas/lftp/outro.bin\nentregas/lftp/texto.txt\n",
            "1456 Mar 15  2018 README",
        ] {
            assert!(visto.contains(mostra), "{visto}");
        }
        assert!(bancada.baixado("linux-father-of-linux.jpg") == da_turma(FIGURA));
        assert!(bancada.baixado("volta.bin") == daqui());
        assert!(bancada.baixado("volta.txt") == bancada.baixado("texto.txt"));
        assert!(bancada.baixado("readme_texto") == da_turma("README"));
        assert!(
            bancada.baixado("espelho/aulas de redes/lição 1.txt")
                == da_turma("pub/aulas_de_redes/licao_1.txt")
        );
        assert_eq!(
            bancada.baixado("espelho/grande/oito_megabytes.bin").len(),
            8 << 20
        );
        for nome in [
            "linux-father-of-linux.jpg",
            "volta.bin",
            "volta.txt",
            "readme_texto",
        ] {
            fs::remove_file(bancada.pasta.path().join(nome)).unwrap();
        }
        fs::remove_dir_all(bancada.pasta.path().join("espelho")).unwrap();
    }
}

const COM_O_FTPLIB: &str = r"
import ftplib, io, socket, sys
host, porta = sys.argv[1].rsplit(':', 1)
readme, figura = open(sys.argv[2], 'rb').read(), open(sys.argv[3], 'rb').read()
daqui = open('daqui.bin', 'rb').read()
def binario(f, pedido, rest=None):
    b = io.BytesIO(); f.retrbinary(pedido, b.write, rest=rest); return b.getvalue()
for passivo in True, False:
    for epsv in False, True:
        f = ftplib.FTP(encoding='utf-8'); f.connect(host, int(porta), timeout=30); f.set_pasv(passivo)
        if passivo and epsv: f.af = socket.AF_INET6  # com o IPv6 ele usa o EPSV
        f.login('aluno', 'segredo')
        assert binario(f, 'RETR README') == readme
        assert binario(f, 'RETR ' + sys.argv[4]) == figura
        assert binario(f, 'RETR ' + sys.argv[4], rest=1234) == figura[1234:]
        l = []; f.retrlines('RETR README', l.append); assert '\n'.join(l) + '\n' == readme.decode()
        assert f.nlst('seculoxx') == ['seculoxx/leia_me.txt', 'seculoxx/representacao_politica.zip']
        nomes = dict(f.mlsd('/', facts=['type', 'size', 'modify']))
        assert nomes['README']['size'] == str(len(readme)) and nomes['pub']['type'] == 'dir', nomes
        assert f.size('README') == len(readme) + readme.count(b'\n'), 'em texto, o que viaja'
        f.cwd('/entregas'); assert f.mkd('py\'s \xe7') == '/entregas/py\'s \xe7'; f.cwd('py\'s \xe7')
        assert f.pwd() == '/entregas/py\'s \xe7'
        assert f.storbinary('STOR um', io.BytesIO(daqui)).startswith('226'); assert binario(f, 'RETR um') == daqui
        f.storbinary('STOR um', io.BytesIO(b'fim'), rest=100); assert binario(f, 'RETR um') == daqui[:100] + b'fim'
        f.storlines('STOR texto', io.BytesIO(readme)); assert binario(f, 'RETR texto') == readme
        f.rename('um', 'dois'); f.delete('dois'); f.delete('texto'); f.cwd('..'); f.rmd('py\'s \xe7')
        assert f.nlst() == []
        for pedido in 'STOR /pub/x', 'RETR nada', 'DELE /README':
            try: f.voidcmd('TYPE I'); f.transfercmd(pedido); assert False, pedido
            except ftplib.error_perm: pass
        c = f.transfercmd('RETR /pub/grande/oito_megabytes.bin'); c.recv(1000); f.abort(); c.close()
        assert f.sendcmd('NOOP').startswith('2'); f.quit()
";

#[test]
fn ftplib() {
    let Some(python) = python() else {
        return falta("o Python 3");
    };
    let bancada = Bancada::nova();
    let arvore = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/comum_alem/arquivos");
    let (readme, figura) = (arvore.join("README"), arvore.join(FIGURA));
    bancada.roda(
        &python.executavel,
        &[
            "-X",
            "utf8",
            "-c",
            COM_O_FTPLIB,
            &bancada.endereco,
            readme.to_str().unwrap(),
            figura.to_str().unwrap(),
            FIGURA,
        ],
    );
}
