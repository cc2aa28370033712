//! Confere um exercício do livro, ou conta quais já passam.
//!
//! Terminal: `cargo run -p exercicio`

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{ExitCode, Stdio};

use comum::argumentos::argumentos;
use comum::erro::encerra;
use comum::{Erro, ajuda, avisa, mostra, visivel};
use exercicio::{EXERCICIOS, Exercicio};
use palco::{Falha, Resultado, cargo_build, compilado, interrompe, interrompido};

/// A raiz do projeto.
const RAIZ: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
/// Onde ficam os programas de quem estuda: o cargo os acha ali, e o git não olha.
const PASTA: &str = "docs/exercicios/src/bin";
const USO: &str = "cargo run -p exercicio [-- EXERCÍCIO [ARQUIVO…]]

Sem argumentos, conta os exercícios e quais já passam. Exemplos:
  cargo run -p exercicio -- servidor_ate_o_fim
  cargo run -p exercicio -- servidor_ate_o_fim minha_pasta/servidor.py
  cargo run -p exercicio -- chat minha_pasta/servidor.py minha_pasta/cliente.py";

fn main() -> ExitCode {
    match exercicio() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) if interrompido() => ExitCode::from(130),
        Ok(false) => ExitCode::FAILURE,
        Err(erro) => encerra(Err(erro)),
    }
}

/// Faz o que foi pedido e diz se está tudo certo.
fn exercicio() -> Result<bool, Erro> {
    let pedido = argumentos(ajuda!(), USO, &[])?;
    ctrlc::set_handler(interrompe).map_err(comum::sem_ctrl_c)?;
    let Some((nome, arquivos)) = pedido.split_first() else {
        return conta_todos();
    };
    let Some(exercicio) = EXERCICIOS.iter().find(|e| e.nome == nome) else {
        let nomes: Vec<&str> = EXERCICIOS.iter().map(|exercicio| exercicio.nome).collect();
        return Err(Erro::Mensagem(format!(
            "não há um exercício \"{}\"; os nomes são {}",
            visivel(nome.as_bytes()),
            nomes.join(", ")
        )));
    };
    let programas = if !arquivos.is_empty() {
        exercicio.indicados(arquivos).ok_or_else(|| {
            Erro::Mensagem(format!(
                "não achei o seu programa em {}; diga um arquivo que exista no lugar de cada lição: {}",
                visivel(arquivos.join(" ").as_bytes()),
                exercicio.partidas.join(" e ")
            ))
        })?
    } else if copia_o_que_falta(exercicio)? {
        return Ok(true);
    } else {
        compila(exercicio, Stdio::inherit())?
    };
    let (mut passos, feito) = confere(exercicio, &programas)?;
    if interrompido() {
        mostra!("\nInterrompido: nada ficou rodando.")?;
        return Ok(false);
    }
    let parou = passos.pop_if(|_| feito.is_err());
    for passo in passos {
        mostra!("✓ {passo}")?;
    }
    match (parou, &feito) {
        (Some(passo), Err(Falha(o_que))) => mostra!("✗ {passo}, {o_que}")?,
        _ => mostra!("\n{nome}: passou!")?,
    }
    Ok(feito.is_ok())
}

/// A lista, com a situação de cada um que já foi começado.
fn conta_todos() -> Result<bool, Erro> {
    for exercicio in EXERCICIOS {
        let comecado = exercicio.programas().iter().all(|p| arquivo_de(p).exists());
        let (marca, situacao) = if !comecado {
            ("·", "por começar")
        } else if let Ok(programas) = compila(exercicio, Stdio::null()) {
            match confere(exercicio, &programas)? {
                (_, Ok(())) => ("✓", "passou"),
                (_, Err(_)) => ("✗", "falta algo"),
            }
        } else {
            ("✗", "não compila")
        };
        if interrompido() {
            return Ok(false);
        }
        let Exercicio { nome, pagina, .. } = exercicio;
        mostra!("{marca} {nome:24} página {pagina:16} {situacao}")?;
    }
    mostra!("\nPara começar ou conferir um: cargo run -p exercicio -- NOME")?;
    Ok(true)
}

/// Os passos até o fim, ou até o primeiro em que falta alguma coisa, e ela.
fn confere(e: &Exercicio, programas: &[PathBuf]) -> Resultado<(Vec<String>, Resultado<()>)> {
    if e.usa_ftp() {
        let selecao = ["--quiet", "-p", "servidor_ftp", "-p", "ftp_envia"];
        cargo_build(&selecao, Stdio::inherit())?;
    }
    e.confere(programas)
}

/// Compila os programas do exercício; o que o cargo tem a dizer de um erro vai para `erros`, sem mudança.
fn compila(exercicio: &Exercicio, erros: Stdio) -> Resultado<Vec<PathBuf>> {
    let programas = exercicio.programas();
    if programas
        .iter()
        .any(|programa| compilado(programa).is_err())
    {
        avisa("compilando; na primeira vez, leva um minuto ou dois");
    }
    let mut selecao = vec!["--quiet", "-p", "exercicios"];
    selecao.extend(programas.iter().flat_map(|programa| ["--bin", programa]));
    cargo_build(&selecao, erros)?;
    programas
        .iter()
        .map(|programa| compilado(programa))
        .collect()
}

fn arquivo_de(programa: &str) -> PathBuf {
    Path::new(RAIZ).join(PASTA).join(format!("{programa}.rs"))
}

/// Na primeira vez, copia as lições de onde o exercício parte e diz o que fazer; o que já existe fica como está.
fn copia_o_que_falta(exercicio: &Exercicio) -> Result<bool, Erro> {
    let Exercicio { nome, pagina, .. } = exercicio;
    let mut copiou = false;
    for (programa, partida) in exercicio.programas().iter().zip(exercicio.partidas) {
        let destino = arquivo_de(programa);
        if !destino.exists() {
            fs::create_dir_all(Path::new(RAIZ).join(PASTA))?;
            fs::copy(format!("{RAIZ}/crates/{partida}/src/main.rs"), destino)?;
            mostra!("A lição {partida} foi copiada para {PASTA}/{programa}.rs: mexa ali.")?;
            mostra!("Para rodar:     cargo run -p exercicios --bin {programa}")?;
            copiou = true;
        }
    }
    if copiou {
        mostra!("O que ele deve fazer está na página {pagina} do livro (docs/src/{pagina}.md).")?;
        mostra!("Para conferir:  cargo run -p exercicio -- {nome}")?;
    }
    Ok(copiou)
}
