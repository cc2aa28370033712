//! Cliente do chat: uma conexão por mensagem. Listagens 7.6 e 7.7 (`Cliente_Chat.py`).
//!
//! Terminal 1: `cargo run -p servidor_chat`
//! Terminal 2: `cargo run -p cliente_chat` ("fim" encerra)

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;

use comum::{
    Erro, NaRede, PACIENCIA, avisa_se_vazia, com_paciencia, endereco_do_argumento, executa, mostra,
    pergunta, programa, repr_sem_b,
};

fn main() -> ExitCode {
    executa(licao)
}

fn licao() -> Result<(), Erro> {
    let endereco = endereco_do_argumento(programa!())?;
    // ANCHOR: conversa
    loop {
        // Conecta antes de perguntar: enquanto a pessoa pensa, o servidor só tem olhos para ela.
        let mut obj_socket =
            TcpStream::connect(&endereco).ao_conectar(&endereco, "servidor_chat")?;
        let msg = pergunta("Sua mensagem: ")?;
        obj_socket.write_all(msg.as_bytes())?;
        avisa_se_vazia(&msg);
        // Um read só, de no máximo 1024 bytes: o resto de uma resposta maior se perde (veja o cliente).
        let mut buffer = [0; 1024];
        obj_socket.set_read_timeout(Some(PACIENCIA))?;
        let lidos = com_paciencia(|| obj_socket.read(&mut buffer))?;
        mostra!("Resposta do Servidor:  {}", repr_sem_b(&buffer[..lidos]))?;
        // O que a listagem 7.7 acrescenta: "fim", em maiúsculas ou minúsculas, encerra.
        if msg.eq_ignore_ascii_case("fim") {
            return Ok(());
        }
    }
    // ANCHOR_END: conversa
}
