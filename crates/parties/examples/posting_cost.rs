//! What a posting costs at 1,000 and at 1,000,000 accounts, for the benchmark: prints microseconds as
//! JSON. One posting is a reservation or its end, in a transaction of its own, as an issuer makes it.
//! As many accounts are active in both, spread over all there are, and each has been active before: what
//! is compared is what the ledger does, not how long memory takes that was not touched for long.
//!
//! `cargo run --example posting_cost -p tallystick-parties --features native`

use std::time::Instant;

use tallystick_parties::ledger::{self, Account, AccountKind, End, LedgerError, Transfer};
use tallystick_parties::native::SqliteDatabase;
use tallystick_parties::ports::Tables as _;
use tallystick_parties::ports::database::in_transaction;
use tallystick_parties::store::schema::{COMMON, migrate};
use tallystick_protocol::wire::money::{Currency, Money};

/// Active accounts: each has one reservation, with its end, in a round.
const ACTIVE: u32 = 25;
/// Rounds, of which the median counts.
const ROUNDS: u32 = 41;

fn main() -> Result<(), LedgerError> {
    let sizes = [1_000, 1_000_000];
    let books = [books(sizes[0])?, books(sizes[1])?];
    let mut times = [Vec::new(), Vec::new()];
    // Turn by turn, so that whatever else the machine does falls on both.
    for round in 0..=ROUNDS {
        for ((accounts, database), times) in sizes.iter().zip(&books).zip(&mut times) {
            let took = microseconds(database, *accounts, round)?;
            if round > 0 {
                times.push(took);
            }
        }
    }
    let [small, large] = times.map(|mut times| {
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    });
    println!(r#"{{"accounts":[1000,1000000],"microseconds":[{small:.1},{large:.1}]}}"#);
    Ok(())
}

/// Books with so many holders who may spend 50,000 each.
fn books(accounts: u32) -> Result<SqliteDatabase, LedgerError> {
    let database = SqliteDatabase::new()?;
    migrate(&database, "common", COMMON)?;
    let sql = format!(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {accounts})
         INSERT INTO accounts (name, currency, kind, covered_by, credits_posted)
         SELECT 'holder ' || i, 'JPY', 'holder', 'credit', 50000 FROM n"
    );
    database.run(&sql, &[])?;
    Ok(database)
}

fn microseconds(database: &SqliteDatabase, accounts: u32, round: u32) -> Result<f64, LedgerError> {
    let began = Instant::now();
    for active in 0..ACTIVE {
        let number = round * ACTIVE + active;
        let holder = format!("holder {}", active * (accounts / ACTIVE) + 1);
        let (reserve, settle) = (format!("reserve {number}"), format!("settle {number}"));
        let transfer = Transfer {
            id: &reserve,
            at_ms: 1,
            order_id: None,
            memo: "Reserved for an order",
            debit: Account {
                kind: AccountKind::Holder,
                name: &holder,
            },
            credit: Account {
                kind: AccountKind::Payable,
                name: "payable to tea.example",
            },
            money: Money::new(1, Currency::Jpy),
        };
        in_transaction(database, |tables| ledger::reserve(tables, &transfer))?;
        let end = End {
            id: &settle,
            pending: &reserve,
            at_ms: 2,
            memo: "Charged: the courier accepted",
        };
        in_transaction(database, |tables| ledger::post(tables, &end))?;
    }
    Ok(began.elapsed().as_secs_f64() * 1e6 / f64::from(2 * ACTIVE))
}
