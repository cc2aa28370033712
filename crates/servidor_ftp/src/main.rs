//! O servidor FTP da turma, para que as lições da seção 7.2 não dependam da internet: arquivos para baixar, e
//! `/entregas`, que aceita envios.
//!
//! Terminal 1: `cargo run -p servidor_ftp` (Ctrl-C encerra)
//! Terminal 2: `cargo run -p protocolo_ftp`, `cargo run -p ftp_ascii`, `cargo run -p ftp_binario`,
//! `cargo run -p ftp_envia` ou `cargo run -p ftp_interativo`
//!
//! Aqui se escuta, e cada cliente ganha uma thread; a conversa com ele está em [`sessao`], a conexão de dados
//! em [`dados`] e os arquivos em [`arvore`].

mod arvore;
mod dados;
mod sessao;

use std::fmt::Arguments;
use std::fs;
use std::io::{self, Write};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use comum::argumentos::{argumentos, nao_esperado};
use comum::causa::em_portugues;
use comum::endereco::{HOST_PADRAO, PORTA_FTP_DA_TURMA};
use comum::{
    Endereco, Erro, ajuda, despede, erro_ao_escutar, executa, mostra, sem_ctrl_c, visivel,
};

use crate::arvore::{Arvore, Comum, Limites, trava};
use crate::sessao::Sessao;

/// O usuário da turma.
const USUARIO: &str = "aluno";
/// A senha da turma. Não protege nada (está aqui, à vista): serve para se ver o PASS e o 530.
const SENHA: &str = "segredo";
/// O que se aceita em `/entregas`: MiB por arquivo, MiB ao todo e nomes.
const LIMITES: &str = "8,32,500";
/// Quantos clientes se atendem ao mesmo tempo.
const MAIS_CLIENTES: usize = 250;
/// Linhas que podem esperar pela tela. Se ela para (um terminal congelado), as demais se perdem: o
/// servidor segue e a memória não cresce.
const LINHAS_EM_ESPERA: usize = 1000;
/// O maior relato, em caracteres: um nome de usuário sem fim não enche a tela.
const MAIOR_RELATO: usize = 200;

fn main() -> ExitCode {
    executa(licao)
}

fn licao() -> Result<(), Erro> {
    let (endereco, arvore) = do_argumento()?;
    let arvore = Arc::new(Mutex::new(arvore));
    let do_fim = Arc::clone(&arvore);
    let fim = move || {
        trava(&do_fim).desfaz();
        despede();
    };
    ctrlc::set_handler(fim).map_err(sem_ctrl_c)?;
    let escuta = TcpListener::bind(&endereco).map_err(erro_ao_escutar(&endereco))?;
    let escutado = escuta.local_addr()?;
    mostra!("{}", instrucoes(&endereco, escutado)?)?;
    // Quem atende nunca espera pela tela: só deixa a linha na fila, que é esvaziada aqui.
    let (tela, linhas) = sync_channel(LINHAS_EM_ESPERA);
    let (clientes, vagas) = (AtomicU64::new(0), Arc::new(()));
    let turma = Arc::new(Turma {
        arvore,
        tela,
        clientes,
        vagas,
    });
    if escutado.ip() == Ipv6Addr::UNSPECIFIED {
        // No Windows o :: não recebe os clientes de IPv4; nos outros já os recebe, e este bind falha.
        let ipv4 = TcpListener::bind((Ipv4Addr::UNSPECIFIED, escutado.port()));
        ipv4.map_or(Ok(()), |ipv4| recebe(ipv4, &turma))?;
    }
    recebe(escuta, &turma)?;
    linhas.into_iter().try_for_each(|linha| mostra!("{linha}"))
}

