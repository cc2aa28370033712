//! As lições de FTP diante de um servidor que se comporta mal: o que o aluno lê, o que fica na pasta,
//! quanta memória se gasta. (Cada resposta errada do protocolo tem o seu teste em `comum_ftp`.)

#[path = "ftp/servidor.rs"]
mod servidor;

use std::fs;
use std::io::Write;
use std::net::TcpStream;
use std::process::Command;
use std::sync::Mutex;
use std::thread;

use palco::{Terminal, compila, compilado};
use servidor::{Roteiro, erro_limpo, nada_mudou, pasta, sem_controles, servidor};

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

/// O servidor promete os dados, muda de ideia e o diz pela conexão de controle, com a de dados aberta e muda:
/// a recusa aparece como veio, sem esperar que ele feche o que não vai fechar, e o menu volta.
#[test]
fn a_recusa_com_os_dados_abertos_e_mudos_e_dita_e_o_menu_volta() {
    /// As conexões que este servidor não fecha.
    static ABERTAS: Mutex<Vec<TcpStream>> = Mutex::new(Vec::new());

    // Às vezes já veio um pedaço.
    let recusas = [
        ("550 nao leio", true),
        ("451 desisti", false),
        ("425 sem dados", true),
        ("426-caiu\r\n426 fim", false),
    ];
    let confere = |recusa: &'static str, veio_um_pedaco: bool| {
        let pasta = pasta();
        let servidor = servidor(move |s, c| {
            (c == "LIST" || c.starts_with("RETR")) && {
                let mut dados = s.dados();
                if veio_um_pedaco {
                    dados.write_all(b"metade\r\n").unwrap();
                }
                ABERTAS.lock().unwrap().push(dados);
                s.responde(recusa);
                true
            }
        });
        let mut terminal = servidor.abre("ftp_interativo", pasta.path());
        let linha = recusa.replace("\r\n", " / ");
        for pedido in [
            &["1"][..],
            &["3", "b", "novo", "x"],
            &["3", "a", "novo", "x"],
        ] {
            for digitado in pedido {
                terminal.espera(":").unwrap();
                terminal.digita(digitado).unwrap();
            }
            terminal
                .espera_aviso(&format!("o servidor recusou: {linha};"))
                .unwrap();
        }
        terminal.digita("2").unwrap();
        terminal.digita("pub").unwrap();
        terminal.espera("Diretório corrente é:").unwrap();
        terminal.digita("4").unwrap();
        assert_eq!(terminal.sai().unwrap(), 0);
        nada_mudou(pasta.path());
    };
    thread::scope(|escopo| {
        for (recusa, veio_um_pedaco) in recusas {
            escopo.spawn(move || confere(recusa, veio_um_pedaco));
        }
    });
}

/// O mesmo no modo ativo, com e sem a conexão do servidor.
#[test]
fn a_recusa_chega_tambem_no_modo_ativo() {
    for conecta in [false, true] {
        let pasta = pasta();
        let servidor = servidor(move |s, c| {
            c.starts_with("RETR") && {
                let _dados = if conecta { Some(s.dados()) } else { None };
                if !conecta {
                    s.responde("150 vai");
                }
                s.responde("425 nao consegui conectar");
                s.espera_o_cliente_ir_embora();
                true
            }
        });
        let erro = erro_limpo(servidor.abre_com("ftp_binario", &["--ativo"], pasta.path()));
        assert!(erro.contains("425 nao consegui conectar"), "{erro}");
        assert!(erro.contains("sem o --ativo"), "{erro}");
        nada_mudou(pasta.path());
    }
}

