//! O que um programa em cena gastou.
//!
//! O `ru_maxrss` que o sistema dá no fim não serve: no Linux, um filho herda o pico de quem o abriu, que é
//! maior que o de uma lição inteira. Daí as leituras repetidas, mais juntas no começo: há lição que dura
//! um milissegundo.

#[cfg(target_os = "linux")]
use std::fs::File;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A maior memória de um processo, lida enquanto ele vive.
#[derive(Debug, Default)]
pub(crate) struct Medidor {
    /// Aberto uma vez só, é sempre o deste processo, mesmo que o número dele depois sirva a outro.
    #[cfg(target_os = "linux")]
    status: Option<File>,
    pico: AtomicU64,
}

impl Medidor {
    /// Acompanha o processo `pid` até ele terminar.
    #[cfg(target_os = "linux")]
    pub(crate) fn acompanha(pid: u32) -> Arc<Medidor> {
        use std::thread;
        use std::time::{Duration, Instant};

        let medidor = Arc::new(Medidor {
            status: File::open(format!("/proc/{pid}/status")).ok(),
            pico: AtomicU64::new(0),
        });
        let abriu = Instant::now();
        while abriu.elapsed() < Duration::from_millis(2) {
            if !medidor.olha() {
                return medidor;
            }
        }
        let dele = Arc::clone(&medidor);
        thread::spawn(move || {
            while dele.olha() {
                let comeco = abriu.elapsed() < Duration::from_millis(10);
                thread::sleep(Duration::from_micros(if comeco { 20 } else { 2000 }));
            }
        });
        medidor
    }

    /// Fora do Linux, o pico só se sabe por chamadas que o Rust seguro não alcança.
    #[cfg(not(target_os = "linux"))]
    pub(crate) fn acompanha(_pid: u32) -> Arc<Medidor> {
        Arc::new(Medidor::default())
    }

    /// Lê a memória de agora e diz se o processo ainda vive.
    #[cfg(target_os = "linux")]
    pub(crate) fn olha(&self) -> bool {
        use std::os::unix::fs::FileExt;

        let mut texto = [0; 4096];
        let lidos = self.status.as_ref().map(|s| s.read_at(&mut texto, 0));
        let Some(Ok(lidos)) = lidos else {
            return false;
        };
        let kib = vm_hwm(&texto[..lidos]);
        self.pico
            .fetch_max(kib.unwrap_or(0) * 1024, Ordering::Relaxed);
        kib.is_some()
    }

    /// Idem.
    #[cfg(not(target_os = "linux"))]
    pub(crate) fn olha(&self) -> bool {
        false
    }

    /// O pico, em bytes, se deu para saber.
    pub(crate) fn pico(&self) -> Option<u64> {
        match self.pico.load(Ordering::Relaxed) {
            0 => None,
            bytes => Some(bytes),
        }
    }
}

/// A linha `VmHWM:    2048 kB`; um processo que já terminou não a tem.
#[cfg(target_os = "linux")]
fn vm_hwm(status: &[u8]) -> Option<u64> {
    let texto = String::from_utf8_lossy(status);
    let (_, resto) = texto.split_once("VmHWM:")?;
    resto.split_whitespace().next()?.parse().ok()
}
