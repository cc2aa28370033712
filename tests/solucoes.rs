//! Os exercícios do livro: a solução faz o que o enunciado pede, e a lição de onde ela parte, não.
//!
//! Cada exercício tem uma conferência, que recebe o nome de um programa e diz o que faltou. Ela é usada
//! duas vezes, por [`so_a_solucao_passa`]: um exercício que a lição já resolve não é um exercício.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use palco::{Falha, Resultado, Terminal, abrindo, compila, compilado};

/// A solução passa na conferência, e o ponto de partida não.
fn so_a_solucao_passa(solucao: &str, partida: &str, confere: fn(&str) -> Resultado<()>) {
    compila().unwrap();
    confere(solucao).unwrap_or_else(|falha| panic!("{solucao} não passa: {falha}"));
    assert!(
        confere(partida).is_err(),
        "{partida}, de onde o exercício parte, já passa"
    );
}

/// Um engano da conferência, se `certo` não vale.
fn exige(certo: bool, senao: impl FnOnce() -> String) -> Resultado<()> {
    if certo { Ok(()) } else { Err(Falha(senao())) }
}

/// Abre um programa que conversa: espere o que ele mostra, digite, espere de novo.
fn abre(programa: &str, argumentos: &[&str]) -> Resultado<Terminal> {
    let mut comando = Command::new(compilado(programa)?);
    Terminal::abre(programa, comando.args(argumentos), false)
}

/// Roda até o fim um programa que não pergunta nada.
fn roda(programa: &str, argumentos: &[&str]) -> Resultado<Output> {
    let mut comando = Command::new(compilado(programa)?);
    comando
        .args(argumentos)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let vez = abrindo();
    let filho = comando.spawn()?;
    drop(vez);
    Ok(filho.wait_with_output()?)
}

/// O programa rodou até o fim, saiu com 0, não reclamou e mostrou exatamente `tela`.
fn mostra(programa: &str, argumentos: &[&str], tela: &str) -> Resultado<()> {
    let saida = roda(programa, argumentos)?;
    let visto = String::from_utf8_lossy(&saida.stdout);
    exige(saida.status.code() == Some(0) && visto == tela, || {
        format!("{programa} {argumentos:?}: {saida:?}")
    })
}

/// O programa mostrou `tela`, uma linha `Erro: …` com `motivo` no stderr, e saiu com 1.
fn reclama(programa: &str, argumentos: &[&str], tela: &str, motivo: &str) -> Resultado<()> {
    let saida = roda(programa, argumentos)?;
    let visto = String::from_utf8_lossy(&saida.stdout);
    let erro = String::from_utf8_lossy(&saida.stderr);
    let uma_linha = erro.starts_with("Erro: ") && erro.lines().count() == 1;
    exige(
        saida.status.code() == Some(1) && visto == tela && uma_linha && erro.contains(motivo),
        || format!("{programa} {argumentos:?}: {saida:?}"),
    )
}

#[test]
fn socket_ip_teimoso() {
    so_a_solucao_passa("socket_ip_teimoso", "socket_ip", |programa| {
        let mut terminal = abre(programa, &[])?;
        // Um nome que nem se pergunta à rede e um que o sistema recusa…
        for desconhecido in ["www..br", "::1"] {
            terminal.espera("Digite uma url: ")?;
            terminal.digita(desconhecido)?;
            terminal.espera_aviso(&format!("\"{desconhecido}\""))?;
            terminal.espera("Digite <s> para continuar: ")?;
            terminal.digita("s")?;
        }
        // …não impedem o seguinte, que existe.
        terminal.espera("Digite uma url: ")?;
        terminal.digita("localhost")?;
        terminal
            .espera("O IP referente à url informada é:  127.0.0.1\nDigite <s> para continuar: ")?;
        terminal.digita("s")?;
        // Depois de um nome que não existe, outra tecla encerra, sem erro.
        terminal.espera("Digite uma url: ")?;
        terminal.digita("www..br")?;
        terminal.espera("Digite <s> para continuar: ")?;
        terminal.digita("n")?;
        let fim = terminal.sai()?;
        let respostas = String::from_utf8_lossy(terminal.saida())
            .matches("O IP referente")
            .count();
        let avisos = String::from_utf8_lossy(terminal.erro()).lines().count();
        exige(fim == 0 && respostas == 1 && avisos == 3, || {
            format!("{programa}: saiu com {fim}, {respostas} respostas e {avisos} avisos")
        })?;
        // Ctrl-D continua encerrando: quem insiste é o laço, e não o programa.
        let mut terminal = abre(programa, &[])?;
        terminal.espera("Digite uma url: ")?;
        terminal.fim_da_entrada();
        let fim = terminal.sai()?;
        exige(fim == 0, || {
            format!("{programa}: no Ctrl-D, saiu com {fim}")
        })
    });
}

#[test]
fn portas_do_argumento() {
    so_a_solucao_passa("portas_do_argumento", "portas", |programa| {
        mostra(programa, &[], "53\n80\n21\n")?;
        mostra(programa, &["ftp"], "21\n")?;
        mostra(programa, &["https", "smtp", "telnet"], "443\n25\n23\n")?;
        for estranho in ["nao_existe", "80", "", "--porta"] {
            reclama(
                programa,
                &["ftp", estranho, "http"],
                "21\n",
                &format!("{estranho:?}"),
            )?;
        }
        Ok(())
    });
}

/// O teste de cada solução tem o nome dela.
#[test]
fn toda_solucao_tem_teste() {
    let pasta = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/solucoes/src/bin");
    let solucoes: BTreeSet<String> = fs::read_dir(pasta)
        .unwrap()
        .map(|entrada| entrada.unwrap().path())
        .map(|arquivo| arquivo.file_stem().unwrap().to_str().unwrap().to_string())
        .collect();
    let testes = include_str!("solucoes.rs").replace(char::is_whitespace, "");
    let testadas: BTreeSet<String> = solucoes
        .iter()
        .filter(|nome| testes.contains(&format!("fn{nome}(){{so_a_solucao_passa(\"{nome}\",")))
        .cloned()
        .collect();
    assert_eq!(testadas, solucoes);
}
