//! O que faz de um pacote uma lição: o cabeçalho, a listagem, o tamanho, as sessões, o README.

use std::fs;
use std::path::{Path, PathBuf};

use palco::Sessao;

/// As lições, na ordem do capítulo, com as listagens de cada uma.
const LICOES: [(&str, &[&str]); 12] = [
    ("socket_ip", &["7.1"]),
    ("portas", &["7.2"]),
    ("servidor", &["7.3"]),
    ("cliente", &["7.4"]),
    ("servidor_chat", &["7.5"]),
    ("cliente_chat", &["7.6", "7.7"]),
    ("servidor_udp", &["7.8"]),
    ("cliente_udp", &["7.9"]),
    ("protocolo_ftp", &["7.10", "7.11", "7.12", "7.13"]),
    ("ftp_ascii", &["7.14"]),
    ("ftp_binario", &["7.15"]),
    ("ftp_interativo", &["7.16"]),
];

/// As lições que vão além do capítulo, com a seção que as sugere e quantas linhas podem ter.
const ALEM: [(&str, &str, usize); 7] = [
    ("servidor_sala", "7.1.3", 80),
    ("cliente_sala", "7.1.3", 80),
    ("servidor_bot", "7.1.4", 90),
    ("espiao", "7.2", 80),
    ("ftp_envia", "7.2", 60),
    ("servidor_https", "7.2", 100),
    ("cliente_https", "7.2", 100),
];

/// Os pacotes de `crates` que não são lições.
const APOIO: [&str; 11] = [
    "comparar",
    "comum",
    "comum_alem",
    "comum_ftp",
    "comum_https",
    "download",
    "exercicio",
    "medir",
    "nomes",
    "palco",
    "servidor_ftp",
];

/// Todas, na ordem do livro.
fn licoes() -> impl Iterator<Item = &'static str> {
    let do_capitulo = LICOES.iter().map(|(nome, _)| *nome);
    do_capitulo.chain(ALEM.iter().map(|(nome, ..)| *nome))
}

fn raiz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn le(caminho: &str) -> String {
    fs::read_to_string(raiz().join(caminho)).unwrap_or_else(|erro| panic!("{caminho}: {erro}"))
}

fn sessoes() -> Vec<Sessao> {
    Sessao::todas(&raiz().join("tests/sessoes")).unwrap()
}

/// As linhas `//!` do começo do arquivo, sem a marca.
fn cabecalho(fonte: &str) -> String {
    fonte
        .lines()
        .map_while(|linha| linha.strip_prefix("//!"))
        .map(|linha| format!("{}\n", linha.trim()))
        .collect()
}

#[test]
fn todo_pacote_e_uma_licao_ou_apoio() {
    let mut pacotes: Vec<String> = fs::read_dir(raiz().join("crates"))
        .unwrap()
        .map(|entrada| entrada.unwrap().file_name().into_string().unwrap())
        .collect();
    let mut esperados: Vec<&str> = licoes().chain(APOIO).collect();
    pacotes.sort();
    esperados.sort_unstable();
    assert_eq!(pacotes, esperados);
}

#[test]
fn cada_licao_cabe_numa_tela_e_diz_como_se_roda() {
    for (licao, listagens) in LICOES {
        let fonte = le(&format!("crates/{licao}/src/main.rs"));
        let linhas = fonte.lines().count();
        // As de FTP têm mais passos.
        let faixa = if licao.contains("ftp") {
            20..=80
        } else {
            15..=60
        };
        assert!(faixa.contains(&linhas), "{licao}: {linhas} linhas");
        let cabecalho = cabecalho(&fonte);
        assert!(
            cabecalho.contains(&format!("cargo run -p {licao}")),
            "{licao}: sem o comando no cabeçalho"
        );
        for listagem in listagens {
            assert!(
                cabecalho.contains(listagem),
                "{licao}: sem a listagem {listagem} no cabeçalho"
            );
        }
    }
    for (licao, secao, maior) in ALEM {
        let fonte = le(&format!("crates/{licao}/src/main.rs"));
        let linhas = fonte.lines().count();
        assert!(linhas <= maior, "{licao}: {linhas} linhas");
        let cabecalho = cabecalho(&fonte);
        for falta in [
            format!("cargo run -p {licao}"),
            format!("Vai além da seção {secao}"),
        ] {
            assert!(
                cabecalho.contains(&falta),
                "{licao}: sem {falta:?} no cabeçalho"
            );
        }
    }
    for licao in licoes() {
        let arquivos = fs::read_dir(raiz().join(format!("crates/{licao}/src")))
            .unwrap()
            .count();
        assert_eq!(arquivos, 1, "{licao}: uma lição é um arquivo só");
    }
}

