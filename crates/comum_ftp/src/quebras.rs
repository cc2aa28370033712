//! As quebras de linha de um texto que vem da rede, trocadas conforme ele chega.

use std::io::{self, BufRead, BufReader, Read};

/// Quanto se espera, em bytes, pelo fim de uma linha: uma enorme vem em pedaços, e a memória não cresce com ela.
const MAIOR_PEDACO: u64 = 64 << 10;

/// Leva um texto, em que a linha acaba com CRLF (RFC 959, 3.1.1.1) ou, em muitos servidores, com LF, a quem o usa: cada
/// quebra vira a dada, e a última linha ganha a sua. Nenhum outro byte muda, nem um CR sozinho.
///
/// As linhas que chegam juntas vão juntas, e nenhum pedaço corta uma letra ao meio.
pub(crate) fn troca<E: From<io::Error>>(
    mut texto: BufReader<impl Read>,
    quebra: &[u8],
    mut usa: impl FnMut(&[u8]) -> Result<(), E>,
) -> Result<(), E> {
    let mut saida = Vec::new();
    let mut linha_aberta = false;
    loop {
        // O read_until procura o fim da linha depressa até sem otimização, onde um laço perderia do Python.
        let mut pedaco = texto.by_ref().take(MAIOR_PEDACO);
        let lidos = pedaco.read_until(b'\n', &mut saida);
        if !matches!(lidos, Ok(1..)) {
            if linha_aberta {
                saida.extend_from_slice(quebra);
            }
            usa(&saida)?;
            return Ok(lidos.map(drop)?);
        }
        linha_aberta = saida.pop_if(|byte| *byte == b'\n').is_none();
        if !linha_aberta {
            saida.pop_if(|byte| *byte == b'\r');
            saida.extend_from_slice(quebra);
        }
        // Outra linha inteira já chegou: vão as duas.
        if texto.buffer().contains(&b'\n') {
            continue;
        }
        let prontos = if linha_aberta {
            sem_o_ultimo_caractere(&saida)
        } else {
            saida.len()
        };
        usa(&saida[..prontos])?;
        saida.drain(..prontos);
    }
}

/// Onde cortar para não partir o último caractere: ele pode estar incompleto, ou ser metade de um CRLF.
fn sem_o_ultimo_caractere(texto: &[u8]) -> usize {
    let fim = texto.iter().rev().take(3);
    let continuacoes = fim.take_while(|byte| **byte & 0xC0 == 0x80).count();
    texto.len().saturating_sub(continuacoes + 1)
}

#[cfg(test)]
mod testes {
    use super::*;

    /// Um texto que chega assim dividido.
    struct Rede<'a>(Vec<&'a [u8]>);

    impl Read for Rede<'_> {
        fn read(&mut self, bloco: &mut [u8]) -> io::Result<usize> {
            self.0.retain(|bloco| !bloco.is_empty());
            match self.0.first_mut() {
                Some(chegou) => chegou.read(bloco),
                None => Ok(0),
            }
        }
    }

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
        let mut saida = Vec::new();
        let quebra: &[u8] = if crlf { b"\r\n" } else { b"\n" };
        troca(BufReader::new(Rede(blocos.to_vec())), quebra, |pedaco| {
            saida.extend_from_slice(pedaco);
            Ok::<_, io::Error>(())
        })
        .unwrap();
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

    /// Linhas maiores do que um bloco, com um CR de cada lado do corte.
    #[test]
    fn uma_linha_enorme_sai_em_pedacos_iguais_a_ela() {
        let cabe = MAIOR_PEDACO as usize;
        for antes in [cabe - 2, cabe - 1, cabe, cabe + 1, 2 * cabe - 1] {
            for meio in ["\r\nfim", "\r\r\n", "\r\rfim", "\r"] {
                let texto = [&vec![b'x'; antes], meio.as_bytes()].concat();
                assert!(
                    em_blocos(&[&texto], false) == ingenuo(&texto, false),
                    "{antes} {meio:?}"
                );
            }
        }
        // Nem um texto que só tem CR se acumula.
        let mut maior = 0;
        let texto = vec![b'\r'; 5 * cabe];
        let gravou = troca(BufReader::new(&texto[..]), b"\n", |pedaco| {
            maior = maior.max(pedaco.len());
            Ok::<_, io::Error>(())
        });
        assert!(gravou.is_ok() && maior <= 2 * cabe, "{maior}");
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
