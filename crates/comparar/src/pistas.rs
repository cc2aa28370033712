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
/// `explicados` já têm a sua pista, e as que são como na tela `daqui` estão certas: são de quem
/// consertou um defeito do original.
pub fn das_telas(esperada: &str, daqui: &str, vista: &str, explicados: &[String]) -> Vec<String> {
    let contra_a_daqui = TextDiff::from_lines(daqui, vista);
    let difere_da_daqui = |linha: &str, tag: ChangeTag| {
        // As linhas vazias se repetem: de uma não se sabe qual é.
        (esperada == daqui || !linha.is_empty())
            && contra_a_daqui
                .iter_all_changes()
                .any(|outra| outra.tag() == tag && outra.value().trim_end_matches('\n') == linha)
    };
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
                (_, Some(sobra)) if !difere_da_daqui(sobra, ChangeTag::Insert) => {}
                (Some(falta), None) if !difere_da_daqui(falta, ChangeTag::Delete) => {}
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
        let linhas = if resto == 1 { "linha" } else { "linhas" };
        pistas.push(format!("e mais {resto} {linhas}; comece pela primeira"));
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
    let de_bytes = |texto: &str| texto.contains("b'") || texto.contains("b\"");
    if de_bytes(visto) && !de_bytes(esperado) {
        return Some("são bytes, e não texto: falta o decode?");
    }
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

/// Um programa que parou: onde, e com que palavras finais. O `inocente` esperava por outro.
pub fn da_parada(engano: &Engano, tela: &str, inocente: bool) -> String {
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
        Engano::ParouAntesDe(texto) => {
            let como = if inocente {
                "ficou esperando"
            } else {
                "ficou parado (ou num laço sem fim)"
            };
            format!(
                "{como} e não mostrou {}; {na_tela}; foi encerrado",
                aspas(texto.trim_end_matches('\n'))
            )
        }
        Engano::NaoTerminou => {
            let como = if inocente {
                "ficou esperando"
            } else {
                "devia ter terminado"
            };
            format!("{como} e não terminou; {na_tela}; foi encerrado")
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

/// A linha `Tipo: texto` com que um traceback termina. Reconhece-se pelo lugar, e não pelo nome do
/// tipo (há `ftplib.error_perm` e `KeyboardInterrupt`): é a primeira sem recuo depois do último `File`.
/// Um arquivo que o Python nem abriu não tem `File`: resta a última linha, se o nome é de erro.
fn fim_do_traceback(erro: &str) -> Option<&str> {
    let e_tipo = |linha: &&str| {
        let tipo = linha.split(':').next().unwrap_or_default();
        !tipo.is_empty() && !tipo.contains(char::is_whitespace)
    };
    let arquivo = erro.rfind("  File \"");
    let depois = arquivo.and_then(|onde| erro[onde..].lines().find(e_tipo));
    depois.or_else(|| {
        let ultima = erro.trim_end().lines().last()?;
        let tipo = ultima.split(':').next()?;
        (e_tipo(&ultima) && tipo.ends_with("Error")).then_some(ultima)
    })
}

/// O que um programa escreveu no stderr: um traceback (a linha do arquivo, o erro, e o que costuma ser)
/// ou um aviso.
pub fn do_stderr(erro: &str, arquivo: &str) -> String {
    let Some(fim) = fim_do_traceback(erro) else {
        let ultima = erro.trim_end().lines().last().unwrap_or_default();
        return format!(
            "escreveu avisos na tela dele; o último é {}",
            aspas(ultima.trim_start())
        );
    };
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
    format!(
        "parou com um erro{onde}: {}: {}",
        visivel(fim.as_bytes()),
        conselho(fim)
    )
}

/// O que olhar, diante da última linha de um traceback.
fn conselho(fim: &str) -> &'static str {
    let (tipo, texto) = fim.split_once(": ").unwrap_or((fim, ""));
    match tipo {
        "SyntaxError" if fim.contains("codec can't decode") => {
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
        "ftplib.error_perm" if texto.starts_with("550") => {
            "o servidor não achou o que se pediu: confira o nome do arquivo ou da pasta (maiúsculas contam)"
        }
        "ftplib.error_perm" if texto.starts_with("530") => {
            "o servidor não deixou entrar: confira o login, o usuário e a senha"
        }
        _ if tipo.starts_with("ftplib.") => {
            "o servidor FTP recusou o comando: confira o que vai nele e a ordem"
        }
        // O número é o do Linux, o do macOS ou o do Windows.
        "OSError" => match numero_do_sistema(texto) {
            Some(22 | 10022) => "se é a linha do accept, falta o listen antes dela",
            Some(98 | 48 | 10048) => "a porta já está em uso: confira a linha da porta",
            Some(99 | 49 | 10049) => "o endereço não é deste computador: confira o do bind",
            _ => OLHE,
        },
        _ => OLHE,
    }
}

const OLHE: &str = "veja as últimas linhas na tela dele";

/// O número em `[Errno 98] …` ou `[WinError 10048] …`.
fn numero_do_sistema(texto: &str) -> Option<u32> {
    let (_, resto) = texto.split_once(' ')?;
    resto.split_once(']')?.0.parse().ok()
}

/// Os erros de quem digitou: nunca são uma diferença de propósito.
pub fn e_de_digitacao(erro: &str) -> bool {
    fim_do_traceback(erro).is_some_and(|fim| {
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
        .any(|tipo| fim.starts_with(tipo))
    })
}

#[cfg(test)]
mod testes {
    use super::*;

    #[test]
    fn um_traceback_se_reconhece_pela_forma() {
        let traceback = |fim: &str| {
            format!(
                "Traceback (most recent call last):\n  File \"/a/Portas.py\", line 7, in <module>\n    f()\n    ~^^\n{fim}\n"
            )
        };
        for (fim, pista) in [
            (
                "ftplib.error_perm: 550 File not found",
                "na linha 7: ftplib.error_perm: 550 File not found: o servidor não achou",
            ),
            ("ftplib.error_temp: 425 no", "o servidor FTP recusou"),
            ("KeyboardInterrupt", "na linha 7: KeyboardInterrupt: veja"),
            (
                "Exception: duas\nlinhas: aqui",
                "na linha 7: Exception: duas: veja",
            ),
            ("OSError: [Errno 22] Invalid argument", "falta o listen"),
            (
                "OSError: [Errno 48] Address already in use",
                "a porta já está em uso",
            ),
            (
                "OSError: [WinError 10049] The requested…",
                "não é deste computador",
            ),
            ("OSError: sem número", OLHE),
        ] {
            let pista_dada = do_stderr(&traceback(fim), "Portas.py");
            assert!(pista_dada.starts_with("parou com um erro"), "{pista_dada}");
            assert!(pista_dada.contains(pista), "{pista_dada}");
        }
        for aviso in [
            "fim do programa",
            "Portas.py:5: SyntaxWarning: invalid\n  s = 1",
        ] {
            let pista = do_stderr(aviso, "Portas.py");
            assert!(pista.starts_with("escreveu avisos na tela dele"), "{pista}");
        }
        assert!(e_de_digitacao(
            "  File \"a.py\", line 1\n    f(\nSyntaxError: x\n"
        ));
        assert!(!e_de_digitacao(&traceback("EOFError")));
    }

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
