//! O que o medir recusa, e como explica. Nada aqui cronometra.

use std::io;
use std::process::{Command, Output};

fn medir(argumentos: &[&str]) -> io::Result<Output> {
    Command::new(env!("CARGO_BIN_EXE_medir"))
        .args(argumentos)
        // Sem hyperfine nem Python no caminho, nenhuma medida começa.
        .env("PATH", "")
        .output()
}

#[test]
fn o_que_nao_serve_e_uma_linha_que_explica() {
    let vazia = tempfile::tempdir().unwrap();
    let vazia = vazia.path().to_str().unwrap();
    for (argumentos, motivo) in [
        (&[][..], "diga em que pasta"),
        (&["--outra"], "não entendi \"--outra\""),
        (&["-x"], "não entendi \"-x\""),
        (&["pasta", "sobra"], "não entendi \"sobra\""),
        (&["nao/existe"], "não existe"),
        (&[vazia], "não tem Portas.py"),
        (&["pasta", "--grava", "sobra"], "não entendi \"--grava\""),
        (&["carga", "127.0.0.1:1", "0", "1"], "não entendi \"0\""),
        (
            &["carga", "127.0.0.1", "1", "1"],
            "não entendi \"127.0.0.1\"",
        ),
    ] {
        let saida = medir(argumentos).unwrap();
        let erro = String::from_utf8(saida.stderr).unwrap();
        assert!(
            erro.starts_with("Erro: ") && erro.contains(motivo) && erro.matches('\n').count() == 1,
            "{argumentos:?}: {erro}"
        );
        assert_eq!(saida.status.code(), Some(1), "{argumentos:?}");
        assert!(saida.stdout.is_empty(), "{argumentos:?}");
    }
}

#[test]
fn sem_hyperfine_diz_quem_o_instala() {
    let pasta = tempfile::tempdir().unwrap();
    std::fs::write(pasta.path().join("Portas.py"), "").unwrap();
    let saida = medir(&[pasta.path().to_str().unwrap()]).unwrap();
    let erro = String::from_utf8(saida.stderr).unwrap();
    assert!(erro.starts_with("Erro: não achei o hyperfine"), "{erro}");
}

#[test]
fn a_ajuda_sai_com_zero() {
    let saida = medir(&["--help"]).unwrap();
    assert!(saida.status.success());
    assert!(
        String::from_utf8(saida.stdout)
            .unwrap()
            .contains("just medir")
    );
}