/// No fio vão os comandos do original e nenhum outro: há servidores que fecham diante de um que não esperam.
#[test]
fn os_comandos_sao_os_do_ftplib() {
    for (licao, opcoes, esperados) in [
        (
            "protocolo_ftp",
            &[][..],
            vec!["PWD", "CWD pub", "PWD", "TYPE A", "PASV", "LIST"],
        ),
        ("ftp_ascii", &[], vec!["TYPE A", "PASV", "RETR README"]),
        (
            "ftp_binario",
            &[],
            vec![
                "CWD /pub/linux/logos/pictures",
                "TYPE I",
                "PASV",
                "RETR linux-father-of-linux.jpg",
            ],
        ),
        (
            "ftp_ascii",
            &["--ativo"],
            vec!["TYPE A", "PORT", "RETR README"],
        ),
    ] {
        let servidor = servidor(|_, _| false);
        let pasta = pasta();
        let mut terminal = servidor.abre_com(licao, opcoes, pasta.path());
        assert_eq!(terminal.sai().unwrap(), 0);
        let comandos: Vec<String> = servidor
            .comandos
            .lock()
            .unwrap()
            .iter()
            // A porta de um PORT muda a cada vez.
            .map(|comando| match comando.split_once(' ') {
                Some(("PORT", _)) => "PORT".to_string(),
                _ => comando.clone(),
            })
            .collect();
        let comeco = ["USER anonymous", "PASS anonymous@"];
        let todos: Vec<&str> = comeco
            .into_iter()
            .chain(esperados)
            .chain(["QUIT"])
            .collect();
        assert_eq!(comandos, todos, "{licao}");
    }
}

/// Depois de um download binário, há servidores que só listam se o modo voltar a ser o de texto.
#[test]
fn cada_listagem_do_menu_vai_em_modo_texto() {
    let pasta = pasta();
    let texto = Mutex::new(true);
    let servidor = servidor(move |s, c| match c {
        "TYPE A" | "TYPE I" => {
            *texto.lock().unwrap() = c == "TYPE A";
            false
        }
        "LIST" if !*texto.lock().unwrap() => {
            s.responde("451 LIST command invalid with TYPE binary.");
            true
        }
        _ => false,
    });
    let mut terminal = servidor.abre("ftp_interativo", pasta.path());
    for linha in ["1", "3", "b", "novo", "x", "1", "4"] {
        terminal.digita(linha).unwrap();
    }
    assert_eq!(terminal.sai().unwrap(), 0);
    let tela = String::from_utf8(terminal.saida().to_vec()).unwrap();
    assert_eq!(tela.matches("uma linha\n").count(), 2, "{tela}");
    assert!(terminal.erro().is_empty());
}

/// O endereço copiado de um painel de hospedagem traz a senha: ela não volta à tela, dê no que der.
#[test]
fn a_senha_colada_com_o_endereco_nao_volta_a_tela() {
    let pasta = pasta();
    let servidor = servidor(|_, _| false);
    let endereco = &servidor.endereco;
    for (licao, texto, certo) in [
        (
            "ftp_ascii",
            format!("FTP://ana:s3gredo@{endereco}/pub"),
            true,
        ),
        ("ftp_ascii", format!("ana:s3gr/edo@{endereco}"), true),
        (
            "ftp_ascii",
            "ftp://ana:s3gredo@127.0.0.1:porta".to_string(),
            false,
        ),
        (
            "ftp_ascii",
            "ftp://ana:s3gr/edo@nome..errado/x".to_string(),
            false,
        ),
        (
            "ftp_interativo",
            format!("ftp://ana:s3gredo@{endereco}"),
            true,
        ),
        (
            "ftp_interativo",
            "ftp://ana:s3gredo@127.0.0.1:1/x".to_string(),
            false,
        ),
    ] {
        compila().unwrap();
        let mut comando = Command::new(compilado(licao).unwrap());
        if licao == "ftp_ascii" {
            comando.arg(&texto);
        }
        let mut terminal = Terminal::abre(licao, comando.current_dir(pasta.path()), false).unwrap();
        if licao == "ftp_interativo" {
            for linha in [&texto, "", "", "4"] {
                terminal.digita(linha).unwrap();
            }
        }
        assert_eq!(terminal.sai().unwrap() == 0, certo, "{texto}");
        let tudo = [terminal.saida(), terminal.erro()].concat();
        let tudo = String::from_utf8(tudo).unwrap();
        assert!(!tudo.contains("s3gr") && !tudo.contains("edo@"), "{tudo}");
    }
}

