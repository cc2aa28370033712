//! O programa que se confere, em cena: o que se faz com ele, e o que se diz a quem o escreveu quando ele não faz
//! o que devia.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

use comum::visivel;
use palco::{
    Ator, Cano, Engano, Falha, Paciencia, Resultado, Terminal, aceita, comando_de, compilado,
    original, porta_livre,
};
use tempfile::TempDir;

/// Quanto silêncio na rede basta para dizer que um programa travou: o mesmo que na tela.
pub const PRAZO: Duration = Duration::from_secs(5);

/// Um programa, em Python ou já compilado.
#[derive(Debug, Clone)]
pub struct Programa(PathBuf);

impl Programa {
    /// Um programa deste projeto; falha se ainda não foi compilado.
    pub fn compilado(nome: &str) -> Resultado<Programa> {
        compilado(nome).map(Programa)
    }

    /// O que alguém indicou: um arquivo, ou a pasta em que está o que tem o nome do exercício ou o da lição.
    #[must_use]
    pub fn indicado(onde: &Path, exercicio: &str, partida: &str) -> Option<Programa> {
        let arquivo = match onde.is_dir() {
            true => original(onde, exercicio).or_else(|| original(onde, partida))?,
            false => onde.to_path_buf(),
        };
        arquivo.canonicalize().ok().map(Programa)
    }
}

/// Uma conferência: os programas, a porta e a pasta de trabalho deles, e os passos até aqui.
pub struct Cena<'a> {
    programas: &'a [Programa],
    partidas: &'a [&'a str],
    /// A porta em que eles, ou quem fala com eles, escutam.
    pub porta: u16,
    pasta: TempDir,
    passos: RefCell<Vec<String>>,
}

impl<'a> Cena<'a> {
    pub(crate) fn nova(programas: &'a [Programa], partidas: &'a [&str]) -> Resultado<Self> {
        Ok(Cena {
            programas,
            partidas,
            porta: porta_livre()?,
            pasta: tempfile::tempdir()?,
            passos: RefCell::new(vec!["ao abrir".to_string()]),
        })
    }

    /// O que se faz agora: o passo anterior passou, e o que faltar daqui em diante é deste.
    pub fn quando(&self, passo: impl Into<String>) {
        self.passos.borrow_mut().push(passo.into());
    }

    pub(crate) fn passos(self) -> Vec<String> {
        self.passos.into_inner()
    }

    /// Abre o programa, com estes argumentos e o endereço, e espera o que ele mostra quando está pronto.
    pub fn abre(&self, argumentos: &[&str], pronto: &str) -> Resultado<Aluno> {
        let mut aluno = self.poe_em_cena(0, "o seu programa", argumentos)?;
        aluno.espera(pronto)?;
        Ok(aluno)
    }

    /// Roda o programa até o fim, com estes argumentos e estas linhas digitadas, e dá o código de saída.
    pub fn roda(&self, argumentos: &[&str], linhas: &[&str]) -> Resultado<(Aluno, i32)> {
        let mut aluno = self.abre(argumentos, "")?;
        let codigo = aluno.digita_tudo(linhas)?;
        Ok((aluno, codigo))
    }

    /// Abre os dois programas de um par: o servidor e, quando ele já espera alguém, o cliente.
    pub fn abre_o_par(&self) -> Resultado<(Aluno, Aluno)> {
        let mut servidor = self.poe_em_cena(0, "o seu servidor", &[])?;
        servidor.0.assenta();
        let cliente = self.poe_em_cena(1, "o seu cliente", &[])?;
        Ok((servidor, cliente))
    }

    fn poe_em_cena(&self, qual: usize, quem: &str, argumentos: &[&str]) -> Resultado<Aluno> {
        let Programa(arquivo) = &self.programas[qual];
        let mut comando = comando_de(arquivo, self.partidas[qual], argumentos, self.porta)?;
        comando.current_dir(self.pasta.path());
        Terminal::abre_com(quem, &mut comando, false, Paciencia::DeGente).map(Aluno)
    }

