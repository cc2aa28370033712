//! O que passa pela rede, byte a byte, e o que um programa faz quando o outro lado se comporta mal.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv6Addr, Shutdown, TcpListener, TcpStream, UdpSocket};
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::Duration;

use palco::{Ator, Terminal, compila, compilado, porta_livre};
use socket2::SockRef;

fn abre(licao: &str, porta: u16) -> Terminal {
    compila().unwrap();
    Terminal::abre(licao, &mut Ator::Rust.comando(licao, porta).unwrap(), false).unwrap()
}

/// Um servidor TCP já à espera, e a porta dele.
fn servidor(licao: &str) -> (Terminal, u16) {
    let porta = porta_livre().unwrap();
    let mut servidor = abre(licao, porta);
    servidor.espera("Aguardando cliente...\n").unwrap();
    (servidor, porta)
}

/// Só conta quando algo travou: um teste que espera para sempre não diz o que houve.
const PRAZO: Option<Duration> = Some(Duration::from_secs(30));

fn conecta(porta: u16) -> TcpStream {
    let con = TcpStream::connect(("127.0.0.1", porta)).unwrap();
    con.set_read_timeout(PRAZO).unwrap();
    con
}

/// Um par à espera de um cliente, e o cliente.
fn cliente(licao: &str) -> (TcpListener, Terminal) {
    let escuta = TcpListener::bind("127.0.0.1:0").unwrap();
    let cliente = abre(licao, escuta.local_addr().unwrap().port());
    (escuta, cliente)
}

fn aceita(escuta: &TcpListener) -> TcpStream {
    let (con, _) = escuta.accept().unwrap();
    con.set_read_timeout(PRAZO).unwrap();
    con
}

fn socket_udp() -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(PRAZO).unwrap();
    socket
}

fn le(con: &mut TcpStream, quantos: usize) -> Vec<u8> {
    let mut lidos = vec![0; quantos];
    con.read_exact(&mut lidos).unwrap();
    lidos
}

/// Fecha com RST, como uma máquina que cai: sem despedida.
fn derruba(con: TcpStream) {
    SockRef::from(&con)
        .set_linger(Some(Duration::ZERO))
        .unwrap();
}

fn le_tudo(con: &mut TcpStream) -> Vec<u8> {
    let mut tudo = Vec::new();
    // Um RST depois da resposta é o fim, como para um recv do Python.
    let _ = con.read_to_end(&mut tudo);
    tudo
}

/// O servidor ainda atende um cliente comum, do começo ao fim.
fn atende(servidor: &mut Terminal, porta: u16) {
    let mut con = conecta(porta);
    let cliente = con.local_addr().unwrap().port();
    con.write_all(b"ainda aqui?").unwrap();
    servidor
        .espera(&format!(
            "Conectado com:  ('127.0.0.1', {cliente})\nRecebemos:  b'ainda aqui?'\n"
        ))
        .unwrap();
    assert_eq!(le_tudo(&mut con), b"Olah cliente");
}

/// Tira de cena um servidor, que não termina sozinho, e devolve tudo o que ele disse no stderr.
fn encerra(mut servidor: Terminal) -> String {
    servidor.encerra().unwrap();
    String::from_utf8(servidor.erro().to_vec()).unwrap()
}

fn so_avisos(servidor: Terminal) -> String {
    let erro = encerra(servidor);
    for linha in erro.lines() {
        assert!(linha.starts_with("Aviso: "), "{erro}");
    }
    erro
}

fn roda(licao: &str, argumentos: &[&str]) -> Output {
    compila().unwrap();
    let mut comando = Command::new(compilado(licao).unwrap());
    comando
        .args(argumentos)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let filho = comando.spawn().unwrap();
    filho.wait_with_output().unwrap()
}

fn erro_limpo(saida: &Output) -> String {
    let erro = String::from_utf8(saida.stderr.clone()).unwrap();
    assert_eq!(saida.status.code(), Some(1), "{erro}");
    assert_eq!(erro.lines().count(), 1, "{erro}");
    assert!(erro.starts_with("Erro: "), "{erro}");
    erro
}

