import ftplib

ftp = ftplib.FTP("ftp.ibiblio.org")
print(ftp.getwelcome())
usuario, senha = input("Digite o usuario: "), input("Digite a senha: ")
ftp.login(usuario, senha)
print("Diretório atual de trabalho: ", ftp.pwd())
while pasta := input("Digite a pasta (Enter encerra): "):
    try:
        ftp.cwd(pasta)
    except ftplib.error_perm as erro:
        print(erro)
        continue
    print("Diretório corrente: ", ftp.pwd())
    ftp.retrlines("LIST")
ftp.quit()
