//! O que as lições têm em comum. Cada sala guarda uma coisa só:
//!
//! - [`console`]: perguntar e mostrar, como o `input` e o `print` do Python;
//! - [`notacao`]: bytes e endereços escritos como o Python os escreve;
//! - [`visivel`]: texto da rede que pode ir ao terminal sem perigo;
//! - [`endereco`]: o argumento `HOST[:PORTA]` e o endereço padrão;
//! - [`espera`]: esperar uma resposta sem ficar mudo;
//! - [`erro`]: o erro de todas as lições, em português;
//! - `ctrl_c`: a despedida dos servidores (feature `ctrl_c`);
//! - `nomes`: nomes de máquinas como a rede os quer (feature `nomes`).
//!
//! Nenhuma chamada de rede mora aqui: `bind`, `accept`, `read` e `write` ficam à vista nas lições.

pub mod console;
#[cfg(feature = "ctrl_c")]
pub mod ctrl_c;
pub mod endereco;
pub mod erro;
pub mod espera;
#[cfg(feature = "nomes")]
pub mod nomes;
pub mod notacao;
pub mod visivel;

pub use console::{avisa, avisa_se_vazia, pergunta};
#[cfg(feature = "ctrl_c")]
pub use ctrl_c::despede_no_ctrl_c;
pub use endereco::{Endereco, endereco_com_portas, endereco_do_argumento, sem_argumentos};
pub use erro::{Erro, NaRede, executa};
pub use espera::{PACIENCIA, com_paciencia};
#[cfg(feature = "nomes")]
pub use nomes::{erro_de_nome, nome_na_rede};
pub use notacao::{repr, repr_sem_b, tupla};
pub use visivel::visivel;
