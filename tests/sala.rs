//! A sala de bate-papo com gente demais, gente calada, gente que trava e gente de má-fé.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use palco::{Ator, Terminal, compila, porta_livre};
use socket2::{Domain, SockRef, Socket, Type};

/// Só conta quando algo travou.
const PRAZO: Option<Duration> = Some(Duration::from_secs(60));

fn abre(licao: &str, porta: u16) -> Terminal {
    compila().unwrap();
    Terminal::abre(licao, &mut Ator::Rust.comando(licao, porta).unwrap(), false).unwrap()
}

fn sala() -> (Terminal, u16) {
    let porta = porta_livre().unwrap();
    let mut servidor = abre("servidor_sala", porta);
    servidor.espera("Sala aberta...\n").unwrap();
    (servidor, porta)
}

/// Quem está na sala com um socket e mais nada: o `nc` de quem o tem, ou três linhas de Python.
struct Pessoa(BufReader<TcpStream>);

impl Pessoa {
    /// Manda o nome e espera ver que entrou.
    fn entra(porta: u16, nome: &str) -> Pessoa {
        let mut pessoa = Pessoa::conecta(porta);
        pessoa.diz(nome);
        pessoa.le_ate(&format!("* {nome} entrou na sala"));
        pessoa
    }

    fn conecta(porta: u16) -> Pessoa {
        let con = TcpStream::connect(("127.0.0.1", porta)).unwrap();
        con.set_read_timeout(PRAZO).unwrap();
        Pessoa(BufReader::new(con))
    }

    fn manda(&mut self, bytes: &[u8]) {
        self.0.get_mut().write_all(bytes).unwrap();
    }

    fn diz(&mut self, linha: &str) {
        self.manda(format!("{linha}\n").as_bytes());
    }

    /// A próxima linha; vazia, se o servidor fechou a conexão.
    fn le(&mut self) -> String {
        let mut linha = String::new();
        self.0.read_line(&mut linha).unwrap();
        linha.trim_end().to_string()
    }

    /// As linhas até esta, que tem de vir.
    fn le_ate(&mut self, esperada: &str) -> Vec<String> {
        let mut linhas = Vec::new();
        while linhas.last().is_none_or(|linha| linha != esperada) {
            let linha = self.le();
            assert_ne!(linha, "", "a sala fechou antes de {esperada:?}: {linhas:?}");
            linhas.push(linha);
        }
        linhas
    }

    /// Cai, como uma máquina sem luz.
    fn cai(self) {
        let nada = Some(Duration::ZERO);
        SockRef::from(self.0.get_ref()).set_linger(nada).unwrap();
    }
}

#[test]
fn o_que_um_diz_todos_veem_com_o_nome_e_na_mesma_ordem() {
    let (_servidor, porta) = sala();
    let mut ana = Pessoa::entra(porta, "Ana");
    let mut beto = Pessoa::entra(porta, "Beto");
    assert_eq!(ana.le(), "* Beto entrou na sala");
    // Várias linhas num envio só, uma em pedaços, uma do Windows e uma vazia: a quebra é que separa.
    ana.manda("um\ndois\n\ntrê".as_bytes());
    beto.manda(b"oi\r\n");
    ana.manda("s\n".as_bytes());
    let da_ana = ["Ana: um", "Ana: dois", "Ana:", "Ana: três", "Beto: oi"];
    let mut ordens = [&mut ana, &mut beto].map(|p| (0..5).map(|_| p.le()).collect::<Vec<_>>());
    assert_eq!(ordens[0], ordens[1]);
    ordens[0].sort_by_key(|linha| da_ana.iter().position(|certa| certa == linha));
    assert_eq!(ordens[0], da_ana);
    // A última linha vale mesmo sem a quebra, e quem sai ainda é anunciado.
    beto.manda(b"tchau");
    drop(beto);
    assert_eq!(
        ana.le_ate("* Beto saiu da sala"),
        ["Beto: tchau", "* Beto saiu da sala"]
    );
    // O nome ficou livre.
    Pessoa::entra(porta, "Beto");
}

