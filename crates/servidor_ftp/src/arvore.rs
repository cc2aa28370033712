//! O que há para baixar, que vem dentro do programa, e o que foi enviado, que fica em `/entregas`: na memória,
//! ou numa pasta de quem pôs o servidor no ar.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Cursor, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};
use std::{mem, process};

use comum::visivel;
use comum_alem::arquivos;

use crate::dados::manda;

/// A pasta que aceita envios.
const ENTREGAS: &str = "/entregas";
pub const ALEM_DO_FIM: &str = "554 O REST passa do fim do arquivo.";
const NAO_DEU: &str = "451 O disco do servidor nao deixou.";

/// Um arquivo ou uma pasta.
pub struct No {
    pub caminho: String,
    /// Quando mudou.
    pub data: String,
    pub corpo: Corpo,
}

/// O que há num nó. Os bytes nunca mudam: um envio com o mesmo nome põe outros no lugar.
#[derive(Clone)]
pub enum Corpo {
    Pasta,
    Memoria(Arc<[u8]>),
    /// Um arquivo da pasta de entregas, e quantos bytes tem.
    Disco(PathBuf, u64),
}

impl No {
    pub fn e_pasta(&self) -> bool {
        matches!(self.corpo, Corpo::Pasta)
    }

    pub fn nome(&self) -> &str {
        nome(&self.caminho)
    }

    fn tamanho(&self) -> u64 {
        match &self.corpo {
            Corpo::Pasta => 4096,
            Corpo::Memoria(bytes) => bytes.len() as u64,
            Corpo::Disco(_, tamanho) => *tamanho,
        }
    }

    /// Quantos bytes viajam: num texto, também os CR que ele ganha.
    pub fn na_rede(&self, texto: bool) -> io::Result<u64> {
        if texto {
            manda(self.abre()?, io::sink(), true, 0)
        } else {
            Ok(self.tamanho())
        }
    }

    pub fn abre(&self) -> io::Result<Box<dyn Read + Send>> {
        Ok(match &self.corpo {
            Corpo::Pasta => Box::new(io::empty()),
            Corpo::Memoria(bytes) => Box::new(Cursor::new(Arc::clone(bytes))),
            Corpo::Disco(onde, _) => Box::new(File::open(onde)?),
        })
    }

    /// O que se pode fazer com ele: nas letras do `ls`, e nas do MLST (RFC 3659, 7.5.5).
    fn permissoes(&self) -> (&'static str, &'static str) {
        match (self.e_pasta(), self.caminho.starts_with(ENTREGAS)) {
            (false, false) => ("-r--r--r--", "r"),
            (false, true) => ("-rw-rw-rw-", "adfrw"),
            (true, false) => ("dr-xr-xr-x", "el"),
            (true, true) => ("drwxrwxrwx", "cdeflmp"),
        }
    }

    /// A linha dele no LIST, nas colunas do `ls -l`. O mês é em inglês, porque há clientes que o leem.
    pub fn linha(&self) -> String {
        const MESES: &str = "JanFebMarAprMayJunJulAugSepOctNovDec";
        let (ano, mes, dia) = (&self.data[..4], &self.data[4..6], &self.data[6..8]);
        let mes = 3 * mes.parse().unwrap_or(1);
        let mes = &MESES[mes - 3..mes];
        let (permissoes, tamanho, nome) = (self.permissoes().0, self.tamanho(), self.nome());
        format!("{permissoes}   1 ftp      ftp      {tamanho:>10} {mes} {dia}  {ano} {nome}")
    }

    /// O que o MLST e o MLSD dizem dele (RFC 3659, 7.5).
    pub fn fatos(&self) -> String {
        let tipo = match self.e_pasta() {
            true => "dir".to_string(),
            false => format!("file;size={}", self.tamanho()),
        };
        let (data, permissoes) = (&self.data, self.permissoes().1);
        format!("type={tipo};modify={data};perm={permissoes};")
    }
}

/// O que todas as sessões veem.
static ARVORE: Mutex<Arvore> = Mutex::new(Arvore {
    nos: BTreeMap::new(),
    pasta: None,
    limites: [0; 3],
    donos: BTreeMap::new(),
    ocupado: 0,
});

/// A árvore, uma sessão de cada vez. Se uma thread caiu com ela na mão, o que há nela continua bom.
pub fn arvore() -> MutexGuard<'static, Arvore> {
    ARVORE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A árvore inteira.
