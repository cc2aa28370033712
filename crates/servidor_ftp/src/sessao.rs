//! A sessão de um cliente: entra um comando, sai uma resposta. As seções são as da RFC 959, se não dizem outra.

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{IpAddr, Shutdown, SocketAddr, TcpStream};
use std::sync::{Arc, Weak};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use comum_alem::fecha_com_calma;
use socket2::SockRef;

use crate::arvore::{Envio, Recusa, absoluto, arvore, nome};
use crate::dados::{Corte, INATIVIDADE, Modo, escuta, manda, recebe};
use crate::{SENHA, USUARIO, conta};

/// Quanto se espera por um cliente que não lê as respostas.
const PRAZO_DA_RESPOSTA: Duration = Duration::from_secs(30);
/// Entre o fim dos dados de um envio e a certeza de que o cliente continua lá.
const INSTANTE: Duration = Duration::from_millis(50);
/// A maior linha de comando, em bytes.
const MAIOR_LINHA: u64 = 4 << 10;

/// O que se responde ao HELP.
const COMANDOS: &str = "ABOR APPE CDUP CWD DELE EPRT EPSV FEAT HELP LIST MDTM MKD MLSD MLST MODE NLST NOOP OPTS \
                        PASS PASV PORT PWD QUIT REST RETR RMD RNFR RNTO SIZE STAT STOR STRU SYST TYPE USER \
                        XCUP XCWD XMKD XPWD XRMD";
/// O que se responde ao FEAT.
const RECURSOS: &str = "211-Alem da RFC 959:\r\n EPRT\r\n EPSV\r\n MDTM\r\n MLST type*;size*;modify*;\r\n \
                        REST STREAM\r\n SIZE\r\n UTF8\r\n211 E so.";

const ALEM_DO_FIM: Recusa = "554 O REST passa do fim do arquivo.";
const ARGUMENTO: Recusa = "501 O argumento falta, sobra ou nao serve.";
const CORTADA: Recusa = "426 A transferencia parou no meio.";
const SEM_DADOS: Recusa = "425 A conexao de dados nao abriu.";

/// A resposta de um comando, só em ASCII (nada se combinou sobre acentos), ou a de um que se recusa; vazia, se quem
/// responde é a thread da transferência.
type Feito = Result<String, String>;

