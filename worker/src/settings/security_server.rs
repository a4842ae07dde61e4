//! What a security server's operator sets.

use data_encoding::HEXLOWER_PERMISSIVE;
use worker::Env;
use zeroize::Zeroizing;

use super::{SettingsError, text};

/// From which the keys of all contactless cards come: SETTLEMENT_MASTER, a secret of 16 bytes. Chosen once.
pub fn settlement_master(
    env: &Env,
) -> Result<tallystick_protocol::settlement::channel::MasterKey, SettingsError> {
    const NAME: &str = "SETTLEMENT_MASTER";
    let digits = Zeroizing::new(text(env, NAME)?);
    let bytes = HEXLOWER_PERMISSIVE
        .decode(digits.as_bytes())
        .map(Zeroizing::new);
    bytes
        .ok()
        .and_then(|bytes| <[u8; 16]>::try_from(bytes.as_slice()).ok())
        .map(|bytes| tallystick_protocol::settlement::channel::MasterKey::new(bytes.into()))
        .ok_or(SettingsError::Form(NAME, "32 hexadecimal digits"))
}
