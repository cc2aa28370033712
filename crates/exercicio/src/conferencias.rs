//! O que cada exercício pede, do jeito que se vê: na tela, na rede e na pasta. Uma função por exercício, na ordem do
//! capítulo.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::time::Duration;

use comum_alem::arquivos;
use palco::{Resultado, Terminal, aceita, citado, comando_de, compilado};
use socket2::SockRef;

use crate::cena::{Cena, Fim, PRAZO, com_prazo, espera_entre_outros, le_ate, le_ate_o_fim};

pub fn socket_ip_teimoso(cena: &Cena) -> Resultado<()> {
    const URL: &str = "Digite uma url: ";
    const CONTINUA: &str = "Digite <s> para continuar: ";
    const IP: &str = "O IP referente à url informada é:  127.0.0.1\n";
    let mut programa = cena.abre(&[], "")?;
    // Um nome que nem se pergunta à rede e um que o sistema recusa não impedem o seguinte, que existe.
    for (nome, resposta, tecla) in [
        ("www..br", "", "s"),
        ("::1", "", "s"),
        ("localhost", IP, "s"),
        ("www..br", "", "n"),
    ] {
        programa.espera(URL)?;
        cena.quando(format!("digitado o nome `{nome}`"));
        programa.digita(nome)?;
        programa.espera(resposta)?;
        programa.espera(CONTINUA)?;
        programa.digita(tecla)?;
    }
    cena.quando("digitado `n`");
    let mut fim = Fim::de(programa)?;
    let respostas = fim.tudo.replace(URL, "").replace(CONTINUA, "");
    let quantas = respostas.lines().filter(|linha| !linha.is_empty()).count();
    let o_que = "um IP, e o motivo de cada um dos outros";
    fim.saiu(true)?.exige(quantas >= 4, o_que)?;
    let programa = cena.abre(&[], URL)?;
    cena.quando("num Ctrl-D, que continua encerrando");
    Fim::de(programa).map(drop)
}

pub fn portas_do_argumento(cena: &Cena) -> Resultado<()> {
    for (nomes, certas) in [
        (&[][..], &["53", "80", "21"][..]),
        (&["ftp"], &["21"]),
        (&["https", "smtp", "telnet"], &["443", "25", "23"]),
        // Este costuma estar só no UDP.
        (&["ntp"], &["123"]),
    ] {
        cena.roda(nomes)?.so_mostrou("", certas)?.saiu(true)?;
    }
    for estranho in ["nao_existe", "80", "", "--porta"] {
        let mut fim = cena.roda(&["ftp", estranho, "http"])?;
        fim.exige(fim.tela.starts_with("21\n"), "21")?
            .diz_erro(estranho)?;
    }
    Ok(())
}

/// Manda um texto. Se o programa já não o quer, é no que ele mostra ou responde que se vê.
fn manda(con: &mut TcpStream, texto: &str) {
    let _ = con.write_all(texto.as_bytes());
}

/// O programa responde alguma coisa e fecha a conexão.
fn responde(servidor: &mut Terminal, con: &mut TcpStream) -> Resultado<()> {
    let resposta = le_ate_o_fim(servidor, con)?;
    servidor.exige(!resposta.is_empty(), "uma resposta, e a conexão só fechou")
}

pub fn servidor_ate_o_fim(cena: &Cena) -> Resultado<()> {
    let mut servidor = cena.abre(&[], "Aguardando cliente...\n")?;
    for tamanho in [1500, 0, 1 << 20] {
        cena.quando(format!("depois de {tamanho} bytes e do fim da mensagem"));
        let mut con = cena.conecta(&mut servidor)?;
        manda(&mut con, &"a".repeat(tamanho));
        let _ = con.shutdown(Shutdown::Write);
        servidor.espera(&format!("Recebemos {tamanho} bytes\n"))?;
        responde(&mut servidor, &mut con)?;
    }
    cena.quando("enquanto o cliente não diz que acabou");
    let mut con = cena.conecta(&mut servidor)?;
    manda(&mut con, "ainda falta");
    servidor.espera("Conectado com: ")?;
    con.set_read_timeout(Some(Duration::from_millis(300)))?;
    let calado = con.read(&mut [0]).is_err();
    servidor.exige(calado, "silêncio, e veio uma resposta, ou o fim")
}

