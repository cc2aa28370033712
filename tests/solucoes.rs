//! Os exercícios do livro: a solução faz o que o enunciado pede, e a lição de onde ela parte, não.
//!
//! Cada exercício tem uma conferência, que recebe o nome de um programa e diz o que faltou. Ela é usada
//! duas vezes, por [`so_a_solucao_passa`]: um exercício que a lição já resolve não é um exercício.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use palco::{Falha, Resultado, Terminal, abrindo, compila, compilado, porta_livre};

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

/// O servidor FTP da turma numa porta livre, e o endereço dele.
fn servidor_da_turma() -> Resultado<(Terminal, String)> {
    let endereco = format!("127.0.0.1:{}", porta_livre()?);
    let mut servidor = abre("servidor_ftp", &[&endereco])?;
    servidor.espera("acesso anônimo.\n")?;
    Ok((servidor, endereco))
}

/// Um arquivo do servidor da turma, como o projeto o guarda.
fn da_turma(caminho: &str) -> Resultado<Vec<u8>> {
    let arvore = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/servidor_ftp/arvore");
    Ok(fs::read(arvore.join(caminho))?)
}

/// O texto, como um download em modo ASCII o deixa neste sistema: todos os do servidor têm CRLF.
fn como_texto(bytes: &[u8]) -> Vec<u8> {
    if cfg!(windows) {
        return bytes.to_vec();
    }
    bytes
        .iter()
        .copied()
        .filter(|byte| *byte != b'\r')
        .collect()
}

/// Roda o programa numa pasta e devolve o terminal e o código de saída.
fn roda_em(pasta: &Path, programa: &str, argumentos: &[&str]) -> Resultado<(Terminal, i32)> {
    let mut comando = Command::new(compilado(programa)?);
    let comando = comando.args(argumentos).current_dir(pasta);
    let mut terminal = Terminal::abre(programa, comando, false)?;
    let codigo = terminal.sai()?;
    Ok((terminal, codigo))
}

#[test]
fn ftp_na_tela() {
    so_a_solucao_passa("ftp_na_tela", "ftp_ascii", |programa| {
        let (_servidor, endereco) = servidor_da_turma()?;
        let pasta = tempfile::tempdir()?;
        let leia_me = String::from_utf8_lossy(&da_turma("README")?).replace('\r', "");
        for argumentos in [vec![endereco.as_str()], vec!["--ativo", &endereco]] {
            let (terminal, codigo) = roda_em(pasta.path(), programa, &argumentos)?;
            let visto = String::from_utf8_lossy(terminal.saida());
            let certo = format!("220 Bem-vindo ao servidor FTP da turma.\n{leia_me}");
            exige(codigo == 0 && visto == certo, || {
                format!("{programa} {argumentos:?}: {codigo}, {visto}")
            })?;
        }
        let gravados = fs::read_dir(pasta.path())?.count();
        exige(gravados == 0, || format!("gravou {gravados} arquivos"))
    });
}

#[test]
fn ftp_baixa() {
    so_a_solucao_passa("ftp_baixa", "ftp_binario", |programa| {
        let (_servidor, endereco) = servidor_da_turma()?;
        let dentro = tempfile::tempdir()?;
        let pasta = dentro.path().join("pasta");
        fs::create_dir(&pasta)?;
        let zip = "seculoxx/representacao_politica.zip";
        let figura = "pub/linux/logos/pictures/linux-father-of-linux.jpg";
        // O nome com que se grava é só o último, venha o caminho como vier.
        for (pedido, gravado, certo) in [
            (zip, "representacao_politica.zip", da_turma(zip)?),
            (figura, "linux-father-of-linux.jpg", da_turma(figura)?),
            ("README", "README", como_texto(&da_turma("README")?)),
            (
                "/pub/../seculoxx/leia_me.txt",
                "leia_me.txt",
                como_texto(&da_turma("seculoxx/leia_me.txt")?),
            ),
            ("../../README", "README", como_texto(&da_turma("README")?)),
        ] {
            let (terminal, codigo) = roda_em(&pasta, programa, &[pedido, &endereco])?;
            exige(codigo == 0, || {
                let erro = String::from_utf8_lossy(terminal.erro());
                format!("{programa} {pedido}: {codigo}, {erro}")
            })?;
            exige(fs::read(pasta.join(gravado))? == certo, || {
                format!("{gravado} não chegou como devia")
            })?;
        }
        // O que não dá certo não grava nada, nem estraga o que havia.
        fs::write(pasta.join("nao_existe.zip"), "antigo")?;
        for ruim in ["pub/nao_existe.zip", "nao_existe", "..", "pub/..", "/", ""] {
            let (terminal, codigo) = roda_em(&pasta, programa, &[ruim, &endereco])?;
            let erro = String::from_utf8_lossy(terminal.erro());
            exige(codigo == 1 && erro.starts_with("Erro: "), || {
                format!("{programa} {ruim:?}: {codigo}, {erro}")
            })?;
        }
        let (_, sem_caminho) = roda_em(&pasta, programa, &[])?;
        exige(sem_caminho == 1, || "sem caminho, saiu com 0".to_string())?;
        let antigo = fs::read(pasta.join("nao_existe.zip"))?;
        let (na_pasta, fora) = (
            fs::read_dir(&pasta)?.count(),
            fs::read_dir(dentro.path())?.count(),
        );
        exige(antigo == b"antigo" && na_pasta == 5 && fora == 1, || {
            format!("{antigo:?}, {na_pasta} arquivos na pasta, {fora} fora dela")
        })
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