/// Sem porta vale a 21, onde o servidor da turma não está: a recusa diz em qual ele está.
#[test]
fn a_recusa_na_porta_21_ensina_a_da_turma() {
    // A porta 21 desta máquina pode ter um servidor de verdade.
    if TcpStream::connect("127.0.0.1:21").is_ok() {
        return;
    }
    for host in ["127.0.0.1", "localhost"] {
        compila().unwrap();
        let mut comando = Command::new(compilado("ftp_ascii").unwrap());
        let mut terminal = Terminal::abre("ftp_ascii", comando.arg(host), false).unwrap();
        assert_eq!(terminal.sai().unwrap(), 1);
        let erro = String::from_utf8(terminal.erro().to_vec()).unwrap();
        assert!(erro.contains(&format!("tente {host}:2121")), "{erro}");
    }
}

/// O Ctrl-C em cada momento de um download.
#[cfg(unix)]
#[test]
fn o_ctrl_c_nao_deixa_rastro_na_pasta() {
    use std::sync::mpsc::{Sender, channel};

    /// Chama `agora` no momento em que o Ctrl-C deve vir, e espera o cliente ir embora.
    type Momento = fn(&mut servidor::Sessao, &str, &Sender<()>) -> bool;
    fn agora(s: &mut servidor::Sessao, avisa: &Sender<()>) -> bool {
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
            s.manda(
                b"+r,s280,\tREADME\r\n-rw- \x1b[2J\xc2\x9b31m ol\xe1\xe2\x80\xae.txt\r\noutra\r\n",
            );
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
        tela.ends_with("+r,s280,\tREADME\n-rw- \\x1b[2J\\xc2\\x9b31m ol\\xe1\\xe2\\x80\\xae.txt\noutra\n226 foi\n"),
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

/// Um envio que não dá certo diz por quê, e nunca que deu.
#[test]
fn um_envio_que_falha_se_explica() {
    let casos: [(&str, Roteiro); 4] = [
        // O motivo é o de a pasta não ter nascido, e não o de não se poder entrar nela.
        ("552 nomes demais", |s, c| {
            (c.starts_with("MKD") && (s.responde("552 nomes demais"), true).1)
                || (c.starts_with("CWD ")
                    && c != "CWD /entregas"
                    && (s.responde("550 nao ha"), true).1)
        }),
        // A resposta final chega antes da hora, e não há por onde mandar.
        ("está inteiro: 226 pronto;", |s, c| {
            c.starts_with("STOR") && (s.responde("226 pronto"), true).1
        }),
        ("552 nao cabe", |s, c| {
            c.starts_with("STOR") && {
                drop(s.dados());
                s.responde("552 nao cabe");
                true
            }
        }),
        ("não é do tamanho do arquivo", |s, c| {
            c.starts_with("SIZE") && (s.responde("213 5"), true).1
        }),
    ];
    for (motivo, roteiro) in casos {
        let pasta = pasta();
        let servidor = servidor(roteiro);
        let erro = erro_limpo(servidor.abre_com("ftp_envia", &["LEIAME"], pasta.path()));
        assert!(erro.contains(motivo), "{motivo:?} não está em {erro}");
    }
}

#[test]
fn um_nome_que_acaba_em_espaco_tambem_vai() {
    let pasta = pasta();
    fs::write(pasta.path().join("fim "), "antigo").unwrap();
    let servidor = servidor(|_, _| false);
    let mut terminal = servidor.abre_com("ftp_envia", &["fim "], pasta.path());
    assert_eq!(terminal.sai().unwrap(), 0);
    assert!(
        servidor
            .comandos
            .lock()
            .unwrap()
            .contains(&"STOR fim ".to_string())
    );
}

/// Abrir um *pipe* em que ninguém escreve seria esperar para sempre.
#[cfg(unix)]
#[test]
fn o_que_nao_e_um_arquivo_nao_se_envia() {
    let pasta = pasta();
    let servidor = servidor(|_, _| false);
    nix::unistd::mkfifo(&pasta.path().join("fila"), nix::sys::stat::Mode::S_IRWXU).unwrap();
    for nome in ["fila", "."] {
        let erro = erro_limpo(servidor.abre_com("ftp_envia", &[nome], pasta.path()));
        assert!(erro.contains("não é um arquivo"), "{erro}");
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
