"""Desenha em SVG o texto com cores que chega pela entrada, como um terminal de COLUNAS o mostraria.

    … | python3 docs/tela_em_svg.py COLUNAS > SAIDA.svg
"""

import html
import re
import sys
from itertools import groupby

LETRA, LARGURA, ALTURA, MARGEM = 14, 8.4, 20, 14
FUNDO, BORDA, NORMAL = "#16181d", "#565d66", "#e6e8eb"
ESTILOS = {
    "1": ' font-weight="bold"',
    "2": ' fill="#9aa3ad"',
    "31": ' fill="#ff8a80"',
    "32": ' fill="#7ddc8b"',
    "33": ' fill="#f2c14e"',
}


def letras(linha):
    """As letras de uma linha, cada uma com o estilo que tem."""
    estilo = ""
    for codigo, texto in re.findall(r"\x1b\[(\d+)m|([^\x1b]+)", linha):
        if codigo:
            estilo = ESTILOS.get(codigo, "")
        yield from ((letra, estilo) for letra in texto)


colunas = int(sys.argv[1])
# O que não cabe numa fileira continua embaixo.
fileiras = []
for linha in sys.stdin.read().rstrip().replace("\r", "").split("\n"):
    todas = list(letras(linha))
    fileiras += [todas[n : n + colunas] for n in range(0, max(len(todas), 1), colunas)]

largura, altura = colunas * LARGURA + 2 * MARGEM, len(fileiras) * ALTURA + 2 * MARGEM
print(
    f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {largura:g} {altura}"'
    f" font-family=\"ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace\""
    f' font-size="{LETRA}" fill="{NORMAL}">\n'
    f'<rect x=".5" y=".5" width="{largura - 1:g}" height="{altura - 1}" rx="8"'
    f' fill="{FUNDO}" stroke="{BORDA}"/>'
)
for n, fileira in enumerate(fileiras):
    coluna = 0
    # Cada palavra no seu lugar e com a sua largura: as colunas se alinham com qualquer letra.
    for (espaco, estilo), grupo in groupby(fileira, lambda c: (c[0] == " ", c[1])):
        palavra = "".join(letra for letra, _ in grupo)
        if not espaco:
            print(
                f'<text x="{MARGEM + coluna * LARGURA:.5g}" y="{MARGEM + n * ALTURA + LETRA}"'
                f' textLength="{len(palavra) * LARGURA:.5g}"{estilo}>'
                f"{html.escape(palavra, quote=False)}</text>"
            )
        coluna += len(palavra)
print("</svg>")
