"""Imprime o livro montado num PDF com sumário e números de página: python3 docs/livro_em_pdf.py docs/book livro.pdf

O navegador sabe numerar as páginas, mas não dizer no sumário em que página ficou cada capítulo. O PDF que ele faz diz:
imprime-se duas vezes, e na segunda o sumário (veja docs/tema/livro.js) recebe os números da primeira.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import unquote

NAVEGADORES = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
]


def imprime(navegador, url, pdf):
    with tempfile.TemporaryDirectory() as perfil:
        opcoes = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-sync"
        opcoes += " --disable-background-networking --disable-component-update"
        opcoes += " --no-pdf-header-footer --generate-pdf-document-outline"
        comando = [navegador, *opcoes.split(), f"--user-data-dir={perfil}", f"--print-to-pdf={pdf}", url]
        subprocess.run(comando, check=True, stderr=subprocess.DEVNULL, timeout=300)
    return Path(pdf).read_bytes()


def paginas(pdf, ids):
    """Em que página do PDF está cada um destes ids."""
    folhas = re.findall(rb"(\d+) 0 obj\n<<[^>]*?/Type /Page\b", pdf)
    ordem = [f for grupo in re.findall(rb"/Kids \[([^\]]*)\]", pdf) for f in re.findall(rb"(\d+) 0 R", grupo)]
    ordem = [folha for folha in ordem if folha in folhas]
    destinos = re.findall(rb"/([^\s/\[\]<>]+) \[(\d+) 0 R /XYZ", pdf)
    onde = {unquote(nome.decode().replace("#25", "%")): folha for nome, folha in destinos}
    return [ordem.index(onde[um]) + 1 for um in ids]


livro, saida = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
navegador = next(filter(None, map(shutil.which, NAVEGADORES)), None)
if not navegador:
    sys.exit("Erro: não achei o Chromium nem o Chrome, que imprimem o livro; instale um deles")
pagina = (livro / "print.html").as_uri()
ids = re.findall(r'<h1 id="([^"]+)"', (livro / "print.html").read_text(encoding="utf-8"))
numeros = paginas(imprime(navegador, pagina, saida), ids)
numerado = imprime(navegador, f"{pagina}?paginas={','.join(map(str, numeros))}", saida)
if paginas(numerado, ids) != numeros:
    sys.exit("Erro: com os números, o sumário mudou as páginas de lugar")
