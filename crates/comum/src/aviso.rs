//! O que se diz a quem está no terminal sem tocar no stdout, que é igual ao do original.

use std::io::{self, Write};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

/// Quanto uma lição espera calada: mais que a rede precisa, menos que a paciência de quem olha para uma tela parada.
const PACIENCIA: Duration = Duration::from_secs(8);

/// Mostra uma linha `Aviso: …` no stderr.
pub fn avisa(texto: &str) {
    // Se nem o stderr aceita, não há mais a quem avisar.
    let _ = io::stderr().write_all(format!("Aviso: {texto}\n").as_bytes());
}

/// Explica por que uma linha vazia não chega ao outro lado de uma conexão TCP.
pub fn avisa_se_vazia(texto: &str) {
    if texto.is_empty() {
        avisa("linha vazia: o TCP não tem mensagem vazia, nada foi enviado (Ctrl-C sai)");
    }
}

/// Uma espera em curso: dura até o `drop`.
#[must_use = "sem um nome, a espera acaba na mesma linha em que começa"]
pub struct Espera {
    _fim: Sender<()>,
}

/// Se a espera passa de 8 segundos, avisa uma vez que ela continua. Não há prazo: do outro lado pode haver
/// alguém digitando.
pub fn avisa_se_demorar() -> Espera {
    let (fim, acabou) = channel();
    // Sem threads livres não há aviso, mas há lição.
    let _ = thread::Builder::new().spawn(move || {
        // Quem espera só larga o canal; nunca manda nada por ele.
        if acabou.recv_timeout(PACIENCIA) == Err(RecvTimeoutError::Timeout) {
            avisa("nenhuma resposta até agora; continuo esperando o servidor (Ctrl-C sai)");
        }
    });
    Espera { _fim: fim }
}