/// O que se sabe de um cliente, do começo ao fim da conexão de controle.
struct Sessao {
    con: Arc<TcpStream>,
    /// O endereço do cliente, e aquele por que ele chegou.
    origem: SocketAddr,
    local: SocketAddr,
    /// O que o distingue dos outros clientes.
    numero: u64,
    usuario: Option<String>,
    entrou: bool,
    pasta: String,
    /// O TYPE: texto, em que as quebras de linha se convertem, ou binário.
    texto: bool,
    /// Como será a próxima conexão de dados; e se só o EPSV a prepara (EPSV ALL).
    modo: Option<(&'static str, Modo)>,
    so_epsv: bool,
    /// Onde a próxima transferência começa (REST), e o que o RNTO vai renomear.
    inicio: u64,
    de: Option<String>,
    em_curso: Option<(Weak<Corte>, JoinHandle<()>)>,
}

/// Conversa com quem acabou de se conectar, até ele se despedir, sumir ou se calar por tempo demais.
pub fn conversa(con: TcpStream, numero: u64) -> io::Result<()> {
    // Sem isto o 226 esperaria que o cliente confirmasse o 150: 40 ms a mais em cada arquivo.
    con.set_nodelay(true)?;
    // Há clientes que mandam o ABOR como urgente: ele fica na linha, com os outros bytes.
    SockRef::from(&con).set_out_of_band_inline(true)?;
    con.set_read_timeout(Some(INATIVIDADE))?;
    con.set_write_timeout(Some(PRAZO_DA_RESPOSTA))?;
    let (mut origem, mut local, con) = (con.peer_addr()?, con.local_addr()?, Arc::new(con));
    // Um endereço IPv4 que chegou por um socket IPv6 é um endereço IPv4.
    origem.set_ip(origem.ip().to_canonical());
    local.set_ip(local.ip().to_canonical());
    let mut sessao = Sessao {
        con: Arc::clone(&con),
        origem,
        local,
        numero,
        usuario: None,
        entrou: false,
        pasta: "/".to_string(),
        texto: true,
        modo: None,
        so_epsv: false,
        inicio: 0,
        de: None,
        em_curso: None,
    };
    responde(&con, "220 Bem-vindo ao servidor FTP da turma.")?;
    let (mut leitor, mut linha) = (BufReader::new(&*con), Vec::new());
    loop {
        let (desde, falta) = (Instant::now(), MAIOR_LINHA - linha.len() as u64);
        let lidos = leitor.by_ref().take(falta).read_until(b'\n', &mut linha);
        match lidos.map_err(|erro| erro.kind()) {
            Err(ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                // Uma transferência também é atividade; e, no fim dela, `foi_embora` acorda esta leitura.
                if sessao.transferindo() || desde.elapsed() < INATIVIDADE / 2 {
                    continue;
                }
                return responde(&con, "421 Meia hora sem comandos; ate logo.");
            }
            lidos => lidos?,
        };
        let inteira = linha.ends_with(b"\n");
        if !inteira && (linha.len() as u64) < MAIOR_LINHA {
            return Ok(());
        }
        let (Ok(resposta) | Err(resposta)) = sessao.comando(&sem_telnet(&linha), inteira);
        if !resposta.is_empty() {
            responde(&con, &resposta)?;
        }
        if resposta.starts_with("221") {
            return con.shutdown(Shutdown::Write);
        }
        if !inteira {
            leitor.skip_until(b'\n')?;
        }
        linha.clear();
    }
}

impl Sessao {
    /// Cumpre uma linha: o verbo, um espaço e o argumento.
    fn comando(&mut self, linha: &str, inteira: bool) -> Feito {
        let (verbo, arg) = linha.split_once(' ').unwrap_or((linha, ""));
        let (verbo, opcao) = (verbo.to_ascii_uppercase(), arg.trim().to_ascii_uppercase());
        // Só espaços não são um argumento.
        let (arg, opcao) = match &*opcao {
            "" => ("", None),
            opcao => (arg, Some(opcao)),
        };
        // Cada comando espera o fim da transferência anterior; estes dois falam dela.
        if verbo != "ABOR" && verbo != "STAT" {
            self.em_curso.take().map(|(_, thread)| thread.join());
        }
        let conhece = |verbo| COMANDOS.split(' ').any(|nome| nome == verbo);
        if !inteira {
            return Err("500 A linha e longa demais.".into());
        }
        // Há clientes que perguntam com HELP se um comando existe.
        if !conhece(&*verbo) || verbo == "HELP" && !opcao.is_none_or(conhece) {
            return Err("502 Nao conheco esse comando; HELP mostra os que conheco.".into());
        }
        let (inicio, de, quem) = (self.inicio, self.de.take(), self.numero);
        // Os que podem vir entre um REST e a transferência que ele prepara.
        if !matches!(&*verbo, "EPRT" | "EPSV" | "PASV" | "PORT" | "TYPE") {
            self.inicio = 0;
        }
        let familia = if self.local.is_ipv4() { "1" } else { "2" };
        let caminho = &*absoluto(&self.pasta, arg);
        // Um nome entre aspas; as que ele tem se dobram (apêndice II).
        let citado = format!("\"{}\"", caminho.replace('"', "\"\""));
        match (&*verbo, opcao) {
            // ANCHOR: acesso
            // Acesso (4.1.1).
            ("USER", Some(_)) => {
                (self.entrou, self.usuario) = (false, Some(arg.to_string()));
                Ok("331 Agora a senha.".into())
            }
            ("PASS", _) => self.entra(arg),
            ("QUIT", None) => Ok("221 Ate logo!".into()),
            // ANCHOR_END: acesso

            // O que vale mesmo antes de entrar (4.1.3; FEAT e OPTS, RFC 2389).
            ("ABOR", None) => {
                self.corta();
                self.modo = None;
                Ok("226 Nada mais em transferencia.".into())
            }
            ("FEAT", None) => Ok(RECURSOS.into()),
            ("HELP", _) => Ok(format!("214-Conheco:\r\n {COMANDOS}\r\n214 E so.")),
            ("NOOP", None) => Ok("200 Certo.".into()),
            // O cliente diz os fatos que quer; a resposta, os que vão (RFC 3659, 7.9).
            ("OPTS", Some(opcao)) if opcao.split(' ').next() == Some("MLST") => {
                Ok("200 MLST OPTS type;size;modify;".into())
            }
            ("OPTS", Some("UTF8 ON")) => Ok("200 Os nomes ja vao em UTF-8.".into()),
            ("SYST", None) => Ok("215 UNIX Type: L8".into()),
            ("USER" | "QUIT" | "ABOR" | "FEAT" | "NOOP" | "OPTS" | "SYST", _) => {
                Err(ARGUMENTO.into())
            }
            _ if !self.entrou => Err("530 Entre antes, com USER e PASS.".into()),

            // Como os dados viajam (4.1.2; EPSV e EPRT, RFC 2428).
            ("TYPE", Some(tipo @ ("A" | "A N" | "I" | "L 8"))) => {
                self.texto = tipo.starts_with('A');
                Ok("200 Tipo mudado.".into())
            }
            ("MODE", Some("S")) | ("STRU", Some("F")) => Ok("200 Certo.".into()),
            ("TYPE" | "MODE" | "STRU", Some(_)) => {
                Err("504 So TYPE A ou I, MODE S, STRU F.".into())
            }
            ("EPSV", Some("ALL")) => {
                self.so_epsv = true;
                Ok("200 Daqui em diante, so EPSV.".into())
            }
            ("EPSV", Some(outra)) if outra != familia => Err(format!("522 Use ({familia}).")),
            ("PASV" | "PORT" | "EPRT", _) if self.so_epsv => Err("503 Agora, so EPSV.".into()),
            ("PASV", None) if familia == "2" => Err("502 So em IPv4; use EPSV.".into()),
            ("EPSV", _) | ("PASV", None) => {
                let (escuta, porta) = escuta(self.local).ok_or(SEM_DADOS)?;
                self.modo = Some(("passivo", Modo::Passivo(escuta)));
                if verbo == "EPSV" {
                    return Ok(format!("229 Modo passivo (|||{porta}|)"));
                }
                let ip = self.local.ip().to_string().replace('.', ",");
                let [alto, baixo] = porta.to_be_bytes();
                Ok(format!("227 Modo passivo ({ip},{alto},{baixo})."))
            }
            ("PORT", Some(_)) => self.ativo(do_port(arg.trim())),
            ("EPRT", Some(_)) => self.ativo(do_eprt(arg.trim())?),

            // Transferências (4.1.3; REST e MLSD, RFC 3659).
            ("RETR", Some(_)) => self.baixa(caminho, inicio),
            ("STOR", Some(_)) => self.recebe(caminho, Some(inicio)),
            ("APPE", Some(_)) => self.recebe(caminho, None),
            ("LIST" | "NLST" | "MLSD", _) | ("STAT", Some(_)) => self.lista(&verbo, arg),
            ("REST", Some(_)) => {
                let inicio = arg.parse().ok().filter(|_| !arg.starts_with('+'));
                self.inicio = inicio.ok_or("501 O esperado e um numero, como REST 1000.")?;
                Ok(format!(
                    "350 A proxima transferencia comeca em {}.",
                    self.inicio
                ))
            }

            // Arquivos (4.1.3; SIZE, MDTM e MLST, RFC 3659).
            ("PWD" | "XPWD", None) => Ok(format!("257 {citado} e a pasta atual.")),
            ("CWD" | "XCWD", Some(_)) => self.vai_para(caminho),
            ("CDUP" | "XCUP", None) => self.vai_para(&absoluto(caminho, "..")),
            ("RNFR", Some(_)) => {
                arvore().confere_dono(caminho, quem)?;
                self.de = Some(caminho.to_string());
                Ok("350 E o novo nome? Diga com RNTO.".into())
            }
            ("RNTO", Some(_)) => {
                let de = de.ok_or("503 Antes do RNTO vem o RNFR.")?;
                arvore().renomeia(&de, caminho, quem)?;
                conta(quem, &format!("mudou o nome de {de} para {caminho}"));
                Ok("250 Nome mudado.".into())
            }
            ("DELE" | "RMD" | "XRMD", Some(_)) => {
                arvore().apaga(caminho, verbo != "DELE", quem)?;
                conta(quem, &format!("apagou {caminho}"));
                Ok("250 Apagado.".into())
            }
            ("MKD" | "XMKD", Some(_)) => {
                let criada = arvore().cria(caminho, None, Envio { quem, bytes: 0 });
                // O 553 é de arquivos.
                criada.map_err(|recusa| recusa.replace("553", "550"))?;
                conta(quem, &format!("criou a pasta {caminho}"));
                Ok(format!("257 {citado} criada."))
            }
            ("SIZE", Some(_)) => {
                let no = arvore().arquivo(caminho)?;
                Ok(format!("213 {}", no.na_rede(self.texto)?))
            }
            ("MDTM", Some(_)) => Ok(format!("213 {}", arvore().arquivo(caminho)?.data)),
            ("MLST", _) => {
                let fatos = arvore().procura(caminho)?.fatos(caminho);
                Ok(format!("250-Segue:\r\n {fatos}250 E so."))
            }
            ("STAT", None) => Ok(format!(
                "211-Cliente em {}:\r\n Pasta {caminho}\r\n Tipo {}\r\n Transferencia: {}\r\n211 E so.",
                self.origem,
                if self.texto { 'A' } else { 'I' },
                if self.transferindo() { "ha" } else { "nao ha" },
            )),
            _ => Err(ARGUMENTO.into()),
        }
    }

