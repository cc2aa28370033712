# Roda um original como o Python o rodaria (a pasta dele no caminho dos imports, e __file__), sem mexer na
# pasta: com outra porta no lugar da do livro e, no FTP, com o servidor da turma no lugar de qualquer outro.
import os, sys
from importlib.machinery import FileFinder, SourceFileLoader

arquivo, porta, *argumentos = sys.argv[1:]
pasta = os.path.dirname(arquivo)


def compila(caminho):
    # Os bytes vão como estão ao compile, que entende a marca (BOM) que o Bloco de Notas põe no começo.
    with open(caminho, 'rb') as aberto:
        fonte = aberto.read().replace(b'43210', porta.encode())
    if b'ftplib' in fonte:
        import ftplib
        conecta = vars(ftplib).get('conecta_do_python', ftplib.FTP.connect)
        ftplib.conecta_do_python = conecta
        ftplib.FTP.connect = lambda ftp, *_, **__: conecta(ftp, '127.0.0.1', int(porta))
    return compile(fonte, caminho, 'exec', dont_inherit=True)


class DaPasta(SourceFileLoader):
    """Um módulo do aluno: também nele a porta é outra, e não se grava um .pyc."""

    def get_code(self, nome):
        return compila(self.path)


def acha(onde):
    if not onde.startswith(pasta):
        raise ImportError
    return FileFinder(onde, (DaPasta, ['.py']))


def mostra(tipo, erro, onde):
    # O traceback começa no arquivo, não aqui.
    while onde and onde.tb_frame.f_code.co_filename == '<string>':
        onde = onde.tb_next
    sys.__excepthook__(tipo, erro.with_traceback(onde), onde)


sys.excepthook = mostra
sys.argv = [arquivo, *argumentos]
sys.path[0] = pasta
sys.path_hooks.insert(0, acha)
# As linhas terminam como as dos programas em Rust também no Windows, onde num terminal se veem iguais.
for saida in sys.stdout, sys.stderr:
    saida.reconfigure(newline='\n')
modulo = sys.modules['__main__'] = type(sys)('__main__')
modulo.__file__ = arquivo
exec(compila(arquivo), modulo.__dict__)
