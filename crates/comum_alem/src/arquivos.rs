//! Os arquivos que os servidores da turma oferecem, todos dentro do próprio programa. São os mesmos por FTP e por
//! HTTPS.
//!
//! A pasta `arquivos/` deste pacote repete os caminhos daqui; só os nomes com espaços e acentos estão lá
//! sem eles, para que o projeto possa ser copiado por qualquer sistema.

use std::sync::LazyLock;

macro_rules! guardados {
    ($($dia:literal $caminho:literal = $arquivo:literal;)*) => {
        [$(($dia, $caminho, include_bytes!(concat!("../arquivos/", $arquivo)))),*]
    };
}

/// Os arquivos guardados: o dia, o caminho e o arquivo. As pastas saem dos caminhos.
const GUARDADOS: [(&str, &str, &[u8]); 18] = guardados! {
    "20180315" "/README" = "README";
    "20190802" "/pub/INDICE.txt" = "pub/INDICE.txt";
    "20190311" "/pub/aulas de redes/lição 1.txt" = "pub/aulas_de_redes/licao_1.txt";
    "20190318" "/pub/aulas de redes/lição 2.txt" = "pub/aulas_de_redes/licao_2.txt";
    "20190325" "/pub/aulas de redes/exercícios.txt" = "pub/aulas_de_redes/exercicios.txt";
    "20171009" "/pub/dados/capitais.csv" = "pub/dados/capitais.csv";
    "20180220" "/pub/dados/respostas_ftp.csv" = "pub/dados/respostas_ftp.csv";
    "20170401" "/pub/dados/vazio.txt" = "pub/dados/vazio.txt";
    "20200506" "/pub/grande/como_conferir.txt" = "pub/grande/como_conferir.txt";
    "20160630" "/pub/linux/comandos.txt" = "pub/linux/comandos.txt";
    "20151122" "/pub/linux/logos/pictures/linux-father-of-linux.jpg" = "pub/linux/logos/pictures/linux-father-of-linux.jpg";
    "20151123" "/pub/linux/logos/pictures/sobre_a_figura.txt" = "pub/linux/logos/pictures/sobre_a_figura.txt";
    "20180914" "/pub/python/conta_linhas.py" = "pub/python/conta_linhas.py";
    "20180903" "/pub/python/ola_mundo.py" = "pub/python/ola_mundo.py";
    "20140712" "/pub/textos/pão de queijo.txt" = "pub/textos/pao_de_queijo.txt";
    "20140713" "/pub/textos/trava-línguas.txt" = "pub/textos/trava_linguas.txt";
    "20010306" "/seculoxx/leia_me.txt" = "seculoxx/leia_me.txt";
    "20010305" "/seculoxx/representacao_politica.zip" = "seculoxx/representacao_politica.zip";
};

/// Todos os arquivos: o dia (`20180315`), o caminho, a partir de `/`, e os bytes.
pub fn arquivos() -> impl Iterator<Item = (&'static str, &'static str, &'static [u8])> {
    static GRANDE: LazyLock<Vec<u8>> = LazyLock::new(oito_megabytes);
    let grande = ("20200505", "/pub/grande/oito_megabytes.bin", &GRANDE[..]);
    GUARDADOS.into_iter().chain([grande])
}

/// 8 MiB que parecem sorteados, mas são sempre os mesmos: a conta está em `como_conferir.txt`.
fn oito_megabytes() -> Vec<u8> {
    let mut x: u32 = 2121;
    let conta = (0..8 << 20).map(|_| {
        x = x.wrapping_mul(1_103_515_245).wrapping_add(12345);
        // Dos quatro bytes da conta, o mais alto é o que menos se repete.
        x.to_be_bytes()[0]
    });
    conta.collect()
}