#[test]
fn todo_comando_mostrado_existe() {
    let fontes = licoes().map(|licao| format!("crates/{licao}/src/main.rs"));
    for caminho in fontes.chain(["README.md".to_string()]) {
        for pedaco in le(&caminho).split("cargo run -p ").skip(1) {
            let (pasta, pedaco) = match pedaco.strip_prefix("solucoes --bin ") {
                Some(solucao) => ("docs/solucoes/src/bin/NOME.rs", solucao),
                None => ("crates/NOME/src/main.rs", pedaco),
            };
            let nome = pedaco
                .split(|c: char| !c.is_alphanumeric() && c != '_')
                .next()
                .unwrap_or_default();
            let existe = nome == "NOME" || raiz().join(pasta.replace("NOME", nome)).exists();
            assert!(existe, "{caminho}: cargo run -p {nome}");
        }
    }
}

#[test]
fn cada_licao_tem_sessoes_e_cada_sessao_diz_as_listagens_certas() {
    let sessoes = sessoes();
    for licao in licoes() {
        let quantas = sessoes
            .iter()
            .filter(|s| s.licoes().any(|(_, l)| l == licao))
            .count();
        assert!(quantas > 0, "{licao} não tem sessão");
    }
    for sessao in &sessoes {
        let vai_alem = ALEM
            .iter()
            .any(|(nome, ..)| sessao.licoes().any(|(_, licao)| licao == *nome));
        assert_eq!(
            sessao.listagens.is_empty(),
            vai_alem,
            "{}: listagem a mais ou a menos",
            sessao.nome
        );
        for listagem in &sessao.listagens {
            let em_cena = LICOES.iter().any(|(licao, dela)| {
                dela.contains(&listagem.as_str()) && sessao.licoes().any(|(_, l)| l == *licao)
            });
            assert!(em_cena, "{}: {listagem} não está em cena", sessao.nome);
        }
    }
}

#[test]
fn cada_tela_gravada_e_de_um_terminal_da_sessao() {
    for sessao in sessoes() {
        for arquivo in fs::read_dir(&sessao.pasta).unwrap() {
            let nome = arquivo.unwrap().file_name().into_string().unwrap();
            let de_quem = nome
                .strip_suffix(".erro.txt")
                .or_else(|| nome.strip_suffix(".original.txt"))
                .or_else(|| nome.strip_suffix(".txt"));
            let conhecido = de_quem.is_some_and(|terminal| sessao.terminais.contains_key(terminal));
            assert!(
                nome == "sessao.toml" || conhecido,
                "{}: {nome} não é de ninguém",
                sessao.nome
            );
        }
    }
}

/// Sem isso, `cargo test` compilaria e mostraria uma página de `running 0 tests`.
#[test]
fn so_e_testado_o_que_tem_testes() {
    let pacotes = fs::read_dir(raiz().join("crates")).unwrap();
    let mut pastas: Vec<PathBuf> = pacotes.map(|pacote| pacote.unwrap().path()).collect();
    pastas.push(raiz().join("docs/solucoes"));
    for pasta in pastas {
        let mut fontes = vec![pasta.join("src")];
        let (mut programas, mut com_teste, mut com_exemplo) = (0, false, false);
        while let Some(caminho) = fontes.pop() {
            if caminho.is_dir() {
                fontes.extend(fs::read_dir(&caminho).unwrap().map(|f| f.unwrap().path()));
                continue;
            }
            let fonte = fs::read_to_string(&caminho).unwrap();
            programas += usize::from(fonte.contains("\nfn main()"));
            com_teste |= fonte.contains("#[test]");
            com_exemplo |= fonte.contains("/// ```");
        }
        let manifesto = fs::read_to_string(pasta.join("Cargo.toml")).unwrap();
        let biblioteca = pasta.join("src/lib.rs").exists();
        let linhas = |linha| manifesto.lines().filter(|l| *l == linha).count();
        if !com_teste {
            let alvos = programas + usize::from(biblioteca);
            let falta = "um [lib] ou [[bin]] com test = false no Cargo.toml de";
            assert_eq!(linhas("test = false"), alvos, "{falta} {}", pasta.display());
        }
        if biblioteca && !com_exemplo {
            let falta = "doctest = false no [lib] de";
            assert_eq!(linhas("doctest = false"), 1, "{falta} {}", pasta.display());
        }
    }
}

