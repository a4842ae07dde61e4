//! What the key centre's console shows: how full its spaces are. Never who is in them.

use super::{KeyCentre, ROLES};
use crate::console::{Cell, Counters, Show, Table};
use crate::office::fault::Fault;
use crate::ports::Ports;
use crate::store::typed;

/// How many spaces the console shows.
const SHOWN: u32 = 100;

/// How full a space is.
struct Filled {
    role: u8,
    number: i64,
    holders_most: i64,
    parties_most: i64,
    holders: i64,
    parties: i64,
}

impl<P: Ports> Show for KeyCentre<P> {
    fn counters(&self) -> Result<Counters, Fault> {
        let mut counters = Counters::new();
        for space in self.spaces()? {
            let role = role_of(space.role)?;
            for (name, issued) in [("holders", space.holders), ("parties", space.parties)] {
                let count = counters.entry(format!("{role}_{name}")).or_default();
                *count += issued.unsigned_abs();
            }
        }
        Ok(counters)
    }

    fn tables(&self) -> Result<Vec<Table>, Fault> {
        let mut rows = Vec::new();
        for space in self.spaces()? {
            let share = |of, most| Cell::Share { of, most };
            rows.push(vec![
                Cell::word(role_of(space.role)?),
                Cell::Count(space.number),
                share(space.holders, space.holders_most),
                share(space.parties, space.parties_most),
            ]);
        }
        Ok(vec![Table {
            name: "spaces",
            columns: &["role", "space", "holders", "parties"],
            rows,
        }])
    }
}

impl<P: Ports> KeyCentre<P> {
    fn spaces(&self) -> Result<Vec<Filled>, Fault> {
        let spaces: Vec<(u8, i64, i64, i64, i64, i64)> = typed::all(
            self.office.tables(),
            "SELECT s.role, s.number, s.holder_degree, s.party_degree,
                (SELECT count(*) FROM issued i WHERE i.role = s.role AND i.epoch = s.epoch
                    AND i.number = s.number AND i.kind = 'holder'),
                (SELECT count(*) FROM issued i WHERE i.role = s.role AND i.epoch = s.epoch
                    AND i.number = s.number AND i.kind = 'party')
             FROM spaces s WHERE s.epoch = ? ORDER BY s.role, s.number LIMIT ?",
            &[self.office.settings.epoch.into(), SHOWN.into()],
        )?;
        let filled = |(role, number, holders_most, parties_most, holders, parties)| Filled {
            role,
            number,
            holders_most,
            parties_most,
            holders,
            parties,
        };
        Ok(spaces.into_iter().map(filled).collect())
    }
}

fn role_of(number: u8) -> Result<&'static str, Fault> {
    let role = ROLES.into_iter().find(|role| role.number() == number);
    Ok(role.ok_or_else(Fault::internal)?.as_str())
}
