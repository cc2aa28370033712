//! Uma tela para muitas threads, que não segura quem mostra.
//!
//! Um terminal parado (Ctrl-S, ou uma janela em que se seleciona texto) não lê mais nada, e um `mostra!` espera
//! por ele. Quem atende muitos clientes não pode esperar: as linhas vão para uma fila curta, e quando ela enche
//! perdem-se linhas da tela, e nunca o que passa pela rede.

use std::net::SocketAddr;
use std::process;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::Instant;

use comum::erro::conta;
use comum::{Erro, mostra, repr, tupla};

/// Quantas linhas esperam por uma tela parada.
const FILA: usize = 1000;
/// Quantos bytes de um pedaço aparecem.
const A_VISTA: usize = 1024;

/// A fila, e quando ela começou.
static MURAL: LazyLock<(SyncSender<String>, Instant)> = LazyLock::new(|| {
    let (fila, linhas) = sync_channel(FILA);
    // Sem threads livres não há tela, mas há quem atenda.
    let _ = thread::Builder::new().spawn(move || match exibe(&linhas) {
        Ok(()) | Err(Erro::FimPedido) => process::exit(0),
        Err(erro) => {
            conta(&erro);
            process::exit(1);
        }
    });
    (fila, Instant::now())
});
/// Quantas linhas não couberam na fila desde a última que apareceu.
static PERDIDAS: AtomicUsize = AtomicUsize::new(0);

/// Deixa uma linha para a tela, e volta na hora. Se a tela não aceita mais nada, o programa termina, como as outras
/// lições.
pub fn mostra_sem_esperar(linha: String) {
    if MURAL.0.try_send(linha).is_err() {
        PERDIDAS.fetch_add(1, Ordering::Relaxed);
    }
}

/// Um pedaço que passa pela rede: quando (contado do primeiro), de quem, para quem, quantos bytes, e o começo deles
/// na notação do Python.
pub fn mostra_pedaco(de: SocketAddr, para: SocketAddr, pedaco: &[u8]) {
    let quando = MURAL.1.elapsed();
    let a_vista = &pedaco[..pedaco.len().min(A_VISTA)];
    mostra_sem_esperar(format!(
        "{:3},{:03} s  {} → {}  {} bytes: {}{}",
        quando.as_secs(),
        quando.subsec_millis(),
        tupla(de),
        tupla(para),
        pedaco.len(),
        repr(a_vista),
        if a_vista.len() < pedaco.len() {
            "…"
        } else {
            ""
        }
    ));
}

fn exibe(linhas: &Receiver<String>) -> Result<(), Erro> {
    for linha in linhas {
        mostra!("{linha}")?;
        let perdidas = PERDIDAS.swap(0, Ordering::Relaxed);
        if perdidas > 0 {
            mostra!("… {perdidas} linhas não apareceram: a tela não acompanhou")?;
        }
    }
    Ok(())
}
