//! Linhas de qualquer tamanho em memória constante: as de um arquivo de texto e as de uma listagem.

use memchr::{memchr_iter, memrchr};

use comum::visivel;

/// Quanto se guarda de uma linha de listagem à espera do fim dela.
const MAIOR_ESPERA: usize = 64 << 10;

/// Um texto da rede, em que a linha acaba com CRLF (RFC 959, 3.1.1.1) ou, em muitos servidores, com LF,
/// a caminho de um arquivo: as quebras viram as do sistema e a última linha ganha a sua. Nenhum outro
/// byte muda, nem um CR sozinho.
pub(crate) struct ParaArquivo {
    /// A quebra do sistema (o `os.linesep` do Python) é CRLF, e não LF.
    crlf: bool,
    /// O bloco acabou num CR: só o seguinte dirá se era uma quebra.
    cr_no_fim: bool,
    /// O que se escreveu por último não foi uma quebra.
    linha_aberta: bool,
}

impl ParaArquivo {
    pub(crate) fn novo() -> ParaArquivo {
        ParaArquivo::com_quebra(cfg!(windows))
    }

    fn com_quebra(crlf: bool) -> ParaArquivo {
        ParaArquivo {
            crlf,
            cr_no_fim: false,
            linha_aberta: false,
        }
    }

    /// Acrescenta a `saida` o próximo bloco, convertido. Só as quebras diferentes das do sistema pedem
    /// trabalho: o que há entre duas delas é copiado de uma vez.
    pub(crate) fn converte(&mut self, bloco: &[u8], saida: &mut Vec<u8>) {
        let (Some(primeiro), Some(ultimo)) = (bloco.first(), bloco.last()) else {
            return;
        };
        if self.cr_no_fim && (self.crlf || *primeiro != b'\n') {
            saida.push(b'\r');
        }
        let mut inicio = 0;
        for fim in memchr_iter(b'\n', bloco) {
            let tem_cr = if fim == 0 {
                self.cr_no_fim
            } else {
                bloco[fim - 1] == b'\r'
            };
            if tem_cr && !self.crlf {
                saida.extend_from_slice(&bloco[inicio..fim.saturating_sub(1)]);
                inicio = fim;
            } else if !tem_cr && self.crlf {
                saida.extend_from_slice(&bloco[inicio..fim]);
                saida.push(b'\r');
                inicio = fim;
            }
        }
        self.cr_no_fim = *ultimo == b'\r';
        self.linha_aberta = *ultimo != b'\n';
        saida.extend_from_slice(&bloco[inicio..bloco.len() - usize::from(self.cr_no_fim)]);
    }

    /// O que falta no fim do texto.
    pub(crate) fn termina(self, saida: &mut Vec<u8>) {
        if self.cr_no_fim {
            saida.push(b'\r');
        }
        if self.linha_aberta {
            saida.extend_from_slice(if self.crlf { b"\r\n" } else { b"\n" });
        }
    }
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
        let pronto = match memrchr(b'\n', &self.espera) {
            Some(fim) => fim + 1,
            // Uma linha enorme sai em pedaços, sem partir uma letra nem uma quebra.
            None if self.espera.len() > MAIOR_ESPERA => sem_o_ultimo_caractere(&self.espera),
            None => 0,
        };
        let mut texto = String::with_capacity(pronto);
        for linha in self.espera[..pronto].split_inclusive(|byte| *byte == b'\n') {
            match linha.strip_suffix(b"\n") {
                Some(linha) => {
                    texto += &visivel(linha.strip_suffix(b"\r").unwrap_or(linha));
                    texto.push('\n');
                }
                None => texto += &visivel(linha),
            }
        }
        self.espera.drain(..pronto);
        texto
    }

    /// A última linha, se veio sem quebra.
    pub(crate) fn termina(self) -> String {
        if self.espera.is_empty() {
            return String::new();
        }
        let linha = self.espera.strip_suffix(b"\r").unwrap_or(&self.espera);
        visivel(linha) + "\n"
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

    /// O mesmo trabalho, sem pressa e com tudo na memória.
    fn ingenuo(texto: &[u8], crlf: bool) -> Vec<u8> {
        let mut saida = Vec::new();
        for linha in texto.split_inclusive(|byte| *byte == b'\n') {
            let corpo = linha
                .strip_suffix(b"\r\n")
                .or(linha.strip_suffix(b"\n"))
                .unwrap_or(linha);
            saida.extend_from_slice(corpo);
            saida.extend_from_slice(if crlf { b"\r\n" } else { b"\n" });
        }
        saida
    }

    fn em_blocos(blocos: &[&[u8]], crlf: bool) -> Vec<u8> {
        let mut conversor = ParaArquivo::com_quebra(crlf);
        let mut saida = Vec::new();
        for bloco in blocos {
            conversor.converte(bloco, &mut saida);
        }
        conversor.termina(&mut saida);
        saida
    }

    #[test]
    fn as_quebras_viram_as_do_sistema_em_qualquer_corte() {
        arbtest::arbtest(|u| {
            // Poucos bytes diferentes: o que importa são os encontros entre eles.
            let texto: Vec<u8> = u
                .arbitrary::<Vec<u8>>()?
                .iter()
                .map(|byte| b"\r\n\r\nab\xc3\xff"[usize::from(*byte % 8)])
                .collect();
            let mut blocos = Vec::new();
            let mut resto = texto.as_slice();
            while !resto.is_empty() {
                // Um bloco vazio de vez em quando também serve.
                let (bloco, depois) = resto.split_at(u.int_in_range(0..=resto.len().min(9))?);
                blocos.push(bloco);
                resto = depois;
                if u.is_empty() {
                    break;
                }
            }
            blocos.push(resto);
            for crlf in [false, true] {
                assert_eq!(
                    em_blocos(&blocos, crlf),
                    ingenuo(&texto, crlf),
                    "{blocos:?}"
                );
            }
            Ok(())
        });
    }

    #[test]
    fn casos_de_texto() {
        for (texto, esperado) in [
            ("", ""),
            ("sem quebra", "sem quebra\n"),
            ("um\r\ndois\n", "um\ndois\n"),
            ("cr\rsolto\r\n", "cr\rsolto\n"),
            ("dois\r\r\n", "dois\r\n"),
            ("fim em cr\r", "fim em cr\r\n"),
            ("\n\r\n", "\n\n"),
        ] {
            for crlf in [false, true] {
                let esperado = if crlf {
                    esperado.replace('\n', "\r\n")
                } else {
                    esperado.to_string()
                };
                let inteiro = em_blocos(&[texto.as_bytes()], crlf);
                assert_eq!(inteiro, esperado.as_bytes(), "{texto:?}");
                let bytes: Vec<&[u8]> = texto.as_bytes().chunks(1).collect();
                assert_eq!(em_blocos(&bytes, crlf), inteiro, "{texto:?}");
            }
        }
    }

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
