//! O que as lições da parte "Para ir além" têm em comum, além do que está em `comum`:
//!
//! - [`argumentos`]: o que vem na linha de comando de cada uma;
//! - [`em_nome_de`]: em UDP, um socket em nome de cada cliente;
//! - [`linha`]: mensagens que são linhas;
//! - [`mural`]: uma tela para muitas threads, que não segura quem mostra;
//! - [`queda`]: como acabar uma conexão: com uma queda, ou com calma.

pub mod argumentos;
pub mod em_nome_de;
pub mod linha;
pub mod mural;
pub mod queda;

pub use argumentos::escuta_e_destino;
pub use em_nome_de::EmNomeDe;
pub use linha::le_linha;
pub use mural::{mostra_pedaco, mostra_sem_esperar};
pub use queda::{derruba, fecha_com_calma};
