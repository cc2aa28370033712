//! O servidor FTP da turma, comando a comando, como um cliente qualquer o vê: o que responde, o que fica, o
//! que conta na tela. Os códigos são os das RFC 959, 1123, 2389, 2428 e 3659.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use palco::{Terminal, compila, compilado, porta_livre};

/// Só conta quando algo travou.
const PRAZO: Duration = Duration::from_secs(60);

/// O servidor no ar; sai do ar com o fim do teste.
struct Servidor {
    terminal: Terminal,
    endereco: SocketAddr,
}

impl Servidor {
    fn novo(argumentos: &[&str]) -> Servidor {
        Servidor::em("127.0.0.1", argumentos)
    }

    fn em(host: &str, argumentos: &[&str]) -> Servidor {
        compila().unwrap();
        let porta = porta_livre().unwrap();
        let mut comando = Command::new(compilado("servidor_ftp").unwrap());
        comando.arg(format!("{host}:{porta}")).args(argumentos);
        let mut terminal = Terminal::abre("servidor_ftp", &mut comando, false).unwrap();
        terminal.espera("acesso anônimo.\n").unwrap();
        Servidor {
            terminal,
            endereco: SocketAddr::from(([127, 0, 0, 1], porta)),
        }
    }

    /// Uma sessão que ainda não entrou.
    fn liga(&self) -> Cliente {
        Cliente::em(self.endereco)
    }

    /// Uma sessão anônima.
    fn entra(&self) -> Cliente {
        let mut cliente = self.liga();
        cliente.entra();
        cliente
    }

    /// A memória do processo, em KiB.
    #[cfg(target_os = "linux")]
    fn memoria(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.terminal.pid())).unwrap();
        let linha = status
            .lines()
            .find_map(|linha| linha.strip_prefix("VmRSS:"));
        linha
            .unwrap()
            .trim()
            .trim_end_matches(" kB")
            .parse()
            .unwrap()
    }

    /// O que ele contou na tela, sem as instruções do começo.
    fn relatos(&mut self) -> String {
        let tela = String::from_utf8(self.terminal.saida().to_vec()).unwrap();
        tela.split_once("acesso anônimo.\n")
            .unwrap()
            .1
            .trim_start()
            .to_string()
    }
}

struct Cliente {
    controle: BufReader<TcpStream>,
}

impl Cliente {
    fn de(con: TcpStream) -> Cliente {
        con.set_read_timeout(Some(PRAZO)).unwrap();
        con.set_write_timeout(Some(PRAZO)).unwrap();
        let controle = BufReader::new(con);
        Cliente { controle }
    }

    fn em(endereco: SocketAddr) -> Cliente {
        let mut cliente = Cliente::de(TcpStream::connect(endereco).unwrap());
        cliente.le("220 ");
        cliente
    }

    fn entra(&mut self) {
        self.pede("USER anonymous", "331 ");
        self.pede("PASS x", "230 ");
    }

    fn manda(&mut self, linha: &str) {
        self.manda_bytes(format!("{linha}\r\n").as_bytes());
    }

    fn manda_bytes(&mut self, bytes: &[u8]) {
        self.controle.get_mut().write_all(bytes).unwrap();
    }

    /// A próxima resposta inteira, bem formada pela RFC 959, 4.2; confere o começo dela.
    fn le(&mut self, esperado: &str) -> String {
        let mut resposta = self.linha();
        let codigo = resposta[..3].to_string();
        assert!(
            codigo.bytes().all(|byte| byte.is_ascii_digit()),
            "{resposta:?}"
        );
        if resposta.as_bytes()[3] == b'-' {
            loop {
                let linha = self.linha();
                resposta += &linha;
                if linha.starts_with(&format!("{codigo} ")) {
                    break;
                }
                assert!(linha.starts_with(' '), "{resposta:?}");
            }
        } else {
            assert_eq!(resposta.as_bytes()[3], b' ', "{resposta:?}");
        }
        assert!(
            resposta.starts_with(esperado),
            "esperava {esperado}: {resposta:?}"
        );
        resposta
    }

    fn linha(&mut self) -> String {
        let mut linha = String::new();
        self.controle.read_line(&mut linha).unwrap();
        assert!(linha.ends_with("\r\n"), "{linha:?}");
        linha
    }

    fn pede(&mut self, linha: &str, esperado: &str) -> String {
        self.manda(linha);
        let resposta = self.le("");
        assert!(
            resposta.starts_with(esperado),
            "{linha}: esperava {esperado}, veio {resposta:?}"
        );
        resposta
    }

    /// Abre a conexão de dados no modo passivo.
    fn passivo(&mut self) -> TcpStream {
        let resposta = self.pede("EPSV", "229");
        let porta: u16 = resposta.split('|').nth(3).unwrap().parse().unwrap();
        let mut endereco = self.controle.get_ref().peer_addr().unwrap();
        endereco.set_port(porta);
        let dados = TcpStream::connect(endereco).unwrap();
        dados.set_read_timeout(Some(PRAZO)).unwrap();
        dados
    }

    /// Os bytes que um comando manda, e a resposta final.
    fn recebe(&mut self, comando: &str) -> Vec<u8> {
        let mut dados = self.passivo();
        self.pede(comando, "150");
        let mut bytes = Vec::new();
        dados.read_to_end(&mut bytes).unwrap();
        self.le("226");
        bytes
    }

    fn texto(&mut self, comando: &str) -> String {
        String::from_utf8(self.recebe(comando)).unwrap()
    }

    fn envia(&mut self, comando: &str, bytes: &[u8], esperado: &str) -> String {
        let mut dados = self.passivo();
        self.pede(comando, "150");
        // Um servidor que recusa no meio lê o resto.
        dados.write_all(bytes).unwrap();
        dados.shutdown(Shutdown::Write).unwrap();
        self.le(esperado)
    }
}

fn da_turma(caminho: &str) -> Vec<u8> {
    fs::read(
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../crates/comum_alem/arquivos")
            .join(caminho),
    )
    .unwrap()
}

