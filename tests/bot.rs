//! O bot e o banco dele: perguntas de todo jeito, duas mãos no mesmo arquivo, e um arquivo que não presta.

use std::fs;
use std::net::UdpSocket;
use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use palco::{Terminal, compila, compilado, porta_livre, python};
use tempfile::TempDir;

const NAO_SEI: &str = "Ainda não sei; anotei a sua pergunta.";

/// Um bot numa pasta, e um cliente dele.
struct Bot {
    terminal: Terminal,
    porta: u16,
    cliente: UdpSocket,
}

impl Bot {
    fn abre(pasta: &Path) -> Bot {
        let porta = porta_livre().unwrap();
        let mut terminal = comeca(pasta, porta);
        terminal.espera("Servidor pronto....\n").unwrap();
        let cliente = UdpSocket::bind("127.0.0.1:0").unwrap();
        cliente.connect(("127.0.0.1", porta)).unwrap();
        cliente
            .set_read_timeout(Some(Duration::from_secs(60)))
            .unwrap();
        Bot {
            terminal,
            porta,
            cliente,
        }
    }

    fn responde(&self, pergunta: impl AsRef<[u8]>) -> String {
        pergunta_a(&self.cliente, pergunta)
    }
}

fn pergunta_a(bot: &UdpSocket, pergunta: impl AsRef<[u8]>) -> String {
    bot.send(pergunta.as_ref()).unwrap();
    let mut resposta = vec![0; 65535];
    let lidos = bot.recv(&mut resposta).unwrap();
    String::from_utf8(resposta[..lidos].to_vec()).unwrap()
}

fn comeca(pasta: &Path, porta: u16) -> Terminal {
    compila().unwrap();
    let mut comando = Command::new(compilado("servidor_bot").unwrap());
    comando.arg(format!("127.0.0.1:{porta}")).current_dir(pasta);
    Terminal::abre("servidor_bot", &mut comando, false).unwrap()
}

/// Faz com o banco o que o livro ensina, com o sqlite3 do Python; `false` se não há um.
fn ensina(pasta: &TempDir, o_que: &str) -> bool {
    let Some(python) = python() else {
        eprintln!("pulado: o Python 3 não está instalado");
        return false;
    };
    let programa = format!(
        "import sqlite3\nbanco = sqlite3.connect('perguntas.db')\ntry: banco.execute('SELECT fts5(1)')\nexcept sqlite3.OperationalError as erro:\n    if 'no such function' in str(erro): raise SystemExit(9)\n{o_que}\nbanco.commit()\n"
    );
    let saida: Output = Command::new(&python.executavel)
        .args(["-X", "utf8", "-c", &programa])
        .current_dir(pasta.path())
        .output()
        .unwrap();
    if saida.status.code() == Some(9) {
        eprintln!("pulado: o sqlite3 do Python não tem FTS5");
        return false;
    }
    assert!(saida.status.success(), "{saida:?}");
    true
}

fn pasta() -> TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn acha_pelas_palavras_e_nao_pela_frase() {
    let pasta = pasta();
    let bot = Bot::abre(pasta.path());
    let email = "O e-mail é admin@escola.example.";
    let ramal = "O ramal é o 2020.";
    let faltam = "Falta entrar: beto, carla";
    for (pergunta, resposta) in [
        ("Qual o e-mail do administrador?", email),
        ("qual é o E-MAIL do administrador", email),
        ("administrador email", email),
        (
            "Por favor, me diga: o e-mail do ADMINISTRADOR da rede",
            email,
        ),
        ("Qual o ramal do departamento de pessoal?", ramal),
        ("Pessoal: ramal?!", ramal),
        ("Quem não efetuou login ainda hoje?", faltam),
        ("QUEM NAO FEZ LOGIN HOJE", faltam),
        // Uma palavra em comum não basta quando há outras.
        ("Qual o ramal da biblioteca?", NAO_SEI),
        ("e-mail do suporte", NAO_SEI),
        ("Qual é a capital do Brasil?", NAO_SEI),
        ("o de da", NAO_SEI),
        ("", NAO_SEI),
        // O que a busca entenderia como comando é só texto.
        ("NOT", NAO_SEI),
        ("pergunta : NEAR(a b) * ^", NAO_SEI),
        ("\" OR \"\"\"; DROP TABLE perguntas; --", NAO_SEI),
        ("'); DELETE FROM perguntas; --", NAO_SEI),
        ("SELECT * FROM acessos", NAO_SEI),
        ("Qual o e-mail do administrador?", email),
    ] {
        assert_eq!(bot.responde(pergunta), resposta, "{pergunta:?}");
    }
    assert_eq!(bot.terminal.erro(), b"");
}

