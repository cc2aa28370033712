//! O que olhar no próprio arquivo, em palavras de quem está começando.

use comum::visivel;
use palco::Engano;
use similar::{ChangeTag, TextDiff};

/// Quantas linhas diferentes vale a pena contar.
const LINHAS: usize = 3;

/// Um texto de programa entre aspas, sem perigo para o terminal e sem passar de uma linha.
fn aspas(texto: &str) -> String {
    const MAIOR: usize = 70;
    let texto = visivel(texto.as_bytes());
    if texto.chars().count() <= MAIOR {
        return format!("\"{texto}\"");
    }
    let comeco: String = texto.chars().take(MAIOR).collect();
    format!("\"{comeco}…\"")
}

/// O prompt que apareceu no lugar do esperado, se é disso que se trata.
pub fn do_prompt(esperado: &str, visto: &str) -> Option<String> {
    if esperado.ends_with('\n') {
        return None;
    }
    let (sem_espaco, com_espaco) = (esperado.trim_end(), visto.trim_end());
    if visto.ends_with(sem_espaco) && sem_espaco != esperado {
        return Some(format!(
            "o prompt {} está sem o espaço no fim: dentro das aspas do input, depois de {}, há um espaço",
            aspas(visto),
            aspas(ultima(sem_espaco))
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
        que_muda(esperado, visto).map_or_else(String::new, |que| format!(" ({que})"))
    ))
}

/// A última palavra de um texto.
fn ultima(texto: &str) -> &str {
    texto.rsplit(' ').next().unwrap_or(texto)
}

/// O que difere entre a tela esperada e a vista, linha a linha. As linhas que começam por um dos
/// `explicados` já têm a sua pista.
pub fn das_telas(esperada: &str, vista: &str, explicados: &[String]) -> Vec<String> {
    let mut faltam = Vec::new();
    let mut sobram = Vec::new();
    let mut pistas = Vec::new();
    let mut fecha = |faltam: &mut Vec<String>, sobram: &mut Vec<String>| {
        for par in 0..faltam.len().max(sobram.len()) {
            match (faltam.get(par), sobram.get(par)) {
                (_, Some(sobra))
                    if explicados
                        .iter()
                        .any(|e| !e.is_empty() && sobra.starts_with(e)) => {}
                (Some(falta), Some(sobra)) => pistas.push(da_linha(falta, sobra)),
                (Some(falta), None) => pistas.push(format!("falta a linha {}", aspas(falta))),
                (None, Some(sobra)) => pistas.push(format!("sobra a linha {}", aspas(sobra))),
                (None, None) => {}
            }
        }
        faltam.clear();
        sobram.clear();
    };
    for mudanca in TextDiff::from_lines(esperada, vista).iter_all_changes() {
        let linha = mudanca.value().trim_end_matches('\n').to_string();
        match mudanca.tag() {
            ChangeTag::Equal => fecha(&mut faltam, &mut sobram),
            ChangeTag::Delete => faltam.push(linha),
            ChangeTag::Insert => sobram.push(linha),
        }
    }
    fecha(&mut faltam, &mut sobram);
    pistas.dedup();
    if pistas.len() > LINHAS {
        let resto = pistas.len() - LINHAS;
        pistas.truncate(LINHAS);
        pistas.push(format!("e mais {resto} linhas; comece pela primeira"));
    }
    pistas
}

fn da_linha(esperada: &str, vista: &str) -> String {
    let sem_espacos = |texto: &str| texto.split_whitespace().collect::<String>();
    if sem_espacos(esperada) == sem_espacos(vista) {
        let comum: String = esperada
            .chars()
            .zip(vista.chars())
            .take_while(|(a, b)| a == b)
            .map(|(a, _)| a)
            .collect();
        let onde = if comum.trim().is_empty() {
            "no começo".to_string()
        } else {
            format!("depois de {}", aspas(comum.trim_end()))
        };
        let (a, b) = (esperada.chars().count(), vista.chars().count());
        let (verbo, quantos) = if b < a {
            ("falta", a - b)
        } else {
            ("sobra", b - a)
        };
        let espacos = match quantos {
            0 => "os espaços mudaram de lugar".to_string(),
            1 => format!("{verbo} um espaço"),
            _ => format!("{verbo}m {quantos} espaços"),
        };
        return format!("na linha {}, {espacos} {onde}", aspas(vista));
    }
    format!(
        "a linha devia ser {} e é {}{}",
        aspas(esperada),
        aspas(vista),
        que_muda(esperada, vista).map_or_else(String::new, |que| format!(" ({que})"))
    )
}

/// Quando a diferença é pequena, o nome dela.
fn que_muda(esperado: &str, visto: &str) -> Option<&'static str> {
    if esperado.to_lowercase() == visto.to_lowercase() {
        return Some("maiúsculas e minúsculas");
    }
    let so_ascii = |texto: &str| texto.chars().filter(char::is_ascii).collect::<String>();
    let so_letras = |texto: &str| {
        texto
            .chars()
            .filter(|c| c.is_alphanumeric())
            .collect::<String>()
    };
    if so_letras(esperado) == so_letras(visto) {
        return Some("pontuação ou espaços");
    }
    if esperado.chars().count() == visto.chars().count() && so_ascii(esperado) != so_ascii(visto) {
        let trocadas: Vec<(char, char)> = esperado
            .chars()
            .zip(visto.chars())
            .filter(|(a, b)| a != b)
            .collect();
        if trocadas.iter().all(|(a, b)| a.is_ascii() != b.is_ascii()) {
            return Some("acentos");
        }
    }
    None
}

