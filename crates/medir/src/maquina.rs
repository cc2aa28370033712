//! Onde e quando se mediu.

use std::process::Command;
use std::{env, fs, thread};

use chrono::Local;

/// A data, a máquina e as versões, numa frase.
pub fn descreve() -> String {
    let nucleos = thread::available_parallelism().map_or(1, usize::from);
    let sistema = primeira_linha("uname", &["-srm"])
        .unwrap_or_else(|| format!("{} {}", env::consts::OS, env::consts::ARCH));
    let partes = [
        Some(processador().unwrap_or_else(|| "processador desconhecido".to_string())),
        Some(format!("{nucleos} núcleos")),
        Some(sistema),
        primeira_linha("rustc", &["--version"]),
        palco::python().map(|python| format!("Python {}", python.versao)),
        primeira_linha("hyperfine", &["--version"]),
    ];
    format!(
        "Medido em {}: {}.",
        Local::now().format("%d/%m/%Y"),
        partes.into_iter().flatten().collect::<Vec<_>>().join(", ")
    )
}

/// O nome do processador, onde há um jeito de saber.
fn processador() -> Option<String> {
    if let Ok(informacao) = fs::read_to_string("/proc/cpuinfo") {
        let linha = informacao.lines().find(|l| l.starts_with("model name"))?;
        return Some(linha.split_once(": ")?.1.to_string());
    }
    env::var("PROCESSOR_IDENTIFIER")
        .ok()
        .or_else(|| primeira_linha("sysctl", &["-n", "machdep.cpu.brand_string"]))
}

fn primeira_linha(programa: &str, argumentos: &[&str]) -> Option<String> {
    let saida = Command::new(programa).args(argumentos).output().ok()?;
    let texto = String::from_utf8(saida.stdout).ok()?;
    Some(texto.lines().next()?.trim().to_string())
}
