//! O que o servidor FTP da turma e as lições da parte "Para ir além" têm em comum, além do que está em `comum`:
//!
//! - [`argumentos`]: o que vem na linha de comando do espião;
//! - [`mod@arquivos`]: o que os servidores da turma oferecem;
//! - [`em_nome_de`]: em UDP, um socket em nome de cada cliente;
//! - [`erro`]: o que se exige, e a tranca perdida;
//! - [`mod@ip_na_rede`]: o IP que se diz aos outros computadores;
//! - [`linha`]: mensagens que são linhas;
//! - [`mural`]: uma tela para muitas threads, que não segura quem mostra;
//! - [`queda`]: como acabar uma conexão: com uma queda, ou com calma.

pub mod argumentos;
pub mod arquivos;
pub mod em_nome_de;
pub mod erro;
pub mod ip_na_rede;
pub mod linha;
pub mod mural;
pub mod queda;

pub use argumentos::escuta_e_destino;
pub use arquivos::arquivos;
pub use em_nome_de::EmNomeDe;
pub use erro::{exige, sem_tranca};
pub use ip_na_rede::ip_na_rede;
pub use linha::le_linha;
pub use mural::{mostra_pedaco, mostra_sem_esperar};
pub use queda::{derruba, fecha_com_calma};
