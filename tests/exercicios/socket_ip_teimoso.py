import socket

continua = "S"
while continua == "S":
    try:
        nome = input("Digite uma url: ")
    except EOFError:
        break
    try:
        print("O IP referente à url informada é: ", socket.gethostbyname(nome))
    except (OSError, UnicodeError) as erro:
        print("não deu:", erro)
    continua = input("Digite <s> para continuar: ").upper()
