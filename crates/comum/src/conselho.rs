//! O próximo passo de quem não conseguiu escutar ou conectar.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;

use crate::causa::{RECUSADA, com_numero, e_grande_demais, em_portugues};
use crate::endereco::{Endereco, HOST_PADRAO};
use crate::erro::Erro;

/// Para o `map_err` do `bind`: diz se a porta está ocupada, se o endereço não é desta máquina…
pub fn erro_ao_escutar(endereco: &Endereco) -> impl Fn(io::Error) -> Erro {
    // Um endereço para sugerir no lugar deste: o da lição, numa porta perto da dela.
    let outro = |passo| {
        let porta = endereco.porta_padrao.saturating_add(passo);
        let e_a_mesma = porta == endereco.porta;
        format!("{HOST_PADRAO}:{}", porta.saturating_add(e_a_mesma.into()))
    };
    move |erro| {
        let conselho = match erro.kind() {
            // O minuto é o do TIME-WAIT (RFC 9293, 3.6.1): só o SO_REUSEADDR nos dois programas o dispensa, e o socket do
            // Python não o liga.
            ErrorKind::AddrInUse => &format!(
                "feche com Ctrl-C o outro programa que a usa (se já fechou, espere um minuto) ou escolha outra, como {}",
                outro(1)
            ),
            ErrorKind::AddrNotAvailable => "use 127.0.0.1, 0.0.0.0 ou um endereço deste computador",
            // No Unix, as do administrador.
            ErrorKind::PermissionDenied if endereco.porta < 1024 => {
                "escolha uma porta acima de 1023"
            }
            // O 10013 do Windows, que reserva as portas de cem em cem: a vizinha também não serviria.
            ErrorKind::PermissionDenied => &format!(
                "a porta pode estar reservada: escolha outra, como {}",
                outro(1000)
            ),
            _ => "confira o endereço",
        };
        let causa = em_portugues(&erro);
        Erro::Mensagem(format!(
            "não foi possível escutar em {endereco}: {causa}; {conselho}"
        ))
    }
}

/// Para o `map_err` do `connect` (e do `send` e do `recv` do UDP, onde a recusa só aparece depois): diz como pôr no ar o
/// programa `servidor`, que devia estar em `endereco`.
pub fn erro_ao_conectar(endereco: &Endereco, servidor: &str) -> impl Fn(io::Error) -> Erro {
    move |erro| {
        let causa = em_portugues(&erro);
        Erro::Mensagem(match erro.kind() {
            _ if e_grande_demais(&erro) => format!("{causa}; mande menos"),
            // No Windows a recusa do UDP chega como 10054 (ConnectionReset), sem conexão a derrubar.
            ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset => {
                let causa = com_numero(RECUSADA, &erro);
                let rode = rode_o_servidor(endereco, servidor, endereco.porta_padrao);
                format!("ninguém atende em {endereco}: {causa}; {rode} e tente de novo")
            }
            // A do UDP para o último endereço de uma rede, como 192.168.0.255.
            ErrorKind::PermissionDenied => format!(
                "não foi possível falar com {endereco}: {causa}; se é o endereço de uma rede inteira, use o de uma máquina só"
            ),
            _ => format!(
                "não foi possível falar com {endereco}: {causa}; confira o endereço, a rede e o firewall"
            ),
        })
    }
}

/// O que fazer para que o programa `servidor`, que sem argumento atende na `porta_padrao`, passe a atender em `endereco`:
/// "rode `cargo run -p …` em outro terminal", ou naquele computador.
pub fn rode_o_servidor(endereco: &Endereco, servidor: &str, porta_padrao: u16) -> String {
    let daqui = |ip: &SocketAddr| ip.ip().is_loopback() || ip.ip().is_unspecified();
    if endereco.ips.iter().all(daqui) {
        let argumento = endereco.como_argumento(porta_padrao);
        return format!("rode `cargo run -p {servidor}{argumento}` em outro terminal");
    }
    // Todos os endereços de lá: só num deles, o servidor não atenderia quem vem pelos outros.
    let todos = ["0.0.0.0", "[::]"][usize::from(endereco.porta_livre().is_ipv6())];
    let porta = match endereco.porta {
        porta if porta == porta_padrao => String::new(),
        porta => format!(":{porta}"),
    };
    format!("naquele computador, rode `cargo run -p {servidor} -- {todos}{porta}`")
}

