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

use std::fs;
use std::io::{self, Write};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::thread;
use std::time::Duration;

use comum::argumentos::{argumentos, nao_esperado};
use comum::causa::em_portugues;
use comum::endereco::{HOST_PADRAO, PORTA_FTP_DA_TURMA};
use comum::{
    Endereco, Erro, ajuda, despede, erro_ao_escutar, executa, mostra, sem_ctrl_c, visivel,
};
use comum_alem::{exige, ip_na_rede, mostra_sem_esperar};

use crate::arvore::arvore;
use crate::sessao::conversa;

/// O usuário da turma.
const USUARIO: &str = "aluno";
/// A senha da turma. Não protege nada (está aqui, à vista): serve para se ver o PASS e o 530.
const SENHA: &str = "segredo";
/// O que se aceita em `/entregas`: MiB por arquivo, MiB ao todo e nomes.
const LIMITES: &str = "8,32,500";
/// Quantos clientes se atendem ao mesmo tempo.
const MAIS_CLIENTES: usize = 250;

fn main() -> ExitCode {
    executa(licao)
}

fn licao() -> Result<(), Erro> {
    let endereco = do_argumento()?;
    let fim = || {
        // Um arquivo que está indo para o disco vai inteiro.
        let _parada = arvore();
        despede();
    };
    ctrlc::set_handler(fim).map_err(sem_ctrl_c)?;
    let escuta = TcpListener::bind(&endereco).map_err(erro_ao_escutar(&endereco))?;
    let escutado = escuta.local_addr()?;
    mostra!("{}", instrucoes(&endereco, escutado)?)?;
    if escutado.ip() == Ipv6Addr::UNSPECIFIED {
        // No Windows o :: não recebe os clientes de IPv4; nos outros já os recebe, e este bind falha.
        if let Ok(ipv4) = TcpListener::bind((Ipv4Addr::UNSPECIFIED, escutado.port())) {
            thread::Builder::new().spawn(move || recebe(&ipv4))?;
        }
    }
    recebe(&escuta)
}

/// O endereço que a pessoa pediu ao rodar o programa. Enche a árvore, com a pasta e os limites que ela pediu.
fn do_argumento() -> Result<Endereco, Erro> {
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
            "--entregas" => entregas = Some(PathBuf::from(argumentos.next().ok_or_else(falta)?)),
            "--limites" => limites = argumentos.next().ok_or_else(falta)?,
            _ if endereco.is_some() => return Err(nao_esperado(nome, &argumento)),
            _ => endereco = Some(argumento),
        }
    }
    let numeros = limites.split(',').map(|numero| numero.parse::<u32>().ok());
    let [Some(arquivo), Some(total), Some(nomes)] = numeros.collect::<Vec<_>>()[..] else {
        let limites = visivel(limites.as_bytes());
        return Err(Erro::Mensagem(format!(
            "os limites \"{limites}\" não servem; são três números, como {LIMITES}"
        )));
    };
    // O caminho inteiro, sem links.
    let entregas = entregas.map(|pasta| fs::canonicalize(pasta).unwrap_or_default());
    let ha = entregas.as_ref().is_none_or(|pasta| pasta.is_dir());
    let motivo = "a pasta das entregas não existe; crie-a antes ou confira o nome";
    exige(ha, motivo)?;
    let [arquivo, total, nomes] = [arquivo, total, nomes].map(u64::from);
    arvore().enche(entregas, [arquivo << 20, total << 20, nomes]);
    let endereco = endereco.as_deref().unwrap_or(HOST_PADRAO);
    Ok(Endereco::novo(endereco, PORTA_FTP_DA_TURMA)?.para_escutar())
}

/// Recebe os clientes que chegam por uma porta.
fn recebe(escuta: &TcpListener) -> ! {
    loop {
        let chegou = escuta.accept();
        if let Err(erro) = chegou.and_then(|(con, origem)| atende(con, origem)) {
            let causa = em_portugues(&erro);
            mostra_sem_esperar(format!("Um cliente ficou sem atendimento: {causa}"));
            // Sem descritores livres o accept falha na hora: a pausa deixa os outros terminarem.
            thread::sleep(Duration::from_secs(1));
        }
    }
}

// ANCHOR: atende
/// Dá a um cliente a thread dele.
fn atende(mut con: TcpStream, origem: SocketAddr) -> io::Result<()> {
    static CHEGARAM: AtomicU64 = AtomicU64::new(0);
    // Cada cliente tem uma cópia deste Arc: as cópias contam os clientes.
    static VAGAS: LazyLock<Arc<()>> = LazyLock::new(Arc::default);
    if Arc::strong_count(&VAGAS) > MAIS_CLIENTES {
        return con.write_all(b"421 Ha clientes demais; tente daqui a pouco.\r\n");
    }
    let vaga = Arc::clone(&VAGAS);
    let numero = CHEGARAM.fetch_add(1, Ordering::Relaxed) + 1;
    conta(numero, &format!("conectou-se de {origem}"));
    thread::Builder::new().spawn(move || {
        // Um erro aqui é o cliente que foi embora sem se despedir.
        let _ = conversa(con, numero);
        conta(numero, "saiu");
        drop(vaga);
    })?;
    Ok(())
}
// ANCHOR_END: atende

/// Conta na tela um feito de um cliente. O que veio da rede não mexe com o terminal, e um nome sem fim não o enche.
fn conta(numero: u64, feito: &str) {
    let feito = visivel(feito.as_bytes());
    mostra_sem_esperar(format!("Cliente {numero}: {feito:.500}"));
}

/// O que fazer a seguir: que lições rodar em outro terminal, aqui e em outro computador, e como entrar.
fn instrucoes(endereco: &Endereco, escutado: SocketAddr) -> Result<String, Erro> {
    let (porta, mut licoes) = (escutado.port(), comandos(endereco));
    if escutado.ip().is_unspecified() {
        // Em 0.0.0.0 se escuta, mas não é um endereço a que se vá.
        licoes = comandos(&Endereco::novo(HOST_PADRAO, porta)?);
        licoes += &match ip_na_rede() {
            Ok(ip) => format!(
                "\nEm outro computador (o IP deste parece ser {ip}):\n{}",
                comandos(&Endereco::novo(&ip.to_string(), porta)?)
            ),
            Err(_) => format!(
                "\nEm outro computador, diga o IP deste e a porta, como 192.168.0.10:{porta}.\n"
            ),
        };
    }
    Ok(format!(
        "Servidor FTP da turma em {endereco} (Ctrl-C encerra)\n\n\
         Em outro terminal, rode uma das lições:\n{licoes}\n\
         Usuário {USUARIO} e senha {SENHA}, ou os dois vazios para o acesso anônimo.\n"
    ))
}

/// As lições, uma por linha, com o que é preciso para chegarem ao servidor em `destino`.
fn comandos(destino: &Endereco) -> String {
    let argumento = destino.como_argumento(PORTA_FTP_DA_TURMA);
    let so_ele = argumento.trim_start_matches(" --");
    let digitado = if so_ele.is_empty() { " Enter" } else { so_ele };
    format!(
        "  cargo run -p protocolo_ftp{argumento}\n  \
         cargo run -p ftp_ascii{argumento}\n  \
         cargo run -p ftp_binario{argumento}\n  \
         cargo run -p ftp_envia -- ARQUIVO{so_ele}\n  \
         cargo run -p ftp_interativo   (quando pedir o FTP:{digitado})\n"
    )
}
