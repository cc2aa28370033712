import ftplib

ftp = ftplib.FTP("ftp.ibiblio.org")
print(ftp.getwelcome())
ftp.login()
ftp.retrlines("RETR README")
ftp.quit()
