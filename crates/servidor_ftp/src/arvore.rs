//! Os arquivos que o servidor oferece, todos dentro do próprio executável.
//!
//! A pasta `arvore/` desta crate repete os caminhos daqui; só os nomes com espaços e acentos estão lá
//! sem eles, para que o projeto possa ser copiado por qualquer sistema.
//!
//! Os textos têm CRLF no fim de cada linha. A libunftp manda os bytes como estão, mesmo em `TYPE A`, e
//! o protocolo (RFC 959, 3.1.1.1) quer CRLF no texto que viaja: assim quem baixa como texto recebe as
//! linhas certas, e quem baixa como binário recebe exatamente o que está guardado. De quebra, os dois
//! tamanhos diferem, e a diferença entre os modos aparece.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, is_separator};
use std::sync::LazyLock;
use std::time::{Duration, SystemTime};

/// Um arquivo ou uma pasta.
#[derive(Debug)]
pub struct No {
    /// O conteúdo de um arquivo; uma pasta não tem.
    pub bytes: Option<Cow<'static, [u8]>>,
    /// Quando foi modificado, sempre ao meio-dia UTC.
    pub data: Data,
}

/// O dia de uma modificação: ano, mês e dia. A ordem dos campos faz dele comparável.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Data(u16, u8, u8);

impl Data {
    /// Como o `ls -l` escreve uma data antiga: `Mar 15  2018`. Em inglês, porque há clientes que a leem.
    pub fn na_listagem(self) -> String {
        const MESES: [&str; 12] = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ];
        let Data(ano, mes, dia) = self;
        let mes = MESES.get(usize::from(mes) - 1).unwrap_or(&"???");
        format!("{mes} {dia:02}  {ano}")
    }

    /// O mesmo dia, ao meio-dia UTC.
    pub fn instante(self) -> SystemTime {
        let Data(ano, mes, dia) = self;
        // O ano que começa em março deixa o dia bissexto no fim; 719 468 dias vão de 0000-03-01 a 1970.
        let (ano, mes) = if mes > 2 {
            (u64::from(ano), u64::from(mes) - 3)
        } else {
            (u64::from(ano) - 1, u64::from(mes) + 9)
        };
        let dias =
            ano * 365 + ano / 4 - ano / 100 + ano / 400 + (mes * 153 + 2) / 5 + u64::from(dia)
                - 1
                - 719_468;
        SystemTime::UNIX_EPOCH + Duration::from_secs(dias * 86_400 + 43_200)
    }
}

/// Os arquivos guardados: o caminho no FTP, o dia e o conteúdo. As pastas saem dos caminhos.
const ARQUIVOS: [(&str, Data, &[u8]); 18] = [
    (
        "/README",
        Data(2018, 3, 15),
        include_bytes!("../arvore/README"),
    ),
    (
        "/pub/INDICE.txt",
        Data(2019, 8, 2),
        include_bytes!("../arvore/pub/INDICE.txt"),
    ),
    (
        "/pub/aulas de redes/lição 1.txt",
        Data(2019, 3, 11),
        include_bytes!("../arvore/pub/aulas_de_redes/licao_1.txt"),
    ),
    (
        "/pub/aulas de redes/lição 2.txt",
        Data(2019, 3, 18),
        include_bytes!("../arvore/pub/aulas_de_redes/licao_2.txt"),
    ),
    (
        "/pub/aulas de redes/exercícios.txt",
        Data(2019, 3, 25),
        include_bytes!("../arvore/pub/aulas_de_redes/exercicios.txt"),
    ),
    (
        "/pub/dados/capitais.csv",
        Data(2017, 10, 9),
        include_bytes!("../arvore/pub/dados/capitais.csv"),
    ),
    (
        "/pub/dados/respostas_ftp.csv",
        Data(2018, 2, 20),
        include_bytes!("../arvore/pub/dados/respostas_ftp.csv"),
    ),
    (
        "/pub/dados/vazio.txt",
        Data(2017, 4, 1),
        include_bytes!("../arvore/pub/dados/vazio.txt"),
    ),
    (
        "/pub/grande/como_conferir.txt",
        Data(2020, 5, 6),
        include_bytes!("../arvore/pub/grande/como_conferir.txt"),
    ),
    (
        "/pub/linux/comandos.txt",
        Data(2016, 6, 30),
        include_bytes!("../arvore/pub/linux/comandos.txt"),
    ),
    (
        "/pub/linux/logos/pictures/linux-father-of-linux.jpg",
        Data(2015, 11, 22),
        include_bytes!("../arvore/pub/linux/logos/pictures/linux-father-of-linux.jpg"),
    ),
    (
        "/pub/linux/logos/pictures/sobre_a_figura.txt",
        Data(2015, 11, 23),
        include_bytes!("../arvore/pub/linux/logos/pictures/sobre_a_figura.txt"),
    ),
    (
        "/pub/python/conta_linhas.py",
        Data(2018, 9, 14),
        include_bytes!("../arvore/pub/python/conta_linhas.py"),
    ),
    (
        "/pub/python/ola_mundo.py",
        Data(2018, 9, 3),
        include_bytes!("../arvore/pub/python/ola_mundo.py"),
    ),
    (
        "/pub/textos/pão de queijo.txt",
        Data(2014, 7, 12),
        include_bytes!("../arvore/pub/textos/pao_de_queijo.txt"),
    ),
    (
        "/pub/textos/trava-línguas.txt",
        Data(2014, 7, 13),
        include_bytes!("../arvore/pub/textos/trava_linguas.txt"),
    ),
    (
        "/seculoxx/leia_me.txt",
        Data(2001, 3, 6),
        include_bytes!("../arvore/seculoxx/leia_me.txt"),
    ),
    (
        "/seculoxx/representacao_politica.zip",
        Data(2001, 3, 5),
        include_bytes!("../arvore/seculoxx/representacao_politica.zip"),
    ),
];

