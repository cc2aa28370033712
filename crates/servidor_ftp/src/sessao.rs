//! A sessão de um cliente: entra um comando, sai uma resposta. As seções são as da RFC 959, se não dizem outra.

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::mem;
use std::net::{IpAddr, Shutdown, SocketAddr, TcpStream};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use comum::visivel;
use socket2::SockRef;

use crate::arvore::{Comum, Corpo, Envio, No, absoluto, trava};
use crate::dados::{self, Corte, INATIVIDADE, Modo, por_blocos, sem_crlf};
use crate::{Cliente, SENHA, USUARIO};

/// O que cada cliente lê ao conectar. As respostas são só ASCII: nada se combinou sobre acentos.
const SAUDACAO: &str = "220 Bem-vindo ao servidor FTP da turma.";
/// Quanto se espera por um cliente que não lê as respostas.
const PRAZO_DA_RESPOSTA: Duration = Duration::from_secs(30);
/// Entre o fim dos dados de um envio e a certeza de que o cliente continua lá.
const INSTANTE: Duration = Duration::from_millis(50);
/// A maior linha de comando, em bytes.
const MAIOR_LINHA: usize = 4 << 10;

const SEM_ARGUMENTO: &str = "ABOR CDUP FEAT NOOP PASV PWD QUIT SYST XCUP XPWD";
const COM_ARGUMENTO: &str = "APPE CWD DELE EPRT MDTM MKD MODE OPTS PORT REST RETR RMD RNFR RNTO \
                             SIZE STOR STRU TYPE USER XCWD XMKD XRMD";
const COM_OU_SEM: &str = "EPSV HELP LIST MLSD MLST NLST PASS STAT";
/// Os que valem antes de entrar.
const DE_TODOS: &str = "ABOR FEAT HELP NOOP OPTS PASS QUIT SYST USER";
/// Os que podem vir entre um REST e a transferência que ele prepara.
const DEPOIS_DO_REST: &str = "EPRT EPSV PASV PORT REST TYPE";

const NAO_EXISTE: &str = "550 Isso nao existe aqui.";
const SEM_DADOS: &str = "425 A conexao de dados nao abriu.";
const ALEM_DO_FIM: &str = "554 O REST passa do fim do arquivo.";
const CORTADA: &str = "426 A transferencia parou no meio.";

/// A resposta de um comando, ou a de um que se recusa; vazia, se quem responde é a thread da transferência.
type Feito = Result<String, String>;

fn certo(resposta: &str) -> Feito {
    Ok(resposta.to_string())
}

fn recusa<T>(resposta: &str) -> Result<T, String> {
    Err(resposta.to_string())
}

/// O que se sabe de um cliente, do começo ao fim da conexão de controle.
pub struct Sessao {
    con: Arc<TcpStream>,
    /// O endereço do cliente, e aquele por que ele chegou.
    origem: SocketAddr,
    local: SocketAddr,
    arvore: Comum,
    cliente: Cliente,
    usuario: Option<String>,
    entrou: bool,
    pasta: String,
    /// O TYPE: texto, em que as quebras de linha se convertem, ou binário.
    texto: bool,
    /// Como será a próxima conexão de dados; e se só o EPSV a prepara (EPSV ALL).
    modo: Option<Modo>,
    so_epsv: bool,
    /// Onde a próxima transferência começa (REST), e o que o RNTO vai renomear.
    inicio: u64,
    de: Option<String>,
    em_curso: Option<(Arc<Corte>, JoinHandle<()>)>,
}

