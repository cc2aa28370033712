//! As lições de FTP diante de um servidor que se comporta mal: o que o aluno lê, o que fica na pasta,
//! quanta memória se gasta. (Cada resposta errada do protocolo tem o seu teste em `comum_ftp`.)

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;

use palco::{Terminal, compila, compilado};
use tempfile::TempDir;

/// Um servidor FTP que faz o combinado, menos onde o roteiro manda outra coisa.
struct Servidor {
    endereco: String,
    comandos: Arc<Mutex<Vec<String>>>,
}

/// Uma sessão nesse servidor.
struct Sessao {
    controle: TcpStream,
    escuta: Option<TcpListener>,
}

impl Sessao {
    fn responde(&mut self, resposta: &str) {
        let _ = self
            .controle
            .write_all(format!("{resposta}\r\n").as_bytes());
    }

    /// A conexão de dados que o cliente abriu depois do PASV.
    fn dados(&mut self) -> TcpStream {
        self.responde("150 vai");
        self.escuta.take().unwrap().accept().unwrap().0
    }

    fn manda(&mut self, bytes: &[u8]) {
        let _ = self.dados().write_all(bytes);
        self.responde("226 foi");
    }

    /// Fica calado até o cliente desistir.
    fn espera_o_cliente_ir_embora(&mut self) {
        let mut linha = String::new();
        let mut leitor = BufReader::new(self.controle.try_clone().unwrap());
        while leitor.read_line(&mut linha).is_ok_and(|lidos| lidos > 0) {}
    }

    fn o_de_sempre(&mut self, comando: &str) {
        match comando.split(' ').next().unwrap_or_default() {
            "" => self.responde("220 pronto"),
            "USER" => self.responde("331 senha?"),
            "PASS" => self.responde("230 entrou"),
            "PWD" => self.responde("257 \"/\""),
            "CWD" => self.responde("250 foi"),
            "TYPE" => self.responde("200 certo"),
            "QUIT" => self.responde("221 tchau"),
            "PASV" => {
                let escuta = TcpListener::bind("127.0.0.1:0").unwrap();
                let porta = escuta.local_addr().unwrap().port();
                self.escuta = Some(escuta);
                self.responde(&format!("227 (127,0,0,1,{},{})", porta / 256, porta % 256));
            }
            "RETR" | "LIST" => self.manda(b"uma linha\r\n"),
            _ => self.responde("502 que?"),
        }
    }
}

/// Põe no ar um servidor; `roteiro` devolve `true` se já cuidou do comando (o vazio é a saudação).
fn servidor(roteiro: impl Fn(&mut Sessao, &str) -> bool + Send + Sync + 'static) -> Servidor {
    let escuta = TcpListener::bind("127.0.0.1:0").unwrap();
    let endereco = escuta.local_addr().unwrap().to_string();
    let comandos = Arc::new(Mutex::new(Vec::new()));
    let vistos = Arc::clone(&comandos);
    thread::spawn(move || {
        for controle in escuta.incoming() {
            let controle = controle.unwrap();
            let leitor = BufReader::new(controle.try_clone().unwrap());
            let mut sessao = Sessao {
                controle,
                escuta: None,
            };
            if !roteiro(&mut sessao, "") {
                sessao.o_de_sempre("");
            }
            for comando in leitor.lines().map_while(Result::ok) {
                vistos.lock().unwrap().push(comando.clone());
                if !roteiro(&mut sessao, &comando) {
                    sessao.o_de_sempre(&comando);
                }
            }
        }
    });
    Servidor { endereco, comandos }
}

impl Servidor {
    fn abre(&self, licao: &str, pasta: &Path) -> Terminal {
        compila().unwrap();
        let mut comando = Command::new(compilado(licao).unwrap());
        if licao != "ftp_interativo" {
            comando.arg(&self.endereco);
        }
        let mut terminal = Terminal::abre(licao, comando.current_dir(pasta), false).unwrap();
        if licao == "ftp_interativo" {
            for linha in [&self.endereco, "", ""] {
                terminal.digita(linha).unwrap();
            }
        } else if licao == "protocolo_ftp" {
            terminal.digita("").unwrap();
            terminal.digita("").unwrap();
        }
        terminal
    }
}

