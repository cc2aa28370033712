//! Um servidor FTP que só sabe mandar um arquivo, sempre o mesmo, e da memória: quem se mede é o cliente.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::thread;

/// Quantos MiB tem o arquivo, no modo binário e no de texto.
pub const MIB: usize = 256;
pub const MIB_DE_TEXTO: usize = 64;

/// Põe o servidor no ar até o fim deste processo e diz em que porta.
pub fn abre() -> io::Result<u16> {
    escuta(|con| {
        let _ = atende(con);
    })
}

/// O arquivo binário, sem FTP: quem conecta recebe os bytes e o fim.
pub fn abre_sem_conversa() -> io::Result<u16> {
    escuta(|mut con| {
        let _ = manda(&mut con, MIB);
    })
}

fn escuta(atende: fn(TcpStream)) -> io::Result<u16> {
    let escuta = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let porta = escuta.local_addr()?.port();
    thread::spawn(move || {
        for con in escuta.incoming().flatten() {
            thread::spawn(move || atende(con));
        }
    });
    Ok(porta)
}

/// Linhas de 64 bytes, que terminam como as do FTP no modo de texto.
fn manda(con: &mut TcpStream, mib: usize) -> io::Result<()> {
    let linha = format!("{:-<62}\r\n", "");
    let bloco = linha.repeat((1 << 20) / linha.len()).into_bytes();
    (0..mib).try_for_each(|_| con.write_all(&bloco))
}

/// De onde virá a conexão de dados.
enum Dados {
    Passivo(TcpListener),
    Ativo(SocketAddr),
}

impl Dados {
    fn passivo() -> io::Result<(Dados, u16)> {
        let escuta = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let porta = escuta.local_addr()?.port();
        Ok((Dados::Passivo(escuta), porta))
    }

    fn conexao(self) -> io::Result<TcpStream> {
        match self {
            Dados::Passivo(escuta) => Ok(escuta.accept()?.0),
            Dados::Ativo(cliente) => TcpStream::connect(cliente),
        }
    }
}

fn atende(mut con: TcpStream) -> io::Result<()> {
    let mut dados = None;
    let mut mib = MIB;
    let comandos = BufReader::new(con.try_clone()?);
    con.write_all(b"220 pronto\r\n")?;
    for comando in comandos.lines() {
        let comando = comando?;
        let (verbo, argumento) = comando.split_once(' ').unwrap_or((&comando, ""));
        let resposta = match verbo {
            "USER" => "331 a senha".to_string(),
            "PASS" => "230 entre".to_string(),
            "PWD" => "257 \"/\"".to_string(),
            "CWD" => "250 feito".to_string(),
            "TYPE" => {
                mib = if argumento.starts_with('A') {
                    MIB_DE_TEXTO
                } else {
                    MIB
                };
                "200 feito".to_string()
            }
            "SIZE" => format!("213 {}", mib << 20),
            "PASV" => {
                let (escuta, porta) = Dados::passivo()?;
                dados = Some(escuta);
                format!("227 (127,0,0,1,{},{})", porta / 256, porta % 256)
            }
            "EPSV" => {
                let (escuta, porta) = Dados::passivo()?;
                dados = Some(escuta);
                format!("229 (|||{porta}|)")
            }
            "PORT" => {
                dados = endereco(argumento).map(Dados::Ativo);
                "200 feito".to_string()
            }
            "RETR" => match dados.take() {
                Some(dados) => {
                    con.write_all(b"150 vai\r\n")?;
                    manda(&mut dados.conexao()?, mib)?;
                    "226 foi".to_string()
                }
                None => "425 sem conexao de dados".to_string(),
            },
            "QUIT" => return con.write_all(b"221 tchau\r\n"),
            _ => "502 nao sei".to_string(),
        };
        con.write_all(format!("{resposta}\r\n").as_bytes())?;
    }
    Ok(())
}

/// O `127,0,0,1,4,210` do PORT: quatro números do IP e dois da porta.
fn endereco(texto: &str) -> Option<SocketAddr> {
    let numeros: Vec<u8> = texto.split(',').filter_map(|n| n.parse().ok()).collect();
    let [a, b, c, d, alto, baixo] = numeros[..] else {
        return None;
    };
    Some(SocketAddr::from((
        [a, b, c, d],
        u16::from_be_bytes([alto, baixo]),
    )))
}
