//! Who sells, as it stands on a receipt.

use alloc::string::String;
use minicbor::Encode;
use tallystick_codec::DecodeMap;

use crate::wire::text::is_plain;

/// Longest text about a seller, in bytes of UTF-8.
pub const TEXT_MAX_BYTES: usize = 200;

/// What a receipt says of the seller beside the certified name of the shop.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct Seller {
    /// The name under which it does business.
    #[n(0)]
    pub name: String,
    /// Where, in one line.
    #[n(1)]
    pub address: Option<String>,
    /// The number under which it is registered for tax, such as that of a qualified invoice issuer in Japan (`T` and 13 digits).
    #[n(2)]
    pub registration: Option<String>,
}

impl Seller {
    /// Whether each text is plain and of 1 to [`TEXT_MAX_BYTES`] bytes.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        let is_sound = |text: &String| (1..=TEXT_MAX_BYTES).contains(&text.len()) && is_plain(text);
        is_sound(&self.name)
            && self.address.as_ref().is_none_or(is_sound)
            && self.registration.as_ref().is_none_or(is_sound)
    }
}