impl Sessao {
    /// Prepara a conversa com quem acabou de se conectar.
    pub fn nova(con: TcpStream, arvore: Comum, cliente: Cliente) -> io::Result<Sessao> {
        // Sem isto o 226 esperaria que o cliente confirmasse o 150: 40 ms a mais em cada arquivo.
        con.set_nodelay(true)?;
        // Há clientes que mandam o ABOR como urgente: ele fica na linha, com os outros bytes.
        SockRef::from(&con).set_out_of_band_inline(true)?;
        con.set_read_timeout(Some(INATIVIDADE))?;
        con.set_write_timeout(Some(PRAZO_DA_RESPOSTA))?;
        Ok(Sessao {
            origem: canonico(con.peer_addr()?),
            local: canonico(con.local_addr()?),
            con: Arc::new(con),
            arvore,
            cliente,
            usuario: None,
            entrou: false,
            pasta: "/".to_string(),
            texto: true,
            modo: None,
            so_epsv: false,
            inicio: 0,
            de: None,
            em_curso: None,
        })
    }

    /// Conversa até o cliente se despedir, sumir ou se calar por tempo demais.
    pub fn conversa(&mut self) -> io::Result<()> {
        responde(&self.con, SAUDACAO)?;
        let con = Arc::clone(&self.con);
        let mut linhas = Linhas::de(&con);
        loop {
            let (Ok(resposta) | Err(resposta)) = match linhas.proxima() {
                Ok(None) => return Ok(()),
                Ok(Some(linha)) => linha.and_then(|linha| self.comando(&linha)),
                Err(erro) if !calado(&erro) => return Err(erro),
                Err(_) if self.transferindo() => continue,
                Err(_) => return responde(&con, "421 Meia hora sem comandos; ate logo."),
            };
            if !resposta.is_empty() {
                responde(&con, &resposta)?;
            }
            if resposta.starts_with("221") {
                return con.shutdown(Shutdown::Write);
            }
        }
    }