#[test]
fn o_servidor_mostra_a_porta_de_verdade_e_os_primeiros_1024_bytes() {
    let (mut servidor, porta) = servidor("servidor");
    let mut con = conecta(porta);
    let cliente = con.local_addr().unwrap().port();
    con.write_all(&[b'a'; 3000]).unwrap();
    let mil = "a".repeat(1024);
    servidor
        .espera(&format!(
            "Conectado com:  ('127.0.0.1', {cliente})\nRecebemos:  b'{mil}'\n"
        ))
        .unwrap();
    assert_eq!(le_tudo(&mut con), b"Olah cliente");
    atende(&mut servidor, porta);
}

#[test]
fn o_servidor_sobrevive_a_clientes_que_caem() {
    let (mut servidor, porta) = servidor("servidor");
    for _ in 0..20 {
        drop(conecta(porta));
        derruba(conecta(porta));
        let mut con = conecta(porta);
        con.write_all(b"abc").unwrap();
        derruba(con);
    }
    atende(&mut servidor, porta);
    so_avisos(servidor);
}

#[test]
fn o_servidor_responde_a_quem_ja_parou_de_escrever() {
    let (mut servidor, porta) = servidor("servidor");
    let mut con = conecta(porta);
    con.write_all(b"abc").unwrap();
    con.shutdown(Shutdown::Write).unwrap();
    assert_eq!(le_tudo(&mut con), b"Olah cliente");
    atende(&mut servidor, porta);
}

#[test]
fn o_servidor_nao_engasga_com_dez_megas() {
    let (mut servidor, porta) = servidor("servidor");
    let mut con = conecta(porta);
    // O servidor lê 1024 bytes e fecha: a escrita pode falhar no meio.
    let _ = con.write_all(&vec![b'x'; 10 << 20]);
    drop(con);
    servidor.espera("Recebemos:  b'xxx").unwrap();
    atende(&mut servidor, porta);
}

#[test]
fn um_cliente_que_manda_um_byte_de_cada_vez_e_atendido_no_primeiro() {
    let (mut servidor, porta) = servidor("servidor");
    let mut con = conecta(porta);
    con.set_nodelay(true).unwrap();
    con.write_all(b"a").unwrap();
    // Um read traz o que já chegou, e não "a mensagem".
    servidor.espera("Recebemos:  b'a'\n").unwrap();
    assert_eq!(le_tudo(&mut con), b"Olah cliente");
    atende(&mut servidor, porta);
}

#[test]
fn dois_mil_clientes_um_depois_do_outro() {
    let (mut servidor, porta) = servidor("servidor");
    for _ in 0..2000 {
        let mut con = conecta(porta);
        con.write_all(b"oi").unwrap();
        assert_eq!(le_tudo(&mut con), b"Olah cliente");
    }
    atende(&mut servidor, porta);
    assert_eq!(encerra(servidor), "");
}

#[test]
fn duzentos_clientes_de_uma_vez() {
    let (mut servidor, porta) = servidor("servidor");
    thread::scope(|escopo| {
        for _ in 0..200 {
            escopo.spawn(|| {
                let mut con = conecta(porta);
                con.write_all(b"oi").unwrap();
                assert_eq!(le_tudo(&mut con), b"Olah cliente");
            });
        }
    });
    atende(&mut servidor, porta);
}

#[test]
fn sem_leitor_na_saida_o_servidor_termina_quieto() {
    compila().unwrap();
    let porta = porta_livre().unwrap();
    let mut comando = Ator::Rust.comando("servidor", porta).unwrap();
    let mut servidor = Terminal::abre("servidor", &mut comando, true).unwrap();
    assert_eq!(servidor.sai().unwrap(), 0);
    assert_eq!(servidor.erro(), b"");
}

#[cfg(unix)]
#[test]
fn sem_descritores_o_servidor_avisa_e_continua() {
    compila().unwrap();
    let porta = porta_livre().unwrap();
    let mut comando = Command::new("sh");
    // Além da entrada e das saídas só cabe o socket que escuta: não sobra descritor para o accept. (O 3 pode
    // ter sido herdado de quem roda os testes.)
    comando
        .args(["-c", "exec 3>&-; ulimit -n 4; exec \"$0\" \"$1\""])
        .arg(compilado("servidor").unwrap());
    comando.arg(format!("127.0.0.1:{porta}"));
    let mut servidor = Terminal::abre("servidor", &mut comando, false).unwrap();
    servidor.espera("Aguardando cliente...\n").unwrap();
    let _con = conecta(porta);
    servidor.espera_aviso("conexões demais").unwrap();
    servidor.espera_aviso("conexões demais").unwrap();
    servidor.ctrl_c().unwrap();
    assert_eq!(servidor.sai().unwrap(), 0);
}

