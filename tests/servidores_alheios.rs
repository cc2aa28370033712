//! As lições de FTP diante de servidores que ninguém daqui escreveu: pyftpdlib, vsftpd, proftpd e
//! pure-ftpd, cada um numa porta livre desta máquina, com uma árvore só do teste.
//!
//! O que um servidor manda (saudação, listagem, resposta final) muda de uma versão para outra; por
//! isso quem diz o que a tela devia mostrar é o próprio servidor, numa sessão crua, sem a suppaftp.
//!
//! Um servidor que não está instalado é pulado com uma linha; com `EXIGE_SERVIDORES=1`, é uma falha.

#![cfg(unix)]

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, thread};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use palco::{Terminal, compila, compilado, porta_livre, python};
use tempfile::TempDir;

/// Só conta quando algo travou: nada aqui espera mais do que isto por um byte ou por um programa.
const PRAZO: Duration = Duration::from_secs(30);

/// Onde a lição `ftp_binario` procura a imagem.
const IMAGEM: &str = "pub/linux/logos/pictures/linux-father-of-linux.jpg";
/// Um mega, e uns bytes que não enchem um bloco.
const TAMANHO_DA_IMAGEM: u32 = 1_000_003;
/// Um diretório e dois arquivos com espaços e acentos.
const AULAS: &str = "pub/notas de aula";
const LICAO: &str = "lição nº 1.txt";
const BYTES: &str = "todos os bytes, até o último.bin";

/// O que se pode dizer de um servidor antes de rodá-lo.
struct Caso {
    nome: &'static str,
    /// Como pô-lo no ar nesse endereço; ou o motivo de pulá-lo.
    comando: fn(&Bancada, SocketAddr) -> Result<Command, String>,
    /// Quem entra no menu, e com que senha: o anônimo, onde não há como criar uma conta.
    conta: (&'static str, &'static str),
    /// No modo ASCII põe um CR diante de todo LF, mesmo de um que já tem o seu: o CRLF do disco chega
    /// como CR CR LF, e tirada a quebra de linha sobra um CR, que é do arquivo.
    dobra_cr: bool,
    /// Escreve no diário os comandos que recebe; o outro só os conta ao syslog.
    conta_comandos: bool,
}

#[test]
fn pyftpdlib() {
    confere(&Caso {
        nome: "pyftpdlib",
        comando: comando_pyftpdlib,
        conta: ALUNO,
        dobra_cr: false,
        conta_comandos: true,
    });
}

#[test]
fn vsftpd() {
    confere(&Caso {
        nome: "vsftpd",
        comando: comando_vsftpd,
        conta: ("", ""),
        dobra_cr: false,
        conta_comandos: true,
    });
}

#[test]
fn proftpd() {
    confere(&Caso {
        nome: "proftpd",
        comando: comando_proftpd,
        conta: ALUNO,
        dobra_cr: false,
        conta_comandos: true,
    });
}

#[test]
fn pure_ftpd() {
    confere(&Caso {
        nome: "pure-ftpd",
        comando: comando_pure_ftpd,
        conta: ALUNO,
        dobra_cr: true,
        conta_comandos: false,
    });
}

/// A conta dos servidores que as guardam num arquivo, e as senhas dela e do anônimo como o `crypt` as
/// cifra (`openssl passwd -6 -salt turma segredo`).
const ALUNO: (&str, &str) = ("aluno", "segredo");
const SEGREDO_CIFRADO: &str = "$6$turma$gY8Rw6trvvFWvKF7ioGWVO2ayVijxaW.SwtF9d15sBclCF4Eu8sDXmk8AIfrRrQrAgozCkWh78uyCQ/LbBG/c0";
const ANONYMOUS_CIFRADO: &str = "$6$turma$KaXMANDGKvdFdatryi/zZ7E1fmSJcOKbHvt/7iZVEuTnI/yoT3dZybMdqnkRgrmK2ZpjsrkM7I3bpOPM7GYF.1";
/// O usuário sem poderes de qualquer Unix de hoje.
const NOBODY: u32 = 65534;

