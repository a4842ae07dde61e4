//! Frame sizes and waiting times that a card states (ISO/IEC 14443-4 §5.2 and §7.2).

/// Longest frame with header and checksum, in bytes, by its code (FSCI, FSDI); higher codes are reserved.
const FRAME_BYTES: [usize; 9] = [16, 24, 32, 40, 48, 64, 96, 128, 256];
/// The unit of waiting times: 4,096 periods of 13.56 MHz, rounded up.
const UNIT_US: u32 = 303;
/// What a reader waits longer than a card may take: 49,152 periods of 13.56 MHz (§7.2, ΔFWT).
const MARGIN_US: u32 = 3_625;
/// FWI and SFGI of a card that states none, or the reserved 15.
const FWI_DEFAULT: u8 = 4;
const FWI_MAX: u8 = 14;
/// The code of the longest frame that the host takes: 256 bytes.
pub(super) const FSDI: u8 = 8;
/// FSCI of a card that states none: 32 bytes.
pub(super) const FSCI_DEFAULT: u8 = 2;
/// How long a card has to answer an activation command, in microseconds.
pub(super) const ACTIVATION_US: u32 = 30_000;

/// The longest frame a card with this FSCI takes, in bytes.
pub(super) fn frame_bytes(fsci: u8) -> usize {
    FRAME_BYTES.get(usize::from(fsci)).copied().unwrap_or(256)
}

/// The frame waiting time of a card with this FWI, in microseconds.
pub(super) const fn frame_waiting_us(fwi: u8) -> u32 {
    let fwi = if fwi > FWI_MAX { FWI_DEFAULT } else { fwi };
    (UNIT_US << fwi) + MARGIN_US
}

/// The frame waiting time of a card that states none.
pub(super) const fn frame_waiting_default_us() -> u32 {
    frame_waiting_us(FWI_DEFAULT)
}

/// The waiting time for the one block after an extension by `multiplier` (§7.3).
pub(super) fn extended_us(waiting_us: u32, multiplier: u8) -> u32 {
    let extended = waiting_us.saturating_mul(u32::from(multiplier));
    extended.min(frame_waiting_us(FWI_MAX))
}

/// The time a card with this SFGI needs after its activation, in milliseconds.
pub(super) const fn guard_ms(sfgi: u8) -> u32 {
    if sfgi == 0 || sfgi > FWI_MAX {
        return 0;
    }
    (UNIT_US << sfgi).div_ceil(1_000)
}
