//! Mandates: an owner's leave to collect from an account. A client lodges what its customer signed.

use serde::Deserialize;
use tallystick_protocol::wire::time::Timestamp;

use super::accounts::Account;
use super::{BankingSystem, Client, checks};
use crate::iso20022::pain002::Reason;
use crate::iso20022::{Date, Mandate, Reference};
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer, Incoming};
use crate::ports::{DatabaseError, Ports, Tables};
use crate::store::typed::{self, typed_row};

typed_row! {
    struct Lodged in "banking_mandates" {
        account: i64 = "account",
        signed_on: String = "signed_on",
        ended_at: Option<Timestamp> = "ended_at",
    }
}

/// The body of `POST /v1/mandates`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Application {
    iban: String,
    name: String,
    id: String,
    signed_on: String,
}

impl<P: Ports> BankingSystem<P> {
    /// `POST /v1/mandates`: notes that the owner of an account lets the client collect from it. Lodged again it is
    /// the same mandate; one that ended stays ended.
    pub(super) fn lodge(&self, request: &Incoming) -> Result<Answer, Fault> {
        let client = self.client("mandates", request)?;
        let told: Application = web::json_body(request)?;
        let unread = |error| Fault::malformed(format!("{error}."));
        let mandate = Mandate {
            id: Reference::new(&told.id).map_err(unread)?,
            signed_on: told
                .signed_on
                .parse()
                .map_err(|_| Fault::malformed("The day of signature is no day."))?,
        };
        let now = self.office.now();
        if mandate.signed_on > Date::of(now).next() {
            return Err(Fault::malformed("The mandate was signed in the future."));
        }
        let finding = self.office.transaction(|tables| {
            let account = match checks::find(tables, &told.iban, &told.name)? {
                Ok(account) => account,
                Err(reason) => return Ok(Err(reason)),
            };
            store(tables, client, &account, &mandate, now)
        })?;
        Ok(checks::answer(finding))
    }
}

fn store(
    tables: &dyn Tables,
    client: &Client,
    account: &Account,
    mandate: &Mandate,
    now: Timestamp,
) -> Result<Result<(), Reason>, Fault> {
    if let Some(before) = find(tables, client, mandate)? {
        let is_same =
            before.account == account.account && before.signed_on == mandate.signed_on.to_string();
        if !is_same {
            let other = "Another mandate was lodged under this name.";
            return Err(Fault::new(Kind::Replayed, other));
        }
        return Ok(before.ended_at.map_or(Ok(()), |_| Err(Reason::NoMandate)));
    }
    tables.run(
        "INSERT INTO banking_mandates (client, id, account, signed_on, lodged_at) VALUES (?, ?, ?, ?, ?)",
        &[
            client.domain.as_str().into(),
            mandate.id.as_str().into(),
            account.account.into(),
            mandate.signed_on.to_string().into(),
            now.into(),
        ],
    )?;
    Ok(Ok(()))
}

fn find(
    tables: &dyn Tables,
    client: &Client,
    mandate: &Mandate,
) -> Result<Option<Lodged>, DatabaseError> {
    let named = [client.domain.as_str().into(), mandate.id.as_str().into()];
    typed::find(tables, "client = ? AND id = ?", &named)
}

/// Whether the owner of the account lets the client collect, by this very mandate.
pub(super) fn is_good(
    tables: &dyn Tables,
    client: &Client,
    account: &Account,
    mandate: &Mandate,
) -> Result<bool, DatabaseError> {
    let lodged = find(tables, client, mandate)?;
    Ok(lodged.is_some_and(|lodged| {
        lodged.account == account.account
            && lodged.ended_at.is_none()
            && lodged.signed_on == mandate.signed_on.to_string()
    }))
}

/// Ends all mandates of an account: its owner revoked them.
pub(super) fn end_all(
    tables: &dyn Tables,
    account: i64,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let sql = "UPDATE banking_mandates SET ended_at = ? WHERE account = ? AND ended_at IS NULL";
    tables.run(sql, &[now.into(), account.into()])?;
    Ok(())
}
