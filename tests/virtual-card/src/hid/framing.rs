//! Ledger framing as the device sees it, in reports of 64 bytes:
//! `channel u16 | tag 05 | sequence u16 | up to 59 bytes`, big-endian, padded with zeros. The bytes
//! of all reports together are `length u16 | APDU`.
//!
//! Written for itself, without a look at `crates/reader`: two that agree are better than one.

use zeroize::Zeroizing;

/// Bytes of a report, its identifier not counted.
pub const REPORT: usize = 64;
const HEADER: usize = 5;
const ROOM: usize = REPORT - HEADER;
/// The tag of an APDU; other tags ask the device itself.
const APDU: u8 = 0x05;

/// A report.
pub type Report = [u8; REPORT];

/// A command APDU, and the channel on which it is answered.
#[derive(Debug, PartialEq, Eq)]
pub struct Command {
    /// The host's choice, echoed.
    pub channel: [u8; 2],
    /// The whole APDU.
    pub apdu: Zeroizing<Vec<u8>>,
}

/// Puts the reports of a command together.
#[derive(Default)]
pub struct Assembler {
    begun: Option<Begun>,
}

struct Begun {
    channel: [u8; 2],
    length: usize,
    next: u16,
    apdu: Zeroizing<Vec<u8>>,
}

impl Assembler {
    /// Takes a report in; the command if it is complete now. A report out of order is dropped, and
    /// with it what had begun: a device has nobody to complain to.
    pub fn receive(&mut self, report: &Report) -> Option<Command> {
        let [high, low, tag, first, second, ref data @ ..] = *report;
        let (channel, sequence) = ([high, low], u16::from_be_bytes([first, second]));
        let begun = self.begun.take();
        if tag != APDU {
            return None;
        }
        let (mut begun, data) = match begun {
            _ if sequence == 0 => (Begun::new(channel, [data[0], data[1]]), &data[2..]),
            Some(begun) if begun.channel == channel && begun.next == sequence => (begun, &data[..]),
            _ => return None,
        };
        let missing = begun.length - begun.apdu.len();
        begun
            .apdu
            .extend_from_slice(&data[..missing.min(data.len())]);
        if begun.apdu.len() == begun.length {
            return Some(Command {
                channel,
                apdu: begun.apdu,
            });
        }
        begun.next = sequence.checked_add(1)?;
        self.begun = Some(begun);
        None
    }
}

impl Begun {
    fn new(channel: [u8; 2], length: [u8; 2]) -> Self {
        let length = u16::from_be_bytes(length).into();
        Self {
            channel,
            length,
            next: 0,
            apdu: Zeroizing::new(Vec::with_capacity(length)),
        }
    }
}

/// The reports of a response; nothing if it is longer than the framing can say (65,535 bytes).
pub fn reports(channel: [u8; 2], response: &[u8]) -> Option<Vec<Report>> {
    let length = u16::try_from(response.len()).ok()?;
    let stream = Zeroizing::new([&length.to_be_bytes(), response].concat());
    let framed = stream.chunks(ROOM).zip(0_u16..).map(|(data, sequence)| {
        let mut report = [0; REPORT];
        report[..2].copy_from_slice(&channel);
        report[2] = APDU;
        report[3..HEADER].copy_from_slice(&sequence.to_be_bytes());
        report[HEADER..HEADER + data.len()].copy_from_slice(data);
        report
    });
    Some(framed.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHANNEL: [u8; 2] = [0xa5, 0x17];

    fn assembled(reports: &[Report]) -> Option<Command> {
        let mut assembler = Assembler::default();
        let mut complete = reports
            .iter()
            .filter_map(|report| assembler.receive(report));
        let command = complete.next();
        assert_eq!(complete.next(), None);
        command
    }

    #[test]
    fn a_short_command_is_one_report() {
        let mut report = [0; REPORT];
        report[..11].copy_from_slice(&[0xa5, 0x17, 5, 0, 0, 0, 4, 0, 0x20, 0, 0x80]);
        let command = assembled(&[report]).unwrap();
        assert_eq!(command.channel, CHANNEL);
        assert_eq!(*command.apdu, [0, 0x20, 0, 0x80]);
    }

    #[test]
    fn what_is_framed_is_put_together_again_at_every_length_about_a_report() {
        for length in (0..200).chain([3_000, 65_535]) {
            let apdu: Vec<u8> = (0..length).map(|byte: u32| byte as u8).collect();
            let command = assembled(&reports(CHANNEL, &apdu).unwrap()).unwrap();
            assert_eq!(*command.apdu, apdu);
        }
    }

    #[test]
    fn a_response_that_the_length_cannot_say_is_not_framed() {
        assert_eq!(reports(CHANNEL, &[0; 65_536]), None);
    }

    #[test]
    fn a_report_out_of_order_or_of_another_channel_ends_what_had_begun() {
        let whole = reports(CHANNEL, &[7; 200]).unwrap();
        let mut other = whole.clone();
        other[1][0] ^= 1;
        assert_eq!(assembled(&other), None);
        let mut swapped = whole.clone();
        swapped.swap(1, 2);
        assert_eq!(assembled(&swapped), None);
        let again = [&whole[..2], &whole[..]].concat();
        assert_eq!(*assembled(&again).unwrap().apdu, [7; 200]);
    }

    #[test]
    fn what_is_no_apdu_is_not_answered() {
        let mut ping = [0; REPORT];
        ping[2] = 0x02;
        assert_eq!(assembled(&[ping]), None);
    }
}
