//! A sessão em cena: os passos do roteiro, um de cada vez, e as telas no fim.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs;
use std::process::Command;

use crate::ator::{Ator, compilado};
use crate::desvio::{Desvio, Engano};
use crate::falha::{Resultado, falha};
use crate::fio::{Fio, Trafego};
use crate::porta::Reserva;
use crate::rede::Par;
use crate::sessao::{Passo, Rede, SERVIDOR_DA_TURMA, Sessao};
use crate::terminal::{Cano, Fim, Paciencia, Terminal, interrompido};

/// O que um terminal mostrou durante a sessão.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
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

/// O que se viu de uma sessão, saísse ou não como o roteiro.
#[derive(Debug, Clone)]
pub struct Observacao {
    /// As telas e os arquivos, até onde a sessão chegou.
    pub apresentacao: Apresentacao,
    /// Como cada programa saiu de cena.
    pub fins: BTreeMap<String, Fim>,
    /// O que não saiu como o roteiro, em ordem. Se o último [não segue](Engano::segue), a sessão
    /// parou nele.
    pub desvios: Vec<Desvio>,
    /// Os bytes entre clientes e servidor. Não se contam quando o servidor falta ou sai no meio: o fio
    /// atenderia por ele.
    pub trafego: Option<Trafego>,
}

impl Observacao {
    /// Onde a sessão parou, se parou antes do fim.
    #[must_use]
    pub fn parada(&self) -> Option<&Desvio> {
        self.desvios.last().filter(|desvio| !desvio.engano.segue())
    }
}

/// Roda uma sessão, com um ator para cada lição, numa porta livre e numa pasta de trabalho vazia. Se algo não
/// sai como o roteiro, a falha diz o passo, o terminal e o que ele mostrava.
pub fn roda<'a>(sessao: &Sessao, ator_de: impl Fn(&str) -> Ator<'a>) -> Resultado<Apresentacao> {
    let visto = encena(sessao, ator_de, Paciencia::Rigorosa)?;
    let Some(desvio) = visto.desvios.first() else {
        return Ok(visto.apresentacao);
    };
    let telas = &visto.apresentacao.telas;
    let Tela { tela, erro } = telas.get(&desvio.terminal).cloned().unwrap_or_default();
    Err(falha!(
        "{}: {desvio:?}\n--- tela:\n{tela}\n--- stderr:\n{erro}",
        sessao.nome
    ))
}

/// Roda uma sessão como [`roda`], com a paciência de quem compara: um prompt escrito de outro jeito
/// não a interrompe, um programa que trava é logo tirado de cena, e no fim se conta o que houve e o
/// que se gastou. Só falha se o próprio palco não pôde ser montado.
pub fn observa<'a>(sessao: &Sessao, ator_de: impl Fn(&str) -> Ator<'a>) -> Resultado<Observacao> {
    encena(sessao, ator_de, Paciencia::DeGente)
}

