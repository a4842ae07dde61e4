//! Moving an account to another device. Its holder shows the account code; the wallet enrolled
//! before is revoked at once, and a new grant enrols the next one. Keys never move.

use data_encoding::HEXLOWER;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use tallystick_protocol::account::{AccountOffer, CardNumber, CardRecord};
use tallystick_protocol::trust::statement::{Audience, open};
use tallystick_protocol::wire::identifier::Role;
use tallystick_protocol::wire::time::Timestamp;

use super::accounts::{self, GRANT_SECONDS, grant_digest};
use super::{Issuer, account_code, homes, recalling, revocation};
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer, Incoming};
use crate::ports::database::first;
use crate::ports::{DatabaseError, Ports, Random, Row, Tables};
use crate::store::rows;

/// The body of `POST /v1/renewals`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Renewal {
    code: String,
}

#[derive(Serialize)]
struct Code<'a> {
    code: &'a str,
}

impl<P: Ports> Issuer<P> {
    /// `POST /v1/account-codes`: gives the account of an offer its code, to be shown once. Whoever
    /// holds the offer may ask, until a wallet was enrolled with it; asking again, because the
    /// answer was lost, replaces the code.
    pub(super) async fn make_account_code(&self, request: &Incoming) -> Result<Answer, Fault> {
        let body = web::body_as(request, web::COSE)?;
        let identity = self.office.identity()?;
        let now = self.office.now();
        let offer = open::<AccountOffer>(body, &identity.anchors, now, Role::Issuer)?;
        offer.require_sender(&self.office.settings.domain)?;
        let number = HEXLOWER.encode(&offer.message.envelope.transaction);
        self.office.admit_holder("account-codes", &number)?;
        let code = account_code::draw(&mut self.office.rng());
        let kept = account_code::digest(&code).ok_or_else(Fault::internal)?;
        let (grant, generation) = (&offer.message.grant, self.office.settings.generation);
        self.office.transaction(|tables| {
            if recalling::is_of_before(tables, generation, &grant_digest(grant))? {
                return Err(recalling::may_be_used());
            }
            keep_code(tables, grant, &kept, now)
        })?;
        Ok(web::json(StatusCode::OK, &Code { code: &code }))
    }

    /// `POST /v1/renewals`: revokes the wallet that is enrolled for the account and offers the card
    /// anew. An earlier offer of the account, too, is worth nothing from now on.
    pub(super) async fn renew(&self, request: &Incoming) -> Result<Answer, Fault> {
        let renewal: Renewal = web::json_body(request)?;
        let unknown = || Fault::new(Kind::Unauthorised, "No account has this code.");
        let code = account_code::digest(&renewal.code).ok_or_else(unknown)?;
        let mut grant = [0; 32];
        let mut number = [0; 32];
        self.office.ports.random().fill(&mut grant);
        self.office.ports.random().fill(&mut number);
        let now = self.office.now();
        let (row, revoked) = self.office.transaction(|tables| {
            let row = first(
                tables,
                "UPDATE issuer_accounts SET grant_digest = ?, grant_expires_at = ?, grant_generation = ?
                 WHERE account = (SELECT account FROM issuer_account_codes WHERE code_digest = ?)
                 RETURNING account, card_number, card_expiry, holder_name, telephone,
                    limit_minor, currency",
                &[
                    grant_digest(&grant).into(),
                    now.plus_seconds(GRANT_SECONDS).into(),
                    self.office.settings.generation.into(),
                    code.into(),
                ],
            )?
            .ok_or_else(unknown)?;
            accounts::require_open(tables, row.integer(0)?)?;
            let revoked = revocation::revoke(tables, row.integer(0)?, now)?;
            homes::changed(self, tables, row.integer(0)?)?;
            Ok::<_, Fault>((row, revoked))
        })?;
        self.settle(row.integer(0)?).await?;
        let outcome = if revoked { "revoked" } else { "unused" };
        self.office.log("account-moved", None, outcome);
        let offer = AccountOffer {
            envelope: self
                .office
                .envelope(Audience::Holder, number, GRANT_SECONDS),
            card: card_record(&row)?,
            limit: Some(rows::money(&row, 5)?).filter(|limit| limit.minor > 0),
            grant,
            instrument: self.said_instrument(),
        };
        Ok(web::cose(self.office.say(&offer).await?))
    }
}

fn keep_code(
    tables: &dyn Tables,
    grant: &[u8; 32],
    code: &[u8; 32],
    now: Timestamp,
) -> Result<(), Fault> {
    let row = first(
        tables,
        "SELECT account FROM issuer_accounts a WHERE grant_digest = ?
            AND NOT EXISTS (SELECT 1 FROM issuer_holders h WHERE h.account = a.account)
            AND NOT EXISTS (SELECT 1 FROM issuer_revoked_holders r WHERE r.account = a.account)",
        &[grant_digest(grant).into()],
    )?
    .ok_or_else(|| Fault::new(Kind::Conflict, "A wallet has this card already."))?;
    tables.run(
        "INSERT INTO issuer_account_codes (account, code_digest, made_at) VALUES (?, ?, ?)
         ON CONFLICT (account) DO UPDATE SET code_digest = excluded.code_digest, made_at = excluded.made_at",
        &[row.integer(0)?.into(), code.into(), now.into()],
    )?;
    Ok(())
}

fn card_record(row: &Row) -> Result<CardRecord, DatabaseError> {
    let number = CardNumber::parse(row.text(1)?).map_err(|_| DatabaseError::Shape(1))?;
    let expiry = row.text(2)?.parse().map_err(|_| DatabaseError::Shape(2))?;
    CardRecord::new(number, expiry, row.text(3)?, row.text(4)?).map_err(|_| DatabaseError::Shape(3))
}