#[test]
fn um_nome_vazio_ou_que_ja_esta_na_sala_e_recusado_e_ninguem_mais_fica_sabendo() {
    let (_servidor, porta) = sala();
    let mut ana = Pessoa::entra(porta, "Ana");
    for nome in ["Ana", "", " \t ", " Ana\r"] {
        let mut recusada = Pessoa::conecta(porta);
        recusada.diz(nome);
        let motivo = recusada.le();
        assert!(
            motivo.starts_with("* o nome é vazio, ou já está na sala"),
            "{motivo:?}"
        );
        assert_eq!(recusada.le(), "", "continua na sala");
    }
    ana.diz("só eu");
    assert_eq!(ana.le(), "Ana: só eu");
}

#[test]
fn cabem_duzentas_e_cinquenta_pessoas() {
    let (_servidor, porta) = sala();
    let mut todas: Vec<Pessoa> = (0..250)
        .map(|n| Pessoa::entra(porta, &format!("p{n}")))
        .collect();
    let mut demais = Pessoa::conecta(porta);
    demais.diz("p250");
    assert_eq!(demais.le(), "* a sala está cheia; tente mais tarde");
    // Uma sai, outra entra.
    drop(todas.remove(0));
    todas[0].le_ate("* p0 saiu da sala");
    Pessoa::entra(porta, "p250");
}

/// A metade de baixo fala ao mesmo tempo; a de cima entrou e nunca leu nada.
#[test]
fn quem_trava_perde_o_lugar_e_os_outros_nao_perdem_nada() {
    const VIVOS: usize = 20;
    const TRAVADOS: usize = 10;
    // Do que não foi lido, o sistema guarda uns 3 MB, e a fila do servidor, mais mil linhas: é preciso mais.
    const LINHAS: usize = 220;
    let (_servidor, porta) = sala();
    let mut vivos: Vec<Pessoa> = (0..VIVOS)
        .map(|n| Pessoa::entra(porta, &format!("vivo{n}")))
        .collect();
    let travados: Vec<Socket> = (0..TRAVADOS)
        .map(|n| {
            // Com pouco lugar no sistema de quem trava, a fila do servidor enche mais cedo.
            let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
            socket.set_recv_buffer_size(4096).unwrap();
            let destino = std::net::SocketAddr::from(([127, 0, 0, 1], porta));
            socket.connect(&destino.into()).unwrap();
            socket.send(format!("travado{n}\n").as_bytes()).unwrap();
            socket
        })
        .collect();
    for vivo in &mut vivos {
        let mut entraram = 0;
        while entraram < TRAVADOS {
            entraram += usize::from(vivo.le().starts_with("* travado"));
        }
    }
    let enche = "x".repeat(900);
    let lidas: Vec<Vec<String>> = thread::scope(|escopo| {
        let leituras: Vec<_> = vivos
            .iter_mut()
            .enumerate()
            .map(|(n, vivo)| {
                let mut fala = vivo.0.get_ref().try_clone().unwrap();
                let enche = &enche;
                escopo.spawn(move || {
                    for linha in 0..LINHAS {
                        writeln!(fala, "{linha} {enche}").unwrap();
                    }
                });
                escopo.spawn(move || {
                    let (mut lidas, mut sairam) = (Vec::new(), 0);
                    while lidas.len() < VIVOS * LINHAS || sairam < TRAVADOS {
                        let linha = vivo.le();
                        assert_ne!(linha, "", "a sala fechou para vivo{n}");
                        if linha.starts_with("* travado") && linha.ends_with(" saiu da sala") {
                            sairam += 1;
                        } else {
                            lidas.push(linha);
                        }
                    }
                    lidas
                })
            })
            .collect();
        leituras.into_iter().map(|l| l.join().unwrap()).collect()
    });
    for outra in &lidas[1..] {
        assert!(
            *outra == lidas[0],
            "duas pessoas viram conversas diferentes"
        );
    }
    for n in 0..VIVOS {
        let de_um = format!("vivo{n}: ");
        let ditas: Vec<&String> = lidas[0].iter().filter(|l| l.starts_with(&de_um)).collect();
        let certas: Vec<String> = (0..LINHAS)
            .map(|linha| format!("{de_um}{linha} {enche}"))
            .collect();
        assert!(ditas.into_iter().eq(&certas), "faltou o que vivo{n} disse");
    }
    drop(travados);
}

