//! Ledger's framing of APDUs in reports of 64 bytes, over HID and over WebUSB alike.
//!
//! A report is `channel u16be, tag 05, sequence u16be from 0, up to 59 bytes`, filled with zeros. The
//! bytes of all reports are the length of the APDU (u16be) and the APDU. Source: LedgerHQ/ledger-live,
//! `hid-framing.ts`.

use alloc::vec::Vec;
use zeroize::Zeroizing;

use crate::{Fault, Pipe, RESPONSE_BYTES_MIN, Response, check_command, patience_ms};

/// Bytes of a report, its id not counted.
const REPORT_BYTES: usize = 64;
/// Channel, tag and sequence.
const HEADER_BYTES: usize = 5;
/// Marks an APDU.
const TAG: u8 = 0x05;
/// The length is a u16.
const APDU_BYTES_MAX: usize = 0xFFFF;
/// What an earlier session was answered may still come: as many reports as the longest answer has.
const LEFTOVERS_MAX: usize = 1_112;
/// How long the next report of an answer may take, once the first is there.
const NEXT_REPORT_MS_MAX: u32 = 2_000;

/// A device that is a card and speaks Ledger's framing.
pub struct Ledger<P> {
    pipe: P,
    channel: u16,
}

impl<P: Pipe> Ledger<P> {
    /// A session. `channel` should be random: an answer to an earlier session is then told apart and dropped.
    pub const fn new(pipe: P, channel: u16) -> Self {
        Self { pipe, channel }
    }

    /// Sends one command APDU and returns its response.
    ///
    /// # Errors
    /// See [`Fault`]. After an error the session is over: what comes next may answer the lost command.
    pub async fn transmit(&mut self, apdu: &[u8]) -> Result<Response, Fault> {
        check_command(apdu, APDU_BYTES_MAX)?;
        for report in reports(self.channel, apdu) {
            self.pipe.send(&*report).await?;
        }
        let mut answer = Answer::new(self.channel);
        let first = self.first(patience_ms(apdu)).await?;
        let mut whole = answer.take(&first)?;
        while !whole {
            let report = self.pipe.receive(NEXT_REPORT_MS_MAX).await?;
            whole = answer.take(&report)?;
        }
        Ok(answer.bytes)
    }

    /// The first report that is not for an earlier session, which may have ended with its command
    /// unanswered: a browser ends a service worker when it likes.
    async fn first(&mut self, timeout_ms: u32) -> Result<Vec<u8>, Fault> {
        for _ in 0..=LEFTOVERS_MAX {
            let report = self.pipe.receive(timeout_ms).await?;
            if report.first_chunk() == Some(&self.channel.to_be_bytes())
                || report.len() < HEADER_BYTES
            {
                return Ok(report);
            }
        }
        Err(Fault::Protocol("reports of other channels without end"))
    }

    /// The pipe, to be closed.
    pub fn into_pipe(self) -> P {
        self.pipe
    }
}

/// The reports of an APDU of at most 65,535 bytes; each is wiped when dropped.
fn reports(channel: u16, apdu: &[u8]) -> impl Iterator<Item = Zeroizing<[u8; REPORT_BYTES]>> {
    let length = u16::try_from(apdu.len()).unwrap_or(u16::MAX).to_be_bytes();
    let mut stream = Zeroizing::new(Vec::with_capacity(length.len() + apdu.len()));
    stream.extend_from_slice(&length);
    stream.extend_from_slice(apdu);
    let room = REPORT_BYTES - HEADER_BYTES;
    let count = stream.len().div_ceil(room);
    (0..count).map(move |index| {
        let rest = stream.get(index * room..).unwrap_or_default();
        let part = rest.get(..room).unwrap_or(rest);
        let [channel_high, channel_low] = channel.to_be_bytes();
        let [high, low] = u16::try_from(index).unwrap_or(u16::MAX).to_be_bytes();
        let header = [channel_high, channel_low, TAG, high, low];
        let mut report = Zeroizing::new([0; REPORT_BYTES]);
        for (to, from) in report.iter_mut().zip(header.iter().chain(part)) {
            *to = *from;
        }
        report
    })
}

/// An answer that comes report by report.
struct Answer {
    channel: u16,
    sequence: u16,
    length: usize,
    bytes: Response,
}

impl Answer {
    fn new(channel: u16) -> Self {
        Self {
            channel,
            sequence: 0,
            length: 0,
            bytes: Zeroizing::new(Vec::new()),
        }
    }

    /// Takes the next report; whether the answer is whole.
    fn take(&mut self, report: &[u8]) -> Result<bool, Fault> {
        let [
            channel_high,
            channel_low,
            tag,
            sequence_high,
            sequence_low,
            part @ ..,
        ] = report
        else {
            return Err(Fault::Protocol("a report is shorter than its header"));
        };
        if report.len() > REPORT_BYTES {
            return Err(Fault::Protocol("a report is longer than 64 bytes"));
        }
        if u16::from_be_bytes([*channel_high, *channel_low]) != self.channel {
            return Err(Fault::Protocol("a report of another channel"));
        }
        if *tag != TAG {
            return Err(Fault::Protocol("a report with another tag"));
        }
        if u16::from_be_bytes([*sequence_high, *sequence_low]) != self.sequence {
            return Err(Fault::Protocol("a report out of sequence"));
        }
        let part = if self.sequence == 0 {
            self.begin(part)?
        } else {
            part
        };
        if part.is_empty() {
            return Err(Fault::Protocol("a report without content"));
        }
        let missing = self.length - self.bytes.len();
        self.bytes
            .extend_from_slice(part.get(..missing).unwrap_or(part));
        self.sequence = self.sequence.wrapping_add(1);
        Ok(self.bytes.len() == self.length)
    }

    /// Reads the length that begins the answer; what follows it.
    fn begin<'a>(&mut self, part: &'a [u8]) -> Result<&'a [u8], Fault> {
        let [high, low, part @ ..] = part else {
            return Err(Fault::Protocol("an answer without length"));
        };
        self.length = usize::from(u16::from_be_bytes([*high, *low]));
        if self.length < RESPONSE_BYTES_MIN {
            return Err(Fault::Protocol("an answer without status word"));
        }
        // Once and for all, because a vector that grows leaves its content behind.
        self.bytes.reserve_exact(self.length);
        Ok(part)
    }
}
