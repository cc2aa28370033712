//! Os exercícios do livro: a solução faz o que o enunciado pede, em Rust e em Python, e a lição de onde ele parte, não;
//! quem trava e quem para com um erro ficam sabendo disso.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use exercicio::{EXERCICIOS, Exercicio};
use palco::{Ator, Falha, Terminal, compila, compilado, porta_livre, python};

/// O que se diz a quem roda o exercício com estes programas: `Err` com o passo e o que falta.
fn confere(exercicio: &Exercicio, programas: &[PathBuf]) -> Result<(), String> {
    compila().unwrap();
    let (passos, feito) = exercicio.confere(programas).unwrap();
    feito.map_err(|Falha(falta)| format!("{}: {falta}", passos.last().unwrap()))
}

fn compilados(nomes: &[&str]) -> Vec<PathBuf> {
    compila().unwrap();
    nomes.iter().map(|nome| compilado(nome).unwrap()).collect()
}

/// Programas em Python, um para cada partida; sem Python, o teste é pulado.
fn em_python(exercicio: &Exercicio, arquivo_de: impl Fn(&str) -> PathBuf) -> Option<Vec<PathBuf>> {
    if python().is_none() {
        let _ = writeln!(io::stderr(), "pulado: o Python 3 não está instalado");
        return None;
    }
    let programas = exercicio.partidas.iter().map(|partida| {
        let nome = match exercicio.partidas {
            [_] => exercicio.nome.to_string(),
            _ => format!("{}_{partida}", exercicio.nome),
        };
        arquivo_de(&nome).to_str().unwrap().to_string()
    });
    exercicio.indicados(&programas.collect::<Vec<String>>())
}

/// O que se exige de um exercício; `falta` é o que se diz da lição de onde ele parte. Ao lado do que trabalha, o que
/// quase só espera.
fn exercicio(nome: &str, solucao: &[&str], falta: &str) {
    let exercicio = EXERCICIOS.iter().find(|e| e.nome == nome).unwrap();
    thread::scope(|escopo| {
        escopo.spawn(|| {
            let dito = confere(exercicio, &compilados(exercicio.partidas)).unwrap_err();
            assert!(dito.contains(falta), "da lição se diz: {dito}");
            diz_o_que_houve(exercicio, "import time\ntime.sleep(99)\n", PAROU);
        });
        let feito = confere(exercicio, &compilados(solucao));
        feito.unwrap_or_else(|erro| panic!("a solução: {erro}"));
        let daqui = Path::new(env!("CARGO_MANIFEST_DIR")).join("exercicios");
        if let Some(programas) = em_python(exercicio, |nome| daqui.join(format!("{nome}.py"))) {
            let feito = confere(exercicio, &programas);
            feito.unwrap_or_else(|erro| panic!("a solução em Python: {erro}"));
        }
        diz_o_que_houve(exercicio, "1 / 0\n", QUEBROU);
    });
}

const PAROU: &str = "ficou parado, ou num laço sem fim, e foi encerrado";
const QUEBROU: &str = "parou com um erro:\n    Traceback";

/// O que se diz de um programa em Python que não tem nada do exercício.
fn diz_o_que_houve(exercicio: &Exercicio, fonte: &str, dito_dele: &str) {
    let pasta = tempfile::tempdir().unwrap();
    let arquivo = pasta.path().join("meu.py");
    fs::write(&arquivo, fonte).unwrap();
    if let Some(programas) = em_python(exercicio, |_| arquivo.clone()) {
        let dito = confere(exercicio, &programas).unwrap_err();
        assert!(dito.contains(dito_dele), "de {fonte:?} se diz: {dito}");
    }
}

/// Quem não para de trabalhar espera mais que quem se cala, e gasta a máquina: um exercício basta.
#[test]
fn um_laco_sem_fim() {
    diz_o_que_houve(&EXERCICIOS[0], "while True:\n    pass\n", PAROU);
}

