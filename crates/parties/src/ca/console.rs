//! What the CA's console shows: which certificates it issued.

use data_encoding::HEXLOWER;
use tallystick_protocol::wire::identifier::Role;

use super::{Ca, revoking};
use crate::console::commands::{Arguments, CommandShape};
use crate::console::{Cell, Counters, Show, Table};
use crate::office::fault::Fault;
use crate::ports::{DatabaseError, Ports, Row, Tables};
use crate::store::rows;
use crate::store::typed::Stored;

/// How many certificates the console shows.
const SHOWN: u32 = 100;

impl<P: Ports> Show for Ca<P> {
    fn commands(&self) -> &'static [CommandShape] {
        revoking::COMMANDS
    }

    fn obey(&self, tables: &dyn Tables, command: &str, told: &Arguments<'_>) -> Result<(), Fault> {
        self.carry_out(tables, command, told)
    }

    fn counters(&self) -> Result<Counters, Fault> {
        let counted = self.office.tables().run(
            "SELECT count(*) FILTER (WHERE role = ?), count(*), count(revoked_at) FROM certificates
             WHERE certificate IS NOT NULL",
            &[Role::Holder.number().into()],
        )?;
        let counted = counted.first().ok_or_else(Fault::internal)?;
        let (holders, all): (u64, u64) = (counted.number(0)?, counted.number(1)?);
        let revoked = counted.number(2)?;
        Ok(Counters::from([
            ("party_certificates".to_owned(), all - holders),
            ("holder_certificates".to_owned(), holders),
            ("revoked_certificates".to_owned(), revoked),
        ]))
    }

    fn tables(&self) -> Result<Vec<Table>, Fault> {
        let rows = self.office.tables().run(
            "SELECT role, asker, subject, made_at, not_after, serial, revoked_at FROM certificates
             WHERE certificate IS NOT NULL ORDER BY id DESC LIMIT ?",
            &[SHOWN.into()],
        )?;
        Ok(vec![Table {
            name: "certificates",
            columns: &[
                "role",
                "subject",
                "asker",
                "made",
                "ends",
                "certificate",
                "revoked",
            ],
            rows: rows.iter().map(row).collect::<Result<_, _>>()?,
        }])
    }
}

/// `asker` is "role|domain" of a party, or the domain of a holder's issuer.
fn row(row: &Row) -> Result<Vec<Cell>, DatabaseError> {
    let number: u8 = row.number(0)?;
    let role = Role::ALL.into_iter().find(|role| role.number() == number);
    let serial = rows::optional_blob(row, 5)?;
    let revoked_at = <Option<u64> as Stored>::read(row, 6)?;
    let asker = row.text(1)?;
    let asker = asker.rsplit('|').next().unwrap_or(asker);
    Ok(vec![
        Cell::or_none(role, |role| Cell::word(role.as_str())),
        Cell::Text(row.text(2)?.to_owned()),
        Cell::Party(asker.to_owned()),
        Cell::Time(row.number(3)?),
        Cell::Time(row.number(4)?),
        Cell::or_none(serial, |serial| Cell::Text(HEXLOWER.encode(&serial))),
        Cell::or_none(revoked_at, Cell::Time),
    ])
}
