//! What the key centre's console shows: how full its spaces are. Never who is in them.

use serde_json::{Map, Value, json};

use super::{KeyCentre, ROLES};
use crate::office::fault::Fault;
use crate::ports::{Ports, Tables};

impl<P: Ports> KeyCentre<P> {
    pub(super) fn console(&self) -> Result<Value, Fault> {
        let settings = &self.office.settings;
        let rows = self.office.tables().run(
            "SELECT s.role, s.number, s.holder_degree, s.party_degree,
                (SELECT count(*) FROM issued i WHERE i.role = s.role AND i.epoch = s.epoch
                    AND i.number = s.number AND i.kind = 'holder'),
                (SELECT count(*) FROM issued i WHERE i.role = s.role AND i.epoch = s.epoch
                    AND i.number = s.number AND i.kind = 'party')
             FROM spaces s WHERE s.epoch = ? ORDER BY s.role, s.number LIMIT 100",
            &[settings.epoch.into()],
        )?;
        let mut spaces = Vec::new();
        let mut counters = Map::new();
        for row in &rows {
            let number: u8 = row.number(0)?;
            let role = ROLES.into_iter().find(|role| role.number() == number);
            let role = role.ok_or_else(Fault::internal)?.as_str();
            let (holders, parties) = (row.integer(4)?, row.integer(5)?);
            for (name, issued) in [("holders", holders), ("parties", parties)] {
                let counter = counters
                    .entry(format!("{role}_{name}"))
                    .or_insert(Value::from(0));
                *counter = Value::from(counter.as_i64().unwrap_or(0) + issued);
            }
            spaces.push(json!({
                "role": role,
                "number": row.integer(1)?,
                "holders": holders,
                "holder_cap": row.integer(2)?,
                "parties": parties,
                "party_cap": row.integer(3)?,
            }));
        }
        Ok(json!({
            "role": settings.role.as_str(),
            "domain": settings.domain.as_str(),
            "name": settings.name,
            "orders": [],
            "more": false,
            "ledger": [],
            "counters": counters,
            "spaces": spaces,
        }))
    }
}
