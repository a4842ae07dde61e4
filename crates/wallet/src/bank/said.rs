//! The sealed conversation with the bank (EP 1 221 669: Sa2 and Sa7 are encrypted). A question is sealed and stored
//! before it is sent, with the one key that opens its answer; so it is sent as often as needed without the PIN.

use rand_core::CryptoRng;
use tallystick_card::host;
use tallystick_protocol::bank::{
    Direction, PurseConversation, PurseConversationAnswer, open_said, seal_said,
};
use tallystick_protocol::keys::{DerivedKey, PairContext, Purpose, Suite};
use tallystick_protocol::trust::keyed::{self, KeyedMessage};
use tallystick_protocol::trust::signature::Algorithm;
use tallystick_protocol::wire::cbor::{decode, encode};
use tallystick_protocol::wire::identifier::{Domain, Role};
use zeroize::Zeroizing;

use super::record::{ConversationKey, Said};
use crate::core::error::{ErrorKind, WalletError};
use crate::core::secure_element::{Command, Reply, signature};
use crate::holder::card_account::CardAccount;
use crate::holder::profile::Profile;

/// A question that is to be sealed: for which pair and nonce the card derives the key.
#[derive(Clone)]
pub struct Speaking {
    slot: u8,
    pair: PairContext,
    nonce: [u8; 32],
}

impl Speaking {
    /// A question of that account to its bank.
    ///
    /// # Errors
    /// [`ErrorKind::NotEnrolled`].
    pub fn new(
        profile: &Profile,
        account: &CardAccount,
        bank: &Domain,
        rng: &mut dyn CryptoRng,
    ) -> Result<Self, WalletError> {
        let enrolment = &account.enrolment;
        let space = profile.space_of(bank, Role::Issuer, enrolment);
        let key = space.and_then(|space| enrolment.key_context(space));
        let missing = || WalletError::new(ErrorKind::NotEnrolled).about(&account.issuer_name);
        Ok(Self {
            slot: enrolment.slot,
            pair: PairContext {
                suite: Suite::NamesOnly,
                key: key.ok_or_else(missing)?,
                holder: enrolment.holder(),
                role: Role::Issuer,
                party: bank.clone(),
            },
            nonce: crate::random_32(rng),
        })
    }

    /// Has the card derive the key: for [`Speaking::say`]. Needs the PIN.
    #[must_use]
    pub fn derive(&self) -> Command {
        Command::derive(self.slot, &self.pair, Purpose::Banking, &self.nonce)
    }

    /// Has the account's key sign a message, and the key derived to seal it: for [`Speaking::say_signed`].
    ///
    /// # Errors
    /// [`ErrorKind::CardFailed`].
    pub fn sign_and_derive<M: KeyedMessage>(
        &self,
        message: &M,
        pin: &str,
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<Command>, WalletError> {
        let to_sign = keyed::to_be_signed(message, Algorithm::Ps256);
        Ok(vec![
            Command::present_pin(pin),
            Command::sign(self.slot, &to_sign, rng)?,
            self.derive(),
        ])
    }

    /// Seals a message that the account's key signed, from the replies to [`Speaking::sign_and_derive`].
    ///
    /// # Errors
    /// [`ErrorKind::CardFailed`].
    pub fn say_signed<M: KeyedMessage>(
        self,
        message: &M,
        replies: &[Reply],
        rng: &mut dyn CryptoRng,
    ) -> Result<Said, WalletError> {
        let [_, signed, key] = replies else {
            return Err(WalletError::new(ErrorKind::CardFailed));
        };
        let signed = keyed::assemble(&encode(message), Algorithm::Ps256, &signature(signed)?);
        self.say(key, &signed, rng)
    }

    /// Seals what is said with the key that the card derived.
    ///
    /// # Errors
    /// [`ErrorKind::CardFailed`].
    pub fn say(
        self,
        derived: &Reply,
        said: &[u8],
        mut rng: &mut dyn CryptoRng,
    ) -> Result<Said, WalletError> {
        let failed =
            |error: &dyn core::fmt::Display| WalletError::caused(ErrorKind::CardFailed, error);
        let Self { pair, nonce, .. } = self;
        let key = host::derived_key(derived).map_err(|error| failed(&error))?;
        let about = (&pair, nonce);
        let ciphertext = seal_said(&mut rng, &key, about, Direction::ToParty, said)
            .map_err(|error| failed(&error))?;
        let question = encode(&PurseConversation {
            pair: pair.clone(),
            nonce,
            ciphertext,
        });
        Ok(Said {
            pair,
            nonce,
            key: ConversationKey(key.as_bytes().to_vec()),
            question,
            misplaced: None,
        })
    }
}

impl Said {
    /// Whether the bank said that it is in another key space.
    #[must_use]
    pub fn is_misplaced(&self) -> bool {
        self.misplaced == Some(true)
    }

    /// The same, once the bank said so.
    #[must_use]
    pub fn gone_astray(&self) -> Self {
        Self {
            misplaced: Some(true),
            ..self.clone()
        }
    }

    /// The encoded question, if it makes sense to send it.
    #[must_use]
    pub fn to_send(&self) -> Option<Vec<u8>> {
        (!self.is_misplaced()).then(|| self.question.clone())
    }

    /// What was sealed. None if it is not what this key sealed.
    #[must_use]
    pub fn content(&self) -> Option<Zeroizing<Vec<u8>>> {
        let question: PurseConversation = decode(&self.question).ok()?;
        self.opened(Direction::ToParty, &question.ciphertext)
    }

    /// Opens the bank's answer to it. None if it is not the bank's.
    #[must_use]
    pub fn answered(&self, answer: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let answer: PurseConversationAnswer = decode(answer).ok()?;
        self.opened(Direction::ToHolder, &answer.ciphertext)
    }

    fn opened(&self, direction: Direction, ciphertext: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let key = DerivedKey::from(<[u8; 32]>::try_from(self.key.0.as_slice()).ok()?);
        let about = (&self.pair, self.nonce);
        open_said(&key, about, direction, ciphertext).ok()
    }
}
