//! O que um programa em cena gastou.
//!
//! O `ru_maxrss` que o sistema dá no fim não serve: no Linux, um filho herda o pico de quem o abriu, que é
//! maior que o de uma lição inteira. Daí as leituras repetidas, mais juntas no começo: há lição que dura
//! um milissegundo.

#[cfg(target_os = "linux")]
use std::fs::File;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// A maior memória de um processo, lida enquanto ele vive.
#[derive(Debug)]
pub(crate) struct Medidor {
    /// Aberto uma vez só, é sempre o deste processo, mesmo que o número dele depois sirva a outro.
    #[cfg(target_os = "linux")]
    status: Option<File>,
    pico: AtomicU64,
    abriu: Instant,
    /// Quando se leu a memória pela última vez e quando o programa fechou a saída, em nanossegundos.
    lida: AtomicU64,
    fechou: AtomicU64,
}

impl Medidor {
    /// Um que não acompanha ninguém.
    pub(crate) fn parado() -> Medidor {
        Medidor {
            #[cfg(target_os = "linux")]
            status: None,
            pico: AtomicU64::new(0),
            abriu: Instant::now(),
            lida: AtomicU64::new(0),
            fechou: AtomicU64::new(0),
        }
    }

    fn agora(&self) -> u64 {
        self.abriu.elapsed().as_nanos() as u64
    }

    /// O programa fechou a saída: está terminando.
    pub(crate) fn fechou(&self) {
        let agora = self.agora();
        let _ = self
            .fechou
            .compare_exchange(0, agora, Ordering::Relaxed, Ordering::Relaxed);
    }

    /// Acompanha o processo `pid` até ele terminar.
    #[cfg(target_os = "linux")]
    pub(crate) fn acompanha(pid: u32) -> Arc<Medidor> {
        use std::thread;

        let mut medidor = Medidor::parado();
        medidor.status = File::open(format!("/proc/{pid}/status")).ok();
        let medidor = Arc::new(medidor);
        while medidor.abriu.elapsed() < Duration::from_millis(2) {
            if !medidor.olha() {
                return medidor;
            }
        }
        let dele = Arc::clone(&medidor);
        thread::spawn(move || {
            while dele.olha() {
                let comeco = dele.abriu.elapsed() < Duration::from_millis(10);
                thread::sleep(Duration::from_micros(if comeco { 20 } else { 2000 }));
            }
        });
        medidor
    }

    /// Fora do Linux, o pico só se sabe por chamadas que o Rust seguro não alcança.
    #[cfg(not(target_os = "linux"))]
    pub(crate) fn acompanha(_pid: u32) -> Arc<Medidor> {
        Arc::new(Medidor::parado())
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
        let Some(kib) = vm_hwm(&texto[..lidos]) else {
            return false;
        };
        self.pico.fetch_max(kib * 1024, Ordering::Relaxed);
        self.lida.fetch_max(self.agora(), Ordering::Relaxed);
        true
    }

    /// Idem.
    #[cfg(not(target_os = "linux"))]
    pub(crate) fn olha(&self) -> bool {
        false
    }

    /// O pico, em bytes, se deu para saber: uma leitura muito antes do fim é de um programa que ainda
    /// estava abrindo, e não vale.
    pub(crate) fn pico(&self) -> Option<u64> {
        const PERTO: Duration = Duration::from_micros(100);
        let bytes = self.pico.load(Ordering::Relaxed);
        let fechou = self.fechou.load(Ordering::Relaxed);
        let folga = (fechou / 10).max(PERTO.as_nanos() as u64);
        let vale = self.lida.load(Ordering::Relaxed) + folga >= fechou;
        (vale && bytes > 0).then_some(bytes)
    }
}

/// A linha `VmHWM:    2048 kB`; um processo que já terminou não a tem.
#[cfg(target_os = "linux")]
fn vm_hwm(status: &[u8]) -> Option<u64> {
    let texto = String::from_utf8_lossy(status);
    let (_, resto) = texto.split_once("VmHWM:")?;
    resto.split_whitespace().next()?.parse().ok()
}
