//! O que as lições têm em comum. Cada sala guarda uma coisa só:
//!
//! - [`console`]: perguntar e mostrar, como o `input` e o `print` do Python;
//! - [`notacao`]: bytes e endereços escritos como o Python os escreve;
//! - [`visivel`]: texto da rede que pode ir ao terminal sem perigo;
//! - [`endereco`]: o argumento `HOST[:PORTA]` e o endereço padrão;
//! - [`espera`]: esperar uma resposta sem ficar mudo;
//! - [`despedida`]: o que um servidor faz no Ctrl-C;
//! - [`erro`]: o erro de todas as lições, em português.
//!
//! As chamadas de rede ficam à vista nas lições: `bind`, `accept`, `read` e `write`. O que só as de FTP têm em
//! comum está em `comum_ftp`.

pub mod console;
pub mod despedida;
pub mod endereco;
pub mod erro;
pub mod espera;
pub mod notacao;
pub mod visivel;

pub use console::{avisa, avisa_se_vazia, pergunta};
pub use despedida::{despede, sem_ctrl_c};
pub use endereco::{Endereco, endereco_com_porta, endereco_do_argumento, sem_argumentos};
pub use erro::{Erro, NaRede, executa};
pub use espera::{PACIENCIA, com_paciencia};
pub use notacao::{repr, repr_sem_b, tupla};
pub use visivel::visivel;
