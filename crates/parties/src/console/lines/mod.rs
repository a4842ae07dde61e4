//! A line an order: the list that an operator reads, searches and pages through, for every role that
//! has orders. It reads one database's tables and nothing else.
//!
//! A page costs the same however many orders there are: each way of looking has an index in the
//! order in which it is shown, and a page begins where the one before it ended.

use core::cmp::Reverse;

use serde::Serialize;
use tallystick_protocol::wire::identifier::OrderId;
use tallystick_protocol::wire::money::{Currency, Money};

use super::Counters;
use super::cells::Cell;
use crate::office::fault::Fault;
use crate::ports::{DatabaseError, Row, Tables, Value};
use crate::store::rows;

/// How many lines a page has.
pub const LINES: usize = 25;
/// The longest text that is searched for, in bytes: an order's whole number with hyphens between.
const SEARCH_MAX_BYTES: usize = 80;
/// The fewest digits of an order's number that are searched for: fewer would be on every page.
const NUMBER_DIGITS_MIN: usize = 4;
/// The shortest beginning of a tracking number that is searched for, in bytes.
const TRACKING_MIN_BYTES: usize = 6;

/// Where a role keeps its orders: a table with the columns `order_id`, `received_at` (seconds since
/// 1970) and `state`, and indices on (received_at, order_id) and (state, received_at, order_id); if
/// it says so, on (minor, received_at, order_id) and (tracking).
#[derive(Clone, Copy, Debug)]
pub struct Listing {
    /// The table.
    pub table: &'static str,
    /// The states that an order can be in, in the order in which it passes through them.
    pub states: &'static [&'static str],
    /// What else is to be said of the state: an SQL expression of a fixed word or NULL.
    pub reason: &'static str,
    /// Who refused: an SQL expression of a role's name or NULL.
    pub by: &'static str,
    /// The column with the domain that the order came from or goes to.
    pub with: &'static str,
    /// Whether there are the columns `minor` and `currency`.
    pub has_amount: bool,
    /// Whether there is the column `tracking`.
    pub has_tracking: bool,
}

/// One order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// Its number in hexadecimal.
    pub order_id: String,
    /// Its number as people read it out.
    pub number: String,
    /// When it arrived, in seconds since 1970.
    pub received_at: u64,
    /// Its amount; none where the role does not know it.
    pub amount: Cell,
    /// The state's stable name.
    pub state: String,
    /// Why it stands there, as a fixed word.
    pub reason: Option<String>,
    /// Which role refused it.
    pub by: Option<String>,
    /// The tracking number.
    pub tracking: Option<String>,
    /// The other party, by its domain.
    pub with: String,
}

/// A page of lines.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Lines {
    /// Newest first, at most as many as were asked for.
    pub lines: Vec<Line>,
    /// Where the next page begins, for `before=`; none if this was the last.
    pub next: Option<String>,
}

/// Which lines are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    state: Option<String>,
    search: Vec<Search>,
    /// Whether something is searched for that no order can have.
    is_vain: bool,
    from: u64,
    before: Option<Place>,
}

/// A place between two lines: time and number of the line after which it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    at: u64,
    order: [u8; 32],
}

/// One thing that a text may mean.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Search {
    /// The beginning of an order's number: from here to there.
    Number([u8; 32], [u8; 32]),
    /// The beginning of a tracking number.
    Tracking(String),
    /// This very amount.
    Amount(Money),
}

impl Wanted {
    /// Reads a query: `search=f917-aab0` (a number, a tracking number or an amount), `state=refused`,
    /// `from=` and `until=` (seconds since 1970), `before=` (what the page before said is next).
    ///
    /// # Errors
    /// [`Kind::Malformed`](crate::office::fault::Kind::Malformed) if one of them is none.
    pub fn of(query: &str, listing: &Listing) -> Result<Self, Fault> {
        let mut wanted = Self::default();
        for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
            if value.is_empty() {
                continue;
            }
            match name {
                "state" => {
                    let known = listing.states.contains(&value);
                    let known = known.then(|| value.to_owned());
                    wanted.state = Some(known.ok_or_else(|| unread("No order has this state."))?);
                }
                "search" => {
                    wanted.search = searches(value, listing)?;
                    wanted.is_vain = wanted.search.is_empty();
                }
                "from" => wanted.from = seconds(value)?,
                "until" => wanted.end_at(Place {
                    at: seconds(value)?,
                    order: [0; 32],
                }),
                "before" => wanted.end_at(Place::parse(value)?),
                _ => {}
            }
        }
        Ok(wanted)
    }

    fn end_at(&mut self, place: Place) {
        let sooner = self.before.as_ref().is_none_or(|before| place < *before);
        if sooner {
            self.before = Some(place);
        }
    }
}

