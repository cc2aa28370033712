//! Os erros de quem tem muitos clientes ou um banco: o que se exige, e a tranca que ficou na mão de uma thread.

use std::sync::PoisonError;

use comum::Erro;

/// Nada, se `certo`; senão, um erro que diz por quê.
///
/// # Errors
/// [`Erro::Mensagem`] com `senao`.
pub fn exige(certo: bool, senao: &str) -> Result<(), Erro> {
    if certo {
        Ok(())
    } else {
        Err(Erro::Mensagem(senao.to_string()))
    }
}

/// Para o `map_err` de um `lock`: outra thread entrou em pânico com a tranca na mão.
#[must_use]
pub fn sem_tranca<T>(_: PoisonError<T>) -> Erro {
    Erro::Mensagem("outra thread parou com a tranca na mão; rode o programa de novo".to_string())
}
