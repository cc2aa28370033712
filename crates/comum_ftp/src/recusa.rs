//! O que o servidor recusou, e o que fazer: depende do comando, do modo, do código e do texto.

use crate::erro::ErroFtp;
use crate::na_tela::resumo;

/// O comando a que o servidor responde.
#[derive(Debug)]
pub(crate) struct Comando {
    /// `USER`, `LIST`…; nada, se o que ele responde é a conexão. O resto da linha, onde vai a senha, não
    /// fica guardado.
    verbo: Vec<u8>,
    /// O usuário da sessão é o anônimo.
    anonimo: bool,
    /// Quem abre a conexão de dados é o servidor.
    ativo: bool,
}

impl Comando {
    pub(crate) fn conexao(ativo: bool) -> Comando {
        Comando {
            verbo: Vec::new(),
            anonimo: false,
            ativo,
        }
    }

    pub(crate) fn passa_a_ser(&mut self, linha: &[u8]) {
        let linha = linha.trim_ascii_end();
        let verbo = linha.split(|byte| *byte == b' ').next();
        self.verbo = verbo.unwrap_or_default().to_vec();
        if self.verbo == b"USER" {
            self.anonimo = linha == b"USER anonymous";
        }
    }

    pub(crate) fn e_a_conexao(&self) -> bool {
        self.verbo.is_empty()
    }

    fn e(&self, verbos: &[&[u8]]) -> bool {
        verbos.contains(&self.verbo.as_slice())
    }
}

/// O erro, se a resposta é uma recusa (4xx e 5xx) ou uma despedida que ninguém pediu: a sessão só acaba
/// com o 421 e o 221.
pub(crate) fn recusa(comando: &Comando, resposta: &[u8]) -> Option<ErroFtp> {
    let texto = resumo(resposta);
    let texto = texto.trim_end_matches('.');
    let conselho = match &resposta[..3] {
        b"221" if comando.e(&[b"QUIT"]) => return None,
        // Quem cansou de esperar por um comando.
        b"221" => "rode o programa de novo",
        [b'4' | b'5', ..] => conselho(comando, &resposta[..3], &texto.to_lowercase()),
        _ => return None,
    };
    Some(if matches!(&resposta[..3], b"221" | b"421") {
        ErroFtp::fim(format!("o servidor encerrou a sessão: {texto}; {conselho}"))
    } else {
        ErroFtp::Pedido(format!("o servidor recusou: {texto}; {conselho}"))
    })
}

/// O próximo passo, do mais certo ao mais geral. O modo em uso nunca é o conselho.
fn conselho(comando: &Comando, codigo: &[u8], texto: &str) -> &'static str {
    let diz = |trechos: &[&str]| trechos.iter().any(|trecho| texto.contains(trecho));
    let abre_dados = comando.e(&[b"PASV", b"EPSV", b"PORT", b"EPRT", b"LIST", b"RETR"]);
    if exige_cifra(comando, codigo, texto) {
        return "ele só aceita FTPS, o FTP com cifra, que estas lições não falam: use outro servidor";
    }
    // A queixa do vsftpd de um erro dele mesmo.
    if diz(&["oops"]) {
        return "o problema é na configuração do servidor: avise quem cuida dele ou use outro";
    }
    if diz(&["too many", "maximum", "limit"]) && comando.e(&[b"", b"USER", b"PASS"]) {
        return "ele está cheio: tente de novo mais tarde ou use outro";
    }
    match codigo {
        b"421" => "rode o programa de novo daqui a pouco",
        _ if comando.e(&[b"PORT", b"EPRT"]) => SEM_ATIVO,
        b"425" if comando.ativo => SEM_ATIVO,
        b"500" | b"501" | b"502" | b"504" | b"522" | b"425" if comando.e(&[b"PASV"]) => COM_ATIVO,
        b"500" | b"501" | b"502" | b"504" | b"522" if comando.e(&[b"EPSV"]) => {
            "ele não fala FTP por IPv6: use o endereço IPv4 dele"
        }
        b"425" if abre_dados => {
            "um firewall pode estar no caminho: tente de novo ou use o modo ativo (--ativo, nas lições sem menu)"
        }
        b"450" | b"550" if comando.e(&[b"LIST"]) => {
            "a pasta pode estar vazia ou não ser aberta a este usuário"
        }
        b"430" | b"530" if comando.e(&[b"USER", b"PASS"]) && comando.anonimo => {
            "ele não deixa entrar sem uma conta: use outro servidor ou, no ftp_interativo, o seu usuário"
        }
        b"430" | b"530" if comando.e(&[b"USER", b"PASS"]) => {
            "confira o usuário e a senha (deixe os dois vazios para entrar como anônimo)"
        }
        b"532" => "ele pede também uma conta (ACCT), que estas lições não mandam",
        b"452" | b"552" => "o problema é no disco do servidor",
        _ if diz(&["permission", "denied", "permiss", "negad"]) || codigo == b"530" => {
            "este usuário não tem permissão: use outro usuário ou outro arquivo"
        }
        b"450" | b"550" | b"553" => "confira o nome e o diretório (maiúsculas contam)",
        b"500" | b"501" | b"502" | b"504" => "este servidor não aceita esse comando",
        b"503" => "rode o programa de novo ou use outro servidor",
        _ => "tente de novo",
    }
}

const SEM_ATIVO: &str = "ele não conseguiu conectar ao seu computador, que costuma estar atrás de um roteador: \
     rode sem o --ativo, no modo passivo";
const COM_ATIVO: &str =
    "ele não abre a porta do modo passivo: use o modo ativo (--ativo, nas lições sem menu)";

/// Se o servidor só conversa com cifra (RFC 4217). Cada um o diz com um código; o nome de um arquivo também
/// pode ter essas letras, e por isso o texto só conta inteiro, e diante de um comando sem nomes.
fn exige_cifra(comando: &Comando, codigo: &[u8], texto: &str) -> bool {
    let com_cifra = texto.split(|c: char| !c.is_alphanumeric()).any(|palavra| {
        matches!(
            palavra,
            "tls" | "ssl" | "ftps" | "ftpes" | "secure" | "segura"
        ) || ["encrypt", "criptogra", "cifrad"]
            .iter()
            .any(|raiz| palavra.contains(raiz))
    });
    match codigo {
        b"521" | b"534" => true,
        // Para o EPSV e o EPRT, é a versão do IP que o servidor não fala (RFC 2428).
        b"522" if !comando.e(&[b"EPSV", b"EPRT"]) => true,
        _ => com_cifra && !comando.e(&[b"CWD", b"CDUP", b"RETR"]),
    }
}