#[test]
fn aceita_qualquer_datagrama_e_nada_chega_cru_a_tela() {
    let pasta = pasta();
    let mut bot = Bot::abre(pasta.path());
    // No macOS, um datagrama tem no máximo 9216 bytes.
    for pergunta in [
        "a".repeat(9000).into_bytes(),
        "palavra ".repeat(1000).into_bytes(),
        b"\xff\xfe\x00\x1b[2J\n\x07".to_vec(),
        "\u{202e}odaen".as_bytes().to_vec(),
        vec![b'"'; 9000],
    ] {
        assert_eq!(bot.responde(&pergunta), NAO_SEI);
    }
    bot.terminal
        .espera("Dados recebidos.:  \\xff\\xfe\\x00\\x1b[2J\\n\\x07\n")
        .unwrap();
    bot.terminal
        .espera("Dados recebidos.:  \\xe2\\x80\\xaeodaen\n")
        .unwrap();
    // Quem pergunta e vai embora, e quem só enche a fila, não derrubam o bot.
    for _ in 0..2000 {
        let apressado = UdpSocket::bind("127.0.0.1:0").unwrap();
        apressado
            .send_to(b"tchau", ("127.0.0.1", bot.porta))
            .unwrap();
    }
    let mut outro = Bot::abre(pasta.path());
    assert_eq!(outro.responde("ramal do pessoal"), "O ramal é o 2020.");
    for terminal in [&mut bot.terminal, &mut outro.terminal] {
        terminal.encerra().unwrap();
        let erro = String::from_utf8_lossy(terminal.erro()).into_owned();
        assert!(
            erro.lines().all(|linha| linha.starts_with("Aviso: ")),
            "{erro}"
        );
    }
}

#[test]
fn o_que_se_ensina_vale_na_hora_e_o_que_ficou_sem_resposta_esta_la() {
    let pasta = pasta();
    let bot = Bot::abre(pasta.path());
    for _ in 0..3 {
        assert_eq!(bot.responde("Qual o ramal da biblioteca?"), NAO_SEI);
    }
    let ensinou = ensina(
        &pasta,
        "assert banco.execute('SELECT pergunta FROM sem_resposta').fetchall() == [('Qual o ramal da biblioteca?',)]\n\
         banco.execute('INSERT INTO perguntas VALUES (?, ?)', ('Qual o ramal da biblioteca?', 'O ramal é o 2030.'))\n\
         banco.execute('INSERT INTO perguntas VALUES (?, ?)', ('Quantas pessoas são?', 'SELECT count(*) FROM acessos;'))\n\
         banco.execute('UPDATE acessos SET dia = date(\\'now\\', \\'localtime\\')')",
    );
    if !ensinou {
        return;
    }
    assert_eq!(bot.responde("ramal da BIBLIOTECA"), "O ramal é o 2030.");
    assert_eq!(bot.responde("ramal do pessoal"), "O ramal é o 2020.");
    // O nc manda também a quebra de linha.
    assert_eq!(bot.responde("pessoal\n"), "O ramal é o 2020.");
    assert_eq!(bot.responde("quantas pessoas sao"), "3");
    assert_eq!(
        bot.responde("quem não fez login hoje?"),
        "Todos já entraram."
    );
    drop(bot);
    // Nem se perde nem se repete quando o bot volta.
    let bot = Bot::abre(pasta.path());
    assert_eq!(bot.responde("ramal da biblioteca"), "O ramal é o 2030.");
    assert!(ensina(
        &pasta,
        "assert banco.execute('SELECT count(*) FROM perguntas').fetchone() == (5,)"
    ));
}

