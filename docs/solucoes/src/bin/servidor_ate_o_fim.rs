//! Exercício da página do servidor: ler tudo o que o cliente manda, e só então
//! responder.
//!
//! Partiu de `crates/servidor/src/main.rs`.
//!
//! Terminal 1: `cargo run -p solucoes --bin servidor_ate_o_fim`
//! Terminal 2: `cargo run -p solucoes --bin cliente_ate_o_fim`

use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::ExitCode;

use comum::{
    Erro, ajuda, argumento_ou, despede, erro_ao_escutar, executa, mostra, sem_ctrl_c, tupla,
};

fn main() -> ExitCode {
    executa(exercicio)
}

fn exercicio() -> Result<(), Erro> {
    let endereco = argumento_ou(
        "127.0.0.1:43210",
        ajuda!("O servidor da listagem 7.3, que lê até o cliente dizer que acabou."),
    )?
    .para_escutar();
    ctrlc::set_handler(despede).map_err(sem_ctrl_c)?;
    let obj_socket = TcpListener::bind(&endereco).map_err(erro_ao_escutar(&endereco))?;
    mostra!("Aguardando cliente...")?;
    loop {
        atende(&obj_socket).or_else(Erro::avisa_e_segue)?;
    }
}

fn atende(obj_socket: &TcpListener) -> Result<(), Erro> {
    let (mut con, cliente) = obj_socket.accept()?;
    mostra!("Conectado com:  {}", tupla(cliente))?;
    // O mesmo buffer serve a todos os pedaços: a memória não cresce com a
    // mensagem.
    let mut buffer = [0; 1024];
    let mut total = 0;
    loop {
        let lidos = con.read(&mut buffer)?;
        // Enquanto há conexão, o read espera. Ele só devolve 0 quando o cliente
        // fecha a metade dele.
        if lidos == 0 {
            break;
        }
        total += lidos;
    }
    let bytes = if total == 1 { "byte" } else { "bytes" };
    mostra!("Recebemos {total} {bytes}")?;
    // A outra metade, a da resposta, continua aberta.
    con.write_all(b"Olah cliente")?;
    Ok(())
}
