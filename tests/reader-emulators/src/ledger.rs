//! A device in Ledger's framing: reports of 64 bytes, `channel tag sequence`, then the stream of
//! length and APDU.

use crate::{Card, Device};

/// A card behind Ledger's framing.
pub struct LedgerDevice {
    card: Card,
    received: Vec<u8>,
    reports: u16,
}

impl LedgerDevice {
    /// Puts a card behind the framing.
    #[must_use]
    pub const fn new(card: Card) -> Self {
        Self {
            card,
            received: Vec::new(),
            reports: 0,
        }
    }

    fn answer(channel: &[u8], response: &[u8]) -> Vec<Vec<u8>> {
        let mut stream = u16::try_from(response.len())
            .unwrap()
            .to_be_bytes()
            .to_vec();
        stream.extend_from_slice(response);
        let report = |(index, part): (usize, &[u8])| {
            let mut report = channel.to_vec();
            report.push(5);
            report.extend(u16::try_from(index).unwrap().to_be_bytes());
            report.extend_from_slice(part);
            report.resize(64, 0);
            report
        };
        stream.chunks(59).enumerate().map(report).collect()
    }
}

impl Device for LedgerDevice {
    fn take(&mut self, report: &[u8]) -> Vec<Vec<u8>> {
        assert_eq!(report.len(), 64, "a report has 64 bytes");
        assert_eq!(report[2], 5, "the tag");
        assert_eq!(report[3..5], self.reports.to_be_bytes(), "the sequence");
        self.reports += 1;
        self.received.extend_from_slice(&report[5..]);
        let length = usize::from(self.received[0]) << 8 | usize::from(self.received[1]);
        if self.received.len() < 2 + length {
            return Vec::new();
        }
        assert!(
            self.received[2 + length..].iter().all(|byte| *byte == 0),
            "filled with zeros"
        );
        let apdu = self.received[2..2 + length].to_vec();
        self.received.clear();
        self.reports = 0;
        Self::answer(&report[..2], &(self.card)(&apdu))
    }
}
