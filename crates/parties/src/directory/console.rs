//! What the directory's console shows: what it has, and what is revoked.

use data_encoding::HEXLOWER;
use tallystick_protocol::trust::certificate::revocation::{Revocation, RevocationReason};
use tallystick_protocol::wire::identifier::Role;

use super::Directory;
use crate::console::{Cell, Counters, Show, Table};
use crate::office::fault::Fault;
use crate::ports::{DatabaseError, Ports, Row, Tables};
use crate::store::typed::{self, Stored};

/// How many rows of each table the console shows.
const SHOWN: u32 = 100;

impl<P: Ports> Show for Directory<P> {
    fn counters(&self) -> Result<Counters, Fault> {
        let counted: Option<(u64, u64)> = typed::one(
            self.office.tables(),
            "SELECT count(*) FILTER (WHERE role = ?), count(*) FROM directory_certificates",
            &[Role::Holder.number().into()],
        )?;
        let (holders, all) = counted.ok_or_else(Fault::internal)?;
        let revoked = self.newest()?.map_or(0, |list| list.revoked().len());
        Ok(Counters::from([
            ("party_certificates".to_owned(), all - holders),
            ("holder_certificates".to_owned(), holders),
            (
                "revoked_certificates".to_owned(),
                u64::try_from(revoked).unwrap_or(u64::MAX),
            ),
        ]))
    }

    fn tables(&self) -> Result<Vec<Table>, Fault> {
        let rows = self.office.tables().run(
            "SELECT role, name, domain, registered_at, not_after, serial FROM directory_certificates
             ORDER BY registered_at DESC LIMIT ?",
            &[SHOWN.into()],
        )?;
        let certificates = Table {
            name: "certificates",
            columns: &[
                "role",
                "subject",
                "party",
                "registered",
                "ends",
                "certificate",
            ],
            rows: rows.iter().map(certificate).collect::<Result<_, _>>()?,
        };
        Ok(vec![self.lists()?, self.revoked()?, certificates])
    }
}

impl<P: Ports> Directory<P> {
    fn lists(&self) -> Result<Table, Fault> {
        let list = self.newest()?;
        let rows = list.iter().map(|list| {
            vec![
                count(list.number()),
                Cell::Time(list.this_update().0),
                Cell::Time(list.next_update().0),
                count(list.revoked().len()),
            ]
        });
        Ok(Table {
            name: "revocation-list",
            columns: &["number", "made", "ends", "certificates"],
            rows: rows.collect(),
        })
    }

    fn revoked(&self) -> Result<Table, Fault> {
        let list = self.newest()?;
        let mut revoked: Vec<_> = list.iter().flat_map(|list| list.revoked()).collect();
        revoked.sort_by_key(|one| core::cmp::Reverse(one.at));
        let line = |one: &Revocation| {
            vec![
                Cell::Text(HEXLOWER.encode(&one.serial)),
                Cell::Time(one.at.0),
                Cell::or_none(one.reason, |reason: RevocationReason| {
                    Cell::word(reason.as_str())
                }),
            ]
        };
        let shown = revoked.into_iter().take(SHOWN as usize);
        Ok(Table {
            name: "revoked",
            columns: &["certificate", "revoked", "reason"],
            rows: shown.map(line).collect(),
        })
    }
}

fn count(number: impl TryInto<i64>) -> Cell {
    Cell::Count(number.try_into().unwrap_or(i64::MAX))
}

fn certificate(row: &Row) -> Result<Vec<Cell>, DatabaseError> {
    let number: u8 = row.number(0)?;
    let role = Role::ALL.into_iter().find(|role| role.number() == number);
    let domain = <Option<String> as Stored>::read(row, 2)?;
    Ok(vec![
        Cell::or_none(role, |role| Cell::word(role.as_str())),
        Cell::Text(row.text(1)?.to_owned()),
        Cell::or_none(domain, Cell::Party),
        Cell::Time(row.number(3)?),
        Cell::Time(row.number(4)?),
        Cell::Text(HEXLOWER.encode(row.blob(5)?)),
    ])
}
