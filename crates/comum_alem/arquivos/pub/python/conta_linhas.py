# Conta as linhas e os bytes de um arquivo baixado deste servidor.
nome = input("Digite o nome do arquivo: ")
with open(nome, "rb") as arquivo:
    conteudo = arquivo.read()
print("bytes:", len(conteudo))
print("linhas:", conteudo.count(b"\n"))
