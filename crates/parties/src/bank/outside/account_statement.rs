//! What was booked on an account, for its holder: a page of camt.053, read from the ledger when it is asked for.

use tallystick_protocol::bank::AccountStatementRequest;
use tallystick_protocol::wire::money::{Currency, Money};
use tallystick_protocol::wire::time::Timestamp;

use crate::bank::Bank;
use crate::bank::banking_system::BankingSystem;
use crate::bank::conversation::{AboutAccount, FromAccount};
use crate::iso20022::camt053::{
    self, AccountId, Balance, Booked, BookingKind, Direction, Statement,
};
use crate::iso20022::{Date, Reference, Remittance};
use crate::issuer::{accounts, books};
use crate::office::fault::Fault;
use crate::office::http::{Answer, Incoming};
use crate::ports::{DatabaseError, Ports, Tables};
use crate::store::typed;

/// How many entries one page has: with the longest texts it stays below what a conversation carries.
const PAGE_ENTRIES: u64 = 40;
const PAGES_MAX: u32 = 1_000_000;
/// The last day that is spoken of: in the year 9999.
const DAY_MAX: u32 = 2_932_896;
const DAY_SECONDS: u64 = 86_400;

/// Only what has moved; what is set aside is in no statement.
const MOVED: &str = "kind IN ('single', 'post')";

/// What of an account is wanted.
struct Wanted {
    account: i64,
    number: String,
    currency: Currency,
    days: (Date, Date),
    /// From when on, and until when, in milliseconds since 1970.
    between: (u64, u64),
    page: u32,
}

/// A transfer of the ledger, as the account's holder sees it.
struct Entry {
    number: u64,
    is_in: bool,
    minor: u64,
    at_ms: u64,
    id: String,
    /// The account on the other side: of what kind, and its name.
    other: (String, String),
}

impl<P: Ports, B: BankingSystem> Bank<P, B> {
    /// `POST /v1/account-statements`: sealed; the answer is a page of camt.053, as it is.
    pub(in crate::bank) async fn show_account(&self, request: &Incoming) -> Result<Answer, Fault> {
        let said = self
            .open_conversation(request, "account-statements")
            .await?;
        let FromAccount { account, message } =
            self.said_by_account(&said, |message: &AccountStatementRequest| AboutAccount {
                bank: &message.bank,
                holder: &message.holder,
                account: message.account,
            })?;
        self.require_fresh(message.at)?;
        let tables = self.issuer.office.tables();
        let currency = accounts::limit(tables, account.account)?.ok_or_else(Fault::internal)?;
        let wanted = wanted(&message, account.account, currency.currency)?;
        let statement = statement(tables, &wanted, self.issuer.office.now())?;
        let written = camt053::write(&statement).map_err(|_| Fault::internal())?;
        self.answer_sealed(&said, &written)
    }
}

fn wanted(
    asked: &AccountStatementRequest,
    account: i64,
    currency: Currency,
) -> Result<Wanted, Fault> {
    let is_span = asked.first_day <= asked.last_day && asked.last_day <= DAY_MAX;
    if !is_span || !(1..=PAGES_MAX).contains(&asked.page) {
        let unread = "Ask for a first day, a last day that is not before it, and a page from 1.";
        return Err(Fault::malformed(unread));
    }
    let day = |day: u32| Timestamp(u64::from(day) * DAY_SECONDS);
    let (first, last) = (day(asked.first_day), day(asked.last_day));
    let until = last.plus_seconds(DAY_SECONDS);
    Ok(Wanted {
        account,
        number: asked.account.to_string(),
        currency,
        days: (Date::of(first), Date::of(last)),
        between: (first.milliseconds(), until.milliseconds()),
        page: asked.page,
    })
}

fn statement(
    tables: &(impl Tables + ?Sized),
    wanted: &Wanted,
    now: Timestamp,
) -> Result<Statement, Fault> {
    let name = books::name_of(wanted.account);
    let sql = "SELECT account FROM accounts WHERE name = ? AND currency = ?";
    let on_ledger: i64 = typed::one(tables, sql, &[name.into(), wanted.currency.into()])?
        .ok_or_else(Fault::internal)?;
    let mut entries = entries(tables, on_ledger, wanted)?;
    let is_last_page = entries.len() as u64 <= PAGE_ENTRIES;
    entries.truncate(usize::try_from(PAGE_ENTRIES).unwrap_or(usize::MAX));
    let opening = opening(tables, on_ledger, wanted)?;
    let moved = |entry: &Entry| {
        let minor = i64::try_from(entry.minor).unwrap_or(0);
        if entry.is_in { minor } else { -minor }
    };
    let balance = |minor| Balance {
        minor,
        currency: wanted.currency,
    };
    let reference = |text: &str| Reference::new(text).map_err(|_| Fault::internal());
    let booked = entries.iter().map(|entry| booked(entry, wanted.currency));
    Ok(Statement {
        id: reference(&format!("{}-{}-{}", wanted.days.0, wanted.page, now.0))?,
        made_at: now,
        account: AccountId::Other(reference(&wanted.number)?),
        opening: balance(opening),
        closing: balance(opening + entries.iter().map(moved).sum::<i64>()),
        days: wanted.days,
        page: wanted.page,
        is_last_page,
        entries: booked.collect(),
    })
}

