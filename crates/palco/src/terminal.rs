//! Um programa em cena, com o teclado e a tela na mão de quem testa.

use std::io::{self, Read, Write};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::falha::{Falha, Resultado, falha};

/// Quanto se espera por um prompt antes de desistir: só conta quando algo travou.
const PRAZO: Duration = Duration::from_secs(60);

/// Um programa rodando com a entrada e as saídas em canos.
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
}

/// Um dos dois canos que vêm do programa.
#[derive(Debug, Default)]
struct Fluxo {
    bytes: Vec<u8>,
    /// Até onde o roteiro já viu.
    visto: usize,
    acabou: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Cano {
    Saida,
    Erro,
}

/// Bytes que chegaram por um cano; `None` é o fim dele.
type Chegada = (Cano, Option<Vec<u8>>);

impl Terminal {
    /// Põe `comando` em cena. Com `saida_fechada`, o stdout é um cano cujo leitor já foi embora.
    ///
    /// # Errors
    /// [`Falha`] se o programa não pôde ser iniciado.
    pub fn abre(nome: &str, comando: &mut Command, saida_fechada: bool) -> Resultado<Terminal> {
        comando.stdin(Stdio::piped()).stderr(Stdio::piped());
        if saida_fechada {
            let (leitor, escritor) = io::pipe()?;
            drop(leitor);
            comando.stdout(escritor);
        } else {
            comando.stdout(Stdio::piped());
        }
        let mut filho = comando
            .spawn()
            .map_err(|erro| falha!("{nome}: {comando:?} não abriu: {erro}"))?;
        // Enquanto o Command existir, ele segura a ponta do cano que emprestou ao programa.
        comando.stdout(Stdio::null());
        let (envia, chegadas) = channel();
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
        })
    }

    /// Espera `texto` no stdout, depois do que já foi visto.
    ///
    /// # Errors
    /// [`Falha`] com o que a tela mostra, se o texto não vem.
    pub fn espera(&mut self, texto: &str) -> Resultado<()> {
        self.espera_em(Cano::Saida, texto)
    }

    /// Espera `texto` no stderr, depois do que já foi visto.
    ///
    /// # Errors
    /// [`Falha`] com o que a tela mostra, se o texto não vem.
    pub fn espera_aviso(&mut self, texto: &str) -> Resultado<()> {
        self.espera_em(Cano::Erro, texto)
    }

    /// Digita uma linha e Enter, e a tela mostra `eco`, que é o que um terminal mostraria.
    ///
    /// # Errors
    /// [`Falha`] se o programa não está mais lendo.
    pub fn digita_com_eco(&mut self, linha: &str, eco: &str) -> Resultado<()> {
        let Some(teclado) = &mut self.teclado else {
            return Err(falha!("{}: a entrada já acabou", self.nome));
        };
        teclado
            .write_all(format!("{linha}\n").as_bytes())
            .and_then(|()| teclado.flush())
            .map_err(|erro| falha!("{}: não leu \"{linha}\": {erro}", self.nome))?;
        self.eco.push((self.saida.visto, format!("{eco}\n")));
        Ok(())
    }

    /// Digita uma linha e Enter.
    ///
    /// # Errors
    /// [`Falha`] se o programa não está mais lendo.
    pub fn digita(&mut self, linha: &str) -> Resultado<()> {
        self.digita_com_eco(linha, linha)
    }

    /// O Ctrl-D: a entrada acaba.
    pub fn fim_da_entrada(&mut self) {
        self.teclado = None;
    }

    /// O Ctrl-C, como sinal (só no Unix).
    ///
    /// # Errors
    /// [`Falha`] se o sinal não pôde ser enviado.
    pub fn ctrl_c(&mut self) -> Resultado<()> {
        let enviado = Command::new("kill")
            .arg("-INT")
            .arg(self.filho.id().to_string())
            .status()?;
        if enviado.success() {
            Ok(())
        } else {
            Err(falha!("{}: o sinal não foi enviado", self.nome))
        }
    }

    /// Espera o programa terminar sozinho e devolve o código de saída (128 + N se um sinal N o matou).
    ///
    /// # Errors
    /// [`Falha`] se ele não termina.
    pub fn sai(&mut self) -> Resultado<i32> {
        let limite = Instant::now() + PRAZO;
        while !(self.saida.acabou && self.erro.acabou) {
            self.recebe(limite)
                .map_err(|Falha(motivo)| falha!("{motivo} que o programa terminasse"))?;
        }
        Ok(codigo(self.filho.wait()?))
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

    /// O que o programa escreveu até aqui no stderr.
    #[must_use]
    pub fn erro(&self) -> &[u8] {
        &self.erro.bytes
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

    fn espera_em(&mut self, cano: Cano, texto: &str) -> Resultado<()> {
        let limite = Instant::now() + PRAZO;
        loop {
            let fluxo = self.fluxo(cano);
            let novo = &fluxo.bytes[fluxo.visto..];
            if let Some(onde) = novo
                .windows(texto.len().max(1))
                .position(|trecho| trecho == texto.as_bytes())
            {
                fluxo.visto += onde + texto.len();
                return Ok(());
            }
            if fluxo.acabou {
                let tela = self.retrato();
                return Err(falha!(
                    "{}: terminou sem mostrar {texto:?}\n{tela}",
                    self.nome
                ));
            }
            self.recebe(limite)
                .map_err(|Falha(motivo)| falha!("{motivo} por {texto:?}\n{}", self.retrato()))?;
        }
    }

    /// Espera a próxima chegada de qualquer dos canos.
    fn recebe(&mut self, limite: Instant) -> Resultado<()> {
        let (cano, bytes) = self
            .chegadas
            .recv_timeout(limite.saturating_duration_since(Instant::now()))
            .map_err(|erro| match erro {
                RecvTimeoutError::Timeout => {
                    falha!("{}: {} s de espera", self.nome, PRAZO.as_secs())
                }
                RecvTimeoutError::Disconnected => {
                    falha!("{}: os canos fecharam à espera", self.nome)
                }
            })?;
        let fluxo = self.fluxo(cano);
        match bytes {
            Some(bytes) => fluxo.bytes.extend_from_slice(&bytes),
            None => fluxo.acabou = true,
        }
        Ok(())
    }

    fn fluxo(&mut self, cano: Cano) -> &mut Fluxo {
        match cano {
            Cano::Saida => &mut self.saida,
            Cano::Erro => &mut self.erro,
        }
    }

    fn retrato(&self) -> String {
        format!(
            "--- stdout de {}:\n{}\n--- stderr:\n{}",
            self.nome,
            String::from_utf8_lossy(&self.saida.bytes),
            String::from_utf8_lossy(&self.erro.bytes)
        )
    }
}

/// Quem ainda está em cena no fim da sessão (um servidor, quase sempre) sai com ela.
impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.filho.kill();
        let _ = self.filho.wait();
    }
}

fn le_em_paralelo(cano: Cano, mut leitor: impl Read + Send + 'static, envia: Sender<Chegada>) {
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

fn codigo(status: ExitStatus) -> i32 {
    #[cfg(unix)]
    if let Some(sinal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return 128 + sinal;
    }
    status.code().unwrap_or(-1)
}
