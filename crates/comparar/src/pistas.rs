//! O que olhar no próprio arquivo, em palavras de quem está começando.

use comum::visivel;
use palco::Engano;
use similar::TextDiff;

use crate::plano::so_letras;

/// Quantas linhas diferentes vale a pena contar.
const LINHAS: usize = 3;

/// Um texto de programa entre aspas, sem perigo para o terminal e sem passar de uma linha.
fn aspas(texto: &str) -> String {
    const MAIOR: usize = 70;
    let texto = visivel(texto.as_bytes());
    match texto.char_indices().nth(MAIOR) {
        Some((onde, _)) => format!("\"{}…\"", &texto[..onde]),
        None => format!("\"{texto}\""),
    }
}

/// O prompt que apareceu no lugar do esperado, se é disso que se trata. O roteiro pode esperar só o
/// fim dele; inteiro, ele está na tela gravada.
pub fn do_prompt(esperado: &str, visto: &str, gravada: &str) -> Option<String> {
    if esperado.ends_with('\n') {
        return None;
    }
    let esperado = gravada
        .lines()
        .find_map(|linha| {
            let onde = linha.find(esperado)?;
            linha.get(..onde + esperado.len())
        })
        .unwrap_or(esperado);
    let (sem_espaco, com_espaco) = (esperado.trim_end(), visto.trim_end());
    if visto.ends_with(sem_espaco) && sem_espaco != esperado {
        return Some(format!(
            "o prompt {} está sem o espaço no fim: dentro das aspas do input, depois de {}, há um espaço",
            aspas(visto),
            aspas(sem_espaco.rsplit(' ').next().unwrap_or_default())
        ));
    }
    if com_espaco.ends_with(esperado.trim_end()) {
        return Some(format!(
            "o prompt {} tem espaços a mais no fim",
            aspas(com_espaco)
        ));
    }
    Some(format!(
        "o prompt devia ser {} e é {}{}",
        aspas(esperado),
        aspas(visto),
        que_muda(esperado, visto)
    ))
}

/// As linhas dos dois lados, par a par; onde só um deles a tem, do outro não há nada.
pub fn pares<'a>(diff: &'a TextDiff<str>) -> Vec<[Option<&'a str>; 2]> {
    let mut pares = Vec::new();
    for op in diff.ops() {
        let (_, mut antes, mut depois) = op.as_tag_tuple();
        for _ in 0..antes.len().max(depois.len()) {
            let um = antes.next().map(|n| &diff.old_lookup()[n]);
            let outro = depois.next().map(|n| &diff.new_lookup()[n]);
            pares.push([um, outro]);
        }
    }
    pares
}

/// O que difere entre a tela esperada e a vista, linha a linha. As linhas que começam por um dos
/// `explicados` já têm a sua pista, e as que são como na tela `daqui` estão certas: são de quem
/// consertou um defeito do original.
pub fn das_telas(esperada: &str, daqui: &str, vista: &str, explicados: &[String]) -> Vec<String> {
    if let Some(pista) = da_ordem(esperada, vista) {
        return vec![pista];
    }
    let contra_a_daqui = TextDiff::from_lines(daqui, vista);
    let contra_a_daqui = pares(&contra_a_daqui);
    let difere_da_daqui = |linha: &str, lado: usize| {
        let e_ela = |texto: &str| texto.trim_end_matches('\n') == linha;
        let mut outras = contra_a_daqui.iter().filter(|par| par[0] != par[1]);
        // As linhas vazias se repetem: de uma não se sabe qual é.
        (esperada == daqui || !linha.is_empty()) && outras.any(|par| par[lado].is_some_and(e_ela))
    };
    let explicada = |linha: &str| {
        let mut explicados = explicados.iter();
        explicados.any(|texto| !texto.is_empty() && linha.starts_with(texto))
    };
    let mut pistas = Vec::new();
    for par in pares(&TextDiff::from_lines(esperada, vista)) {
        if par[0] == par[1] {
            continue;
        }
        match par.map(|linha| linha.map(|texto| texto.trim_end_matches('\n'))) {
            [_, Some(sobra)] if explicada(sobra) || !difere_da_daqui(sobra, 1) => {}
            [Some(falta), None] if !difere_da_daqui(falta, 0) => {}
            [Some(falta), Some(sobra)] => pistas.push(da_linha(falta, sobra)),
            [Some(falta), None] => pistas.push(format!("falta {}", a_linha(falta))),
            [None, Some(sobra)] => pistas.push(format!("sobra {}", a_linha(sobra))),
            [None, None] => {}
        }
    }
    pistas.dedup();
    if pistas.len() > LINHAS {
        let resto = pistas.len() - LINHAS;
        pistas.truncate(LINHAS);
        let linhas = if resto == 1 { "linha" } else { "linhas" };
        pistas.push(format!("e mais {resto} {linhas}; comece pela primeira"));
    }
    pistas
}

