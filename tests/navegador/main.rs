//! O livro montado e uma página do comparar num navegador de verdade: o que nenhum leitor de HTML vê.
//!
//! Sem o mdbook, o Chromium ou o chromedriver, é pulado com uma linha; com `EXIGE_NAVEGADOR=1`, é uma falha. O axe-core,
//! que procura o que atrapalha quem não vê a tela ou não usa o mouse, é o arquivo que `AXE` diz qual é.

mod webdriver;

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, thread};

use palco::{compila, compilado, python};
use serde_json::Value;
use webdriver::{ENTER, Navegador, SETA_PARA_BAIXO};

const CELULAR: (u32, u32) = (390, 844);
const MESA: (u32, u32) = (1200, 900);

/// O que se procura, sem acentos e com as palavras de quem não leu o livro, e a página que se abre com o teclado.
const BUSCAS: [(&str, &str); 8] = [
    ("porta ocupada", "erros_comuns.html#em-uso"),
    ("conexao recusada", "erros_comuns.html"),
    ("endereco ja esta em uso", "erros_comuns.html"),
    ("glossario", "glossario.html"),
    ("modo binario", "ftp_binario.html"),
    ("lado a lado chat", "chat.html"),
    ("codigos de resposta", "codigos_ftp.html"),
    ("instale o rust", "como_usar.html"),
];

#[test]
fn o_livro_e_a_pagina_do_comparar_num_navegador() {
    let pasta = tempfile::tempdir().unwrap();
    let livro = pasta.path().join("livro");
    let pronto = monta(&livro, "/").and_then(|()| Navegador::abre());
    let navegador = match pronto {
        Ok(navegador) => navegador,
        Err(falta) => {
            assert!(env::var_os("EXIGE_NAVEGADOR").is_none(), "{falta}");
            println!("pulado: {falta}");
            return;
        }
    };
    let axe = env::var_os("AXE").map(|arquivo| fs::read_to_string(arquivo).unwrap());
    assert!(
        axe.is_some() || env::var_os("EXIGE_NAVEGADOR").is_none(),
        "falta dizer em AXE onde está o axe.min.js"
    );
    let mut paginas: Vec<PathBuf> = fs::read_dir(&livro)
        .unwrap()
        .map(|entrada| entrada.unwrap().path())
        .filter(|arquivo| arquivo.extension().is_some_and(|fim| fim == "html"))
        .collect();
    paginas.sort();
    paginas.extend(pagina_do_comparar(pasta.path()));

    let mut problemas = Vec::new();
    for pagina in &paginas {
        let nome = pagina.file_name().unwrap().to_str().unwrap();
        let url = format!("file://{}", pagina.display());
        let mut anota = |queixas: Vec<String>| {
            problemas.extend(
                queixas
                    .into_iter()
                    .map(|queixa| format!("{nome}: {queixa}")),
            );
        };
        navegador.tela(CELULAR.0, CELULAR.1, false);
        navegador.vai(&url);
        anota(no_celular(&navegador));
        anota(navegador.queixas());
        // print.html repete as outras, e toc.html é o sumário de quem não tem JavaScript.
        let Some(axe) = axe
            .as_ref()
            .filter(|_| !["print.html", "toc.html"].contains(&nome))
        else {
            continue;
        };
        for escura in [false, true] {
            navegador.tela(MESA.0, MESA.1, escura);
            navegador.vai(&url);
            anota(acessibilidade(&navegador, axe, escura));
            anota(navegador.queixas());
        }
    }
    navegador.tela(MESA.0, MESA.1, false);
    problemas.extend(buscas(&navegador, &livro));
    problemas.extend(temas(&navegador, &livro, axe.as_deref()));
    problemas.extend(dobras(&navegador, &livro));
    problemas.extend(pagina_404(&navegador, &pasta.path().join("publicado")));
    problemas.extend(navegador.queixas());
    assert!(problemas.is_empty(), "\n{}", problemas.join("\n"));
}