    /// Cumpre uma linha: o verbo, um espaço e o argumento.
    fn comando(&mut self, linha: &str) -> Feito {
        let (verbo, arg) = linha.split_once(' ').unwrap_or((linha, ""));
        let verbo = &*verbo.to_ascii_uppercase();
        let esta_em = |lista: &str| lista.split(' ').any(|nome| nome == verbo);
        let (sem, com) = (esta_em(SEM_ARGUMENTO), esta_em(COM_ARGUMENTO));
        if !sem && !com && !esta_em(COM_OU_SEM) {
            return recusa("502 Nao conheco esse comando; HELP mostra os que conheco.");
        }
        // Cada comando espera o fim da transferência anterior; estes dois falam dela.
        if verbo != "ABOR" && verbo != "STAT" {
            self.espera_a_transferencia()?;
        }
        if !self.entrou && !esta_em(DE_TODOS) {
            return recusa("530 Entre antes, com USER e PASS.");
        }
        if sem && !arg.trim().is_empty() {
            return recusa("501 Esse comando nao tem argumento.");
        }
        if com && arg.is_empty() {
            return recusa("501 Falta o argumento.");
        }
        let inicio = self.inicio;
        if !esta_em(DEPOIS_DO_REST) {
            self.inicio = 0;
        }
        let (de, quem) = (self.de.take(), self.cliente.numero);
        let caminho = &*absoluto(&self.pasta, arg);
        match verbo {
            // ANCHOR: acesso
            // Acesso (4.1.1).
            "USER" => {
                (self.entrou, self.usuario) = (false, Some(arg.to_string()));
                certo("331 Agora a senha.")
            }
            "PASS" => self.entra(arg),
            "CWD" | "XCWD" => self.vai_para(caminho),
            "CDUP" | "XCUP" => self.vai_para(&absoluto(&self.pasta, "..")),
            "QUIT" => certo("221 Ate logo!"),
            // ANCHOR_END: acesso

            // Como os dados viajam (4.1.2; EPSV e EPRT, RFC 2428).
            "TYPE" => match &*arg.to_ascii_uppercase() {
                "A" | "A N" => {
                    self.texto = true;
                    certo("200 Agora, texto.")
                }
                "I" | "L 8" => {
                    self.texto = false;
                    certo("200 Agora, binario.")
                }
                _ => recusa("504 Os tipos daqui sao A e I."),
            },
            "MODE" if arg.eq_ignore_ascii_case("S") => certo("200 Modo S."),
            "MODE" => recusa("504 O modo daqui e o S."),
            "STRU" if arg.eq_ignore_ascii_case("F") => certo("200 Estrutura F."),
            "STRU" => recusa("504 A estrutura daqui e a F."),
            "PASV" | "PORT" | "EPRT" if self.so_epsv => recusa("503 Depois de EPSV ALL, so EPSV."),
            "PASV" if self.local.is_ipv6() => recusa("502 O PASV so sabe dizer IPv4; use EPSV."),
            "PASV" => {
                let porta = self.espera_cliente()?;
                let ip = self.local.ip().to_string().replace('.', ",");
                let (alto, baixo) = (porta / 256, porta % 256);
                Ok(format!("227 Modo passivo ({ip},{alto},{baixo})."))
            }
            "EPSV" => match (&*arg.to_ascii_uppercase(), self.local) {
                ("ALL", _) => {
                    self.so_epsv = true;
                    certo("200 Daqui em diante, so EPSV.")
                }
                ("", _) | ("1", SocketAddr::V4(_)) | ("2", SocketAddr::V6(_)) => {
                    let porta = self.espera_cliente()?;
                    Ok(format!("229 Modo passivo (|||{porta}|)"))
                }
                (_, SocketAddr::V4(_)) => recusa("522 Aqui o protocolo e outro, use (1)."),
                (_, SocketAddr::V6(_)) => recusa("522 Aqui o protocolo e outro, use (2)."),
            },
            "PORT" => self.procura_cliente(do_port(arg)),
            "EPRT" => self.procura_cliente(do_eprt(arg)?),

            // Transferências (4.1.3; REST e MLSD, RFC 3659).
            "RETR" => self.baixa(caminho, inicio),
            "STOR" => self.recebe(caminho, Some(inicio)),
            "APPE" => self.recebe(caminho, None),
            "LIST" | "NLST" | "MLSD" => self.lista(verbo, arg),
            "REST" => match arg.parse() {
                Ok(inicio) if arg.bytes().all(|byte| byte.is_ascii_digit()) => {
                    self.inicio = inicio;
                    Ok(format!("350 A proxima transferencia comeca em {inicio}."))
                }
                _ => recusa("501 O esperado e um numero de bytes, como REST 1000."),
            },
            "ABOR" => {
                self.corta();
                self.espera_a_transferencia()?;
                self.modo = None;
                certo("226 Nada mais em transferencia.")
            }

            // Arquivos (4.1.3; SIZE, MDTM e MLST, RFC 3659).
            "RNFR" => {
                trava(&self.arvore).confere_dono(caminho, quem)?;
                self.de = Some(caminho.to_string());
                certo("350 E o novo nome? Diga com RNTO.")
            }
            "RNTO" => {
                let de = de.ok_or("503 Antes do RNTO vem o RNFR.")?;
                trava(&self.arvore).renomeia(&de, caminho, quem)?;
                self.conta(&format!("mudou o nome de {} para", na_tela(&de)), caminho);
                certo("250 Nome mudado.")
            }
            "DELE" | "RMD" | "XRMD" => {
                trava(&self.arvore).apaga(caminho, verbo != "DELE", quem)?;
                self.conta("apagou", caminho);
                certo("250 Apagado.")
            }
            "MKD" | "XMKD" => {
                trava(&self.arvore).cria_pasta(caminho, quem)?;
                self.conta("criou a pasta", caminho);
                Ok(format!("257 {} criada.", entre_aspas(caminho)))
            }
            "PWD" | "XPWD" => Ok(format!("257 {} e a pasta atual.", entre_aspas(&self.pasta))),
            "SIZE" => {
                let tamanho = self.arquivo(caminho)?.na_rede(self.texto);
                Ok(format!("213 {}", tamanho.map_err(|_| NAO_EXISTE)?))
            }
            "MDTM" => Ok(format!("213 {}", self.arquivo(caminho)?.data)),
            "MLST" => {
                let fatos = self.no(caminho)?.fatos();
                Ok(format!("250-Segue:\r\n {fatos} {caminho}\r\n250 E so."))
            }

            // Sobre o servidor (4.1.3; FEAT e OPTS, RFC 2389).
            "SYST" => certo("215 UNIX Type: L8"),
            "NOOP" => certo("200 Certo."),
            "FEAT" => certo(
                "211-Alem da RFC 959:\r\n EPRT\r\n EPSV\r\n MDTM\r\n \
                 MLST type*;size*;modify*;perm*;\r\n REST STREAM\r\n SIZE\r\n UTF8\r\n211 E so.",
            ),
            "OPTS" if arg.eq_ignore_ascii_case("UTF8 ON") => certo("200 Os nomes ja vao em UTF-8."),
            "OPTS" if arg.to_ascii_uppercase().starts_with("MLST") => {
                certo("200 MLST OPTS type;size;modify;perm;")
            }
            "OPTS" => recusa("501 A unica opcao daqui e UTF8 ON."),
            "HELP" => Ok(format!(
                "214-Sem argumento:\r\n {SEM_ARGUMENTO}\r\n Com argumento:\r\n {COM_ARGUMENTO}\r\n \
                 Com ou sem:\r\n {COM_OU_SEM}\r\n214 E so."
            )),
            "STAT" if arg.is_empty() => Ok(self.situacao()),
            "STAT" => {
                let codigo = 213 - u16::from(self.no(caminho)?.e_pasta());
                let linhas = trava(&self.arvore).lista("LIST", caminho, "");
                let linhas = linhas.trim_end().replace('\n', "\n ");
                Ok(format!("{codigo}-Segue:\r\n {linhas}\r\n{codigo} E so."))
            }
            _ => recusa("502 Nao conheco esse comando."),
        }
    }

