//! What a card with contacts says first (ISO/IEC 7816-3 §8.2).

/// Answer to reset: protocol T=1 and eleven historical bytes (ISO/IEC 7816-4 §12.1.1): card capabilities
/// (applets are selected by their full or partial name; data units are bytes; command chaining and
/// extended lengths) and a name. Readers without contacts and virtual ones give it, too.
pub const ATR: [u8; 16] = with_check_byte(*b"\x3b\x8b\x80\x01\x80\x73\xc0\x21\xc0\x65TALLY\x00");

/// The last byte makes the exclusive-or of all but the first zero.
const fn with_check_byte(mut atr: [u8; 16]) -> [u8; 16] {
    let mut index = 1;
    while index < 15 {
        atr[15] ^= atr[index];
        index += 1;
    }
    atr
}
