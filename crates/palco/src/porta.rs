//! As portas das sessões: cada uma com a sua, e nada fica para trás.

use std::mem;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, UNIX_EPOCH};

use crate::falha::{Resultado, falha};

/// As portas que se dão ficam abaixo da faixa de onde os sistemas tiram as dos clientes; as que as guardam,
/// uma para cada, vêm logo depois delas.
const PRIMEIRA: u16 = 10_000;
const QUANTAS: u16 = 10_000;

/// Uma porta reservada enquanto isto existir.
///
/// Quem reserva uma porta escuta na que a guarda: até deixar de escutar, nenhum outro processo que use o palco
/// fica com ela. Na própria porta não se escuta nem para experimentar: um programa que está abrindo segura por
/// um instante todos os sockets deste processo, e ela pareceria ocupada.
#[derive(Debug)]
pub(crate) struct Reserva {
    pub(crate) porta: u16,
    _guarda: TcpListener,
}

impl Reserva {
    pub(crate) fn nova() -> Resultado<Reserva> {
        for _ in 0..QUANTAS {
            let porta = da_vez();
            if let Ok(_guarda) = TcpListener::bind((Ipv4Addr::LOCALHOST, porta + QUANTAS))
                && !atende(porta)
            {
                return Ok(Reserva { porta, _guarda });
            }
        }
        Err(falha!("nenhuma porta livre a partir da {PRIMEIRA}"))
    }
}

/// Uma porta de 127.0.0.1 que ninguém usa, reservada até o fim deste processo; falha se não há nenhuma.
pub fn porta_livre() -> Resultado<u16> {
    let reserva = Reserva::nova()?;
    let porta = reserva.porta;
    mem::forget(reserva);
    Ok(porta)
}

/// A próxima porta. Um original que usou uma a deixa presa por um minuto; contadas pelo relógio, uma a cada
/// doze milésimos, elas só se repetem, em qualquer processo, depois de dois.
fn da_vez() -> u16 {
    static ULTIMA: Mutex<u128> = Mutex::new(0);
    let mut ultima = ULTIMA.lock().unwrap_or_else(PoisonError::into_inner);
    loop {
        let agora = UNIX_EPOCH.elapsed().unwrap_or_default().as_millis() / 12;
        // Quem se adiantasse ao relógio usaria as portas que outro processo vai usar daqui a pouco.
        if agora != *ultima {
            *ultima = agora;
            return PRIMEIRA + (agora % u128::from(QUANTAS)) as u16;
        }
        thread::sleep(Duration::from_millis(1));
    }
}

/// Se alguém escuta na porta. O Windows insiste por dois segundos com uma porta fechada: daí o prazo.
fn atende(porta: u16) -> bool {
    let endereco = SocketAddr::from((Ipv4Addr::LOCALHOST, porta));
    TcpStream::connect_timeout(&endereco, Duration::from_millis(100)).is_ok()
}

#[cfg(test)]
mod testes {
    use std::collections::BTreeSet;
    use std::net::TcpListener;
    use std::process::Command;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::thread;
    use std::time::{Duration, Instant};

    use super::{QUANTAS, Reserva};
    use crate::Terminal;

    #[test]
    fn a_porta_reservada_esta_livre_mesmo_com_programas_abrindo() {
        let acabou = AtomicBool::new(false);
        let livres = thread::scope(|escopo| {
            for _ in 0..2 {
                escopo.spawn(|| {
                    while !acabou.load(Ordering::Relaxed) {
                        let mut comando = Command::new("cargo");
                        let _ = Terminal::abre("cargo", comando.arg("--version"), false);
                    }
                });
            }
            let livres: BTreeSet<u16> = (0..500)
                .map(|_| Reserva::nova().unwrap().porta)
                .filter(|porta| TcpListener::bind(("127.0.0.1", *porta)).is_ok())
                .collect();
            acabou.store(true, Ordering::Relaxed);
            livres
        });
        assert_eq!(livres.len(), 500, "livres, e nenhuma repetida");
    }

    #[test]
    fn a_reserva_vale_para_os_outros_processos_e_acaba_com_ela() {
        let reserva = Reserva::nova().unwrap();
        let guarda = ("127.0.0.1", reserva.porta + QUANTAS);
        assert!(TcpListener::bind(guarda).is_err());
        drop(reserva);
        // Um programa que outro teste está abrindo ainda a segura por um instante.
        let limite = Instant::now() + Duration::from_secs(30);
        while TcpListener::bind(guarda).is_err() {
            assert!(Instant::now() < limite, "a reserva não acabou");
            thread::yield_now();
        }
    }
}
