//! O espião no meio: nada muda, nada se perde, nada espera pela tela, e tudo aparece nela.

use std::fs;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream, UdpSocket};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use palco::{Ator, Terminal, compila, compilado, porta_livre};
use socket2::SockRef;

/// Só conta quando algo travou.
const PRAZO: Option<Duration> = Some(Duration::from_secs(30));

/// O programa, e a porta em que ele escuta.
fn comando(opcao: &[&str], destino: u16) -> (Command, u16) {
    compila().unwrap();
    let porta = porta_livre().unwrap();
    let mut comando = Command::new(compilado("espiao").unwrap());
    comando
        .args(opcao)
        .args([porta.to_string(), destino.to_string()]);
    (comando, porta)
}

/// Um espião já no ar.
fn espia(opcao: &[&str], destino: u16) -> (Terminal, u16) {
    let (mut comando, porta) = comando(opcao, destino);
    let mut espiao = Terminal::abre("espiao", &mut comando, false).unwrap();
    espiao.espera("Espiando...\n").unwrap();
    (espiao, porta)
}

fn escuta() -> (TcpListener, u16) {
    let escuta = TcpListener::bind("127.0.0.1:0").unwrap();
    let porta = escuta.local_addr().unwrap().port();
    (escuta, porta)
}

fn conecta(porta: u16) -> TcpStream {
    let con = TcpStream::connect(("127.0.0.1", porta)).unwrap();
    con.set_read_timeout(PRAZO).unwrap();
    con
}

/// As duas pontas de uma conversa que passa pelo espião.
fn par(escuta: &TcpListener, porta: u16) -> (TcpStream, TcpStream) {
    let cliente = conecta(porta);
    let (servidor, _) = escuta.accept().unwrap();
    servidor.set_read_timeout(PRAZO).unwrap();
    (cliente, servidor)
}

fn le(mut con: &TcpStream, quantos: usize) -> Vec<u8> {
    let mut lidos = vec![0; quantos];
    con.read_exact(&mut lidos).unwrap();
    lidos
}

/// Bytes que não se repetem de um jeito que esconda uma troca.
fn bytes(quantos: usize) -> Vec<u8> {
    let mut x: u32 = 7;
    (0..quantos)
        .map(|_| {
            x = x.wrapping_mul(1_103_515_245).wrapping_add(12345);
            (x >> 24) as u8
        })
        .collect()
}

#[test]
fn dez_megas_para_cada_lado_e_o_fim_de_um_lado_so() {
    let (escuta, destino) = escuta();
    let (_espiao, porta) = espia(&[], destino);
    let (mut cliente, mut servidor) = par(&escuta, porta);
    let (ida, volta) = (bytes(10 << 20), bytes(10 << 20 | 1));
    thread::scope(|escopo| {
        escopo.spawn(|| {
            cliente.write_all(&ida).unwrap();
            cliente.shutdown(Shutdown::Write).unwrap();
            let mut veio = Vec::new();
            cliente.read_to_end(&mut veio).unwrap();
            assert!(veio == volta);
        });
        let mut veio = Vec::new();
        // O cliente disse que acabou, e ainda ouve.
        servidor.read_to_end(&mut veio).unwrap();
        assert!(veio == ida);
        servidor.write_all(&volta).unwrap();
        servidor.shutdown(Shutdown::Write).unwrap();
    });
}