/// Quem fecha primeiro deixa a porta em TIME-WAIT. O socket do Python não liga o SO_REUSEADDR, e com isso ela fica presa
/// para o programa do outro lado, seja qual for o que veio antes: não há outro programa a fechar, e o conselho é esperar.
#[cfg(target_os = "linux")]
#[test]
fn depois_do_servidor_da_outra_linguagem_a_porta_pede_um_minuto() {
    let Some(python) = palco::python() else {
        let _ = writeln!(io::stderr(), "pulado: o Python 3 não está instalado");
        return;
    };
    // O que a listagem 7.3 faz com um cliente, e mais nada.
    let servidor_py = "import socket, sys\n\
        s = socket.socket()\n\
        s.bind(('127.0.0.1', int(sys.argv[1])))\n\
        s.listen(2)\n\
        print('Aguardando cliente...', flush=True)\n\
        con, cliente = s.accept()\n\
        con.close()\n";
    let do_python = |porta: u16| {
        let mut comando = Command::new(&python.executavel);
        comando.args(["-c", servidor_py, &porta.to_string()]);
        Terminal::abre("Servidor.py", &mut comando, false).unwrap()
    };
    compila().unwrap();

    // Depois do Python, o daqui.
    let porta = porta_livre().unwrap();
    let mut original = do_python(porta);
    original.espera("Aguardando cliente...\n").unwrap();
    assert_eq!(le_tudo(&mut conecta(porta)), b"");
    assert_eq!(original.sai().unwrap(), 0);
    let mut daqui = abre("servidor", porta);
    assert_eq!(daqui.sai().unwrap(), 1);
    let erro = String::from_utf8_lossy(daqui.erro()).into_owned();
    assert!(erro.contains("a porta já está em uso (erro 98)"), "{erro}");
    assert!(erro.contains("se já fechou, espere um minuto"), "{erro}");

    // Depois do daqui, o Python: só o livro pode dizer o que fazer. Outro daqui abre na hora.
    let (mut daqui, porta) = servidor("servidor");
    atende(&mut daqui, porta);
    daqui.encerra().unwrap();
    let mut original = do_python(porta);
    assert_eq!(original.sai().unwrap(), 1);
    let traceback = String::from_utf8_lossy(original.erro()).into_owned();
    let ultima = traceback.lines().last().unwrap_or_default();
    let livro = include_str!("../docs/src/erros_comuns.md");
    let (_, secao) = livro.split_once("{#em-uso}").unwrap();
    let secao = secao.split("\n### ").next().unwrap();
    assert!(secao.contains(&format!("`{ultima}`")), "{traceback}");
    assert!(secao.contains("Se não há outro, espere um minuto"));
    let mut outro = abre("servidor", porta);
    outro.espera("Aguardando cliente...\n").unwrap();
}

#[test]
fn o_servidor_do_chat_segue_quando_o_cliente_cai_na_hora_da_resposta() {
    let (mut servidor, porta) = servidor("servidor_chat");
    let mut con = conecta(porta);
    con.write_all(b"oi").unwrap();
    servidor.espera("Sua resposta: ").unwrap();
    derruba(con);
    servidor.digita("tarde demais").unwrap();
    let mut con = conecta(porta);
    con.write_all("cheguei: ação".as_bytes()).unwrap();
    servidor
        .espera("Recebemos:  cheguei: ação\nSua resposta: ")
        .unwrap();
    servidor.digita("olá").unwrap();
    assert_eq!(le_tudo(&mut con), "olá".as_bytes());
    so_avisos(servidor);
}

#[test]
fn uma_mensagem_do_chat_nao_forja_uma_linha() {
    let (mut servidor, porta) = servidor("servidor_chat");
    let mut con = conecta(porta);
    con.write_all(b"oi\nSua resposta: \x1b[2Jsim\x9b").unwrap();
    servidor
        .espera(r"Recebemos:  oi\nSua resposta: \x1b[2Jsim\x9b")
        .unwrap();
    servidor.espera("\nSua resposta: ").unwrap();
}