/// Um programa que parou: onde, e com que palavras finais.
pub fn da_parada(engano: &Engano, tela: &str) -> String {
    let ultima = tela
        .trim_end_matches('\n')
        .rsplit('\n')
        .next()
        .unwrap_or_default();
    let na_tela = if ultima.is_empty() {
        "a tela estava vazia".to_string()
    } else {
        format!("a última linha na tela era {}", aspas(ultima))
    };
    match engano {
        Engano::ParouAntesDe(texto) => format!(
            "ficou parado (ou num laço sem fim) e não mostrou {}; {na_tela}; foi encerrado",
            aspas(texto.trim_end_matches('\n'))
        ),
        Engano::NaoTerminou => {
            format!("devia ter terminado e não terminou; {na_tela}; foi encerrado")
        }
        Engano::FimAntesDe(texto) => format!(
            "terminou antes de mostrar {}; {na_tela}",
            aspas(texto.trim_end_matches('\n'))
        ),
        Engano::OutrosBytes { esperados, vistos } => format!(
            "pela rede chegou {} em vez de {}",
            aspas(&String::from_utf8_lossy(vistos)),
            aspas(&String::from_utf8_lossy(esperados))
        ),
        Engano::Enxurrada => {
            "escreve na tela sem parar: há um laço que não espera por ninguém; foi encerrado".into()
        }
        outro => visivel(outro.to_string().as_bytes()),
    }
}

/// Um traceback do Python: a linha do arquivo, o erro, e o que costuma ser.
pub fn do_traceback(erro: &str, arquivo: &str) -> Option<String> {
    let ultima = erro.trim_end().rsplit('\n').next()?;
    let tipo = ultima.split(':').next()?.trim();
    let e_erro =
        tipo.ends_with("Error") || tipo.ends_with("Exception") || tipo == "socket.gaierror";
    if !e_erro {
        return None;
    }
    let onde = erro
        .lines()
        .rev()
        .find(|linha| linha.trim_start().starts_with("File ") && linha.contains(arquivo))
        .and_then(|linha| linha.split("line ").nth(1))
        .map(|resto| {
            resto
                .chars()
                .take_while(char::is_ascii_digit)
                .collect::<String>()
        })
        .filter(|numero| !numero.is_empty());
    let onde = onde.map_or_else(String::new, |numero| format!(" na linha {numero}"));
    let que = match tipo {
        "SyntaxError" if ultima.contains("codec can't decode") => {
            "o arquivo não está em UTF-8: abra-o no editor e salve-o de novo como UTF-8"
        }
        "SyntaxError" => {
            "o Python não entendeu o que está escrito: confira aspas, parênteses e dois-pontos, ali e na linha de cima"
        }
        "IndentationError" | "TabError" => {
            "os espaços no começo da linha não estão como no capítulo"
        }
        "NameError" | "UnboundLocalError" => "um nome não existe: confira a grafia e as maiúsculas",
        "AttributeError" => "o que vem depois do ponto não existe: confira a grafia",
        "TypeError" | "ValueError" => {
            "um valor não serve para o que se pediu: confira os argumentos e as aspas"
        }
        "ModuleNotFoundError" | "ImportError" => {
            "o import não encontrou o módulo: confira a grafia"
        }
        "UnicodeDecodeError" => "chegaram bytes que não são texto UTF-8",
        "ConnectionRefusedError" => {
            "ninguém atendia na porta: confira o endereço e a porta nos dois arquivos"
        }
        "EOFError" => "esperava mais uma linha do teclado",
        _ => "veja as últimas linhas dele na tela acima",
    };
    Some(format!(
        "parou com um erro{onde}: {}: {que}",
        visivel(ultima.as_bytes())
    ))
}

/// Os erros de quem digitou: nunca são uma diferença de propósito.
pub fn e_de_digitacao(erro: &str) -> bool {
    let ultima = erro.trim_end().rsplit('\n').next().unwrap_or_default();
    [
        "SyntaxError",
        "IndentationError",
        "TabError",
        "NameError",
        "UnboundLocalError",
        "AttributeError",
        "TypeError",
        "ModuleNotFoundError",
        "ImportError",
    ]
    .iter()
    .any(|tipo| ultima.starts_with(tipo))
}
