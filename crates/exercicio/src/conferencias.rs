//! O que cada exercício pede, do jeito que se vê: na tela, na rede e na pasta. Uma função por exercício, na ordem do
//! capítulo.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream, UdpSocket};
use std::path::Path;
use std::time::Duration;

use palco::Resultado;
use socket2::SockRef;

use crate::aluno::{Aluno, Cena, PRAZO, citado, exige, exige_texto, le_ate_o_fim};

pub fn socket_ip_teimoso(cena: &Cena) -> Resultado<()> {
    const URL: &str = "Digite uma url: ";
    const CONTINUA: &str = "Digite <s> para continuar: ";
    const IP: &str = "O IP referente à url informada é:  127.0.0.1\n";
    let mut aluno = cena.abre(&[], "")?;
    // Um nome que nem se pergunta à rede e um que o sistema recusa não impedem o seguinte, que existe.
    for (nome, resposta, tecla) in [
        ("www..br", "", "s"),
        ("::1", "", "s"),
        ("localhost", IP, "s"),
        ("www..br", "", "n"),
    ] {
        aluno.espera(URL)?;
        cena.quando(format!("digitado o nome `{nome}`"));
        aluno.digita(nome);
        aluno.espera(resposta)?;
        aluno.espera(CONTINUA)?;
        aluno.digita(tecla);
    }
    cena.quando("digitado `n`");
    let codigo = aluno.sai()?;
    let respostas = aluno.tudo().replace(URL, "").replace(CONTINUA, "");
    let linhas = respostas.lines().filter(|linha| !linha.is_empty());
    let certo = codigo == 0 && linhas.count() >= 4;
    aluno.exige(certo, "um IP, e o motivo de cada um dos outros")?;
    cena.quando("num Ctrl-D, que continua encerrando");
    let mut aluno = cena.abre(&[], URL)?;
    aluno.digita_tudo(&[]).map(drop)
}

pub fn portas_do_argumento(cena: &Cena) -> Resultado<()> {
    let roda = |nomes: &[&str]| {
        cena.quando(format!("com os nomes {nomes:?}"));
        cena.roda(nomes, &[])
    };
    for (nomes, tela) in [
        (&[][..], "53\n80\n21\n"),
        (&["ftp"], "21\n"),
        (&["https", "smtp", "telnet"], "443\n25\n23\n"),
        // Este costuma estar só no UDP.
        (&["ntp"], "123\n"),
    ] {
        let (mut aluno, codigo) = roda(nomes)?;
        let esperado = format!("{}, um por linha", tela.trim_end().replace('\n', ", "));
        aluno.exige(codigo == 0 && aluno.tela() == tela, &esperado)?;
    }
    for estranho in ["nao_existe", "80", "", "--porta"] {
        let (mut aluno, _) = roda(&["ftp", estranho, "http"])?;
        let cita = |linha: &str| linha.starts_with("Erro: ") && linha.contains(estranho);
        let certo = aluno.tela().starts_with("21\n") && aluno.tudo().lines().any(cita);
        aluno.exige(certo, "21 e uma linha `Erro: …` que cite o estranho")?;
    }
    Ok(())
}

/// Manda bytes. Se o programa já não os quer, é no que ele mostra ou responde que se vê.
fn manda(con: &mut TcpStream, bytes: &[u8]) {
    let _ = con.write_all(bytes);
}

/// O programa responde alguma coisa e fecha a conexão.
fn responde(con: &mut TcpStream) -> Resultado<()> {
    let resposta = le_ate_o_fim(con)?;
    exige(!resposta.is_empty(), "uma resposta, e a conexão só fechou")
}