/// Monta o livro, que num servidor ficaria em `endereco`.
fn monta(pasta: &Path, endereco: &str) -> Result<(), String> {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    let saida = Command::new("mdbook")
        .arg("build")
        .arg(docs)
        .arg("--dest-dir")
        .arg(pasta)
        .env("MDBOOK_OUTPUT__HTML__SITE_URL", endereco)
        .output()
        .map_err(|_| "falta o mdbook (just instala_mdbook)")?;
    assert!(
        saida.status.success(),
        "{}",
        String::from_utf8_lossy(&saida.stderr)
    );
    Ok(())
}

/// Uma página de `comparar --html`, com uma lição igual e uma diferente; sem Python, nenhuma.
fn pagina_do_comparar(pasta: &Path) -> Option<PathBuf> {
    python()?;
    compila().unwrap();
    let originais = pasta.join("originais");
    fs::create_dir(&originais).unwrap();
    let portas = "import socket\nfor s in ('domain', 'http', 'ftp'):\n    print(socket.getservbyname(s, 'tcp'))\n";
    fs::write(originais.join("Portas.py"), portas).unwrap();
    fs::write(originais.join("Socket.py"), "print('<b>&' * 40)\n").unwrap();
    let pagina = pasta.join("comparar.html");
    let saida = Command::new(compilado("comparar").unwrap())
        .arg(&originais)
        .arg("--html")
        .arg(&pagina)
        .output()
        .unwrap();
    assert!(
        pagina.exists(),
        "{}",
        String::from_utf8_lossy(&saida.stderr)
    );
    Some(pagina)
}

/// O que não cabe, ou não se lê, na largura de um celular.
fn no_celular(navegador: &Navegador) -> Vec<String> {
    let queixas = navegador.roda(
        r"
        const queixas = [];
        document.querySelectorAll('details').forEach(dobra => { dobra.open = true; });
        const sobra = document.scrollingElement.scrollWidth - window.innerWidth;
        if (sobra > 0) {
            queixas.push(`a página rola ${sobra} px para o lado`);
        }
        // Onde está cada letra na tela: o que se pergunta é se duas vizinhas ficaram na mesma linha.
        const letras = codigo => {
            const textos = document.createTreeWalker(codigo, NodeFilter.SHOW_TEXT);
            const achadas = [];
            while (textos.nextNode()) {
                const no = textos.currentNode;
                for (let n = 0; n < no.length; n++) {
                    const onde = document.createRange();
                    onde.setStart(no, n);
                    onde.setEnd(no, n + 1);
                    achadas.push({ letra: no.data[n], onde: onde.getBoundingClientRect() });
                }
            }
            return achadas;
        };
        document.querySelectorAll('main code:not(.language-rust, .language-python)').forEach(codigo => {
            const texto = codigo.textContent;
            if (codigo.matches('.language-text') || !texto.includes('-')) {
                return;
            }
            const todas = letras(codigo);
            todas.slice(1).forEach((depois, n) => {
                const antes = todas[n];
                if (antes.letra === '-' && /\S/.test(depois.letra)
                    && Math.abs(antes.onde.top - depois.onde.top) > 4) {
                    queixas.push(`um comando se parte num hífen: ${texto}`);
                }
            });
        });
        // Numa tela tão estreita que a linha acabe entre os dois espaços, nenhum deles some na margem.
        document.querySelectorAll('main pre > code.language-text:not(.listagem)').forEach(codigo => {
            const [, antes] = codigo.textContent.match(/^(.*\S)  \S/m) || [];
            if (!antes) {
                return;
            }
            codigo.style.cssText = `box-sizing: content-box; padding: 0; border: 0; width: ${antes.length + 1}ch`;
            const direita = codigo.getBoundingClientRect().right;
            if (letras(codigo).some(({ letra, onde }) => letra === ' ' && onde.right > direita + 1)) {
                queixas.push(`um dos dois espaços some no fim da linha: ${codigo.textContent}`);
            }
            codigo.style.cssText = '';
        });
        document.querySelectorAll('main pre > code.listagem').forEach(codigo => {
            const alturas = new Set(letras(codigo)
                .filter(({ letra }) => /\S/.test(letra))
                .map(({ onde }) => Math.round(onde.bottom)));
            const linhas = codigo.textContent.split('\n').filter(linha => linha.trim()).length;
            if (alturas.size !== linhas) {
                queixas.push(`uma linha da listagem não ficou numa linha só: ${codigo.textContent}`);
            }
        });
        return [...new Set(queixas)];
        ",
    );
    textos(&queixas)
}

