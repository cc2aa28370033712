import socket
import sys

for nome in sys.argv[1:] or ["domain", "http", "ftp"]:
    try:
        print(socket.getservbyname(nome))
    except OSError:
        sys.exit(f"Erro: o serviço \"{nome}\" não existe")