/// O código de cada comando, com o que ele pede, sem o que pede e com demais.
#[test]
fn cada_comando_tem_o_codigo_da_rfc() {
    let servidor = Servidor::novo(&[]);
    let mut cliente = servidor.entra();
    for (linha, esperado) in [
        ("NOOP", "200 "),
        ("noop", "200 "),
        ("NOOP x", "501 "),
        ("SYST", "215 UNIX Type: L8"),
        ("SYST x", "501 "),
        ("FEAT", "211-"),
        ("HELP", "214-"),
        ("HELP RETR", "214-"),
        ("HELP retr", "214-"),
        ("HELP ALLO", "502 "),
        ("STAT", "211-"),
        ("STAT pub", "212-"),
        ("STAT README", "213-"),
        ("STAT -la pub", "212-"),
        ("STAT nada", "550 "),
        ("OPTS UTF8 ON", "200 "),
        ("OPTS utf8 on", "200 "),
        ("OPTS", "501 "),
        ("OPTS XYZ", "501 "),
        ("OPTS MLST type;", "200 "),
        ("OPTS MLSTX", "501 "),
        ("PWD", "257 \"/\" "),
        ("PWD  ", "257 \"/\" "),
        ("XPWD", "257 "),
        ("PWD x", "501 "),
        ("CWD pub", "250 "),
        ("CDUP", "250 "),
        ("XCWD /pub", "250 "),
        ("XCUP", "250 "),
        ("CWD", "501 "),
        ("CWD nada", "550 "),
        ("CWD README", "550 "),
        ("CDUP x", "501 "),
        ("TYPE A", "200 "),
        ("TYPE a n", "200 "),
        ("TYPE I", "200 "),
        ("TYPE L 8", "200 "),
        ("TYPE E", "504 "),
        ("TYPE A T", "504 "),
        ("TYPE L 7", "504 "),
        ("TYPE", "501 "),
        ("MODE S", "200 "),
        ("MODE B", "504 "),
        ("MODE", "501 "),
        ("STRU F", "200 "),
        ("STRU R", "504 "),
        ("STRU", "501 "),
        ("PASV x", "501 "),
        ("EPSV 1", "229 "),
        ("EPSV 2", "522 "),
        ("EPSV 9", "522 "),
        ("PASV", "227 "),
        ("PORT", "501 "),
        ("PORT 1,2,3", "501 "),
        ("PORT 127,0,0,1,256,1", "501 "),
        ("PORT a,b,c,d,e,f", "501 "),
        ("PORT 127,0,0,1,200,10", "200 "),
        ("PORT  127,0,0,1,200,10 ", "200 "),
        ("PORT 10,0,0,1,200,10", "504 "),
        ("PORT 127,0,0,1,0,80", "504 "),
        ("EPRT |1|127.0.0.1|50000|", "200 "),
        ("EPRT !1!127.0.0.1!50000!", "200 "),
        ("EPRT |1|127.0.0.1|80|", "504 "),
        ("EPRT |1|10.0.0.1|50000|", "504 "),
        ("EPRT |3|x|50000|", "522 "),
        ("EPRT |2|127.0.0.1|50000|", "501 "),
        ("EPRT |1|127.0.0.1|", "501 "),
        ("EPRT", "501 "),
        ("EPRT |1|127.0.0.1|99999|", "501 "),
        ("REST 10", "350 "),
        ("REST", "501 "),
        ("REST -1", "501 "),
        ("REST x", "501 "),
        ("REST +5", "501 "),
        ("REST 0", "350 "),
        ("SIZE", "501 "),
        ("SIZE pub", "550 "),
        ("SIZE nada", "550 "),
        ("SIZE seculoxx/representacao_politica.zip", "213 566\r"),
        ("MDTM README", "213 20180315120000\r"),
        ("MDTM", "501 "),
        ("MDTM nada", "550 "),
        ("MDTM pub", "550 "),
        ("MLST README", "250-"),
        ("MLST", "250-"),
        ("MLST nada", "550 "),
        ("RETR", "501 "),
        ("RETR nada", "550 "),
        ("RETR pub", "550 "),
        ("STOR", "501 "),
        ("APPE", "501 "),
        ("LIST nada", "550 "),
        ("NLST nada", "550 "),
        ("MLSD nada", "550 "),
        ("MLSD README", "501 "),
        ("MLSD -la", "550 "),
        ("ABOR", "226 "),
        ("ABOR x", "501 "),
        ("DELE", "501 "),
        ("DELE README", "550 "),
        ("DELE nada", "550 "),
        ("RMD", "501 "),
        ("RMD pub", "550 "),
        ("XRMD nada", "550 "),
        ("MKD", "501 "),
        ("MKD pub/nova", "550 "),
        ("XMKD nova", "550 "),
        ("MKD entregas", "550 "),
        ("RNFR", "501 "),
        ("RNFR README", "550 "),
        ("RNFR nada", "550 "),
        ("RNTO x", "503 "),
        ("RNTO", "501 "),
        ("ACCT x", "502 "),
        ("SMNT x", "502 "),
        ("REIN", "502 "),
        ("STOU", "502 "),
        ("ALLO 1", "502 "),
        ("SITE x", "502 "),
        ("AUTH TLS", "502 "),
        ("", "502 "),
        ("X", "502 "),
        ("RETRX", "502 "),
        (" NOOP", "502 "),
        ("ção", "502 "),
        ("USER", "501 "),
        ("PASS x", "503 "),
        ("QUIT x", "501 "),
    ] {
        cliente.pede(linha, esperado);
    }
    cliente.pede("QUIT", "221 ");
    let mut resto = Vec::new();
    cliente.controle.read_to_end(&mut resto).unwrap();
    assert_eq!(resto, b"");
}

#[test]
fn antes_de_entrar_quase_nada_vale_e_so_entra_quem_deve() {
    let mut servidor = Servidor::novo(&[]);
    let mut cliente = servidor.liga();
    for linha in [
        "PWD",
        "CWD pub",
        "LIST",
        "RETR README",
        "RETR",
        "PASV",
        "EPSV",
        "PORT 127,0,0,1,200,10",
        "STOR x",
        "MKD /entregas/x",
        "STAT",
        "TYPE I",
        "REST 1",
        "RNTO x",
    ] {
        cliente.pede(linha, "530 ");
    }
    for linha in ["NOOP", "SYST", "FEAT", "HELP", "OPTS UTF8 ON", "ABOR"] {
        cliente.pede(linha, "2");
    }
    cliente.pede("PASS segredo", "503 ");
    for (usuario, senha, entra) in [
        ("aluno", "segredo", true),
        ("aluno", "Segredo", false),
        ("aluno", "segredo ", false),
        ("aluno", "", false),
        ("Aluno", "segredo", false),
        ("root", "segredo", false),
        ("anonymous ", "x", false),
        ("FTP", "x", false),
        ("anonymous", "", true),
        ("anonymous", "a@b", true),
        ("ftp", "\u{1b}[31m", true),
    ] {
        cliente.pede(&format!("USER {usuario}"), "331 ");
        let esperado = if entra { "230 " } else { "530 " };
        cliente.pede(&format!("PASS {senha}"), esperado);
        // A senha vale uma vez, e um USER novo desfaz a entrada.
        cliente.pede("PASS segredo", "503 ");
        cliente.pede("PWD", if entra { "257 " } else { "530 " });
    }
    cliente.pede("USER \u{1b}[2J\u{202e}x", "331 ");
    cliente.pede("PASS x", "530 ");
    cliente.pede("QUIT", "221 ");
    servidor.terminal.espera("saiu\n").unwrap();
    let relatos = servidor.relatos();
    assert!(
        relatos.contains("não entrou: usuário ou senha não conferem (\\x1b[2J\\xe2\\x80\\xaex)"),
        "{relatos}"
    );
    assert!(!relatos.contains("egredo"), "{relatos}");
}

/// Sem conexão de dados combinada, nada se transfere; a combinada serve uma vez.
#[test]
fn a_conexao_de_dados_se_combina_a_cada_vez() {
    let servidor = Servidor::novo(&[]);
    let mut cliente = servidor.entra();
    for linha in [
        "RETR README",
        "LIST",
        "NLST",
        "MLSD",
        "STOR /entregas/x",
        "APPE /entregas/x",
    ] {
        cliente.pede(linha, "425 ");
    }
    cliente.recebe("RETR README");
    cliente.pede("RETR README", "425 ");
    // A recusa também gasta a conexão.
    let _dados = cliente.passivo();
    cliente.pede("RETR nada", "550 ");
    cliente.pede("RETR README", "425 ");
    cliente.pede("EPSV All", "200 ");
    for linha in ["PASV", "PORT 127,0,0,1,200,10", "EPRT |1|127.0.0.1|50000|"] {
        cliente.pede(linha, "503 ");
    }
    cliente.recebe("RETR README");
}