/// Um par qualquer que troque linhas digitadas, fale primeiro quem falar.
pub fn chat(cena: &Cena) -> Resultado<()> {
    let mut servidor = cena.poe_em_cena(0, "o seu servidor", &[])?;
    // O cliente vem quando ele já espera alguém.
    servidor.assenta();
    let mut cliente = cena.poe_em_cena(1, "o seu cliente", &[])?;
    for vez in ["primeira", "segunda"] {
        let (dele, dela) = (format!("{vez} do cliente"), format!("{vez} do servidor"));
        cliente.digita(&dele)?;
        servidor.digita(&dela)?;
        cena.quando(format!("digitada no cliente a linha `{dele}`"));
        espera_entre_outros(&mut servidor, &dele)?;
        cena.quando(format!("digitada no servidor a linha `{dela}`"));
        espera_entre_outros(&mut cliente, &dela)?;
    }
    Ok(())
}

pub fn cliente_ate_o_fim(cena: &Cena) -> Resultado<()> {
    let escuta = TcpListener::bind(("127.0.0.1", cena.porta))?;
    // Só na primeira conversa o servidor responde sem esperar o fim: a lição nunca o diz.
    let conversas = [("Python", false, 3000), ("Python", true, 12), ("", true, 2)];
    for (mensagem, ate_o_fim, quantos) in conversas {
        let mut cliente = cena.abre(&[], "Digite algo: ")?;
        cena.quando(format!("digitada a mensagem `{mensagem}`"));
        cliente.digita(mensagem)?;
        let mut con = com_prazo(&mut cliente, aceita(&escuta, PRAZO).ok())?;
        let veio = le_ate(&mut con, mensagem);
        cliente.exige(veio == mensagem, "os bytes dela na rede")?;
        if ate_o_fim {
            cena.quando("enviada a mensagem, com o servidor à espera do fim dela");
            let resto = le_ate_o_fim(&mut cliente, &mut con)?;
            cliente.exige(resto.is_empty(), "o fim, e veio mais")?;
        }
        cena.quando(format!("depois de uma resposta de {quantos} bytes"));
        let resposta = "a".repeat(quantos);
        manda(&mut con, &resposta);
        drop(con);
        cliente.espera(&format!("Fim da resposta: {quantos} bytes\n"))?;
        let mut fim = Fim::de(cliente)?;
        // A resposta pode vir em quantos pedaços a rede quiser.
        let tela = fim.tela.replace("'\nRecebemos:  b'", "");
        fim.exige(tela.contains(&resposta), "a resposta inteira na tela")?
            .saiu(true)?;
    }
    Ok(())
}

pub fn servidor_threads(cena: &Cena) -> Resultado<()> {
    let mut servidor = cena.abre(&[], "Aguardando cliente...\n")?;
    // De duas threads em Python, as linhas podem sair entremeadas: só se espera o que sai de uma vez.
    let recebido = |servidor: &mut Terminal| {
        let con = cena.conecta(servidor)?;
        let porta = con.local_addr()?.port();
        espera_entre_outros(servidor, &format!("('127.0.0.1', {porta})"))?;
        Ok(con)
    };
    let conversa = |servidor: &mut Terminal, con: &mut TcpStream, texto: &str| {
        manda(con, texto);
        responde(servidor, con)?;
        espera_entre_outros(servidor, &format!("b'{texto}'"))
    };
    let mut calado = recebido(&mut servidor)?;
    // Na lição ele só espera, e o servidor nem o mostra.
    cena.quando("com um cliente calado já conectado, um segundo que conecta e fala");
    let mut apressado = cena.conecta(&mut servidor)?;
    conversa(&mut servidor, &mut apressado, "com pressa")?;
    cena.quando("depois de um cliente que cai e de um que fecha sem falar");
    SockRef::from(&recebido(&mut servidor)?).set_linger(Some(Duration::ZERO))?;
    drop(recebido(&mut servidor)?);
    let mut seguinte = recebido(&mut servidor)?;
    conversa(&mut servidor, &mut seguinte, "e agora?")?;
    cena.quando("com cinquenta calados de uma vez, em que o último a chegar fala primeiro");
    let calados = (0..50).map(|_| recebido(&mut servidor));
    let calados: Vec<TcpStream> = calados.collect::<Resultado<_>>()?;
    for mut con in calados.into_iter().rev() {
        conversa(&mut servidor, &mut con, "enfim")?;
    }
    conversa(&mut servidor, &mut calado, "agora eu")
}

