//! Getting an empty prepaid card from the bank: the account's key asks for it, and the bank's answer is written into the
//! card that has the account's keys.

use rand_core::CryptoRng;
use tallystick_card::host::TakenSlot;
use tallystick_protocol::bank::{AccountInstruction, InstructionKind, PurseOpening};
use tallystick_protocol::purse::{CheckpointNotice, PurseCertificate, PurseKind};
use tallystick_protocol::trust::keyed;
use tallystick_protocol::wire::cbor::decode;

use super::record::{IssuedCard, PrepaidRecord};
use crate::bank::question::Question;
use crate::bank::record::FORMAT;
use crate::bank::refusal;
use crate::bank::said::Speaking;
use crate::core::access::check_pin;
use crate::core::ask::{self, Ask, CBOR, CallError, Said};
use crate::core::conversation::{Errand, Needed};
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::ports::Ports;
use crate::core::secure_element::{Command, Reply};
use crate::core::wallet::Wallet;

/// The most prepaid cards that a wallet knows at once.
const PREPAID_MAX: usize = 16;

impl<P: Ports> Wallet<P> {
    /// Asks the bank of an account for an empty prepaid card in the account's currency, and writes it into the card that
    /// has the account's keys. Returns how it is named: what the bank says stands in the view, and [`Wallet::tend_prepaid`]
    /// goes on from there.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchCard`], [`ErrorKind::PurseState`] if it is no account at a bank, [`ErrorKind::PurseLimit`] if
    /// there are too many or the card has no room, [`ErrorKind::BankUnreachable`] if no answer came (it is asked for
    /// again by itself), [`ErrorKind::BankRefused`], [`ErrorKind::WrongPin`], [`ErrorKind::PinBlocked`],
    /// [`ErrorKind::Locked`], or a failure of reader, card or storage.
    pub async fn get_prepaid(&self, account: &str, pin: &str) -> Result<String, WalletError> {
        let mut issuing = Issuing {
            account,
            pin,
            prepared: None,
            asked: None,
        };
        self.run(&mut issuing).await?;
        let asked = issuing.asked;
        let id = asked.ok_or_else(|| WalletError::new(ErrorKind::PurseState))?;
        self.tend_prepaid(&id).await?;
        Ok(id)
    }

    /// Does what is due for a prepaid card and needs no PIN: asks for it until the bank has issued it, and tells the card
    /// what the bank signed for it. A card in a reader must be there for that.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchPurse`], [`ErrorKind::BankUnreachable`], the reason for which the bank refused,
    /// [`ErrorKind::PurseLimit`] if the card has no room, [`ErrorKind::OtherCard`], [`ErrorKind::Locked`], or a failure of
    /// reader, card or storage.
    pub async fn tend_prepaid(&self, id: &str) -> Result<(), WalletError> {
        self.ask_banks(&mut |desk| desk.prepaid_asks(Some(id)))
            .await?;
        self.perform(&mut |desk| {
            let record = desk.prepaid(id)?;
            let failed = |kind| WalletError::new(kind).about(&record.bank_name);
            match (record.failure, &record.issued) {
                (Some(kind), _) => Err(failed(kind)),
                (None, None) => Err(failed(ErrorKind::BankUnreachable)),
                (None, Some(_)) => Ok(()),
            }
        })
        .await?;
        self.tell_prepaid(id).await
    }
}

/// A prepaid card that is to be asked for.
struct Issuing<'a> {
    account: &'a str,
    pin: &'a str,
    prepared: Option<Prepared>,
    /// How it is named, once it is kept.
    asked: Option<String>,
}

struct Prepared {
    instruction: AccountInstruction,
    record: PrepaidRecord,
    speaking: Speaking,
    was_asked: bool,
}

