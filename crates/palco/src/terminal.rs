//! Um programa em cena, com o teclado e a tela na mão de quem testa.

use std::fmt::Display;
use std::fs;
use std::io::{self, Read, Write};
use std::process::{self, Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use comum::causa::em_portugues;
use comum::visivel;

use crate::desvio::Engano;
use crate::falha::{Falha, Resultado, falha};

/// Quanto se espera por um prompt antes de desistir: só conta quando algo travou.
const PRAZO: Duration = Duration::from_secs(60);
/// Com o programa de um aluno: quanto silêncio basta para dizer que travou.
const SILENCIO: Duration = Duration::from_secs(5);
/// E quanto se espera ao todo por quem trabalha sem chegar lá; um décimo disso, no processador, já é trabalhar.
const TETO: Duration = Duration::from_secs(10);
/// E para aceitar outro texto no lugar do esperado: num prompt desconhecido, uma pessoa também acaba digitando.
const OUTRO: Duration = Duration::from_millis(if SABE_SE_ESPERA { 300 } else { 800 });
/// E quantos bytes de tela são demais.
const TELA_DEMAIS: usize = 256 << 10;
/// Quantas chegadas (de até 8 KiB) cabem na fila: quem escreve sem parar não enche a memória.
const CHEGADAS: usize = 4096;
/// Cinco silêncios assim de quem espera alguém, e ele não vai dizer mais nada.
const QUIETO: Duration = Duration::from_millis(if SABE_SE_ESPERA { 4 } else { 100 });
/// Só no Linux se sabe se um programa espera alguém ou trabalha; nos outros, os silêncios são mais longos.
const SABE_SE_ESPERA: bool = cfg!(target_os = "linux");
/// De quanto em quanto tempo se olha se alguém interrompeu.
const PISCADA: Duration = Duration::from_millis(50);

/// Alguém mandou parar.
static INTERROMPIDO: AtomicBool = AtomicBool::new(false);

/// Manda parar todas as sessões em cena neste processo: cada uma acaba logo, com uma falha, e os
/// programas dela com ela.
pub fn interrompe() {
    INTERROMPIDO.store(true, Ordering::Relaxed);
}

/// Se alguém mandou parar.
#[must_use]
pub fn interrompido() -> bool {
    INTERROMPIDO.load(Ordering::Relaxed)
}

/// Devolve o Ctrl-C aos programas que este processo abrir: quem foi posto em segundo plano o herda ignorado, e o
/// passaria adiante; um sinal que se atende, quem é aberto recebe como o de sempre.
pub fn atende_o_ctrl_c() {
    static ATENDE: Once = Once::new();
    // Se já há quem atenda, está certo assim.
    ATENDE.call_once(|| drop(ctrlc::set_handler(|| process::exit(130))));
}

/// Como se espera por um programa.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paciencia {
    /// Pelo texto exato, por muito tempo.
    Rigorosa,
    /// Como uma pessoa, que lê um prompt escrito de outro jeito e digita assim mesmo.
    DeGente,
}

impl Paciencia {
    /// Quanto silêncio basta para dizer que algo travou.
    pub(crate) fn prazo(self) -> Duration {
        match self {
            Paciencia::Rigorosa => PRAZO,
            Paciencia::DeGente => SILENCIO,
        }
    }
}

/// Um programa rodando com a entrada e as saídas em canos (*pipes*).
#[derive(Debug)]
pub struct Terminal {
    nome: String,
    filho: Child,
    teclado: Option<ChildStdin>,
    chegadas: Receiver<Chegada>,
    saida: Fluxo,
    erro: Fluxo,
    /// O que a pessoa digitou, e depois de quantos bytes da saída.
    eco: Vec<(usize, String)>,
    paciencia: Paciencia,
    /// Escreveu mais do que cabe numa tela: o resto não se guarda.
    enxurrada: bool,
    abriu: Instant,
    /// Com que código terminou, e depois de quanto tempo.
    fim: Option<(i32, Duration)>,
    /// A maior memória que se viu, em bytes.
    memoria: Option<u64>,
    /// Quanto rodou, e quando se viu que rodava.
    rodou: (Option<Duration>, Instant),
}

