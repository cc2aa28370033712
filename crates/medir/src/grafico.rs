//! O gráfico do livro: uma barra para cada razão, numa escala em que dobrar é sempre o mesmo passo.

use crate::tabela::{Medida, Vezes};

/// A área das barras, dentro dos 440 que cabem num celular; à esquerda os nomes, à direita os números.
const ESQUERDA: f64 = 112.0;
const DIREITA: f64 = 376.0;

/// O SVG, pronto para ficar no meio de uma página.
pub fn svg(medidas: &[Medida]) -> String {
    let faixas = || medidas.iter().flat_map(|m| m.contra.iter().map(|(_, f)| f));
    let menor = faixas().fold(0.5, |menor: f64, faixa| menor.min(faixa.menor));
    let maior = faixas().fold(2.0, |maior: f64, faixa| maior.max(faixa.maior));
    let x =
        |razao: f64| ESQUERDA + (DIREITA - ESQUERDA) * (razao / menor).ln() / (maior / menor).ln();
    let marcas: Vec<f64> = [0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0]
        .into_iter()
        .filter(|razao| (menor..=maior).contains(razao))
        .collect();
    let (mut nomes, mut barras, mut pontas, mut numeros) = Default::default();
    let junta = |onde: &mut String, pedaco: String| onde.push_str(&pedaco);
    let mut y = 22.0;
    for medida in medidas {
        y += 26.0;
        let titulo = medida.titulo.replace('`', "");
        junta(
            &mut nomes,
            format!("<text class=\"mono\" font-weight=\"bold\" x=\"4\" y=\"{y}\">{titulo}</text>"),
        );
        for (quem, faixa) in &medida.contra {
            y += 21.0;
            let (um, ate) = (x(1.0), x(faixa.do_meio));
            let (de, largura) = (um.min(ate), (ate - um).abs().max(1.0));
            let (inicio, fim) = (x(faixa.menor), x(faixa.maior));
            junta(
                &mut nomes,
                format!(
                    "<text x=\"{}\" y=\"{y}\" text-anchor=\"end\">{quem}</text>",
                    ESQUERDA - 8.0
                ),
            );
            junta(
                &mut barras,
                format!(
                    "<rect x=\"{de:.1}\" y=\"{}\" width=\"{largura:.1}\" height=\"13\"/>",
                    y - 11.0
                ),
            );
            junta(
                &mut pontas,
                format!(
                    "<path d=\"M{inicio:.1} {} H{fim:.1} M{inicio:.1} {a} V{b} M{fim:.1} {a} V{b}\"/>",
                    y - 4.5,
                    a = y - 8.0,
                    b = y - 1.0
                ),
            );
            junta(
                &mut numeros,
                format!(
                    "<text x=\"{:.1}\" y=\"{y}\">{}</text>",
                    fim.max(um) + 6.0,
                    Vezes(faixa.do_meio)
                ),
            );
        }
    }
    let altura = y + 12.0;
    let (mut grade, mut escala) = (String::new(), String::new());
    for razao in marcas {
        let onde = x(razao);
        let traco = if razao == 1.0 {
            ""
        } else {
            " stroke-dasharray=\"1 5\""
        };
        grade += &format!("<path d=\"M{onde:.1} 24 V{}\"{traco}/>", altura - 6.0);
        escala += &format!(
            "<text x=\"{onde:.1}\" y=\"16\">{}×</text>",
            razao.to_string().replace('.', ",")
        );
    }
    format!(
        "<svg class=\"diagrama\" viewBox=\"0 0 440 {altura}\" role=\"img\" aria-labelledby=\"quanto-custa-titulo\">
<title id=\"quanto-custa-titulo\">Quantas vezes o tempo da lição em Rust cada um dos outros leva; os números são os da tabela.</title>
<g class=\"linha\">{grade}</g>
<g class=\"nota\" text-anchor=\"middle\">{escala}</g>
<g class=\"caixa\">{barras}</g>
<g class=\"linha\">{pontas}</g>
<g>{nomes}</g>
<g class=\"nota\">{numeros}</g>
</svg>
"
    )
}

#[cfg(test)]
mod testes {
    use super::svg;
    use crate::tabela::testes::exemplo;

    #[test]
    fn o_grafico_tem_uma_barra_para_cada_razao_e_cabe() {
        let svg = svg(&exemplo());
        assert_eq!(svg.matches("<rect").count(), 3);
        assert!(svg.contains(">abrir e sair: portas<") && svg.contains(">0,95<"));
        assert!(svg.lines().all(|linha| !linha.trim().is_empty()));
        // Nada sai pela direita, nem as pontas nem os números.
        for atributo in ["x=\"", "<path d=\"M", " H"] {
            for pedaco in svg.split(atributo).skip(1) {
                let numero = pedaco.split(['"', ' ']).next().unwrap();
                assert!((0.0..=400.0).contains(&numero.parse().unwrap()), "{numero}");
            }
        }
        // O C é mais rápido: a barra vai para a esquerda do 1.
        let onde = |pedaco: &str| -> f64 {
            let depois = svg.split(pedaco).nth(1).unwrap();
            depois.split(['"', ' ']).next().unwrap().parse().unwrap()
        };
        let um = onde("<rect x=\"");
        let c = svg.split("<rect x=\"").nth(2).unwrap();
        assert!(c.split('"').next().unwrap().parse::<f64>().unwrap() < um);
    }
}
