//! A sessão contra um servidor de roteiro, que responde o que cada teste manda.

use std::collections::HashMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use suppaftp::types::FileType;

use super::*;
use crate::conexao_de_dados::{anunciado, porta_dos_dados};
use crate::sessao::entre_aspas;

/// Responde a um comando: recebe o que veio depois do verbo e devolve a resposta; vazia, a conexão acaba.
type Resposta = Box<dyn Fn(&mut Sessao, &str) -> String + Send>;

/// O que o servidor de roteiro faz de diferente de um servidor comum.
#[derive(Default)]
struct Roteiro {
    saudacao: Option<&'static [u8]>,
    respostas: HashMap<&'static str, Resposta>,
    ipv6: bool,
    /// Cada comando, como chegou.
    recebidos: Arc<Mutex<Vec<String>>>,
}

impl Roteiro {
    fn responde(mut self, verbo: &'static str, resposta: &'static str) -> Roteiro {
        self.respostas
            .insert(verbo, Box::new(move |_, _| resposta.to_string()));
        self
    }

    fn faz(
        mut self,
        verbo: &'static str,
        resposta: impl Fn(&mut Sessao, &str) -> String + Send + 'static,
    ) -> Roteiro {
        self.respostas.insert(verbo, Box::new(resposta));
        self
    }

    /// Manda `dados` e depois `fim`.
    fn manda(self, verbo: &'static str, dados: &'static [u8], fim: &'static str) -> Roteiro {
        self.faz(verbo, move |sessao, _| {
            sessao.manda_dados(dados);
            fim.to_string()
        })
    }

    /// Põe o servidor no ar e devolve o endereço dele.
    fn comeca(self) -> String {
        let ouvinte = TcpListener::bind(if self.ipv6 { "[::1]:0" } else { "127.0.0.1:0" }).unwrap();
        let endereco = ouvinte.local_addr().unwrap().to_string();
        thread::spawn(move || {
            let (controle, _) = ouvinte.accept().unwrap();
            let mut sessao = Sessao {
                controle,
                ouvinte: None,
                ativo: None,
            };
            let saudacao = self.saudacao.unwrap_or(b"220 roteiro\r\n");
            let _ = sessao.controle.write_all(saudacao);
            for linha in BufReader::new(sessao.controle.try_clone().unwrap()).lines() {
                let Ok(linha) = linha else { return };
                self.recebidos.lock().unwrap().push(linha.clone());
                let (verbo, argumento) = linha.split_once(' ').unwrap_or((&linha, ""));
                let resposta = match self.respostas.get(verbo) {
                    Some(resposta) => resposta(&mut sessao, argumento),
                    None => sessao.de_sempre(verbo, argumento),
                };
                let _ = sessao.controle.write_all(resposta.as_bytes());
                if resposta.is_empty() {
                    break;
                }
            }
            let _ = sessao.controle.shutdown(Shutdown::Both);
        });
        endereco
    }
}

struct Sessao {
    controle: TcpStream,
    ouvinte: Option<TcpListener>,
    ativo: Option<u16>,
}

impl Sessao {
    fn manda_dados(&mut self, dados: &[u8]) {
        self.manda_dados_depois_de("150 vai\r\n", dados);
    }

    fn manda_dados_depois_de(&mut self, preliminares: &str, dados: &[u8]) {
        let _ = self.controle.write_all(preliminares.as_bytes());
        let mut conexao = match (&self.ouvinte, self.ativo) {
            (_, Some(porta)) => {
                TcpStream::connect((self.controle.peer_addr().unwrap().ip(), porta)).unwrap()
            }
            (Some(ouvinte), None) => ouvinte.accept().unwrap().0,
            (None, None) => return,
        };
        let _ = conexao.write_all(dados);
    }

    /// Abre a porta de dados.
    fn abre(&mut self) -> u16 {
        let mut endereco = self.controle.local_addr().unwrap();
        endereco.set_port(0);
        let ouvinte = TcpListener::bind(endereco).unwrap();
        let porta = ouvinte.local_addr().unwrap().port();
        self.ouvinte = Some(ouvinte);
        porta
    }

