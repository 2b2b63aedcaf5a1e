//! Small requests that together hold every place in which a request can carry text.

use serde_json::{Value, json};

/// A request around `content` of a user's message.
fn user(content: Value) -> Value {
    json!({ "model": "claude-x", "max_tokens": 64, "messages": [{ "role": "user", "content": content }] })
}

/// A request in which Claude answered with `block` and the user replied with `reply`.
fn answered(block: Value, reply: Value) -> Value {
    json!({ "model": "claude-x", "max_tokens": 64, "messages": [
        { "role": "user", "content": "go" },
        { "role": "assistant", "content": [block] },
        { "role": "user", "content": [reply] },
    ] })
}

/// A request with one more member.
fn with(name: &str, value: Value) -> Value {
    let mut request = user(json!("hello"));
    request[name] = value;
    request
}

fn text(text: &str) -> Value {
    json!({ "type": "text", "text": text })
}

/// Requests in the forms that clients send.
pub(crate) fn known() -> Vec<Value> {
    let reply = || text("and now?");
    let ephemeral = || json!({ "type": "ephemeral", "ttl": "5m" });
    vec![
        user(json!("hello")),
        user(
            json!([{ "type": "text", "text": "one ", "cache_control": ephemeral() }, text("two")]),
        ),
        with("system", json!("be brief")),
        with(
            "system",
            json!([{ "type": "text", "text": "be brief", "cache_control": ephemeral() }, text("x")]),
        ),
        json!({ "model": "claude-x", "max_tokens": 9, "messages": [
            { "role": "user", "content": "hi" }, { "role": "system", "content": "mode: plan" },
            { "role": "assistant", "content": "prefilled" }] }),
        with(
            "tools",
            json!([{ "name": "lookup", "type": "custom", "description": "Looks up", "strict": true,
            "input_schema": { "type": "object", "$comment": "c", "title": "t", "required": ["name"],
                "additionalProperties": false, "properties": { "name": { "type": "string",
                    "description": "who", "enum": ["a", "b"], "const": "a", "pattern": "^[a-z]+$",
                    "default": "a", "examples": ["a"], "minLength": 1 } } },
            "input_examples": [{ "name": "a", "count": 3 }], "cache_control": ephemeral(),
            "allowed_callers": ["direct"], "defer_loading": false }]),
        ),
        with(
            "tools",
            json!([{ "name": "web_search", "type": "web_search_20250305", "max_uses": 2,
            "allowed_domains": ["example.com"], "user_location": { "type": "approximate", "city": "Utrecht",
                "country": "NL" } }]),
        ),
        with(
            "tool_choice",
            json!({ "type": "tool", "name": "lookup", "disable_parallel_tool_use": true }),
        ),
        with("metadata", json!({ "user_id": "u-1", "team": "blue" })),
        with("stop_sequences", json!(["END", "STOP"])),
        with("thinking", json!({ "type": "enabled", "budget_tokens": 1024, "display": "omitted" })),
        with(
            "context_management",
            json!({ "edits": [{ "type": "clear_tool_uses_20250919",
            "trigger": { "type": "input_tokens", "value": 30000 }, "exclude_tools": ["memory"] },
            { "type": "compact_20260112", "instructions": "keep names short", "pause_after_compaction": true }] }),
        ),
        with(
            "output_config",
            json!({ "effort": "high", "format": { "type": "json_schema",
            "schema": { "type": "object", "properties": { "answer": { "type": "string" } } } } }),
        ),
        with(
            "container",
            json!({ "id": "container_011", "skills": [{ "type": "custom", "skill_id": "skill_01", "version": "latest" }] }),
        ),
        with(
            "mcp_servers",
            json!([{ "type": "url", "name": "mail", "url": "https://mcp.example.com/sse",
            "authorization_token": "t", "tool_configuration": { "enabled": true, "allowed_tools": ["send"] } }]),
        ),
        with("service_tier", json!("auto")),
        with("temperature", json!(0.5)),
        with("thread", json!({ "type": "continue", "previous_message_id": "msg_01" })),
        with("diagnostics", json!({ "previous_message_id": "msg_01", "cache": [true, null, 7] })),
        user(
            json!([{ "type": "document", "title": "Minutes", "context": "of May", "citations": { "enabled": true },
            "source": { "type": "text", "media_type": "text/plain", "data": "We met." }, "cache_control": ephemeral() }]),
        ),
        user(
            json!([{ "type": "document", "source": { "type": "content", "content": [text("part")] } }]),
        ),
        user(
            json!([{ "type": "document", "source": { "type": "content", "content": "as a string" } }]),
        ),
        user(json!([{ "type": "document", "title": "Encoded",
            "source": { "type": "base64", "media_type": "text/plain", "data": "V2UgbWV0Lg==" } }])),
        user(
            json!([{ "type": "search_result", "title": "Found", "source": "https://example.com/a",
            "content": [text("a passage")], "citations": { "enabled": true } }]),
        ),
        user(json!([{ "type": "container_upload", "file_id": "file_011" }])),
        answered(
            json!({ "type": "tool_use", "id": "toolu_1", "name": "lookup", "caller": { "type": "direct" },
                "input": { "name": "a", "count": 3, "list": ["x", { "deep": 1.5 }], "by_mail": { "k": "v" } } }),
            json!({ "type": "tool_result", "tool_use_id": "toolu_1", "content": "done", "is_error": false }),
        ),
        answered(
            json!({ "type": "tool_use", "id": "toolu_1", "name": "read", "input": {} }),
            json!({ "type": "tool_result", "tool_use_id": "toolu_1", "content": [text("line"),
                { "type": "search_result", "title": "t", "source": "s", "content": [text("p")] },
                { "type": "tool_reference", "tool_name": "lookup" },
                { "type": "browser_state", "tabs": [{ "title": "Inbox", "url": "https://example.com/", "active": true }],
                  "downloads": [{ "path": "/tmp/a.csv", "bytes": 12 }] }] }),
        ),
        answered(
            json!({ "type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": { "query": "weather" } }),
            reply(),
        ),
        answered(
            json!({ "type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": [
            { "type": "web_search_result", "title": "Weather", "url": "https://example.com/w",
              "encrypted_content": "EqQBCkYIARgC", "page_age": "2 days" }] }),
            reply(),
        ),
        answered(
            json!({ "type": "web_fetch_tool_result", "tool_use_id": "srvtoolu_1", "content": { "type": "web_fetch_result",
            "url": "https://example.com/", "retrieved_at": "today", "content": { "type": "document", "title": "Page",
                "source": { "type": "text", "media_type": "text/plain", "data": "body" } } } }),
            reply(),
        ),
        answered(
            json!({ "type": "bash_code_execution_tool_result", "tool_use_id": "srvtoolu_1", "content": {
            "type": "bash_code_execution_result", "stdout": "out", "stderr": "err", "return_code": 0,
            "content": [{ "type": "bash_code_execution_output", "file_id": "file_1" }] } }),
            reply(),
        ),
        answered(
            json!({ "type": "text_editor_code_execution_tool_result", "tool_use_id": "srvtoolu_1", "content": {
            "type": "text_editor_code_execution_view_result", "lines": ["a", "b"], "num_lines": 2, "content": "a" } }),
            reply(),
        ),
        answered(
            json!({ "type": "code_execution_tool_result", "tool_use_id": "srvtoolu_1", "content": {
            "type": "encrypted_code_execution_result", "encrypted_stdout": "EqQB", "stderr": "" } }),
            reply(),
        ),
        answered(
            json!({ "type": "mcp_tool_use", "id": "mcptoolu_1", "name": "send", "server_name": "mail", "input": { "to": "x" } }),
            reply(),
        ),
        answered(
            json!({ "type": "mcp_tool_result", "tool_use_id": "mcptoolu_1", "is_error": false, "content": [text("sent")] }),
            reply(),
        ),
        answered(
            json!({ "type": "text", "text": "As it says.", "citations": [
            { "type": "char_location", "cited_text": "it says", "document_title": "D", "document_index": 0,
              "start_char_index": 0, "end_char_index": 7, "file_id": "file_1" },
            { "type": "web_search_result_location", "url": "https://example.com/", "title": "T",
              "encrypted_index": "EqQB", "cited_text": "c" },
            { "type": "search_result_location", "source": "s", "search_result_index": 0, "start_block_index": 0 }] }),
            reply(),
        ),
        answered(json!({ "type": "thinking", "thinking": "hm", "signature": "EqQB" }), reply()),
        answered(json!({ "type": "redacted_thinking", "data": "EqQB" }), reply()),
        answered(
            json!({ "type": "compaction", "content": "so far", "encrypted_content": null, "signature": "EqQB" }),
            reply(),
        ),
    ]
}

