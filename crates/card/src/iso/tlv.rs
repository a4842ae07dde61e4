//! BER-TLV data objects (ISO/IEC 7816-4 §5.2.2), as far as PIV needs them.

use alloc::vec::Vec;

/// Takes the first object off: tag, value, and what follows it. Nothing if it is malformed, its tag is
/// over three bytes or its length field over two.
pub(crate) fn read(bytes: &[u8]) -> Option<(u32, &[u8], &[u8])> {
    let (&first, mut rest) = bytes.split_first()?;
    let mut tag = u32::from(first);
    if first & 0x1f == 0x1f {
        loop {
            let (&next, after) = rest.split_first()?;
            rest = after;
            tag = tag << 8 | u32::from(next);
            if next & 0x80 == 0 {
                break;
            }
            if tag > 0xffff {
                return None;
            }
        }
    }
    let (length, rest) = match *rest {
        [length @ 0..=0x7f, ref rest @ ..] => (usize::from(length), rest),
        [0x81, length, ref rest @ ..] => (usize::from(length), rest),
        [0x82, high, low, ref rest @ ..] => (usize::from(u16::from_be_bytes([high, low])), rest),
        _ => return None,
    };
    let (value, rest) = rest.split_at_checked(length)?;
    Some((tag, value, rest))
}

/// Finds the object with that tag among those in `bytes`; nothing if one before it is malformed.
pub(crate) fn find(mut bytes: &[u8], wanted: u32) -> Option<&[u8]> {
    loop {
        let (tag, value, rest) = read(bytes)?;
        if tag == wanted {
            return Some(value);
        }
        bytes = rest;
    }
}

/// Appends an object. Values over 65,535 bytes do not occur here.
pub(crate) fn write(out: &mut Vec<u8>, tag: u32, value: &[u8]) {
    let tag = tag.to_be_bytes();
    let start = tag.iter().position(|byte| *byte != 0).unwrap_or(3);
    out.extend_from_slice(&tag[start..]);
    let [.., high, low] = value.len().to_be_bytes();
    match value.len() {
        0..=0x7f => out.push(low),
        0x80..=0xff => out.extend_from_slice(&[0x81, low]),
        _ => out.extend_from_slice(&[0x82, high, low]),
    }
    out.extend_from_slice(value);
}

/// One object by itself.
pub(crate) fn object(tag: u32, value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len() + 8);
    write(&mut out, tag, value);
    out
}