/// Um dos dois canos que vêm do programa.
#[derive(Debug, Default)]
struct Fluxo {
    bytes: Vec<u8>,
    /// Até onde o roteiro já viu.
    visto: usize,
    acabou: bool,
}

/// Por onde um programa mostra o que mostra.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cano {
    /// O stdout.
    Saida,
    /// O stderr.
    Erro,
}

/// Bytes que chegaram por um cano; `None` é o fim dele.
type Chegada = (Cano, Option<Vec<u8>>);

impl Terminal {
    /// Põe `comando` em cena. Com `saida_fechada`, o stdout é um cano cujo leitor já foi embora.
    pub fn abre(nome: &str, comando: &mut Command, saida_fechada: bool) -> Resultado<Terminal> {
        Terminal::abre_com(nome, comando, saida_fechada, Paciencia::Rigorosa)
    }

    /// O mesmo, com outra paciência.
    pub fn abre_com(
        nome: &str,
        comando: &mut Command,
        saida_fechada: bool,
        paciencia: Paciencia,
    ) -> Resultado<Terminal> {
        comando.stdin(Stdio::piped()).stderr(Stdio::piped());
        comando.stdout(match saida_fechada {
            true => io::pipe()?.1.into(),
            false => Stdio::piped(),
        });
        if paciencia == Paciencia::Rigorosa {
            atende_o_ctrl_c();
        }
        // Quem compara atende ao Ctrl-C e tira de cena o grupo inteiro; nos testes, é o Ctrl-C do terminal
        // que leva todos, e o grupo fica sendo o dele.
        #[cfg(unix)]
        if paciencia == Paciencia::DeGente {
            std::os::unix::process::CommandExt::process_group(comando, 0);
        }
        let abriu = Instant::now();
        let mut filho = comando
            .spawn()
            .map_err(|erro| falha!("{nome}: {comando:?} não abriu: {}", em_portugues(&erro)))?;
        // Enquanto o Command existir, ele segura a ponta do cano que emprestou ao programa.
        comando.stdout(Stdio::null());
        let (envia, chegadas) = sync_channel(CHEGADAS);
        let mut saida = Fluxo::default();
        match filho.stdout.take() {
            Some(cano) => le_em_paralelo(Cano::Saida, cano, envia.clone()),
            None => saida.acabou = true,
        }
        if let Some(cano) = filho.stderr.take() {
            le_em_paralelo(Cano::Erro, cano, envia);
        }
        let teclado = filho.stdin.take();
        Ok(Terminal {
            nome: nome.to_string(),
            filho,
            teclado,
            chegadas,
            saida,
            erro: Fluxo::default(),
            eco: Vec::new(),
            paciencia,
            enxurrada: false,
            abriu,
            fim: None,
            memoria: None,
            rodou: (None, abriu),
        })
    }

    /// Espera `texto` no stdout, depois do que já foi visto; se não vem, a falha diz o que veio.
    pub fn espera(&mut self, texto: &str) -> Resultado<()> {
        let espera = self.espera_em(Cano::Saida, texto);
        espera.map_err(|engano| self.falta(citado(texto), Some(engano)))
    }

    /// O mesmo, no stderr.
    pub fn espera_aviso(&mut self, texto: &str) -> Resultado<()> {
        let espera = self.espera_em(Cano::Erro, texto);
        espera.map_err(|engano| self.falta(citado(texto), Some(engano)))
    }

    /// O que [`digita`](Terminal::digita) faz, e a tela mostra `eco`, que é o que um terminal mostraria.
    pub(crate) fn digita_com_eco(&mut self, linha: &str, eco: &str) -> Resultado<()> {
        let digitada = format!("{linha}\n");
        let leu = |teclado: &mut ChildStdin| teclado.write_all(digitada.as_bytes()).is_ok();
        if !self.teclado.as_mut().is_some_and(leu) {
            return Err(falha!("não leu {}", citado(linha)));
        }
        self.eco.push((self.saida.visto, format!("{eco}\n")));
        Ok(())
    }

