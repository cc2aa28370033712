/* O piso da lição portas: as mesmas três perguntas, em C. */
#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>

int main(void) {
    const char *nomes[] = {"domain", "http", "ftp"};
    for (int n = 0; n < 3; n++) {
        struct servent *servico = getservbyname(nomes[n], "tcp");
        if (!servico) return 1;
        printf("%d\n", ntohs(servico->s_port));
    }
    return 0;
}
