/* O piso da lição servidor: as mesmas chamadas ao sistema, em C. Argumentos: a porta e o tamanho da fila. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int quantos, char **argumentos) {
    if (quantos != 3) return 1;
    struct sockaddr_in aqui = {.sin_family = AF_INET, .sin_port = htons(atoi(argumentos[1]))};
    aqui.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int escuta = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(escuta, (struct sockaddr *)&aqui, sizeof aqui) || listen(escuta, atoi(argumentos[2]))) return 1;
    /* Uma escrita por linha, como a lição. */
    setvbuf(stdout, NULL, _IOLBF, 1024);
    for (;;) {
        struct sockaddr_in cliente;
        socklen_t tamanho = sizeof cliente;
        int con = accept(escuta, (struct sockaddr *)&cliente, &tamanho);
        if (con < 0) return 1;
        printf("Conectado com:  ('%s', %d)\n", inet_ntoa(cliente.sin_addr), ntohs(cliente.sin_port));
        char buffer[1024];
        ssize_t lidos = recv(con, buffer, sizeof buffer, 0);
        printf("Recebemos:  b'%.*s'\n", lidos > 0 ? (int)lidos : 0, buffer);
        send(con, "Olah cliente", 12, 0);
        close(con);
    }
}