/// O próximo datagrama, e de quem ele é; se não vem nenhum, é isto que falta.
fn recebe(quem: &mut Terminal, em: &UdpSocket, falta: &str) -> Resultado<(String, SocketAddr)> {
    em.set_read_timeout(Some(PRAZO))?;
    let mut buffer = [0; 65535];
    let chegou = em.recv_from(&mut buffer).ok();
    let (lidos, de) = chegou.ok_or_else(|| quem.falta(falta, None))?;
    Ok((String::from_utf8_lossy(&buffer[..lidos]).into_owned(), de))
}

/// As perguntas são as do capítulo; o que responder, cada um decide.
pub fn bot_udp(cena: &Cena) -> Resultado<()> {
    let mut bot = cena.abre(&[], "Servidor pronto....\n")?;
    // Não há ninguém para digitar.
    bot.fim_da_entrada();
    let mut respostas = vec![String::new()];
    for jeitos in PERGUNTAS {
        let mut certa: Option<String> = None;
        for pergunta in jeitos.split('|') {
            cena.quando(format!("depois da pergunta `{pergunta}`"));
            // Cada uma é de um colega.
            let colega = UdpSocket::bind("127.0.0.1:0")?;
            colega.send_to(pergunta.as_bytes(), ("127.0.0.1", cena.porta))?;
            let (veio, _) = recebe(&mut bot, &colega, "uma resposta, sem ninguém digitar nada")?;
            let (serve, qual) = match &certa {
                None => (
                    !respostas.contains(&veio),
                    "uma resposta só dela".to_string(),
                ),
                Some(certa) => (veio == *certa, citado(certa)),
            };
            bot.exige(serve, format!("{qual}, e veio {}", citado(&veio)))?;
            certa = Some(veio);
        }
        respostas.extend(certa);
    }
    Ok(())
}

/// As que ele não sabe (às últimas falta alguma palavra) e cada uma das do capítulo, de três jeitos.
const PERGUNTAS: [&str; 4] = [
    "Que dia é hoje em Marte?|ramal|Qual o ramal do administrador?|",
    "Qual o e-mail do administrador?|QUAL O E-MAIL DO ADMINISTRADOR|o administrador tem email?",
    "Qual o ramal do departamento de pessoal?|RAMAL DO DEPARTAMENTO DE PESSOAL|departamento de pessoal: qual o ramal?",
    "Quem não efetuou login ainda hoje?|QUEM NÃO EFETUOU LOGIN HOJE|quem nao efetuou login hoje",
];

pub fn ftp_navegador(cena: &Cena) -> Resultado<()> {
    cena.quando("num passeio por nao_existe, pub/textos, /README, /pub e .., e uma linha vazia");
    // A linha vazia é a despedida: o que vem depois dela não é lido.
    let passeio = ["nao_existe", "pub/textos", "/README", "/pub", ".."];
    let linhas = [&["", ""], &passeio[..], &["", "pub"]].concat();
    let mut fim = cena.digita_tudo(&linhas)?;
    let mut resto = fim.tela.clone();
    for texto in [
        "Diretório atual de trabalho:  /\n",
        "Diretório corrente:  /pub/textos\n",
        "pão de queijo.txt",
        "trava-línguas.txt",
        "Diretório corrente:  /pub\n",
        "Diretório corrente:  /\n",
        "README",
        "seculoxx",
    ] {
        let o_que = format!("{}, nessa ordem", citado(texto));
        fim.exige(resto.contains(texto), o_que)?;
        resto = resto.split_once(texto).unwrap_or_default().1.to_string();
    }
    let encerrou = !resto.contains("Diretório");
    fim.exige(encerrou, "que a linha vazia o encerrasse")?;
    // As duas que não são pastas.
    fim.vezes(2, "550")?.saiu(true).map(drop)
}

