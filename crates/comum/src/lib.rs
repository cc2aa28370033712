//! O que as lições têm em comum. Cada sala guarda uma coisa só:
//!
//! - [`console`]: perguntar e mostrar, como o `input` e o `print` do Python;
//! - [`notacao`]: bytes e endereços escritos como o Python os escreve;
//! - [`visivel`]: texto da rede que pode ir ao terminal sem perigo;
//! - [`endereco`]: o argumento `HOST[:PORTA]` e o endereço padrão;
//! - [`espera`]: esperar uma resposta sem ficar mudo;
//! - [`erro`]: o erro de todas as lições, em português;
//! - `ctrl_c`: a despedida dos servidores (feature `ctrl_c`);
//! - `ftp`: a sessão FTP e os downloads (feature `ftp`);
//! - `limpeza` e `senha`: o que desfazer no Ctrl-C e a pergunta sem eco (feature `ftp`);
//! - `nomes`: nomes de máquinas como a rede os quer (feature `nomes`).
//!
//! As chamadas de rede ficam à vista nas lições: `bind`, `accept`, `read` e `write`, e no FTP os comandos da
//! suppaftp. Aqui mora só o que ela deixa por fazer: conectar com prazo, receber até o fim, gravar inteiro.

pub mod console;
#[cfg(any(feature = "ctrl_c", feature = "ftp"))]
pub mod ctrl_c;
pub mod endereco;
pub mod erro;
pub mod espera;
#[cfg(feature = "ftp")]
pub mod ftp;
#[cfg(feature = "ftp")]
mod limpeza;
#[cfg(feature = "nomes")]
pub mod nomes;
pub mod notacao;
#[cfg(feature = "ftp")]
pub mod senha;
pub mod visivel;

pub use console::{avisa, avisa_se_vazia, pergunta};
#[cfg(feature = "ctrl_c")]
pub use ctrl_c::despede_no_ctrl_c;
pub use endereco::{Endereco, endereco_com_porta, endereco_do_argumento, sem_argumentos};
pub use erro::{Erro, NaRede, executa};
pub use espera::{PACIENCIA, com_paciencia};
#[cfg(feature = "nomes")]
pub use nomes::{erro_de_nome, nome_na_rede};
pub use notacao::{repr, repr_sem_b, tupla};
#[cfg(feature = "ftp")]
pub use senha::pergunta_senha;
pub use visivel::visivel;
