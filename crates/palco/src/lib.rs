//! O palco onde as sessões das lições rodam.
//!
//! Uma **sessão** é uma pasta de `tests/sessoes` com um roteiro (`sessao.toml`: quem digita o quê,
//! diante de que prompt) e a tela exata de cada terminal (`TERMINAL.txt`, com o que a pessoa
//! digitou; `TERMINAL.erro.txt`, o stderr, se houver; `TERMINAL.original.txt`, a tela do original, se
//! difere de propósito). O palco põe os programas em cena, espera cada
//! prompt, digita, e devolve o que as telas mostraram: nada aqui dorme para esperar.
//!
//! Os atores podem ser os programas em Rust ou os originais em Python ([`Ator`]), terminal a
//! terminal: é assim que se vê se os dois conversam entre si.

mod ator;
mod cena;
mod desvio;
mod diferenca;
mod falha;
mod fio;
mod porta;
mod rede;
mod sessao;
mod terminal;

pub use ator::{Ator, Python, cargo_build, comando_de, compila, compilado, original, python};
pub use cena::{Apresentacao, Observacao, Tela, observa, roda};
pub use desvio::{Desvio, Engano};
pub use diferenca::Diferenca;
pub use falha::{Falha, Resultado};
pub use fio::Trafego;
pub use porta::porta_livre;
pub use rede::aceita;
pub use sessao::{Bytes, Origem, Papel, Passo, Rede, Sessao};
pub use terminal::{
    Cano, Fim, Paciencia, Terminal, atende_o_ctrl_c, citado, interrompe, interrompido,
};
