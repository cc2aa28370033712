//! A causa de um erro do sistema, em português.

use std::io::{self, ErrorKind};

/// A causa de um erro do sistema em português, com o número que o Python também mostra.
pub fn em_portugues(erro: &io::Error) -> String {
    let causa = match erro.kind() {
        ErrorKind::ConnectionRefused => RECUSADA,
        ErrorKind::ConnectionReset => "o outro lado derrubou a conexão",
        ErrorKind::ConnectionAborted => "a conexão foi abortada",
        ErrorKind::BrokenPipe | ErrorKind::NotConnected => "o outro lado já fechou a conexão",
        ErrorKind::AddrInUse => "a porta já está em uso",
        ErrorKind::AddrNotAvailable => "o endereço não é deste computador",
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable | ErrorKind::NetworkDown => {
            "não há caminho na rede até lá"
        }
        ErrorKind::TimedOut | ErrorKind::WouldBlock => "o outro lado não respondeu a tempo",
        ErrorKind::UnexpectedEof => "o outro lado parou no meio",
        ErrorKind::PermissionDenied => "o sistema não deu permissão",
        ErrorKind::StorageFull => "o disco está cheio",
        ErrorKind::QuotaExceeded => "acabou o espaço reservado a você no disco",
        ErrorKind::ReadOnlyFilesystem => "o disco só aceita leitura",
        ErrorKind::NotFound => "não existe",
        ErrorKind::NotADirectory => "há um arquivo onde devia haver uma pasta",
        ErrorKind::IsADirectory => "há uma pasta com esse nome",
        ErrorKind::InvalidFilename | ErrorKind::InvalidInput => "o sistema não aceita esse nome",
        ErrorKind::OutOfMemory => "falta memória",
        ErrorKind::Unsupported => "este sistema não sabe fazer isso",
        _ if e_grande_demais(erro) => NAO_CABE,
        _ => match (erro.raw_os_error(), cfg!(windows)) {
            // EMFILE e ENFILE.
            (Some(23 | 24), false) | (Some(4 | 10024), true) => {
                "há arquivos ou conexões demais abertos"
            }
            // ERROR_SHARING_VIOLATION e ERROR_LOCK_VIOLATION: só o Windows não deixa trocar um arquivo aberto.
            (Some(32 | 33), true) => "o arquivo está aberto em outro programa",
            (Some(_), _) => "o sistema recusou a operação",
            (None, _) => "a operação falhou",
        },
    };
    com_numero(causa, erro)
}

pub(crate) fn com_numero(causa: &str, erro: &io::Error) -> String {
    match erro.raw_os_error() {
        Some(codigo) => format!("{causa} (erro {codigo})"),
        None => causa.to_string(),
    }
}

pub(crate) const RECUSADA: &str = "conexão recusada";

/// Se o que se mandou não cabe num datagrama.
pub(crate) fn e_grande_demais(erro: &io::Error) -> bool {
    erro.raw_os_error() == Some(GRANDE_DEMAIS)
}

/// `EMSGSIZE`, que o std ainda não sabe nomear: Windows, Linux, e os demais Unix.
pub(crate) const GRANDE_DEMAIS: i32 = if cfg!(windows) {
    10040
} else if cfg!(target_os = "linux") {
    90
} else {
    40
};
/// O macOS deixa mandar menos do que cabe, se ninguém mudou o net.inet.udp.maxdgram dele.
pub(crate) const NAO_CABE: &str = if cfg!(target_os = "macos") {
    "a mensagem não cabe num datagrama (máximo de 9216 bytes no macOS)"
} else {
    "a mensagem não cabe num datagrama (máximo de 65507 bytes)"
};

#[cfg(test)]
mod testes {
    use super::*;

    #[test]
    fn todo_erro_do_sistema_e_uma_linha_em_portugues_com_o_numero() {
        for codigo in 1..200 {
            let erro = io::Error::from_raw_os_error(codigo);
            let linha = em_portugues(&erro);
            assert!(linha.ends_with(&format!("(erro {codigo})")), "{linha}");
            // O texto do sistema, em inglês, nunca passa.
            let ingles = erro.to_string();
            let ingles = ingles.split(" (os error").next().unwrap_or_default();
            assert!(!linha.contains(ingles), "{linha}");
        }
        assert_eq!(
            em_portugues(&ErrorKind::TimedOut.into()),
            em_portugues(&ErrorKind::WouldBlock.into())
        );
    }
}