pub fn servidor_ate_o_fim(cena: &Cena) -> Resultado<()> {
    let mut servidor = cena.abre(&[], "Aguardando cliente...\n")?;
    for tamanho in [1500, 0, 1 << 20] {
        cena.quando(format!("depois de {tamanho} bytes e do fim da mensagem"));
        let mut con = cena.conecta()?;
        manda(&mut con, &vec![b'a'; tamanho]);
        let _ = con.shutdown(Shutdown::Write);
        servidor.espera(&format!("Recebemos {tamanho} bytes\n"))?;
        responde(&mut con)?;
    }
    cena.quando("enquanto o cliente não diz que acabou");
    let mut con = cena.conecta()?;
    manda(&mut con, b"ainda falta");
    servidor.espera("Conectado com: ")?;
    con.set_read_timeout(Some(Duration::from_millis(300)))?;
    let calado = con.read(&mut [0]).is_err();
    exige(calado, "silêncio, e veio uma resposta, ou o fim")
}

/// Um par qualquer que troque linhas digitadas, fale primeiro quem falar.
pub fn chat(cena: &Cena) -> Resultado<()> {
    let (mut servidor, mut cliente) = cena.abre_o_par()?;
    for vez in ["primeira", "segunda"] {
        let (dele, dela) = (format!("{vez} do cliente"), format!("{vez} do servidor"));
        cliente.digita(&dele);
        servidor.digita(&dela);
        cena.quando(format!("digitada no cliente a linha `{dele}`"));
        servidor.espera_entre_outros(&dele)?;
        cena.quando(format!("digitada no servidor a linha `{dela}`"));
        cliente.espera_entre_outros(&dela)?;
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
        cliente.digita(mensagem);
        let mut con = cena.espera_conexao(&escuta)?;
        let mut recebido = vec![0; mensagem.len()];
        let _ = con.read_exact(&mut recebido);
        exige(recebido == mensagem.as_bytes(), "os bytes dela na rede")?;
        if ate_o_fim {
            cena.quando("enviada a mensagem, com o servidor à espera do fim dela");
            exige(le_ate_o_fim(&mut con)?.is_empty(), "o fim, e veio mais")?;
        }
        cena.quando(format!("depois de uma resposta de {quantos} bytes"));
        manda(&mut con, &vec![b'a'; quantos]);
        drop(con);
        cliente.espera(&format!("Fim da resposta: {quantos} bytes\n"))?;
        let codigo = cliente.sai()?;
        // A resposta pode vir em quantos pedaços a rede quiser.
        let tela = cliente.tela().replace("'\nRecebemos:  b'", "");
        let inteira = codigo == 0 && tela.contains(&"a".repeat(quantos));
        exige(inteira, "a resposta inteira na tela, e o código 0")?;
    }
    Ok(())
}

/// Conecta, e o servidor o mostra. (De duas threads em Python, as linhas podem sair entremeadas: só se espera o que
/// sai de uma vez.)
fn recebido(cena: &Cena, servidor: &mut Aluno) -> Resultado<TcpStream> {
    let con = cena.conecta()?;
    let porta = con.local_addr()?.port();
    servidor.espera_entre_outros(&format!("('127.0.0.1', {porta})"))?;
    Ok(con)
}

/// Manda uma mensagem: o servidor a mostra e responde.
fn conversa(servidor: &mut Aluno, con: &mut TcpStream, texto: &str) -> Resultado<()> {
    manda(con, texto.as_bytes());
    responde(con)?;
    servidor.espera_entre_outros(&format!("b'{texto}'"))
}

pub fn servidor_threads(cena: &Cena) -> Resultado<()> {
    let mut servidor = cena.abre(&[], "Aguardando cliente...\n")?;
    let mut calado = recebido(cena, &mut servidor)?;
    // Na lição ele só espera, e o servidor nem o mostra.
    cena.quando("com um cliente calado já conectado, um segundo que conecta e fala");
    let mut apressado = cena.conecta()?;
    conversa(&mut servidor, &mut apressado, "com pressa")?;
    cena.quando("depois de um cliente que cai e de um que fecha sem falar");
    let caiu = recebido(cena, &mut servidor)?;
    SockRef::from(&caiu).set_linger(Some(Duration::ZERO))?;
    drop(caiu);
    recebido(cena, &mut servidor)?.shutdown(Shutdown::Write)?;
    let mut seguinte = recebido(cena, &mut servidor)?;
    conversa(&mut servidor, &mut seguinte, "e agora?")?;
    cena.quando("com cinquenta calados de uma vez, em que o último a chegar fala primeiro");
    let mut calados = Vec::new();
    for _ in 0..50 {
        calados.push(recebido(cena, &mut servidor)?);
    }
    for con in calados.iter_mut().rev() {
        conversa(&mut servidor, con, "enfim")?;
    }
    conversa(&mut servidor, &mut calado, "agora eu")
}

