//! The list of revoked certificates: signed anew when something was revoked, and otherwise before it is void.
//!
//! A list is decided with its number and its bytes, then signed, then kept and sent to the directory. Whatever
//! ends in between, the next one who comes signs the same bytes.

use tallystick_protocol::trust::certificate::revocation::{
    LIST_ENTRIES_MAX, Revocation, RevocationReason, UnsignedRevocationList,
};
use tallystick_protocol::trust::certificate::{Certificate, Lifetime};
use tallystick_protocol::wire::time::Timestamp;

use super::Ca;
use crate::office::fault::Fault;
use crate::ports::{DatabaseError, Ports, Tables};
use crate::post::due::{self, NewJob, Next};
use crate::standing::revocations;
use crate::store::typed;

/// The kind of the job that signs the next list.
pub(super) const LISTING: &str = "revocation-list";
/// For how long a list is valid, in seconds (a day): so long the directory or the CA may be silent.
const VALID_SECONDS: u64 = 86_400;
/// How old a list becomes before the next one is signed, in seconds (six hours).
const RENEWED_SECONDS: u64 = 6 * 3_600;
/// How long after its end a revoked certificate stays on the list, in seconds (a day): on one list that was made
/// after its end at least (RFC 5280 §3.3), and until no clock takes it any more.
const AFTER_END_SECONDS: u64 = 86_400;

/// A list that was decided.
struct Draft {
    number: u64,
    to_be_signed: Vec<u8>,
}

impl<P: Ports> Ca<P> {
    /// Has the next list signed as soon as something is done about what is due.
    pub(super) fn list_soon(&self, tables: &dyn Tables) -> Result<(), DatabaseError> {
        due::put(tables, &job(self.office.now_ms()), self.office.now_ms())
    }

    /// Signs a list if there is something new to say, or the one before is old; the newest list (DER).
    ///
    /// # Errors
    /// Database and signing errors; what was decided stays decided.
    pub(super) async fn ensure_list(&self) -> Result<Vec<u8>, Fault> {
        let office = &self.office;
        // Twice, because what was decided before a crash may not say what was revoked after it.
        for _ in 0..2 {
            let Some(draft) = office.transaction(|tables| self.decide_list(tables))? else {
                break;
            };
            let signature = office.sign_uncertified(&draft.to_be_signed).await?;
            let list = UnsignedRevocationList::from_to_be_signed(draft.to_be_signed);
            self.keep_list(draft.number, &list.finish(&signature)?)?;
        }
        let newest =
            "SELECT list FROM revocation_lists WHERE list IS NOT NULL ORDER BY number DESC LIMIT 1";
        typed::one(office.tables(), newest, &[])?.ok_or_else(Fault::internal)
    }

    /// The list that is to be signed, if one is.
    fn decide_list(&self, tables: &dyn Tables) -> Result<Option<Draft>, Fault> {
        type Newest = (u64, Timestamp, bool, Vec<u8>);
        let newest: Option<Newest> = typed::one(
            tables,
            "SELECT number, made_at, list IS NOT NULL, to_be_signed FROM revocation_lists
             ORDER BY number DESC LIMIT 1",
            &[],
        )?;
        let now = self.office.now();
        if let Some((number, made_at, is_signed, to_be_signed)) = newest {
            if !is_signed && now < made_at.plus_seconds(RENEWED_SECONDS) {
                return Ok(Some(Draft {
                    number,
                    to_be_signed,
                }));
            }
            let is_fresh = is_signed && now < made_at.plus_seconds(RENEWED_SECONDS);
            if is_fresh && !has_unlisted(tables)? {
                return Ok(None);
            }
        }
        self.new_list(tables, now).map(Some)
    }

