//! Exercício da página do UDP: um bot, que responde sozinho às perguntas que
//! conhece.
//!
//! Partiu de `crates/servidor_udp/src/main.rs`.
//!
//! Terminal 1: `cargo run -p solucoes --bin bot_udp` (Ctrl-C encerra)
//! Terminal 2: `cargo run -p cliente_udp`

use std::net::UdpSocket;
use std::process::ExitCode;

use comum::{
    Erro, ajuda, argumento_ou, despede, erro_ao_escutar, executa, mostra, sem_ctrl_c, tupla,
    visivel,
};

const NAO_SEI: &str = "Só sei e-mails (suporte, administrador), ramais (secretaria, pessoal), o horário da biblioteca e quem não fez login hoje.";

fn main() -> ExitCode {
    executa(exercicio)
}

fn exercicio() -> Result<(), Erro> {
    let endereco = argumento_ou(
        "127.0.0.1:43210",
        ajuda!("O servidor da listagem 7.8, que responde sozinho às perguntas que conhece."),
    )?
    .para_escutar();
    ctrlc::set_handler(despede).map_err(sem_ctrl_c)?;
    let obj_socket = UdpSocket::bind(&endereco).map_err(erro_ao_escutar(&endereco))?;
    mostra!("Servidor pronto....")?;
    let mut buffer = vec![0; 65535];
    loop {
        responde(&obj_socket, &mut buffer).or_else(Erro::avisa_e_segue)?;
    }
}

/// Um datagrama e a resposta a ele. Ninguém digita nada: o próximo não espera.
fn responde(obj_socket: &UdpSocket, buffer: &mut [u8]) -> Result<(), Erro> {
    let (lidos, origem) = obj_socket.recv_from(buffer)?;
    let dados = visivel(&buffer[..lidos]);
    let resposta = resposta(&dados);
    mostra!(
        "Origem.....:  {}\nDados recebidos.:  {dados}\nResposta.:  {resposta}",
        tupla(origem)
    )?;
    obj_socket.send_to(resposta.as_bytes(), origem)?;
    Ok(())
}

/// A resposta à primeira pergunta conhecida cujas palavras estão todas nesta.
fn resposta(pergunta: &str) -> &str {
    let pergunta = so_letras(pergunta);
    let tem = |a, b| pergunta.contains(a) && pergunta.contains(b);
    if tem("email", "suporte") {
        "suporte@escola.example"
    } else if tem("ramal", "secretaria") {
        "O ramal é o 2010."
    } else if tem("horario", "biblioteca") {
        "Das 8h às 21h."
    // As três do capítulo.
    } else if tem("email", "administrador") {
        "admin@escola.example"
    } else if tem("ramal", "pessoal") {
        "O ramal é o 2020."
    } else if tem("login", "hoje") {
        "Hoje ainda faltam ana e beto."
    } else {
        NAO_SEI
    }
}

/// O texto em minúsculas, sem hífens nem acentos: `E-MAIL` fica `email`, e
/// `Horário`, `horario`.
fn so_letras(texto: &str) -> String {
    let mut letras = String::new();
    for letra in texto.to_lowercase().chars() {
        match letra {
            'á' | 'à' | 'â' | 'ã' => letras.push('a'),
            'é' | 'ê' => letras.push('e'),
            'í' => letras.push('i'),
            'ó' | 'ô' | 'õ' => letras.push('o'),
            'ú' => letras.push('u'),
            'ç' => letras.push('c'),
            '-' => {}
            _ => letras.push(letra),
        }
    }
    letras
}