    /// Digita uma linha e Enter; falha se o programa não está mais lendo.
    pub fn digita(&mut self, linha: &str) -> Resultado<()> {
        let digitada = self.digita_com_eco(linha, linha);
        let que_lesse = format!("que lesse {}", citado(linha));
        digitada.map_err(|falha| self.falta(que_lesse, Some(falha.into())))
    }

    /// O Ctrl-D: a entrada acaba.
    pub fn fim_da_entrada(&mut self) {
        self.teclado = None;
    }

    /// O Ctrl-C, como sinal (só no Unix).
    pub fn ctrl_c(&mut self) -> Resultado<()> {
        #[cfg(unix)]
        if let Ok(pid) = i32::try_from(self.filho.id()) {
            use nix::sys::signal::{Signal, kill};
            return kill(nix::unistd::Pid::from_raw(pid), Signal::SIGINT)
                .map_err(|erro| falha!("{}: o sinal não foi enviado: {erro}", self.nome));
        }
        Err(falha!("{}: este sistema não tem sinais", self.nome))
    }

    /// Espera o programa terminar sozinho e devolve o código de saída (128 + N se um sinal N o matou).
    pub fn sai(&mut self) -> Resultado<i32> {
        let espera = self.espera_o_fim();
        espera.map_err(|engano| self.falta("que terminasse", Some(engano)))
    }