#[test]
fn o_cliente_pergunta_antes_de_conectar() {
    let (escuta, mut cliente) = cliente("cliente");
    cliente.espera("Digite algo: ").unwrap();
    escuta.set_nonblocking(true).unwrap();
    assert_eq!(escuta.accept().unwrap_err().kind(), ErrorKind::WouldBlock);
    escuta.set_nonblocking(false).unwrap();
    cliente.digita("olá, \"você\" \u{1}").unwrap();
    let mut con = aceita(&escuta);
    let mensagem = "olá, \"você\" \u{1}".as_bytes();
    assert_eq!(le(&mut con, mensagem.len()), mensagem);
    con.write_all(b"Olah cliente").unwrap();
    // A resposta aparece na hora, com a conexão ainda aberta.
    cliente.espera("Recebemos:  b'Olah cliente'\n").unwrap();
    assert_eq!(cliente.sai().unwrap(), 0);
}

#[test]
fn o_cliente_mostra_so_o_que_um_read_traz() {
    let (escuta, mut cliente) = cliente("cliente");
    cliente.digita("x").unwrap();
    let mut con = aceita(&escuta);
    con.write_all(&[b'a'; 3000]).unwrap();
    assert_eq!(cliente.sai().unwrap(), 0);
    assert_eq!(
        cliente.saida(),
        format!("Digite algo: Recebemos:  b'{}'\n", "a".repeat(1024)).as_bytes()
    );
}

#[test]
fn um_nul_digitado_chega_e_uma_resposta_de_um_megabyte_nao_enche_a_memoria() {
    let (escuta, mut cliente) = cliente("cliente");
    cliente.digita("a\0b").unwrap();
    let mut con = aceita(&escuta);
    assert_eq!(le(&mut con, 3), b"a\0b");
    // O cliente lê 1024 bytes e fecha: a escrita pode falhar no meio.
    let _ = con.write_all(&vec![b'x'; 1 << 20]);
    assert_eq!(cliente.sai().unwrap(), 0);
    assert_eq!(
        cliente.saida().len(),
        "Digite algo: Recebemos:  b''\n".len() + 1024
    );
}

#[test]
fn o_cliente_explica_quando_o_servidor_cai() {
    let (escuta, mut cliente) = cliente("cliente");
    cliente.digita("x").unwrap();
    let mut con = aceita(&escuta);
    le(&mut con, 1);
    derruba(con);
    assert_eq!(cliente.sai().unwrap(), 1);
    let erro = String::from_utf8(cliente.erro().to_vec()).unwrap();
    assert!(
        erro.starts_with("Erro: a conversa foi interrompida: o outro lado derrubou a conexão"),
        "{erro}"
    );
    assert_eq!(erro.lines().count(), 1);
}

#[test]
fn o_cliente_do_chat_conecta_antes_de_perguntar_uma_vez_por_mensagem() {
    let (escuta, mut cliente) = cliente("cliente_chat");
    // O accept vem antes de qualquer tecla.
    let mut con = aceita(&escuta);
    cliente.espera("Sua mensagem: ").unwrap();
    let mensagem = "a".repeat(1 << 20);
    cliente.digita(&mensagem).unwrap();
    assert!(
        le(&mut con, mensagem.len()) == mensagem.as_bytes(),
        "um megabyte inteiro"
    );
    con.write_all(b"ok").unwrap();
    // A primeira conexão se fecha, e nada mais foi mandado por ela.
    assert_eq!(le_tudo(&mut con), b"");
    let mut con = aceita(&escuta);
    cliente.espera("Sua mensagem: ").unwrap();
    cliente.digita("fIm").unwrap();
    con.write_all(b"tchau").unwrap();
    assert_eq!(cliente.sai().unwrap(), 0);
    assert_eq!(le_tudo(&mut con), b"fIm");
}

