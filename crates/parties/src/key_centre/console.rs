//! What the key centre's console shows: how full its spaces are. Never who is in them.

use super::{KeyCentre, ROLES};
use crate::console::{Cell, Counters, Show, Table};
use crate::office::fault::Fault;
use crate::ports::{Ports, Row, Tables};

/// How many spaces the console shows.
const SHOWN: u32 = 100;

impl<P: Ports> Show for KeyCentre<P> {
    fn counters(&self) -> Result<Counters, Fault> {
        let mut counters = Counters::new();
        for row in self.spaces()? {
            let role = role_of(&row)?;
            for (name, column) in [("holders", 4), ("parties", 5)] {
                let issued: u64 = row.number(column)?;
                *counters.entry(format!("{role}_{name}")).or_default() += issued;
            }
        }
        Ok(counters)
    }

    fn tables(&self) -> Result<Vec<Table>, Fault> {
        let mut rows = Vec::new();
        for row in self.spaces()? {
            let share = |of, most| -> Result<Cell, Fault> {
                Ok(Cell::Share {
                    of: row.integer(of)?,
                    most: row.integer(most)?,
                })
            };
            rows.push(vec![
                Cell::word(role_of(&row)?),
                Cell::Count(row.integer(1)?),
                share(4, 2)?,
                share(5, 3)?,
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
    /// Role, number, caps of holders and parties, issued to holders and parties.
    fn spaces(&self) -> Result<Vec<Row>, Fault> {
        Ok(self.office.tables().run(
            "SELECT s.role, s.number, s.holder_degree, s.party_degree,
                (SELECT count(*) FROM issued i WHERE i.role = s.role AND i.epoch = s.epoch
                    AND i.number = s.number AND i.kind = 'holder'),
                (SELECT count(*) FROM issued i WHERE i.role = s.role AND i.epoch = s.epoch
                    AND i.number = s.number AND i.kind = 'party')
             FROM spaces s WHERE s.epoch = ? ORDER BY s.role, s.number LIMIT ?",
            &[self.office.settings.epoch.into(), SHOWN.into()],
        )?)
    }
}

fn role_of(row: &Row) -> Result<&'static str, Fault> {
    let number: u8 = row.number(0)?;
    let role = ROLES.into_iter().find(|role| role.number() == number);
    Ok(role.ok_or_else(Fault::internal)?.as_str())
}
