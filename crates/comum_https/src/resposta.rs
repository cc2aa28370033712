//! O que o servidor responde: o código, os campos e o corpo (RFC 9110, 15).

use std::borrow::Cow;

use httparse::Request;

use crate::pedaco::pedaco;

/// Uma resposta.
#[derive(Debug, PartialEq, Eq)]
pub struct Resposta {
    /// O código, e o nome dele em inglês: `200 OK`.
    pub codigo: &'static str,
    /// Os campos que só ela tem, cada um com a sua quebra.
    pub campos: String,
    /// Os bytes.
    pub corpo: Cow<'static, [u8]>,
}

impl Resposta {
    /// Uma recusa, com os `campos` que o código pede; o corpo é o próprio código, para quem a vê no navegador.
    #[must_use]
    pub fn recusa(codigo: &'static str, campos: &str) -> Resposta {
        Resposta {
            codigo,
            campos: format!("Content-Type: text/plain\r\n{campos}"),
            corpo: Cow::Borrowed(codigo.as_bytes()),
        }
    }

    /// A cabeça, até a linha vazia. A conexão se fecha depois de cada resposta.
    #[must_use]
    pub fn cabeca(&self) -> String {
        let Resposta {
            codigo,
            campos,
            corpo,
        } = self;
        let tamanho = corpo.len();
        format!(
            "HTTP/1.1 {codigo}\r\n{campos}Content-Length: {tamanho}\r\nConnection: close\r\n\r\n"
        )
    }

    /// Um arquivo, ou o pedaço dele que os campos do pedido querem, se é um GET (RFC 9110, 14.2).
    #[must_use]
    pub fn arquivo(pedido: &Request, tipo: &str, corpo: Cow<'static, [u8]>) -> Resposta {
        let total = corpo.len();
        let tipo = format!("Content-Type: {tipo}\r\nAccept-Ranges: bytes\r\n");
        let campos = match pedido.method {
            Some("GET") => &*pedido.headers,
            _ => &[],
        };
        match pedaco(campos, total) {
            Ok(None) => Resposta {
                codigo: "200 OK",
                campos: tipo,
                corpo,
            },
            Ok(Some(pedaco)) => Resposta {
                codigo: "206 Partial Content",
                campos: format!(
                    "{tipo}Content-Range: bytes {}-{}/{total}\r\n",
                    pedaco.start,
                    pedaco.end - 1
                ),
                corpo: match corpo {
                    Cow::Borrowed(bytes) => Cow::Borrowed(&bytes[pedaco]),
                    Cow::Owned(bytes) => Cow::Owned(bytes[pedaco].to_vec()),
                },
            },
            Err(()) => Resposta::recusa(
                "416 Range Not Satisfiable",
                &format!("Content-Range: bytes */{total}\r\n"),
            ),
        }
    }
}
