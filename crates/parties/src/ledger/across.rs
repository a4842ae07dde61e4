//! Money that crosses from one object of a party to another, exactly once. Each object has books of its own, and
//! in both there is an account *between* the two. The sender sets the money aside for it (*pending*); the receiver
//! credits by the crossing's name, once; then the sender posts. So what is under way is still on the sender's books,
//! nobody can spend it there, and at rest the accounts between two objects cancel each other out.

use std::collections::BTreeMap;

use tallystick_protocol::wire::money::{Currency, Money};

use super::accounts::{Account, AccountKind};
use super::transfers::{End, Transfer, post, reserve, transfer};
use super::{LedgerError, balance};
use crate::ports::database::first;
use crate::ports::{DatabaseError, Row, Tables};
use crate::store::rows;

/// Money that crosses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crossing {
    /// Its name at both objects: no other crossing of the party has it.
    pub id: String,
    /// The kind of the account that it leaves, and on which it arrives.
    pub kind: AccountKind,
    /// That account's name.
    pub account: String,
    /// How much; not zero.
    pub money: Money,
}

/// The account between two objects of these names; the same at both.
#[must_use]
pub fn between(one: &str, other: &str) -> String {
    let (first, second) = if one < other {
        (one, other)
    } else {
        (other, one)
    };
    format!("{BETWEEN}{first} {second}")
}

const BETWEEN: &str = "between ";

/// A name that no crossing of this object had, which is called `place`. Call it in the transaction that sends.
///
/// # Errors
/// Only the database's own.
pub fn new_id(tables: &(impl Tables + ?Sized), place: &str) -> Result<String, DatabaseError> {
    let sql = "SELECT coalesce(max(number), 0) + 1 FROM transfers";
    let number: u64 = first(tables, sql, &[])?.map_or(Ok(1), |row| row.number(0))?;
    Ok(format!("across {number}/{place}"))
}

/// Whether this object ever sent a crossing of that name.
///
/// # Errors
/// Only the database's own.
pub fn is_named(tables: &(impl Tables + ?Sized), id: &str) -> Result<bool, DatabaseError> {
    let sql = "SELECT 1 FROM transfers WHERE id = ?";
    Ok(first(tables, sql, &[id.into()])?.is_some())
}

/// At the sender: sets the money aside. `Ok(false)`: it was before.
///
/// # Errors
/// [`LedgerError`].
pub fn send(
    tables: &(impl Tables + ?Sized),
    crossing: &Crossing,
    between: &str,
    at_ms: u64,
) -> Result<bool, LedgerError> {
    let transfer = Transfer {
        id: &crossing.id,
        at_ms,
        order_id: None,
        memo: "On its way to another object",
        debit: own(crossing),
        credit: transit(between),
        money: crossing.money,
    };
    reserve(tables, &transfer)
}

/// At the receiver: credits it. `Ok(false)`: it was before.
///
/// # Errors
/// [`LedgerError`]; [`LedgerError::Conflict`] if another crossing had its name.
pub fn arrive(
    tables: &(impl Tables + ?Sized),
    crossing: &Crossing,
    between: &str,
    at_ms: u64,
) -> Result<bool, LedgerError> {
    let credited = Transfer {
        id: &crossing.id,
        at_ms,
        order_id: None,
        memo: "Came from another object",
        debit: transit(between),
        credit: own(crossing),
        money: crossing.money,
    };
    transfer(tables, &credited)
}

/// At the sender: the receiver has it. `Ok(false)`: that was heard before.
///
/// # Errors
/// [`LedgerError`].
pub fn arrived(tables: &(impl Tables + ?Sized), id: &str, at_ms: u64) -> Result<bool, LedgerError> {
    let end = End {
        id: &format!("arrived {id}"),
        pending: id,
        at_ms,
        memo: "Arrived at another object",
    };
    post(tables, &end)
}

fn own(crossing: &Crossing) -> Account<'_> {
    Account {
        kind: crossing.kind,
        name: &crossing.account,
    }
}

fn transit(name: &str) -> Account<'_> {
    Account {
        kind: AccountKind::Between,
        name,
    }
}

/// What can be taken from the account, if anything.
///
/// # Errors
/// Only the database's own.
pub fn free(
    tables: &(impl Tables + ?Sized),
    account: &str,
    currency: Currency,
) -> Result<Option<Money>, DatabaseError> {
    let free = balance(tables, account, currency)?.available();
    let minor = u64::try_from(free).unwrap_or(0);
    Ok((minor > 0).then_some(Money { minor, currency }))
}

const UNDER_WAY: &str = "SELECT t.id, d.kind, d.name, t.minor, d.currency FROM transfers t
    JOIN accounts d ON d.account = t.debit JOIN accounts c ON c.account = t.credit
    WHERE c.kind = 'between' AND t.kind = 'pending'
        AND NOT EXISTS (SELECT 1 FROM transfers e WHERE e.pending_id = t.id)";

