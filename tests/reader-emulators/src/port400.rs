//! RC-S300, the device's side.

use crate::Device;
use crate::radio::{Air, Radio, Sound, Spoken};

const DONE: [u8; 5] = [0xC0, 0x03, 0x00, 0x90, 0x00];

/// An RC-S300.
pub struct Port400Device {
    radio: Radio,
    air: Option<Air>,
    session: bool,
    bits: u8,
    /// Whether the field is on.
    pub field: bool,
    /// Another program has the reader.
    pub held: bool,
    /// How many of the next commands meet a busy slot.
    pub busy: usize,
    /// How often more time is asked for before each answer.
    pub extensions: usize,
    /// Sends an answer to an earlier command before each answer.
    pub leftovers: bool,
    /// Selects a card of type A when switched to it, as PC/SC part 3 has it.
    pub selects: bool,
}

impl Port400Device {
    /// With these cards on it.
    #[must_use]
    pub const fn with(radio: Radio) -> Self {
        Self {
            radio,
            air: None,
            session: false,
            bits: 8,
            field: false,
            held: false,
            busy: 0,
            extensions: 0,
            leftovers: false,
            selects: false,
        }
    }

    fn answer(&mut self, apdu: &[u8]) -> Vec<u8> {
        assert_eq!(apdu[..3], [0xFF, 0x50, 0x00], "a pseudo-APDU");
        let mut answer = match (apdu[3], &apdu[4..]) {
            (0, [2, tag, 0, 0]) => self.manage(*tag),
            (2, [4, 0x8F, 2, mode, layer, 0]) => self.switch(*mode, *layer),
            (1, [0, high, low, rest @ ..]) => {
                let length = usize::from(u16::from_be_bytes([*high, *low]));
                assert_eq!(rest[length..], [0, 0, 0], "Le");
                self.exchange(&rest[..length])
            }
            _ => panic!("no such pseudo-APDU: {apdu:02X?}"),
        };
        answer.extend([0x90, 0x00]);
        answer
    }

    fn manage(&mut self, tag: u8) -> Vec<u8> {
        match tag {
            0x81 if self.held => return vec![0xC0, 0x03, 0x01, 0x69, 0x8A],
            0x81 => self.session = true,
            0x82 if !self.session => return vec![0xC0, 0x03, 0x01, 0x6A, 0x88],
            0x82 => self.session = false,
            0x83 => {
                self.field = false;
                self.radio.field_off();
            }
            0x84 => self.field = true,
            _ => panic!("no such tag: {tag:02X}"),
        }
        DONE.to_vec()
    }

    fn switch(&mut self, mode: u8, layer: u8) -> Vec<u8> {
        assert!(self.session && self.field, "a session, and the field on");
        let air = match (mode, layer) {
            (0, 3) => Air::A,
            (1, 3) => Air::B,
            (3, 0) => Air::F,
            _ => panic!("no such protocol: {mode} {layer}"),
        };
        self.air = Some(air);
        self.bits = 8;
        if self.selects && air == Air::A && !self.select() {
            return vec![0xC0, 0x03, 0x01, 0x64, 0x01];
        }
        [&DONE[..], &[0x8F, 0x01, layer]].concat()
    }

    /// Selects a card of type A by itself.
    fn select(&mut self) -> bool {
        let mut say = |bytes: &[u8], bits, checksum| {
            let spoken = Spoken {
                bytes: bytes.to_vec(),
                bits,
                checksum,
            };
            self.radio.speak(Air::A, &spoken)
        };
        if say(&[0x52], 7, false) == Sound::Silence {
            return false;
        }
        for level in [0x93, 0x95, 0x97] {
            let Sound::Frame(part) = say(&[level, 0x20], 8, false) else {
                return false;
            };
            let select = [&[level, 0x70], &part[..]].concat();
            match say(&select, 8, true) {
                Sound::Frame(sak) if sak[0] & 4 == 0 => return true,
                Sound::Frame(_) => {}
                _ => return false,
            }
        }
        false
    }