    fn de_sempre(&mut self, verbo: &str, argumento: &str) -> String {
        match verbo {
            "USER" => "331 senha?\r\n".to_string(),
            "PASS" => "230 entrou\r\n".to_string(),
            "PWD" => "257 \"/\" atual\r\n".to_string(),
            "CWD" | "CDUP" => "250 ok\r\n".to_string(),
            "QUIT" => "221 tchau\r\n".to_string(),
            "EPSV" => format!("229 ok (|||{}|)\r\n", self.abre()),
            // O endereço mente: a porta é deste servidor, a máquina não.
            "PASV" => {
                let porta = self.abre();
                format!("227 ok (10,255,255,1,{},{})\r\n", porta / 256, porta % 256)
            }
            "PORT" => {
                let numeros: Vec<u16> = argumento.split(',').map(|n| n.parse().unwrap()).collect();
                self.ativo = Some(numeros[4] * 256 + numeros[5]);
                "200 ok\r\n".to_string()
            }
            "EPRT" => {
                self.ativo = argumento
                    .split('|')
                    .nth(3)
                    .map(|porta| porta.parse().unwrap());
                "200 ok\r\n".to_string()
            }
            "RETR" | "LIST" => {
                self.manda_dados(b"um\r\ndois");
                "226 fim\r\n".to_string()
            }
            _ => "200 ok\r\n".to_string(),
        }
    }
}

fn sessao(roteiro: Roteiro) -> Result<(super::Sessao, String), ErroFtp> {
    abre_controle(&servidor_digitado(&roteiro.comeca()).unwrap())
}

/// Baixa um arquivo binário para `pasta/destino`.
fn baixa(ftp: &mut super::Sessao, pasta: &Path) -> Result<(), ErroFtp> {
    let arquivo = ArquivoNovo::cria(pasta.join("destino").to_str().unwrap())?;
    ftp.transfer_type(FileType::Binary)?;
    completa_com_bytes(arquivo, abre_dados(ftp, "RETR origem")?)
}

/// Um download que falha: a pasta fica como estava, e o erro diz `trecho`. Devolve se a sessão continua.
#[track_caller]
fn falha(roteiro: Roteiro, trecho: &str) -> bool {
    let _vez = um_de_cada_vez();
    let pasta = tempfile::tempdir().unwrap();
    fs::write(pasta.path().join("destino"), b"valioso").unwrap();
    let erro = sessao(roteiro)
        .and_then(|(mut ftp, _)| {
            ftp.login("ana", "senha")?;
            baixa(&mut ftp, pasta.path())
        })
        .unwrap_err();
    let texto = erro.to_string();
    assert!(texto.contains(trecho), "{texto}");
    assert!(!texto.contains(['\n', '\x1b']), "{texto}");
    assert_eq!(fs::read(pasta.path().join("destino")).unwrap(), b"valioso");
    assert_eq!(fs::read_dir(pasta.path()).unwrap().count(), 1);
    matches!(erro, ErroFtp::Pedido(_))
}

#[test]
fn o_download_completo_troca_o_que_havia_em_cada_modo() {
    let _vez = um_de_cada_vez();
    for (ipv6, ativo) in [(false, false), (false, true), (true, false), (true, true)] {
        if ipv6 && TcpListener::bind("[::1]:0").is_err() {
            continue;
        }
        let pasta = tempfile::tempdir().unwrap();
        let roteiro = Roteiro {
            ipv6,
            ..Roteiro::default()
        };
        // No IPv6 o PASV não serve: só se aceita o EPSV.
        let roteiro = if ipv6 {
            roteiro.responde("PASV", "502 nao\r\n")
        } else {
            roteiro
        };
        let mut servidor = servidor_digitado(&roteiro.comeca()).unwrap();
        servidor.ativo = ativo;
        let (mut ftp, _) = abre_controle(&servidor).unwrap();
        baixa(&mut ftp, pasta.path()).unwrap();
        assert_eq!(
            fs::read(pasta.path().join("destino")).unwrap(),
            b"um\r\ndois"
        );
        assert_eq!(ftp.pwd().unwrap(), "/");
        ftp.quit().unwrap();
    }
}