/// Requests with fields, blocks and shapes that nobody has heard of.
pub(crate) fn unknown() -> Vec<Value> {
    vec![
        with(
            "holograms",
            json!({ "style": "blue", "list": [1, "x", { "deep": ["y", 2.5, null, true] }] }),
        ),
        with("note", json!("plain")),
        with("account", json!(12)),
        user(
            json!([{ "type": "hologram", "shape": "cube", "parts": [{ "label": "x", "size": 3 }], "source": { "data": "z" } }]),
        ),
        user(
            json!([{ "type": "text", "text": "x", "tone": "glad", "marks": [{ "at": 3, "why": "loud" }] }]),
        ),
        user(json!([{ "no_type": "at all", "text": "x" }])),
        user(json!(["a string among blocks", 5, { "type": 7 }])),
        user(json!({ "type": "text", "text": "one block, no list" })),
        answered(
            json!({ "type": "hologram_tool_use", "id": "holo_1", "name": "project", "input": { "a": "b" } }),
            json!({ "type": "hologram_tool_result", "tool_use_id": "holo_1", "content": { "inner": ["c"], "n": 1 } }),
        ),
        json!({ "model": "claude-x", "max_tokens": 9, "messages": [
            { "role": "narrator", "content": "once", "mood": { "light": "dim" }, "id": "msg_1" }] }),
        with(
            "tools",
            json!([{ "name": "t", "type": "t_1", "flavour": "sweet", "spec": { "k": ["v"] } }]),
        ),
        with("tools", json!({ "name": "not a list" })),
        with("system", json!({ "type": "text", "text": "not a list" })),
        with("metadata", json!("not an object")),
        with("mcp_servers", json!("not a list")),
        with(
            "output_config",
            json!({ "hint": "x", "nested": { "schema": "odd", "prompt": { "p": "q" } } }),
        ),
    ]
}