    /// O número do processo.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.filho.id()
    }

    /// O que o programa escreveu até aqui no stdout, sem o que foi digitado.
    #[must_use]
    pub fn saida(&self) -> &[u8] {
        &self.saida.bytes
    }

    /// O que se leu até aqui do stderr. É tudo o que o programa escreveu só depois de [`sai`] ou de
    /// [`encerra`]: cada cano chega no seu tempo, e o que se viu no stdout nada diz do stderr.
    ///
    /// [`sai`]: Terminal::sai
    /// [`encerra`]: Terminal::encerra
    #[must_use]
    pub fn erro(&self) -> &[u8] {
        &self.erro.bytes
    }

    /// Tira de cena um programa que não termina sozinho e lê até o fim o que ele já escreveu. Falha se os canos
    /// não se fecham: um filho dele ficou para trás.
    pub fn encerra(&mut self) -> Resultado<()> {
        self.filho.kill()?;
        self.sai().map(drop)
    }

    /// A tela como a pessoa a vê: o stdout com o que ela digitou depois de cada prompt.
    #[must_use]
    pub fn tela(&self) -> Vec<u8> {
        let mut tela = Vec::new();
        let mut mostrado = 0;
        for (depois_de, linha) in &self.eco {
            tela.extend_from_slice(&self.saida.bytes[mostrado..*depois_de]);
            tela.extend_from_slice(linha.as_bytes());
            mostrado = *depois_de;
        }
        tela.extend_from_slice(&self.saida.bytes[mostrado..]);
        tela
    }

    /// O que [`espera`](Terminal::espera) faz, num cano ou no outro: o engano não vem explicado.
    pub fn espera_em(&mut self, cano: Cano, texto: &str) -> Result<(), Engano> {
        // O nada está em toda parte, e não cabe na conta do começo que pode estar no fim.
        if texto.is_empty() {
            return Ok(());
        }
        let comeco = Instant::now();
        let mut ultima = comeco;
        // O que já se procurou não se procura de novo, a não ser o pedaço que pode ser um começo.
        let mut desde = self.fluxo(cano).visto;
        loop {
            let fluxo = self.fluxo(cano);
            if let Some(onde) = fluxo.bytes[desde..]
                .windows(texto.len())
                .position(|trecho| trecho == texto.as_bytes())
            {
                fluxo.visto = desde + onde + texto.len();
                return Ok(());
            }
            desde = desde.max((fluxo.bytes.len() + 1).saturating_sub(texto.len()));
            let acabou = fluxo.acabou;
            if self.enxurrada {
                return Err(Engano::Enxurrada);
            }
            if acabou {
                return Err(Engano::FimAntesDe(texto.to_string()));
            }
            // O silêncio só conta depois de visto tudo o que já chegou: numa máquina ocupada, pode ter chegado muito.
            if self.recebe(PISCADA) {
                ultima = Instant::now();
            } else if self.paciencia == Paciencia::DeGente
                && cano == Cano::Saida
                && ultima.elapsed() > OUTRO
                && let Some(visto) = self.outro_texto(texto)
            {
                self.saida.visto = self.saida.bytes.len();
                let esperado = texto.to_string();
                return Err(Engano::OutroTexto { esperado, visto });
            } else if self.desistiu(comeco, ultima) {
                return Err(Engano::ParouAntesDe(texto.to_string()));
            }
        }
    }

    /// O que uma pessoa, à espera de `texto`, aceitaria no lugar dele: a última linha, se o programa espera alguém.
    fn outro_texto(&self, texto: &str) -> Option<String> {
        let novo = String::from_utf8_lossy(&self.saida.bytes[self.saida.visto..]);
        // Um prompt é o fim de uma linha por acabar; um aviso é uma linha inteira.
        let serve = !novo.is_empty() && novo.ends_with('\n') == texto.ends_with('\n');
        let ultima = novo.trim_end_matches('\n').rsplit('\n').next()?;
        (serve && espera_alguem(self.filho.id())).then(|| ultima.to_string())
    }

    /// O que [`sai`](Terminal::sai) faz: o engano não vem explicado.
    pub fn espera_o_fim(&mut self) -> Result<i32, Engano> {
        let comeco = Instant::now();
        let mut ultima = comeco;
        loop {
            if self.enxurrada {
                return Err(Engano::Enxurrada);
            }
            // Só se olha o processo depois dos canos: tudo o que ele escreveu já está aqui.
            let calado = self.saida.acabou && self.erro.acabou;
            if calado && let Some(codigo) = self.terminou() {
                return Ok(codigo);
            }
            if self.recebe(PISCADA) {
                ultima = Instant::now();
            }
            if self.desistiu(comeco, ultima) {
                // Um filho dele em outra sessão segura os canos; mas ele terminou.
                return match self.fim {
                    Some((codigo, _)) if self.paciencia == Paciencia::DeGente => Ok(codigo),
                    _ => Err(Engano::NaoTerminou),
                };
            }
        }
    }

    /// O código de saída, se o programa já terminou.
    pub fn terminou(&mut self) -> Option<i32> {
        if self.fim.is_none()
            && let Ok(Some(status)) = self.filho.try_wait()
        {
            self.fim = Some((codigo(status), self.abriu.elapsed()));
            // Um filho que ficou seguraria os canos, e uma porta.
            self.mata_o_grupo();
        }
        self.fim.map(|(codigo, _)| codigo)
    }

    /// Os processos que o programa abriu saem com ele, menos os que foram para outra sessão.
    fn mata_o_grupo(&self) {
        #[cfg(unix)]
        if self.paciencia == Paciencia::DeGente
            && let Ok(grupo) = i32::try_from(self.filho.id())
        {
            use nix::sys::signal::{Signal, killpg};
            let _ = killpg(nix::unistd::Pid::from_raw(grupo), Signal::SIGKILL);
        }
    }

    /// Tira de cena o programa e os filhos dele. Um processo que já foi recolhido não é mais nosso.
    fn mata(&mut self) {
        if self.terminou().is_none() {
            self.mata_o_grupo();
            let _ = self.filho.kill();
            let _ = self.filho.wait();
        }
    }

    fn desistiu(&mut self, comeco: Instant, ultima: Instant) -> bool {
        let rodou = quanto_rodou(self.filho.id());
        if self.rodou.0 != rodou {
            self.rodou = (rodou, Instant::now());
        }
        let (esperou, calado) = (comeco.elapsed(), ultima.elapsed());
        // Numa máquina ocupada, quem roda de vez em quando não está parado, nem num laço quem rodou pouco.
        let parado = calado > SILENCIO && self.rodou.1.elapsed() > SILENCIO;
        let num_laco = esperou > TETO && rodou.is_none_or(|quanto| quanto > TETO / 10);
        interrompido()
            || match self.paciencia {
                Paciencia::Rigorosa => esperou > PRAZO,
                Paciencia::DeGente => num_laco || esperou > 3 * TETO || parado,
            }
    }

    /// Fim da cena: tira o programa dela, e conta o que ele gastou.
    pub(crate) fn despede(&mut self) -> Fim {
        self.olha_a_memoria();
        let codigo = self.terminou();
        let tempo = self.fim.map_or_else(|| self.abriu.elapsed(), |(_, t)| t);
        self.mata();
        Fim {
            codigo,
            tempo,
            memoria: self.memoria,
        }
    }

    /// Espera que o programa termine, e lê tudo o que ele escreveu, ou que fique à espera de alguém: quem
    /// acabou de errar ainda está escrevendo o traceback.
    pub fn assenta(&mut self) {
        let comeco = Instant::now();
        let mut quieto = 0;
        while quieto < 5 && comeco.elapsed() < SILENCIO && !self.enxurrada {
            let acabou = self.saida.acabou || self.erro.acabou;
            if self.saida.acabou && self.erro.acabou && self.terminou().is_some() {
                return;
            }
            if self.recebe(QUIETO) || !espera_alguem(self.filho.id()) {
                quieto = 0;
            } else if self.terminou().is_none() && !acabou {
                quieto += 1;
            }
        }
    }

    /// Espera um pouco pela próxima chegada de qualquer dos canos e diz se ela veio.
    fn recebe(&mut self, quanto: Duration) -> bool {
        match self.chegadas.recv_timeout(quanto) {
            Ok((cano, Some(bytes))) => {
                self.olha_a_memoria();
                let cabe = self.paciencia == Paciencia::Rigorosa
                    || self.fluxo(cano).bytes.len() < TELA_DEMAIS;
                if cabe {
                    self.fluxo(cano).bytes.extend(bytes);
                }
                self.enxurrada |= !cabe;
                true
            }
            Ok((cano, None)) => {
                self.fluxo(cano).acabou = true;
                true
            }
            Err(motivo) => {
                // Sem mais quem mande, o recv não espera: falta só o fim do processo.
                if motivo == RecvTimeoutError::Disconnected {
                    thread::sleep(Duration::from_millis(1));
                }
                // Se já terminou, o silêncio pode ser de um filho dele, que sai com ele.
                if self.paciencia == Paciencia::DeGente {
                    self.terminou();
                }
                false
            }
        }
    }

    /// O sistema só conta a memória de quem ainda vive, e quem acabou de escrever quase sempre vive.
    fn olha_a_memoria(&mut self) {
        if self.paciencia == Paciencia::DeGente && self.fim.is_none() {
            self.memoria = pico_de_memoria(self.filho.id()).or(self.memoria);
        }
    }

    fn fluxo(&mut self, cano: Cano) -> &mut Fluxo {
        match cano {
            Cano::Saida => &mut self.saida,
            Cano::Erro => &mut self.erro,
        }
    }

    /// Uma falha, se isto não vale.
    pub fn exige(&mut self, certo: bool, o_que: impl Display) -> Resultado<()> {
        match certo {
            true => Ok(()),
            false => Err(self.falta(o_que, None)),
        }
    }

    /// O que se esperava, e o que o programa fez: mostrou outra coisa, parou com um erro, terminou antes ou travou.
    pub fn falta(&mut self, esperado: impl Display, engano: Option<Engano>) -> Falha {
        use Engano::{Enxurrada, NaoTerminou, OutroTexto, ParouAntesDe};
        if !matches!(engano, Some(ParouAntesDe(_) | NaoTerminou | Enxurrada)) {
            self.assenta();
        }
        let (tela, erro) = (recuado(&self.saida.bytes), recuado(&self.erro.bytes));
        let viu = match tela.is_empty() && erro.is_empty() {
            true => "não mostrou nada".to_string(),
            false => format!("mostrou:{tela}{erro}"),
        };
        let fez = match (self.terminou(), engano) {
            (_, Some(OutroTexto { visto, .. })) => format!("mostrou {}", citado(&visto)),
            (Some(1..), _) if !erro.is_empty() => format!("parou com um erro:{erro}"),
            (Some(codigo), Some(_)) => format!("terminou antes, com o código {codigo}, e {viu}"),
            (None, Some(_)) => format!("ficou parado, ou num laço sem fim, e foi encerrado: {viu}"),
            (_, None) => viu,
        };
        falha!("esperava {esperado}; {} {fez}", self.nome)
    }
}

