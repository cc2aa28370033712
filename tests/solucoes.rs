//! Os exercícios do livro: a solução faz o que o enunciado pede, e a lição de onde ela parte, não.
//!
//! Cada exercício tem uma conferência, que recebe o nome de um programa e diz o que faltou. Ela é usada
//! duas vezes, por [`so_a_solucao_passa`]: um exercício que a lição já resolve não é um exercício.

use std::collections::BTreeSet;
use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

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

#[test]
fn servidor_ate_o_fim() {
    so_a_solucao_passa("servidor_ate_o_fim", "servidor", |programa| {
        use std::net::{Shutdown, TcpStream};
        let porta = palco::porta_livre()?;
        let mut servidor = abre(programa, &[&format!("127.0.0.1:{porta}")])?;
        servidor.espera("Aguardando cliente...\n")?;
        for tamanho in [1500, 0, 1 << 20] {
            let mut con = TcpStream::connect(("127.0.0.1", porta))?;
            con.set_read_timeout(Some(Duration::from_secs(30)))?;
            let cliente = con.local_addr()?.port();
            con.write_all(&vec![b'a'; tamanho])?;
            con.shutdown(Shutdown::Write)?;
            let mut resposta = String::new();
            con.read_to_string(&mut resposta)?;
            exige(resposta == "Olah cliente", || format!("veio {resposta:?}"))?;
            servidor.espera("Recebemos")?;
            servidor.espera("\n")?;
            let fim =
                format!("Conectado com:  ('127.0.0.1', {cliente})\nRecebemos {tamanho} bytes\n");
            exige(servidor.saida().ends_with(fim.as_bytes()), || {
                format!("não mostrou {fim:?}")
            })?;
        }
        // Enquanto o cliente não diz que acabou, não há resposta.
        let mut con = TcpStream::connect(("127.0.0.1", porta))?;
        con.write_all(b"ainda falta")?;
        servidor.espera("Conectado com: ")?;
        con.set_read_timeout(Some(Duration::from_millis(300)))?;
        let cedo = con.read(&mut [0; 12]);
        exige(cedo.is_err(), || format!("respondeu cedo: {cedo:?}"))
    });
}

#[test]
fn cliente_ate_o_fim() {
    so_a_solucao_passa("cliente_ate_o_fim", "cliente", |programa| {
        let escuta = std::net::TcpListener::bind("127.0.0.1:0")?;
        let endereco = escuta.local_addr()?.to_string();
        // Só na primeira conversa o servidor responde sem esperar o fim: a lição nunca o diz.
        for (mensagem, ate_o_fim, quantos) in
            [("Python", false, 3000), ("Python", true, 12), ("", true, 1)]
        {
            let mut cliente = abre(programa, &[&endereco])?;
            cliente.espera("Digite algo: ")?;
            cliente.digita(mensagem)?;
            let (mut con, _) = escuta.accept()?;
            con.set_read_timeout(Some(Duration::from_secs(30)))?;
            let mut recebido = vec![0; mensagem.len()];
            con.read_exact(&mut recebido)?;
            if ate_o_fim {
                con.read_to_end(&mut recebido)?;
            }
            exige(recebido == mensagem.as_bytes(), || {
                format!("mandou {recebido:?}")
            })?;
            con.write_all(&vec![b'a'; quantos])?;
            drop(con);
            let codigo = cliente.sai()?;
            // A resposta pode vir em quantos pedaços a rede quiser.
            let tela = String::from_utf8_lossy(cliente.saida()).replace("'\nRecebemos:  b'", "");
            let esperada = format!(
                "Digite algo: Recebemos:  b'{}'\nFim da resposta: {quantos} bytes\n",
                "a".repeat(quantos)
            );
            exige(codigo == 0 && tela == esperada, || {
                format!("saiu com {codigo} e mostrou {tela:?}")
            })?;
        }
        Ok(())
    });
}

/// O chat que a seção 7.1.2 pede não tem programa em `docs/solucoes`: a solução são as duas lições da
/// seção seguinte. O servidor e o cliente de onde ele parte não tocam a conversa; elas, sim.
#[test]
fn chat_a_partir_do_servidor_e_do_cliente() {
    compila().unwrap();
    let toca = |servidor: &str, cliente: &str| -> Resultado<()> {
        let sessoes = Path::new(env!("CARGO_MANIFEST_DIR")).join("sessoes");
        let mut sessao = palco::Sessao::le(&sessoes.join("17_chat"))?;
        for (terminal, licao) in [("servidor_chat", servidor), ("cliente_chat", cliente)] {
            sessao.terminais.get_mut(terminal).unwrap().licao = Some(licao.to_string());
        }
        let visto = palco::observa(&sessao, |_| palco::Ator::Rust)?;
        exige(visto.desvios.is_empty(), || format!("{:?}", visto.desvios))?;
        for (terminal, tela) in &visto.apresentacao.telas {
            exige(tela.tela == sessao.tela(terminal), || tela.tela.clone())?;
        }
        Ok(())
    };
    toca("servidor_chat", "cliente_chat").unwrap();
    assert!(toca("servidor", "cliente").is_err());
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
