//! A notação contra tabelas feitas pelo CPython (`cpython.py`, ao lado) e sobre bytes quaisquer.
#![allow(clippy::unwrap_used)] // as funções de apoio também são teste

use std::net::SocketAddr;

use arbtest::arbitrary::{Error, Unstructured};
use arbtest::arbtest;
use comum::{repr, repr_sem_b, tupla, visivel};

/// O contrário do `repr`: lê a notação de volta.
fn le_de_volta(texto: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut letras = texto.bytes();
    while let Some(letra) = letras.next() {
        if letra != b'\\' {
            bytes.push(letra);
            continue;
        }
        bytes.push(match letras.next().unwrap() {
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'x' => {
                let digitos = [letras.next().unwrap(), letras.next().unwrap()];
                u8::from_str_radix(str::from_utf8(&digitos).unwrap(), 16).unwrap()
            }
            outra => outra,
        });
    }
    bytes
}

fn de_hex(texto: &str) -> Vec<u8> {
    (0..texto.len())
        .step_by(2)
        .map(|n| u8::from_str_radix(&texto[n..n + 2], 16).unwrap())
        .collect()
}

#[test]
fn o_repr_e_o_do_cpython() {
    let mut casos = 0;
    for linha in include_str!("repr.txt").lines() {
        let (hex, esperado) = linha.split_once(' ').unwrap();
        assert_eq!(repr(&de_hex(hex)), esperado);
        casos += 1;
    }
    assert!(casos > 900, "a tabela encolheu: {casos}");
}

#[test]
fn o_chat_e_o_repr_sem_b_e_sem_aspas() {
    for linha in include_str!("repr.txt").lines() {
        let (hex, esperado) = linha.split_once(' ').unwrap();
        let bytes = de_hex(hex);
        // O que não é UTF-8 imprimível sai igual ao original; o resto está no teste seguinte.
        if !str::from_utf8(&bytes).is_ok_and(|texto| texto.contains(|c: char| c > '\u{9f}')) {
            let sem_texto = le_de_volta(&repr_sem_b(&bytes));
            assert_eq!(sem_texto, bytes);
        }
        if bytes.is_ascii() {
            assert_eq!(repr_sem_b(&bytes), &esperado[2..esperado.len() - 1]);
        }
    }
    assert_eq!(repr_sem_b("é 'a' \"b\"".as_bytes()), r#"é \'a\' "b""#);
    assert_eq!(repr_sem_b(b"ol\xc3"), r"ol\xc3");
}

#[test]
fn imprimivel_e_o_isprintable_do_cpython() {
    for linha in include_str!("imprimivel.txt").lines() {
        let [de, ate, classe] = linha.split(' ').collect::<Vec<_>>()[..] else {
            panic!("{linha}")
        };
        let faixa =
            u32::from_str_radix(de, 16).unwrap().max(0x80)..=u32::from_str_radix(ate, 16).unwrap();
        for c in faixa.filter_map(char::from_u32) {
            let texto = c.to_string();
            let mostrado = repr_sem_b(texto.as_bytes());
            match classe {
                "s" => assert_eq!(mostrado, texto, "U+{:04X}", c as u32),
                "n" => assert_eq!(
                    mostrado,
                    texto.as_bytes().escape_ascii().to_string(),
                    "U+{:04X}",
                    c as u32
                ),
                // Sem dono no Unicode do CPython; o do Rust pode já conhecer.
                _ => {}
            }
        }
    }
}

/// Bytes quaisquer, com os perigosos mais vezes do que o acaso os daria.
fn bytes_da_rede(u: &mut Unstructured) -> Result<Vec<u8>, Error> {
    let perigos = [
        "\u{1b}[2J",
        "\u{1b}]0;titulo\u{7}",
        "\n",
        "\r\n",
        "\t",
        "\0",
        "\u{7f}",
        "\u{85}",
        "\u{9b}31m",
        "\u{61c}",
        "\u{200b}",
        "\u{200e}",
        "\u{202e}",
        "\u{2066}",
        "\u{2028}",
        "\u{feff}",
        "\u{e0041}",
        "e\u{301}",
        "👨‍👩‍👧",
        "ção",
        "'",
        "\"",
        "\\",
    ];
    let mut bytes = Vec::new();
    for _ in 0..u.int_in_range(0..=8)? {
        if u.arbitrary()? {
            bytes.extend_from_slice(u.choose(&perigos)?.as_bytes());
        } else {
            bytes.extend(u.arbitrary::<[u8; 3]>()?);
        }
    }
    // Cortado em qualquer ponto, como um read faria.
    bytes.truncate(u.int_in_range(0..=bytes.len())?);
    Ok(bytes)
}

#[test]
fn nenhuma_notacao_poe_controle_na_tela() {
    arbtest(|u| {
        let bytes = bytes_da_rede(u)?;
        // O TAB é o único que a tela recebe, e só do texto.
        let sem_tab = visivel(&bytes).replace('\t', "");
        for texto in [repr(&bytes), repr_sem_b(&bytes), sem_tab] {
            assert!(!texto.contains(char::is_control), "{texto:?}");
            assert!(!texto.contains(direcao), "{texto:?}");
            assert!(!texto.contains(separador), "{texto:?}");
        }
        Ok(())
    });
}

/// Os controles de direção: Bidi_Control no PropList.txt do Unicode.
fn direcao(c: char) -> bool {
    matches!(c as u32, 0x61c | 0x200e | 0x200f | 0x202a..=0x202e | 0x2066..=0x2069)
}

/// Os separadores de linha e de parágrafo do Unicode.
fn separador(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}')
}