#[test]
fn um_texto_viaja_com_crlf_e_um_binario_como_esta() {
    let servidor = Servidor::novo(&[]);
    let mut cliente = servidor.entra();
    let guardado = da_turma("README");
    assert!(!guardado.contains(&b'\r'));
    let com_crlf = String::from_utf8(guardado.clone())
        .unwrap()
        .replace('\n', "\r\n")
        .into_bytes();
    // O tipo de quem acabou de chegar é A (RFC 959, 3.1.1.1); SIZE e REST contam o que viaja (RFC 3659).
    for (tipo, esperado) in [
        (None, &com_crlf),
        (Some("TYPE I"), &guardado),
        (Some("TYPE A"), &com_crlf),
    ] {
        tipo.map(|tipo| cliente.pede(tipo, "200 "));
        cliente.pede("SIZE README", &format!("213 {}\r", esperado.len()));
        let mut dados = cliente.passivo();
        let anuncio = cliente.pede("RETR README", "150 ");
        assert!(
            anuncio.contains(&format!("({} bytes)", esperado.len())),
            "{anuncio}"
        );
        let mut recebido = Vec::new();
        dados.read_to_end(&mut recebido).unwrap();
        cliente.le("226 ");
        assert!(recebido == *esperado);
        for inicio in [0, 1, 700, esperado.len()] {
            cliente.pede(&format!("REST {inicio}"), "350 ");
            assert!(cliente.recebe("RETR README") == esperado[inicio..]);
        }
        cliente.pede(&format!("REST {}", esperado.len() + 1), "350 ");
        let _dados = cliente.passivo();
        cliente.pede("RETR README", "554 ");
        // O REST vale para a transferência seguinte, e só para ela.
        cliente.pede("REST 10", "350 ");
        cliente.pede("PWD", "257 ");
        assert_eq!(cliente.recebe("RETR README").len(), esperado.len());
    }
    cliente.pede("TYPE I", "200 ");
    let grande = cliente.recebe("RETR /pub/grande/oito_megabytes.bin");
    let mut x: u32 = 2121;
    let conta = (0..8 << 20).map(|_| {
        x = x.wrapping_mul(1_103_515_245).wrapping_add(12345);
        (x >> 24) as u8
    });
    assert!(grande.into_iter().eq(conta));
}

/// O CRLF que vem vira LF, mesmo partido entre dois blocos; um CR sozinho fica.
#[test]
fn um_texto_enviado_fica_com_lf() {
    let servidor = Servidor::novo(&[]);
    let mut cliente = servidor.entra();
    cliente.pede("CWD /entregas", "250 ");
    let texto = b"um\r\n\r\ndois \r tres\r\r\nquatro\ncinco\r\n".repeat(9000);
    let mut texto = [&b"x"[..], &texto, b"\r"].concat();
    for _ in 0..2 {
        cliente.pede("TYPE A", "200 ");
        cliente.envia("STOR t.txt", &texto, "226 ");
        cliente.pede("TYPE I", "200 ");
        let guardado = String::from_utf8(texto.clone())
            .unwrap()
            .replace("\r\n", "\n");
        assert!(cliente.recebe("RETR t.txt") == guardado.as_bytes());
        // Um byte a mais muda em que lugar do bloco cada CR cai.
        texto.insert(0, b'y');
    }
    // O CRLF que foi guardado em binário não ganha outro CR ao viajar como texto.
    cliente.envia("STOR b", b"a\r\nb\nc", "226 ");
    cliente.pede("TYPE A", "200 ");
    assert_eq!(cliente.recebe("RETR b"), b"a\r\nb\r\nc");
}

#[test]
fn as_listagens() {
    let servidor = Servidor::novo(&[]);
    let mut cliente = servidor.entra();
    let raiz = "-r--r--r--   1 ftp      ftp            1456 Mar 15  2018 README\r\n\
                drwxrwxrwx   1 ftp      ftp            4096 May 06  2020 entregas\r\n\
                dr-xr-xr-x   1 ftp      ftp            4096 May 06  2020 pub\r\n\
                dr-xr-xr-x   1 ftp      ftp            4096 Mar 06  2001 seculoxx\r\n";
    for pedido in ["LIST", "LIST -la", "LIST -a /", "LIST .", "LIST /../.."] {
        assert_eq!(cliente.texto(pedido), raiz, "{pedido}");
    }
    assert_eq!(
        cliente.texto("LIST README"),
        raiz.lines().next().unwrap().to_string() + "\r\n"
    );
    assert_eq!(
        cliente.texto("NLST"),
        "README\r\nentregas\r\npub\r\nseculoxx\r\n"
    );
    assert_eq!(
        cliente.texto("NLST seculoxx"),
        "seculoxx/leia_me.txt\r\nseculoxx/representacao_politica.zip\r\n"
    );
    assert_eq!(
        cliente.texto("NLST /seculoxx/"),
        "/seculoxx/leia_me.txt\r\n/seculoxx/representacao_politica.zip\r\n"
    );
    for pedido in ["NLST pub/INDICE.txt", "NLST pub/INDICE.txt/"] {
        assert_eq!(cliente.texto(pedido), "pub/INDICE.txt\r\n");
    }
    assert!(cliente.texto("NLST /").starts_with("/README\r\n"));
    assert_eq!(cliente.texto("NLST -a"), cliente.texto("NLST"));
    assert_eq!(cliente.texto("LIST entregas"), "");
    assert_eq!(
        cliente.texto("MLSD"),
        "type=file;size=1456;modify=20180315120000; README\r\n\
         type=dir;modify=20200506120000; entregas\r\n\
         type=dir;modify=20200506120000; pub\r\n\
         type=dir;modify=20010306120000; seculoxx\r\n"
    );
    assert_eq!(
        cliente.pede("MLST pub/textos/pão de queijo.txt", "250-"),
        "250-Segue:\r\n type=file;size=500;modify=20140712120000; /pub/textos/pão de queijo.txt\r\n250 E so.\r\n"
    );
    let feat = cliente.pede("FEAT", "211-");
    for recurso in [
        "EPRT",
        "EPSV",
        "MDTM",
        "MLST type*;size*;modify*;",
        "REST STREAM",
        "SIZE",
        "UTF8",
    ] {
        assert!(feat.contains(&format!("\r\n {recurso}\r\n")), "{feat}");
    }
}

/// Os nomes que a RFC 959, apêndice II, manda dobrar, e os caminhos com pontos e barras demais.
#[test]
fn pontos_e_barras_demais_levam_ao_mesmo_lugar() {
    let servidor = Servidor::novo(&[]);
    let mut cliente = servidor.entra();
    for (pedido, pasta) in [
        ("/", "/"),
        ("/..", "/"),
        ("../../..", "/"),
        ("//pub//linux", "/pub/linux"),
        (".", "/pub/linux"),
        ("./logos/", "/pub/linux/logos"),
        ("..", "/pub/linux"),
        ("/pub/../pub/./linux/..", "/pub"),
        ("/pub/aulas de redes", "/pub/aulas de redes"),
        ("/entregas", "/entregas"),
    ] {
        cliente.pede(&format!("CWD {pedido}"), "250 ");
        cliente.pede("PWD", &format!("257 \"{pasta}\" "));
    }
    for fora in ["/etc", "/../etc/passwd", "/pub\\linux", "/entregasx"] {
        cliente.pede(&format!("CWD {fora}"), "550 ");
        cliente.pede(&format!("SIZE {fora}"), "550 ");
    }
    cliente.pede("MKD diz \"oi\"", "257 \"/entregas/diz \"\"oi\"\"\" ");
    cliente.pede("CWD diz \"oi\"", "250 ");
    cliente.pede("PWD", "257 \"/entregas/diz \"\"oi\"\"\" ");
}

