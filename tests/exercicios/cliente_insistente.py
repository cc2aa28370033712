import socket
import sys

par = socket.socket(type=socket.SOCK_DGRAM)
par.connect(("127.0.0.1", 43210))


def pergunta(texto):
    par.setblocking(False)
    try:
        while True:
            par.recv(65535)
    except BlockingIOError:
        pass
    par.settimeout(1)
    for _ in range(5):
        par.send(texto.encode())
        try:
            return par.recv(65535).decode()
        except TimeoutError:
            pass
    sys.exit("Erro: ninguém responde")


saida = ""
while saida != "X":
    print("Resposta do Servidor: ", pergunta(input("Sua mensagem: ")))
    saida = input("Digite <X> para sair: ").upper()