    /// O servidor FTP da turma, na porta da conferência.
    pub fn servidor_da_turma(&self) -> Resultado<Terminal> {
        let mut comando = Ator::Rust.comando("servidor_ftp", self.porta)?;
        let mut servidor = Terminal::abre("servidor_ftp", &mut comando, false)?;
        servidor.espera("acesso anônimo.\n")?;
        Ok(servidor)
    }

    /// Envia à turma um arquivo com este nome, e com o nome dentro.
    pub fn envia(&self, nome: &str) -> Resultado<()> {
        fs::write(self.arquivo(nome), nome)?;
        let mut comando = comando_de(&compilado("ftp_envia")?, "ftp_envia", &[nome], self.porta)?;
        comando.current_dir(self.pasta.path());
        Terminal::abre("ftp_envia", &mut comando, false)?
            .sai()
            .map(drop)
    }

    /// Conecta ao programa, que já devia estar escutando.
    pub fn conecta(&self) -> Resultado<TcpStream> {
        com_prazo(TcpStream::connect(("127.0.0.1", self.porta)).ok())
    }

    /// A conexão que o programa devia fazer a quem o espera.
    pub fn espera_conexao(&self, escuta: &TcpListener) -> Resultado<TcpStream> {
        com_prazo(aceita(escuta, PRAZO).ok())
    }

    /// Um arquivo da pasta de trabalho dos programas, vazia no começo.
    pub fn arquivo(&self, nome: &str) -> PathBuf {
        self.pasta.path().join(nome)
    }

    /// Na pasta de trabalho há estes arquivos, e nenhum outro.
    pub fn so_gravou(&self, esperados: &[&str]) -> Resultado<()> {
        let mut vistos = BTreeSet::new();
        for entrada in fs::read_dir(self.pasta.path())? {
            vistos.insert(entrada?.file_name().to_string_lossy().into_owned());
        }
        let certo = vistos == esperados.iter().map(ToString::to_string).collect();
        exige(
            certo,
            &format!("na pasta só {esperados:?}, e há {vistos:?}"),
        )
    }
}

/// O programa em cena.
pub struct Aluno(Terminal);

impl Aluno {
    /// Espera um texto na tela.
    pub fn espera(&mut self, texto: &str) -> Resultado<()> {
        let visto = self.0.espera_em(Cano::Saida, texto);
        visto.map_err(|engano| self.explica(engano))
    }

    /// Espera um texto na tela, seja o que for que venha antes dele.
    pub fn espera_entre_outros(&mut self, texto: &str) -> Resultado<()> {
        loop {
            match self.0.espera_em(Cano::Saida, texto) {
                Err(Engano::OutroTexto { .. }) => {}
                visto => return visto.map_err(|engano| self.explica(engano)),
            }
        }
    }

    /// Digita uma linha. Se o programa já não lê nada, é no que ele deixa de mostrar que se vê.
    pub fn digita(&mut self, linha: &str) {
        let _ = self.0.digita(linha);
    }

    /// O Ctrl-D.
    pub fn fim_da_entrada(&mut self) {
        self.0.fim_da_entrada();
    }

    /// Espera que o programa termine sozinho, e devolve o código de saída.
    pub fn sai(&mut self) -> Resultado<i32> {
        let fim = self.0.espera_o_fim();
        fim.map_err(|engano| self.explica(engano))
    }

    /// Digita tudo de uma vez, acaba a entrada e espera o fim: um programa que não lê até ali não prende a
    /// conferência, como prenderia um prompt que ele nunca mostra.
    pub fn digita_tudo(&mut self, linhas: &[&str]) -> Resultado<i32> {
        linhas.iter().for_each(|linha| self.digita(linha));
        self.fim_da_entrada();
        self.sai()
    }

    /// O que ele mostrou no stdout.
    pub fn tela(&self) -> String {
        String::from_utf8_lossy(self.0.saida()).into_owned()
    }

    /// O que ele mostrou, e depois o que disse no stderr.
    pub fn tudo(&self) -> String {
        let tela = self.tela();
        let quebra = if tela.ends_with('\n') { "" } else { "\n" };
        tela + quebra + &String::from_utf8_lossy(self.0.erro())
    }

