import socket
import threading


def atende(con):
    with con:
        print("Recebemos: ", con.recv(1024))
        con.sendall(b"oi")


with socket.create_server(("127.0.0.1", 43210), backlog=128) as escuta:
    print("Aguardando cliente...")
    while True:
        con, cliente = escuta.accept()
        print("Conectado com: ", cliente)
        threading.Thread(target=atende, args=[con], daemon=True).start()
