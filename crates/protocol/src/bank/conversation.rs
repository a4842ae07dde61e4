//! What holder and bank say to each other about a purse, sealed under their pairwise key (EP 1 221 669: Sa2 and Sa7
//! are encrypted; here under the key that both derive from each other's name): a [`conversation`](crate::keys::conversation).

use alloc::vec::Vec;

use minicbor::Encode;
use rand_core::CryptoRng;
use tallystick_codec::DecodeMap;
use zeroize::Zeroizing;

use crate::keys::conversation::{
    CONVERSATION_BYTES_MAX, Conversation, ConversationError, Direction,
};
use crate::keys::{DerivedKey, PairContext};
use crate::wire::cbor::Message;
use crate::wire::registry::{context, message};

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

/// Seals what is said.
///
/// # Errors
/// [`ConversationError::TooLong`].
pub fn seal_said(
    rng: &mut impl CryptoRng,
    key: &DerivedKey,
    about: (&PairContext, [u8; 32]),
    direction: Direction,
    said: &[u8],
) -> Result<Vec<u8>, ConversationError> {
    conversation(about).seal(rng, key, direction, said)
}

/// Opens what was said.
///
/// # Errors
/// [`ConversationError`] says what does not hold.
pub fn open_said(
    key: &DerivedKey,
    about: (&PairContext, [u8; 32]),
    direction: Direction,
    ciphertext: &[u8],
) -> Result<Zeroizing<Vec<u8>>, ConversationError> {
    conversation(about).open(key, direction, ciphertext)
}

const fn conversation((pair, nonce): (&PairContext, [u8; 32])) -> Conversation<'_> {
    Conversation {
        context: context::PURSE_CONVERSATION,
        pair,
        nonce,
    }
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
        let to_bank = Direction::ToParty;
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
