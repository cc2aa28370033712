import socket
import threading

sala = {}
tranca = threading.Lock()


def diz(linha, so_para=None):
    with tranca:
        for nome, con in list(sala.items()):
            if so_para is None or nome in so_para:
                con.sendall(linha.encode() + b"\n")


def atende(con):
    linhas = con.makefile(encoding="utf-8", newline="\n")
    nome = linhas.readline().strip()
    with tranca:
        sala[nome] = con
    diz(f"* {nome} entrou na sala")
    for linha in linhas:
        linha = linha.rstrip("\n")
        quem, espaco, recado = linha.partition(" ")
        if linha.startswith("@") and espaco:
            diz(f"{nome} (só para {quem[1:]}): {recado}", {nome, quem[1:]})
        else:
            diz(f"{nome}: {linha}")
    with tranca:
        del sala[nome]


escuta = socket.create_server(("127.0.0.1", 43210))
print("Sala aberta...")
while True:
    threading.Thread(target=atende, args=[escuta.accept()[0]], daemon=True).start()
