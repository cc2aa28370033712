//! O livro montado e uma página do comparar num navegador de verdade: o que nenhum leitor de HTML vê.
//!
//! Leva minutos, e por isso só roda com `EXIGE_NAVEGADOR=1`: aí, a falta do mdbook, do Chromium ou do chromedriver é uma
//! falha. O axe-core, que procura o que atrapalha quem não vê a tela ou não usa o mouse, é o arquivo que `AXE` diz qual é.

mod webdriver;

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::{env, fs, thread};

use palco::{compila, compilado, python};
use serde_json::Value;
use webdriver::{ENTER, Navegador, SETA_PARA_BAIXO};

const CELULAR: (u32, u32) = (390, 844);
const MESA: (u32, u32) = (1200, 900);

/// O que se procura, sem acentos e com as palavras de quem não leu o livro, e a página que se abre com o teclado.
const BUSCAS: [(&str, &str); 15] = [
    ("porta ocupada", "erros_comuns.html#em-uso"),
    ("conexao recusada", "erros_comuns.html"),
    ("endereco ja esta em uso", "erros_comuns.html"),
    ("glossario", "glossario.html"),
    ("modo binario", "ftp_binario.html"),
    ("lado a lado chat", "chat.html"),
    ("codigos de resposta", "codigos_ftp.html"),
    ("porta ja usada", "erros_comuns.html#em-uso"),
    ("endereco em uso", "erros_comuns.html#em-uso"),
    ("como instalar", "como_usar.html"),
    ("meu ip", "como_usar.html"),
    ("criptografia", "https.html"),
    ("robo", "bot.html"),
    ("caiu", "erros_comuns.html"),
    ("instale o rust", "como_usar.html"),
];

#[test]
fn o_livro_e_a_pagina_do_comparar_num_navegador() {
    if env::var_os("EXIGE_NAVEGADOR").is_none() {
        let como = "EXIGE_NAVEGADOR=1 AXE=… cargo test -p testes --test navegador";
        let _ = writeln!(
            std::io::stderr(),
            "pulado: leva minutos; roda com {como} (docs/CONTRIBUINDO.md)"
        );
        return;
    }
    let pasta = tempfile::tempdir().unwrap();
    let livro = pasta.path().join("livro");
    monta(&livro, "/").unwrap();
    let navegador = Navegador::abre().unwrap();
    let axe = env::var_os("AXE").expect("falta dizer em AXE onde está o axe.min.js");
    let axe = fs::read_to_string(axe).unwrap();
    let mut paginas: Vec<PathBuf> = fs::read_dir(&livro)
        .unwrap()
        .map(|entrada| entrada.unwrap().path())
        .filter(|arquivo| arquivo.extension().is_some_and(|fim| fim == "html"))
        .collect();
    paginas.sort();
    paginas.extend(pagina_do_comparar(pasta.path()));

    let (livro, axe) = (livro.as_path(), axe.as_str());
    let das_paginas = paginas.iter().map(|pagina| -> Tarefa {
        let nome = pagina.file_name().unwrap().to_str().unwrap();
        // print.html repete as outras, e toc.html é o sumário de quem não tem JavaScript.
        let axe = Some(axe).filter(|_| !["print.html", "toc.html"].contains(&nome));
        Box::new(move |navegador| {
            let queixas = confere(navegador, &format!("file://{}", pagina.display()), axe);
            let com_nome = queixas.iter().map(|queixa| format!("{nome}: {queixa}"));
            com_nome.collect()
        })
    });
    let publicado = pasta.path().join("publicado");
    let outras: [Tarefa; 5] = [
        Box::new(|navegador| buscas(navegador, livro)),
        Box::new(|navegador| temas(navegador, livro, axe)),
        Box::new(|navegador| dobras(navegador, livro)),
        Box::new(|navegador| pagina_404(navegador, &publicado)),
        Box::new(|navegador| quebrada(navegador, axe)),
    ];
    // Dois navegadores, e cada um pega a próxima tarefa quando acaba a sua: as mais longas primeiro.
    let fila = Mutex::new(outras.into_iter().chain(das_paginas));
    let problemas = Mutex::new(Vec::new());
    let proxima = || fila.lock().unwrap().next();
    let trabalha = |navegador: Navegador| {
        while let Some(tarefa) = proxima() {
            navegador.tela(MESA.0, MESA.1, false);
            let mut queixas = tarefa(&navegador);
            queixas.extend(navegador.queixas());
            problemas.lock().unwrap().extend(queixas);
        }
    };
    thread::scope(|dois| {
        dois.spawn(|| trabalha(Navegador::abre().unwrap()));
        trabalha(navegador);
    });
    let problemas = problemas.into_inner().unwrap();
    assert!(problemas.is_empty(), "\n{}", problemas.join("\n"));
}

