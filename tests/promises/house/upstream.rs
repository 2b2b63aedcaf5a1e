//! [`Upstream`]: a scripted Claude that remembers every byte it was sent and answers
//! with exactly the bytes a test gives it, cut where the test says.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::Value;

use super::caller::PATIENCE;

/// A request as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    /// Request line and headers.
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Sent {
    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("what is sent is JSON")
    }

    /// The body as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).expect("what is sent is UTF-8")
    }
}

/// Listens until it is dropped.
pub(crate) struct Upstream {
    pub(crate) address: SocketAddr,
    sent: Arc<Mutex<Vec<Sent>>>,
    stop: Arc<AtomicBool>,
}

impl Upstream {
    /// Answers each request by `script`, on a thread of its own.
    pub(crate) fn start(
        script: impl Fn(&Sent, &mut TcpStream) -> std::io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let (sent, stop) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let (script, kept, stopping) = (Arc::new(script), Arc::clone(&sent), Arc::clone(&stop));
        std::thread::spawn(move || {
            for connection in listener.incoming() {
                if stopping.load(Ordering::Relaxed) {
                    return;
                }
                let Ok(mut connection) = connection else { continue };
                let (script, kept) = (Arc::clone(&script), Arc::clone(&kept));
                std::thread::spawn(move || {
                    let _ = connection.set_read_timeout(Some(PATIENCE));
                    let _ = connection.set_nodelay(true);
                    if let Some(request) = read_request(&mut connection) {
                        kept.lock().expect("no test panics with it").push(request.clone());
                        // A caller that left is part of some tests.
                        let _ = script(&request, &mut connection);
                    }
                });
            }
        });
        Self { address, sent, stop }
    }

    /// Answers every message with a short text.
    pub(crate) fn plain() -> Self {
        Self::start(|_, out| whole(out, 200, &[], PLAIN_ANSWER.as_bytes()))
    }

    /// What it was sent so far.
    pub(crate) fn sent(&self) -> Vec<Sent> {
        self.sent.lock().expect("no test panics with it").clone()
    }

    /// What it was sent since the last time it was asked.
    pub(crate) fn take(&self) -> Vec<Sent> {
        std::mem::take(&mut *self.sent.lock().expect("no test panics with it"))
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(self.address);
    }
}

const PLAIN_ANSWER: &str = r#"{"id":"msg_1","type":"message","role":"assistant","model":"claude-x","content":[{"type":"text","text":"Noted."}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":1,"output_tokens":1}}"#;

fn read_request(connection: &mut TcpStream) -> Option<Sent> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 16 * 1024];
    let split = loop {
        if let Some(split) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break split;
        }
        match connection.read(&mut buffer).ok()? {
            0 => return None,
            read => bytes.extend_from_slice(&buffer[..read]),
        }
    };
    let head = String::from_utf8_lossy(&bytes[..split]).into_owned();
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>())?.ok()
    });
    let mut body = bytes.split_off(split + 4);
    while body.len() < length.unwrap_or(0) {
        match connection.read(&mut buffer).ok()? {
            0 => return None,
            read => body.extend_from_slice(&buffer[..read]),
        }
    }
    Some(Sent { head, body })
}

/// Writes a whole answer.
pub(crate) fn whole(
    out: &mut TcpStream,
    status: u16,
    headers: &[(&str, &str)],
    body: &[u8],
) -> std::io::Result<()> {
    let mut head = format!("HTTP/1.1 {status} Status\r\nconnection: close\r\n");
    if !headers.iter().any(|(name, _)| *name == "content-type") {
        head.push_str("content-type: application/json\r\n");
    }
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str(&format!("content-length: {}\r\n\r\n", body.len()));
    let mut bytes = head.into_bytes();
    bytes.extend_from_slice(body);
    out.write_all(&bytes)
}

/// Begins a stream of events.
pub(crate) fn begin_stream(out: &mut TcpStream) -> std::io::Result<()> {
    out.write_all(
        b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: text/event-stream\r\n\
          request-id: req_upstream1\r\ntransfer-encoding: chunked\r\n\r\n",
    )
}

/// Writes one chunk, if there is anything in it.
pub(crate) fn chunk(out: &mut TcpStream, bytes: &[u8]) -> std::io::Result<()> {
    if bytes.is_empty() {
        return Ok(());
    }
    let mut framed = format!("{:x}\r\n", bytes.len()).into_bytes();
    framed.extend_from_slice(bytes);
    framed.extend_from_slice(b"\r\n");
    out.write_all(&framed)
}

/// Ends a stream properly.
pub(crate) fn end_stream(out: &mut TcpStream) -> std::io::Result<()> {
    out.write_all(b"0\r\n\r\n")
}