pub fn ftp_na_tela(cena: &Cena) -> Resultado<()> {
    let leia_me = String::from_utf8_lossy(&da_turma("/README")).into_owned();
    let mut fim = cena.roda(&[])?;
    let mostrou = fim.tela.ends_with(&leia_me);
    fim.exige(mostrou, "no fim da tela, o README do servidor")?;
    fim.saiu(true)?.gravou(cena, &BTreeMap::new())
}

pub fn ftp_baixa(cena: &Cena) -> Resultado<()> {
    const ZIP: &str = "/seculoxx/representacao_politica.zip";
    const FIGURA: &str = "/pub/linux/logos/pictures/linux-father-of-linux.jpg";
    let mut gravados = BTreeMap::new();
    // O nome com que se grava é só o último, venha o caminho como vier.
    for (pedido, nome, certo) in [
        (&ZIP[1..], "representacao_politica.zip", da_turma(ZIP)),
        (&FIGURA[1..], "linux-father-of-linux.jpg", da_turma(FIGURA)),
        ("README", "README", texto_da_turma("/README")),
        (
            "/pub/../seculoxx/leia_me.txt",
            "leia_me.txt",
            texto_da_turma("/seculoxx/leia_me.txt"),
        ),
        ("../../README", "README", texto_da_turma("/README")),
    ] {
        gravados.insert(nome, certo);
        cena.roda(&[pedido])?.saiu(true)?.gravou(cena, &gravados)?;
    }
    fs::write(cena.pasta.path().join("nao_existe.zip"), "antigo")?;
    gravados.insert("nao_existe.zip", b"antigo".to_vec());
    for ruim in ["pub/nao_existe.zip", "nao_existe", "..", "pub/..", "/", ""] {
        let mut fim = cena.roda(&[ruim])?;
        fim.exige(fim.tudo.trim() != "", "um erro, porque isso não serve")?;
        fim.gravou(cena, &gravados)?;
    }
    Ok(())
}

pub fn ftp_interativo_tamanho(cena: &Cena) -> Resultado<()> {
    let grande = da_turma("/pub/grande/oito_megabytes.bin");
    let texto = da_turma("/pub/grande/como_conferir.txt");
    cena.quando("pedido o oito_megabytes.bin duas vezes, a primeira sem confirmar");
    let endereco = format!("127.0.0.1:{}", cena.porta);
    let linhas = [
        &[&*endereco, "", "", "2", "pub/grande"][..],
        &["3", "b", "recusado.bin", "oito_megabytes.bin", "n"],
        &["3", "b", "nao_veio", "nao_existe"],
        &["3", "b", "grande.bin", "oito_megabytes.bin", "s"],
        &["3", "", "texto.txt", "como_conferir.txt", "S"],
        &["4"],
    ];
    let mut fim = cena.digita_tudo(&linhas.concat())?;
    fim.vezes(2, &format!("{} bytes", grande.len()))?;
    cena.quando("pedidos o como_conferir.txt, um que não existe e a saída");
    for tem in [&format!("{} bytes", texto.len()), "550"] {
        fim.exige(fim.tudo.contains(tem), tem)?;
    }
    let texto = texto_da_turma("/pub/grande/como_conferir.txt");
    let certos = BTreeMap::from([("grande.bin", grande), ("texto.txt", texto)]);
    fim.saiu(true)?.gravou(cena, &certos)
}

