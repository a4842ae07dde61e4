//! What came in, and what was booked of what the bank ordered: a job of the office reads the statement of the bank's own
//! account outside, page by page, and takes each booking once.
//!
//! Money that names an account of the bank comes onto it: sixteen digits with the right check digit, wherever they stand
//! in what it is for. What names none that takes it stands on an account of its own until an operator says whose it is
//! or sends it back. What the bank ordered must be there as it ordered it, and nothing else may have left.

use tallystick_protocol::account::CardNumber;
use tallystick_protocol::wire::money::{Currency, Money};

use minicbor::{Decode, Encode};

use super::alerts::{self, Alert};
use super::bookings::{self, BookingState, Kept, Mark};
use super::payments;
use crate::bank::Bank;
use crate::bank::banking_system::BankingSystem;
use crate::bank::deposits::{Deposit, OUTSIDE};
use crate::iso20022::camt053::{Booked, BookingKind, Direction, Statement};
use crate::iso20022::{Date, Order};
use crate::issuer::accounts;
use crate::ledger::{self, Account, AccountKind, Transfer};
use crate::office::across::not_yet;
use crate::office::fault::Fault;
use crate::office::http::{self as web, Answer, Incoming};
use crate::ports::{DatabaseError, Ports, Tables};
use crate::post::due::{self, Job, NewJob, Next};
use crate::store::typed;

/// The kind of the job that reads the statement; its reference is the currency.
pub(in crate::bank) const READ: &str = "outside-statement";
/// Where a shard is asked whether it ordered a payment.
pub(in crate::bank) const PATH: &str = "/siblings/outside-bookings";
/// How many pages are read in a row.
const PAGES_AT_ONCE: u32 = 10;
/// The longest name of a booking that is kept, in bytes.
const REFERENCE_BYTES_MAX: usize = 64;
/// How many digits an account's number has.
const NUMBER_DIGITS: usize = 16;

/// Money that came in for nobody known.
pub(super) const UNASSIGNED: Account<'static> = Account {
    kind: AccountKind::Unassigned,
    name: "unassigned",
};

/// A payment that was booked, as a shard is asked about it.
#[derive(Encode, Decode)]
#[cbor(map)]
struct Asked {
    #[n(0)]
    reference: String,
    #[n(1)]
    minor: u64,
    #[n(2)]
    currency: Currency,
    #[n(3)]
    is_in: bool,
}

impl<P: Ports, B: BankingSystem> Bank<P, B> {
    /// From now on the statement of this currency is read. Call it in the transaction that opens an account.
    ///
    /// # Errors
    /// Only the database's own.
    pub(in crate::bank) fn watch_statement(
        &self,
        tables: &dyn Tables,
        currency: Currency,
    ) -> Result<(), Fault> {
        let office = &self.issuer.office;
        if bookings::mark(tables, currency)?.is_none() {
            let mark = Mark {
                currency,
                day: Date::of(office.now()).to_string(),
                page: 1,
            };
            bookings::set_mark(tables, &mark)?;
        }
        let now_ms = office.now_ms();
        let job = NewJob {
            kind: READ,
            reference: currency.code(),
            peer: None,
            at_ms: now_ms + self.config.statement_seconds * 1_000,
        };
        Ok(due::put_once(tables, &job, now_ms)?)
    }

    /// Reads on in the statement, for the job.
    ///
    /// # Errors
    /// [`Kind::Unreachable`](crate::office::fault::Kind::Unreachable) while the bank outside, or a shard, does not
    /// answer.
    pub(in crate::bank) async fn read_statement(&self, job: &Job) -> Result<Next, Fault> {
        let office = &self.issuer.office;
        let currency: Currency = job.reference.parse().map_err(|_| Fault::internal())?;
        for _ in 0..PAGES_AT_ONCE {
            let Some(mark) = bookings::mark(office.tables(), currency)? else {
                return Ok(Next::Done);
            };
            let from: Date = mark.day.parse().map_err(|_| Fault::internal())?;
            let ports = &office.ports;
            let statement = self
                .outside
                .statement(ports, currency, from, mark.page)
                .await?;
            if self.take_statement(statement, mark).await? {
                let pause_ms = self.config.statement_seconds * 1_000;
                return Ok(Next::At(office.now_ms() + pause_ms));
            }
        }
        Ok(Next::At(office.now_ms()))
    }

