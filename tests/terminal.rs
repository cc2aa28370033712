//! As lições num terminal de verdade (um pseudoterminal): o que um cano não mostra.
#![cfg(unix)]

use std::process::Command;
use std::time::Duration;

use expectrl::process::Termios;
use expectrl::process::unix::WaitStatus;
use expectrl::session::OsSession;
use expectrl::{ControlCode, Eof, Expect, Session};
use palco::{Ator, atende_o_ctrl_c, compila, porta_livre};

fn abre(licao: &str, porta: u16) -> OsSession {
    compila().unwrap();
    atende_o_ctrl_c();
    let comando: Command = Ator::Rust.comando(licao, porta).unwrap();
    let mut terminal = Session::spawn(comando).unwrap();
    // O expectrl desliga o eco; num terminal de verdade ele está ligado.
    assert!(terminal.get_process_mut().set_echo(true).unwrap());
    terminal.set_expect_timeout(Some(Duration::from_secs(30)));
    terminal
}

/// O código de saída, ou 128 + o número do sinal que matou o programa, como no shell.
fn sai(mut terminal: OsSession) -> i32 {
    terminal.expect(Eof).unwrap();
    match terminal.get_process().wait().unwrap() {
        WaitStatus::Exited(_, codigo) => codigo,
        WaitStatus::Signaled(_, sinal, _) => 128 + sinal as i32,
        outro => panic!("{outro:?}"),
    }
}

#[test]
fn um_par_em_dois_terminais() {
    let porta = porta_livre().unwrap();
    let mut servidor = abre("servidor", porta);
    servidor.expect("Aguardando cliente...").unwrap();
    let mut cliente = abre("cliente", porta);
    cliente.expect("Digite algo: ").unwrap();
    cliente.send_line("olá").unwrap();
    // O terminal ecoa a linha digitada; a resposta vem embaixo.
    cliente
        .expect("olá\r\nRecebemos:  b'Olah cliente'\r\n")
        .unwrap();
    assert_eq!(sai(cliente), 0);
    servidor.expect(r"Recebemos:  b'ol\xc3\xa1'").unwrap();
    servidor.send(ControlCode::EndOfText).unwrap();
    servidor.expect("Até logo!\r\n").unwrap();
    assert_eq!(sai(servidor), 0);
}

#[test]
fn ctrl_c_no_prompt_de_um_cliente_e_o_do_sistema() {
    for (licao, prompt) in [
        ("cliente", "Digite algo: "),
        ("socket_ip", "Digite uma url: "),
        ("cliente_udp", "Sua mensagem: "),
    ] {
        let mut terminal = abre(licao, porta_livre().unwrap());
        terminal.expect(prompt).unwrap();
        terminal.send(ControlCode::EndOfText).unwrap();
        assert_eq!(sai(terminal), 130, "{licao}");
    }
}

#[test]
fn ctrl_d_no_prompt_sai_com_0_e_deixa_o_cursor_no_comeco_da_linha() {
    for (licao, prompt) in [
        ("cliente", "Digite algo: "),
        ("socket_ip", "Digite uma url: "),
        ("cliente_udp", "Sua mensagem: "),
    ] {
        let mut terminal = abre(licao, porta_livre().unwrap());
        terminal.expect(prompt).unwrap();
        terminal.send(ControlCode::EndOfTransmission).unwrap();
        terminal.expect("\r\n").unwrap();
        assert_eq!(sai(terminal), 0, "{licao}");
    }
}

#[test]
fn ctrl_c_e_ctrl_d_no_prompt_de_um_servidor() {
    for (tecla, despedida) in [
        (ControlCode::EndOfText, true),
        (ControlCode::EndOfTransmission, false),
    ] {
        let porta = porta_livre().unwrap();
        let mut servidor = abre("servidor_chat", porta);
        servidor.expect("Aguardando cliente...").unwrap();
        let mut cliente = abre("cliente_chat", porta);
        cliente.expect("Sua mensagem: ").unwrap();
        cliente.send_line("oi").unwrap();
        servidor.expect("Sua resposta: ").unwrap();
        servidor.send(tecla).unwrap();
        if despedida {
            servidor.expect("Até logo!\r\n").unwrap();
        }
        assert_eq!(sai(servidor), 0);
        // A porta fica livre na hora, mesmo com um cliente no meio da conversa.
        let mut outro = abre("servidor_chat", porta);
        outro.expect("Aguardando cliente...").unwrap();
    }
}

/// Numa sala, o que chega aparece sem que se tecle nada, e cada jeito de sair é o de sempre.
#[test]
fn a_sala_em_tres_terminais() {
    let porta = porta_livre().unwrap();
    let mut servidor = abre("servidor_sala", porta);
    servidor.expect("Sala aberta...").unwrap();
    let mut pessoas = ["Ana", "João"].map(|nome| {
        let mut pessoa = abre("cliente_sala", porta);
        pessoa.expect("Seu nome: ").unwrap();
        pessoa.send_line(nome).unwrap();
        pessoa
            .expect(format!("* {nome} entrou na sala\r\n"))
            .unwrap();
        pessoa
    });
    pessoas[0].expect("* João entrou na sala\r\n").unwrap();
    // Ana está no meio de uma linha quando a de João chega: a dela não se perde.
    pessoas[0].send("metade ").unwrap();
    pessoas[1].send_line("olá").unwrap();
    pessoas[0].expect("João: olá\r\n").unwrap();
    pessoas[0].send_line("e metade").unwrap();
    pessoas[1].expect("Ana: metade e metade\r\n").unwrap();
    let [mut ana, mut joao] = pessoas;
    joao.send(ControlCode::EndOfTransmission).unwrap();
    ana.expect("* João saiu da sala\r\n").unwrap();
    assert_eq!(sai(joao), 0);
    ana.send(ControlCode::EndOfText).unwrap();
    assert_eq!(sai(ana), 130);
    servidor.send(ControlCode::EndOfText).unwrap();
    servidor.expect("Até logo!\r\n").unwrap();
    assert_eq!(sai(servidor), 0);
}

/// Enquanto a senha é digitada o terminal não a mostra, e o eco volta de qualquer jeito que se saia.
#[test]
fn a_senha_nao_aparece_e_o_eco_sempre_volta() {
    let porta = porta_livre().unwrap();
    let mut servidor = abre("servidor_ftp", porta);
    servidor.expect("acesso anônimo.").unwrap();
    for (tecla, codigo) in [
        (None, 0),
        (Some(ControlCode::EndOfText), 130),
        (Some(ControlCode::EndOfTransmission), 0),
    ] {
        let mut cliente = abre("protocolo_ftp", porta);
        cliente.expect("Digite o usuario: ").unwrap();
        cliente.send_line("aluno").unwrap();
        cliente.expect("Digite a senha: ").unwrap();
        assert!(!cliente.get_process().is_echo().unwrap());
        match tecla {
            Some(tecla) => cliente.send(tecla).unwrap(),
            None => {
                cliente.send_line("segredo").unwrap();
                let tela = cliente.expect("226 Transferencia completa").unwrap();
                assert!(!String::from_utf8_lossy(tela.before()).contains("segredo"));
            }
        }
        cliente.expect(Eof).unwrap();
        assert!(cliente.get_process().is_echo().unwrap(), "{codigo}");
        assert_eq!(sai(cliente), codigo);
    }
}
