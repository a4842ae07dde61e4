//! The frames around the pseudo-APDUs, as in CCID's `PC_to_RDR_Escape` and `RDR_to_PC_Escape` (USB CCID §6).
//!
//! Out: `6B, length u32le, slot 00, sequence, 00 00 00, payload`. In: `83, length u32le, slot,
//! sequence, bStatus, bError, chain, payload`.

use alloc::vec::Vec;
use zeroize::Zeroizing;

use crate::{Fault, Pipe};

const ESCAPE: u8 = 0x6B;
const ANSWER: u8 = 0x83;
const SLOT: u8 = 0x00;
const SLOT_BUSY: u8 = 0xE0;
const SLOT_BUSY_MS: u32 = 50;
/// How often a busy slot is asked again.
const SLOT_BUSY_MAX: usize = 4;
/// How often the reader may ask for more time: about a minute.
const EXTENSIONS_MAX: usize = 3_000;
const EXTENSION_MS: u32 = 20;
/// How many answers of an earlier session may still come.
const LEFTOVERS_MAX: usize = 16;
/// The longest payload the reader has a reason to send.
const PAYLOAD_BYTES_MAX: usize = 1_024;
/// How long the reader may take beyond the longest waiting time of a card.
const ANSWER_MS: u32 = 7_000;

pub(super) struct Envelope<P> {
    pipe: P,
    sequence: u8,
    inbox: Zeroizing<Vec<u8>>,
}

/// What an answer is.
enum Answer {
    Payload(Zeroizing<Vec<u8>>),
    Busy,
    MoreTime,
    Leftover,
}

impl<P: Pipe> Envelope<P> {
    pub(super) fn new(pipe: P, sequence: u8) -> Self {
        Self {
            pipe,
            sequence,
            inbox: Zeroizing::default(),
        }
    }

    pub(super) fn into_pipe(self) -> P {
        self.pipe
    }

    pub(super) async fn wait(&mut self, ms: u32) {
        self.pipe.wait(ms).await;
    }

    /// Sends a pseudo-APDU; its answer with status word.
    pub(super) async fn escape(&mut self, apdu: &[u8]) -> Result<Zeroizing<Vec<u8>>, Fault> {
        for _ in 0..=SLOT_BUSY_MAX {
            self.send(apdu).await?;
            if let Some(payload) = self.answer().await? {
                return Ok(payload);
            }
            self.pipe.wait(SLOT_BUSY_MS).await;
        }
        Err(Fault::Held)
    }

    async fn send(&mut self, apdu: &[u8]) -> Result<(), Fault> {
        self.sequence = self.sequence.wrapping_add(1);
        let length = u32::try_from(apdu.len()).unwrap_or(u32::MAX).to_le_bytes();
        let mut frame = Zeroizing::new(Vec::with_capacity(apdu.len() + 10));
        frame.push(ESCAPE);
        frame.extend_from_slice(&length);
        frame.extend_from_slice(&[SLOT, self.sequence, 0x00, 0x00, 0x00]);
        frame.extend_from_slice(apdu);
        self.pipe.send(&frame).await
    }

    /// The answer to the last frame; nothing if the slot is busy.
    async fn answer(&mut self) -> Result<Option<Zeroizing<Vec<u8>>>, Fault> {
        let (mut leftovers, mut extensions) = (0, 0);
        loop {
            match self.receive().await? {
                Answer::Payload(payload) => return Ok(Some(payload)),
                Answer::Busy => return Ok(None),
                Answer::MoreTime => extensions += 1,
                Answer::Leftover => leftovers += 1,
            }
            if leftovers > LEFTOVERS_MAX {
                return Err(Fault::Protocol("answers to other commands without end"));
            }
            if extensions > EXTENSIONS_MAX {
                return Err(Fault::Silent);
            }
            if extensions > 0 {
                self.pipe.wait(EXTENSION_MS).await;
            }
        }
    }

    /// The next answer, which may fill several packets, or several one.
    async fn receive(&mut self) -> Result<Answer, Fault> {
        loop {
            if let Some((answer, length)) = read(&self.inbox, self.sequence)? {
                let rest = self.inbox.split_off(length);
                self.inbox = Zeroizing::new(rest);
                return Ok(answer);
            }
            let packet = self.pipe.receive(ANSWER_MS).await?;
            self.inbox.extend_from_slice(&packet);
        }
    }
}

/// The answer that the bytes begin with and its length, or nothing while it is not whole.
fn read(bytes: &[u8], sequence: u8) -> Result<Option<(Answer, usize)>, Fault> {
    let Some((header, rest)) = bytes.split_first_chunk::<10>() else {
        return Ok(None);
    };
    let [kind, a, b, c, d, slot, theirs, status, error, _chain] = *header;
    if kind != ANSWER || slot != SLOT {
        return Err(Fault::Protocol("no answer begins here"));
    }
    let length = usize::try_from(u32::from_le_bytes([a, b, c, d])).unwrap_or(usize::MAX);
    if length > PAYLOAD_BYTES_MAX {
        return Err(Fault::Protocol("an answer that is too long"));
    }
    let Some(payload) = rest.get(..length) else {
        return Ok(None);
    };
    let answer = match status >> 6 {
        _ if theirs != sequence => Answer::Leftover,
        0 => Answer::Payload(Zeroizing::new(payload.to_vec())),
        1 if error == SLOT_BUSY => Answer::Busy,
        2 => Answer::MoreTime,
        _ => return Err(Fault::Reported(u32::from(error))),
    };
    Ok(Some((answer, header.len() + length)))
}
