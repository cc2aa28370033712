//! O `comparar` com pastas de aluno: pequenos programas em Python escritos aqui, com os enganos que se
//! cometem ao digitar. `ORIGINAIS=PASTA` roda também os do capítulo: nenhum pode diferir sem querer.

use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{env, fs, thread};

use palco::{compila, compilado, porta_livre, python};
use tempfile::TempDir;

/// Um servidor e um cliente que fazem o que as lições fazem, escritos de outro jeito.
const SERVIDOR: &str = r#"import socket

with socket.socket() as escuta:
    escuta.bind(("127.0.0.1", 43210))
    escuta.listen()
    print("Aguardando cliente...")
    while True:
        par, endereco = escuta.accept()
        with par:
            print("Conectado com: ", endereco)
            print("Recebemos: ", par.recv(1024))
            par.sendall(b"Olah cliente")
"#;
const CLIENTE: &str = r#"import socket

texto = input("Digite algo: ")
with socket.create_connection(("127.0.0.1", 43210)) as par:
    par.sendall(texto.encode())
    print("Recebemos: ", par.recv(1024))
"#;
const PORTAS: &str = r#"from socket import getservbyname

for nome in ("domain", "http", "ftp"):
    print(getservbyname(nome))
"#;
const CLIENTE_UDP: &str = r#"import socket

par = socket.socket(type=socket.SOCK_DGRAM)
par.connect(("127.0.0.1", 43210))
while True:
    par.send(input("Sua mensagem: ").encode())
    print("Resposta do Servidor: ", par.recv(65535).decode())
    if input("Digite <X> para sair: ").upper() == "X":
        break
"#;
const FTP_BINARIO: &str = r#"import ftplib

ftp = ftplib.FTP("ftp.ibiblio.org")
print(ftp.getwelcome())
ftp.login()
ftp.cwd("/pub/linux/logos/pictures")
with open("pai_do_linux.jpg", "wb") as arquivo:
    ftp.retrbinary("RETR linux-father-of-linux.jpg", arquivo.write)
ftp.quit()
"#;

/// Uma pasta de aluno com estes arquivos, que some no fim do teste.
fn pasta_com(arquivos: &[(&str, &str)]) -> TempDir {
    let pasta = tempfile::tempdir().unwrap();
    for (arquivo, fonte) in arquivos {
        fs::write(pasta.path().join(arquivo), fonte).unwrap();
    }
    pasta
}

fn comando(argumentos: &[&str]) -> Command {
    compila().unwrap();
    let mut comando = Command::new(compilado("comparar").unwrap());
    comando.args(argumentos).stdin(Stdio::null());
    comando
}

fn compara(argumentos: &[&str]) -> (i32, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = comando(argumentos).output().unwrap();
    (
        status.code().unwrap(),
        String::from_utf8(stdout).unwrap(),
        String::from_utf8(stderr).unwrap(),
    )
}

/// Sem Python não há o que comparar.
fn tem_python() -> bool {
    let tem = python().is_some();
    if !tem {
        let _ = writeln!(io::stderr(), "pulado: o Python 3 não está instalado");
    }
    tem
}

