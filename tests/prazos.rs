//! Quem se cala: os prazos de cada programa, esperados de verdade e todos ao mesmo tempo, para que juntos levem o que o mais
//! comprido leva.

#[allow(dead_code, reason = "o resto é dos outros testes do FTP")]
#[path = "ftp/servidor.rs"]
mod servidor;
#[allow(dead_code, reason = "o resto é dos outros testes do HTTPS")]
#[path = "https/turma.rs"]
mod turma;

use std::fs;
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use palco::{Ator, Terminal, compila, porta_livre};
use servidor::{Roteiro, erro_limpo, nada_mudou, pasta, servidor};
use turma::{PRAZO, bom, cala, cliente, de_mentira, turma};

/// Na saudação, num comando e no meio dos dados: meio minuto.
#[test]
fn um_servidor_que_se_cala_nao_prende_o_aluno() {
    let casos: [Roteiro; 3] = [
        |s, c| c.is_empty() && (s.espera_o_cliente_ir_embora(), true).1,
        |s, c| c.starts_with("CWD") && (s.espera_o_cliente_ir_embora(), true).1,
        |s, c| {
            c.starts_with("RETR") && {
                let mut dados = s.dados();
                dados.write_all(b"metade").unwrap();
                s.espera_o_cliente_ir_embora();
                true
            }
        },
    ];
    thread::scope(|escopo| {
        for roteiro in casos {
            escopo.spawn(move || {
                let pasta = pasta();
                let erro = erro_limpo(servidor(roteiro).abre("ftp_binario", pasta.path()));
                assert!(erro.contains("30 s"), "{erro}");
                nada_mudou(pasta.path());
            });
        }
    });
}

/// No modo ativo é o servidor que conecta: se ele não o faz, é isso que se diz.
#[test]
fn no_modo_ativo_sem_conexao_nenhuma_o_conselho_e_o_passivo() {
    let pasta = pasta();
    let servidor = servidor(|s, c| {
        c.starts_with("RETR") && {
            s.responde("150 vai");
            s.espera_o_cliente_ir_embora();
            true
        }
    });
    let erro = erro_limpo(servidor.abre_com("ftp_ascii", &["--ativo"], pasta.path()));
    assert!(erro.contains("não abriu a conexão de dados"), "{erro}");
    assert!(erro.contains("sem o --ativo"), "{erro}");
    nada_mudou(pasta.path());
}

/// Quem combina a conexão de dados e não a abre: em meio minuto o servidor da turma desiste dela, e só dela.
#[test]
fn a_conexao_de_dados_que_ninguem_abre_acaba_por_ser_recusada() {
    let porta = porta_livre().unwrap();
    compila().unwrap();
    let mut comando = Ator::Rust.comando("servidor_ftp", porta).unwrap();
    let mut servidor = Terminal::abre("servidor_ftp", &mut comando, false).unwrap();
    servidor.espera("acesso anônimo.\n").unwrap();
    let con = TcpStream::connect(("127.0.0.1", porta)).unwrap();
    con.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let mut con = BufReader::new(con);
    let mut pede = |comando: &str, codigo: &str| {
        con.get_mut().write_all(comando.as_bytes()).unwrap();
        let mut linha = String::new();
        con.read_line(&mut linha).unwrap();
        assert!(linha.starts_with(codigo), "{comando:?}: {linha}");
        linha
    };
    pede("", "220 ");
    pede("USER anonymous\r\n", "331 ");
    pede("PASS x\r\n", "230 ");
    pede("PASV\r\n", "227 ");
    pede("LIST\r\n", "425 ");
    let combinada = pede("EPSV\r\n", "229 ");
    let dos_dados: u16 = combinada.split('|').nth(3).unwrap().parse().unwrap();
    let mut dados = TcpStream::connect(("127.0.0.1", dos_dados)).unwrap();
    pede("RETR README\r\n", "150 ");
    assert!(io::copy(&mut dados, &mut io::sink()).unwrap() > 1000);
}

#[test]
fn quem_espera_muito_avisa_e_nao_perde_a_resposta_tardia() {
    let escuta = TcpListener::bind("127.0.0.1:0").unwrap();
    let porta = escuta.local_addr().unwrap().port();
    compila().unwrap();
    let mut comando = Ator::Rust.comando("cliente_chat", porta).unwrap();
    let mut cliente = Terminal::abre("cliente_chat", &mut comando, false).unwrap();
    let (mut con, _) = escuta.accept().unwrap();
    cliente.espera("Sua mensagem: ").unwrap();
    cliente.digita("fim").unwrap();
    cliente
        .espera_aviso("continuo esperando o servidor (Ctrl-C sai)\n")
        .unwrap();
    con.write_all("até que enfim".as_bytes()).unwrap();
    assert_eq!(cliente.sai().unwrap(), 0);
    assert_eq!(
        cliente.saida(),
        "Sua mensagem: Resposta do Servidor:  até que enfim\n".as_bytes()
    );
}