/// Uma pasta de trabalho com um download antigo, para ver se ele fica como estava.
fn pasta() -> TempDir {
    let pasta = tempfile::tempdir().unwrap();
    for nome in ["LEIAME", "pai_do_linux.jpg"] {
        fs::write(pasta.path().join(nome), "antigo").unwrap();
    }
    pasta
}

fn arquivos(pasta: &Path) -> BTreeMap<String, Vec<u8>> {
    fs::read_dir(pasta)
        .unwrap()
        .map(|entrada| {
            let entrada = entrada.unwrap();
            (
                entrada.file_name().into_string().unwrap(),
                fs::read(entrada.path()).unwrap(),
            )
        })
        .collect()
}

fn nada_mudou(pasta: &Path) {
    let arquivos = arquivos(pasta);
    assert_eq!(
        arquivos.keys().collect::<Vec<_>>(),
        ["LEIAME", "pai_do_linux.jpg"]
    );
    assert!(arquivos.values().all(|bytes| bytes == b"antigo"));
}

/// Uma linha `Erro: …`, saída 1, e nada cru na tela.
fn erro_limpo(mut terminal: Terminal) -> String {
    let codigo = terminal.sai().unwrap();
    let erro = String::from_utf8(terminal.erro().to_vec()).unwrap();
    assert_eq!(codigo, 1, "{erro}");
    assert!(
        erro.starts_with("Erro: ") && erro.lines().count() == 1,
        "{erro}"
    );
    sem_controles(&terminal);
    erro
}

fn sem_controles(terminal: &Terminal) {
    for bytes in [terminal.saida(), terminal.erro()] {
        let texto = str::from_utf8(bytes).unwrap();
        assert!(
            !texto.contains(|c: char| c.is_control() && c != '\n'),
            "{texto:?}"
        );
    }
}

type Roteiro = fn(&mut Sessao, &str) -> bool;

/// O download não chega ao fim; cada caso diz como, e o que o aluno lê. (As outras recusas estão em
/// `comum_ftp`.)
#[test]
fn um_download_que_falha_nao_muda_nada_na_pasta() {
    let casos: [(&str, Roteiro); 3] = [
        ("426", |s, c| {
            c.starts_with("RETR") && {
                drop(s.dados().write_all(b"metade"));
                s.responde("426 cortei");
                true
            }
        }),
        ("550", |s, c| {
            c.starts_with("RETR") && (s.responde("550 nao tem"), true).1
        }),
        // Sem o 226, os dados podem ter sido cortados.
        ("fechou a conexão", |s, c| {
            c.starts_with("RETR") && {
                drop(s.dados().write_all(b"inteiro?"));
                s.controle.shutdown(std::net::Shutdown::Both).unwrap();
                true
            }
        }),
    ];
    for (motivo, roteiro) in casos {
        for licao in ["ftp_ascii", "ftp_binario"] {
            let pasta = pasta();
            let erro = erro_limpo(servidor(roteiro).abre(licao, pasta.path()));
            assert!(
                erro.contains(motivo),
                "{licao}: {motivo:?} não está em {erro}"
            );
            nada_mudou(pasta.path());
        }
    }
}

/// Os dois prazos de silêncio, ao mesmo tempo: levam meio minuto.
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

/// O Ctrl-C em cada momento de um download.
#[cfg(unix)]
#[test]
fn o_ctrl_c_nao_deixa_rastro_na_pasta() {
    use std::sync::mpsc::{Sender, channel};

    /// Chama `agora` no momento em que o Ctrl-C deve vir, e espera o cliente ir embora.
    type Momento = fn(&mut Sessao, &str, &Sender<()>) -> bool;
    fn agora(s: &mut Sessao, avisa: &Sender<()>) -> bool {
        avisa.send(()).unwrap();
        s.espera_o_cliente_ir_embora();
        true
    }
    let momentos: [Momento; 5] = [
        |s, c, a| c.is_empty() && agora(s, a),
        |s, c, a| c.starts_with("PASV") && agora(s, a),
        |s, c, a| {
            c.starts_with("RETR") && {
                let _dados = s.dados();
                agora(s, a)
            }
        },
        |s, c, a| {
            c.starts_with("RETR") && {
                let mut dados = s.dados();
                dados.write_all(&vec![b'x'; 3 << 20]).unwrap();
                agora(s, a)
            }
        },
        |s, c, a| {
            c.starts_with("RETR") && {
                drop(s.dados().write_all(b"tudo, menos o 226"));
                agora(s, a)
            }
        },
    ];
    for momento in momentos {
        for licao in ["ftp_ascii", "ftp_binario"] {
            let pasta = pasta();
            let (avisa, avisado) = channel();
            let avisa = Mutex::new(avisa);
            let servidor = servidor(move |s, c| {
                let avisa = avisa.lock().unwrap().clone();
                momento(s, c, &avisa)
            });
            let mut terminal = servidor.abre(licao, pasta.path());
            avisado
                .recv_timeout(std::time::Duration::from_secs(30))
                .unwrap();
            terminal.ctrl_c().unwrap();
            assert_eq!(terminal.sai().unwrap(), 130, "{licao}");
            nada_mudou(pasta.path());
        }
    }
}

