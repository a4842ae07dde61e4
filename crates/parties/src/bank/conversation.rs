//! The sealed conversation with a holder about a purse (EP 1 221 669: Sa2, Sa7, Sa12, Sc1).

use tallystick_protocol::bank::{
    ConversationError, Direction, PurseConversation, PurseConversationAnswer, open_said, seal_said,
};
use tallystick_protocol::keys::{DerivedKey, PairContext, Purpose};
use tallystick_protocol::purse::PurseNumber;
use tallystick_protocol::trust::certificate::Certificate;
use tallystick_protocol::trust::keyed::{self, KeyedError, KeyedMessage};
use tallystick_protocol::wire::cbor::{decode, encode};
use tallystick_protocol::wire::identifier::{Domain, HolderId};
use zeroize::Zeroizing;

use super::Bank;
use super::account_number;
use super::banking_system::BankingSystem;
use super::purses::{self, Purse};
use crate::issuer::accounts::{self, Account};
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer, Incoming};
use crate::office::place::{Asked, Key};
use crate::ports::Ports;

/// Who speaks, whom the conversation names in clear.
pub(super) fn holder_of(asked: &Asked<'_>) -> Option<Key> {
    let said: PurseConversation = decode(asked.body).ok()?;
    Some(said.pair.holder.0.into())
}

/// What a holder said, with the key under which it is answered.
pub(super) struct Said {
    /// Between whom.
    pub pair: PairContext,
    nonce: [u8; 32],
    key: DerivedKey,
    /// What was said.
    pub content: Zeroizing<Vec<u8>>,
}

/// What a purse signed.
pub(super) struct FromPurse<M> {
    /// The purse.
    pub purse: Purse,
    /// What it says.
    pub message: M,
}

/// Whom a message of an account's holder names.
pub(super) struct AboutAccount<'a> {
    /// The bank.
    pub bank: &'a Domain,
    /// The holder.
    pub holder: &'a HolderId,
    /// The account's number.
    pub account: u64,
}

/// What an account's key signed.
pub(super) struct FromAccount<M> {
    /// The account.
    pub account: Account,
    /// What is said.
    pub message: M,
}

impl<P: Ports, B: BankingSystem> Bank<P, B> {
    /// Opens what a holder said at `route`.
    ///
    /// # Errors
    /// [`Kind::BadSignature`] if it does not open; [`Kind::Revoked`] if the holder's account is on another device now.
    pub(super) async fn open_conversation(
        &self,
        request: &Incoming,
        route: &str,
    ) -> Result<Said, Fault> {
        let office = &self.issuer.office;
        let said: PurseConversation = decode(web::body_as(request, web::CBOR)?)?;
        office.require_own_pair(&said.pair)?;
        let said = office.trying("conversations", self.opened(said)).await?;
        office.admit_holder(route, &said.pair.holder)?;
        self.issuer.require_current(&said.pair.holder)?;
        Ok(said)
    }

    async fn opened(&self, said: PurseConversation) -> Result<Said, Fault> {
        let office = &self.issuer.office;
        office.ensure_share(&said.pair.key).await?;
        let key = office.pairwise(&said.pair, Purpose::Banking, &said.nonce)?;
        let about = (&said.pair, said.nonce);
        let content = open_said(&key, about, Direction::ToParty, &said.ciphertext);
        Ok(Said {
            content: content.map_err(conversation_fault)?,
            pair: said.pair,
            nonce: said.nonce,
            key,
        })
    }

    /// Seals the answer to what was said.
    pub(super) fn answer_sealed(&self, said: &Said, answer: &[u8]) -> Result<Answer, Fault> {
        let about = (&said.pair, said.nonce);
        let mut rng = self.issuer.office.rng();
        let ciphertext = seal_said(&mut rng, &said.key, about, Direction::ToHolder, answer);
        let ciphertext = ciphertext.map_err(conversation_fault)?;
        Ok(web::cbor(encode(&PurseConversationAnswer { ciphertext })))
    }

    /// What a purse of the speaking holder signed. `about` says which bank, if it names one, and which purse
    /// a message names.
    ///
    /// # Errors
    /// [`Kind::WrongRecipient`] of a purse of another bank, [`Kind::NotFound`] of none, [`Kind::WrongSender`] if it is
    /// in another holder's card, [`Kind::BadSignature`], [`Kind::CertificateRevoked`] of a key that was revoked.
    pub(super) fn said_by_purse<M: KeyedMessage>(
        &self,
        said: &Said,
        about: impl Fn(&M) -> (Option<&Domain>, &PurseNumber),
    ) -> Result<FromPurse<M>, Fault> {
        let office = &self.issuer.office;
        let claimed: M = keyed::unverified(&said.content).map_err(keyed_fault)?;
        let (bank, number) = about(&claimed);
        if bank.is_some_and(|bank| *bank != office.settings.domain) {
            return Err(Fault::new(Kind::WrongRecipient, "It names another bank."));
        }
        let purse = purses::require(office.tables(), number)?;
        if purse.holder != Some(said.pair.holder) {
            let other = "The purse is in another holder's card.";
            return Err(Fault::new(Kind::WrongSender, other));
        }
        self.heard_from(purse, &said.content)
    }

    /// What the account's key of the speaking holder signed. `about` says whom a message names.
    ///
    /// # Errors
    /// [`Kind::WrongRecipient`] of another bank, [`Kind::WrongSender`] of another holder, [`Kind::Revoked`] if there is
    /// no such account here, [`Kind::BadSignature`].
    pub(super) fn said_by_account<M: KeyedMessage>(
        &self,
        said: &Said,
        about: impl Fn(&M) -> AboutAccount<'_>,
    ) -> Result<FromAccount<M>, Fault> {
        let office = &self.issuer.office;
        let claimed: M = keyed::unverified(&said.content).map_err(keyed_fault)?;
        let claimed = about(&claimed);
        if *claimed.bank != office.settings.domain {
            return Err(Fault::new(Kind::WrongRecipient, "It names another bank."));
        }
        if *claimed.holder != said.pair.holder {
            let other = "Another holder tells so than speaks.";
            return Err(Fault::new(Kind::WrongSender, other));
        }
        let none = || Fault::new(Kind::Revoked, "The account is on another device.");
        let account = accounts::of_holder(office.tables(), claimed.holder)?.ok_or_else(none)?;
        if account_number::as_integer(&account.card.number) != Some(claimed.account) {
            let other = "The account is another holder's.";
            return Err(Fault::new(Kind::WrongSender, other));
        }
        let enrolled = Certificate::from_der(&account.certificate)?;
        let message = keyed::open(&said.content, enrolled.public_key()).map_err(keyed_fault)?;
        Ok(FromAccount { account, message })
    }
}

/// What is wrong with something said, as a problem.
fn conversation_fault(error: ConversationError) -> Fault {
    let kind = match error {
        ConversationError::TooLong => Kind::TooLarge,
        ConversationError::Malformed => Kind::Malformed,
        _ => Kind::BadSignature,
    };
    Fault::new(kind, error)
}

/// What is wrong with something signed by a purse, as a problem.
pub(super) fn keyed_fault(error: KeyedError) -> Fault {
    match error {
        KeyedError::TooLong(_) => Fault::new(Kind::TooLarge, error),
        KeyedError::BadSignature => Fault::untrusted(error),
        KeyedError::Message(error) => error.into(),
        error => Fault::malformed(error),
    }
}
