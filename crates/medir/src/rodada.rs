//! O hyperfine: rodadas em que cada programa roda ao lado dos outros, e o que ele contou delas.

use std::fs;
use std::path::Path;
use std::process::Command;

use comum::Erro;

use crate::{cenarios::Montado, mensagem, pagina::Razao};

/// Um programa ao lado do outro, tantas vezes: o que a máquina faz de outra coisa atrapalha os dois.
/// Nove, para que haja uma do meio e quartos certos.
const RODADAS: usize = 9;

/// Se o hyperfine está aqui e tem o que se pede a ele: o `--input` veio na versão 1.16.
pub fn confere_hyperfine() -> Result<(), Erro> {
    let ajuda = Command::new("hyperfine").arg("--help").output();
    match ajuda {
        Ok(ajuda) if String::from_utf8_lossy(&ajuda.stdout).contains("--input") => Ok(()),
        _ => Err(mensagem(
            "não achei o hyperfine, que é quem cronometra, a partir da versão 1.16; `just medir` o instala",
        )),
    }
}

/// Mede um cenário: as razões entre cada programa e o primeiro.
pub fn mede(montado: &Montado, trabalho: &Path) -> Result<Vec<Razao>, Erro> {
    let (digitado, medido) = (trabalho.join("digitado"), trabalho.join("medido.csv"));
    fs::write(&digitado, montado.digitado)?;
    let mut rodadas = Vec::new();
    for _ in 0..RODADAS {
        let mut hyperfine = Command::new("hyperfine");
        hyperfine.current_dir(trabalho).arg("--shell=none");
        hyperfine.arg(format!("--runs={}", montado.vezes));
        hyperfine.arg("--input").arg(&digitado);
        hyperfine.arg("--export-csv").arg(&medido);
        for (n, (_, comando)) in montado.programas.iter().enumerate() {
            // No CSV, o nome: o comando tem vírgulas e quebras de linha.
            hyperfine.args([format!("--command-name={n}"), citado(comando)]);
        }
        let fim = hyperfine.env_remove("PYTHONUNBUFFERED").output()?;
        if !fim.status.success() {
            return Err(mensagem(
                "um dos programas saiu com erro; confira os seus arquivos com `cargo run -p comparar`",
            ));
        }
        rodadas.push(medianas(&fs::read_to_string(&medido)?)?);
    }
    Ok(razoes(montado.programas.iter().map(|p| p.0), &rodadas))
}

/// As medianas dos tempos, na ordem dos programas, do CSV do hyperfine.
fn medianas(csv: &str) -> Result<Vec<f64>, Erro> {
    let coluna = |linha: &str| linha.split(',').nth(3)?.parse().ok();
    match csv.lines().skip(1).map(coluna).collect() {
        Some(medianas) if csv.contains(",median,") => Ok(medianas),
        _ => Err(mensagem("não entendi o que o hyperfine gravou")),
    }
}

/// Rodada por rodada, o tempo de cada programa dividido pelo do primeiro.
fn razoes(quem: impl Iterator<Item = &'static str>, rodadas: &[Vec<f64>]) -> Vec<Razao> {
    let razao = |(n, quem)| {
        let mut razoes: Vec<f64> = rodadas.iter().map(|tempos| tempos[n] / tempos[0]).collect();
        razoes.sort_by(f64::total_cmp);
        Razao {
            quem,
            menor: razoes[razoes.len() / 4],
            do_meio: razoes[razoes.len() / 2],
            maior: razoes[razoes.len() * 3 / 4],
        }
    };
    quem.enumerate().skip(1).map(razao).collect()
}

/// O comando numa linha, como o hyperfine o lê: cada parte entre aspas simples.
fn citado(comando: &Command) -> String {
    let mut linha = String::new();
    for parte in [comando.get_program()]
        .into_iter()
        .chain(comando.get_args())
    {
        linha += &format!("'{}' ", parte.to_string_lossy().replace('\'', r"'\''"));
    }
    linha
}

#[cfg(test)]
mod testes {
    use super::*;

    #[test]
    fn do_csv_do_hyperfine_saem_as_razoes() {
        let rodada = |rust: f64, python: f64| {
            let csv = format!(
                "command,mean,stddev,median,user,system,min,max\n\
                 0,9.0,,{rust},1,1,1,1\n1,9.0,0.1,{python},1,1,1,1\n"
            );
            medianas(&csv).unwrap()
        };
        let rodadas: Vec<Vec<f64>> = (1..=9).map(|n| rodada(0.5, f64::from(n))).collect();
        let razao = Razao {
            quem: "Python",
            menor: 6.0,
            do_meio: 10.0,
            maior: 14.0,
        };
        assert_eq!(razoes(["Rust", "Python"].into_iter(), &rodadas), [razao]);
        for csv in ["", "command,mean\n0,1\n", "command,a,b,median,c\n0,1,2,,3"] {
            assert!(medianas(csv).is_err(), "{csv}");
        }
    }

    #[test]
    fn o_hyperfine_recebe_cada_parte_inteira() {
        let mut comando = Command::new("python");
        comando.args(["-c", "print('oi',\n\"a b\")"]);
        assert_eq!(
            citado(&comando),
            "'python' '-c' 'print('\\''oi'\\'',\n\"a b\")' "
        );
    }
}