    fn exchange(&mut self, mut fields: &[u8]) -> Vec<u8> {
        assert!(self.session && self.field, "a session, and the field on");
        let air = self.air.expect("a protocol was chosen");
        let (mut flags, mut timeout, mut frame) = (None, 0, None);
        while !fields.is_empty() {
            fields = match fields {
                [0x90, 2, 0, bits, rest @ ..] => {
                    flags = Some(*bits);
                    rest
                }
                [0x91, 1, bits, rest @ ..] => {
                    self.bits = if *bits == 0 { 8 } else { *bits };
                    rest
                }
                [0x5F, 0x46, 4, a, b, c, d, rest @ ..] => {
                    timeout = u32::from_le_bytes([*a, *b, *c, *d]);
                    rest
                }
                [0x95, 0x82, high, low, rest @ ..] => {
                    let length = usize::from(u16::from_be_bytes([*high, *low]));
                    frame = Some(rest[..length].to_vec());
                    &rest[length..]
                }
                _ => panic!("no such field: {fields:02X?}"),
            };
        }
        assert!(timeout > 0, "a time to wait");
        let flags = flags.expect("flags are always stated, because the reader keeps the last ones");
        let parity = if air == Air::A { 0 } else { 0x0C };
        assert_eq!(
            flags & 0xFC,
            0x10 | parity,
            "parity by the protocol, blocks by the host"
        );
        let spoken = Spoken {
            bytes: frame.expect("a frame"),
            bits: self.bits,
            checksum: flags & 3 == 0,
        };
        match self.radio.speak(air, &spoken) {
            Sound::Silence => vec![0xC0, 0x03, 0x01, 0x64, 0x01],
            Sound::Garbled => Self::heard(0x01, &[]),
            Sound::Collision => Self::heard(0x02, &[]),
            Sound::Frame(bytes) => Self::heard(0x00, &bytes),
        }
    }

    fn heard(status: u8, bytes: &[u8]) -> Vec<u8> {
        let mut answer = DONE.to_vec();
        answer.extend([0x92, 0x01, 0x00, 0x96, 0x02, status, 0x00, 0x97]);
        match u8::try_from(bytes.len()) {
            Ok(length @ 0..0x80) => answer.push(length),
            Ok(length) => answer.extend([0x81, length]),
            Err(_) => answer.extend([0x82, 1, u8::try_from(bytes.len() - 256).unwrap()]),
        }
        answer.extend_from_slice(bytes);
        answer
    }

    fn reply(sequence: u8, status: u8, error: u8, payload: &[u8]) -> Vec<u8> {
        let mut reply = vec![0x83];
        reply.extend(u32::try_from(payload.len()).unwrap().to_le_bytes());
        reply.extend([0, sequence, status, error, 0]);
        reply.extend_from_slice(payload);
        reply
    }
}

impl Device for Port400Device {
    fn take(&mut self, packet: &[u8]) -> Vec<Vec<u8>> {
        assert_eq!(packet[0], 0x6B, "an escape command");
        let length = usize::try_from(u32::from_le_bytes(packet[1..5].try_into().unwrap())).unwrap();
        assert_eq!(packet[5], 0, "the slot");
        assert_eq!(packet[7..10], [0; 3]);
        assert_eq!(packet.len(), 10 + length, "the length");
        let sequence = packet[6];
        let mut replies = Vec::new();
        if self.leftovers {
            replies.push(Self::reply(
                sequence.wrapping_sub(1),
                0,
                0,
                &[0xC0, 0x03, 0x01, 0x64, 0x01, 0x90, 0x00],
            ));
        }
        if self.busy > 0 {
            self.busy -= 1;
            replies.push(Self::reply(sequence, 0x40, 0xE0, &[]));
            return replies;
        }
        for _ in 0..self.extensions {
            replies.push(Self::reply(sequence, 0x80, 0x01, &[]));
        }
        let answer = self.answer(&packet[10..]);
        replies.push(Self::reply(sequence, 0, 0, &answer));
        replies
    }
}