/// Nem quem manda sem parar pela rede prende quem confere.
#[test]
fn um_laco_sem_fim_na_rede() {
    let exercicio = EXERCICIOS
        .iter()
        .find(|e| e.nome == "servidor_http")
        .unwrap();
    let fonte = "import socket\n\
                 s = socket.socket()\n\
                 s.bind(('127.0.0.1', 43210))\n\
                 s.listen()\n\
                 print('Aguardando cliente...', flush=True)\n\
                 con, cliente = s.accept()\n\
                 while True:\n    con.sendall(b'Olah cliente' * 1000)\n";
    diz_o_que_houve(
        exercicio,
        fonte,
        "esperava o fim da conexão, e ele não veio",
    );
}

#[test]
fn socket_ip_teimoso() {
    exercicio(
        "socket_ip_teimoso",
        &["socket_ip_teimoso"],
        "digitado o nome `www..br`: esperava `Digite <s>",
    );
}

#[test]
fn portas_do_argumento() {
    exercicio(
        "portas_do_argumento",
        &["portas_do_argumento"],
        "com os argumentos [\"ftp\"]: esperava [\"21\"], um por linha",
    );
}

#[test]
fn servidor_ate_o_fim() {
    exercicio(
        "servidor_ate_o_fim",
        &["servidor_ate_o_fim"],
        "depois de 1500 bytes e do fim da mensagem: esperava `Recebemos 1500 bytes`; o seu programa mostrou `Recebemos:",
    );
}

/// A solução são as duas lições da seção seguinte.
#[test]
fn chat() {
    exercicio(
        "chat",
        &["servidor_chat", "cliente_chat"],
        "digitada no servidor a linha `primeira do servidor`: esperava",
    );
}

#[test]
fn cliente_ate_o_fim() {
    exercicio(
        "cliente_ate_o_fim",
        &["cliente_ate_o_fim"],
        "esperava `Fim da resposta: 3000 bytes`",
    );
}

#[test]
fn servidor_threads() {
    exercicio(
        "servidor_threads",
        &["servidor_threads"],
        "com um cliente calado já conectado, um segundo que conecta e fala: esperava",
    );
}

#[test]
fn bot_udp() {
    exercicio(
        "bot_udp",
        &["bot_udp"],
        "esperava uma resposta, sem ninguém digitar nada",
    );
}

#[test]
fn ftp_navegador() {
    exercicio(
        "ftp_navegador",
        &["ftp_navegador"],
        "esperava `Diretório corrente:  /pub/textos`",
    );
}

#[test]
fn ftp_na_tela() {
    exercicio(
        "ftp_na_tela",
        &["ftp_na_tela"],
        "esperava no fim da tela, o README do servidor",
    );
}

#[test]
fn ftp_baixa() {
    exercicio(
        "ftp_baixa",
        &["ftp_baixa"],
        "com os argumentos [\"seculoxx/representacao_politica.zip\"]: esperava o código de saída 0",
    );
}

#[test]
fn ftp_interativo_tamanho() {
    exercicio(
        "ftp_interativo_tamanho",
        &["ftp_interativo_tamanho"],
        "esperava 2 vezes `8388608 bytes`",
    );
}

#[test]
fn sala_com_recados() {
    exercicio(
        "sala_com_recados",
        &["sala_com_recados"],
        "com os recados de João, diante de Ana: esperava",
    );
}

#[test]
fn ftp_arruma() {
    exercicio(
        "ftp_arruma",
        &["ftp_arruma"],
        "esperava [\"dois.txt\", \"novo.txt\"], um por linha",
    );
}

#[test]
fn cliente_insistente() {
    exercicio(
        "cliente_insistente",
        &["cliente_insistente"],
        "digitado `alguém aí?`, na vez 2: esperava a pergunta na rede",
    );
}

#[test]
fn espiao_que_mente() {
    exercicio(
        "espiao_que_mente",
        &["espiao_que_mente"],
        "depois que o servidor diz `Olah cliente`: esperava `Nada cliente`, e veio `Olah cliente`",
    );
}

