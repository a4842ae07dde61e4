//! What holder and bank say to each other about a purse, sealed under their pairwise key (EP 1 221 669: Sa2 and Sa7
//! are encrypted; here under the key that both derive from each other's name).
//!
//! One key, derived with a fresh nonce, serves for one question and its answer. The direction is associated data, so
//! that neither can be sent back as the other.

use alloc::vec::Vec;

use minicbor::Encode;
use rand_core::CryptoRng;
use tallystick_codec::DecodeMap;
use zeroize::Zeroizing;

use crate::keys::encrypt0::{Encrypt0, IV_BYTES, seal};
use crate::keys::{DerivedKey, PairContext};
use crate::wire::cbor::{Message, encode_value};
use crate::wire::registry::{context, message};

/// The longest sealed content in bytes: a whole report, signed.
pub const CONVERSATION_BYTES_MAX: usize = 132 * 1024;

/// A holder says something to the bank about a purse: a signed
/// [`MovementRequest`](crate::purse::MovementRequest), [`MovementReply`](crate::purse::MovementReply) or
/// [`PurseReport`](crate::purse::PurseReport), as the route says.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct PurseConversation {
    /// Which key opens it.
    #[n(0)]
    pub pair: PairContext,
    /// The nonce of the key derivation, 32 random bytes, used once
    /// ([`Purpose::Banking`](crate::keys::Purpose::Banking)).
    #[cbor(n(1), with = "minicbor::bytes")]
    pub nonce: [u8; 32],
    /// COSE_Encrypt0 with A256GCM, at most [`CONVERSATION_BYTES_MAX`] bytes.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub ciphertext: Vec<u8>,
}

impl Message for PurseConversation {
    const TYPE: u16 = message::PURSE_CONVERSATION;
    const LEN_MAX: usize = CONVERSATION_BYTES_MAX + 2048;
}

/// The bank's answer, sealed under the key of the question.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct PurseConversationAnswer {
    /// COSE_Encrypt0 with A256GCM, at most [`CONVERSATION_BYTES_MAX`] bytes.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub ciphertext: Vec<u8>,
}

impl Message for PurseConversationAnswer {
    const TYPE: u16 = message::PURSE_CONVERSATION_ANSWER;
    const LEN_MAX: usize = CONVERSATION_BYTES_MAX + 64;
}

/// Why something said does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConversationError {
    /// Over [`CONVERSATION_BYTES_MAX`].
    #[error("What was said is longer than {CONVERSATION_BYTES_MAX} bytes.")]
    TooLong,
    /// Not the one form of COSE_Encrypt0.
    #[error("What was said is malformed.")]
    Malformed,
    /// Sealed for somebody else, or altered on the way.
    #[error("What was said does not open: it is for another bank or holder, or was altered.")]
    DoesNotOpen,
}

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// The holder asks.
    ToBank,
    /// The bank answers.
    ToHolder,
}

#[derive(Encode)]
struct AssociatedData<'a> {
    #[n(0)]
    context: &'a str,
    #[n(1)]
    pair: &'a PairContext,
    #[cbor(n(2), with = "minicbor::bytes")]
    nonce: [u8; 32],
    #[n(3)]
    to_bank: bool,
}

/// Seals what is said.
///
/// # Errors
/// [`ConversationError::TooLong`].
pub fn seal_said(
    rng: &mut impl CryptoRng,
    key: &DerivedKey,
    (pair, nonce): (&PairContext, [u8; 32]),
    direction: Direction,
    said: &[u8],
) -> Result<Vec<u8>, ConversationError> {
    let mut iv = [0; IV_BYTES];
    rng.fill_bytes(&mut iv);
    let sealed = seal(key, iv, said, &associated_data(pair, nonce, direction))
        .ok_or(ConversationError::TooLong)?;
    if sealed.len() > CONVERSATION_BYTES_MAX {
        return Err(ConversationError::TooLong);
    }
    Ok(sealed)
}

/// Opens what was said.
///
/// # Errors
/// [`ConversationError`] says what does not hold.
pub fn open_said(
    key: &DerivedKey,
    (pair, nonce): (&PairContext, [u8; 32]),
    direction: Direction,
    ciphertext: &[u8],
) -> Result<Zeroizing<Vec<u8>>, ConversationError> {
    if ciphertext.len() > CONVERSATION_BYTES_MAX {
        return Err(ConversationError::TooLong);
    }
    Encrypt0::read(ciphertext)
        .ok_or(ConversationError::Malformed)?
        .open(key, &associated_data(pair, nonce, direction))
        .map(Zeroizing::new)
        .ok_or(ConversationError::DoesNotOpen)
}

fn associated_data(pair: &PairContext, nonce: [u8; 32], direction: Direction) -> Vec<u8> {
    encode_value(&AssociatedData {
        context: context::PURSE_CONVERSATION,
        pair,
        nonce,
        to_bank: direction == Direction::ToBank,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::{Centres, Epoch, KeyContext, Space, Suite};
    use crate::test_keys::TestRng;
    use crate::wire::identifier::{Domain, HolderId, Role};

    fn pair(bank: &str) -> PairContext {
        PairContext {
            suite: Suite::NamesOnly,
            key: KeyContext {
                space: Space {
                    role: Role::Issuer,
                    index: 0,
                },
                epoch: Epoch(0),
                centres: Centres::one(Domain::parse("keys.localhost").unwrap()),
            },
            holder: HolderId([4; 32]),
            role: Role::Issuer,
            party: Domain::parse(bank).unwrap(),
        }
    }

    #[test]
    fn t004_10_what_is_said_opens_with_its_key_in_its_direction_alone() {
        let key = DerivedKey::from([1; 32]);
        let pair_here = pair("midori-bank.localhost");
        let about = (&pair_here, [2; 32]);
        let to_bank = Direction::ToBank;
        let sealed = seal_said(&mut TestRng::new(1), &key, about, to_bank, b"load").unwrap();
        let open = |key: &DerivedKey, about, direction| {
            open_said(key, about, direction, &sealed).map(|said| said.to_vec())
        };
        assert_eq!(open(&key, about, to_bank).unwrap(), b"load");
        let refused = Err(ConversationError::DoesNotOpen);
        assert_eq!(open(&key, about, Direction::ToHolder), refused);
        assert_eq!(open(&DerivedKey::from([3; 32]), about, to_bank), refused);
        assert_eq!(open(&key, (&pair_here, [3; 32]), to_bank), refused);
        let elsewhere = pair("other-bank.localhost");
        assert_eq!(open(&key, (&elsewhere, [2; 32]), to_bank), refused);
    }
}