#[test]
fn a_recusa_deixa_a_sessao_de_pe() {
    let r = Roteiro::default;
    assert!(falha(
        r().responde("PASS", "530 nao entra\r\n"),
        "530 nao entra"
    ));
    assert!(falha(
        r().responde("RETR", "550 \x1b]0;x\x07nada\r\n"),
        r"550 \x1b]0;x\x07nada"
    ));
    assert!(falha(
        r().responde("RETR", "450 ocupado\r\n"),
        "450 ocupado"
    ));
    assert!(falha(
        r().responde("RETR", "425 sem dados\r\n"),
        "425 sem dados"
    ));
    assert!(falha(
        r().responde("PASV", "425 sem porta\r\n"),
        "425 sem porta"
    ));
    assert!(falha(
        r().manda("RETR", b"metade", "426 cortei\r\n"),
        "426 cortei"
    ));
    assert!(falha(
        r().manda("RETR", b"metade", "451 falhei\r\n"),
        "451 falhei"
    ));
    // Só o 226 e o 250 dizem que está tudo ali; e sem dados, nem eles.
    assert!(falha(
        r().manda("RETR", b"inteiro", "200 hein\r\n"),
        "200 hein"
    ));
    assert!(falha(r().responde("RETR", "226 nada\r\n"), "226 nada"));
    assert!(falha(
        r().responde("PASV", "227 ok (300,0,0,1,1,1)\r\n"),
        "227 ok"
    ));
    // Ninguém escuta na porta 1.
    assert!(falha(
        r().responde("PASV", "227 ok (127,0,0,1,0,1)\r\n"),
        "conexão de dados"
    ));
}

#[test]
fn o_fim_da_sessao_e_dito() {
    let r = Roteiro::default;
    assert!(!falha(
        r().responde("TYPE", "421 tempo esgotado\r\n"),
        "421 tempo esgotado"
    ));
    // É o que o servidor da turma diz a quem ficou meia hora parado.
    assert!(!falha(
        r().responde("TYPE", "221 Session timed out. Closing\r\n"),
        "o servidor encerrou a sessão: 221 Session timed out"
    ));
    assert!(!falha(
        r().manda("RETR", b"inteiro", ""),
        "fechou a conexão"
    ));
    assert!(!falha(r().responde("RETR", ""), "fechou a conexão"));
    assert!(!falha(r().responde("PASV", "lixo\r\n"), "foi \"lixo\";"));
    assert!(!falha(r().responde("PASS", "999 hein\r\n"), "999 hein"));
}

#[test]
fn depois_de_um_corte_o_proximo_download_da_certo() {
    let _vez = um_de_cada_vez();
    let pasta = tempfile::tempdir().unwrap();
    let cortou = AtomicBool::new(false);
    let (mut ftp, _) = sessao(Roteiro::default().faz("RETR", move |sessao, _| {
        if cortou.swap(true, Ordering::Relaxed) {
            sessao.manda_dados(b"inteiro");
            "226 fim\r\n".to_string()
        } else {
            sessao.manda_dados(b"metade");
            "426 cortei\r\n".to_string()
        }
    }))
    .unwrap();
    assert!(matches!(
        baixa(&mut ftp, pasta.path()),
        Err(ErroFtp::Pedido(_))
    ));
    assert_eq!(fs::read_dir(pasta.path()).unwrap().count(), 0);
    baixa(&mut ftp, pasta.path()).unwrap();
    assert_eq!(fs::read(pasta.path().join("destino")).unwrap(), b"inteiro");
}

#[test]
fn a_saudacao_chega_segura_e_inteira() {
    let saudada = |saudacao| {
        let roteiro = Roteiro {
            saudacao: Some(saudacao),
            ..Roteiro::default()
        };
        sessao(roteiro).map(|(mut ftp, saudacao)| {
            // A sessão ficou em passo.
            assert_eq!(ftp.pwd().unwrap(), "/");
            saudacao
        })
    };
    assert_eq!(
        saudada(b"220-Ol\xe1\r\n200 x\r\n220 \x1b[2Jfim \r\n").unwrap(),
        "220-Ol\\xe1\n200 x\n220 \\x1b[2Jfim "
    );
    for (saudacao, tela) in [
        (
            b"220-a\r\n 220 b\r\n\r\n2200 c\r\n220-d\r\n220\r\n" as &[u8],
            "220-a\n 220 b\n\n2200 c\n220-d\n220",
        ),
        (b"220\n", "220"),
    ] {
        assert_eq!(saudada(saudacao).unwrap(), tela);
    }
    let recusada = |saudacao| saudada(saudacao).unwrap_err().to_string();
    assert!(recusada(b"421 lotado\r\n").contains("421 lotado"));
    for estranha in [
        b"HTTP/1.1 400\r\n" as &[u8],
        b"\r\n",
        b"22\r\n",
        b"\x16\x03\x01\n",
    ] {
        assert!(recusada(estranha).contains("não parece um servidor FTP"));
    }
}

