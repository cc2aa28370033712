//! Roda cada sessão de `tests/sessoes` e compara o que as telas mostram, byte a byte.
//!
//! `ORIGINAIS=PASTA` (os arquivos do capítulo, em Python) roda as mesmas sessões com os originais e,
//! nos pares, com um lado de cada; `REGRAVA=1` junto com ela reescreve as telas a partir deles.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{env, fs, thread};

use palco::{
    Apresentacao, Ator, Diferenca, Falha, Sessao, Tela, compila, observa, original, python, roda,
};

fn sessoes() -> Vec<Sessao> {
    compila().unwrap();
    let mut todas =
        Sessao::todas(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/sessoes"))).unwrap();
    assert!(!todas.is_empty());
    todas.retain(|sessao| cfg!(unix) || !sessao.so_unix);
    todas
}

/// O println! de um teste que passa ninguém vê; o stderr sem intermediário, sim.
fn conta(texto: &str) {
    let _ = writeln!(io::stderr(), "{texto}");
}

/// A pasta dos originais, se foi dada e se há com que rodá-los.
fn originais() -> Option<PathBuf> {
    let Some(pasta) = env::var_os("ORIGINAIS") else {
        conta("pulado: ORIGINAIS=PASTA compara com os originais em Python");
        return None;
    };
    if python().is_none() {
        conta("pulado: o Python 3 não está instalado");
        return None;
    }
    // cargo test roda na pasta do pacote; quem digitou ORIGINAIS estava na raiz.
    Some(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(pasta))
}

/// Faz `testa` com cada item, alguns ao mesmo tempo, e falha com todas as falhas de uma vez.
fn em_paralelo<T: Sync>(itens: &[T], testa: impl Fn(&T) -> Result<(), Falha> + Sync) {
    let proximo = AtomicUsize::new(0);
    let falhas = Mutex::new(Vec::new());
    thread::scope(|escopo| {
        for _ in 0..4 {
            escopo.spawn(|| {
                while let Some(item) = itens.get(proximo.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(Falha(motivo)) = testa(item) {
                        falhas.lock().unwrap().push(motivo);
                    }
                }
            });
        }
    });
    let falhas = falhas.into_inner().unwrap();
    assert!(
        falhas.is_empty(),
        "{} falhas\n\n{}",
        falhas.len(),
        falhas.join("\n\n")
    );
}

fn arquivo(sessao: &Sessao, terminal: &str, extensao: &str) -> PathBuf {
    sessao.pasta.join(format!("{terminal}.{extensao}"))
}

fn gravado(sessao: &Sessao, terminal: &str, extensao: &str) -> String {
    fs::read_to_string(arquivo(sessao, terminal, extensao)).unwrap_or_default()
}

/// O número de um erro muda de sistema para sistema; as telas guardam o do Linux.
fn sem_numero_do_erro(texto: &str) -> String {
    let mut pedacos = texto.split("(erro ");
    let mut saida = pedacos.next().unwrap_or_default().to_string();
    for pedaco in pedacos {
        saida.push_str("(erro N");
        saida.push_str(pedaco.trim_start_matches(|c: char| c.is_ascii_digit()));
    }
    saida
}

fn igual(
    sessao: &Sessao,
    terminal: &str,
    o_que: &str,
    gravado: &str,
    visto: &str,
) -> Result<(), Falha> {
    if gravado == visto {
        return Ok(());
    }
    Err(Falha(format!(
        "{}, {o_que} de {terminal}\n--- gravado:\n{gravado}\n--- visto:\n{visto}",
        sessao.nome
    )))
}

/// A pasta de trabalho tem os arquivos que o roteiro diz, e nenhum outro.
fn confere_arquivos(sessao: &Sessao, visto: &Apresentacao) -> Result<(), Falha> {
    let nomes: Vec<&String> = visto.arquivos.keys().collect();
    if nomes != sessao.arquivos.keys().collect::<Vec<_>>() {
        return Err(Falha(format!("{}: os arquivos são {nomes:?}", sessao.nome)));
    }
    for (nome, origem) in &sessao.arquivos {
        let arvore = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/comum_alem/arquivos");
        let Some(igual_a) = &origem.igual_a else {
            continue;
        };
        let mut esperado = fs::read(arvore.join(igual_a))?;
        if origem.texto && cfg!(windows) {
            esperado = String::from_utf8_lossy(&esperado)
                .replace('\n', "\r\n")
                .into_bytes();
        }
        if visto.arquivos[nome] != esperado {
            return Err(Falha(format!(
                "{}: {nome} não é igual ao original",
                sessao.nome
            )));
        }
    }
    Ok(())
}

fn confere_em_rust(sessao: &Sessao) -> Result<(), Falha> {
    let visto = roda(sessao, |_| Ator::Rust)?;
    for (terminal, Tela { tela, erro }) in &visto.telas {
        igual(
            sessao,
            terminal,
            "tela",
            &gravado(sessao, terminal, "txt"),
            tela,
        )?;
        let esperado = sem_numero_do_erro(&gravado(sessao, terminal, "erro.txt"));
        igual(
            sessao,
            terminal,
            "stderr",
            &esperado,
            &sem_numero_do_erro(erro),
        )?;
    }
    confere_arquivos(sessao, &visto)
}

fn confere_no_original(sessao: &Sessao, pasta: &Path) -> Result<(), Falha> {
    if sessao.diferenca.is_empty() {
        let visto = roda(sessao, |_| Ator::Python(pasta))?;
        for (terminal, Tela { tela, .. }) in &visto.telas {
            igual(
                sessao,
                terminal,
                "tela do original",
                &sessao.tela_do_original(terminal),
                tela,
            )?;
        }
        return confere_arquivos(sessao, &visto);
    }
    let visto = observa(sessao, |_| Ator::Python(pasta))?;
    // Uma diferença declarada tem de existir: senão a declaração envelheceu.
    let mut difere = !visto.desvios.is_empty();
    for (terminal, Tela { tela, erro }) in &visto.apresentacao.telas {
        igual(
            sessao,
            terminal,
            "tela do original",
            &sessao.tela_do_original(terminal),
            tela,
        )?;
        difere |= *tela != sessao.tela(terminal) || *erro != gravado(sessao, terminal, "erro.txt");
    }
    if difere {
        Ok(())
    } else {
        Err(Falha(format!(
            "{}: o original não difere: {:?}",
            sessao.nome, sessao.diferenca
        )))
    }
}

fn regrava(sessao: &Sessao, pasta: &Path) -> Result<(), Falha> {
    let em_rust = roda(sessao, |_| Ator::Rust)?.telas;
    let do_original = if sessao.listagens.is_empty() {
        em_rust.clone()
    } else if sessao.diferenca.is_empty() {
        roda(sessao, |_| Ator::Python(pasta))?.telas
    } else {
        observa(sessao, |_| Ator::Python(pasta))?.apresentacao.telas
    };
    for (terminal, Tela { tela, erro }) in &em_rust {
        let no_original = do_original.get(terminal).map_or("", |tela| &tela.tela);
        let (tela, outra) = match sessao.diferenca.is_empty() {
            true => (no_original, None),
            false => (tela.as_str(), Some(no_original).filter(|o| o != tela)),
        };
        // Uma tela vazia não precisa de arquivo; a do original, só se difere.
        for (extensao, texto) in [
            ("txt", Some(tela).filter(|t| !t.is_empty())),
            ("erro.txt", Some(erro.as_str()).filter(|t| !t.is_empty())),
            ("original.txt", outra),
        ] {
            let arquivo = arquivo(sessao, terminal, extensao);
            match texto {
                Some(texto) => fs::write(arquivo, texto)?,
                None => drop(fs::remove_file(arquivo)),
            }
        }
    }
    Ok(())
}

/// Cada razão que uma sessão dá está escrita uma vez só, onde o livro a mostra.
#[test]
fn cada_diferenca_de_uma_sessao_esta_na_tabela() {
    let tabela = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/src/diferencas.md");
    let todas = Diferenca::todas(&tabela).unwrap();
    for (n, uma) in todas.iter().enumerate() {
        assert!(
            !todas[..n]
                .iter()
                .any(|outra| outra.situacao == uma.situacao),
            "duas linhas dizem \"{}\"",
            uma.situacao
        );
        for celula in [&uma.situacao, &uma.original, &uma.aqui, &uma.por_que] {
            assert!(!celula.is_empty(), "falta uma célula: {uma:?}");
            // O comparar mostra uma linha sem as de cima.
            assert_ne!(celula, "idem", "por extenso: {uma:?}");
        }
    }
    for sessao in sessoes() {
        for situacao in &sessao.diferenca {
            assert!(
                todas.iter().any(|uma| uma.situacao == *situacao),
                "{}: \"{situacao}\" não está em docs/src/diferencas.md",
                sessao.nome
            );
        }
    }
}

#[test]
fn cada_tela_e_a_gravada() {
    if env::var_os("REGRAVA").is_some() {
        let pasta = originais().expect("REGRAVA precisa de ORIGINAIS=PASTA e do Python 3");
        em_paralelo(&sessoes(), |sessao| regrava(sessao, &pasta));
    }
    em_paralelo(&sessoes(), confere_em_rust);
}

#[test]
fn cada_tela_e_a_do_original() {
    let Some(pasta) = originais() else { return };
    let mut com_original = sessoes();
    com_original.retain(|sessao| {
        sessao
            .licoes()
            .all(|(_, licao)| original(&pasta, licao).is_some())
    });
    assert!(
        !com_original.is_empty(),
        "nenhum original em {}",
        pasta.display()
    );
    em_paralelo(&com_original, |sessao| confere_no_original(sessao, &pasta));
}

/// O colega roda o programa em Python: a conversa e as telas têm de ser as mesmas.
#[test]
fn os_pares_conversam_misturados() {
    let Some(pasta) = originais() else { return };
    let mut casos = Vec::new();
    for sessao in sessoes() {
        let licoes: BTreeSet<&str> = sessao.licoes().map(|(_, licao)| licao).collect();
        let ha_originais = licoes.iter().all(|licao| original(&pasta, licao).is_some());
        if licoes.len() == 2 && ha_originais && sessao.diferenca.is_empty() {
            casos.extend(
                licoes
                    .iter()
                    .map(|licao| (sessao.clone(), (*licao).to_string())),
            );
        }
    }
    assert!(
        !casos.is_empty(),
        "nenhum par tem os dois originais em {}",
        pasta.display()
    );
    em_paralelo(&casos, |(sessao, em_python)| {
        let visto = roda(sessao, |licao| {
            if licao == em_python {
                Ator::Python(&pasta)
            } else {
                Ator::Rust
            }
        })?;
        for (terminal, Tela { tela, .. }) in &visto.telas {
            let o_que = format!("tela (com {em_python} em Python)");
            igual(
                sessao,
                terminal,
                &o_que,
                &gravado(sessao, terminal, "txt"),
                tela,
            )?;
        }
        Ok(())
    });
}
