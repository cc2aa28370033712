//! O servidor e o cliente HTTPS: o que cada um faz com quem não é da casa, e com quem se comporta mal.

#[path = "https/turma.rs"]
mod turma;

use std::fs;
use std::io::{self, Read, Write};
use std::net::{Ipv6Addr, TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;
use std::thread;

use comum_alem::arquivos;
use palco::{Terminal, compila, compilado, porta_livre, python};
use tempfile::TempDir;
use turma::{
    Certificado, PRAZO, bom, cala, certificado, cliente, de_mentira, erro, roda, turma, turma_em,
};

/// O println! de um teste que passa ninguém vê; o stderr sem intermediário, sim.
fn conta(texto: &str) {
    let _ = writeln!(io::stderr(), "{texto}");
}

#[test]
fn todos_os_arquivos_chegam_iguais() {
    let turma = turma();
    let destino = tempfile::tempdir().unwrap();
    let pem = turma.pasta.path().join("turma.pem");
    for (_, caminho, bytes) in arquivos() {
        // Do jeito que uma pessoa o escreve: com espaços e acentos.
        let url = turma.url(caminho);
        let saida = cliente(
            &["--certificado", pem.to_str().unwrap(), &url],
            destino.path(),
        );
        let nome = caminho.rsplit('/').next().unwrap();
        let tela = String::from_utf8(saida.stdout).unwrap();
        assert_eq!(
            tela,
            format!("{nome}: {} bytes\n", bytes.len()),
            "{:?}",
            saida.stderr
        );
        assert!(fs::read(destino.path().join(nome)).unwrap() == bytes);
        fs::remove_file(destino.path().join(nome)).unwrap();
    }
    assert_eq!(fs::read_dir(destino.path()).unwrap().count(), 0);
}

#[test]
fn cada_pedido_tem_a_sua_resposta() {
    let mut turma = turma();
    let host = "Host: localhost\r\n\r\n";
    let readme = arquivos().find(|(_, c, _)| *c == "/README").unwrap().2;
    let total = readme.len();
    let inteiro = String::from_utf8(readme.to_vec()).unwrap();
    for (pedido, codigo, campos, corpo) in [
        (
            "GET /README HTTP/1.1\r\n",
            "200 OK",
            "Content-Type: text/plain; charset=utf-8\r\n",
            &inteiro[..],
        ),
        (
            "HEAD /README HTTP/1.1\r\n",
            "200 OK",
            &format!("Content-Length: {total}\r\n"),
            "",
        ),
        (
            "GET /README HTTP/1.0\r\n",
            "200 OK",
            "Connection: close\r\n",
            &inteiro,
        ),
        (
            "GET /README HTTP/1.1\r\nrange: bytes=0-7\r\n",
            "206 Partial Content",
            &format!("Content-Range: bytes 0-7/{total}\r\n"),
            "SERVIDOR",
        ),
        (
            // O Range é só do GET.
            "HEAD /README HTTP/1.1\r\nRange: bytes=0-7\r\n",
            "200 OK",
            &format!("Content-Length: {total}\r\n"),
            "",
        ),
        (
            "GET https://localhost/README HTTP/1.1\r\n",
            "200 OK",
            "",
            &inteiro,
        ),
        (
            "GET /README HTTP/1.1\r\nRange: bytes=99999-\r\n",
            "416 Range Not Satisfiable",
            &format!("Content-Range: bytes */{total}\r\n"),
            "416 Range Not Satisfiable",
        ),
        (
            "GET /pub/dados/vazio.txt HTTP/1.1\r\n",
            "200 OK",
            "Content-Length: 0\r\n",
            "",
        ),
        (
            "GET /pub/dados/vazio.txt HTTP/1.1\r\nRange: bytes=0-\r\n",
            "416 Range Not Satisfiable",
            "Content-Range: bytes */0\r\n",
            "416 Range Not Satisfiable",
        ),
        (
            "GET /readme HTTP/1.1\r\n",
            "404 Not Found",
            "",
            "404 Not Found",
        ),
        (
            "GET /../README HTTP/1.1\r\n",
            "404 Not Found",
            "",
            "404 Not Found",
        ),
        (
            "GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\n",
            "404 Not Found",
            "",
            "404 Not Found",
        ),
        (
            "POST /README HTTP/1.1\r\n",
            "405 Method Not Allowed",
            "Allow: GET, HEAD\r\n",
            "405 Method Not Allowed",
        ),
        (
            "BREW /README HTTP/1.1\r\n",
            "405 Method Not Allowed",
            "Allow: GET, HEAD\r\n",
            "405 Method Not Allowed",
        ),
        (
            "get /README HTTP/1.1\r\n",
            "405 Method Not Allowed",
            "Allow: GET, HEAD\r\n",
            "405 Method Not Allowed",
        ),
        (
            "GET /README HTTP/1.1\r\nX : espaço\r\n",
            "400 Bad Request",
            "",
            "400 Bad Request",
        ),
        ("GET\r\n", "400 Bad Request", "", "400 Bad Request"),
        ("\u{1}\u{2}\r\n", "400 Bad Request", "", "400 Bad Request"),
    ] {
        let resposta = turma.pede(format!("{pedido}{host}").as_bytes());
        let (cabeca, veio) = resposta.split_once("\r\n\r\n").unwrap();
        assert!(
            cabeca.starts_with(&format!("HTTP/1.1 {codigo}\r\n")),
            "{pedido:?}: {cabeca}"
        );
        assert!(
            format!("{cabeca}\r\n").contains(campos),
            "{pedido:?}: {cabeca}"
        );
        assert_eq!(veio, corpo, "{pedido:?}");
    }
    // Uma cabeça que não cabe, de um jeito ou de outro; a resposta chega mesmo com 10 MB por ouvir.
    let comprida = [b"GET / HTTP/1.1\r\nX: ", &vec![b'x'; 10 << 20][..]].concat();
    let muitas = format!("GET / HTTP/1.1\r\n{}\r\n", "X: y\r\n".repeat(100));
    for grande in [&comprida[..], muitas.as_bytes()] {
        let resposta = turma.pede(grande);
        assert!(resposta.starts_with("HTTP/1.1 431 "), "{resposta}");
    }
    // Nada do que se pediu chega cru à tela.
    turma.pede(format!("GET /\u{1b}[31m\u{202e}x HTTP/1.1\r\n{host}").as_bytes());
    turma.servidor.espera("GET /").unwrap();
    turma.servidor.encerra().unwrap();
    let tela = String::from_utf8(turma.servidor.saida().to_vec()).unwrap();
    assert!(
        !tela.contains(|c: char| c.is_control() && c != '\n' || c == '\u{202e}'),
        "{tela:?}"
    );
}

#[test]
fn quem_se_comporta_mal_nao_atrapalha_os_outros() {
    let mut turma = turma();
    let porta = turma.porta;
    // Cem calados antes do TLS, dez calados depois dele, um que fala letra por letra e um que não lê.
    let calados: Vec<_> = (0..100)
        .map(|_| TcpStream::connect(("127.0.0.1", porta)).unwrap())
        .collect();
    let mut na_metade: Vec<_> = (0..10).map(|_| turma.conecta()).collect();
    for con in &mut na_metade {
        con.write_all(b"GET /README HT").unwrap();
    }
    let mut surdo = turma.conecta();
    surdo
        .write_all(b"GET /pub/grande/oito_megabytes.bin HTTP/1.1\r\nHost: x\r\n\r\n")
        .unwrap();
    let mut pingado = turma.conecta();
    for letra in b"HEAD / HTTP/1.1\r\nHost: x\r\n\r\n" {
        pingado.write_all(&[*letra]).unwrap();
    }
    let mut resposta = String::new();
    pingado.read_to_string(&mut resposta).unwrap();
    assert!(resposta.starts_with("HTTP/1.1 200 OK\r\n"), "{resposta}");
    // Lixo, HTTP sem TLS, e duas mil conexões que não dizem nada.
    for lixo in [
        &b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"[..],
        b"\x16\x03\x01\xff\xff",
        &[0; 5000],
    ] {
        let mut con = TcpStream::connect(("127.0.0.1", porta)).unwrap();
        con.set_read_timeout(PRAZO).unwrap();
        let _ = con.write_all(lixo);
        if lixo.len() != 5 {
            let _ = con.read_to_end(&mut Vec::new());
        }
    }
    for _ in 0..2000 {
        drop(TcpStream::connect(("127.0.0.1", porta)).unwrap());
    }
    turma.atende_vinte();
    drop((calados, na_metade, surdo));
    turma.servidor.espera("não falou TLS").unwrap();
    turma.servidor.ctrl_c().unwrap();
    assert_eq!(turma.servidor.sai().unwrap(), 0);
    assert_eq!(
        String::from_utf8_lossy(turma.servidor.erro()),
        "\nAté logo!\n"
    );
}

/// O que está instalado nesta máquina, ou uma linha que diz que se pulou.
fn ha(programa: &str) -> bool {
    let ha = Command::new(programa)
        .arg("--version")
        .stdin(Stdio::null())
        .output()
        .is_ok_and(|saida| saida.status.success());
    if !ha {
        conta(&format!("pulado: {programa} não está instalado"));
    }
    ha
}

#[test]
fn o_curl_baixa_recomeca_e_recusa() {
    if !ha("curl") {
        return;
    }
    let turma = turma();
    let pasta = turma.pasta.path();
    let curl = |mais: &[&str], caminho: &str| {
        let url = turma.url(caminho);
        roda("curl", &[&["-sS", &url], mais].concat(), pasta)
    };
    let figura = "/pub/linux/logos/pictures/linux-father-of-linux.jpg";
    let bytes = arquivos().find(|(_, c, _)| *c == figura).unwrap().2;
    for versao in ["--tlsv1.3", "--tls-max=1.2"] {
        let opcao = versao.split('=').collect::<Vec<_>>();
        let saida = curl(&[&["--cacert", "turma.pem"], &opcao[..]].concat(), figura);
        assert!(saida.stdout == bytes, "{versao}: {saida:?}");
    }
    // Um download que parou no meio continua de onde estava.
    fs::write(pasta.join("figura"), &bytes[..1000]).unwrap();
    let saida = curl(
        &["--cacert", "turma.pem", "-C", "-", "-o", "figura"],
        figura,
    );
    assert!(saida.status.success(), "{saida:?}");
    assert!(fs::read(pasta.join("figura")).unwrap() == bytes);
    // Sem o certificado, não.
    assert_eq!(curl(&[], figura).status.code(), Some(60));
}

/// O endereço como a pessoa o escreve, sem porta e sem colchetes; o certificado também é do `::1`.
#[test]
fn em_ipv6_o_cliente_e_o_curl_baixam() {
    if TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_err() {
        conta("pulado: esta máquina não tem IPv6");
        return;
    }
    let turma = turma_em("[::1]");
    let url = format!("https://[::1]:{}/README", turma.porta);
    let pasta = turma.pasta.path();
    let saida = cliente(&["--certificado", "turma.pem", &url], pasta);
    assert!(saida.status.success(), "{saida:?}");
    let certo = arquivos().find(|(_, c, _)| *c == "/README").unwrap().2;
    assert!(fs::read(pasta.join("README")).unwrap() == certo);
    if ha("curl") {
        let saida = roda("curl", &["-gsS", &url, "--cacert", "turma.pem"], pasta);
        assert!(saida.stdout == certo, "{saida:?}");
    }
}

#[test]
fn o_python_baixa_com_urllib_e_recusa() {
    let Some(python) = python() else {
        conta("pulado: o Python 3 não está instalado");
        return;
    };
    let turma = turma();
    let programa = "\
import ssl, sys, urllib.request
url, = sys.argv[1:]
confia = ssl.create_default_context(cafile='turma.pem')
print(len(urllib.request.urlopen(url, context=confia).read()))
try:
    urllib.request.urlopen(url)
except urllib.error.URLError as erro:
    print(type(erro.reason).__name__)
";
    let url = turma.url("/pub/grande/oito_megabytes.bin");
    let python = python.executavel.to_str().unwrap();
    let saida = roda(python, &["-c", programa, &url], turma.pasta.path());
    let tela = String::from_utf8(saida.stdout).unwrap().replace('\r', "");
    assert_eq!(
        tela, "8388608\nSSLCertVerificationError\n",
        "{:?}",
        saida.stderr
    );
}

#[test]
fn o_navegador_mostra_a_pasta() {
    let Some(navegador) = ["chromium", "chromium-browser", "google-chrome"]
        .into_iter()
        .find(|nome| ha(nome))
    else {
        return;
    };
    let turma = turma();
    let perfil = turma.pasta.path().join("perfil");
    let saida = roda(
        navegador,
        &[
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            // No navegador de uma pessoa, é o "continuar assim mesmo".
            "--ignore-certificate-errors",
            &format!("--user-data-dir={}", perfil.display()),
            "--dump-dom",
            &turma.url("/pub/textos/"),
        ],
        turma.pasta.path(),
    );
    let pagina = String::from_utf8_lossy(&saida.stdout);
    let link = "<a href=\"/pub/textos/p%C3%A3o%20de%20queijo.txt\">pão de queijo.txt</a>";
    assert!(pagina.contains(link), "{pagina}{:?}", saida.stderr);
}

/// O mesmo, que no fim fecha a conexão; se `despede`, com a despedida do TLS.
fn falso(certificado: Certificado, resposta: &[u8], despede: bool) -> (String, TempDir) {
    de_mentira(certificado, resposta, move |con| {
        if despede {
            con.conn.send_close_notify();
        }
    })
}

const INTEIRO: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfeito";

#[test]
fn um_certificado_que_nao_serve_e_recusado_com_o_motivo() {
    for (certificado, motivo) in [
        (
            certificado("127.0.0.1", -9, -2),
            "a validade dele já passou",
        ),
        (
            certificado("127.0.0.1", 2, 9),
            "a validade dele ainda não começou",
        ),
        (certificado("banco.exemplo", -1, 1), "ele é de outro nome"),
    ] {
        let (endereco, pasta) = falso(certificado, INTEIRO, true);
        let saida = cliente(
            &["--certificado", "falso.pem", &endereco, "x"],
            pasta.path(),
        );
        let erro = erro(&saida);
        assert!(
            erro.contains(&format!(
                "o certificado de {endereco} foi recusado: {motivo}; "
            )),
            "{erro}"
        );
        assert!(!pasta.path().join("x").exists());
    }
    // Outro com o mesmo nome, de outra chave: é o que acontece quando o servidor da turma reabre. E sem dizer em quem
    // se confia.
    let (endereco, pasta) = falso(bom(), INTEIRO, true);
    fs::write(pasta.path().join("falso.pem"), bom().2).unwrap();
    let saida = cliente(
        &["--certificado", "falso.pem", &endereco, "x"],
        pasta.path(),
    );
    assert!(erro(&saida).contains("recusado: ninguém em quem este computador confie o assinou; "));
    let (endereco, pasta) = falso(bom(), INTEIRO, true);
    let erro = erro(&cliente(&[&endereco, "x"], pasta.path()));
    // Um sistema sem certificado nenhum também o diz.
    assert!(
        erro.contains("recusado: ninguém em quem") || erro.contains("não tem certificados"),
        "{erro}"
    );
}

#[test]
fn so_o_que_chega_inteiro_ganha_o_nome() {
    let ok = "HTTP/1.1 200 OK\r\n";
    for (resposta, despede, chega) in [
        (format!("{ok}Content-Length: 5\r\n\r\nfeito"), true, Ok(5)),
        // Com o tamanho, a despedida não faz falta; sem ele, é o fim.
        (format!("{ok}Content-Length: 5\r\n\r\nfeito"), false, Ok(5)),
        (format!("{ok}\r\nfeito"), true, Ok(5)),
        (
            format!("{ok}\r\nfeito"),
            false,
            Err("fechou a conexão no meio"),
        ),
        (
            format!("{ok}Content-Length: 6\r\n\r\nfeito"),
            true,
            Err("parou depois de 5 bytes"),
        ),
        (
            format!("{ok}Content-Length: 6\r\n\r\nfeito"),
            false,
            Err("fechou a conexão no meio"),
        ),
        (format!("{ok}Content-Length: 3\r\n\r\nfeito"), true, Ok(3)),
        (format!("{ok}Content-Length: 0\r\n\r\n"), true, Ok(0)),
        (
            format!("{ok}Content-Length: -1\r\n\r\nfeito"),
            true,
            Err("de um jeito que este programa não entende"),
        ),
        (
            format!("{ok}Content-Length: 5\r\ncontent-length: 5\r\n\r\nfeito"),
            true,
            Ok(5),
        ),
        (
            format!("{ok}Content-Length: 5\r\nContent-Length: 9\r\n\r\nfeito e mais"),
            true,
            Err("de um jeito que este programa não entende"),
        ),
        (
            format!("{ok}Content-Length: é\r\n\r\nfeito"),
            true,
            Err("de um jeito que este programa não entende"),
        ),
        (
            format!("{ok}Transfer-Encoding: chunkedé\r\n\r\n0\r\n\r\n"),
            true,
            Err("de um jeito que este programa não entende"),
        ),
        (
            format!("{ok}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
            true,
            Err("de um jeito que este programa não entende"),
        ),
        (
            "HTTP/1.1 404 \u{1b}]0;x\u{7}N\u{202e}\r\n\r\n".to_string(),
            true,
            Err("respondeu algo que não é HTTP"),
        ),
        (
            "HTTP/1.1 404 Nada\r\n\r\n".to_string(),
            true,
            Err("não mandou o arquivo: 404 Nada; confira o caminho"),
        ),
        (
            "HTTP/1.1 302 Found\r\nLocation: https://x/\u{202e}y\r\n\r\n".to_string(),
            true,
            Err(r"em https://x/\xe2\x80\xaey"),
        ),
        (
            "HTTP/1.1 206 Partial Content\r\n\r\nmeio".to_string(),
            true,
            Err("206 Partial Content"),
        ),
        (
            "220 sou FTP\r\n\r\n".to_string(),
            true,
            Err("respondeu algo que não é HTTP"),
        ),
        (
            format!("{ok}X: {}\r\n\r\n", "y".repeat(10 << 20)),
            true,
            Err("respondeu algo que não é HTTP"),
        ),
        (String::new(), true, Err("fechou a conexão no meio")),
    ] {
        let (endereco, pasta) = falso(bom(), resposta.as_bytes(), despede);
        fs::write(pasta.path().join("x"), "o que havia").unwrap();
        let saida = cliente(
            &["--certificado", "falso.pem", &endereco, "x"],
            pasta.path(),
        );
        let ficou = fs::read_to_string(pasta.path().join("x")).unwrap();
        let resposta = &resposta[..resposta.len().min(99)];
        match chega {
            Ok(bytes) => {
                let tela = String::from_utf8_lossy(&saida.stdout);
                assert_eq!(
                    tela,
                    format!("x: {bytes} bytes\n"),
                    "{resposta:?}: {saida:?}"
                );
                assert_eq!(ficou, "feito"[..bytes]);
            }
            Err(motivo) => {
                let erro = erro(&saida);
                assert!(erro.contains(motivo), "{resposta:?}: {erro}");
                assert_eq!(ficou, "o que havia", "{resposta:?}");
            }
        }
        // Nem um provisório esquecido.
        assert_eq!(
            fs::read_dir(pasta.path()).unwrap().count(),
            2,
            "{resposta:?}"
        );
    }
}

/// Um nome que vem do endereço não leva controles para o disco nem para a tela; um que a pessoa dá, para a tela.
#[cfg(unix)]
#[test]
fn o_nome_do_arquivo_nao_mexe_com_o_terminal() {
    let ok = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfeito";
    for (caminho, nome, arquivo, na_tela) in [
        ("/a%1b%5d0;x%07%0ab", None, "a]0;xb", "a]0;xb"),
        ("/a", Some("a\u{1b}[31mb"), "a\u{1b}[31mb", r"a\x1b[31mb"),
    ] {
        let (endereco, pasta) = falso(bom(), ok, true);
        let url = format!("{endereco}{caminho}");
        let argumentos = ["--certificado", "falso.pem", &url].into_iter().chain(nome);
        let saida = cliente(&argumentos.collect::<Vec<_>>(), pasta.path());
        let tela = String::from_utf8(saida.stdout).unwrap();
        assert_eq!(tela, format!("{na_tela}: 5 bytes\n"));
        assert_eq!(fs::read(pasta.path().join(arquivo)).unwrap(), b"feito");
    }
}

#[test]
fn onde_nao_se_fala_tls_o_cliente_diz() {
    for (fala, motivo) in [
        (&b"220 sou um FTP\r\n"[..], "não se fala TLS"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "não se fala TLS"),
        (b"", "fechou a conexão no meio"),
    ] {
        let escuta = TcpListener::bind("127.0.0.1:0").unwrap();
        let endereco = escuta.local_addr().unwrap().to_string();
        let pasta = tempfile::tempdir().unwrap();
        fs::write(pasta.path().join("t.pem"), bom().2).unwrap();
        thread::spawn(move || {
            let (mut con, _) = escuta.accept().unwrap();
            let _ = con.read(&mut [0; 4096]);
            let _ = con.write_all(fala);
        });
        let saida = cliente(&["--certificado", "t.pem", &endereco, "x"], pasta.path());
        let erro = erro(&saida);
        assert!(erro.contains(motivo), "{erro}");
    }
}

#[cfg(unix)]
#[test]
fn o_ctrl_c_no_meio_nao_deixa_um_pedaco() {
    // Promete muito e não manda: o cliente espera.
    let promessa = b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nmetade";
    let (mandou, mandada) = channel();
    let (endereco, pasta) = de_mentira(bom(), promessa, move |con| {
        con.flush().unwrap();
        mandou.send(()).unwrap();
        cala(con);
    });
    fs::write(pasta.path().join("x"), "o que havia").unwrap();
    compila().unwrap();
    let mut comando = Command::new(compilado("cliente_https").unwrap());
    comando
        .args(["--certificado", "falso.pem", &endereco, "x"])
        .current_dir(pasta.path());
    let mut cliente = Terminal::abre("cliente_https", &mut comando, false).unwrap();
    // Com a resposta mandada, o provisório já existe há tempo.
    mandada.recv().unwrap();
    assert_eq!(fs::read_dir(pasta.path()).unwrap().count(), 3);
    cliente.ctrl_c().unwrap();
    assert_eq!(cliente.sai().unwrap(), 130);
    assert_eq!(fs::read_dir(pasta.path()).unwrap().count(), 2);
    assert_eq!(
        fs::read_to_string(pasta.path().join("x")).unwrap(),
        "o que havia"
    );
}

#[test]
fn os_enganos_na_linha_de_comando_sao_explicados() {
    let pasta = tempfile::tempdir().unwrap();
    for (argumentos, motivo) in [
        (
            &["--certificado"][..],
            "falta o arquivo depois de --certificado",
        ),
        (&["--certificado", "nada.pem"], "não se lê: não existe"),
        (&["127.0.0.1:8443/"], "não diz um arquivo"),
        (&["127.0.0.1/a", "b", "c"], "está sobrando"),
        (&["http://127.0.0.1/a"], "só fala HTTPS"),
        (&["--inseguro", "x"], "a opção \"--inseguro\" não existe"),
    ] {
        let erro = erro(&cliente(argumentos, pasta.path()));
        assert!(erro.contains(motivo), "{argumentos:?}: {erro}");
    }
    fs::write(pasta.path().join("vazio.pem"), "nada aqui\n").unwrap();
    let saida = cliente(&["--certificado", "vazio.pem"], pasta.path());
    assert!(erro(&saida).contains("não há certificado nenhum"));
}

/// O disco está cheio: nem o certificado, nem a tela, nem o arquivo.
#[cfg(target_os = "linux")]
#[test]
fn com_o_disco_cheio_cada_um_diz_o_que_houve() {
    let turma = turma();
    let pem = turma.pasta.path().join("turma.pem");
    let cheia = tempfile::tempdir().unwrap();
    let cheio = || fs::File::options().write(true).open("/dev/full").unwrap();
    let saida = Command::new(compilado("servidor_https").unwrap())
        .arg(format!("127.0.0.1:{}", porta_livre().unwrap()))
        .current_dir(cheia.path())
        .stdout(cheio())
        .output()
        .unwrap();
    assert!(erro(&saida).contains("não foi possível escrever na tela: o disco está cheio"));
    // Uma pasta em que não se grava: como administrador tudo se grava, menos no /proc.
    for programa in ["servidor_https", "cliente_https"] {
        let mut comando = Command::new(compilado(programa).unwrap());
        if programa == "cliente_https" {
            comando.args([
                "--certificado",
                pem.to_str().unwrap(),
                &turma.url("/README"),
            ]);
        } else {
            comando.arg(format!("127.0.0.1:{}", porta_livre().unwrap()));
        }
        let saida = comando
            .current_dir("/proc")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let erro = erro(&saida);
        assert!(erro.contains("gravar"), "{erro}");
    }
    // No meio do download: uma pasta de 1 MiB, montada só para ele.
    let comando = "mount -t tmpfs -o size=1m cheia . && cd \"$PWD\" && echo antigo > x && \"$0\" \"$@\"; ls -A; exit 1";
    let saida = Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount", "sh", "-c", comando])
        .arg(compilado("cliente_https").unwrap())
        .args(["--certificado", pem.to_str().unwrap()])
        .args([&turma.url("/pub/grande/oito_megabytes.bin"), "x"])
        .current_dir(cheia.path())
        .stdin(Stdio::null())
        .output();
    match saida {
        Ok(saida) if saida.stdout == b"x\n" => {
            let erro = String::from_utf8(saida.stderr).unwrap();
            assert!(
                erro.contains("o disco está cheio")
                    && erro.ends_with("libere espaço e tente de novo\n"),
                "{erro}"
            );
        }
        outra => conta(&format!(
            "pulado: este sistema não deixa montar uma pasta pequena ({outra:?})"
        )),
    }
}
