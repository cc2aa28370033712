//! O que há para baixar, que vem dentro do programa, e o que foi enviado, que fica em `/entregas`: na memória,
//! ou numa pasta de quem pôs o servidor no ar.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Cursor, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};
use std::{mem, process};

use comum::visivel;
use comum_alem::arquivos;

use crate::dados::manda;

/// A pasta que aceita envios.
const ENTREGAS: &str = "/entregas";
/// O código e o motivo de não se fazer um pedido.
pub type Recusa = &'static str;
const NAO_DEU: Recusa = "451 O disco do servidor nao deixou.";
const JA_EXISTE: Recusa = "553 Ja existe, e nao se troca; use outro nome, como prova-2.txt.";
const NAO_SE_LE: Recusa = "550 O disco do servidor nao deixou ler o arquivo.";

/// Um arquivo ou uma pasta.
#[derive(Clone)]
pub struct No {
    /// Quando mudou, como a função [`data`] o escreve.
    pub data: String,
    pub pasta: bool,
    tamanho: u64,
    fonte: Fonte,
}

/// De onde se leem os bytes. Os da memória nunca mudam: um envio com o mesmo nome põe outros no lugar.
#[derive(Clone)]
enum Fonte {
    Memoria(Arc<[u8]>),
    Disco(PathBuf),
}

impl No {
    /// Quantos bytes viajam: num texto, também os CR que ele ganha.
    pub fn na_rede(&self, texto: bool) -> Result<u64, Recusa> {
        match texto {
            true => manda(self.abre()?, io::sink(), true, 0).map_err(|_| NAO_SE_LE),
            false => Ok(self.tamanho),
        }
    }

    pub fn abre(&self) -> Result<Box<dyn Read + Send>, Recusa> {
        Ok(match &self.fonte {
            Fonte::Memoria(bytes) => Box::new(Cursor::new(Arc::clone(bytes))),
            Fonte::Disco(onde) => {
                Box::new(File::open(onde).map_err(|_| NAO_SE_LE)?.take(self.tamanho))
            }
        })
    }

    /// A linha dele no LIST, nas colunas do `ls -l`. O mês é em inglês, porque há clientes que o leem.
    pub fn linha(&self, caminho: &str) -> String {
        const MESES: &str = "JanFebMarAprMayJunJulAugSepOctNovDec";
        let permissoes = match (self.pasta, caminho.starts_with(ENTREGAS)) {
            (false, false) => "-r--r--r--",
            (false, true) => "-rw-rw-rw-",
            (true, false) => "dr-xr-xr-x",
            (true, true) => "drwxrwxrwx",
        };
        let (ano, mes, dia) = (&self.data[..4], &self.data[4..6], &self.data[6..8]);
        let mes = 3 * mes.parse().unwrap_or(1);
        let (mes, nome) = (&MESES[mes - 3..mes], nome(caminho));
        let tamanho = if self.pasta { 4096 } else { self.tamanho };
        format!("{permissoes}   1 ftp      ftp      {tamanho:>10} {mes} {dia}  {ano} {nome}\r\n")
    }

    /// O que o MLST e o MLSD dizem dele (RFC 3659, 7.5).
    pub fn fatos(&self, nome: &str) -> String {
        let (data, tamanho) = (&self.data, self.tamanho);
        match self.pasta {
            true => format!("type=dir;modify={data}; {nome}\r\n"),
            false => format!("type=file;size={tamanho};modify={data}; {nome}\r\n"),
        }
    }
}

/// O que um cliente enviou: quem é ele, e quantos bytes isso ocupa, desde que começa a chegar. Quando some, o lugar
/// fica livre.
pub struct Envio {
    pub quem: u64,
    pub bytes: u64,
}

/// Os bytes de todos os envios.
static OCUPADO: AtomicU64 = AtomicU64::new(0);

impl Envio {
    /// Passa a ocupar tantos `bytes`, se cabem.
    pub fn cresce(&mut self, bytes: usize) -> Result<(), Recusa> {
        let [maior, total, _] = arvore().limites;
        let novos = bytes as u64 - self.bytes;
        self.bytes += novos;
        match OCUPADO.fetch_add(novos, Ordering::SeqCst) + novos {
            _ if self.bytes > maior => Err("552 O arquivo e grande demais; nada dele ficou."),
            ocupado if ocupado > total => Err("552 Nao ha mais lugar em /entregas; nada ficou."),
            _ => Ok(()),
        }
    }
}

impl Drop for Envio {
    fn drop(&mut self) {
        OCUPADO.fetch_sub(self.bytes, Ordering::SeqCst);
    }
}

