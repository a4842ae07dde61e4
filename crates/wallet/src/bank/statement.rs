//! What the bank booked on an account, as its holder's statement (ISO 20022, camt.053): asked inside the sealed
//! conversation, handed to the page as the bank wrote it, and kept nowhere.

use rand_core::CryptoRng;
use tallystick_card::host::TakenSlot;
use tallystick_protocol::bank::AccountStatementRequest;

use super::record::Said;
use super::refusal;
use super::said::Speaking;
use super::spaces::is_misplaced;
use crate::core::access::check_pin;
use crate::core::ask::{self, CBOR, CallError};
use crate::core::conversation::{Errand, Needed};
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::ports::Ports;
use crate::core::secure_element::{Command, Reply};
use crate::core::wallet::Wallet;

/// The most pages of one statement: each is signed for by itself.
const PAGES_MAX: u32 = 50;
/// What the last page says of itself.
const LAST_PAGE: &str = "<LastPgInd>true</LastPgInd>";

impl<P: Ports> Wallet<P> {
    /// The statement of an account from one day to another, in days since the first of January 1970 (UTC): its pages,
    /// each a camt.053.001.08 document, at most fifty of them.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchCard`], [`ErrorKind::PurseState`] if it is no account at a bank,
    /// [`ErrorKind::BankUnreachable`], [`ErrorKind::BankRefused`], [`ErrorKind::BankAnswerInvalid`],
    /// [`ErrorKind::WrongPin`], [`ErrorKind::PinBlocked`], [`ErrorKind::Locked`], or a failure of reader, card or
    /// storage.
    pub async fn account_statement(
        &self,
        account: &str,
        days: (u32, u32),
        pin: &str,
    ) -> Result<Vec<String>, WalletError> {
        self.know_revocations().await?;
        let mut pages = Vec::new();
        for page in 1..=PAGES_MAX {
            let written = self.statement_page(account, days, page, pin).await?;
            let is_last = written.contains(LAST_PAGE);
            pages.push(written);
            if is_last {
                break;
            }
        }
        Ok(pages)
    }

    async fn statement_page(
        &self,
        account: &str,
        days: (u32, u32),
        page: u32,
        pin: &str,
    ) -> Result<String, WalletError> {
        let mut looking = Looking {
            account,
            days,
            page,
            pin,
            prepared: None,
            said: None,
        };
        let (mut said, mut answer) = self.looked(&mut looking).await?;
        if answer.as_ref().is_err_and(is_misplaced) {
            let (pair, mut anew) = (said.pair, looking.anew());
            self.find_bank_space(account, &pair.party, &pair.key)
                .await?;
            (said, answer) = self.looked(&mut anew).await?;
        }
        let bank_name = looking.prepared.map(|prepared| prepared.bank_name);
        let failed = |kind| WalletError::new(kind).about(&bank_name.unwrap_or_default());
        let answer = match answer {
            Ok(answer) => answer,
            Err(CallError::Refused(problem)) => return Err(failed(refusal::kind(problem))),
            Err(_) => return Err(failed(ErrorKind::BankUnreachable)),
        };
        let written = said.answered(&answer);
        let written = written.and_then(|written| String::from_utf8(written.to_vec()).ok());
        written.ok_or_else(|| failed(ErrorKind::BankAnswerInvalid))
    }

    /// What was asked, and what came of it.
    async fn looked(&self, looking: &mut Looking<'_>) -> Result<(Said, ask::Said), WalletError> {
        self.run(looking).await?;
        let (Some(prepared), Some(said)) = (&looking.prepared, looking.said.take()) else {
            return Err(WalletError::new(ErrorKind::PurseState));
        };
        let ask = ask::post((), prepared.url.clone(), said.question.clone(), CBOR);
        let answer = self.ask(vec![ask]).await.pop().map(|answer| answer.said);
        let nobody = || Err(CallError::Later(String::new()));
        Ok((said, answer.unwrap_or_else(nobody)))
    }
}

/// A page of a statement that is to be asked for.
struct Looking<'a> {
    account: &'a str,
    days: (u32, u32),
    page: u32,
    pin: &'a str,
    prepared: Option<Prepared>,
    said: Option<Said>,
}

impl Looking<'_> {
    /// The same question, to be asked again.
    const fn anew(&self) -> Self {
        Self {
            prepared: None,
            said: None,
            ..*self
        }
    }
}

struct Prepared {
    request: AccountStatementRequest,
    speaking: Speaking,
    bank_name: String,
    url: String,
    was_asked: bool,
}

impl Errand for Looking<'_> {
    fn prepare(&mut self, desk: &mut Desk<'_>) -> Result<Option<Needed>, WalletError> {
        desk.stay_unlocked();
        check_pin(self.pin).map_err(|_| WalletError::new(ErrorKind::WrongPin))?;
        let profile = desk.profile()?.clone();
        let account = profile.card(self.account)?;
        let none = || WalletError::new(ErrorKind::PurseState);
        let number = account.account.ok_or_else(none)?;
        if let Some(certificate) = desk.banking()?.bank_certificate(&account.issuer) {
            let certificate = certificate.to_vec();
            desk.require_bank(&account.issuer, &certificate)?;
        }
        let urls = &desk.context.urls;
        self.prepared = Some(Prepared {
            request: AccountStatementRequest {
                bank: account.issuer.clone(),
                account: number,
                holder: account.enrolment.holder(),
                first_day: self.days.0,
                last_day: self.days.1,
                page: self.page,
                at: desk.now(),
            },
            bank_name: account.issuer_name.clone(),
            url: urls.url(&account.issuer, "/v1/account-statements"),
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
        if !prepared.was_asked {
            prepared.was_asked = true;
            let speaking = &prepared.speaking;
            return speaking.sign_and_derive(&prepared.request, self.pin, rng);
        }
        let speaking = prepared.speaking.clone();
        self.said = Some(speaking.say_signed(&prepared.request, replies, rng)?);
        Ok(Vec::new())
    }

    /// Nothing is kept of a question.
    fn keep(&mut self, _: &mut Desk<'_>) -> Result<(), WalletError> {
        Ok(())
    }
}
