//! Os certificados: os nomes que um leva, aqueles em que se confia, e por que um é recusado.

use std::fs;
use std::io;
use std::net::{IpAddr, ToSocketAddrs};
use std::path::Path;
use std::time::{Duration, SystemTime};

use comum::causa::em_portugues;
use comum::{Endereco, Erro, visivel};
use rcgen::{CertificateParams, DnType, KeyPair};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName};
use rustls::{CertificateError, RootCertStore};

const DIA: Duration = Duration::from_secs(86_400);

/// Um certificado novo para quem escuta em `endereco`, que se assina a si mesmo, e a chave dele. O certificado é gravado
/// em turma.pem, para que os outros confiem nele; a chave não sai do programa.
///
/// # Errors
/// [`Erro::Mensagem`] se o sistema não deixa gravar.
pub fn certificado_da_turma(
    endereco: &Endereco,
) -> Result<(CertificateDer<'static>, PrivateKeyDer<'static>), Erro> {
    let sem_tls = |_| {
        Erro::Mensagem("não foi possível criar o certificado; rode o programa de novo".to_string())
    };
    let mut sobre = CertificateParams::new(nomes(endereco)).map_err(sem_tls)?;
    sobre
        .distinguished_name
        .push(DnType::CommonName, "servidor da turma");
    // Para que não fique valendo um certificado esquecido.
    let agora = SystemTime::now();
    sobre.not_before = (agora - DIA).into();
    sobre.not_after = (agora + 30 * DIA).into();
    let chave = KeyPair::generate().map_err(sem_tls)?;
    let certificado = sobre.self_signed(&chave).map_err(sem_tls)?;
    fs::write("turma.pem", certificado.pem()).map_err(|erro| {
        Erro::Mensagem(format!(
            "não foi possível gravar o turma.pem: {}; rode o programa em outra pasta",
            em_portugues(&erro)
        ))
    })?;
    let chave = PrivatePkcs8KeyDer::from(chave.serialize_der());
    Ok((certificado.der().clone(), chave.into()))
}

/// Os nomes de um servidor que escuta em `endereco`, para o certificado dele: este computador, e os IPs por que os
/// outros o alcançam.
fn nomes(endereco: &Endereco) -> Vec<String> {
    let mut nomes = vec![
        "localhost".to_string(),
        "127.0.0.1".to_string(),
        "::1".to_string(),
    ];
    // O nome que a pessoa deu; um IP entra abaixo.
    let dito = endereco.to_string();
    let (host, _) = dito.rsplit_once(':').unwrap_or_default();
    if host.is_ascii() && !host.starts_with('[') && host.parse::<IpAddr>().is_err() {
        nomes.push(host.to_string());
    }
    let ips = endereco.to_socket_addrs().into_iter().flatten();
    let mais = ips.map(|ip| ip.ip()).chain(ips_daqui());
    for ip in mais
        .filter(|ip| !ip.is_unspecified())
        .map(|ip| ip.to_string())
    {
        if !nomes.contains(&ip) {
            nomes.push(ip);
        }
    }
    nomes
}

/// Os IPs deste computador: um laboratório sem saída para a internet também é uma rede.
#[cfg(unix)]
fn ips_daqui() -> Vec<IpAddr> {
    let interfaces = nix::ifaddrs::getifaddrs().into_iter().flatten();
    let enderecos = interfaces.filter_map(|interface| interface.address);
    enderecos
        .filter_map(|endereco| {
            let v4 = endereco.as_sockaddr_in().map(|v4| v4.ip().into());
            v4.or_else(|| endereco.as_sockaddr_in6().map(|v6| v6.ip().into()))
        })
        .collect()
}

/// O IP com que este computador fala com os outros.
#[cfg(not(unix))]
fn ips_daqui() -> Vec<IpAddr> {
    comum_alem::ip_na_rede().into_iter().collect()
}

