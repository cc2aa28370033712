//! A tabela, na tela e na página do livro.

use std::fmt;

/// O que se mediu de um cenário: quantas vezes o tempo da lição em Rust cada um dos outros levou.
#[derive(Debug)]
pub struct Medida {
    pub titulo: String,
    pub contra: Vec<(String, Faixa)>,
}

/// A rodada do meio, e entre que duas ficou a metade delas.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Faixa {
    pub menor: f64,
    pub do_meio: f64,
    pub maior: f64,
}

/// Uma razão como se lê em português, com os algarismos que querem dizer alguma coisa.
pub struct Vezes(pub f64);

impl fmt::Display for Vezes {
    fn fmt(&self, saida: &mut fmt::Formatter) -> fmt::Result {
        let casas = match self.0 {
            ..1.995 => 2,
            ..9.95 => 1,
            _ => 0,
        };
        saida.pad(&format!("{:.casas$}", self.0).replace('.', ","))
    }
}

impl fmt::Display for Faixa {
    fn fmt(&self, saida: &mut fmt::Formatter) -> fmt::Result {
        write!(saida, "{} a {}", Vezes(self.menor), Vezes(self.maior))
    }
}

const COLUNAS: [&str; 3] = ["o que se mede", "quem", "vezes o tempo da lição em Rust"];

fn linhas(medidas: &[Medida]) -> impl Iterator<Item = (&str, &str, Faixa)> {
    medidas.iter().flat_map(|medida| {
        let contra = medida.contra.iter().enumerate();
        contra.map(|(n, (quem, faixa))| {
            // O título só na primeira linha.
            let titulo = if n == 0 { medida.titulo.as_str() } else { "" };
            (titulo, quem.as_str(), *faixa)
        })
    })
}

/// A tabela para um terminal.
pub fn texto(medidas: &[Medida]) -> String {
    let [o_que, quem, vezes] = COLUNAS;
    let mut texto = format!("{o_que:<34} {quem:<14} {vezes}\n");
    for (titulo, quem, faixa) in linhas(medidas) {
        let titulo = titulo.replace('`', "");
        let vezes = Vezes(faixa.do_meio);
        texto += &format!("{titulo:<34} {quem:<14} {vezes:>5}  ({faixa})\n");
    }
    texto
}

/// A tabela para o livro, com o dia e a máquina.
pub fn markdown(medidas: &[Medida], paradas: &str, maquina: &str) -> String {
    // Uma coluna de números, à direita, é a tabela que não se desfaz em fichas num celular.
    let mut texto = "| quem | ÷ o tempo do Rust |\n|---|--:|\n".to_string();
    for (titulo, quem, faixa) in linhas(medidas) {
        if !titulo.is_empty() {
            // Numa linha só dela, para que a tabela caiba num celular.
            texto += &format!("| **{titulo}** | |\n");
        }
        texto += &format!("| {quem} | {} ({faixa}) |\n", Vezes(faixa.do_meio));
    }
    format!("{texto}\n{paradas}\n\n{maquina} O comando: `just quanto_custa minha_pasta`.\n")
}

#[cfg(test)]
pub mod testes {
    use super::*;

    /// Duas medidas inventadas.
    pub fn exemplo() -> Vec<Medida> {
        let faixa = |menor, do_meio, maior| Faixa {
            menor,
            do_meio,
            maior,
        };
        vec![
            Medida {
                titulo: "abrir e sair: `portas`".to_string(),
                contra: vec![
                    ("Python".to_string(), faixa(15.4, 17.2, 19.9)),
                    ("C".to_string(), faixa(0.9, 0.954, 1.046)),
                ],
            },
            Medida {
                titulo: "`servidor`".to_string(),
                contra: vec![("Python".to_string(), faixa(1.996, 2.5, 9.96))],
            },
        ]
    }

    #[test]
    fn a_tabela_tem_uma_linha_para_cada_razao() {
        assert_eq!(
            texto(&exemplo()),
            "\
o que se mede                      quem           vezes o tempo da lição em Rust
abrir e sair: portas               Python            17  (15 a 20)
                                   C               0,95  (0,90 a 1,05)
servidor                           Python           2,5  (2,0 a 10)
"
        );
        assert_eq!(
            markdown(&exemplo(), "Paradas.", "Medido."),
            "\
| quem | ÷ o tempo do Rust |
|---|--:|
| **abrir e sair: `portas`** | |
| Python | 17 (15 a 20) |
| C | 0,95 (0,90 a 1,05) |
| **`servidor`** | |
| Python | 2,5 (2,0 a 10) |

Paradas.

Medido. O comando: `just quanto_custa minha_pasta`.
"
        );
    }
}
