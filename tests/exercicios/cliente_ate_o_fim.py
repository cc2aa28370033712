import socket

mensagem = input("Digite algo: ")
with socket.create_connection(("127.0.0.1", 43210)) as con:
    con.sendall(mensagem.encode())
    con.shutdown(socket.SHUT_WR)
    resposta = b""
    while pedaco := con.recv(1024):
        resposta += pedaco
    print("Recebemos: ", resposta)
    print(f"Fim da resposta: {len(resposta)} bytes")
