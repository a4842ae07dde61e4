//! Applying for a purse (EP 1 221 669, SZ4): the card makes its key and signs with it, and the account's own key
//! approves.

use rand_core::CryptoRng;
use tallystick_card::host::TakenSlot;
use tallystick_card::host::purse::ApplicationTerms;
use tallystick_protocol::bank::{PurseApplication, PurseApplicationRequest};
use tallystick_protocol::trust::keyed;
use tallystick_protocol::wire::cbor::encode;
use tallystick_protocol::wire::time::Timestamp;

use super::card;
use super::record::{FORMAT, PurseRecord};
use crate::core::conversation::{Errand, Needed};
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::ports::Ports;
use crate::core::secure_element::{Command, Reply, signature};
use crate::core::wallet::Wallet;
use crate::holder::card_account::CardAccount;

/// A purse that is being applied for: the conversation with the card alone.
pub struct Applying<'a> {
    account: CardAccount,
    pin: &'a str,
    given: Given,
    step: Step,
}

/// What a card is told beside what it is asked.
#[derive(Clone)]
pub struct Given {
    /// Whom it is to trust (DER).
    roots: Vec<Vec<u8>>,
    /// Now.
    at: Timestamp,
}

impl Given {
    /// At that desk.
    #[must_use]
    pub fn at(desk: &Desk<'_>) -> Self {
        let roots = desk.context.roots.roots().iter();
        Self {
            roots: roots.map(|root| root.as_der().to_vec()).collect(),
            at: desk.now(),
        }
    }
}

/// What the card was asked last.
enum Step {
    /// Nothing.
    Begin,
    /// Which places are free.
    List,
    /// To make a key there and to sign with it.
    Make(u8),
    /// To approve with the account's key.
    Approve(PurseRecord, Vec<u8>),
    /// All: the purse.
    Done(Option<PurseRecord>),
}

impl<'a> Applying<'a> {
    /// A purse of that account, whose keys are made.
    #[must_use]
    pub const fn new(account: CardAccount, pin: &'a str, given: Given) -> Self {
        Self {
            account,
            pin,
            given,
            step: Step::Begin,
        }
    }