/// O endereço e a árvore que a pessoa pediu ao rodar o programa.
fn do_argumento() -> Result<(Endereco, Arvore), Erro> {
    let nome = ajuda!().nome;
    let uso = format!(
        "cargo run -p {nome} [-- HOST[:PORTA] --entregas PASTA --limites ARQUIVO,TOTAL,NOMES]\n\n\
         Sem argumento, o endereço é {HOST_PADRAO}:{PORTA_FTP_DA_TURMA}.\n\n  \
         --entregas PASTA   guarda nessa pasta o que se envia; sem isto, fica na memória\n  \
         --limites A,T,N    aceita A MiB por arquivo, T MiB e N nomes ao todo; sem isto, {LIMITES}\n\n\
         Exemplos:\n  \
         cargo run -p {nome} -- 0.0.0.0        (atende outros computadores)\n  \
         cargo run -p {nome} -- 0.0.0.0 --entregas provas --limites 8,512,500"
    );
    let mut argumentos = argumentos(ajuda!(), &uso, &["--entregas", "--limites"])?.into_iter();
    let (mut endereco, mut entregas, mut limites) = (None, None, LIMITES.to_string());
    while let Some(argumento) = argumentos.next() {
        let falta = || Erro::Mensagem(format!("falta dizer algo depois de {argumento}"));
        match &*argumento {
            "--entregas" => entregas = Some(argumentos.next().ok_or_else(falta)?),
            "--limites" => limites = argumentos.next().ok_or_else(falta)?,
            _ if endereco.is_some() => return Err(nao_esperado(nome, &argumento)),
            _ => endereco = Some(argumento),
        }
    }
    let numeros = limites.split(',').map(|numero| numero.parse().ok());
    let numeros: Option<Vec<u32>> = numeros.collect();
    let Some([arquivo, total, nomes]) = numeros.as_deref() else {
        let limites = visivel(limites.as_bytes());
        return Err(Erro::Mensagem(format!(
            "os limites \"{limites}\" não servem; são três números, como {LIMITES}"
        )));
    };
    let limites = Limites {
        arquivo: u64::from(*arquivo) << 20,
        total: u64::from(*total) << 20,
        nomes: *nomes as usize,
    };
    let entregas = entregas.map(|pasta| match fs::canonicalize(&pasta) {
        // O caminho inteiro, sem links.
        Ok(inteiro) if inteiro.is_dir() => Ok(inteiro),
        _ => {
            let pasta = visivel(pasta.as_bytes());
            Err(Erro::Mensagem(format!(
                "a pasta \"{pasta}\" não existe; crie-a antes ou confira o nome"
            )))
        }
    });
    let endereco = endereco.as_deref().unwrap_or(HOST_PADRAO);
    let endereco = Endereco::novo(endereco, PORTA_FTP_DA_TURMA)?.para_escutar();
    Ok((endereco, Arvore::nova(entregas.transpose()?, limites)))
}

/// O que as sessões têm em comum.
struct Turma {
    arvore: Comum,
    tela: SyncSender<String>,
    /// Quantos clientes já chegaram.
    clientes: AtomicU64,
    /// Cada sessão tem uma cópia deste Arc: as cópias contam as sessões.
    vagas: Arc<()>,
}

/// Um cliente conectado: o número que o distingue dos outros e o caminho até a tela.
#[derive(Clone)]
struct Cliente {
    numero: u64,
    tela: SyncSender<String>,
}

impl Cliente {
    /// Conta um feito do cliente. O que veio da rede já deve ter passado por `comum::visivel`.
    fn conta(&self, feito: Arguments) {
        let relato = format!("Cliente {}: {feito}", self.numero);
        let relato = relato.chars().take(MAIOR_RELATO).collect();
        // Nunca espera: com a fila cheia o relato se perde, e o cliente é atendido do mesmo jeito.
        let _ = self.tela.try_send(relato);
    }
}

