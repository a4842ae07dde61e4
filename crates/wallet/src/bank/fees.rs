//! What a bank charges for a new key, asked before the holder signs an amount (EP 1 221 669 [0112]).

use tallystick_protocol::bank::{FeeOption, FeeSchedule};
use tallystick_protocol::trust::keyed;
use tallystick_protocol::wire::money::{Currency, Money};
use tallystick_protocol::wire::time::Timestamp;

use super::question::Question;
use super::record::{OpenedPurse, PurseRecord};
use super::refusal::as_good_as_none;
use crate::bank::view::FeeName;
use crate::core::ask::{self, Ask, COSE, Said};
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::ports::Ports;
use crate::core::wallet::Wallet;

impl<P: Ports> Wallet<P> {
    /// Asks a purse's bank what a new key costs: then it stands in the view.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchPurse`], [`ErrorKind::PurseState`], [`ErrorKind::PurseBlocked`],
    /// [`ErrorKind::BankUnreachable`] if it did not say so, [`ErrorKind::Locked`], or a failure of the storage.
    pub async fn look_up_fees(&self, purse: &str) -> Result<(), WalletError> {
        self.ask_banks(&mut |desk| Ok(vec![desk.fees_ask(purse)?]))
            .await?;
        self.perform(&mut |desk| {
            let now = desk.now();
            let purse = desk.purse(purse)?;
            let unreachable = || WalletError::new(ErrorKind::BankUnreachable);
            let said = purse.known_fees(now);
            said.map(|_| ())
                .ok_or_else(|| unreachable().about(&purse.bank_name))
        })
        .await
    }
}

impl From<FeeName> for FeeOption {
    fn from(name: FeeName) -> Self {
        match name {
            FeeName::Account => Self::Account,
            FeeName::OutsideAccount => Self::OutsideAccount,
            FeeName::NewCard => Self::NewCard,
            FeeName::KeyInstallation => Self::KeyInstallation,
            FeeName::Certificate => Self::Certificate,
        }
    }
}

/// How the pages name it; nothing for one that they do not know.
#[must_use]
pub const fn name_of(option: FeeOption) -> Option<FeeName> {
    Some(match option {
        FeeOption::Account => FeeName::Account,
        FeeOption::OutsideAccount => FeeName::OutsideAccount,
        FeeOption::NewCard => FeeName::NewCard,
        FeeOption::KeyInstallation => FeeName::KeyInstallation,
        FeeOption::Certificate => FeeName::Certificate,
        _ => return None,
    })
}

impl PurseRecord {
    /// What the bank charges, as long as it keeps to it.
    #[must_use]
    pub fn known_fees(&self, now: Timestamp) -> Option<&FeeSchedule> {
        self.fees.as_ref().filter(|fees| fees.valid_until > now)
    }

    /// The fee that its holder agrees to.
    ///
    /// # Errors
    /// [`ErrorKind::FeeChanged`] unless the bank says the same, [`ErrorKind::FeeNotOffered`].
    pub fn agreed_fee(
        &self,
        (option, minor): (FeeOption, u64),
        currency: Currency,
        now: Timestamp,
    ) -> Result<Money, WalletError> {
        let refused = |kind| WalletError::new(kind).about(&self.bank_name);
        let known = self.known_fees(now);
        let known = known.ok_or_else(|| refused(ErrorKind::FeeChanged))?;
        let mut fees = known.fees.iter();
        let fee = fees.find(|fee| fee.option == option && fee.amount.currency == currency);
        let fee = fee.ok_or_else(|| refused(ErrorKind::FeeNotOffered))?;
        if fee.amount.minor == minor {
            Ok(fee.amount)
        } else {
            Err(refused(ErrorKind::FeeChanged))
        }
    }
}

impl Desk<'_> {
    fn fees_ask(&mut self, purse: &str) -> Result<Ask<Question>, WalletError> {
        let purse = self.purse(purse)?;
        purse.usable()?;
        let url = self.context.urls.url(&purse.bank, "/v1/fees");
        Ok(ask::get(Question::Fees(purse.id), url, COSE))
    }

    /// Takes up what a bank charges. Returns whether anything came of it.
    pub(super) fn take_fees(&mut self, id: &str, said: &Said) -> Result<bool, WalletError> {
        let (Ok(mut purse), Ok(answer)) = (self.purse(id), said) else {
            return Ok(false);
        };
        let Some(opened) = &purse.opened else {
            return Ok(false);
        };
        match self.fees_of(&purse, opened, answer) {
            Ok(fees) => {
                purse.fees = Some(fees);
                self.keep_banking(purse)?;
                Ok(true)
            }
            Err(error) => as_good_as_none(error),
        }
    }

    fn fees_of(
        &self,
        purse: &PurseRecord,
        opened: &OpenedPurse,
        answer: &[u8],
    ) -> Result<FeeSchedule, WalletError> {
        let unfit =
            |what: &dyn core::fmt::Display| WalletError::caused(ErrorKind::BankAnswerInvalid, what);
        let key = self.bank_key(&purse.bank, &opened.bank_certificate)?;
        let fees: FeeSchedule = keyed::open(answer, &key).map_err(|error| unfit(&error))?;
        let is_older = purse.fees.as_ref().is_some_and(|known| known.at > fees.at);
        if fees.bank == purse.bank && fees.valid_until > self.now() && !is_older {
            Ok(fees)
        } else {
            Err(unfit(&"the fees are another bank's, or over"))
        }
    }
}
