//! [`Caller`]: a client that shows the bytes of an answer, and how they ended.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

/// Nothing in these tests may take longer to say something.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// Somebody with a Privet key.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) address: SocketAddr,
    pub(crate) key: String,
}

/// What came back.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// Whether the body came to its proper end.
    pub(crate) complete: bool,
}

impl Caller {
    /// `POST /v1/messages`.
    pub(crate) fn ask(&self, body: &Value) -> Reply {
        self.ask_bytes(body.to_string().as_bytes())
    }

    /// `POST /v1/messages` with these very bytes.
    pub(crate) fn ask_bytes(&self, body: &[u8]) -> Reply {
        self.call("POST", "/v1/messages", &[], body)
    }

    /// One call on a connection of its own.
    #[track_caller]
    pub(crate) fn call(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Reply {
        let mut connection = self.open(method, path, headers, body);
        let bytes = read_all(&mut connection).unwrap_or_else(|error| panic!("{path}: {error}"));
        read_reply(&bytes, method == "HEAD").unwrap_or_else(|| panic!("{path}: no answer"))
    }

    /// `POST /v1/messages`; `None` if the gateway is gone before it says anything.
    pub(crate) fn try_ask(&self, body: &Value) -> Option<Reply> {
        let connection = TcpStream::connect(self.address).ok()?;
        let body = body.to_string();
        let mut connection = self.send(connection, "POST", "/v1/messages", &[], body.as_bytes());
        read_reply(&read_all(&mut connection).ok()?, false)
    }

    /// Sends a call and leaves the reading to the test.
    pub(crate) fn open(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> TcpStream {
        let connection = TcpStream::connect(self.address).expect("the gateway listens");
        self.send(connection, method, path, headers, body)
    }

    fn send(
        &self,
        mut connection: TcpStream,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> TcpStream {
        connection.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        connection.set_write_timeout(Some(PATIENCE)).expect("a timeout");
        connection.set_nodelay(true).expect("an option");
        let mut head = format!("{method} {path} HTTP/1.1\r\nconnection: close\r\n");
        let own = [
            ("host", "localhost"),
            ("x-api-key", self.key.as_str()),
            ("anthropic-version", "2023-06-01"),
        ];
        let given = |name: &str| headers.iter().any(|(other, _)| *other == name);
        let own = own.iter().filter(|(name, _)| !given(name));
        for (name, value) in own.chain(headers) {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(&format!("content-length: {}\r\n\r\n", body.len()));
        // A request that is refused early may find its connection closed.
        let _ = connection.write_all(head.as_bytes()).and_then(|()| connection.write_all(body));
        connection
    }
}

impl Reply {
    /// The body as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// A header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Asserts that this is an error of Privet's own, in Claude's shape.
    #[track_caller]
    pub(crate) fn assert_refused(&self) {
        let body = self.json();
        assert!(self.status >= 400 && self.complete, "{self:?}");
        assert_eq!(body["type"], "error", "{body}");
        assert!(body["error"]["type"].is_string(), "{body}");
        let said = body["error"]["message"].as_str().expect("a message");
        assert!(said.starts_with("Privet: "), "{said}");
        assert!(body["request_id"].as_str().expect("an id").starts_with("req_privet_"), "{body}");
        assert!(matches!(self.header("x-should-retry"), Some("true" | "false")), "{self:?}");
    }
}

/// All bytes up to the end of a connection, however it ends.
fn read_all(connection: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    match connection.read_to_end(&mut bytes) {
        Err(error) if error.kind() != ErrorKind::ConnectionReset => Err(error),
        _ => Ok(bytes),
    }
}

/// Reads the bytes of a whole connection. `None` if there is no whole head.
fn read_reply(bytes: &[u8], bodiless: bool) -> Option<Reply> {
    let split = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = String::from_utf8(bytes[..split].to_vec()).expect("a plain head");
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).expect("a status");
    let headers: Vec<(String, String)> = lines
        .map(|line| line.split_once(':').expect("a header"))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let rest = &bytes[split + 4..];
    let find = |name: &str| headers.iter().find(|(known, _)| known == name).map(|(_, v)| v.clone());
    let (body, complete) = if find("transfer-encoding").is_some() {
        unchunk(rest)
    } else {
        let length = find("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        (rest.to_vec(), bodiless || rest.len() == length)
    };
    Some(Reply { status: status.parse().expect("a number"), headers, body, complete })
}

/// The bytes in chunks, and whether the last chunk was there.
fn unchunk(mut rest: &[u8]) -> (Vec<u8>, bool) {
    let mut body = Vec::new();
    while let Some(end) = rest.windows(2).position(|two| two == b"\r\n") {
        let size = std::str::from_utf8(&rest[..end]).ok();
        let Some(size) = size.and_then(|size| usize::from_str_radix(size, 16).ok()) else { break };
        let from = end + 2;
        if size == 0 {
            return (body, true);
        }
        body.extend_from_slice(&rest[from..(from + size).min(rest.len())]);
        let Some(after) = rest.get(from + size + 2..) else { break };
        rest = after;
    }
    (body, false)
}
