//! What a new key costs (EP 1 221 669 [0112], S1; fee options A1 to E1), as the bank says it beforehand. What it said it
//! keeps to until that ends, also if the operator sets other fees meanwhile: the office signs schedules, and remembers
//! what is in them.

use tallystick_protocol::bank::{FEES_MAX, Fee, FeeOption, FeeSchedule};
use tallystick_protocol::wire::money::{Currency, Money};
use tallystick_protocol::wire::time::Timestamp;

use super::Bank;
use super::banking_system::BankingSystem;
use crate::office::across::not_yet;
use crate::office::fault::Fault;
use crate::office::http::{self as web, Answer, Incoming};
use crate::office::place::Place;
use crate::ports::database::first;
use crate::ports::{DatabaseError, Ports, Tables};

/// For how long the bank keeps to its schedule, in seconds.
const KEPT_SECONDS: u64 = 600;
/// For how long a promise is noted, in seconds: so that not each look at the schedule has to be written down.
const NOTED_SECONDS: u64 = 2 * KEPT_SECONDS;

/// Where the office is asked whether it promised a fee.
pub(super) const PATH: &str = "/siblings/fee-promises";
/// What the office said that a new key costs, each amount with the time until which the bank keeps to it.
pub(super) const TABLE: &str = "CREATE TABLE bank_fee_promises (
    option TEXT NOT NULL,
    currency TEXT NOT NULL,
    minor INTEGER NOT NULL,
    until INTEGER NOT NULL,
    PRIMARY KEY (option, currency, minor)
) STRICT";

/// A fee, as one object asks another about it.
type Asked = (FeeOption, Money);

impl<P: Ports, B: BankingSystem> Bank<P, B> {
    /// `GET /v1/fees`: the signed [`FeeSchedule`].
    pub(super) async fn show_fees(&self) -> Result<Answer, Fault> {
        let office = &self.issuer.office;
        let now = office.now();
        let schedule = FeeSchedule {
            bank: office.settings.domain.clone(),
            fees: self.config.fees.iter().copied().take(FEES_MAX).collect(),
            at: now,
            valid_until: now.plus_seconds(KEPT_SECONDS),
        };
        let mut is_noted = true;
        for fee in &schedule.fees {
            is_noted &= is_promised(office.tables(), fee, schedule.valid_until)?;
        }
        if !is_noted {
            let until = now.plus_seconds(NOTED_SECONDS);
            office.transaction(|tables| {
                let mut fees = schedule.fees.iter();
                fees.try_for_each(|fee| promise(tables, fee, until))
            })?;
        }
        Ok(web::cose(self.say_to_purse(&schedule).await?))
    }

    /// What a new key costs, paid in this way; nothing if that is not offered.
    pub(super) fn fee_for(&self, option: FeeOption, currency: Currency) -> Option<Money> {
        let mut fees = self.config.fees.iter();
        let is_it = |fee: &&Fee| fee.option == option && fee.amount.currency == currency;
        fees.find(is_it).map(|fee| fee.amount)
    }

    /// Whether a fee that is not, or no more, in the schedule was promised and that has not ended.
    ///
    /// # Errors
    /// [`Kind::Unreachable`](crate::office::fault::Kind::Unreachable) while the office does not answer.
    pub(super) async fn is_fee_promised(&self, fee: &Fee) -> Result<bool, Fault> {
        let office = &self.issuer.office;
        if !office.is_shard() {
            return Ok(is_promised(office.tables(), fee, office.now())?);
        }
        let asked: Asked = (fee.option, fee.amount);
        let asked = minicbor::to_vec(asked).map_err(|_| Fault::internal())?;
        let answer = office.ask_sibling(Place::Office, PATH, asked).await;
        minicbor::decode(&answer.map_err(not_yet)?).map_err(|_| not_yet(Fault::internal()))
    }

    /// At the office: tells whether a fee was promised.
    pub(super) fn tell_promised(&self, request: &Incoming) -> Result<Answer, Fault> {
        let unread = |_| Fault::malformed("A sibling says something else.");
        let asked = minicbor::decode(web::body_as(request, web::CBOR)?);
        let (option, amount): Asked = asked.map_err(unread)?;
        let office = &self.issuer.office;
        let is_it = is_promised(office.tables(), &Fee { option, amount }, office.now())?;
        Ok(web::cbor(
            minicbor::to_vec(is_it).map_err(|_| Fault::internal())?,
        ))
    }

    /// Every night: what is promised no more.
    pub(super) fn forget_promises(&self) -> Result<(), Fault> {
        let office = &self.issuer.office;
        let sql = "DELETE FROM bank_fee_promises WHERE until <= ?";
        office.transaction(|tables| tables.run(sql, &[office.now().into()]))?;
        Ok(())
    }
}

/// Whether the bank keeps to a fee at that time.
fn is_promised(
    tables: &(impl Tables + ?Sized),
    fee: &Fee,
    at: Timestamp,
) -> Result<bool, DatabaseError> {
    let sql = "SELECT 1 FROM bank_fee_promises
        WHERE option = ? AND currency = ? AND minor = ? AND until > ?";
    let Money { minor, currency } = fee.amount;
    let values = [
        fee.option.as_str().into(),
        currency.code().into(),
        minor.into(),
        at.into(),
    ];
    Ok(first(tables, sql, &values)?.is_some())
}

fn promise(tables: &dyn Tables, fee: &Fee, until: Timestamp) -> Result<(), DatabaseError> {
    let Money { minor, currency } = fee.amount;
    tables.run(
        "INSERT INTO bank_fee_promises (option, currency, minor, until) VALUES (?, ?, ?, ?)
         ON CONFLICT (option, currency, minor) DO UPDATE SET until = max(until, excluded.until)",
        &[
            fee.option.as_str().into(),
            currency.code().into(),
            minor.into(),
            until.into(),
        ],
    )?;
    Ok(())
}