fn encena<'a>(
    sessao: &Sessao,
    ator_de: impl Fn(&str) -> Ator<'a>,
    paciencia: Paciencia,
) -> Resultado<Observacao> {
    let pasta = tempfile::tempdir()?;
    let reserva = Reserva::nova()?;
    let da_sessao = reserva.porta;
    let fio = match paciencia {
        Paciencia::Rigorosa => None,
        Paciencia::DeGente => estica_fio(sessao, da_sessao)?,
    };
    let dos_clientes = fio.as_ref().map_or(da_sessao, Fio::porta);
    let do_meio = Reserva::nova()?;
    let mut portas = Portas {
        da_sessao,
        dos_clientes,
        do_meio: do_meio.porta,
        do_livro: sessao.porta_do_livro(),
        vistas: Vec::new(),
    };
    let mut rede = BTreeMap::new();
    for (nome, papel) in &sessao.terminais {
        // Quem escuta tem de estar lá antes que alguém o procure.
        if let Some(protocolo) = papel.rede
            && papel.escuta
        {
            let par = Par::novo(protocolo, da_sessao, true, paciencia.prazo())?;
            rede.insert(nome.as_str(), par);
        }
    }
    let mut terminais = BTreeMap::new();
    let mut desvios = Vec::new();
    for (numero, passo) in sessao.passos.iter().enumerate() {
        let em = passo.em.as_str();
        let papel = &sessao.terminais[em];
        let mut enganos = Vec::new();
        let feito = if let Some(protocolo) = papel.rede {
            let vai = || Par::novo(protocolo, dos_clientes, false, paciencia.prazo());
            na_rede(passo, rede.entry(em), vai, &mut enganos)
        } else {
            let programa = papel.programa(em);
            let ator = match programa {
                SERVIDOR_DA_TURMA => Ator::Rust,
                licao => ator_de(licao),
            };
            let terminal = match terminais.entry(em) {
                Entry::Occupied(aberto) => aberto.into_mut(),
                Entry::Vacant(vaga) => {
                    let porta = match escuta(programa) {
                        true => da_sessao,
                        false => dos_clientes,
                    };
                    let mut comando = match &papel.argumentos {
                        None => ator.comando(programa, porta)?,
                        Some(argumentos) => {
                            let mut comando = Command::new(compilado(programa)?);
                            comando.args(argumentos.iter().map(|a| portas.desta_vez(a)));
                            comando
                        }
                    };
                    // O nome de quem usa o computador, que a ftp_envia lê, é nas telas sempre o mesmo.
                    comando.current_dir(pasta.path()).env("USER", "maria");
                    let fechada = papel.saida_fechada;
                    vaga.insert(Terminal::abre_com(em, &mut comando, fechada, paciencia)?)
                }
            };
            no_terminal(passo, terminal, ator, &portas, &mut enganos)
        };
        enganos.extend(feito.err());
        let parou = |engano: &Engano| !engano.segue() || paciencia == Paciencia::Rigorosa;
        let acabou = enganos.iter().any(parou);
        desvios.extend(enganos.into_iter().map(|engano| Desvio {
            terminal: em.to_string(),
            passo: numero + 1,
            engano,
        }));
        if acabou {
            break;
        }
    }
    if interrompido() {
        return Err(falha!("{}: interrompida", sessao.nome));
    }
    if paciencia == Paciencia::DeGente {
        // Todos antes que um saia: quem cai faz os outros falarem.
        terminais.values_mut().for_each(Terminal::assenta);
    }
    let mut telas = BTreeMap::new();
    let mut fins = BTreeMap::new();
    for (nome, mut terminal) in terminais {
        fins.insert(nome.to_string(), terminal.despede());
        let tela = portas.do_livro(&String::from_utf8_lossy(&terminal.tela()));
        let erro = portas.do_livro(&String::from_utf8_lossy(terminal.erro()));
        telas.insert(nome.to_string(), Tela { tela, erro });
    }
    drop(rede);
    let mut arquivos = BTreeMap::new();
    for entrada in fs::read_dir(pasta.path())? {
        let entrada = entrada?;
        let nome = entrada.file_name().to_string_lossy().into_owned();
        arquivos.insert(nome, fs::read(entrada.path()).unwrap_or_default());
    }
    Ok(Observacao {
        apresentacao: Apresentacao { telas, arquivos },
        fins,
        desvios,
        trafego: fio.map(|fio| fio.trafego()),
    })
}

/// Se o programa é dos que esperam os outros.
fn escuta(programa: &str) -> bool {
    programa.starts_with("servidor")
}

/// Põe um fio entre os clientes e o servidor da sessão, se ele fica no ar do começo ao fim: o fio não
/// sabe recusar uma conexão como a máquina recusa quando ninguém escuta. No FTP, o que passa por fora
/// dele, nas conexões de dados, é quase tudo.
fn estica_fio(sessao: &Sessao, destino: u16) -> Resultado<Option<Fio>> {
    let escutam = |terminal: &str| {
        let papel = &sessao.terminais[terminal];
        papel.escuta || papel.rede.is_none() && escuta(papel.programa(terminal))
    };
    let ha_quem_escute = sessao.terminais.keys().any(|terminal| escutam(terminal));
    let mut passos = sessao.passos.iter();
    let sai_no_meio = passos.any(|passo| passo.sai.is_some() && escutam(&passo.em));
    if !ha_quem_escute || sai_no_meio || sessao.tem_ftp() {
        return Ok(None);
    }
    let udp = |(_, programa): (&str, &str)| programa.contains("udp");
    let protocolo = if sessao.programas().any(udp) {
        Rede::Udp
    } else {
        Rede::Tcp
    };
    Fio::estica(protocolo, destino).map(Some)
}

/// Um engano que não interrompe a conversa: o resto do passo se faz, e ele se conta.
fn segue(feito: Result<(), Engano>, enganos: &mut Vec<Engano>) -> Result<(), Engano> {
    match feito {
        Err(engano) if engano.segue() => enganos.push(engano),
        feito => feito?,
    }
    Ok(())
}

