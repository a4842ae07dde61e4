//! One command over as many APDUs as the card needs: in pieces where it takes only short ones, with its
//! response fetched where it gives it in pieces (ISO/IEC 7816-4 §5.3.3 and §5.3.4).
//!
//! Nothing here sends: whoever has the reader, awaiting or not, does
//! `loop { let response = transmit(exchange.to_send()); if let Some(whole) = exchange.receive(&response)? { … } }`.

use alloc::vec::Vec;
use core::fmt;

use zeroize::Zeroizing;

use super::CardError;
use crate::StatusWord;

/// The most a short APDU carries, in bytes.
const PIECE: usize = 255;
/// More data than any response has, in bytes.
const RESPONSE_MAX: usize = 128 * 1024;
/// More APDUs than any command takes, the pieces of the longest and of its response included.
const ROUNDS_MAX: u16 = 512;
/// The class bit of a command with more to come.
const CHAINED: u8 = 0x10;

/// How long an APDU the card takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Extended, as this card does. A card that refuses the length gets the command anew in short ones.
    Extended,
    /// Short, as every PIV card does (SP 800-73-5 part 2, §2.3.2).
    Short,
}

/// A command on its way.
pub struct Exchange {
    command: Zeroizing<Vec<u8>>,
    header: [u8; 4],
    /// Where the data is in `command`.
    data: core::ops::Range<usize>,
    form: Form,
    /// How much of the data has gone in short APDUs.
    gone: usize,
    sending: Zeroizing<Vec<u8>>,
    received: Zeroizing<Vec<u8>>,
    rounds: u16,
}

impl Exchange {
    /// Begins a command, as this module's encoders make it, with a card of that form.
    ///
    /// # Errors
    /// [`CardError::Malformed`] if it is not of extended length.
    pub fn new(apdu: &[u8], form: Form) -> Result<Self, CardError> {
        // Header, three bytes of length, and after data two more.
        let (&[class, instruction, p1, p2, 0, _, _], rest) =
            apdu.split_first_chunk().ok_or(CardError::Malformed)?
        else {
            return Err(CardError::Malformed);
        };
        let mut exchange = Self {
            command: Zeroizing::new(apdu.to_vec()),
            header: [class, instruction, p1, p2],
            data: 7..7 + rest.len().saturating_sub(2),
            form,
            gone: 0,
            sending: Zeroizing::new(apdu.to_vec()),
            received: Zeroizing::default(),
            rounds: 0,
        };
        if form == Form::Short {
            exchange.send_piece();
        }
        Ok(exchange)
    }

    /// The APDU to send now.
    #[must_use]
    pub fn to_send(&self) -> &[u8] {
        &self.sending
    }

    /// The form the card has turned out to take: worth keeping for its next command.
    #[must_use]
    pub const fn form(&self) -> Form {
        self.form
    }

    /// Takes in the response to [`Self::to_send`]. When it was the last one, the response to the whole
    /// command: all its data and the status word.
    ///
    /// # Errors
    /// [`CardError::Malformed`] if there is no end to it, or it is less than a status word.
    pub fn receive(&mut self, response: &[u8]) -> Result<Option<Zeroizing<Vec<u8>>>, CardError> {
        self.rounds += 1;
        let (data, status) = response
            .split_last_chunk::<2>()
            .filter(|(data, _)| self.received.len() + data.len() <= RESPONSE_MAX)
            .filter(|_| self.rounds < ROUNDS_MAX)
            .ok_or(CardError::Malformed)?;
        match (u16::from_be_bytes(*status).into(), self.form) {
            (StatusWord::Success, Form::Short) if self.gone < self.data.len() => self.send_piece(),
            (StatusWord::WrongLength, Form::Extended) if self.received.is_empty() => {
                self.form = Form::Short;
                self.send_piece();
            }
            (StatusWord::MoreData(expected), _) => {
                self.append(data);
                self.sending = Zeroizing::new([0x00, 0xc0, 0x00, 0x00, expected].to_vec());
            }
            (StatusWord::WrongExpectedLength(expected), _) if self.can_expect(expected) => {}
            _ => {
                self.append(data);
                self.append(status);
                return Ok(Some(core::mem::take(&mut self.received)));
            }
        }
        Ok(None)
    }

    /// The next short APDU of the command.
    fn send_piece(&mut self) {
        let data = self.command.get(self.data.clone()).unwrap_or_default();
        let rest = data.get(self.gone..).unwrap_or_default();
        let (piece, last) = match rest.split_at_checked(PIECE) {
            Some((piece, rest)) if !rest.is_empty() => (piece, false),
            _ => (rest, true),
        };
        let [class, instruction, p1, p2] = self.header;
        let mut apdu = Zeroizing::new(Vec::with_capacity(piece.len() + 6));
        let class = if last { class } else { class | CHAINED };
        apdu.extend_from_slice(&[class, instruction, p1, p2]);
        if !piece.is_empty() {
            apdu.push(piece.len() as u8);
            apdu.extend_from_slice(piece);
        }
        if last && has_response(class, instruction) {
            apdu.push(0);
        }
        self.gone += piece.len();
        self.sending = apdu;
    }

    /// Asks the same again for exactly that much, once; whether that makes a difference.
    fn can_expect(&mut self, expected: u8) -> bool {
        match self.sending.last_mut() {
            Some(length) if *length != expected && self.form == Form::Short => {
                *length = expected;
                true
            }
            _ => false,
        }
    }

    /// A vector that grows would leave copies of secrets behind.
    fn append(&mut self, data: &[u8]) {
        let mut longer = Zeroizing::new(Vec::with_capacity(self.received.len() + data.len()));
        longer.extend_from_slice(&self.received);
        longer.extend_from_slice(data);
        self.received = longer;
    }
}

/// The class bit of commands that only our own card has.
const PROPRIETARY: u8 = 0x80;

/// Whether the command asks for data: there are cards that refuse others with a length field for it.
const fn has_response(class: u8, instruction: u8) -> bool {
    class & PROPRIETARY != 0 || !matches!(instruction, 0x20 | 0x24 | 0x2c | 0xdb | 0xf6)
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Exchange({:?})", self.form)
    }
}