/// O texto sem as quebras que a largura da tela põe.
fn corrido(tela: &str) -> String {
    tela.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn contem(tela: &str, trecho: &str) {
    assert!(
        corrido(tela).contains(trecho),
        "falta {trecho:?} em\n{tela}"
    );
}

#[test]
fn arquivos_certos_nao_diferem() {
    if !tem_python() {
        return;
    }
    // Maiúsculas e minúsculas tanto faz.
    let pasta = pasta_com(&[
        ("servidor.py", SERVIDOR),
        ("CLIENTE.PY", CLIENTE),
        ("Portas.py", PORTAS),
        ("Cliente_UDP.py", CLIENTE_UDP),
        ("FTP_Binario.py", FTP_BINARIO),
    ]);
    let html = pasta.path().join("pagina.html");
    let (codigo, tela, erro) = compara(&[
        pasta.path().to_str().unwrap(),
        "--html",
        html.to_str().unwrap(),
    ]);
    assert_eq!((codigo, erro.as_str()), (0, ""), "{tela}");
    assert!(!tela.contains('\x1b'), "cor fora de um terminal:\n{tela}");
    for trecho in [
        "servidor em Python com cliente em Rust: cada um mostra o mesmo",
        "servidor em Rust com cliente em Python: cada um mostra o mesmo",
        "pela rede: 6 bytes de ida, 12 de volta",
        "gravou pai_do_linux.jpg",
        "saiu com 0;",
        "diferente de propósito",
        "Ctrl-D num prompt: no original, EOFError; aqui, sai com 0.",
        "Socket.py não está na pasta: não comparada",
        "Nada difere sem querer.",
    ] {
        contem(&tela, trecho);
    }
    if cfg!(target_os = "linux") {
        contem(&tela, "MiB");
    }
    let pagina = fs::read_to_string(html).unwrap();
    assert!(pagina.starts_with("<!DOCTYPE html>") && pagina.ends_with("</html>\n"));
    // Uma página só: nada vem de fora.
    assert!(
        !pagina.contains("src=") && !pagina.contains("href="),
        "{pagina}"
    );
    assert!(pagina.contains("Recebemos:  b&#39;Python&#39;"), "{pagina}");
}

#[test]
fn cada_engano_e_contado_como_o_que_e() {
    if !tem_python() {
        return;
    }
    let pasta = pasta_com(&[
        ("Servidor.py", &SERVIDOR.replace("Olah", "Ola")),
        ("Cliente.py", &CLIENTE.replace("algo: ", "algo:")),
        ("Portas.py", "while True:\n    pass\n"),
        ("Cliente_UDP.py", &CLIENTE_UDP.replace("True:", "True")),
        ("Socket.py", "while True:\n    print('oi' * 500)\n"),
        // O erro de quem já fechou o stdout ainda pode demorar um instante.
        (
            "Servidor_Chat.py",
            "import os, time\nos.close(1)\ntime.sleep(0.5)\n1 / 0\n",
        ),
        (
            "FTP_Binario.py",
            &FTP_BINARIO.replace("arquivo.write", "arquivo.escreve"),
        ),
    ]);
    let (codigo, tela, _) = compara(&[pasta.path().to_str().unwrap()]);
    assert_eq!(codigo, 1, "{tela}");
    for trecho in [
        "Cliente.py: o prompt \"Digite algo:\" está sem o espaço no fim",
        "Servidor.py: na tela de cliente, a linha devia ser \"Recebemos: b'Olah cliente'\" e é \"Recebemos: b'Ola cliente'\"; quem manda isso é este arquivo",
        "Portas.py: ficou parado (ou num laço sem fim)",
        "Cliente_UDP.py: parou com um erro na linha 5: SyntaxError",
        "Socket.py: escreve na tela sem parar",
        "Servidor_Chat.py: parou com um erro na linha 4: ZeroDivisionError",
        "FTP_Binario.py: parou com um erro na linha 8: AttributeError",
        "Servidor_UDP.py não está na pasta: não comparada",
        "Algo difere",
    ] {
        contem(&tela, trecho);
    }
}

#[test]
fn um_cliente_que_nunca_responde_e_um_servidor_na_porta_errada() {
    if !tem_python() {
        return;
    }
    let pasta = pasta_com(&[
        ("Servidor.py", &SERVIDOR.replace("43210", "0")),
        ("Cliente.py", CLIENTE),
    ]);
    let onde = pasta.path().to_str().unwrap();
    thread::scope(|escopo| {
        escopo.spawn(|| {
            let (codigo, tela, _) = compara(&[onde, "servidor"]);
            assert_eq!(codigo, 1, "{tela}");
            contem(
                &tela,
                "Servidor.py: a porta 43210 não aparece neste arquivo",
            );
        });
        // O ConnectionResetError do cliente é do fio, que atende por um servidor que não está lá.
        let (_, tela, _) = compara(&[onde]);
        contem(&tela, "- cliente nada a mudar aqui");
    });
}

/// O par se entende na porta errada, e as telas são iguais: só a rede diz que não é a do capítulo.
#[test]
fn a_mesma_porta_errada_nos_dois_arquivos() {
    if !tem_python() {
        return;
    }
    let porta = porta_livre().unwrap().to_string();
    let pasta = pasta_com(&[
        ("Servidor.py", &SERVIDOR.replace("43210", &porta)),
        (
            "Cliente.py",
            &CLIENTE
                .replace("43210", &porta)
                .replace("Recebemos", "recebemos"),
        ),
    ]);
    let (codigo, tela, _) = compara(&[pasta.path().to_str().unwrap()]);
    assert_eq!(codigo, 1, "{tela}");
    for arquivo in ["Servidor.py", "Cliente.py"] {
        contem(
            &tela,
            &format!("{arquivo}: a porta 43210 não aparece neste arquivo"),
        );
    }
    assert!(
        !corrido(&tela).contains("confira o que vai no send"),
        "{tela}"
    );
    // Uma linha digitada errado não vem da porta.
    contem(&tela, "Cliente.py: a linha devia ser \"Recebemos:");
}

/// Um engano: a lição pedida, o arquivo, o que se troca nele, e o que a pista tem de dizer.
type Caso = (
    &'static str,
    &'static str,
    &'static str,
    (&'static str, &'static str),
    &'static str,
);

/// Os enganos de quem digita, família por família. O primeiro é o que mais espera; nos dois seguintes o número do erro é o
/// de cada sistema.
const ENGANOS: &[Caso] = &[
    (
        "cliente",
        "Cliente.py",
        CLIENTE,
        ("import socket", "import socket, time\ntime.sleep(60)"),
        "ficou parado (ou num laço sem fim) e não mostrou nada, nem \"Digite algo: \": olhe o que há antes dele",
    ),
    (
        "servidor",
        "Servidor.py",
        SERVIDOR,
        (
            "par, endereco = escuta.accept()",
            "escuta.bind(('127.0.0.1', 43210)); par, endereco = escuta.accept()",
        ),
        "o bind fica antes do laço",
    ),
    (
        "servidor",
        "Servidor.py",
        SERVIDOR,
        ("par.recv", "escuta.recv"),
        "na linha 11: OSError: [Errno 107] Transport endpoint is not connected: este socket não está conectado; no servidor, recv e send vão no socket que o accept devolveu",
    ),
    (
        "cliente",
        "Cliente.py",
        CLIENTE,
        (
            "    par.send",
            "    par.connect((\"127.0.0.1\", 43210))\n    par.send",
        ),
        "este socket já está conectado (ou já foi usado); cada connect quer um socket novo: a linha que o cria fica dentro do laço (while)",
    ),
    (
        "cliente",
        "Cliente.py",
        CLIENTE,
        ("    par.send", "    par.close()\n    par.send"),
        "este socket já foi fechado",
    ),
    (
        "cliente_udp",
        "Cliente_UDP.py",
        CLIENTE_UDP,
        ("par.connect", "('127.0.0.1', 43210)#"),
        "o socket não sabe para onde mandar; falta o connect",
    ),
    (
        "cliente",
        "Cliente.py",
        CLIENTE,
        ("127.0.0.1", "127.0.0.l"),
        "o endereço ou o nome não existe; confira-o letra por letra",
    ),
    (
        "servidor",
        "Servidor.py",
        SERVIDOR,
        ("127.0.0.1", "192.0.2.7"),
        "o endereço não é deste computador",
    ),
    (
        "servidor",
        "Servidor.py",
        SERVIDOR,
        ("43210", "432100"),
        "na linha 4: OverflowError: bind(): port must be 0-65535.: uma porta vai de 0 a 65535",
    ),
    (
        "servidor",
        "Servidor.py",
        SERVIDOR,
        ("43210", "\"43210\""),
        "um número vai sem aspas: porta=43210",
    ),
    (
        "servidor",
        "Servidor.py",
        SERVIDOR,
        ("bind((\"127.0.0.1\", 43210))", "bind(\"127.0.0.1\", 43210)"),
        "o endereço é uma tupla; uns parênteses para a chamada, outros para a tupla",
    ),
    (
        "servidor",
        "Servidor.py",
        SERVIDOR,
        (
            "bind((\"127.0.0.1\", 43210))",
            "bind((43210, \"127.0.0.1\"))",
        ),
        "no endereço, primeiro vem o nome, entre aspas; e depois a porta",
    ),
    (
        "servidor",
        "Servidor.py",
        SERVIDOR,
        ("import socket\n", "from socket import *\n"),
        "com from socket import *, socket(AF_INET, SOCK_STREAM); com import socket, socket.socket",
    ),
    (
        "servidor",
        "Servidor.py",
        SERVIDOR,
        ("socket.socket()", "socket(AF_INET, SOCK_STREAM)"),
        "NameError: name 'AF_INET' is not defined: o import e o uso não combinam",
    ),
    (
        "servidor",
        "Servidor.py",
        SERVIDOR,
        ("socket.socket()", "socket()"),
        "'module' object is not callable: o import e o uso não combinam",
    ),
    (
        "cliente_udp",
        "Cliente_UDP.py",
        CLIENTE_UDP,
        (
            "import socket\n\npar = socket.socket(type=",
            "from socket import *\n\npar = socket(type=",
        ),
        "type object 'socket' has no attribute 'SOCK_DGRAM': o import e o uso não combinam",
    ),
    (
        "servidor",
        "Servidor.py",
        SERVIDOR,
        ("import socket\n", "\n"),
        "name 'socket' is not defined: o import falta",
    ),
    (
        "servidor",
        "Servidor.py",
        SERVIDOR,
        ("socket.socket()", "socket.socket(type=socket.SOCK_DGRAM)"),
        "é um programa TCP com um socket UDP",
    ),
    (
        "cliente_udp",
        "Cliente_UDP.py",
        CLIENTE_UDP,
        ("SOCK_DGRAM", "SOCK_STREAM"),
        "é um programa UDP com um socket TCP",
    ),
    (
        "cliente",
        "Cliente.py",
        CLIENTE,
        (".encode()", ""),
        "na linha 5: TypeError: a bytes-like object is required, not 'str': pela rede (e num arquivo aberto com 'wb') só vão bytes",
    ),
    (
        "cliente",
        "Cliente.py",
        CLIENTE,
        ("texto.encode()", "bytes(texto)"),
        "os bytes de um texto querem a codificação",
    ),
    (
        "servidor",
        "Servidor.py",
        SERVIDOR,
        ("accept()", "accept"),
        "faltam os parênteses da chamada",
    ),
    (
        "cliente",
        "Cliente.py",
        CLIENTE,
        ("par.sendall", "\u{a0}par.sendall"),
        "há na linha um espaço que não é o do teclado: o U+00A0",
    ),
    (
        "cliente",
        "Cliente.py",
        CLIENTE,
        ("\"Digite algo: \"", "“Digite algo: ”"),
        "as aspas curvas de um PDF",
    ),
    (
        "cliente",
        "Cliente.py",
        CLIENTE,
        ("import socket", "import sockets"),
        "o import não encontrou o módulo; confira a grafia: socket",
    ),
    (
        "cliente",
        "Cliente.py",
        CLIENTE,
        ("\"Digite algo: \"", ""),
        "há um input() sem texto: o prompt \"Digite algo: \" vai dentro dele",
    ),
    (
        "cliente",
        "Cliente.py",
        CLIENTE,
        ("    par.sendall(texto.encode())\n", ""),
        "não há nenhum send neste arquivo",
    ),
    (
        "cliente",
        "Cliente.py",
        CLIENTE,
        (CLIENTE, " \n"),
        "está vazio: digite o programa nele",
    ),
    (
        "cliente",
        "Cliente.py",
        CLIENTE,
        (CLIENTE, SERVIDOR),
        "tem dentro o programa do servidor",
    ),
    (
        "servidor",
        "Servidor.py",
        SERVIDOR,
        (SERVIDOR, CLIENTE),
        "tem dentro o programa do cliente",
    ),
    (
        "portas",
        "Portas.py",
        PORTAS,
        ("\"domain\", \"http\"", "\"http\", \"domain\""),
        "as linhas são as do capítulo, em outra ordem: onde devia vir \"53\" veio \"80\"",
    ),
    (
        "portas",
        "Portas.py",
        PORTAS,
        ("http", "htpp"),
        "o sistema não conhece um serviço com esse nome",
    ),
];

/// Quantos casos de cada vez: quase todo o tempo é de espera.
fn cada_caso<T: Sync>(casos: &[T], confere: impl Fn(&T) + Sync) {
    let proximo = AtomicUsize::new(0);
    thread::scope(|escopo| {
        for _ in 0..8 {
            escopo.spawn(|| {
                while let Some(caso) = casos.get(proximo.fetch_add(1, Ordering::Relaxed)) {
                    confere(caso);
                }
            });
        }
    });
}

#[test]
fn cada_familia_de_enganos_tem_a_sua_pista() {
    if !tem_python() || !cfg!(target_os = "linux") {
        return;
    }
    cada_caso(ENGANOS, |(licao, arquivo, certo, (de, para), pista)| {
        assert!(certo.contains(de), "{de}");
        let pasta = pasta_com(&[(arquivo, &certo.replace(de, para))]);
        let (codigo, tela, _) = compara(&[pasta.path().to_str().unwrap(), licao]);
        assert_eq!(codigo, 1, "{tela}");
        contem(&tela, &format!("{arquivo}: "));
        contem(&tela, pista);
        assert!(!corrido(&tela).contains("veja as últimas linhas"), "{tela}");
    });
}

/// O que um arquivo faz ao par não é culpa do par, e o erro vem antes das consequências dele, todas as vezes.
#[test]
fn o_inocente_nao_leva_a_culpa() {
    if !tem_python() {
        return;
    }
    let casos = [
        (
            ("b\"Olah cliente\"", "\"Olah cliente\""),
            "linha 12: TypeError: a bytes-like object",
        ),
        (
            (
                "            print(\"Recebemos",
                "            escuta.close()\n            print(\"Recebemos",
            ),
            "linha 8: OSError: ",
        ),
        (("    escuta.listen()\n", ""), "linha 7: OSError: "),
    ];
    cada_caso(&[casos, casos, casos].concat(), |((de, para), pista)| {
        assert!(SERVIDOR.contains(de), "{de}");
        let pasta = pasta_com(&[
            ("Servidor.py", &SERVIDOR.replace(de, para)),
            ("Cliente.py", CLIENTE),
        ]);
        let (codigo, tela, _) = compara(&[pasta.path().to_str().unwrap(), "servidor", "cliente"]);
        assert_eq!(codigo, 1, "{tela}");
        contem(
            &tela,
            &format!("≠ servidor diferente: parou com um erro na {pista}"),
        );
        contem(&tela, "- cliente nada a mudar aqui");
        // De uma sessão, o que se diz é só o erro.
        assert!(!tela.contains("Servidor.py: na tela de cliente"), "{tela}");
    });
}

/// O Python acha o que está ao lado do arquivo, e o arquivo sabe onde está.
#[test]
fn o_arquivo_roda_como_o_python_o_roda() {
    if !tem_python() {
        return;
    }
    let modulo = "import os\nassert os.path.basename(__file__) == 'config.py'\nporta = 43210\n";
    let servidor = SERVIDOR
        .replace("43210", "porta")
        .replace("import socket\n", "import os, socket, __main__\nfrom config import porta\nassert os.path.basename(__file__) == 'Servidor.py' and __main__.porta\n");
    let pasta = pasta_com(&[("Servidor.py", &servidor), ("config.py", modulo)]);
    let onde = pasta.path().to_str().unwrap();
    let (codigo, tela, _) = compara(&[onde, "servidor"]);
    assert_eq!(codigo, 0, "{tela}");
    assert_eq!(
        fs::read_dir(pasta.path()).unwrap().count(),
        2,
        "nem um .pyc"
    );
    // Um erro no módulo é contado onde está.
    fs::write(
        pasta.path().join("config.py"),
        "import os\nporta = (43210\n",
    )
    .unwrap();
    let (codigo, tela, _) = compara(&[onde, "servidor"]);
    assert_eq!(codigo, 1, "{tela}");
    contem(
        &tela,
        "parou com um erro na linha 2 de config.py: SyntaxError",
    );
}

#[test]
fn arquivos_com_outro_nome_ou_em_outra_codificacao() {
    if !tem_python() {
        return;
    }
    let pasta = pasta_com(&[("Servidor.py.txt", SERVIDOR), ("Cliente.py", CLIENTE)]);
    let onde = pasta.path().to_str().unwrap();
    let (codigo, tela, _) = compara(&[onde, "servidor", "cliente"]);
    assert_eq!(codigo, 0, "{tela}");
    contem(
        &tela,
        "- servidor Servidor.py não está, mas há Servidor.py.txt: troque o nome dele para Servidor.py",
    );
    // Sem nada para comparar, é um erro.
    let (codigo, _, erro) = compara(&[onde, "servidor_chat"]);
    assert_eq!(codigo, 1);
    contem(&erro, "Servidor_Chat.py não está na pasta");
    for (digitado, certo) in [
        ("Servidor.py.txt", "Servidor.py"),
        ("Servidor2.py", "Servidor.py"),
        ("servidor (1).py", "Servidor.py"),
        ("Cleinte.py", "Cliente.py"),
        ("ServidorChat.py", "Servidor_Chat.py"),
        ("Cliente-UDP.py", "Cliente_UDP.py"),
        ("Portas", "Portas.py"),
    ] {
        let pasta = pasta_com(&[(digitado, PORTAS)]);
        let (codigo, _, erro) = compara(&[pasta.path().to_str().unwrap()]);
        assert_eq!(codigo, 1);
        contem(&erro, &format!("{certo} não está, mas há {digitado}"));
    }
    // Dois arquivos com os nomes certos não são um do outro.
    let pasta = pasta_com(&[("Cliente_UDP.py", CLIENTE_UDP)]);
    let (_, _, erro) = compara(&[pasta.path().to_str().unwrap(), "cliente"]);
    contem(&erro, "Cliente.py não está na pasta");
    // O "Unicode" do Bloco de Notas.
    let mut utf16 = vec![0xff, 0xfe];
    utf16.extend(CLIENTE.encode_utf16().flat_map(u16::to_le_bytes));
    fs::write(pasta.path().join("Cliente.py"), utf16).unwrap();
    let (codigo, tela, _) = compara(&[pasta.path().to_str().unwrap(), "cliente"]);
    assert_eq!(codigo, 1, "{tela}");
    contem(
        &tela,
        "o arquivo não está em UTF-8 (o Bloco de Notas chama o UTF-16 de Unicode)",
    );
    // Um nome que esconde o módulo do Python.
    let pasta = pasta_com(&[("socket.py", "print('oi')\n"), ("Portas.py", PORTAS)]);
    let (codigo, tela, _) = compara(&[pasta.path().to_str().unwrap(), "portas"]);
    assert_eq!(codigo, 1, "{tela}");
    contem(
        &tela,
        "Portas.py: há na pasta um socket.py, que se põe no lugar do módulo socket do Python",
    );
}

/// Sem o par dele na pasta, o arquivo não leva a culpa pelo que o outro lado deixou de mostrar; e um
/// erro diz o que olhar, seja qual for o nome dele.
#[test]
fn cada_parada_diz_de_quem_e() {
    if !tem_python() {
        return;
    }
    let pasta = pasta_com(&[
        (
            "FTP_Binario.py",
            &FTP_BINARIO.replace("RETR linux", "RETR linus"),
        ),
        ("Portas.py", "raise KeyboardInterrupt\n"),
        (
            "Servidor.py",
            &SERVIDOR.replace("    escuta.listen()\n", ""),
        ),
        (
            "Servidor_UDP.py",
            "import socket\npar = socket.socket(type=socket.SOCK_DGRAM)\npar.bind(('127.0.0.1', 43210))\nprint('Servidor pronto....')\nwhile True:\n    dados, origem = par.recvfrom(65535)\n    print('Origem.....: ', origem)\n    print('Dados recebidos.: ', dados.decode())\n    input('Digite a resposta: ')\n",
        ),
    ]);
    let (codigo, tela, _) = compara(&[pasta.path().to_str().unwrap()]);
    assert_eq!(codigo, 1, "{tela}");
    for trecho in [
        "FTP_Binario.py: parou com um erro na linha 8: ftplib.error_perm: 550",
        "Portas.py: parou com um erro na linha 1: KeyboardInterrupt",
        "Servidor.py: parou com um erro na linha 7: OSError:",
        "Servidor_UDP.py: não fez a sua parte, e o outro lado (cliente_udp) ficou esperando",
        "Nas lições de FTP, o que passa pela rede não se compara",
    ] {
        contem(&tela, trecho);
    }
}

#[test]
fn uma_pagina_que_nao_se_grava_nao_leva_o_relatorio() {
    if !tem_python() {
        return;
    }
    let pasta = pasta_com(&[("Portas.py", PORTAS)]);
    let html = pasta.path().join("nao_existe").join("pagina.html");
    let (codigo, tela, erro) = compara(&[
        pasta.path().to_str().unwrap(),
        "--html",
        html.to_str().unwrap(),
    ]);
    assert_eq!(codigo, 1);
    contem(&tela, "Nada difere sem querer.");
    assert!(!tela.contains("A página está em"), "{tela}");
    contem(&erro, "escolha outro nome ou outra pasta");
}

/// As sessões que diferem de propósito também se conferem: um engano nelas não se esconde.
#[test]
fn um_engano_numa_sessao_diferente_de_proposito() {
    if !tem_python() {
        return;
    }
    let com_url = "import socket\nresposta = 'S'\nwhile resposta == 'S':\n    nome = input('Digite uma URL: ')\n    print('O IP referente à url informada é: ', socket.gethostbyname(nome))\n    resposta = input('Digite <s> para continuar: ').upper()\n";
    let pasta = pasta_com(&[("Socket.py", com_url)]);
    let (codigo, tela, _) = compara(&[pasta.path().to_str().unwrap(), "socket"]);
    assert_eq!(codigo, 1, "{tela}");
    contem(
        &tela,
        "o prompt devia ser \"Digite uma url: \" e é \"Digite uma URL: \" (maiúsculas e minúsculas)",
    );
    assert!(!tela.contains("~ diferente de propósito\n"), "{tela}");
}

#[test]
fn pedidos_que_nao_se_entendem() {
    let vazia = pasta_com(&[]);
    let outra = pasta_com(&[("notas.txt", "")]);
    let com_portas = pasta_com(&[("Portas.py", PORTAS)]);
    let [vazia, outra, com_portas] =
        [&vazia, &outra, &com_portas].map(|p| p.path().to_str().unwrap());
    for (argumentos, trecho) in [
        (vec![], "Erro: diga em que pasta"),
        (vec!["/pasta/que/nao/existe"], ": não existe"),
        (
            vec![vazia],
            "está vazia; os nomes são Socket.py, Portas.py, Servidor.py",
        ),
        (vec![outra], "não tem nenhum arquivo do capítulo"),
        (
            vec![com_portas, "xadrez"],
            "Erro: não há uma lição \"xadrez\"; as lições são socket_ip",
        ),
        (
            vec![com_portas, "servidor"],
            "Erro: Servidor.py não está na pasta",
        ),
        (
            vec![com_portas, "--cores"],
            "Erro: não conheço a opção \"--cores\"",
        ),
        (
            vec![com_portas, "--html", "Servidor.py"],
            "Erro: --html precisa do nome do arquivo",
        ),
        (
            vec![com_portas, "--html"],
            "Erro: --html precisa do nome do arquivo",
        ),
        (
            vec![com_portas, "--csv", "notas.csv"],
            "Erro: --csv é a tabela de uma turma",
        ),
        (
            vec!["--turma", com_portas],
            "não há pastas de alunos: ponha cada aluno numa pasta dentro dela",
        ),
    ] {
        let (codigo, tela, erro) = compara(&argumentos);
        assert_eq!((codigo, tela.as_str()), (1, ""), "{argumentos:?}: {erro}");
        assert!(
            erro.starts_with("Erro: ") && erro.lines().count() == 1,
            "{erro}"
        );
        contem(&erro, trecho);
    }
    let (codigo, tela, erro) = compara(&["--help"]);
    assert_eq!((codigo, erro.as_str()), (0, ""));
    contem(&tela, "Uso: cargo run -p comparar -- PASTA");
}

#[test]
fn sem_python_diz_o_que_instalar() {
    let pasta = pasta_com(&[("Portas.py", PORTAS)]);
    let saida = comando(&[pasta.path().to_str().unwrap()])
        .env("PATH", pasta.path())
        .output()
        .unwrap();
    let erro = String::from_utf8(saida.stderr).unwrap();
    assert_eq!(saida.status.code(), Some(1));
    contem(&erro, "Erro: não achei o Python 3");
    contem(&erro, "https://www.python.org/downloads");
}

/// O arquivo do aluno não muda, e nenhum programa continua rodando (nem com uma porta na mão).
#[test]
fn nada_fica_para_tras() {
    if !tem_python() {
        return;
    }
    let teimoso = "import time\nwhile True:\n    try:\n        time.sleep(60)\n    except BaseException:\n        pass\n";
    let pasta = pasta_com(&[("Portas.py", teimoso)]);
    let (codigo, tela, _) = compara(&[pasta.path().to_str().unwrap()]);
    assert_eq!(codigo, 1, "{tela}");
    assert_eq!(
        fs::read_to_string(pasta.path().join("Portas.py")).unwrap(),
        teimoso
    );
    assert_eq!(fs::read_dir(pasta.path()).unwrap().count(), 1);
    #[cfg(target_os = "linux")]
    assert_eq!(processos_com(pasta.path().to_str().unwrap()), 0);
}

/// Um filho que o programa deixou segura o stdout dele, mas não é ele: o programa terminou, e o filho
/// sai com ele.
#[cfg(target_os = "linux")]
#[test]
fn o_filho_de_um_programa_sai_com_ele() {
    if !tem_python() {
        return;
    }
    let com_filho = format!(
        "import subprocess, sys\nespera = 'import time; time.sleep(300)'\nsubprocess.Popen([sys.executable, '-c', espera, sys.argv[0]])\n{PORTAS}"
    );
    let pasta = pasta_com(&[("Portas.py", &com_filho)]);
    let onde = pasta.path().to_str().unwrap();
    let (codigo, tela, _) = compara(&[onde]);
    assert_eq!(processos_com(onde), 0, "{tela}");
    assert_eq!(codigo, 0, "{tela}");
}

/// Com o Ctrl-C no meio, os programas em cena saem junto.
#[cfg(target_os = "linux")]
#[test]
fn o_ctrl_c_no_meio_leva_os_programas_junto() {
    use nix::sys::signal::{Signal, kill};
    use nix::unistd::Pid;
    use std::os::unix::fs::PermissionsExt;
    use std::time::{Duration, Instant};
    if !tem_python() {
        return;
    }
    let pasta = pasta_com(&[(
        "Portas.py",
        "import time\nwhile True:\n    try:\n        time.sleep(60)\n    except BaseException:\n        pass\n",
    )]);
    let onde = pasta.path().to_str().unwrap();
    // Há um python3 que é um script, e abre outros processos até achar o verdadeiro: o do pyenv.
    let intermediario = pasta_com(&[(
        "python3",
        &format!(
            "#!/bin/sh\nverdadeiro=$(sleep 1; echo '{}')\nexec \"$verdadeiro\" \"$@\"\n",
            python().unwrap().executavel.display()
        ),
    )]);
    let script = intermediario.path().join("python3");
    fs::set_permissions(script, fs::Permissions::from_mode(0o755)).unwrap();
    let mut caminho = intermediario.path().as_os_str().to_owned();
    caminho.push(":");
    caminho.push(env::var_os("PATH").unwrap());
    let mut filho = comando(&[onde])
        .env("PATH", caminho)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let limite = Instant::now() + Duration::from_secs(120);
    // O próprio comparar é um; o Python dele é o outro.
    while processos_com(onde) < 2 {
        assert!(Instant::now() < limite, "o Python não entrou em cena");
        thread::sleep(Duration::from_millis(20));
    }
    let pid = i32::try_from(filho.id()).unwrap();
    kill(Pid::from_raw(pid), Signal::SIGINT).unwrap();
    assert_eq!(filho.wait().unwrap().code(), Some(130));
    assert_eq!(processos_com(onde), 0);
}

/// As pastas como vêm de uma plataforma: o nome que o Moodle dá, acentos e espaços, uma pasta dentro da outra, um
/// ZIP por abrir, nada dentro. Quem trava e quem quebra só custa a si mesmo.
#[test]
fn uma_turma_numa_tabela() {
    if !tem_python() {
        return;
    }
    let turma = tempfile::tempdir().unwrap();
    for (caminho, fonte) in [
        ("Ana Sá_1234_assignsubmission_file_/Portas.py", PORTAS),
        ("Érico de Souza/trabalho/py/portas.py", PORTAS),
        ("Fátima/Portas.py", &PORTAS.replace("http", "htpp")),
        (
            "Gil/Portas.py",
            "import time\nwhile True:\n    time.sleep(60)\n",
        ),
        ("Hugo/Portas.py", "import os\nos.abort()\n"),
        ("Ivo/Portas.py.txt", PORTAS),
        ("João/trabalho.zip", "PK"),
        ("=1+1;\"x\"/notas.txt", ""),
        ("__MACOSX/Portas.py", PORTAS),
        ("Zeca.zip", "PK"),
    ] {
        let caminho = turma.path().join(caminho);
        fs::create_dir_all(caminho.parent().unwrap()).unwrap();
        fs::write(caminho, fonte).unwrap();
    }
    fs::create_dir(turma.path().join("Lia")).unwrap();
    let saidas = tempfile::tempdir().unwrap();
    let [html, csv] = ["t.html", "t.csv"].map(|nome| saidas.path().join(nome));
    let onde = turma.path().to_str().unwrap();
    let (codigo, tela, erro) = compara(&[
        "--turma",
        onde,
        "portas",
        "--html",
        html.to_str().unwrap(),
        "--csv",
        csv.to_str().unwrap(),
    ]);
    assert_eq!((codigo, erro.as_str()), (1, ""), "{tela}");
    let linhas: Vec<String> = tela.lines().map(corrido).collect();
    assert_eq!(
        linhas[..11],
        [
            "portas",
            "=1+1;\"x\" – a pasta não tem nenhum arquivo do capítulo",
            "Ana Sá =",
            "Érico de Souza =",
            "Fátima ≠",
            "Gil ≠",
            "Hugo ≠",
            "Ivo – na pasta, Portas.py não está, mas há Portas.py.txt: troque o nome dele para Portas.py",
            "João – trabalho.zip está fechado: abra-o na pasta do aluno e compare de novo",
            "Lia – a pasta está vazia",
            "Zeca.zip – Zeca.zip está fechado: abra-o na pasta do aluno e compare de novo",
        ]
    );
    contem(&tela, "Sem nada a mudar: 2 de 10");
    let csv = fs::read_to_string(csv).unwrap();
    assert!(
        csv.starts_with("\u{feff}\"aluno\";\"portas\";\"o que olhar\"\r\n"),
        "{csv}"
    );
    // Uma planilha não calcula o nome de ninguém.
    assert!(
        csv.contains("\r\n\"'=1+1;\"\"x\"\"\";\"não comparada\";"),
        "{csv}"
    );
    assert!(csv.contains("\r\n\"Ana Sá\";\"igual\";\"\"\r\n"), "{csv}");
    assert!(
        csv.contains("\"Fátima\";\"diferente\";\"portas: parou com um erro na linha 4"),
        "{csv}"
    );
    assert!(
        csv.contains("\"Gil\";\"diferente\";\"portas: ficou parado"),
        "{csv}"
    );
    let pagina = fs::read_to_string(html).unwrap();
    let (tabela, alunos) = pagina.split_once("</table>").unwrap();
    for n in 0..10 {
        assert!(tabela.contains(&format!("href=\"#a{n}\"")), "{tabela}");
        assert!(alunos.contains(&format!("id=\"a{n}\"")), "{alunos}");
    }
    assert!(
        alunos.contains("o sistema não conhece um serviço com esse nome"),
        "{alunos}"
    );
    assert!(!pagina.contains("src="), "nada vem de fora");
    #[cfg(target_os = "linux")]
    assert_eq!(processos_com(onde), 0);
}

/// Com o Ctrl-C no meio, a tabela e a planilha saem com quem já foi julgado.
#[cfg(target_os = "linux")]
#[test]
fn o_ctrl_c_no_meio_de_uma_turma_deixa_a_tabela() {
    if !tem_python() {
        return;
    }
    // O programa de Zeca faz as vezes de quem aperta o Ctrl-C: ele só entra em cena quando um dos outros sai dela, e não
    // chega a ser julgado.
    let ctrl_c = "import os, signal, time\nos.kill(os.getppid(), signal.SIGINT)\ntime.sleep(60)\n";
    let turma = tempfile::tempdir().unwrap();
    let nucleos = thread::available_parallelism().map_or(2, usize::from);
    let outros = (0..4 * nucleos).map(|n| (format!("Ana {n:04}"), PORTAS));
    for (aluno, fonte) in outros.chain([("Zeca".to_string(), ctrl_c)]) {
        fs::create_dir(turma.path().join(&aluno)).unwrap();
        fs::write(turma.path().join(&aluno).join("Portas.py"), fonte).unwrap();
    }
    let csv = turma.path().join("notas.csv");
    let onde = turma.path().to_str().unwrap();
    let (codigo, tela, _) = compara(&["--turma", onde, "portas", "--csv", csv.to_str().unwrap()]);
    assert_eq!(codigo, 130, "{tela}");
    contem(&tela, "Zeca – não foi julgado: o Ctrl-C veio antes");
    let linhas: Vec<String> = tela.lines().map(corrido).collect();
    let certos = linhas.iter().filter(|linha| linha.ends_with(" =")).count();
    assert!(certos > 0, "{tela}");
    let total = 4 * nucleos + 1;
    contem(&tela, &format!("Sem nada a mudar: {certos} de {total}."));
    let csv = fs::read_to_string(csv).unwrap();
    assert_eq!(csv.matches(";\"igual\";").count(), certos, "{csv}");
    assert!(
        csv.contains("\"Zeca\";\"não comparada\";\"não foi julgado"),
        "{csv}"
    );
    assert_eq!(processos_com(onde), 0);
}

/// Quantos processos têm este texto na linha de comando.
#[cfg(target_os = "linux")]
fn processos_com(texto: &str) -> usize {
    fs::read_dir("/proc")
        .unwrap()
        .filter_map(Result::ok)
        .filter_map(|entrada| fs::read(entrada.path().join("cmdline")).ok())
        .filter(|linha| String::from_utf8_lossy(linha).contains(texto))
        .count()
}

#[test]
fn com_os_originais_nada_difere_sem_querer() {
    let Some(pasta) = env::var_os("ORIGINAIS") else {
        let _ = writeln!(io::stderr(), "pulado: ORIGINAIS=PASTA compara os originais");
        return;
    };
    if !tem_python() {
        return;
    }
    let pasta = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(pasta);
    let (codigo, tela, erro) = compara(&[pasta.to_str().unwrap()]);
    assert_eq!((codigo, erro.as_str()), (0, ""), "{tela}");
    contem(&tela, "Nada difere sem querer.");
}