/// As mesmas linhas, em outra ordem.
fn da_ordem(esperada: &str, vista: &str) -> Option<String> {
    let (mut linhas, mut vistas): (Vec<_>, Vec<_>) =
        (esperada.lines().collect(), vista.lines().collect());
    let (falta, veio) = linhas.iter().zip(&vistas).find(|(a, b)| a != b)?;
    let pista = format!(
        "as linhas são as do capítulo, em outra ordem: onde devia vir {} veio {}",
        aspas(falta),
        aspas(veio)
    );
    linhas.sort_unstable();
    vistas.sort_unstable();
    (linhas == vistas).then_some(pista)
}

fn a_linha(linha: &str) -> String {
    if linha.is_empty() {
        "uma linha vazia (o Enter depois de um prompt é o input que mostra; o print põe outro)"
            .into()
    } else {
        format!("a linha {}", aspas(linha))
    }
}

fn da_linha(esperada: &str, vista: &str) -> String {
    let sem_espacos = |texto: &str| texto.split_whitespace().collect::<String>();
    if sem_espacos(esperada) == sem_espacos(vista) {
        let pares = esperada.chars().zip(vista.chars());
        let comum: String = pares.map_while(|(a, b)| (a == b).then_some(a)).collect();
        let onde = if comum.trim().is_empty() {
            "no começo".to_string()
        } else {
            format!("depois de {}", aspas(comum.trim_end()))
        };
        let (a, b) = (esperada.chars().count(), vista.chars().count());
        let verbo = if b < a { "falta" } else { "sobra" };
        let espacos = match a.abs_diff(b) {
            0 => "os espaços mudaram de lugar".to_string(),
            1 => format!("{verbo} um espaço"),
            quantos => format!("{verbo}m {quantos} espaços"),
        };
        return format!("na linha {}, {espacos} {onde}", aspas(vista));
    }
    format!(
        "a linha devia ser {} e é {}{}",
        aspas(esperada),
        aspas(vista),
        que_muda(esperada, vista)
    )
}

/// Quando a diferença é pequena, o nome dela, entre parênteses.
fn que_muda(esperado: &str, visto: &str) -> &'static str {
    let de_bytes = |texto: &str| texto.contains("b'") || texto.contains("b\"");
    let sem_sinais = |texto: &str| texto.replace(|c: char| !c.is_alphanumeric(), "");
    if de_bytes(visto) && !de_bytes(esperado) {
        " (são bytes, e não texto: falta o decode?)"
    } else if esperado.to_lowercase() == visto.to_lowercase() {
        " (maiúsculas e minúsculas)"
    } else if sem_sinais(esperado) == sem_sinais(visto) {
        " (pontuação ou espaços)"
    } else if so_letras(esperado) == so_letras(visto) {
        " (acentos)"
    } else {
        ""
    }
}