#[test]
fn o_fim_do_chat_compara_bytes_e_nao_letras_parecidas() {
    let (escuta, mut cliente) = cliente("cliente_chat");
    for mensagem in ["ﬁm", "fım", "fim.", "sim"] {
        let mut con = aceita(&escuta);
        cliente.espera("Sua mensagem: ").unwrap();
        cliente.digita(mensagem).unwrap();
        con.write_all(b"ok").unwrap();
        cliente.espera("Resposta do Servidor:  ok\n").unwrap();
    }
    escuta.accept().unwrap();
    cliente.espera("Sua mensagem: ").unwrap();
}

/// O maior datagrama que o sistema deixa mandar. No macOS é uma configuração: net.inet.udp.maxdgram.
const MAIOR_DATAGRAMA: usize = if cfg!(target_os = "macos") {
    9216
} else {
    65507
};

#[test]
fn o_servidor_udp_aceita_de_tudo_e_responde_a_quem_perguntou() {
    let porta = porta_livre().unwrap();
    let mut servidor = abre("servidor_udp", porta);
    servidor.espera("Servidor pronto....\n").unwrap();
    let cliente = socket_udp();
    let origem = cliente.local_addr().unwrap().port();
    cliente.connect(("127.0.0.1", porta)).unwrap();
    let mut recebido = vec![0; 65535];
    for (datagrama, mostrado) in [
        (vec![b'x'; MAIOR_DATAGRAMA], "x".repeat(MAIOR_DATAGRAMA)),
        (Vec::new(), String::new()),
        (vec![0xff, 0xfe, b'\n'], r"\xff\xfe\n".to_string()),
    ] {
        cliente.send(&datagrama).unwrap();
        servidor
            .espera(&format!("Origem.....:  ('127.0.0.1', {origem})\nDados recebidos.:  {mostrado}\nDigite a resposta: "))
            .unwrap();
        servidor.digita("é").unwrap();
        assert_eq!(cliente.recv(&mut recebido).unwrap(), 2);
        assert_eq!(&recebido[..2], "é".as_bytes());
    }
    assert_eq!(encerra(servidor), "");
}

#[test]
fn o_servidor_udp_sobrevive_a_um_cliente_que_se_foi_e_a_uma_resposta_grande_demais() {
    let porta = porta_livre().unwrap();
    let mut servidor = abre("servidor_udp", porta);
    servidor.espera("Servidor pronto....\n").unwrap();
    let apressado = socket_udp();
    apressado.send_to(b"tchau", ("127.0.0.1", porta)).unwrap();
    drop(apressado);
    servidor.espera("Digite a resposta: ").unwrap();
    servidor.digita("ninguém ouve").unwrap();
    let cliente = socket_udp();
    for resposta in ["a".repeat(65508), "cabe".to_string()] {
        cliente.send_to(b"oi", ("127.0.0.1", porta)).unwrap();
        servidor.espera("Digite a resposta: ").unwrap();
        servidor.digita(&resposta).unwrap();
    }
    let mut recebido = [0; 10];
    assert_eq!(cliente.recv(&mut recebido).unwrap(), 4);
    let avisos = so_avisos(servidor);
    assert!(avisos.contains("não cabe num datagrama"), "{avisos}");
    assert!(avisos.contains("mande menos"), "{avisos}");
}

#[test]
fn uma_enxurrada_de_datagramas_nao_derruba_o_servidor_udp() {
    let porta = porta_livre().unwrap();
    let mut servidor = abre("servidor_udp", porta);
    servidor.espera("Servidor pronto....\n").unwrap();
    let cliente = socket_udp();
    // Com ninguém lendo, o sistema guarda os primeiros e joga fora os outros: o UDP é assim.
    for _ in 0..5000 {
        cliente.send_to(b"enxurrada", ("127.0.0.1", porta)).unwrap();
    }
    for _ in 0..3 {
        servidor
            .espera("Dados recebidos.:  enxurrada\nDigite a resposta: ")
            .unwrap();
        servidor.digita("calma").unwrap();
        let mut recebido = [0; 10];
        assert_eq!(cliente.recv(&mut recebido).unwrap(), 5);
    }
    assert_eq!(encerra(servidor), "");
}

