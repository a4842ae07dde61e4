//! What the home proxy's console shows: which homes are there, and whether they are connected. Never what is lent, to
//! whom, or what is bought.

use data_encoding::HEXLOWER;

use super::HomeProxy;
use crate::console::{Cell, Counters, Show, Table};
use crate::office::fault::Fault;
use crate::ports::Ports;
use crate::store::typed;

/// How many homes the console shows.
const SHOWN: u32 = 50;

/// Its name's beginning, when it was used last, since when it is connected, how many terminals it has, whether it is
/// being stopped.
type Shown = (Vec<u8>, u64, Option<u64>, u64, bool);

impl<P: Ports> Show for HomeProxy<P> {
    fn counters(&self) -> Result<Counters, Fault> {
        let sql = "SELECT (SELECT count(*) FROM homes), (SELECT count(connection) FROM homes),
            (SELECT count(*) FROM home_terminals),
            (SELECT count(*) FROM home_sessions WHERE terminal IS NOT NULL AND expires_at > ?),
            (SELECT count(*) FROM hosted_cards)";
        let now = self.office.now().into();
        let counted: Option<(u64, u64, u64, u64, u64)> =
            typed::one(self.office.tables(), sql, &[now])?;
        let (homes, connected, terminals, sessions, hosted) =
            counted.ok_or_else(Fault::internal)?;
        Ok(Counters::from([
            ("homes".to_owned(), homes),
            ("homes_connected".to_owned(), connected),
            ("home_terminals".to_owned(), terminals),
            ("home_sessions".to_owned(), sessions),
            ("hosted_cards".to_owned(), hosted),
        ]))
    }

    fn tables(&self) -> Result<Vec<Table>, Fault> {
        let rows: Vec<Shown> = typed::all(
            self.office.tables(),
            "SELECT substr(h.home, 1, 8), h.used_at, h.connected_at,
                (SELECT count(*) FROM home_terminals t WHERE t.home = h.home), h.stop IS NOT NULL
             FROM homes h ORDER BY h.used_at DESC LIMIT ?",
            &[SHOWN.into()],
        )?;
        let line = |(home, used_at, connected_at, terminals, stops): Shown| {
            let state = match (stops, connected_at) {
                (true, _) => "stopping",
                (false, Some(_)) => "connected",
                (false, None) => "away",
            };
            vec![
                Cell::Text(HEXLOWER.encode(&home)),
                Cell::Time(used_at),
                Cell::word(state),
                Cell::or_none(connected_at, Cell::Time),
                Cell::Count(i64::try_from(terminals).unwrap_or(i64::MAX)),
            ]
        };
        Ok(vec![Table {
            name: "homes",
            columns: &["home", "used", "state", "connected", "terminals"],
            rows: rows.into_iter().map(line).collect(),
        }])
    }
}
