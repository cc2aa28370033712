//! Os exercícios do livro e como se confere cada um: o que o programa mostra na tela e manda pela rede, em
//! qualquer língua em que ele esteja escrito.

mod aluno;
mod conferencias;
mod lista;

pub use aluno::{Cena, Programa};
pub use lista::{EXERCICIOS, Exercicio};
