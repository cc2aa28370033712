//! O traceback em palavras de quem está começando: a linha, o erro, e o que costuma ser.

use comum::visivel;

use crate::plano::Licao;

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

/// Os erros de quem digitou: nunca são uma diferença de propósito.
pub fn e_de_digitacao(erro: &str) -> bool {
    const TIPOS: &str = "SyntaxError IndentationError TabError NameError UnboundLocalError \
                         AttributeError TypeError OverflowError ModuleNotFoundError ImportError";
    let fim = fim_do_traceback(erro).unwrap_or_default();
    TIPOS.split(' ').any(|tipo| fim.starts_with(tipo))
}

/// O que um traceback diz do arquivo da lição: a linha dele, o erro, e o que costuma ser.
pub fn do_traceback(erro: &str, licao: &Licao) -> Option<String> {
    let fim = fim_do_traceback(erro)?;
    let arquivo = licao.arquivo.as_deref()?;
    let pasta = arquivo.parent()?.to_string_lossy();
    // A última linha que é da pasta do aluno: dele, ou de um módulo que ele importa.
    let onde = erro.lines().rev().find_map(|linha| {
        let resto = linha.trim_start().strip_prefix("File \"")?;
        let resto = resto.strip_prefix(&*pasta)?.trim_start_matches(['/', '\\']);
        let (nome, resto) = resto.split_once("\", line ")?;
        let numero = resto.split(|c: char| !c.is_ascii_digit()).next()?;
        Some((nome, numero))
    });
    let nome_dele = arquivo.file_name()?.to_string_lossy();
    let onde = match onde {
        None => String::new(),
        Some((nome, numero)) if nome == nome_dele => format!(" na linha {numero}"),
        Some((nome, numero)) => format!(" na linha {numero} de {}", visivel(nome.as_bytes())),
    };
    Some(format!(
        "parou com um erro{onde}: {}: {}",
        visivel(fim.as_bytes()),
        conselho(fim)
    ))
}

/// O que olhar, diante da última linha de um traceback: o que as tabelas de "O Python", em Erros comuns, dizem
/// dela. Cada linha delas tem os textos que procura (um `…` é um pedaço que muda), o porquê e o que fazer; vale
/// a primeira que serve.
fn conselho(fim: &str) -> String {
    const ERROS_COMUNS: &str = include_str!("../../../docs/src/erros_comuns.md");
    let secoes = ERROS_COMUNS.split("\n## ");
    let do_python = secoes.filter(|secao| secao.starts_with("O Python\n"));
    for linha in do_python.flat_map(str::lines) {
        let celulas: Vec<&str> = linha.split('|').map(str::trim).collect();
        if let [_, procurados, por_que, fazer, _] = celulas.as_slice()
            && procurados
                .split('`')
                .skip(1)
                .step_by(2)
                .any(|procurado| serve(procurado, fim))
        {
            // Do Markdown, ficam só as palavras.
            let texto = format!("{por_que}; {fazer}").replace('`', "");
            return texto.replace("[TIME-WAIT](#em-uso)", "TIME-WAIT");
        }
    }
    "veja as últimas linhas na tela dele".into()
}

/// Se os pedaços do texto procurado aparecem no texto, nesta ordem.
fn serve(procurado: &str, texto: &str) -> bool {
    let mut resto = texto;
    procurado.split('…').all(|pedaco| {
        let achado = resto.split_once(pedaco);
        resto = achado.map_or(resto, |(_, depois)| depois);
        achado.is_some()
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
        let licao = Licao {
            nome: "portas".into(),
            arquivo: Some("/a/Portas.py".into()),
            parecido: None,
        };
        for (fim, pista) in [
            (
                "ftplib.error_perm: 550 File not found",
                "na linha 7: ftplib.error_perm: 550 File not found: o servidor não achou",
            ),
            ("ftplib.error_temp: 425 no", "o servidor FTP recusou"),
            ("KeyboardInterrupt", "na linha 7: KeyboardInterrupt: Ctrl-C"),
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
            ("OSError: sem número", "veja as últimas linhas"),
            (
                "TypeError: bind() takes exactly one argument (2 given)",
                "o endereço é uma tupla",
            ),
            (
                "ValueError: not enough values to unpack",
                "o recv devolve um",
            ),
        ] {
            let pista_dada = do_traceback(&traceback(fim), &licao).unwrap();
            assert!(pista_dada.starts_with("parou com um erro"), "{pista_dada}");
            assert!(pista_dada.contains(pista), "{pista_dada}");
        }
        for aviso in [
            "fim do programa",
            "Portas.py:5: SyntaxWarning: invalid\n  s = 1",
        ] {
            assert_eq!(do_traceback(aviso, &licao), None);
        }
        assert!(e_de_digitacao(
            "  File \"a.py\", line 1\n    f(\nSyntaxError: x\n"
        ));
        assert!(!e_de_digitacao(&traceback("EOFError")));
    }
}
