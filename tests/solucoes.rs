//! Os exercícios do livro: a solução faz o que o enunciado pede, e a lição de onde ela parte, não.
//!
//! Cada exercício tem uma conferência, que recebe o nome de um programa e diz o que faltou. Ela é usada
//! duas vezes, por [`so_a_solucao_passa`]: um exercício que a lição já resolve não é um exercício.

use std::collections::BTreeSet;
use std::fs;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream, UdpSocket};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use palco::{Falha, Resultado, Terminal, abrindo, compila, compilado, porta_livre};
use socket2::SockRef;

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

/// Conecta ao servidor que já escuta em `porta` e espera até que ele mostre esta conexão.
fn conecta(servidor: &mut Terminal, porta: u16) -> Resultado<TcpStream> {
    let con = TcpStream::connect(("127.0.0.1", porta))?;
    // Quem não é atendido nesse tempo está na fila de outro.
    con.set_read_timeout(Some(Duration::from_secs(5)))?;
    let cliente = con.local_addr()?.port();
    servidor.espera(&format!("Conectado com:  ('127.0.0.1', {cliente})\n"))?;
    Ok(con)
}

/// Manda `mensagem` por uma conexão já aceita: a resposta é a da lição, e nada mais vem.
fn conversa(servidor: &mut Terminal, con: &mut TcpStream, mensagem: &str) -> Resultado<()> {
    con.write_all(mensagem.as_bytes())?;
    let mut resposta = String::new();
    con.read_to_string(&mut resposta)?;
    exige(resposta == "Olah cliente", || format!("veio {resposta:?}"))?;
    servidor.espera(&format!("Recebemos:  b'{mensagem}'\n"))
}

#[test]
fn servidor_threads() {
    so_a_solucao_passa("servidor_threads", "servidor", |programa| {
        let porta = porta_livre()?;
        let mut servidor = abre(programa, &[&format!("127.0.0.1:{porta}")])?;
        servidor.espera("Aguardando cliente...\n")?;
        let mut calado = conecta(&mut servidor, porta)?;
        // Um cliente comum é atendido enquanto o calado continua ali. Na lição ele só espera.
        let mut apressado = TcpStream::connect(("127.0.0.1", porta))?;
        apressado.set_read_timeout(Some(Duration::from_secs(5)))?;
        conversa(&mut servidor, &mut apressado, "com pressa")?;
        // Quem cai e quem fecha sem falar não leva ninguém junto.
        let caiu = conecta(&mut servidor, porta)?;
        SockRef::from(&caiu).set_linger(Some(Duration::ZERO))?;
        drop(caiu);
        conecta(&mut servidor, porta)?.shutdown(Shutdown::Write)?;
        servidor.espera("Recebemos:  b''\n")?;
        // Muitos calados de uma vez: o último a chegar pode ser o primeiro a falar.
        let mut calados = Vec::new();
        for _ in 0..50 {
            calados.push(conecta(&mut servidor, porta)?);
        }
        for con in calados.iter_mut().rev() {
            conversa(&mut servidor, con, "enfim")?;
        }
        conversa(&mut servidor, &mut calado, "agora eu")?;
        let avisos = String::from_utf8_lossy(servidor.erro()).into_owned();
        exige(avisos.lines().all(|l| l.starts_with("Aviso: ")), || avisos)?;
        #[cfg(unix)]
        {
            let _calado = conecta(&mut servidor, porta)?;
            servidor.ctrl_c()?;
            let codigo = servidor.sai()?;
            exige(codigo == 0, || format!("o Ctrl-C saiu com {codigo}"))?;
        }
        Ok(())
    });
}

#[test]
fn bot_udp() {
    so_a_solucao_passa("bot_udp", "servidor_udp", |programa| {
        let porta = porta_livre()?;
        let mut bot = abre(programa, &[&format!("127.0.0.1:{porta}")])?;
        bot.espera("Servidor pronto....\n")?;
        // Não há ninguém para digitar: a lição termina no primeiro prompt.
        bot.fim_da_entrada();
        let ana = UdpSocket::bind("127.0.0.1:0")?;
        let beto = UdpSocket::bind("127.0.0.1:0")?;
        let suporte = "suporte@escola.example";
        let ramal = "O ramal é o 2010.";
        let horario = "Das 8h às 21h.";
        let nao_sei =
            "Só sei o e-mail do suporte, o ramal da secretaria e o horário da biblioteca.";
        for (cliente, pergunta, resposta) in [
            (&ana, "Qual é o ramal da secretaria?", ramal),
            (&beto, "ramal secretaria", ramal),
            (&ana, "E-MAIL DO SUPORTE", suporte),
            (&beto, "o suporte tem email?", suporte),
            (&ana, "Horário da biblioteca, por favor", horario),
            (&beto, "A BIBLIOTECA ABRE EM QUE HORÁRIO", horario),
            (&ana, "horario da biblioteca", horario),
            // Falta uma das palavras.
            (&beto, "Qual é o ramal da biblioteca?", nao_sei),
            (&ana, "ramal", nao_sei),
            (&beto, "", nao_sei),
            (&ana, "quem é você?", nao_sei),
        ] {
            cliente.set_read_timeout(Some(Duration::from_secs(30)))?;
            cliente.send_to(pergunta.as_bytes(), ("127.0.0.1", porta))?;
            let origem = cliente.local_addr()?.port();
            bot.espera(&format!(
                "Origem.....:  ('127.0.0.1', {origem})\nDados recebidos.:  {pergunta}\nResposta.:  {resposta}\n"
            ))?;
            let mut buffer = [0; 1024];
            let lidos = cliente.recv(&mut buffer)?;
            exige(&buffer[..lidos] == resposta.as_bytes(), || {
                format!(
                    "{pergunta:?}: {:?}",
                    String::from_utf8_lossy(&buffer[..lidos])
                )
            })?;
        }
        // Bytes que não são texto também têm resposta, e não chegam crus à tela.
        ana.send_to(b"\xff\x1b[31mramal da secretaria", ("127.0.0.1", porta))?;
        bot.espera(&format!(
            "\\xff\\x1b[31mramal da secretaria\nResposta.:  {ramal}\n"
        ))?;
        exige(bot.erro().is_empty(), || "há algo no stderr".to_string())
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
