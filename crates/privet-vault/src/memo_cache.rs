//! What was read from the memo tables lately, bounded in bytes.

use std::sync::Arc;

use hashlink::LruCache;

use crate::memo::{MemoHash, Table};

/// Memos by table, scope and hash; the least recently used go first.
pub(crate) struct MemoCache {
    memos: LruCache<(Table, i64, MemoHash), Cached>,
    bytes: usize,
    bytes_max: usize,
    used: Vec<Use>,
}

struct Cached {
    memo: Arc<[u8]>,
    hour: i64,
}

/// A memo used in a later hour than its row says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Use {
    pub(crate) table: Table,
    pub(crate) scope: i64,
    pub(crate) hash: MemoHash,
    pub(crate) hour: i64,
}

impl MemoCache {
    pub(crate) fn new(bytes_max: usize) -> Self {
        Self { memos: LruCache::new_unbounded(), bytes: 0, bytes_max, used: Vec::new() }
    }

    /// Forgets the memos, not which of them were used.
    pub(crate) fn clear(&mut self) {
        self.memos.clear();
        self.bytes = 0;
    }

    /// Forgets one memo.
    pub(crate) fn remove(&mut self, table: Table, scope: i64, hash: &MemoHash) {
        if let Some(removed) = self.memos.remove(&(table, scope, *hash)) {
            self.bytes -= removed.memo.len() + ENTRY_BYTES;
        }
    }

    pub(crate) fn get(
        &mut self,
        table: Table,
        scope: i64,
        hash: &MemoHash,
        hour: i64,
    ) -> Option<Arc<[u8]>> {
        let cached = self.memos.get_mut(&(table, scope, *hash))?;
        let memo = Arc::clone(&cached.memo);
        if cached.hour < hour {
            cached.hour = hour;
            self.note_use(Use { table, scope, hash: *hash, hour });
        }
        Some(memo)
    }

    /// Keeps `memo`, read from the store just now.
    pub(crate) fn put(&mut self, used: Use, memo: &Arc<[u8]>) {
        let Use { table, scope, hash, hour } = used;
        if memo.len() + ENTRY_BYTES > self.bytes_max {
            return;
        }
        self.bytes += memo.len() + ENTRY_BYTES;
        let before =
            self.memos.insert((table, scope, hash), Cached { memo: Arc::clone(memo), hour });
        if let Some(before) = before {
            self.bytes -= before.memo.len() + ENTRY_BYTES;
        }
        while self.bytes > self.bytes_max {
            let Some((_, oldest)) = self.memos.remove_lru() else { break };
            self.bytes -= oldest.memo.len() + ENTRY_BYTES;
        }
    }

    /// Notes that a row's hour is behind. Beyond the bound uses are forgotten:
    /// a memo in use comes by again in the next hour.
    pub(crate) fn note_use(&mut self, used: Use) {
        if self.used.len() < USES_MAX {
            self.used.push(used);
        }
    }

    pub(crate) fn take_uses(&mut self) -> Vec<Use> {
        std::mem::take(&mut self.used)
    }

    /// Forgets what was last used before `hour`.
    pub(crate) fn forget_unused(&mut self, hour: i64) {
        let mut freed = 0;
        self.memos.retain(|_, cached| {
            let keep = cached.hour >= hour;
            if !keep {
                freed += cached.memo.len() + ENTRY_BYTES;
            }
            keep
        });
        self.bytes -= freed;
    }
}

/// Key, links and counters of an entry, roughly.
const ENTRY_BYTES: usize = 120;
const USES_MAX: usize = 65_536;

#[cfg(test)]
mod tests {
    use super::*;

    fn put(cache: &mut MemoCache, name: u8, bytes: usize, hour: i64) {
        let used = Use { table: Table::Segment, scope: 1, hash: [name; 32], hour };
        cache.put(used, &vec![name; bytes].into());
    }

    fn holds(cache: &mut MemoCache, name: u8) -> bool {
        cache.get(Table::Segment, 1, &[name; 32], 0).is_some()
    }

    #[test]
    fn keeps_to_its_bytes_and_drops_the_least_used() {
        let mut cache = MemoCache::new(3 * (100 + ENTRY_BYTES));
        for name in 1..=3 {
            put(&mut cache, name, 100, 0);
        }
        assert!(holds(&mut cache, 1));
        put(&mut cache, 4, 100, 0);
        assert!(!holds(&mut cache, 2) && holds(&mut cache, 1) && holds(&mut cache, 4));
        put(&mut cache, 5, 4000, 0);
        assert!(!holds(&mut cache, 5) && holds(&mut cache, 4), "too big is not kept");
        put(&mut cache, 4, 50, 0);
        assert_eq!(
            cache.bytes,
            cache.memos.iter().map(|(_, c)| c.memo.len() + ENTRY_BYTES).sum::<usize>()
        );
    }

    #[test]
    fn notes_a_use_once_an_hour() {
        let mut cache = MemoCache::new(10_000);
        put(&mut cache, 1, 10, 7);
        for hour in [7, 7, 8, 8, 8] {
            cache.get(Table::Segment, 1, &[1; 32], hour);
        }
        let uses = cache.take_uses();
        assert_eq!(uses.iter().map(|used| used.hour).collect::<Vec<_>>(), [8]);
        cache.forget_unused(8);
        assert!(holds(&mut cache, 1));
        cache.forget_unused(9);
        assert!(!holds(&mut cache, 1));
        assert_eq!(cache.bytes, 0);
    }
}