fn textos(lista: &Value) -> Vec<String> {
    let lista = lista.as_array().into_iter().flatten();
    lista
        .map(|texto| texto.as_str().unwrap().to_string())
        .collect()
}

/// O que o axe-core acha de grave; com outras cores, só elas mudam.
fn acessibilidade(navegador: &Navegador, axe: &str, so_as_cores: bool) -> Vec<String> {
    navegador.roda(axe);
    let regras = if so_as_cores {
        "['color-contrast', 'link-in-text-block']"
    } else {
        "['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice']"
    };
    navegador.roda(&format!(
        "window.graves = null;
        axe.run({{ runOnly: {regras}, resultTypes: ['violations'], preload: false }}).then(achado => {{
            window.graves = achado.violations
                .filter(({{ impact }}) => ['serious', 'critical'].includes(impact))
                .map(({{ id, help, nodes }}) => `${{id}}: ${{help}}: ${{nodes.length}}, como ${{nodes[0].html}}`);
        }});"
    ));
    navegador.espera("return window.graves !== null");
    textos(&navegador.roda("return window.graves"))
}

fn abre(navegador: &Navegador, livro: &Path, pagina: &str) {
    navegador.vai(&format!("file://{}/{pagina}", livro.display()));
}

/// Busca sem acentos, e abre com o teclado.
fn buscas(navegador: &Navegador, livro: &Path) -> Vec<String> {
    let mut problemas = Vec::new();
    for (procurado, pagina) in BUSCAS {
        abre(navegador, livro, "portas.html");
        navegador.espera("return location.pathname.endsWith('/portas.html')");
        navegador.digita_ate(
            "/",
            "return document.activeElement.id === 'mdbook-searchbar'",
        );
        navegador.roda("document.getElementById('mdbook-searchbar').value = ''");
        navegador.digita(procurado);
        navegador.espera(
            "return document.getElementById('mdbook-searchresults-header').textContent !== ''",
        );
        let achados = navegador.texto(
            "return Array.from(document.querySelectorAll('#mdbook-searchresults a'), a => a.getAttribute('href')).join(' ')",
        );
        let achados: Vec<String> = achados
            .split(' ')
            .map(|url| {
                url.split('?').next().unwrap().to_string() + url.find('#').map_or("", |n| &url[n..])
            })
            .collect();
        // Entre os três primeiros, que cabem na tela sem rolar.
        let Some(posicao) = achados
            .iter()
            .take(3)
            .position(|url| url.starts_with(pagina))
        else {
            problemas.push(format!(
                "a busca \"{procurado}\" não acha {pagina}, e sim {achados:?}"
            ));
            continue;
        };
        navegador.digita(&SETA_PARA_BAIXO.to_string().repeat(posicao + 1));
        navegador.digita(&ENTER.to_string());
        let arquivo = pagina.split('#').next().unwrap();
        navegador.espera(&format!("return location.pathname.endsWith('/{arquivo}')"));
    }
    // Um cabeçalho que diz quantos são ao todo, e não quantos se mostram.
    abre(navegador, livro, "portas.html?search=servidor");
    navegador
        .espera("return document.getElementById('mdbook-searchresults-header').textContent !== ''");
    let total = navegador
        .texto("return document.getElementById('mdbook-searchresults-header').textContent");
    if !total.starts_with("Os primeiros 20 de ") {
        problemas.push(format!("a busca por servidor diz: {total}"));
    }
    problemas
}