/// The crossing of this name that this object sent, unless it has heard that it arrived.
///
/// # Errors
/// Only the database's own.
pub fn under_way(
    tables: &(impl Tables + ?Sized),
    id: &str,
) -> Result<Option<Crossing>, DatabaseError> {
    let sql = format!("{UNDER_WAY} AND t.id = ?");
    first(tables, &sql, &[id.into()])?
        .map(|row| read(&row))
        .transpose()
}

/// The names of all crossings that left this account and are under way.
///
/// # Errors
/// Only the database's own.
pub fn under_way_from(
    tables: &(impl Tables + ?Sized),
    account: &str,
) -> Result<Vec<String>, DatabaseError> {
    let sql = format!("{UNDER_WAY} AND d.name = ? ORDER BY t.number");
    let rows = tables.run(&sql, &[account.into()])?;
    rows.iter().map(|row| Ok(row.text(0)?.to_owned())).collect()
}

fn read(row: &Row) -> Result<Crossing, DatabaseError> {
    Ok(Crossing {
        id: row.text(0)?.to_owned(),
        kind: AccountKind::from_name(row.text(1)?).ok_or(DatabaseError::Shape(1))?,
        account: row.text(2)?.to_owned(),
        money: rows::money(row, 3)?,
    })
}

/// What one object's books say of what crossed, in one currency and minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Crossed {
    /// What it sent, whether or not it has heard that it arrived.
    pub sent: i64,
    /// What it sent and knows to have arrived.
    pub posted: i64,
    /// What came to it.
    pub came: i64,
}

/// What crossed, by currency. Over all objects of a party at one moment, at most what was sent came, and what was
/// posted came; at rest all three are equal.
///
/// # Errors
/// Only the database's own.
pub fn crossed(tables: &(impl Tables + ?Sized)) -> Result<Vec<(Currency, Crossed)>, DatabaseError> {
    let sql = "SELECT currency, sum(credits_posted + credits_pending), sum(credits_posted), sum(debits_posted)
        FROM accounts WHERE kind = 'between' GROUP BY currency ORDER BY currency";
    let read = |row: &Row| {
        let currency = row.text(0)?.parse().map_err(|_| DatabaseError::Shape(0))?;
        let crossed = Crossed {
            sent: row.integer(1)?,
            posted: row.integer(2)?,
            came: row.integer(3)?,
        };
        Ok((currency, crossed))
    };
    tables.run(sql, &[])?.iter().map(read).collect()
}

/// What a trial over all objects of a party found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrialOfAll {
    /// What is wrong, in sentences.
    pub wrong: Vec<String>,
    /// How much is under way, by currency and in minor units.
    pub under_way: Vec<(Currency, i64)>,
}

/// A transfer as both of its sides tell it: the amount, the account between the objects, the other account.
type Told = (i64, String, String);

/// The trial over all objects of a party at one moment: each crossing that was posted came, once and to the
/// amount; nothing came that was not sent. In the books of each object debits are credits by construction, so that
/// they are over all of them.
///
/// # Errors
/// Only the databases' own.
pub fn trial_of_all<T: Tables + ?Sized>(objects: &[&T]) -> Result<TrialOfAll, DatabaseError> {
    let mut found = TrialOfAll::default();
    let mut totals = BTreeMap::<&str, (Currency, Crossed)>::new();
    let mut came = BTreeMap::<String, Told>::new();
    for tables in objects {
        for (currency, crossed) in crossed(*tables)? {
            let total = totals.entry(currency.code());
            let (_, total) = total.or_insert((currency, Crossed::default()));
            total.sent += crossed.sent;
            total.posted += crossed.posted;
            total.came += crossed.came;
        }
        for row in tables.run(CAME, &[])? {
            let id = row.text(0)?;
            if came.insert(id.to_owned(), told(&row)?).is_some() {
                found.wrong.push(format!("{id} came to two objects"));
            }
        }
    }
    for tables in objects {
        for row in tables.run(SENT, &[])? {
            let (id, end) = (row.text(0)?, rows::optional_text(&row, 4)?);
            let sent = told(&row)?;
            match (end.as_deref(), came.remove(id)) {
                (None, None) => {}
                (None | Some("post"), Some(arrival)) if arrival == sent => {}
                (_, Some(_)) => found.wrong.push(format!("{id} is not what came")),
                (Some(_), None) => found.wrong.push(format!("{id} was posted and never came")),
            }
        }
    }
    let unsent = came.keys();
    let unsent = unsent.map(|id| format!("{id} came and was not sent"));
    found.wrong.extend(unsent);
    for (code, (currency, total)) in totals {
        if total.came > total.sent || total.posted > total.came {
            let other = format!("of {code} other amounts came than were sent");
            found.wrong.push(other);
        }
        found.under_way.push((currency, total.sent - total.posted));
    }
    Ok(found)
}

