# Fala e escuta ao mesmo tempo, numa conexão só, e as linhas se separam pelo fim delas.
import socket
import threading


def mostra(con):
    for linha in con.makefile():
        print("ela diz:", linha, end="")


escuta = socket.create_server(("127.0.0.1", 43210))
print("chat no ar")
con, _ = escuta.accept()
threading.Thread(target=mostra, args=[con]).start()
while True:
    con.sendall(input("> ").encode() + b"\n")
