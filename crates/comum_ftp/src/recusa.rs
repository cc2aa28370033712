//! O que o servidor recusou, e o que fazer: depende do comando, do modo, do código e do texto.

use crate::erro::ErroFtp;
use crate::na_tela::resumo;

/// O comando a que o servidor responde.
#[derive(Debug, Default)]
pub(crate) struct Comando {
    /// `USER`, `LIST`…; nada, se o que ele responde é a conexão. O resto da linha, onde vai a senha, não
    /// fica guardado.
    verbo: String,
    /// O usuário da sessão é o anônimo.
    anonimo: bool,
    /// Quem abre a conexão de dados é o servidor.
    pub(crate) ativo: bool,
}

impl Comando {
    /// Passa a ser o da linha, como ela vai pela rede.
    pub(crate) fn passa_a_ser(&mut self, linha: &[u8]) {
        let linha = String::from_utf8_lossy(linha);
        let verbo = linha.split_whitespace().next();
        self.verbo = verbo.unwrap_or_default().to_string();
        if self.verbo == "USER" {
            self.anonimo = linha == "USER anonymous\r\n";
        }
    }
}

/// O erro, se a resposta é uma recusa (4xx e 5xx) ou uma despedida que ninguém pediu: a sessão só acaba
/// com o 421 e o 221.
pub(crate) fn recusa(comando: &Comando, resposta: &[u8]) -> Option<ErroFtp> {
    let texto = resumo(resposta);
    let texto = texto.trim_end_matches('.');
    Some(match &texto[..3] {
        // Quem cansou de esperar por um comando.
        "221" if comando.verbo != "QUIT" => ErroFtp::fim(format!(
            "o servidor encerrou a sessão: {texto}; rode o programa de novo"
        )),
        codigo if codigo.starts_with(['4', '5']) => {
            let conselho = conselho(comando, codigo, &texto.to_lowercase());
            if codigo == "421" {
                ErroFtp::fim(format!("o servidor encerrou a sessão: {texto}; {conselho}"))
            } else {
                ErroFtp::Pedido(format!("o servidor recusou: {texto}; {conselho}"))
            }
        }
        _ => return None,
    })
}

/// O próximo passo, do mais certo ao mais geral. O modo em uso nunca é o conselho.
fn conselho(comando: &Comando, codigo: &str, texto: &str) -> &'static str {
    let diz = |trechos: &str| trechos.split('|').any(|trecho| texto.contains(trecho));
    let verbo = comando.verbo.as_str();
    match (verbo, codigo) {
        _ if exige_cifra(verbo, codigo, texto) => {
            "ele só aceita FTPS, o FTP com cifra, que estas lições não falam: use outro servidor"
        }
        // A queixa do vsftpd de um erro dele mesmo.
        _ if diz("oops") => {
            "o problema é na configuração do servidor: avise quem cuida dele ou use outro"
        }
        ("" | "USER" | "PASS", _) if diz("too many|maximum|limit") => {
            "ele está cheio: tente de novo mais tarde ou use outro"
        }
        (_, "421") => "rode o programa de novo daqui a pouco",
        ("", _) => "tente de novo mais tarde ou use outro servidor",
        ("USER" | "PASS", "430" | "530") if comando.anonimo => {
            "ele não deixa entrar sem uma conta: use outro servidor ou, no ftp_interativo, o seu usuário"
        }
        ("USER" | "PASS", _) => {
            "confira o usuário e a senha (deixe os dois vazios para entrar como anônimo)"
        }
        ("PORT" | "EPRT", _) => SEM_ATIVO,
        (_, "425") if comando.ativo => SEM_ATIVO,
        (_, "530") => "este usuário não tem permissão: use outro",
        ("PASV", _) => {
            "ele não abre a porta do modo passivo: use o modo ativo (--ativo, nas lições sem menu)"
        }
        ("EPSV", _) => "ele não fala FTP por IPv6: use o endereço IPv4 dele",
        (_, "425") => {
            "um firewall pode estar no caminho: tente de novo ou use o modo ativo (--ativo, nas lições sem menu)"
        }
        ("LIST", "450" | "550") => "a pasta pode estar vazia ou não ser aberta a este usuário",
        (_, "452") => "o problema é no disco do servidor",
        (_, "552") => "não cabe mais no servidor: envie algo menor ou apague o que há lá",
        (_, "532") => "ele pede também uma conta (ACCT), que estas lições não mandam",
        _ if diz("permission|denied|permiss|negad") => {
            "este usuário não tem permissão: use outro usuário ou outro nome"
        }
        (_, "450") => {
            "tente de novo daqui a pouco, ou confira o nome e o diretório (maiúsculas contam)"
        }
        (_, "553") => "escolha outro nome ou outro diretório",
        (_, "550") => "confira o nome e o diretório (maiúsculas contam)",
        _ if codigo.starts_with('4') => "tente de novo",
        _ => "este servidor não aceita esse comando",
    }
}