#[test]
fn o_cliente_udp_ignora_estranhos() {
    let socket = socket_udp();
    let mut cliente = abre("cliente_udp", socket.local_addr().unwrap().port());
    cliente.digita("oi").unwrap();
    let (lidos, cliente_em) = socket.recv_from(&mut [0; 10]).unwrap();
    assert_eq!(lidos, 2);
    let estranho = socket_udp();
    estranho.send_to(b"mentira", cliente_em).unwrap();
    socket.send_to(b"verdade", cliente_em).unwrap();
    cliente.espera("Digite <X> para sair: ").unwrap();
    assert_eq!(
        cliente.saida(),
        b"Sua mensagem: Resposta do Servidor:  verdade\nDigite <X> para sair: "
    );
}

#[test]
fn o_cliente_udp_recusa_o_que_nao_cabe_num_datagrama() {
    let socket = socket_udp();
    let mut cliente = abre("cliente_udp", socket.local_addr().unwrap().port());
    cliente.digita(&"a".repeat(1 << 20)).unwrap();
    assert_eq!(cliente.sai().unwrap(), 1);
    let erro = String::from_utf8(cliente.erro().to_vec()).unwrap();
    assert!(
        erro.starts_with("Erro: a mensagem não cabe num datagrama")
            && erro.trim_end().ends_with("; mande menos"),
        "{erro}"
    );
}

#[test]
fn uma_linha_que_nao_acaba_e_recusada() {
    let (escuta, mut cliente) = cliente("cliente");
    // O cliente vai embora no meio: a escrita pode falhar.
    let _ = cliente.digita(&"a".repeat(17 << 20));
    assert_eq!(cliente.sai().unwrap(), 1);
    assert_eq!(
        String::from_utf8_lossy(cliente.erro()),
        "Erro: a linha digitada passa de 16 MiB; digite menos\n"
    );
    escuta.set_nonblocking(true).unwrap();
    assert_eq!(escuta.accept().unwrap_err().kind(), ErrorKind::WouldBlock);
}

#[test]
fn esperar_por_nada_nao_espera() {
    let (_, mut cliente) = cliente("cliente");
    cliente.espera("").unwrap();
    cliente.espera_aviso("").unwrap();
    cliente.espera("Digite algo: ").unwrap();
    cliente.espera("").unwrap();
}

#[test]
fn os_pares_conversam_em_ipv6() {
    if TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_err() {
        let _ = writeln!(io::stderr(), "pulado: esta máquina não tem IPv6");
        return;
    }
    compila().unwrap();
    let endereco = format!("[::1]:{}", porta_livre().unwrap());
    let abre = |licao: &str| {
        Terminal::abre(
            licao,
            Command::new(compilado(licao).unwrap()).arg(&endereco),
            false,
        )
        .unwrap()
    };
    let mut servidor = abre("servidor");
    servidor.espera("Aguardando cliente...\n").unwrap();
    let mut cliente = abre("cliente");
    cliente.digita("oi").unwrap();
    assert_eq!(cliente.sai().unwrap(), 0);
    servidor.espera("Conectado com:  ('::1', ").unwrap();
    servidor.espera(", 0, 0)\n").unwrap();

    let mut servidor = abre("servidor_udp");
    servidor.espera("Servidor pronto....\n").unwrap();
    let mut cliente = abre("cliente_udp");
    cliente.digita("oi").unwrap();
    servidor.espera("Digite a resposta: ").unwrap();
    servidor.digita("olá").unwrap();
    cliente.espera("Resposta do Servidor:  olá\n").unwrap();
}

/// O endereço link-local deste computador, `fe80::…%eth0`, se ele tem um.
#[cfg(target_os = "linux")]
fn link_local() -> Option<String> {
    let tabela = std::fs::read_to_string("/proc/net/if_inet6").ok()?;
    let linha = tabela.lines().find(|linha| linha.starts_with("fe80"))?;
    let campos: Vec<&str> = linha.split_whitespace().collect();
    let ip = Ipv6Addr::from(u128::from_str_radix(campos[0], 16).ok()?);
    Some(format!("{ip}%{}", campos[5]))
}