fn comando_pyftpdlib(bancada: &Bancada, endereco: SocketAddr) -> Result<Command, String> {
    const SERVIDOR: &str = "\
import logging, sys
from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler
from pyftpdlib.servers import FTPServer
ip, porta, raiz = sys.argv[1:]
logging.basicConfig(level=logging.DEBUG)
FTPHandler.authorizer = DummyAuthorizer()
FTPHandler.authorizer.add_anonymous(raiz)
FTPHandler.authorizer.add_user('aluno', 'segredo', raiz)
FTPServer((ip, int(porta)), FTPHandler).serve_forever()
";
    let python = python().ok_or("o Python 3 não está instalado")?;
    let mut importa = Command::new(&python.executavel);
    importa.args(["-c", "import pyftpdlib"]);
    let importou = importa.stderr(Stdio::null()).status();
    if !importou.is_ok_and(|status| status.success()) {
        return Err("pyftpdlib não está instalado".to_string());
    }
    let mut comando = Command::new(&python.executavel);
    comando
        .args(["-X", "utf8", "-c", SERVIDOR])
        .args([endereco.ip().to_string(), endereco.port().to_string()])
        .arg(&bancada.raiz);
    Ok(comando)
}

fn comando_vsftpd(bancada: &Bancada, endereco: SocketAddr) -> Result<Command, String> {
    let vsftpd = programa_do_root("vsftpd", bancada)?;
    let vazia = bancada.pasta.path().join("vazia");
    fs::create_dir_all(&vazia).unwrap();
    let escuta = match endereco {
        SocketAddr::V4(_) => "listen=YES\nlisten_address",
        SocketAddr::V6(_) => "listen=NO\nlisten_ipv6=YES\nlisten_address6",
    };
    // O padrão dele é não converter os textos: o LF do disco chega como LF. Em IPv6 é assim; em IPv4 ele
    // converte, e o que o aluno recebe tem de ser o mesmo.
    let converte = if endereco.is_ipv4() { "YES" } else { "NO" };
    // O anônimo precisa de um usuário com uma pasta que exista, mesmo que não a use: a do nobody não existe.
    // O seccomp e a rede isolada dele não funcionam em todo contêiner.
    let conf = format!(
        "{escuta}={}\nlisten_port={}\nbackground=NO\n\
         anonymous_enable=YES\nanon_root={}\nftp_username=daemon\nlocal_enable=YES\n\
         ascii_download_enable={converte}\n\
         xferlog_enable=YES\nlog_ftp_protocol=YES\nvsftpd_log_file={}\n\
         secure_chroot_dir={}\nseccomp_sandbox=NO\nisolate_network=NO\n",
        endereco.ip(),
        endereco.port(),
        bancada.raiz.display(),
        bancada.diario.display(),
        vazia.display()
    );
    let mut comando = Command::new(vsftpd);
    comando.arg(bancada.guarda(&format!("vsftpd-{}.conf", endereco.port()), &conf));
    Ok(comando)
}

fn comando_proftpd(bancada: &Bancada, endereco: SocketAddr) -> Result<Command, String> {
    let proftpd = programa_do_root("proftpd", bancada)?;
    let raiz = bancada.raiz.display();
    let grupo = Command::new("id").args(["-gn", "nobody"]).output().unwrap();
    let grupo = String::from_utf8(grupo.stdout).unwrap();
    let contas = bancada.guarda(
        "proftpd.contas",
        &format!("aluno:{SEGREDO_CIFRADO}:{NOBODY}:{NOBODY}::{raiz}:/bin/false\n"),
    );
    let pasta = bancada.pasta.path().display();
    let porta = endereco.port();
    // O nobody, que faz as vezes do anônimo, costuma estar entre os proibidos do /etc/ftpusers.
    let conf = format!(
        "ServerType standalone\nDefaultAddress {ip}\nSocketBindTight on\nPort {porta}\nUseIPv6 on\n\
         User nobody\nGroup {grupo}\n\
         PidFile {pasta}/proftpd-{porta}.pid\nScoreboardFile none\nDelayEngine off\n\
         SystemLog none\nTransferLog none\nWtmpLog off\n\
         LogFormat pedido \"%r\"\nExtendedLog {diario} ALL pedido\n\
         UseFtpUsers off\nAuthOrder mod_auth_file.c mod_auth_unix.c\nAuthUserFile {contas}\n\
         RequireValidShell off\nDefaultRoot ~\n\
         <Anonymous {raiz}>\nUser nobody\nGroup {grupo}\nUserAlias anonymous nobody\n</Anonymous>\n",
        ip = endereco.ip(),
        contas = contas.display(),
        diario = bancada.diario.display(),
    );
    let mut comando = Command::new(proftpd);
    comando
        .args(["-n", "-c"])
        .arg(bancada.guarda(&format!("proftpd-{porta}.conf"), &conf));
    Ok(comando)
}

