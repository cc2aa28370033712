//! O que há para baixar, que vem dentro do programa, e o que foi enviado, que fica em `/entregas`: na memória,
//! ou numa pasta de quem pôs o servidor no ar.
//!
//! Os arquivos que vêm dentro do programa são os de `lib.rs`.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};
use std::{mem, process};

use arquivos_da_turma::arquivos;
use comum::visivel;

use crate::dados::{manda_texto, por_blocos};

/// A pasta que aceita envios.
pub const ENTREGAS: &str = "/entregas";
/// Como começa o nome do que ainda está chegando à pasta de entregas.
const CHEGANDO: &str = ".chegando-";
/// O último segundo de 9999, desde 1970.
const FIM_DE_9999: u64 = 253_402_300_799;
const NAO_DEU: &str = "451 O disco do servidor nao deixou.";

/// O instante, em UTC, como a RFC 3659, 2.3, o escreve: `20180315120000`.
fn data(instante: SystemTime) -> String {
    let passados = instante.duration_since(UNIX_EPOCH).unwrap_or_default();
    // Um disco pode dizer um ano de cinco algarismos; o formato só tem quatro.
    let passados = passados.as_secs().min(FIM_DE_9999);
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

/// Um arquivo ou uma pasta.
#[derive(Clone)]
pub struct No {
    /// Quando mudou.
    pub data: String,
    pub corpo: Corpo,
    /// A sessão que o enviou; o que não foi enviado só se lê.
    dono: Option<u64>,
}

/// O que há num nó. Os bytes nunca mudam: um envio com o mesmo nome põe outros no lugar.
#[derive(Clone)]
pub enum Corpo {
    Pasta,
    Memoria(Arc<Vec<u8>>),
    /// Um arquivo da pasta de entregas, e quantos bytes tem.
    Disco(PathBuf, u64),
}

impl No {
    fn novo(data: String, corpo: Corpo, dono: Option<u64>) -> No {
        No { data, corpo, dono }
    }

    pub fn e_pasta(&self) -> bool {
        matches!(self.corpo, Corpo::Pasta)
    }

    fn tamanho(&self) -> u64 {
        match &self.corpo {
            Corpo::Pasta => 4096,
            Corpo::Memoria(bytes) => bytes.len() as u64,
            Corpo::Disco(_, tamanho) => *tamanho,
        }
    }

    /// Uma linha do LIST, nas colunas do `ls -l`. O mês é em inglês, porque há clientes que o leem.
    fn linha(&self, nome: &str, subpastas: usize) -> String {
        const MESES: &str = "JanFebMarAprMayJunJulAugSepOctNovDec";
        let (ano, mes, dia) = (&self.data[..4], &self.data[4..6], &self.data[6..8]);
        let mes = mes
            .parse::<usize>()
            .map_or("???", |mes| &MESES[3 * mes - 3..3 * mes]);
        let (permissoes, elos) = match (self.dono, self.e_pasta()) {
            (None, false) => ("-r--r--r--", 1),
            (Some(_), false) => ("-rw-rw-rw-", 1),
            // Uma pasta é apontada pelo nome dela, pelo "." dela e pelo ".." de cada subpasta.
            (None, true) => ("dr-xr-xr-x", 2 + subpastas),
            (Some(_), true) => ("drwxrwxrwx", 2 + subpastas),
        };
        let tamanho = self.tamanho();
        format!("{permissoes} {elos:>3} ftp      ftp      {tamanho:>10} {mes} {dia}  {ano} {nome}")
    }

    /// O que o MLST e o MLSD dizem dele (RFC 3659, 7.5).
    pub fn fatos(&self) -> String {
        let (data, tamanho) = (&self.data, self.tamanho());
        match (self.dono, self.e_pasta()) {
            (None, true) => format!("type=dir;modify={data};perm=el;"),
            (Some(_), true) => format!("type=dir;modify={data};perm=cdeflmp;"),
            (None, false) => format!("type=file;size={tamanho};modify={data};perm=r;"),
            (Some(_), false) => format!("type=file;size={tamanho};modify={data};perm=adfrw;"),
        }
    }

    /// Quantos bytes viajam: num texto, também os CR que ele ganha.
    pub fn na_rede(&self, texto: bool) -> io::Result<u64> {
        if texto {
            self.manda(io::sink(), true, 0)
        } else {
            Ok(self.tamanho())
        }
    }

    /// Manda o arquivo, sem os primeiros `inicio` bytes do que viajaria. Devolve quantos seriam ao todo.
    pub fn manda(&self, mut para: impl Write, texto: bool, inicio: u64) -> io::Result<u64> {
        match &self.corpo {
            Corpo::Pasta => {}
            Corpo::Memoria(bytes) if texto => return manda_texto(&bytes[..], para, inicio),
            Corpo::Memoria(bytes) => para.write_all(&bytes[inicio as usize..])?,
            Corpo::Disco(onde, _) if texto => return manda_texto(File::open(onde)?, para, inicio),
            Corpo::Disco(onde, _) => {
                let mut arquivo = File::open(onde)?;
                arquivo.seek(SeekFrom::Start(inicio))?;
                por_blocos(arquivo, |bloco| para.write_all(bloco))?;
            }
        }
        Ok(self.tamanho())
    }
}

/// Quanto se aceita em `/entregas`: bytes de um arquivo, bytes ao todo, e nomes.
#[derive(Clone, Copy)]
pub struct Limites {
    pub arquivo: u64,
    pub total: u64,
    pub nomes: usize,
}

/// A árvore inteira. A ordem do mapa é a das listagens.
pub struct Arvore {
    nos: BTreeMap<String, No>,
    limites: Limites,
    /// Os bytes enviados, com os que ainda estão chegando.
    ocupado: u64,
    /// Onde ficam as entregas, se não é na memória.
    pasta: Option<PathBuf>,
}

/// A árvore de todas as sessões.
pub type Comum = Arc<Mutex<Arvore>>;

/// A árvore, uma sessão de cada vez. Se uma thread caiu com ela na mão, o que há nela continua bom.
pub fn trava(arvore: &Comum) -> MutexGuard<'_, Arvore> {
    arvore.lock().unwrap_or_else(PoisonError::into_inner)
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

/// A pasta em que um caminho está e o nome dele lá; a raiz não está em nenhuma.
pub fn separa(caminho: &str) -> Option<(&str, &str)> {
    match caminho.rsplit_once('/')? {
        (_, "") => None,
        ("", nome) => Some(("/", nome)),
        separado => Some(separado),
    }
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
    let radical = nome.split('.').next().unwrap_or_default().trim_end();
    let radical = radical.to_uppercase();
    let radical = radical.trim_end_matches(|c: char| c.is_ascii_digit() || "¹²³".contains(c));
    na_tela
        && (1..256).contains(&nome.len())
        && !(no_disco
            && (APARELHOS.contains(&radical)
                || nome.starts_with('.')
                || nome.ends_with(['.', ' '])
                || nome.contains(['<', '>', ':', '"', '/', '\\', '|', '?', '*'])))
}

/// Põe na árvore o que já há numa pasta do disco. Links e canos ficam de fora.
fn le_do_disco(nos: &mut BTreeMap<String, No>, caminho: &str, pasta: &Path) {
    for entrada in fs::read_dir(pasta).into_iter().flatten().flatten() {
        let nome = entrada.file_name().to_string_lossy().into_owned();
        let Some(dados) = entrada.metadata().ok().filter(|_| serve(&nome, true)) else {
            continue;
        };
        let caminho = format!("{caminho}/{nome}");
        let corpo = if dados.is_dir() {
            le_do_disco(nos, &caminho, &entrada.path());
            Corpo::Pasta
        } else if dados.is_file() {
            Corpo::Disco(entrada.path(), dados.len())
        } else {
            continue;
        };
        let data = data(dados.modified().unwrap_or(UNIX_EPOCH));
        nos.insert(caminho, No::novo(data, corpo, Some(0)));
    }
}

impl Arvore {
    /// A árvore com que o servidor abre; as entregas ficam em `pasta`, ou na memória.
    pub fn nova(pasta: Option<PathBuf>, limites: Limites) -> Arvore {
        let mut nos = BTreeMap::new();
        for (dia, caminho, bytes) in arquivos() {
            let no = |corpo| No::novo(format!("{dia}120000"), corpo, None);
            let arquivo = no(Corpo::Memoria(Arc::new(bytes.to_vec())));
            nos.insert(caminho.to_string(), arquivo);
            let mut acima = separa(caminho);
            while let Some((pasta, _)) = acima {
                // Uma pasta é tão nova quanto o arquivo mais novo dela.
                let pai = nos.entry(pasta.to_string()).or_insert(no(Corpo::Pasta));
                pai.data = no(Corpo::Pasta).data.max(pai.data.clone());
                acima = separa(pasta);
            }
        }
        // Sempre a mesma data, para que a listagem da raiz não mude de um dia para o outro.
        let entregas = No::novo("20200506120000".to_string(), Corpo::Pasta, Some(0));
        nos.insert(ENTREGAS.to_string(), entregas);
        if let Some(pasta) = &pasta {
            le_do_disco(&mut nos, ENTREGAS, pasta);
        }
        let ocupado = 0;
        Arvore {
            nos,
            limites,
            ocupado,
            pasta,
        }
    }

    /// Onde um caminho de `/entregas` fica no disco, se é lá que ele fica.
    fn no_disco(&self, caminho: &str) -> Option<PathBuf> {
        let nomes = caminho.strip_prefix(ENTREGAS)?.trim_start_matches('/');
        self.pasta.as_ref().map(|pasta| pasta.join(nomes))
    }

    /// O que há num caminho. No disco confere de novo, que a pasta é de outra pessoa: se há um link no meio, o
    /// caminho verdadeiro é outro.
    pub fn procura(&self, caminho: &str) -> Option<No> {
        let no = self.nos.get(caminho).cloned();
        let Some(onde) = self.no_disco(caminho) else {
            return no;
        };
        no.filter(|_| fs::canonicalize(&onde).is_ok_and(|real| real == onde))
    }

    /// O que há numa pasta, em ordem: nomes e nós.
    fn filhos(&self, pasta: &str) -> impl Iterator<Item = (&str, &No)> {
        let nos = self
            .nos
            .iter()
            .filter_map(|(caminho, no)| Some((separa(caminho)?, no)));
        nos.filter(move |((acima, _), _)| *acima == pasta)
            .map(|((_, nome), no)| (nome, no))
    }

    /// As linhas do LIST, do NLST (com `antes` diante dos nomes) ou do MLSD; de um arquivo, só a dele.
    pub fn lista(&self, comando: &str, caminho: &str, antes: &str) -> String {
        let linha = |(nome, no): (&str, &No)| match comando {
            "NLST" => format!("{antes}{nome}\r\n"),
            "MLSD" => format!("{} {nome}\r\n", no.fatos()),
            _ => {
                let caminho = absoluto(caminho, nome);
                let subpastas = self.filhos(&caminho).filter(|(_, no)| no.e_pasta());
                no.linha(nome, subpastas.count()) + "\r\n"
            }
        };
        match self.nos.get(caminho) {
            Some(no) if !no.e_pasta() => {
                separa(caminho).map_or(String::new(), |(_, nome)| linha((nome, no)))
            }
            _ => self.filhos(caminho).map(linha).collect(),
        }
    }

    /// Confere que um nome pode nascer em `caminho`; se não pode, o código é este.
    fn confere_novo(&self, caminho: &str, codigo: u16) -> Result<(), String> {
        let (pasta, nome) = separa(caminho).unwrap_or_default();
        let enviados = self.nos.iter().filter(|(_, no)| no.dono > Some(0));
        let recusa = |motivo: &str| Err(format!("{codigo} {motivo}"));
        if !caminho.starts_with("/entregas/") {
            recusa("So se grava dentro de /entregas.")
        } else if !serve(nome, self.pasta.is_some()) {
            recusa("Esse nome nao serve; use letras, numeros, ponto e traco.")
        } else if !self.procura(pasta).is_some_and(|no| no.e_pasta()) {
            recusa("A pasta nao existe; crie-a antes com MKD.")
        } else if self.nos.contains_key(caminho)
            || self
                .no_disco(caminho)
                .is_some_and(|onde| onde.symlink_metadata().is_ok())
        {
            recusa("Ja existe, e nao se troca; use outro nome, como prova-2.txt.")
        } else if enviados.count() >= self.limites.nomes {
            Err("552 Ja ha nomes demais em /entregas; apague algum.".to_string())
        } else {
            Ok(())
        }
    }

    /// Confere que se pode enviar um arquivo com esse nome. Na memória, ele fica no lugar do que já o tenha.
    fn confere_envio(&self, caminho: &str) -> Result<(), String> {
        match self.nos.get(caminho) {
            Some(no) if self.pasta.is_none() && no.dono.is_some() && !no.e_pasta() => Ok(()),
            _ => self.confere_novo(caminho, 553),
        }
    }

    /// Confere que se pode apagar um nó ou mudar o nome dele. No disco, só a sessão que o enviou mexe nele.
    pub fn confere_dono(&self, caminho: &str, quem: u64) -> Result<(), &'static str> {
        match self.nos.get(caminho) {
            None => Err("550 Isso nao existe aqui."),
            Some(_) if !caminho.starts_with("/entregas/") => {
                Err("550 So se mexe no que esta dentro de /entregas.")
            }
            Some(no) if self.pasta.is_some() && no.dono != Some(quem) => {
                Err("550 So quem enviou, na mesma sessao, mexe nisso.")
            }
            Some(_) => Ok(()),
        }
    }

    /// Cria uma pasta (MKD).
    pub fn cria_pasta(&mut self, caminho: &str, quem: u64) -> Result<(), String> {
        self.confere_novo(caminho, 550)?;
        self.no_disco(caminho)
            .map_or(Ok(()), fs::create_dir)
            .map_err(|_| NAO_DEU)?;
        let pasta = No::novo(data(SystemTime::now()), Corpo::Pasta, Some(quem));
        self.nos.insert(caminho.to_string(), pasta);
        Ok(())
    }

    /// Apaga um arquivo (DELE) ou uma pasta vazia (RMD).
    pub fn apaga(&mut self, caminho: &str, pasta: bool, quem: u64) -> Result<(), &'static str> {
        self.confere_dono(caminho, quem)?;
        match (pasta, self.nos[caminho].e_pasta()) {
            (true, false) => return Err("550 E um arquivo; apague-o com DELE."),
            (false, true) => return Err("550 E uma pasta; apague-a com RMD."),
            _ if self.filhos(caminho).next().is_some() => {
                return Err("550 A pasta nao esta vazia.");
            }
            (true, true) => self.no_disco(caminho).map_or(Ok(()), fs::remove_dir),
            (false, false) => self.no_disco(caminho).map_or(Ok(()), fs::remove_file),
        }
        .map_err(|_| NAO_DEU)?;
        self.tira(caminho);
        Ok(())
    }

    /// Muda o nome de um arquivo ou de uma pasta, com tudo o que há nela (RNTO).
    pub fn renomeia(&mut self, de: &str, para: &str, quem: u64) -> Result<(), String> {
        self.confere_dono(de, quem)?;
        self.confere_novo(para, 553)?;
        let dentro = format!("{de}/");
        if para.starts_with(&dentro) {
            return Err("553 Uma pasta nao cabe dentro dela mesma.".to_string());
        }
        if let Some((antes, depois)) = self.no_disco(de).zip(self.no_disco(para)) {
            fs::rename(antes, depois).map_err(|_| NAO_DEU)?;
        }
        let vao = self
            .nos
            .keys()
            .filter(|nome| *nome == de || nome.starts_with(&dentro));
        for caminho in vao.cloned().collect::<Vec<_>>() {
            let novo = format!("{para}{}", &caminho[de.len()..]);
            let Some(mut no) = self.nos.remove(&caminho) else {
                continue;
            };
            if let (Corpo::Disco(onde, _), Some(disco)) = (&mut no.corpo, self.no_disco(&novo)) {
                *onde = disco;
            }
            self.nos.insert(novo, no);
        }
        Ok(())
    }

    /// Tira um nó do mapa e devolve o lugar que ele ocupava.
    fn tira(&mut self, caminho: &str) {
        let no = self.nos.remove(caminho).filter(|no| !no.e_pasta());
        self.ocupado = self.ocupado.saturating_sub(no.map_or(0, |no| no.tamanho()));
    }

    /// Apaga da pasta de entregas o que este servidor deixou pela metade.
    pub fn desfaz(&self) {
        let meu = format!("{CHEGANDO}{}-", process::id());
        for entrada in self.pasta.iter().flat_map(fs::read_dir).flatten().flatten() {
            if entrada.file_name().to_string_lossy().starts_with(&meu) {
                let _ = fs::remove_file(entrada.path());
            }
        }
    }
}

