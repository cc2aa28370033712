//! O que vem na linha de comando do cliente.

use comum::argumentos::{Ajuda, argumentos, nao_esperado};
use comum::{Endereco, Erro};
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

/// A porta do HTTPS (a lição `portas` a mostra).
const PORTA_HTTPS: u16 = 443;
/// Onde o servidor da turma atende.
const DA_TURMA: &str = "127.0.0.1:8443/README";

/// O que se escreve num caminho e não pode ir assim ao servidor; o que já veio com `%` fica como está.
const FORA_DO_CAMINHO: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>');

/// O que se quer baixar.
#[derive(Debug)]
pub struct Pedido {
    /// O arquivo dos certificados em que se confia; sem ele, os do sistema.
    pub certificado: Option<String>,
    /// O servidor.
    pub endereco: Endereco,
    /// A máquina, como a pessoa a escreveu: é o nome que o certificado tem de ter.
    pub maquina: String,
    /// O caminho, que começa com uma barra.
    pub caminho: String,
    /// O nome do arquivo que se grava.
    pub arquivo: String,
}

/// `[--certificado ARQUIVO] [HOST[:PORTA]/CAMINHO [NOME]]`, com ou sem o `https://` de um navegador.
///
/// # Errors
/// [`Erro::FimPedido`] depois de mostrar o `--help`; [`Erro::Mensagem`] se um argumento falta, sobra ou não serve.
pub fn pedido_do_argumento(ajuda: Ajuda) -> Result<Pedido, Erro> {
    let nome = ajuda.nome;
    let uso = format!(
        "cargo run -p {nome} [-- [--certificado ARQUIVO] HOST[:PORTA]/CAMINHO [NOME]]\n\n\
         Baixa um arquivo e o grava como NOME, ou com o último nome do caminho. Sem endereço, o arquivo é o\n\
         {DA_TURMA} (cargo run -p servidor_https). Sem porta, vale a {PORTA_HTTPS}.\n\n  \
         --certificado ARQUIVO   confia nos certificados do arquivo, e não nos do sistema\n\n\
         Exemplos:\n  \
         cargo run -p {nome} -- --certificado turma.pem\n  \
         cargo run -p {nome} -- --certificado turma.pem 127.0.0.1:8443/pub/linux/comandos.txt\n  \
         cargo run -p {nome} -- https://www.rust-lang.org/ pagina.html"
    );
    let mut certificado = None;
    let mut outros = Vec::new();
    let mut argumentos = argumentos(ajuda, &uso, &["--certificado"])?.into_iter();
    while let Some(argumento) = argumentos.next() {
        if argumento != "--certificado" {
            outros.push(argumento);
            continue;
        }
        certificado = Some(argumentos.next().ok_or_else(|| {
            Erro::Mensagem(format!(
                "falta o arquivo depois de --certificado; veja `cargo run -p {nome} -- --help`"
            ))
        })?);
    }
    let (onde, arquivo) = match outros.as_slice() {
        [] => (DA_TURMA, None),
        [onde] => (onde.as_str(), None),
        [onde, arquivo] => (onde.as_str(), Some(arquivo)),
        [_, _, sobra, ..] => return Err(nao_esperado(nome, sobra)),
    };
    // As maiúsculas de https:// não contam (RFC 3986, 3.1).
    let (esquema, onde) = match onde.split_once("://") {
        Some((esquema, resto)) if !esquema.contains('/') => (esquema.to_ascii_lowercase(), resto),
        _ => ("https".to_string(), onde),
    };
    if esquema != "https" {
        return Err(Erro::Mensagem(
            "este programa só fala HTTPS: o endereço começa com https://, ou direto com a máquina"
                .to_string(),
        ));
    }
    let onde = onde.split('#').next().unwrap_or_default();
    let (servidor, caminho) = onde.split_at(onde.find('/').unwrap_or(onde.len()));
    let endereco = Endereco::novo(servidor, PORTA_HTTPS)?;
    let maquina = endereco.to_string();
    let (maquina, _) = maquina.rsplit_once(':').unwrap_or_default();
    let caminho = if caminho.is_empty() { "/" } else { caminho };
    let ultimo = caminho.split('?').next().unwrap_or_default();
    let ultimo = ultimo.rsplit('/').next().unwrap_or_default();
    let arquivo = arquivo.cloned().unwrap_or_else(|| nome_de(ultimo));
    if arquivo.is_empty() {
        return Err(Erro::Mensagem(
            "o endereço não diz um arquivo; dê um nome depois dele, como pagina.html".to_string(),
        ));
    }
    Ok(Pedido {
        certificado,
        endereco,
        maquina: maquina.trim_matches(['[', ']']).to_string(),
        caminho: utf8_percent_encode(caminho, FORA_DO_CAMINHO).to_string(),
        arquivo,
    })
}

/// O nome de um arquivo, do fim de um caminho. Um `%2F` não o leva a outra pasta, e um `%1B` não fica nele.
fn nome_de(ultimo: &str) -> String {
    let nome = percent_decode_str(ultimo).decode_utf8_lossy();
    let nome = nome.rsplit(['/', '\\']).next().unwrap_or_default();
    nome.replace(char::is_control, "")
}