impl Errand for Issuing<'_> {
    fn prepare(&mut self, desk: &mut Desk<'_>) -> Result<Option<Needed>, WalletError> {
        desk.stay_unlocked();
        if desk.banking()?.prepaid().count() >= PREPAID_MAX {
            return Err(WalletError::new(ErrorKind::PurseLimit));
        }
        check_pin(self.pin).map_err(|_| WalletError::new(ErrorKind::WrongPin))?;
        let profile = desk.profile()?.clone();
        let account = profile.card(self.account)?;
        let none = || WalletError::new(ErrorKind::PurseState);
        let number = account.account.ok_or_else(none)?;
        let now = desk.now();
        self.prepared = Some(Prepared {
            instruction: AccountInstruction {
                bank: account.issuer.clone(),
                account: number,
                holder: account.enrolment.holder(),
                what: InstructionKind::IssuePrepaid,
                purse: None,
                at: now,
            },
            record: PrepaidRecord {
                format: FORMAT,
                id: crate::random_id(desk.rng),
                account: account.id.clone(),
                bank: account.issuer.clone(),
                bank_name: account.issuer_name.clone(),
                currency: account.currency.ok_or_else(none)?,
                said: None,
                opening: None,
                issued: None,
                place: None,
                state: None,
                checkpoint: None,
                undelivered: Vec::new(),
                is_unsettled: false,
                failure: None,
                created_at: now,
            },
            speaking: Speaking::new(&profile, account, &account.issuer, desk.rng)?,
            was_asked: false,
        });
        Ok(Some(account.needed()))
    }

    fn next(
        &mut self,
        _: &[TakenSlot],
        replies: &[Reply],
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<Command>, WalletError> {
        let Some(prepared) = &mut self.prepared else {
            return Ok(Vec::new());
        };
        let (speaking, instruction) = (&prepared.speaking, &prepared.instruction);
        if !prepared.was_asked {
            prepared.was_asked = true;
            return speaking.sign_and_derive(instruction, self.pin, rng);
        }
        let said = speaking.clone().say_signed(instruction, replies, rng)?;
        prepared.record.said = Some(said);
        Ok(Vec::new())
    }

    fn keep(&mut self, desk: &mut Desk<'_>) -> Result<(), WalletError> {
        let Some(Prepared { record, .. }) = self.prepared.take() else {
            return Ok(());
        };
        self.asked = Some(record.id.clone());
        desk.keep_banking(record)
    }
}

impl Desk<'_> {
    /// A copy of a prepaid card.
    pub(in crate::bank) fn prepaid(&mut self, id: &str) -> Result<PrepaidRecord, WalletError> {
        let mut all = self.banking()?.prepaid();
        let found = all.find(|record| record.id == id).cloned();
        found.ok_or_else(|| WalletError::new(ErrorKind::NoSuchPurse))
    }

    /// Asks for every prepaid card that the bank has not answered about, or for one of them.
    pub(in crate::bank) fn prepaid_asks(
        &mut self,
        only: Option<&str>,
    ) -> Result<Vec<Ask<Question>>, WalletError> {
        let context = self.context;
        let all = self.banking()?.prepaid();
        let meant = all.filter(|record| only.is_none_or(|only| record.id == only));
        Ok(meant
            .filter_map(|record| {
                let question = record.said.as_ref()?.question.clone();
                let url = context.urls.url(&record.bank, "/v1/instructions");
                let about = Question::Prepaid(record.id.clone());
                Some(ask::post(about, url, question, CBOR))
            })
            .collect())
    }

    /// Takes up what the bank answered. Returns whether anything came of it.
    pub(in crate::bank) fn take_prepaid(
        &mut self,
        id: &str,
        said: &Said,
    ) -> Result<bool, WalletError> {
        let Ok(mut record) = self.prepaid(id) else {
            return Ok(false);
        };
        let Some(asked) = &record.said else {
            return Ok(false);
        };
        match said {
            Ok(answer) => {
                let Some(answer) = asked.answered(answer) else {
                    return Ok(false);
                };
                record.issued = Some(self.issued(&record, &answer)?);
                record.opening = Some(answer.to_vec());
            }
            Err(CallError::Refused(problem)) => record.failure = Some(refusal::kind(*problem)),
            Err(CallError::Later(_) | CallError::Strange { .. }) => return Ok(false),
        }
        record.said = None;
        self.keep_banking(record)?;
        Ok(true)
    }

    /// The card, if everything that the bank signed is of that bank and for a prepaid card (SGN3, SGN4).
    fn issued(&self, record: &PrepaidRecord, answer: &[u8]) -> Result<IssuedCard, WalletError> {
        let unfit =
            |what: &dyn core::fmt::Display| WalletError::caused(ErrorKind::BankAnswerInvalid, what);
        let opening: PurseOpening = decode(answer).map_err(|error| unfit(&error))?;
        let key = self.bank_key(&record.bank, &opening.bank_certificate)?;
        let certificate: PurseCertificate =
            keyed::open(&opening.purse_certificate, &key).map_err(|error| unfit(&error))?;
        let notice: CheckpointNotice =
            keyed::open(&opening.notice, &key).map_err(|error| unfit(&error))?;
        let is_what_was_asked = certificate.bank == record.bank
            && certificate.kind == PurseKind::Prepaid
            && certificate.key.is_none()
            && certificate.currency == record.currency
            && notice.checkpoint.purse == certificate.number;
        if !is_what_was_asked {
            return Err(unfit(&"it is no prepaid card of that bank and currency"));
        }
        Ok(IssuedCard {
            number: certificate.number,
            expires_at: certificate.expires_at,
        })
    }
}
