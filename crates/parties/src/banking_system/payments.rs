//! Payments that a client orders: credit transfers from its account (pain.001) and direct debits in its favour
//! (pain.008). Each instruction is judged and booked at once, or rejected with a reason, and nothing moves.
//!
//! A message is done once by its MsgId, a payment once by its EndToEndId, whatever message it comes in: whoever
//! gets no answer sends it again.

use http::StatusCode;
use sha2::{Digest, Sha256};
use tallystick_protocol::wire::money::Money;
use tallystick_protocol::wire::time::Timestamp;

use super::accounts::{self, Account};
use super::{BankingSystem, Client, books, mandates};
use crate::iso20022::pain002::{self, Reason, Report, Status};
use crate::iso20022::{self, Batch, Date, Instruction, Order, Reference, Remittance};
use crate::ledger::LedgerError;
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer, Incoming};
use crate::ports::{DatabaseError, Ports, Tables};
use crate::store::once::{Command, once};
use crate::store::typed::{self, typed_row};

/// How long the answer to a message is kept, in seconds (31 days). What became of its payments stays.
const KEPT_SECONDS: u64 = 31 * 86_400;
/// The outcome of what was booked; that of anything else is its reason.
pub(super) const BOOKED: &str = "booked";

typed_row! {
    /// What became of an instruction, or a payment that came by itself.
    pub(super) struct Payment in "banking_payments" {
        pub(super) client: String = "client",
        /// None if the client did not order it.
        pub(super) end_to_end: Option<String> = "end_to_end",
        pub(super) kind: String = "kind",
        /// The other side's name, if there is one.
        pub(super) other: Option<String> = "other",
        /// Its account, if the payment is with one.
        pub(super) other_account: Option<String> = "other_account",
        pub(super) money: Money = "minor, currency",
        pub(super) outcome: String = "outcome",
        pub(super) remittance: Option<String> = "remittance",
        /// SHA-256 of what was ordered.
        pub(super) digest: Option<[u8; 32]> = "digest",
        /// What is on the client's account afterwards, if it was booked.
        pub(super) balance_minor: Option<i64> = "balance_minor",
        pub(super) at: Timestamp = "at",
    }
}

/// As it is stored.
pub(super) fn kind_of(order: Order) -> &'static str {
    match order {
        Order::Transfers => "transfer",
        Order::Collections => "collection",
    }
}

impl<P: Ports> BankingSystem<P> {
    /// `POST /v1/payments`: pain.001 or pain.008; the answer is a pain.002.
    pub(super) fn pay(&self, request: &Incoming) -> Result<Answer, Fault> {
        let client = self.client("payments", request)?;
        let body = web::body_as(request, iso20022::MEDIA_TYPE)?;
        let read = iso20022::read_order(body);
        let (order, batch) = read.map_err(|error| Fault::malformed(format!("{error}.")))?;
        let command = Command {
            what: "payments",
            key: &format!("{} {}", client.domain, batch.message),
            digest: &digest_of_batch(order, &batch),
            keep_until: self.office.now().plus_seconds(KEPT_SECONDS),
        };
        let answer = self.office.transaction(|tables| {
            once(tables, &command, |tables| {
                self.carry_out(tables, client, order, &batch)
            })
        })?;
        Ok(web::answer(StatusCode::OK, iso20022::MEDIA_TYPE, answer))
    }

    fn carry_out_one(
        &self,
        tables: &dyn Tables,
        errand: &Errand<'_>,
        instruction: &Instruction,
    ) -> Result<Result<(), Reason>, Fault> {
        let digest = digest_of(errand.order, instruction);
        let name = instruction.end_to_end.as_str();
        if let Some(before) = find(tables, errand.client, name)? {
            if before.digest != Some(digest) {
                return Ok(Err(Reason::DuplicateEndToEndId));
            }
            return Ok(outcome_of(&before));
        }
        let outcome = self.book(tables, errand, instruction)?;
        let balance = books::balance(tables, errand.own)?;
        let payment = Payment {
            client: errand.client.domain.to_string(),
            end_to_end: Some(name.to_owned()),
            kind: kind_of(errand.order).to_owned(),
            other: Some(instruction.other.name.to_string()),
            other_account: Some(instruction.other.iban.to_string()),
            money: instruction.money,
            outcome: outcome.map_or_else(Reason::as_str, |()| BOOKED).to_owned(),
            remittance: instruction.remittance.as_ref().map(ToString::to_string),
            digest: Some(digest),
            balance_minor: outcome.is_ok().then_some(balance),
            at: self.office.now(),
        };
        typed::insert(tables, &payment)?;
        Ok(outcome)
    }

