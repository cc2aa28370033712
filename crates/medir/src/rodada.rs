//! O hyperfine: rodadas em que cada programa roda ao lado dos outros, e o que ele contou delas.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use comum::Erro;
use serde::Deserialize;

use crate::cenarios::{Cenario, TROCAS};
use crate::mensagem;
use crate::tabela::{Faixa, Medida};

/// Um programa ao lado do outro, tantas vezes: o que a máquina faz de outra coisa atrapalha os dois.
/// Nove, para que haja uma do meio e quartos certos.
const RODADAS: usize = 9;

/// Se o hyperfine está aqui e tem tudo o que se pede a ele.
pub fn confere_hyperfine() -> Result<(), Erro> {
    let ajuda = Command::new("hyperfine").arg("--help").output();
    match ajuda {
        Ok(ajuda) if String::from_utf8_lossy(&ajuda.stdout).contains("--input") => Ok(()),
        Ok(_) => Err(mensagem(
            "o hyperfine desta máquina é antigo (o --input veio na versão 1.16); `just medir` instala outro",
        )),
        Err(_) => Err(mensagem(
            "não achei o hyperfine, que é quem cronometra; `just medir` o instala",
        )),
    }
}

/// Mede um cenário.
pub fn mede(cenario: &Cenario, trabalho: &Path) -> Result<Medida, Erro> {
    let (entrada, saida) = (trabalho.join("entrada"), trabalho.join("saida.json"));
    fs::write(&entrada, cenario.entrada)?;
    let mut rodadas = Vec::new();
    for _ in 0..RODADAS {
        let mut hyperfine = Command::new("hyperfine");
        hyperfine
            .current_dir(trabalho)
            .args(["--shell=none", "--style=none"])
            .arg(format!("--runs={}", cenario.vezes))
            .arg("--input")
            .arg(&entrada)
            .arg("--export-json")
            .arg(&saida)
            .args(cenario.programas.iter().map(|(_, comando)| citado(comando)))
            .env_remove("PYTHONUNBUFFERED")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        if !hyperfine.status()?.success() {
            return Err(mensagem(format!(
                "um dos programas de \"{}\" saiu com erro; confira os seus arquivos com `cargo run -p comparar`",
                cenario.titulo.replace('`', "")
            )));
        }
        rodadas.push(medianas(&fs::read_to_string(&saida)?)?);
    }
    let nomes = cenario.programas.iter().map(|(nome, _)| *nome);
    Ok(Medida::nova(cenario.titulo, nomes, &rodadas))
}

/// As medianas dos tempos, na ordem dos programas, do JSON do hyperfine.
pub fn medianas(json: &str) -> Result<Vec<f64>, Erro> {
    #[derive(Deserialize)]
    struct Saida {
        results: Vec<Programa>,
    }
    #[derive(Deserialize)]
    struct Programa {
        median: f64,
    }
    let saida: Saida =
        serde_json::from_str(json).map_err(|_| mensagem("não entendi o que o hyperfine gravou"))?;
    Ok(saida.results.iter().map(|p| p.median).collect())
}

/// Quantas trocas cada servidor deixou paradas, com todos os clientes ao mesmo tempo.
pub fn paradas(cenarios: &[Cenario]) -> Result<String, Erro> {
    let muitos = crate::cenarios::CLIENTES.to_string();
    let Some(cenario) = cenarios.iter().find(|cenario| {
        let (_, comando) = &cenario.programas[0];
        comando.get_args().last() == Some(OsStr::new(&muitos))
    }) else {
        return Ok(String::new());
    };
    let mut contas = Vec::new();
    for (quem, comando) in &cenario.programas {
        let saida = Command::new(comando.get_program())
            .args(comando.get_args())
            .output()?;
        let saida = String::from_utf8_lossy(&saida.stdout).into_owned();
        let paradas = saida.split(' ').nth(2).unwrap_or("?");
        contas.push(format!("{quem}, {paradas}"));
    }
    Ok(format!(
        "Trocas paradas por mais de 200 ms, em {TROCAS} de {muitos} clientes juntos: {}.",
        contas.join("; ")
    ))
}

/// O comando numa linha, como o hyperfine o lê: cada parte entre aspas simples.
pub fn citado(comando: &Command) -> String {
    [comando.get_program()]
        .into_iter()
        .chain(comando.get_args())
        .map(|parte| format!("'{}'", parte.to_string_lossy().replace('\'', r"'\''")))
        .collect::<Vec<_>>()
        .join(" ")
}

impl Medida {
    /// As razões entre cada programa e o primeiro, rodada por rodada.
    pub fn nova<'a>(
        titulo: &str,
        nomes: impl Iterator<Item = &'a str>,
        rodadas: &[Vec<f64>],
    ) -> Medida {
        let faixa = |n: usize| {
            let mut razoes: Vec<f64> = rodadas.iter().map(|tempos| tempos[n] / tempos[0]).collect();
            razoes.sort_by(f64::total_cmp);
            Faixa {
                menor: razoes[razoes.len() / 4],
                do_meio: razoes[razoes.len() / 2],
                maior: razoes[razoes.len() * 3 / 4],
            }
        };
        Medida {
            titulo: titulo.to_string(),
            contra: nomes
                .enumerate()
                .skip(1)
                .map(|(n, nome)| (nome.to_string(), faixa(n)))
                .collect(),
        }
    }
}

#[cfg(test)]
mod testes {
    use super::*;

    #[test]
    fn do_json_do_hyperfine_saem_as_razoes() {
        let rodada = |rust: f64, python: f64| {
            let json = format!(
                r#"{{"results": [
                    {{"command": "a", "mean": 9.0, "stddev": null, "median": {rust}, "times": [{rust}], "exit_codes": [0]}},
                    {{"command": "b", "mean": 9.0, "median": {python}, "memory_usage_byte": [1]}}]}}"#
            );
            medianas(&json).unwrap()
        };
        let rodadas: Vec<Vec<f64>> = (1..=9).map(|n| rodada(0.5, f64::from(n))).collect();
        let medida = Medida::nova("portas", ["Rust", "Python"].into_iter(), &rodadas);
        let faixa = Faixa {
            menor: 6.0,
            do_meio: 10.0,
            maior: 14.0,
        };
        assert_eq!(medida.contra, [("Python".to_string(), faixa)]);
        assert!(medianas("{}").is_err());
        assert!(medianas("").is_err());
    }

    #[test]
    fn o_hyperfine_recebe_cada_parte_inteira() {
        let mut comando = Command::new("python");
        comando.args(["-c", "print('oi',\n\"a b\")"]);
        assert_eq!(
            citado(&comando),
            "'python' '-c' 'print('\\''oi'\\'',\n\"a b\")'"
        );
    }
}