/// A árvore inteira.
#[derive(Default)]
pub struct Arvore {
    /// O que fica na memória.
    nos: BTreeMap<String, No>,
    /// Onde ficam as entregas, se não é na memória.
    pasta: Option<PathBuf>,
    /// Quanto se aceita: bytes de um arquivo, bytes ao todo, e nomes.
    limites: [u64; 3],
    /// O que já tem nome em `/entregas`, na memória ou no disco.
    envios: BTreeMap<String, Envio>,
}

/// A árvore que todas as sessões veem, uma de cada vez. Se uma thread caiu com ela na mão, o que há nela continua bom.
pub fn arvore() -> MutexGuard<'static, Arvore> {
    static ARVORE: LazyLock<Mutex<Arvore>> = LazyLock::new(Mutex::default);
    ARVORE.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Arvore {
    /// Enche a árvore com o que há para baixar; as entregas ficam em `pasta`, ou na memória.
    pub fn enche(&mut self, pasta: Option<PathBuf>, limites: [u64; 3]) {
        (self.pasta, self.limites) = (pasta, limites);
        // Sempre a mesma data, para que a listagem da raiz não mude de um dia para o outro.
        self.poe(ENTREGAS, "20200506120000", None);
        let mut guardados: Vec<_> = arquivos().collect();
        // Em ordem de data: uma pasta é tão nova quanto o arquivo mais novo dela.
        guardados.sort_unstable();
        for (dia, caminho, bytes) in guardados {
            let data = format!("{dia}120000");
            for pasta in Path::new(caminho).ancestors().skip(1) {
                self.poe(&pasta.to_string_lossy(), &data, None);
            }
            self.poe(caminho, &data, Some(bytes.into()));
        }
    }

    /// Põe na memória um arquivo, ou uma pasta (`None`).
    fn poe(&mut self, caminho: &str, data: &str, bytes: Option<Arc<[u8]>>) {
        let no = No {
            data: data.to_string(),
            pasta: bytes.is_none(),
            tamanho: bytes.as_ref().map_or(0, |bytes| bytes.len() as u64),
            fonte: Fonte::Memoria(bytes.unwrap_or_default()),
        };
        self.nos.insert(caminho.to_string(), no);
    }

    /// Onde um caminho fica no disco, se é lá que ele fica.
    fn no_disco(&self, caminho: &str) -> Option<PathBuf> {
        let dentro = Path::new(caminho).strip_prefix(ENTREGAS).ok()?;
        self.pasta.as_ref().map(|pasta| pasta.join(dentro))
    }

    /// O que há num caminho. A pasta do disco é de outra pessoa: o que há nela é o que há agora.
    pub fn procura(&self, caminho: &str) -> Result<No, Recusa> {
        let achado = match self.no_disco(caminho) {
            // De um nome que não serviria a um envio, é como se não existisse.
            Some(onde) if caminho.split('/').skip(2).all(|nome| serve(nome, true)) => le(onde),
            Some(_) => None,
            None => self.nos.get(caminho).cloned(),
        };
        achado.ok_or("550 Isso nao existe aqui.")
    }

    /// O mesmo, de um arquivo.
    pub fn arquivo(&self, caminho: &str) -> Result<No, Recusa> {
        let no = self.procura(caminho)?;
        (!no.pasta).then_some(no).ok_or("550 Isso e uma pasta.")
    }

    /// O que há numa pasta, em ordem, uma linha para cada coisa; de um arquivo, só a dele.
    pub fn lista(&self, no: &str, linha: impl Fn(&No, &str) -> String) -> Result<String, Recusa> {
        let mut filhos = Vec::new();
        if !self.procura(no)?.pasta {
            filhos.push(no.to_string());
        } else if let Some(onde) = self.no_disco(no) {
            for entrada in fs::read_dir(onde).map_err(|_| NAO_DEU)?.flatten() {
                filhos.push(absoluto(no, &entrada.file_name().to_string_lossy()));
            }
        } else {
            let daqui = |filho: &&String| *filho != no && absoluto(filho, "..") == no;
            filhos.extend(self.nos.keys().filter(daqui).cloned());
        }
        filhos.sort();
        let linha = |filho: &String| Some(linha(&self.procura(filho).ok()?, filho));
        Ok(filhos.iter().filter_map(linha).collect())
    }

    /// Confere que um arquivo (STOR) ou uma pasta (MKD) pode nascer em `caminho`, ou mudar-se para lá (RNTO), e devolve o
    /// que já há: na memória, um arquivo enviado pode ficar no lugar de outro.
    pub fn confere(&mut self, verbo: &str, caminho: &str) -> Result<Arc<[u8]>, Recusa> {
        // O que o dono da pasta já tirou de lá não ocupa mais lugar.
        if let Some(pasta) = &self.pasta {
            let onde = |nome: &str| pasta.join(&nome[ENTREGAS.len() + 1..]);
            let fica = |nome: &String, _: &mut _| onde(nome).try_exists().unwrap_or(true);
            self.envios.retain(fica);
        }
        let no_disco = |onde: PathBuf| onde.symlink_metadata().is_ok();
        let existe = self.nos.contains_key(caminho) || self.no_disco(caminho).is_some_and(no_disco);
        let ha_pasta = self
            .procura(&absoluto(caminho, ".."))
            .is_ok_and(|no| no.pasta);
        let troca = verbo == "STOR" && self.envios.contains_key(caminho);
        match self.procura(caminho).map(|no| (no.pasta, no.fonte)) {
            Ok((false, Fonte::Memoria(bytes))) if troca => Ok(bytes),
            _ if !caminho.starts_with("/entregas/") => Err("553 So se grava dentro de /entregas."),
            _ if !serve(nome(caminho), self.pasta.is_some()) => {
                Err("553 Esse nome nao serve; use letras, numeros, ponto e traco.")
            }
            _ if existe => Err(JA_EXISTE),
            _ if !ha_pasta => Err("553 A pasta nao existe; crie-a antes com MKD."),
            _ if verbo != "RNTO" && self.envios.len() as u64 >= self.limites[2] => {
                Err("552 Ja ha nomes demais em /entregas; apague algum.")
            }
            _ => Ok(Arc::default()),
        }
    }

    /// Cria uma pasta (`None`), ou dá o nome a um arquivo que chegou inteiro.
    pub fn cria(&mut self, nome: &str, bytes: Option<Vec<u8>>, envio: Envio) -> Result<(), Recusa> {
        // O nome de um arquivo foi conferido antes de ele chegar, e outro pode tê-lo tomado.
        self.confere(if bytes.is_some() { "STOR" } else { "MKD" }, nome)?;
        let no_disco = |erro: io::Error| match erro.kind() {
            ErrorKind::AlreadyExists => JA_EXISTE,
            _ => NAO_DEU,
        };
        match (self.no_disco(nome), bytes) {
            (Some(onde), None) => fs::create_dir(onde).map_err(no_disco)?,
            (Some(onde), Some(bytes)) => grava(&onde, &bytes).map_err(no_disco)?,
            (None, bytes) => self.poe(nome, &data(SystemTime::now()), bytes.map(Into::into)),
        }
        self.envios.insert(nome.to_string(), envio);
        Ok(())
    }

    /// Confere que se pode apagar um nó ou mudar o nome dele. No disco, só a sessão que o enviou mexe nele.
    pub fn confere_dono(&self, caminho: &str, quem: u64) -> Result<No, Recusa> {
        let no = self.procura(caminho)?;
        match self.envios.get(caminho) {
            Some(envio) if self.pasta.is_none() || envio.quem == quem => Ok(no),
            _ => Err("550 So se mexe no que se enviou a /entregas, na mesma sessao."),
        }
    }

    /// Apaga um arquivo (DELE) ou uma pasta vazia (RMD).
    pub fn apaga(&mut self, caminho: &str, pasta: bool, quem: u64) -> Result<(), Recusa> {
        if self.confere_dono(caminho, quem)?.pasta != pasta {
            return Err("550 Um arquivo se apaga com DELE, e uma pasta, com RMD.");
        }
        if pasta && !self.lista(caminho, No::linha)?.is_empty() {
            return Err("550 A pasta nao esta vazia.");
        }
        match (self.no_disco(caminho), pasta) {
            (Some(onde), true) => fs::remove_dir(onde).map_err(|_| NAO_DEU)?,
            (Some(onde), false) => fs::remove_file(onde).map_err(|_| NAO_DEU)?,
            (None, _) => drop(self.nos.remove(caminho)),
        }
        self.envios.remove(caminho);
        Ok(())
    }

    /// Muda o nome de um arquivo ou de uma pasta, com tudo o que há nela (RNTO).
    pub fn renomeia(&mut self, de: &str, para: &str, quem: u64) -> Result<(), Recusa> {
        self.confere_dono(de, quem)?;
        self.confere("RNTO", para)?;
        if para.starts_with(&format!("{de}/")) {
            return Err("553 Uma pasta nao cabe dentro dela mesma.");
        }
        if let Some((antes, depois)) = self.no_disco(de).zip(self.no_disco(para)) {
            fs::rename(antes, depois).map_err(|_| NAO_DEU)?;
        }
        muda_nomes(&mut self.nos, de, para);
        muda_nomes(&mut self.envios, de, para);
        Ok(())
    }
}

