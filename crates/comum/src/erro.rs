//! O erro de todas as lições: uma linha em português que diz o que houve e o que fazer.

use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;
use std::time::Duration;
use std::{fmt, thread};

use crate::console::avisa;
use crate::endereco::{Endereco, HOST_PADRAO, PORTA_FTP_DA_TURMA, PORTA_PADRAO};

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
    /// Num servidor, a falha de um cliente não derruba os outros: conta o que houve no stderr e
    /// deixa o laço seguir.
    ///
    /// # Errors
    /// Devolve o próprio erro quando ele não é da rede: aí é o programa que tem de terminar.
    pub fn avisa_e_segue(self) -> Result<(), Erro> {
        let Erro::Conversa(erro) = self else {
            return Err(self);
        };
        let grande_demais = e_grande_demais(&erro);
        avisa(&format!(
            "um cliente ficou sem atendimento: {}; {}o servidor continua",
            em_portugues(&erro),
            if grande_demais { "mande menos, " } else { "" }
        ));
        let so_desta_vez = grande_demais
            || matches!(
                erro.kind(),
                ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe
            );
        if !so_desta_vez {
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

/// Dá ao erro de uma chamada de rede o endereço e o próximo passo.
pub trait NaRede<T> {
    /// Para o `bind`: diz se a porta está ocupada, se o endereço não é desta máquina…
    ///
    /// # Errors
    /// O mesmo erro, explicado.
    fn ao_escutar(self, endereco: &Endereco) -> Result<T, Erro>;

    /// Para o `connect` (e para o `send` e o `recv` do UDP, onde a recusa só aparece depois): diz
    /// como pôr no ar o programa `servidor`, que devia estar em `endereco`.
    ///
    /// # Errors
    /// O mesmo erro, explicado.
    fn ao_conectar(self, endereco: &Endereco, servidor: &str) -> Result<T, Erro>;
}

impl<T> NaRede<T> for io::Result<T> {
    fn ao_escutar(self, endereco: &Endereco) -> Result<T, Erro> {
        self.map_err(|erro| {
            let conselho = match erro.kind() {
                ErrorKind::AddrInUse => &format!(
                    "feche com Ctrl-C o outro programa que a usa ou escolha outra, como {HOST_PADRAO}:{}",
                    endereco.outra_porta(1)
                ),
                ErrorKind::AddrNotAvailable => "use 127.0.0.1, 0.0.0.0 ou um endereço deste computador",
                // No Unix, as do administrador.
                ErrorKind::PermissionDenied if endereco.porta() < 1024 => "escolha uma porta acima de 1023",
                // O 10013 do Windows, que reserva as portas de cem em cem: a vizinha também não serviria.
                ErrorKind::PermissionDenied => &format!(
                    "a porta pode estar reservada: escolha outra, como {HOST_PADRAO}:{}",
                    endereco.outra_porta(1000)
                ),
                _ => "confira o endereço",
            };
            Erro::Mensagem(format!("não foi possível escutar em {endereco}: {}; {conselho}", em_portugues(&erro)))
        })
    }

    fn ao_conectar(self, endereco: &Endereco, servidor: &str) -> Result<T, Erro> {
        self.map_err(|erro| {
            let causa = em_portugues(&erro);
            Erro::Mensagem(match erro.kind() {
                _ if e_grande_demais(&erro) => format!("{causa}; mande menos"),
                // No Windows a recusa do UDP chega como 10054 (ConnectionReset), sem conexão a derrubar.
                ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset => {
                    let causa = com_numero(RECUSADA, &erro);
                    let argumento = endereco.como_argumento(porta_da_turma(servidor));
                    format!(
                        "ninguém atende em {endereco}: {causa}; \
                         rode `cargo run -p {servidor}{argumento}` em outro terminal e tente de novo"
                    )
                }
                _ => format!("não foi possível falar com {endereco}: {causa}; confira o endereço, a rede e o firewall"),
            })
        })
    }
}

/// A porta em que o `servidor` da turma atende quando ninguém diz outra.
fn porta_da_turma(servidor: &str) -> u16 {
    if servidor == "servidor_ftp" {
        PORTA_FTP_DA_TURMA
    } else {
        PORTA_PADRAO
    }
}

/// A causa de um erro do sistema em português, com o número que o Python também mostra.
#[must_use]
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
        _ => match erro.raw_os_error() {
            Some(codigo) if DESCRITORES.contains(&codigo) => {
                "há arquivos ou conexões demais abertos"
            }
            Some(codigo) if EM_USO.contains(&codigo) => "o arquivo está aberto em outro programa",
            Some(_) => "o sistema recusou a operação",
            None => "a operação falhou",
        },
    };
    com_numero(causa, erro)
}

