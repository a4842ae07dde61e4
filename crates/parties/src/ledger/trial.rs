//! Trial balance: whether each account is what its transfers say, and debits equal credits. One
//! that is wrong takes no further transfer; the others go on.

use crate::ports::{DatabaseError, Tables};
use crate::store::typed::{self, typed_row};

typed_row! {
    /// What a trial balance found.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct TrialBalance in "trial_balances" {
        /// When, in milliseconds since 1970.
        pub at_ms: u64 = "at_ms",
        /// How many accounts there are.
        pub accounts: u64 = "accounts",
        /// How many of them are wrong, and frozen.
        pub wrong: u64 = "wrong",
    }
}

/// How the books stand: for health and metrics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The names of the accounts that take no transfer, at most a hundred.
    pub frozen: Vec<String>,
    /// The last trial balance, if there was one.
    pub last: Option<TrialBalance>,
}

/// What the transfers say of each account that has some.
const SAID: &str =
    "SELECT account, sum(dp) AS dp, sum(dd) AS dd, sum(cp) AS cp, sum(cc) AS cc FROM (
        SELECT debit AS account,
            CASE kind WHEN 'single' THEN 0 WHEN 'pending' THEN minor ELSE -minor END AS dp,
            CASE WHEN kind IN ('single', 'post') THEN minor ELSE 0 END AS dd, 0 AS cp, 0 AS cc FROM transfers
        UNION ALL SELECT credit, 0, 0,
            CASE kind WHEN 'single' THEN 0 WHEN 'pending' THEN minor ELSE -minor END,
            CASE WHEN kind IN ('single', 'post') THEN minor ELSE 0 END FROM transfers) GROUP BY account";

/// Compares every account with its transfers, freezes those that differ and frees those that agree
/// again. Call it in a transaction. It reads all transfers: for the night, not for a posting.
///
/// That each account agrees with its transfers is all there is to show: a transfer is one row, so
/// that its debit is its credit.
///
/// # Errors
/// Only the database's own.
pub fn trial_balance(
    tables: &(impl Tables + ?Sized),
    now_ms: u64,
) -> Result<TrialBalance, DatabaseError> {
    let wrong: Vec<i64> = typed::all(
        tables,
        &format!(
            "SELECT a.account FROM accounts a LEFT JOIN ({SAID}) t ON t.account = a.account
             WHERE a.debits_pending <> coalesce(t.dp, 0) OR a.debits_posted <> coalesce(t.dd, 0)
                OR a.credits_pending <> coalesce(t.cp, 0) OR a.credits_posted <> coalesce(t.cc, 0)"
        ),
        &[],
    )?;
    let before = "SELECT account FROM accounts WHERE frozen_at_ms IS NOT NULL";
    for account in typed::all::<i64>(tables, before, &[])? {
        if !wrong.contains(&account) {
            let free = "UPDATE accounts SET frozen_at_ms = NULL WHERE account = ?";
            tables.run(free, &[account.into()])?;
        }
    }
    for account in &wrong {
        let freeze =
            "UPDATE accounts SET frozen_at_ms = ? WHERE account = ? AND frozen_at_ms IS NULL";
        tables.run(freeze, &[now_ms.into(), (*account).into()])?;
    }
    let counted = typed::one(tables, "SELECT count(*) FROM accounts", &[])?;
    let found = TrialBalance {
        at_ms: now_ms,
        accounts: counted.unwrap_or(0),
        wrong: wrong.len() as u64,
    };
    tables.run(
        "INSERT OR REPLACE INTO trial_balances (at_ms, accounts, wrong) VALUES (?, ?, ?)",
        &[
            found.at_ms.into(),
            found.accounts.into(),
            found.wrong.into(),
        ],
    )?;
    Ok(found)
}

/// How the books stand.
///
/// # Errors
/// Only the database's own.
pub fn standing(tables: &(impl Tables + ?Sized)) -> Result<Standing, DatabaseError> {
    let frozen = typed::all(
        tables,
        "SELECT name FROM accounts WHERE frozen_at_ms IS NOT NULL ORDER BY name LIMIT 100",
        &[],
    )?;
    let last = typed::find(tables, "true ORDER BY at_ms DESC LIMIT 1", &[])?;
    Ok(Standing { frozen, last })
}