#[test]
fn servidor_http() {
    exercicio(
        "servidor_http",
        &["servidor_http"],
        "pedido `GET / HTTP/1.1`: esperava uma resposta que começa com `HTTP/1.1 200 OK`, e veio `Olah cliente`",
    );
}

/// De um byte se fala no singular.
#[test]
fn um_byte() {
    compila().unwrap();
    let porta = porta_livre().unwrap();
    let abre = |programa: &str| {
        let mut comando = Ator::Rust.comando(programa, porta).unwrap();
        Terminal::abre(programa, &mut comando, false).unwrap()
    };
    let mut servidor = abre("servidor_ate_o_fim");
    servidor.espera("Aguardando cliente...\n").unwrap();
    let mut cliente = abre("cliente_ate_o_fim");
    cliente.digita("a").unwrap();
    servidor.espera("Recebemos 1 byte\n").unwrap();
    cliente.espera("Fim da resposta: 12 bytes\n").unwrap();
    servidor.encerra().unwrap();
    let escuta = TcpListener::bind(("127.0.0.1", porta)).unwrap();
    let mut cliente = abre("cliente_ate_o_fim");
    cliente.digita("a").unwrap();
    let (mut con, _) = escuta.accept().unwrap();
    con.read_to_end(&mut Vec::new()).unwrap();
    con.write_all(b"!").unwrap();
    drop(con);
    cliente.espera("Fim da resposta: 1 byte\n").unwrap();
}

/// Cada exercício tem um teste com o nome dele e o comando dele na página que o propõe; cada solução é a de um.
#[test]
fn todo_exercicio_tem_teste_e_toda_solucao_exercicio() {
    let este = include_str!("solucoes.rs");
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    for Exercicio { nome, pagina, .. } in EXERCICIOS {
        assert!(este.contains(&format!("fn {nome}()")), "{nome}");
        let pagina = fs::read_to_string(docs.join(format!("src/{pagina}.md"))).unwrap();
        let comando = format!("`cargo run -p exercicio -- {nome}`");
        assert!(pagina.contains(&comando), "falta {comando}");
    }
    let solucoes: BTreeSet<String> = fs::read_dir(docs.join("solucoes/src/bin"))
        .unwrap()
        .map(|entrada| entrada.unwrap().path())
        .map(|arquivo| arquivo.file_stem().unwrap().to_str().unwrap().to_string())
        .collect();
    let exercicios = EXERCICIOS
        .iter()
        .map(|exercicio| exercicio.nome.to_string());
    // A do chat são duas lições.
    assert_eq!(solucoes, exercicios.filter(|nome| nome != "chat").collect());
}

#[test]
fn a_ajuda_diz_o_comando_de_cada_solucao() {
    compila().unwrap();
    for (solucao, exemplo) in [
        ("servidor_threads", "0.0.0.0 "),
        ("servidor_ate_o_fim", "0.0.0.0 "),
        ("bot_udp", "0.0.0.0 "),
        ("sala_com_recados", "0.0.0.0 "),
        ("cliente_ate_o_fim", "192.168.0.10\n"),
        ("servidor_http", "0.0.0.0 "),
        ("espiao_que_mente", "43211 43210\n"),
        ("ftp_na_tela", "ftp.ibiblio.org\n"),
        ("ftp_navegador", "ftp.ibiblio.org\n"),
    ] {
        let mut ajuda = Command::new(compilado(solucao).unwrap());
        let saida = ajuda.arg("--help").stdin(Stdio::null()).output().unwrap();
        let ajuda = String::from_utf8(saida.stdout).unwrap();
        let comando = format!("cargo run -p solucoes --bin {solucao}");
        // Os dois endereços do espião não são opcionais.
        let uso = ajuda.replace(" -- [--udp] ESCUTA DESTINO", " [");
        assert!(uso.contains(&format!("Uso: {comando} [")), "{ajuda}");
        assert!(
            ajuda.contains(&format!("{comando} -- {exemplo}")),
            "{ajuda}"
        );
    }
}

