"""Roda um comando num terminal e desenha em SVG o que ele mostrou, com as cores dele.

    python3 docs/tela_em_svg.py COLUNAS ATE DESDE SAIDA.svg COMANDO...

Da tela ficam as linhas até a que contém ATE, sem ela, e da que contém DESDE em diante; entre as duas
partes, três pontos dizem que falta alguma coisa. Só no Linux e no macOS.
"""

import fcntl
import html
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from itertools import groupby

LETRA, LARGURA, ALTURA, MARGEM = 14, 8.4, 20, 14
FUNDO, BORDA, NORMAL = "#16181d", "#565d66", "#e6e8eb"
CORES = {"31": "#ff8a80", "32": "#7ddc8b", "33": "#f2c14e", "2": "#9aa3ad"}


def tela(colunas, comando):
    """O que o comando escreve no stdout, que para ele é um terminal desta largura."""
    daqui, dele = pty.openpty()
    fcntl.ioctl(dele, termios.TIOCSWINSZ, struct.pack("HHHH", 50, colunas, 0, 0))
    filho = subprocess.Popen(
        comando, stdin=subprocess.DEVNULL, stdout=dele, stderr=subprocess.DEVNULL
    )
    os.close(dele)
    tudo = b""
    while True:
        try:
            lido = os.read(daqui, 65536)
        except OSError:  # no Linux, é assim que um terminal acaba
            break
        if not lido:
            break
        tudo += lido
    filho.wait()
    return tudo.decode().replace("\r\n", "\n").split("\n")


def recorta(linhas, ate, desde):
    fim = next(n for n, linha in enumerate(linhas) if ate in linha)
    volta = next(n for n, linha in enumerate(linhas) if desde in linha)
    return linhas[:fim] + ["\x1b[2m⋮\x1b[0m", ""] + linhas[volta:]


def celulas(linha):
    """As letras de uma linha, cada uma com a aparência que tem."""
    estilo = ""
    for codigo, texto in re.findall(r"\x1b\[(\d+)m|([^\x1b]+)", linha):
        if codigo == "1":
            estilo = ' font-weight="bold"'
        elif codigo:
            estilo = f' fill="{CORES[codigo]}"' if codigo in CORES else ""
        yield from ((letra, estilo) for letra in texto)


def palavras(celulas):
    """As palavras, com a coluna e a aparência de cada uma."""
    coluna = 0
    for (espaco, estilo), grupo in groupby(celulas, lambda c: (c[0] == " ", c[1])):
        palavra = "".join(letra for letra, _ in grupo)
        if not espaco:
            yield coluna, palavra, estilo
        coluna += len(palavra)


def svg(colunas, linhas):
    # O que não cabe continua embaixo, como num terminal.
    fileiras = []
    for linha in linhas:
        letras = list(celulas(linha))
        fileiras += [letras[n : n + colunas] for n in range(0, max(len(letras), 1), colunas)]
    largura = colunas * LARGURA + 2 * MARGEM
    altura = len(fileiras) * ALTURA + 2 * MARGEM
    partes = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {largura:g} {altura}"'
        f" font-family=\"ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace\""
        f' font-size="{LETRA}" fill="{NORMAL}">',
        f'<rect x=".5" y=".5" width="{largura - 1:g}" height="{altura - 1}" rx="8"'
        f' fill="{FUNDO}" stroke="{BORDA}"/>',
    ]
    for n, fileira in enumerate(fileiras):
        y = MARGEM + n * ALTURA + LETRA
        # Cada palavra no seu lugar e com a sua largura: as colunas se alinham com qualquer letra.
        for coluna, palavra, estilo in palavras(fileira):
            x, w = MARGEM + coluna * LARGURA, len(palavra) * LARGURA
            partes.append(
                f'<text x="{x:.5g}" y="{y}" textLength="{w:.5g}"{estilo}>'
                f"{html.escape(palavra, quote=False)}</text>"
            )
    return "\n".join(partes + ["</svg>", ""])


if __name__ == "__main__":
    colunas, ate, desde, saida, *comando = sys.argv[1:]
    linhas = tela(int(colunas), comando)
    while linhas and not linhas[-1]:
        linhas.pop()
    with open(saida, "w", encoding="utf-8") as arquivo:
        arquivo.write(svg(int(colunas), recorta(linhas, ate, desde)))