    /// O visitante anônimo entra com qualquer senha (RFC 1635); o usuário da turma, com a dele.
    fn entra(&mut self, senha: &str) -> Feito {
        let usuario = self.usuario.take().ok_or("503 Antes do PASS vem o USER.")?;
        let anonimo = ["anonymous", "ftp"].contains(&&*usuario);
        self.entrou = anonimo || (usuario == USUARIO && senha == SENHA);
        if !self.entrou {
            let motivo = "não entrou: usuário ou senha não conferem";
            conta(self.numero, &format!("{motivo} ({usuario})"));
            return Err("530 O usuario ou a senha nao conferem.".into());
        }
        conta(self.numero, &format!("entrou como {usuario}"));
        Ok("230 Voce entrou.".into())
    }

    fn vai_para(&mut self, caminho: &str) -> Feito {
        if !arvore().procura(caminho)?.pasta {
            return Err("550 Isso nao e uma pasta.".into());
        }
        self.pasta = caminho.to_string();
        conta(self.numero, &format!("foi para {caminho}"));
        Ok("250 Pasta mudada.".into())
    }

    /// Passa ao modo ativo, se o endereço pedido é o do cliente: senão qualquer um faria deste servidor o autor de
    /// conexões com um terceiro. As portas baixas são de outros serviços (RFC 2577, 3).
    fn ativo(&mut self, pedido: Option<(IpAddr, u16)>) -> Feito {
        let (ip, porta) =
            pedido.ok_or("501 O esperado e PORT 127,0,0,1,195,80 ou EPRT |1|127.0.0.1|50000|.")?;
        if ip.to_canonical() != self.origem.ip() || porta < 1024 {
            return Err("504 So me conecto a quem pede, e a portas a partir da 1024.".into());
        }
        // E não o ip: o de um cliente IPv6 pode ter a interface, que o EPRT não sabe dizer.
        let mut destino = self.origem;
        destino.set_port(porta);
        self.modo = Some(("ativo", Modo::Ativo(destino)));
        Ok("200 Modo ativo.".into())
    }

