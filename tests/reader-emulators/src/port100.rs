//! RC-S380, the device's side.

use std::collections::BTreeMap;

use crate::Device;
use crate::radio::{Air, Radio, Sound, Spoken};

const ACK: [u8; 6] = [0x00, 0x00, 0xFF, 0x00, 0xFF, 0x00];

/// An RC-S380.
pub struct Port100Device {
    radio: Radio,
    air: Option<Air>,
    settings: BTreeMap<u8, u8>,
    /// Whether the field is on.
    pub field: bool,
}

impl Port100Device {
    /// With these cards on it.
    #[must_use]
    pub const fn with(radio: Radio) -> Self {
        Self {
            radio,
            air: None,
            settings: BTreeMap::new(),
            field: false,
        }
    }

    fn answer(&mut self, command: u8, parameters: &[u8]) -> Vec<u8> {
        match (command, parameters) {
            (0x2A, [1]) => vec![0],
            (0x06, [0]) => {
                self.field = false;
                self.radio.field_off();
                vec![0]
            }
            (0x00, rf) => {
                self.air = Some(match rf {
                    [2, 3, 15, 3] => Air::A,
                    [3, 7, 15, 7] => Air::B,
                    [1, 1, 15, 1] => Air::F,
                    _ => panic!("no such speed: {rf:?}"),
                });
                self.settings.clear();
                vec![0]
            }
            (0x02, settings) => {
                assert!(!settings.is_empty() && settings.len().is_multiple_of(2));
                for pair in settings.chunks(2) {
                    assert!(pair[0] <= 0x13 && pair[0] != 0x0D, "no such setting");
                    self.settings.insert(pair[0], pair[1]);
                }
                vec![0]
            }
            (0x04, [low, high, frame @ ..]) => {
                assert!(u16::from_le_bytes([*low, *high]) > 0, "a time to wait");
                self.communicate(frame)
            }
            _ => panic!("no such command: {command:02X} {parameters:02X?}"),
        }
    }

    fn communicate(&mut self, frame: &[u8]) -> Vec<u8> {
        assert_eq!(self.settings.len(), 19, "the defaults were set");
        let air = self.air.expect("the field was set");
        let set = |key: u8| self.settings[&key];
        let bits = set(7);
        match air {
            Air::A if bits == 7 => assert_eq!([set(4), set(5)], [0, 1], "parity of a short frame"),
            Air::A => assert_eq!([set(4), set(5)], [1, 1], "parity"),
            Air::B => assert_eq!(
                [set(9), set(10), set(11), set(12)],
                [1; 4],
                "start and end of frame"
            ),
            Air::F => assert_eq!(set(0), 0x18, "the guard time of FeliCa"),
        }
        assert_eq!(set(1), set(2), "checksums both ways or none");
        self.field = true;
        let spoken = Spoken {
            bytes: frame.to_vec(),
            bits,
            checksum: set(1) == 1,
        };
        match self.radio.speak(air, &spoken) {
            Sound::Frame(bytes) => [&[0, 0, 0, 0, 8], &bytes[..]].concat(),
            Sound::Garbled => vec![0x04, 0, 0, 0],
            Sound::Collision => vec![0x08, 0, 0, 0],
            Sound::Silence => vec![0x80, 0, 0, 0],
        }
    }
}

fn sum(bytes: &[u8]) -> u8 {
    bytes
        .iter()
        .fold(0, |sum: u8, byte| sum.wrapping_add(*byte))
}

impl Device for Port100Device {
    fn take(&mut self, packet: &[u8]) -> Vec<Vec<u8>> {
        if packet == ACK {
            return Vec::new();
        }
        assert_eq!(packet[..5], [0, 0, 0xFF, 0xFF, 0xFF], "an extended frame");
        let length = usize::from(u16::from_le_bytes([packet[5], packet[6]]));
        assert_eq!(sum(&packet[5..8]), 0, "LCS");
        assert_eq!(packet.len(), 8 + length + 2, "the length");
        assert_eq!(sum(&packet[8..8 + length + 1]), 0, "DCS");
        assert_eq!(packet[8 + length + 1], 0, "the postamble");
        let data = &packet[8..8 + length];
        assert_eq!(data[0], 0xD6, "a command");
        let mut answer = vec![0xD7, data[1] + 1];
        answer.extend(self.answer(data[1], &data[2..]));
        let size = u16::try_from(answer.len()).unwrap().to_le_bytes();
        let mut frame = vec![
            0,
            0,
            0xFF,
            0xFF,
            0xFF,
            size[0],
            size[1],
            sum(&size).wrapping_neg(),
        ];
        let check = sum(&answer).wrapping_neg();
        frame.extend(answer);
        frame.extend([check, 0]);
        vec![ACK.to_vec(), frame]
    }
}
