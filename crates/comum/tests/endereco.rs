//! O argumento HOST[:PORTA]: o que se aceita e a linha clara para cada engano.

use std::net::ToSocketAddrs;

use comum::Endereco;
use comum::endereco::{sem_senha, so_a_maquina};

#[test]
fn o_que_se_aceita() {
    for (texto, mostrado, ip) in [
        ("127.0.0.1", "127.0.0.1:43210", "127.0.0.1:43210"),
        ("127.0.0.1:5000", "127.0.0.1:5000", "127.0.0.1:5000"),
        ("0.0.0.0", "0.0.0.0:43210", "0.0.0.0:43210"),
        ("localhost:5000", "localhost:5000", "127.0.0.1:5000"),
        ("::1", "[::1]:43210", "[::1]:43210"),
        ("[::1]", "[::1]:43210", "[::1]:43210"),
        ("[::1]:5000", "[::1]:5000", "[::1]:5000"),
        // A interface com o número 1 é a do próprio computador, no Linux e no macOS.
        ("fe80::1%1", "[fe80::1%1]:43210", "[fe80::1%1]:43210"),
        ("[fe80::1%1]", "[fe80::1%1]:43210", "[fe80::1%1]:43210"),
        ("[fe80::1%1]:5000", "[fe80::1%1]:5000", "[fe80::1%1]:5000"),
    ] {
        let endereco = Endereco::novo(texto, 43210).unwrap();
        assert_eq!(endereco.to_string(), mostrado);
        // O IPv4 vem primeiro, também onde localhost tem os dois.
        assert_eq!(
            endereco
                .to_socket_addrs()
                .unwrap()
                .next()
                .unwrap()
                .to_string(),
            ip
        );
    }
}

#[test]
fn cada_engano_tem_a_sua_linha() {
    let mut linhas = Vec::new();
    for (texto, motivo) in [
        ("", "está vazio"),
        (":80", "não tem o nome da máquina"),
        ("host:", "termina sem a porta"),
        ("host:abc", "porta que não é número"),
        ("host:+80", "porta que não é número"),
        ("host:-1", "porta que não é número"),
        ("host:８０", "porta que não é número"),
        ("host:70000", "acima de 65535"),
        ("host:99999999999999999999", "acima de 65535"),
        ("host:0", "porta 0"),
        ("a:80:90", "dois-pontos demais"),
        ("::1:zz", "dois-pontos demais"),
        ("[::1", "abre um colchete"),
        ("[localhost]:80", "IPv6 entre os colchetes"),
        ("[::1]80", "depois do colchete"),
        ("http://localhost", "parece uma URL"),
        ("localhost/pagina", "parece uma URL"),
        (" localhost", "espaços"),
        ("local\u{1b}[31mhost", r"local\x1b[31mhost"),
        ("a..b", "não foi encontrado"),
        (
            "43210",
            "falta a máquina; o esperado é HOST[:PORTA], como 127.0.0.1:43210",
        ),
        (
            "5000",
            "falta a máquina; o esperado é HOST[:PORTA], como 127.0.0.1:5000",
        ),
        ("99999", "falta a máquina"),
        ("fe80::1", "diga por que interface, como em fe80::1%eth0"),
        ("[fe80::2]:80", "diga por que interface"),
        ("fe80::1%", "dois-pontos demais"),
        (
            "fe80::1%não-há",
            "tem uma interface de rede que este computador não tem",
        ),
        ("255.255.255.255", "use o IP de uma só"),
        ("224.0.0.1:80", "use o IP de uma só"),
        ("ff02::1", "use o IP de uma só"),
    ] {
        let erro = Endereco::novo(texto, 43210).unwrap_err().to_string();
        assert!(erro.contains(motivo), "{texto:?}: {erro}");
        assert!(!erro.contains(char::is_control), "{texto:?}: {erro:?}");
        linhas.push(erro);
    }
    linhas.sort();
    linhas.dedup();
    assert_eq!(linhas.len(), 30, "cada texto errado tem a sua linha");
}

#[test]
fn de_uma_url_fica_so_a_maquina() {
    for (texto, maquina) in [
        ("ftp.exemplo.br", "ftp.exemplo.br"),
        ("FTP://ftp.exemplo.br:2121/pub", "ftp.exemplo.br:2121"),
        ("eu@ftp.exemplo.br", "ftp.exemplo.br"),
        (
            "ftp://eu:senha@ftp.exemplo.br:2121/pub",
            "ftp.exemplo.br:2121",
        ),
        ("ftp://eu:se/nh@@ftp.exemplo.br/pub", "ftp.exemplo.br"),
        ("https://www.exemplo.br/mapa/@-23", "www.exemplo.br"),
        ("http://[::1]:80/", "[::1]:80"),
        ("ftp://eu:senha@", ""),
    ] {
        assert_eq!(so_a_maquina(texto), maquina, "{texto}");
    }
}

#[test]
fn uma_senha_nao_volta_a_tela() {
    assert_eq!(sem_senha("ftp://eu:senha@host/x"), "…@host/x");
    assert_eq!(sem_senha("eu:s@nh@@host"), "…@host");
    assert_eq!(sem_senha("host\u{1b}[2J"), r"host\x1b[2J");
}