#[test]
fn cada_pedaco_passa_logo_e_aparece_com_quem_a_quem_e_quanto() {
    let (escuta, destino) = escuta();
    let (mut espiao, porta) = espia(&[], destino);
    let (mut cliente, mut servidor) = par(&escuta, porta);
    let c = cliente.local_addr().unwrap().port();
    // Quem fala primeiro pode ser o servidor.
    for (pedaco, na_tela) in [
        (&b"220 oi\r\n"[..], r"8 bytes: b'220 oi\r\n'"),
        (b"a", "1 bytes: b'a'"),
        (
            b"it's \x1b[31m\x9b\xff",
            r#"12 bytes: b"it's \x1b[31m\x9b\xff""#,
        ),
        (
            "\u{202e}é\u{7}".as_bytes(),
            r"6 bytes: b'\xe2\x80\xae\xc3\xa9\x07'",
        ),
    ] {
        servidor.write_all(pedaco).unwrap();
        assert_eq!(le(&cliente, pedaco.len()), pedaco);
        espiao
            .espera(&format!(
                "('127.0.0.1', {destino}) → ('127.0.0.1', {c})  {na_tela}\n"
            ))
            .unwrap();
        cliente.write_all(pedaco).unwrap();
        assert_eq!(le(&servidor, pedaco.len()), pedaco);
        espiao
            .espera(&format!(
                "('127.0.0.1', {c}) → ('127.0.0.1', {destino})  {na_tela}\n"
            ))
            .unwrap();
    }
    // De um pedaço grande aparecem o tamanho e o começo.
    cliente.write_all(&[b'x'; 2000]).unwrap();
    le(&servidor, 2000);
    espiao
        .espera(&format!("b'{}'…\n", "x".repeat(1024)))
        .unwrap();
    let tela = String::from_utf8(espiao.saida().to_vec()).unwrap();
    assert!(!tela.contains(|c: char| c.is_control() && c != '\n'));
    assert!(!tela.contains('\u{202e}'));
}

#[test]
fn uma_queda_passa_como_queda() {
    let (escuta, destino) = escuta();
    let (_espiao, porta) = espia(&[], destino);
    let derruba = |con: TcpStream| {
        let rst = Some(Duration::ZERO);
        SockRef::from(&con).set_linger(rst).unwrap();
    };
    let (mut cliente, mut servidor) = par(&escuta, porta);
    servidor.write_all(b"metade").unwrap();
    assert_eq!(le(&cliente, 6), b"metade");
    derruba(servidor);
    let queda = cliente.read(&mut [0; 9]).unwrap_err();
    assert_eq!(queda.kind(), ErrorKind::ConnectionReset);
    let (cliente, mut servidor) = par(&escuta, porta);
    derruba(cliente);
    let queda = servidor.read(&mut [0; 9]).unwrap_err();
    assert_eq!(queda.kind(), ErrorKind::ConnectionReset);
}

#[test]
fn quem_se_cala_e_quem_e_lento_nao_atrapalham_os_outros() {
    let (escuta, destino) = escuta();
    let (_espiao, porta) = espia(&[], destino);
    let calados: Vec<_> = (0..50).map(|_| par(&escuta, porta)).collect();
    // Este não lê o que lhe mandam: os canos dele enchem, e só os dele.
    let (lento, mut servidor_do_lento) = par(&escuta, porta);
    servidor_do_lento
        .set_write_timeout(Some(Duration::from_millis(200)))
        .unwrap();
    while servidor_do_lento.write(&[b'x'; 1 << 16]).is_ok() {}
    let (mut cliente, mut servidor) = par(&escuta, porta);
    for _ in 0..100 {
        cliente.write_all(b"ping").unwrap();
        assert_eq!(le(&servidor, 4), b"ping");
        servidor.write_all(b"pong").unwrap();
        assert_eq!(le(&cliente, 4), b"pong");
    }
    drop((calados, lento));
}

/// O servidor mais simples: devolve a cada um o que ele disse, e fecha.
fn eco(escuta: TcpListener) {
    thread::spawn(move || {
        for con in escuta.incoming().flatten() {
            thread::spawn(move || {
                let mut con = con;
                let mut dito = Vec::new();
                let _ = con.read_to_end(&mut dito);
                let _ = con.write_all(&dito);
            });
        }
    });
}

fn conversa(porta: u16, dito: &str) {
    let mut con = conecta(porta);
    con.write_all(dito.as_bytes()).unwrap();
    con.shutdown(Shutdown::Write).unwrap();
    let mut ouvido = String::new();
    con.read_to_string(&mut ouvido).unwrap();
    assert_eq!(ouvido, dito);
}

#[test]
fn dois_mil_clientes_em_fila_e_duzentos_juntos() {
    let (escuta, destino) = escuta();
    eco(escuta);
    let (mut espiao, porta) = espia(&[], destino);
    for n in 0..2000 {
        conversa(porta, &n.to_string());
    }
    thread::scope(|escopo| {
        for n in 0..200 {
            escopo.spawn(move || conversa(porta, &format!("juntos {n}")));
        }
    });
    espiao.encerra().unwrap();
    assert_eq!(String::from_utf8_lossy(espiao.erro()), "");
}

