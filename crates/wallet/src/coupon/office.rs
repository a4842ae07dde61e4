//! An account's office: its certificate, the key under which it is talked to, and how it is talked to.

use tallystick_card::host;
use tallystick_protocol::coupon::{
    Coupon, CouponConversation, CouponConversationAnswer, CouponId, CouponTalk, OpenedCoupon, Owner,
};
use tallystick_protocol::keys::conversation::Direction;
use tallystick_protocol::keys::{DerivedKey, PairContext, Purpose, Suite};
use tallystick_protocol::trust::signature::VerifyingKey;
use tallystick_protocol::wire::cbor::{decode, encode};
use tallystick_protocol::wire::identifier::{Domain, Role};
use zeroize::Zeroizing;

use super::record::{FORMAT, OfficeRecord, Talk, TalkKey};
use crate::core::ask::{self, Ask, CBOR, Said};
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::ports::Ports;
use crate::core::secure_element::{Command, Reply};
use crate::core::wallet::Wallet;
use crate::holder::card_account::CardAccount;

/// Media type of a certificate (RFC 2585 §4).
const CERTIFICATE: &str = "application/pkix-cert";
/// Where an office shows that of its key for coupons.
const PATH: &str = "/v1/coupons.cer";

impl<P: Ports> Wallet<P> {
    /// Sees to it that the key of an account's office is known. With a certificate that lasts nobody is asked.
    ///
    /// # Errors
    /// [`ErrorKind::NoCouponAccount`], [`ErrorKind::OfficeUnreachable`], [`ErrorKind::OfficeAnswerInvalid`],
    /// [`ErrorKind::CertificateRevoked`], [`ErrorKind::RevocationsStale`].
    pub(super) async fn know_office(&self, account: &str) -> Result<(), WalletError> {
        self.know_revocations().await?;
        let mut asks = Vec::new();
        self.perform(&mut |desk| {
            asks.clear();
            let office = desk.coupon_account(account)?.issuer;
            match desk.office_key(account) {
                Err(error) if error.kind.is_about_revocations() => return Err(error),
                Err(_) => asks.push(ask::get(
                    (),
                    desk.context.urls.url(&office, PATH),
                    CERTIFICATE,
                )),
                Ok(_) => {}
            }
            Ok(())
        })
        .await?;
        for answer in self.ask(asks).await {
            self.perform(&mut |desk| desk.keep_certificate(account, &answer.said))
                .await?;
        }
        Ok(())
    }

    /// The key of an office of which the wallet need not have an account, as its certificate says now.
    ///
    /// # Errors
    /// As [`Wallet::know_office`].
    pub(super) async fn office_key_of(&self, office: &Domain) -> Result<VerifyingKey, WalletError> {
        self.know_revocations().await?;
        let mut asks = Vec::new();
        let mut key = None;
        self.perform(&mut |desk| {
            asks.clear();
            key = desk.known_office_key(office)?;
            if key.is_none() {
                asks.push(ask::get(
                    (),
                    desk.context.urls.url(office, PATH),
                    CERTIFICATE,
                ));
            }
            Ok(())
        })
        .await?;
        for answer in self.ask(asks).await {
            self.perform(&mut |desk| {
                let certificate = reached(&answer.said, office.as_str())?;
                key = Some(desk.certified_office(office, certificate)?);
                Ok(())
            })
            .await?;
        }
        key.ok_or_else(|| WalletError::new(ErrorKind::OfficeUnreachable).about(office.as_str()))
    }
}

/// What an office answered to a question in clear.
pub(super) fn reached<'a>(said: &'a Said, office: &str) -> Result<&'a [u8], WalletError> {
    match said {
        Ok(bytes) => Ok(bytes),
        Err(error) => Err(WalletError::caused(ErrorKind::OfficeUnreachable, error).about(office)),
    }
}

