import socket
import sys
import threading

porta, destino = map(int, sys.argv[1:])


def passa(de, para, troca):
    while dados := de.recv(65536):
        para.sendall(dados.replace(b"Olah", b"Nada") if troca else dados)


escuta = socket.create_server(("127.0.0.1", porta))
print("Espiando...")
while True:
    cliente, _ = escuta.accept()
    servidor = socket.create_connection(("127.0.0.1", destino))
    threading.Thread(target=passa, args=[cliente, servidor, False], daemon=True).start()
    threading.Thread(target=passa, args=[servidor, cliente, True], daemon=True).start()