/// Um arquivo que está chegando. Só tem nome quando chega inteiro; se some antes, nada fica dele.
pub struct Envio {
    arvore: Comum,
    caminho: String,
    quem: u64,
    chegou: u64,
    corpo: Corpo,
    /// Aberto, se vai para o disco.
    arquivo: Option<File>,
}

impl Envio {
    /// Prepara a chegada de um arquivo (STOR), que na memória pode ficar no lugar de outro.
    pub fn novo(arvore: &Comum, caminho: &str, quem: u64) -> Result<Envio, String> {
        let dentro = trava(arvore);
        dentro.confere_envio(caminho)?;
        let (corpo, arquivo) = match &dentro.pasta {
            None => (Corpo::Memoria(Arc::default()), None),
            Some(pasta) => {
                let onde = pasta.join(format!("{CHEGANDO}{}-{quem}", process::id()));
                let arquivo = File::create_new(&onde).map_err(|_| NAO_DEU)?;
                (Corpo::Disco(onde, 0), Some(arquivo))
            }
        };
        let (arvore, caminho) = (Arc::clone(arvore), caminho.to_string());
        Ok(Envio {
            arvore,
            caminho,
            quem,
            chegou: 0,
            corpo,
            arquivo,
        })
    }

    /// Guarda mais um pedaço.
    pub fn grava(&mut self, pedaco: &[u8]) -> Result<(), &'static str> {
        let mut arvore = trava(&self.arvore);
        let mais = pedaco.len() as u64;
        if self.chegou + mais > arvore.limites.arquivo {
            return Err("552 O arquivo e grande demais; nada dele ficou.");
        }
        if arvore.ocupado + mais > arvore.limites.total {
            return Err("552 Nao ha mais lugar em /entregas; nada do arquivo ficou.");
        }
        arvore.ocupado += mais;
        self.chegou += mais;
        drop(arvore);
        match (&mut self.corpo, &mut self.arquivo) {
            (Corpo::Memoria(bytes), _) => Arc::make_mut(bytes).extend_from_slice(pedaco),
            (_, Some(arquivo)) => arquivo.write_all(pedaco).map_err(|_| NAO_DEU)?,
            _ => {}
        }
        Ok(())
    }

    /// Dá o nome ao arquivo, que chegou inteiro, e devolve quantos bytes ele tem.
    pub fn conclui(mut self) -> Result<u64, String> {
        let comum = Arc::clone(&self.arvore);
        let mut arvore = trava(&comum);
        arvore.confere_envio(&self.caminho)?;
        let corpo = match (&self.corpo, arvore.no_disco(&self.caminho)) {
            (Corpo::Disco(provisorio, _), Some(onde)) => {
                // Com a árvore travada ninguém dá nomes: o que não existia ainda não existe.
                fs::rename(provisorio, &onde).map_err(|_| NAO_DEU)?;
                Corpo::Disco(onde, self.chegou)
            }
            (corpo, _) => corpo.clone(),
        };
        self.corpo = Corpo::Pasta;
        arvore.tira(&self.caminho);
        let no = No::novo(data(SystemTime::now()), corpo, Some(self.quem));
        arvore.nos.insert(self.caminho.clone(), no);
        Ok(mem::take(&mut self.chegou))
    }
}

impl Drop for Envio {
    fn drop(&mut self) {
        let mut arvore = trava(&self.arvore);
        arvore.ocupado = arvore.ocupado.saturating_sub(self.chegou);
        if let Corpo::Disco(provisorio, _) = &self.corpo {
            let _ = fs::remove_file(provisorio);
        }
    }
}