    /// O visitante anônimo entra com qualquer senha (RFC 1635); o usuário da turma, com a dele.
    fn entra(&mut self, senha: &str) -> Feito {
        let usuario = self.usuario.take().ok_or("503 Antes do PASS vem o USER.")?;
        let nome = na_tela(&usuario);
        self.entrou = match &*usuario {
            "anonymous" | "ftp" => true,
            _ => usuario == USUARIO && senha == SENHA,
        };
        if !self.entrou {
            self.cliente.conta(format_args!(
                "não entrou: usuário ou senha não conferem ({nome})"
            ));
            return recusa("530 O usuario ou a senha nao conferem.");
        }
        self.cliente.conta(format_args!("entrou como {nome}"));
        certo("230 Voce entrou.")
    }

    fn conta(&self, feito: &str, caminho: &str) {
        let caminho = na_tela(caminho);
        self.cliente.conta(format_args!("{feito} {caminho}"));
    }

    fn vai_para(&mut self, caminho: &str) -> Feito {
        if !self.no(caminho)?.e_pasta() {
            return recusa("550 Isso nao e uma pasta.");
        }
        self.pasta = caminho.to_string();
        self.conta("foi para", caminho);
        certo("250 Pasta mudada.")
    }

    /// Passa ao modo passivo e devolve a porta em que se espera o cliente.
    fn espera_cliente(&mut self) -> Result<u16, String> {
        let escuta = dados::escuta(self.local).map_err(|_| SEM_DADOS)?;
        let porta = escuta.local_addr().map_err(|_| SEM_DADOS)?.port();
        self.modo = Some(Modo::Passivo(escuta));
        Ok(porta)
    }