/// O conselho de quem usa o modo ativo onde ele não funciona.
pub(crate) const SEM_ATIVO: &str = "ele não pode conectar ao seu computador, que costuma estar atrás de um roteador: \
     rode sem o --ativo, no modo passivo";

/// Se o servidor só conversa com cifra (RFC 4217): cada um o diz com um código e um texto.
fn exige_cifra(verbo: &str, codigo: &str, texto: &str) -> bool {
    let diz = |trechos: &str| trechos.split('|').any(|trecho| texto.contains(trecho));
    let siglas = ["tls", "ssl", "ftps", "ftpes", "auth"];
    let mut palavras = texto.split(|c: char| !c.is_alphanumeric());
    let fala_de_cifra = palavras.any(|palavra| siglas.contains(&palavra))
        || diz("encrypt|criptogra|cifrad|secure|segura")
        || diz("plain ftp|plain text|plaintext|cleartext|clear text");
    match (verbo, codigo) {
        // O USER é o primeiro comando: antes dele, só falta o AUTH. Para o EPSV e o EPRT, o 522 é a versão do IP que o
        // servidor não fala (RFC 2428).
        (_, "521" | "534") | ("USER", "503") => true,
        ("PASV" | "LIST" | "RETR" | "STOR", "522") => true,
        // Um texto sobre um arquivo pode trazer essas letras no nome dele.
        ("CWD" | "CDUP" | "RETR" | "STOR", _) => {
            fala_de_cifra && diz("must|requir|need|only|exig|obrigat")
        }
        _ => fala_de_cifra,
    }
}

#[cfg(test)]
mod testes {
    use super::*;

    /// O conselho diante de uma resposta ao comando.
    fn diante(ativo: bool, linhas: &[&str], resposta: &str) -> String {
        let mut comando = Comando {
            ativo,
            ..Comando::default()
        };
        for linha in linhas {
            comando.passa_a_ser(format!("{linha}\r\n").as_bytes());
        }
        let erro = recusa(&comando, resposta.as_bytes()).unwrap().to_string();
        erro.split_once("; ").unwrap().1.to_string()
    }

    #[track_caller]
    fn aconselha(linhas: &[&str], resposta: &str, trecho: &str) {
        for ativo in [false, true] {
            let conselho = diante(ativo, linhas, resposta);
            assert!(
                conselho.contains(trecho),
                "{linhas:?} {resposta}: {conselho}"
            );
        }
    }

    /// Cada servidor diz a seu modo que só aceita FTPS; as frases são das de servidores de verdade.
    #[test]
    fn quem_exige_cifra_nao_tem_a_senha_nem_o_nome_errados() {
        for (linhas, resposta) in [
            (&[][..], "421 TLS is required"),
            (&["USER ana"], "550 SSL/TLS required on the control channel"),
            (
                &["USER ana"],
                "530 Non-anonymous sessions must use encryption.",
            ),
            (&["USER ana"], "503 Use AUTH first."),
            (&["USER ana"], "503 Bad sequence of commands"),
            (&["USER ana"], "534 Policy requires SSL."),
            (
                &["USER ana"],
                "421 Cleartext sessions are not accepted on this server.",
            ),
            (&["USER ana"], "530 Use uma conexão segura"),
            (&["USER ana", "PASS x"], "530 Plain FTP not allowed"),
            (&["PASV"], "522 SSL connection required"),
            (&["LIST"], "522 Data connections must be encrypted."),
            (&["RETR x"], "521 PROT P required"),
            (&["RETR x"], "550 Data channel must be encrypted"),
        ] {
            aconselha(linhas, resposta, "só aceita FTPS");
        }
        // As letras de uma cifra no nome de um arquivo não querem dizer nada, nem a segurança do vsftpd.
        aconselha(
            &["RETR openssl"],
            "550 openssl-tls: No such file",
            "confira o nome",
        );
        aconselha(
            &["CWD ssl"],
            "550 ssl: No such file or directory",
            "confira o nome",
        );
        assert!(!diante(false, &["LIST"], "425 Security: Bad IP connecting.").contains("FTPS"));
    }