/// Os certificados em que se confia: os de um arquivo, ou os do sistema.
///
/// # Errors
/// [`Erro::Mensagem`] se não há nenhum, ou se o arquivo não se lê.
pub fn raizes(arquivo: Option<&str>) -> Result<RootCertStore, Erro> {
    let mut raizes = RootCertStore::empty();
    let Some(arquivo) = arquivo else {
        let do_sistema = rustls_native_certs::load_native_certs();
        raizes.add_parsable_certificates(do_sistema.certs);
        if raizes.is_empty() {
            return Err(Erro::Mensagem(
                "este sistema não tem certificados em que confiar (no Linux, `sudo apt install ca-certificates`); \
                 com o do servidor num arquivo, use --certificado"
                    .to_string(),
            ));
        }
        return Ok(raizes);
    };
    let na_tela = visivel(arquivo.as_bytes());
    let lidos = CertificateDer::pem_file_iter(Path::new(arquivo)).map_err(|erro| {
        let causa = match erro {
            rustls::pki_types::pem::Error::Io(erro) => em_portugues(&erro),
            _ => "não é um arquivo PEM".to_string(),
        };
        Erro::Mensagem(format!(
            "o certificado \"{na_tela}\" não se lê: {causa}; o servidor_https o grava como turma.pem, na pasta em que roda"
        ))
    })?;
    raizes.add_parsable_certificates(lidos.flatten());
    if raizes.is_empty() {
        return Err(Erro::Mensagem(format!(
            "em \"{na_tela}\" não há certificado nenhum; o servidor_https o grava como turma.pem, na pasta em que roda"
        )));
    }
    Ok(raizes)
}

/// Por que um cliente ficou sem resposta, para a tela do servidor.
#[must_use]
pub fn causa(erro: &io::Error) -> String {
    match do_tls(erro) {
        Some(rustls::Error::AlertReceived(_)) => "recusou o certificado".to_string(),
        Some(_) => "não falou TLS".to_string(),
        None => em_portugues(erro),
    }
}

fn do_tls(erro: &io::Error) -> Option<&rustls::Error> {
    erro.get_ref()?.downcast_ref()
}

/// O erro de uma conversa que devia ser TLS, para o `map_err`: se foi o certificado, por que foi recusado e o que
/// fazer.
pub fn erro_de_tls(endereco: &Endereco) -> impl Fn(io::Error) -> Erro {
    move |erro| {
        let Some(do_tls) = do_tls(&erro) else {
            return Erro::Mensagem(match erro.kind() {
                io::ErrorKind::UnexpectedEof => {
                    format!("{endereco} fechou a conexão no meio; tente de novo")
                }
                _ => format!(
                    "a conversa com {endereco} foi interrompida: {}; tente de novo",
                    em_portugues(&erro)
                ),
            });
        };
        Erro::Mensagem(recusa(do_tls, &endereco.to_string()))
    }
}

/// O nome que o certificado do servidor tem de ter.
///
/// # Errors
/// [`Erro::Mensagem`] se nenhum certificado pode ter esse nome.
pub fn nome_do_certificado(maquina: &str) -> Result<ServerName<'static>, Erro> {
    ServerName::try_from(maquina.to_string()).map_err(|_| {
        Erro::Mensagem(format!(
            "\"{}\" não é um nome que um certificado possa ter; use o nome do servidor, ou o IP dele",
            visivel(maquina.as_bytes())
        ))
    })
}

fn recusa(erro: &rustls::Error, endereco: &str) -> String {
    use CertificateError as C;
    use rustls::AlertDescription as A;
    let motivo = match erro {
        rustls::Error::InvalidCertificate(motivo) => motivo,
        rustls::Error::InvalidMessage(_) => {
            return format!("em {endereco} não se fala TLS; confira o endereço e a porta");
        }
        rustls::Error::AlertReceived(
            A::ProtocolVersion | A::HandshakeFailure | A::InsufficientSecurity,
        )
        | rustls::Error::PeerIncompatible(_) => {
            return format!(
                "{endereco} e este programa não se entendem em TLS 1.2 nem 1.3; tente outro servidor"
            );
        }
        rustls::Error::AlertReceived(_) => {
            return format!("{endereco} recusou a conversa TLS; tente outro servidor");
        }
        _ => return format!("a conversa TLS com {endereco} falhou; tente de novo"),
    };
    let (qual, conselho) = match motivo {
        C::UnknownIssuer | C::BadSignature => (
            "ninguém em quem este computador confie o assinou",
            "se é o da turma, copie o turma.pem do servidor (ele muda a cada vez que o servidor abre) e use --certificado turma.pem; se não é, desconfie",
        ),
        C::Expired | C::ExpiredContext { .. } => (
            "a validade dele já passou",
            "confira a data deste computador; se está certa, o servidor tem de trocar o certificado",
        ),
        C::NotValidYet | C::NotValidYetContext { .. } => (
            "a validade dele ainda não começou",
            "confira a data deste computador",
        ),
        C::NotValidForName | C::NotValidForNameContext { .. } => (
            "ele é de outro nome",
            "confira o endereço; se está certo, quem atende não é quem você procura",
        ),
        C::Revoked => ("quem o assinou o cancelou", "não confie neste servidor"),
        _ => ("ele não está como deve", "não confie neste servidor"),
    };
    format!("o certificado de {endereco} foi recusado: {qual}; {conselho}")
}
