import socket
import unicodedata

RESPOSTAS = [
    ({"administrador", "email"}, "adm@escola.example"),
    ({"ramal", "pessoal"}, "2010"),
    ({"login", "hoje"}, "Ana e Beto"),
]


def palavras(texto):
    sem_acentos = unicodedata.normalize("NFD", texto.lower()).encode("ascii", "ignore").decode()
    return set("".join(c if c.isalnum() else " " for c in sem_acentos.replace("-", "")).split())


par = socket.socket(type=socket.SOCK_DGRAM)
par.bind(("127.0.0.1", 43210))
print("Servidor pronto....")
while True:
    pergunta, origem = par.recvfrom(65535)
    achadas = [r for chave, r in RESPOSTAS if chave <= palavras(pergunta.decode())]
    par.sendto((achadas or ["não sei"])[0].encode(), origem)
