# As receitas do projeto. `just` sozinho mostra esta lista.

set windows-shell := ["powershell.exe", "-NoLogo", "-Command"]

# mostra as receitas
_lista:
    @just --list --unsorted --list-heading "Receitas (just RECEITA):{{"\n"}}"

# roda uma lição: just licao cliente 192.168.0.10
licao nome *argumentos:
    cargo run -q -p {{nome}} -- {{argumentos}}

# abre um par em dois painéis do tmux (de dentro dele, numa janela nova): just par servidor cliente
[unix, no-exit-message]
par servidor cliente:
    @command -v tmux > /dev/null || { echo 'Falta o tmux: instale-o, ou abra dois terminais, com just licao {{servidor}} e just licao {{cliente}}'; exit 1; }
    cargo build -q -p {{servidor}} -p {{cliente}}
    tmux {{ if env('TMUX', '') == '' { 'new-session' } else { 'new-window' } }} "cargo run -q -p {{servidor}}; echo; echo 'Enter fecha'; read _" \; split-window -h "cargo run -q -p {{cliente}}; echo; echo 'Enter fecha'; read _"

# abre um par, cada programa numa janela: just par servidor cliente
[windows]
par servidor cliente:
    cargo build -q -p {{servidor}} -p {{cliente}}
    Start-Process cargo -ArgumentList "run -q -p {{servidor}}"
    cargo run -q -p {{cliente}}

# roda todos os testes
testa:
    cargo test

# confere a formatação e os lints
revisa:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets -- -D warnings

# os seus arquivos em Python ao lado dos programas daqui: just compara minha_pasta servidor
compara pasta *argumentos:
    cargo run -p comparar -- {{pasta}} {{argumentos}}

# os seus arquivos em Python e os programas daqui, cronometrados: just medir minha_pasta
medir pasta *argumentos: instala_hyperfine
    cargo build -q --release -p medir -p portas -p socket_ip -p cliente -p servidor -p ftp_ascii -p ftp_binario
    cargo run -q --release -p medir -- {{pasta}} {{argumentos}}

# mede e refaz a tabela e o gráfico da página quanto_custa: just quanto_custa minha_pasta
[unix]
quanto_custa pasta: (medir pasta "--grava")
    printf '\nMedido em %s: %s, %s núcleos, %s; %s, %s, %s. O comando: `just quanto_custa minha_pasta`.\n' \
        "$(date +%d/%m/%Y)" "$(LC_ALL=C lscpu | sed -n 's/^Model name: *//p')" "$(getconf _NPROCESSORS_ONLN)" "$(uname -srm)" "$(rustc --version)" \
        "$(python3 --version)" "$(hyperfine --version)" >> docs/medidas.md

# refaz as figuras da página do comparar: just figuras PASTA, em que falta um espaço no prompt do Cliente.py
[linux]
figuras pasta: (_figura "88" "comparar" pasta) (_figura "46" "comparar_estreito" pasta)

# Num terminal desta largura (é o que script faz), e sem as sessões do meio.
_figura colunas nome pasta:
    script -qec 'stty rows 50 cols {{colunas}}; cargo run -q -p comparar -- {{pasta}} servidor cliente 2>/dev/null' /dev/null \
        | sed '/Três clientes/,/── resumo/{ s/.*Três clientes.*/⋮\n/; /⋮\|── resumo/!d }' \
        | python3 docs/tela_em_svg.py {{colunas}} > docs/src/imagens/{{nome}}.svg

# monta o livro e o abre no navegador (na primeira vez, instala o mdbook)
livro: instala_mdbook
    mdbook build docs --open

# monta o pacote de quem não vai compilar: o livro, em HTML e em PDF, e os programas das lições para esta máquina
pacote: instala_mdbook
    #!/usr/bin/env bash
    set -euo pipefail
    sistema=$(rustc -vV | sed -n 's/^host: //p')
    nome=protocolos_em_rust-$sistema
    pasta=target/pacote/$nome
    rm -rf "$pasta" && mkdir -p "$pasta/programas"
    mdbook build docs --dest-dir "$PWD/$pasta/livro"
    "$(command -v python3 || command -v python)" docs/livro_em_pdf.py "$pasta/livro" "$pasta/livro.pdf"
    # As lições são as que dizem no cabeçalho de que listagem são; as de FTP falam com o servidor da turma.
    programas="$(grep -l '^//!.*Listag' crates/*/src/main.rs | cut -d/ -f2) servidor_ftp"
    cargo build -q --release $(printf -- '-p %s ' $programas)
    for programa in $programas; do
        cp target/release/$programa target/release/$programa.exe "$pasta/programas" 2>/dev/null || true
        ls "$pasta/programas/$programa"* >/dev/null
    done
    cp LICENSE-MIT LICENSE-APACHE docs/LEIAME.txt "$pasta"
    case $sistema in
        *windows*) (cd target/pacote && 7z a -bso0 "$nome.zip" "$nome") ;;
        *) tar -C target/pacote -czf "target/pacote/$nome.tar.gz" "$nome" ;;
    esac
    ls -l target/pacote/$nome.*

# o modelo em docs/tema/index.hbs é o desta versão
versao_do_mdbook := "0.5.4"

# instala o mdbook que monta o livro, se ainda não é esse o que está aqui
[unix]
instala_mdbook:
    mdbook --version 2>/dev/null | grep -qx 'mdbook v{{versao_do_mdbook}}' || cargo install --locked mdbook@{{versao_do_mdbook}}

# instala o mdbook que monta o livro, se ainda não é esse o que está aqui
[windows]
instala_mdbook:
    if (-not (Get-Command mdbook -ErrorAction SilentlyContinue) -or (mdbook --version) -ne 'mdbook v{{versao_do_mdbook}}') { cargo install --locked mdbook@{{versao_do_mdbook}} }

# instala o hyperfine, que cronometra, se não há um aqui com --input (a partir do 1.16)
[unix]
instala_hyperfine:
    hyperfine --help 2>/dev/null | grep -q -e --input || cargo install --locked hyperfine@1.20.0

# instala o hyperfine, que cronometra, se não há um aqui com --input (a partir do 1.16)
[windows]
instala_hyperfine:
    if (-not (Get-Command hyperfine -ErrorAction SilentlyContinue) -or -not ((hyperfine --help) -match '--input')) { cargo install --locked hyperfine@1.20.0 }
