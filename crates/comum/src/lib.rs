//! O que as lições têm em comum. Cada arquivo guarda uma coisa só, dita na primeira linha dele.
//!
//! As chamadas de rede ficam à vista nas lições: `bind`, `accept`, `read` e `write`. O que só as de FTP têm em
//! comum está em `comum_ftp`.

pub mod argumentos;
pub mod aviso;
pub mod causa;
pub mod conselho;
pub mod console;
pub mod despedida;
pub mod endereco;
pub mod erro;
pub mod notacao;
pub mod visivel;

pub use argumentos::{argumento_ou, sem_argumentos};
pub use aviso::{avisa, avisa_se_demorar, avisa_se_vazia};
pub use conselho::{erro_ao_conectar, erro_ao_escutar};
pub use console::pergunta;
pub use despedida::{despede, sem_ctrl_c};
pub use endereco::Endereco;
pub use erro::{Erro, executa};
pub use notacao::{repr, repr_sem_b, tupla};
pub use visivel::visivel;