/// As perguntas são as do capítulo; o que responder, cada um decide.
pub fn bot_udp(cena: &Cena) -> Resultado<()> {
    let mut bot = cena.abre(&[], "Servidor pronto....\n")?;
    // Não há ninguém para digitar.
    bot.fim_da_entrada();
    let mut pergunta = |texto: &str| -> Resultado<String> {
        cena.quando(format!("depois da pergunta `{texto}`"));
        // Cada uma é de um colega.
        let colega = UdpSocket::bind("127.0.0.1:0")?;
        colega.set_read_timeout(Some(PRAZO))?;
        colega.send_to(texto.as_bytes(), ("127.0.0.1", cena.porta))?;
        let mut buffer = [0; 65535];
        let lidos = colega.recv(&mut buffer).unwrap_or(0);
        if lidos == 0 {
            bot.exige(false, "uma resposta, sem ninguém digitar nada")?;
        }
        Ok(String::from_utf8_lossy(&buffer[..lidos]).into_owned())
    };
    let nao_sei = pergunta("Que dia é hoje em Marte?")?;
    let mut respostas = vec![nao_sei.clone()];
    for jeitos in PERGUNTAS {
        let resposta = pergunta(jeitos[0])?;
        let so_dela = format!("uma resposta só dela, e veio {}", citado(&resposta));
        exige(!respostas.contains(&resposta), &so_dela)?;
        for jeito in &jeitos[1..] {
            exige_texto(&resposta, &pergunta(jeito)?)?;
        }
        respostas.push(resposta);
    }
    // A estas falta alguma palavra.
    for vaga in ["ramal", "Qual o ramal do administrador?", ""] {
        exige_texto(&nao_sei, &pergunta(vaga)?)?;
    }
    Ok(())
}

/// Cada pergunta do capítulo, de três jeitos.
const PERGUNTAS: [[&str; 3]; 3] = [
    [
        "Qual o e-mail do administrador?",
        "QUAL O E-MAIL DO ADMINISTRADOR",
        "o administrador tem email?",
    ],
    [
        "Qual o ramal do departamento de pessoal?",
        "RAMAL DO DEPARTAMENTO DE PESSOAL",
        "departamento de pessoal: qual o ramal?",
    ],
    [
        "Quem não efetuou login ainda hoje?",
        "QUEM NÃO EFETUOU LOGIN HOJE",
        "quem nao efetuou login hoje",
    ],
];

pub fn ftp_navegador(cena: &Cena) -> Resultado<()> {
    let _servidor = cena.servidor_da_turma()?;
    cena.quando("num passeio por nao_existe, pub/textos, /README, /pub e .., e uma linha vazia");
    // A linha vazia é a despedida: o que vem depois dela não é lido.
    let passeio = ["nao_existe", "pub/textos", "/README", "/pub", ".."];
    let linhas = [&["", ""], &passeio[..], &["", "pub"]].concat();
    let (mut aluno, codigo) = cena.roda(&[], &linhas)?;
    let tela = aluno.tela();
    let mut resto = &*tela;
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
        let achado = resto.split_once(texto);
        aluno.exige(achado.is_some(), &format!("{texto:?}, nessa ordem"))?;
        resto = achado.map_or("", |(_, depois)| depois);
    }
    let encerrou = !resto.contains("Diretório") && codigo == 0;
    aluno.exige(encerrou, "que a linha vazia o encerrasse")?;
    let recusas = aluno.tudo().matches("550").count();
    aluno.exige(recusas == 2, "o 550 das duas que não são pastas")
}

