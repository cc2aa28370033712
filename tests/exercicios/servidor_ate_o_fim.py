import socket

with socket.create_server(("127.0.0.1", 43210)) as escuta:
    print("Aguardando cliente...")
    while True:
        con, cliente = escuta.accept()
        with con:
            print("Conectado com: ", cliente)
            total = 0
            while dados := con.recv(4096):
                total += len(dados)
            print(f"Recebemos {total} bytes")
            con.sendall(b"pronto")
