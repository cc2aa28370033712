//! O servidor FTP da turma: uma pequena árvore de arquivos, só de leitura, para que as lições de FTP
//! não precisem de internet. Não está no livro, que usa um servidor público.
//!
//! Terminal 1: `cargo run -p servidor_ftp` (Ctrl-C encerra)
//! Terminal 2: `cargo run -p protocolo_ftp`, `cargo run -p ftp_ascii`, `cargo run -p ftp_binario`
//! ou `cargo run -p ftp_interativo`
//!
//! O protocolo é da libunftp; aqui se decide o que ela não sabe: que arquivos existem ([`arvore`]),
//! como são entregues ([`backend`]), quem entra ([`acesso`]), por que portas passam os dados
//! ([`portas`]) e o que se conta na tela ([`cliente`]).
//!
//! O que ela não deixa mudar: um comando sem o argumento que devia ter (`RETR` ou `CWD` sozinhos)
//! encerra a sessão; depois de um `CWD ..` o `PWD` mostra `/pub/..` (o `CDUP` faz certo); o `150` de um
//! arquivo que não existe vem antes do `550`; não há modo ativo em IPv6 (`EPRT`); e o `PORT` conecta-se ao
//! endereço que o cliente pedir. Se não é o dele, ela fecha sem mandar um byte, mas já bateu na porta, e o
//! pedido seguinte fica sem resposta final. Dois limites ela não tem: o de uma linha de comando, que ocupa a
//! memória que o cliente quiser, e o da espera por quem pede `PASV` e não se conecta.

mod acesso;
mod arvore;
mod backend;
mod cliente;
mod portas;

use std::net::{IpAddr, SocketAddr, TcpListener, UdpSocket};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use comum::causa::em_portugues;
use comum::endereco::{HOST_PADRAO, PORTA_FTP_DA_TURMA};
use comum::{
    Endereco, Erro, ajuda, argumento_ou, avisa, despede, erro_ao_escutar, executa, mostra,
    sem_ctrl_c,
};
use libunftp::ServerBuilder;
use libunftp::options::ActivePassiveMode;
use tokio::net::{self, TcpStream};
use tokio::runtime;

use crate::acesso::{Acesso, SENHA, USUARIO};
use crate::backend::Disco;
use crate::cliente::Cliente;
use crate::portas::{PORTAS, Rodizio};

/// O que cada cliente lê ao conectar, depois do 220. Só ASCII: é a única linha que chega antes de
/// qualquer acordo sobre acentos.
const SAUDACAO: &str = "Bem-vindo ao servidor FTP da turma.";
/// Uma aula tem pausas: meia hora sem comandos antes de o servidor desligar um cliente.
const INATIVIDADE: u64 = 30 * 60;
/// Linhas que podem esperar pela tela. Se ela para (um terminal congelado), as demais se perdem: o
/// servidor segue e a memória não cresce.
const LINHAS_EM_ESPERA: usize = 1000;

fn main() -> ExitCode {
    executa(licao)
}

fn licao() -> Result<(), Erro> {
    let endereco = argumento_ou("127.0.0.1:2121", ajuda!())?.para_escutar();
    ctrlc::set_handler(despede).map_err(sem_ctrl_c)?;
    // Escutar com o std, como nas outras lições, dá os mesmos erros em português.
    let escuta = TcpListener::bind(&endereco).map_err(erro_ao_escutar(&endereco))?;
    escuta.set_nonblocking(true)?;
    arvore::prepara();
    let escutado = escuta.local_addr()?;
    let ip = ip_na_rede(escutado.ip());
    mostra!("{}", instrucoes(&endereco, escutado, ip)?)?;
    // Quem atende nunca espera pela tela: só deixa a linha na fila, que é esvaziada aqui.
    let (tela, linhas) = sync_channel(LINHAS_EM_ESPERA);
    let motor = runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    thread::spawn(move || motor.block_on(recebe(escuta, tela)));
    for linha in linhas {
        mostra!("{linha}")?;
    }
    // A fila só acaba se quem atende acabou, e com ele o motivo.
    Err(Erro::Mensagem(
        "o servidor parou de atender; rode-o de novo".to_string(),
    ))
}