/// Calado antes do TLS, depois dele, e no meio do arquivo: meio minuto.
#[test]
fn um_servidor_https_que_se_cala_nao_prende_o_aluno() {
    let antes_do_tls = || {
        let escuta = TcpListener::bind("127.0.0.1:0").unwrap();
        let endereco = escuta.local_addr().unwrap().to_string();
        thread::spawn(move || {
            let (mut con, _) = escuta.accept().unwrap();
            con.read_to_end(&mut Vec::new())
        });
        let pasta = tempfile::tempdir().unwrap();
        fs::write(pasta.path().join("falso.pem"), bom().2).unwrap();
        (endereco, pasta)
    };
    let metade = b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nmetade";
    let casos = [
        antes_do_tls(),
        de_mentira(bom(), b"", cala),
        de_mentira(bom(), metade, cala),
    ];
    thread::scope(|escopo| {
        for (endereco, pasta) in casos {
            escopo.spawn(move || {
                let pasta = pasta.path();
                fs::write(pasta.join("x"), "o que havia").unwrap();
                let saida = cliente(&["--certificado", "falso.pem", &endereco, "x"], pasta);
                // Antes, em oito segundos, vem o aviso.
                let telas = String::from_utf8(saida.stderr).unwrap();
                let erro = telas.lines().last().unwrap();
                assert!(
                    erro.starts_with("Erro: ") && erro.contains("não respondeu a tempo"),
                    "{telas}"
                );
                assert_eq!(saida.status.code(), Some(1));
                assert_eq!(fs::read_to_string(pasta.join("x")).unwrap(), "o que havia");
                assert_eq!(fs::read_dir(pasta).unwrap().count(), 2, "sobrou um pedaço");
            });
        }
    });
}

/// Duas mil pessoas caladas ao mesmo tempo, cada uma no seu ponto da conversa: os outros são atendidos, e as caladas são
/// mandadas embora, todas.
#[test]
fn duas_mil_conexoes_caladas_nao_param_o_servidor_https() {
    // O começo de uma saudação do TLS, que promete mais 512 bytes.
    const SAUDACAO: &[u8] = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03";
    if !deixa_abrir_muitas() {
        let pulado = "pulado: este sistema não deixa abrir cinco mil arquivos (ulimit -Hn)";
        let _ = writeln!(io::stderr(), "{pulado}");
        return;
    }
    let turma = turma();
    let em_tls: Vec<_> = (0..100)
        .map(|_| {
            let mut con = turma.conecta();
            con.write_all(b"GET /README HT").unwrap();
            con.sock
        })
        .collect();
    let sem_tls = (100..2000).map(|n| {
        let mut con = TcpStream::connect(("127.0.0.1", turma.porta)).unwrap();
        con.set_read_timeout(PRAZO).unwrap();
        con.write_all(&SAUDACAO[..n % 2 * SAUDACAO.len()]).unwrap();
        con
    });
    let caladas: Vec<_> = em_tls.into_iter().chain(sem_tls).collect();
    turma.atende_vinte();
    for mut con in caladas {
        let fim = io::copy(&mut con, &mut io::sink());
        let esperou_demais = |erro: &io::Error| erro.kind() == ErrorKind::WouldBlock;
        assert!(!fim.as_ref().is_err_and(esperou_demais), "{fim:?}");
    }
}

/// Quem manda o aperto de mão aos pingos, sempre antes do prazo de uma leitura, também é mandado embora.
#[test]
fn um_aperto_de_mao_aos_pingos_nao_prende_o_servidor_https() {
    let turma = turma();
    let mut con = TcpStream::connect(("127.0.0.1", turma.porta)).unwrap();
    con.set_read_timeout(Some(Duration::from_secs(1))).unwrap();
    // O começo de uma saudação do TLS, que promete mais 512 bytes; depois um por segundo, até ouvir o fim.
    con.write_all(b"\x16\x03\x01\x02\x00").unwrap();
    let pingos = (0..60).take_while(|_| {
        let fim = con.read(&mut [0; 9]).map_err(|erro| erro.kind());
        matches!(fim, Err(ErrorKind::WouldBlock | ErrorKind::TimedOut))
            && con.write_all(b"\x01").is_ok()
    });
    assert!(pingos.count() < 60);
    turma.atende_vinte();
}

/// Os dois lados de duas mil conexões: onde o sistema deixa, mais arquivos abertos do que o de costume.
fn deixa_abrir_muitas() -> bool {
    #[cfg(unix)]
    {
        use nix::sys::resource::{Resource, getrlimit, setrlimit};
        let (costume, maximo) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
        let bastam = maximo.min(5000).max(costume);
        setrlimit(Resource::RLIMIT_NOFILE, bastam, maximo).unwrap();
        bastam >= 5000
    }
    #[cfg(not(unix))]
    true
}