fn comando_pure_ftpd(bancada: &Bancada, endereco: SocketAddr) -> Result<Command, String> {
    let pure_ftpd = programa_do_root("pure-ftpd", bancada)?;
    let pure_pw = programa("pure-pw").ok_or("pure-pw não está instalado")?;
    // A pasta do anônimo dele é a do usuário ftp da máquina, e não se escolhe outra. Sem o anônimo dele
    // (-E), "anonymous" é uma conta como as demais.
    let mut contas = String::new();
    for (nome, cifrada) in [("aluno", SEGREDO_CIFRADO), ("anonymous", ANONYMOUS_CIFRADO)] {
        let raiz = bancada.raiz.display();
        contas += &format!("{nome}:{cifrada}:{NOBODY}:{NOBODY}::{raiz}/./::::::::::::\n");
    }
    let contas = bancada.guarda("pure-ftpd.contas", &contas);
    let banco = bancada.pasta.path().join("pure-ftpd.pdb");
    let feito = Command::new(pure_pw)
        .arg("mkdb")
        .arg(&banco)
        .arg("-f")
        .arg(contas)
        .output()
        .unwrap();
    assert!(feito.status.success(), "{feito:?}");
    let mut comando = Command::new(pure_ftpd);
    comando
        .args(["-A", "-E", "-H", "-l"])
        .arg(format!("puredb:{}", banco.display()))
        .args(["-S", &format!("{},{}", endereco.ip(), endereco.port())])
        .arg("-g")
        .arg(bancada.pasta.path().join("pure-ftpd.pid"));
    Ok(comando)
}

/// Um servidor que troca de usuário e prende o cliente na árvore: só o root pode.
fn programa_do_root(nome: &str, bancada: &Bancada) -> Result<PathBuf, String> {
    let caminho = programa(nome).ok_or_else(|| format!("{nome} não está instalado"))?;
    // O std não diz quem somos; o dono do que criamos diz.
    if fs::metadata(bancada.pasta.path()).unwrap().uid() == 0 {
        Ok(caminho)
    } else {
        Err(format!("{nome} só roda com o root"))
    }
}

/// Um programa do PATH ou das pastas do sistema que o PATH de um usuário comum não tem.
fn programa(nome: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .chain(["/usr/sbin", "/usr/local/sbin"].map(PathBuf::from))
        .map(|pasta| pasta.join(nome))
        .find(|caminho| caminho.is_file())
}

/// A árvore que os servidores mostram, e uma pasta para o que eles precisam.
struct Bancada {
    pasta: TempDir,
    raiz: PathBuf,
    /// O que o servidor escreve nas saídas e, se ele sabe, cada comando que recebe.
    diario: PathBuf,
}

impl Bancada {
    fn nova() -> Bancada {
        let pasta = tempfile::tempdir().unwrap();
        let raiz = pasta.path().join("raiz");
        for (nome, bytes) in [
            ("README", texto()),
            (IMAGEM, binario(TAMANHO_DA_IMAGEM)),
            ("pub/vazio.txt", Vec::new()),
            (&*format!("{AULAS}/{LICAO}"), texto()),
            (&*format!("{AULAS}/{BYTES}"), binario(256)),
        ] {
            let caminho = raiz.join(nome);
            fs::create_dir_all(caminho.parent().unwrap()).unwrap();
            fs::write(caminho, bytes).unwrap();
        }
        // Quem lê a árvore é outro usuário, e o umask desta máquina pode não deixar.
        let abriu = Command::new("chmod")
            .args(["-R", "a+rX"])
            .arg(pasta.path())
            .status();
        assert!(abriu.unwrap().success());
        let diario = pasta.path().join("diario");
        Bancada {
            pasta,
            raiz,
            diario,
        }
    }

    /// Guarda um arquivo de configuração, que o proftpd só lê se for apenas do dono.
    fn guarda(&self, nome: &str, texto: &str) -> PathBuf {
        let caminho = self.pasta.path().join(nome);
        fs::write(&caminho, texto).unwrap();
        fs::set_permissions(&caminho, fs::Permissions::from_mode(0o600)).unwrap();
        caminho
    }
}

