//! Os seus exercícios ficam em `src/bin`, um programa por arquivo: `cargo run -p exercicio` os põe ali e os confere.
//! O git não olha essa pasta, e o `cargo test` não precisa que eles compilem.
