//! Statements of a client's account, as camt.053.

use http::StatusCode;
use tallystick_protocol::wire::money::Currency;

use super::payments::{BOOKED, Payment, reference};
use super::{BankingSystem, Client, accounts};
use crate::iso20022::camt053::{self, Balance, Booked, BookingKind, Direction, Statement};
use crate::iso20022::{self, Date, Iban, Reference};
use crate::office::fault::Fault;
use crate::office::http::{self as web, Answer, Incoming};
use crate::ports::{DatabaseError, Ports, Tables, Value};
use crate::store::typed;

/// How many payments one page has: with the longest texts it stays below what is read.
const PAGE_ENTRIES: usize = 100;

/// What is asked for: `from=2026-11-27`, and if wanted `currency=JPY` and `page=1`.
struct Wanted {
    from: Date,
    currency: Currency,
    page: u32,
}

impl Wanted {
    fn of(query: &str) -> Result<Self, Fault> {
        let (mut from, mut currency, mut page) = (None, Currency::Jpy, 1);
        let unread = || Fault::malformed("Ask with from=2026-11-27, currency=JPY and page=1.");
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            match pair.split_once('=').ok_or_else(unread)? {
                ("from", day) => from = Some(day.parse().map_err(|_| unread())?),
                ("currency", code) => currency = code.parse().map_err(|_| unread())?,
                ("page", number) => page = number.parse().map_err(|_| unread())?,
                _ => return Err(unread()),
            }
        }
        let is_page = (1..=1_000_000).contains(&page);
        let from = from.filter(|_| is_page).ok_or_else(unread)?;
        Ok(Self {
            from,
            currency,
            page,
        })
    }

    /// How many payments lie on the pages before.
    fn skipped(&self) -> u64 {
        u64::from(self.page - 1) * PAGE_ENTRIES as u64
    }
}

impl<P: Ports> BankingSystem<P> {
    /// `GET /v1/statements?from=…`: what was booked on the client's own account from a day on. Payments are only
    /// ever added, so that a page that is not the last stays as it is.
    pub(super) fn show_statement(&self, request: &Incoming) -> Result<Answer, Fault> {
        let client = self.client("statements", request)?;
        let wanted = Wanted::of(request.uri().query().unwrap_or_default())?;
        let statement = self.statement(client, &wanted)?;
        let written = camt053::write(&statement).map_err(|_| Fault::internal())?;
        Ok(web::answer(StatusCode::OK, iso20022::MEDIA_TYPE, written))
    }

    fn statement(&self, client: &Client, wanted: &Wanted) -> Result<Statement, Fault> {
        let (tables, now) = (self.office.tables(), self.office.now());
        let account = accounts::settlement(tables, client, wanted.currency)?;
        let account = account.ok_or_else(Fault::internal)?;
        let mut found = booked(tables, client, wanted)?;
        let is_last_page = found.len() <= PAGE_ENTRIES;
        found.truncate(PAGE_ENTRIES);
        let opening = opening(tables, client, wanted)?;
        let closing = found.last().and_then(|(_, last)| last.balance_minor);
        let balance = |minor| Balance {
            minor,
            currency: wanted.currency,
        };
        let id = format!(
            "{}-{}-{}-{}",
            wanted.from, wanted.currency, wanted.page, now.0
        );
        let own: Iban = account.iban.parse().map_err(|_| Fault::internal())?;
        let entries = found.iter().map(|(number, one)| entry(*number, one));
        Ok(Statement {
            id: Reference::new(&id).map_err(|_| Fault::internal())?,
            made_at: now,
            account: own.into(),
            opening: balance(opening),
            closing: balance(closing.unwrap_or(opening)),
            days: (wanted.from, Date::of(now).max(wanted.from)),
            page: wanted.page,
            is_last_page,
            entries: entries.collect::<Result<_, _>>()?,
        })
    }
}

fn of_account(client: &Client, wanted: &Wanted) -> Vec<Value> {
    vec![
        client.domain.as_str().into(),
        wanted.currency.code().into(),
        BOOKED.into(),
        wanted.from.begins().into(),
    ]
}

/// The payments of a page, each with its number, and one more if there is a page behind it.
fn booked(
    tables: &(impl Tables + ?Sized),
    client: &Client,
    wanted: &Wanted,
) -> Result<Vec<(i64, Payment)>, DatabaseError> {
    let mut params = of_account(client, wanted);
    params.extend([(PAGE_ENTRIES as u64 + 1).into(), wanted.skipped().into()]);
    let columns = <Payment as typed::TypedRow>::COLUMNS;
    let sql = format!(
        "SELECT number, {columns} FROM banking_payments
         WHERE client = ? AND currency = ? AND outcome = ? AND at >= ? ORDER BY number LIMIT ? OFFSET ?"
    );
    typed::all(tables, &sql, &params)
}

/// What was on the account before the first payment of a page.
fn opening(
    tables: &(impl Tables + ?Sized),
    client: &Client,
    wanted: &Wanted,
) -> Result<i64, DatabaseError> {
    if wanted.page > 1 {
        let mut params = of_account(client, wanted);
        params.push((wanted.skipped() - 1).into());
        let sql = "SELECT balance_minor FROM banking_payments
            WHERE client = ? AND currency = ? AND outcome = ? AND at >= ? ORDER BY number LIMIT 1 OFFSET ?";
        if let Some(minor) = typed::one(tables, sql, &params)? {
            return Ok(minor);
        }
        // A page behind the last one: nothing was booked between the two.
        let sql = "SELECT balance_minor FROM banking_payments
            WHERE client = ? AND currency = ? AND outcome = ? ORDER BY number DESC LIMIT 1";
        params.truncate(3);
        return Ok(typed::one(tables, sql, &params)?.unwrap_or(0));
    }
    let sql = "SELECT balance_minor FROM banking_payments
        WHERE client = ? AND currency = ? AND outcome = ? AND at < ? ORDER BY number DESC LIMIT 1";
    Ok(typed::one(tables, sql, &of_account(client, wanted))?.unwrap_or(0))
}

fn entry(number: i64, payment: &Payment) -> Result<Booked, Fault> {
    let (kind, direction) = match payment.kind.as_str() {
        "transfer" => (BookingKind::TransferSent, Direction::Out),
        "collection" => (BookingKind::Collected, Direction::In),
        "paid-in" => (BookingKind::PaidIn, Direction::In),
        _ => return Err(Fault::internal()),
    };
    Ok(Booked {
        bank_reference: Some(format!("KTSN{number:012}")),
        end_to_end: reference(payment),
        money: payment.money,
        direction,
        kind,
        on: Date::of(payment.at),
        other: payment.other.clone(),
        other_account: None,
        remittance: payment.remittance.clone(),
    })
}