#[test]
fn uma_resposta_que_nao_e_uma_consulta_valida_nao_derruba_o_bot() {
    let pasta = pasta();
    let mut bot = Bot::abre(pasta.path());
    if !ensina(
        &pasta,
        "banco.execute('INSERT INTO perguntas VALUES (?, ?)', ('enguiça', 'SELECT nada FROM lugar_nenhum'))",
    ) {
        return;
    }
    assert_eq!(
        bot.responde("enguiça"),
        "Não consegui consultar o banco; tente de novo."
    );
    bot.terminal
        .espera_aviso("Aviso: o perguntas.db não aceitou a consulta")
        .unwrap();
    assert_eq!(bot.responde("ramal do pessoal"), "O ramal é o 2020.");
}

#[test]
fn o_que_fica_sem_resposta_nao_enche_o_disco() {
    let pasta = pasta();
    let bot = Bot::abre(pasta.path());
    let quase_cheia = "banco.executemany('INSERT INTO sem_resposta (pergunta) VALUES (?)', ((f'n{n} ' + 'w' * 195,) for n in range(995)))";
    if !ensina(&pasta, quase_cheia) {
        return;
    }
    for n in 0..20 {
        assert_eq!(
            bot.responde(format!("xyz{n} {}", "w".repeat(1000))),
            NAO_SEI
        );
    }
    ensina(
        &pasta,
        "assert banco.execute('SELECT count(*), max(length(pergunta)) FROM sem_resposta').fetchone() == (1000, 200)",
    );
}

#[test]
fn dois_bots_no_mesmo_arquivo_nascem_e_anotam_juntos() {
    let pasta = pasta();
    // Os dois começam ao mesmo tempo, sem arquivo: só um o faz, e o outro o acha feito.
    let portas = [porta_livre().unwrap(), porta_livre().unwrap()];
    let mut terminais = portas.map(|porta| comeca(pasta.path(), porta));
    for terminal in &mut terminais {
        terminal.espera("Servidor pronto....\n").unwrap();
    }
    let bots = [Bot::abre(pasta.path()), Bot::abre(pasta.path())];
    std::thread::scope(|escopo| {
        for (quem, bot) in bots.iter().enumerate() {
            let bot = &bot.cliente;
            escopo.spawn(move || {
                for n in 0..25 {
                    let nova = format!("bot{quem} nunca{n} ouviu");
                    assert_eq!(pergunta_a(bot, nova), NAO_SEI);
                    assert_eq!(pergunta_a(bot, "ramal do pessoal"), "O ramal é o 2020.");
                }
            });
        }
    });
    for bot in &bots {
        assert_eq!(bot.terminal.erro(), b"");
    }
    ensina(
        &pasta,
        "assert banco.execute('SELECT count(*) FROM sem_resposta').fetchone() == (50,)\n\
         assert banco.execute('SELECT count(*) FROM perguntas').fetchone() == (3,)",
    );
}

#[test]
fn um_arquivo_danificado_e_recusado_e_fica_como_estava() {
    let bom = pasta();
    drop(Bot::abre(bom.path()));
    let bom = fs::read(bom.path().join("perguntas.db")).unwrap();
    let mut sem_pagina = bom.clone();
    // A segunda página inteira, que é a raiz de uma tabela.
    sem_pagina[4096..8192].fill(0xaa);
    for (como, bytes) in [
        (
            "não é um banco",
            "isto é um texto, e não um banco\n".repeat(300).into_bytes(),
        ),
        ("cortado", bom[..bom.len() / 2].to_vec()),
        ("uma página perdida", sem_pagina),
    ] {
        let pasta = pasta();
        let arquivo = pasta.path().join("perguntas.db");
        fs::write(&arquivo, &bytes).unwrap();
        let mut terminal = comeca(pasta.path(), porta_livre().unwrap());
        assert_eq!(terminal.sai().unwrap(), 1, "{como}");
        assert_eq!(
            String::from_utf8_lossy(terminal.erro()),
            "Erro: o perguntas.db está danificado; guarde-o em outra pasta e tente de novo\n",
            "{como}"
        );
        assert!(
            fs::read(&arquivo).unwrap() == bytes,
            "{como}: o arquivo mudou"
        );
        assert_eq!(fs::read_dir(pasta.path()).unwrap().count(), 1, "{como}");
    }
}

