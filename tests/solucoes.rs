//! Os exercícios do livro: a solução faz o que o enunciado pede, e a lição de onde ela parte, não.
//!
//! Cada exercício tem uma conferência, que recebe o nome de um programa e diz o que faltou. Ela é usada
//! duas vezes, por [`so_a_solucao_passa`]: um exercício que a lição já resolve não é um exercício.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream, UdpSocket};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use palco::{Falha, Resultado, Terminal, compila, compilado, porta_livre};
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

/// Roda até o fim um programa que não pergunta nada.
fn roda(programa: &str, argumentos: &[&str]) -> Resultado<Output> {
    let mut comando = Command::new(compilado(programa)?);
    comando
        .args(argumentos)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let filho = comando.spawn()?;
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
fn a_ajuda_diz_o_comando_de_cada_solucao() {
    compila().unwrap();
    for (solucao, exemplo) in [
        ("servidor_threads", "0.0.0.0 "),
        ("servidor_ate_o_fim", "0.0.0.0 "),
        ("bot_udp", "0.0.0.0 "),
        ("sala_com_recados", "0.0.0.0 "),
        ("cliente_ate_o_fim", "192.168.0.10\n"),
        ("espiao_que_mente", "43211 43210\n"),
        ("ftp_na_tela", "ftp.ibiblio.org\n"),
        ("ftp_navegador", "ftp.ibiblio.org\n"),
    ] {
        let saida = roda(solucao, &["--help"]).unwrap();
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

#[test]
fn portas_do_argumento() {
    so_a_solucao_passa("portas_do_argumento", "portas", |programa| {
        mostra(programa, &[], "53\n80\n21\n")?;
        mostra(programa, &["ftp"], "21\n")?;
        mostra(programa, &["https", "smtp", "telnet"], "443\n25\n23\n")?;
        // Este costuma estar só no UDP.
        mostra(programa, &["ntp"], "123\n")?;
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

/// Abre um programa que conversa: espere o que ele mostra, digite, espere de novo.
fn abre(programa: &str, argumentos: &[&str]) -> Resultado<Terminal> {
    let mut comando = Command::new(compilado(programa)?);
    Terminal::abre(programa, comando.args(argumentos), false)
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
fn servidor_ate_o_fim() {
    so_a_solucao_passa("servidor_ate_o_fim", "servidor", |programa| {
        let porta = porta_livre()?;
        let mut servidor = abre(programa, &[&format!("127.0.0.1:{porta}")])?;
        servidor.espera("Aguardando cliente...\n")?;
        for tamanho in [1500, 0, 1, 1 << 20] {
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
            let bytes = if tamanho == 1 { "byte" } else { "bytes" };
            let fim =
                format!("Conectado com:  ('127.0.0.1', {cliente})\nRecebemos {tamanho} {bytes}\n");
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
            let bytes = if quantos == 1 { "byte" } else { "bytes" };
            let esperada = format!(
                "Digite algo: Recebemos:  b'{}'\nFim da resposta: {quantos} {bytes}\n",
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
        #[cfg(unix)]
        {
            let _calado = conecta(&mut servidor, porta)?;
            servidor.ctrl_c()?;
            let codigo = servidor.sai()?;
            exige(codigo == 0, || format!("o Ctrl-C saiu com {codigo}"))?;
        }
        servidor.encerra()?;
        let erro = String::from_utf8_lossy(servidor.erro()).into_owned();
        let avisos = erro.trim_end_matches("\nAté logo!\n");
        exige(avisos.lines().all(|l| l.starts_with("Aviso: ")), || erro)
    });
}

#[test]
fn cliente_insistente() {
    so_a_solucao_passa("cliente_insistente", "cliente_udp", |programa| {
        let surdo = UdpSocket::bind("127.0.0.1:0")?;
        surdo.set_read_timeout(Some(Duration::from_secs(4)))?;
        let mut cliente = abre(programa, &[&surdo.local_addr()?.to_string()])?;
        // O servidor perde as duas primeiras vezes, e na terceira responde.
        cliente.espera("Sua mensagem: ")?;
        cliente.digita("tem alguém aí?")?;
        let mut buffer = [0; 100];
        for vez in 1..=3 {
            let (lidos, origem) = surdo.recv_from(&mut buffer)?;
            exige(&buffer[..lidos] == "tem alguém aí?".as_bytes(), || {
                format!("na vez {vez} mandou {:?}", &buffer[..lidos])
            })?;
            if vez == 3 {
                // A mesma resposta duas vezes: a segunda é da pergunta que se repetiu, e não da próxima.
                surdo.send_to(b"sim", origem)?;
                surdo.send_to(b"sim", origem)?;
            }
        }
        cliente.espera("Resposta do Servidor:  sim\nDigite <X> para sair: ")?;
        cliente.digita("")?;
        cliente.espera("Sua mensagem: ")?;
        cliente.digita("quem?")?;
        let (_, origem) = surdo.recv_from(&mut buffer)?;
        surdo.send_to(b"eu", origem)?;
        cliente.espera("Resposta do Servidor:  eu\nDigite <X> para sair: ")?;
        // De quem nunca responde ele desiste, e diz.
        cliente.digita("")?;
        cliente.espera("Sua mensagem: ")?;
        cliente.digita("e agora?")?;
        let codigo = cliente.sai()?;
        let erro = String::from_utf8_lossy(cliente.erro()).into_owned();
        let ultima = erro.lines().last().unwrap_or_default();
        exige(codigo == 1 && ultima.starts_with("Erro: "), || {
            format!("saiu com {codigo}: {erro}")
        })
    });
}

#[test]
fn sala_com_recados() {
    so_a_solucao_passa("sala_com_recados", "servidor_sala", |programa| {
        let porta = porta_livre()?;
        let mut servidor = abre(programa, &[&format!("127.0.0.1:{porta}")])?;
        servidor.espera("Sala aberta...\n")?;
        let mut pessoas = Vec::new();
        for nome in ["Ana", "João", "Bia"] {
            let con = TcpStream::connect(("127.0.0.1", porta))?;
            con.set_read_timeout(Some(Duration::from_secs(30)))?;
            (&con).write_all(format!("{nome}\n").as_bytes())?;
            let mut leitor = BufReader::new(con);
            let mut linha = String::new();
            while !linha.ends_with(&format!("* {nome} entrou na sala\n")) {
                exige(leitor.read_line(&mut linha)? > 0, || linha.clone())?;
            }
            pessoas.push(leitor);
        }
        // A última é para todos: o que alguém não viu antes dela não lhe era destinado.
        let ditas = "@Ana oi, só você\n@Zeca cadê?\n@\n@Ana\nfim\n";
        pessoas[1].get_ref().write_all(ditas.as_bytes())?;
        let de_todos = ["João: @", "João: @Ana", "João: fim"];
        for (quem, so_dela) in [
            &["João (só para Ana): oi, só você"][..],
            &[
                "João (só para Ana): oi, só você",
                "João (só para Zeca): cadê?",
            ],
            &[],
        ]
        .into_iter()
        .enumerate()
        {
            let mut vistas = Vec::new();
            while vistas.last().is_none_or(|linha| linha != "João: fim") {
                let mut linha = String::new();
                exige(pessoas[quem].read_line(&mut linha)? > 0, || {
                    format!("{vistas:?} e a conexão se fechou")
                })?;
                if !linha.starts_with('*') {
                    vistas.push(linha.trim_end().to_string());
                }
            }
            exige(vistas == [so_dela, &de_todos].concat(), || {
                format!("{programa}: a pessoa {quem} viu {vistas:?}")
            })?;
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
        let nao_sei = "Só sei e-mails (suporte, administrador), ramais (secretaria, pessoal), o horário da biblioteca e quem não fez login hoje.";
        for (cliente, pergunta, resposta) in [
            (&ana, "Qual é o ramal da secretaria?", ramal),
            (&beto, "ramal secretaria", ramal),
            (&ana, "E-MAIL DO SUPORTE", suporte),
            (&beto, "o suporte tem email?", suporte),
            (&ana, "Horário da biblioteca, por favor", horario),
            (&beto, "A BIBLIOTECA ABRE EM QUE HORÁRIO", horario),
            (&ana, "horario da biblioteca", horario),
            // As do capítulo.
            (
                &beto,
                "Qual o e-mail do administrador?",
                "admin@escola.example",
            ),
            (
                &ana,
                "Qual o ramal do departamento de pessoal?",
                "O ramal é o 2020.",
            ),
            (
                &beto,
                "Quem não efetuou login ainda hoje?",
                "Hoje ainda faltam ana e beto.",
            ),
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
        bot.encerra()?;
        exige(bot.erro().is_empty(), || "há algo no stderr".to_string())
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
            "-r--r--r--   1 ftp      ftp             500 Jul 12  2014 pão de queijo.txt",
            "-r--r--r--   1 ftp      ftp             233 Jul 13  2014 trava-línguas.txt",
        ]);
        let raiz = listagem(&[
            "-r--r--r--   1 ftp      ftp            1456 Mar 15  2018 README",
            "drwxrwxrwx   2 ftp      ftp            4096 May 06  2020 entregas",
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

/// Um arquivo do servidor da turma, como o projeto o guarda.
fn da_turma(caminho: &str) -> Resultado<Vec<u8>> {
    let arvore = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/servidor_ftp/arvore");
    Ok(fs::read(arvore.join(caminho))?)
}

/// O texto, como um download em modo ASCII o deixa neste sistema: o servidor os guarda com LF.
fn como_texto(bytes: &[u8]) -> Vec<u8> {
    if cfg!(windows) {
        return String::from_utf8_lossy(bytes)
            .replace('\n', "\r\n")
            .into_bytes();
    }
    bytes.to_vec()
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

#[test]
fn espiao_que_mente() {
    so_a_solucao_passa("espiao_que_mente", "espiao", |programa| {
        let escuta = std::net::TcpListener::bind("127.0.0.1:0")?;
        let destino = escuta.local_addr()?.port();
        let porta = porta_livre()?;
        let mut espiao = abre(programa, &[&porta.to_string(), &destino.to_string()])?;
        espiao.espera("Espiando...\n")?;
        let mut cliente = TcpStream::connect(("127.0.0.1", porta))?;
        let (mut servidor, _) = escuta.accept()?;
        for con in [&cliente, &servidor] {
            con.set_read_timeout(Some(Duration::from_secs(30)))?;
        }
        // Só a volta muda, e só a palavra; quantas vezes aparecer.
        for (dito, ouvido, ao_servidor) in [
            ("Olah, Olah!", "Olah, Olah!", true),
            ("Olah cliente", "Nada cliente", false),
            ("OlaOlah e OlahOlah olah", "OlaNada e NadaNada olah", false),
            ("nada disso", "nada disso", false),
        ] {
            let (de, para) = match ao_servidor {
                true => (&mut cliente, &mut servidor),
                false => (&mut servidor, &mut cliente),
            };
            de.write_all(dito.as_bytes())?;
            let mut chegou = vec![0; dito.len()];
            para.read_exact(&mut chegou)?;
            let chegou = String::from_utf8_lossy(&chegou);
            exige(chegou == ouvido, || {
                format!("{dito:?} chegou como {chegou:?}")
            })?;
        }
        Ok(())
    });
}

#[test]
fn ftp_arruma() {
    so_a_solucao_passa("ftp_arruma", "ftp_envia", |programa| {
        let (mut servidor, endereco) = servidor_da_turma()?;
        let pasta = tempfile::tempdir()?;
        for nome in ["um.txt", "dois.txt"] {
            fs::write(pasta.path().join(nome), nome)?;
            let (_, codigo) = roda_em(pasta.path(), "ftp_envia", &[nome, &endereco])?;
            exige(codigo == 0, || format!("{nome} não foi enviado"))?;
        }
        for (argumentos, mostra) in [
            (
                &["um.txt", "outro nome.txt"][..],
                "dois.txt\noutro nome.txt\n",
            ),
            (&["dois.txt"], "outro nome.txt\n"),
            (&["outro nome.txt"], ""),
        ] {
            let argumentos = [&[endereco.as_str()], argumentos].concat();
            let (terminal, codigo) = roda_em(pasta.path(), programa, &argumentos)?;
            let visto = String::from_utf8_lossy(terminal.saida());
            exige(
                codigo == 0 && visto.ends_with(&format!("turma.\n{mostra}")),
                || format!("{programa} {argumentos:?}: {codigo}, {visto}"),
            )?;
        }
        for ruim in [&["nao_existe"][..], &[], &["a", "b", "c"]] {
            let argumentos = [&[endereco.as_str()], ruim].concat();
            let (terminal, codigo) = roda_em(pasta.path(), programa, &argumentos)?;
            let erro = String::from_utf8_lossy(terminal.erro());
            exige(codigo == 1 && erro.starts_with("Erro: "), || {
                format!("{programa} {ruim:?}: {codigo}, {erro}")
            })?;
        }
        servidor.espera("outro nome.txt\n")
    });
}
