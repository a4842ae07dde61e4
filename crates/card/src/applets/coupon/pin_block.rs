//! VERIFY BY PIN BLOCK (80 D4 00 02): the PIN opens the card as ISO 9564-1 has it for IC cards (T001-15).

use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::instruction::FORMAT_2;
use crate::StatusWord;
use crate::applets::identity::present_pin;
use crate::iso::apdu::Command;
use crate::outcome::Outcome;
use crate::reference_data::BYTES;
use crate::session::Session;
use crate::state::{Keep, State};
use crate::stretch::Stretch;

/// How many digits a PIN of ISO 9564-1 has.
const DIGITS: core::ops::RangeInclusive<u8> = 4..=12;
/// What stands behind the digits.
const FILLER: u8 = 0xf;

/// The card's one PIN in a block of format 2, with the tries that it has in VERIFY. What is no such block costs none. A
/// block of 4, 5 or more than 8 digits is a wrong PIN: this card's has 6 to 8, and never anything but digits.
pub(crate) fn verify_block(
    state: &mut State,
    session: &mut Session,
    command: &Command<'_>,
    keep: Keep<'_>,
    stretch: Stretch,
    rng: &mut impl CryptoRng,
) -> Result<Outcome, StatusWord> {
    if (command.header.p1, command.header.p2) != (0, FORMAT_2) {
        return Err(StatusWord::WrongParameters);
    }
    let block = command.data.try_into();
    let block = block.map_err(|_| StatusWord::WrongLength)?;
    let pin = pin(block).ok_or(StatusWord::WrongData)?;
    Ok(present_pin(state, session, &pin, keep, stretch, rng))
}

/// The PIN of a block, as VERIFY takes it: digits in ASCII, filled up with FF. One that is longer is nobody's.
fn pin(block: &[u8; 8]) -> Option<Zeroizing<[u8; BYTES]>> {
    let mut halves = Zeroizing::new([0; 16]);
    for (pair, byte) in halves.chunks_exact_mut(2).zip(block) {
        pair.copy_from_slice(&[byte >> 4, byte & 0xf]);
    }
    let (&[control, length], digits) = halves.split_first_chunk()?;
    if control != FORMAT_2 || !DIGITS.contains(&length) {
        return None;
    }
    let (digits, filler) = digits.split_at_checked(usize::from(length))?;
    let is_block =
        digits.iter().all(|digit| *digit <= 9) && filler.iter().all(|one| *one == FILLER);
    let mut pin = Zeroizing::new([0xff; BYTES]);
    match pin.get_mut(..digits.len()) {
        Some(place) => {
            for (byte, digit) in place.iter_mut().zip(digits) {
                *byte = b'0' + digit;
            }
        }
        None => pin.fill(0),
    }
    is_block.then_some(pin)
}

#[cfg(test)]
mod tests {
    use super::pin;

    #[test]
    fn t001_15_blocks_of_format_2_are_read_as_iso_9564_1_describes_them() {
        // Control 2, length, digits, F to the end: PINs 1234, 92389, 123456, 87654321 and 123456789012.
        let of = |block| pin(&block).map(|pin| *pin);
        let read = |block, expected: &[u8; 8]| assert_eq!(of(block), Some(*expected));
        let four = [0x24, 0x12, 0x34, 0xff, 0xff, 0xff, 0xff, 0xff];
        read(four, b"1234\xff\xff\xff\xff");
        let five = [0x25, 0x92, 0x38, 0x9f, 0xff, 0xff, 0xff, 0xff];
        read(five, b"92389\xff\xff\xff");
        let six = [0x26, 0x12, 0x34, 0x56, 0xff, 0xff, 0xff, 0xff];
        read(six, b"123456\xff\xff");
        let eight = [0x28, 0x87, 0x65, 0x43, 0x21, 0xff, 0xff, 0xff];
        read(eight, b"87654321");
        // Too long for any PIN of this card: not cut off, but one that nobody has.
        read([0x2c, 0x12, 0x34, 0x56, 0x78, 0x90, 0x12, 0xff], &[0; 8]);
    }

    #[test]
    fn t001_15_what_is_no_block_of_format_2_is_none() {
        let right = [0x26, 0x12, 0x34, 0x56, 0xff, 0xff, 0xff, 0xff];
        let with = |at: usize, byte| {
            let mut block = right;
            block[at] = byte;
            pin(&block).is_some()
        };
        assert!(with(0, 0x26));
        for control in (0..=0xf).filter(|control| *control != 2) {
            assert!(!with(0, control << 4 | 6), "format {control}");
        }
        for length in [0, 1, 2, 3, 5, 7, 13, 14, 15] {
            // A length of 5 takes a digit for filler, one of 7 filler for a digit.
            assert!(!with(0, 0x20 | length), "{length} digits");
        }
        for digit in 0xa..=0xf {
            assert!(!with(1, 0x10 | digit) && !with(3, digit << 4 | 6));
        }
        for at in 4..8 {
            assert!(!with(at, 0xf0) && !with(at, 0x0f) && !with(at, 0xfe));
        }
    }
}