#[cfg(unix)]
#[test]
fn sem_lugar_no_disco_o_bot_avisa_e_continua_respondendo() {
    let pasta = pasta();
    drop(Bot::abre(pasta.path()));
    let cheio = fs::metadata(pasta.path().join("perguntas.db"))
        .unwrap()
        .len()
        / 512;
    let porta = porta_livre().unwrap();
    let mut comando = Command::new("sh");
    // Um arquivo não pode crescer mais: é o que um disco cheio faz com o banco.
    comando
        .args(["-c", "trap '' XFSZ; ulimit -f \"$0\"; exec \"$1\" \"$2\""])
        .arg(cheio.to_string())
        .arg(compilado("servidor_bot").unwrap())
        .arg(format!("127.0.0.1:{porta}"))
        .current_dir(pasta.path());
    let mut terminal = Terminal::abre("servidor_bot", &mut comando, false).unwrap();
    terminal.espera("Servidor pronto....\n").unwrap();
    let cliente = UdpSocket::bind("127.0.0.1:0").unwrap();
    cliente
        .set_read_timeout(Some(Duration::from_secs(60)))
        .unwrap();
    cliente.connect(("127.0.0.1", porta)).unwrap();
    let mut bot = Bot {
        terminal,
        porta,
        cliente,
    };
    let enche = |n: i32| bot.responde(format!("xyz{n} {}", "w".repeat(190)));
    let erro = (0..500).map(enche).find(|resposta| resposta != NAO_SEI);
    assert_eq!(
        erro.unwrap(),
        "Não consegui consultar o banco; tente de novo."
    );
    bot.terminal
        .espera_aviso("Aviso: o perguntas.db não coube no disco; libere espaço\n")
        .unwrap();
    assert_eq!(bot.responde("ramal do pessoal"), "O ramal é o 2020.");
}

#[cfg(unix)]
#[test]
fn numa_pasta_em_que_nao_se_grava_diz_o_que_houve() {
    let pasta = pasta();
    // Quem é administrador grava em qualquer lugar; numa pasta com esse nome, nem ele.
    fs::create_dir(pasta.path().join("perguntas.db")).unwrap();
    let mut terminal = comeca(pasta.path(), porta_livre().unwrap());
    assert_eq!(terminal.sai().unwrap(), 1);
    assert_eq!(
        String::from_utf8_lossy(terminal.erro()),
        "Erro: sem permissão para usar o perguntas.db desta pasta\n"
    );
}

#[test]
fn um_banco_trancado_por_outro_programa_nao_para_o_bot() {
    let pasta = pasta();
    let mut bot = Bot::abre(pasta.path());
    let Some(python) = python() else { return };
    let mut comando = Command::new(&python.executavel);
    comando
        .args(["-u", "-c", "import sqlite3\nbanco = sqlite3.connect('perguntas.db')\nbanco.execute('BEGIN EXCLUSIVE')\nprint('trancado')\ninput()\n"])
        .current_dir(pasta.path());
    let mut dono = Terminal::abre("python", &mut comando, false).unwrap();
    dono.espera("trancado\n").unwrap();
    assert_eq!(
        bot.responde("ramal do pessoal"),
        "Não consegui consultar o banco; tente de novo."
    );
    bot.terminal
        .espera_aviso("Aviso: outro programa trancou o perguntas.db; feche-o\n")
        .unwrap();
    dono.fim_da_entrada();
    dono.sai().unwrap();
    assert_eq!(bot.responde("ramal do pessoal"), "O ramal é o 2020.");
}
