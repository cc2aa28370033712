//! Quem é quem em UDP, para quem fica no meio. O TCP tem uma conexão para cada cliente; aqui é preciso um socket
//! para falar com o destino em nome de cada um, e alguém que espere as respostas nele e as leve de volta.

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::thread::Builder;
use std::time::Duration;

use comum::Endereco;

use crate::mural::mostra_pedaco;

/// De quantos clientes se guarda o socket: bem menos do que os 1024 descritores que um programa costuma ter.
const LUGARES: usize = 250;
/// De quanto em quanto tempo quem espera uma resposta vê se o cliente ainda tem lugar.
const PISCADA: Duration = Duration::from_millis(100);

/// Os sockets dos últimos clientes.
#[derive(Debug)]
pub struct EmNomeDe {
    obj_socket: Arc<UdpSocket>,
    destino: Endereco,
    /// Quem falou por último está no fim.
    lugares: Vec<(SocketAddr, Arc<UdpSocket>)>,
}

impl EmNomeDe {
    /// Ninguém ainda. As respostas do `destino` voltam aos clientes por `obj_socket`, onde eles falam.
    ///
    /// # Errors
    /// O do sistema, se não dá outra cópia do socket.
    pub fn novo(obj_socket: &UdpSocket, destino: Endereco) -> io::Result<EmNomeDe> {
        Ok(EmNomeDe {
            obj_socket: Arc::new(obj_socket.try_clone()?),
            destino,
            lugares: Vec::new(),
        })
    }

    /// O socket que fala com o destino em nome deste cliente: o mesmo da última vez ou, se ele é novo, outro, numa
    /// porta livre. Sem lugar, sai quem está calado há mais tempo.
    ///
    /// # Errors
    /// O do sistema, se não dá outro socket ou outra thread.
    pub fn socket(&mut self, cliente: SocketAddr) -> io::Result<&UdpSocket> {
        let achado = self.lugares.iter().position(|(quem, _)| *quem == cliente);
        let lugar = match achado {
            Some(onde) => self.lugares.remove(onde),
            None => (cliente, self.novo_socket(cliente)?),
        };
        if self.lugares.len() == LUGARES {
            self.lugares.remove(0);
        }
        // Se o último datagrama não achou ninguém lá, a notícia disso impediria este de sair.
        lugar.1.take_error()?;
        let ultimo = self.lugares.len();
        self.lugares.push(lugar);
        Ok(&self.lugares[ultimo].1)
    }

    fn novo_socket(&self, cliente: SocketAddr) -> io::Result<Arc<UdpSocket>> {
        let socket = Arc::new(UdpSocket::bind(self.destino.porta_livre())?);
        socket.connect(&self.destino)?;
        socket.set_read_timeout(Some(PISCADA))?;
        let (respostas, volta) = (Arc::clone(&socket), Arc::clone(&self.obj_socket));
        Builder::new().spawn(move || leva_respostas(&respostas, &volta, cliente))?;
        Ok(socket)
    }
}

/// Leva ao cliente cada resposta do destino, até ele perder o lugar.
fn leva_respostas(socket: &Arc<UdpSocket>, volta: &UdpSocket, cliente: SocketAddr) {
    let mut buffer = vec![0; 65535];
    while Arc::strong_count(socket) > 1 {
        // Um erro é o prazo, ou a notícia de que ninguém atende lá: a próxima resposta ainda pode vir.
        if let Ok((lidos, destino)) = socket.recv_from(&mut buffer) {
            mostra_pedaco(destino, cliente, &buffer[..lidos]);
            // Um cliente que já se foi não recebe mais nada.
            let _ = volta.send_to(&buffer[..lidos], cliente);
        }
    }
}