/// The entries of a page, oldest first, and one more if there is a page behind it.
fn entries(
    tables: &(impl Tables + ?Sized),
    account: i64,
    wanted: &Wanted,
) -> Result<Vec<Entry>, DatabaseError> {
    type Line = ((u64, i64, u64, u64), (String, String, String));
    let span = format!("{MOVED} AND at_ms >= ?2 AND at_ms < ?3");
    let sql = format!(
        "SELECT t.number, t.is_in, t.minor, t.at_ms, t.id, o.kind, o.name FROM (
            SELECT number, 1 AS is_in, minor, at_ms, id, debit AS other FROM transfers WHERE credit = ?1 AND {span}
            UNION ALL
            SELECT number, 0, minor, at_ms, id, credit FROM transfers WHERE debit = ?1 AND {span}
         ) t JOIN accounts o ON o.account = t.other ORDER BY t.at_ms, t.number LIMIT ?4 OFFSET ?5"
    );
    let (from, until) = wanted.between;
    let skipped = u64::from(wanted.page - 1) * PAGE_ENTRIES;
    let params = [
        account.into(),
        from.into(),
        until.into(),
        (PAGE_ENTRIES + 1).into(),
        skipped.into(),
    ];
    let lines: Vec<Line> = typed::all(tables, &sql, &params)?;
    let entry = |((number, is_in, minor, at_ms), (id, kind, name)): Line| Entry {
        number,
        is_in: is_in == 1,
        minor,
        at_ms,
        id,
        other: (kind, name),
    };
    Ok(lines.into_iter().map(entry).collect())
}

/// What was on the account before the first entry of a page, in minor units.
fn opening(
    tables: &(impl Tables + ?Sized),
    account: i64,
    wanted: &Wanted,
) -> Result<i64, DatabaseError> {
    let (from, until) = wanted.between;
    let before = format!(
        "SELECT coalesce((SELECT sum(minor) FROM transfers WHERE credit = ?1 AND {MOVED} AND at_ms < ?2), 0)
            - coalesce((SELECT sum(minor) FROM transfers WHERE debit = ?1 AND {MOVED} AND at_ms < ?2), 0)"
    );
    let before: i64 = typed::one(tables, &before, &[account.into(), from.into()])?.unwrap_or(0);
    let span = format!("{MOVED} AND at_ms >= ?2 AND at_ms < ?3");
    let on_pages = format!(
        "SELECT coalesce(sum(minor), 0) FROM (SELECT minor FROM (
            SELECT number, minor, at_ms FROM transfers WHERE credit = ?1 AND {span}
            UNION ALL SELECT number, -minor, at_ms FROM transfers WHERE debit = ?1 AND {span}
         ) ORDER BY at_ms, number LIMIT ?4)"
    );
    let skipped = u64::from(wanted.page - 1) * PAGE_ENTRIES;
    let params = [account.into(), from.into(), until.into(), skipped.into()];
    let on_pages: i64 = typed::one(tables, &on_pages, &params)?.unwrap_or(0);
    Ok(before + on_pages)
}

fn booked(entry: &Entry, currency: Currency) -> Booked {
    let direction = if entry.is_in {
        Direction::In
    } else {
        Direction::Out
    };
    let (kind, what) = what_it_was(entry);
    let end_to_end = entry.id.rsplit(' ').next().unwrap_or_default();
    Booked {
        bank_reference: Some(entry.number.to_string()),
        // Names of the bank's own that are longer than a reference are none that others know.
        end_to_end: Reference::new(end_to_end).ok(),
        money: Money::new(entry.minor, currency),
        direction,
        kind,
        on: Date::of(Timestamp(entry.at_ms / 1000)),
        other: other_of(entry),
        other_account: None,
        remittance: Remittance::new(&what).ok().map(|text| text.to_string()),
    }
}

/// Who is on the other side, as far as that has a name.
fn other_of(entry: &Entry) -> Option<String> {
    let (kind, name) = &entry.other;
    let shop = name.strip_prefix("payable to ");
    shop.filter(|_| kind == "payable").map(ToOwned::to_owned)
}

/// What a transfer of the ledger was, in ISO's code and in words.
fn what_it_was(entry: &Entry) -> (BookingKind, String) {
    let (kind, name) = &entry.other;
    let which = name.rsplit(' ').next().unwrap_or_default();
    let what = match (kind.as_str(), entry.is_in) {
        ("outside", true) => return (BookingKind::PaidIn, "Money from outside".to_owned()),
        ("outside", false) => {
            return (
                BookingKind::TransferSent,
                "To the account outside".to_owned(),
            );
        }
        ("purse", true) => format!("From purse {which}"),
        ("purse", false) => format!("To purse {which}"),
        ("waiting", true) => format!("Back from what waited for purse {which}"),
        ("waiting", false) => format!("To a purse of another holder, {which}"),
        ("payable", true) => "Refund of an order".to_owned(),
        ("payable", false) => "Order".to_owned(),
        ("fees", _) => "Fee".to_owned(),
        ("unassigned", _) => "Money from outside".to_owned(),
        ("between", true) => "From another part of the bank".to_owned(),
        ("between", false) => "To another part of the bank".to_owned(),
        (_, true) => "Transfer from another account".to_owned(),
        (_, false) => "Transfer to another account".to_owned(),
    };
    (BookingKind::Other, what)
}