pub struct Arvore {
    /// O que fica na memória: a data e o conteúdo.
    nos: BTreeMap<String, (String, Corpo)>,
    /// Onde ficam as entregas, se não é na memória.
    pasta: Option<PathBuf>,
    /// Quanto se aceita: bytes de um arquivo, bytes ao todo, e nomes.
    limites: [u64; 3],
    /// Os nomes enviados, e o número do cliente que enviou cada um.
    donos: BTreeMap<String, u64>,
    /// Os bytes enviados, com os que ainda estão chegando.
    ocupado: u64,
}

impl Arvore {
    /// Enche a árvore com o que há para baixar; as entregas ficam em `pasta`, ou na memória.
    pub fn enche(&mut self, pasta: Option<PathBuf>, limites: [u64; 3]) {
        (self.pasta, self.limites) = (pasta, limites);
        // Sempre a mesma data, para que a listagem da raiz não mude de um dia para o outro.
        let entregas = ("20200506120000".to_string(), Corpo::Pasta);
        self.nos.insert(ENTREGAS.to_string(), entregas);
        for (dia, caminho, bytes) in arquivos() {
            let data = format!("{dia}120000");
            for pasta in Path::new(caminho).ancestors().skip(1) {
                let pasta = pasta.to_string_lossy().into_owned();
                let nova = (data.clone(), Corpo::Pasta);
                let (dela, _) = self.nos.entry(pasta).or_insert(nova);
                // Uma pasta é tão nova quanto o arquivo mais novo dela.
                *dela = data.clone().max(mem::take(dela));
            }
            let arquivo = (data, Corpo::Memoria(bytes.into()));
            self.nos.insert(caminho.to_string(), arquivo);
        }
    }

    /// Onde um caminho fica no disco, se é lá que ele fica.
    fn no_disco(&self, caminho: &str) -> Option<PathBuf> {
        let dentro = Path::new(caminho).strip_prefix(ENTREGAS).ok()?;
        self.pasta.as_ref().map(|pasta| pasta.join(dentro))
    }