/// O arquivo grande, que não vale um lugar no repositório: sai de uma conta.
const GRANDE: (&str, Data) = ("/pub/grande/oito_megabytes.bin", Data(2020, 5, 5));

/// A árvore inteira, do caminho ao nó. A ordem do mapa é a das listagens.
static ARVORE: LazyLock<BTreeMap<&'static str, No>> = LazyLock::new(|| {
    let guardados = ARQUIVOS.map(|(caminho, data, bytes)| (caminho, data, Cow::Borrowed(bytes)));
    let (caminho, data) = GRANDE;
    let mut arvore = BTreeMap::new();
    for (caminho, data, bytes) in
        guardados
            .into_iter()
            .chain([(caminho, data, Cow::Owned(oito_megabytes()))])
    {
        let bytes = Some(bytes);
        arvore.insert(caminho, No { bytes, data });
        let mut acima = pasta_de(caminho);
        while let Some(pasta) = acima {
            let no = arvore.entry(pasta).or_insert(No { bytes: None, data });
            // Uma pasta é tão nova quanto o arquivo mais novo dela.
            no.data = no.data.max(data);
            acima = pasta_de(pasta);
        }
    }
    arvore
});

/// Monta a árvore já, e não no meio do primeiro pedido: o arquivo grande leva algum tempo.
pub fn prepara() {
    LazyLock::force(&ARVORE);
}

/// O nó que um cliente pede e o caminho dele, sem `.` nem `..`: acima da raiz há só a raiz.
pub fn procura(pedido: &Path) -> Option<(&'static str, &'static No)> {
    let mut nomes = Vec::new();
    // E não com o components: para ele, no Windows, //pub/linux é um disco da rede.
    for nome in pedido.to_str()?.split(is_separator) {
        match nome {
            "" | "." => {}
            ".." => {
                nomes.pop();
            }
            _ => nomes.push(nome),
        }
    }
    let caminho = format!("/{}", nomes.join("/"));
    ARVORE
        .get_key_value(caminho.as_str())
        .map(|(caminho, no)| (*caminho, no))
}

/// O que há numa pasta, em ordem: nomes e nós.
pub fn filhos(pasta: &str) -> impl Iterator<Item = (&'static str, &'static No)> {
    ARVORE
        .iter()
        .filter(move |(caminho, _)| pasta_de(caminho) == Some(pasta))
        .map(|(caminho, no)| (nome_de(caminho), no))
}