/// Uma resposta de várias linhas só acaba com o código dela, digam as outras o que disserem.
#[test]
fn so_o_mesmo_codigo_encerra_uma_resposta() {
    let r = Roteiro::default;
    // Um fracasso com jeito de sucesso no meio.
    for fim in [
        "426-cortei\r\n226 arquivos servidos hoje\r\n426 fim\r\n",
        "550-nada\r\n250 MB livres\r\n550 fim\r\n",
    ] {
        assert!(falha(r().manda("RETR", b"metade", fim), "fim"));
    }
    assert!(falha(
        r().responde("PASS", "530-nao\r\n230 usuarios agora\r\n530 entra\r\n"),
        "530-nao / 230 usuarios agora / 530 entra"
    ));
    // E um sucesso com jeito de fracasso.
    let (mut ftp, _) = sessao(
        r().responde("USER", "331-oi\r\n530 avisos\r\n331 senha?\r\n")
            .responde("PASS", "230-oi\r\n530 avisos\r\n 500 MB\r\n230 entrou\r\n")
            .responde("CWD", "250-leia\r\n550 arquivos\r\n250 ok\r\n")
            .manda("RETR", b"inteiro", "226-pronto\r\n426 KB/s\r\n226 fim\r\n"),
    )
    .unwrap();
    ftp.login("ana", "senha").unwrap();
    ftp.cwd("pub").unwrap();
    let _vez = um_de_cada_vez();
    let pasta = tempfile::tempdir().unwrap();
    baixa(&mut ftp, pasta.path()).unwrap();
    assert_eq!(ftp.pwd().unwrap(), "/");
}

/// Só se espera o código que a RFC 959 manda; o ftplib só olha o primeiro algarismo.
#[test]
fn outro_codigo_da_mesma_familia_e_dito() {
    for (verbo, resposta) in [
        ("USER", "332 conta?\r\n"),
        ("PASS", "202 superfluo\r\n"),
        ("TYPE", "202 tanto faz\r\n"),
        ("CWD", "257 \"/pub\"\r\n"),
        ("PWD", "250 \"/x\"\r\n"),
        ("RETR", "110 marca\r\n"),
    ] {
        let faz_tudo = || {
            let (mut ftp, _) = sessao(Roteiro::default().responde(verbo, resposta))?;
            ftp.login("ana", "senha")?;
            ftp.cwd("pub")?;
            ftp.pwd()?;
            modo_texto(&mut ftp)?;
            abre_dados(&mut ftp, "RETR x").map(drop)
        };
        let erro = faz_tudo().unwrap_err().to_string();
        let texto = resposta.trim_end();
        assert!(
            erro.contains(&format!("que não se esperava: {texto}")),
            "{verbo} {erro}"
        );
    }
    for saudacao in [b"120 espere\r\n220 oi\r\n" as &[u8], b"230 ja entrou\r\n"] {
        let roteiro = Roteiro {
            saudacao: Some(saudacao),
            ..Roteiro::default()
        };
        let erro = sessao(roteiro).map(drop).unwrap_err().to_string();
        assert!(erro.contains("que não se esperava"), "{erro}");
    }
}

