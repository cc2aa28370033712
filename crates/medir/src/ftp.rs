//! Um servidor FTP que só sabe mandar um arquivo, sempre o mesmo, e da memória: quem se mede é o cliente.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::thread;

/// O tamanho do arquivo.
const MIB: usize = 128;

/// Põe o servidor no ar até o fim deste processo e diz em que porta.
pub fn abre() -> io::Result<u16> {
    let escuta = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let porta = escuta.local_addr()?.port();
    thread::spawn(move || {
        // Um cliente de cada vez: é assim que se mede.
        for con in escuta.incoming().flatten() {
            let _ = atende(con);
        }
    });
    Ok(porta)
}

fn atende(mut con: TcpStream) -> io::Result<()> {
    let passiva = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let [alto, baixo] = passiva.local_addr()?.port().to_be_bytes();
    let mut ativa = None;
    con.write_all(b"220 pronto\r\n")?;
    for comando in BufReader::new(con.try_clone()?).lines() {
        let comando = comando?;
        let resposta = match comando.split_once(' ').unwrap_or((&comando, "")) {
            ("USER", _) => "331 a senha",
            ("PASS", _) => "230 entre",
            ("CWD", _) => "250 feito",
            ("TYPE", _) => "200 feito",
            ("PASV", _) => &format!("227 (127,0,0,1,{alto},{baixo})"),
            ("PORT", numeros) => {
                // Do IP e da porta, seis números, só os dois últimos importam aqui.
                let numeros = numeros.split(',').filter_map(|n| n.parse::<u8>().ok());
                ativa = Some(numeros.fold(0, |porta, n| porta << 8 | u16::from(n)));
                "200 feito"
            }
            ("RETR", _) => {
                con.write_all(b"150 vai\r\n")?;
                let mut dados = match ativa.take() {
                    Some(porta) => TcpStream::connect((Ipv4Addr::LOCALHOST, porta))?,
                    None => passiva.accept()?.0,
                };
                // Linhas de 64 bytes, que terminam como as do FTP no modo de texto.
                let mib = format!("{:-<62}\r\n", "").repeat(1 << 14);
                (0..MIB).try_for_each(|_| dados.write_all(mib.as_bytes()))?;
                "226 foi"
            }
            ("QUIT", _) => return con.write_all(b"221 tchau\r\n"),
            // O curl pede mais coisas, e se arranja sem elas.
            _ => "502 nao sei",
        };
        con.write_all(format!("{resposta}\r\n").as_bytes())?;
    }
    Ok(())
}
