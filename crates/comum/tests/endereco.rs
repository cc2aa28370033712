//! O argumento HOST[:PORTA]: o que se aceita e a linha clara para cada engano.

use std::net::ToSocketAddrs;

use comum::Endereco;

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
    ] {
        let erro = Endereco::novo(texto, 43210).unwrap_err().to_string();
        assert!(erro.contains(motivo), "{texto:?}: {erro}");
        assert!(!erro.contains(char::is_control), "{texto:?}: {erro:?}");
        linhas.push(erro);
    }
    linhas.sort();
    linhas.dedup();
    assert_eq!(linhas.len(), 20, "cada texto errado tem a sua linha");
}