pub fn ftp_na_tela(cena: &Cena) -> Resultado<()> {
    let _servidor = cena.servidor_da_turma()?;
    cena.quando("com o servidor da turma no ar");
    let (mut aluno, codigo) = cena.roda(&[], &[])?;
    let leia_me = String::from_utf8_lossy(&da_turma("README")?).into_owned();
    let mostrou = codigo == 0 && aluno.tela().ends_with(&leia_me);
    aluno.exige(mostrou, "no fim da tela, o README do servidor")?;
    cena.quando("depois de mostrado o README");
    cena.so_gravou(&[])
}

pub fn ftp_baixa(cena: &Cena) -> Resultado<()> {
    let _servidor = cena.servidor_da_turma()?;
    let mut gravados = Vec::new();
    // O nome com que se grava é só o último, venha o caminho como vier.
    for (pedido, da_casa) in [
        (ZIP, ZIP),
        (FIGURA, FIGURA),
        ("README", "README"),
        ("/pub/../seculoxx/leia_me.txt", "seculoxx/leia_me.txt"),
        ("../../README", "README"),
    ] {
        cena.quando(format!("com `{pedido}`"));
        let (mut aluno, codigo) = cena.roda(&[pedido], &[])?;
        aluno.exige(codigo == 0, "o código de saída 0")?;
        let (_, nome) = da_casa.rsplit_once('/').unwrap_or(("", da_casa));
        gravados.push(nome);
        cena.so_gravou(&gravados)?;
        let certo = match nome.rsplit_once('.') {
            Some((_, "zip" | "jpg")) => da_turma(da_casa)?,
            _ => como_texto(da_turma(da_casa)?),
        };
        let igual = fs::read(cena.arquivo(nome))? == certo;
        exige(igual, "um arquivo igual ao do servidor")?;
    }
    let antigo = cena.arquivo("nao_existe.zip");
    fs::write(&antigo, "antigo")?;
    gravados.push("nao_existe.zip");
    for ruim in ["pub/nao_existe.zip", "nao_existe", "..", "pub/..", "/", ""] {
        cena.quando(format!("com `{ruim}`, que não serve"));
        let (aluno, _) = cena.roda(&[ruim], &[])?;
        exige(aluno.tudo() != "\n", "um erro, e ele nada disse")?;
        cena.so_gravou(&gravados)?;
        exige(fs::read(&antigo)? == b"antigo", "o arquivo antigo intacto")?;
    }
    Ok(())
}

const ZIP: &str = "seculoxx/representacao_politica.zip";
const FIGURA: &str = "pub/linux/logos/pictures/linux-father-of-linux.jpg";

pub fn ftp_interativo_tamanho(cena: &Cena) -> Resultado<()> {
    let _servidor = cena.servidor_da_turma()?;
    let mut aluno = cena.abre(&[], "que se deseja conectar: ")?;
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
    let codigo = aluno.digita_tudo(&linhas.concat())?;
    let vezes = aluno.tela().matches("8388608 bytes").count();
    aluno.exige(vezes == 2, "`8388608 bytes` antes de cada vez")?;
    cena.quando("pedido o como_conferir.txt");
    let texto = da_turma("pub/grande/como_conferir.txt")?;
    let tamanho = format!("{} bytes", texto.len());
    aluno.exige(aluno.tela().contains(&tamanho), &tamanho)?;
    cena.quando("pedido um arquivo que não existe");
    let voltou = codigo == 0 && aluno.tudo().contains("550");
    aluno.exige(voltou, "o 550, e o menu de volta")?;
    cena.quando("depois de tudo");
    cena.so_gravou(&["grande.bin", "texto.txt"])?;
    let grande = fs::metadata(cena.arquivo("grande.bin"))?.len();
    let inteiros = grande == 8 << 20 && fs::read(cena.arquivo("texto.txt"))? == como_texto(texto);
    exige(inteiros, "os dois arquivos iguais aos do servidor")
}

