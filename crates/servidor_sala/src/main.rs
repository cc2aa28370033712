//! Vai além da seção 7.1.3: uma sala. O que uma pessoa diz, todas leem.
//!
//! Terminal 1: `cargo run -p servidor_sala` (Ctrl-C encerra)
//! Terminal 2, 3…: `cargo run -p cliente_sala`

use std::io::{BufReader, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, mpsc};
use std::{thread, time::Duration};

use comum::{Erro, ajuda, argumento_ou, despede, erro_ao_escutar, executa, mostra, sem_ctrl_c};
use comum_alem::{exige, le_linha, sem_tranca};

/// Quem está na sala: o nome, a fila do que ainda vai para ela, e a conexão.
type Pessoa = (String, mpsc::SyncSender<Arc<[u8]>>, TcpStream);
static SALA: Mutex<Vec<Pessoa>> = Mutex::new(Vec::new());

fn main() -> ExitCode {
    executa(licao)
}

fn licao() -> Result<(), Erro> {
    let endereco = argumento_ou("127.0.0.1:43210", ajuda!())?.para_escutar();
    ctrlc::set_handler(despede).map_err(sem_ctrl_c)?;
    let obj_socket = TcpListener::bind(&endereco).map_err(erro_ao_escutar(&endereco))?;
    mostra!("Sala aberta...")?;
    loop {
        recebe(&obj_socket).or_else(Erro::avisa_e_segue)?;
    }
}

fn recebe(obj_socket: &TcpListener) -> Result<(), Erro> {
    let (con, _) = obj_socket.accept()?;
    thread::Builder::new().spawn(move || {
        atende(&con).or_else(|erro| (&con).write_all(format!("* {erro}\n").as_bytes()))
    })?;
    Ok(())
}

/// Uma pessoa, do nome à despedida, na thread dela.
fn atende(con: &TcpStream) -> Result<(), Erro> {
    let mut leitor = BufReader::new(con);
    con.set_read_timeout(Some(Duration::from_secs(60)))?;
    let nome = le_linha(&mut leitor, 1024)?.unwrap_or_default();
    con.set_read_timeout(None)?;
    // Quem escreve é outra thread: se a pessoa não lê, só essa espera por ela.
    let (fila, chegadas) = mpsc::sync_channel::<Arc<[u8]>>(1024);
    let mut saida = con.try_clone()?;
    thread::Builder::new()
        .spawn(move || chegadas.iter().all(|linha| saida.write_all(&linha).is_ok()))?;
    let mut sala = SALA.lock().map_err(sem_tranca)?;
    let livre = !nome.is_empty() && sala.iter().all(|(outro, ..)| *outro != nome);
    exige(livre, "o nome é vazio, ou já está na sala; entre com outro")?;
    exige(sala.len() < 250, "a sala está cheia; tente mais tarde")?;
    sala.push((nome.clone(), fila, con.try_clone()?));
    diz(&sala, &format!("* {nome} entrou na sala"));
    drop(sala);
    while let Ok(Some(linha)) = le_linha(&mut leitor, 1024) {
        let sala = SALA.lock().map_err(sem_tranca)?;
        diz(&sala, &format!("{nome}: {linha}"));
        drop(sala);
        // Ninguém fala mais depressa do que os outros leem.
        thread::sleep(Duration::from_millis(20));
    }
    let mut sala = SALA.lock().map_err(sem_tranca)?;
    sala.retain(|(outro, ..)| *outro != nome);
    diz(&sala, &format!("* {nome} saiu da sala"));
    Ok(())
}

/// Põe a linha em todas as filas, na mesma ordem, sem esperar por ninguém.
fn diz(sala: &[Pessoa], linha: &str) {
    let linha: Arc<[u8]> = format!("{linha}\n").into_bytes().into();
    for (_, fila, con) in sala {
        // Fila cheia: a conexão cai, e a thread da pessoa se despede por ela.
        let coube = fila.try_send(linha.clone());
        let _ = coube.or_else(|_| con.shutdown(Shutdown::Both));
    }
}