    /// Does all that a message orders.
    fn carry_out(
        &self,
        tables: &dyn Tables,
        client: &Client,
        order: Order,
        batch: &Batch,
    ) -> Result<Vec<u8>, Fault> {
        let own = self.own_account(tables, client, batch)?;
        let errand = Errand {
            client,
            order,
            own: &own,
            is_due: batch.on <= Date::of(self.office.now()),
        };
        let mut statuses = Vec::new();
        for instruction in &batch.instructions {
            statuses.push(Status {
                end_to_end: instruction.end_to_end.clone(),
                outcome: self.carry_out_one(tables, &errand, instruction)?,
            });
        }
        let report = Report {
            id: batch.message.clone(),
            made_at: self.office.now(),
            message: batch.message.clone(),
            message_kind: order.message_kind().to_owned(),
            statuses,
        };
        Ok(pain002::write(&report))
    }

    /// The client's own account, which the message must name.
    fn own_account(
        &self,
        tables: &dyn Tables,
        client: &Client,
        batch: &Batch,
    ) -> Result<Account, Fault> {
        let currency = batch.sum().map_err(Fault::malformed)?.currency;
        let own = accounts::settlement(tables, client, currency)?;
        let is_own =
            |own: &Account| own.iban == batch.own.iban.as_str() && own.is_of(&batch.own.name);
        let not_own = "The account of the message is not the client's own in that currency.";
        own.filter(is_own)
            .ok_or_else(|| Fault::new(Kind::WrongSender, not_own))
    }

    /// Books one payment, or says why not.
    fn book(
        &self,
        tables: &dyn Tables,
        errand: &Errand<'_>,
        instruction: &Instruction,
    ) -> Result<Result<(), Reason>, Fault> {
        let other = match errand.judge(tables, instruction)? {
            Ok(other) => other,
            Err(reason) => return Ok(Err(reason)),
        };
        let sides = match errand.order {
            Order::Transfers => (errand.own, &other),
            Order::Collections => (&other, errand.own),
        };
        let (client, name) = (&errand.client.domain, &instruction.end_to_end);
        let id = format!("{} {client} {name}", kind_of(errand.order));
        match books::pay(tables, sides, instruction.money, &id, self.office.now_ms()) {
            Ok(()) => Ok(Ok(())),
            Err(LedgerError::Short) => Ok(Err(Reason::InsufficientFunds)),
            Err(LedgerError::Amount) => Ok(Err(Reason::InvalidAmount)),
            Err(error) => Err(error.into()),
        }
    }
}

/// Whose message it is, and what it orders.
struct Errand<'a> {
    client: &'a Client,
    order: Order,
    own: &'a Account,
    /// Whether its day has come.
    is_due: bool,
}

impl Errand<'_> {
    /// The other side's account, unless something stands against the payment.
    fn judge(
        &self,
        tables: &dyn Tables,
        instruction: &Instruction,
    ) -> Result<Result<Account, Reason>, DatabaseError> {
        let other = &instruction.other;
        let found = super::checks::find(tables, other.iban.as_str(), other.name.as_str())?;
        let account = match found {
            Ok(account) => account,
            Err(reason) => return Ok(Err(reason)),
        };
        if !self.is_due {
            return Ok(Err(Reason::InvalidDate));
        }
        if account.currency()? != instruction.money.currency {
            return Ok(Err(Reason::NotAllowedCurrency));
        }
        if self.own.blocked_at.is_some() {
            return Ok(Err(Reason::BlockedAccount));
        }
        if self.order == Order::Collections {
            let good = match &instruction.mandate {
                Some(mandate) => mandates::is_good(tables, self.client, &account, mandate)?,
                None => false,
            };
            if !good {
                return Ok(Err(Reason::NoMandate));
            }
        }
        Ok(Ok(account))
    }
}

