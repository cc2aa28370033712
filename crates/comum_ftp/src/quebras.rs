//! As quebras de linha de um arquivo de texto, que viram as do sistema conforme ele chega.

use std::io::BufRead;

/// Um texto da rede, em que a linha acaba com CRLF (RFC 959, 3.1.1.1) ou, em muitos servidores, com LF,
/// a caminho de um arquivo: as quebras viram as do sistema e a última linha ganha a sua. Nenhum outro
/// byte muda, nem um CR sozinho.
pub(crate) struct Quebras {
    /// A quebra do sistema, o `os.linesep` do Python, é CRLF, e não LF.
    crlf: bool,
    /// O bloco acabou num CR: só o seguinte dirá se era uma quebra.
    cr_no_fim: bool,
    /// O que se escreveu por último não foi uma quebra.
    linha_aberta: bool,
}

impl Quebras {
    pub(crate) fn do_sistema() -> Quebras {
        Quebras::novas(cfg!(windows))
    }

    fn novas(crlf: bool) -> Quebras {
        Quebras {
            crlf,
            cr_no_fim: false,
            linha_aberta: false,
        }
    }

    /// Acrescenta a `saida` o próximo bloco, convertido.
    pub(crate) fn converte(&mut self, mut bloco: &[u8], saida: &mut Vec<u8>) {
        if bloco.is_empty() {
            return;
        }
        if self.cr_no_fim {
            saida.push(b'\r');
        }
        // O read_until procura o fim da linha depressa até sem otimização, onde um laço perderia do Python.
        while let Ok(1..) = bloco.read_until(b'\n', saida) {
            if saida.ends_with(b"\r\n") {
                saida.truncate(saida.len() - 2);
            } else if saida.pop_if(|byte| *byte == b'\n').is_none() {
                break;
            }
            self.quebra(saida);
        }
        self.linha_aberta = !saida.ends_with(b"\n");
        self.cr_no_fim = saida.pop_if(|byte| *byte == b'\r').is_some();
    }

    /// O que falta no fim do texto.
    pub(crate) fn termina(self, saida: &mut Vec<u8>) {
        if self.cr_no_fim {
            saida.push(b'\r');
        }
        if self.linha_aberta {
            self.quebra(saida);
        }
    }

    fn quebra(&self, saida: &mut Vec<u8>) {
        if self.crlf {
            saida.push(b'\r');
        }
        saida.push(b'\n');
    }
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
        let mut conversor = Quebras::novas(crlf);
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
}