#[test]
fn em_entregas_se_envia_se_apaga_e_se_renomeia_e_no_resto_so_se_le() {
    let mut servidor = Servidor::novo(&[]);
    let mut cliente = servidor.entra();
    cliente.pede("TYPE I", "200 ");
    for linha in [
        "STOR /novo",
        "STOR README",
        "APPE /pub/novo",
        "STOR /",
        "STOR /entregas",
        "STOR /entregas/nada/x",
    ] {
        let _dados = cliente.passivo();
        cliente.pede(linha, "553 ");
    }
    cliente.pede("CWD /entregas", "250 ");
    cliente.pede("MKD maria", "257 \"/entregas/maria\" ");
    cliente.pede("MKD maria", "550 ");
    let _dados = cliente.passivo();
    cliente.pede("STOR maria", "553 ");
    cliente.pede("CWD maria", "250 ");
    cliente.envia("STOR prova.py", b"print(1)\n", "226 ");
    cliente.envia("APPE prova.py", b"print(2)\n", "226 ");
    assert_eq!(cliente.recebe("RETR prova.py"), b"print(1)\nprint(2)\n");
    cliente.pede("REST 6", "350 ");
    cliente.envia("STOR prova.py", b"(3)\n", "226 ");
    assert_eq!(cliente.recebe("RETR prova.py"), b"print((3)\n");
    cliente.pede("REST 99", "350 ");
    let dados = cliente.passivo();
    cliente.pede("STOR prova.py", "554 ");
    drop(dados);
    // De um texto, o cliente contaria os bytes que viajaram, e não os que ficaram.
    cliente.pede("TYPE A", "200 ");
    cliente.pede("REST 1", "350 ");
    let dados = cliente.passivo();
    cliente.pede("STOR prova.py", "554 ");
    drop(dados);
    cliente.pede("TYPE I", "200 ");
    cliente.envia("APPE nova", b"do zero", "226 ");
    cliente.envia("STOR vazio", b"", "226 ");
    cliente.pede("SIZE vazio", "213 0\r");

    cliente.pede("RNFR prova.py", "350 ");
    cliente.pede("RNTO /entregas/prova final.py", "250 ");
    cliente.pede("SIZE prova.py", "550 ");
    cliente.pede("SIZE ../prova final.py", "213 10\r");
    cliente.pede("RNFR /entregas/maria", "350 ");
    cliente.pede("RNTO /entregas/joana", "250 ");
    cliente.pede("SIZE /entregas/joana/nova", "213 7\r");
    // O RNFR vale para o comando seguinte, e só.
    cliente.pede("RNFR /entregas/joana/nova", "350 ");
    cliente.pede("NOOP", "200 ");
    cliente.pede("RNTO /entregas/joana/velha", "503 ");
    for (de, para) in [
        ("/entregas/joana", "/entregas/joana/dentro"),
        ("/entregas/joana/nova", "/entregas/joana/vazio"),
        ("/entregas/joana/nova", "/pub/nova"),
    ] {
        cliente.pede(&format!("RNFR {de}"), "350 ");
        cliente.pede(&format!("RNTO {para}"), "553 ");
    }
    cliente.pede("RNFR /entregas", "550 ");
    cliente.pede("RMD /entregas/joana", "550 ");
    cliente.pede("DELE /entregas/joana", "550 ");
    cliente.pede("RMD /entregas/joana/nova", "550 ");
    for nome in ["nova", "vazio"] {
        cliente.pede(&format!("DELE /entregas/joana/{nome}"), "250 ");
    }
    cliente.pede("RMD /entregas/joana", "250 ");
    cliente.pede("RMD /entregas", "550 ");
    // Qualquer um mexe em tudo.
    let mut outro = servidor.entra();
    outro.pede("DELE /entregas/prova final.py", "250 ");
    assert_eq!(outro.texto("NLST /entregas"), "");
    outro.pede("QUIT", "221 ");
    servidor.terminal.espera("Cliente 2: saiu\n").unwrap();
    let relatos = servidor.relatos();
    for relato in [
        "Cliente 1: foi para /entregas\n",
        "Cliente 1: criou a pasta /entregas/maria\n",
        "Cliente 1: enviou /entregas/maria/prova.py (9 bytes, binário, modo passivo)\n",
        "Cliente 1: mudou o nome de /entregas/maria para /entregas/joana\n",
        "Cliente 2: apagou /entregas/prova final.py\n",
        "Cliente 2: listou /entregas (0 bytes, texto, modo passivo)\n",
    ] {
        assert!(relatos.contains(relato), "{relato}: {relatos}");
    }
}

#[test]
fn um_nome_com_controles_nao_fica() {
    let mut servidor = Servidor::novo(&[]);
    let mut cliente = servidor.entra();
    cliente.pede("CWD /entregas", "250 ");
    let comprido = "x".repeat(256);
    for nome in [
        "a\u{1b}b",
        "a\tb",
        "a\u{7f}",
        "a\u{202e}b",
        "a\u{85}b",
        "a\u{2028}b",
        "a\rb",
        "a\0b",
        &comprido,
    ] {
        cliente.pede(&format!("MKD {nome}"), "550 ");
        let _dados = cliente.passivo();
        cliente.pede(&format!("STOR {nome}"), "553 ");
    }
    cliente.manda_bytes(b"MKD li\xe7\xe3o\r\n");
    cliente.le("550 ");
    assert_eq!(cliente.texto("NLST"), "");
    cliente.pede(&format!("MKD {}", "é".repeat(127)), "257 ");
    // O maior dos nomes não esconde da tela quanto chegou.
    let comprido = "x".repeat(255);
    cliente.envia(&format!("STOR {comprido}"), b"oi", "226 ");
    let relato = format!("enviou /entregas/{comprido} (2 bytes, texto, modo passivo)\n");
    servidor.terminal.espera(&relato).unwrap();
}

/// Um envio só ganha o nome quando chega inteiro: nem o que é grande demais, nem o cortado deixam nada.
#[test]
fn nada_fica_pela_metade() {
    let servidor = Servidor::novo(&[]);
    let mut cliente = servidor.entra();
    cliente.pede("TYPE I", "200 ");
    cliente.pede("CWD /entregas", "250 ");
    let mega = vec![b'x'; 1 << 20];
    cliente.envia("STOR grande", &mega.repeat(9), "552 ");
    cliente.envia("STOR justo", &mega.repeat(8), "226 ");
    // Quem passa do limite ouve na hora.
    let mut dados = cliente.passivo();
    cliente.pede("STOR um a mais", "150 ");
    dados.write_all(&mega.repeat(8)).unwrap();
    dados.write_all(b"x").unwrap();
    cliente.le("552 ");
    drop(dados);
    cliente.envia(
        "STOR um a mais",
        &[&mega.repeat(8)[..], b"x"].concat(),
        "552 ",
    );
    // E a conexão de dados se fecha, mesmo na cara de quem não para de mandar.
    let mut dados = cliente.passivo();
    cliente.pede("STOR um a mais", "150 ");
    dados.set_write_timeout(Some(PRAZO)).unwrap();
    let queda = std::iter::repeat_with(|| dados.write_all(&mega)).find_map(Result::err);
    assert_ne!(queda.unwrap().kind(), io::ErrorKind::WouldBlock);
    cliente.le("552 ");
    // Quem já existia continua como era.
    cliente.envia("STOR justo", &mega.repeat(9), "552 ");
    cliente.pede("SIZE justo", "213 8388608\r");
    for nome in ["b", "c", "d"] {
        cliente.envia(&format!("STOR {nome}"), &mega.repeat(8), "226 ");
    }
    cliente.envia("STOR e", b"x", "552 ");
    cliente.pede("DELE b", "250 ");
    cliente.envia("STOR e", b"x", "226 ");
    assert_eq!(cliente.texto("NLST"), "c\r\nd\r\ne\r\njusto\r\n");

    // Enquanto chega não tem nome; o ABOR, o RST e a morte do cliente o levam.
    let mut dados = cliente.passivo();
    cliente.pede("STOR meio", "150 ");
    dados.write_all(b"metade").unwrap();
    let mut outro = servidor.entra();
    outro.pede("SIZE /entregas/meio", "550 ");
    cliente.manda("ABOR");
    cliente.le("426 ");
    cliente.le("226 ");
    let dados = cliente.passivo();
    cliente.pede("STOR meio", "150 ");
    socket2::SockRef::from(&dados)
        .set_linger(Some(Duration::ZERO))
        .unwrap();
    drop(dados);
    cliente.le("426 ");
    let mut dados = outro.passivo();
    outro.pede("STOR /entregas/meio", "150 ");
    dados.write_all(b"metade").unwrap();
    // O sistema que mata um programa fecha o que ele abriu na ordem que quiser. O shutdown fecha na hora; um drop espera
    // por um programa que outro teste esteja abrindo, que segura os sockets deste por um instante.
    outro.controle.get_ref().shutdown(Shutdown::Both).unwrap();
    dados.shutdown(Shutdown::Both).unwrap();
    let mut outro = servidor.entra();
    let mut dados = outro.passivo();
    outro.pede("STOR /entregas/meio", "150 ");
    dados.write_all(b"metade").unwrap();
    dados.shutdown(Shutdown::Both).unwrap();
    outro.controle.get_ref().shutdown(Shutdown::Both).unwrap();
    // Mesmo que o servidor já tenha outro comando a cumprir.
    let mut outro = servidor.entra();
    let mut dados = outro.passivo();
    outro.pede("STOR /entregas/meio\r\nNOOP", "150 ");
    dados.write_all(b"metade").unwrap();
    outro.controle.get_ref().shutdown(Shutdown::Both).unwrap();
    dados.shutdown(Shutdown::Write).unwrap();
    let _ = dados.read_to_end(&mut Vec::new());
    let mut outro = servidor.entra();
    outro.pede("SIZE /entregas/meio", "550 ");
    for i in 0..500 {
        let resposta = if i < 496 { "257 " } else { "552 " };
        outro.pede(&format!("MKD /entregas/p{i}"), resposta);
    }
    outro.envia("STOR /entregas/e", b"no lugar do outro", "226 ");
    // Mudar um nome não pede lugar para outro.
    outro.pede("RNFR /entregas/p0", "350 ");
    outro.pede("RNTO /entregas/p1000", "250 ");
}

