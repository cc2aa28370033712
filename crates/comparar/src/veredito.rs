//! O juízo de uma sessão: igual, diferente de propósito ou diferente, e o que olhar.

use std::collections::BTreeMap;
use std::fs;

use palco::{Desvio, Diferenca, Engano, Observacao, Sessao};

use crate::ensaio::Mista;
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
}

/// O que olhar, e em que arquivo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pista {
    /// A lição do arquivo.
    pub licao: String,
    /// O arquivo.
    pub arquivo: String,
    pub texto: String,
}

/// Junta as pistas de uma sessão.
struct Juiz<'a> {
    sessao: &'a Sessao,
    python: &'a Observacao,
    rust: &'a Observacao,
    mistas: &'a [Mista],
    licoes: &'a [Licao],
    pistas: Vec<Pista>,
}

/// Julga uma sessão tocada com o Python e com o Rust.
pub fn julga(
    sessao: &Sessao,
    python: &Observacao,
    rust: &Observacao,
    mistas: &[Mista],
    licoes: &[Licao],
    tabela: &[Diferenca],
) -> Veredito {
    let mut juiz = Juiz {
        sessao,
        python,
        rust,
        mistas,
        licoes,
        pistas: Vec::new(),
    };
    let declarada = !sessao.diferenca.is_empty();
    juiz.confere_rust();
    // Um erro vem primeiro: o que falta na tela é consequência dele.
    juiz.confere_erros();
    let telas_certas = juiz.confere_telas();
    if !telas_certas || !declarada {
        juiz.confere_paradas();
    }
    if !declarada {
        juiz.confere_codigos();
        juiz.confere_arquivos();
        juiz.confere_rede();
    }
    juiz.confere_portas();
    juiz.confere_nome();
    let mut pistas = juiz.pistas;
    if !pistas.is_empty() {
        let mut vistas = Vec::new();
        pistas.retain(|pista| {
            let nova = !vistas.contains(pista);
            vistas.push(pista.clone());
            nova
        });
        return Veredito::Diferente(pistas);
    }
    if !declarada || telas_iguais(python, rust) {
        return Veredito::Igual;
    }
    Veredito::DeProposito(
        sessao
            .diferenca
            .iter()
            .filter_map(|situacao| tabela.iter().find(|uma| uma.situacao == *situacao))
            .cloned()
            .collect(),
    )
}

/// As lições cujo arquivo faz uma sessão parar: não adianta tocá-las de novo.
pub fn culpados(
    sessao: &Sessao,
    python: &Observacao,
    mistas: &[Mista],
    em_python: &[&str],
) -> Vec<String> {
    let parou = |visto: &Observacao| {
        parada_estranha(sessao, visto).is_some()
            || sessao
                .licoes()
                .any(|(terminal, _)| pistas::e_de_digitacao(&erro(visto, terminal)))
    };
    if !parou(python) {
        return Vec::new();
    }
    if let [sozinha] = em_python {
        return vec![(*sozinha).to_string()];
    }
    mistas
        .iter()
        .filter(|mista| parou(&mista.visto))
        .map(|mista| mista.em_python.clone())
        .collect()
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
    visto
        .apresentacao
        .telas
        .get(terminal)
        .map_or("", |tela| &tela.tela)
}

fn erro(visto: &Observacao, terminal: &str) -> String {
    visto
        .apresentacao
        .telas
        .get(terminal)
        .map(|tela| tela.erro.clone())
        .unwrap_or_default()
}

fn telas_iguais(um: &Observacao, outro: &Observacao) -> bool {
    um.apresentacao == outro.apresentacao
        && um.fins.keys().all(|t| codigo(um, t) == codigo(outro, t))
}

fn codigo(visto: &Observacao, terminal: &str) -> Option<i32> {
    visto.fins.get(terminal).and_then(|fim| fim.codigo)
}

/// Se a pista é um traceback.
fn e_parada(pista: &Pista) -> bool {
    pista.texto.starts_with("parou com")
}

