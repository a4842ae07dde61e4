//! That an order is a gift for whoever the parcel goes to, and the note that the shop prints and puts into it. Only the
//! shop reads it, so courier and payer learn neither the note nor that there is one.

use alloc::{string::String, vec::Vec};
use core::fmt;
use minicbor::Encode;
use tallystick_codec::DecodeMap;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::wire::cbor::{decode_value, encode_value};
use crate::wire::text::is_plain_lines;

/// Longest note in bytes of UTF-8: a card's worth in any script.
pub const NOTE_MAX_BYTES: usize = 1_000;
/// Most lines of a note, empty ones included.
pub const NOTE_LINES_MAX: usize = 12;
/// What a gift takes at most in the shop's part, in bytes: the longest note, and what is encoded around it with its salt.
/// As much is kept free in each order that a courier delivers, so that no length says whether it is a gift.
pub(super) const ROOM_BYTES: usize = NOTE_MAX_BYTES + 64;

/// What the holder says of a gift.
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap, Zeroize, ZeroizeOnDrop)]
#[cbor(map)]
pub struct Gift {
    /// What the shop prints, 1 to [`NOTE_MAX_BYTES`] bytes in at most [`NOTE_LINES_MAX`] lines separated by line feeds; none
    /// for a gift without a note.
    #[n(0)]
    pub note: Option<String>,
}

impl fmt::Debug for Gift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Gift(not shown)")
    }
}

/// An order cannot be such a gift.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GiftError {
    /// No courier delivers it, so there is nobody whom it is for.
    #[error("An order that no courier delivers cannot be a gift.")]
    NoRecipient,
    /// A note that is empty or too long.
    #[error("A gift's note has 1 to {NOTE_MAX_BYTES} bytes in at most {NOTE_LINES_MAX} lines.")]
    Length,
    /// A note in which something is there unseen.
    #[error("A gift's note must not have anything in it that is not seen.")]
    NotPlain,
    /// Not what this field holds.
    #[error("What the order says of a gift is malformed.")]
    Malformed,
}

impl Gift {
    /// A gift with the note that somebody wrote, if there is something in it. What editors leave behind is taken away: other
    /// ends of lines than line feeds, tabs, and space at the end of lines and around the whole.
    ///
    /// # Errors
    /// [`GiftError::Length`]; [`GiftError::NotPlain`].
    pub fn written(note: &str) -> Result<Self, GiftError> {
        let note = note.replace("\r\n", "\n").replace('\r', "\n");
        let lines: Vec<_> = note
            .split('\n')
            .map(|line| line.trim_end().replace('\t', " "))
            .collect();
        let note = lines.join("\n");
        let note = note.trim_matches('\n');
        let gift = Self {
            note: (!note.is_empty()).then(|| note.into()),
        };
        gift.check()?;
        Ok(gift)
    }

    /// Reads the field *gift*.
    ///
    /// # Errors
    /// [`GiftError`] says what is wrong.
    pub fn read(value: &[u8]) -> Result<Self, GiftError> {
        let gift: Self = decode_value(value, ROOM_BYTES).map_err(|_| GiftError::Malformed)?;
        gift.check()?;
        Ok(gift)
    }

    /// As the field *gift* holds it.
    #[must_use]
    pub fn content(&self) -> Vec<u8> {
        encode_value(self)
    }

    /// Checks that it can be part of an order.
    ///
    /// # Errors
    /// [`GiftError::Length`]; [`GiftError::NotPlain`].
    pub fn check(&self) -> Result<(), GiftError> {
        let Some(note) = &self.note else {
            return Ok(());
        };
        let is_within = (1..=NOTE_MAX_BYTES).contains(&note.len())
            && note.split('\n').count() <= NOTE_LINES_MAX
            && !note.trim().is_empty();
        if !is_within {
            return Err(GiftError::Length);
        }
        if is_plain_lines(note) {
            Ok(())
        } else {
            Err(GiftError::NotPlain)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note_of(text: &str) -> Result<Option<String>, GiftError> {
        Gift::written(text).map(|gift| gift.note.clone())
    }

    #[test]
    fn a_note_is_taken_in_any_script_and_in_several_lines() {
        for text in [
            "Happy birthday!\n\nYours, Aiko",
            "お誕生日おめでとう。\n　愛子",
            "عيد ميلاد سعيد",
            "जन्मदिन मुबारक",
            "🎂👨\u{200d}👩\u{200d}👧",
        ] {
            assert_eq!(note_of(text), Ok(Some(text.into())));
        }
    }

    #[test]
    fn what_editors_leave_behind_is_taken_away_and_nothing_written_is_no_note() {
        let written = note_of("\n\nDear Kenji,  \r\n\tall the best\r\n\r\n");
        assert_eq!(written, Ok(Some("Dear Kenji,\n all the best".into())));
        for nothing in ["", " ", "\n \r\n\t"] {
            assert_eq!(note_of(nothing), Ok(None));
        }
    }

    #[test]
    fn a_note_has_limits_and_nothing_unseen_in_it() {
        assert_eq!(note_of(&"あ".repeat(334)), Err(GiftError::Length));
        assert!(note_of(&"あ".repeat(333)).is_ok());
        assert_eq!(note_of(&["a"; 13].join("\n")), Err(GiftError::Length));
        assert!(note_of(&["a"; 12].join("\n")).is_ok());
        assert_eq!(note_of("Dear\u{202e} Kenji"), Err(GiftError::NotPlain));
        assert_eq!(note_of("Dear\u{200b} Kenji"), Err(GiftError::NotPlain));
    }

    #[test]
    fn what_comes_from_outside_is_held_to_the_same_limits() {
        let read = |note: Option<&str>| {
            let note = note.map(String::from);
            Gift::read(&Gift { note }.content())
        };
        assert_eq!(read(None), Ok(Gift { note: None }));
        assert!(read(Some("Dear Kenji")).is_ok());
        for (note, error) in [
            ("", GiftError::Length),
            ("   ", GiftError::Length),
            (&*"a".repeat(1_001), GiftError::Length),
            (&*"a\n".repeat(13), GiftError::Length),
            (&*"a".repeat(5_000), GiftError::Malformed),
            ("a\rb", GiftError::NotPlain),
        ] {
            assert_eq!(read(Some(note)), Err(error), "{note}");
        }
        assert_eq!(Gift::read(b"a note"), Err(GiftError::Malformed));
    }

    #[test]
    fn a_note_is_not_in_what_is_written_of_it_for_debugging() {
        let gift = Gift::written("Dear Kenji").unwrap();
        assert_eq!(alloc::format!("{gift:?}"), "Gift(not shown)");
    }
}
