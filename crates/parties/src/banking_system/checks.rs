//! Does somebody have an account here, and can they pay? (EP 1 221 669 SZ2.)

use http::StatusCode;
use serde::{Deserialize, Serialize};
use tallystick_protocol::wire::money::Money;

use super::accounts::{self, Account};
use super::{BankingSystem, books};
use crate::iso20022::pain002::Reason;
use crate::iso20022::{Iban, Name};
use crate::office::fault::Fault;
use crate::office::http::{self as web, Answer, Incoming};
use crate::ports::{DatabaseError, Ports, Tables};

/// The body of `POST /v1/checks`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    iban: String,
    name: String,
    amount: Option<Amount>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Amount {
    minor: u64,
    currency: String,
}

/// The answer to a check or a mandate: "ok", or "refused" with a reason (ExternalStatusReason1Code).
#[derive(Serialize)]
struct Finding {
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
}

/// A finding as it is answered: 200, because a refusal is an answer.
pub(super) fn answer(finding: Result<(), Reason>) -> Answer {
    let finding = match finding {
        Ok(()) => Finding {
            outcome: "ok",
            reason: None,
        },
        Err(reason) => Finding {
            outcome: "refused",
            reason: Some(reason.as_str()),
        },
    };
    web::json(StatusCode::OK, &finding)
}

impl<P: Ports> BankingSystem<P> {
    /// `POST /v1/checks`: whether the account is there, is that person's, is not blocked, and has so much on it;
    /// without an amount, whether it has anything. The right name is never told.
    pub(super) fn check(&self, request: &Incoming) -> Result<Answer, Fault> {
        self.client("checks", request)?;
        let question: Question = web::json_body(request)?;
        let amount = question.amount.map(money).transpose()?;
        let tables = self.office.tables();
        let account = match find(tables, &question.iban, &question.name)? {
            Ok(account) => account,
            Err(reason) => return Ok(answer(Err(reason))),
        };
        Ok(answer(is_solvent(tables, &account, amount)?))
    }
}

fn money(amount: Amount) -> Result<Money, Fault> {
    let currency = amount.currency.parse();
    let currency = currency.map_err(|error| Fault::malformed(format!("{error}.")))?;
    Ok(Money {
        minor: amount.minor,
        currency,
    })
}

/// A customer's account by number and owner, unless there is something against it.
pub(super) fn find(
    tables: &(impl Tables + ?Sized),
    iban: &str,
    name: &str,
) -> Result<Result<Account, Reason>, DatabaseError> {
    let Ok(iban) = iban.parse::<Iban>() else {
        return Ok(Err(Reason::IncorrectAccountNumber));
    };
    let Some(account) = accounts::find(tables, iban.as_str())? else {
        return Ok(Err(Reason::IncorrectAccountNumber));
    };
    let is_owner = Name::new(name).is_ok_and(|name| account.is_of(&name));
    Ok(if !is_owner {
        Err(Reason::InconsistentWithEndCustomer)
    } else if account.blocked_at.is_some() {
        Err(Reason::BlockedAccount)
    } else {
        Ok(account)
    })
}

fn is_solvent(
    tables: &(impl Tables + ?Sized),
    account: &Account,
    amount: Option<Money>,
) -> Result<Result<(), Reason>, DatabaseError> {
    let least = match amount {
        Some(amount) if amount.currency != account.currency()? => {
            return Ok(Err(Reason::NotAllowedCurrency));
        }
        Some(amount) => i64::try_from(amount.minor).unwrap_or(i64::MAX),
        None => 1,
    };
    let has_it = books::balance(tables, account)? >= least;
    Ok(has_it.then_some(()).ok_or(Reason::InsufficientFunds))
}