/// Uma pasta de entregas, que pertence a quem pôs o servidor no ar.
fn conteudo(pasta: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut tudo = BTreeMap::new();
    for entrada in fs::read_dir(pasta).unwrap().flatten() {
        if entrada.file_type().unwrap().is_dir() {
            tudo.extend(conteudo(&entrada.path()));
        } else {
            tudo.insert(entrada.path(), fs::read(entrada.path()).unwrap_or_default());
        }
    }
    tudo
}

#[test]
fn as_entregas_vao_para_a_pasta_e_ninguem_mexe_nas_dos_outros() {
    let pasta = tempfile::tempdir().unwrap();
    let raiz = pasta.path().join("provas de março");
    fs::create_dir(&raiz).unwrap();
    fs::write(raiz.join("enunciado.txt"), "um\n").unwrap();
    let mut servidor = Servidor::novo(&["--entregas", raiz.to_str().unwrap()]);
    let mut ana = servidor.entra();
    let mut bia = servidor.entra();
    ana.pede("TYPE I", "200 ");
    ana.pede("CWD /entregas", "250 ");
    assert_eq!(ana.recebe("RETR enunciado.txt"), b"um\n");
    ana.pede("MKD ana", "257 ");
    ana.envia("STOR ana/prova.py", b"print(1)\n", "226 ");
    assert_eq!(fs::read(raiz.join("ana/prova.py")).unwrap(), b"print(1)\n");
    for cliente in [&mut ana, &mut bia] {
        for comando in ["STOR", "APPE"] {
            for nome in ["ana/prova.py", "enunciado.txt"] {
                let _dados = cliente.passivo();
                let recusa = cliente.pede(&format!("{comando} /entregas/{nome}"), "553 ");
                assert!(recusa.contains("outro nome"), "{recusa}");
            }
        }
        cliente.pede("DELE /entregas/enunciado.txt", "550 ");
    }
    // Só a sessão que enviou conserta o próprio engano.
    bia.pede("DELE /entregas/ana/prova.py", "550 ");
    bia.pede("RNFR /entregas/ana/prova.py", "550 ");
    ana.pede("RNFR ana/prova.py", "350 ");
    ana.pede("RNTO enunciado.txt", "553 ");
    ana.pede("RNFR ana/prova.py", "350 ");
    ana.pede("RNTO ana/prova1.py", "250 ");
    ana.envia("STOR ana/errado", b"x", "226 ");
    ana.pede("DELE ana/errado", "250 ");
    // O que o professor pôs lá depois também não se troca.
    fs::write(raiz.join("nota.txt"), "10").unwrap();
    ana.pede("PWD", "257 ");
    let _dados = ana.passivo();
    ana.pede("STOR nota.txt", "553 ");
    for nome in [
        "con", "CON.txt", "nul", "com1", "COM9.txt", "lpt¹.py", "aux .txt", "a:b", "fim.", "fim ",
        ".git", "a|b", "a?b", "a<b", "a\\b", "a*b", "a\"b", "...",
    ] {
        let _dados = bia.passivo();
        bia.pede(&format!("STOR /entregas/{nome}"), "553 ");
        bia.pede(&format!("MKD /entregas/{nome}"), "550 ");
    }
    // Nem o que ele muda fica como era.
    fs::write(raiz.join("nota.txt"), "nove e meio").unwrap();
    bia.pede("TYPE I", "200 ");
    bia.pede("SIZE /entregas/nota.txt", "213 11\r");
    assert_eq!(bia.recebe("RETR /entregas/nota.txt"), b"nove e meio");
    fs::write(raiz.join("nota.txt"), "10").unwrap();
    // Nem se diz inteiro um arquivo que ele corta no meio do download.
    let grande = fs::File::create(raiz.join("grande")).unwrap();
    grande.set_len(64 << 20).unwrap();
    let mut dados = bia.passivo();
    bia.pede("RETR /entregas/grande", "150 ");
    grande.set_len(0).unwrap();
    dados.read_to_end(&mut Vec::new()).unwrap();
    bia.le("426 ");
    fs::remove_file(raiz.join("grande")).unwrap();
    // Enquanto chega, o nome não existe; e o que o cliente abandona não deixa rastro.
    let mut dados = bia.passivo();
    bia.pede("STOR /entregas/meio", "150 ");
    dados.write_all(b"metade").unwrap();
    assert!(!raiz.join("meio").exists());
    bia.manda("ABOR");
    bia.le("426 ");
    bia.le("226 ");
    let esperado = [
        ("ana/prova1.py", "print(1)\n"),
        ("enunciado.txt", "um\n"),
        ("nota.txt", "10"),
    ];
    let esperado: BTreeMap<_, _> = esperado
        .map(|(nome, texto)| (raiz.join(nome), texto.as_bytes().to_vec()))
        .into();
    assert_eq!(conteudo(&raiz), esperado);
    assert_eq!(fs::read_dir(pasta.path()).unwrap().count(), 1);
    // Nem o Ctrl-C no meio de um envio.
    let mut dados = bia.passivo();
    bia.pede("STOR /entregas/meio", "150 ");
    dados.write_all(b"metade").unwrap();
    #[cfg(unix)]
    {
        servidor.terminal.ctrl_c().unwrap();
        assert_eq!(servidor.terminal.sai().unwrap(), 0);
        assert_eq!(conteudo(&raiz), esperado);
    }
}

/// Entre a conferência do nome e a gravação, outro programa pode pôr lá um arquivo: aqui, outro servidor.
#[test]
fn dois_servidores_na_mesma_pasta_nao_trocam_o_que_e_do_outro() {
    let pasta = tempfile::tempdir().unwrap();
    let pasta_dita = pasta.path().to_str().unwrap();
    let servidores = [(); 2].map(|()| Servidor::novo(&["--entregas", pasta_dita]));
    let mut clientes = servidores.each_ref().map(Servidor::entra);
    for vez in 0..4 {
        let nome = format!("prova{vez}");
        let mut conexoes = Vec::new();
        for (quem, cliente) in clientes.iter_mut().enumerate() {
            let mut dados = cliente.passivo();
            cliente.pede(&format!("STOR /entregas/{nome}"), "150 ");
            dados.write_all(&vec![quem as u8; 8 << 20]).unwrap();
            conexoes.push(dados);
        }
        drop(conexoes);
        let respostas = clientes.each_mut().map(|cliente| cliente.le(""));
        let dono = respostas
            .iter()
            .position(|resposta| resposta.starts_with("226 "));
        let outro = 1 - dono.unwrap();
        assert!(respostas[outro].starts_with("553 "), "{respostas:?}");
        let guardado = fs::read(pasta.path().join(nome)).unwrap();
        assert!(guardado == vec![dono.unwrap() as u8; 8 << 20]);
    }
    assert_eq!(fs::read_dir(pasta.path()).unwrap().count(), 4);
}

