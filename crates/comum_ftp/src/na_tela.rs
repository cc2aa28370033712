//! O que o servidor mandou, pronto para a tela: inteiro, ou resumido numa linha de erro.

use comum::visivel;

/// O maior pedaço de um texto que cabe numa linha de erro, em bytes.
const MAIOR_RESUMO: usize = 400;

/// As linhas de uma resposta, com os códigos, ou de uma listagem; sem a quebra final.
pub(crate) fn linhas(texto: &[u8]) -> String {
    let texto = texto.strip_suffix(b"\n").unwrap_or(texto);
    let linhas = texto.split(|byte| *byte == b'\n');
    let linhas = linhas.map(|linha| visivel(linha.strip_suffix(b"\r").unwrap_or(linha)));
    linhas.collect::<Vec<_>>().join("\n")
}

/// Um texto numa linha só, e curto: as linhas dele separadas por barras.
pub(crate) fn resumo(texto: &[u8]) -> String {
    let curto = &texto[..texto.len().min(MAIOR_RESUMO)];
    let linhas = curto.split(|byte| *byte == b'\n');
    let linhas = linhas.map(|linha| visivel(linha.trim_ascii()));
    let linhas: Vec<_> = linhas.filter(|linha| !linha.is_empty()).collect();
    let reticencias = if curto.len() < texto.len() { "…" } else { "" };
    linhas.join(" / ") + reticencias
}

#[cfg(test)]
mod testes {
    use super::*;

    #[test]
    fn a_saudacao_guarda_as_linhas_e_os_espacos() {
        assert_eq!(linhas(b"220-a\r\n220-\r\n220 \r\n"), "220-a\n220-\n220 ");
        assert_eq!(linhas(b"220 \x1b[2J\xe7\r\n"), r"220 \x1b[2J\xe7");
        assert_eq!(linhas(b""), "");
    }

    #[test]
    fn o_erro_e_uma_linha_curta() {
        assert_eq!(
            resumo(b"550-nada\r\n550 \x1b]0;x\x07\xff\r\n"),
            r"550-nada / 550 \x1b]0;x\x07\xff"
        );
        assert!(resumo(&[b'a'; 10_000]).len() < 500);
        // Cortada no meio de uma letra: nada de pânico.
        let _ = resumo("é".repeat(1000).as_bytes());
    }
}
