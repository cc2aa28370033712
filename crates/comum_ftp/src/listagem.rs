//! Uma listagem na tela, conforme chega, com qualquer tamanho em memória constante.

use std::io::{BufReader, Read};

use comum::console::mostra_bloco;
use comum::{Erro, visivel};

use crate::conexao_de_dados::Dados;
use crate::erro::ErroFtp;
use crate::na_tela::linhas;
use crate::quebras;

/// O que se lê de cada vez: pouco, porque escapado para a tela um byte vira quatro.
const BLOCO: usize = 64 << 10;

/// O `retrlines` do ftplib: mostra as linhas conforme chegam e devolve a resposta final, `226 …`, pronta
/// para a tela. Controles e bytes que não são UTF-8 saem como `\xNN`.
pub fn mostra_linhas(mut dados: Dados) -> Result<String, ErroFtp> {
    // Uma listagem cortada mostra até onde foi.
    para_a_tela(BufReader::with_capacity(BLOCO, &mut dados), mostra_bloco)?;
    Ok(linhas(&dados.resposta_final()?))
}

fn para_a_tela(
    listagem: BufReader<impl Read>,
    mostra: impl Fn(&str) -> Result<(), Erro>,
) -> Result<(), ErroFtp> {
    quebras::troca(listagem, b"\n", |pedaco| {
        let linhas: Vec<String> = pedaco.split(|byte| *byte == b'\n').map(visivel).collect();
        Ok(mostra(&linhas.join("\n"))?)
    })
}

#[cfg(test)]
mod testes {
    use std::cell::{Cell, RefCell};

    use super::*;

    fn na_tela(texto: &[u8], corte: usize) -> (String, usize) {
        let (tela, maior) = (RefCell::new(String::new()), Cell::new(0));
        para_a_tela(BufReader::with_capacity(corte, texto), |pedaco| {
            tela.borrow_mut().push_str(pedaco);
            maior.set(maior.get().max(pedaco.len()));
            Ok(())
        })
        .unwrap();
        (tela.into_inner(), maior.get())
    }

    #[test]
    fn a_listagem_sai_igual_em_qualquer_corte() {
        let lista = "drwx ação\r\n\nRelat".as_bytes().to_vec();
        let lista = [lista.as_slice(), b"\xf3rio\x1b[2J\nfim"].concat();
        let esperado = "drwx ação\n\nRelat\\xf3rio\\x1b[2J\nfim\n";
        for corte in 1..=lista.len() {
            assert_eq!(na_tela(&lista, corte).0, esperado);
        }
        assert_eq!(na_tela(b"", 1).0, "");
    }

    #[test]
    fn a_linha_enorme_sai_inteira_e_nao_se_acumula() {
        let linha = "é".repeat(200_000) + "\r\n";
        let (tela, maior) = na_tela(linha.as_bytes(), 1001);
        assert_eq!(tela, linha.replace('\r', ""));
        assert!(maior < 100_000, "{maior}");
    }
}
