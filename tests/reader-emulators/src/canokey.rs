//! A CanoKey, the device's side. A packet is `bmRequestType bRequest`, then the data of a request out,
//! or the length (u16be) of one in; no answer is a stall.

use crate::{Card, Device};

/// A CanoKey with a card in it.
pub struct CanoKeyDevice {
    card: Card,
    /// The response that waits to be fetched.
    response: Option<Vec<u8>>,
    /// How often a command is still at work when asked.
    pub at_work: usize,
    asked: usize,
}

impl CanoKeyDevice {
    /// Puts a card into the device.
    #[must_use]
    pub const fn new(card: Card) -> Self {
        Self {
            card,
            response: None,
            at_work: 0,
            asked: 0,
        }
    }

    fn status(&mut self) -> u8 {
        match self.response {
            None => 0xFF,
            Some(_) if self.asked < self.at_work => {
                self.asked += 1;
                1
            }
            Some(_) => 0,
        }
    }
}

impl Device for CanoKeyDevice {
    fn take(&mut self, packet: &[u8]) -> Vec<Vec<u8>> {
        match packet {
            [0x41, 0x00, apdu @ ..] => {
                assert!(self.response.is_none(), "the last response was not fetched");
                assert!(apdu.len() <= 1_280, "more than the buffer holds");
                self.response = Some((self.card)(apdu));
                self.asked = 0;
                vec![Vec::new()]
            }
            [0xC1, 0x02, 0, 1] => vec![vec![self.status()]],
            [0xC1, 0x01, high, low] if self.status() == 0 => {
                let mut response = self.response.take().unwrap();
                response.truncate(usize::from(*high) << 8 | usize::from(*low));
                vec![response]
            }
            _ => Vec::new(),
        }
    }
}
