//! A round: so many callers, each asking as soon as it was answered, for so long.

use std::cell::Cell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::task::LocalSet;

use crate::body::{Bodies, Body};
use crate::caller::Caller;
use crate::process::Process;

/// What to do in each round, and how many requests were made so far.
pub(crate) struct Round {
    bodies: Rc<Bodies>,
    callers: usize,
    length: Duration,
    made: Rc<Cell<u64>>,
}

/// What a round, or several, showed.
#[derive(Default)]
pub(crate) struct Figures {
    latencies: Vec<Duration>,
    cpu: Duration,
    time: Duration,
}

impl Figures {
    /// Adds another round.
    pub(crate) fn add(&mut self, other: Self) {
        self.latencies.extend(other.latencies);
        self.cpu += other.cpu;
        self.time += other.time;
    }

    /// Requests answered.
    pub(crate) fn count(&self) -> usize {
        self.latencies.len()
    }

    /// The latency that this share of the requests did not exceed.
    pub(crate) fn quantile(&mut self, share: f64) -> Duration {
        self.latencies.sort_unstable();
        let last = self.latencies.len().saturating_sub(1);
        let index = (last as f64 * share).round() as usize;
        self.latencies.get(index).copied().unwrap_or_default()
    }

    /// Processor time of the measured process for one request.
    pub(crate) fn cpu_per_request(&self) -> Duration {
        self.cpu.div_f64(self.count().max(1) as f64)
    }

    /// Requests per second.
    pub(crate) fn rate(&self) -> f64 {
        self.count() as f64 / self.time.as_secs_f64().max(1e-9)
    }
}

impl Round {
    pub(crate) fn new(body: Body, streamed: bool, callers: usize, length: Duration) -> Self {
        // Numbers never come twice, also over rows and runs of one store.
        let made =
            Rc::new(Cell::new(callers as u64 * 100_000_000 + u64::from(streamed) * 50_000_000));
        Self { bodies: Rc::new(Bodies::new(body, streamed)), callers, length, made }
    }

    /// Runs it against `address`, reading the processor time of `process`.
    pub(crate) async fn run(
        &mut self,
        address: SocketAddr,
        key: &str,
        process: &Process,
    ) -> anyhow::Result<Figures> {
        let mut callers = Vec::new();
        for _ in 0..self.callers {
            callers.push(Caller::connect(address, key).await?);
        }
        // The first request of a conversation is not what is measured.
        if let Some(first) = callers.first_mut() {
            first.ask(self.next()).await?;
        }
        let cpu = process.cpu()?;
        let from = Instant::now();
        let end = from + self.length;
        let set = LocalSet::new();
        let mut running = Vec::new();
        for mut caller in callers {
            let (bodies, made) = (self.bodies.clone(), self.made.clone());
            running.push(set.spawn_local(async move {
                let mut latencies = Vec::new();
                while Instant::now() < end {
                    let number = made.get();
                    made.set(number + 1);
                    latencies.push(caller.ask(bodies.bytes(number)).await?);
                }
                anyhow::Ok(latencies)
            }));
        }
        set.await;
        let mut figures = Figures { time: from.elapsed(), ..Figures::default() };
        for caller in running {
            figures.latencies.extend(caller.await??);
        }
        figures.cpu = process.cpu()?.saturating_sub(cpu);
        Ok(figures)
    }

    fn next(&self) -> Vec<u8> {
        let number = self.made.get();
        self.made.set(number + 1);
        self.bodies.bytes(number)
    }
}
