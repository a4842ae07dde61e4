//! FeliCa polling (JIS X 6319-4): which card is there. FeliCa cards take no APDUs.

use super::field::{Field, Frame, Heard};
use crate::Fault;

/// Polling of any system, asking for its code, in one slot; the first byte is the length.
const POLLING: [u8; 6] = [0x06, 0x00, 0xFF, 0xFF, 0x01, 0x00];
/// What the answer begins with, after its length.
const ANSWER: u8 = 0x01;
/// How long a card may take: 2.4 ms, and 1.2 ms for each slot; a reader's own delays come on top.
const TIMEOUT_US: u32 = 10_000;

/// A FeliCa card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FelicaCard {
    /// Manufacture ID: names the card.
    pub idm: [u8; 8],
    /// Manufacture parameters: its model and response times.
    pub pmm: [u8; 8],
}

/// The FeliCa card in the field, if there is one.
pub(super) async fn poll<F: Field>(field: &mut F) -> Result<Option<FelicaCard>, Fault> {
    let frame = Frame {
        bytes: &POLLING,
        short: false,
        checksum: true,
        timeout_us: TIMEOUT_US,
    };
    match field.exchange(frame).await? {
        Heard::Frame(answer) => read(&answer).map(Some),
        Heard::Garbled | Heard::Collision => Err(Fault::SeveralCards),
        Heard::Nothing => Ok(None),
    }
}

/// Length, response code, IDm, PMm; the code of the system may follow.
fn read(answer: &[u8]) -> Result<FelicaCard, Fault> {
    let wrong = Fault::Protocol("no answer to a polling");
    let [length, ANSWER, rest @ ..] = answer else {
        return Err(wrong);
    };
    if usize::from(*length) != answer.len() {
        return Err(wrong);
    }
    match (
        rest.first_chunk::<8>(),
        rest.get(8..).and_then(<[u8]>::first_chunk::<8>),
    ) {
        (Some(idm), Some(pmm)) => Ok(FelicaCard {
            idm: *idm,
            pmm: *pmm,
        }),
        _ => Err(wrong),
    }
}