/// Roda o `exercicio` como quem estuda: o código de saída, a tela e o stderr.
fn roda(argumentos: &[&str]) -> (Option<i32>, String, String) {
    compila().unwrap();
    let mut comando = Command::new(compilado("exercicio").unwrap());
    let saida = comando
        .args(argumentos)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let texto = |bytes| String::from_utf8(bytes).unwrap();
    (
        saida.status.code(),
        texto(saida.stdout),
        texto(saida.stderr),
    )
}

#[test]
fn o_comando_conta_o_que_passou_e_a_primeira_coisa_que_falta() {
    if python().is_none() {
        return;
    }
    let certo = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/exercicios/servidor_ate_o_fim.py"
    );
    let (codigo, tela, erro) = roda(&["servidor_ate_o_fim", certo]);
    assert_eq!((codigo, erro.as_str()), (Some(0), ""), "{tela}");
    let fim = "✓ enquanto o cliente não diz que acabou\n\nservidor_ate_o_fim: passou!\n";
    assert!(tela.ends_with(fim), "{tela}");
    // Uma pasta de aluno, com o nome da lição, e um engano no meio.
    let pasta = tempfile::tempdir().unwrap();
    let errado = fs::read_to_string(certo)
        .unwrap()
        .replace("{total}", "{total % 1500}");
    fs::write(pasta.path().join("Servidor.py"), &errado).unwrap();
    let (codigo, tela, _) = roda(&["servidor_ate_o_fim", pasta.path().to_str().unwrap()]);
    assert_eq!(codigo, Some(1), "{tela}");
    assert_eq!(
        tela,
        "✓ ao abrir\n✗ depois de 1500 bytes e do fim da mensagem, esperava `Recebemos 1500 bytes`; \
         o seu programa mostrou `Recebemos 0 bytes`\n"
    );
    assert_eq!(
        fs::read_dir(pasta.path()).unwrap().count(),
        1,
        "nada ficou na pasta"
    );
}

#[test]
fn pedidos_que_nao_se_entendem() {
    for (argumentos, trecho) in [
        (
            &["xadrez"][..],
            "não há um exercício \"xadrez\"; os nomes são socket_ip_teimoso,",
        ),
        (
            &["bot_udp", "nao_existe.py"],
            "não achei o seu programa em nao_existe.py",
        ),
        (
            &["chat", "solucoes.rs"],
            "no lugar de cada lição: servidor e cliente",
        ),
    ] {
        let (codigo, tela, erro) = roda(argumentos);
        assert_eq!((codigo, tela.as_str()), (Some(1), ""), "{erro}");
        assert!(
            erro.starts_with("Erro: ") && erro.contains(trecho),
            "{erro}"
        );
        assert_eq!(erro.lines().count(), 1, "{erro}");
    }
}

/// Na primeira vez, a lição é copiada, e fica como estava; quem já começou o exercício não perde nada.
#[test]
fn a_primeira_vez_copia_a_licao() {
    struct Apaga(PathBuf);
    impl Drop for Apaga {
        fn drop(&mut self) {
            let _ = fs::remove_file(&self.0);
        }
    }
    let raiz = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let copia = raiz.join("docs/exercicios/src/bin/meu_ftp_na_tela.rs");
    if copia.exists() {
        let _ = writeln!(io::stderr(), "pulado: {} já existe", copia.display());
        return;
    }
    let copia = Apaga(copia);
    let (codigo, tela, erro) = roda(&["ftp_na_tela"]);
    assert_eq!((codigo, erro.as_str()), (Some(0), ""));
    assert!(
        tela.contains("docs/exercicios/src/bin/meu_ftp_na_tela.rs"),
        "{tela}"
    );
    assert!(
        tela.contains("cargo run -p exercicio -- ftp_na_tela"),
        "{tela}"
    );
    let licao = fs::read(raiz.join("crates/ftp_ascii/src/main.rs")).unwrap();
    assert_eq!(fs::read(&copia.0).unwrap(), licao);
}