/// As últimas linhas de uma tela, debaixo de uma frase.
fn recuado(tela: &[u8]) -> String {
    let tela = String::from_utf8_lossy(tela);
    let linhas: Vec<&str> = tela.trim_matches('\n').lines().collect();
    let recua = |linha: &&str| format!("\n    {}", visivel(linha.as_bytes()));
    let ultimas = linhas.len().saturating_sub(20);
    linhas[ultimas..].iter().map(recua).collect()
}

/// Um texto como se cita numa frase: nada que mexa no terminal, e só o começo se é longo.
#[must_use]
pub fn citado(texto: &str) -> String {
    let texto = visivel(texto.trim_end_matches('\n').as_bytes());
    match texto.char_indices().nth(80) {
        Some((corte, _)) => format!("`{}…`", &texto[..corte]),
        None => format!("`{texto}`"),
    }
}

/// Como um programa saiu de cena e o que gastou.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fim {
    /// O código de saída; nenhum se foi preciso tirá-lo de cena.
    pub codigo: Option<i32>,
    /// Quanto ficou em cena.
    pub tempo: Duration,
    /// A maior memória que ocupou até a última vez em que escreveu (ou até o fim, se foi preciso tirá-lo de
    /// cena), em bytes: só o Linux a conta, e não de quem terminou antes de se olhar.
    pub memoria: Option<u64>,
}

