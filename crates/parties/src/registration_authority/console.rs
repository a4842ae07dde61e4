//! What the registration authority's console shows: how many registered where, what the banks decided, and how far the
//! keys of purses have come. Never who.

use data_encoding::HEXLOWER;

use super::RegistrationAuthority;
use super::state::KeyState;
use crate::console::{Cell, Counters, Show, Table};
use crate::office::fault::Fault;
use crate::ports::Ports;
use crate::store::typed;

/// How many registrations and keys the console shows.
const SHOWN: u32 = 50;

impl<P: Ports> Show for RegistrationAuthority<P> {
    fn counters(&self) -> Result<Counters, Fault> {
        let sql = "SELECT count(*), count(answer), count(*) FILTER (WHERE outcome = 'opened')
            FROM ra_registrations";
        let counted: Option<(u64, u64, u64)> = typed::one(self.office.tables(), sql, &[])?;
        let (all, answered, opened) = counted.ok_or_else(Fault::internal)?;
        let mut counters = Counters::from([
            ("registrations".to_owned(), all),
            ("registrations_waiting".to_owned(), all - answered),
            ("accounts_opened".to_owned(), opened),
        ]);
        let sql = "SELECT count(*) FILTER (WHERE state = ?), count(*) FILTER (WHERE state = ?),
            count(*) FILTER (WHERE state NOT IN (?, ?)) FROM ra_purse_keys";
        let (opened, replaced) = (KeyState::Opened.as_str(), KeyState::Replaced.as_str());
        let values = [opened, replaced, opened, replaced].map(Into::into);
        let counted: Option<(u64, u64, u64)> = typed::one(self.office.tables(), sql, &values)?;
        let (opened, replaced, waiting) = counted.ok_or_else(Fault::internal)?;
        for (name, count) in [
            ("purse_keys", opened),
            ("purse_keys_replaced", replaced),
            ("purse_keys_waiting", waiting),
        ] {
            counters.insert(name.to_owned(), count);
        }
        Ok(counters)
    }

    fn tables(&self) -> Result<Vec<Table>, Fault> {
        Ok(vec![self.registrations()?, self.purse_keys()?])
    }
}

impl<P: Ports> RegistrationAuthority<P> {
    fn registrations(&self) -> Result<Table, Fault> {
        let rows: Vec<(u64, String, String, Option<u64>)> = typed::all(
            self.office.tables(),
            "SELECT received_at, bank, coalesce(outcome, iif(problem IS NULL, 'waiting', 'held-up')), answered_at
             FROM ra_registrations ORDER BY received_at DESC LIMIT ?",
            &[SHOWN.into()],
        )?;
        let line = |(at, bank, state, answered_at): (_, _, String, _)| {
            vec![
                Cell::Time(at),
                Cell::Party(bank),
                Cell::word(&state),
                Cell::or_none(answered_at, Cell::Time),
            ]
        };
        Ok(Table {
            name: "registrations",
            columns: &["at", "bank", "state", "answered"],
            rows: rows.into_iter().map(line).collect(),
        })
    }
    fn purse_keys(&self) -> Result<Table, Fault> {
        let rows: Vec<(u64, String, Vec<u8>, bool, String)> = typed::all(
            self.office.tables(),
            "SELECT received_at, bank, substr(key, 1, 8), replaces IS NOT NULL, iif(problem IS NULL, state, 'held-up')
             FROM ra_purse_keys ORDER BY received_at DESC LIMIT ?",
            &[SHOWN.into()],
        )?;
        let line = |(at, bank, key, renews, state): (_, _, Vec<u8>, bool, String)| {
            vec![
                Cell::Time(at),
                Cell::Party(bank),
                Cell::Text(HEXLOWER.encode(&key)),
                Cell::word(if renews { "renewal" } else { "application" }),
                Cell::word(&state),
            ]
        };
        Ok(Table {
            name: "purse-keys",
            columns: &["at", "bank", "key", "asked", "state"],
            rows: rows.into_iter().map(line).collect(),
        })
    }
}
