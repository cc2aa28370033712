# O servidor fala primeiro, se quiser: cada lado tem a sua thread.
import socket
import threading

con = socket.create_connection(("127.0.0.1", 43210))


def mostra():
    for linha in con.makefile():
        print("ele diz:", linha, end="")


threading.Thread(target=mostra).start()
while True:
    con.sendall(input("> ").encode() + b"\n")
