//! What goes on over several APDUs: data sent in pieces (ISO/IEC 7816-4 §5.3.3) and responses fetched
//! in pieces (GET RESPONSE, §11.7.1).

use alloc::vec::Vec;

use zeroize::Zeroizing;

use crate::Header;
use crate::StatusWord;
use crate::iso::apdu::Command;

/// The bit of the class byte that says that more of the data follows.
pub(crate) const CHAINED: u8 = 0x10;
/// The bit of the class byte that says that the command is an applet's own (§5.4.1). GET RESPONSE is
/// the same with it.
const PROPRIETARY: u8 = 0x80;
const GET_RESPONSE: u8 = 0xc0;
const SELECT: u8 = 0xa4;

/// Data that came, and data that is still to go. Volatile.
#[derive(Default)]
pub(crate) struct Chain {
    incoming: Option<(Header, Zeroizing<Vec<u8>>)>,
    outgoing: Zeroizing<Vec<u8>>,
}

/// What to do with an APDU.
pub(crate) enum Step {
    /// Execute the command with all its data.
    Execute(Zeroizing<Vec<u8>>),
    /// Answer at once.
    Answer(Zeroizing<Vec<u8>>, StatusWord),
}

impl Chain {
    /// Takes in a command.
    pub(crate) fn receive(&mut self, command: &mut Command<'_>) -> Step {
        if command.header.ins == GET_RESPONSE && command.header.cla & !PROPRIETARY == 0 {
            return self.get_response(command);
        }
        self.outgoing = Zeroizing::default();
        let chained = command.header.cla & CHAINED != 0;
        command.header.cla &= !CHAINED;
        let (header, mut data) = match self.incoming.take() {
            // Whoever comes after a program that stopped half-way begins with SELECT.
            Some(_) if command.header.ins == SELECT => (command.header, Zeroizing::default()),
            Some((header, _)) if header != command.header => {
                return Step::Answer(Zeroizing::default(), StatusWord::LastCommandExpected);
            }
            Some(begun) => begun,
            None => (command.header, Zeroizing::default()),
        };
        if data.len() + command.data.len() > command.header.data_max() {
            return Step::Answer(Zeroizing::default(), StatusWord::WrongLength);
        }
        // A vector that grows would leave copies of secrets behind.
        let mut whole = Zeroizing::new(Vec::with_capacity(data.len() + command.data.len()));
        whole.append(&mut data);
        whole.extend_from_slice(command.data);
        if chained {
            self.incoming = Some((header, whole));
            return Step::Answer(Zeroizing::default(), StatusWord::Success);
        }
        Step::Execute(whole)
    }

    /// Gives as much of a response as is wanted at once and keeps the rest.
    pub(crate) fn respond(
        &mut self,
        mut data: Zeroizing<Vec<u8>>,
        status: StatusWord,
        expected: usize,
    ) -> (Zeroizing<Vec<u8>>, StatusWord) {
        if data.len() <= expected {
            return (data, status);
        }
        self.outgoing = Zeroizing::new(data.split_off(expected));
        (data, self.rest())
    }

    fn get_response(&mut self, command: &Command<'_>) -> Step {
        let outgoing = core::mem::take(&mut self.outgoing);
        if outgoing.is_empty() || (command.header.p1, command.header.p2) != (0, 0) {
            return Step::Answer(Zeroizing::default(), StatusWord::ConditionsNotSatisfied);
        }
        let (data, status) = self.respond(outgoing, StatusWord::Success, command.expected);
        Step::Answer(data, status)
    }

    fn rest(&self) -> StatusWord {
        StatusWord::MoreData(u8::try_from(self.outgoing.len()).unwrap_or(0))
    }
}
