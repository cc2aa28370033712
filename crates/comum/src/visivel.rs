//! Texto que veio da rede e pode ir ao terminal: nada nele move o cursor, muda cores, troca o
//! título da janela, inverte a direção da escrita ou forja uma linha.

/// O texto da rede pronto para a tela: o que se pode ler fica como está, e o TAB também; os outros controles
/// (C0, DEL, C1), caracteres de direção, separadores de linha do Unicode e bytes que não são UTF-8 saem como `\xNN`
/// (`\n` e `\r` pelo nome), na notação do Python.
pub fn visivel(bytes: &[u8]) -> String {
    // O TAB só avança: há listagens que o põem antes de cada nome (as do formato EPLF).
    let fica = |c: char| c == '\t' || !(c.is_control() || engana(c));
    escapa(bytes, fica)
}

/// Os caracteres do algoritmo bidirecional do Unicode (UAX 9, seção 2) que reordenam o que está em
/// volta, com que `gnp.exe` aparece como `exe.png`; e os separadores de linha.
fn engana(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// O motor das duas notações: cada caractere fica como está, ou sai escapado; bytes que não são UTF-8 saem sempre.
pub(crate) fn escapa(bytes: &[u8], fica: impl Fn(char) -> bool) -> String {
    let mut saida = String::with_capacity(bytes.len());
    for trecho in bytes.utf8_chunks() {
        for c in trecho.valid().chars() {
            if fica(c) {
                saida.push(c);
            } else {
                escapa_bytes(c.encode_utf8(&mut [0; 4]).as_bytes(), &mut saida);
            }
        }
        escapa_bytes(trecho.invalid(), &mut saida);
    }
    saida
}

fn escapa_bytes(bytes: &[u8], saida: &mut String) {
    // De cada byte, inclusive as aspas e a barra, o escape_ascii dá exatamente a notação do Python.
    for byte in bytes {
        saida.extend(byte.escape_ascii().map(char::from));
    }
}