    /// Isto devia valer, e o que se vê na tela diz por que não vale.
    pub fn exige(&mut self, certo: bool, o_que: &str) -> Resultado<()> {
        self.0.assenta();
        let fez = match self.0.terminou() {
            Some(codigo @ 1..) => self.como_terminou(codigo),
            _ => format!("mostrou:{}", recuado(&self.tudo())),
        };
        exige(certo, &format!("{o_que}; {} {fez}", self.0.nome()))
    }

    fn explica(&mut self, engano: Engano) -> Falha {
        const QUE_TERMINASSE: &str = "que terminasse";
        let (esperado, fez) = match engano {
            Engano::OutroTexto { esperado, visto } => {
                (citado(&esperado), format!("mostrou {}", citado(&visto)))
            }
            Engano::FimAntesDe(texto) => {
                let codigo = self.0.espera_o_fim().unwrap_or_default();
                (citado(&texto), self.como_terminou(codigo))
            }
            Engano::ParouAntesDe(texto) => (citado(&texto), self.como_parou()),
            Engano::NaoTerminou => (QUE_TERMINASSE.to_string(), self.como_parou()),
            outro => (QUE_TERMINASSE.to_string(), outro.to_string()),
        };
        Falha(format!("esperava {esperado}; {} {fez}", self.0.nome()))
    }

    fn como_parou(&self) -> String {
        let tela = self.tela();
        let ultima = tela.trim_end().lines().last().unwrap_or_default();
        format!(
            "ficou parado, ou num laço sem fim, e foi encerrado; a última linha da tela dele é {}",
            citado(ultima)
        )
    }

    /// Um programa que terminou: por um erro, que se mostra como ele o mostrou, ou sem dizer por quê.
    fn como_terminou(&self, codigo: i32) -> String {
        let erro = String::from_utf8_lossy(self.0.erro());
        if erro.is_empty() || codigo == 0 {
            return format!("terminou antes disso, com o código {codigo}");
        }
        format!("parou com um erro:{}", recuado(&erro))
    }
}

/// As últimas linhas de uma tela, debaixo de uma frase.
fn recuado(tela: &str) -> String {
    let linhas: Vec<&str> = tela.lines().collect();
    linhas[linhas.len().saturating_sub(20)..]
        .iter()
        .map(|linha| format!("\n    {}", visivel(linha.as_bytes())))
        .collect()
}

/// Um texto como se cita numa frase: nada que mexa no terminal, e só o começo se é longo.
pub fn citado(texto: &str) -> String {
    let texto = visivel(texto.trim_end_matches('\n').as_bytes());
    match texto.char_indices().nth(80) {
        Some((corte, _)) => format!("`{}…`", &texto[..corte]),
        None => format!("`{texto}`"),
    }
}

/// Uma conexão com o programa, se ela se fez, com um prazo para cada leitura e escrita.
fn com_prazo(con: Option<TcpStream>) -> Resultado<TcpStream> {
    let con = con.ok_or_else(|| Falha("esperava uma conexão, e não houve".to_string()))?;
    con.set_read_timeout(Some(PRAZO))?;
    con.set_write_timeout(Some(PRAZO))?;
    Ok(con)
}

/// Tudo o que o programa manda até fechar a conexão, ou a metade dele dela.
pub fn le_ate_o_fim(con: &mut TcpStream) -> Resultado<Vec<u8>> {
    let mut tudo = Vec::new();
    let fim = con.read_to_end(&mut tudo).map(|_| tudo);
    fim.map_err(|_| Falha("esperava o fim da conexão, e em 5 s ele não veio".to_string()))
}

/// Uma falha, se isto não vale.
pub fn exige(certo: bool, o_que: &str) -> Resultado<()> {
    match certo {
        true => Ok(()),
        false => Err(Falha(format!("esperava {o_que}"))),
    }
}

/// Uma falha, se veio outro texto.
pub fn exige_texto(esperado: &str, veio: &str) -> Resultado<()> {
    let (certo, visto) = (visivel(esperado.as_bytes()), visivel(veio.as_bytes()));
    exige(veio == esperado, &format!("`{certo}`, e veio `{visto}`"))
}