/// Num disco que o aceita, como o da memória do Linux, um arquivo pode dizer que é do ano 71654.
#[cfg(target_os = "linux")]
#[test]
fn um_ano_de_cinco_algarismos_nao_derruba_a_listagem() {
    let pasta = tempfile::tempdir_in("/dev/shm").unwrap();
    let arquivo = fs::File::create(pasta.path().join("futuro.txt")).unwrap();
    let quando = std::time::UNIX_EPOCH + Duration::from_secs(1 << 41);
    arquivo.set_modified(quando).unwrap();
    assert_eq!(
        arquivo.metadata().unwrap().modified().unwrap(),
        quando,
        "este disco não aceita o ano"
    );
    let servidor = Servidor::novo(&["--entregas", pasta.path().to_str().unwrap()]);
    let mut cliente = servidor.entra();
    // Nele, uma pasta vazia diz ter quarenta bytes; na listagem, todas têm o mesmo.
    let raiz = cliente.texto("LIST");
    assert_eq!(raiz.matches("   4096 ").count(), 3, "{raiz}");
    let lista = cliente.texto("LIST /entregas");
    assert!(lista.ends_with(" Dec 31  9999 futuro.txt\r\n"), "{lista}");
    cliente.pede("MDTM /entregas/futuro.txt", "213 99991231235959\r");
}

#[cfg(unix)]
#[test]
fn nenhum_link_leva_para_fora_da_pasta_de_entregas() {
    use std::os::unix::fs::symlink;
    let pasta = tempfile::tempdir().unwrap();
    let (raiz, fora) = (pasta.path().join("provas"), pasta.path().join("fora"));
    fs::create_dir(&raiz).unwrap();
    fs::create_dir(&fora).unwrap();
    fs::write(fora.join("segredo"), "x").unwrap();
    symlink(&fora, raiz.join("atalho")).unwrap();
    symlink(fora.join("segredo"), raiz.join("arquivo")).unwrap();
    symlink(fora.join("novo"), raiz.join("pendente")).unwrap();
    let servidor = Servidor::novo(&["--entregas", raiz.to_str().unwrap()]);
    let mut cliente = servidor.entra();
    assert_eq!(cliente.texto("NLST /entregas"), "");
    cliente.pede("CWD /entregas/atalho", "550 ");
    for nome in ["atalho/segredo", "arquivo"] {
        cliente.pede(&format!("RETR /entregas/{nome}"), "550 ");
    }
    for nome in ["atalho/novo", "arquivo", "pendente", "atalho"] {
        let _dados = cliente.passivo();
        cliente.pede(&format!("STOR /entregas/{nome}"), "553 ");
    }
    // Um que aparece depois, no lugar de uma pasta que o servidor já conhece.
    cliente.pede("MKD /entregas/ana", "257 ");
    fs::remove_dir(raiz.join("ana")).unwrap();
    symlink(&fora, raiz.join("ana")).unwrap();
    let _dados = cliente.passivo();
    cliente.manda("STOR /entregas/ana/novo");
    let resposta = cliente.le("");
    assert!(
        resposta.starts_with('4') || resposta.starts_with('5'),
        "{resposta}"
    );
    assert_eq!(fs::read_dir(&fora).unwrap().count(), 1);
}

#[test]
fn os_limites_vem_da_linha_de_comando() {
    let pasta = tempfile::tempdir().unwrap();
    let servidor = Servidor::novo(&[
        "--limites",
        "1,2,3",
        "--entregas",
        pasta.path().to_str().unwrap(),
    ]);
    let mut cliente = servidor.entra();
    let mega = vec![b'x'; 1 << 20];
    cliente.pede("TYPE I", "200 ");
    cliente.pede("CWD /entregas", "250 ");
    cliente.envia("STOR a", &[&mega[..], b"x"].concat(), "552 ");
    cliente.envia("STOR a", &mega, "226 ");
    cliente.envia("STOR b", &mega, "226 ");
    cliente.envia("STOR c", b"x", "552 ");
    // O que o professor acrescenta a um arquivo não é lugar que quem o enviou devolva.
    fs::write(pasta.path().join("a"), mega.repeat(2)).unwrap();
    cliente.pede("DELE a", "250 ");
    cliente.envia("STOR a", &mega, "226 ");
    cliente.envia("STOR c", b"x", "552 ");
    cliente.pede("MKD c", "257 ");
    cliente.pede("MKD d", "552 ");
    assert_eq!(fs::read_dir(pasta.path()).unwrap().count(), 3);
    // Mas o que ele já recolheu deixa o lugar para os outros.
    fs::remove_file(pasta.path().join("a")).unwrap();
    fs::remove_dir(pasta.path().join("c")).unwrap();
    cliente.envia("STOR e", &mega, "226 ");
    cliente.pede("MKD d", "257 ");
    cliente.pede("MKD f", "552 ");
}

#[test]
fn um_argumento_errado_se_explica() {
    compila().unwrap();
    for (argumentos, motivo) in [
        (&["--entregas"][..], "falta"),
        (&["--entregas", "/nao/existe"], "não existe"),
        (&["--limites", "8,32"], "três números"),
        (&["--limites", "8,x,500"], "três números"),
        (&["127.0.0.1", "x"], "sobrando"),
        (&["--nada"], "não existe"),
    ] {
        let mut comando = Command::new(compilado("servidor_ftp").unwrap());
        let mut terminal = Terminal::abre("servidor_ftp", comando.args(argumentos), false).unwrap();
        assert_eq!(terminal.sai().unwrap(), 1);
        let erro = String::from_utf8(terminal.erro().to_vec()).unwrap();
        assert!(
            erro.starts_with("Erro: ") && erro.lines().count() == 1 && erro.contains(motivo),
            "{erro}"
        );
    }
}

/// Conexões de dados só com o cliente, e nunca com um terceiro nem com um serviço.
#[test]
fn um_estranho_nao_toma_a_conexao_de_dados() {
    let servidor = Servidor::novo(&[]);
    let mut cliente = servidor.entra();
    let resposta = cliente.pede("EPSV", "229 ");
    let porta: u16 = resposta.split('|').nth(3).unwrap().parse().unwrap();
    // O estranho chega antes, de outro endereço.
    let estranho =
        socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    estranho
        .bind(&SocketAddr::from(([127, 0, 0, 2], 0)).into())
        .unwrap();
    estranho
        .connect(&SocketAddr::from(([127, 0, 0, 1], porta)).into())
        .unwrap();
    let mut estranho = TcpStream::from(estranho);
    estranho.set_read_timeout(Some(PRAZO)).unwrap();
    cliente.manda("RETR README");
    let mut lido = Vec::new();
    let _ = estranho.read_to_end(&mut lido);
    assert_eq!(lido, b"");
    let mut dados = TcpStream::connect(("127.0.0.1", porta)).unwrap();
    cliente.le("150 ");
    dados.read_to_end(&mut lido).unwrap();
    cliente.le("226 ");
    assert_eq!(lido.len(), 1490);
}