#[cfg(target_os = "linux")]
#[test]
fn os_pares_conversam_por_um_endereco_de_uma_rede_so() {
    let Some(endereco) = link_local() else {
        let _ = writeln!(
            io::stderr(),
            "pulado: esta máquina não tem um endereço link-local"
        );
        return;
    };
    compila().unwrap();
    let porta = porta_livre().unwrap();
    let mut servidor = Terminal::abre(
        "servidor",
        Command::new(compilado("servidor").unwrap()).arg(format!("[{endereco}]:{porta}")),
        false,
    )
    .unwrap();
    servidor.espera("Aguardando cliente...\n").unwrap();
    let mut cliente = Terminal::abre(
        "cliente",
        Command::new(compilado("cliente").unwrap()).arg(format!("[{endereco}]:{porta}")),
        false,
    )
    .unwrap();
    cliente.digita("oi").unwrap();
    assert_eq!(cliente.sai().unwrap(), 0);
    servidor.espera("Recebemos:  b'oi'\n").unwrap();
}

#[test]
fn dois_servidores_no_mesmo_nome_nao_se_dividem_entre_ipv4_e_ipv6() {
    // Onde localhost é também o ::1, o segundo ficaria lá, à espera de quem não vem.
    compila().unwrap();
    for licao in ["servidor", "servidor_udp"] {
        let porta = porta_livre().unwrap();
        let endereco = format!("localhost:{porta}");
        let mut comando = Command::new(compilado(licao).unwrap());
        let mut primeiro = Terminal::abre(licao, comando.arg(&endereco), false).unwrap();
        primeiro.espera("...\n").unwrap();
        let erro = erro_limpo(&roda(licao, &[&endereco]));
        assert!(erro.contains("a porta já está em uso"), "{licao}: {erro}");
        primeiro.encerra().unwrap();
    }
}

/// Ninguém lê o stderr, onde não cabe mais um byte: a despedida não espera por ele.
#[cfg(target_os = "linux")]
#[test]
fn um_terminal_parado_nao_segura_o_ctrl_c() {
    use std::io::{BufRead, BufReader};

    use nix::fcntl::{FcntlArg, OFlag, fcntl};
    use nix::sys::signal::{Signal, kill};
    use nix::unistd::Pid;

    compila().unwrap();
    for (programa, pronto) in [
        ("servidor", "Aguardando cliente..."),
        ("servidor_ftp", "para o acesso anônimo."),
    ] {
        let (_ninguem_le, mut erros) = io::pipe().unwrap();
        fcntl(&erros, FcntlArg::F_SETFL(OFlag::O_NONBLOCK)).unwrap();
        while erros.write_all(b"x").is_ok() {}
        fcntl(&erros, FcntlArg::F_SETFL(OFlag::empty())).unwrap();
        let mut comando = Command::new(compilado(programa).unwrap());
        comando.arg(format!("127.0.0.1:{}", porta_livre().unwrap()));
        let mut servidor = comando
            .stdout(Stdio::piped())
            .stderr(erros)
            .spawn()
            .unwrap();
        let tela = BufReader::new(servidor.stdout.take().unwrap());
        let mut linhas = tela.lines().map(Result::unwrap);
        assert!(linhas.any(|linha| linha.ends_with(pronto)), "{programa}");
        kill(Pid::from_raw(servidor.id() as i32), Signal::SIGINT).unwrap();
        // A tela acaba quando o programa sai. O prazo só conta se ele travou.
        let (saiu, fim) = std::sync::mpsc::channel();
        thread::spawn(move || saiu.send(linhas.count()));
        let fim = fim.recv_timeout(PRAZO.unwrap());
        servidor.kill().unwrap();
        assert_eq!(
            servidor.wait().unwrap().code(),
            Some(0),
            "{programa} {fim:?}"
        );
    }
}

/// O que `cargo test` compila, de todos os pacotes juntos, pode ter mais features que um servidor compilado sozinho.
#[cfg(unix)]
#[test]
fn um_servidor_compilado_sozinho_se_despede_de_quem_o_termina() {
    use nix::sys::signal::{Signal, kill};
    use nix::unistd::Pid;

    let pasta = concat!(env!("CARGO_TARGET_TMPDIR"), "/sozinho");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "-p", "servidor", "--target-dir", pasta]);
    for (nome, _) in std::env::vars().filter(|(nome, _)| nome.starts_with("CARGO_PKG_")) {
        cargo.env_remove(nome);
    }
    assert!(cargo.status().unwrap().success());
    let mut comando = Command::new(format!("{pasta}/debug/servidor"));
    comando.arg(format!("127.0.0.1:{}", porta_livre().unwrap()));
    let mut servidor = Terminal::abre("servidor", &mut comando, false).unwrap();
    servidor.espera("Aguardando cliente...\n").unwrap();
    kill(
        Pid::from_raw(servidor.pid().try_into().unwrap()),
        Signal::SIGTERM,
    )
    .unwrap();
    servidor.espera_aviso("Até logo!\n").unwrap();
    assert_eq!(servidor.sai().unwrap(), 0);
}