#[test]
fn as_variantes_dos_servidores_de_verdade_servem() {
    for (verbo, resposta) in [
        ("USER", "230 sem senha\r\n"),
        ("PASS", "230\r\n"),
        ("PASS", "230\tentrou\r\n"),
        ("PASS", "230-\r\n230\n"),
        ("CWD", "200 ok\r\n"),
        // Um CDUP que o servidor não conhece é um CWD.
        ("CDUP", "500 que?\r\n"),
    ] {
        let (mut ftp, _) = sessao(Roteiro::default().responde(verbo, resposta)).unwrap();
        ftp.login("ana", "senha").unwrap();
        ftp.cwd("pub").unwrap();
        ftp.cwd("..").unwrap();
        assert_eq!(ftp.pwd().unwrap(), "/", "{verbo} {resposta}");
        ftp.quit().unwrap();
    }
    for preliminares in [
        "125 vai\r\n",
        "200 espere\r\n150 vai\r\n",
        "200 vai\r\n",
        "150 vai\r\n110 meio\r\n",
        "150-vou\r\n150 vai\r\n",
    ] {
        for comando in ["RETR x", "LIST"] {
            let roteiro = Roteiro::default().faz(&comando[..4], move |sessao, _| {
                sessao.manda_dados_depois_de(preliminares, b"inteiro");
                "226 fim\r\n".to_string()
            });
            let (mut ftp, _) = sessao(roteiro).unwrap();
            let dados = abre_dados(&mut ftp, comando).unwrap();
            assert_eq!(mostra_linhas(dados).unwrap(), "226 fim");
            assert_eq!(ftp.pwd().unwrap(), "/");
        }
    }
}

#[test]
fn a_porta_dos_dados_e_lida_como_no_ftplib() {
    let latim1 = |texto: &str| -> Vec<u8> { texto.chars().map(|c| c as u8).collect() };
    for (resposta, porta) in [
        ("227 ok (1,2,3,4,5,6)", 5 * 256 + 6),
        ("227 ok 1,2,3,4,5,6.", 5 * 256 + 6),
        ("227 =127,000,0,1,004,1", 4 * 256 + 1),
        ("227 n\u{e3}o, [1,2,3,4,5,6]", 5 * 256 + 6),
    ] {
        assert_eq!(
            porta_dos_dados(&latim1(resposta)),
            Some(porta),
            "{resposta}"
        );
    }
    for resposta in ["229 ok (|||2020|)", "229 n\u{e3}o (!2!::1!2020!)"] {
        assert_eq!(porta_dos_dados(&latim1(resposta)), Some(2020), "{resposta}");
    }
    for ruim in [
        "227 ok",
        "227 (1,2,3,4,5)",
        "227 (1,2,3,4,5,256)",
        "227 (1,2,3,4,,6)",
        "227 (999,0,0,1,4,1)",
    ] {
        assert_eq!(porta_dos_dados(ruim.as_bytes()), None, "{ruim}");
    }
    for ruim in [
        "229 (|||70000|)",
        "229 (|||2020)",
        "229 (|||2020|",
        "229 |||2020|",
        "229 (",
        "229",
    ] {
        assert_eq!(porta_dos_dados(ruim.as_bytes()), None, "{ruim}");
    }
}

#[test]
fn o_total_vem_da_resposta_preliminar() {
    for (resposta, total) in [
        (
            "150 Opening BINARY mode data connection for x (1234 bytes).",
            Some(1234),
        ),
        (
            "150-Connecting to port 1\r\n150 Opening connection for (5 bytes) (17 bytes)\r\n",
            Some(17),
        ),
        ("150 951.2 kbytes to download", None),
        ("150 vai (muitos bytes)", None),
        ("150 vai (99999999999999999999 bytes)", None),
        ("125 vai", None),
    ] {
        assert_eq!(anunciado(resposta.as_bytes()), total, "{resposta}");
    }
}

#[test]
fn uma_resposta_sem_fim_tem_fim() {
    // A maior que se aceita, mesmo que cada linha ganhe um espaço.
    let maior = format!("230-\r\n{}230 fim\r\n", "530 \n".repeat(39_000));
    let (mut ftp, _) = sessao(Roteiro::default().faz("PASS", move |_, _| maior.clone())).unwrap();
    ftp.login("ana", "senha").unwrap();
    assert_eq!(ftp.pwd().unwrap(), "/");
    for sem_fim in [&"230-mais uma\r\n".repeat(30_000), &"9".repeat(300_000)] {
        let sem_fim = sem_fim.clone();
        assert!(!falha(
            Roteiro::default().faz("PASS", move |_, _| sem_fim.clone()),
            "não acaba"
        ));
    }
}