    /// Passa ao modo ativo, se o cliente espera no endereço dele.
    fn procura_cliente(&mut self, pedido: Option<(IpAddr, u16)>) -> Feito {
        let (ip, porta) =
            pedido.ok_or("501 O esperado e PORT 127,0,0,1,195,80 ou EPRT |1|127.0.0.1|50000|.")?;
        self.modo = Some(Modo::ativo(self.origem, ip, porta)?);
        certo("200 Modo ativo.")
    }

    fn no(&self, caminho: &str) -> Result<No, String> {
        let no = trava(&self.arvore).procura(caminho);
        no.ok_or(NAO_EXISTE.to_string())
    }

    fn arquivo(&self, caminho: &str) -> Result<No, String> {
        let no = self.no(caminho)?;
        if no.e_pasta() {
            recusa("550 Isso e uma pasta.")
        } else {
            Ok(no)
        }
    }

    /// LIST, NLST e MLSD.
    fn lista(&mut self, verbo: &str, arg: &str) -> Feito {
        let modo = self.modo.take();
        // LIST -la é um costume antigo: as opções são as do programa ls, e não um nome.
        let nomes = arg
            .split(' ')
            .skip_while(|palavra| palavra.starts_with('-'));
        let pedido = nomes.collect::<Vec<_>>().join(" ");
        let caminho = absoluto(&self.pasta, &pedido);
        let pasta = self.no(&caminho)?.e_pasta();
        if verbo == "MLSD" && !pasta {
            return recusa("501 O MLSD e de pastas; use MLST.");
        }
        // O que o NLST lista é o que se pede depois (RFC 1123, 4.1.2.7).
        let antes = match pedido.trim_end_matches('/') {
            "" if pedido.is_empty() => String::new(),
            antes if pasta => format!("{antes}/"),
            antes => antes[..antes.rfind('/').map_or(0, |barra| barra + 1)].to_string(),
        };
        let listagem = trava(&self.arvore).lista(verbo, &caminho, &antes);
        let feito = format!("listou {}", na_tela(&caminho));
        self.transfere(modo, "150 Segue a listagem.", feito, move |mut dados, _| {
            dados.write_all(listagem.as_bytes()).map_err(|_| CORTADA)?;
            Ok(listagem.len() as u64)
        })
    }

    /// RETR.
    fn baixa(&mut self, caminho: &str, inicio: u64) -> Feito {
        let (modo, texto) = (self.modo.take(), self.texto);
        let feito = format!("baixou {}", na_tela(caminho));
        let no = self.arquivo(caminho).inspect_err(|_| {
            self.cliente
                .conta(format_args!("não {feito}: não é um arquivo daqui"))
        })?;
        let bytes = no
            .na_rede(texto)
            .map_err(|_| NAO_EXISTE)?
            .checked_sub(inicio);
        let bytes = bytes.ok_or(ALEM_DO_FIM)?;
        let anuncio = format!("150 Segue o arquivo ({bytes} bytes).");
        self.transfere(modo, &anuncio, feito, move |dados, _| {
            no.manda(dados, texto, inicio).map_err(|_| CORTADA)?;
            Ok(bytes)
        })
    }

    /// STOR, que fica com o que já existe até `inicio`, e APPE, que fica com tudo.
    fn recebe(&mut self, caminho: &str, inicio: Option<u64>) -> Feito {
        let (modo, texto) = (self.modo.take(), self.texto);
        let mut envio = Envio::novo(&self.arvore, caminho, self.cliente.numero)?;
        let antes = match self.no(caminho).map(|no| no.corpo) {
            Ok(Corpo::Memoria(bytes)) => bytes,
            _ => Arc::default(),
        };
        let fica = inicio.map_or(antes.len(), |inicio| inicio as usize);
        envio.grava(antes.get(..fica).ok_or(ALEM_DO_FIM)?)?;
        let feito = format!("enviou {}", na_tela(caminho));
        self.transfere(modo, "150 Mande o arquivo.", feito, move |dados, corte| {
            let mut cr = false;
            let recebido = por_blocos(dados, |bloco| {
                let texto = texto.then(|| sem_crlf(bloco, &mut cr));
                let bloco = texto.as_deref().unwrap_or(bloco);
                envio.grava(bloco).map_err(io::Error::other)
            });
            // A recusa vem dentro do erro; sem ela, foi a conexão que se perdeu.
            recebido.map_err(|erro| erro.get_ref().map_or(CORTADA.into(), ToString::to_string))?;
            // Um ABOR acaba com os dados. E um cliente que morre fecha as duas conexões, a de dados às vezes antes:
            // quem lê a de controle tem um instante para ver o fim dela.
            thread::sleep(INSTANTE);
            if corte.pedido() {
                return recusa(CORTADA);
            }
            envio.conclui()
        })
    }

