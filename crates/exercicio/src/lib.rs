//! Os exercícios do livro, na ordem do capítulo, e como se confere cada um: o que o programa mostra na tela e manda pela
//! rede, em qualquer linguagem em que ele esteja escrito.

mod cena;
mod conferencias;

use std::path::{Path, PathBuf};

use palco::{Resultado, original};

use crate::cena::Cena;

/// Um exercício do livro.
pub struct Exercicio {
    /// O nome dele, que é também o da solução em `docs/solucoes`.
    pub nome: &'static str,
    /// A página do livro que o propõe.
    pub pagina: &'static str,
    /// As lições de onde ele parte: uma, ou as duas de um par.
    pub partidas: &'static [&'static str],
    confere: fn(&Cena) -> Resultado<()>,
}

/// Cada exercício tem o nome da conferência dele.
macro_rules! exercicios {
    ($($nome:ident: $pagina:literal, parte de $partidas:expr;)+) => {
        /// Todos, na ordem do capítulo.
        pub const EXERCICIOS: &[Exercicio] = &[$(Exercicio {
            nome: stringify!($nome),
            pagina: $pagina,
            partidas: &$partidas,
            confere: conferencias::$nome,
        }),+];
    };
}

exercicios! {
    socket_ip_teimoso: "socket_ip", parte de ["socket_ip"];
    portas_do_argumento: "portas", parte de ["portas"];
    servidor_ate_o_fim: "servidor", parte de ["servidor"];
    chat: "cliente", parte de ["servidor", "cliente"];
    cliente_ate_o_fim: "cliente", parte de ["cliente"];
    servidor_threads: "chat", parte de ["servidor"];
    bot_udp: "udp", parte de ["servidor_udp"];
    ftp_navegador: "protocolo_ftp", parte de ["protocolo_ftp"];
    ftp_na_tela: "ftp_ascii", parte de ["ftp_ascii"];
    ftp_baixa: "ftp_binario", parte de ["ftp_binario"];
    ftp_interativo_tamanho: "ftp_interativo", parte de ["ftp_interativo"];
    // Os que vão além dele.
    sala_com_recados: "sala", parte de ["servidor_sala"];
    ftp_arruma: "ftp_envia", parte de ["ftp_envia"];
    cliente_insistente: "bot", parte de ["cliente_udp"];
    espiao_que_mente: "espiao", parte de ["espiao"];
    servidor_http: "https", parte de ["servidor"];
}

impl Exercicio {
    /// Os nomes dos programas de quem o faz. São outros que os das soluções, porque todos vão para a mesma pasta.
    #[must_use]
    pub fn programas(&self) -> Vec<String> {
        let meu = format!("meu_{}", self.nome);
        match self.partidas {
            [_] => vec![meu],
            partidas => partidas.iter().map(|p| format!("{meu}_{p}")).collect(),
        }
    }

    /// Se a conferência precisa do servidor FTP da turma, e de quem lhe envie arquivos.
    #[must_use]
    pub fn usa_ftp(&self) -> bool {
        self.nome.starts_with("ftp")
    }

    /// Os programas que alguém indicou, um para cada partida: um arquivo, ou a pasta em que está o que tem o nome do
    /// exercício ou o da lição.
    #[must_use]
    pub fn indicados(&self, onde: &[String]) -> Option<Vec<PathBuf>> {
        let acha = |(onde, partida): (&String, &&str)| {
            let onde = Path::new(onde);
            let arquivo = match onde.is_dir() {
                true => original(onde, self.nome).or_else(|| original(onde, partida))?,
                false => onde.to_path_buf(),
            };
            arquivo.canonicalize().ok()
        };
        let achados = onde.iter().zip(self.partidas).map(acha);
        (onde.len() == self.partidas.len()).then(|| achados.collect())?
    }

    /// Confere os programas, um para cada partida. Devolve os passos até o fim, ou até a primeira coisa que falta.
    pub fn confere(&self, programas: &[PathBuf]) -> Resultado<(Vec<String>, Resultado<()>)> {
        let cena = Cena::nova(programas, self.partidas)?;
        let turma = self
            .usa_ftp()
            .then(|| cena.servidor_da_turma())
            .transpose()?;
        let feito = (self.confere)(&cena);
        drop(turma);
        Ok((cena.passos.into_inner(), feito))
    }
}
