//! A contactless card (PICC) of type A or B: ISO/IEC 14443-3 and -4, the card's side.

mod blocks;

use crate::Card;
use crate::radio::{Air, Listener, Spoken};
use blocks::Blocks;

/// A card in the field.
pub struct Picc {
    kind: Kind,
    state: State,
    /// FSCI: the longest frame the card takes, as a code.
    fsci: u8,
    /// Whether the card speaks ISO/IEC 14443-4.
    layer_4: bool,
    blocks: Blocks,
}

enum Kind {
    /// The identifier: 4, 7 or 10 bytes.
    A(Vec<u8>),
    /// The PUPI.
    B([u8; 4]),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Idle,
    Ready(usize),
    Active,
    Protocol,
}

impl Picc {
    /// A card of type A with an identifier of 4, 7 or 10 bytes.
    #[must_use]
    pub fn type_a(identifier: &[u8], card: Card) -> Self {
        assert!([4, 7, 10].contains(&identifier.len()));
        Self::of(Kind::A(identifier.to_vec()), card)
    }

    /// A card of type B.
    #[must_use]
    pub fn type_b(pupi: [u8; 4], card: Card) -> Self {
        Self::of(Kind::B(pupi), card)
    }

    const fn of(kind: Kind, card: Card) -> Self {
        Self {
            kind,
            state: State::Idle,
            fsci: 8,
            layer_4: true,
            blocks: Blocks::new(card),
        }
    }

    /// With another longest frame: 16, 24, 32, 40, 48, 64, 96, 128 or 256 bytes for 0 to 8.
    #[must_use]
    pub const fn with_fsci(mut self, fsci: u8) -> Self {
        self.fsci = fsci;
        self
    }

    /// Asks that often for more time before each answer.
    #[must_use]
    pub const fn slow(mut self, extensions: usize) -> Self {
        self.blocks.extensions = extensions;
        self
    }

    /// A card that only stores, like a ticket.
    #[must_use]
    pub const fn without_layer_4(mut self) -> Self {
        self.layer_4 = false;
        self
    }

    fn frame_max(&self) -> usize {
        [16, 24, 32, 40, 48, 64, 96, 128, 256][usize::from(self.fsci)]
    }

    /// The parts of the identifier, each with its check byte.
    fn levels(identifier: &[u8]) -> Vec<[u8; 5]> {
        let mut rest = identifier;
        let mut levels = Vec::new();
        while rest.len() > 4 {
            levels.push([0x88, rest[0], rest[1], rest[2]]);
            rest = &rest[3..];
        }
        levels.push(rest.try_into().unwrap());
        let check = |part: [u8; 4]| {
            let [a, b, c, d] = part;
            [a, b, c, d, a ^ b ^ c ^ d]
        };
        levels.into_iter().map(check).collect()
    }

    fn hear_a(&mut self, identifier: &[u8], spoken: &Spoken) -> Option<Vec<u8>> {
        let levels = Self::levels(identifier);
        match (self.state, &spoken.bytes[..], spoken.bits, spoken.checksum) {
            (State::Idle, [0x26 | 0x52], 7, false) => {
                self.state = State::Ready(0);
                let size = u8::try_from(levels.len() - 1).unwrap();
                Some(vec![0x04 | size << 6, 0x00])
            }
            (State::Ready(level), [sel, 0x20], 8, false) if *sel == sel_of(level) => {
                Some(levels[level].to_vec())
            }
            (State::Ready(level), [sel, 0x70, part @ ..], 8, true)
                if *sel == sel_of(level) && part == levels[level] =>
            {
                let more = level + 1 < levels.len();
                self.state = if more {
                    State::Ready(level + 1)
                } else {
                    State::Active
                };
                let sak = if self.layer_4 { 0x20 } else { 0x08 };
                Some(vec![if more { 0x04 } else { sak }])
            }
            (State::Active, [0xE0, parameter], 8, true) if self.layer_4 => {
                assert_eq!(parameter & 0x0F, 0, "no card number is wanted");
                self.state = State::Protocol;
                self.blocks.begin(fsd(parameter >> 4));
                // T0 with TA, TB, TC; FWI 8, SFGI 1; two historical bytes.
                Some(vec![7, 0x70 | self.fsci, 0x00, 0x81, 0x00, 0xC0, 0xDE])
            }
            _ => {
                self.state = State::Idle;
                None
            }
        }
    }

    fn hear_b(&mut self, pupi: [u8; 4], spoken: &Spoken) -> Option<Vec<u8>> {
        match (&spoken.bytes[..], spoken.checksum) {
            ([0x05, 0x00, _], true) => {
                self.state = State::Ready(0);
                let mut atqb = vec![0x50];
                atqb.extend(pupi);
                atqb.extend([0, 0, 0, 0]);
                atqb.extend([0x00, self.fsci << 4 | u8::from(self.layer_4), 0x80]);
                Some(atqb)
            }
            ([0x1D, rest @ ..], true) if self.state == State::Ready(0) && rest[..4] == pupi => {
                assert_eq!(rest[4], 0, "timing as stated");
                assert_eq!(rest[5] >> 4, 0, "106 kbit/s");
                assert_eq!(rest[6..], [0x01, 0x00], "ISO/IEC 14443-4, no card number");
                self.state = State::Protocol;
                self.blocks.begin(fsd(rest[5] & 0x0F));
                Some(vec![0x00])
            }
            _ => None,
        }
    }
}

fn sel_of(level: usize) -> u8 {
    [0x93, 0x95, 0x97][level]
}

fn fsd(code: u8) -> usize {
    [16, 24, 32, 40, 48, 64, 96, 128, 256][usize::from(code)]
}

impl Listener for Picc {
    fn hear(&mut self, air: Air, spoken: &Spoken) -> Option<Vec<u8>> {
        let ours = match self.kind {
            Kind::A(_) => Air::A,
            Kind::B(_) => Air::B,
        };
        if air != ours {
            return None;
        }
        if self.state == State::Protocol {
            assert!(
                spoken.checksum && spoken.bits == 8,
                "blocks are whole bytes with a checksum"
            );
            assert!(
                spoken.bytes.len() + 2 <= self.frame_max(),
                "longer than the card takes"
            );
            return self.blocks.hear(&spoken.bytes);
        }
        match &self.kind {
            Kind::A(identifier) => {
                let identifier = identifier.clone();
                self.hear_a(&identifier, spoken)
            }
            Kind::B(pupi) => {
                let pupi = *pupi;
                self.hear_b(pupi, spoken)
            }
        }
    }

    fn field_off(&mut self) {
        self.state = State::Idle;
    }
}