    fn new_list(&self, tables: &dyn Tables, now: Timestamp) -> Result<Draft, Fault> {
        let sql =
            "INSERT INTO revocation_lists (made_at, to_be_signed) VALUES (?, x'') RETURNING number";
        let number: Option<u64> = typed::one(tables, sql, &[now.into()])?;
        let number = number.ok_or(DatabaseError::RolledBack)?;
        let root = Certificate::from_der(&self.office.identity()?.certificate)?;
        let lifetime = Lifetime {
            not_before: now,
            not_after: now.plus_seconds(VALID_SECONDS),
        };
        let list = UnsignedRevocationList::new(&root, number, lifetime, listed(tables, now)?)?;
        let to_be_signed = list.to_be_signed().to_vec();
        tables.run(
            "UPDATE revocation_lists SET to_be_signed = ? WHERE number = ?",
            &[(&to_be_signed).into(), number.into()],
        )?;
        tables.run(
            "UPDATE certificates SET listed_in = ? WHERE revoked_at IS NOT NULL AND listed_in IS NULL",
            &[number.into()],
        )?;
        Ok(Draft {
            number,
            to_be_signed,
        })
    }

    /// Of two signatures made at once, the first makes the list. It is the newest from now on, here and, by a
    /// letter, at the directory.
    fn keep_list(&self, number: u64, list: &[u8]) -> Result<(), Fault> {
        let office = &self.office;
        let roots = office.roots()?.ok_or_else(Fault::internal)?;
        let verified = roots.verify_list_ever(list)?;
        let is_first = office.transaction(|tables| {
            let kept: Option<i64> = typed::one(
                tables,
                "UPDATE revocation_lists SET list = ? WHERE number = ? AND list IS NULL RETURNING 1",
                &[list.into(), number.into()],
            )?;
            if kept.is_none() {
                return Ok(false);
            }
            let sql = "DELETE FROM revocation_lists WHERE number < ?";
            tables.run(sql, &[number.into()])?;
            revocations::keep(tables, &verified)?;
            self.register_list(tables, &verified)?;
            let again = verified.this_update().plus_seconds(RENEWED_SECONDS);
            due::put(tables, &job(again.0 * 1000), office.now_ms())?;
            Ok::<_, Fault>(true)
        })?;
        if is_first {
            office.identity.replace(None);
            office.log("revocations-listed", None, "ok");
        }
        Ok(())
    }

    /// The job: a list if one is to be signed. When the next one is.
    pub(super) async fn list_when_due(&self) -> Result<Next, Fault> {
        self.ensure_list().await?;
        let sql = "SELECT made_at FROM revocation_lists ORDER BY number DESC LIMIT 1";
        let made_at: Option<Timestamp> = typed::one(self.office.tables(), sql, &[])?;
        let made_at = made_at.unwrap_or_else(|| self.office.now());
        Ok(Next::At(made_at.plus_seconds(RENEWED_SECONDS).0 * 1000))
    }
}

fn job(at_ms: u64) -> NewJob<'static> {
    NewJob {
        kind: LISTING,
        reference: "",
        peer: None,
        at_ms,
    }
}

/// Whether something was revoked that no list was decided for.
fn has_unlisted(tables: &dyn Tables) -> Result<bool, DatabaseError> {
    let sql =
        "SELECT 1 FROM certificates WHERE revoked_at IS NOT NULL AND listed_in IS NULL LIMIT 1";
    Ok(typed::one::<i64>(tables, sql, &[])?.is_some())
}

/// What a list made now names; one more than it can, if it cannot name all.
pub(super) fn listed(
    tables: &dyn Tables,
    now: Timestamp,
) -> Result<Vec<Revocation>, DatabaseError> {
    type Revoked = (Vec<u8>, Timestamp, Option<String>);
    let revoked: Vec<Revoked> = typed::all(
        tables,
        "SELECT serial, revoked_at, reason FROM certificates
         WHERE revoked_at IS NOT NULL AND serial IS NOT NULL AND not_after > ? ORDER BY revoked_at LIMIT ?",
        &[
            now.minus_seconds(AFTER_END_SECONDS).into(),
            u64::try_from(LIST_ENTRIES_MAX + 1).unwrap_or(u64::MAX).into(),
        ],
    )?;
    let entry = |(serial, at, reason): Revoked| Revocation {
        serial,
        at,
        reason: reason.as_deref().and_then(RevocationReason::from_name),
    };
    Ok(revoked.into_iter().map(entry).collect())
}
