//! What happened, as a readable sequence and as one digest over every byte that was said.

use std::cell::RefCell;

use sha2::{Digest, Sha256};

/// The sequence so far. Lines are kept only if somebody wants to read them.
pub(crate) struct Journal {
    start_ms: u64,
    keeps_lines: bool,
    lines: RefCell<Vec<String>>,
    digest: RefCell<Sha256>,
}

impl Journal {
    pub(crate) fn new(start_ms: u64, keeps_lines: bool) -> Self {
        Self {
            start_ms,
            keeps_lines,
            lines: RefCell::default(),
            digest: RefCell::default(),
        }
    }

    /// Whether lines are kept, so that whoever has to compute one need not.
    pub(crate) fn is_read(&self) -> bool {
        self.keeps_lines
    }

    /// Notes something.
    pub(crate) fn note(&self, now_ms: u64, line: &str) {
        self.count(now_ms, line.as_bytes());
        self.show(now_ms, line);
    }

    /// Notes something for the reader alone: what follows from the rest.
    pub(crate) fn show(&self, now_ms: u64, line: &str) {
        if self.keeps_lines {
            let passed = now_ms.saturating_sub(self.start_ms);
            let (seconds, rest) = (passed / 1000, passed % 1000);
            let line = format!("{seconds:>7}.{rest:03}  {line}");
            self.lines.borrow_mut().push(line);
        }
    }

    /// Counts bytes into the digest.
    pub(crate) fn count(&self, now_ms: u64, bytes: &[u8]) {
        let mut digest = self.digest.borrow_mut();
        digest.update(now_ms.to_be_bytes());
        digest.update((bytes.len() as u64).to_be_bytes());
        digest.update(bytes);
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.lines.borrow().clone()
    }

    pub(crate) fn digest(&self) -> [u8; 32] {
        self.digest.borrow().clone().finalize().into()
    }
}
