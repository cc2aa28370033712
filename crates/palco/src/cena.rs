//! A sessão em cena: os passos do roteiro, um de cada vez, e as telas no fim.

use std::collections::BTreeMap;
use std::fs;

use crate::ator::{Ator, porta_livre};
use crate::falha::{Falha, Resultado, falha};
use crate::rede::Par;
use crate::sessao::{Passo, SERVIDOR_DA_TURMA, Sessao};
use crate::terminal::Terminal;

/// O que um terminal mostrou durante a sessão.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tela {
    /// O stdout com o que a pessoa digitou. As portas viram as do livro: a da sessão, 43210; as que
    /// o sistema sorteou para os clientes, 50001, 50002… na ordem em que aparecem.
    pub tela: String,
    /// O stderr, com as mesmas portas.
    pub erro: String,
}

/// O que uma sessão deixou.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Apresentacao {
    /// A tela de cada terminal.
    pub telas: BTreeMap<String, Tela>,
    /// Os arquivos da pasta de trabalho.
    pub arquivos: BTreeMap<String, Vec<u8>>,
}

/// Toca uma sessão, com um ator para cada lição, numa porta livre e numa pasta de trabalho vazia.
///
/// # Errors
/// [`Falha`] que diz o passo, o terminal e o que ele mostrava, se algo não sai como o roteiro.
pub fn toca<'a>(sessao: &Sessao, ator_de: impl Fn(&str) -> Ator<'a>) -> Resultado<Apresentacao> {
    let pasta = tempfile::tempdir()?;
    let porta = porta_livre()?;
    let com_ftp = sessao
        .terminais
        .iter()
        .any(|(terminal, papel)| papel.programa(terminal).contains("ftp"));
    let mut portas = Portas {
        da_sessao: porta,
        do_livro: if com_ftp { 2121 } else { 43210 },
        vistas: Vec::new(),
    };
    let mut rede = BTreeMap::new();
    let mut terminais = BTreeMap::new();
    for (nome, papel) in &sessao.terminais {
        // Quem escuta tem de estar lá antes que alguém o procure.
        if let Some(protocolo) = papel.rede
            && papel.escuta
        {
            rede.insert(nome.as_str(), Par::escuta(protocolo, porta)?);
        }
    }
    for (numero, passo) in sessao.passos.iter().enumerate() {
        let em = passo.em.as_str();
        let papel = &sessao.terminais[em];
        let feito = if let Some(protocolo) = papel.rede {
            if !rede.contains_key(em) {
                rede.insert(em, Par::vai(protocolo, porta)?);
            }
            rede.get_mut(em).map_or(Ok(()), |par| na_rede(passo, par))
        } else {
            let programa = papel.programa(em);
            let ator = if programa == SERVIDOR_DA_TURMA {
                Ator::Rust
            } else {
                ator_de(programa)
            };
            if !terminais.contains_key(em) {
                let mut comando = ator.comando(programa, porta)?;
                comando.current_dir(pasta.path());
                terminais.insert(em, Terminal::abre(em, &mut comando, papel.saida_fechada)?);
            }
            terminais.get_mut(em).map_or(Ok(()), |terminal| {
                no_terminal(passo, terminal, ator, &portas)
            })
        };
        feito.map_err(|Falha(motivo)| falha!("{}, passo {}: {motivo}", sessao.nome, numero + 1))?;
    }
    let mut telas = BTreeMap::new();
    for (nome, terminal) in terminais {
        let tela = portas.do_livro(&String::from_utf8_lossy(&terminal.tela()));
        let erro = portas.do_livro(&String::from_utf8_lossy(terminal.erro()));
        telas.insert(nome.to_string(), Tela { tela, erro });
    }
    let mut arquivos = BTreeMap::new();
    for entrada in fs::read_dir(pasta.path())? {
        let entrada = entrada?;
        let nome = entrada.file_name().to_string_lossy().into_owned();
        arquivos.insert(nome, fs::read(entrada.path())?);
    }
    Ok(Apresentacao { telas, arquivos })
}

