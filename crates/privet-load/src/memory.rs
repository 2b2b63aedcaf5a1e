//! Memory with many streams open at once.

use std::time::Duration;

use anyhow::ensure;
use serde_json::json;

use crate::caller::Caller;
use crate::process::Gateway;

/// Opens `count` streams that pause after their beginning, and reads the memory.
pub(crate) async fn of_streams(gateway: &Gateway, count: usize) -> anyhow::Result<String> {
    let before = gateway.resident_mib()?;
    let mut open = Vec::new();
    for number in 0..count {
        let mut caller = Caller::connect(gateway.address, &gateway.key).await?;
        let said = format!(
            "Mail maria.keller.{number}@example-mail.test.\n\
             !script [{{\"text\": \"I wrote to maria.keller.\", \"slow\": 5}}]"
        );
        let body = json!({
            "model": "claude-haiku-4-5",
            "max_tokens": 64,
            "stream": true,
            "messages": [{ "role": "user", "content": said }],
        });
        let answer = caller.open(body.to_string().into_bytes()).await?;
        open.push((caller, answer));
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    let after = gateway.resident_mib()?;
    ensure!(open.len() == count, "some streams did not open");
    let each = (after - before) * 1024.0 / count.max(1) as f64;
    Ok(format!(
        "Memory with {count} streams open: {after:.1} MiB resident, before {before:.1} MiB: \
         {each:.0} KiB a stream.\n"
    ))
}
