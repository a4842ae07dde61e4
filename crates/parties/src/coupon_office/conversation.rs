//! The sealed conversation with a holder about coupons.

use tallystick_protocol::coupon::{
    CouponAnswer, CouponConversation, CouponConversationAnswer, CouponId, CouponTalk, Owner,
};
use tallystick_protocol::keys::conversation::{ConversationError, Direction};
use tallystick_protocol::keys::{DerivedKey, PairContext, Purpose};
use tallystick_protocol::wire::cbor::{decode, encode};
use zeroize::Zeroizing;

use super::CouponOffice;
use super::key::CouponKey;
use super::notices::{self, Asked, Decided, Notice, Signed};
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer, Incoming};
use crate::office::place::{self, Key};
use crate::ports::{Ports, Tables};

/// The coupon that a conversation is about, or the holder who speaks.
pub(super) fn subject_of(asked: &place::Asked<'_>) -> Option<Key> {
    let said: CouponConversation = decode(asked.body).ok()?;
    Some(match said.about {
        Some(coupon) => key_of(&coupon),
        None => said.pair.holder.0.into(),
    })
}

/// By what an object knows a coupon: its number, with zeros behind it.
pub(super) fn key_of(coupon: &CouponId) -> Key {
    let mut name = [0; 32];
    let (start, _) = name.split_at_mut(16);
    start.copy_from_slice(&coupon.0);
    name.into()
}

/// What a holder said, with the key under which it is answered.
pub(super) struct Said {
    pub pair: PairContext,
    pub about: Option<CouponId>,
    nonce: [u8; 32],
    key: DerivedKey,
    pub content: Zeroizing<Vec<u8>>,
}

impl Said {
    /// Who speaks.
    pub(super) fn speaker(&self) -> Owner {
        Owner::Holder(self.pair.holder)
    }
}

impl<P: Ports> CouponOffice<P> {
    /// Opens what a holder said at `route`.
    ///
    /// # Errors
    /// [`Kind::BadSignature`] if it does not open.
    pub(super) async fn open_conversation(
        &self,
        request: &Incoming,
        route: &str,
    ) -> Result<Said, Fault> {
        let office = &self.issuer.office;
        let said: CouponConversation = decode(web::body_as(request, web::CBOR)?)?;
        office.require_own_pair(&said.pair)?;
        let said = office.trying("conversations", self.opened(said)).await?;
        office.admit_holder(route, &said.pair.holder)?;
        Ok(said)
    }

    async fn opened(&self, said: CouponConversation) -> Result<Said, Fault> {
        let office = &self.issuer.office;
        office.ensure_share(&said.pair.key).await?;
        let key = office.pairwise(&said.pair, Purpose::Coupons, &said.nonce)?;
        let talk = CouponTalk::new(&said.pair, said.nonce);
        let content = talk.open(&key, Direction::ToParty, &said.ciphertext);
        Ok(Said {
            content: content.map_err(conversation_fault)?,
            pair: said.pair,
            about: said.about,
            nonce: said.nonce,
            key,
        })
    }

    /// Seals the answer to what was said.
    pub(super) fn answer_sealed(&self, said: &Said, answer: &[u8]) -> Result<Answer, Fault> {
        let mut rng = self.issuer.office.rng();
        let talk = CouponTalk::new(&said.pair, said.nonce);
        let ciphertext = talk.seal(&mut rng, &said.key, Direction::ToHolder, answer);
        let ciphertext = ciphertext.map_err(conversation_fault)?;
        Ok(web::cbor(encode(&CouponConversationAnswer { ciphertext })))
    }

    /// Verifies the notice that a conversation brings: about the coupon that the conversation names, and by somebody who may
    /// bring it.
    ///
    /// # Errors
    /// [`Kind::WrongSender`], [`Kind::WrongRecipient`]; as of [`CouponOffice::verify_notice`].
    pub(super) async fn brought<M: Notice>(
        &self,
        said: &Said,
        signed: &[u8],
    ) -> Result<Signed<M>, Fault> {
        let notice: Signed<M> = self.verify_notice(signed).await?;
        if !notice.message.may_be_brought_by(&said.pair.holder) {
            let other = "Another holder tells so than speaks.";
            return Err(Fault::new(Kind::WrongSender, other));
        }
        if notice.message.coupon().is_some() && notice.message.coupon() != said.about {
            let other = "It is about another coupon than it was sent for.";
            return Err(Fault::new(Kind::WrongRecipient, other));
        }
        Ok(notice)
    }

    /// Takes a notice at `route`: verified, decided once, answered by what came of it, signed and sealed.
    pub(super) async fn take_notice<M: Notice>(
        &self,
        request: &Incoming,
        route: &str,
        decide: impl FnOnce(&dyn Tables, &CouponKey, &Signed<M>) -> Result<Decided, Fault>,
    ) -> Result<Answer, Fault> {
        let said = self.open_conversation(request, route).await?;
        // Nothing is decided that could not be said.
        let key = self.coupon_key().await?;
        let notice: Signed<M> = self.brought(&said, &said.content).await?;
        let decided = self.decide_notice(&key, &notice, decide)?;
        self.answer_decided(&said, &key, notice.digest, decided)
    }

    /// Decides a notice once.
    pub(super) fn decide_notice<M: Notice>(
        &self,
        key: &CouponKey,
        notice: &Signed<M>,
        decide: impl FnOnce(&dyn Tables, &CouponKey, &Signed<M>) -> Result<Decided, Fault>,
    ) -> Result<Decided, Fault> {
        let office = &self.issuer.office;
        let asked = Asked {
            digest: &notice.digest,
            kind: M::WORD,
            signed: &notice.bytes,
            certificate: Some(&notice.signer.certificate),
        };
        office.transaction(|tables| {
            notices::once(tables, &asked, office.now(), |tables| {
                let decided = decide(tables, key, notice)?;
                office.log(M::WORD, None, decided.outcome.as_str());
                Ok(decided)
            })
        })
    }

    /// Says what came of it, with the coupon if it is the speaker's.
    pub(super) fn answer_decided(
        &self,
        said: &Said,
        key: &CouponKey,
        asked: [u8; 32],
        decided: Decided,
    ) -> Result<Answer, Fault> {
        let tables = self.issuer.office.tables();
        let whole = self.whole_for(tables, decided.coupon, &said.speaker())?;
        let answer = self.answer_of(asked, decided, whole);
        self.answer_sealed(said, &key.sign(&answer)?)
    }

    /// What is said of something decided.
    pub(super) fn answer_of(
        &self,
        asked: [u8; 32],
        decided: Decided,
        whole: Option<Vec<u8>>,
    ) -> CouponAnswer {
        CouponAnswer {
            asked,
            outcome: decided.outcome,
            coupon: decided.coupon,
            whole,
            until: decided.until,
            at: self.issuer.office.now(),
        }
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
