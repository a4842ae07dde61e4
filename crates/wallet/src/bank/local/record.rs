//! What is kept of a payment between purses.

use minicbor::Encode;
use tallystick_codec::DecodeMap;
use tallystick_protocol::purse::PurseNumber;
use tallystick_protocol::wire::money::Currency;
use tallystick_protocol::wire::time::Timestamp;

use super::view::LocalState;

/// The format that this release writes.
pub const FORMAT: u8 = 1;

/// A payment between purses, of either side.
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct LocalRecord {
    /// [`FORMAT`].
    #[n(0)]
    pub format: u8,
    /// Names it: the first eight bytes of the request's nonce, or of the payment's number, as the messages name them.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub name: [u8; 8],
    /// The purse here, as the wallet names it.
    #[n(2)]
    pub purse: String,
    /// How far it is.
    #[n(3)]
    pub state: LocalState,
    /// How much, in minor units, if it was said.
    #[n(4)]
    pub amount: Option<u64>,
    /// Of which currency.
    #[n(5)]
    pub currency: Currency,
    /// The other purse, once it is known.
    #[n(6)]
    pub partner: Option<PurseNumber>,
    /// What is shown to the other.
    #[n(7)]
    pub text: Option<String>,
    /// When it was begun.
    #[n(8)]
    pub created_at: Timestamp,
    /// When it last changed.
    #[n(9)]
    pub updated_at: Timestamp,
    /// The prepaid card, as the wallet names it, from which the purse took over what it paid.
    #[n(10)]
    pub prepaid: Option<String>,
}

impl LocalRecord {
    /// As calls name it.
    #[must_use]
    pub fn id(&self) -> String {
        base16ct::lower::encode_string(&self.name)
    }

    /// Whether nothing is left to be done.
    #[must_use]
    pub const fn has_ended(&self) -> bool {
        !matches!(self.state, LocalState::Asked | LocalState::Paid)
    }
}

/// How messages name something of 32 bytes.
#[must_use]
pub fn name_of(bytes: &[u8; 32]) -> [u8; 8] {
    let mut name = [0; 8];
    name.copy_from_slice(&bytes[..8]);
    name
}
