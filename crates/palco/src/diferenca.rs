//! O que difere de propósito dos originais: as tabelas de `docs/src/diferencas.md`, que o livro mostra
//! e que as sessões citam.

use std::fs;
use std::path::Path;

use crate::falha::{Resultado, falha};

/// Uma linha das tabelas, pelas colunas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diferenca {
    /// Quando acontece; é por ela que uma sessão cita a linha.
    pub situacao: String,
    /// O que o original faz.
    pub original: String,
    /// O que o programa em Rust faz.
    pub aqui: String,
    /// Por quê.
    pub por_que: String,
}

impl Diferenca {
    /// Lê todas as linhas das tabelas que têm as colunas `situação`, `original`, `aqui` e `por quê`. Falha se
    /// o arquivo não abre ou não tem nenhuma.
    pub fn todas(arquivo: &Path) -> Resultado<Vec<Diferenca>> {
        let texto = fs::read_to_string(arquivo)?;
        let mut colunas: Option<Vec<usize>> = None;
        let mut todas = Vec::new();
        for linha in texto.lines() {
            let Some(celulas) = celulas(linha) else {
                colunas = None;
                continue;
            };
            if let Some(colunas) = &colunas {
                let celula = |n: usize| celulas.get(colunas[n]).cloned().unwrap_or_default();
                if !celulas.iter().all(|c| c.starts_with("---")) {
                    todas.push(Diferenca {
                        situacao: celula(0),
                        original: celula(1),
                        aqui: celula(2),
                        por_que: celula(3),
                    });
                }
            } else {
                colunas = ["situação", "original", "aqui", "por quê"]
                    .iter()
                    .map(|nome| celulas.iter().position(|celula| celula == nome))
                    .collect();
            }
        }
        if todas.is_empty() {
            return Err(falha!("{}: nenhuma diferença", arquivo.display()));
        }
        Ok(todas)
    }
}

/// As células de uma linha de tabela; `\|` é uma barra dentro de uma delas.
fn celulas(linha: &str) -> Option<Vec<String>> {
    let miolo = linha.trim().strip_prefix('|')?.strip_suffix('|')?;
    let celulas = miolo.replace("\\|", "\0");
    Some(
        celulas
            .split('|')
            .map(|celula| celula.trim().replace('\0', "|"))
            .collect(),
    )
}
