//! The half-duplex block protocol of ISO/IEC 14443-4 §7.5, the reader's side; rules by their numbers there.

use alloc::vec::Vec;
use zeroize::Zeroizing;

use super::blocks::{Block, acknowledgement, information, more_time, refusal};
use super::field::{Field, Frame, Heard};
use super::timing::extended_us;
use crate::{Fault, RESPONSE_BYTES_MAX, RESPONSE_BYTES_MIN, Response};

/// PCB and checksum.
const OVERHEAD_BYTES: usize = 3;
/// How often a block is asked for again.
const RETRIES_MAX: u8 = 2;
/// How often a card may ask for more time before one block.
const EXTENSIONS_MAX: u8 = 5;

/// An activated card.
pub(super) struct Link {
    /// The current block number of the reader; 0 at first (rule A).
    number: u8,
    /// The longest frame the card takes.
    frame_bytes_max: usize,
    /// How long it may take to begin a block.
    waiting_us: u32,
}

/// A block that moves the exchange on: it carries the current number.
struct Part {
    content: Zeroizing<Vec<u8>>,
    what: What,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    Last,
    Chained,
    Acknowledgement,
}

impl Link {
    pub(super) const fn new(frame_bytes_max: usize, waiting_us: u32) -> Self {
        Self {
            number: 0,
            frame_bytes_max,
            waiting_us,
        }
    }

    /// Sends a command in as many blocks as it takes and collects the response.
    pub(super) async fn transmit<F: Field>(
        &mut self,
        field: &mut F,
        apdu: &[u8],
    ) -> Result<Response, Fault> {
        let room = self.frame_bytes_max - OVERHEAD_BYTES;
        let mut parts = apdu.chunks(room).peekable();
        while let Some(part) = parts.next() {
            let chained = parts.peek().is_some();
            let block = information(self.number, chained, part);
            let in_doubt = refusal(self.number);
            let answer = self.deliver(field, &block, &in_doubt).await?;
            self.number ^= 1; // Rule B.
            match answer.what {
                What::Acknowledgement if chained => {} // Rule 7.
                What::Last | What::Chained if !chained => return self.collect(field, answer).await,
                _ => {
                    return Err(Fault::Protocol(
                        "an answer in the middle of a command, or none after",
                    ));
                }
            }
        }
        Err(Fault::NotAnApdu)
    }

    /// Asks for the following blocks of a response whose first is here.
    async fn collect<F: Field>(
        &mut self,
        field: &mut F,
        mut part: Part,
    ) -> Result<Response, Fault> {
        let mut response = Zeroizing::new(Vec::new());
        loop {
            if response.len() + part.content.len() > RESPONSE_BYTES_MAX {
                return Err(Fault::Protocol("a response without end"));
            }
            append(&mut response, &part.content);
            match part.what {
                What::Chained if part.content.is_empty() => {
                    return Err(Fault::Protocol("a chained block without content"));
                }
                What::Chained => {}
                What::Last if response.len() < RESPONSE_BYTES_MIN => {
                    return Err(Fault::Protocol("an answer without status word"));
                }
                What::Last => return Ok(response),
                What::Acknowledgement => {
                    return Err(Fault::Protocol(
                        "an acknowledgement in the middle of a response",
                    ));
                }
            }
            let go_on = acknowledgement(self.number); // Rule 2.
            part = self.deliver(field, &go_on, &go_on).await?; // Rule 5.
            self.number ^= 1; // Rule B.
        }
    }

    /// Sends a block until the card answers with the current number; `in_doubt` asks again.
    async fn deliver<F: Field>(
        &self,
        field: &mut F,
        block: &[u8],
        in_doubt: &[u8],
    ) -> Result<Part, Fault> {
        let (mut retries, mut extensions) = (0, 0);
        let mut waiting_us = self.waiting_us;
        let mut next = Zeroizing::new(block.to_vec());
        loop {
            let heard = exchange(field, &next, waiting_us).await?;
            waiting_us = self.waiting_us;
            let again: &[u8] = match self.read(&heard) {
                Answer::Part(part) => return Ok(part),
                Answer::MoreTime(multiplier) => {
                    extensions += 1;
                    if extensions > EXTENSIONS_MAX {
                        return Err(Fault::Protocol("a card that asks for time again and again"));
                    }
                    waiting_us = extended_us(self.waiting_us, multiplier);
                    next = Zeroizing::new(more_time(multiplier).to_vec());
                    continue;
                }
                Answer::NotReceived => block, // Rule 6.
                Answer::Unclear => in_doubt,  // Rule 4.
            };
            retries += 1;
            if retries > RETRIES_MAX {
                return Err(gone(&heard));
            }
            next = Zeroizing::new(again.to_vec());
        }
    }

    fn read(&self, heard: &Heard) -> Answer {
        let Heard::Frame(bytes) = heard else {
            return Answer::Unclear;
        };
        match Block::read(bytes) {
            Some(Block::Information {
                number,
                chained,
                content,
            }) if number == self.number => Answer::Part(Part {
                content: Zeroizing::new(content.to_vec()),
                what: if chained { What::Chained } else { What::Last },
            }),
            Some(Block::Acknowledgement { number }) if number == self.number => {
                Answer::Part(Part {
                    content: Zeroizing::default(),
                    what: What::Acknowledgement,
                })
            }
            Some(Block::Acknowledgement { .. }) => Answer::NotReceived,
            Some(Block::MoreTime { multiplier }) => Answer::MoreTime(multiplier),
            Some(Block::Information { .. }) | None => Answer::Unclear,
        }
    }
}

enum Answer {
    Part(Part),
    MoreTime(u8),
    NotReceived,
    Unclear,
}

async fn exchange<F: Field>(field: &mut F, bytes: &[u8], timeout_us: u32) -> Result<Heard, Fault> {
    let frame = Frame {
        bytes,
        short: false,
        checksum: true,
        timeout_us,
    };
    field.exchange(frame).await
}

/// What it means that all retries are used up.
const fn gone(last: &Heard) -> Fault {
    match last {
        Heard::Nothing => Fault::Removed,
        Heard::Collision => Fault::SeveralCards,
        Heard::Garbled => Fault::Protocol("the card cannot be understood"),
        Heard::Frame(_) => Fault::Protocol("a block that does not belong here"),
    }
}

/// Appends without leaving a copy behind when the response grows.
fn append(response: &mut Response, content: &[u8]) {
    if response.capacity() < response.len() + content.len() {
        let mut larger = Vec::with_capacity(2 * (response.len() + content.len()));
        larger.extend_from_slice(response);
        *response = Zeroizing::new(larger);
    }
    response.extend_from_slice(content);
}