/// O que se pede a um navegador, e do que ele se queixa.
type Tarefa<'a> = Box<dyn Fn(&Navegador) -> Vec<String> + Send + 'a>;

/// Uma página no celular e na mesa, clara e escura: o que não cabe, o que o axe-core acha, os erros e os pedidos.
fn confere(navegador: &Navegador, url: &str, axe: Option<&str>) -> Vec<String> {
    let mut queixas = Vec::new();
    for (tela, onde) in [(CELULAR, "celular"), (MESA, "mesa")] {
        // Aberta, ela troca de cores: no celular escurece, na mesa clareia.
        let do_celular = tela == CELULAR;
        for (n, escura) in [!do_celular, do_celular].into_iter().enumerate() {
            navegador.tela(tela.0, tela.1, escura);
            if n == 0 {
                navegador.vai(url);
            } else {
                navegador.espera(TROCOU_DE_CORES);
            }
            let mut achados = textos(&navegador.roda(O_QUE_NAO_CABE));
            // O que a tela ou as cores não mudam, o axe-core só confere uma vez.
            let regras = match (do_celular, escura) {
                (true, false) => "scrollable-region-focusable",
                (true, true) => "",
                (false, true) => SO_AS_CORES,
                (false, false) => TODAS,
            };
            if let Some(axe) = axe.filter(|_| !regras.is_empty()) {
                achados.extend(acessibilidade(navegador, axe, SEM_O_SUMARIO, regras));
            }
            achados.extend(navegador.queixas());
            let cores = if escura { "escura" } else { "clara" };
            let com_tela = achados
                .iter()
                .map(|achado| format!("{onde}, {cores}: {achado}"));
            queixas.extend(com_tela);
        }
    }
    queixas
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

/// Se a página já tem as cores que o sistema passou a preferir: nas do livro, quem as troca é o programa do mdBook.
const TROCOU_DE_CORES: &str = "
    const escura = matchMedia('(prefers-color-scheme: dark)').matches;
    const tema = escura ? 'navy' : 'light';
    return !window.playground_text || document.documentElement.classList.contains(tema)";

/// O que não cabe na tela, ou não se lê nela.
const O_QUE_NAO_CABE: &str = r"
const queixas = [];
document.querySelectorAll('details').forEach(dobra => { dobra.open = true; });
// Num celular, a largura da janela (innerWidth) cresce com o que sobra.
const sobra = document.scrollingElement.scrollWidth - document.documentElement.clientWidth;
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
";

fn textos(lista: &Value) -> Vec<String> {
    let lista = lista.as_array().into_iter().flatten();
    lista
        .map(|texto| texto.as_str().unwrap().to_string())
        .collect()
}

/// As regras do axe-core.
const TODAS: &str = "wcag2a wcag2aa wcag21a wcag21aa best-practice";
const SO_AS_CORES: &str = "color-contrast link-in-text-block";
/// O sumário é o mesmo em todas: quem o confere é [`temas`].
const SEM_O_SUMARIO: &str = "{ exclude: ['#mdbook-sidebar'] }";

/// O que o axe-core acha de grave.
fn acessibilidade(navegador: &Navegador, axe: &str, onde: &str, regras: &str) -> Vec<String> {
    if navegador.roda("return !window.axe") == true {
        navegador.roda(axe);
    }
    navegador.roda(&format!(
        "window.graves = null;
        // Uma cor no meio de uma transição não é a que se lê.
        document.getAnimations().forEach(animacao => animacao.finish());
        axe.run({onde}, {{ runOnly: '{regras}'.split(' '), resultTypes: ['violations'], preload: false }}).then(achado => {{
            window.graves = achado.violations
                .filter(({{ impact }}) => ['serious', 'critical'].includes(impact))
                .map(({{ id, help, nodes }}) => `${{id}}: ${{help}}: ${{nodes.length}}, como ${{nodes[0].html}}`);
        }});"
    ));
    navegador.espera("return window.graves !== null");
    textos(&navegador.roda("return window.graves"))
}

/// Cada engano de `quebrada.html`, e onde ele é acusado.
const ENGANOS: [(&str, &str); 9] = [
    (
        "a página rola ",
        "celular, clara; celular, escura; mesa, escura",
    ),
    ("um comando se parte num hífen", EM_TODAS),
    ("um dos dois espaços some no fim da linha", EM_TODAS),
    ("uma linha da listagem não ficou numa linha só", EM_TODAS),
    ("no console: ", UM_A_CADA_VEZ),
    ("pede a outra máquina", UM_A_CADA_VEZ),
    ("color-contrast", "mesa, escura"),
    ("image-alt", "mesa, clara"),
    ("scrollable-region-focusable", "celular, clara; mesa, clara"),
];
const EM_TODAS: &str = "celular, clara; celular, escura; mesa, escura; mesa, clara";
const UM_A_CADA_VEZ: &str = "celular, clara; mesa, escura";

/// Uma página com todos os enganos é acusada de cada um: o que [`confere`] não diz de uma página do livro, ela não tem.
fn quebrada(navegador: &Navegador, axe: &str) -> Vec<String> {
    let pagina = Path::new(env!("CARGO_MANIFEST_DIR")).join("navegador/quebrada.html");
    let queixas = confere(
        navegador,
        &format!("file://{}", pagina.display()),
        Some(axe),
    );
    let mut problemas = Vec::new();
    for (engano, esperado) in ENGANOS {
        let deste = |queixa: &str| {
            let (onde, qual) = queixa.split_once(": ")?;
            qual.starts_with(engano).then(|| onde.to_string())
        };
        let mut onde: Vec<String> = queixas.iter().filter_map(|q| deste(q)).collect();
        onde.dedup();
        if onde.join("; ") != esperado {
            problemas.push(format!(
                "quebrada.html: {engano}: acusada só em {onde:?}, e não em {esperado}"
            ));
        }
    }
    problemas
}

fn abre(navegador: &Navegador, livro: &Path, pagina: &str) {
    navegador.vai(&format!("file://{}/{pagina}", livro.display()));
}

/// Busca sem acentos, e abre com o teclado.
fn buscas(navegador: &Navegador, livro: &Path) -> Vec<String> {
    let mut problemas = Vec::new();
    abre(navegador, livro, "portas.html");
    navegador.digita_ate(
        "/",
        "return document.activeElement.id === 'mdbook-searchbar'",
    );
    for (procurado, pagina) in BUSCAS {
        navegador.roda("const caixa = document.getElementById('mdbook-searchbar'); caixa.focus(); caixa.value = '';");
        navegador.digita(procurado);
        navegador.espera(&format!(
            "return document.getElementById('mdbook-searchresults-header').textContent.includes('“{procurado}”')"
        ));
        let achados = navegador.roda(
            "return Array.from(document.querySelectorAll('#mdbook-searchresults a'), a => a.pathname.replace(/.*\\//, '') + a.hash)",
        );
        let achados = textos(&achados);
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
        let escolhido = navegador
            .texto("return document.querySelector('#mdbook-searchresults .focus a')?.href ?? ''");
        if !escolhido.contains(pagina.split('#').next().unwrap()) {
            problemas.push(format!(
                "a busca \"{procurado}\": as setas não chegam a {pagina}, e sim a {escolhido}"
            ));
        }
    }
    if problemas.is_empty() {
        // O Enter abre o que as setas escolheram.
        navegador.digita(&ENTER.to_string());
        let (_, ultima) = BUSCAS[BUSCAS.len() - 1];
        navegador.espera(&format!("return location.pathname.endsWith('/{ultima}')"));
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
fn temas(navegador: &Navegador, livro: &Path, axe: &str) -> Vec<String> {
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
        for queixa in acessibilidade(navegador, axe, "document", SO_AS_CORES) {
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
