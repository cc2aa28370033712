//! Exercício da página do espião: um que troca o que passa.
//!
//! Partiu de `crates/espiao/src/main.rs`.
//!
//! Terminal 1: `cargo run -p servidor`
//! Terminal 2: `cargo run -p solucoes --bin espiao_que_mente -- 43211 43210`
//! Terminal 3: `cargo run -p cliente -- 127.0.0.1:43211`

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::process::ExitCode;
use std::thread::{self, Builder};

use comum::{Endereco, Erro, ajuda, despede, erro_ao_escutar, executa, mostra, sem_ctrl_c};
use comum_alem::{derruba, escuta_e_destino, mostra_pedaco};

type Ponta<'a> = (&'a TcpStream, SocketAddr);

fn main() -> ExitCode {
    executa(exercicio)
}

fn exercicio() -> Result<(), Erro> {
    let (escuta, destino, udp) = escuta_e_destino(ajuda!(
        "O espião que troca o que o servidor diz: todo Olah vira Nada."
    ))?;
    if udp {
        return Err(Erro::Mensagem(
            "este só mente em TCP; rode-o sem --udp".to_string(),
        ));
    }
    ctrlc::set_handler(despede).map_err(sem_ctrl_c)?;
    let obj_socket = TcpListener::bind(&escuta).map_err(erro_ao_escutar(&escuta))?;
    mostra!("Espiando...")?;
    loop {
        conexao(&obj_socket, &destino).or_else(Erro::avisa_e_segue)?;
    }
}

/// TCP: cada cliente ganha uma conexão com o destino; cada sentido, uma thread.
fn conexao(obj_socket: &TcpListener, destino: &Endereco) -> Result<(), Erro> {
    let (cliente, origem) = obj_socket.accept()?;
    let destino = destino.clone();
    Builder::new()
        .spawn(move || liga((&cliente, origem), &destino).or_else(Erro::avisa_e_segue))?;
    Ok(())
}

fn liga(cliente: Ponta, destino: &Endereco) -> Result<(), Erro> {
    let con = TcpStream::connect(destino)?;
    let servidor = (&con, con.peer_addr()?);
    let ida = || passa(cliente, servidor, |_| ());
    let volta = || passa(servidor, cliente, mente);
    let derruba = |_: &io::Error| derruba([cliente.0, servidor.0]);
    thread::scope(|escopo| {
        Builder::new().spawn_scoped(escopo, || volta().inspect_err(derruba))?;
        Ok(ida().inspect_err(derruba)?)
    })
}

/// Troca cada `Olah` por `Nada`, no lugar: o tamanho não muda. Uma palavra
/// partida em dois pedaços escapa.
fn mente(pedaco: &mut [u8]) {
    while let Some(onde) = pedaco.windows(4).position(|quatro| quatro == b"Olah") {
        pedaco[onde..onde + 4].copy_from_slice(b"Nada");
    }
}

/// O `passa` da lição, que antes de passar um pedaço o entrega a `muda`.
fn passa((mut de, origem): Ponta, (mut para, rumo): Ponta, muda: fn(&mut [u8])) -> io::Result<()> {
    para.set_nodelay(true)?;
    let mut buffer = vec![0; 65536];
    loop {
        let lidos = de.read(&mut buffer)?;
        if lidos == 0 {
            return para.shutdown(Shutdown::Write);
        }
        muda(&mut buffer[..lidos]);
        mostra_pedaco(origem, rumo, &buffer[..lidos]);
        para.write_all(&buffer[..lidos])?;
    }
}