pub fn sala_com_recados(cena: &Cena) -> Resultado<()> {
    const A_ANA: &str = "João (só para Ana): oi, só você";
    const AO_ZECA: &str = "João (só para Zeca): cadê?";
    let mut sala = cena.abre(&[], "Sala aberta...\n")?;
    let mut pessoas = Vec::new();
    for (nome, recados) in [
        ("Ana", &[A_ANA][..]),
        ("João", &[A_ANA, AO_ZECA]),
        ("Bia", &[]),
    ] {
        cena.quando(format!("quando chega {nome}"));
        let mut con = cena.conecta(&mut sala)?;
        manda(&mut con, &format!("{nome}\n"));
        let entrou = format!("* {nome} entrou na sala");
        let veio = le_ate(&mut con, &entrou);
        let o_que = format!("`{entrou}`, e veio {}", citado(&veio));
        sala.exige(veio.ends_with(&entrou), o_que)?;
        pessoas.push((nome, recados, con));
    }
    // A última é para todos: o que alguém não viu antes dela não lhe era destinado.
    let ditas = "@Ana oi, só você\n@Zeca cadê?\n@\n@Ana\nfim\n";
    manda(&mut pessoas[1].2, ditas);
    for (nome, recados, mut con) in pessoas {
        cena.quando(format!("com os recados de João, diante de {nome}"));
        let certas = [recados, &["João: @", "João: @Ana", "João: fim"]].concat();
        let vistas = le_ate(&mut con, "João: fim");
        let mut vistas: Vec<&str> = vistas.lines().collect();
        vistas.retain(|linha| !linha.is_empty() && !linha.starts_with('*'));
        sala.exige(vistas == certas, format!("{certas:?}, e veio {vistas:?}"))?;
    }
    Ok(())
}

pub fn cliente_insistente(cena: &Cena) -> Resultado<()> {
    let surdo = UdpSocket::bind(("127.0.0.1", cena.porta))?;
    let mut cliente = cena.abre(&[], "")?;
    let mut anterior = "";
    // Em que vez cada pergunta é ouvida; a última, em nenhuma.
    for (pergunta, vezes, resposta) in [
        ("alguém aí?", 3, "sim"),
        ("quem?", 1, "eu"),
        ("e agora?", 5, ""),
    ] {
        cliente.espera("Sua mensagem: ")?;
        cliente.digita(pergunta)?;
        let mut origem = surdo.local_addr()?;
        for vez in 1..=vezes {
            cena.quando(format!("digitado `{pergunta}`, na vez {vez}"));
            let mut chegou = recebe(&mut cliente, &surdo, "a pergunta na rede")?;
            // Se a resposta demorou, a pergunta anterior veio mais uma vez.
            while chegou.0 == anterior {
                chegou = recebe(&mut cliente, &surdo, "a pergunta na rede")?;
            }
            let o_que = format!("a pergunta na rede, e veio {}", citado(&chegou.0));
            cliente.exige(chegou.0 == pergunta, o_que)?;
            origem = chegou.1;
        }
        cena.quando(format!("depois de perguntado {vezes} vezes `{pergunta}`"));
        if !resposta.is_empty() {
            // A segunda é da pergunta que se repetiu, e não da próxima.
            surdo.send_to(resposta.as_bytes(), origem)?;
            surdo.send_to(resposta.as_bytes(), origem)?;
            cliente.espera(&format!("Resposta do Servidor:  {resposta}\n"))?;
            cliente.espera("Digite <X> para sair: ")?;
            cliente.digita("")?;
        }
        anterior = pergunta;
    }
    Fim::de(cliente)?.diz_erro("").map(drop)
}

pub fn ftp_arruma(cena: &Cena) -> Resultado<()> {
    for nome in ["um.txt", "dois.txt"] {
        let meu = cena.pasta.path().join(nome);
        fs::write(&meu, nome)?;
        let (envia, meu) = (compilado("ftp_envia")?, meu.to_string_lossy());
        let mut comando = comando_de(&envia, "ftp_envia", &[&meu], cena.porta)?;
        Terminal::abre("ftp_envia", &mut comando, false)?.sai()?;
    }
    for (nomes, ficam) in [
        (&["um.txt", "novo.txt"][..], &["dois.txt", "novo.txt"][..]),
        (&["dois.txt"], &["novo.txt"]),
        (&["novo.txt"], &[]),
    ] {
        cena.roda(nomes)?.so_mostrou(".txt", ficam)?.saiu(true)?;
    }
    for nomes in [&["nao_existe"][..], &[], &["a", "b", "c"]] {
        cena.roda(nomes)?.saiu(false)?;
    }
    Ok(())
}

