//! Vai além da seção 7.1.4: um bot responde ao que sabe, e anota o resto.
//!
//! Terminal 1: `cargo run -p servidor_bot` (Ctrl-C encerra)
//! Terminal 2: `cargo run -p cliente_udp`

use std::net::UdpSocket;
use std::process::ExitCode;

use comum::{
    Erro, ajuda, argumento_ou, avisa, despede, erro_ao_escutar, executa, mostra, sem_ctrl_c, tupla,
    visivel,
};
use comum_alem::exige;
use rusqlite::{Connection, ErrorCode::*, OptionalExtension};

/// As palavras que não dizem do que se fala.
const VAZIAS: &str = " a as da de diga do dos e é em favor me na no o os por qual que um uma ";
const DANIFICADO: &str = "o perguntas.db está danificado; guarde-o em outra pasta e tente de novo";

fn main() -> ExitCode {
    executa(licao)
}

fn licao() -> Result<(), Erro> {
    let endereco = argumento_ou("127.0.0.1:43210", ajuda!())?.para_escutar();
    ctrlc::set_handler(despede).map_err(sem_ctrl_c)?;
    let obj_socket = UdpSocket::bind(&endereco).map_err(erro_ao_escutar(&endereco))?;
    // O arquivo fica na pasta atual. Se não há, nasce; danificado, não muda.
    let banco = Connection::open("perguntas.db").map_err(do_banco)?;
    let exame = banco.query_row("PRAGMA quick_check", [], |linha| linha.get::<_, String>(0));
    exige(exame.map_err(do_banco)? == "ok", DANIFICADO)?;
    let guardou = banco.execute_batch(include_str!("../perguntas.sql"));
    guardou.map_err(do_banco)?;
    mostra!("Servidor pronto....")?;
    let mut buffer = vec![0; 65535];
    loop {
        atende(&obj_socket, &mut buffer, &banco).or_else(Erro::avisa_e_segue)?;
    }
}

/// Um datagrama e a resposta a ele. Ninguém digita nada: o próximo não espera.
fn atende(obj_socket: &UdpSocket, buffer: &mut [u8], banco: &Connection) -> Result<(), Erro> {
    let (lidos, origem) = obj_socket.recv_from(buffer)?;
    let pergunta = visivel(buffer[..lidos].trim_ascii_end());
    let resposta = responde(banco, &pergunta).unwrap_or_else(|erro| {
        avisa(&do_banco(erro).to_string());
        "Não consegui consultar o banco; tente de novo.".to_string()
    });
    mostra!("Origem.....:  {}", tupla(origem))?;
    mostra!("Dados recebidos.:  {pergunta}\nResposta.:  {resposta}")?;
    obj_socket.send_to(resposta.as_bytes(), origem)?;
    Ok(())
}

/// A resposta da pergunta que mais tem a ver; se nenhuma tem, a nova se anota.
fn responde(banco: &Connection, pergunta: &str) -> rusqlite::Result<String> {
    let minusculas = pergunta.to_lowercase();
    let palavras = minusculas.split(|c: char| !c.is_alphanumeric());
    let palavras = palavras.filter(|p| !p.is_empty() && !VAZIAS.contains(&format!(" {p} ")));
    // Entre aspas, nenhuma palavra é um comando da busca, como NOT ou NEAR.
    let palavras: Vec<String> = palavras.take(32).map(|p| format!("\"{p}\"")).collect();
    let busca = "SELECT resposta, highlight(perguntas, 0, char(1), '') FROM perguntas
                 WHERE perguntas MATCH ?1 || ' \"\"' ORDER BY rank LIMIT 1";
    let achada = banco.query_row(busca, [palavras.join(" OR ")], |linha| linha.try_into());
    let achada: Option<(String, String)> = achada.optional()?;
    // O \x01 marca cada palavra achada: só vale se é mais da metade delas.
    if let Some((resposta, marcada)) = achada
        && marcada.matches('\x01').count() * 2 > palavras.len()
    {
        let consulta = format!("SELECT CAST(({}) AS TEXT)", resposta.trim_end_matches(';'));
        return match resposta.starts_with("SELECT ") {
            true => banco.query_row(&consulta, [], |linha| linha.get(0)),
            false => Ok(resposta),
        };
    }
    let anota = "INSERT OR IGNORE INTO sem_resposta (pergunta) VALUES (substr(?1, 1, 200))";
    banco.execute(anota, [pergunta])?;
    Ok("Ainda não sei; anotei a sua pergunta.".to_string())
}

fn do_banco(erro: rusqlite::Error) -> Erro {
    let texto = match erro.sqlite_error_code() {
        Some(NotADatabase | DatabaseCorrupt) => DANIFICADO,
        Some(DatabaseBusy | DatabaseLocked) => "outro programa trancou o perguntas.db; feche-o",
        Some(CannotOpen | ReadOnly) => "sem permissão para usar o perguntas.db desta pasta",
        Some(DiskFull | SystemIoFailure) => "o perguntas.db não coube no disco; libere espaço",
        _ => "o perguntas.db não aceitou a consulta; confira as tabelas e as respostas dele",
    };
    Erro::Mensagem(texto.to_string())
}