impl Desk<'_> {
    /// An account at a coupon office.
    ///
    /// # Errors
    /// [`ErrorKind::NoCouponAccount`], [`ErrorKind::NotEnrolled`], or if the wallet is locked.
    pub fn coupon_account(&mut self, account: &str) -> Result<CardAccount, WalletError> {
        let context = self.context;
        let none = || WalletError::new(ErrorKind::NoCouponAccount);
        let account = self.profile()?.card(account).map_err(|_| none())?.clone();
        if !context.coupon_offices.contains(&account.issuer) {
            return Err(none().about(&account.issuer_name));
        }
        if !account.enrolment.is_done() {
            return Err(WalletError::new(ErrorKind::NotEnrolled).about(&account.issuer_name));
        }
        Ok(account)
    }

    /// The accounts at coupon offices.
    ///
    /// # Errors
    /// If the wallet is locked.
    pub(super) fn coupon_accounts(&mut self) -> Result<Vec<CardAccount>, WalletError> {
        let context = self.context;
        let cards = self.profile()?.cards.iter();
        let is_one = |card: &&CardAccount| {
            context.coupon_offices.contains(&card.issuer) && card.enrolment.is_done()
        };
        Ok(cards.filter(is_one).cloned().collect())
    }

    /// The key with which an account's office signs coupons, by the certificate that is kept.
    ///
    /// # Errors
    /// [`ErrorKind::OfficeUnasked`] without a certificate, [`ErrorKind::OfficeAnswerInvalid`] if it has ended,
    /// [`ErrorKind::CertificateRevoked`], [`ErrorKind::RevocationsStale`].
    pub(super) fn office_key(&mut self, account: &str) -> Result<VerifyingKey, WalletError> {
        let office = self.profile()?.card(account)?.issuer.clone();
        let kept = self.coupons()?.office(account);
        let certificate = kept.map(|kept| kept.certificate.clone());
        let certificate = certificate
            .ok_or_else(|| WalletError::new(ErrorKind::OfficeUnasked).about(office.as_str()))?;
        self.certified_office(&office, &certificate)
    }

    /// The key of an office, by the certificate of any account there.
    fn known_office_key(&mut self, office: &Domain) -> Result<Option<VerifyingKey>, WalletError> {
        for account in self.coupon_accounts()? {
            if account.issuer == *office
                && let Ok(key) = self.office_key(&account.id)
            {
                return Ok(Some(key));
            }
        }
        Ok(None)
    }

    fn certified_office(&self, office: &Domain, der: &[u8]) -> Result<VerifyingKey, WalletError> {
        let certified = self
            .anchors()
            .certified(der, self.now(), Role::CouponOffice)
            .map_err(|error| {
                WalletError::uncertified(&error, ErrorKind::OfficeAnswerInvalid)
                    .about(office.as_str())
            })?;
        if certified.domain.as_ref() == Some(office) {
            Ok(certified.public_key)
        } else {
            let why = &"the key for coupons is certified for another office";
            Err(WalletError::caused(ErrorKind::OfficeAnswerInvalid, why).about(office.as_str()))
        }
    }

    fn keep_certificate(&mut self, account: &str, said: &Said) -> Result<(), WalletError> {
        let card = self.coupon_account(account)?;
        let certificate = reached(said, &card.issuer_name)?;
        self.certified_office(&card.issuer, certificate)?;
        let before = self.coupons()?.office(account).cloned();
        let record = before.unwrap_or_else(|| OfficeRecord {
            format: FORMAT,
            account: account.to_owned(),
            certificate: Vec::new(),
            talk: None,
            over: Vec::new(),
        });
        self.keep_coupon(OfficeRecord {
            certificate: certificate.to_vec(),
            ..record
        })
    }

    /// What is known of an account's office.
    ///
    /// # Errors
    /// [`ErrorKind::OfficeUnasked`].
    pub(super) fn office(&mut self, account: &str) -> Result<OfficeRecord, WalletError> {
        let kept = self.coupons()?.office(account).cloned();
        kept.ok_or_else(|| WalletError::new(ErrorKind::OfficeUnasked))
    }

    /// Reads and verifies a coupon that an account's office says is the account's.
    ///
    /// # Errors
    /// [`ErrorKind::OfficeAnswerInvalid`]; as [`Desk::office_key`].
    pub(super) fn own_coupon(
        &mut self,
        account: &CardAccount,
        whole: &[u8],
    ) -> Result<OpenedCoupon, WalletError> {
        let unfit =
            |why: &dyn core::fmt::Display| WalletError::caused(ErrorKind::OfficeAnswerInvalid, why);
        let key = self.office_key(&account.id)?;
        // Whatever time it is: one that is over is shown, too.
        let opened = decode::<Coupon>(whole)
            .map_err(|error| unfit(&error))?
            .verify((&account.issuer, &key))
            .map_err(|error| unfit(&error))?;
        if *opened.owner() == Owner::Holder(account.enrolment.holder()) {
            Ok(opened)
        } else {
            Err(unfit(&"the coupon is another's"))
        }
    }
}