const CAME: &str = "SELECT t.id, t.minor, d.name, c.name FROM transfers t
    JOIN accounts d ON d.account = t.debit AND d.kind = 'between'
    JOIN accounts c ON c.account = t.credit WHERE t.kind = 'single'";
const SENT: &str = "SELECT t.id, t.minor, c.name, d.name, e.kind FROM transfers t
    JOIN accounts d ON d.account = t.debit
    JOIN accounts c ON c.account = t.credit AND c.kind = 'between'
    LEFT JOIN transfers e ON e.pending_id = t.id WHERE t.kind = 'pending'";

fn told(row: &Row) -> Result<Told, DatabaseError> {
    Ok((
        row.integer(1)?,
        row.text(2)?.to_owned(),
        row.text(3)?.to_owned(),
    ))
}

#[cfg(all(test, feature = "native"))]
mod tests {
    #![allow(
        clippy::unwrap_used,
        reason = "the exemption of tests does not reach their helpers"
    )]

    use super::*;
    use crate::ledger::trial_balance;
    use crate::native::SqliteDatabase;
    use crate::store::schema::{COMMON, migrate};

    fn books() -> SqliteDatabase {
        let database = SqliteDatabase::new().unwrap();
        migrate(&database, "common", COMMON).unwrap();
        database
    }

    fn yen(minor: u64) -> Money {
        Money::new(minor, Currency::Jpy)
    }

    fn crossing(id: &str, minor: u64) -> Crossing {
        Crossing {
            id: id.to_owned(),
            kind: AccountKind::Holder,
            account: "holder 1".to_owned(),
            money: yen(minor),
        }
    }

    fn pair() -> (SqliteDatabase, SqliteDatabase, String) {
        let (office, shard) = (books(), books());
        let given = Transfer {
            id: "open 1",
            at_ms: 0,
            order_id: None,
            memo: "",
            debit: Account {
                kind: AccountKind::CreditLines,
                name: "credit lines",
            },
            credit: Account {
                kind: AccountKind::Holder,
                name: "holder 1",
            },
            money: yen(500),
        };
        transfer(&office, &given).unwrap();
        (office, shard, between("shard-00", "book"))
    }

    fn free_at(tables: &SqliteDatabase) -> u64 {
        let free = free(tables, "holder 1", Currency::Jpy).unwrap();
        free.map_or(0, |money| money.minor)
    }

    #[test]
    fn at_every_moment_the_money_can_be_spent_at_one_object_at_most() {
        let (office, shard, between) = pair();
        let objects = [&office, &shard];
        let id = new_id(&office, "book").unwrap();
        let crossing = crossing(&id, 500);
        let at_rest = |under_way| TrialOfAll {
            wrong: Vec::new(),
            under_way: vec![(Currency::Jpy, under_way)],
        };
        assert!(send(&office, &crossing, &between, 1).unwrap());
        assert!(!send(&office, &crossing, &between, 1).unwrap());
        assert_eq!((free_at(&office), free_at(&shard)), (0, 0));
        assert_eq!(trial_of_all(&objects).unwrap(), at_rest(500));
        assert_eq!(under_way(&office, &id).unwrap(), Some(crossing.clone()));
        for is_first in [true, false] {
            assert_eq!(arrive(&shard, &crossing, &between, 2).unwrap(), is_first);
            assert_eq!((free_at(&office), free_at(&shard)), (0, 500));
            assert_eq!(trial_of_all(&objects).unwrap(), at_rest(500));
        }
        for is_first in [true, false] {
            assert_eq!(arrived(&office, &id, 3).unwrap(), is_first);
            assert_eq!((free_at(&office), free_at(&shard)), (0, 500));
            assert_eq!(trial_of_all(&objects).unwrap(), at_rest(0));
        }
        assert_eq!(under_way(&office, &id).unwrap(), None);
        for tables in objects {
            assert_eq!(trial_balance(tables, 4).unwrap().wrong, 0);
        }
    }

    #[test]
    fn what_came_without_being_sent_or_was_posted_without_coming_is_seen() {
        let (office, shard, between) = pair();
        arrive(&shard, &crossing("across 9/book", 5), &between, 1).unwrap();
        let wrong = trial_of_all(&[&office, &shard]).unwrap().wrong;
        assert!(wrong[0].contains("came and was not sent"), "{wrong:?}");
        let (office, shard, between) = pair();
        send(&office, &crossing("across 9/book", 5), &between, 1).unwrap();
        arrived(&office, "across 9/book", 2).unwrap();
        let wrong = trial_of_all(&[&office, &shard]).unwrap().wrong;
        assert!(wrong[0].contains("never came"), "{wrong:?}");
    }

    #[test]
    fn a_crossing_of_another_amount_under_one_name_is_refused() {
        let (_, shard, between) = pair();
        arrive(&shard, &crossing("across 9/book", 5), &between, 1).unwrap();
        let other = arrive(&shard, &crossing("across 9/book", 6), &between, 1);
        assert!(matches!(other, Err(LedgerError::Conflict)));
    }
}