pub fn sala_com_recados(cena: &Cena) -> Resultado<()> {
    const A_ANA: &str = "João (só para Ana): oi, só você";
    const AO_ZECA: &str = "João (só para Zeca): cadê?";
    let _servidor = cena.abre(&[], "Sala aberta...\n")?;
    let mut pessoas = Vec::new();
    for (nome, recados) in [
        ("Ana", &[A_ANA][..]),
        ("João", &[A_ANA, AO_ZECA]),
        ("Bia", &[]),
    ] {
        let entrou = format!("* {nome} entrou na sala");
        cena.quando(format!("quando chega {nome}"));
        let mut con = BufReader::new(cena.conecta()?);
        manda(con.get_mut(), format!("{nome}\n").as_bytes());
        while le_linha(&mut con)? != entrou {}
        pessoas.push((nome, recados, con));
    }
    // A última é para todos: o que alguém não viu antes dela não lhe era destinado.
    let ditas = "@Ana oi, só você\n@Zeca cadê?\n@\n@Ana\nfim\n";
    manda(pessoas[1].2.get_mut(), ditas.as_bytes());
    for (nome, recados, mut con) in pessoas {
        cena.quando(format!("com os recados de João, diante de {nome}"));
        let certas = [recados, &["João: @", "João: @Ana", "João: fim"]].concat();
        let mut vistas = Vec::new();
        while vistas.last().is_none_or(|linha| linha != "João: fim") {
            vistas.push(le_linha(&mut con)?);
            vistas.retain(|linha| !linha.starts_with('*'));
        }
        exige(vistas == certas, &format!("{certas:?}, e veio {vistas:?}"))?;
    }
    Ok(())
}

fn le_linha(con: &mut BufReader<TcpStream>) -> Resultado<String> {
    let mut linha = String::new();
    let veio = con.read_line(&mut linha).is_ok_and(|lidos| lidos > 0);
    exige(veio, "uma linha que não veio")?;
    Ok(linha.trim_end().to_string())
}

pub fn cliente_insistente(cena: &Cena) -> Resultado<()> {
    let surdo = UdpSocket::bind(("127.0.0.1", cena.porta))?;
    surdo.set_read_timeout(Some(PRAZO))?;
    let mut cliente = cena.abre(&[], "")?;
    // Em que vez cada pergunta é ouvida; a última, em nenhuma.
    let perguntas = [
        ("alguém aí?", 3, "sim"),
        ("quem?", 1, "eu"),
        ("e agora?", 5, ""),
    ];
    for (pergunta, vezes, resposta) in perguntas {
        cliente.espera("Sua mensagem: ")?;
        cliente.digita(pergunta);
        for vez in 1..=vezes {
            cena.quando(format!("digitado `{pergunta}`, na vez {vez}"));
            let mut buffer = [0; 100];
            let chegou = surdo.recv_from(&mut buffer).ok();
            let certa = |(lidos, _)| &buffer[..lidos] == pergunta.as_bytes();
            exige(chegou.is_some_and(certa), "a pergunta na rede")?;
            if let Some((_, origem)) = chegou
                && vez == vezes
                && !resposta.is_empty()
            {
                // A segunda é da pergunta que se repetiu, e não da próxima.
                surdo.send_to(resposta.as_bytes(), origem)?;
                surdo.send_to(resposta.as_bytes(), origem)?;
            }
        }
        cena.quando(format!("depois de perguntado {vezes} vezes `{pergunta}`"));
        if !resposta.is_empty() {
            cliente.espera(&format!("Resposta do Servidor:  {resposta}\n"))?;
            cliente.espera("Digite <X> para sair: ")?;
            cliente.digita("");
        }
    }
    cliente.sai()?;
    let desistiu = cliente.tudo().lines().any(|l| l.starts_with("Erro: "));
    cliente.exige(desistiu, "que desistisse, com um `Erro: …`")
}

