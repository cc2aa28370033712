//! O que se mostra: a tabela, na tela e no livro, e o gráfico do livro.

/// Quantas vezes o tempo da lição em Rust este programa levou: na rodada do meio, e entre que duas ficou a
/// metade delas.
#[derive(Debug, PartialEq)]
pub struct Razao {
    pub quem: &'static str,
    pub menor: f64,
    pub do_meio: f64,
    pub maior: f64,
}

/// O título de um cenário e o que se mediu dele.
pub type Medida = (&'static str, Vec<Razao>);

/// Uma razão como se lê em português, com os algarismos que querem dizer alguma coisa.
fn vezes(razao: f64) -> String {
    let casas = match razao {
        ..1.995 => 2,
        ..9.95 => 1,
        _ => 0,
    };
    format!("{razao:.casas$}").replace('.', ",")
}

/// A tabela, em Markdown, que num terminal também se lê.
pub fn tabela(medidas: &[Medida]) -> String {
    // Uma coluna de números, à direita, é a tabela que não se desfaz em fichas num celular.
    let linha = |quem: &str, numeros: &str| format!("| {quem:<37} | {numeros:>18} |\n");
    let mut tabela = linha("quem", "÷ o tempo do Rust") + &format!("|{:-<39}|{:->20}|\n", "", ":");
    for (titulo, razoes) in medidas {
        tabela += &linha(&format!("**{titulo}**"), "");
        for razao in razoes {
            let [menor, meio, maior] = [razao.menor, razao.do_meio, razao.maior].map(vezes);
            let numeros = format!("{meio} ({menor} a {maior})");
            tabela += &linha(razao.quem, &numeros);
        }
    }
    tabela
}

/// O gráfico, um SVG pronto para ficar no meio de uma página: uma barra para cada razão, numa escala em que
/// dobrar é sempre o mesmo passo. Os 440 de largura são os que cabem num celular.
pub fn grafico(medidas: &[Medida]) -> String {
    let razoes = || medidas.iter().flat_map(|(_, razoes)| razoes);
    let menor = razoes().fold(0.5, |menor: f64, razao| menor.min(razao.menor));
    let maior = razoes().fold(2.0, |maior: f64, razao| maior.max(razao.maior));
    let x = |razao: f64| (112.0 + 264.0 * (razao / menor).ln() / (maior / menor).ln()).round();
    let (mut grade, mut barras, mut y) = (String::new(), String::new(), 22);
    for (titulo, razoes) in medidas {
        y += 26;
        let titulo = titulo.replace('`', "");
        barras += &format!("<text class='realce' x='4' y='{y}'>{titulo}</text>\n");
        for razao in razoes {
            y += 21;
            let (um, ate) = (x(1.0), x(razao.do_meio));
            let (de, fim) = (x(razao.menor), x(razao.maior));
            barras += &format!(
                "<text x='104' y='{y}' text-anchor='end'>{}</text>\
                <rect class='caixa' x='{}' y='{}' width='{}' height='13'/>\
                <path class='linha' d='M{de} {} H{fim} M{de} {alto} v7 M{fim} {alto} v7'/>\
                <text class='nota' x='{}' y='{y}'>{}</text>\n",
                razao.quem,
                um.min(ate),
                y - 11,
                (ate - um).abs().max(1.0),
                y - 5,
                fim.max(um) + 6.0,
                vezes(razao.do_meio),
                alto = y - 8,
            );
        }
    }
    for marca in [0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0] {
        if (menor..=maior).contains(&marca) {
            let traco = if marca == 1.0 { "none" } else { "1 5" };
            grade += &format!(
                "<path class='linha' d='M{x} 24 V{}' stroke-dasharray='{traco}'/>\
                <text class='nota' x='{x}' y='16' text-anchor='middle'>{}×</text>\n",
                y + 6,
                marca.to_string().replace('.', ","),
                x = x(marca),
            );
        }
    }
    format!(
        "<svg class='diagrama' viewBox='0 0 440 {}' role='img' aria-labelledby='quanto-custa'>\n\
        <title id='quanto-custa'>Quantas vezes o tempo da lição em Rust cada um dos outros leva; \
        os números são os da tabela.</title>\n{grade}{barras}</svg>\n",
        y + 12
    )
}

#[cfg(test)]
mod testes {
    use super::*;

    /// Duas medidas inventadas.
    fn exemplo() -> Vec<Medida> {
        let razao = |quem, menor, do_meio, maior| Razao {
            quem,
            menor,
            do_meio,
            maior,
        };
        vec![
            (
                "abrir e sair: `portas`",
                vec![
                    razao("Python", 15.4, 17.2, 19.9),
                    razao("C", 0.9, 0.954, 1.046),
                ],
            ),
            ("`servidor`", vec![razao("Python", 1.996, 2.5, 9.96)]),
        ]
    }

    #[test]
    fn a_tabela_tem_uma_linha_para_cada_razao() {
        assert_eq!(
            tabela(&exemplo()),
            "\
| quem                                  |  ÷ o tempo do Rust |
|---------------------------------------|-------------------:|
| **abrir e sair: `portas`**            |                    |
| Python                                |       17 (15 a 20) |
| C                                     | 0,95 (0,90 a 1,05) |
| **`servidor`**                        |                    |
| Python                                |     2,5 (2,0 a 10) |
"
        );
    }

    #[test]
    fn o_grafico_tem_uma_barra_para_cada_razao_e_cabe() {
        let svg = grafico(&exemplo());
        assert_eq!(svg.matches("<rect").count(), 3);
        assert!(svg.contains(">abrir e sair: portas<") && svg.contains(">0,95<"));
        assert!(svg.lines().all(|linha| !linha.trim().is_empty()));
        // Nada sai pela direita, nem as pontas nem os números.
        for atributo in [" x='", " d='M", " H"] {
            assert!(svg.contains(atributo), "{atributo}");
            for pedaco in svg.split(atributo).skip(1) {
                let numero = pedaco.split(['\'', ' ']).next().unwrap();
                assert!((0.0..=400.0).contains(&numero.parse().unwrap()), "{numero}");
            }
        }
        // O C é mais rápido: a barra vai para a esquerda do 1.
        let barra = |n: usize| -> f64 {
            let depois = svg.split("<rect class='caixa' x='").nth(n).unwrap();
            depois.split('\'').next().unwrap().parse().unwrap()
        };
        assert!(barra(2) < barra(1));
    }
}