/// Num mapa de caminhos, tudo o que está em `de` passa a estar em `para`.
fn muda_nomes<T>(mapa: &mut BTreeMap<String, T>, de: &str, para: &str) {
    let novo = |caminho: String| match caminho.strip_prefix(de) {
        Some(resto) if resto.is_empty() || resto.starts_with('/') => format!("{para}{resto}"),
        _ => caminho,
    };
    let antes = mem::take(mapa).into_iter();
    *mapa = antes.map(|(caminho, no)| (novo(caminho), no)).collect();
}

/// Grava um arquivo novo, que só aparece com o nome dele quando está inteiro.
fn grava(onde: &Path, bytes: &[u8]) -> io::Result<()> {
    let provisorio = onde.with_file_name(format!(".chegando-{}", process::id()));
    // Um rename trocaria o arquivo que outro programa pusesse lá neste instante: só num disco sem links, como os FAT.
    let nomeia = |()| match fs::hard_link(&provisorio, onde) {
        Err(erro) if erro.kind() != ErrorKind::AlreadyExists => fs::rename(&provisorio, onde),
        feito => feito,
    };
    let gravado = fs::write(&provisorio, bytes).and_then(nomeia);
    let _ = fs::remove_file(&provisorio);
    gravado
}

/// O que há num lugar do disco. Um link, um *pipe* ou um caminho que passe por um link não são nada: o caminho
/// verdadeiro deles é outro.
fn le(onde: PathBuf) -> Option<No> {
    let dados = onde.symlink_metadata().ok()?;
    let real = fs::canonicalize(&onde).is_ok_and(|real| real == onde);
    (real && (dados.is_dir() || dados.is_file())).then(|| No {
        data: data(dados.modified().unwrap_or(UNIX_EPOCH)),
        pasta: dados.is_dir(),
        tamanho: dados.len(),
        fonte: Fonte::Disco(onde),
    })
}

