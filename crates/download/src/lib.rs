//! Um download sem sustos, venha ele por FTP ou por HTTPS. Cada sala guarda uma coisa só:
//!
//! - [`arquivo`]: o arquivo, que só ganha o nome quando chega inteiro;
//! - [`progresso`]: a linha que diz quanto falta;
//! - [`ctrl_c`]: o que se desfaz se o programa é interrompido.

pub mod arquivo;
pub mod ctrl_c;
pub mod progresso;

pub use arquivo::ArquivoNovo;
pub use progresso::Progresso;
