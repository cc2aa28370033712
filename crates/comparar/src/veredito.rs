//! O juízo: o que há num arquivo para olhar, e o que se conclui de uma sessão.

use std::collections::{BTreeMap, BTreeSet};

use comum::visivel;
use palco::{Desvio, Diferenca, Engano, Observacao, Sessao, Tela, Trafego};

use crate::conselhos;
use crate::fonte::Fonte;
use crate::pistas;
use crate::plano::Licao;

/// O que se conclui de uma sessão.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Veredito {
    Igual,
    /// As linhas da tabela que o explicam.
    DeProposito(Vec<Diferenca>),
    /// O que olhar, na ordem em que vale a pena.
    Diferente(Vec<Pista>),
    /// Não adiantava tocá-la: este arquivo já parou numa sessão anterior.
    NaoTocada(String),
}

impl Veredito {
    /// A marca e o nome do veredito.
    pub fn marca(&self) -> (&'static str, &'static str) {
        match self {
            Veredito::Igual => ("=", "igual"),
            Veredito::DeProposito(_) => ("~", "diferente de propósito"),
            Veredito::Diferente(_) => ("≠", "diferente"),
            Veredito::NaoTocada(_) => ("-", "não rodou"),
        }
    }

    /// As razões ou as pistas.
    pub fn razoes(&self) -> Vec<String> {
        // As crases são do Markdown da tabela.
        let razao = |uma: &Diferenca| {
            format!(
                "{}: no original, {}; aqui, {}. Por quê: {}",
                uma.situacao, uma.original, uma.aqui, uma.por_que
            )
            .replace('`', "")
        };
        match self {
            Veredito::Igual => Vec::new(),
            Veredito::DeProposito(razoes) => razoes.iter().map(razao).collect(),
            Veredito::Diferente(pistas) => pistas
                .iter()
                .map(|pista| format!("{}: {}", pista.arquivo, pista.texto))
                .collect(),
            Veredito::NaoTocada(parado) => {
                vec![format!(
                    "{parado} já parou antes; conserte-o e compare de novo"
                )]
            }
        }
    }
}

/// O que olhar, e em que arquivo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pista {
    /// A lição do arquivo.
    pub licao: String,
    /// O arquivo.
    pub arquivo: String,
    pub peso: Peso,
    pub texto: String,
}

/// Quanto uma pista explica. Diante de uma causa ou de um erro, as consequências só confundem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Peso {
    /// O que está no próprio arquivo: a porta, o tipo do socket.
    Causa,
    /// O traceback.
    Erro,
    /// Um texto que não é o do capítulo.
    Texto,
    /// O que se viu depois: uma espera, um código, bytes na rede.
    Consequencia,
}

/// Junta as pistas de um arquivo numa sessão.
struct Juiz<'a> {
    sessao: &'a Sessao,
    licao: &'a Licao,
    em_python: &'a [&'a Licao],
    visto: &'a Observacao,
    rust: &'a Observacao,
    pistas: Vec<Pista>,
}

/// Julga um arquivo pelo que se viu. Se só ele estava em Python, o que houver de errado é dele.
pub fn julga(
    sessao: &Sessao,
    licao: &Licao,
    em_python: &[&Licao],
    visto: &Observacao,
    rust: &Observacao,
) -> Vec<Pista> {
    let mut juiz = Juiz {
        sessao,
        licao,
        em_python,
        visto,
        rust,
        pistas: Vec::new(),
    };
    juiz.confere_erros();
    let telas_certas = juiz.confere_telas();
    let declarada = !sessao.diferenca.is_empty();
    if !telas_certas || !declarada {
        juiz.confere_parada();
    }
    if !declarada && visto.parada().is_none() && juiz.pistas.is_empty() {
        juiz.confere_rastros();
    }
    if !juiz.pistas.is_empty() {
        juiz.confere_fonte();
    }
    let mut pistas = juiz.pistas;
    pistas.sort_by_key(|pista| pista.peso);
    pistas.dedup();
    if pistas.first().is_some_and(|pista| pista.peso <= Peso::Erro) {
        pistas.retain(|pista| pista.peso < Peso::Consequencia);
    }
    pistas
}

/// O veredito de uma sessão, diante das pistas de todos os arquivos dela.
pub fn conclui(
    sessao: &Sessao,
    pistas: Vec<Pista>,
    python: &Observacao,
    rust: &Observacao,
    tabela: &[Diferenca],
) -> Veredito {
    let telas_iguais = python.apresentacao == rust.apresentacao
        && python
            .fins
            .keys()
            .all(|terminal| codigo(python, terminal) == codigo(rust, terminal));
    if !pistas.is_empty() {
        Veredito::Diferente(pistas)
    } else if sessao.diferenca.is_empty() || telas_iguais {
        Veredito::Igual
    } else {
        let linha =
            |situacao: &String| tabela.iter().find(|uma| uma.situacao == *situacao).cloned();
        Veredito::DeProposito(sessao.diferenca.iter().filter_map(linha).collect())
    }
}