    /// What the card is asked next, given what it answered last; nothing, once that is all.
    ///
    /// # Errors
    /// [`ErrorKind::NoPurseInCard`], or a failure of the card.
    pub fn next(
        &mut self,
        replies: &[Reply],
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<Command>, WalletError> {
        let failed = || WalletError::new(ErrorKind::CardFailed);
        match core::mem::replace(&mut self.step, Step::Done(None)) {
            Step::Begin => {
                self.step = Step::List;
                Ok(vec![card::list()])
            }
            Step::List => {
                let place = card::free_place(replies.last().ok_or_else(failed)?)?;
                self.step = Step::Make(place);
                self.make(place)
            }
            Step::Make(place) => {
                let [.., key, application] = replies else {
                    return Err(failed());
                };
                let purse = self.purse(place, card::public_key(key)?, rng);
                let application = card::signed(application)?;
                let commands = self.approve(&application, rng)?;
                self.step = Step::Approve(purse, application);
                Ok(commands)
            }
            Step::Approve(mut purse, application) => {
                let approval = signature(replies.last().ok_or_else(failed)?)?.to_vec();
                purse.application = encode(&PurseApplicationRequest {
                    application,
                    approval,
                    registration: self.registration()?,
                });
                self.step = Step::Done(Some(purse));
                Ok(Vec::new())
            }
            Step::Done(purse) => {
                self.step = Step::Done(purse);
                Ok(Vec::new())
            }
        }
    }

    /// The purse, once its application is signed and approved; once.
    pub const fn finished(&mut self) -> Option<PurseRecord> {
        match &mut self.step {
            Step::Done(purse) => purse.take(),
            _ => None,
        }
    }

    /// By which registration the account was opened.
    fn registration(&self) -> Result<[u8; 32], WalletError> {
        let registration = self.account.registration;
        registration.ok_or_else(|| WalletError::new(ErrorKind::PurseState))
    }

    fn make(&self, place: u8) -> Result<Vec<Command>, WalletError> {
        self.registration()?;
        let missing = || WalletError::new(ErrorKind::PurseState);
        let terms = ApplicationTerms {
            bank: self.account.issuer.clone(),
            account: self.account.account.ok_or_else(missing)?,
            holder: self.account.enrolment.holder(),
            at: self.given.at,
        };
        let [roots, key] = card::make(place, &self.given.roots);
        let pin = Command::present_pin(self.pin);
        Ok(vec![pin, roots, key, card::apply(place, &terms)])
    }

    fn approve(
        &self,
        application: &[u8],
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<Command>, WalletError> {
        // The wallet's own card has just signed it.
        let said: PurseApplication = keyed::unverified(application)
            .map_err(|error| WalletError::caused(ErrorKind::CardFailed, &error))?;
        let slot = self.account.enrolment.slot;
        let sign = Command::sign(slot, &said.approval_to_be_signed(), rng)?;
        Ok(vec![Command::present_pin(self.pin), sign])
    }

    fn purse(&self, place: u8, public_key: Vec<u8>, rng: &mut dyn CryptoRng) -> PurseRecord {
        PurseRecord {
            format: FORMAT,
            id: crate::random_id(rng),
            account: self.account.id.clone(),
            bank: self.account.issuer.clone(),
            bank_name: self.account.issuer_name.clone(),
            place,
            public_key,
            application: Vec::new(),
            opening: None,
            opened: None,
            is_written: false,
            state: None,
            checkpoint: None,
            waiting: Vec::new(),
            balance: None,
            failure: None,
            wants_report: false,
            report: None,
            undelivered: Vec::new(),
            reported_through: None,
            report_failure: None,
            signed_at: None,
            fees: None,
            renewal: None,
            closed_at: None,
            is_erased: false,
            blocked: None,
        }
    }
}

impl<P: Ports> Wallet<P> {
    /// Applies for a purse of an account that has none, with the PIN of the card that has the account's keys.
    /// [`Wallet::tend_purse`] goes on from there. Returns how the purse is named.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchCard`], [`ErrorKind::PurseState`] if it has one, or is no account at a bank,
    /// [`ErrorKind::NoPurseInCard`], [`ErrorKind::WrongPin`], [`ErrorKind::PinBlocked`],
    /// [`ErrorKind::MalformedPin`], [`ErrorKind::Locked`], or a failure of reader, card or storage.
    pub async fn apply_for_purse(&self, account: &str, pin: &str) -> Result<String, WalletError> {
        let mut errand = ApplyingLater {
            account,
            pin,
            applying: None,
            purse: None,
        };
        self.run(&mut errand).await?;
        let purse = errand.purse;
        let purse = purse.ok_or_else(|| WalletError::new(ErrorKind::PurseState))?;
        Ok(purse.id)
    }
}

/// A purse for an account that was opened before.
struct ApplyingLater<'a> {
    account: &'a str,
    pin: &'a str,
    applying: Option<Applying<'a>>,
    purse: Option<PurseRecord>,
}

impl Errand for ApplyingLater<'_> {
    fn prepare(&mut self, desk: &mut Desk<'_>) -> Result<Option<Needed>, WalletError> {
        desk.stay_unlocked();
        let account = desk.profile()?.card(self.account)?.clone();
        if !account.is_at_bank() || desk.banking()?.purse_of(self.account).is_some() {
            return Err(WalletError::new(ErrorKind::PurseState));
        }
        let needed = account.needed();
        self.applying = Some(Applying::new(account, self.pin, Given::at(desk)));
        Ok(Some(needed))
    }

    fn next(
        &mut self,
        _: &[TakenSlot],
        replies: &[Reply],
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<Command>, WalletError> {
        let Some(applying) = &mut self.applying else {
            return Ok(Vec::new());
        };
        let commands = applying.next(replies, rng)?;
        self.purse = applying.finished();
        Ok(commands)
    }

    fn keep(&mut self, desk: &mut Desk<'_>) -> Result<(), WalletError> {
        match self.purse.clone() {
            Some(purse) => desk.keep_banking(purse),
            None => Ok(()),
        }
    }
}