    /// LIST, NLST e MLSD, pela conexão de dados; STAT, pela de controle.
    fn lista(&mut self, verbo: &str, arg: &str) -> Feito {
        let modo = self.modo.take_if(|_| verbo != "STAT");
        // LIST -la é um costume antigo: as opções são as do programa ls, e não um nome.
        let opcao = |nome: &&str| verbo != "MLSD" && nome.starts_with('-');
        let palavras = arg.split(' ').skip_while(opcao);
        let pedido = palavras.collect::<Vec<_>>().join(" ");
        let caminho = absoluto(&self.pasta, &pedido);
        let pasta = arvore().procura(&caminho)?.pasta;
        if verbo == "MLSD" && !pasta {
            return Err("501 O MLSD e de pastas; use MLST.".into());
        }
        let antes = pedido.trim_end_matches('/');
        let listagem = arvore().lista(&caminho, |no, filho| match verbo {
            "MLSD" => no.fatos(nome(filho)),
            "LIST" => no.linha(filho),
            "STAT" => format!(" {}", no.linha(filho)),
            // O que o NLST lista é o que se pede depois (RFC 1123, 4.1.2.7).
            _ if pedido.is_empty() => format!("{}\r\n", nome(filho)),
            _ if pasta => format!("{antes}/{}\r\n", nome(filho)),
            _ => format!("{antes}\r\n"),
        })?;
        if verbo == "STAT" {
            let codigo = if pasta { 212 } else { 213 };
            return Ok(format!("{codigo}-Segue:\r\n{listagem}{codigo} E so."));
        }
        let feito = format!("listou {caminho}");
        self.transfere(modo, "150 Segue a listagem.", feito, move |dados, _| {
            manda(listagem.as_bytes(), dados, false, 0).map_err(|_| CORTADA)
        })
    }

