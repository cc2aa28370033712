//! Quem entra: o visitante anônimo, com qualquer senha, e o usuário da turma, com a dele.

use async_trait::async_trait;
use comum::visivel;
use unftp_core::auth::{AuthenticationError, Authenticator, Credentials, Principal};

use crate::cliente::Cliente;

/// O usuário da turma.
pub const USUARIO: &str = "aluno";
/// A senha da turma. Não protege nada (está aqui, à vista): serve para se ver o PASS e o 530.
pub const SENHA: &str = "segredo";
/// Os nomes do acesso anônimo, que aceitam qualquer senha (RFC 1635).
const ANONIMOS: [&str; 2] = ["anonymous", "ftp"];

/// O porteiro de um cliente. O da própria libunftp deixaria entrar qualquer um.
#[derive(Debug)]
pub struct Acesso {
    cliente: Cliente,
}

impl Acesso {
    /// O porteiro que conta na tela as entradas de `cliente`.
    pub fn novo(cliente: Cliente) -> Self {
        Acesso { cliente }
    }
}

#[async_trait]
impl Authenticator for Acesso {
    async fn authenticate(
        &self,
        usuario: &str,
        credenciais: &Credentials,
    ) -> Result<Principal, AuthenticationError> {
        let senha = credenciais.password.as_deref().unwrap_or_default();
        let na_tela = visivel(usuario.as_bytes());
        if entra(usuario, senha) {
            self.cliente.conta(format_args!("entrou como {na_tela}"));
            Ok(Principal {
                username: usuario.to_string(),
            })
        } else {
            self.cliente.conta(format_args!(
                "não entrou: usuário ou senha não conferem ({na_tela})"
            ));
            Err(AuthenticationError::BadPassword)
        }
    }
}

/// Se este usuário entra com esta senha.
fn entra(usuario: &str, senha: &str) -> bool {
    ANONIMOS.contains(&usuario) || (usuario == USUARIO && senha == SENHA)
}

#[cfg(test)]
mod tests {
    use super::entra;

    #[test]
    fn anonimo_entra_com_qualquer_senha() {
        for usuario in ["anonymous", "ftp"] {
            for senha in ["", "anonymous@", "segredo", "\u{1b}[31m"] {
                assert!(entra(usuario, senha), "{usuario} {senha:?}");
            }
        }
    }

    #[test]
    fn aluno_so_entra_com_a_senha_da_turma() {
        assert!(entra("aluno", "segredo"));
        for senha in ["", "Segredo", "segredo ", "segred", "anonymous@"] {
            assert!(!entra("aluno", senha), "{senha:?}");
        }
    }

    #[test]
    fn os_demais_nao_entram() {
        for usuario in ["", "Aluno", "root", "anonymous ", "FTP"] {
            assert!(!entra(usuario, "segredo"), "{usuario:?}");
        }
    }
}