pub fn ftp_arruma(cena: &Cena) -> Resultado<()> {
    let _servidor = cena.servidor_da_turma()?;
    cena.envia("um.txt")?;
    cena.envia("dois.txt")?;
    for (nomes, ficam) in [
        (&["um.txt", "novo.txt"][..], &["dois.txt", "novo.txt"][..]),
        (&["dois.txt"], &["novo.txt"]),
        (&["novo.txt"], &[]),
    ] {
        cena.quando(format!("com os nomes {nomes:?}"));
        let (mut aluno, codigo) = cena.roda(nomes, &[])?;
        let tela = aluno.tela();
        let vistos: Vec<&str> = tela.lines().filter(|l| l.ends_with(".txt")).collect();
        let certo = codigo == 0 && vistos == ficam;
        aluno.exige(certo, &format!("ver {ficam:?}, que é o que fica"))?;
    }
    for nomes in [&["nao_existe"][..], &[], &["a", "b", "c"]] {
        cena.quando(format!("com os nomes {nomes:?}, que não servem"));
        let (_, codigo) = cena.roda(nomes, &[])?;
        exige(codigo != 0, "um erro, e o código foi 0")?;
    }
    Ok(())
}

pub fn espiao_que_mente(cena: &Cena) -> Resultado<()> {
    let escuta = TcpListener::bind("127.0.0.1:0")?;
    let destino = escuta.local_addr()?.port().to_string();
    let _espiao = cena.abre(&[&cena.porta.to_string(), &destino], "Espiando...\n")?;
    let mut cliente = cena.conecta()?;
    let mut servidor = cena.espera_conexao(&escuta)?;
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
        manda(de, dito.as_bytes());
        let mut chegou = vec![0; dito.len()];
        let _ = para.read_exact(&mut chegou);
        exige_texto(ouvido, &String::from_utf8_lossy(&chegou))?;
    }
    Ok(())
}

pub fn servidor_http(cena: &Cena) -> Resultado<()> {
    let _servidor = cena.abre(&[], "Aguardando cliente...\n")?;
    for (pedido, codigo) in [
        ("GET / HTTP/1.1", "200 OK"),
        ("GET /nada HTTP/1.1", "404 Not Found"),
        ("GET / HTTP/1.1", "200 OK"),
    ] {
        cena.quando(format!("pedido `{pedido}`"));
        let mut con = cena.conecta()?;
        // Um navegador manda mais linhas, e espera a resposta sem fechar nada.
        manda(
            &mut con,
            format!("{pedido}\r\nHost: x\r\nAccept: */*\r\n\r\n").as_bytes(),
        );
        let resposta = le_ate_o_fim(&mut con)?;
        let resposta = String::from_utf8_lossy(&resposta);
        let primeira = resposta.lines().next().unwrap_or_default();
        let comeco = format!("HTTP/1.1 {codigo}");
        let veio = citado(primeira);
        let o_que = format!("uma resposta que começa com `{comeco}`, e veio {veio}");
        exige(primeira == comeco, &o_que)?;
        let (campos, corpo) = resposta.split_once("\r\n\r\n").unwrap_or_default();
        let tamanho = format!("Content-Length: {}", corpo.len());
        let mut linhas = campos.lines();
        let tem = linhas.any(|linha| linha.eq_ignore_ascii_case(&tamanho));
        let o_que = format!("o campo `{tamanho}`, e uma linha vazia antes do corpo");
        exige(tem, &o_que)?;
        let na_pagina = codigo != "200 OK" || corpo.contains("Olah cliente");
        let o_que = format!("`Olah cliente` no corpo, e veio {}", citado(corpo));
        exige(na_pagina, &o_que)?;
    }
    Ok(())
}

/// Um arquivo do servidor da turma, como o projeto o guarda.
fn da_turma(caminho: &str) -> Resultado<Vec<u8>> {
    let arvore = Path::new(env!("CARGO_MANIFEST_DIR")).join("../servidor_ftp/arvore");
    Ok(fs::read(arvore.join(caminho))?)
}

/// O texto, como um download em modo ASCII o deixa neste sistema: o servidor os guarda com LF.
fn como_texto(bytes: Vec<u8>) -> Vec<u8> {
    match cfg!(windows) {
        true => String::from_utf8_lossy(&bytes).replace('\n', "\r\n").into(),
        false => bytes,
    }
}
