//! A notação do Python: bytes e endereços na tela exatamente como o original os mostra.

use std::net::SocketAddr;

use crate::visivel::escapa;

/// O `repr` de um `bytes` do Python, com a regra das aspas dele: `b'abc'`, `b"it's"`,
/// `b'it\'s "ok"'`. O `escape_ascii` do Rust não serve: escapa sempre as duas aspas.
pub fn repr(bytes: &[u8]) -> String {
    let aspas = aspas_de(bytes);
    format!("b{aspas}{}{aspas}", miolo(bytes, aspas, |_| false))
}

/// O `str(bytes)[2:-1]` do chat: o [`repr`] sem `b'` e `'`. Só aqui o texto imprimível fora do
/// ASCII aparece como texto (`olá`, onde o original mostra `ol\xc3\xa1`).
pub fn repr_sem_b(bytes: &[u8]) -> String {
    miolo(bytes, aspas_de(bytes), |c| !c.is_ascii() && imprimivel(c))
}

/// O endereço de um socket como a tupla do Python: `('127.0.0.1', 53679)`; em IPv6 ela tem também
/// o fluxo e o escopo: `('::1', 53679, 0, 0)`.
pub fn tupla(endereco: SocketAddr) -> String {
    match endereco {
        SocketAddr::V4(v4) => format!("('{}', {})", v4.ip(), v4.port()),
        SocketAddr::V6(v6) => format!(
            "('{}', {}, {}, {})",
            v6.ip(),
            v6.port(),
            v6.flowinfo(),
            v6.scope_id()
        ),
    }
}

/// O Python prefere a aspa simples; só usa a dupla quando há simples no texto e dupla não.
fn aspas_de(bytes: &[u8]) -> char {
    if bytes.contains(&b'\'') && !bytes.contains(&b'"') {
        '"'
    } else {
        '\''
    }
}

fn miolo(bytes: &[u8], aspas: char, como_texto: impl Fn(char) -> bool) -> String {
    let fica = |c| c != '\\' && c != aspas && (matches!(c, ' '..='~') || como_texto(c));
    escapa(bytes, fica)
}

/// O `str.isprintable` do Python. O std sabe a resposta (é a mesma regra, por categoria Unicode),
/// mas só a conta por `escape_debug`; o `a` na frente evita o caso especial dos acentos soltos no
/// começo do texto.
fn imprimivel(c: char) -> bool {
    let texto: String = ['a', c].iter().collect();
    texto.escape_debug().eq(texto.chars())
}