/// Recebe os clientes que chegam por uma porta, numa thread só para isso.
fn recebe(escuta: TcpListener, turma: &Arc<Turma>) -> Result<(), Erro> {
    let turma = Arc::clone(turma);
    thread::Builder::new().spawn(move || {
        loop {
            let atendido = escuta
                .accept()
                .and_then(|(con, origem)| atende(con, origem, &turma));
            if let Err(erro) = atendido {
                let causa = em_portugues(&erro);
                let _ = turma
                    .tela
                    .try_send(format!("Um cliente ficou sem atendimento: {causa}"));
                // Sem descritores livres o accept falha na hora: a pausa deixa os outros terminarem.
                thread::sleep(Duration::from_secs(1));
            }
        }
    })?;
    Ok(())
}

// ANCHOR: atende
/// Dá a um cliente a thread dele.
fn atende(mut con: TcpStream, origem: SocketAddr, turma: &Turma) -> io::Result<()> {
    if Arc::strong_count(&turma.vagas) > MAIS_CLIENTES {
        return con.write_all(b"421 Ha clientes demais; tente daqui a pouco.\r\n");
    }
    let (vaga, arvore) = (Arc::clone(&turma.vagas), Arc::clone(&turma.arvore));
    let numero = turma.clientes.fetch_add(1, Ordering::Relaxed) + 1;
    let cliente = Cliente {
        numero,
        tela: turma.tela.clone(),
    };
    cliente.conta(format_args!("conectou-se de {origem}"));
    thread::Builder::new().spawn(move || {
        // Um erro aqui é o cliente que foi embora sem se despedir.
        let _ = Sessao::nova(con, arvore, cliente.clone()).and_then(|mut sessao| sessao.conversa());
        cliente.conta(format_args!("saiu"));
        drop(vaga);
    })?;
    Ok(())
}
// ANCHOR_END: atende

/// O que fazer a seguir: que lições rodar em outro terminal, aqui e em outro computador, e como entrar.
fn instrucoes(endereco: &Endereco, escutado: SocketAddr) -> Result<String, Erro> {
    let porta = escutado.port();
    let inicio = format!("Servidor FTP da turma em {endereco} (Ctrl-C encerra)");
    let aqui = "Em outro terminal, rode uma das lições:";
    let fim =
        format!("Usuário {USUARIO} e senha {SENHA}, ou os dois vazios para o acesso anônimo.\n");
    if !escutado.ip().is_unspecified() {
        return Ok(format!("{inicio}\n\n{aqui}\n{}\n{fim}", comandos(endereco)));
    }
    // Em 0.0.0.0 se escuta, mas não é um endereço a que se vá.
    let daqui = comandos(&Endereco::novo(HOST_PADRAO, porta)?);
    let de_fora = match ip_na_rede() {
        Ok(ip) => format!(
            "Em outro computador (o IP deste parece ser {ip}):\n{}",
            comandos(&Endereco::novo(&ip, porta)?)
        ),
        Err(_) => {
            format!("Em outro computador, diga o IP deste e a porta, como 192.168.0.10:{porta}.\n")
        }
    };
    Ok(format!("{inicio}\n\n{aqui}\n{daqui}\n{de_fora}\n{fim}"))
}

/// O IP com que este computador aparece na rede. O connect do UDP só escolhe um caminho: nada é enviado (o
/// destino é dos reservados a exemplos).
fn ip_na_rede() -> io::Result<String> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
    socket.connect("192.0.2.1:9")?;
    Ok(socket.local_addr()?.ip().to_string())
}

/// As lições, uma por linha, com o que é preciso para chegarem ao servidor em `destino`.
fn comandos(destino: &Endereco) -> String {
    let argumento = destino.como_argumento(PORTA_FTP_DA_TURMA);
    let digitado = if argumento.is_empty() {
        "Enter".to_string()
    } else {
        destino.to_string()
    };
    format!(
        "  cargo run -p protocolo_ftp{argumento}\n  \
         cargo run -p ftp_ascii{argumento}\n  \
         cargo run -p ftp_binario{argumento}\n  \
         cargo run -p ftp_envia -- ARQUIVO{}\n  \
         cargo run -p ftp_interativo   (quando pedir o FTP: {digitado})\n",
        argumento.trim_start_matches(" --")
    )
}
