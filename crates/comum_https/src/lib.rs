//! O que as duas lições de HTTPS têm em comum. O TLS e as conexões ficam à vista nelas; aqui, cada sala guarda uma
//! coisa só:
//!
//! - [`argumentos`]: o que vem na linha de comando do cliente;
//! - [`cabeca`]: a cabeça de um pedido ou de uma resposta, até a linha vazia;
//! - [`certificado`]: os nomes de um certificado, aqueles em que se confia, e por que um é recusado;
//! - [`prazo`]: uma conexão que não se ouve para sempre;
//! - [`resposta`]: o que o servidor responde;
//! - [`recebida`]: se a resposta que chegou traz o arquivo;
//! - `pedaco`: que pedaço de um arquivo um pedido quer;
//! - [`acervo`]: os arquivos da turma, o tipo de cada um, e a página de uma pasta.
//!
//! O protocolo é o HTTP/1.1 das RFC 9110 e 9112.

pub mod acervo;
pub mod argumentos;
pub mod cabeca;
pub mod certificado;
mod pedaco;
pub mod prazo;
pub mod recebida;
pub mod resposta;

pub use acervo::procura;
pub use argumentos::{Pedido, pedido_do_argumento};
pub use cabeca::{campo, le_cabeca};
pub use certificado::{causa, certificado_da_turma, erro_de_tls, nome_do_certificado, raizes};
pub use prazo::ComPrazo;
pub use recebida::{nao_e_http, tamanho_anunciado, veio_menos};
pub use resposta::Resposta;
