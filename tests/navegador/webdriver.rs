//! Um Chromium sem janela, conduzido pelo chromedriver. O protocolo (W3C WebDriver) são pedidos HTTP com JSON, um de
//! cada vez, neste computador: as crates que o falam trazem mais de cem outras, e um minuto de CPU a cada `cargo test`
//! de quem baixa o projeto.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

/// Só conta quando algo travou.
const PRAZO: Duration = Duration::from_secs(60);

pub const SETA_PARA_BAIXO: char = '\u{e015}';
pub const ENTER: char = '\u{e007}';

pub struct Navegador {
    driver: Child,
    porta: u16,
    sessao: String,
    _perfil: TempDir,
}

impl Navegador {
    /// Abre um, se há um chromedriver nesta máquina; se não, diz o que falta.
    pub fn abre() -> Result<Navegador, String> {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|_| "falta o chromedriver (no Debian: chromium e chromium-driver)")?;
        let mut dito = BufReader::new(driver.stdout.take().unwrap());
        let porta = loop {
            let mut linha = String::new();
            assert_ne!(
                dito.read_line(&mut linha).unwrap(),
                0,
                "o chromedriver saiu"
            );
            if let Some((_, porta)) = linha.trim().rsplit_once("successfully on port ") {
                break porta.trim_end_matches('.').parse().unwrap();
            }
        };
        thread::spawn(move || io::copy(&mut dito, &mut io::sink()));
        let perfil = tempfile::tempdir().unwrap();
        let mut navegador = Navegador {
            driver,
            porta,
            sessao: String::new(),
            _perfil: perfil,
        };
        let pasta = format!("--user-data-dir={}", navegador._perfil.path().display());
        let aberta = navegador.pede(
            "POST",
            "",
            &json!({"capabilities": {"alwaysMatch": {
                "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
                "goog:chromeOptions": {"args": [
                    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                    "--disable-background-networking", "--disable-component-update", "--disable-sync",
                    "--disable-dev-shm-usage", "--window-size=1200,900", pasta,
                ]},
            }}}),
        );
        navegador.sessao = format!("/{}", aberta["sessionId"].as_str().unwrap());
        Ok(navegador)
    }

    /// Faz um pedido à sessão e devolve o valor da resposta.
    fn pede(&self, metodo: &str, caminho: &str, corpo: &Value) -> Value {
        let valor = self.tenta(metodo, caminho, corpo).unwrap();
        assert!(valor["error"].is_null(), "{metodo} {caminho}: {valor:#}");
        valor
    }

    fn tenta(&self, metodo: &str, caminho: &str, corpo: &Value) -> io::Result<Value> {
        let mut con = TcpStream::connect((Ipv4Addr::LOCALHOST, self.porta))?;
        con.set_read_timeout(Some(PRAZO))?;
        let corpo = match metodo {
            "POST" => corpo.to_string(),
            _ => String::new(),
        };
        let pedido = format!(
            "{metodo} /session{}{caminho} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n\r\n{corpo}",
            self.sessao,
            corpo.len(),
        );
        con.write_all(pedido.as_bytes())?;
        let mut resposta = BufReader::new(con);
        let (mut linha, mut tamanho) = (String::new(), 0);
        while resposta.read_line(&mut linha)? > 2 {
            if let Some((nome, valor)) = linha.split_once(':')
                && nome.eq_ignore_ascii_case("content-length")
            {
                tamanho = valor.trim().parse().map_err(io::Error::other)?;
            }
            linha.clear();
        }
        let mut corpo = vec![0; tamanho];
        resposta.read_exact(&mut corpo)?;
        let mut corpo: Value = serde_json::from_slice(&corpo)?;
        Ok(corpo["value"].take())
    }

    /// Abre uma página, e espera que esteja pronta: com a máquina ocupada, o chromedriver às vezes volta antes.
    pub fn vai(&self, url: &str) {
        self.pede("POST", "/url", &json!({"url": url}));
        self.espera(&format!(
            "return document.readyState === 'complete' && location.href === new URL({url:?}).href"
        ));
    }

    /// Roda um trecho de JavaScript na página e devolve o que ele devolve.
    pub fn roda(&self, script: &str) -> Value {
        self.pede(
            "POST",
            "/execute/sync",
            &json!({"script": script, "args": []}),
        )
    }

    /// Um número, uma palavra ou uma lista, como texto.
    pub fn texto(&self, script: &str) -> String {
        match self.roda(script) {
            Value::String(texto) => texto,
            outro => outro.to_string(),
        }
    }

    /// Espera que o trecho de JavaScript dê verdadeiro. No meio de uma troca de página, ele pode nem rodar.
    pub fn espera(&self, script: &str) {
        let comeco = Instant::now();
        let pedido = json!({"script": script, "args": []});
        loop {
            let dito = self.tenta("POST", "/execute/sync", &pedido).unwrap();
            if dito == json!(true) {
                return;
            }
            assert!(
                comeco.elapsed() < PRAZO,
                "esperei demais por: {script}: {dito}"
            );
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Aperta a tecla até que o trecho de JavaScript dê verdadeiro: a que chega antes de a página estar pronta se perde.
    pub fn digita_ate(&self, tecla: &str, script: &str) {
        let comeco = Instant::now();
        while self.roda(script) != json!(true) {
            assert!(comeco.elapsed() < PRAZO, "esperei demais por: {script}");
            self.digita(tecla);
            thread::sleep(Duration::from_millis(200));
        }
    }

    /// Aperta e solta tecla por tecla, onde quer que esteja o foco.
    pub fn digita(&self, teclas: &str) {
        let acoes: Vec<Value> = teclas
            .chars()
            .flat_map(|tecla| {
                ["keyDown", "keyUp"].map(|tipo| json!({"type": tipo, "value": tecla}))
            })
            .collect();
        let teclado = json!({"type": "key", "id": "teclado", "actions": acoes});
        self.pede("POST", "/actions", &json!({"actions": [teclado]}));
    }

    /// Um comando do próprio Chromium (Chrome DevTools Protocol).
    pub fn comanda(&self, comando: &str, parametros: &Value) -> Value {
        let pedido = json!({"cmd": comando, "params": parametros});
        self.pede("POST", "/goog/cdp/execute", &pedido)
    }

    /// O tamanho da tela, e se o sistema prefere cores escuras.
    pub fn tela(&self, largura: u32, altura: u32, escura: bool) {
        self.comanda(
            "Emulation.setDeviceMetricsOverride",
            &json!({"width": largura, "height": altura, "deviceScaleFactor": 1, "mobile": largura < 600}),
        );
        let cores = if escura { "dark" } else { "light" };
        self.comanda(
            "Emulation.setEmulatedMedia",
            &json!({"features": [{"name": "prefers-color-scheme", "value": cores}]}),
        );
    }

    /// Os erros no console e os pedidos a outra máquina, desde a última vez que se perguntou.
    pub fn queixas(&self) -> Vec<String> {
        let registro = |tipo| {
            let Value::Array(linhas) = self.pede("POST", "/se/log", &json!({"type": tipo})) else {
                return Vec::new();
            };
            linhas
        };
        let mut queixas: Vec<String> = registro("browser")
            .iter()
            .filter(|linha| linha["level"] == "SEVERE")
            .map(|linha| format!("no console: {}", linha["message"]))
            .collect();
        for linha in registro("performance") {
            let evento: Value = serde_json::from_str(linha["message"].as_str().unwrap()).unwrap();
            let (qual, dados) = (&evento["message"]["method"], &evento["message"]["params"]);
            let url = dados["request"]["url"].as_str().unwrap_or_default();
            if qual == "Network.requestWillBeSent"
                && !["file:", "data:", "chrome", "http://127.0.0.1:"]
                    .iter()
                    .any(|daqui| url.starts_with(daqui))
            {
                queixas.push(format!("pede a outra máquina: {url}"));
            }
        }
        queixas
    }
}

impl Drop for Navegador {
    fn drop(&mut self) {
        // Com o chromedriver morto de repente, o Chromium ficaria.
        let _ = self.tenta("DELETE", "", &Value::Null);
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}