    /// Takes a page, and says whether it is the last.
    async fn take_statement(&self, page: Statement, mark: Mark) -> Result<bool, Fault> {
        let office = &self.issuer.office;
        let mut agreed = Vec::new();
        for booked in &page.entries {
            agreed.push(self.agreed_elsewhere(booked).await?);
        }
        let (_, last_day) = page.days;
        let last_day = last_day.to_string();
        let next = match page.is_last_page {
            true if last_day > mark.day => Mark {
                day: last_day,
                page: 1,
                ..mark
            },
            true => mark,
            false => Mark {
                page: mark.page.saturating_add(1),
                ..mark
            },
        };
        office.transaction(|tables| {
            for (booked, agreed) in page.entries.iter().zip(&agreed) {
                self.take_booking(tables, booked, *agreed)?;
            }
            Ok::<_, Fault>(bookings::set_mark(tables, &next)?)
        })?;
        Ok(page.is_last_page)
    }

    /// Whether the shard that a payment names ordered it; nothing if it names none.
    async fn agreed_elsewhere(&self, booked: &Booked) -> Result<Option<bool>, Fault> {
        let office = &self.issuer.office;
        let Some(asked) = of_bank(booked) else {
            return Ok(None);
        };
        let place = payments::place_of(&asked.reference);
        let Some(place) = place.filter(|place| *place != office.place()) else {
            return Ok(None);
        };
        let name = name_of(booked).unwrap_or_default();
        if bookings::is_known(office.tables(), &name, asked.currency)?
            || !office.spread()?.shards.all().any(|shard| shard == place)
        {
            return Ok(None);
        }
        let asked = minicbor::to_vec(&asked).map_err(|_| Fault::internal())?;
        let said = office.ask_sibling(place, PATH, asked).await;
        let said = minicbor::decode(&said.map_err(not_yet)?);
        Ok(Some(said.map_err(|_| not_yet(Fault::internal()))?))
    }

    /// At a shard: says whether it ordered a payment that was booked, and takes it for booked.
    pub(in crate::bank) fn tell_booked(&self, request: &Incoming) -> Result<Answer, Fault> {
        let unread = |_| Fault::malformed("A sibling says something else.");
        let asked: Asked = minicbor::decode(web::body_as(request, web::CBOR)?).map_err(unread)?;
        let office = &self.issuer.office;
        let agreed = office.transaction(|tables| self.agree(tables, &asked))?;
        let said = minicbor::to_vec(agreed).map_err(|_| Fault::internal())?;
        Ok(web::cbor(said))
    }

    /// Whether this object ordered a payment that was booked. If nothing was heard of it, it is heard now.
    fn agree(&self, tables: &dyn Tables, asked: &Asked) -> Result<bool, Fault> {
        let money = Money::new(asked.minor, asked.currency);
        let ordered = payments::find(tables, &asked.reference)?.filter(|payment| {
            let is_in = payment.purpose.order() == Order::Collections;
            payment.money == money && is_in == asked.is_in
        });
        if ordered.is_some() {
            self.settle_outside(tables, &asked.reference, Ok(()))?;
        }
        Ok(ordered.is_some())
    }

    /// Takes one booking, unless it was taken before.
    fn take_booking(
        &self,
        tables: &dyn Tables,
        booked: &Booked,
        agreed: Option<bool>,
    ) -> Result<(), Fault> {
        let now = self.issuer.office.now();
        let Some(name) = name_of(booked) else {
            // Nobody could say whether it was taken before.
            let about = format!("{} {}", booked.on, booked.money);
            return Ok(alerts::raise(
                tables,
                Alert::Unnamed,
                (&about, booked.money),
                now,
            )?);
        };
        if bookings::is_known(tables, &name, booked.money.currency)? {
            return Ok(());
        }
        let agreed = match (of_bank(booked), agreed) {
            (Some(_), Some(agreed)) => agreed,
            (Some(asked), None) => self.agree(tables, &asked)?,
            (None, _) => false,
        };
        let mut kept = Kept::of(&name, booked, now);
        kept.state = match booked.direction {
            _ if agreed => BookingState::Ordered,
            Direction::Out => BookingState::Unordered,
            Direction::In => self.take_money(tables, booked, &mut kept)?,
        };
        let alert = match kept.state {
            BookingState::Unordered => Some(Alert::Unordered),
            BookingState::Unassigned => Some(Alert::Unassigned),
            _ => None,
        };
        if let Some(alert) = alert {
            alerts::raise(tables, alert, (&name, booked.money), now)?;
        }
        self.issuer
            .office
            .log("outside-booking", None, kept.state.as_str());
        Ok(typed::insert(tables, &kept)?)
    }

