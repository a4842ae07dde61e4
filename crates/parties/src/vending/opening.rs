//! The machine's purse is opened as anybody's (SZ1 to SZ9): its dealer's account at the bank, in the card of the machine
//! alone. Each step is stored by the wallet, and asked for again until it is done.

use tallystick_wallet::view::{
    BankAccountView, KeyPlace, OpeningStep, OpeningView, Phase, PurseStep, PurseView,
    RegistrationForm,
};
use tallystick_wallet::{ErrorKind, WalletError};

use super::Vending;
use super::collecting;
use super::purse::{PurseWallet, Secrets, broken};
use crate::office::fault::{Fault, Kind};
use crate::ports::{DatabaseError, Ports, Tables};
use crate::post::due::{self, NewJob, Next};
use crate::store::{facts, secrets};

/// The kind of the job that opens the purse.
pub(super) const OPEN: &str = "vending-open";
/// Under which name the dealer's account at the ordinary bank rests, sealed.
const OUTSIDE: &str = "vending-outside-account";
/// How the purse is named by its wallet, once it is open.
const PURSE: &str = "vending-purse";
/// Why it is not, in a fixed word of the wallet.
const TROUBLE: &str = "vending-trouble";

/// How far the opening is.
enum Stage {
    /// Nothing is in the wallet.
    Nothing,
    /// The account is on its way.
    Opening(OpeningView),
    /// The account is there; its keys are being certified.
    Enrolling,
    /// The purse is on its way.
    Purse(PurseView),
    /// It is open.
    Open(PurseView),
}

fn stage(openings: &[OpeningView], accounts: &[BankAccountView], purses: &[PurseView]) -> Stage {
    let purse = purses.iter().find(|purse| purse.step != PurseStep::Closed);
    match (purse, accounts.first(), openings.first()) {
        (Some(purse), ..) if purse.step == PurseStep::Ready => Stage::Open(purse.clone()),
        (_, Some(account), _) if !account.ready => Stage::Enrolling,
        (Some(purse), ..) => Stage::Purse(purse.clone()),
        (None, _, Some(opening)) => Stage::Opening(opening.clone()),
        (None, ..) => Stage::Nothing,
    }
}

