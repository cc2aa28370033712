import socket

with socket.create_server(("127.0.0.1", 43210)) as escuta:
    print("Aguardando cliente...")
    while True:
        con, cliente = escuta.accept()
        with con, con.makefile("rb") as linhas:
            print("Conectado com: ", cliente)
            pedido = linhas.readline().decode()
            print("Recebemos: ", pedido.strip())
            while linhas.readline().strip():
                pass
            certo = pedido.split()[1] == "/"
            corpo = b"<h1>Olah cliente</h1>" if certo else b"<h1>nada</h1>"
            codigo = "200 OK" if certo else "404 Not Found"
            con.sendall(f"HTTP/1.1 {codigo}\r\nContent-Length: {len(corpo)}\r\n\r\n".encode() + corpo)