    #[test]
    fn o_conselho_depende_do_comando_e_do_texto() {
        let ana = ["USER ana", "PASS x"];
        let anonimo = ["USER anonymous", "PASS anonymous@"];
        aconselha(&ana, "530 Login incorrect.", "confira o usuário e a senha");
        aconselha(&anonimo, "530 Login incorrect.", "sem uma conta");
        aconselha(&ana, "500 OOPS: vsftpd: refusing to run", "configuração");
        aconselha(&ana, "530 maximum number of clients", "está cheio");
        aconselha(
            &[],
            "550 Bloqueado",
            "tente de novo mais tarde ou use outro servidor",
        );
        for vazia in ["550 No files found.", "450 No files found"] {
            aconselha(&["LIST"], vazia, "pode estar vazia");
        }
        aconselha(&["RETR x"], "550 Permission denied.", "não tem permissão");
        aconselha(&["RETR x"], "550 Failed to open file.", "confira o nome");
        aconselha(&["RETR x"], "452 No space", "disco do servidor");
        aconselha(&["TYPE A"], "504 no", "não aceita esse comando");
        aconselha(
            &["EPSV"],
            "522 Network protocol not supported (1)",
            "endereço IPv4",
        );
    }

    #[test]
    fn o_modo_em_uso_nunca_e_o_conselho() {
        for (linha, resposta) in [
            ("PASV", "502 Passive mode not supported."),
            ("PASV", "500 Unknown command"),
            ("LIST", "425 Can't open data connection."),
            ("RETR x", "425 Security: Bad IP connecting."),
        ] {
            assert!(diante(false, &[linha], resposta).contains("use o modo ativo (--ativo"));
        }
        for (linha, resposta) in [
            ("PORT 1,2,3,4,5,6", "500 Illegal PORT command."),
            ("PORT 1,2,3,4,5,6", "501 Server cannot accept argument"),
            ("EPRT |2|::1|2020|", "522 Network protocol not supported"),
            ("LIST", "425 Can't build data connection"),
            ("RETR x", "425 Security: Bad IP connecting."),
        ] {
            assert!(diante(true, &[linha], resposta).contains("rode sem o --ativo"));
        }
    }

    #[test]
    fn so_uma_recusa_e_um_erro_e_so_uma_despedida_acaba_com_a_sessao() {
        let comando = |linha: &str| {
            let mut comando = Comando::default();
            comando.passa_a_ser(linha.as_bytes());
            comando
        };
        for (resposta, de_pe) in [
            (b"550 nao\r\n" as &[u8], true),
            (b"550-nao\r\n550 nao\r\n", true),
            (b"499 estranho\r\n", true),
            (b"421 tchau\r\n", false),
            (b"221 tchau\r\n", false),
        ] {
            let erro = recusa(&comando("CWD pub\r\n"), resposta).unwrap();
            assert_eq!(matches!(erro, ErroFtp::Pedido(_)), de_pe, "{erro}");
        }
        for (linha, resposta) in [
            ("QUIT\r\n", b"221 tchau\r\n" as &[u8]),
            ("TYPE A\r\n", b"200 certo\r\n"),
            ("LIST\r\n", b"150 vai\r\n"),
        ] {
            assert!(recusa(&comando(linha), resposta).is_none());
        }
    }
}
