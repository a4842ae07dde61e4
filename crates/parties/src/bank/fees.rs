//! What a new key costs (EP 1 221 669 [0112], S1; fee options A1 to E1), as the bank says it beforehand.

use tallystick_protocol::bank::{FEES_MAX, Fee, FeeOption, FeeSchedule};
use tallystick_protocol::wire::money::{Currency, Money};

use super::Bank;
use super::banking_system::BankingSystem;
use crate::office::fault::Fault;
use crate::office::http::{self as web, Answer};
use crate::ports::Ports;

/// For how long the bank keeps to its schedule, in seconds.
const KEPT_SECONDS: u64 = 600;

impl<P: Ports, B: BankingSystem> Bank<P, B> {
    /// `GET /v1/fees`: the signed [`FeeSchedule`].
    pub(super) async fn show_fees(&self) -> Result<Answer, Fault> {
        let now = self.issuer.office.now();
        let schedule = FeeSchedule {
            bank: self.issuer.office.settings.domain.clone(),
            fees: self.config.fees.iter().copied().take(FEES_MAX).collect(),
            at: now,
            valid_until: now.plus_seconds(KEPT_SECONDS),
        };
        Ok(web::cose(self.say_to_purse(&schedule).await?))
    }

    /// What a new key costs, paid in this way; nothing if that is not offered.
    pub(super) fn fee_for(&self, option: FeeOption, currency: Currency) -> Option<Money> {
        let mut fees = self.config.fees.iter();
        let is_it = |fee: &&Fee| fee.option == option && fee.amount.currency == currency;
        fees.find(is_it).map(|fee| fee.amount)
    }
}
