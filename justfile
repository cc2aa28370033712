# As receitas do projeto. `just` sozinho mostra esta lista.

set windows-shell := ["powershell.exe", "-NoLogo", "-Command"]

# mostra as receitas
_lista:
    @just --list --unsorted --list-heading "Receitas (just RECEITA):{{"\n"}}"

# roda uma lição: just licao cliente 192.168.0.10
licao nome *argumentos:
    cargo run -q -p {{nome}} -- {{argumentos}}

# abre um par em dois painéis do tmux: just par servidor cliente
[unix]
par servidor cliente:
    cargo build -q -p {{servidor}} -p {{cliente}}
    tmux new-session "cargo run -q -p {{servidor}}" \; split-window -h "cargo run -q -p {{cliente}}; echo; echo 'Enter fecha'; read _"

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
    cargo run -q -p comparar -- {{pasta}} {{argumentos}}

# monta o livro e o abre no navegador (na primeira vez, instala o mdbook)
livro:
    mdbook --version || cargo install mdbook --version 0.5.4 --locked
    mdbook build docs --open
