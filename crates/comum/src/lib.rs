//! O que as lições têm em comum. Cada sala guarda uma coisa só:
//!
//! - [`console`]: perguntar e mostrar, como o `input` e o `print` do Python;
//! - [`notacao`]: bytes e endereços escritos como o Python os escreve;
//! - [`visivel`]: texto da rede que pode ir ao terminal sem perigo;
//! - [`argumentos`]: o que vem na linha de comando, e o `--help`;
//! - [`endereco`]: `HOST[:PORTA]` traduzido em IPs;
//! - [`aviso`]: o que se diz no stderr, inclusive quando uma resposta demora;
//! - [`linha`]: uma mensagem por linha, com um limite;
//! - [`despedida`]: o que um servidor faz no Ctrl-C;
//! - [`erro`]: o erro de todas as lições, e como ele termina um programa;
//! - [`causa`]: a causa de um erro do sistema, em português;
//! - [`conselho`]: o próximo passo de quem não conseguiu escutar ou conectar.
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
pub mod linha;
pub mod notacao;
pub mod visivel;

pub use argumentos::{argumento_ou, sem_argumentos};
pub use aviso::{avisa, avisa_se_demorar, avisa_se_vazia};
pub use conselho::{erro_ao_conectar, erro_ao_escutar};
pub use console::pergunta;
pub use despedida::{despede, sem_ctrl_c};
pub use endereco::Endereco;
pub use erro::{Erro, executa, exige};
pub use linha::le_linha;
pub use notacao::{repr, repr_sem_b, tupla};
pub use visivel::visivel;
