//! Vai além da seção 7.2: o espião mostra uma conversa alheia, sem mudar nada.
//!
//! Terminal 1: `cargo run -p servidor`
//! Terminal 2: `cargo run -p espiao -- 43211 43210` (`--udp`: datagramas)
//! Terminal 3: `cargo run -p cliente -- 127.0.0.1:43211`

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::process::ExitCode;
use std::thread::{self, Builder};

use comum::{Endereco, Erro, ajuda, despede, erro_ao_escutar, executa, mostra, sem_ctrl_c};
use comum_alem::{EmNomeDe, derruba, escuta_e_destino, mostra_pedaco};

type Ponta<'a> = (&'a TcpStream, SocketAddr);

fn main() -> ExitCode {
    executa(licao)
}

fn licao() -> Result<(), Erro> {
    let (escuta, destino, udp) = escuta_e_destino(ajuda!())?;
    ctrlc::set_handler(despede).map_err(sem_ctrl_c)?;
    if udp {
        let obj_socket = UdpSocket::bind(&escuta).map_err(erro_ao_escutar(&escuta))?;
        let mut em_nome_de = EmNomeDe::novo(&obj_socket, destino)?;
        mostra!("Espiando...")?;
        loop {
            datagrama(&obj_socket, &mut em_nome_de).or_else(Erro::avisa_e_segue)?;
        }
    }
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
    let con = TcpStream::connect(destino).inspect_err(|_| derruba([cliente.0]))?;
    let servidor = (&con, con.peer_addr()?);
    let sentido = |de: Ponta, para: Ponta| passa(de, para).inspect_err(|_| derruba([de.0, para.0]));
    thread::scope(|escopo| {
        Builder::new().spawn_scoped(escopo, || sentido(servidor, cliente))?;
        Ok(sentido(cliente, servidor)?)
    })
}

/// Um sentido da conversa, até o fim dele; o outro pode continuar.
fn passa((mut de, origem): Ponta, (mut para, rumo): Ponta) -> io::Result<()> {
    para.set_nodelay(true)?;
    let mut buffer = vec![0; 65536];
    loop {
        let lidos = de.read(&mut buffer)?;
        if lidos == 0 {
            return para.shutdown(Shutdown::Write);
        }
        mostra_pedaco(origem, rumo, &buffer[..lidos]);
        para.write_all(&buffer[..lidos])?;
    }
}

/// UDP: sem conexões, é o `EmNomeDe` que lembra que socket fala por quem.
fn datagrama(obj_socket: &UdpSocket, em_nome_de: &mut EmNomeDe) -> Result<(), Erro> {
    let mut buffer = vec![0; 65535];
    let (lidos, cliente) = obj_socket.recv_from(&mut buffer)?;
    let socket = em_nome_de.socket(cliente)?;
    mostra_pedaco(cliente, socket.peer_addr()?, &buffer[..lidos]);
    socket.send(&buffer[..lidos])?;
    Ok(())
}