#[test]
fn no_modo_ativo_o_servidor_procura_o_cliente() {
    let mut servidor = Servidor::novo(&[]);
    let mut cliente = servidor.entra();
    let escuta = TcpListener::bind("127.0.0.1:0").unwrap();
    let porta = escuta.local_addr().unwrap().port();
    for combina in [
        format!("PORT 127,0,0,1,{},{}", porta >> 8, porta & 255),
        format!("EPRT |1|127.0.0.1|{porta}|"),
    ] {
        cliente.pede(&combina, "200 ");
        cliente.manda("RETR README");
        let mut recebido = Vec::new();
        escuta
            .accept()
            .unwrap()
            .0
            .read_to_end(&mut recebido)
            .unwrap();
        cliente.le("150 ");
        cliente.le("226 ");
        assert_eq!(recebido.len(), 1490);
    }
    // Quem pede e não escuta ouve que ela não abriu. Não serve deixar de escutar na mesma porta: um programa que
    // outro teste está abrindo ainda a segura por um instante.
    let porta = porta_livre().unwrap();
    cliente.pede(&format!("EPRT |1|127.0.0.1|{porta}|"), "200 ");
    cliente.pede("LIST", "425 ");
    cliente.pede("QUIT", "221 ");
    servidor.terminal.espera("modo ativo)\n").unwrap();
}

#[test]
fn varios_comandos_num_pacote_sao_respondidos_em_ordem() {
    let servidor = Servidor::novo(&[]);
    let mut cliente = servidor.entra();
    // Nem o que não se entende passa na frente de uma transferência.
    for (errado, codigo) in [("XYZ", "502 "), (&*"x".repeat(5000), "500 ")] {
        let mut dados = cliente.passivo();
        cliente.manda(&format!("RETR README\r\n{errado}\r\nPWD"));
        dados.read_to_end(&mut Vec::new()).unwrap();
        for esperado in ["150 ", "226 ", codigo, "257 "] {
            cliente.le(esperado);
        }
    }
    let mut dados = cliente.passivo();
    cliente.manda_bytes(
        b"PWD\r\nCWD pub\r\nRETR INDICE.txt\r\nPWD\nNOOP\r\nCDUP\r\nXYZ\r\nQUIT\r\nNOOP\r\n",
    );
    cliente.le("257 \"/\"");
    cliente.le("250 ");
    let mut lido = Vec::new();
    dados.read_to_end(&mut lido).unwrap();
    for esperado in [
        "150 ",
        "226 ",
        "257 \"/pub\"",
        "200 ",
        "250 ",
        "502 ",
        "221 ",
    ] {
        cliente.le(esperado);
    }
    // Depois do QUIT não há mais nada; o NOOP que sobrou pode derrubar a conexão.
    assert!(!matches!(cliente.controle.read(&mut [0; 1]), Ok(1)));
}

/// O ABOR, com o IAC IP IAC DM do Telnet antes dele (e o DM que viaja como urgente), para a transferência.
#[test]
fn abor_corta_uma_transferencia_com_e_sem_telnet() {
    let servidor = Servidor::novo(&[]);
    let mut cliente = servidor.entra();
    cliente.pede("TYPE I", "200 ");
    for abor in [
        &b"ABOR\r\n"[..],
        b"\xff\xf4\xff\xf2ABOR\r\n",
        b"\xff\xf4\xffABOR\r\n",
        b"\xff\xf4ABOR\r\n",
    ] {
        // Cheios os buffers dos dois lados, o servidor está preso na escrita.
        let mut dados = cliente.passivo();
        cliente.pede("RETR /pub/grande/oito_megabytes.bin", "150 ");
        dados.read_exact(&mut [0; 1000]).unwrap();
        cliente.manda_bytes(abor);
        let primeira = cliente.le("");
        if primeira.starts_with("426 ") {
            cliente.le("226 ");
        } else {
            // Os 8 MiB couberam nos buffers: já tinha acabado.
            assert!(primeira.starts_with("226 "), "{primeira}");
            cliente.le("226 ");
        }
        cliente.pede("PWD", "257 ");
    }
    // À espera de uma conexão de dados que ninguém abre.
    cliente.pede("PASV", "227 ");
    cliente.manda("LIST");
    cliente.pede("STAT", "211-");
    cliente.manda("ABOR");
    cliente.le("42");
    cliente.le("226 ");
    assert_eq!(cliente.recebe("RETR README").len(), 1456);
}

/// Uma linha sem fim não ocupa memória, nem tira o lugar da seguinte.
#[test]
fn uma_linha_sem_fim_recebe_500_e_nao_e_guardada() {
    let servidor = Servidor::novo(&[]);
    let mut cliente = servidor.entra();
    cliente.pede(&format!("CWD {}", "x".repeat(4000)), "550 ");
    cliente.pede(&format!("CWD {}", "x".repeat(5000)), "500 ");
    cliente.pede("PWD", "257 ");
    #[cfg(target_os = "linux")]
    let antes = servidor.memoria();
    let mega = vec![b'x'; 1 << 20];
    for _ in 0..200 {
        cliente.manda_bytes(&mega);
    }
    cliente.manda("");
    cliente.le("500 ");
    cliente.pede("PWD", "257 ");
    #[cfg(target_os = "linux")]
    assert!(
        servidor.memoria() < antes + 4096,
        "{antes} KiB, depois {}",
        servidor.memoria()
    );
}

/// O arquivo a que se acrescenta não ocupa memória enquanto a conexão de dados não abre.
#[cfg(target_os = "linux")]
#[test]
fn quem_pede_um_envio_e_nao_conecta_nao_ocupa_memoria() {
    let servidor = Servidor::novo(&[]);
    let mut cliente = servidor.entra();
    cliente.envia("STOR /entregas/grande", &vec![b'x'; 8 << 20], "226 ");
    let antes = servidor.memoria();
    let calados: Vec<Cliente> = (0..20)
        .map(|_| {
            let mut calado = servidor.entra();
            calado.pede("EPSV", "229 ");
            calado.manda("APPE /entregas/grande\r\nSTAT");
            calado.le("211-");
            calado
        })
        .collect();
    let depois = servidor.memoria();
    assert!(depois < antes + (40 << 10), "{antes} KiB, depois {depois}");
    drop(calados);
}

#[test]
fn um_cliente_que_some_ou_trava_nao_atrapalha_os_outros() {
    let servidor = Servidor::novo(&[]);
    let mut parados = Vec::new();
    for i in 0..20 {
        let mut cliente = servidor.entra();
        cliente.pede("TYPE I", "200 ");
        let dados = cliente.passivo();
        cliente.pede("RETR /pub/grande/oito_megabytes.bin", "150 ");
        if i % 2 == 0 {
            // Não lê nunca.
            parados.push((cliente, dados));
        } else {
            let con = cliente.controle.into_inner();
            for con in [con, dados] {
                socket2::SockRef::from(&con)
                    .set_linger(Some(Duration::ZERO))
                    .unwrap();
            }
        }
    }
    assert_eq!(servidor.entra().recebe("RETR README").len(), 1490);
    drop(parados);
    assert_eq!(servidor.entra().recebe("RETR README").len(), 1490);
}

#[test]
fn o_cliente_que_nao_cabe_ouve_421() {
    let servidor = Servidor::novo(&[]);
    let mut todos: Vec<Cliente> = (0..250).map(|_| servidor.entra()).collect();
    let mut demais = Cliente::de(TcpStream::connect(servidor.endereco).unwrap());
    demais.le("421 ");
    assert_eq!(demais.controle.read(&mut [0; 1]).unwrap(), 0);
    todos[249].pede("PWD", "257 ");
    assert_eq!(todos[0].recebe("RETR README").len(), 1490);
    todos.pop().unwrap().pede("QUIT", "221 ");
    // A vaga volta quando a sessão acaba de sair: quem insiste entra.
    loop {
        let mut outro = Cliente::de(TcpStream::connect(servidor.endereco).unwrap());
        if outro.le("").starts_with("220 ") {
            break;
        }
    }
}