/// A última parte de um caminho.
pub fn nome_de(caminho: &'static str) -> &'static str {
    caminho.rsplit('/').next().unwrap_or(caminho)
}

/// A pasta em que um caminho está; a raiz não está em nenhuma.
fn pasta_de(caminho: &str) -> Option<&str> {
    match caminho.rsplit_once('/') {
        Some(("", "")) | None => None,
        Some(("", _)) => Some("/"),
        Some((pasta, _)) => Some(pasta),
    }
}

/// 8 MiB que parecem sorteados, mas são sempre os mesmos: a conta está em `como_conferir.txt`.
fn oito_megabytes() -> Vec<u8> {
    let mut x: u32 = 2121;
    (0..8 << 20)
        .map(|_| {
            x = x.wrapping_mul(1_103_515_245).wrapping_add(12345);
            // Dos quatro bytes da conta, o mais alto é o que menos se repete.
            x.to_be_bytes()[0]
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{ARVORE, Data, filhos, nome_de, procura};
    use std::path::Path;
    use std::time::{Duration, SystemTime};

    fn caminho(pedido: &str) -> Option<&'static str> {
        procura(Path::new(pedido)).map(|(caminho, _)| caminho)
    }

    #[test]
    fn os_caminhos_das_licoes_existem() {
        for existe in [
            "/README",
            "/pub/linux/logos/pictures/linux-father-of-linux.jpg",
            "/seculoxx/representacao_politica.zip",
            "/seculoxx/leia_me.txt",
            "/pub/aulas de redes/lição 1.txt",
        ] {
            assert_eq!(caminho(existe), Some(existe));
        }
    }

    #[test]
    fn pontos_e_barras_demais_levam_ao_mesmo_lugar() {
        for (pedido, esperado) in [
            ("/", "/"),
            ("", "/"),
            ("/.", "/"),
            ("/..", "/"),
            ("/../../../README", "/README"),
            ("/pub/../README", "/README"),
            ("/./pub/", "/pub"),
            ("//pub//linux", "/pub/linux"),
            ("//pub/linux/logos", "/pub/linux/logos"),
            ("//./pub", "/pub"),
            ("pub/linux/..", "/pub"),
        ] {
            assert_eq!(caminho(pedido), Some(esperado), "{pedido}");
        }
    }

    #[test]
    fn o_que_nao_esta_na_arvore_nao_existe() {
        for pedido in [
            "/etc/passwd",
            "/../etc/passwd",
            "/readme",
            "/pub/README",
            "/README\0",
        ] {
            assert_eq!(caminho(pedido), None, "{pedido}");
        }
    }

    #[test]
    fn listagens_em_ordem_e_sem_netos() {
        let raiz: Vec<_> = filhos("/").map(|(nome, _)| nome).collect();
        assert_eq!(raiz, ["README", "pub", "seculoxx"]);
        let aulas: Vec<_> = filhos("/pub/aulas de redes")
            .map(|(nome, _)| nome)
            .collect();
        assert_eq!(aulas, ["exercícios.txt", "lição 1.txt", "lição 2.txt"]);
        assert_eq!(filhos("/README").count(), 0);
    }

    #[test]
    fn todo_texto_tem_crlf_e_e_utf8() {
        let mut textos = 0;
        for (caminho, no) in ARVORE.iter() {
            let Some(bytes) = &no.bytes else { continue };
            let nome = nome_de(caminho);
            if nome != "README"
                && ![".txt", ".csv", ".py"]
                    .iter()
                    .any(|fim| nome.ends_with(fim))
            {
                continue;
            }
            textos += 1;
            let texto = std::str::from_utf8(bytes).unwrap();
            assert!(texto.is_empty() || texto.ends_with("\r\n"), "{caminho}");
            let sem_crlf = texto.replace("\r\n", "");
            assert!(!sem_crlf.contains(['\r', '\n']), "{caminho}");
        }
        assert_eq!(textos, 16);
    }

    #[test]
    fn o_arquivo_grande_e_sempre_o_mesmo() {
        let (_, no) = procura(Path::new("/pub/grande/oito_megabytes.bin")).unwrap();
        let bytes = no.bytes.as_deref().unwrap();
        assert_eq!(bytes.len(), 8 * 1024 * 1024);
        // Da conta em Python que está em como_conferir.txt.
        assert_eq!(bytes[..4], [243, 105, 56, 234]);
    }

    #[test]
    fn datas() {
        assert_eq!(Data(2018, 3, 15).na_listagem(), "Mar 15  2018");
        assert_eq!(Data(2001, 3, 5).na_listagem(), "Mar 05  2001");
        let dias = |data: Data| {
            let passados = data
                .instante()
                .duration_since(SystemTime::UNIX_EPOCH)
                .unwrap();
            (passados - Duration::from_secs(43_200)).as_secs() / 86_400
        };
        assert_eq!(dias(Data(1970, 1, 1)), 0);
        assert_eq!(dias(Data(2000, 2, 29)), 11_016);
        assert_eq!(dias(Data(2018, 3, 15)), 17_605);
    }

    #[test]
    fn a_pasta_tem_a_data_do_arquivo_mais_novo() {
        let (_, no) = procura(Path::new("/seculoxx")).unwrap();
        assert_eq!(no.data, Data(2001, 3, 6));
    }
}