impl<P: Ports + 'static> Vending<P> {
    /// Has the purse opened for the dealer's account outside. Call it in a transaction.
    ///
    /// # Errors
    /// [`Kind::Conflict`] if it is open.
    pub(super) fn begin_opening(&self, tables: &dyn Tables, outside: &str) -> Result<(), Fault> {
        if facts::get(tables, PURSE)?.is_some() {
            return Err(Fault::new(Kind::Conflict, "The machine has its purse."));
        }
        let sealed = self.office.seal(OUTSIDE, outside.as_bytes())?;
        secrets::put(tables, OUTSIDE, &sealed)?;
        facts::put(tables, TROUBLE, b"")?;
        let now_ms = self.office.now_ms();
        let job = NewJob {
            kind: OPEN,
            reference: "",
            peer: None,
            at_ms: now_ms,
        };
        Ok(due::put(tables, &job, now_ms)?)
    }

    /// How the purse is named by its wallet, if it is open.
    pub(super) fn purse_id(&self) -> Result<Option<String>, DatabaseError> {
        text(facts::get(self.office.tables(), PURSE)?)
    }

    /// Why it is not, if something is in the way.
    pub(super) fn opening_trouble(&self) -> Result<Option<String>, DatabaseError> {
        let trouble = text(facts::get(self.office.tables(), TROUBLE)?)?;
        Ok(trouble.filter(|word| !word.is_empty()))
    }

    /// Takes the next step.
    pub(super) async fn open_on(&self) -> Result<Next, Fault> {
        let now_ms = self.office.now_ms();
        match self.open_further().await? {
            Ok(true) => Ok(Next::Done),
            // Each step is a job of its own: making a key alone takes seconds.
            Ok(false) => Ok(Next::At(now_ms)),
            Err(error) => {
                self.office.log("vending-open", None, error.kind.name());
                self.office.transaction(|tables| {
                    facts::put(tables, TROUBLE, error.kind.name().as_bytes())
                })?;
                Ok(match is_final(error.kind) {
                    true => Next::Done,
                    false => Next::Later,
                })
            }
        }
    }

    /// Whether that was the last step.
    async fn open_further(&self) -> Result<Result<bool, WalletError>, Fault> {
        let wallet = self.wallet().await?;
        let secrets = self.secrets()?;
        let view = wallet.view().await.map_err(broken)?;
        if view.phase == Phase::New {
            let codes = wallet.set_up_empty(&secrets.passphrase, &secrets.pin).await;
            // Nobody writes PUK and recovery code down: passphrase and PIN are not forgotten here.
            return Ok(codes.map(|_| false));
        }
        let done = match stage(&view.openings, &view.accounts, &view.purses) {
            Stage::Nothing => self.register(&wallet, &secrets).await?,
            Stage::Opening(opening) => open_account(&wallet, &opening, &secrets).await,
            Stage::Enrolling => wallet.enrol().await,
            Stage::Purse(purse) => wallet.tend_purse(&purse.id).await,
            Stage::Open(purse) => {
                self.keep_open(&purse)?;
                return Ok(Ok(true));
            }
        };
        Ok(done.map(|()| false))
    }

    /// SZ1: registers, with what the dealer's settings and the operator's command say.
    async fn register(
        &self,
        wallet: &PurseWallet<P>,
        secrets: &Secrets,
    ) -> Result<Result<(), WalletError>, Fault> {
        let outside = secrets::get(&self.office, OUTSIDE)?.ok_or_else(Fault::internal)?;
        let outside = core::str::from_utf8(&outside).map_err(|_| Fault::internal())?;
        let dealer = &self.config.dealer;
        let form = RegistrationForm {
            bank: self.config.bank.to_string(),
            name: dealer.name.clone(),
            address: dealer.address.clone(),
            telephone: dealer.telephone.clone(),
            iban: outside.to_owned(),
            currency: self.config.currency.code().to_owned(),
        };
        // The bank's page opens by a password that nobody has: this account is looked at here.
        let registered = wallet.register(&form, &secrets.passphrase).await;
        Ok(registered.map(|_| ()))
    }

    fn keep_open(&self, purse: &PurseView) -> Result<(), Fault> {
        let now_ms = self.office.now_ms();
        self.office.transaction(|tables| {
            facts::put(tables, PURSE, purse.id.as_bytes())?;
            facts::put(tables, TROUBLE, b"")?;
            secrets::forget(tables, OUTSIDE)?;
            collecting::put(tables, now_ms)
        })?;
        self.office.log("vending-open", None, "open");
        Ok(())
    }
}

/// SZ3 and after: the account's keys and the purse's are made in the card.
async fn open_account<P: Ports + 'static>(
    wallet: &PurseWallet<P>,
    opening: &OpeningView,
    secrets: &Secrets,
) -> Result<(), WalletError> {
    match opening.step {
        OpeningStep::Registering => wallet.continue_opening(&opening.id).await,
        OpeningStep::Keys => {
            let place = KeyPlace::Software;
            let opened = wallet.open_account(&opening.id, &secrets.pin, place).await;
            opened.map(|_| ())
        }
        OpeningStep::Refused => {
            // What the bank said, before it is cleared away for the next command.
            let said = wallet.continue_opening(&opening.id).await;
            wallet.forget_opening(&opening.id).await?;
            said
        }
    }
}

/// Whether asking again would not help: the operator commands it anew, with something else.
fn is_final(kind: ErrorKind) -> bool {
    [
        ErrorKind::RegistrationInvalid,
        ErrorKind::RegistrationRefused,
        ErrorKind::OutsideAccountUnknown,
        ErrorKind::OutsideNameDiffers,
        ErrorKind::NotSolvent,
        ErrorKind::BankOtherCurrency,
        ErrorKind::NoSuchBank,
    ]
    .contains(&kind)
}

fn text(bytes: Option<Vec<u8>>) -> Result<Option<String>, DatabaseError> {
    let text = bytes.map(String::from_utf8).transpose();
    text.map_err(|_| DatabaseError::Shape(0))
}
