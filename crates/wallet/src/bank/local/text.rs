//! The texts: what is copied, and what a code shows.

use base64ct::{Base64UrlUnpadded, Encoding};
use tallystick_protocol::purse::local::SealedPayment;
use tallystick_protocol::wire::cbor::decode;

/// In front of a request.
const REQUEST: &str = "TALLY-ASK-1.";
/// In front of a payment.
const PAYMENT: &str = "TALLY-PAY-1.";
/// In front of an answer.
const ANSWER: &str = "TALLY-GOT-1.";
/// The longest text, in characters: a payment between purses that sign with RSA.
const CHARACTERS_MAX: usize = 4096;

/// What a text carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Carried {
    /// A signed request for a payment.
    Request(Vec<u8>),
    /// A sealed payment.
    Payment(Vec<u8>),
    /// A sealed answer.
    Answer(Vec<u8>),
}

impl Carried {
    /// As text.
    pub fn to_text(&self) -> String {
        let (prefix, bytes) = match self {
            Self::Request(bytes) => (REQUEST, bytes),
            Self::Payment(bytes) => (PAYMENT, bytes),
            Self::Answer(bytes) => (ANSWER, bytes),
        };
        [prefix, &Base64UrlUnpadded::encode_string(bytes)].concat()
    }

    /// What a text carries, if it carries anything. Mail breaks long lines: space counts for nothing.
    pub fn from_text(text: &str) -> Option<Self> {
        if text.len() > 2 * CHARACTERS_MAX {
            return None;
        }
        let text: String = text.split_whitespace().collect();
        if text.len() > CHARACTERS_MAX {
            return None;
        }
        let bytes = |prefix| Base64UrlUnpadded::decode_vec(text.strip_prefix(prefix)?).ok();
        let request = bytes(REQUEST).map(Self::Request);
        let payment = || bytes(PAYMENT).map(Self::Payment);
        let answer = || bytes(ANSWER).map(Self::Answer);
        request.or_else(payment).or_else(answer)
    }
}

/// How the payment is named for which the text of a payer's card pays, as [`LocalView::id`](super::view::LocalView::id)
/// names it; none if the text carries no payment. Nothing is verified.
#[must_use]
pub fn asked_by_text(text: &str) -> Option<String> {
    let Some(Carried::Payment(payment)) = Carried::from_text(text) else {
        return None;
    };
    let payment: SealedPayment = decode(&payment).ok()?;
    Some(base16ct::lower::encode_string(&payment.request))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_says_what_it_carries_and_what_is_none_is_none() {
        for carried in [
            Carried::Request(vec![1, 2, 3]),
            Carried::Payment(vec![0; 550]),
            Carried::Answer(Vec::new()),
        ] {
            let text = carried.to_text();
            assert_eq!(Carried::from_text(&text).as_ref(), Some(&carried));
            let broken = format!(" {}\n{} ", &text[..9], &text[9..]);
            assert_eq!(Carried::from_text(&broken), Some(carried));
        }
        for text in ["", "TALLY-PAY-1", "TALLY-PAY-2.AAAA", "TALLY-PAY-1.A=", "x"] {
            assert_eq!(Carried::from_text(text), None, "{text}");
        }
        let long = ["TALLY-PAY-1.", &"A".repeat(CHARACTERS_MAX)].concat();
        assert_eq!(Carried::from_text(&long), None);
    }
}
