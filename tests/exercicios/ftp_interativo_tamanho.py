import ftplib

ftp = ftplib.FTP(input("Digite o FTP que se deseja conectar: "))
ftp.login(input("Digite o usuario: "), input("Digite a senha: "))
while (opcao := input("<1> listar, <2> diretório, <3> baixar: ")) in ("1", "2", "3"):
    try:
        if opcao == "1":
            ftp.retrlines("LIST")
        elif opcao == "2":
            ftp.cwd(input("Diretório: "))
        else:
            binario = input("<B> para binário: ").upper() == "B"
            destino, origem = input("Destino: "), input("Origem: ")
            ftp.voidcmd("TYPE I")
            if input(f"São {ftp.size(origem)} bytes. Digite <S> para baixar: ").upper() != "S":
                continue
            if binario:
                with open(destino, "wb") as arquivo:
                    ftp.retrbinary("RETR " + origem, arquivo.write)
            else:
                with open(destino, "w") as arquivo:
                    ftp.retrlines("RETR " + origem, lambda linha: print(linha, file=arquivo))
    except ftplib.error_perm as erro:
        print(erro)
ftp.quit()