    /// O que há num caminho. A pasta do disco é de outra pessoa: o que há nela é o que há agora.
    pub fn procura(&self, caminho: &str) -> Result<No, &'static str> {
        let achado = match self.no_disco(caminho) {
            // De um nome que não serviria a um envio, é como se não existisse.
            Some(onde) if caminho.split('/').skip(2).all(|nome| serve(nome, true)) => le(onde),
            Some(_) => None,
            None => self.nos.get(caminho).cloned(),
        };
        let (data, corpo) = achado.ok_or("550 Isso nao existe aqui.")?;
        let caminho = caminho.to_string();
        Ok(No {
            caminho,
            data,
            corpo,
        })
    }

    /// O que há numa pasta, em ordem; de um arquivo, só ele.
    pub fn lista(&self, caminho: &str) -> Result<Vec<No>, &'static str> {
        let no = self.procura(caminho)?;
        if !no.e_pasta() {
            return Ok(vec![no]);
        }
        let mut nomes: Vec<String> = if let Some(onde) = self.no_disco(caminho) {
            let entradas = fs::read_dir(onde).map_err(|_| NAO_DEU)?.flatten();
            let nomes = entradas.map(|entrada| entrada.file_name());
            nomes.filter_map(|nome| nome.into_string().ok()).collect()
        } else {
            let separados = self.nos.keys().filter_map(|nome| nome.rsplit_once('/'));
            let daqui = separados.filter(|(pasta, _)| *pasta == caminho.trim_end_matches('/'));
            daqui.map(|(_, nome)| nome.to_string()).collect()
        };
        nomes.sort();
        nomes.retain(|nome| !nome.is_empty());
        let caminhos = nomes.iter().map(|nome| absoluto(caminho, nome));
        Ok(caminhos
            .flat_map(|caminho| self.procura(&caminho))
            .collect())
    }

    /// Confere que um nome pode nascer em `caminho`; se não pode, o código é este.
    fn confere_novo(&self, caminho: &str, codigo: u16) -> Result<(), String> {
        let no_disco = self.no_disco(caminho);
        let existe = self.nos.contains_key(caminho)
            || no_disco.is_some_and(|onde| onde.symlink_metadata().is_ok());
        let pasta = self.procura(&absoluto(caminho, ".."));
        let motivo = if !caminho.starts_with("/entregas/") {
            "So se grava dentro de /entregas."
        } else if !serve(nome(caminho), self.pasta.is_some()) {
            "Esse nome nao serve; use letras, numeros, ponto e traco."
        } else if !pasta.is_ok_and(|pasta| pasta.e_pasta()) {
            "A pasta nao existe; crie-a antes com MKD."
        } else if existe {
            "Ja existe, e nao se troca; use outro nome, como prova-2.txt."
        } else {
            return Ok(());
        };
        Err(format!("{codigo} {motivo}"))
    }

    fn confere_lugar(&self) -> Result<(), &'static str> {
        match self.limites[2] > self.donos.len() as u64 {
            true => Ok(()),
            false => Err("552 Ja ha nomes demais em /entregas; apague algum."),
        }
    }

    /// Confere que se pode enviar um arquivo com esse nome, e devolve o que já há nele: na memória, um envio pode
    /// ficar no lugar de outro.
    fn confere_envio(&self, caminho: &str) -> Result<Arc<[u8]>, String> {
        match self.procura(caminho).map(|no| no.corpo) {
            Ok(Corpo::Memoria(bytes)) if self.donos.contains_key(caminho) => Ok(bytes),
            _ => {
                self.confere_novo(caminho, 553)?;
                self.confere_lugar()?;
                Ok(Arc::default())
            }
        }
    }

    /// Confere que se pode apagar um nó ou mudar o nome dele. No disco, só a sessão que o enviou mexe nele.
    pub fn confere_dono(&self, caminho: &str, quem: u64) -> Result<No, &'static str> {
        let no = self.procura(caminho)?;
        match self.donos.get(caminho) {
            Some(dono) if self.pasta.is_none() || *dono == quem => Ok(no),
            _ => Err("550 So se mexe no que se enviou a /entregas, na mesma sessao."),
        }
    }

    /// Cria uma pasta (MKD).
    pub fn cria_pasta(&mut self, caminho: &str, quem: u64) -> Result<(), String> {
        self.confere_novo(caminho, 550)?;
        self.confere_lugar()?;
        match self.no_disco(caminho) {
            Some(onde) => fs::create_dir(onde).map_err(|_| NAO_DEU)?,
            None => self.guarda(caminho, Corpo::Pasta),
        }
        self.donos.insert(caminho.to_string(), quem);
        Ok(())
    }

    fn guarda(&mut self, caminho: &str, corpo: Corpo) {
        let novo = (data(SystemTime::now()), corpo);
        let velho = self.nos.insert(caminho.to_string(), novo);
        if let Some((_, Corpo::Memoria(bytes))) = velho {
            self.ocupado -= bytes.len() as u64;
        }
    }

    /// Apaga um arquivo (DELE) ou uma pasta vazia (RMD).
    pub fn apaga(&mut self, caminho: &str, pasta: bool, quem: u64) -> Result<(), &'static str> {
        let no = self.confere_dono(caminho, quem)?;
        match (pasta, no.e_pasta()) {
            (true, false) => return Err("550 E um arquivo; apague-o com DELE."),
            (false, true) => return Err("550 E uma pasta; apague-a com RMD."),
            (true, true) if !self.lista(caminho)?.is_empty() => {
                return Err("550 A pasta nao esta vazia.");
            }
            (true, true) => self.no_disco(caminho).map_or(Ok(()), fs::remove_dir),
            (false, false) => {
                self.ocupado = self.ocupado.saturating_sub(no.tamanho());
                self.no_disco(caminho).map_or(Ok(()), fs::remove_file)
            }
        }
        .map_err(|_| NAO_DEU)?;
        self.nos.remove(caminho);
        self.donos.remove(caminho);
        Ok(())
    }

    /// Muda o nome de um arquivo ou de uma pasta, com tudo o que há nela (RNTO).
    pub fn renomeia(&mut self, de: &str, para: &str, quem: u64) -> Result<(), String> {
        self.confere_dono(de, quem)?;
        self.confere_novo(para, 553)?;
        if para.starts_with(&format!("{de}/")) {
            return Err("553 Uma pasta nao cabe dentro dela mesma.".to_string());
        }
        if let Some((antes, depois)) = self.no_disco(de).zip(self.no_disco(para)) {
            fs::rename(antes, depois).map_err(|_| NAO_DEU)?;
        }
        muda_nomes(&mut self.nos, de, para);
        muda_nomes(&mut self.donos, de, para);
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

/// Um arquivo que está chegando. Fica na memória, dentro dos limites, e só ganha o nome quando chega inteiro; se
/// some antes, nada fica dele.
pub struct Envio {
    caminho: String,
    quem: u64,
    texto: bool,
    bytes: Vec<u8>,
}

impl Envio {
    /// Prepara a chegada de um arquivo. Do que já há com o nome dele ficam os primeiros `inicio` bytes (STOR), ou
    /// todos (APPE).
    pub fn novo(
        caminho: &str,
        quem: u64,
        texto: bool,
        inicio: Option<u64>,
    ) -> Result<Envio, String> {
        let mut arvore = arvore();
        let antes = arvore.confere_envio(caminho)?;
        let fica = inicio.map_or(Ok(antes.len()), usize::try_from).ok();
        let bytes = fica.and_then(|fica| antes.get(..fica)).ok_or(ALEM_DO_FIM)?;
        arvore.ocupado += bytes.len() as u64;
        let (caminho, bytes) = (caminho.to_string(), bytes.to_vec());
        Ok(Envio {
            caminho,
            quem,
            texto,
            bytes,
        })
    }

    /// Dá o nome ao arquivo, que chegou inteiro, e devolve quantos bytes ele tem.
    pub fn conclui(mut self) -> Result<u64, String> {
        let mut arvore = arvore();
        // Com a árvore travada ninguém dá nomes: o que não existe agora não existe daqui a pouco.
        arvore.confere_envio(&self.caminho)?;
        let tamanho = self.bytes.len() as u64;
        match arvore.no_disco(&self.caminho) {
            Some(onde) => grava(&onde, &self.bytes).map_err(|_| NAO_DEU)?,
            None => arvore.guarda(&self.caminho, Corpo::Memoria(self.bytes[..].into())),
        }
        arvore.donos.insert(self.caminho.clone(), self.quem);
        // O lugar que eles ocupam já é do arquivo.
        self.bytes.clear();
        Ok(tamanho)
    }
}

impl Write for Envio {
    /// Guarda mais um pedaço; o CRLF de um texto fica como LF. O erro é a recusa que o cliente vai ler.
    fn write(&mut self, pedaco: &[u8]) -> io::Result<usize> {
        let antes = self.bytes.len();
        if self.texto {
            for byte in pedaco {
                if *byte == b'\n' && self.bytes.ends_with(b"\r") {
                    self.bytes.pop();
                }
                self.bytes.push(*byte);
            }
        } else {
            self.bytes.extend_from_slice(pedaco);
        }
        let mut arvore = arvore();
        arvore.ocupado += (self.bytes.len() - antes) as u64;
        let [maior, total, _] = arvore.limites;
        if self.bytes.len() as u64 > maior {
            return Err(io::Error::other(
                "552 O arquivo e grande demais; nada dele ficou.",
            ));
        }
        if arvore.ocupado > total {
            return Err(io::Error::other(
                "552 Nao ha mais lugar em /entregas; nada ficou.",
            ));
        }
        Ok(pedaco.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Envio {
    fn drop(&mut self) {
        arvore().ocupado -= self.bytes.len() as u64;
    }
}

/// Grava um arquivo novo, que só aparece com o nome dele quando está inteiro.
fn grava(onde: &Path, bytes: &[u8]) -> io::Result<()> {
    let provisorio = onde.with_file_name(format!(".chegando-{}", process::id()));
    let gravado = fs::write(&provisorio, bytes).and_then(|()| fs::rename(&provisorio, onde));
    gravado.inspect_err(|_| drop(fs::remove_file(&provisorio)))
}

/// O que há num lugar do disco: a data e o conteúdo. Um link, um *pipe* ou um caminho que passe por um link não são
/// nada: o caminho verdadeiro deles é outro.
fn le(onde: PathBuf) -> Option<(String, Corpo)> {
    let dados = onde.symlink_metadata().ok()?;
    let real = fs::canonicalize(&onde).ok()?;
    let data = data(dados.modified().unwrap_or(UNIX_EPOCH));
    if real != onde {
        return None;
    }
    if dados.is_dir() {
        return Some((data, Corpo::Pasta));
    }
    let arquivo = Corpo::Disco(onde, dados.len());
    dados.is_file().then_some((data, arquivo))
}

/// O último nome de um caminho.
fn nome(caminho: &str) -> &str {
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
    const APARELHOS: [&str; 8] = [
        "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "COM", "LPT",
    ];
    let estranho = |c: char| c.is_control() || c == char::REPLACEMENT_CHARACTER;
    let na_tela = visivel(nome.as_bytes()) == nome && !nome.contains(estranho);
    let radical = nome
        .split('.')
        .next()
        .unwrap_or_default()
        .trim_end()
        .to_uppercase();
    let radical = radical.trim_end_matches(|c: char| c.is_ascii_digit() || "¹²³".contains(c));
    let no_windows = !APARELHOS.contains(&radical)
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
    let (mut ano, mut mes, mut dia) = (1970, 1, passados / 86_400);
    loop {
        let tem = match mes {
            2 if ano % 4 == 0 && (ano % 100 != 0 || ano % 400 == 0) => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        if dia < tem {
            break;
        }
        dia -= tem;
        (ano, mes) = (ano + mes / 12, mes % 12 + 1);
    }
    let segundo = passados % 86_400;
    let (hora, minuto, segundo) = (segundo / 3600, segundo / 60 % 60, segundo % 60);
    format!(
        "{ano}{mes:02}{:02}{hora:02}{minuto:02}{segundo:02}",
        dia + 1
    )
}
