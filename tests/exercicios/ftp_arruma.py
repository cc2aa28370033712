import ftplib
import os
import sys

ftp = ftplib.FTP("ftp.ibiblio.org")
ftp.login()
ftp.cwd("/entregas/" + (os.environ.get("USER") or os.environ.get("USERNAME") or "aluno"))
match sys.argv[1:]:
    case [de, para]:
        ftp.rename(de, para)
    case [nome]:
        ftp.delete(nome)
    case _:
        sys.exit("Erro: diga um nome ou dois")
ftp.retrlines("NLST")
ftp.quit()