/// Um datagrama para a rede inteira: o sistema recusa, e a linha diz por quê.
#[cfg(target_os = "linux")]
#[test]
fn o_cliente_udp_fala_com_uma_maquina_so() {
    let erro = erro_limpo(&roda("cliente_udp", &["127.255.255.255"]));
    assert!(erro.contains("use o de uma máquina só"), "{erro}");
    for todas in ["255.255.255.255", "224.0.0.1", "[ff02::1]"] {
        let erro = erro_limpo(&roda("cliente_udp", &[todas]));
        assert!(erro.contains("use o IP de uma só"), "{erro}");
    }
}

#[test]
fn uma_senha_colada_no_endereco_nao_volta_a_tela() {
    for (licao, argumentos, url) in [
        ("servidor", &["ftp://eu:segredo@host/x"][..], ""),
        ("cliente", &["eu:se/gredo@host"], ""),
        ("cliente_chat", &["127.0.0.1", "eu:segredo@host"], ""),
        ("cliente_udp", &["--eu:segredo@host"], ""),
        ("portas", &["eu:segredo@host"], ""),
        ("socket_ip", &[], "ftp://eu:segredo@"),
        ("socket_ip", &[], "ftp://eu:se/gre:do@a..b/x"),
        ("socket_ip", &[], "eu:segredo@nao-existe.invalid"),
        ("socket_ip", &[], "https://eu:segredo@[::1]:80/"),
    ] {
        compila().unwrap();
        let mut comando = Command::new(compilado(licao).unwrap());
        let mut terminal = Terminal::abre(licao, comando.args(argumentos), false).unwrap();
        if !url.is_empty() {
            terminal.digita(url).unwrap();
        }
        assert_eq!(terminal.sai().unwrap(), 1, "{licao} {argumentos:?} {url}");
        let erro = String::from_utf8_lossy(terminal.erro()).into_owned();
        assert!(erro.starts_with("Erro: "), "{erro}");
        assert!(!erro.contains("gredo") && !erro.contains("eu:"), "{erro}");
    }
}

#[test]
fn argumentos_errados_tem_uma_linha_clara() {
    for licao in [
        "servidor",
        "cliente",
        "servidor_chat",
        "cliente_chat",
        "servidor_udp",
        "cliente_udp",
        "servidor_sala",
        "cliente_sala",
        "servidor_bot",
    ] {
        for (argumentos, motivo) in [
            (&["127.0.0.1:abc"][..], "porta que não é número"),
            (&["--porta"], "a opção \"--porta\" não existe"),
            (&["127.0.0.1", "5000"], "o argumento \"5000\" está sobrando"),
        ] {
            let erro = erro_limpo(&roda(licao, argumentos));
            assert!(erro.contains(motivo), "{licao} {argumentos:?}: {erro}");
        }
    }
    for licao in ["socket_ip", "portas"] {
        assert!(erro_limpo(&roda(licao, &["x"])).contains("está sobrando"));
    }
}

#[test]
fn a_ajuda_e_em_portugues_e_sai_com_0() {
    for licao in [
        "socket_ip",
        "portas",
        "servidor",
        "cliente",
        "servidor_chat",
        "cliente_chat",
        "servidor_udp",
        "cliente_udp",
        "servidor_sala",
        "cliente_sala",
        "servidor_bot",
    ] {
        let saida = roda(licao, &["--help"]);
        let texto = String::from_utf8(saida.stdout).unwrap();
        assert_eq!(saida.status.code(), Some(0), "{licao}");
        assert!(
            texto.contains(&format!("Uso: cargo run -p {licao}")),
            "{texto}"
        );
    }
}