fn com_numero(causa: &str, erro: &io::Error) -> String {
    match erro.raw_os_error() {
        Some(codigo) => format!("{causa} (erro {codigo})"),
        None => causa.to_string(),
    }
}

const RECUSADA: &str = "conexão recusada";

/// Se o que se mandou não cabe num datagrama.
fn e_grande_demais(erro: &io::Error) -> bool {
    erro.raw_os_error() == Some(GRANDE_DEMAIS)
}

/// `EMSGSIZE`, que o std ainda não sabe nomear: Windows, Linux, e os demais Unix.
const GRANDE_DEMAIS: i32 = if cfg!(windows) {
    10040
} else if cfg!(target_os = "linux") {
    90
} else {
    40
};
/// O macOS deixa mandar menos do que cabe, se ninguém mudou o net.inet.udp.maxdgram dele.
const NAO_CABE: &str = if cfg!(target_os = "macos") {
    "a mensagem não cabe num datagrama (máximo de 9216 bytes no macOS)"
} else {
    "a mensagem não cabe num datagrama (máximo de 65507 bytes)"
};
/// `EMFILE` e `ENFILE`, idem.
const DESCRITORES: [i32; 2] = if cfg!(windows) { [10024, 4] } else { [24, 23] };
/// `ERROR_SHARING_VIOLATION` e `ERROR_LOCK_VIOLATION`: só o Windows não deixa trocar um arquivo aberto.
const EM_USO: &[i32] = if cfg!(windows) { &[32, 33] } else { &[] };

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

    #[test]
    fn a_recusa_ensina_a_por_o_servidor_no_ar() {
        // A do UDP: ConnectionRefused no Unix, ConnectionReset (10054) no Windows.
        for kind in [ErrorKind::ConnectionRefused, ErrorKind::ConnectionReset] {
            for (texto, comando) in [
                ("127.0.0.1", "`cargo run -p servidor_udp`"),
                (
                    "127.0.0.1:5000",
                    "`cargo run -p servidor_udp -- 127.0.0.1:5000`",
                ),
            ] {
                let endereco = Endereco::novo(texto, PORTA_PADRAO).unwrap();
                let recusa: io::Result<()> = Err(kind.into());
                let erro = recusa
                    .ao_conectar(&endereco, "servidor_udp")
                    .unwrap_err()
                    .to_string();
                assert!(erro.starts_with("ninguém atende em 127.0.0.1:"), "{erro}");
                assert!(erro.contains(": conexão recusada; rode"), "{erro}");
                assert!(erro.contains(comando), "{erro}");
            }
        }
    }

    #[test]
    fn o_conselho_de_quem_nao_pode_escutar_depende_da_porta() {
        for (texto, padrao, kind, conselho) in [
            ("127.0.0.1", 43210, ErrorKind::AddrInUse, "127.0.0.1:43211"),
            (
                "127.0.0.1:43211",
                43210,
                ErrorKind::AddrInUse,
                "127.0.0.1:43212",
            ),
            ("0.0.0.0", 2121, ErrorKind::AddrInUse, "127.0.0.1:2122"),
            (
                "127.0.0.1:80",
                43210,
                ErrorKind::PermissionDenied,
                "acima de 1023",
            ),
            (
                "127.0.0.1",
                43210,
                ErrorKind::PermissionDenied,
                "reservada: escolha outra, como 127.0.0.1:44210",
            ),
            (
                "127.0.0.1",
                2121,
                ErrorKind::PermissionDenied,
                "como 127.0.0.1:3121",
            ),
        ] {
            let endereco = Endereco::novo(texto, padrao).unwrap();
            let recusa: io::Result<()> = Err(kind.into());
            let erro = recusa.ao_escutar(&endereco).unwrap_err().to_string();
            assert!(erro.ends_with(conselho), "{erro}");
        }
    }

    #[test]
    fn ao_que_nao_cabe_num_datagrama_aconselha_mandar_menos() {
        let endereco = Endereco::novo("127.0.0.1", PORTA_PADRAO).unwrap();
        let recusa: io::Result<()> = Err(io::Error::from_raw_os_error(GRANDE_DEMAIS));
        let erro = recusa.ao_conectar(&endereco, "servidor_udp").unwrap_err();
        assert!(erro.to_string().starts_with(NAO_CABE), "{erro}");
        assert!(erro.to_string().ends_with("; mande menos"), "{erro}");
    }

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