/// O disco enche no meio: uma pasta de 1 MiB, montada só para este programa.
#[cfg(target_os = "linux")]
#[test]
fn um_disco_cheio_nao_deixa_um_pedaco() {
    let isola = || {
        let mut comando = Command::new("unshare");
        comando.args(["--user", "--map-root-user", "--mount", "sh", "-c"]);
        comando
    };
    if !isola()
        .arg("true")
        .status()
        .is_ok_and(|status| status.success())
    {
        let _ = writeln!(
            std::io::stderr(),
            "pulado: este sistema não deixa montar uma pasta pequena"
        );
        return;
    }
    compila().unwrap();
    let servidor =
        servidor(|s, c| c.starts_with("RETR") && (s.manda(&vec![b'x'; 3 << 20]), true).1);
    for licao in ["ftp_ascii", "ftp_binario"] {
        let pasta = pasta();
        let mut comando = isola();
        // O ls no fim, no lugar do código de saída, mostra o que ficou na pasta.
        comando
            .arg("mount -t tmpfs -o size=1m cheia . && cd \"$PWD\" && echo antigo > LEIAME && \"$0\" \"$1\" >&2; ls -A >&2; exit 1")
            .arg(compilado(licao).unwrap())
            .arg(&servidor.endereco)
            .current_dir(pasta.path());
        let mut terminal = Terminal::abre(licao, &mut comando, false).unwrap();
        assert_eq!(terminal.sai().unwrap(), 1);
        let erro = String::from_utf8_lossy(terminal.erro()).into_owned();
        let linhas: Vec<&str> = erro.lines().collect();
        assert_eq!(linhas[0], "220 pronto");
        assert!(
            linhas[1].starts_with("Erro: ") && linhas[1].contains("o disco está cheio"),
            "{erro}"
        );
        assert!(
            linhas[1].ends_with("libere espaço e tente de novo"),
            "{erro}"
        );
        assert_eq!(linhas[2..], ["LEIAME"], "{erro}");
    }
}

#[test]
fn saudacao_e_listagem_chegam_seguras_a_tela() {
    let pasta = pasta();
    let servidor = servidor(|s, c| match c {
        "" => {
            s.controle
                .write_all(b"220-ol\xe1 \x1b]0;titulo\x07\r\n220 fim\r\n")
                .unwrap();
            true
        }
        "LIST" => {
            s.manda(b"-rw- \x1b[2J\xc2\x9b31m ol\xe1\xe2\x80\xae.txt\r\noutra\r\n");
            true
        }
        _ => false,
    });
    let mut terminal = servidor.abre("protocolo_ftp", pasta.path());
    assert_eq!(terminal.sai().unwrap(), 0);
    sem_controles(&terminal);
    let tela = String::from_utf8(terminal.saida().to_vec()).unwrap();
    assert!(
        tela.starts_with("220-ol\\xe1 \\x1b]0;titulo\\x07\n220 fim\nDigite o usuario: "),
        "{tela}"
    );
    assert!(
        tela.ends_with("-rw- \\x1b[2J\\xc2\\x9b31m ol\\xe1\\xe2\\x80\\xae.txt\noutra\n226 foi\n"),
        "{tela}"
    );
}

