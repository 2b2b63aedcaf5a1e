//! The stand-in for Claude, which checks that thinking comes back behind the very prefix it
//! was signed for.

use std::net::SocketAddr;

use privet_standin::{Options, Recorder};
use tokio_util::sync::CancellationToken;

use super::RUNTIME;

/// Answers until it is dropped.
pub(crate) struct Standin {
    pub(crate) address: SocketAddr,
    recorder: Recorder,
    stop: CancellationToken,
}

impl Standin {
    /// One that also tells a string from a list of one text block.
    pub(crate) fn start() -> Self {
        let stop = CancellationToken::new();
        let stopping = stop.clone();
        let options = Options { strict_form: true, plain_writes: true, ..Options::default() };
        let standin = RUNTIME.block_on(privet_standin::bind(([127, 0, 0, 1], 0).into(), options));
        let standin = standin.expect("a free port");
        let (address, recorder) = (standin.local_addr(), standin.recorder());
        RUNTIME.spawn(async move { standin.run(stopping.cancelled()).await });
        Self { address, recorder, stop }
    }

    /// The bodies it was sent, oldest first.
    pub(crate) fn bodies(&self) -> Vec<String> {
        let requests = self.recorder.requests();
        requests.into_iter().map(|r| String::from_utf8(r.body).expect("UTF-8")).collect()
    }
}

impl Drop for Standin {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}