impl Place {
    fn parse(text: &str) -> Result<Self, Fault> {
        let parsed = text.split_once('-').and_then(|(at, order)| {
            let order: OrderId = order.parse().ok()?;
            Some(Self {
                at: at.parse().ok()?,
                order: order.0,
            })
        });
        parsed.ok_or_else(|| unread("A page begins after a time and an order's number."))
    }

    fn of(line: &Line) -> String {
        format!("{}-{}", line.received_at, line.order_id)
    }
}

fn unread(said: &str) -> Fault {
    Fault::malformed(said)
}

fn seconds(text: &str) -> Result<u64, Fault> {
    let seconds = text.parse().ok().filter(|seconds| *seconds < 1 << 40);
    seconds.ok_or_else(|| unread("A time is a number of seconds since 1970."))
}

/// Everything that a text may mean to this role.
fn searches(text: &str, listing: &Listing) -> Result<Vec<Search>, Fault> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.';
    if text.len() > SEARCH_MAX_BYTES || !text.bytes().all(is_plain) {
        return Err(unread(
            "Search for digits, letters, hyphens and a decimal point.",
        ));
    }
    let mut meant = Vec::new();
    meant.extend(number(text));
    let has_letter = text.bytes().any(|byte| byte.is_ascii_alphabetic());
    if listing.has_tracking && has_letter && text.len() >= TRACKING_MIN_BYTES {
        meant.push(Search::Tracking(text.to_ascii_uppercase()));
    }
    if listing.has_amount {
        let amounts = Currency::ALL.map(|currency| amount(text, currency));
        meant.extend(amounts.into_iter().flatten().map(Search::Amount));
    }
    Ok(meant)
}

fn number(text: &str) -> Option<Search> {
    let digits: String = text.chars().filter(|c| *c != '-').collect();
    let is_number = (NUMBER_DIGITS_MIN..=64).contains(&digits.len());
    let digits = is_number.then(|| digits.to_ascii_lowercase())?;
    let bound = |fill: &str| {
        let whole = format!("{digits}{}", fill.repeat(64 - digits.len()));
        whole.parse::<OrderId>().ok().map(|order| order.0)
    };
    Some(Search::Number(bound("0")?, bound("f")?))
}

/// "3480" yen, "34.80" euros.
fn amount(text: &str, currency: Currency) -> Option<Money> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let places = currency.exponent() as usize;
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if part.len() > places || !is_digits(part) || !is_digits(whole) {
        return None;
    }
    let minor = format!("{whole}{part:0<places$}").parse().ok()?;
    Some(Money { minor, currency })
}

/// The lines that are wanted, at most `limit` of them.
///
/// # Errors
/// Only the database's own.
pub fn page(
    tables: &(impl Tables + ?Sized),
    listing: &Listing,
    wanted: &Wanted,
    limit: usize,
) -> Result<Lines, DatabaseError> {
    let mut found = Vec::new();
    if wanted.search.is_empty() && !wanted.is_vain {
        found = select(tables, listing, wanted, None, limit)?;
    }
    for search in &wanted.search {
        found.extend(select(tables, listing, wanted, Some(search), limit)?);
    }
    found.sort_by_cached_key(|line| Reverse((line.received_at, line.order_id.clone())));
    found.dedup();
    let has_more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| has_more).map(Place::of);
    Ok(Lines { lines: found, next })
}

/// One more than `limit`, to know whether there are more.
fn select(
    tables: &(impl Tables + ?Sized),
    listing: &Listing,
    wanted: &Wanted,
    search: Option<&Search>,
    limit: usize,
) -> Result<Vec<Line>, DatabaseError> {
    let (sql, values) = statement(listing, wanted, search, limit);
    tables.run(&sql, &values)?.iter().map(read).collect()
}

