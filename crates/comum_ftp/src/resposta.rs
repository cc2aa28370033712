//! O que o servidor respondeu, em texto seguro, e os erros da suppaftp em português.

use std::io::{self, ErrorKind};

use suppaftp::FtpError;

use crate::controle::{NAO_E_FTP, NaoSeEntende};
use crate::{DadosFechados, PRAZO_DO_SILENCIO};
use comum::causa::em_portugues;

use crate::erro::ErroFtp;
use comum::visivel;

/// O maior pedaço de um texto que cabe numa linha de erro, em bytes.
const MAIOR_RESUMO: usize = 400;

/// As linhas de uma resposta prontas para a tela, sem a quebra final.
pub(crate) fn linhas_visiveis(resposta: &[u8]) -> String {
    let resposta = resposta.strip_suffix(b"\n").unwrap_or(resposta);
    let linhas: Vec<String> = resposta
        .split(|byte| *byte == b'\n')
        .map(|linha| visivel(linha.strip_suffix(b"\r").unwrap_or(linha)))
        .collect();
    linhas.join("\n")
}

/// Um texto numa linha só, para um erro: as linhas dele separadas por barras, e curto.
pub(crate) fn resumo(resposta: &[u8]) -> String {
    let curta = &resposta[..resposta.len().min(MAIOR_RESUMO)];
    let linhas: Vec<String> = curta
        .split(|byte| *byte == b'\n')
        .map(|linha| visivel(linha.trim_ascii()))
        .filter(|linha| !linha.is_empty())
        .collect();
    let reticencias = if curta.len() < resposta.len() {
        "…"
    } else {
        ""
    };
    linhas.join(" / ") + reticencias
}

impl From<FtpError> for ErroFtp {
    /// O `?` das chamadas da suppaftp: [`ErroFtp::Pedido`] se o servidor só recusou o comando,
    /// [`Erro::Mensagem`] se a sessão acabou.
    fn from(erro: FtpError) -> Self {
        match erro {
            FtpError::UnexpectedResponse(resposta) => da_resposta(&resposta.body),
            FtpError::ConnectionError(erro) => da_conexao(&erro),
            _ => ErroFtp::fim(NAO_E_FTP.to_string()),
        }
    }
}

/// O servidor recusou (4xx e 5xx), ou a conversa saiu de passo.
fn da_resposta(resposta: &[u8]) -> ErroFtp {
    let texto = resumo(resposta);
    let texto = texto.trim_end_matches('.');
    let codigo = resposta.get(..3).unwrap_or_default();
    if codigo == b"421" {
        return ErroFtp::fim(format!(
            "o servidor encerrou a sessão: {texto}; rode o programa de novo daqui a pouco"
        ));
    }
    // O 221 é a resposta ao QUIT; sem ele, é a despedida de quem cansou de esperar por um comando.
    if codigo == b"221" {
        return ErroFtp::fim(format!(
            "o servidor encerrou a sessão: {texto}; rode o programa de novo"
        ));
    }
    if !matches!(codigo, [b'4' | b'5', ..]) {
        return ErroFtp::fim(format!(
            "o servidor deu uma resposta que não se esperava: {texto}; rode o programa de novo ou tente outro servidor"
        ));
    }
    let conselho = match codigo {
        b"425" => {
            "; um firewall pode estar no caminho: tente de novo (fora do menu, --ativo troca o modo)"
        }
        b"426" | b"451" => "; tente de novo",
        b"430" | b"530" => {
            "; confira o usuário e a senha (deixe os dois vazios para entrar como anônimo)"
        }
        b"450" | b"550" | b"553" => "; confira o nome e o diretório (maiúsculas contam)",
        b"452" | b"552" => "; o problema é no disco do servidor",
        b"500" | b"501" | b"502" | b"504" => "; este servidor não aceita esse comando",
        _ => "",
    };
    ErroFtp::Pedido(format!("o servidor recusou: {texto}{conselho}"))
}

/// A conexão de controle falhou: salvo quando só a de dados não abriu, a sessão acabou.
pub(crate) fn da_conexao(erro: &io::Error) -> ErroFtp {
    let por_dentro = erro.get_ref();
    if let Some(fechados) = por_dentro.and_then(|dentro| dentro.downcast_ref::<DadosFechados>()) {
        return ErroFtp::Pedido(fechados.to_string());
    }
    if let Some(erro) = por_dentro.and_then(|dentro| dentro.downcast_ref::<NaoSeEntende>()) {
        return ErroFtp::fim(erro.to_string());
    }
    match erro.kind() {
        ErrorKind::WouldBlock | ErrorKind::TimedOut => silencio(),
        ErrorKind::UnexpectedEof => ErroFtp::fim(
            "o servidor fechou a conexão antes da hora; rode o programa de novo".to_string(),
        ),
        _ => ErroFtp::fim(format!(
            "a sessão acabou antes da hora: {}; rode o programa de novo",
            em_portugues(erro)
        )),
    }
}

/// O erro de quem esperou demais.
pub(crate) fn silencio() -> ErroFtp {
    ErroFtp::fim(format!(
        "o servidor ficou {} s sem mandar nada; tente de novo mais tarde",
        PRAZO_DO_SILENCIO.as_secs()
    ))
}

#[cfg(test)]
mod testes {
    use super::*;

    #[test]
    fn a_saudacao_guarda_as_linhas_e_os_espacos() {
        assert_eq!(
            linhas_visiveis(b"220-a\r\n220-\r\n220 \r\n"),
            "220-a\n220-\n220 "
        );
        assert_eq!(linhas_visiveis(b"220 \x1b[2J\xe7\r\n"), r"220 \x1b[2J\xe7");
        assert_eq!(linhas_visiveis(b""), "");
    }

    #[test]
    fn o_erro_e_uma_linha_curta() {
        assert_eq!(
            resumo(b"550-nada\r\n550 \x1b]0;x\x07\xff\r\n"),
            r"550-nada / 550 \x1b]0;x\x07\xff"
        );
        assert!(resumo(&[b'a'; 10_000]).len() < 500);
        // Cortada no meio de uma letra: nada de pânico.
        let _ = resumo("é".repeat(1000).as_bytes());
    }

    #[test]
    fn so_a_recusa_deixa_a_sessao_de_pe() {
        for (resposta, de_pe) in [
            (b"550 nao\r\n" as &[u8], true),
            (b"550-nao\r\n550 nao\r\n", true),
            (b"499 estranho\r\n", true),
            (b"421 tchau\r\n", false),
            (b"221 tchau\r\n", false),
            (b"200 fora de hora\r\n", false),
            (b"999 hein\r\n", false),
            (b"", false),
        ] {
            assert_eq!(matches!(da_resposta(resposta), ErroFtp::Pedido(_)), de_pe);
        }
    }

    #[test]
    fn o_erro_da_conexao_diz_se_a_sessao_continua() {
        let dados = DadosFechados {
            porta: 2020,
            causa: ErrorKind::ConnectionRefused.into(),
        };
        assert!(matches!(
            da_conexao(&io::Error::other(dados)),
            ErroFtp::Pedido(_)
        ));
        for fim in [
            ErrorKind::TimedOut,
            ErrorKind::UnexpectedEof,
            ErrorKind::BrokenPipe,
        ] {
            assert!(matches!(da_conexao(&fim.into()), ErroFtp::Fim(_)));
        }
    }
}