/// Quebras de linha dos dois tipos, nos dois códigos de acentos, e a última linha sem quebra; grande o
/// bastante para que uma delas caia entre dois blocos.
fn texto() -> Vec<u8> {
    let mut texto =
        b"ISO 8859-1: li\xe7\xe3o\r\nUTF-8: li\xc3\xa7\xc3\xa3o\n\r\n\n  um CR \r no meio\t \r\n"
            .repeat(3000);
    texto.extend_from_slice(b"sem quebra no fim");
    texto
}

/// O `texto` como a lição o grava: `LF` no fim de cada linha, inclusive da última.
fn baixado(dobra_cr: bool) -> Vec<u8> {
    let quebra: &[u8] = if dobra_cr { b"\r\n" } else { b"\n" };
    let mut baixado = Vec::new();
    for linha in texto().split(|byte| *byte == b'\n') {
        match linha.strip_suffix(b"\r") {
            Some(linha) => baixado.extend([linha, quebra].concat()),
            None => baixado.extend([linha, b"\n"].concat()),
        }
    }
    baixado
}

/// Todos os valores de um byte, em ordens que nunca se repetem.
fn binario(tamanho: u32) -> Vec<u8> {
    (0..tamanho)
        .map(|i| (i ^ (i >> 8) ^ (i >> 16)) as u8)
        .collect()
}

/// Um servidor no ar; sai do ar com o fim do teste, mesmo que ele falhe.
struct Servidor {
    nome: &'static str,
    filho: Child,
    endereco: SocketAddr,
    saudacao: String,
    diario: Option<PathBuf>,
}

impl Servidor {
    fn abre(caso: &Caso, bancada: &Bancada, ip: IpAddr) -> Result<Servidor, String> {
        let endereco = SocketAddr::new(ip, porta_livre().unwrap());
        let mut comando = (caso.comando)(bancada, endereco)?;
        let saidas = File::options()
            .create(true)
            .append(true)
            .open(&bancada.diario)
            .unwrap();
        let filho = comando
            .stdin(Stdio::null())
            .stdout(saidas.try_clone().unwrap())
            .stderr(saidas)
            // Um grupo próprio: quem atende cada cliente é um processo filho, e sai junto.
            .process_group(0)
            .spawn()
            .unwrap();
        let mut servidor = Servidor {
            nome: caso.nome,
            filho,
            endereco,
            saudacao: String::new(),
            diario: caso.conta_comandos.then(|| bancada.diario.clone()),
        };
        servidor.espera_a_saudacao(&bancada.diario);
        Ok(servidor)
    }

    /// Espera até que uma sessão seja saudada. Uma conexão recusada volta na hora, e três dos quatro não
    /// avisam por cano nenhum que já atendem: só resta tentar de novo, com um respiro.
    fn espera_a_saudacao(&mut self, diario: &Path) {
        let limite = Instant::now() + PRAZO;
        while TcpStream::connect(self.endereco).is_err() {
            let saiu = self.filho.try_wait().unwrap();
            if saiu.is_some() || Instant::now() > limite {
                let diario = le(diario);
                panic!("{} não atende ({saiu:?}):\n{diario}", self.nome);
            }
            thread::sleep(Duration::from_millis(10));
        }
        let controle = BufReader::new(liga(self.endereco));
        self.saudacao = Sessao { controle }.resposta("220");
    }
}

impl Drop for Servidor {
    fn drop(&mut self) {
        let grupo = i32::try_from(self.filho.id()).unwrap();
        let _ = killpg(Pid::from_raw(grupo), Signal::SIGKILL);
        let _ = self.filho.wait();
    }
}

/// Uma sessão FTP crua: o que o servidor manda, sem a suppaftp no caminho.
struct Sessao {
    controle: BufReader<TcpStream>,
}

impl Sessao {
    fn manda(&mut self, comando: &str, codigo: &str) -> String {
        let linha = format!("{comando}\r\n");
        self.controle.get_mut().write_all(linha.as_bytes()).unwrap();
        self.resposta(codigo)
    }

    /// Uma resposta inteira; o código tem de começar assim.
    fn resposta(&mut self, codigo: &str) -> String {
        let mut resposta = String::new();
        loop {
            let mut linha = String::new();
            let lidos = self.controle.read_line(&mut linha).unwrap();
            resposta += &linha.replace("\r\n", "\n");
            assert!(lidos > 0 && resposta.starts_with(codigo), "{resposta}");
            // Só o mesmo código seguido de espaço encerra uma resposta de várias linhas.
            if linha.starts_with(&format!("{} ", &resposta[..3])) {
                return resposta;
            }
        }
    }
}