/// A key that the card is to derive, to talk under it.
pub(super) struct Talking {
    slot: u8,
    pair: PairContext,
    nonce: [u8; 32],
}

impl Talking {
    /// Of that account to its office.
    pub(super) fn new(desk: &mut Desk<'_>, account: &CardAccount) -> Result<Self, WalletError> {
        let enrolment = &account.enrolment;
        let profile = desk.profile()?;
        let space = profile.space_of(&account.issuer, Role::Issuer, enrolment);
        let key = space.and_then(|space| enrolment.key_context(space));
        let missing = || WalletError::new(ErrorKind::NotEnrolled).about(&account.issuer_name);
        Ok(Self {
            slot: enrolment.slot,
            pair: PairContext {
                suite: Suite::NamesOnly,
                key: key.ok_or_else(missing)?,
                holder: enrolment.holder(),
                role: Role::Issuer,
                party: account.issuer.clone(),
            },
            nonce: crate::random_32(desk.rng),
        })
    }

    /// Needs the PIN.
    pub(super) fn derive(&self) -> Command {
        Command::derive(self.slot, &self.pair, Purpose::Coupons, &self.nonce)
    }

    pub(super) fn derived(self, reply: &Reply) -> Result<Talk, WalletError> {
        let key = host::derived_key(reply)
            .map_err(|error| WalletError::caused(ErrorKind::CardFailed, &error))?;
        Ok(Talk {
            pair: self.pair,
            nonce: self.nonce,
            key: TalkKey(key.as_bytes().to_vec()),
            is_misplaced: false,
        })
    }
}

impl Talk {
    fn key(&self) -> Option<DerivedKey> {
        let key = <[u8; 32]>::try_from(self.key.0.as_slice()).ok()?;
        Some(DerivedKey::from(key))
    }

    /// Seals what is said, about a coupon or about none.
    fn seal(&self, desk: &mut Desk<'_>, about: Option<CouponId>, said: &[u8]) -> Option<Vec<u8>> {
        let talk = CouponTalk::new(&self.pair, self.nonce);
        let key = self.key()?;
        let ciphertext = talk.seal(&mut desk.rng, &key, Direction::ToParty, said);
        Some(encode(&CouponConversation {
            pair: self.pair.clone(),
            nonce: self.nonce,
            about,
            ciphertext: ciphertext.ok()?,
        }))
    }

    /// Opens what the office answered. None if it is not the office's.
    pub(super) fn opened(&self, answer: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let answer: CouponConversationAnswer = decode(answer).ok()?;
        let talk = CouponTalk::new(&self.pair, self.nonce);
        talk.open(&self.key()?, Direction::ToHolder, &answer.ciphertext)
            .ok()
    }
}

/// What an office is asked under seal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum About {
    /// What is under way with that coupon.
    UnderWay(String),
    /// How that coupon is.
    State(String),
    /// What was charged.
    Bill,
}

/// A question, with the key under which its answer comes.
pub(super) struct Question {
    pub(super) about: About,
    pub(super) account: String,
    pub(super) talk: Talk,
}

impl Desk<'_> {
    /// Says something to an account's office. None while there is no key for it: the next PIN brings one.
    pub(super) fn say_to_office(
        &mut self,
        account: &str,
        path: &str,
        number: Option<CouponId>,
        said: &[u8],
        about: About,
    ) -> Result<Option<Ask<Question>>, WalletError> {
        let office = self.profile()?.card(account)?.issuer.clone();
        let kept = self.coupons()?.office(account);
        let Some(talk) = kept.and_then(|kept| kept.talk.clone()) else {
            return Ok(None);
        };
        if talk.is_misplaced {
            return Ok(None);
        }
        let Some(question) = talk.seal(self, number, said) else {
            return Ok(None);
        };
        let url = self.context.urls.url(&office, path);
        let question_about = Question {
            about,
            account: account.to_owned(),
            talk,
        };
        Ok(Some(ask::post(question_about, url, question, CBOR)))
    }

    /// The office is in another key space: nothing is said to it until the next PIN.
    pub(super) fn lose_talk(&mut self, account: &str) -> Result<(), WalletError> {
        let mut office = self.office(account)?;
        if let Some(talk) = &mut office.talk {
            talk.is_misplaced = true;
        }
        self.keep_coupon(office)
    }
}
