//! Esperar a resposta do outro lado sem ficar mudo diante do aluno.

use std::io::{self, ErrorKind};
use std::time::Duration;

use crate::console::avisa;

/// Quanto uma lição espera calada antes de avisar: mais que a rede precisa, menos que a paciência
/// de quem olha para uma tela parada. Vai no `set_read_timeout` do socket.
pub const PACIENCIA: Duration = Duration::from_secs(8);

/// Chama `le` até haver resposta. O prazo do socket ([`PACIENCIA`]) não encerra a espera, porque do
/// outro lado pode haver alguém digitando: na primeira vez que ele vence, um aviso no stderr diz o
/// que se espera e como sair.
///
/// # Errors
/// Qualquer erro de `le` que não seja o prazo vencido.
pub fn com_paciencia<T>(mut le: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    let mut avisou = false;
    loop {
        match le() {
            // O prazo vencido é WouldBlock no Unix e TimedOut no Windows.
            Err(erro) if matches!(erro.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                if !avisou {
                    avisa("nenhuma resposta até agora; continuo esperando o servidor (Ctrl-C sai)");
                    avisou = true;
                }
            }
            Err(erro) if erro.kind() == ErrorKind::Interrupted => {}
            outro => return outro,
        }
    }
}

#[cfg(test)]
mod testes {
    use super::*;

    #[test]
    fn o_prazo_vencido_nao_encerra_a_espera_em_nenhum_sistema() {
        // O do Unix, o do Windows e um sinal no meio; depois, a resposta.
        let mut acontece = [
            ErrorKind::WouldBlock,
            ErrorKind::TimedOut,
            ErrorKind::Interrupted,
        ]
        .into_iter();
        let resposta = com_paciencia(|| match acontece.next() {
            Some(kind) => Err(kind.into()),
            None => Ok(7),
        });
        assert_eq!(resposta.unwrap(), 7);
        let queda = com_paciencia(|| Err::<(), _>(ErrorKind::ConnectionReset.into()));
        assert_eq!(queda.unwrap_err().kind(), ErrorKind::ConnectionReset);
    }
}