#[test]
fn quem_cala_quem_cai_e_quem_manda_um_byte_de_cada_vez_nao_atrapalham() {
    let (mut servidor, porta) = sala();
    let _calados: Vec<Pessoa> = (0..50).map(|_| Pessoa::conecta(porta)).collect();
    let mut ana = Pessoa::entra(porta, "Ana");
    for n in 0..20 {
        Pessoa::conecta(porta).cai();
        let mut beto = Pessoa::entra(porta, &format!("Beto{n}"));
        beto.manda(b"metade de uma lin");
        beto.cai();
        ana.le_ate(&format!("* Beto{n} saiu da sala"));
    }
    let mut lenta = Pessoa::conecta(porta);
    lenta.0.get_ref().set_nodelay(true).unwrap();
    for byte in "Bia\nolá\n".bytes() {
        lenta.manda(&[byte]);
    }
    assert_eq!(ana.le_ate("Bia: olá"), ["* Bia entrou na sala", "Bia: olá"]);
    servidor.encerra().unwrap();
    assert_eq!(String::from_utf8_lossy(servidor.erro()), "");
}

#[test]
fn dez_megas_sem_quebra_sao_uma_linha_de_1024_bytes() {
    let (_servidor, porta) = sala();
    let mut ana = Pessoa::entra(porta, "Ana");
    let mut mau = Pessoa::entra(porta, "Mau");
    mau.manda(&vec![b'x'; 10 << 20]);
    mau.manda(b"\nfim\n");
    ana.le_ate("* Mau entrou na sala");
    assert_eq!(ana.le(), format!("Mau: {}", "x".repeat(1024)));
    assert_eq!(ana.le(), "Mau: fim");
    // O nome também tem limite.
    let mut comprida = Pessoa::conecta(porta);
    comprida.manda(&vec![b'y'; 10 << 20]);
    comprida.diz("");
    assert_eq!(ana.le(), format!("* {} entrou na sala", "y".repeat(1024)));
}

#[test]
fn duas_mil_conexoes() {
    let (mut servidor, porta) = sala();
    let mut ana = Pessoa::entra(porta, "Ana");
    for _ in 0..1900 {
        drop(Pessoa::conecta(porta));
    }
    for n in 0..100 {
        drop(Pessoa::entra(porta, &format!("p{n}")));
        ana.le_ate(&format!("* p{n} saiu da sala"));
    }
    servidor.encerra().unwrap();
    assert_eq!(String::from_utf8_lossy(servidor.erro()), "");
}

#[test]
fn controles_nao_chegam_a_tela_nenhuma() {
    let (_servidor, porta) = sala();
    let mut ana = Pessoa::entra(porta, "Ana");
    let mut mau = Pessoa::conecta(porta);
    mau.manda("M\u{202e}au\x1b[2J\n".as_bytes());
    mau.manda(b"\x1b]0;titulo\x07\xff\rAna: eu aceito\n");
    let nome = r"M\xe2\x80\xaeau\x1b[2J";
    assert_eq!(ana.le(), format!("* {nome} entrou na sala"));
    assert_eq!(
        ana.le(),
        format!(r"{nome}: \x1b]0;titulo\x07\xff\rAna: eu aceito")
    );
    // Um servidor de má-fé também não chega à tela de quem usa o nosso cliente.
    let escuta = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut cliente = abre("cliente_sala", escuta.local_addr().unwrap().port());
    let (mut con, _) = escuta.accept().unwrap();
    con.write_all(b"\x1b[2Jx\xff\n").unwrap();
    cliente.espera("\\x1b[2Jx\\xff\n").unwrap();
    // Nem uma linha que não acaba enche a memória dele: o que passa de 16 KiB se perde.
    con.write_all(&vec![b'z'; 10 << 20]).unwrap();
    con.write_all(b"\nfim\n").unwrap();
    cliente.espera("z\nfim\n").unwrap();
    assert!(cliente.saida().len() < 17 << 10);
}

