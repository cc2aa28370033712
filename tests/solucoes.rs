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

/// Digita tudo de uma vez, acaba a entrada e devolve o código de saída: um programa que não lê até ali
/// não prende a conferência, como prenderia um prompt que ele nunca mostra.
fn digita_tudo(terminal: &mut Terminal, linhas: &[&str]) -> Resultado<i32> {
    for linha in linhas {
        terminal.digita(linha)?;
    }
    terminal.fim_da_entrada();
    terminal.sai()
}

#[test]
fn ftp_navegador() {
    so_a_solucao_passa("ftp_navegador", "protocolo_ftp", |programa| {
        let (mut servidor, endereco) = servidor_da_turma()?;
        let listagem =
            |nomes: &[&str]| -> String { nomes.iter().map(|nome| format!("{nome}\n")).collect() };
        let textos = listagem(&[
            "-r--r--r--   1 ftp      ftp             519 Jul 12  2014 pão de queijo.txt",
            "-r--r--r--   1 ftp      ftp             238 Jul 13  2014 trava-línguas.txt",
        ]);
        let raiz = listagem(&[
            "-r--r--r--   1 ftp      ftp            1490 Mar 15  2018 README",
            "dr-xr-xr-x   8 ftp      ftp            4096 May 06  2020 pub",
            "dr-xr-xr-x   2 ftp      ftp            4096 Mar 06  2001 seculoxx",
        ]);
        // A linha vazia é a despedida: o que vem depois dela não é lido.
        for argumentos in [vec![endereco.as_str()], vec!["--ativo", &endereco]] {
            let mut terminal = abre(programa, &argumentos)?;
            terminal.espera("Digite o usuario: ")?;
            terminal.digita("")?;
            terminal.espera("Digite a senha: ")?;
            terminal.digita("")?;
            let codigo = digita_tudo(
                &mut terminal,
                &[
                    "nao_existe",
                    "pub/textos",
                    "/README",
                    "/pub",
                    "..",
                    "",
                    "pub",
                ],
            )?;
            let visto = String::from_utf8_lossy(terminal.saida());
            let erro = String::from_utf8_lossy(terminal.erro());
            let tela = || format!("{programa} {argumentos:?}: {codigo}, {visto}\n{erro}");
            exige(codigo == 0, tela)?;
            let mut resto = &*visto;
            for pedaco in [
                "Diretório atual de trabalho:  /\n",
                &format!("Diretório corrente:  /pub/textos\n{textos}"),
                "Diretório corrente:  /pub\n",
                &format!("Diretório corrente:  /\n{raiz}"),
            ] {
                let onde = resto.find(pedaco);
                exige(onde.is_some(), || format!("sem {pedaco:?} em {}", tela()))?;
                resto = &resto[onde.unwrap_or_default() + pedaco.len()..];
            }
            exige(!resto.contains("Diretório"), tela)?;
            // As duas que não existem são contadas, e nada mais.
            let recusas = erro.matches("Erro: o servidor recusou: 550").count();
            exige(recusas == 2 && erro.lines().count() == 2, tela)?;
        }
        servidor.espera("Cliente 2: saiu\n")
    });
}

#[test]
fn ftp_interativo_tamanho() {
    so_a_solucao_passa("ftp_interativo_tamanho", "ftp_interativo", |programa| {
        let (_servidor, endereco) = servidor_da_turma()?;
        let pasta = tempfile::tempdir()?;
        let mut comando = Command::new(compilado(programa)?);
        let mut terminal = Terminal::abre(programa, comando.current_dir(pasta.path()), false)?;
        terminal.espera("que se deseja conectar: ")?;
        let codigo = digita_tudo(
            &mut terminal,
            &[
                &[&*endereco, "", "", "2", "pub/grande"][..],
                &["3", "b", "recusado.bin", "oito_megabytes.bin", "n"],
                &["3", "b", "nao_veio", "nao_existe"],
                &["3", "b", "grande.bin", "oito_megabytes.bin", "s"],
                &["3", "", "texto.txt", "como_conferir.txt", "S"],
                &["4"],
            ]
            .concat(),
        )?;
        let visto = String::from_utf8_lossy(terminal.saida());
        let erro = String::from_utf8_lossy(terminal.erro());
        let tela = || format!("{programa}: {codigo}, {visto}\n{erro}");
        exige(codigo == 0, tela)?;
        exige(visto.matches("8388608 bytes").count() == 2, tela)?;
        exige(visto.matches("baixado com sucesso!").count() == 2, tela)?;
        exige(
            erro.starts_with("Erro: o servidor recusou: 550") && erro.lines().count() == 1,
            tela,
        )?;
        let baixados: BTreeSet<_> = fs::read_dir(pasta.path())?
            .map(|entrada| entrada.map(|entrada| entrada.file_name()))
            .collect::<Result<_, _>>()?;
        let certos = ["grande.bin", "texto.txt"].map(Into::into);
        exige(baixados == BTreeSet::from(certos), || {
            format!("{programa} gravou {baixados:?}")
        })?;
        let guardado = include_str!("../crates/servidor_ftp/arvore/pub/grande/como_conferir.txt");
        exige(visto.contains(&format!("{} bytes", guardado.len())), tela)?;
        let baixado = fs::read_to_string(pasta.path().join("texto.txt"))?;
        exige(baixado.lines().eq(guardado.lines()), || baixado)?;
        let grande = fs::metadata(pasta.path().join("grande.bin"))?.len();
        exige(grande == 8 << 20, || format!("grande.bin: {grande}"))
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