    /// Abre a conexão de dados e faz com ela o `trabalho`. É noutra thread, para que um ABOR seja lido a tempo:
    /// é ela quem responde e conta na tela o que foi `feito`.
    fn transfere<F>(
        &mut self,
        modo: Option<Modo>,
        anuncio: &str,
        feito: String,
        trabalho: F,
    ) -> Feito
    where
        F: FnOnce(&TcpStream, &Corte) -> Result<u64, String> + Send + 'static,
    {
        let modo = modo.ok_or("425 Antes vem PASV, EPSV, PORT ou EPRT.")?;
        let tipo = if self.texto { "texto" } else { "binário" };
        let abre = match modo {
            Modo::Passivo(_) => "passivo",
            Modo::Ativo(_) => "ativo",
        };
        let (con, cliente, origem) = (Arc::clone(&self.con), self.cliente.clone(), self.origem);
        let (corte, anuncio) = (Arc::new(Corte::default()), anuncio.to_string());
        let daqui = Arc::clone(&corte);
        let thread = thread::Builder::new().spawn(move || {
            let Ok(dados) = modo.abre(origem, &corte) else {
                return drop(responde(&con, SEM_DADOS));
            };
            let anunciado = responde(&con, &anuncio).map_err(|_| CORTADA.to_string());
            let fim = anunciado.and_then(|()| trabalho(dados, &corte));
            let _ = dados.shutdown(Shutdown::Write);
            let resposta = match &fim {
                Ok(bytes) => {
                    cliente.conta(format_args!("{feito} ({bytes} bytes, {tipo}, modo {abre})"));
                    format!("226 Transferencia completa ({bytes} bytes).")
                }
                Err(recusa) => {
                    cliente.conta(format_args!("não {feito}: {recusa}"));
                    recusa.to_string()
                }
            };
            let _ = responde(&con, &resposta);
            // O que um cliente recusado ainda manda se joga fora: fechar na cara dele o impediria de ler o motivo.
            if fim.is_err() {
                let _ = io::copy(&mut &*dados, &mut io::sink());
            }
        });
        self.em_curso = Some((daqui, thread.map_err(|_| SEM_DADOS)?));
        certo("")
    }

    fn transferindo(&self) -> bool {
        self.em_curso
            .as_ref()
            .is_some_and(|(_, thread)| !thread.is_finished())
    }

    fn corta(&self) {
        self.em_curso.iter().for_each(|(corte, _)| corte.corta());
    }

    /// Espera a transferência em curso acabar, e com ela a resposta dela.
    fn espera_a_transferencia(&mut self) -> Result<(), String> {
        match self.em_curso.take().map(|(_, thread)| thread.join()) {
            Some(Err(_)) => recusa("451 A transferencia falhou aqui no servidor."),
            _ => Ok(()),
        }
    }

    fn situacao(&self) -> String {
        let transfere = if self.transferindo() { "ha" } else { "nao ha" };
        format!(
            "211-Servidor FTP da turma\r\n Cliente em {}\r\n Pasta {}\r\n Tipo {}\r\n \
             Transferencia em curso: {transfere}\r\n211 E so.",
            self.origem,
            self.pasta,
            if self.texto { "A" } else { "I" },
        )
    }
}

