//! Vai além da seção 7.2: um cliente HTTPS, que só baixa de quem prova quem é.
//!
//! Terminal 1: `cargo run -p servidor_https`
//! Terminal 2: `cargo run -p cliente_https -- --certificado turma.pem`

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use comum::{Erro, ajuda, avisa_se_demorar, erro_ao_conectar, executa, mostra, visivel};
use comum_alem::fecha_com_calma;
use comum_https::{
    erro_de_tls, le_cabeca, nao_e_http, nome_do_certificado, pedido_do_argumento, raizes,
    tamanho_anunciado, veio_menos,
};
use download::{ArquivoNovo, Progresso};
use httparse::{EMPTY_HEADER, Response, Status};
use rustls::{ClientConfig, ClientConnection, StreamOwned};

/// Quanto se espera por um servidor calado. Para o total não há prazo.
const PRAZO: Option<Duration> = Some(Duration::from_secs(30));

fn main() -> ExitCode {
    executa(licao)
}

fn licao() -> Result<(), Erro> {
    let pedido = pedido_do_argumento(ajuda!())?;
    let endereco = &pedido.endereco;
    // Confia-se nos certificados do arquivo dado ou, sem ele, nos do sistema.
    let confia = raizes(pedido.certificado.as_deref())?;
    let tls = ClientConfig::builder()
        .with_root_certificates(confia)
        .with_no_client_auth();
    let nome = nome_do_certificado(&pedido.maquina)?;
    // O arquivo só aparece com este nome quando chega inteiro.
    let arquivo = ArquivoNovo::cria(&pedido.arquivo)?;

    let espera = avisa_se_demorar();
    let con = TcpStream::connect(endereco).map_err(erro_ao_conectar(endereco, "servidor_https"))?;
    con.set_read_timeout(PRAZO)?;
    let tls = ClientConnection::new(Arc::new(tls), nome).map_err(std::io::Error::other)?;
    let mut con = StreamOwned::new(tls, con);
    // A primeira escrita espera pelo aperto de mão do TLS. Se o servidor não
    // prova quem é, nada foi pedido. Com HTTP/1.0 o corpo não vem em partes.
    let caminho = &pedido.caminho;
    let linhas = format!("GET {caminho} HTTP/1.0\r\nHost: {endereco}\r\n\r\n");
    con.write_all(linhas.as_bytes())
        .map_err(erro_de_tls(endereco))?;
    let cabeca = le_cabeca(&mut con).map_err(erro_de_tls(endereco))?;
    drop(espera);
    let mut campos = [EMPTY_HEADER; 100];
    let mut resposta = Response::new(&mut campos);
    let Ok(Status::Complete(fim)) = resposta.parse(&cabeca) else {
        return Err(nao_e_http(endereco));
    };
    let tamanho = tamanho_anunciado(&resposta, endereco)?;

    // O corpo começa no que veio com a cabeça, e vai até o tamanho ou o fim.
    let mut corpo = cabeca[fim..]
        .chain(&mut con)
        .take(tamanho.unwrap_or(u64::MAX));
    let mut progresso = Progresso::novo(tamanho);
    let mut buffer = vec![0; 65536];
    loop {
        let lidos = corpo.read(&mut buffer).map_err(erro_de_tls(endereco))?;
        if lidos == 0 {
            break;
        }
        arquivo.grava(&buffer[..lidos])?;
        progresso.conta(lidos);
    }
    let recebidos = progresso.fim();
    if tamanho.is_some_and(|tamanho| recebidos < tamanho) {
        return Err(veio_menos(endereco, recebidos));
    }
    arquivo.ganha_o_nome()?;
    mostra!("{}: {recebidos} bytes", visivel(pedido.arquivo.as_bytes()))?;
    // Com a despedida do TLS, o servidor sabe que não foi uma queda.
    con.conn.send_close_notify();
    let _ = con.flush(); // Se ele já foi embora, tanto faz.
    fecha_com_calma(&con.sock);
    Ok(())
}