pub fn espiao_que_mente(cena: &Cena) -> Resultado<()> {
    let escuta = TcpListener::bind("127.0.0.1:0")?;
    let destino = escuta.local_addr()?.port().to_string();
    let mut espiao = cena.abre(&[&cena.porta.to_string(), &destino], "Espiando...\n")?;
    let mut cliente = cena.conecta(&mut espiao)?;
    let mut servidor = com_prazo(&mut espiao, aceita(&escuta, PRAZO).ok())?;
    // Só o que o servidor diz muda, e só a palavra; quantas vezes aparecer.
    for (quem, dito, ouvido) in [
        ("cliente", "Olah, Olah!", "Olah, Olah!"),
        ("servidor", "Olah cliente", "Nada cliente"),
        ("servidor", "OlaOlah e OlahOlah", "OlaNada e NadaNada"),
        ("servidor", "nada disso, olah", "nada disso, olah"),
    ] {
        cena.quando(format!("depois que o {quem} diz `{dito}`"));
        let (de, para) = match quem {
            "cliente" => (&mut cliente, &mut servidor),
            _ => (&mut servidor, &mut cliente),
        };
        manda(de, dito);
        let veio = le_ate(para, ouvido);
        let o_que = format!("`{ouvido}`, e veio {}", citado(&veio));
        espiao.exige(veio == ouvido, o_que)?;
    }
    Ok(())
}

pub fn servidor_http(cena: &Cena) -> Resultado<()> {
    let mut servidor = cena.abre(&[], "Aguardando cliente...\n")?;
    for (pedido, codigo, no_corpo) in [
        ("GET / HTTP/1.1", "200 OK", "Olah cliente"),
        ("GET /nada HTTP/1.1", "404 Not Found", ""),
        ("GET / HTTP/1.1", "200 OK", "Olah cliente"),
    ] {
        cena.quando(format!("pedido `{pedido}`"));
        let mut con = cena.conecta(&mut servidor)?;
        // Um navegador manda mais linhas, e espera a resposta sem fechar nada.
        manda(
            &mut con,
            &format!("{pedido}\r\nHost: x\r\nAccept: */*\r\n\r\n"),
        );
        let resposta = le_ate_o_fim(&mut servidor, &mut con)?;
        let (campos, corpo) = resposta.split_once("\r\n\r\n").unwrap_or((&resposta, ""));
        let mut campos = campos.lines();
        let comeco = format!("HTTP/1.1 {codigo}");
        let primeira = campos.next().unwrap_or_default();
        let veio = citado(primeira);
        let o_que = format!("uma resposta que começa com `{comeco}`, e veio {veio}");
        servidor.exige(primeira == comeco, o_que)?;
        let tamanho = format!("Content-Length: {}", corpo.len());
        let tem = campos.any(|campo| campo.eq_ignore_ascii_case(&tamanho));
        let o_que = format!("o campo `{tamanho}`, e uma linha vazia antes do corpo");
        servidor.exige(tem, o_que)?;
        let o_que = format!("`{no_corpo}` no corpo, e veio {}", citado(corpo));
        servidor.exige(corpo.contains(no_corpo), o_que)?;
    }
    Ok(())
}

/// Um arquivo do servidor da turma.
fn da_turma(caminho: &str) -> Vec<u8> {
    let mut todos = arquivos();
    let achado = todos.find(|(_, este, _)| *este == caminho);
    achado.map_or_else(Vec::new, |(.., bytes)| bytes.to_vec())
}

/// O texto, como um download em modo ASCII o deixa neste sistema: o servidor os guarda com LF.
fn texto_da_turma(caminho: &str) -> Vec<u8> {
    let texto = String::from_utf8_lossy(&da_turma(caminho)).into_owned();
    let fim = if cfg!(windows) { "\r\n" } else { "\n" };
    texto.replace('\n', fim).into()
}
