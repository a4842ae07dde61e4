//! A seeded random source: the same seed gives the same run. For tests only.

use core::cell::RefCell;
use std::rc::Rc;

use sha2::{Digest, Sha256};

use crate::ports::Random;

struct State {
    seed: [u8; 32],
    counter: u64,
    rest: Vec<u8>,
}

impl State {
    fn of(seed: &str) -> Self {
        Self {
            seed: Sha256::digest(seed.as_bytes()).into(),
            counter: 0,
            rest: Vec::new(),
        }
    }
}

/// SHA-256 of seed and counter, shared by everybody who has a clone of it.
#[derive(Clone)]
pub struct SeededRandom(Rc<RefCell<State>>);

impl SeededRandom {
    /// The source of this seed.
    #[must_use]
    pub fn new(seed: &str) -> Self {
        Self(Rc::new(RefCell::new(State::of(seed))))
    }

    /// Goes on with another seed, for everybody who has a clone of it.
    pub fn reseed(&self, seed: &str) {
        *self.0.borrow_mut() = State::of(seed);
    }
}

impl Random for SeededRandom {
    fn fill(&self, destination: &mut [u8]) {
        let mut state = self.0.borrow_mut();
        for byte in destination {
            if state.rest.is_empty() {
                let block = Sha256::new()
                    .chain_update(state.seed)
                    .chain_update(state.counter.to_be_bytes())
                    .finalize();
                state.rest = block.to_vec();
                state.counter += 1;
            }
            *byte = state.rest.pop().unwrap_or_default();
        }
    }
}