#[test]
fn com_a_tela_parada_tudo_continua_a_passar() {
    let (escuta, destino) = escuta();
    eco(escuta);
    let (mut comando, porta) = comando(&[], destino);
    comando.stdin(Stdio::null()).stdout(Stdio::piped());
    let mut espiao = Encerra(comando.spawn().unwrap());
    let mut tela = espiao.0.stdout.take().unwrap();
    let mut comeco = [0; 12];
    tela.read_exact(&mut comeco).unwrap();
    // Ninguém lê a tela: o cano dela enche em 64 KiB, e a fila, em mil linhas.
    for n in 0..1500 {
        conversa(porta, &format!("{n:60}"));
    }
    // Quando alguém volta a ler, a conta do que faltou está lá.
    let mut texto = String::new();
    let mut buffer = [0; 4096];
    while !texto.contains(" linhas não apareceram") {
        let lidos = tela.read(&mut buffer).unwrap();
        assert_ne!(lidos, 0, "{texto}");
        texto.push_str(&String::from_utf8_lossy(&buffer[..lidos]));
        if texto.len() > 1 << 16 {
            conversa(porta, "mais um");
        }
    }
}

/// Um programa que sai de cena com o teste, mesmo que o teste falhe.
struct Encerra(Child);

impl Drop for Encerra {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn sem_destino_o_cliente_sabe_e_o_espiao_continua() {
    let destino = porta_livre().unwrap();
    let (mut espiao, porta) = espia(&[], destino);
    // A recusa atravessa como uma queda, e não como o fim de uma conversa que não houve.
    let queda = conecta(porta).read(&mut [0; 9]).unwrap_err();
    assert_eq!(queda.kind(), ErrorKind::ConnectionReset);
    espiao.espera_aviso("conexão recusada").unwrap();
    eco(TcpListener::bind(("127.0.0.1", destino)).unwrap());
    conversa(porta, "agora sim");
    espiao.ctrl_c().unwrap();
    assert_eq!(espiao.sai().unwrap(), 0);
    assert!(espiao.erro().ends_with("\nAté logo!\n".as_bytes()));
}

/// Na frente do HTTPS: o arquivo chega, e do que passou não se lê uma palavra, nem dele nem do pedido.
#[test]
fn do_https_passa_tudo_e_nao_se_le_nada() {
    const CAMINHO: &str = "/pub/python/conta_linhas.py";
    let destino = porta_livre().unwrap();
    let pasta = tempfile::tempdir().unwrap();
    compila().unwrap();
    let mut servidor = Command::new(compilado("servidor_https").unwrap());
    servidor
        .arg(format!("127.0.0.1:{destino}"))
        .current_dir(pasta.path());
    let mut servidor = Terminal::abre("servidor_https", &mut servidor, false).unwrap();
    servidor.espera("turma.pem)\n").unwrap();
    let (mut espiao, porta) = espia(&[], destino);
    let cliente = Command::new(compilado("cliente_https").unwrap())
        .args(["--certificado", "turma.pem"])
        .args([&format!("127.0.0.1:{porta}{CAMINHO}"), "chegou"])
        .current_dir(pasta.path())
        .output()
        .unwrap();
    assert!(cliente.status.success(), "{cliente:?}");
    let chegou = fs::read_to_string(pasta.path().join("chegou")).unwrap();
    let certo = comum_alem::arquivos().find(|(_, este, _)| *este == CAMINHO);
    assert!(certo.unwrap().2 == chegou.as_bytes());
    // Tudo o que passou já está na fila da tela, e isto vem depois.
    conecta(porta).write_all(b"acabou").unwrap();
    espiao.espera("bytes: b'acabou'\n").unwrap();
    let tela = String::from_utf8(espiao.saida().to_vec()).unwrap();
    assert!(tela.contains("bytes: b'\\x16\\x03"), "{tela}");
    // A palavra "bytes" é do espião.
    let tela = tela.replace(" bytes: b", "");
    let de_cinco = |texto: &str| {
        let palavras = texto.split(|c: char| !c.is_ascii_alphanumeric());
        let palavras = palavras.filter(|palavra| palavra.len() >= 5);
        palavras.map(str::to_string).collect::<Vec<String>>()
    };
    let pedido = de_cinco("GET /pub/python/conta_linhas HTTP/1 Content-Length");
    for palavra in [pedido, de_cinco(&chegou)].concat() {
        assert!(!tela.contains(&palavra), "{palavra:?} em {tela}");
    }
}

#[test]
fn os_datagramas_passam_inteiros_e_cada_resposta_volta_a_quem_perguntou() {
    let servidor = UdpSocket::bind("127.0.0.1:0").unwrap();
    servidor.set_read_timeout(PRAZO).unwrap();
    let destino = servidor.local_addr().unwrap().port();
    let (mut espiao, porta) = espia(&["--udp"], destino);
    let clientes: Vec<UdpSocket> = (0..3)
        .map(|_| {
            let cliente = UdpSocket::bind("127.0.0.1:0").unwrap();
            cliente.set_read_timeout(PRAZO).unwrap();
            cliente.connect(("127.0.0.1", porta)).unwrap();
            cliente
        })
        .collect();
    let mut buffer = vec![0; 65535];
    // O vazio também é uma mensagem, e 65507 é o maior.
    for tamanho in [
        5,
        0,
        9216,
        if cfg!(target_os = "macos") {
            9216
        } else {
            65507
        },
    ] {
        let mut origens = Vec::new();
        for (n, cliente) in clientes.iter().enumerate() {
            let mut dito = bytes(tamanho);
            if let Some(primeiro) = dito.first_mut() {
                *primeiro = n as u8;
            }
            cliente.send(&dito).unwrap();
            let (lidos, origem) = servidor.recv_from(&mut buffer).unwrap();
            assert!(buffer[..lidos] == dito);
            origens.push(origem);
            espiao.espera(&format!("  {tamanho} bytes: b")).unwrap();
        }
        // Respostas fora de ordem, e duas para cada um.
        for n in [2, 0, 1] {
            for resposta in [vec![n as u8; tamanho], Vec::new()] {
                servidor.send_to(&resposta, origens[n]).unwrap();
                let lidos = clientes[n].recv(&mut buffer).unwrap();
                assert!(buffer[..lidos] == resposta);
            }
        }
    }
}

#[test]
fn dois_mil_clientes_de_udp() {
    let servidor = UdpSocket::bind("127.0.0.1:0").unwrap();
    let destino = servidor.local_addr().unwrap().port();
    thread::spawn(move || {
        let mut buffer = vec![0; 65535];
        while let Ok((lidos, origem)) = servidor.recv_from(&mut buffer) {
            let _ = servidor.send_to(&buffer[..lidos], origem);
        }
    });
    let (mut espiao, porta) = espia(&["--udp"], destino);
    for n in 0..2000_u32 {
        let cliente = UdpSocket::bind("127.0.0.1:0").unwrap();
        cliente.set_read_timeout(PRAZO).unwrap();
        cliente.connect(("127.0.0.1", porta)).unwrap();
        cliente.send(&n.to_be_bytes()).unwrap();
        let mut eco = [0; 9];
        assert_eq!(cliente.recv(&mut eco).unwrap(), 4, "{n}");
        assert_eq!(eco[..4], n.to_be_bytes());
    }
    espiao.encerra().unwrap();
    assert_eq!(String::from_utf8_lossy(espiao.erro()), "");
}

#[test]
fn o_ftp_passa_no_modo_passivo_e_no_ativo_e_a_senha_aparece() {
    let porta_do_ftp = porta_livre().unwrap();
    compila().unwrap();
    let mut comando = Ator::Rust.comando("servidor_ftp", porta_do_ftp).unwrap();
    let mut servidor = Terminal::abre("servidor_ftp", &mut comando, false).unwrap();
    servidor.espera("acesso anônimo.\n").unwrap();
    let (mut espiao, porta) = espia(&[], porta_do_ftp);
    let figura = "../crates/comum_alem/arquivos/pub/linux/logos/pictures/linux-father-of-linux.jpg";
    let figura = fs::read(figura).unwrap();
    for modo in ["", "--ativo"] {
        let pasta = tempfile::tempdir().unwrap();
        let mut comando = Ator::Rust.comando("ftp_binario", porta).unwrap();
        comando
            .args(Some(modo).filter(|modo| !modo.is_empty()))
            .current_dir(pasta.path());
        let mut cliente = Terminal::abre("ftp_binario", &mut comando, false).unwrap();
        assert_eq!(cliente.sai().unwrap(), 0, "{modo:?}");
        assert!(fs::read(pasta.path().join("pai_do_linux.jpg")).unwrap() == figura);
        espiao.espera(r"b'USER anonymous\r\n'").unwrap();
        espiao.espera(r"b'PASS anonymous@\r\n'").unwrap();
    }
}

#[test]
fn os_enganos_na_linha_de_comando_sao_explicados() {
    compila().unwrap();
    for (argumentos, motivo) in [
        (&["43211"][..], "precisa de dois endereços"),
        (&["43210", "127.0.0.1"], "são o mesmo"),
        (&[], "precisa de dois endereços"),
        (&["43211", "43210", "43212"], "precisa de dois endereços"),
        (&["43211", "70000"], "acima de 65535"),
        (&["--tcp", "43211", "43210"], "a opção \"--tcp\" não existe"),
        (&["0", "43210"], "pede a porta 0"),
    ] {
        let saida = Command::new(compilado("espiao").unwrap())
            .args(argumentos)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let erro = String::from_utf8(saida.stderr).unwrap();
        assert_eq!(saida.status.code(), Some(1), "{argumentos:?}: {erro}");
        assert!(
            erro.starts_with("Erro: ") && erro.contains(motivo),
            "{argumentos:?}: {erro}"
        );
        assert_eq!(erro.lines().count(), 1, "{erro}");
    }
}

#[test]
fn sem_leitor_na_saida_o_espiao_termina_quieto() {
    let (mut comando, _) = comando(&[], 9);
    let mut espiao = Terminal::abre("espiao", &mut comando, true).unwrap();
    assert_eq!(espiao.sai().unwrap(), 0);
    assert_eq!(espiao.erro(), b"");
}

/// O disco enche no meio: a tela estava num arquivo.
#[cfg(target_os = "linux")]
#[test]
fn sem_espaco_para_a_tela_o_espiao_diz_e_termina() {
    let (mut comando, _) = comando(&[], 9);
    let cheio = fs::File::options().write(true).open("/dev/full").unwrap();
    let saida = comando.stdin(Stdio::null()).stdout(cheio).output().unwrap();
    let erro = String::from_utf8(saida.stderr).unwrap();
    assert_eq!(saida.status.code(), Some(1));
    assert!(
        erro.contains("Erro: não foi possível escrever na tela: o disco está cheio"),
        "{erro}"
    );
}

/// Quanto demora 1 GiB pelo espião, ao lado de uma conexão direta, na mesma rodada:
/// `cargo test --release -p testes --test espiao -- --ignored --nocapture`.
#[test]
#[ignore = "é uma medida, e não uma conferência"]
fn quanto_custa_ser_espiado() {
    const TOTAL: usize = 1 << 30;
    let (escuta, destino) = escuta();
    thread::spawn(move || {
        for mut con in escuta.incoming().flatten() {
            let recebidos = io::copy(&mut con, &mut io::sink()).unwrap();
            con.write_all(&recebidos.to_be_bytes()).unwrap();
        }
    });
    let (_espiao, porta) = espia(&[], destino);
    let cronometra = |porta| {
        let comeco = Instant::now();
        let mut con = conecta(porta);
        let bloco = bytes(1 << 18);
        for _ in 0..TOTAL / bloco.len() {
            con.write_all(&bloco).unwrap();
        }
        con.shutdown(Shutdown::Write).unwrap();
        assert_eq!(le(&con, 8), (TOTAL as u64).to_be_bytes());
        comeco.elapsed().as_secs_f64()
    };
    for _ in 0..5 {
        let (direto, espiado) = (cronometra(destino), cronometra(porta));
        let vezes = espiado / direto;
        let linha = format!("direto {direto:.2} s, espiado {espiado:.2} s: {vezes:.1} vezes\n");
        io::stderr().write_all(linha.as_bytes()).unwrap();
    }
}
