//! Padding to size classes, so that whoever relays a part learns nothing from its length.
//! ISO/IEC 7816-4 padding: one byte 0x80, then zeros.

use alloc::vec::Vec;

/// The lengths, in bytes, to which a part's plaintext is padded.
pub const SIZE_CLASSES: [usize; 5] = [2 * 1024, 4 * 1024, 8 * 1024, 16 * 1024, 32 * 1024];

/// The smallest class that holds `length` bytes and the padding's first byte.
#[must_use]
pub fn size_class(length: usize) -> Option<usize> {
    SIZE_CLASSES.into_iter().find(|class| length < *class)
}

/// Pads to `class`, which must be larger than the plaintext.
pub(super) fn pad(mut plaintext: Vec<u8>, class: usize) -> Vec<u8> {
    debug_assert!(plaintext.len() < class);
    // Reserving first avoids a reallocation that would leave an unwiped copy behind.
    plaintext.reserve_exact(class.saturating_sub(plaintext.len()));
    plaintext.push(0x80);
    plaintext.resize(class, 0);
    plaintext
}

/// What was padded, or nothing if the padding or the length is not one that [`pad`] makes.
pub(super) fn unpad(padded: &[u8]) -> Option<&[u8]> {
    let end = padded.iter().rposition(|byte| *byte != 0)?;
    let plaintext = &padded[..end];
    (padded[end] == 0x80 && SIZE_CLASSES.contains(&padded.len())).then_some(plaintext)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn padding_can_be_taken_off_whatever_the_plaintext_ends_with() {
        for plaintext in [
            vec![],
            vec![0; 5],
            vec![0x80],
            vec![1, 0x80, 0, 0],
            vec![7; 2047],
        ] {
            let class = size_class(plaintext.len()).unwrap();
            let padded = pad(plaintext.clone(), class);
            assert_eq!(padded.len(), class);
            assert_eq!(unpad(&padded), Some(&plaintext[..]));
        }
    }

    #[test]
    fn what_is_not_padded_is_refused() {
        assert_eq!(unpad(&[0; 2048]), None);
        assert_eq!(unpad(&[0x80, 0, 0]), None);
        assert_eq!(size_class(32 * 1024), None);
    }
}