/// Se o arquivo faz a sessão parar: não adianta tocá-lo nas outras.
pub fn parou(sessao: &Sessao, visto: &Observacao) -> bool {
    let mut telas = visto.apresentacao.telas.values();
    parada_estranha(sessao, visto).is_some()
        || telas.any(|tela| conselhos::e_de_digitacao(&tela.erro))
}

/// Onde a sessão parou, se não era de esperar: numa que difere de propósito, o original morre cedo.
fn parada_estranha<'a>(sessao: &Sessao, visto: &'a Observacao) -> Option<&'a Desvio> {
    let de_proposito =
        |engano: &Engano| !sessao.diferenca.is_empty() && matches!(engano, Engano::FimAntesDe(_));
    visto
        .parada()
        .filter(|desvio| !de_proposito(&desvio.engano))
}

/// A tela de um terminal, vazia se ele não abriu.
pub fn tela<'a>(visto: &'a Observacao, terminal: &str) -> &'a str {
    let telas = &visto.apresentacao.telas;
    telas.get(terminal).map_or("", |tela| &tela.tela)
}

fn codigo(visto: &Observacao, terminal: &str) -> Option<i32> {
    visto.fins.get(terminal).and_then(|fim| fim.codigo)
}

impl Juiz<'_> {
    fn anota(&mut self, peso: Peso, texto: String) {
        self.pistas.push(Pista {
            licao: self.licao.nome.clone(),
            arquivo: self.licao.nome_do_arquivo(),
            peso,
            texto,
        });
    }

    /// Se quem está no terminal é o arquivo julgado.
    fn e_dele(&self, terminal: &str) -> bool {
        self.quem_esta(terminal) == Some(&self.licao.nome)
    }

    /// A lição que está num terminal.
    fn quem_esta(&self, terminal: &str) -> Option<&str> {
        let mut licoes = self.sessao.licoes();
        licoes.find(|(t, _)| *t == terminal).map(|(_, licao)| licao)
    }

    /// Um traceback que não é o de uma diferença declarada.
    fn confere_erros(&mut self) {
        let escorregou = |d: &Desvio| d.engano == Engano::Enxurrada;
        if self.visto.desvios.iter().any(escorregou) {
            return;
        }
        for (terminal, Tela { erro, .. }) in &self.visto.apresentacao.telas {
            let declarado = !self.sessao.diferenca.is_empty() && !conselhos::e_de_digitacao(erro);
            if self.e_dele(terminal) && !erro.trim().is_empty() && !declarado {
                match conselhos::do_traceback(erro, self.licao) {
                    Some(texto) => self.anota(Peso::Erro, texto),
                    None => self.anota(Peso::Texto, pistas::dos_avisos(erro)),
                }
            }
        }
    }

    /// Cada tela é a que o original mostra, ou a do programa em Rust.
    fn confere_telas(&mut self) -> bool {
        let mut certas = true;
        for terminal in self.rust.apresentacao.telas.keys() {
            let vista = tela(self.visto, terminal);
            let rust = tela(self.rust, terminal);
            let e_dele = self.e_dele(terminal);
            let original = self.sessao.tela_do_original(terminal);
            if vista == rust || vista == original {
                continue;
            }
            let em_rust = |nome| !self.em_python.iter().any(|licao| licao.nome == nome);
            let esperada = match self.quem_esta(terminal) {
                Some(nome) if em_rust(nome) => rust.to_string(),
                _ => original,
            };
            certas = false;
            let mut explicados = Vec::new();
            for desvio in &self.visto.desvios {
                if let Engano::OutroTexto { esperado, visto } = &desvio.engano
                    && e_dele
                    && desvio.terminal == *terminal
                    && let Some(pista) = pistas::do_prompt(esperado, visto, &esperada)
                {
                    explicados.push(visto.clone());
                    self.anota(Peso::Texto, pista);
                }
            }
            // De uma conversa que parou no meio, ou que um erro cortou, o que falta na tela não foi digitado errado.
            let com_erro = self.pistas.iter().any(|pista| pista.peso == Peso::Erro);
            if parada_estranha(self.sessao, self.visto).is_some() || com_erro {
                continue;
            }
            for texto in pistas::das_telas(&esperada, rust, vista, &explicados) {
                self.anota(
                    Peso::Texto,
                    if e_dele {
                        texto
                    } else {
                        format!("na tela de {terminal}, {texto}; quem manda isso é este arquivo")
                    },
                );
            }
        }
        certas
    }

    /// A sessão que não chegou ao fim.
    fn confere_parada(&mut self) {
        let Some(desvio) = parada_estranha(self.sessao, self.visto) else {
            return;
        };
        let inocente = !self.e_dele(&desvio.terminal);
        let tela = tela(self.visto, &desvio.terminal);
        let mut texto = pistas::da_parada(&desvio.engano, tela, inocente);
        if inocente {
            texto = format!(
                "não fez a sua parte, e o outro lado ({}) {texto}",
                desvio.terminal
            );
        }
        // Destas, o capítulo tem mais de uma versão.
        let refeita = ["cliente_chat", "protocolo_ftp"].contains(&self.licao.nome.as_str());
        if desvio.engano == Engano::NaoTerminou && refeita {
            let quais = match self.sessao.listagens.as_slice() {
                [uma] => format!("da listagem {uma}"),
                varias => format!("das listagens {}", varias.join(" e ")),
            };
            texto +=
                &format!("; esta conversa é {quais}: confira se o seu arquivo é a última versão");
        }
        self.anota(Peso::Consequencia, texto);
    }

    /// O que o próprio arquivo já diz, se algo não correu bem.
    fn confere_fonte(&mut self) {
        // Se nem o programa em Rust roda a sessão, ou se ela parou antes de abrir o arquivo, o problema é desta máquina.
        let abriu = self.visto.fins.keys().any(|terminal| self.e_dele(terminal));
        let em_rust = self.rust.desvios.first().map(|desvio| (desvio, self.rust));
        let antes_dele = self
            .visto
            .parada()
            .filter(|_| !abriu)
            .map(|desvio| (desvio, self.visto));
        if let Some((desvio, visto)) = em_rust.or(antes_dele) {
            let houve = pistas::da_parada(&desvio.engano, tela(visto, &desvio.terminal), false);
            self.anota(Peso::Causa, format!("não é o seu arquivo: o programa em Rust também não fez o que devia ({houve}); rode `cargo test` e veja por quê"));
        }
        let esperava = match self.visto.parada().map(|desvio| &desvio.engano) {
            Some(Engano::ParouAntesDe(texto)) => Some(texto.as_str()),
            _ => None,
        };
        let fonte = Fonte::le(self.licao);
        for causa in fonte.causas(esperava) {
            self.anota(Peso::Causa, causa);
        }
        // O que falta é só um palpite: um erro diz mais.
        if self.pistas.iter().all(|pista| pista.peso > Peso::Erro)
            && let Some(falta) = fonte.o_que_falta()
        {
            self.anota(Peso::Texto, falta);
            self.pistas.rotate_right(1);
        }
    }

    /// O que uma sessão deixa além das telas, que são iguais.
    fn confere_rastros(&mut self) {
        for desvio in &self.visto.desvios {
            if matches!(desvio.engano, Engano::OutrosBytes { .. }) {
                let texto = pistas::da_parada(&desvio.engano, "", false);
                self.anota(Peso::Consequencia, texto);
            }
        }
        let (seus, daqui) = (self.rastros(self.visto), self.rastros(self.rust));
        let nomes: BTreeSet<&String> = seus.keys().chain(daqui.keys()).collect();
        for nome in nomes {
            let texto = match (seus.get(nome), daqui.get(nome)) {
                (Some(seu), Some(daqui)) if seu == daqui => continue,
                (Some((seu, _)), Some((daqui, _))) if seu == daqui => {
                    format!("{nome} tem outro conteúdo")
                }
                (Some((seu, _)), Some((daqui, _))) => {
                    format!("{nome} {seu}; com o programa em Rust, {daqui}")
                }
                (Some(_), None) => format!("gravou a mais {nome}"),
                (None, _) => format!("não gravou {nome}"),
            };
            self.anota(Peso::Consequencia, texto);
        }
    }

    /// Como cada programa saiu, o que gravou e, menos no FTP, quantos bytes passaram pela rede: nele os números
    /// das portas passam por ela, e cada vez são outros.
    fn rastros<'a>(&self, visto: &'a Observacao) -> BTreeMap<String, (String, &'a [u8])> {
        let mut rastros = BTreeMap::new();
        for terminal in self.rust.fins.keys() {
            let saida = match codigo(visto, terminal) {
                Some(codigo) => format!("saiu com o código {codigo}"),
                None => "ficou no ar".to_string(),
            };
            rastros.insert(terminal.clone(), (saida, &[][..]));
        }
        for (nome, bytes) in &visto.apresentacao.arquivos {
            let nome = format!("o arquivo {}", visivel(nome.as_bytes()));
            rastros.insert(nome, (format!("tem {} bytes", bytes.len()), bytes));
        }
        let ftp = |(_, programa): (&str, &str)| programa.contains("ftp");
        if let Some(Trafego { ida, volta }) = visto.trafego
            && !self.sessao.programas().any(ftp)
        {
            let bytes = format!(
                "levou {ida} bytes e trouxe {volta} (confira o que vai no send, e se ele se repete)"
            );
            rastros.insert("a rede".to_string(), (bytes, &[]));
        }
        rastros
    }
}
