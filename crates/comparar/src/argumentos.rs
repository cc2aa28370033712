//! O que se pede na linha de comando.

use std::path::PathBuf;

use comum::{Erro, mostra, visivel};
use lexopt::prelude::*;

const AJUDA: &str = "\
Roda as sessões das lições com os seus arquivos em Python e com os programas daqui,
e mostra lado a lado o que cada terminal mostrou.

Uso: cargo run -p comparar -- PASTA [LIÇÃO…] [--html ARQUIVO]
     cargo run -p comparar -- --turma PASTA [LIÇÃO…] [--html ARQUIVO] [--csv ARQUIVO]

  PASTA           onde estão os seus arquivos: Socket.py, Portas.py, Servidor.py…
                  (maiúsculas ou minúsculas; os que houver)
  LIÇÃO           só estas lições: servidor, cliente_udp… ou parte do nome:
                  chat, udp, ftp. Com elas, todas as telas aparecem inteiras
  --html ARQUIVO  grava também uma página, com tudo, para ler ou entregar
  --turma         cada pasta dentro de PASTA é um aluno: mostra uma tabela
  --csv ARQUIVO   com --turma, grava a tabela para uma planilha

Exemplos:
  cargo run -p comparar -- minha_pasta
  cargo run -p comparar -- minha_pasta servidor chat
  cargo run -p comparar -- minha_pasta --html comparacao.html
  cargo run -p comparar -- --turma entregas servidor chat --csv notas.csv

Sai com 0 se nada difere sem querer, e com 1 se algo difere. Os seus arquivos não são
alterados.";

/// O que se pediu.
#[derive(Default)]
pub struct Pedido {
    /// A pasta dos originais, inteira: os programas rodam em outra.
    pub pasta: PathBuf,
    /// Os nomes de lições, como foram digitados, em minúsculas.
    pub licoes: Vec<String>,
    /// Onde gravar a página.
    pub html: Option<PathBuf>,
    /// Se a pasta é a de uma turma.
    pub turma: bool,
    /// Onde gravar a planilha.
    pub csv: Option<PathBuf>,
}

/// Lê os argumentos.
pub fn le() -> Result<Pedido, Erro> {
    let mut argumentos = lexopt::Parser::from_env();
    let mut pasta: Option<PathBuf> = None;
    let mut pedido = Pedido::default();
    while let Some(argumento) = argumentos.next().map_err(nao_entendi)? {
        match argumento {
            Short('h') | Long("help" | "ajuda") => {
                mostra!("{AJUDA}")?;
                return Err(Erro::FimPedido);
            }
            Long("turma") => pedido.turma = true,
            Long("html") => pedido.html = Some(arquivo(&mut argumentos, "--html comparacao.html")?),
            Long("csv") => pedido.csv = Some(arquivo(&mut argumentos, "--csv notas.csv")?),
            Value(valor) if pasta.is_none() => pasta = Some(valor.into()),
            Value(valor) => pedido.licoes.push(valor.to_string_lossy().to_lowercase()),
            outro => return Err(nao_entendi(outro.unexpected())),
        }
    }
    let pasta = pasta.and_then(|pasta| std::path::absolute(pasta).ok());
    pedido.pasta = pasta.ok_or_else(|| {
        Erro::Mensagem(
            "diga em que pasta estão os seus arquivos: `cargo run -p comparar -- minha_pasta`; `--help` explica"
                .into(),
        )
    })?;
    if pedido.csv.is_some() && !pedido.turma {
        let texto = "--csv é a tabela de uma turma: use-o com --turma, ou --html para um aluno só";
        return Err(Erro::Mensagem(texto.to_string()));
    }
    Ok(pedido)
}

/// O nome do arquivo que uma opção pede, que não é o de um programa.
fn arquivo(argumentos: &mut lexopt::Parser, exemplo: &str) -> Result<PathBuf, Erro> {
    let opcao = exemplo.split(' ').next().unwrap_or_default();
    let falta = format!("{opcao} precisa do nome do arquivo: {exemplo}");
    let valor = argumentos.value().map(PathBuf::from).ok();
    let serve = valor.filter(|valor| valor.extension().is_none_or(|fim| fim != "py"));
    serve.ok_or(Erro::Mensagem(falta))
}

fn nao_entendi(erro: lexopt::Error) -> Erro {
    let que = match erro {
        lexopt::Error::UnexpectedOption(opcao) => opcao,
        outro => outro.to_string(),
    };
    Erro::Mensagem(format!(
        "não conheço a opção \"{}\"; `cargo run -p comparar -- --help` mostra as que existem",
        visivel(que.as_bytes())
    ))
}
