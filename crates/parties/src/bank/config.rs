//! What the bank's operator sets beside what every party has.

use tallystick_protocol::bank::{FEES_MAX, Fee, FeeOption};
use tallystick_protocol::purse::{HistoryPolicy, OfflineLimits};
use tallystick_protocol::wire::identifier::Domain;
use tallystick_protocol::wire::money::{Currency, MINOR_MAX, Money};

use crate::issuer::IssuerConfig;
use crate::office::settings::{Settings, UnsafeSetting};

/// How the bank's key for purses signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PurseKeyKind {
    /// ECDSA on P-256: a signature of 64 bytes. The default.
    P256,
    /// RSA-2048, the document's own form: a signature of 256 bytes.
    Rsa,
}

tallystick_protocol::named_enum! {
    /// By whose history the bank books what purses paid each other without it.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Reconcile {
        /// By the payer's or the payee's, whichever comes first. The default.
        Either => "either",
        /// By both, once they agree; by one when the reconciliation window is over.
        Both => "both",
    }
}

/// The bank's settings.
#[derive(Clone)]
pub struct BankConfig {
    /// Settings that every role has. The role is the issuer's, in whose place a bank sits in orders.
    pub settings: Settings,
    /// The currencies in which it keeps accounts; the first is that of its operator's commands.
    pub currencies: Vec<Currency>,
    /// For how many years an account is good unless it is continued, 1 to 10 (SZ2).
    pub account_years: u16,
    /// The registration authorities that it listens to; whichever is certified as one if there are none.
    pub registration_authorities: Vec<Domain>,
    /// Where the certificates of purses' keys must be found (SZ6); not looked for if there is none.
    pub directory: Option<Domain>,
    /// The token with which the authority certifies the key for purses, 32 bytes.
    pub purse_key_token: [u8; 32],
    /// How that key signs.
    pub purse_key: PurseKeyKind,
    /// What a new purse may pay without asking, and hold.
    pub limits: OfflineLimits,
    /// What a new purse does when its history is full.
    pub policy: HistoryPolicy,
    /// The most that one movement moves, in minor units.
    pub movement_max: u64,
    /// What a new key costs, by the ways of paying that the bank offers and the currency.
    pub fees: Vec<Fee>,
    /// How long the bank waits for the reply to an offer, in seconds (Sa7 to Sa12).
    pub offer_seconds: u64,
    /// How long after its holder blocked it a lost purse is paid back, and the other history of a payment between purses is
    /// waited for, in seconds: the reconciliation window.
    pub reconciliation_seconds: u64,
    /// By whose history payments between purses are booked.
    pub reconcile: Reconcile,
    /// How long after an order's expiry an acceptance that was made in time binds the bank, in seconds.
    pub binding_seconds: u64,
    /// How long after an order's expiry the courier is asked what became of it, in seconds.
    pub inquiry_grace_seconds: u64,
    /// How often the statement of the bank's own account outside is read, in seconds.
    pub statement_seconds: u64,
    /// Shops and couriers that are stopped, as at an issuer.
    pub blocked: Vec<Domain>,
    /// Whether whoever asks can have money put onto an account, and a prepaid card: for a demo.
    pub is_sandbox: bool,
}

impl BankConfig {
    /// A bank for yen with accounts for a year, which takes 300 yen for a new key and waits two minutes for a reply.
    #[must_use]
    pub fn new(settings: Settings, purse_key_token: [u8; 32]) -> Self {
        Self {
            settings,
            currencies: vec![Currency::Jpy],
            account_years: 1,
            registration_authorities: Vec::new(),
            directory: None,
            purse_key_token,
            purse_key: PurseKeyKind::P256,
            limits: OfflineLimits {
                payment: 10_000,
                total: 30_000,
                count: 20,
                holding: 100_000,
            },
            policy: HistoryPolicy::UploadFirst,
            movement_max: 1_000_000,
            fees: [FeeOption::Account, FeeOption::OutsideAccount]
                .map(|option| Fee {
                    option,
                    amount: Money::new(300, Currency::Jpy),
                })
                .into(),
            offer_seconds: 120,
            reconciliation_seconds: 7 * 86_400,
            reconcile: Reconcile::Either,
            binding_seconds: 86_400,
            inquiry_grace_seconds: 60,
            statement_seconds: 900,
            blocked: Vec::new(),
            is_sandbox: false,
        }
    }

    /// Reads fees, separated by semicolons, each as "option|minor units|currency", such as `account|300|JPY`; `None` if
    /// the text is something else, names one option twice in a currency, or more than a schedule holds.
    #[must_use]
    pub fn read_fees(text: &str) -> Option<Vec<Fee>> {
        let parts = text.split(';').map(str::trim);
        let fees = parts.filter(|part| !part.is_empty()).map(read_fee);
        let fees: Vec<Fee> = fees.collect::<Option<_>>()?;
        let of = |fee: &Fee| (fee.option, fee.amount.currency);
        let is_twice =
            |(at, fee): (usize, &Fee)| fees.iter().skip(at + 1).any(|other| of(other) == of(fee));
        let is_schedule = fees.len() <= FEES_MAX && !fees.iter().enumerate().any(is_twice);
        is_schedule.then_some(fees)
    }

    /// Whether a bank may start with these settings where others can reach it.
    ///
    /// # Errors
    /// The first of the settings that are only for a demo.
    pub fn require_safe(&self) -> Result<(), UnsafeSetting> {
        if self.is_sandbox && !self.settings.is_demo() {
            return Err(UnsafeSetting::OpenDeposits);
        }
        self.settings.require_safe()
    }

    /// The currency of the operator's commands.
    pub(super) fn currency(&self) -> Currency {
        self.currencies.first().copied().unwrap_or(Currency::Jpy)
    }

    /// What of them an issuer has: a bank gives no credit, and opens no accounts but by a registration authority.
    pub(super) fn as_issuer(&self) -> IssuerConfig {
        IssuerConfig {
            settings: self.settings.clone(),
            limit: Money::zero(self.currency()),
            binding_seconds: self.binding_seconds,
            inquiry_grace_seconds: self.inquiry_grace_seconds,
            blocked: self.blocked.clone(),
            opens_accounts: false,
        }
    }
}

fn read_fee(text: &str) -> Option<Fee> {
    let mut parts = text.split('|').map(str::trim);
    let (option, minor, currency) = (parts.next()?, parts.next()?, parts.next()?);
    let minor = minor.parse().ok().filter(|minor| *minor <= MINOR_MAX)?;
    let fee = Fee {
        option: FeeOption::from_name(option)?,
        amount: Money::new(minor, currency.parse().ok()?),
    };
    parts.next().is_none().then_some(fee)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fees_are_read_as_they_are_written_and_each_once() {
        let read = BankConfig::read_fees("account|300|JPY; outside-account | 250 | EUR;").unwrap();
        let eur = Fee {
            option: FeeOption::OutsideAccount,
            amount: Money::new(250, Currency::Eur),
        };
        assert_eq!((read.len(), read[1]), (2, eur));
        assert_eq!(BankConfig::read_fees("").unwrap(), []);
        for wrong in [
            "account",
            "account|300",
            "account|300|JPY|",
            "account|-1|JPY",
            "account|9007199254740992|JPY",
            "account|300|XXX",
            "gift|300|JPY",
            "account|300|JPY;account|200|JPY",
        ] {
            assert!(BankConfig::read_fees(wrong).is_none(), "{wrong}");
        }
    }
}
