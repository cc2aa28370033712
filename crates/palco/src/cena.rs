//! A sessão em cena: os passos do roteiro, um de cada vez, e as telas no fim.

use std::collections::BTreeMap;

use crate::ator::{Ator, PORTA_DO_LIVRO, porta_livre};
use crate::falha::{Falha, Resultado, falha};
use crate::rede::Par;
use crate::sessao::{Passo, Sessao};
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

/// Toca uma sessão, com um ator para cada lição, numa porta livre e numa pasta de trabalho vazia.
///
/// # Errors
/// [`Falha`] que diz o passo, o terminal e o que ele mostrava, se algo não sai como o roteiro.
pub fn toca<'a>(
    sessao: &Sessao,
    ator_de: impl Fn(&str) -> Ator<'a>,
) -> Resultado<BTreeMap<String, Tela>> {
    let pasta = tempfile::tempdir()?;
    let porta = porta_livre()?;
    let licoes: BTreeMap<&str, &str> = sessao.licoes().collect();
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
            let ator = ator_de(licoes[em]);
            if !terminais.contains_key(em) {
                let mut comando = ator.comando(licoes[em], porta)?;
                comando.current_dir(pasta.path());
                terminais.insert(em, Terminal::abre(em, &mut comando, papel.saida_fechada)?);
            }
            terminais
                .get_mut(em)
                .map_or(Ok(()), |terminal| no_terminal(passo, terminal, ator))
        };
        feito.map_err(|Falha(motivo)| falha!("{}, passo {}: {motivo}", sessao.nome, numero + 1))?;
    }
    let mut portas = Portas {
        da_sessao: porta,
        vistas: Vec::new(),
    };
    let mut telas = BTreeMap::new();
    for (nome, terminal) in terminais {
        let tela = portas.do_livro(&String::from_utf8_lossy(&terminal.tela()));
        let erro = portas.do_livro(&String::from_utf8_lossy(terminal.erro()));
        telas.insert(nome.to_string(), Tela { tela, erro });
    }
    Ok(telas)
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

fn no_terminal(passo: &Passo, terminal: &mut Terminal, ator: Ator) -> Resultado<()> {
    if let Some(texto) = &passo.espera {
        terminal.espera(texto)?;
    }
    if let Some(linha) = &passo.digita {
        terminal.digita(linha)?;
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

/// As portas desta vez trocadas pelas do livro, para que a tela seja sempre a mesma.
struct Portas {
    da_sessao: u16,
    vistas: Vec<String>,
}

impl Portas {
    fn do_livro(&mut self, texto: &str) -> String {
        const TUPLA: &str = "('127.0.0.1', ";
        let livro = format!(":{PORTA_DO_LIVRO}");
        let texto = texto
            .replace(&format!(":{}", self.da_sessao), &livro)
            // Com a porta do livro, o conselho "cargo run -p servidor" não precisa de argumento.
            .replace(&format!(" -- 127.0.0.1{livro}"), "");
        let mut pedacos = texto.split(TUPLA);
        let mut tela = pedacos.next().unwrap_or_default().to_string();
        for pedaco in pedacos {
            let fim = pedaco
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(pedaco.len());
            let (porta, resto) = pedaco.split_at(fim);
            tela.push_str(TUPLA);
            if porta == self.da_sessao.to_string() {
                tela.push_str(&PORTA_DO_LIVRO.to_string());
            } else {
                let ordem = self
                    .vistas
                    .iter()
                    .position(|vista| vista == porta)
                    .unwrap_or_else(|| {
                        self.vistas.push(porta.to_string());
                        self.vistas.len() - 1
                    });
                tela.push_str(&(50001 + ordem).to_string());
            }
            tela.push_str(resto);
        }
        tela
    }
}
