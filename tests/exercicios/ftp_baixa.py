import ftplib
import os
import sys

caminho = sys.argv[1]
nome = os.path.basename(caminho)
if nome in ("", ".", ".."):
    sys.exit(f"Erro: {caminho} não é o nome de um arquivo")
provisorio = nome + ".baixando"
ftp = ftplib.FTP("ftp.ibiblio.org")
ftp.login()
try:
    if os.path.splitext(nome)[1] in ("", ".txt"):
        with open(provisorio, "w") as arquivo:
            ftp.retrlines("RETR " + caminho, lambda linha: print(linha, file=arquivo))
    else:
        with open(provisorio, "wb") as arquivo:
            ftp.retrbinary("RETR " + caminho, arquivo.write)
except ftplib.Error as erro:
    os.remove(provisorio)
    sys.exit(f"Erro: {erro}")
os.replace(provisorio, nome)
