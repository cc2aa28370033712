//! O que se pergunta ao servidor de nomes quando a pessoa digita uma url.

use nomes::nome_na_rede;

#[test]
fn o_nome_que_vai_a_rede() {
    for (url, nome) in [
        ("", "0.0.0.0"),
        ("www.globo.com", "www.globo.com"),
        ("LocalHost", "LocalHost"),
        ("127.1", "127.1"),
        ("0x7f.0.0.1", "0x7f.0.0.1"),
        ("exemplo.br.", "exemplo.br."),
        ("_servico.exemplo.br", "_servico.exemplo.br"),
        ("::1", "::1"),
        ("https://www.exemplo.br/x?y#z", "www.exemplo.br"),
        ("ftp://eu:senha@ftp.exemplo.br:2121/pub", "ftp.exemplo.br"),
        ("http://exemplo.br?busca=a@b", "exemplo.br"),
        ("www.exemplo.br/x", "www.exemplo.br"),
        ("www.exemplo.br:8080", "www.exemplo.br"),
        ("http://[::1]:80/", "[::1]:80"),
        ("www.pão.com.br", "www.xn--po-sia.com.br"),
        ("https://www.PÃO.com.br/", "www.xn--po-sia.com.br"),
        ("coração.example", "xn--corao-dra1a.example"),
    ] {
        assert_eq!(nome_na_rede(url).unwrap(), nome, "{url}");
    }
}

#[test]
fn o_que_nao_e_nome_de_maquina() {
    let longo = format!("{}.br", "a".repeat(64));
    for url in [
        ".",
        "..",
        "a..b",
        ".a",
        " localhost",
        "local host",
        "   ",
        "a\0b",
        "a\tb",
        "http://",
        "http:///x",
        "//exemplo.br",
        "/",
        ":80",
        "\u{200b}",
        "http://\u{ad}/",
        &longo,
    ] {
        let erro = nome_na_rede(url).unwrap_err().to_string();
        // O TAB é o único controle que a tela recebe.
        assert!(
            !erro.replace('\t', "").contains(char::is_control),
            "{url:?}: {erro:?}"
        );
    }
}