#[test]
fn a_resposta_final_da_listagem_e_a_do_servidor() {
    let resposta = |roteiro: Roteiro| {
        let (mut ftp, _) = sessao(roteiro).unwrap();
        let resposta = abre_dados(&mut ftp, "LIST").and_then(mostra_linhas);
        // Deu certo ou não, a sessão ficou em passo.
        assert_eq!(ftp.pwd().unwrap(), "/");
        resposta.map_err(|erro| erro.to_string())
    };
    let r = Roteiro::default;
    assert_eq!(resposta(r()).unwrap(), "226 fim");
    assert_eq!(
        resposta(r().manda("LIST", b"", "226-a\r\n226 b\r\n")).unwrap(),
        "226-a\n226 b"
    );
    // Uma listagem não se guarda: qualquer 2xx diz que ela acabou, até sem dado nenhum.
    for fim in ["200 fim\r\n", "250 fim\r\n", "299 fim\r\n"] {
        assert_eq!(
            resposta(r().manda("LIST", b"x", fim)).unwrap(),
            fim.trim_end()
        );
    }
    for fim in ["226 nada\r\n", "250 nada\r\n"] {
        assert_eq!(resposta(r().responde("LIST", fim)).unwrap(), fim.trim_end());
    }
    assert!(
        resposta(r().manda("LIST", b"metade", "426 cortei\r\n"))
            .unwrap_err()
            .contains("426 cortei")
    );
}

/// Um 200 pode vir antes do 150, ou no lugar dele; sozinho, é a resposta final, e não meio minuto de espera.
#[test]
fn um_200_sozinho_encerra_uma_listagem_e_nao_um_arquivo() {
    for ativo in [false, true] {
        let roteiro = Roteiro::default().responde("LIST", "200 nada a listar\r\n");
        let roteiro = roteiro.responde("RETR", "200 nada a mandar\r\n");
        let mut servidor = servidor_digitado(&roteiro.comeca()).unwrap();
        servidor.ativo = ativo;
        let (mut ftp, _) = abre_controle(&servidor).unwrap();
        let lista = abre_dados(&mut ftp, "LIST").and_then(mostra_linhas);
        assert_eq!(lista.unwrap(), "200 nada a listar");
        let _vez = um_de_cada_vez();
        let pasta = tempfile::tempdir().unwrap();
        let erro = baixa(&mut ftp, pasta.path()).unwrap_err().to_string();
        assert!(erro.contains("não confirmou"), "{erro}");
        assert!(erro.contains("200 nada a mandar"), "{erro}");
        assert_eq!(fs::read_dir(pasta.path()).unwrap().count(), 0);
        assert_eq!(ftp.pwd().unwrap(), "/");
    }
}

#[test]
fn o_cwd_digitado_e_o_do_ftplib() {
    let (mut ftp, _) = sessao(Roteiro::default().faz("CWD", |_, nome| match nome {
        "." | "pasta com espaço" => "250 ok\r\n".to_string(),
        _ => "550 nao\r\n".to_string(),
    }))
    .unwrap();
    ftp.cwd("..").unwrap();
    ftp.cwd("").unwrap();
    ftp.cwd("pasta com espaço").unwrap();
    assert!(matches!(ftp.cwd("outra"), Err(ErroFtp::Pedido(_))));
    assert!(matches!(ftp.cwd("x\r\nDELE y"), Err(ErroFtp::Pedido(_))));
    assert_eq!(ftp.pwd().unwrap(), "/");
}

#[test]
fn o_257_e_lido_como_no_ftplib() {
    for (resposta, nome) in [
        ("257 \"/\" atual\r\n", "/"),
        ("257 \"/a\"\"b\" atual\r\n", "/a\"b"),
        ("257 \"/x\" is \"y\"\r\n", "/x"),
        ("257 sem aspas\r\n", ""),
        ("257 \"/aberto\r\n", "/aberto"),
        ("257-\"/x\"\r\n257 fim\r\n", ""),
    ] {
        assert_eq!(entre_aspas(resposta.as_bytes()), nome);
    }
}

