//! Mensagens que são linhas: onde cada uma termina, quem o diz é a quebra.

use std::io::{self, BufRead, Read};

use comum::visivel;

/// A próxima linha que chega, sem espaços nas pontas (nem o `\r` que o Windows põe antes da quebra) e pronta para
/// qualquer terminal ([`visivel`]); `None` se o outro lado não tem mais nada a dizer. De uma linha comprida valem os
/// primeiros `maior` bytes, e o resto se joga fora: uma que nunca acaba não enche a memória.
///
/// # Errors
/// O da leitura.
pub fn le_linha(leitor: &mut impl BufRead, maior: u64) -> io::Result<Option<String>> {
    let mut linha = Vec::new();
    leitor.take(maior).read_until(b'\n', &mut linha)?;
    if !linha.is_empty() && !linha.ends_with(b"\n") {
        leitor.skip_until(b'\n')?;
    }
    Ok((!linha.is_empty()).then(|| visivel(linha.trim_ascii())))
}

#[cfg(test)]
mod testes {
    use super::le_linha;

    fn linhas(mut bytes: &[u8]) -> Vec<Option<String>> {
        let mut linhas = Vec::new();
        while !linhas.ends_with(&[None]) {
            linhas.push(le_linha(&mut bytes, 4).unwrap());
        }
        linhas
    }

    #[test]
    fn cada_linha_sai_sem_a_quebra_e_sem_perigo() {
        let certas = ["oi", "", "olá", r"\x1b[", r"a\rb", "fim"];
        let bytes = "oi\r\n\nolá\n\x1b[ \na\rb\r\n fim".as_bytes();
        let esperadas: Vec<_> = certas
            .iter()
            .map(|l| Some(l.to_string()))
            .chain([None])
            .collect();
        assert_eq!(linhas(bytes), esperadas);
    }

    #[test]
    fn de_uma_linha_comprida_so_vale_o_comeco() {
        for (bytes, valem) in [
            ("abcd\r\nfim", "abcd fim"),
            ("abcd\nfim", "abcd fim"),
            ("abcd", "abcd"),
            ("abcde\nfim", "abcd fim"),
            ("abcdefghijklmn\n\nfim", "abcd  fim"),
            ("abcdefghijklmn", "abcd"),
        ] {
            let esperadas: Vec<_> = valem.split(' ').map(|l| Some(l.to_string())).collect();
            assert_eq!(
                linhas(bytes.as_bytes()),
                [esperadas, vec![None]].concat(),
                "{bytes:?}"
            );
        }
    }
}
