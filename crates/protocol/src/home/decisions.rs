//! What a home tells its proxy so that each decision is mailed: to which address, and what its card decided. The proxy is
//! told only once the holder at home has set an address and confirmed it.

use alloc::string::String;
use alloc::vec::Vec;

use minicbor::Encode;
use sha2::{Digest, Sha256};
use tallystick_codec::DecodeMap;

use crate::wire::cbor::{Message, decode_list};
use crate::wire::identifier::{Domain, HomeId, MailAddress};
use crate::wire::money::Money;
use crate::wire::registry::{context, message};
use crate::wire::time::Timestamp;

/// The most decisions that are told at a time: as many as a card keeps.
pub const DECISIONS_MAX: usize = 32;
/// The longest name of a terminal, in bytes.
pub const TERMINAL_NAME_BYTES_MAX: usize = 256;
/// Digits of the code that is mailed to an address.
pub const CODE_DIGITS: usize = 8;

/// To which address decisions are to be mailed. Alone, the address is sent a code; with that code it is confirmed;
/// without an address nothing is mailed any more.
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct HomeMailAddress {
    /// Which home.
    #[n(0)]
    pub home: HomeId,
    /// The token, 32 bytes, of the home browser.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub token: [u8; 32],
    /// The address.
    #[n(2)]
    pub address: Option<MailAddress>,
    /// The code that was mailed to it: [`CODE_DIGITS`] digits.
    #[cbor(n(3), decode_with = "decode_code")]
    pub code: Option<String>,
}

impl Message for HomeMailAddress {
    const TYPE: u16 = message::HOME_MAIL_ADDRESS;
    const LEN_MAX: usize = 512;
}

/// Whether a text is a code: [`CODE_DIGITS`] digits.
#[must_use]
pub fn is_code(text: &str) -> bool {
    text.len() == CODE_DIGITS && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn decode_code<C>(
    decoder: &mut minicbor::Decoder<'_>,
    _: &mut C,
) -> Result<String, minicbor::decode::Error> {
    let text = decoder.str()?;
    if is_code(text) {
        Ok(text.into())
    } else {
        Err(minicbor::decode::Error::message("this is not a code"))
    }
}

/// An order that the home card signed, as its log has it: what is mailed of it and no more. By its root the proxy could
/// ask others about the order.
#[derive(Clone, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct ToldDecision {
    /// Its number in the card's log, from 1.
    #[n(0)]
    pub number: u32,
    /// What the holder calls the terminal, at most [`TERMINAL_NAME_BYTES_MAX`].
    #[cbor(n(1), decode_with = "decode_name")]
    pub terminal_name: String,
    /// The shop.
    #[n(2)]
    pub shop: Domain,
    /// What was subtracted from the loan.
    #[n(3)]
    pub amount: Money,
    /// When it was approved, as the order itself says.
    #[n(4)]
    pub at: Timestamp,
}

fn decode_name<C>(
    decoder: &mut minicbor::Decoder<'_>,
    _: &mut C,
) -> Result<String, minicbor::decode::Error> {
    let name = decoder.str()?;
    if name.len() <= TERMINAL_NAME_BYTES_MAX {
        Ok(name.into())
    } else {
        Err(minicbor::decode::Error::message("the name is too long"))
    }
}

/// Decisions of which the proxy has not said yet that it knows them, oldest first.
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct HomeDecisions {
    /// Which home.
    #[n(0)]
    pub home: HomeId,
    /// The token, 32 bytes, of the home browser.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub token: [u8; 32],
    /// At most [`DECISIONS_MAX`].
    #[cbor(n(2), decode_with = "decode_decisions")]
    pub decisions: Vec<ToldDecision>,
}

impl Message for HomeDecisions {
    const TYPE: u16 = message::HOME_DECISIONS;
    const LEN_MAX: usize = 32 * 1024;
}

fn decode_decisions<C>(
    decoder: &mut minicbor::Decoder<'_>,
    context: &mut C,
) -> Result<Vec<ToldDecision>, minicbor::decode::Error> {
    decode_list(decoder, context, DECISIONS_MAX)
}

/// What names the mail about a decision, whoever tells it however often: SHA-256 of home and number. Who reads the name
/// does not learn the home.
#[must_use]
pub fn mail_name(home: &HomeId, number: u32) -> [u8; 32] {
    let mut digest = Sha256::new();
    digest.update(context::HOME_DECISION_MAIL);
    digest.update(home);
    digest.update(number.to_be_bytes());
    digest.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_is_named_by_home_and_number_alone() {
        let home = HomeId([1; 32]);
        assert_eq!(mail_name(&home, 1), mail_name(&home, 1));
        assert_ne!(mail_name(&home, 1), mail_name(&home, 2));
        assert_ne!(mail_name(&home, 1), mail_name(&HomeId([2; 32]), 1));
    }

    #[test]
    fn a_code_is_eight_digits() {
        assert!(is_code("01234567"));
        for other in ["", "1234567", "123456789", "1234567a", "１２３４５６７８"] {
            assert!(!is_code(other), "{other}");
        }
    }
}
