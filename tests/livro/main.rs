//! O livro não apodrece em silêncio: o mdBook aceita um trecho que não existe mais, um link partido e uma
//! página esquecida; estas guardas, não.
//!
//! As de [`guardas`] olham o texto das páginas e não precisam de mais nada; as de [`montado`] montam o
//! livro com o mdbook, se ele está instalado, e olham o que sai; [`quebrados`] prova que cada uma acusa o que
//! deve.

mod guardas;
mod html;
mod mapa;
mod montado;
mod quebrados;
mod repositorio;

use std::path::{Path, PathBuf};

use repositorio::Livro;

fn raiz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[test]
fn o_livro_esta_inteiro() {
    let problemas = guardas::problemas(&Livro::le(&raiz()));
    assert!(problemas.is_empty(), "\n{}", problemas.join("\n"));
}
