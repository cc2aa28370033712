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
    /// Lê as linhas das tabelas em que as últimas colunas são `situação`, `original`, `aqui` e `por quê`. Falha se
    /// o arquivo não abre ou não tem nenhuma.
    pub fn todas(arquivo: &Path) -> Resultado<Vec<Diferenca>> {
        let mut e_dessas = false;
        let mut todas = Vec::new();
        for linha in fs::read_to_string(arquivo)?.lines() {
            // `\|` é uma barra dentro de uma célula.
            let linha = linha.replace("\\|", "\0");
            let celulas: Vec<&str> = linha.split('|').map(str::trim).collect();
            match celulas.as_slice() {
                [.., "situação", "original", "aqui", "por quê", _] => e_dessas = true,
                [.., situacao, original, aqui, por_que, _] if e_dessas => {
                    let celulas = [situacao, original, aqui, por_que];
                    let [situacao, original, aqui, por_que] = celulas.map(|c| c.replace('\0', "|"));
                    todas.push(Diferenca {
                        situacao,
                        original,
                        aqui,
                        por_que,
                    });
                }
                _ => e_dessas = false,
            }
        }
        todas.retain(|uma| !uma.situacao.starts_with("---"));
        match todas.is_empty() {
            true => Err(falha!("{}: nenhuma diferença", arquivo.display())),
            false => Ok(todas),
        }
    }
}