#[cfg(test)]
mod testes {
    use super::*;
    use crate::causa::{GRANDE_DEMAIS, NAO_CABE};

    #[test]
    fn a_recusa_ensina_a_por_o_servidor_no_ar() {
        // A do UDP: ConnectionRefused no Unix, ConnectionReset (10054) no Windows.
        for kind in [ErrorKind::ConnectionRefused, ErrorKind::ConnectionReset] {
            for (texto, comando) in [
                ("127.0.0.1", "`cargo run -p servidor_udp`"),
                (
                    "127.0.0.1:5000",
                    "`cargo run -p servidor_udp -- 127.0.0.1:5000`",
                ),
            ] {
                let endereco = Endereco::novo(texto, 43210).unwrap();
                let erro = erro_ao_conectar(&endereco, "servidor_udp")(kind.into()).to_string();
                assert!(erro.starts_with("ninguém atende em 127.0.0.1:"), "{erro}");
                assert!(erro.contains(": conexão recusada; rode"), "{erro}");
                assert!(erro.contains(comando), "{erro}");
            }
        }
    }

    #[test]
    fn a_recusa_de_outro_computador_manda_escutar_em_todos_os_enderecos_dele() {
        for (texto, comando) in [
            ("192.0.2.1", "`cargo run -p servidor -- 0.0.0.0`"),
            ("192.0.2.1:5000", "`cargo run -p servidor -- 0.0.0.0:5000`"),
            ("2001:db8::1", "`cargo run -p servidor -- [::]`"),
            ("[2001:db8::1]:5000", "`cargo run -p servidor -- [::]:5000`"),
        ] {
            let endereco = Endereco::novo(texto, 43210).unwrap();
            let recusa = ErrorKind::ConnectionRefused.into();
            let erro = erro_ao_conectar(&endereco, "servidor")(recusa).to_string();
            let conselho = format!("naquele computador, rode {comando} e tente de novo");
            assert!(erro.ends_with(&conselho), "{erro}");
        }
    }

    #[test]
    fn o_conselho_de_quem_nao_pode_escutar_depende_da_porta() {
        for (texto, padrao, kind, conselho) in [
            ("127.0.0.1", 43210, ErrorKind::AddrInUse, "127.0.0.1:43211"),
            (
                "127.0.0.1:43211",
                43210,
                ErrorKind::AddrInUse,
                "127.0.0.1:43212",
            ),
            ("0.0.0.0", 2121, ErrorKind::AddrInUse, "127.0.0.1:2122"),
            (
                "127.0.0.1:80",
                43210,
                ErrorKind::PermissionDenied,
                "acima de 1023",
            ),
            (
                "127.0.0.1",
                43210,
                ErrorKind::PermissionDenied,
                "reservada: escolha outra, como 127.0.0.1:44210",
            ),
            (
                "127.0.0.1",
                2121,
                ErrorKind::PermissionDenied,
                "como 127.0.0.1:3121",
            ),
        ] {
            let endereco = Endereco::novo(texto, padrao).unwrap();
            let erro = erro_ao_escutar(&endereco)(kind.into()).to_string();
            assert!(erro.ends_with(conselho), "{erro}");
        }
    }

    #[test]
    fn ao_que_nao_cabe_num_datagrama_aconselha_mandar_menos() {
        let endereco = Endereco::novo("127.0.0.1", 43210).unwrap();
        let grande = io::Error::from_raw_os_error(GRANDE_DEMAIS);
        let erro = erro_ao_conectar(&endereco, "servidor_udp")(grande);
        assert!(erro.to_string().starts_with(NAO_CABE), "{erro}");
        assert!(erro.to_string().ends_with("; mande menos"), "{erro}");
    }
}
