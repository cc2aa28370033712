//! Exercício da página do cliente: dizer que a mensagem acabou, e ler a
//! resposta inteira.
//!
//! Partiu de `crates/cliente/src/main.rs`.
//!
//! Terminal 1: `cargo run -p solucoes --bin servidor_ate_o_fim`
//! Terminal 2: `cargo run -p solucoes --bin cliente_ate_o_fim`

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::ExitCode;

use comum::{
    Erro, ajuda, argumento_ou, avisa_se_demorar, erro_ao_conectar, executa, mostra, pergunta, repr,
};

fn main() -> ExitCode {
    executa(exercicio)
}

fn exercicio() -> Result<(), Erro> {
    let endereco = argumento_ou(
        "127.0.0.1:43210",
        ajuda!("O cliente da listagem 7.4, que diz que acabou e lê a resposta inteira."),
    )?;
    let msg = pergunta("Digite algo: ")?;
    let mut obj_socket =
        TcpStream::connect(&endereco).map_err(erro_ao_conectar(&endereco, "servidor"))?;
    obj_socket.write_all(msg.as_bytes())?;
    // Fecha a metade de ida: para o servidor, é o fim da mensagem. A de volta
    // continua aberta.
    obj_socket.shutdown(Shutdown::Write)?;
    let mut buffer = [0; 1024];
    let mut total = 0;
    loop {
        let espera = avisa_se_demorar();
        let lidos = obj_socket.read(&mut buffer)?;
        drop(espera);
        // O servidor fechou a metade dele: não vem mais nada.
        if lidos == 0 {
            break;
        }
        // Mostrar cada pedaço assim que chega dispensa guardar a resposta
        // inteira na memória.
        mostra!("Recebemos:  {}", repr(&buffer[..lidos]))?;
        total += lidos;
    }
    let bytes = if total == 1 { "byte" } else { "bytes" };
    mostra!("Fim da resposta: {total} {bytes}")?;
    Ok(())
}
