//! Vai além da seção 7.1.3: o cliente da sala fala e ouve ao mesmo tempo.
//!
//! Terminal 1: `cargo run -p servidor_sala`
//! Terminal 2, 3…: `cargo run -p cliente_sala` (Ctrl-D sai)

use std::io::{BufReader, Write};
use std::net::{Shutdown, TcpStream};
use std::process::ExitCode;
use std::sync::mpsc;
use std::{thread, time::Duration};

use comum::{Erro, ajuda, argumento_ou, avisa, erro_ao_conectar, executa, mostra, pergunta};
use comum_alem::le_linha;

/// A maior linha que a sala repete.
const MAIOR_LINHA: usize = 1024;

fn main() -> ExitCode {
    executa(licao)
}

fn licao() -> Result<(), Erro> {
    let endereco = argumento_ou("127.0.0.1:43210", ajuda!())?;
    let con =
        TcpStream::connect(&endereco).map_err(erro_ao_conectar(&endereco, "servidor_sala"))?;
    // ANCHOR: threads
    // Duas esperas pedem duas threads: esta fica com a rede; outra, o teclado.
    let mut saida = con.try_clone()?;
    let (conta, fim_do_teclado) = mpsc::channel();
    thread::Builder::new().spawn(move || {
        let _ = conta.send(fala(&mut saida));
        // "Não digo mais nada": em dois segundos o servidor se despede.
        let _ = saida.shutdown(Shutdown::Write);
        thread::sleep(Duration::from_secs(2));
        let _ = saida.shutdown(Shutdown::Read);
    })?;
    // ANCHOR_END: threads
    // ANCHOR: escuta
    let mut leitor = BufReader::new(&con);
    while let Some(linha) = le_linha(&mut leitor, 16 << 10)? {
        mostra!("{linha}")?;
    }
    // A conexão acabou. Se não foi o teclado que pediu, foi o servidor.
    fim_do_teclado.try_recv().unwrap_or_else(|_| {
        Err(Erro::Mensagem(
            "o servidor fechou a conexão; rode `cargo run -p cliente_sala` de novo".to_string(),
        ))
    })
    // ANCHOR_END: escuta
}

// ANCHOR: fala
/// Manda uma linha de cada vez, a começar pelo nome, até o Ctrl-D.
fn fala(saida: &mut TcpStream) -> Result<(), Erro> {
    let mut linha = pergunta("Seu nome: ")?;
    loop {
        if linha.len() > MAIOR_LINHA {
            avisa("a linha passa de 1024 bytes, e a sala só repete o começo dela");
        }
        // A quebra é que diz onde a mensagem termina.
        saida.write_all(format!("{linha}\n").as_bytes())?;
        linha = pergunta("")?;
    }
}
// ANCHOR_END: fala
