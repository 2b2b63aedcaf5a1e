use super::*;

/// Every leaf as `role class spelling`, a line each, segment by segment.
#[track_caller]
fn check(body: &str, want: &[&str]) {
    let json = Json::parse(body.as_bytes()).unwrap();
    let map = walk(&json).unwrap();
    let got: Vec<String> = map
        .segments
        .iter()
        .flat_map(|segment| &segment.leaves)
        .map(|leaf| {
            let class = match leaf.class {
                Class::Opaque(what) => what.name().to_owned(),
                class => format!("{class:?}").to_lowercase(),
            };
            let spelling: String = json.spelling(leaf.node).chars().take(24).collect();
            format!("{} {class} {spelling}", leaf.role)
        })
        .collect();
    assert_eq!(got, want, "in {body}");
}

#[test]
fn texts_are_found_in_every_form() {
    check(
        r#"{"model":"claude-x","max_tokens":5,"messages":[{"role":"user","content":"a"},
           {"role":"assistant","content":[{"type":"text","text":"b"}]}],"system":"s"}"#,
        &["system text \"s\"", "text text \"a\"", "text text \"b\""],
    );
    check(
        r#"{"system":[{"type":"text","text":"s","cache_control":{"type":"ephemeral","ttl":"5m"}}],
           "tools":[{"name":"t","description":"d","input_schema":{"type":"object",
             "properties":{"a b":{"enum":["x y"],"description":"e"}},"required":["a b"]},
             "input_examples":[{"who":"Jane"}]}]}"#,
        &[
            "tool_description text \"d\"",
            "key contract \"a b\"",
            "schema contract \"x y\"",
            "schema_text text \"e\"",
            "schema contract \"a b\"",
            "tool_example text \"Jane\"",
            "system text \"s\"",
        ],
    );
}

#[test]
fn tool_calls_and_results() {
    check(
        r#"{"messages":[{"role":"assistant","content":[{"type":"tool_use","id":"toolu_01A","name":"Read",
             "input":{"jane@acme.test":1.50,"b":["c",{"d":null}]}}]},
           {"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_01A","content":[
             {"type":"text","text":"r"},{"type":"image","source":{"type":"base64","data":"AAAA"}}]},
             {"type":"tool_result","tool_use_id":"toolu_01A","content":"plain","is_error":true}]}]}"#,
        &[
            "key key \"jane@acme.test\"",
            "tool_input number 1.50",
            "tool_input text \"c\"",
            "tool_result text \"r\"",
            "opaque image {\"type\":\"image\",\"source\"",
            "tool_result text \"plain\"",
        ],
    );
}

#[test]
fn documents_by_their_source() {
    check(
        r#"{"messages":[{"role":"user","content":[
            {"type":"document","title":"t","context":"c","source":{"type":"text","media_type":"text/plain","data":"d"}},
            {"type":"document","source":{"type":"base64","media_type":"text/plain","data":"YQ==","filename":"i"}},
            {"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"YQ=="}},
            {"type":"document","source":{"type":"content","content":[{"type":"text","text":"e"}]}},
            {"type":"search_result","title":"f","source":"g","content":[{"type":"text","text":"h"}]}]}]}"#,
        &[
            "document text \"t\"",
            "document text \"c\"",
            "document text \"d\"",
            "document base64text \"YQ==\"",
            "document text \"i\"",
            "opaque document {\"type\":\"document\",\"sour",
            "document text \"e\"",
            "text text \"f\"",
            "text text \"g\"",
            "tool_result text \"h\"",
        ],
    );
}

#[test]
fn the_unknown_is_read() {
    check(
        r#"{"novel":{"a b":"c","n":12345678901},"messages":[{"role":"user","name":"n","content":[
            {"type":"hologram","beam":"b","deep":[{"type":"text","text":"t"}]}, "bare"]}],
            "metadata":{"user_id":"u","x":"y"},"model":"jane@acme.test","service_tier":"Jane Doe"}"#,
        &[
            "message text \"n\"",
            "text text \"b\"",
            "text text \"t\"",
            "text text \"bare\"",
            "key key \"a b\"",
            "unknown text \"c\"",
            "unknown number 12345678901",
            "user_id userid \"u\"",
            "metadata text \"y\"",
            "model contract \"jane@acme.test\"",
            "parameter text \"Jane Doe\"",
        ],
    );
}

#[test]
fn signed_text_and_server_tools() {
    check(
        r#"{"messages":[{"role":"assistant","content":[
            {"type":"thinking","thinking":"t","signature":"c2ln"},
            {"type":"redacted_thinking","data":"EqQBCkYIARgCKkA+EqQBCkYIARgCKkA+EqQBCkYIARgCKkA+EqQBCkYIARgCKkA+"},
            {"type":"server_tool_use","id":"srvtoolu_1","name":"web_search","input":{"query":"q"}},
            {"type":"web_search_tool_result","tool_use_id":"srvtoolu_1","content":[
              {"type":"web_search_result","title":"w","url":"u","encrypted_content":"ZW5j","page_age":"p"}]},
            {"type":"code_execution_tool_result","content":{"type":"code_execution_result","stdout":"o","return_code":0}},
            {"type":"text","text":"x","citations":[{"type":"char_location","cited_text":"y",
              "document_index":0,"start_char_index":3,"end_char_index":4}]}]}]}"#,
        &[
            "signed signed \"t\"",
            "block contract \"c2ln\"",
            "tool_input text \"q\"",
            "tool_result text \"w\"",
            "tool_result text \"u\"",
            "block contract \"ZW5j\"",
            "tool_result text \"p\"",
            "tool_result text \"o\"",
            "tool_result number 0",
            "text text \"x\"",
            "citation text \"y\"",
        ],
    );
}

#[test]
fn keys_and_odd_shapes_are_read() {
    check(
        r#"{"mcp_servers":[{"url":{"a b":1},"x y":2},"s"],"messages":[{"role":"user","content":[
            {"type":"text","text":"t","citations":[{"a b":"c"}]}]}]}"#,
        &[
            "text text \"t\"",
            "key contract \"a b\"",
            "citation text \"c\"",
            "mcp_servers mcpconnector [{\"url\":{\"a b\":1},\"x y\":",
            "key contract \"a b\"",
            "key contract \"x y\"",
            "unknown text \"s\"",
        ],
    );
}

#[test]
fn outlines_that_are_none() {
    for (body, want) in [
        ("[]", RequestError::NotAnObject),
        (
            r#"{"messages":{}}"#,
            RequestError::WrongType { field: "messages".into(), want: "an array" },
        ),
        (
            r#"{"messages":[3]}"#,
            RequestError::WrongType { field: "messages.0".into(), want: "an object" },
        ),
    ] {
        assert_eq!(walk(&Json::parse(body.as_bytes()).unwrap()).unwrap_err(), want);
    }
}
