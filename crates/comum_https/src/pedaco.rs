//! Que pedaço de um arquivo um pedido quer (RFC 9110, 14).

use std::ops::Range;

use httparse::Header;

use crate::cabeca::campo;

/// O pedaço de um arquivo de `total` bytes que o campo `Range` pede; `None` se o pedido é do arquivo inteiro.
///
/// Vários pedaços de uma vez, outra unidade e o que não se entende valem como nenhum, e com `If-Range`, também: este
/// servidor não diz a versão dos arquivos, e a de quem pergunta não pode ser a mesma.
///
/// # Errors
/// Nenhum byte do arquivo está no pedaço: é a resposta 416.
pub(crate) fn pedaco(campos: &[Header], total: usize) -> Result<Option<Range<usize>>, ()> {
    let Some(pedido) = campo(campos, "Range").filter(|_| campo(campos, "If-Range").is_none())
    else {
        return Ok(None);
    };
    let numero = |texto: &str| -> Option<usize> {
        let digitos = !texto.is_empty() && texto.bytes().all(|b| b.is_ascii_digit());
        // Um número que não cabe é maior que qualquer arquivo.
        digitos.then(|| texto.parse().unwrap_or(usize::MAX))
    };
    let pontas = pedido
        .split_once('=')
        .filter(|(unidade, _)| unidade.eq_ignore_ascii_case("bytes"))
        .and_then(|(_, pontas)| pontas.trim().split_once('-'));
    let pedaco = match pontas.map(|(de, ate)| (numero(de), numero(ate), de, ate)) {
        // bytes=-500: os últimos.
        Some((None, Some(ultimos), "", _)) => total.saturating_sub(ultimos)..total,
        Some((Some(de), None, _, "")) => de..total,
        Some((Some(de), Some(ate), _, _)) if de <= ate => de..ate.saturating_add(1).min(total),
        _ => return Ok(None),
    };
    if pedaco.is_empty() {
        return Err(());
    }
    Ok(Some(pedaco))
}

#[cfg(test)]
mod testes {
    use super::*;

    fn de(pedido: &str) -> Result<Option<Range<usize>>, ()> {
        let valor = pedido.as_bytes();
        pedaco(
            &[Header {
                name: "range",
                value: valor,
            }],
            1000,
        )
    }

    #[test]
    fn os_pedacos_da_rfc() {
        for (pedido, esperado) in [
            ("bytes=0-499", Ok(Some(0..500))),
            ("bytes=500-999", Ok(Some(500..1000))),
            ("bytes=-500", Ok(Some(500..1000))),
            ("bytes=9500-", Err(())),
            ("bytes=990-", Ok(Some(990..1000))),
            ("bytes=0-0", Ok(Some(0..1))),
            ("bytes=-1", Ok(Some(999..1000))),
            ("bytes=-9999", Ok(Some(0..1000))),
            ("bytes=0-99999999999999999999999", Ok(Some(0..1000))),
            ("bytes=1000-1001", Err(())),
            ("bytes=-0", Err(())),
            ("BYTES=0-1", Ok(Some(0..2))),
            ("bytes=5-4", Ok(None)),
            ("bytes=0-1,3-4", Ok(None)),
            ("bytes=a-b", Ok(None)),
            ("bytes=-", Ok(None)),
            ("bytes=+1-2", Ok(None)),
            ("linhas=0-1", Ok(None)),
            ("", Ok(None)),
        ] {
            assert_eq!(de(pedido), esperado, "{pedido}");
        }
        let com = |name, value| Header { name, value };
        let condicional = [com("Range", &b"bytes=0-1"[..]), com("If-Range", b"\"v1\"")];
        assert_eq!(pedaco(&condicional, 1000), Ok(None));
        assert_eq!(pedaco(&[], 1000), Ok(None));
    }
}
