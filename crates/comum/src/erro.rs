//! O erro de todas as lições: uma linha em português que diz o que houve e o que fazer.

use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;
use std::time::Duration;
use std::{fmt, thread};

use crate::aviso::avisa;
use crate::causa::{e_grande_demais, em_portugues};

/// Por que uma lição termina antes do fim.
#[derive(Debug)]
pub enum Erro {
    /// Não é defeito: Ctrl-D, `--help`, ou quem lia a saída foi embora. O programa sai com 0.
    FimPedido,
    /// A rede falhou no meio de uma conversa. Num servidor, só aquela conversa acaba.
    Conversa(io::Error),
    /// Qualquer outra coisa, já explicada: a causa e o próximo passo, numa linha.
    Mensagem(String),
}

impl From<io::Error> for Erro {
    /// O `?` de uma chamada de rede: `read`, `write`, `accept`…
    fn from(erro: io::Error) -> Self {
        Erro::Conversa(erro)
    }
}

impl fmt::Display for Erro {
    fn fmt(&self, saida: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Erro::FimPedido => write!(saida, "o programa terminou a pedido"),
            Erro::Conversa(erro) => {
                write!(saida, "a conversa foi interrompida: {}", em_portugues(erro))
            }
            Erro::Mensagem(texto) => write!(saida, "{texto}"),
        }
    }
}

impl std::error::Error for Erro {}

impl Erro {
    /// Num servidor, a falha de um cliente não derruba os outros: diz no stderr o que houve e deixa o laço seguir. Devolve o
    /// próprio erro quando ele não é da rede: aí é o programa que tem de terminar.
    pub fn avisa_e_segue(self) -> Result<(), Erro> {
        let Erro::Conversa(erro) = self else {
            return Err(self);
        };
        let causa = em_portugues(&erro);
        let conselho = ["", "mande menos, "][usize::from(e_grande_demais(&erro))];
        avisa(&format!(
            "um cliente ficou sem atendimento: {causa}; {conselho}o servidor continua"
        ));
        let so_desta_vez = matches!(
            erro.kind(),
            ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe
        );
        if !so_desta_vez && !e_grande_demais(&erro) {
            // Sem descritores livres, por exemplo, o accept falha na hora: a pausa evita a enxurrada.
            thread::sleep(Duration::from_secs(1));
        }
        Ok(())
    }
}

/// Roda a lição e traduz o fim dela: 0 se tudo correu bem, senão uma linha `Erro: …` e 1.
pub fn executa<E: Into<Erro>>(licao: fn() -> Result<(), E>) -> ExitCode {
    encerra(licao().map_err(E::into))
}

/// O código de saída de um programa que acabou assim; de um erro, conta antes qual foi.
pub fn encerra(fim: Result<(), Erro>) -> ExitCode {
    match fim {
        Ok(()) | Err(Erro::FimPedido) => ExitCode::SUCCESS,
        Err(erro) => {
            conta(&erro);
            ExitCode::FAILURE
        }
    }
}

/// Conta um erro no stderr, numa escrita só: dois programas no mesmo terminal não misturam as linhas.
pub fn conta(erro: &dyn fmt::Display) {
    // eprintln! entraria em pânico com o stderr fechado; se ele não aceita, não há mais a quem contar.
    let _ = io::stderr().write_all(format!("Erro: {erro}\n").as_bytes());
}

#[cfg(test)]
mod testes {
    use super::*;

    #[test]
    fn so_a_rede_deixa_o_servidor_seguir() {
        // ConnectionReset é o 10054 que o recv_from do Windows devolve por um cliente que se foi.
        for kind in [
            ErrorKind::ConnectionReset,
            ErrorKind::ConnectionAborted,
            ErrorKind::BrokenPipe,
        ] {
            assert!(Erro::Conversa(kind.into()).avisa_e_segue().is_ok());
        }
        for erro in [Erro::FimPedido, Erro::Mensagem(String::new())] {
            assert!(erro.avisa_e_segue().is_err());
        }
    }
}