    /// RETR.
    fn baixa(&mut self, caminho: &str, inicio: u64) -> Feito {
        let (modo, texto) = (self.modo.take(), self.texto);
        let feito = format!("baixou {caminho}");
        let no = arvore().arquivo(caminho).inspect_err(|_| {
            conta(self.numero, &format!("não {feito}: não é um arquivo daqui"));
        })?;
        let (bytes, arquivo) = (no.na_rede(texto)?, no.abre()?);
        let bytes = bytes.checked_sub(inicio).ok_or(ALEM_DO_FIM)?;
        let anuncio = format!("150 Segue o arquivo ({bytes} bytes).");
        self.transfere(modo, &anuncio, feito, move |dados, _| {
            let viajaram = manda(arquivo, dados, texto, inicio).map_err(|_| CORTADA)?;
            // O dono da pasta pode ter mudado o arquivo no meio.
            let foi = viajaram.saturating_sub(inicio);
            (foi == bytes).then_some(foi).ok_or(CORTADA)
        })
    }

    /// STOR, que fica com o que já existe até `inicio`, e APPE, que fica com tudo.
    fn recebe(&mut self, caminho: &str, inicio: Option<u64>) -> Feito {
        let (modo, texto, quem) = (self.modo.take(), self.texto, self.numero);
        let mut envio = Envio { quem, bytes: 0 };
        let (caminho, feito) = (caminho.to_string(), format!("enviou {caminho}"));
        let antes = arvore().confere("STOR", &caminho)?;
        let fica = match inicio.map(usize::try_from) {
            None => antes.len(),
            // O cliente conta os bytes que viajam, e os guardados são menos.
            Some(Ok(1..)) if texto => return Err("554 Um texto se envia desde o comeco.".into()),
            Some(fica) => fica.unwrap_or(usize::MAX),
        };
        antes.get(..fica).ok_or(ALEM_DO_FIM)?;
        let controle = Arc::clone(&self.con);
        self.transfere(modo, "150 Mande o arquivo.", feito, move |dados, corte| {
            envio.cresce(fica)?;
            let mut bytes = antes[..fica].to_vec();
            while recebe(dados, &mut bytes, texto).map_err(|_| CORTADA)? {
                envio.cresce(bytes.len())?;
            }
            // Um ABOR acaba com os dados. E um cliente que morre fecha as duas conexões, a de dados às vezes antes.
            thread::sleep(INSTANTE);
            if corte.pedido() || foi_embora(&controle) {
                return Err(CORTADA);
            }
            let tamanho = bytes.len() as u64;
            arvore().cria(&caminho, Some(bytes), envio)?;
            Ok(tamanho)
        })
    }

