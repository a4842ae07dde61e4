//! An instrument of tests: boxes of tokens. Whoever says a box's word pays from it, if a holder's card approved
//! the order. It shows what an instrument takes on the payer's side.

use tallystick_protocol::instrument::{Instrument, Payment};
use tallystick_protocol::wire::money::Money;

use crate::ledger::{self, Account, AccountKind, Transfer};
use crate::office::fault::Fault;
use crate::payer::{Claim, Funds, Owner};
use crate::ports::database::first;
use crate::ports::{DatabaseError, Tables};

/// Made when the first box is.
const TABLE: &str = "CREATE TABLE IF NOT EXISTS toy_boxes (
    number INTEGER PRIMARY KEY, chest TEXT NOT NULL UNIQUE, word TEXT NOT NULL) STRICT";

/// The boxes of tokens at an issuer.
pub(super) struct Toys;

impl Funds for Toys {
    fn instrument(&self) -> Instrument {
        Instrument::Toy
    }

    fn owner(
        &self,
        tables: &dyn Tables,
        claim: &Claim<'_>,
    ) -> Result<Option<Owner>, DatabaseError> {
        let Payment::Toy(toy) = claim.payment else {
            return Ok(None);
        };
        tables.run(TABLE, &[])?;
        let sql = "SELECT number, word = ? FROM toy_boxes WHERE chest = ?";
        let row = first(tables, sql, &[(&toy.word).into(), (&toy.chest).into()])?;
        row.map(|row| {
            let number = row.integer(0)?;
            Ok(Owner {
                number,
                account: name_of(number),
                is_genuine: row.integer(1)? == 1 && claim.approved_by.is_some(),
            })
        })
        .transpose()
    }
}

fn name_of(number: i64) -> String {
    format!("toy box {number}")
}

/// Makes a box that opens by that word, with so much in it. Returns its account's name.
///
/// # Errors
/// Those of the ledger and the database.
pub fn fill(
    tables: &(impl Tables + ?Sized),
    chest: &str,
    word: &str,
    money: Money,
) -> Result<String, Fault> {
    tables.run(TABLE, &[])?;
    let sql = "INSERT INTO toy_boxes (chest, word) VALUES (?, ?) RETURNING number";
    let row = first(tables, sql, &[chest.into(), word.into()])?.ok_or_else(Fault::internal)?;
    let account = name_of(row.integer(0)?);
    let tokens = Transfer {
        id: &format!("fill {account}"),
        at_ms: 0,
        order_id: None,
        memo: "Tokens of a new box",
        debit: Account {
            kind: AccountKind::CreditLines,
            name: "tokens in boxes",
        },
        credit: Account {
            kind: AccountKind::Holder,
            name: &account,
        },
        money,
    };
    ledger::transfer(tables, &tokens)?;
    Ok(account)
}