/// Um programa que parou: onde, e com que palavras finais. O `inocente` esperava por outro.
pub fn da_parada(engano: &Engano, tela: &str, inocente: bool) -> String {
    let ultima = tela.trim_end_matches('\n').rsplit('\n').next();
    let na_tela = match ultima.unwrap_or_default() {
        "" => "a tela estava vazia".to_string(),
        ultima => format!("a última linha na tela era {}", aspas(ultima)),
    };
    let o_texto = |texto: &str| aspas(texto.trim_end_matches('\n'));
    let ficou = match inocente {
        true => "ficou esperando",
        false => "ficou parado (ou num laço sem fim)",
    };
    match engano {
        Engano::ParouAntesDe(texto) if tela.is_empty() && !inocente => format!(
            "{ficou} e não mostrou nada, nem {}: olhe o que há antes dele (um laço sem saída, um input sem texto, um recv); foi encerrado",
            o_texto(texto)
        ),
        Engano::ParouAntesDe(texto) => {
            format!(
                "{ficou} e não mostrou {}; {na_tela}; foi encerrado",
                o_texto(texto)
            )
        }
        Engano::NaoTerminou if inocente => {
            format!("{ficou} e não terminou; {na_tela}; foi encerrado")
        }
        Engano::NaoTerminou => format!(
            "devia ter terminado e não terminou: espera por algo que não vem, ou o laço não acaba (confira a ordem de send e recv, e o break); {na_tela}; foi encerrado"
        ),
        Engano::FimAntesDe(texto) => {
            format!("terminou antes de mostrar {}; {na_tela}", o_texto(texto))
        }
        Engano::OutrosBytes { esperados, vistos } => format!(
            "pela rede chegou {} em vez de {}",
            aspas(&String::from_utf8_lossy(vistos)),
            aspas(&String::from_utf8_lossy(esperados))
        ),
        Engano::Enxurrada => {
            "escreve na tela sem parar: há um laço que não espera por ninguém; foi encerrado".into()
        }
        // Destes, só se diz que o programa em Rust os fez.
        Engano::OutroTexto { .. } | Engano::OutroCodigo { .. } => format!("{engano:?}"),
        Engano::Outro(motivo) => visivel(motivo.as_bytes()),
    }
}

/// O que um programa escreveu no stderr, se não é um traceback.
pub fn dos_avisos(erro: &str) -> String {
    let ultima = erro.trim_end().lines().last().unwrap_or_default();
    format!(
        "escreveu avisos na tela dele; o último é {}",
        aspas(ultima.trim_start())
    )
}

#[cfg(test)]
mod testes {
    use super::*;

    #[test]
    fn o_prompt_aparece_inteiro_mesmo_se_o_roteiro_espera_so_o_fim() {
        let gravada = "Conectado.\nDigite o nome do arquivo destino: zipado.zip\n";
        assert_eq!(
            do_prompt(
                "arquivo destino: ",
                "Digite o nome do arquivo de destino: ",
                gravada
            ),
            Some(
                "o prompt devia ser \"Digite o nome do arquivo destino: \" e é \"Digite o nome do arquivo de destino: \""
                    .into()
            )
        );
    }

    #[test]
    fn quem_consertou_o_original_nao_errou() {
        let (original, daqui) = ("a\n\nNone\nfim\n", "a\nsucesso\n\nfim\n");
        for certa in [original, daqui, "a\nfim\n"] {
            assert_eq!(das_telas(original, daqui, certa, &[]), [""; 0], "{certa}");
        }
        assert_eq!(
            das_telas(original, daqui, "a\n\nNome\nfim\n", &[]),
            ["a linha devia ser \"None\" e é \"Nome\""]
        );
        assert_eq!(
            das_telas(original, daqui, "a\n\nNone\n", &[]),
            ["falta a linha \"fim\""]
        );
    }

    #[test]
    fn o_que_falta_tem_nome_e_conta_certa() {
        assert_eq!(
            da_linha("Recebemos: olá", "Recebemos: b'ol\\xc3'"),
            "a linha devia ser \"Recebemos: olá\" e é \"Recebemos: b'ol\\xc3'\" (são bytes, e não texto: falta o decode?)"
        );
        let pistas = das_telas("1\n2\n3\n4\n", "1\n2\n3\n4\n", "", &[]);
        assert_eq!(pistas[3], "e mais 1 linha; comece pela primeira");
    }
}
