//! A stand-in for AWS's Key Management Service: moto, from PyPI.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::free_port;

/// A service on a port of this machine. It stops when it is dropped.
#[derive(Debug)]
pub struct Kms {
    server: Child,
    port: u16,
}

impl Kms {
    /// Starts a service without keys.
    pub fn start() -> Self {
        let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests");
        let program = tests.join(".work/moto/bin/moto_server");
        assert!(program.is_file(), "moto is missing: run tests/setup.sh");
        let port = free_port();
        let server = Command::new(program)
            .args(["-H", "127.0.0.1", "-p", &port.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let deadline = Instant::now() + Duration::from_secs(60);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < deadline, "moto does not start");
            std::thread::sleep(Duration::from_millis(50));
        }
        Self { server, port }
    }

    /// Where it is.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// A new key; its id.
    pub fn make_key(&self) -> String {
        let answer = self.ask("CreateKey", "{}");
        let (_, rest) = answer.split_once(r#""KeyId":"#).unwrap();
        rest.trim_start().trim_start_matches('"').split('"').next().unwrap().to_owned()
    }

    fn ask(&self, action: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let request = format!(
            "POST / HTTP/1.1\r\nhost: kms\r\nx-amz-target: TrentService.{action}\r\n\
             authorization: AWS4-HMAC-SHA256 Credential=a/20260301/eu-central-1/kms/aws4_request, \
             SignedHeaders=host, Signature=x\r\ncontent-type: application/x-amz-json-1.1\r\n\
             content-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        answer
    }
}

impl Drop for Kms {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
