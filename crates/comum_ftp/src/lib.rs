//! O que as lições de FTP da seção 7.2 têm em comum, sobre a [suppaftp](suppaftp::ImplFtpStream). O `login` e o
//! `quit` das lições são os dela. Cada arquivo guarda uma coisa só, dita na primeira linha dele; o arquivo de um download, a
//! linha do progresso e o que se desfaz no Ctrl-C são do pacote `download`, que não é só do FTP.
//!
//! O protocolo é o da RFC 959; o EPSV e o EPRT, da RFC 2428.

mod conexao_de_dados;
mod controle;
mod download;
mod erro;
mod listagem;
mod na_tela;
mod quebras;
mod recusa;
mod resposta;
mod senha;
mod servidor;
mod sessao;
#[cfg(target_os = "linux")]
mod splice;
#[cfg(test)]
mod testes;
mod upload;

pub use ::download::ArquivoNovo;
pub use conexao_de_dados::{Dados, abre_dados};
pub use controle::Controle;
pub use download::{completa_com_bytes, completa_com_texto};
pub use erro::ErroFtp;
pub use listagem::mostra_linhas;
pub use senha::pergunta_senha;
pub use servidor::{Servidor, arquivo_e_servidor, servidor_digitado, servidor_do_argumento};
pub use sessao::{Sessao, abre_controle, anonimo_se_vazio, modo_texto};
pub use upload::{ArquivoDaqui, meu_nome};