/// Um terminal parado não lê mais nada: as linhas que não cabem se perdem, e os clientes nem notam.
#[test]
fn um_terminal_parado_nao_para_o_servidor() {
    compila().unwrap();
    let porta = porta_livre().unwrap();
    let mut comando = Command::new(compilado("servidor_ftp").unwrap());
    comando.arg(format!("127.0.0.1:{porta}"));
    let mut servidor = comando.stdout(Stdio::piped()).spawn().unwrap();
    let mut tela = BufReader::new(servidor.stdout.take().unwrap());
    let mut linha = String::new();
    while !linha.ends_with("acesso anônimo.\n") {
        assert_ne!(tela.read_line(&mut linha).unwrap(), 0, "{linha}");
    }
    let mut cliente = Cliente::em(SocketAddr::from(([127, 0, 0, 1], porta)));
    cliente.entra();
    // Cada um conta uma linha na tela; os tubos guardam 64 KiB.
    for _ in 0..100 {
        cliente.manda_bytes(&b"CWD /pub\r\n".repeat(100));
        (0..100).for_each(|_| drop(cliente.le("250 ")));
    }
    assert_eq!(cliente.recebe("RETR /README").len(), 1490);
    servidor.kill().unwrap();
    servidor.wait().unwrap();
}

/// Quem não cabe na tabela de descritores do sistema fica sem atendimento, e os outros não.
#[cfg(unix)]
#[test]
fn a_tabela_de_descritores_cheia_nao_para_o_servidor() {
    compila().unwrap();
    let porta = porta_livre().unwrap();
    let mut comando = Command::new("sh");
    comando.args(["-c", "ulimit -n 30; exec \"$0\" \"$1\""]);
    comando.arg(compilado("servidor_ftp").unwrap());
    comando.arg(format!("127.0.0.1:{porta}"));
    let mut terminal = Terminal::abre("servidor_ftp", &mut comando, false).unwrap();
    terminal.espera("acesso anônimo.\n").unwrap();
    let endereco = SocketAddr::from(([127, 0, 0, 1], porta));
    let mut primeiro = Cliente::em(endereco);
    primeiro.entra();
    let demais: Vec<TcpStream> = (0..40)
        .map(|_| TcpStream::connect(endereco).unwrap())
        .collect();
    terminal
        .espera("Um cliente ficou sem atendimento: ")
        .unwrap();
    primeiro.pede("PWD", "257 ");
    drop(demais);
    // Os lugares voltam à medida que o servidor vê que eles se foram.
    let mut outro = Cliente::em(endereco);
    outro.entra();
    outro.pede("PWD", "257 ");
}

/// A turma inteira ao mesmo tempo.
#[test]
fn sessenta_clientes_baixam_dez_vezes_cada_um() {
    let servidor = Servidor::novo(&[]);
    let endereco = servidor.endereco;
    thread::scope(|escopo| {
        for _ in 0..60 {
            escopo.spawn(move || {
                let mut cliente = Cliente::em(endereco);
                cliente.entra();
                for _ in 0..10 {
                    assert_eq!(cliente.recebe("RETR README").len(), 1490);
                }
                cliente.pede("QUIT", "221 ");
            });
        }
    });
}

/// Em `::` entram os clientes das duas famílias, e cada um ouve o endereço por que chegou.
#[test]
fn quem_escuta_em_ipv6_atende_tambem_ipv4() {
    if TcpListener::bind("[::1]:0").is_err() {
        return eprintln!("pulado: esta máquina não tem IPv6");
    }
    let servidor = Servidor::em("[::]", &[]);
    let mut em_ipv4 = servidor.entra();
    em_ipv4.pede("PASV", "227 Modo passivo (127,0,0,1,");
    em_ipv4.pede("EPSV 1", "229 ");
    assert_eq!(em_ipv4.recebe("RETR README").len(), 1490);
    let escuta = TcpListener::bind("127.0.0.1:0").unwrap();
    em_ipv4.pede(
        &format!("EPRT |1|127.0.0.1|{}|", escuta.local_addr().unwrap().port()),
        "200 ",
    );

    let mut em_ipv6 = Cliente::de(TcpStream::connect(("::1", servidor.endereco.port())).unwrap());
    em_ipv6.le("220 ");
    em_ipv6.pede("USER ftp", "331 ");
    em_ipv6.pede("PASS x", "230 ");
    em_ipv6.pede("PASV", "502 ");
    em_ipv6.pede("EPSV 1", "522 ");
    assert_eq!(em_ipv6.recebe("RETR README").len(), 1490);
    let escuta = TcpListener::bind("[::1]:0").unwrap();
    em_ipv6.pede(
        &format!("EPRT |2|::1|{}|", escuta.local_addr().unwrap().port()),
        "200 ",
    );
    em_ipv6.manda("LIST");
    escuta
        .accept()
        .unwrap()
        .0
        .read_to_end(&mut Vec::new())
        .unwrap();
    em_ipv6.le("150 ");
    em_ipv6.le("226 ");
}

/// Quaisquer linhas, com quaisquer bytes: cada uma tem uma resposta bem formada, e o próximo é atendido.
#[test]
fn cada_linha_de_bytes_quaisquer_tem_uma_resposta() {
    const VERBOS: [&str; 40] = [
        "USER", "PASS", "NOOP", "SYST", "FEAT", "HELP", "STAT", "OPTS", "PWD", "CWD", "CDUP",
        "TYPE", "MODE", "STRU", "PASV", "EPSV", "PORT", "EPRT", "LIST", "NLST", "MLSD", "MLST",
        "RETR", "REST", "SIZE", "MDTM", "ABOR", "STOR", "APPE", "DELE", "MKD", "RMD", "RNFR",
        "RNTO", "XPWD", "XCUP", "XYZ", "retr", "", "\u{ff}",
    ];
    const PEDACOS: [&str; 14] = [
        " ",
        "/",
        "..",
        "entregas",
        "pub",
        "README",
        "-la",
        ",",
        "|",
        "1",
        "127.0.0.1",
        "\"",
        "%",
        "ç",
    ];
    let servidor = Servidor::novo(&[]);
    arbtest::arbtest(|sorte| {
        let mut cliente = if sorte.arbitrary()? {
            servidor.entra()
        } else {
            servidor.liga()
        };
        let linhas = sorte.int_in_range(1..=20)?;
        for _ in 0..linhas {
            let mut linha = sorte.choose(&VERBOS)?.as_bytes().to_vec();
            for _ in 0..sorte.int_in_range(0..=4)? {
                match sorte.arbitrary()? {
                    true => linha.extend_from_slice(sorte.choose(&PEDACOS)?.as_bytes()),
                    false => linha.extend(sorte.bytes(3)?.iter().filter(|byte| **byte != b'\n')),
                }
            }
            let em_claro = String::from_utf8_lossy(&linha).to_uppercase();
            linha.extend_from_slice(sorte.choose(&[&b"\r\n"[..], b"\n"])?);
            // Com a conexão de dados combinada, uma transferência esperaria por ela meio minuto: o ABOR a dispensa.
            cliente.manda_bytes(&[&linha, &b"ABOR\r\n"[..]].concat());
            let resposta = cliente.le("");
            assert!(!resposta.starts_with('1'), "{em_claro:?}: {resposta}");
            cliente.le("");
        }
        Ok(())
    })
    .budget(Duration::from_secs(5));
    assert_eq!(servidor.entra().recebe("RETR README").len(), 1490);
}

/// O Ctrl-C despede-se e solta a porta, com clientes no meio de uma transferência.
#[cfg(unix)]
#[test]
fn ctrl_c_solta_a_porta_na_hora() {
    let mut servidor = Servidor::novo(&[]);
    let mut cliente = servidor.entra();
    cliente.pede("TYPE I", "200 ");
    let _dados = cliente.passivo();
    cliente.pede("RETR /pub/grande/oito_megabytes.bin", "150 ");
    servidor.terminal.ctrl_c().unwrap();
    assert_eq!(servidor.terminal.sai().unwrap(), 0);
    assert_eq!(servidor.terminal.erro(), "\nAté logo!\n".as_bytes());
    TcpListener::bind(servidor.endereco).unwrap();
}
