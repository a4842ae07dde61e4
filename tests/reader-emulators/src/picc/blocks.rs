//! The block protocol of ISO/IEC 14443-4 §7.5, the card's side; rules by their letters and numbers there.

use crate::Card;

pub(super) struct Blocks {
    card: Card,
    /// How often more time is asked for before each answer.
    pub(super) extensions: usize,
    /// The card's block number, 1 at first (rule C).
    number: u8,
    frame_max: usize,
    command: Vec<u8>,
    response: Vec<u8>,
    asked: usize,
    last_sent: Vec<u8>,
}

impl Blocks {
    pub(super) const fn new(card: Card) -> Self {
        Self {
            card,
            extensions: 0,
            number: 1,
            frame_max: 256,
            command: Vec::new(),
            response: Vec::new(),
            asked: 0,
            last_sent: Vec::new(),
        }
    }

    /// The protocol begins; the reader takes frames of that length.
    pub(super) fn begin(&mut self, frame_max: usize) {
        self.number = 1;
        self.frame_max = frame_max;
        self.command.clear();
        self.response.clear();
        self.asked = 0;
    }

    pub(super) fn hear(&mut self, block: &[u8]) -> Option<Vec<u8>> {
        let answer = self.answer(block)?;
        self.last_sent.clone_from(&answer);
        Some(answer)
    }

    fn answer(&mut self, block: &[u8]) -> Option<Vec<u8>> {
        let pcb = block[0];
        let number = pcb & 1;
        match pcb {
            0x02 | 0x03 | 0x12 | 0x13 => {
                self.number ^= 1; // Rule D.
                assert_eq!(number, self.number, "a block that the card has already");
                self.command.extend_from_slice(&block[1..]);
                if pcb & 0x10 != 0 {
                    return Some(vec![0xA2 | self.number]); // Rule 2.
                }
                self.response = (self.card)(&std::mem::take(&mut self.command));
                self.asked = 0;
                Some(self.go_on())
            }
            0xA2 | 0xA3 if number != self.number => {
                self.number ^= 1; // Rule E.
                assert!(!self.response.is_empty(), "nothing follows");
                Some(self.part()) // Rule 13.
            }
            0xA2 | 0xA3 => Some(self.last_sent.clone()), // Rule 11.
            0xB2 | 0xB3 if number == self.number => Some(self.last_sent.clone()), // Rule 11.
            0xB2 | 0xB3 => Some(vec![0xA2 | self.number]), // Rule 12.
            0xF2 => {
                assert_eq!(block[1..], [0x05], "the multiplier comes back");
                Some(self.go_on())
            }
            0xC2 => Some(vec![0xC2]),
            _ => panic!("a block that no reader sends: {block:02X?}"),
        }
    }

    /// Asks for time, or answers.
    fn go_on(&mut self) -> Vec<u8> {
        if self.asked < self.extensions {
            self.asked += 1;
            // The upper bits say how much power comes: none of the reader's business here.
            return vec![0xF2, 0x40 | 0x05];
        }
        self.part()
    }

    fn part(&mut self) -> Vec<u8> {
        let room = self.frame_max - 3;
        let rest = self.response.split_off(self.response.len().min(room));
        let part = std::mem::replace(&mut self.response, rest);
        let chained = if self.response.is_empty() { 0 } else { 0x10 };
        let mut block = vec![0x02 | self.number | chained];
        block.extend(part);
        block
    }
}