/// O último nome de um caminho.
pub fn nome(caminho: &str) -> &str {
    caminho.rsplit('/').next().unwrap_or_default()
}

/// O caminho pedido a partir da pasta `atual`, sem `.` nem `..`: acima da raiz há só a raiz.
pub fn absoluto(atual: &str, pedido: &str) -> String {
    let atual = if pedido.starts_with('/') { "" } else { atual };
    let mut nomes = Vec::new();
    for nome in atual.split('/').chain(pedido.split('/')) {
        match nome {
            "" | "." => {}
            ".." => drop(nomes.pop()),
            _ => nomes.push(nome),
        }
    }
    format!("/{}", nomes.join("/"))
}

/// Se um nome serve para um arquivo enviado. No disco, que um dia pode ser lido pelo Windows, há nomes que são
/// aparelhos, o ponto e o espaço do fim somem, o dois-pontos é um arquivo escondido; e os que começam com
/// ponto o Unix esconde.
fn serve(nome: &str, no_disco: bool) -> bool {
    const APARELHOS: &str = "CON PRN AUX NUL CONIN$ CONOUT$ COM LPT";
    let estranho = |c: char| c.is_control() || c == char::REPLACEMENT_CHARACTER;
    let na_tela = visivel(nome.as_bytes()) == nome && !nome.contains(estranho);
    let radical = nome.split('.').next().unwrap_or_default().to_uppercase();
    let numero = |c: char| c.is_ascii_digit() || "¹²³".contains(c);
    let radical = radical.trim_end().trim_end_matches(numero);
    let no_windows = !APARELHOS.split(' ').any(|aparelho| aparelho == radical)
        && !nome.starts_with('.')
        && !nome.ends_with(['.', ' '])
        && !nome.contains(['<', '>', ':', '"', '/', '\\', '|', '?', '*']);
    na_tela && (1..256).contains(&nome.len()) && (no_windows || !no_disco)
}

/// O instante, em UTC, como a RFC 3659, 2.3, o escreve: `20180315120000`.
fn data(instante: SystemTime) -> String {
    /// O último segundo de 9999, desde 1970: um disco pode dizer um ano de cinco algarismos.
    const FIM: u64 = 253_402_300_799;
    let passados = instante.duration_since(UNIX_EPOCH).unwrap_or_default();
    let passados = passados.as_secs().min(FIM);
    let (hora, minuto, segundo) = (passados / 3600 % 24, passados / 60 % 60, passados % 60);
    let (mut ano, mut mes, mut dia) = (1970, 1, 1 + passados / 86_400);
    loop {
        let tem = match mes {
            2 if ano % 4 == 0 && (ano % 100 != 0 || ano % 400 == 0) => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        if dia <= tem {
            return format!("{ano}{mes:02}{dia:02}{hora:02}{minuto:02}{segundo:02}");
        }
        (ano, mes, dia) = (ano + mes / 12, mes % 12 + 1, dia - tem);
    }
}