impl Juiz<'_> {
    /// O arquivo do aluno que está num terminal, se é ele que está.
    fn licao(&self, terminal: &str) -> Option<&Licao> {
        let (_, nome) = self.sessao.licoes().find(|(t, _)| *t == terminal)?;
        self.licoes
            .iter()
            .find(|licao| licao.nome == nome && licao.arquivo.is_some())
    }

    /// As lições da sessão que estão com o arquivo do aluno.
    fn em_python(&self) -> Vec<&Licao> {
        self.licoes
            .iter()
            .filter(|licao| licao.arquivo.is_some())
            .filter(|licao| self.sessao.licoes().any(|(_, nome)| nome == licao.nome))
            .collect()
    }

    /// O que se viu num terminal; sem arquivo do aluno, o que se vê nele veio do arquivo que há.
    fn anota(&mut self, terminal: &str, texto: String) {
        match self.licao(terminal).cloned() {
            Some(licao) => self.anota_em(&licao, texto),
            None => self.anota_no_que_ha(format!("no outro lado ({terminal}), {texto}")),
        }
    }

    /// O que não é de um terminal só.
    fn anota_no_que_ha(&mut self, texto: String) {
        if let Some(licao) = self.em_python().first().copied().cloned() {
            self.anota_em(&licao, texto);
        }
    }

    fn anota_em(&mut self, licao: &Licao, texto: String) {
        self.pistas.push(Pista {
            licao: licao.nome.clone(),
            arquivo: licao.nome_do_arquivo(),
            texto,
        });
    }

    /// Se nem o programa em Rust toca a sessão, o problema é desta máquina.
    fn confere_rust(&mut self) {
        if let Some(desvio) = self.rust.desvios.first() {
            let texto = format!(
                "não é o seu arquivo: o programa em Rust também não fez o que devia ({}); rode `cargo test` e veja por quê",
                pistas::da_parada(&desvio.engano, tela(self.rust, &desvio.terminal), false)
            );
            self.anota_no_que_ha(texto);
        }
    }

    /// Cada tela é a que o original mostra, ou a do programa em Rust.
    fn confere_telas(&mut self) -> bool {
        let mut certas = true;
        let terminais: Vec<String> = self.rust.apresentacao.telas.keys().cloned().collect();
        for terminal in terminais {
            let vista = tela(self.python, &terminal);
            let esperada = self.sessao.tela_do_original(&terminal);
            if vista == tela(self.rust, &terminal) || vista == esperada {
                continue;
            }
            certas = false;
            let mut explicados = Vec::new();
            let mut textos = Vec::new();
            for desvio in self
                .python
                .desvios
                .iter()
                .filter(|d| d.terminal == terminal)
            {
                if let Engano::OutroTexto { esperado, visto } = &desvio.engano
                    && let Some(pista) = pistas::do_prompt(esperado, visto, &esperada)
                {
                    explicados.push(visto.clone());
                    textos.push(pista);
                }
            }
            // Numa sessão que parou no meio, o que falta no fim da tela não é erro de digitação.
            if parada_estranha(self.sessao, self.python).is_none() {
                let de_quem = self
                    .licao(&terminal)
                    .map_or(terminal.clone(), |l| l.nome.clone());
                let daqui = self.pistas_sem_o_par(&terminal, &esperada, &explicados);
                let rust = tela(self.rust, &terminal);
                for texto in pistas::das_telas(&esperada, rust, vista, &explicados) {
                    match &daqui {
                        Some((do_proprio, par)) if !do_proprio.contains(&texto) => {
                            let texto = format!(
                                "na tela de {de_quem}, {texto}; quem manda isso é este arquivo"
                            );
                            self.anota_em(par, texto);
                        }
                        _ => textos.push(texto),
                    }
                }
            }
            for texto in textos {
                self.anota(&terminal, texto);
            }
        }
        certas
    }

    /// Num par, as pistas que este terminal dá quando só ele está em Python (as outras vieram do par), e
    /// quem é o par.
    fn pistas_sem_o_par(
        &self,
        terminal: &str,
        esperada: &str,
        explicados: &[String],
    ) -> Option<(Vec<String>, Licao)> {
        let daqui = self.licao(terminal)?;
        let propria = self
            .mistas
            .iter()
            .find(|mista| mista.em_python == daqui.nome)
            // Da que parou não se sabe o que mostraria.
            .filter(|mista| mista.visto.parada().is_none())?;
        let outra = self
            .mistas
            .iter()
            .find(|outra| outra.em_python != daqui.nome)?;
        let par = self
            .licoes
            .iter()
            .find(|licao| licao.nome == outra.em_python)?;
        let textos = pistas::das_telas(
            esperada,
            tela(self.rust, terminal),
            tela(&propria.visto, terminal),
            explicados,
        );
        Some((textos, par.clone()))
    }

    /// Um traceback que não é o de uma diferença declarada.
    fn confere_erros(&mut self) {
        let terminais: Vec<String> = self.python.apresentacao.telas.keys().cloned().collect();
        for terminal in terminais {
            let Some(licao) = self.licao(&terminal).cloned() else {
                continue;
            };
            let erro = erro(self.python, &terminal);
            let declarado = !self.sessao.diferenca.is_empty() && !pistas::e_de_digitacao(&erro);
            if erro.trim().is_empty() || declarado {
                continue;
            }
            let escorregou = self
                .python
                .desvios
                .iter()
                .any(|d| d.engano == Engano::Enxurrada);
            if escorregou {
                continue;
            }
            let texto = pistas::do_stderr(&erro, &licao.nome_do_arquivo());
            self.anota_em(&licao, texto);
        }
    }

    /// A sessão que não chegou ao fim.
    fn confere_paradas(&mut self) {
        let Some(desvio) = parada_estranha(self.sessao, self.python).cloned() else {
            return;
        };
        // Um traceback já diz tudo.
        if self.pistas.iter().any(e_parada) {
            return;
        }
        let em_python: Vec<&str> = self.em_python().iter().map(|l| l.nome.as_str()).collect();
        let culpados = culpados(self.sessao, self.python, self.mistas, &em_python);
        let da_casa = self.licao(&desvio.terminal).cloned();
        let culpado = match culpados.as_slice() {
            [unico] => self.licoes.iter().find(|l| l.nome == *unico).cloned(),
            _ => da_casa
                .clone()
                .or_else(|| self.em_python().first().copied().cloned()),
        };
        let Some(culpado) = culpado else { return };
        let inocente = da_casa.is_none_or(|licao| licao.nome != culpado.nome);
        let tela = tela(self.python, &desvio.terminal);
        let mut texto = pistas::da_parada(&desvio.engano, tela, inocente);
        if inocente {
            texto = format!(
                "não fez a sua parte, e o outro lado ({}) {texto}",
                desvio.terminal
            );
        }
        // Destas, o capítulo tem mais de uma versão.
        let refeita = ["cliente_chat", "protocolo_ftp"].contains(&culpado.nome.as_str());
        if desvio.engano == Engano::NaoTerminou && refeita {
            let quais = match self.sessao.listagens.as_slice() {
                [uma] => format!("da listagem {uma}"),
                varias => format!("das listagens {}", varias.join(" e ")),
            };
            texto +=
                &format!("; esta conversa é {quais}: confira se o seu arquivo é a última versão");
        }
        self.anota_em(&culpado, texto);
    }

    /// Uma porta digitada errado é a causa mais comum de um par que não se fala. Do que se notou, só
    /// fica o que ela não explica: um texto digitado errado, um erro que não é da rede.
    fn confere_portas(&mut self) {
        let sem_porta: Vec<Licao> = self
            .em_python()
            .into_iter()
            .filter(|licao| licao.nome.starts_with("servidor") || licao.nome.starts_with("cliente"))
            .filter(|licao| {
                licao.arquivo.as_ref().is_some_and(|arquivo| {
                    fs::read(arquivo)
                        .is_ok_and(|fonte| !fonte.windows(5).any(|trecho| trecho == b"43210"))
                })
            })
            .cloned()
            .collect();
        if self.pistas.is_empty() || sem_porta.is_empty() {
            return;
        }
        let da_rede = |pista: &Pista| {
            ["Connection", "OSError", "BrokenPipe", "Timeout"]
                .iter()
                .any(|tipo| pista.texto.contains(tipo))
        };
        let digitada = |pista: &Pista| {
            ["o prompt", "na linha", "a linha devia"]
                .iter()
                .any(|comeco| pista.texto.starts_with(comeco))
        };
        self.pistas
            .retain(|pista| digitada(pista) || e_parada(pista) && !da_rede(pista));
        for licao in sem_porta {
            let texto = "a porta 43210 não aparece neste arquivo: confira a linha da porta";
            self.anota_em(&licao, texto.to_string());
            // É a causa: vem antes.
            self.pistas.rotate_right(1);
        }
    }

    /// O palco roda o arquivo sem olhar o nome, mas `python3 socket.py` importaria a si mesmo. Só com
    /// este nome exato: num import, maiúsculas contam também no Windows e no macOS.
    fn confere_nome(&mut self) {
        for licao in self.em_python().into_iter().cloned().collect::<Vec<_>>() {
            if licao.nome_do_arquivo() == "socket.py" {
                let texto = "com este nome, ele se põe no lugar do módulo socket do Python, e nenhum \
                             programa desta pasta roda: troque o nome para Socket.py";
                self.anota_em(&licao, texto.to_string());
            }
        }
    }

    /// Os códigos de saída e os bytes que o roteiro confere na rede.
    fn confere_codigos(&mut self) {
        for desvio in self.python.desvios.clone() {
            if matches!(desvio.engano, Engano::OutrosBytes { .. }) {
                self.anota_no_que_ha(pistas::da_parada(&desvio.engano, "", false));
            }
        }
        let enganos: Vec<_> = self.python.desvios.clone();
        for desvio in enganos {
            let traceback = self.pistas.iter().any(e_parada);
            if let Engano::OutroCodigo { esperado, visto } = desvio.engano
                && !traceback
            {
                let texto = format!("saiu com o código {visto}, e devia sair com {esperado}");
                self.anota(&desvio.terminal, texto);
            }
        }
        if self.python.parada().is_some() {
            return;
        }
        let terminais: Vec<String> = self.rust.fins.keys().cloned().collect();
        for terminal in terminais {
            if codigo(self.rust, &terminal).is_none()
                && let Some(codigo) = codigo(self.python, &terminal)
                && self.pistas.is_empty()
            {
                let texto = format!("terminou sozinho (código {codigo}), e devia continuar no ar");
                self.anota(&terminal, texto);
            }
        }
    }

    fn confere_arquivos(&mut self) {
        if self.python.parada().is_some() || !self.pistas.is_empty() {
            return;
        }
        let (seus, daqui) = (
            &self.python.apresentacao.arquivos,
            &self.rust.apresentacao.arquivos,
        );
        let mut textos = Vec::new();
        let nomes: BTreeMap<&String, ()> =
            seus.keys().chain(daqui.keys()).map(|n| (n, ())).collect();
        for nome in nomes.keys() {
            let mostrado = comum::visivel(nome.as_bytes());
            textos.extend(match (seus.get(*nome), daqui.get(*nome)) {
                (Some(seu), Some(daqui)) if seu == daqui => None,
                (Some(seu), Some(daqui)) => Some(format!(
                    "o arquivo {mostrado} saiu diferente: {} bytes em vez de {}",
                    seu.len(),
                    daqui.len()
                )),
                (Some(_), None) => Some(format!("gravou um arquivo a mais: {mostrado}")),
                (None, _) => Some(format!("não gravou o arquivo {mostrado}")),
            });
        }
        for texto in textos {
            self.anota_no_que_ha(texto);
        }
    }

    /// No FTP os números das portas passam pela rede, e cada vez são outros: ali não se comparam.
    fn confere_rede(&mut self) {
        let ftp = self
            .sessao
            .programas()
            .any(|(_, programa)| programa.contains("ftp"));
        if ftp || self.python.parada().is_some() || !self.pistas.is_empty() {
            return;
        }
        let (Some(seu), Some(daqui)) = (self.python.trafego, self.rust.trafego) else {
            return;
        };
        if seu != daqui {
            let onde = if seu.ida > daqui.ida || seu.volta > daqui.volta {
                "confira o que vai no send, e se ele se repete (falta um break no laço?)"
            } else {
                "confira o que vai no send"
            };
            self.anota_no_que_ha(format!(
                "as telas são iguais, mas pela rede foram {} bytes e voltaram {}; em Rust, {} e {}: {onde}",
                seu.ida, seu.volta, daqui.ida, daqui.volta
            ));
        }
    }
}