fn liga(endereco: SocketAddr) -> TcpStream {
    let con = TcpStream::connect_timeout(&endereco, PRAZO).unwrap();
    con.set_read_timeout(Some(PRAZO)).unwrap();
    con
}

/// O que o servidor manda a quem pede a listagem de um diretório: ela e a resposta final.
fn listagem(servidor: &Servidor, conta: (&str, &str), diretorio: &str) -> (String, String) {
    let controle = BufReader::new(liga(servidor.endereco));
    let mut sessao = Sessao { controle };
    sessao.resposta("220");
    let (usuario, senha) = match conta {
        ("", "") => ("anonymous", "anonymous@"),
        conta => conta,
    };
    sessao.manda(&format!("USER {usuario}"), "331");
    sessao.manda(&format!("PASS {senha}"), "230");
    sessao.manda(&format!("CWD {diretorio}"), "250");
    sessao.manda("TYPE A", "200");
    // 229 Entering Extended Passive Mode (|||50000|)
    let passivo = sessao.manda("EPSV", "229");
    let porta = passivo.split('|').nth(3).unwrap().parse().unwrap();
    let mut dados = liga(SocketAddr::new(servidor.endereco.ip(), porta));
    // 150 ou 125: vai abrir a conexão de dados, ou ela já está aberta.
    sessao.manda("LIST", "1");
    let mut lista = String::new();
    dados.read_to_string(&mut lista).unwrap();
    drop(dados);
    let fim = sessao.resposta("226");
    (lista.replace("\r\n", "\n"), fim)
}

/// O que uma lição deixou.
struct Fim {
    onde: String,
    /// O que o servidor anotou no diário enquanto a lição rodava, se ele anota.
    diario: Option<String>,
    codigo: i32,
    saida: String,
    erro: String,
    arquivos: BTreeMap<String, Vec<u8>>,
}

/// Roda uma lição numa pasta vazia, com essas linhas no teclado.
fn roda(servidor: &Servidor, licao: &str, argumentos: &[&str], linhas: &[&str]) -> Fim {
    let pasta = tempfile::tempdir().unwrap();
    let anotado = servidor
        .diario
        .as_deref()
        .map_or(0, |diario| le(diario).len());
    let mut comando = Command::new(compilado(licao).unwrap());
    comando.args(argumentos).current_dir(pasta.path());
    let mut terminal = Terminal::abre(licao, &mut comando, false).unwrap();
    for linha in linhas {
        // Se a lição já saiu, o código e o stderr dela dizem por quê.
        let _ = terminal.digita(linha);
    }
    let codigo = terminal.sai().unwrap();
    let arquivos = fs::read_dir(pasta.path()).unwrap().map(|entrada| {
        let entrada = entrada.unwrap();
        let nome = entrada.file_name().into_string().unwrap();
        (nome, fs::read(entrada.path()).unwrap())
    });
    Fim {
        onde: format!("{licao} {argumentos:?} diante do {}", servidor.nome),
        diario: servidor
            .diario
            .as_ref()
            .map(|diario| le(diario).split_off(anotado)),
        codigo,
        saida: String::from_utf8(terminal.saida().to_vec()).unwrap(),
        erro: String::from_utf8(terminal.erro().to_vec()).unwrap(),
        arquivos: arquivos.collect(),
    }
}

fn le(diario: &Path) -> String {
    String::from_utf8_lossy(&fs::read(diario).unwrap_or_default()).into_owned()
}

impl Fim {
    /// O servidor recebeu este comando para abrir a conexão de dados, e nenhum dos outros.
    #[track_caller]
    fn confere_modo(&self, modo: &str) {
        if let Some(diario) = &self.diario {
            for comando in ["PASV", "PORT", "EPSV", "EPRT"] {
                // Uma palavra inteira: o "Consider using PASV." do vsftpd é só um conselho.
                let mut palavras = diario.split([' ', '"', '\n']);
                let recebeu = palavras.any(|palavra| palavra == comando);
                assert_eq!(recebeu, comando == modo, "{}:\n{diario}", self.onde);
            }
        }
    }

