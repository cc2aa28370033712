//! Uma listagem na tela, conforme chega, com qualquer tamanho em memória constante.

use std::mem;

use comum::console::mostra_bloco;
use comum::visivel;

use crate::conexao_de_dados::Dados;
use crate::erro::ErroFtp;
use crate::na_tela::linhas;

/// O que se lê de cada vez: pouco, porque escapado para a tela um byte vira quatro.
const BLOCO: usize = 64 << 10;
/// Quanto se guarda de uma linha à espera do fim dela.
const MAIOR_ESPERA: usize = 64 << 10;

/// O `retrlines` do ftplib: mostra as linhas conforme chegam e devolve a resposta final, `226 …`, pronta
/// para a tela. Controles e bytes que não são UTF-8 saem como `\xNN`.
///
/// # Errors
/// [`ErroFtp::Pedido`] se o servidor corta a listagem; [`ErroFtp::Fim`] se a sessão acabou.
pub fn mostra_linhas(mut dados: Dados) -> Result<String, ErroFtp> {
    let mut tela = ParaTela::default();
    let chegou = dados.em_blocos(BLOCO, |bloco| Ok(mostra_bloco(&tela.converte(bloco))?));
    // Uma listagem cortada mostra até onde foi.
    mostra_bloco(&tela.termina())?;
    chegou?;
    Ok(dados.resposta_final()?.na_tela())
}

/// Uma listagem a caminho da tela: as linhas inteiras saem assim que chegam.
#[derive(Default)]
pub(crate) struct ParaTela {
    espera: Vec<u8>,
}

impl ParaTela {
    /// O texto que já pode ser mostrado, pronto para a tela.
    pub(crate) fn converte(&mut self, bloco: &[u8]) -> String {
        self.espera.extend_from_slice(bloco);
        let pronto = match self.espera.iter().rposition(|byte| *byte == b'\n') {
            Some(fim) => fim + 1,
            // Uma linha enorme sai em pedaços, sem partir uma letra nem uma quebra.
            None if self.espera.len() > MAIOR_ESPERA => sem_o_ultimo_caractere(&self.espera),
            None => 0,
        };
        let resto = self.espera.split_off(pronto);
        let pronto = mem::replace(&mut self.espera, resto);
        if pronto.ends_with(b"\n") {
            linhas(&pronto) + "\n"
        } else {
            visivel(&pronto)
        }
    }

    /// A última linha, se veio sem quebra.
    pub(crate) fn termina(self) -> String {
        if self.espera.is_empty() {
            return String::new();
        }
        linhas(&self.espera) + "\n"
    }
}

/// Onde cortar para não partir o último caractere: ele pode estar incompleto, ou ser metade de um CRLF.
fn sem_o_ultimo_caractere(texto: &[u8]) -> usize {
    let continuacoes = texto
        .iter()
        .rev()
        .take(3)
        .take_while(|byte| **byte & 0xC0 == 0x80)
        .count();
    texto.len() - continuacoes - 1
}

#[cfg(test)]
mod testes {
    use super::*;

    fn na_tela(texto: &[u8], corte: usize) -> String {
        let mut tela = ParaTela::default();
        let mut saida = String::new();
        for bloco in texto.chunks(corte) {
            saida += &tela.converte(bloco);
        }
        saida + &tela.termina()
    }

    #[test]
    fn a_listagem_sai_igual_em_qualquer_corte() {
        let lista = "drwx ação\r\n\nRelat".as_bytes().to_vec();
        let lista = [lista.as_slice(), b"\xf3rio\x1b[2J\nfim"].concat();
        let esperado = "drwx ação\n\nRelat\\xf3rio\\x1b[2J\nfim\n";
        for corte in 1..=lista.len() {
            assert_eq!(na_tela(&lista, corte), esperado);
        }
        assert_eq!(na_tela(b"", 1), "");
    }

    #[test]
    fn a_linha_enorme_sai_inteira_e_nao_se_acumula() {
        let linha = "é".repeat(200_000) + "\r\n";
        let mut tela = ParaTela::default();
        let mut saida = String::new();
        for bloco in linha.as_bytes().chunks(1001) {
            saida += &tela.converte(bloco);
            assert!(tela.espera.len() <= MAIOR_ESPERA);
        }
        assert_eq!(saida, linha.replace('\r', ""));
    }
}