#[test]
fn um_nome_com_quebra_de_linha_nao_vira_outro_comando() {
    let pasta = pasta();
    let servidor = servidor(|_, _| false);
    let mut terminal = servidor.abre("ftp_interativo", pasta.path());
    for (prompts, nome) in [
        (&["2"][..], "a\rDELE b"),
        (&["2"], "a\0b"),
        (&["3", "b", "novo.bin"], "a\rDELE b"),
        (&["3", "a", "novo.txt"], "a\0b"),
    ] {
        for linha in prompts {
            terminal.espera(": ").unwrap();
            terminal.digita(linha).unwrap();
        }
        terminal.digita(nome).unwrap();
        terminal.espera_aviso("quebra de linha ou um NUL").unwrap();
    }
    terminal.digita("sair").unwrap();
    assert_eq!(terminal.sai().unwrap(), 0);
    nada_mudou(pasta.path());
    let comandos = servidor.comandos.lock().unwrap();
    assert!(
        !comandos
            .iter()
            .any(|c| c.contains("DELE") || c.starts_with("RETR")),
        "{comandos:?}"
    );
}

#[test]
fn o_421_no_meio_do_menu_encerra_com_uma_explicacao() {
    let pasta = pasta();
    let servidor = servidor(|s, c| c == "LIST" && (s.responde("421 tempo esgotado"), true).1);
    let mut terminal = servidor.abre("ftp_interativo", pasta.path());
    terminal.espera("baixar um arquivo: ").unwrap();
    terminal.digita("1").unwrap();
    assert!(erro_limpo(terminal).contains("421 tempo esgotado"));
}

#[test]
fn uma_saudacao_que_nao_acaba_e_recusada() {
    for linha in [&b"220-de novo\r\n"[..], b"sem fim de linha "] {
        let pasta = pasta();
        let servidor = servidor(move |s, c| {
            // Enquanto o cliente ouvir.
            while c.is_empty() && s.controle.write_all(linha).is_ok() {}
            c.is_empty()
        });
        let mut terminal = servidor.abre("ftp_binario", pasta.path());
        let memoria = pico_de_memoria(&mut terminal);
        erro_limpo(terminal);
        assert!(memoria.is_none_or(|kib| kib < 16 << 10), "{memoria:?} KiB");
        nada_mudou(pasta.path());
    }
}

/// O pico de memória do programa, em KiB, olhado até ele terminar; só o Linux o conta.
fn pico_de_memoria(terminal: &mut Terminal) -> Option<u64> {
    let mut pico = None;
    while let Ok(status) = fs::read_to_string(format!("/proc/{}/status", terminal.pid())) {
        let Some(linha) = status
            .lines()
            .find_map(|linha| linha.strip_prefix("VmHWM:"))
        else {
            // O processo acabou; só falta alguém recolher o código dele.
            break;
        };
        pico = linha.trim().trim_end_matches(" kB").parse().ok();
        thread::yield_now();
    }
    pico
}

/// A memória de um download não depende do tamanho dele, nem do das linhas.
#[cfg(target_os = "linux")]
#[test]
fn a_memoria_nao_cresce_com_o_que_se_recebe() {
    for (licao, comando) in [
        ("ftp_ascii", "RETR"),
        ("ftp_binario", "RETR"),
        ("protocolo_ftp", "LIST"),
    ] {
        let [pequeno, grande] = [1_usize, 256].map(|mebibytes| {
            let pasta = pasta();
            let servidor = servidor(move |s, c| {
                c.starts_with(comando) && {
                    let mut dados = s.dados();
                    let bloco = vec![b'x'; 1 << 20];
                    // Uma linha só, sem fim.
                    for _ in 0..if comando == "LIST" {
                        mebibytes.min(20)
                    } else {
                        mebibytes
                    } {
                        dados.write_all(&bloco).unwrap();
                    }
                    drop(dados);
                    s.responde("226 foi");
                    true
                }
            });
            let mut terminal = servidor.abre(licao, pasta.path());
            let pico = pico_de_memoria(&mut terminal).unwrap();
            assert_eq!(terminal.sai().unwrap(), 0);
            pico
        });
        assert!(
            grande < pequeno + (4 << 10),
            "{licao}: {pequeno} KiB com 1 MiB, {grande} KiB com 256 MiB"
        );
    }
}
