//! How long a command may take, by what it asks of the card.

/// Making an RSA key of 2048 bits takes a small processor half a minute, and luck may make it four times that.
const KEY_MS: u32 = 120_000;
/// What computes, writes, or waits for a finger that touches the device.
const WORK_MS: u32 = 30_000;
/// What a card only has to look up.
const LOOK_UP_MS: u32 = 4_000;

/// How long whoever sends this command waits for its answer, in milliseconds: seconds for what a card
/// looks up, and minutes for making a key alone.
#[must_use]
pub const fn patience_ms(apdu: &[u8]) -> u32 {
    let [class, instruction, ..] = apdu else {
        return LOOK_UP_MS;
    };
    let proprietary = *class & 0x80 != 0;
    match (proprietary, *instruction) {
        // GENERATE ASYMMETRIC KEY PAIR (ISO/IEC 7816-8 §11.2).
        (false, 0x47) => KEY_MS,
        // VERIFY, SELECT, GET RESPONSE, GET DATA (ISO/IEC 7816-4 §11).
        (false, 0x20 | 0xA4 | 0xC0 | 0xCA | 0xCB) => LOOK_UP_MS,
        // STATUS and LIST of the keys applet (docs/card.md).
        (true, 0x16 | 0x1A) => LOOK_UP_MS,
        _ => WORK_MS,
    }
}
