//! O que um programa em cena gastou.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

/// A maior memória de um processo até agora, em bytes; 0 se não se sabe.
pub(crate) type Pico = Arc<AtomicU64>;

/// Acompanha a memória do processo `pid` até ele terminar, sem que ninguém precise parar a linha.
///
/// O `ru_maxrss` que o sistema dá no fim não serve: no Linux, um filho herda o pico de quem o abriu, que é
/// maior que o de uma lição inteira. Daí as leituras repetidas, mais juntas no começo: há lição que dura
/// um milissegundo.
#[cfg(target_os = "linux")]
pub(crate) fn acompanha(pid: u32) -> Pico {
    use std::fs::File;
    use std::os::unix::fs::FileExt;
    use std::sync::atomic::Ordering;
    use std::thread;
    use std::time::{Duration, Instant};

    let pico = Pico::default();
    let anota = Arc::clone(&pico);
    // Aberto uma vez só, o arquivo é sempre o deste processo, mesmo que o número dele sirva a outro.
    let Ok(status) = File::open(format!("/proc/{pid}/status")) else {
        return pico;
    };
    let olha = move || {
        let mut texto = [0; 4096];
        let lidos = status.read_at(&mut texto, 0).ok()?;
        let kib = vm_hwm(&texto[..lidos])?;
        anota.fetch_max(kib * 1024, Ordering::Relaxed);
        Some(())
    };
    let abriu = Instant::now();
    while abriu.elapsed() < Duration::from_millis(2) {
        if olha().is_none() {
            return pico;
        }
    }
    thread::spawn(move || {
        while olha().is_some() {
            let comeco = abriu.elapsed() < Duration::from_millis(10);
            thread::sleep(Duration::from_micros(if comeco { 20 } else { 2000 }));
        }
    });
    pico
}

/// A linha `VmHWM:    2048 kB`; um processo que já terminou não a tem.
#[cfg(target_os = "linux")]
fn vm_hwm(status: &[u8]) -> Option<u64> {
    let texto = String::from_utf8_lossy(status);
    let (_, resto) = texto.split_once("VmHWM:")?;
    resto.split_whitespace().next()?.parse().ok()
}

/// Fora do Linux, o pico só se sabe por chamadas que o Rust seguro não alcança.
#[cfg(not(target_os = "linux"))]
pub(crate) fn acompanha(_pid: u32) -> Pico {
    Pico::default()
}
