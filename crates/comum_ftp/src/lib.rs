//! O que as lições de FTP da seção 7.2 têm em comum, sobre a [suppaftp](suppaftp::ImplFtpStream). O `login` e o
//! `quit` das lições são os dela. Cada sala guarda uma coisa só:
//!
//! - `servidor`: com que servidor se conversa, e em que modo;
//! - `sessao`: a sessão, e o que falta à suppaftp para ser o ftplib;
//! - `controle`: a conexão de controle, que se põe debaixo da suppaftp;
//! - `resposta`: uma resposta do servidor, lida da conexão de controle;
//! - `recusa`: o que fazer diante de um 4xx ou 5xx;
//! - `conexao_de_dados`: por onde vêm as listagens e os arquivos;
//! - `listagem`: os dados vão para a tela;
//! - `download`: os dados vão para um arquivo, que só ganha o nome inteiro; com ele, `quebras` (as de linha de um
//!   texto) e `splice` (o atalho do Linux);
//! - `upload`: um arquivo daqui vai para os dados;
//! - `senha`: a pergunta sem eco;
//! - `na_tela`: o que o servidor disse, sem perigo para o terminal;
//! - `erro`: o erro das quatro lições.
//!
//! O arquivo, a linha do progresso e o que se desfaz no Ctrl-C são do pacote `download`, que não é só do FTP.
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

pub use conexao_de_dados::{Dados, abre_dados};
pub use controle::Controle;
pub use download::ArquivoNovo;
pub use erro::ErroFtp;
pub use listagem::mostra_linhas;
pub use senha::pergunta_senha;
pub use servidor::{Servidor, arquivo_e_servidor, servidor_digitado, servidor_do_argumento};
pub use sessao::{Sessao, abre_controle, anonimo_se_vazio, modo_texto, pergunta_nome};
pub use upload::{ArquivoDaqui, meu_nome};