    /// Abre a conexão de dados e faz com ela o `trabalho`. É noutra thread, para que um ABOR seja lido a tempo:
    /// é ela quem responde e conta na tela o que foi `feito`.
    fn transfere(
        &mut self,
        modo: Option<(&'static str, Modo)>,
        anuncio: &str,
        feito: String,
        trabalho: impl FnOnce(&TcpStream, &Corte) -> Result<u64, Recusa> + Send + 'static,
    ) -> Feito {
        let (abre, modo) = modo.ok_or("425 Antes vem PASV, EPSV, PORT ou EPRT.")?;
        let tipo = if self.texto { "texto" } else { "binário" };
        let (con, numero, origem) = (Arc::clone(&self.con), self.numero, self.origem);
        let (corte, anuncio) = (Arc::new(Corte::default()), anuncio.to_string());
        // Quem fecha a conexão de dados é a thread que a usa, assim que acaba.
        let daqui = Arc::downgrade(&corte);
        let thread = thread::Builder::new().spawn(move || {
            let Ok(dados) = modo.abre(origem, &corte) else {
                return drop(responde(&con, SEM_DADOS));
            };
            let anunciado = responde(&con, &anuncio).map_err(|_| CORTADA);
            let fim = anunciado.and_then(|()| trabalho(dados, &corte));
            let _ = dados.shutdown(Shutdown::Write);
            let (relato, resposta) = match fim {
                Ok(bytes) => (
                    format!("{feito} ({bytes} bytes, {tipo}, modo {abre})"),
                    format!("226 Transferencia completa ({bytes} bytes)."),
                ),
                Err(recusa) => (format!("não {feito}: {recusa}"), recusa.to_string()),
            };
            conta(numero, &relato);
            let _ = responde(&con, &resposta);
            // Fechar na cara de quem ainda manda o impediria de ler o motivo.
            if fim.is_err() {
                fecha_com_calma(dados);
            }
        });
        self.em_curso = Some((daqui, thread.map_err(|_| SEM_DADOS)?));
        Ok(String::new())
    }

    fn transferindo(&self) -> bool {
        let em_curso = self.em_curso.as_ref();
        em_curso.is_some_and(|(_, thread)| !thread.is_finished())
    }

    fn corta(&mut self) {
        if let Some((corte, thread)) = self.em_curso.take() {
            let _ = corte.upgrade().inspect(|corte| corte.corta());
            let _ = thread.join();
        }
    }
}

/// Quem vai embora leva consigo a transferência que deixou no meio.
impl Drop for Sessao {
    fn drop(&mut self) {
        self.corta();
    }
}

/// Se o cliente já fechou a conexão de controle. Não espera.
fn foi_embora(con: &TcpStream) -> bool {
    let _ = con.set_nonblocking(true);
    let espiada = con.peek(&mut [0]).map_err(|erro| erro.kind());
    let _ = con.set_nonblocking(false);
    !matches!(espiada, Ok(1..) | Err(ErrorKind::WouldBlock))
}

/// Manda uma resposta, numa escrita só.
fn responde(mut con: &TcpStream, resposta: &str) -> io::Result<()> {
    con.write_all(format!("{resposta}\r\n").as_bytes())
}

/// `127,0,0,1,195,80`: os quatro números do IP e os dois da porta.
fn do_port(arg: &str) -> Option<(IpAddr, u16)> {
    let numeros: Option<Vec<u8>> = arg.split(',').map(|numero| numero.parse().ok()).collect();
    let [a, b, c, d, alto, baixo] = numeros?.try_into().ok()?;
    Some(([a, b, c, d].into(), u16::from_be_bytes([alto, baixo])))
}

/// `|1|127.0.0.1|50000|`: o protocolo, o IP e a porta; a barra pode ser outra coisa (RFC 2428, 2).
fn do_eprt(arg: &str) -> Result<Option<(IpAddr, u16)>, String> {
    let barra = arg.chars().next().unwrap_or('|');
    match arg.split(barra).collect::<Vec<_>>()[..] {
        ["", familia @ ("1" | "2"), ip, porta, ""] => {
            let ip: Option<IpAddr> = ip.parse().ok();
            let ip = ip.filter(|ip| ip.is_ipv4() == (familia == "1"));
            Ok(ip.zip(porta.parse().ok()))
        }
        ["", _, _, _, ""] => Err("522 Nao conheco esse protocolo, use (1,2).".into()),
        _ => Ok(None),
    }
}

/// O texto de uma linha, sem a quebra e sem os comandos do Telnet (RFC 854) que alguns clientes põem antes do
/// ABOR: o IAC, que é o byte 255, e o seguinte.
fn sem_telnet(mut linha: &[u8]) -> String {
    while let [255, 240..=254, resto @ ..] | [255, resto @ ..] = linha {
        linha = resto;
    }
    let texto = String::from_utf8_lossy(linha);
    texto.trim_end_matches(['\r', '\n']).to_string()
}
