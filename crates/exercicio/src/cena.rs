//! A conferência em cena: os programas de quem estuda, a porta e a pasta deles, e os passos até aqui.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::fs;
use std::io::Read;
use std::net::TcpStream;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use palco::{Ator, Cano, Engano, Paciencia, Resultado, Terminal, citado, comando_de, porta_livre};
use tempfile::TempDir;

/// Quanto silêncio na rede basta para dizer que um programa travou, ainda que a máquina esteja ocupada.
pub const PRAZO: Duration = Duration::from_secs(10);
/// Mais do que isto, em bytes, não é uma resposta de exercício: é um laço sem fim.
const MAIS_BYTES: usize = 1 << 20;

/// Uma conferência.
pub struct Cena<'a> {
    programas: &'a [PathBuf],
    partidas: &'a [&'a str],
    /// A porta em que os programas, ou quem fala com eles, escutam.
    pub porta: u16,
    /// A pasta de trabalho deles, vazia no começo.
    pub pasta: TempDir,
    pub(crate) passos: RefCell<Vec<String>>,
}

impl<'a> Cena<'a> {
    pub(crate) fn nova(programas: &'a [PathBuf], partidas: &'a [&'a str]) -> Resultado<Self> {
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

    /// Abre o programa, com estes argumentos e o endereço, e espera o que ele mostra quando está pronto.
    pub fn abre(&self, argumentos: &[&str], pronto: &str) -> Resultado<Terminal> {
        let mut programa = self.poe_em_cena(0, "o seu programa", argumentos)?;
        programa.espera(pronto)?;
        Ok(programa)
    }

    /// Roda o programa até o fim, com estes argumentos e ninguém no teclado.
    pub fn roda(&self, argumentos: &[&str]) -> Resultado<Fim> {
        self.quando(format!("com os argumentos {argumentos:?}"));
        Fim::de(self.abre(argumentos, "")?)
    }

    /// Abre o programa e digita tudo de uma vez, até o fim: um que não lê até ali não prende a conferência, como a
    /// prenderia um prompt que ele nunca mostra.
    pub fn digita_tudo(&self, linhas: &[&str]) -> Resultado<Fim> {
        let mut programa = self.abre(&[], "")?;
        // Se ele já não lê nada, é no que deixa de mostrar que se vê.
        let _ = linhas.iter().try_for_each(|linha| programa.digita(linha));
        Fim::de(programa)
    }

    /// Abre um dos programas.
    pub fn poe_em_cena(&self, qual: usize, quem: &str, argumentos: &[&str]) -> Resultado<Terminal> {
        let (arquivo, partida) = (&self.programas[qual], self.partidas[qual]);
        let mut comando = comando_de(arquivo, partida, argumentos, self.porta)?;
        comando.current_dir(self.pasta.path());
        Terminal::abre_com(quem, &mut comando, false, Paciencia::DeGente)
    }

    /// O servidor FTP da turma, na porta da conferência.
    pub(crate) fn servidor_da_turma(&self) -> Resultado<Terminal> {
        let mut comando = Ator::Rust.comando("servidor_ftp", self.porta)?;
        let mut servidor = Terminal::abre("servidor_ftp", &mut comando, false)?;
        servidor.espera("acesso anônimo.\n")?;
        Ok(servidor)
    }

    /// Conecta ao programa, que já devia estar escutando.
    pub fn conecta(&self, programa: &mut Terminal) -> Resultado<TcpStream> {
        com_prazo(programa, TcpStream::connect(("127.0.0.1", self.porta)).ok())
    }
}

/// A conexão que devia haver com o programa, com um prazo para cada leitura e escrita.
pub fn com_prazo(programa: &mut Terminal, con: Option<TcpStream>) -> Resultado<TcpStream> {
    let con = con.ok_or_else(|| programa.falta("uma conexão, e não houve", None))?;
    con.set_read_timeout(Some(PRAZO))?;
    con.set_write_timeout(Some(PRAZO))?;
    Ok(con)
}

/// O que vem pela rede até este texto, se ele vem.
pub fn le_ate(con: &mut TcpStream, texto: &str) -> String {
    let (mut veio, mut byte, limite) = (Vec::new(), [0], Instant::now() + PRAZO);
    while !veio.ends_with(texto.as_bytes()) && Instant::now() < limite {
        match con.read(&mut byte) {
            Ok(1) => veio.extend(byte),
            _ => break,
        }
    }
    String::from_utf8_lossy(&veio).into_owned()
}

/// Tudo o que o programa manda até fechar a conexão, ou a metade dele dela.
pub fn le_ate_o_fim(programa: &mut Terminal, con: &mut TcpStream) -> Resultado<String> {
    let (mut tudo, mut bloco, limite) = (Vec::new(), [0; 4096], Instant::now() + PRAZO);
    loop {
        match con.read(&mut bloco) {
            Ok(0) => return Ok(String::from_utf8_lossy(&tudo).into_owned()),
            Ok(lidos) if tudo.len() < MAIS_BYTES && Instant::now() < limite => {
                tudo.extend(&bloco[..lidos]);
            }
            _ => return Err(programa.falta("o fim da conexão, e ele não veio", None)),
        }
    }
}

/// Espera um texto na tela, venha o que vier antes dele.
pub fn espera_entre_outros(programa: &mut Terminal, texto: &str) -> Resultado<()> {
    let limite = Instant::now() + PRAZO;
    let mut visto = programa.espera_em(Cano::Saida, texto);
    while matches!(visto, Err(Engano::OutroTexto { .. })) && Instant::now() < limite {
        visto = programa.espera_em(Cano::Saida, texto);
    }
    visto.map_err(|engano| programa.falta(citado(texto), Some(engano)))
}

/// Um programa que terminou, e o que se pode exigir dele; cada exigência diz, na falha, o que ele mostrou.
pub struct Fim {
    programa: Terminal,
    codigo: i32,
    /// O que ele mostrou no stdout.
    pub tela: String,
    /// O que ele mostrou, e depois o que disse no stderr.
    pub tudo: String,
}

impl Fim {
    /// Espera que o programa termine, sem mais ninguém no teclado.
    pub fn de(mut programa: Terminal) -> Resultado<Fim> {
        programa.fim_da_entrada();
        let codigo = programa.sai()?;
        let tela = String::from_utf8_lossy(programa.saida()).into_owned();
        let tudo = format!("{tela}\n{}", String::from_utf8_lossy(programa.erro()));
        Ok(Fim {
            programa,
            codigo,
            tela,
            tudo,
        })
    }

    /// Isto devia valer.
    pub fn exige(&mut self, certo: bool, o_que: impl Display) -> Resultado<&mut Fim> {
        self.programa.exige(certo, o_que).map(|()| self)
    }

    /// Terminou com o código 0, ou, se não `bem`, com um de erro.
    pub fn saiu(&mut self, bem: bool) -> Resultado<&mut Fim> {
        let qual = if bem { "0" } else { "de erro" };
        let certo = (self.codigo == 0) == bem;
        self.exige(certo, format!("o código de saída {qual}"))
    }

    /// Das linhas com este fim, só mostrou estas.
    pub fn so_mostrou(&mut self, fim: &str, linhas: &[&str]) -> Resultado<&mut Fim> {
        let vistas = self.tela.lines().filter(|linha| linha.ends_with(fim));
        let certo = vistas.eq(linhas.iter().copied());
        self.exige(certo, format!("{linhas:?}, um por linha"))
    }

    /// Um texto aparece tantas vezes no que ele disse.
    pub fn vezes(&mut self, vezes: usize, texto: &str) -> Resultado<&mut Fim> {
        let certo = self.tudo.matches(texto).count() == vezes;
        self.exige(certo, format!("{vezes} vezes {}", citado(texto)))
    }

    /// Há uma linha `Erro: …` com este texto.
    pub fn diz_erro(&mut self, texto: &str) -> Resultado<&mut Fim> {
        let serve = |linha: &str| linha.starts_with("Erro: ") && linha.contains(texto);
        let certo = self.tudo.lines().any(serve);
        self.exige(certo, format!("uma linha `Erro: …` com `{texto}`"))
    }

    /// Na pasta de trabalho há estes arquivos, com estes bytes, e nenhum outro.
    pub fn gravou(&mut self, cena: &Cena, certos: &BTreeMap<&str, Vec<u8>>) -> Resultado<()> {
        let mut vistos = BTreeMap::new();
        for entrada in fs::read_dir(cena.pasta.path())? {
            let entrada = entrada?;
            let nome = entrada.file_name().to_string_lossy().into_owned();
            vistos.insert(nome, fs::read(entrada.path())?);
        }
        let (nomes, ha) = (certos.keys(), vistos.keys());
        let so_eles = nomes.clone().eq(ha.clone());
        self.exige(so_eles, format!("na pasta só {nomes:?}, e há {ha:?}"))?;
        for (nome, certo) in certos {
            let igual = vistos[*nome] == *certo;
            self.exige(igual, format!("outros bytes em {nome}"))?;
        }
        Ok(())
    }
}