/// Recebe os clientes e cuida de todos ao mesmo tempo, cada um na sua tarefa.
async fn recebe(escuta: TcpListener, tela: SyncSender<String>) {
    let escuta = match net::TcpListener::from_std(escuta) {
        Ok(escuta) => escuta,
        Err(erro) => return avisa(&em_portugues(&erro)),
    };
    let mut numero = 0;
    loop {
        match escuta.accept().await {
            Ok((con, origem)) => {
                numero += 1;
                tokio::spawn(atende(con, origem, Cliente::novo(numero, tela.clone())));
            }
            Err(erro) => {
                avisa(&format!(
                    "um cliente ficou sem atendimento: {}; o servidor continua",
                    em_portugues(&erro)
                ));
                // Sem descritores livres o accept falha na hora: a pausa deixa os outros terminarem.
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

/// Conversa com um cliente, da saudação ao fim da conexão de controle.
async fn atende(con: TcpStream, origem: SocketAddr, cliente: Cliente) {
    cliente.conta(format_args!("conectou-se de {origem}"));
    // Sem isto, o 226 espera que o cliente confirme o 150: 40 ms a mais em cada arquivo. É para poder
    // mexer na conexão que o accept é nosso e não o da libunftp. Se não der, é só mais lento.
    let _ = con.set_nodelay(true);
    let do_disco = cliente.clone();
    let servidor = ServerBuilder::with_authenticator(
        Box::new(move || Disco::novo(do_disco.clone())),
        Arc::new(Acesso::novo(cliente.clone())),
    )
    .greeting(SAUDACAO)
    .idle_session_timeout(INATIVIDADE)
    .active_passive_mode(ActivePassiveMode::ActiveAndPassive)
    .passive_ports(PORTAS)
    .binder(Rodizio)
    .build();
    // Um erro aqui é o cliente que foi embora antes da saudação.
    if let Ok(servidor) = servidor {
        let _ = servidor.service(con).await;
    }
    cliente.conta(format_args!("saiu"));
}

/// O IP com que este computador aparece na rede, se há uma e se é de lá que se atende (`0.0.0.0`). O
/// connect do UDP só escolhe um caminho: nada é enviado (o destino é dos reservados a exemplos).
fn ip_na_rede(escutado: IpAddr) -> Option<IpAddr> {
    let destino = match escutado {
        ip if !ip.is_unspecified() => return None,
        IpAddr::V4(_) => "192.0.2.1:9",
        IpAddr::V6(_) => "[2001:db8::1]:9",
    };
    let socket = UdpSocket::bind((escutado, 0)).ok()?;
    socket.connect(destino).ok()?;
    Some(socket.local_addr().ok()?.ip())
}

/// O que fazer a seguir: que lições rodar em outro terminal, com que argumentos, e como entrar. O `ip` é
/// o deste computador para os outros.
fn instrucoes(
    endereco: &Endereco,
    escutado: SocketAddr,
    ip: Option<IpAddr>,
) -> Result<String, Erro> {
    let (porta, para_todos) = (escutado.port(), escutado.ip().is_unspecified());
    // Em 0.0.0.0 se escuta, mas não é um endereço a que se vá: daqui, o caminho é o da própria máquina.
    let destino = match escutado {
        SocketAddr::V4(_) if para_todos => Endereco::novo(HOST_PADRAO, porta)?,
        SocketAddr::V6(_) if para_todos => Endereco::novo("::1", porta)?,
        _ => endereco.clone(),
    };
    let de_fora = match ip {
        _ if !para_todos => String::new(),
        Some(ip) => format!(
            "Em outro computador (o IP deste parece ser {ip}):\n{}\n",
            comandos(&Endereco::novo(&ip.to_string(), porta)?)
        ),
        None => format!(
            "Em outro computador, diga o IP deste e a porta, como 192.168.0.10:{porta}.\n\n"
        ),
    };
    Ok(format!(
        "Servidor FTP da turma em {endereco} (Ctrl-C encerra)\n\n\
         Em outro terminal, rode uma das lições:\n{}\n\
         {de_fora}\
         Usuário {USUARIO} e senha {SENHA}, ou os dois vazios para o acesso anônimo.\n",
        comandos(&destino)
    ))
}

/// As lições, uma por linha, com o que é preciso para chegarem ao servidor em `destino`.
fn comandos(destino: &Endereco) -> String {
    let argumento = destino.como_argumento(PORTA_FTP_DA_TURMA);
    let host = if argumento.is_empty() {
        "Enter".to_string()
    } else {
        destino.to_string()
    };
    format!(
        "  cargo run -p protocolo_ftp{argumento}\n  \
         cargo run -p ftp_ascii{argumento}\n  \
         cargo run -p ftp_binario{argumento}\n  \
         cargo run -p ftp_interativo   (quando pedir o FTP: {host})\n"
    )
}

#[cfg(test)]
mod tests {
    use super::{SAUDACAO, instrucoes, recebe};
    use comum::Endereco;
    use comum::endereco::PORTA_FTP_DA_TURMA;
    use std::io::{BufRead, BufReader, Read, Write};
    use std::net::{SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
    use std::sync::mpsc::{Receiver, sync_channel};
    use std::thread;
    use tokio::runtime;

    /// Um servidor numa porta livre, e o que ele mostra na tela.
    fn servidor() -> (SocketAddr, Receiver<String>) {
        let escuta = TcpListener::bind("127.0.0.1:0").unwrap();
        escuta.set_nonblocking(true).unwrap();
        let endereco = escuta.local_addr().unwrap();
        let (tela, linhas) = sync_channel(100);
        let motor = runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        thread::spawn(move || motor.block_on(recebe(escuta, tela)));
        (endereco, linhas)
    }

    /// A próxima resposta, sem o CRLF.
    fn resposta(controle: &mut BufReader<TcpStream>) -> String {
        let mut linha = String::new();
        controle.read_line(&mut linha).unwrap();
        linha.trim_end().to_string()
    }

    fn comando(controle: &mut BufReader<TcpStream>, linha: &str) -> String {
        write!(controle.get_mut(), "{linha}\r\n").unwrap();
        resposta(controle)
    }

    #[test]
    fn uma_sessao_inteira() {
        let (endereco, linhas) = servidor();
        let mut controle = BufReader::new(TcpStream::connect(endereco).unwrap());
        assert_eq!(resposta(&mut controle), format!("220 {SAUDACAO}"));
        for (linha, esperado) in [
            ("USER aluno", "331"),
            ("PASS errada", "530"),
            ("USER aluno", "331"),
            ("PASS segredo", "230"),
            ("CWD pub/aulas de redes", "250"),
            ("PWD", "257 \"/pub/aulas de redes\""),
            ("DELE exercícios.txt", "550"),
            ("CWD /../..", "250"),
        ] {
            let obtido = comando(&mut controle, linha);
            assert!(obtido.starts_with(esperado), "{linha}: {obtido}");
        }
        // 229 Entering Extended Passive Mode (|||50123|)
        let passivo = comando(&mut controle, "EPSV");
        let porta: u16 = passivo.split('|').nth(3).unwrap().parse().unwrap();
        let mut dados = TcpStream::connect((endereco.ip(), porta)).unwrap();
        assert_eq!(comando(&mut controle, "RETR README"), "150 Sending data");
        let mut recebido = Vec::new();
        dados.read_to_end(&mut recebido).unwrap();
        assert_eq!(recebido, include_bytes!("../arvore/README"));
        assert_eq!(resposta(&mut controle), "226 Successfully sent");
        assert_eq!(comando(&mut controle, "QUIT"), "221 Bye!");
        let relatos: Vec<String> = linhas.iter().take(5).collect();
        assert_eq!(
            relatos[1..],
            [
                "Cliente 1: não entrou: usuário ou senha não conferem (aluno)",
                "Cliente 1: entrou como aluno",
                "Cliente 1: baixou /README (1490 bytes)",
                "Cliente 1: saiu",
            ]
        );
    }

    /// O que se mostra a quem roda o servidor com este argumento.
    fn mostrado(argumento: &str, ip: Option<&str>) -> String {
        let endereco = Endereco::novo(argumento, PORTA_FTP_DA_TURMA).unwrap();
        let escutado = endereco.to_socket_addrs().unwrap().next().unwrap();
        let ip = ip.map(|ip| ip.parse().unwrap());
        instrucoes(&endereco, escutado, ip).unwrap()
    }

    #[test]
    fn as_instrucoes_servem_aqui_e_em_outro_computador() {
        let so_daqui = mostrado("127.0.0.1", None);
        assert!(so_daqui.contains("run -p ftp_ascii\n"), "{so_daqui}");
        assert!(
            so_daqui.contains("(quando pedir o FTP: Enter)"),
            "{so_daqui}"
        );
        assert!(!so_daqui.contains("outro computador"), "{so_daqui}");

        let para_todos = mostrado("0.0.0.0", Some("192.168.7.5"));
        let (daqui, de_fora) = para_todos.split_once("outro computador").unwrap();
        assert!(daqui.contains("run -p ftp_ascii\n"), "{para_todos}");
        // Sem a porta, uma lição de FTP iria à 21.
        for comando in [
            "cargo run -p protocolo_ftp -- 192.168.7.5:2121\n",
            "cargo run -p ftp_binario -- 192.168.7.5:2121\n",
            "(quando pedir o FTP: 192.168.7.5:2121)\n",
        ] {
            assert!(de_fora.contains(comando), "{para_todos}");
        }

        let sem_rede = mostrado("0.0.0.0:2122", None);
        assert!(sem_rede.contains("run -p ftp_ascii -- 127.0.0.1:2122\n"));
        assert!(sem_rede.contains("como 192.168.0.10:2122.\n"), "{sem_rede}");

        let em_ipv6 = mostrado("::", Some("2001:db8::5"));
        assert!(em_ipv6.contains("run -p ftp_ascii -- [::1]:2121\n"));
        assert!(em_ipv6.contains("run -p ftp_ascii -- [2001:db8::5]:2121\n"));
    }
}