/// `just par`, com um tmux e um cargo que só dizem como foram chamados.
#[cfg(unix)]
#[test]
fn um_par_abre_no_tmux_e_o_que_falha_fica_na_tela() {
    use std::env;
    use std::io::Write;
    use std::os::unix::fs::PermissionsExt;
    use std::process::Command;

    let pasta = tempfile::tempdir().unwrap();
    for nome in ["tmux", "cargo"] {
        let falso = pasta.path().join(nome);
        fs::write(&falso, "#!/bin/sh\necho \"${0##*/} $*\"\n").unwrap();
        fs::set_permissions(&falso, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let caminho = env::var("PATH").unwrap();
    let mut just = Command::new("just");
    just.args(["par", "servidor", "cliente"])
        .current_dir(raiz())
        .env("PATH", format!("{}:{caminho}", pasta.path().display()));
    for (dentro, abre) in [("", "tmux new-session "), ("/tmp/tmux", "tmux new-window ")] {
        let Ok(saida) = just.env("TMUX", dentro).output() else {
            let _ = writeln!(std::io::stderr(), "pulado: não há just aqui");
            return;
        };
        let tela = String::from_utf8(saida.stdout).unwrap();
        assert!(tela.contains(abre), "{tela}");
        // Os dois painéis esperam um Enter: o erro de um servidor que não abriu não some com o painel.
        for programa in ["servidor", "cliente"] {
            let painel = format!("cargo run -q -p {programa}; echo; echo 'Enter fecha'; read _");
            assert!(tela.contains(&painel), "{tela}");
        }
    }
}

/// A conversa que o README mostra é a de uma sessão.
#[test]
fn as_telas_do_readme_sao_as_das_sessoes() {
    let leia_me = le("README.md");
    for tela in ["17_chat/servidor_chat.txt", "17_chat/cliente_chat.txt"] {
        assert!(
            leia_me.contains(&le(&format!("tests/sessoes/{tela}"))),
            "o README não mostra {tela}"
        );
    }
}

/// Entre duas máquinas, quem não diz a porta do servidor da turma bate na 21 e não acha ninguém.
#[test]
fn entre_duas_maquinas_o_ftp_diz_a_porta() {
    for (arquivo, fim) in [
        ("README.md", "\n## Comparar"),
        ("docs/src/como_usar.md", "\n## Deu errado"),
    ] {
        let texto = le(arquivo);
        let secao = &texto[texto.find("## Entre duas máquinas").unwrap()..texto.find(fim).unwrap()];
        assert!(secao.contains("servidor_ftp -- 0.0.0.0`"), "{arquivo}");
        assert!(
            secao.contains("ftp_ascii -- 192.168.0.10:2121`"),
            "{arquivo}"
        );
    }
}

#[test]
fn o_readme_tem_todas_as_licoes_em_ordem() {
    let leia_me = le("README.md");
    let tabela = &leia_me[leia_me.find("| lição").expect("a tabela das lições")..];
    let mut antes = 0;
    for licao in licoes() {
        let onde = tabela
            .find(&format!("| `{licao}` |"))
            .unwrap_or_else(|| panic!("{licao} não está na tabela"));
        assert!(onde > antes, "{licao} está fora de ordem");
        antes = onde;
    }
}