#[test]
fn o_repr_nao_perde_nada() {
    arbtest(|u| {
        let bytes = bytes_da_rede(u)?;
        let texto = repr(&bytes);
        assert_eq!(le_de_volta(&texto[2..texto.len() - 1]), bytes);
        assert_eq!(le_de_volta(&repr_sem_b(&bytes)), bytes);
        Ok(())
    });
}

#[test]
fn o_texto_que_se_pode_ler_fica_como_esta() {
    arbtest(|u| {
        let texto: String = u.arbitrary()?;
        let legivel: String = texto
            .chars()
            .filter(|c| !c.is_control() && !direcao(*c) && !separador(*c))
            .collect();
        assert_eq!(visivel(legivel.as_bytes()), legivel);
        Ok(())
    });
    // Aspas e barra não dobram, e uma família de emojis, com seus U+200D, continua uma só.
    assert_eq!(
        visivel("it's \"ok\" em C:\\temp 👨‍👩‍👧".as_bytes()),
        "it's \"ok\" em C:\\temp 👨‍👩‍👧"
    );
}

#[test]
fn o_que_e_perigoso_sai_escapado() {
    for (bytes, esperado) in [
        (&b"\x1b]0;titulo\x07"[..], r"\x1b]0;titulo\x07"),
        (b"uma\nduas\r\n\tfim", "uma\\nduas\\r\\n\tfim"),
        (b"\x00\x7f", r"\x00\x7f"),
        ("\u{9b}31m".as_bytes(), r"\xc2\x9b31m"),
        ("exe.\u{202e}gnp".as_bytes(), r"exe.\xe2\x80\xaegnp"),
        ("uma\u{2028}duas".as_bytes(), r"uma\xe2\x80\xa8duas"),
        (b"ol\xe1 \xff", r"ol\xe1 \xff"),
    ] {
        assert_eq!(visivel(bytes), esperado);
    }
}

#[test]
fn a_tupla_e_a_do_python() {
    for (endereco, esperado) in [
        ("127.0.0.1:53679", "('127.0.0.1', 53679)"),
        ("[::1]:53679", "('::1', 53679, 0, 0)"),
        ("[fe80::1%3]:80", "('fe80::1', 80, 0, 3)"),
    ] {
        assert_eq!(tupla(endereco.parse::<SocketAddr>().unwrap()), esperado);
    }
}
