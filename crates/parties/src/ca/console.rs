//! What the CA's console shows: which certificates it issued.

use serde_json::{Value, json};
use tallystick_protocol::wire::identifier::Role;

use super::Ca;
use crate::office::fault::Fault;
use crate::ports::{Ports, Row, Tables};

impl<P: Ports> Ca<P> {
    pub(super) fn console(&self) -> Result<Value, Fault> {
        let settings = &self.office.settings;
        let tables = self.office.tables();
        let rows = tables.run(
            "SELECT role, asker, subject, made_at, not_after FROM certificates
             WHERE certificate IS NOT NULL ORDER BY id DESC LIMIT 100",
            &[],
        )?;
        let counted = tables.run(
            "SELECT count(*) FILTER (WHERE role = ?), count(*) FROM certificates
             WHERE certificate IS NOT NULL",
            &[Role::Holder.number().into()],
        )?;
        let counted = counted.first().ok_or_else(Fault::internal)?;
        let (holders, all) = (counted.integer(0)?, counted.integer(1)?);
        Ok(json!({
            "role": settings.role.as_str(),
            "domain": settings.domain.as_str(),
            "name": settings.name,
            "orders": [],
            "more": false,
            "ledger": [],
            "counters": { "party_certificates": all - holders, "holder_certificates": holders },
            "certificates": rows.iter().map(line).collect::<Result<Vec<_>, _>>()?,
        }))
    }
}

fn line(row: &Row) -> Result<Value, Fault> {
    let number: u8 = row.number(0)?;
    let role = Role::ALL.into_iter().find(|role| role.number() == number);
    Ok(json!({
        "role": role.map(Role::as_str),
        "asker": row.text(1)?,
        "subject": row.text(2)?,
        "made_at": row.integer(3)?,
        "not_after": row.integer(4)?,
    }))
}
