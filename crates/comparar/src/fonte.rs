//! O que o próprio arquivo do aluno diz, lido como texto: causas que na tela só têm consequências.

use std::fs;
use std::path::Path;

use crate::plano::Licao;

/// O programa que o aluno digitou, sem os comentários.
pub struct Fonte<'a> {
    licao: &'a Licao,
    texto: String,
    /// Com os módulos da mesma pasta que ele importa: a porta pode estar neles.
    com_modulos: String,
}

impl<'a> Fonte<'a> {
    pub fn le(licao: &'a Licao) -> Fonte<'a> {
        let arquivo = licao.arquivo.as_deref();
        let texto = arquivo.map_or_else(String::new, sem_comentarios);
        let mut com_modulos = texto.clone();
        for linha in texto.lines() {
            let mut palavras = linha.split_whitespace();
            if let (Some("import" | "from"), Some(modulo)) = (palavras.next(), palavras.next())
                && let Some(arquivo) = arquivo
            {
                com_modulos += &sem_comentarios(&arquivo.with_file_name(format!("{modulo}.py")));
            }
        }
        Fonte {
            licao,
            texto,
            com_modulos,
        }
    }

    fn tem(&self, trecho: &str) -> bool {
        self.texto.contains(trecho)
    }

    /// Se o arquivo fala com a rede, mas não pela porta do capítulo.
    pub fn em_outra_porta(&self) -> bool {
        let nome = &self.licao.nome;
        (nome.starts_with("servidor") || nome.starts_with("cliente"))
            && (self.tem("bind") || self.tem("connect") || self.tem("sendto"))
            && !self.com_modulos.contains("43210")
    }

    /// O que explica uma sessão que não correu bem; `esperava` é o texto que não veio, se ela parou por isso.
    pub fn causas(&self, esperava: Option<&str>) -> Vec<String> {
        let nome = self.licao.nome.as_str();
        let mut causas = Vec::new();
        let (servidor, cliente) = (nome.starts_with("servidor"), nome.starts_with("cliente"));
        let pasta = self.licao.arquivo.as_deref().and_then(Path::parent);
        let pasta = pasta.and_then(|pasta| pasta.read_dir().ok());
        for entrada in pasta.into_iter().flatten().flatten() {
            // Num import, maiúsculas contam também no Windows e no macOS.
            let nome = entrada.file_name();
            if let Some(modulo @ ("socket" | "ftplib")) =
                nome.to_str().and_then(|nome| nome.strip_suffix(".py"))
            {
                causas.push(format!("há na pasta um {modulo}.py, que se põe no lugar do módulo {modulo} do Python, e nenhum programa dela roda: troque o nome dele (para Socket.py, se é o do capítulo)"));
            }
        }
        if self.texto.trim().is_empty() {
            causas.push("está vazio: digite o programa nele (ou salve-o: o editor pode estar com o texto só na tela)".into());
        } else if servidor && !self.tem("bind") && self.tem("connect") {
            let par = nome.replacen("servidor", "cliente", 1);
            causas.push(format!("tem dentro o programa do cliente (um connect, e nenhum bind): os arquivos de {nome} e de {par} estão trocados?"));
        } else if cliente && !self.tem("connect") && self.tem("bind") {
            let par = nome.replacen("cliente", "servidor", 1);
            causas.push(format!("tem dentro o programa do servidor (um bind, e nenhum connect): os arquivos de {nome} e de {par} estão trocados?"));
        } else if nome.ends_with("_udp") && self.tem("SOCK_STREAM") && !self.tem("SOCK_DGRAM") {
            causas.push("é um programa UDP com um socket TCP: na linha do socket, SOCK_DGRAM no lugar de SOCK_STREAM".into());
        } else if (servidor || cliente) && !nome.ends_with("_udp") && self.tem("SOCK_DGRAM") {
            causas.push("é um programa TCP com um socket UDP: na linha do socket, SOCK_STREAM no lugar de SOCK_DGRAM".into());
        } else if self.em_outra_porta() {
            causas.push("a porta 43210 não aparece neste arquivo: confira a linha da porta".into());
        }
        if let Some(texto) = esperava
            && !texto.ends_with('\n')
            && self.tem("input()")
        {
            causas.push(format!(
                "há um input() sem texto: o prompt \"{texto}\" vai dentro dele"
            ));
        }
        causas
    }

    /// A primeira das chamadas do capítulo que não está no arquivo.
    pub fn o_que_falta(&self) -> Option<String> {
        let nome = self.licao.nome.as_str();
        let chamadas = match nome {
            "servidor" | "servidor_chat" => {
                "bind/create_server listen/create_server accept recv send close/with"
            }
            "cliente" | "cliente_chat" => "connect send recv",
            "servidor_udp" => "bind recv send",
            "cliente_udp" => "send recv",
            _ => return None,
        };
        // Depois da barra, outra forma de dizer o mesmo.
        let ha = |uma: &&str| uma.split('/').any(|forma| self.tem(forma));
        let falta = chamadas.split(' ').find(|uma| !ha(uma))?;
        let falta = falta.split('/').next()?;
        Some(format!(
            "não há nenhum {falta} neste arquivo: falta uma linha"
        ))
    }
}

/// O texto de um arquivo, se ele existe, sem o que vem depois de um `#`.
fn sem_comentarios(arquivo: &Path) -> String {
    let bytes = fs::read(arquivo).unwrap_or_default();
    String::from_utf8_lossy(&bytes)
        .lines()
        .map(|linha| linha.split('#').next().unwrap_or_default().to_string() + "\n")
        .collect()
}
