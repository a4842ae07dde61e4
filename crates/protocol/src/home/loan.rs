//! What a home card lends, and to whom. It is kept and counted down in the card: limits that a proxy or an agent keeps
//! have been lost for keys in hardware before (CVE-2023-28531).

use alloc::vec::Vec;

use minicbor::Encode;
use tallystick_codec::DecodeMap;

use crate::trust::keyed::keyed_message;
use crate::wire::cbor::decode_list;
use crate::wire::identifier::{Domain, HolderId, HomeId, TerminalId};
use crate::wire::money::Money;
use crate::wire::number::decode_whole;
use crate::wire::registry::{context, message};
use crate::wire::time::Timestamp;

/// The most shops that one loan names.
pub const SHOPS_MAX: usize = 16;

/// What is lent. Signed by the home card's key, once its holder has shown the PIN.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct Loan {
    /// Whose card.
    #[n(0)]
    pub home: HomeId,
    /// Its number in that card, from 1, never given twice.
    #[n(1)]
    pub number: u32,
    /// Who may use it.
    #[n(2)]
    pub terminal: TerminalId,
    /// Whose account pays: the holder identifier of a slot of the card.
    #[n(3)]
    pub holder: HolderId,
    /// Where, at most [`SHOPS_MAX`]; any shop if it names none.
    #[cbor(n(4), decode_with = "decode_shops")]
    pub shops: Vec<Domain>,
    /// The most that one order may cost.
    #[n(5)]
    pub each: Money,
    /// The most that all orders together may cost, in minor units of the same currency.
    #[cbor(n(6), decode_with = "decode_whole")]
    pub total: u64,
    /// How many orders.
    #[n(7)]
    pub count: u32,
    /// Orders are void from here on. Each order says in its root until when it goes, so the card needs no clock for it.
    #[n(8)]
    pub ends_at: Timestamp,
    /// SHA-256 of what the terminal is told of the account ([`Lent`]), so that nobody can tell it something else.
    #[cbor(n(9), with = "minicbor::bytes")]
    pub account: [u8; 32],
}
keyed_message!(Loan, message::LOAN, 8192, context::LOAN);

fn decode_shops<C>(
    decoder: &mut minicbor::Decoder<'_>,
    context: &mut C,
) -> Result<Vec<Domain>, minicbor::decode::Error> {
    decode_list(decoder, context, SHOPS_MAX)
}

impl Loan {
    /// Whether it is good at this shop.
    #[must_use]
    pub fn is_for(&self, shop: &Domain) -> bool {
        self.shops.is_empty() || self.shops.contains(shop)
    }
}

/// A loan as it is given to its terminal by way of the proxy, which can read the loan and not the account.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct Lent {
    /// The signed [`Loan`].
    #[cbor(n(0), with = "minicbor::bytes")]
    pub loan: Vec<u8>,
    /// What the terminal's wallet has to know of the account, sealed to the terminal (HPKE, under [`account_info`]).
    #[n(1)]
    pub account: crate::keys::sealed::Sealed,
}

impl crate::wire::cbor::Message for Lent {
    const TYPE: u16 = message::LENT;
    const LEN_MAX: usize = 32 * 1024;
}

/// For what an account is sealed to a terminal.
#[must_use]
pub fn account_info(home: &HomeId, terminal: &TerminalId) -> Vec<u8> {
    [
        context::LENT_ACCOUNT.as_bytes(),
        home.as_ref(),
        terminal.as_ref(),
    ]
    .concat()
}
