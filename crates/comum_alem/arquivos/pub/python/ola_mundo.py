# O primeiro programa de quase todo mundo.
print("Olá, mundo!")