/// Quem vai embora leva consigo a transferência que deixou no meio.
impl Drop for Sessao {
    fn drop(&mut self) {
        self.corta();
        let _ = self.espera_a_transferencia();
    }
}

/// Manda uma resposta, numa escrita só.
fn responde(mut con: &TcpStream, resposta: &str) -> io::Result<()> {
    con.write_all(format!("{resposta}\r\n").as_bytes())
}

/// Se o prazo da leitura passou, e não há mais do que isso a lamentar.
fn calado(erro: &io::Error) -> bool {
    matches!(erro.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

/// Um endereço IPv4 que chegou por um socket IPv6 é um endereço IPv4.
fn canonico(endereco: SocketAddr) -> SocketAddr {
    match endereco.ip().to_canonical() {
        ip @ IpAddr::V4(_) => SocketAddr::new(ip, endereco.port()),
        IpAddr::V6(_) => endereco,
    }
}

/// Um nome entre aspas; as que ele tem se dobram (apêndice II).
fn entre_aspas(nome: &str) -> String {
    format!("\"{}\"", nome.replace('"', "\"\""))
}

fn na_tela(nome: &str) -> String {
    visivel(nome.as_bytes())
}

/// `127,0,0,1,195,80`: os quatro números do IP e os dois da porta.
fn do_port(arg: &str) -> Option<(IpAddr, u16)> {
    let numeros = arg.split(',').map(|numero| numero.parse().ok());
    let [a, b, c, d, alto, baixo] = numeros.collect::<Option<Vec<u8>>>()?[..] else {
        return None;
    };
    Some((
        IpAddr::from([a, b, c, d]),
        u16::from_be_bytes([alto, baixo]),
    ))
}

/// `|1|127.0.0.1|50000|`: o protocolo, o IP e a porta; a barra pode ser outra coisa (RFC 2428, 2).
fn do_eprt(arg: &str) -> Result<Option<(IpAddr, u16)>, String> {
    match arg
        .split(arg.chars().next().unwrap_or('|'))
        .collect::<Vec<_>>()[..]
    {
        ["", "1" | "2", ip, porta, ""] => Ok(ip.parse().ok().zip(porta.parse().ok())),
        ["", _, _, _, ""] => recusa("522 Nao conheco esse protocolo, use (1,2)."),
        _ => Ok(None),
    }
}

/// As linhas da conexão de controle; a que passa do limite é recusada e jogada fora, sem ser guardada.
struct Linhas<'a> {
    leitor: BufReader<&'a TcpStream>,
    linha: Vec<u8>,
    /// A linha já foi recusada, e o resto dela ainda vem.
    sobra: bool,
}

impl Linhas<'_> {
    fn de(con: &TcpStream) -> Linhas<'_> {
        let (leitor, linha, sobra) = (BufReader::new(con), Vec::new(), false);
        Linhas {
            leitor,
            linha,
            sobra,
        }
    }

    /// A próxima linha, ou a recusa de uma longa demais; ou o fim. Depois de um erro, segue de onde parou.
    fn proxima(&mut self) -> io::Result<Option<Feito>> {
        loop {
            let cabem = (MAIOR_LINHA + 1 - self.linha.len()) as u64;
            let mut leitor = self.leitor.by_ref().take(cabem);
            leitor.read_until(b'\n', &mut self.linha)?;
            let inteira = self.linha.ends_with(b"\n");
            if !inteira && self.linha.len() <= MAIOR_LINHA {
                return Ok(None);
            }
            let linha = mem::take(&mut self.linha);
            match (mem::replace(&mut self.sobra, !inteira), inteira) {
                (true, _) => {}
                (false, false) => return Ok(Some(recusa("500 A linha e longa demais."))),
                (false, true) => return Ok(Some(Ok(sem_telnet(&linha)))),
            }
        }
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
