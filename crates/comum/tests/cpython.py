"""Faz as tabelas com que o CPython confere a notação: python3 cpython.py (3.11, Unicode 14)."""
import itertools
import random
import unicodedata

sorteio = random.Random(7)
casos = [bytes([n]) for n in range(256)]
casos += [bytes(c) for n in range(5) for c in itertools.product(b"'\"\\a", repeat=n)]
casos += [sorteio.randbytes(sorteio.randrange(40)) for _ in range(400)]
with open("repr.txt", "w", newline="\n") as tabela:
    for caso in casos:
        tabela.write(f"{caso.hex()} {caso!r}\n")

# Uma letra por ponto de código: imprimível, não imprimível, ou sem dono no Unicode deste CPython.
def classe(n):
    c = chr(n)
    if 0xD800 <= n <= 0xDFFF or unicodedata.category(c) == "Cn":
        return "?"
    return "s" if c.isprintable() else "n"

with open("imprimivel.txt", "w", newline="\n") as tabela:
    for letra, faixa in itertools.groupby(range(0x110000), classe):
        faixa = list(faixa)
        tabela.write(f"{faixa[0]:x} {faixa[-1]:x} {letra}\n")