fn na_rede(passo: &Passo, par: &mut Par) -> Resultado<()> {
    if let Some(bytes) = &passo.recebe {
        par.recebe(&bytes.bytes())?;
    }
    if let Some(bytes) = &passo.envia {
        par.envia(&bytes.bytes())?;
    }
    if passo.fecha {
        par.fecha()?;
    }
    Ok(())
}

fn no_terminal(
    passo: &Passo,
    terminal: &mut Terminal,
    ator: Ator,
    portas: &Portas,
) -> Resultado<()> {
    if let Some(texto) = &passo.espera {
        terminal.espera(texto)?;
    }
    if let Some(linha) = &passo.digita {
        terminal.digita_com_eco(&portas.desta_vez(linha), linha)?;
    }
    if let Some(senha) = &passo.senha {
        terminal.digita_com_eco(senha, "")?;
    }
    if let Some(texto) = &passo.aviso
        && ator == Ator::Rust
    {
        terminal.espera_aviso(texto)?;
    }
    if passo.fim_da_entrada {
        terminal.fim_da_entrada();
    }
    if passo.ctrl_c {
        terminal.ctrl_c()?;
    }
    if let Some(esperado) = passo.sai {
        let codigo = terminal.sai()?;
        if codigo != esperado {
            let erro = String::from_utf8_lossy(terminal.erro());
            return Err(falha!(
                "{} saiu com {codigo} em vez de {esperado}; stderr: {erro}",
                passo.em
            ));
        }
    }
    Ok(())
}

/// As portas desta vez e as do livro, para que a tela seja sempre a mesma.
struct Portas {
    da_sessao: u16,
    do_livro: u16,
    vistas: Vec<String>,
}

impl Portas {
    /// O que se digita num roteiro fala da porta do livro.
    fn desta_vez(&self, linha: &str) -> String {
        linha.replace(
            &format!("127.0.0.1:{}", self.do_livro),
            &format!("127.0.0.1:{}", self.da_sessao),
        )
    }

    /// O que um programa mostrou, com as portas do livro.
    fn do_livro(&mut self, texto: &str) -> String {
        let endereco = format!("127.0.0.1:{}", self.do_livro);
        let mut tela = texto.to_string();
        // O endereço de um cliente, como o Python o mostra e como o Rust o mostra.
        for antes in ["('127.0.0.1', ", "127.0.0.1:"] {
            tela = self.troca_depois_de(antes, &tela);
        }
        // Com a porta do livro, os conselhos dispensam o endereço.
        tela.replace(&format!(" -- {endereco}"), "").replace(
            &format!("(quando pedir o FTP: {endereco})"),
            "(quando pedir o FTP: Enter)",
        )
    }

    fn troca_depois_de(&mut self, antes: &str, texto: &str) -> String {
        let mut pedacos = texto.split(antes);
        let mut tela = pedacos.next().unwrap_or_default().to_string();
        for pedaco in pedacos {
            let fim = pedaco
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(pedaco.len());
            let (porta, resto) = pedaco.split_at(fim);
            tela.push_str(antes);
            tela.push_str(&self.porta_do_livro(porta));
            tela.push_str(resto);
        }
        tela
    }

    fn porta_do_livro(&mut self, porta: &str) -> String {
        // As portas fixas do texto (num exemplo de uso, na porta do livro) não são de clientes.
        let fixa = porta
            .parse()
            .is_ok_and(|porta: u16| porta < 32768 && porta != self.da_sessao || porta == 43211);
        if porta.is_empty() || fixa {
            return porta.to_string();
        }
        if porta == self.da_sessao.to_string() {
            return self.do_livro.to_string();
        }
        let ordem = self
            .vistas
            .iter()
            .position(|vista| vista == porta)
            .unwrap_or_else(|| {
                self.vistas.push(porta.to_string());
                self.vistas.len() - 1
            });
        (50001 + ordem).to_string()
    }
}