fn na_rede(
    passo: &Passo,
    par: Entry<&str, Par>,
    vai: impl FnOnce() -> Resultado<Par>,
    enganos: &mut Vec<Engano>,
) -> Result<(), Engano> {
    let par = match par {
        Entry::Occupied(chegou) => chegou.into_mut(),
        Entry::Vacant(vaga) => vaga.insert(vai()?),
    };
    if let Some(bytes) = &passo.recebe {
        segue(par.recebe(&bytes.bytes()), enganos)?;
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
    enganos: &mut Vec<Engano>,
) -> Result<(), Engano> {
    if let Some(texto) = &passo.espera {
        segue(terminal.espera_em(Cano::Saida, texto), enganos)?;
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
        terminal.espera_em(Cano::Erro, texto)?;
    }
    if passo.fim_da_entrada {
        terminal.fim_da_entrada();
    }
    if passo.ctrl_c {
        terminal.ctrl_c()?;
    }
    if let Some(esperado) = passo.sai {
        let visto = terminal.espera_o_fim()?;
        if visto != esperado {
            enganos.push(Engano::OutroCodigo { esperado, visto });
        }
    }
    Ok(())
}

/// As portas desta vez e as do livro, para que a tela seja sempre a mesma.
struct Portas {
    da_sessao: u16,
    /// A da ponta do fio onde os clientes conectam, se há um; senão, a mesma.
    dos_clientes: u16,
    /// A de quem fica no meio da conversa: no livro, a seguinte à dele.
    do_meio: u16,
    do_livro: u16,
    vistas: Vec<u16>,
}

impl Portas {
    /// O que se digita num roteiro fala das portas do livro.
    fn desta_vez(&self, linha: &str) -> String {
        let do_livro = |porta: u16| porta.to_string();
        linha
            .replace(&do_livro(self.do_livro), &do_livro(self.dos_clientes))
            .replace(&do_livro(self.do_livro + 1), &do_livro(self.do_meio))
    }

    /// O que um programa mostrou, com as portas do livro.
    fn do_livro(&mut self, texto: &str) -> String {
        let endereco = format!("127.0.0.1:{}", self.do_livro);
        let mut tela = texto.to_string();
        // O endereço de um cliente, como o Python o mostra e como o Rust o mostra.
        for antes in ["('127.0.0.1', ", "127.0.0.1:"] {
            tela = self.troca_depois_de(antes, &tela);
        }
        tela = instantes_do_livro(&tela);
        // Com a porta do livro, os conselhos dispensam o endereço.
        tela.replace(&format!(" -- {endereco}"), "")
            .replace(&format!(" -- ARQUIVO {endereco}"), " -- ARQUIVO")
            .replace(
                &format!("(quando pedir o FTP: {endereco})"),
                "(quando pedir o FTP: Enter)",
            )
    }

    fn troca_depois_de(&mut self, antes: &str, texto: &str) -> String {
        let mut pedacos = texto.split(antes);
        let mut tela = pedacos.next().unwrap_or_default().to_string();
        for pedaco in pedacos {
            let fim = pedaco.find(|c: char| !c.is_ascii_digit());
            let (porta, resto) = pedaco.split_at(fim.unwrap_or(pedaco.len()));
            tela.push_str(antes);
            tela.push_str(&self.porta_do_livro(porta, antes.starts_with('(')));
            tela.push_str(resto);
        }
        tela
    }

    fn porta_do_livro(&mut self, porta: &str, de_cliente: bool) -> String {
        let Ok(numero) = porta.parse() else {
            return porta.to_string();
        };
        if numero == self.da_sessao || numero == self.dos_clientes {
            return self.do_livro.to_string();
        }
        if numero == self.do_meio {
            return (self.do_livro + 1).to_string();
        }
        // O livro só fala da porta dele e da seguinte, e nunca como a de um cliente em Python.
        if !de_cliente && [self.do_livro, self.do_livro + 1].contains(&numero) {
            return porta.to_string();
        }
        let ordem = self.vistas.iter().position(|vista| *vista == numero);
        let ordem = ordem.unwrap_or_else(|| {
            self.vistas.push(numero);
            self.vistas.len() - 1
        });
        (50001 + ordem).to_string()
    }
}

/// Os instantes do espião, que mudam a cada vez, na ordem em que aparecem: 0,000 s, 0,001 s…
fn instantes_do_livro(tela: &str) -> String {
    let mut quantos = 0;
    let mut troca = |linha: &str| match linha.split_once(" s  ") {
        Some((instante, resto)) if instante.trim().replace(',', "").parse::<u64>().is_ok() => {
            quantos += 1;
            format!("  0,{:03} s  {resto}", quantos - 1)
        }
        _ => linha.to_string(),
    };
    tela.split_inclusive('\n').map(&mut troca).collect()
}

#[cfg(test)]
mod testes {
    use super::Portas;

    /// Há sistemas em que as portas dos clientes começam em 1024.
    #[test]
    fn a_porta_de_um_cliente_pode_ser_qualquer_uma() {
        let mut portas = Portas {
            da_sessao: 10_001,
            dos_clientes: 10_002,
            do_meio: 10_003,
            do_livro: 43210,
            vistas: Vec::new(),
        };
        let tela = "127.0.0.1:10001, 127.0.0.1:10002 ou 127.0.0.1:43211\n\
                    ('127.0.0.1', 1025) ('127.0.0.1', 43211)\n127.0.0.1:1025: caiu\n";
        assert_eq!(
            portas.do_livro(tela),
            "127.0.0.1:43210, 127.0.0.1:43210 ou 127.0.0.1:43211\n\
             ('127.0.0.1', 50001) ('127.0.0.1', 50002)\n127.0.0.1:50001: caiu\n"
        );
    }
}