    /// Money that came: onto the account that it names, or where what names none waits.
    fn take_money(
        &self,
        tables: &dyn Tables,
        booked: &Booked,
        kept: &mut Kept,
    ) -> Result<BookingState, Fault> {
        let money = booked.money;
        let reference = format!("outside {}", kept.reference);
        if let Some(number) = account_named(tables, booked)? {
            let deposit = Deposit {
                account: &number,
                money,
                reference: &reference,
            };
            kept.account = Some(self.book_deposit(tables, &deposit)?);
            return Ok(BookingState::Credited);
        }
        let transfer = Transfer {
            id: &format!("unassigned {}", kept.reference),
            at_ms: self.issuer.office.now_ms(),
            order_id: None,
            memo: "Came from outside and names no account",
            debit: OUTSIDE,
            credit: UNASSIGNED,
            money,
        };
        ledger::transfer(tables, &transfer)?;
        Ok(BookingState::Unassigned)
    }
}

/// The name of a booking, as it is kept.
fn name_of(booked: &Booked) -> Option<String> {
    let name = booked.bank_reference.as_deref()?;
    (1..=REFERENCE_BYTES_MAX)
        .contains(&name.len())
        .then(|| name.to_owned())
}

/// A booking that can only be of what the bank ordered itself: whoever pays it names what comes as they like.
fn of_bank(booked: &Booked) -> Option<Asked> {
    let is_in = booked.direction == Direction::In;
    if is_in && booked.kind != BookingKind::Collected {
        return None;
    }
    Some(Asked {
        reference: booked.end_to_end.as_ref()?.to_string(),
        minor: booked.money.minor,
        currency: booked.money.currency,
        is_in,
    })
}

/// The one account that a payment names, if it takes money.
fn account_named(tables: &dyn Tables, booked: &Booked) -> Result<Option<String>, DatabaseError> {
    let end_to_end = booked.end_to_end.as_ref().map(ToString::to_string);
    let said = booked.remittance.iter().chain(&end_to_end);
    let mut named: Vec<String> = said.flat_map(|text| numbers_in(text)).collect();
    named.sort();
    named.dedup();
    let sql = "SELECT account FROM issuer_accounts WHERE card_number = ? AND currency = ?";
    let mut found = Vec::new();
    for number in named {
        let values = [(&number).into(), booked.money.currency.into()];
        let account: Option<i64> = typed::one(tables, sql, &values)?;
        if let Some(account) = account
            && !accounts::is_shut(tables, account)?
        {
            found.push(number);
        }
    }
    match <[String; 1]>::try_from(found) {
        Ok([number]) => Ok(Some(number)),
        Err(_) => Ok(None),
    }
}

/// The account numbers in a text. People write them in groups, with spaces or hyphens between.
fn numbers_in(text: &str) -> Vec<String> {
    let runs = text.split(|c: char| !(c.is_ascii_digit() || c == ' ' || c == '-'));
    let digits = runs.map(|run| run.chars().filter(char::is_ascii_digit).collect::<String>());
    let mut found = Vec::new();
    for digits in digits {
        let places = 0..digits.len().saturating_sub(NUMBER_DIGITS - 1);
        let windows = places.filter_map(|at| digits.get(at..at + NUMBER_DIGITS));
        found.extend(
            windows
                .filter(|number| CardNumber::parse(number).is_ok())
                .map(ToOwned::to_owned),
        );
    }
    found
}

#[cfg(test)]
mod tests {
    use super::numbers_in;

    #[test]
    fn an_account_is_found_however_its_number_is_written() {
        // 899990 and a check digit (Luhn).
        let number = "8999900000000007";
        for text in [
            "8999900000000007",
            "for 8999 9000 0000 0007, thank you",
            "ACC/8999-9000-0000-0007",
            "2026 8999900000000007",
        ] {
            assert!(numbers_in(text).contains(&number.to_owned()), "{text}");
        }
        for text in ["", "8999900000000008", "899990000000000", "tea"] {
            assert!(!numbers_in(text).contains(&number.to_owned()), "{text}");
        }
    }
}
