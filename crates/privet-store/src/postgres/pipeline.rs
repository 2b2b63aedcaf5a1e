//! Statements on their way to a server: many are sent before the first answer is awaited, since
//! the way there and back takes longer than most of them.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use futures_util::future::maybe_done;
use tokio_postgres::{Client, Error, Statement};

use super::parameter::{Owned, borrowed};

/// A statement that waits to be sent.
#[derive(Debug)]
pub(super) struct Queued {
    /// The job that wants it.
    pub(super) job: usize,
    pub(super) what: What,
    pub(super) expect: Expect,
}

#[derive(Debug)]
pub(super) enum What {
    /// Without parameters or rows.
    Plain(&'static str),
    Prepared(Statement, Vec<Owned>),
}

/// What was taken for granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expect {
    /// That it does not fail.
    Anything,
    /// That it changes one row.
    OneRow,
}

impl Queued {
    async fn run(&self, client: &Client) -> Result<Met, Error> {
        let changed = match &self.what {
            What::Plain(sql) => client.batch_execute(sql).await.map(|()| 0),
            What::Prepared(statement, params) => {
                client.execute_raw(statement, borrowed(params)).await
            }
        }?;
        Ok(match (self.expect, changed) {
            (Expect::OneRow, 1) | (Expect::Anything, _) => Met::Yes,
            (Expect::OneRow, _) => Met::No,
        })
    }
}

/// Whether what was taken for granted came true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Met {
    Yes,
    No,
}

/// Sends `queued` and then `last`, all before the first answer; gives back every answer.
pub(super) async fn send<T>(
    client: &Client,
    queued: &[Queued],
    last: impl Future<Output = Result<T, Error>>,
) -> (Vec<Result<Met, Error>>, Option<Result<T, Error>>) {
    let mut sent: Vec<_> =
        queued.iter().map(|queued| Box::pin(maybe_done(queued.run(client)))).collect();
    let mut last = pin!(maybe_done(last));
    // A statement goes out when its future is first polled, so the order here is the order there.
    poll_fn(|context| {
        for statement in &mut sent {
            let _ = statement.as_mut().poll(context);
        }
        let _ = last.as_mut().poll(context);
        Poll::Ready(())
    })
    .await;
    let mut answers = Vec::with_capacity(sent.len());
    for statement in &mut sent {
        statement.as_mut().await;
        answers.extend(statement.as_mut().take_output());
    }
    last.as_mut().await;
    (answers, last.as_mut().take_output())
}
