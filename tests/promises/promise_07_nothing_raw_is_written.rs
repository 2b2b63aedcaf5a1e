//! Nothing raw is written: values never reach logs, error texts, the audit log, or the disk
//! unencrypted, whatever happens to the requests that hold them.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::house::binary::Home;
use crate::house::events::text_stream;
use crate::house::people::{VALUES, is_written};
use crate::house::upstream::{begin_stream, chunk, end_stream, whole};
use crate::house::{Caller, Sent, Upstream, saying};

/// A Claude who repeats what is said, makes up values of its own, fails, and hangs up.
fn upstream() -> Upstream {
    Upstream::start(|sent: &Sent, out| {
        let Ok(body) = serde_json::from_slice::<Value>(&sent.body) else {
            return whole(out, 200, &[], b"{\"data\":[]}");
        };
        let said = body["messages"][0]["content"].as_str().unwrap_or("nothing").to_owned();
        let own = all_values();
        if said.contains("!fail") {
            let error = json!({ "type": "error", "error": { "type": "api_error", "message": format!("{said} {own}") } });
            return whole(
                out,
                500,
                &[("request-id", &said.replace('\n', " "))],
                error.to_string().as_bytes(),
            );
        }
        if said.contains("!hang up") {
            begin_stream(out)?;
            return chunk(out, &text_stream(&[&said, &own], "end_turn")[..300]);
        }
        if body["stream"] == true {
            begin_stream(out)?;
            chunk(out, &text_stream(&[&said, &own], "end_turn"))?;
            return end_stream(out);
        }
        let answer = json!({ "id": "msg_1", "content": [
            { "type": "text", "text": format!("{said} {own}") },
            { "type": "tool_use", "id": "toolu_1", "name": "Write", "input": { "content": said, own.as_str(): 1 } },
        ], "stop_reason": own, "stop_sequence": said });
        whole(out, 200, &[], answer.to_string().as_bytes())
    })
}

fn all_values() -> String {
    VALUES.iter().map(|(_, value)| *value).collect::<Vec<_>>().join(" and ")
}

/// Everything that a caller with `value` can do well or badly. Returns the bodies of what
/// Privet itself had to say about it.
fn be_busy(caller: &Caller, value: &str) -> Vec<Vec<u8>> {
    let mut refusals = Vec::new();
    let say = |body: Value| caller.ask(&body);
    for text in ["mine is", "!fail about", "!hang up at"] {
        for stream in [true, false] {
            let mut body = saying(&format!("{text} {value}, and {{\"in\":\"{value}\"}}"));
            body["stream"] = stream.into();
            say(body);
        }
    }
    let mut odd = saying("x");
    odd["metadata"] = json!({ "user_id": value, "more": value });
    odd["system"] = json!([{ "type": "text", "text": value }]);
    odd["stop_sequences"] = json!([value]);
    say(odd.clone());
    odd["tools"] = json!([{ "name": "t", "input_schema": { "enum": [value] } }]);
    refusals.push(say(odd));
    let mut contract = saying("x");
    contract["model"] = value.into();
    refusals.push(say(contract));
    let mut picture = saying("x");
    picture["messages"][0]["content"] =
        json!([{ "type": "image", "alt": value, "source": { "data": value } }]);
    refusals.push(say(picture));
    let plain = saying("x").to_string();
    let plain = plain.as_bytes();
    let encoded: String = value.bytes().map(|byte| format!("%{byte:02x}")).collect();
    for (path, headers, body) in [
        ("/v1/messages".to_owned(), vec![("anthropic-beta", value)], plain),
        ("/v1/messages".to_owned(), vec![("user-agent", value), ("x-odd", value)], plain),
        ("/v1/messages".to_owned(), vec![("x-api-key", value)], plain),
        ("/v1/messages".to_owned(), vec![("host", value)], plain),
        ("/v1/messages".to_owned(), vec![("origin", value)], plain),
        ("/v1/messages".to_owned(), vec![("x-privet-scope", value)], plain),
        ("/v1/messages".to_owned(), vec![("content-encoding", value)], plain),
        (format!("/v1/messages?q={encoded}"), vec![], plain),
        (format!("/v1/files/{encoded}"), vec![], plain),
        (format!("/{}", value.replace(' ', "")), vec![], plain),
        ("/v1/messages".to_owned(), vec![], &[b"{\"messages\":[] ", value.as_bytes()].concat()),
        ("/v1/messages".to_owned(), vec![], format!("{{\"{value}\":1,\"{value}\":2}}").as_bytes()),
        ("/v1/messages".to_owned(), vec![], value.as_bytes()),
    ] {
        refusals.push(caller.call("POST", &path, &headers, body));
    }
    let own = refusals.into_iter().filter(|reply| reply.status >= 400 && reply.status < 500);
    own.map(|reply| reply.body).collect()
}

/// Every file below `folder`.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[test]
fn to_disk_logs_or_errors() {
    for (format, secrets) in [("text", "sealed"), ("json", "irreversible")] {
        let upstream = upstream();
        let more = format!(
            "log: {{level: trace, format: {format}}}\npolicy: {{secrets: {secrets}, secret_notice: answer}}\n\
             contact: security team"
        );
        let home = Home::before(upstream.address, &more);
        let key = home.make_key("laptop");
        let mut serving = home.serve();
        let caller = serving.caller(&key);
        let mut said = Vec::new();
        for (_, value) in VALUES {
            said.extend(be_busy(&caller, value));
        }
        assert!(said.len() > 60 && upstream.sent().len() > 30, "it was not busy");
        serving.kill();
        // The write-ahead log is still there, as after any crash.
        let mut written: Vec<(String, Vec<u8>)> = files(home.path())
            .into_iter()
            .map(|path| (path.display().to_string(), std::fs::read(&path).expect("a file")))
            .collect();
        let names: Vec<&str> = written.iter().map(|(name, _)| name.as_str()).collect();
        for name in ["privet.sqlite", "privet.sqlite-wal", "root.key", "stderr.log"] {
            assert!(names.iter().any(|path| path.ends_with(name)), "{name} is not in {names:?}");
        }
        assert!(home.log().len() > 100, "nothing was logged: {}", home.log());
        for args in [
            &["audit", "export"][..],
            &["audit", "tail", "-n", "900"],
            &["audit", "verify"],
            &["key", "list"],
        ] {
            let (code, printed) = home.run(args);
            assert_eq!(code, Some(0), "{args:?}: {printed}");
            written.push((args.join(" "), printed.into_bytes()));
        }
        written.extend(said.into_iter().map(|body| ("an error".to_owned(), body)));
        for (name, bytes) in &written {
            for (kind, value) in VALUES {
                assert!(!is_written(bytes, value), "{kind} in {name}");
            }
            assert!(!is_written(bytes, &key), "the Privet key in {name}");
            assert!(!is_written(bytes, "sk-ant-invented"), "the API key in {name}");
        }
    }
}