    /// A lição mostrou `saida`, deixou `arquivos` e nenhum outro, e contou cada recusa do servidor (o
    /// código e o conselho) numa linha; com uma `fatal`, saiu com 1.
    #[track_caller]
    fn confere(
        &self,
        saida: &str,
        arquivos: &[(&str, Vec<u8>)],
        recusas: &[(&str, &str)],
        fatal: bool,
    ) {
        let onde = &self.onde;
        assert_eq!(self.codigo, i32::from(fatal), "{onde}: {}", self.erro);
        assert_eq!(sem_acaso(&self.saida), sem_acaso(saida), "{onde}");
        assert_eq!(
            self.erro.lines().count(),
            recusas.len(),
            "{onde}: {}",
            self.erro
        );
        for (linha, (codigo, conselho)) in self.erro.lines().zip(recusas) {
            let inicio = format!("Erro: o servidor recusou: {codigo} ");
            assert!(linha.starts_with(&inicio), "{onde}: {linha}");
            assert!(linha.ends_with(conselho), "{onde}: {linha}");
        }
        let nomes: Vec<&str> = self.arquivos.keys().map(String::as_str).collect();
        let esperados: Vec<&str> = arquivos.iter().map(|(nome, _)| *nome).collect();
        assert_eq!(nomes, esperados, "{onde}");
        for (nome, bytes) in arquivos {
            // Um assert_eq mostraria um megabyte.
            assert!(self.arquivos[*nome] == *bytes, "{onde}: {nome} difere");
        }
    }
}

/// A saudação do pure-ftpd diz que horas são e quantos clientes há: duas sessões não veem a mesma.
fn sem_acaso(tela: &str) -> String {
    let linhas = tela.split_inclusive('\n').map(|linha| {
        if linha.starts_with("220-Local time is") || linha.starts_with("220-You are user number") {
            linha.replace(|c: char| c.is_ascii_digit(), "#")
        } else {
            linha.to_string()
        }
    });
    linhas.collect()
}

/// As quatro lições diante de um servidor, por todos os caminhos que a máquina tem.
fn confere(caso: &Caso) {
    compila().unwrap();
    let bancada = Bancada::nova();
    for ip in [
        IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(Ipv6Addr::LOCALHOST),
    ] {
        if TcpListener::bind((ip, 0)).is_err() {
            conta(&format!(
                "pulado: {} em IPv6, que esta máquina não tem",
                caso.nome
            ));
            continue;
        }
        let servidor = match Servidor::abre(caso, &bancada, ip) {
            Ok(servidor) => servidor,
            Err(motivo) => return pula(&motivo),
        };
        let (passivo, ativo) = if ip.is_ipv4() {
            ("PASV", "PORT")
        } else {
            ("EPSV", "EPRT")
        };
        for (opcao, modo) in [(&[][..], passivo), (&["--ativo"], ativo)] {
            confere_protocolo(&servidor, opcao, modo);
            confere_downloads(caso, &servidor, opcao, modo);
        }
        confere_menu(caso, &servidor, passivo);
        if ip.is_ipv4() {
            confere_senha_errada(caso, &servidor);
        }
    }
}

fn confere_protocolo(servidor: &Servidor, opcao: &[&str], modo: &str) {
    let endereco = servidor.endereco.to_string();
    let saudacao = &servidor.saudacao;
    let (lista, resposta) = listagem(servidor, ("", ""), "pub");
    for nome in ["linux", "notas de aula", "vazio.txt"] {
        assert!(
            lista.contains(&format!(" {nome}\n")),
            "{}: {lista}",
            servidor.nome
        );
    }
    let argumentos = [&[&*endereco], opcao].concat();
    let fim = roda(servidor, "protocolo_ftp", &argumentos, &["", ""]);
    let tela = format!(
        "{saudacao}Digite o usuario: Digite a senha: Diretório atual de trabalho:  /\n\
         Diretório corrente:  /pub\n{lista}{resposta}"
    );
    fim.confere(&tela, &[], &[], false);
    fim.confere_modo(modo);
}

fn confere_downloads(caso: &Caso, servidor: &Servidor, opcao: &[&str], modo: &str) {
    let endereco = servidor.endereco.to_string();
    let argumentos = [opcao, &[&*endereco]].concat();
    for (licao, nome, bytes) in [
        ("ftp_ascii", "LEIAME", baixado(caso.dobra_cr)),
        (
            "ftp_binario",
            "pai_do_linux.jpg",
            binario(TAMANHO_DA_IMAGEM),
        ),
    ] {
        let fim = roda(servidor, licao, &argumentos, &[]);
        fim.confere(&servidor.saudacao, &[(nome, bytes)], &[], false);
        fim.confere_modo(modo);
    }
}

