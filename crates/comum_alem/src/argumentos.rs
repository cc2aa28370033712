//! O que vem na linha de comando.

use comum::argumentos::{Ajuda, argumentos};
use comum::{Endereco, Erro};

use crate::exige;

/// O endereço em que o espião escuta, aquele para onde ele passa tudo, e se é com datagramas (`--udp`).
///
/// # Errors
/// [`Erro::FimPedido`] depois de mostrar o `--help`; [`Erro::Mensagem`] se um argumento falta, sobra ou não serve.
pub fn escuta_e_destino(ajuda: Ajuda) -> Result<(Endereco, Endereco, bool), Erro> {
    let nome = ajuda.nome;
    let uso = format!(
        "cargo run -p {nome} -- [--udp] ESCUTA DESTINO\n\n\
         Escuta num endereço, e passa ao outro tudo o que chega. Cada um é PORTA, neste computador, ou HOST:PORTA.\n\n  \
         --udp   datagramas, em vez de conexões\n\n\
         Exemplos:\n  \
         cargo run -p {nome} -- 43211 43210\n  \
         cargo run -p {nome} -- --udp 43211 43210\n  \
         cargo run -p {nome} -- 0.0.0.0:2122 192.168.0.10:2121"
    );
    let argumentos = argumentos(ajuda, &uso, &["--udp"])?;
    let (opcoes, enderecos): (Vec<&str>, Vec<&str>) = argumentos
        .iter()
        .map(String::as_str)
        .partition(|argumento| *argumento == "--udp");
    let [escuta, destino] = enderecos[..] else {
        return Err(Erro::Mensagem(format!(
            "o espião precisa de dois endereços, o em que escuta e o para onde passa tudo; \
             rode `cargo run -p {nome} -- 43211 43210`"
        )));
    };
    let (escuta, destino) = (endereco(escuta)?.para_escutar(), endereco(destino)?);
    let diferentes = escuta.to_string() != destino.to_string();
    exige(
        diferentes,
        "os dois endereços são o mesmo: o espião falaria só consigo; troque um deles",
    )?;
    Ok((escuta, destino, !opcoes.is_empty()))
}

/// `43211` é uma porta deste computador.
fn endereco(texto: &str) -> Result<Endereco, Erro> {
    if !texto.is_empty() && texto.bytes().all(|b| b.is_ascii_digit()) {
        Endereco::novo(&format!("127.0.0.1:{texto}"), 43210)
    } else {
        Endereco::novo(texto, 43210)
    }
}
