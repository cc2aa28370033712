//! A sessão de um cliente: entra um comando, sai uma resposta. As seções são as da RFC 959, se não dizem outra.

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{IpAddr, Shutdown, SocketAddr, TcpStream};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use comum::visivel;
use comum_alem::fecha_com_calma;
use socket2::SockRef;

use crate::arvore::{ALEM_DO_FIM, Envio, No, absoluto, arvore};
use crate::dados::{Corte, INATIVIDADE, Modo, manda};
use crate::{SENHA, USUARIO, conta};

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

const NAO_CONHECO: &str = "502 Nao conheco esse comando; HELP mostra os que conheco.";
const NAO_SE_LE: &str = "550 O disco do servidor nao deixou ler o arquivo.";
const SEM_DADOS: &str = "425 A conexao de dados nao abriu.";
const CORTADA: &str = "426 A transferencia parou no meio.";

/// A resposta de um comando, só em ASCII (nada se combinou sobre acentos), ou a de um que se recusa; vazia, se quem
/// responde é a thread da transferência.
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
    /// O que o distingue dos outros clientes.
    numero: u64,
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
    pub fn nova(con: TcpStream, numero: u64) -> io::Result<Sessao> {
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
        })
    }

    /// Conversa até o cliente se despedir, sumir ou se calar por tempo demais.
    pub fn conversa(&mut self) -> io::Result<()> {
        let con = Arc::clone(&self.con);
        responde(&con, "220 Bem-vindo ao servidor FTP da turma.")?;
        let mut leitor = BufReader::new(&*con);
        loop {
            let mut linha = Vec::new();
            let mut comeco = leitor.by_ref().take(MAIOR_LINHA as u64);
            match comeco.read_until(b'\n', &mut linha) {
                Err(erro) if calado(&erro) && self.transferindo() => continue,
                Err(erro) if calado(&erro) => {
                    return responde(&con, "421 Meia hora sem comandos; ate logo.");
                }
                lidos => lidos?,
            };
            let inteira = linha.ends_with(b"\n");
            let (Ok(resposta) | Err(resposta)) = match linha.len() {
                _ if inteira => self.comando(&sem_telnet(&linha)),
                MAIOR_LINHA => recusa("500 A linha e longa demais."),
                _ => return Ok(()),
            };
            if !resposta.is_empty() {
                responde(&con, &resposta)?;
            }
            if resposta.starts_with("221") {
                return con.shutdown(Shutdown::Write);
            }
            if !inteira {
                leitor.skip_until(b'\n')?;
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
            return recusa(NAO_CONHECO);
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
        let (de, quem) = (self.de.take(), self.numero);
        let caminho = &*absoluto(&self.pasta, arg);
        let opcao = &*arg.to_ascii_uppercase();
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
            "TYPE" => {
                self.texto = match opcao {
                    "A" | "A N" => true,
                    "I" | "L 8" => false,
                    _ => return recusa("504 Os tipos daqui sao A e I."),
                };
                certo("200 Tipo mudado.")
            }
            "MODE" if opcao == "S" => certo("200 Modo S."),
            "MODE" => recusa("504 O modo daqui e o S."),
            "STRU" if opcao == "F" => certo("200 Estrutura F."),
            "STRU" => recusa("504 A estrutura daqui e a F."),
            "PASV" | "PORT" | "EPRT" if self.so_epsv => recusa("503 Depois de EPSV ALL, so EPSV."),
            "PASV" if self.local.is_ipv6() => recusa("502 O PASV so sabe dizer IPv4; use EPSV."),
            "PASV" => {
                let porta = self.espera_cliente()?;
                let ip = self.local.ip().to_string().replace('.', ",");
                Ok(format!(
                    "227 Modo passivo ({ip},{},{}).",
                    porta / 256,
                    porta % 256
                ))
            }
            "EPSV" if opcao == "ALL" => {
                self.so_epsv = true;
                certo("200 Daqui em diante, so EPSV.")
            }
            "EPSV" => {
                let protocolo = if self.local.is_ipv4() { "1" } else { "2" };
                if !arg.is_empty() && arg != protocolo {
                    return Err(format!("522 Aqui o protocolo e outro, use ({protocolo})."));
                }
                Ok(format!("229 Modo passivo (|||{}|)", self.espera_cliente()?))
            }
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
                arvore().confere_dono(caminho, quem)?;
                self.de = Some(caminho.to_string());
                certo("350 E o novo nome? Diga com RNTO.")
            }
            "RNTO" => {
                let de = de.ok_or("503 Antes do RNTO vem o RNFR.")?;
                arvore().renomeia(&de, caminho, quem)?;
                self.conta(&format!("mudou o nome de {} para", na_tela(&de)), caminho);
                certo("250 Nome mudado.")
            }
            "DELE" | "RMD" | "XRMD" => {
                arvore().apaga(caminho, verbo != "DELE", quem)?;
                self.conta("apagou", caminho);
                certo("250 Apagado.")
            }
            "MKD" | "XMKD" => {
                arvore().cria_pasta(caminho, quem)?;
                self.conta("criou a pasta", caminho);
                Ok(format!("257 {} criada.", entre_aspas(caminho)))
            }
            "PWD" | "XPWD" => Ok(format!("257 {} e a pasta atual.", entre_aspas(&self.pasta))),
            "SIZE" => {
                let tamanho = self.arquivo(caminho)?.na_rede(self.texto);
                Ok(format!("213 {}", tamanho.map_err(|_| NAO_SE_LE)?))
            }
            "MDTM" => Ok(format!("213 {}", self.arquivo(caminho)?.data)),
            "MLST" => {
                let fatos = arvore().procura(caminho)?.fatos();
                Ok(format!("250-Segue:\r\n {fatos} {caminho}\r\n250 E so."))
            }

            // Sobre o servidor (4.1.3; FEAT e OPTS, RFC 2389).
            "SYST" => certo("215 UNIX Type: L8"),
            "NOOP" => certo("200 Certo."),
            "FEAT" => certo(
                "211-Alem da RFC 959:\r\n EPRT\r\n EPSV\r\n MDTM\r\n \
                 MLST type*;size*;modify*;perm*;\r\n REST STREAM\r\n SIZE\r\n UTF8\r\n211 E so.",
            ),
            "OPTS" if opcao == "UTF8 ON" => certo("200 Os nomes ja vao em UTF-8."),
            "OPTS" if opcao.starts_with("MLST") => certo("200 MLST OPTS type;size;modify;perm;"),
            "OPTS" => recusa("501 A unica opcao daqui e UTF8 ON."),
            "HELP" => Ok(format!(
                "214-Sem argumento:\r\n {SEM_ARGUMENTO}\r\n Com argumento:\r\n {COM_ARGUMENTO}\r\n \
                 Com ou sem:\r\n {COM_OU_SEM}\r\n214 E so."
            )),
            "STAT" if arg.is_empty() => Ok(format!(
                "211-Servidor FTP da turma\r\n Cliente em {}\r\n Pasta {}\r\n Tipo {}\r\n \
                 Transferencia em curso: {}\r\n211 E so.",
                self.origem,
                self.pasta,
                if self.texto { "A" } else { "I" },
                if self.transferindo() { "ha" } else { "nao ha" },
            )),
            "STAT" => {
                let arvore = arvore();
                let codigo = 213 - u16::from(arvore.procura(caminho)?.e_pasta());
                let nos = arvore.lista(caminho)?;
                let linhas: String = nos
                    .iter()
                    .map(|no| format!(" {}\r\n", no.linha()))
                    .collect();
                Ok(format!("{codigo}-Segue:\r\n{linhas}{codigo} E so."))
            }
            _ => recusa(NAO_CONHECO),
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
            let motivo = format!("não entrou: usuário ou senha não conferem ({nome})");
            conta(self.numero, &motivo);
            return recusa("530 O usuario ou a senha nao conferem.");
        }
        conta(self.numero, &format!("entrou como {nome}"));
        certo("230 Voce entrou.")
    }

    fn conta(&self, feito: &str, caminho: &str) {
        conta(self.numero, &format!("{feito} {}", na_tela(caminho)));
    }

    fn vai_para(&mut self, caminho: &str) -> Feito {
        if !arvore().procura(caminho)?.e_pasta() {
            return recusa("550 Isso nao e uma pasta.");
        }
        self.pasta = caminho.to_string();
        self.conta("foi para", caminho);
        certo("250 Pasta mudada.")
    }

    /// Passa ao modo passivo e devolve a porta em que se espera o cliente.
    fn espera_cliente(&mut self) -> Result<u16, String> {
        let (modo, porta) = Modo::passivo(self.local).map_err(|_| SEM_DADOS)?;
        self.modo = Some(modo);
        Ok(porta)
    }

    /// Passa ao modo ativo, se o endereço pedido é o do cliente: senão qualquer um faria deste servidor o autor de
    /// conexões com um terceiro. As portas baixas são de outros serviços (RFC 2577, 3).
    fn procura_cliente(&mut self, pedido: Option<(IpAddr, u16)>) -> Feito {
        let (ip, porta) =
            pedido.ok_or("501 O esperado e PORT 127,0,0,1,195,80 ou EPRT |1|127.0.0.1|50000|.")?;
        if ip.to_canonical() != self.origem.ip() {
            return recusa("504 So me conecto ao endereco de quem pede.");
        }
        if porta < 1024 {
            return recusa("504 So me conecto a portas a partir da 1024.");
        }
        // E não o ip: o de um cliente IPv6 pode ter a interface, que o EPRT não sabe dizer.
        let mut destino = self.origem;
        destino.set_port(porta);
        self.modo = Some(Modo::Ativo(destino));
        certo("200 Modo ativo.")
    }

    fn arquivo(&self, caminho: &str) -> Result<No, &'static str> {
        let no = arvore().procura(caminho)?;
        if no.e_pasta() {
            Err("550 Isso e uma pasta.")
        } else {
            Ok(no)
        }
    }

    /// LIST, NLST e MLSD.
    fn lista(&mut self, verbo: &str, arg: &str) -> Feito {
        let modo = self.modo.take();
        // LIST -la é um costume antigo: as opções são as do programa ls, e não um nome.
        let palavras = arg
            .split(' ')
            .skip_while(|palavra| palavra.starts_with('-'));
        let pedido = palavras.collect::<Vec<_>>().join(" ");
        let caminho = absoluto(&self.pasta, &pedido);
        let pasta = arvore().procura(&caminho)?.e_pasta();
        if verbo == "MLSD" && !pasta {
            return recusa("501 O MLSD e de pastas; use MLST.");
        }
        // O que o NLST lista é o que se pede depois (RFC 1123, 4.1.2.7).
        let antes = match pedido.trim_end_matches('/') {
            "" if pedido.is_empty() => String::new(),
            antes if pasta => format!("{antes}/"),
            antes => antes[..antes.rfind('/').map_or(0, |barra| barra + 1)].to_string(),
        };
        let nos = arvore().lista(&caminho)?;
        let linhas = nos.iter().map(|no| match verbo {
            "NLST" => format!("{antes}{}\r\n", no.nome()),
            "MLSD" => format!("{} {}\r\n", no.fatos(), no.nome()),
            _ => no.linha() + "\r\n",
        });
        let listagem: String = linhas.collect();
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
            conta(self.numero, &format!("não {feito}: não é um arquivo daqui"));
        })?;
        let bytes = no.na_rede(texto).map_err(|_| NAO_SE_LE)?;
        let bytes = bytes.checked_sub(inicio).ok_or(ALEM_DO_FIM)?;
        let arquivo = no.abre().map_err(|_| NAO_SE_LE)?;
        let anuncio = format!("150 Segue o arquivo ({bytes} bytes).");
        self.transfere(modo, &anuncio, feito, move |dados, _| {
            let viajariam = manda(arquivo, dados, texto, inicio).map_err(|_| CORTADA)?;
            Ok(viajariam.saturating_sub(inicio))
        })
    }

    /// STOR, que fica com o que já existe até `inicio`, e APPE, que fica com tudo.
    fn recebe(&mut self, caminho: &str, inicio: Option<u64>) -> Feito {
        let modo = self.modo.take();
        let mut envio = Envio::novo(caminho, self.numero, self.texto, inicio)?;
        let feito = format!("enviou {}", na_tela(caminho));
        self.transfere(
            modo,
            "150 Mande o arquivo.",
            feito,
            move |mut dados, corte| {
                let recebido = io::copy(&mut dados, &mut envio);
                // A recusa vem dentro do erro; sem ela, foi a conexão que se perdeu.
                recebido
                    .map_err(|erro| erro.get_ref().map_or(CORTADA.into(), ToString::to_string))?;
                // Um ABOR acaba com os dados. E um cliente que morre fecha as duas conexões, a de dados às vezes antes:
                // quem lê a de controle tem um instante para ver o fim dela.
                thread::sleep(INSTANTE);
                if corte.pedido() {
                    recusa(CORTADA)
                } else {
                    envio.conclui()
                }
            },
        )
    }

    /// Abre a conexão de dados e faz com ela o `trabalho`. É noutra thread, para que um ABOR seja lido a tempo:
    /// é ela quem responde e conta na tela o que foi `feito`.
    fn transfere(
        &mut self,
        modo: Option<Modo>,
        anuncio: &str,
        feito: String,
        trabalho: impl FnOnce(&TcpStream, &Corte) -> Result<u64, String> + Send + 'static,
    ) -> Feito {
        let modo = modo.ok_or("425 Antes vem PASV, EPSV, PORT ou EPRT.")?;
        let tipo = if self.texto { "texto" } else { "binário" };
        let abre = if matches!(modo, Modo::Ativo(_)) {
            "ativo"
        } else {
            "passivo"
        };
        let (con, numero, origem) = (Arc::clone(&self.con), self.numero, self.origem);
        let (corte, anuncio) = (Arc::new(Corte::default()), anuncio.to_string());
        let daqui = Arc::clone(&corte);
        let thread = thread::Builder::new().spawn(move || {
            let Ok(dados) = modo.abre(origem, &corte) else {
                return drop(responde(&con, SEM_DADOS));
            };
            let anunciado = responde(&con, &anuncio).map_err(|_| CORTADA.to_string());
            let fim = anunciado.and_then(|()| trabalho(dados, &corte));
            let _ = dados.shutdown(Shutdown::Write);
            let (relato, resposta) = match &fim {
                Ok(bytes) => (
                    format!("{feito} ({bytes} bytes, {tipo}, modo {abre})"),
                    format!("226 Transferencia completa ({bytes} bytes)."),
                ),
                Err(recusa) => (format!("não {feito}: {recusa}"), recusa.clone()),
            };
            conta(numero, &relato);
            let _ = responde(&con, &resposta);
            // Fechar na cara de quem ainda manda o impediria de ler o motivo.
            if fim.is_err() {
                fecha_com_calma(dados);
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
    Some(([a, b, c, d].into(), u16::from_be_bytes([alto, baixo])))
}

/// `|1|127.0.0.1|50000|`: o protocolo, o IP e a porta; a barra pode ser outra coisa (RFC 2428, 2).
fn do_eprt(arg: &str) -> Result<Option<(IpAddr, u16)>, String> {
    let barra = arg.chars().next().unwrap_or('|');
    match arg.split(barra).collect::<Vec<_>>()[..] {
        ["", "1" | "2", ip, porta, ""] => Ok(ip.parse().ok().zip(porta.parse().ok())),
        ["", _, _, _, ""] => recusa("522 Nao conheco esse protocolo, use (1,2)."),
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