fn confere_menu(caso: &Caso, servidor: &Servidor, modo: &str) {
    const MENU: &str = "Escolha a opção desejada: \n<1> - para Listar arquivos\n\
                        <2> - para definir um diretório\n<3> - para baixar um arquivo: ";
    const DIRETORIO: &str = "Digite o diretório que deseja entrar: ";
    const TIPO: &str =
        "Digite <B> para arquivo binário ou \nqualquer outra letra para arquivo ASCII: ";
    const DESTINO: &str = "Digite o nome do arquivo destino: ";
    const BAIXADO: &str = "Arquivo baixado com sucesso!\n\n\n";
    const NOME: &str = "; confira o nome e o diretório (maiúsculas contam)";
    let endereco = servidor.endereco.to_string();
    let saudacao = &servidor.saudacao;
    let (lista, _) = listagem(servidor, caso.conta, AULAS);
    assert!(
        lista.contains(&format!(" {LICAO}\n")),
        "{}: {lista}",
        servidor.nome
    );
    // O que se digita no menu, e o que a tela mostra até o menu voltar.
    let pedidos: &[(&[&str], String)] = &[
        (
            &["2", AULAS],
            format!("{DIRETORIO}\nDiretório corrente é:  /{AULAS}\n"),
        ),
        (&["1"], lista),
        (
            &["3", "a", "minha lição.txt", LICAO],
            format!("{TIPO}{DESTINO}Arquivo de origem:{BAIXADO}"),
        ),
        (
            &["3", "B", "não veio.bin", "não existe.bin"],
            format!("{TIPO}{DESTINO}Arquivo de origem: "),
        ),
        (
            &["3", "a", "não veio.txt", "não existe.txt"],
            format!("{TIPO}{DESTINO}Arquivo de origem:"),
        ),
        (
            &["2", ".."],
            format!("{DIRETORIO}\nDiretório corrente é:  /pub\n"),
        ),
        (&["2", "nao_existe"], DIRETORIO.to_string()),
        (
            &["3", "b", "cópia.bin", &format!("notas de aula/{BYTES}")],
            format!("{TIPO}{DESTINO}Arquivo de origem: {BAIXADO}"),
        ),
    ];
    let (usuario, senha) = caso.conta;
    let mut linhas = vec![&*endereco, usuario, senha];
    let mut tela = format!(
        "Digite o FTP que se deseja conectar: {saudacao}Digite o usuario: Digite a senha: \n\
         Conexão bem sucedida.\nDiretório atual de trabalho:  / \n\n\n{MENU}"
    );
    for (digitado, mostrado) in pedidos {
        linhas.extend(*digitado);
        tela += &format!("{mostrado}{MENU}");
    }
    linhas.push("4");
    let fim = roda(servidor, "ftp_interativo", &[], &linhas);
    let arquivos = [
        ("cópia.bin", binario(256)),
        ("minha lição.txt", baixado(caso.dobra_cr)),
    ];
    fim.confere(&tela, &arquivos, &[("550", NOME); 3], false);
    fim.confere_modo(modo);
}

fn confere_senha_errada(caso: &Caso, servidor: &Servidor) {
    const CONFIRA: &str =
        "; confira o usuário e a senha (deixe os dois vazios para entrar como anônimo)";
    let endereco = servidor.endereco.to_string();
    let saudacao = &servidor.saudacao;
    let usuario = match caso.conta {
        // Onde não há conta nenhuma, qualquer uma está errada.
        ("", "") => "conta-que-nao-existe",
        (usuario, _) => usuario,
    };
    let fim = roda(
        servidor,
        "ftp_interativo",
        &[],
        &[&endereco, usuario, "errada"],
    );
    let tela = format!(
        "Digite o FTP que se deseja conectar: {saudacao}Digite o usuario: Digite a senha: "
    );
    fim.confere(&tela, &[], &[("530", CONFIRA)], true);
}

fn pula(motivo: &str) {
    // Na integração contínua, pular calado seria não testar nunca.
    assert!(
        env::var_os("EXIGE_SERVIDORES").is_none_or(|valor| valor == OsStr::new("")),
        "{motivo}"
    );
    conta(&format!("pulado: {motivo}"));
}

/// O println! de um teste que passa ninguém vê; o stderr sem intermediário, sim.
fn conta(texto: &str) {
    let _ = writeln!(io::stderr(), "{texto}");
}
