//! What a console's tables and facts are made of: typed values, which the page says in its reader's
//! language. A party answers no sentences here.

use serde::Serialize;
use tallystick_protocol::wire::identifier::OrderId;
use tallystick_protocol::wire::money::{Currency, Money};

/// One value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cell {
    /// A moment, in seconds since 1970.
    Time(u64),
    /// An amount; below zero where something is owed.
    Money {
        /// Minor units.
        minor: i64,
        /// ISO 4217 code.
        currency: &'static str,
    },
    /// A number of things.
    Count(i64),
    /// A fixed word of the role, for which the pages have words.
    Word(String),
    /// A domain name.
    Party(String),
    /// An order, by its number.
    Order {
        /// The whole number in hexadecimal, by which its page is asked for.
        id: String,
        /// As people read it out.
        number: String,
    },
    /// Text that stays as it is: a name, a tracking number.
    Text(String),
    /// An account of the ledger.
    Account {
        /// What it is for: "holder".
        kind: String,
        /// Whose it is: a number or a domain; empty if there is but one of the kind.
        of: String,
    },
    /// Several, each with its name.
    Facts(Vec<NamedText>),
    /// How many of at most how many.
    Share {
        /// So many.
        of: i64,
        /// Of so many.
        most: i64,
    },
    /// A file that this party gives, by the path at which it is asked for.
    File(String),
    /// There is none.
    None,
}

impl Cell {
    /// A fixed word.
    #[must_use]
    pub fn word(word: &str) -> Self {
        Self::Word(word.to_owned())
    }

    /// An order.
    #[must_use]
    pub fn order(order: &OrderId) -> Self {
        Self::Order {
            id: order.to_string(),
            number: order.short(),
        }
    }

    /// An amount of so many minor units.
    #[must_use]
    pub fn money(minor: i64, currency: Currency) -> Self {
        Self::Money {
            minor,
            currency: currency.code(),
        }
    }

    /// `some`, or nothing.
    #[must_use]
    pub fn or_none<T>(some: Option<T>, cell: impl FnOnce(T) -> Self) -> Self {
        some.map_or(Self::None, cell)
    }
}

impl From<Money> for Cell {
    fn from(money: Money) -> Self {
        Self::money(
            i64::try_from(money.minor).unwrap_or(i64::MAX),
            money.currency,
        )
    }
}

/// A value with its name: one line of an order's page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fact {
    /// A fixed word: "courier".
    pub name: &'static str,
    /// Its value.
    pub value: Cell,
}

impl Fact {
    /// A value with its name.
    pub fn new(name: &'static str, value: impl Into<Cell>) -> Self {
        Self {
            name,
            value: value.into(),
        }
    }
}

/// A text under a name that is not the role's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NamedText {
    /// The name.
    pub name: String,
    /// The text.
    pub text: String,
}

/// Rows of values under named columns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Table {
    /// A fixed word: "ledger".
    pub name: &'static str,
    /// The columns' names, each a fixed word.
    pub columns: &'static [&'static str],
    /// The rows, as many values in each as there are columns.
    pub rows: Vec<Vec<Cell>>,
}