fn statement(
    listing: &Listing,
    wanted: &Wanted,
    search: Option<&Search>,
    limit: usize,
) -> (String, Vec<Value>) {
    let mut terms: Vec<&str> = Vec::new();
    let mut values: Vec<Value> = Vec::new();
    match search {
        Some(Search::Number(from, to)) => {
            terms.push("order_id BETWEEN ? AND ?");
            values.extend([from.into(), to.into()]);
        }
        Some(Search::Tracking(beginning)) => {
            terms.push("tracking BETWEEN ? AND ?");
            values.extend([beginning.into(), format!("{beginning}~").into()]);
        }
        Some(Search::Amount(money)) => {
            terms.push("minor = ? AND +currency = ?");
            values.extend([money.minor.into(), money.currency.code().into()]);
        }
        None => {}
    }
    // What narrows most picks the index; a sign keeps SQLite from another one.
    let seeks_one = matches!(search, Some(Search::Number(..) | Search::Tracking(_)));
    if let Some(state) = &wanted.state {
        terms.push(if search.is_some() {
            "+state = ?"
        } else {
            "state = ?"
        });
        values.push(state.into());
    }
    if let Some(before) = &wanted.before {
        terms.push(if seeks_one {
            "(+received_at, +order_id) < (?, ?)"
        } else {
            "(received_at, order_id) < (?, ?)"
        });
        values.extend([before.at.into(), (&before.order).into()]);
    }
    if wanted.from > 0 {
        terms.push(if seeks_one {
            "+received_at >= ?"
        } else {
            "received_at >= ?"
        });
        values.push(wanted.from.into());
    }
    let terms = if terms.is_empty() {
        "1".to_owned()
    } else {
        terms.join(" AND ")
    };
    values.push(u32::try_from(limit + 1).unwrap_or(u32::MAX).into());
    let columns = columns(listing);
    let sql = format!(
        "SELECT {columns} FROM {} o WHERE {terms} ORDER BY received_at DESC, order_id DESC LIMIT ?",
        listing.table
    );
    (sql, values)
}

fn columns(listing: &Listing) -> String {
    let amount = if listing.has_amount {
        "minor, currency"
    } else {
        "NULL, NULL"
    };
    let tracking = if listing.has_tracking {
        "tracking"
    } else {
        "NULL"
    };
    format!(
        "order_id, received_at, {amount}, state, {}, {}, {tracking}, {}",
        listing.reason, listing.by, listing.with
    )
}

fn read(row: &Row) -> Result<Line, DatabaseError> {
    let order = OrderId(row.bytes32(0)?);
    let amount = if row.is_null(2) {
        Cell::None
    } else {
        rows::money(row, 2)?.into()
    };
    Ok(Line {
        order_id: order.to_string(),
        number: order.short(),
        received_at: row.number(1)?,
        amount,
        state: row.text(4)?.to_owned(),
        reason: rows::optional_text(row, 5)?,
        by: rows::optional_text(row, 6)?,
        tracking: rows::optional_text(row, 7)?,
        with: row.text(8)?.to_owned(),
    })
}

/// How many orders there are in all ("orders") and in each state that some are in. The index by state
/// answers it.
///
/// # Errors
/// Only the database's own.
pub fn counted(
    tables: &(impl Tables + ?Sized),
    listing: &Listing,
) -> Result<Counters, DatabaseError> {
    let sql = format!(
        "SELECT state, count(*) FROM {} GROUP BY state",
        listing.table
    );
    let mut counters = Counters::from([("orders".to_owned(), 0)]);
    for row in tables.run(&sql, &[])? {
        let count: u64 = row.number(1)?;
        *counters.entry("orders".to_owned()).or_default() += count;
        counters.insert(row.text(0)?.to_owned(), count);
    }
    Ok(counters)
}

/// The line of this order, if there is one.
///
/// # Errors
/// Only the database's own.
pub fn line(
    tables: &(impl Tables + ?Sized),
    listing: &Listing,
    order: &OrderId,
) -> Result<Option<Line>, DatabaseError> {
    let wanted = Wanted::default();
    let search = Search::Number(order.0, order.0);
    let found = select(tables, listing, &wanted, Some(&search), 1)?;
    Ok(found.into_iter().next())
}

#[cfg(test)]
mod tests;