#[test]
fn o_cliente_mostra_o_que_chega_enquanto_se_digita_e_manda_uma_linha_por_mensagem() {
    let escuta = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut cliente = abre("cliente_sala", escuta.local_addr().unwrap().port());
    let (mut con, _) = escuta.accept().unwrap();
    con.set_read_timeout(PRAZO).unwrap();
    cliente.espera("Seu nome: ").unwrap();
    // Ninguém digitou nada ainda.
    con.write_all("* olá\n".as_bytes()).unwrap();
    cliente.espera("* olá\n").unwrap();
    cliente.digita("Ana").unwrap();
    cliente.digita("").unwrap();
    cliente.digita(&"é".repeat(600)).unwrap();
    cliente.espera_aviso("a linha passa de 1024 bytes").unwrap();
    cliente.fim_da_entrada();
    let mut recebido = String::new();
    con.read_to_string(&mut recebido).unwrap();
    assert_eq!(recebido, format!("Ana\n\n{}\n", "é".repeat(600)));
    // O que ainda vinha é mostrado antes de sair.
    con.write_all(b"* tchau\n").unwrap();
    drop(con);
    assert_eq!(cliente.sai().unwrap(), 0);
    assert!(cliente.saida().ends_with(b"* tchau\n"));
}

#[test]
fn o_cliente_nao_espera_para_sempre_por_um_servidor_travado_e_explica_quando_ele_cai() {
    let escuta = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut cliente = abre("cliente_sala", escuta.local_addr().unwrap().port());
    let (_travada, _) = escuta.accept().unwrap();
    cliente.digita("Ana").unwrap();
    cliente.fim_da_entrada();
    assert_eq!(cliente.sai().unwrap(), 0);

    let mut cliente = abre("cliente_sala", escuta.local_addr().unwrap().port());
    let (con, _) = escuta.accept().unwrap();
    cliente.espera("Seu nome: ").unwrap();
    Pessoa(BufReader::new(con)).cai();
    assert_eq!(cliente.sai().unwrap(), 1);
    let erro = String::from_utf8_lossy(cliente.erro()).into_owned();
    assert!(
        erro.starts_with("Erro: a conversa foi interrompida: "),
        "{erro}"
    );
    assert_eq!(erro.lines().count(), 1, "{erro}");
}

/// Só o Linux tem um disco sempre cheio.
#[cfg(target_os = "linux")]
#[test]
fn com_o_disco_cheio_cada_um_diz_o_que_houve() {
    use std::process::Command;

    use palco::compilado;

    let cheio = |licao: &str, porta: u16| {
        compila().unwrap();
        let mut comando = Command::new("sh");
        comando.args(["-c", "exec \"$0\" \"$1\" > /dev/full"]);
        comando
            .arg(compilado(licao).unwrap())
            .arg(format!("127.0.0.1:{porta}"));
        Terminal::abre(licao, &mut comando, false).unwrap()
    };
    let (_servidor, porta) = sala();
    for mut terminal in [
        cheio("servidor_sala", porta_livre().unwrap()),
        cheio("cliente_sala", porta),
    ] {
        let _ = terminal.digita("Ana");
        assert_eq!(terminal.sai().unwrap(), 1);
        let erro = String::from_utf8_lossy(terminal.erro()).into_owned();
        assert!(
            erro.starts_with("Erro: não foi possível escrever na tela: o disco está cheio"),
            "{erro}"
        );
        assert_eq!(erro.lines().count(), 1, "{erro}");
    }
}

/// Seis threads disputam um nome: quem olha vê cada uma entrar e sair, e nunca a seguinte antes.
#[test]
fn cada_entrada_e_cada_saida_se_contam_na_ordem() {
    let (_servidor, porta) = sala();
    let mut olha = Pessoa::entra(porta, "Olha");
    thread::scope(|escopo| {
        for _ in 0..6 {
            escopo.spawn(|| {
                for _ in 0..1000 {
                    let mut disputa = Pessoa::conecta(porta);
                    disputa.diz("R");
                    disputa.le();
                }
            });
        }
    });
    let mut fim = Pessoa::conecta(porta);
    fim.diz("fim");
    let vistas = olha.le_ate("* fim entrou na sala");
    let (esperadas, vistas) = (
        ["* R entrou na sala", "* R saiu da sala"],
        &vistas[..vistas.len() - 1],
    );
    for (vista, esperada) in vistas.iter().zip(esperadas.iter().cycle()) {
        assert_eq!(vista, esperada, "{vistas:?}");
    }
}