/// What became of a client's payment of this name.
fn find(
    tables: &dyn Tables,
    client: &Client,
    name: &str,
) -> Result<Option<Payment>, DatabaseError> {
    let named = [client.domain.as_str().into(), name.into()];
    typed::find(tables, "client = ? AND end_to_end = ?", &named)
}

fn outcome_of(payment: &Payment) -> Result<(), Reason> {
    if payment.outcome == BOOKED {
        return Ok(());
    }
    Err(Reason::from_name(&payment.outcome).unwrap_or(Reason::NotSpecified))
}

/// What makes two payments of one name the same: everything that is ordered. Each text has its length in front.
fn digest_of(order: Order, instruction: &Instruction) -> [u8; 32] {
    let mandate = instruction.mandate.as_ref();
    let texts = [
        kind_of(order).to_owned(),
        instruction.end_to_end.to_string(),
        instruction.money.to_string(),
        instruction.other.iban.to_string(),
        instruction.other.name.to_string(),
        mandate.map_or_else(String::new, |mandate| mandate.id.to_string()),
        mandate.map_or_else(String::new, |mandate| mandate.signed_on.to_string()),
        instruction
            .remittance
            .as_ref()
            .map_or_else(String::new, ToString::to_string),
    ];
    let mut hasher = Sha256::new();
    for text in texts {
        hasher.update((text.len() as u64).to_be_bytes());
        hasher.update(text.as_bytes());
    }
    hasher.finalize().into()
}

/// What makes two messages of one name the same. When it was made does not count: a message may be written anew.
fn digest_of_batch(order: Order, batch: &Batch) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(batch.own.iban.as_str().as_bytes());
    hasher.update(batch.on.to_string().as_bytes());
    for instruction in &batch.instructions {
        hasher.update(digest_of(order, instruction));
    }
    hasher.finalize().into()
}

/// A payment that came to a client's account by itself.
pub(super) fn note_paid_in(
    tables: &dyn Tables,
    client: &str,
    account: &Account,
    money: Money,
    at: Timestamp,
) -> Result<(), DatabaseError> {
    let payment = Payment {
        client: client.to_owned(),
        end_to_end: None,
        kind: "paid-in".to_owned(),
        other: None,
        other_account: None,
        money,
        outcome: BOOKED.to_owned(),
        remittance: None,
        digest: None,
        balance_minor: Some(books::balance(tables, account)?),
        at,
    };
    typed::insert(tables, &payment)
}

/// A customer's transfer, if it came to a client's account.
pub(super) fn note_received(
    tables: &dyn Tables,
    (payer, paid): (&Account, &Account),
    money: Money,
    text: &Remittance,
    at: Timestamp,
) -> Result<(), DatabaseError> {
    let sql = "SELECT client FROM banking_accounts WHERE account = ?";
    let client: Option<String> = typed::one(tables, sql, &[paid.account.into()])?.flatten();
    let Some(client) = client else {
        return Ok(());
    };
    let payment = Payment {
        client,
        end_to_end: None,
        kind: "received".to_owned(),
        other: Some(payer.owner.clone()),
        other_account: Some(payer.iban.clone()),
        money,
        outcome: BOOKED.to_owned(),
        remittance: Some(text.to_string()),
        digest: None,
        balance_minor: Some(books::balance(tables, paid)?),
        at,
    };
    typed::insert(tables, &payment)
}

/// The name of a payment, as it was given.
pub(super) fn reference(payment: &Payment) -> Option<Reference> {
    Reference::new(payment.end_to_end.as_deref()?).ok()
}