/// Se o processo dorme à espera de algo (do teclado, da rede), em vez de trabalhar.
fn espera_alguem(pid: u32) -> bool {
    let estado = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // O estado vem depois do nome, que pode ter qualquer coisa entre os parênteses.
    let dorme = estado
        .rsplit(") ")
        .next()
        .is_some_and(|resto| resto.starts_with('S'));
    dorme || !SABE_SE_ESPERA
}

/// Quanto tempo de processador um programa já teve; só o Linux o diz.
fn quanto_rodou(pid: u32) -> Option<Duration> {
    let conta = fs::read_to_string(format!("/proc/{pid}/schedstat")).ok()?;
    let nanos = conta.split(' ').next()?.parse().ok()?;
    Some(Duration::from_nanos(nanos))
}

/// Quem ainda está em cena no fim da sessão (um servidor, quase sempre) sai com ela.
impl Drop for Terminal {
    fn drop(&mut self) {
        self.mata();
    }
}

fn le_em_paralelo(cano: Cano, mut leitor: impl Read + Send + 'static, envia: SyncSender<Chegada>) {
    thread::spawn(move || {
        let mut buffer = [0; 8192];
        while let Ok(lidos) = leitor.read(&mut buffer) {
            if lidos == 0 || envia.send((cano, Some(buffer[..lidos].to_vec()))).is_err() {
                break;
            }
        }
        let _ = envia.send((cano, None));
    });
}

/// A maior memória de um processo que ainda vive, em bytes. (O `ru_maxrss`, que o sistema dá no fim, não serve: um
/// filho herda o pico de quem o abriu, que é maior que o de uma lição inteira.)
fn pico_de_memoria(pid: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    // VmHWM:    2048 kB
    let (_, resto) = status.split_once("VmHWM:")?;
    let kib: u64 = resto.split_whitespace().next()?.parse().ok()?;
    Some(kib * 1024)
}

fn codigo(status: ExitStatus) -> i32 {
    #[cfg(unix)]
    if let Some(sinal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return 128 + sinal;
    }
    status.code().unwrap_or(-1)
}
