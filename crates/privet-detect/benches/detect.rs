//! Speed of detection on what gateways see: prose, code, JSON, logs; and on text
//! made to be slow, at a size and at twice that size.
#![allow(missing_docs, reason = "criterion makes public items")]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use privet_detect::{Analyzer, AnalyzerOptions, ModelUse, Profile};

const PROSE: &str = "The committee met on Thursday to discuss the budget for the coming year. It was \
    agreed that the northern office would move before the end of March, and that the old furniture \
    should be given away. Nobody objected, although the treasurer wondered aloud whether the new \
    building had enough rooms for everyone who works there now. ";
const CODE: &str = "impl<'t> Iterator for Chains<'t> {\n    fn next(&mut self) -> Option<Chain> {\n        \
    let start = self.bytes.iter().position(|byte| byte.is_ascii_digit())?;\n        let end = \
    run(self.bytes, start, usize::MAX, |byte| byte.is_ascii_digit());\n        if end - start > 12 { \
    return None; }\n        Some(Chain { start, end, digits: end - start })\n    }\n}\n";
const JSON: &str = "{\"id\": 48213, \"kind\": \"order\", \"created_at\": \"2026-11-21T06:15:58Z\", \"lines\": \
    [{\"sku\": \"A-2291-X\", \"quantity\": 3, \"price\": 19.95, \"tags\": [\"blue\", \"cotton\"]}], \
    \"request_id\": \"c26e41b5-12a1-47b9-a9f5-e3e0b73c47da\", \"total\": 59.85},\n";
const LOG: &str = "2026-11-21T06:15:58.123456Z  INFO gateway::front: request finished status=200 \
    bytes=18234 elapsed_ms=12.4 path=/v1/messages trace=4b5827f01c7cb748200e01bc264caee6\n\
    2026-11-21T06:15:58.124001Z DEBUG gateway::pool: connection reused id=1293 idle_ms=402\n";

/// The least and the most that is looked for, by the rules alone, and what the gateway does.
fn kinds() -> [(&'static str, AnalyzerOptions); 3] {
    let rules = |profile| AnalyzerOptions { model: ModelUse::Off, ..AnalyzerOptions::of(profile) };
    [
        ("coding-rules", rules(Profile::Coding)),
        ("strict-rules", rules(Profile::Strict)),
        ("coding", AnalyzerOptions::of(Profile::Coding)),
    ]
}

fn clean_text(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("clean");
    for (kind, options) in kinds() {
        let analyzer = Analyzer::new(options);
        for (name, sample) in [("prose", PROSE), ("code", CODE), ("json", JSON), ("log", LOG)] {
            let text = sample.repeat(256 * 1024 / sample.len());
            group.throughput(Throughput::Bytes(text.len() as u64));
            group.bench_function(format!("{name}/{kind}"), |bencher| {
                bencher.iter(|| analyzer.analyze(black_box(&text)));
            });
        }
    }
    group.finish();
}

/// A text of one's own, named by `PRIVET_BENCH_FILE`.
fn own_text(criterion: &mut Criterion) {
    let Some(text) =
        std::env::var_os("PRIVET_BENCH_FILE").and_then(|path| std::fs::read(path).ok())
    else {
        return;
    };
    let text = String::from_utf8_lossy(&text);
    let mut group = criterion.benchmark_group("own");
    group.sample_size(10);
    group.throughput(Throughput::Bytes(text.len() as u64));
    for (kind, options) in kinds() {
        let analyzer = Analyzer::new(options);
        group.bench_function(kind, |bencher| {
            bencher.iter(|| analyzer.analyze(black_box(&text)));
        });
    }
    group.finish();
}

/// Each of these should take twice the time for twice the text, not four times.
fn hostile_text(criterion: &mut Criterion) {
    let analyzer = Analyzer::default();
    let mut group = criterion.benchmark_group("hostile");
    group.sample_size(20);
    let begin = ["-----BEGIN RSA ", "PRIVATE KEY-----"].concat();
    for (name, sample) in [
        ("at", "a@"),
        ("userinfo", "a://b:c@"),
        ("keys", "key=token:"),
        ("jwt", "eyJ."),
        ("jwt-run", "eyJ"),
        ("pem", begin.as_str()),
        ("digits", "1 2 3 4 "),
        ("digit-run", "4"),
        ("names", "Jane Doe "),
        ("percent", "%41%25"),
        ("entities", "&#65;"),
        ("base64", "YWFhYWFhYWFh"),
        ("invisible", "a\u{200B}"),
        ("table", "name,name\n"),
        ("colons", "2001:"),
        ("tokens", "PERSON_"),
        ("paths", "/home/\\Users\\"),
    ] {
        for kilobytes in [64, 128] {
            let text = sample.repeat(kilobytes * 1024 / sample.len());
            group.throughput(Throughput::Bytes(text.len() as u64));
            group.bench_function(format!("{name}/{kilobytes}k"), |bencher| {
                bencher.iter(|| analyzer.analyze(black_box(&text)));
            });
        }
    }
    group.finish();
}

fn start_up(criterion: &mut Criterion) {
    criterion.bench_function("new", |bencher| {
        bencher.iter(|| Analyzer::new(AnalyzerOptions::default()))
    });
}

criterion_group!(benches, clean_text, own_text, hostile_text, start_up);
criterion_main!(benches);