#[test]
fn o_anonimo_e_o_do_ftplib() {
    for (usuario, senha, esperado) in [
        ("", "", ("anonymous", "anonymous@")),
        ("", "eu@aqui", ("anonymous", "eu@aqui")),
        ("anonymous", "-", ("anonymous", "-anonymous@")),
        ("ana", "", ("ana", "")),
    ] {
        let (u, s) = anonimo_se_vazio(usuario.to_string(), senha.to_string());
        assert_eq!((u.as_str(), s.as_str()), esperado);
    }
}

/// O que não cabe num comando não vai, e a sessão continua em passo.
#[test]
fn quebras_de_linha_e_nul_sao_recusados() {
    let recebidos = Arc::new(Mutex::new(Vec::new()));
    let vistos = Arc::clone(&recebidos);
    let (mut ftp, _) = sessao(Roteiro {
        recebidos,
        ..Roteiro::default()
    })
    .unwrap();
    for texto in ["a\rb", "a\nDELE x", "a\0b", "\r\n"] {
        let recusados = [
            ftp.login(texto, "").map_err(ErroFtp::from),
            ftp.cwd(texto),
            abre_dados(&mut ftp, &format!("RETR {texto}")).map(drop),
            ftp.mkdir(texto).map_err(ErroFtp::from),
        ];
        for recusado in recusados {
            let Err(ErroFtp::Pedido(motivo)) = recusado else {
                panic!("{texto:?}: {recusado:?}");
            };
            assert!(motivo.contains("quebra de linha ou um NUL"), "{motivo}");
            assert!(!motivo.contains("DELE"), "{motivo}");
        }
    }
    ftp.cwd("relatório de março\t.txt").unwrap();
    assert_eq!(ftp.pwd().unwrap(), "/");
    let mut foram = vec!["PASV"; 4];
    foram.extend(["CWD relatório de março\t.txt", "PWD"]);
    assert_eq!(*vistos.lock().unwrap(), foram);
}

#[test]
fn um_pedido_sem_nome_nem_chega_ao_servidor() {
    let (mut ftp, _) = sessao(Roteiro::default().responde("RETR", "226 hein?\r\n")).unwrap();
    let erro = abre_dados(&mut ftp, "RETR ").map(drop).unwrap_err();
    assert!(erro.to_string().starts_with("faltou o nome"), "{erro}");
    assert_eq!(ftp.pwd().unwrap(), "/");
}

#[test]
fn o_host_digitado_e_tolerante() {
    for (texto, esperado) in [
        ("", "127.0.0.1:2121"),
        ("127.0.0.1", "127.0.0.1:21"),
        ("127.0.0.1:2100", "127.0.0.1:2100"),
        ("ftp://127.0.0.1/pub/", "127.0.0.1:21"),
        ("FTP://127.0.0.1:2100", "127.0.0.1:2100"),
        ("ana@127.0.0.1", "127.0.0.1:21"),
        ("ftp://ana:s3nha@127.0.0.1:2100/pub", "127.0.0.1:2100"),
        ("ftp://ana:s3/n@ha@127.0.0.1:2100/pub", "127.0.0.1:2100"),
        ("[::1]:2100", "[::1]:2100"),
    ] {
        let servidor = servidor_digitado(texto).unwrap();
        assert_eq!(servidor.endereco.to_string(), esperado);
    }
    for (texto, motivo) in [
        ("ftp://", "está vazio"),
        ("ftp:///pub", "está vazio"),
        ("127.0.0.1:abc", "porta que não é número"),
        ("127.0.0.1\r:21", "caracteres invisíveis"),
        ("ftp://ana:s3nha@:21", "não tem o nome da máquina"),
        ("ana:s3nha@127.0.0.1:abc", "porta que não é número"),
    ] {
        let erro = servidor_digitado(texto).unwrap_err().to_string();
        assert!(erro.contains(motivo), "{erro}");
        assert!(!erro.contains("s3nha"), "{erro}");
    }
}

/// As sessões dos testes são muitas, e o que está por desfazer continua um só.
fn um_de_cada_vez() -> MutexGuard<'static, ()> {
    static VEZ: Mutex<()> = Mutex::new(());
    VEZ.lock().unwrap_or_else(PoisonError::into_inner)
}
