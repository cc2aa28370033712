//! Exercício da página do UDP: um bot, que responde sozinho às perguntas que conhece.
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

/// As palavras que a pergunta tem de ter, sem acentos, e a resposta.
const CONHECIDAS: [(&[&str], &str); 6] = [
    (&["email", "suporte"], "suporte@escola.example"),
    (&["ramal", "secretaria"], "O ramal é o 2010."),
    (&["horario", "biblioteca"], "Das 8h às 21h."),
    // As três do capítulo.
    (&["email", "administrador"], "admin@escola.example"),
    (&["ramal", "pessoal"], "O ramal é o 2020."),
    (&["login", "hoje"], "Hoje ainda faltam ana e beto."),
];
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

/// A primeira resposta conhecida cujas palavras estão todas na pergunta.
fn resposta(pergunta: &str) -> &'static str {
    let pergunta = so_letras(pergunta);
    CONHECIDAS
        .iter()
        .find(|(palavras, _)| palavras.iter().all(|palavra| pergunta.contains(palavra)))
        .map_or(NAO_SEI, |(_, resposta)| resposta)
}

/// O texto em minúsculas, sem hífens nem acentos: `E-MAIL` fica `email`, e `Horário`, `horario`.
fn so_letras(texto: &str) -> String {
    let minusculas = texto.to_lowercase().replace('-', "");
    let sem_acento = |c| match c {
        'á' | 'à' | 'â' | 'ã' => 'a',
        'é' | 'ê' => 'e',
        'í' => 'i',
        'ó' | 'ô' | 'õ' => 'o',
        'ú' => 'u',
        'ç' => 'c',
        _ => c,
    };
    minusculas.chars().map(sem_acento).collect()
}