/// Cada tema muda as cores, e continua legível.
fn temas(navegador: &Navegador, livro: &Path, axe: Option<&str>) -> Vec<String> {
    let mut problemas = Vec::new();
    let mut fundos = BTreeSet::new();
    for tema in ["light", "rust", "coal", "navy", "ayu"] {
        abre(navegador, livro, "servidor.html");
        navegador.roda(&format!(
            "document.getElementById('mdbook-theme-toggle').click();
             document.getElementById('mdbook-theme-{tema}').click();"
        ));
        fundos.insert(
            navegador.texto("return getComputedStyle(document.documentElement).backgroundColor"),
        );
        for queixa in axe
            .map(|axe| acessibilidade(navegador, axe, true))
            .unwrap_or_default()
        {
            problemas.push(format!("tema {tema}: {queixa}"));
        }
    }
    navegador.roda("localStorage.clear()");
    if fundos.len() != 5 {
        problemas.push(format!("os cinco temas têm só estes fundos: {fundos:?}"));
    }
    problemas
}

/// As dicas e as soluções: abrem com o teclado, e no papel só a pedido.
fn dobras(navegador: &Navegador, livro: &Path) -> Vec<String> {
    let mut problemas = Vec::new();
    abre(navegador, livro, "servidor.html");
    let abertas = "return document.querySelectorAll('details[open]').length";
    let antes = navegador.texto(abertas);
    navegador.roda("document.querySelector('details > summary').focus()");
    navegador.digita(&ENTER.to_string());
    if (antes.as_str(), navegador.texto(abertas).as_str()) != ("0", "1") {
        problemas.push("servidor.html: o Enter não abre uma dica".to_string());
    }
    for (pagina, esperadas) in [("print.html", false), ("print.html?solucoes", true)] {
        abre(navegador, livro, pagina);
        navegador.roda("window.dispatchEvent(new Event('beforeprint'))");
        let todas = navegador.texto(
            "return Array.from(document.querySelectorAll('details'))
                .filter(dobra => /^Solução/.test(dobra.textContent.trim()))
                .map(dobra => dobra.open)
                .filter((aberta, n, todas) => todas.indexOf(aberta) === n).join()",
        );
        if todas != esperadas.to_string() {
            problemas.push(format!("{pagina}: as soluções saem abertas? {todas}"));
        }
    }
    problemas
}

/// A página dos endereços que não existem, num servidor em que o livro não está na raiz.
fn pagina_404(navegador: &Navegador, publicado: &Path) -> Vec<String> {
    monta(&publicado.join("curso"), "/curso/").unwrap();
    let escuta = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let porta = escuta.local_addr().unwrap().port();
    let raiz = publicado.to_path_buf();
    thread::spawn(move || {
        for mut con in escuta.incoming().flatten() {
            let mut pedido = String::new();
            let _ = BufReader::new(&con).read_line(&mut pedido);
            let caminho = pedido.split(' ').nth(1).unwrap_or_default();
            let (achado, arquivo) = match fs::read(raiz.join(caminho.trim_start_matches('/'))) {
                Ok(arquivo) => ("200 OK", arquivo),
                Err(_) => (
                    "404 Not Found",
                    fs::read(raiz.join("curso/404.html")).unwrap(),
                ),
            };
            let tipo = match caminho.rsplit('.').next() {
                Some("css") => "text/css",
                Some("js") => "text/javascript",
                _ => "text/html",
            };
            let _ = write!(
                con,
                "HTTP/1.1 {achado}\r\nContent-Type: {tipo}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                arquivo.len()
            );
            let _ = con.write_all(&arquivo);
        }
    });
    navegador.vai(&format!(
        "http://127.0.0.1:{porta}/curso/pasta/nenhuma.html"
    ));
    let estilos = "return Array.from(document.styleSheets, estilo => new URL(estilo.href).pathname)
        .every(caminho => /^\\/curso\\/(css|fonts|tema|[^/]*$)/.test(caminho))";
    if navegador.texto(estilos) != "true" {
        return vec!["a página 404 procura os estilos no lugar errado".to_string()];
    }
    // O navegador se adianta e pede alguns arquivos antes de saber onde o livro está: esses erros não contam.
    navegador.queixas();
    navegador.roda("document.querySelector('#mdbook-sidebar a[href$=\"servidor.html\"]').click()");
    navegador.espera("return location.pathname === '/curso/servidor.html'");
    navegador.queixas()
}
