//! Where accounts live. The office opens, enrols, moves and locks them; a wallet that is enrolled with an issuer of
//! many shards has its account at its own shard, with the balance. What the office decides about an account it
//! tells that shard, by a job, as the account stands when the job runs; a version keeps what comes late from
//! undoing it. What is free on an account at an object where it does not live is sent on: from a shard to the
//! office, from the office to where it lives.

use data_encoding::HEXLOWER;
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};
use tallystick_protocol::wire::identifier::HolderId;
use tallystick_protocol::wire::time::Timestamp;

use super::{Issuer, accounts, books, revocation};
use crate::ledger::across::{self, Crossing};
use crate::ledger::{Account, AccountKind};
use crate::office::across::{self as crossing, ACROSS};
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer, Incoming};
use crate::office::place::{Place, Shards};
use crate::payer::FREED;
use crate::ports::database::first;
use crate::ports::{DatabaseError, Ports, Tables};
use crate::post::due::{self, Job, NewJob, Next};
use crate::store::typed;

/// The kind of the job that tells a shard of a holder's account; its reference is the holder in hexadecimal.
pub(super) const TELL: &str = "account";
/// Where a shard hears of accounts.
pub(super) const PATH: &str = "/siblings/accounts";

/// How long money that a command asked a shard for waits at the office for it, in milliseconds.
const FOR_COMMAND_MS: u64 = 60_000;

/// How many accounts are told of after a command at most.
const SETTLED_AT_ONCE: u32 = 20;

/// An account and the holder who has it or had it, as the office tells the holder's shard.
#[derive(Encode, Decode)]
#[cbor(map)]
struct Told {
    #[n(0)]
    account: i64,
    #[n(1)]
    version: u64,
    #[n(2)]
    card_number: String,
    #[n(3)]
    card_expiry: String,
    #[n(4)]
    holder_name: String,
    #[n(5)]
    telephone: String,
    #[n(6)]
    limit_minor: u64,
    #[n(7)]
    currency: String,
    #[n(8)]
    opened_at: u64,
    #[n(9)]
    locked_at: Option<u64>,
    #[n(10)]
    holder: ByteVec,
    #[n(11)]
    certificate: Option<ByteVec>,
    #[n(12)]
    enrolled_at: u64,
    /// Since when the holder has it no more.
    #[n(13)]
    revoked_at: Option<u64>,
}

/// At the office: from now on the holder's account is at the holder's shard, and is told it as it stands. Call it
/// in the transaction that gives the holder a certificate; `is_first`: the holder had none before. What was
/// enrolled before there were shards stays at the office until it is moved to other keys.
pub(super) fn enrolled<P: Ports>(
    issuer: &Issuer<P>,
    tables: &dyn Tables,
    account: i64,
    holder: &HolderId,
    is_first: bool,
) -> Result<(), Fault> {
    if issuer.office.spread()?.shards.is_none() {
        return Ok(());
    }
    if is_first {
        tables.run(
            "INSERT INTO issuer_homes (holder, account) VALUES (?, ?) ON CONFLICT DO NOTHING",
            &[holder.0.into(), account.into()],
        )?;
    }
    changed(issuer, tables, account)
}

/// At the office: tells the shards of an account that it is not what it was. Call it in the transaction that
/// changed something.
pub(crate) fn changed<P: Ports>(
    issuer: &Issuer<P>,
    tables: &dyn Tables,
    account: i64,
) -> Result<(), Fault> {
    if !issuer.has_shards()? {
        return Ok(());
    }
    let version = "UPDATE issuer_accounts SET version = version + 1 WHERE account = ?";
    tables.run(version, &[account.into()])?;
    // Those who are revoked are told so until they have heard it once; saying it again would do no harm.
    let sql = "SELECT h.holder FROM issuer_homes h WHERE h.account = ? AND h.is_over = 0";
    for row in tables.run(sql, &[account.into()])? {
        issuer.tell_later(tables, &HolderId(row.bytes32(0)?))?;
    }
    issuer.look_at(tables, account, issuer.office.now_ms())
}

/// At the office: the shard at which an account lives, if it lives at one.
pub(crate) fn shard_of(
    tables: &(impl Tables + ?Sized),
    shards: Shards,
    account: i64,
) -> Result<Option<Place>, DatabaseError> {
    let sql = "SELECT h.holder FROM issuer_holders h JOIN issuer_homes x ON x.holder = h.holder
        WHERE h.account = ? AND h.certificate IS NOT NULL";
    let row = first(tables, sql, &[account.into()])?;
    row.map(|row| Ok(shards.of(row.bytes32(0)?[0]))).transpose()
}

impl<P: Ports> Issuer<P> {
    fn tell_later(&self, tables: &dyn Tables, holder: &HolderId) -> Result<(), Fault> {
        let now_ms = self.office.now_ms();
        let shard = self.office.spread()?.shards.of(holder.0[0]).to_string();
        let job = NewJob {
            kind: TELL,
            reference: &HEXLOWER.encode(&holder.0),
            peer: Some(&shard),
            at_ms: now_ms,
        };
        Ok(due::put(tables, &job, now_ms)?)
    }

    /// Has what is free on an account looked at: whether it has to be sent on.
    pub(crate) fn look_at(
        &self,
        tables: &dyn Tables,
        account: i64,
        at_ms: u64,
    ) -> Result<(), Fault> {
        let job = NewJob {
            kind: FREED,
            reference: &books::name_of(account),
            peer: None,
            at_ms,
        };
        Ok(due::put(tables, &job, self.office.now_ms())?)
    }

    /// Sends on what is free on the account of this name, if it lives at another object.
    pub(crate) fn send_on(&self, name: &str) -> Result<Next, Fault> {
        let Some(account) = books::account_of(name) else {
            return Ok(Next::Done);
        };
        self.office.transaction(|tables| {
            let Some(limit) = accounts::limit(tables, account)? else {
                return Ok(Next::Done);
            };
            let free = across::free(tables, name, limit.currency)?;
            if let (Some(money), Some(place)) = (free, self.elsewhere(tables, account)?) {
                let holder = Account {
                    kind: AccountKind::Holder,
                    name,
                };
                self.office.send_across(tables, holder, money, place)?;
            }
            Ok(Next::Done)
        })
    }

    /// Where an account lives, if it lives elsewhere.
    fn elsewhere(&self, tables: &dyn Tables, account: i64) -> Result<Option<Place>, Fault> {
        if !self.office.is_shard() {
            return Ok(shard_of(tables, self.office.spread()?.shards, account)?);
        }
        let sql = "SELECT EXISTS (SELECT 1 FROM issuer_holders WHERE account = ?1),
            EXISTS (SELECT 1 FROM issuer_revoked_holders WHERE account = ?1)";
        let row = first(tables, sql, &[account.into()])?.ok_or_else(Fault::internal)?;
        let is_gone = row.integer(0)? == 0 && row.integer(1)? == 1;
        Ok(is_gone.then_some(Place::Office))
    }

    /// Says a crossing to its receiver; of an account, not before that has heard of it.
    pub(super) async fn carry_on(&self, job: &Job) -> Result<Next, Fault> {
        let tables = self.office.tables();
        if let Some(crossing) = across::under_way(tables, &job.reference)?
            && !self.office.is_shard()
            && let Some(account) = books::account_of(&crossing.account)
        {
            let sql =
                "SELECT 1 FROM due d JOIN issuer_holders h ON lower(hex(h.holder)) = d.reference
                WHERE d.kind = ? AND h.account = ?";
            if first(tables, sql, &[TELL.into(), account.into()])?.is_some() {
                return Ok(Next::Later);
            }
        }
        self.office.carry_across(job).await
    }

    /// Takes in money that another object sent for an account.
    pub(crate) fn take_in(&self, request: &Incoming) -> Result<Answer, Fault> {
        self.office
            .take_in(request, |tables, came| self.arrived(tables, came))
    }

    /// Money came here: has its account looked at, if it is a holder's.
    pub(crate) fn arrived(&self, tables: &dyn Tables, came: &Crossing) -> Result<(), Fault> {
        // What a command asked for is booked at once by it, or goes back.
        let waits = crossing::was_asked_for(came);
        let at_ms = self.office.now_ms() + if waits { FOR_COMMAND_MS } else { 0 };
        match books::account_of(&came.account) {
            Some(account) => self.look_at(tables, account, at_ms),
            None => Ok(()),
        }
    }

    /// At the office: tells the holder's shard of the account.
    pub(super) async fn tell(&self, job: &Job) -> Result<Next, Fault> {
        let holder = HEXLOWER.decode(job.reference.as_bytes());
        let holder = holder.ok().and_then(|bytes| bytes.try_into().ok());
        let holder = HolderId(holder.ok_or_else(Fault::internal)?);
        let Some(told) = told(self.office.tables(), &holder)? else {
            return Ok(Next::Done);
        };
        let bytes = minicbor::to_vec(&told).map_err(|_| Fault::internal())?;
        let shard = self.office.spread()?.shards.of(holder.0[0]);
        let heard = self.office.ask_sibling(shard, PATH, bytes).await;
        heard.map_err(crossing::not_yet)?;
        if told.revoked_at.is_some() {
            let over = "UPDATE issuer_homes SET is_over = 1 WHERE holder = ?";
            self.office
                .transaction(|tables| tables.run(over, &[holder.0.into()]))?;
        }
        Ok(Next::Done)
    }

    /// At a shard: takes over what the office says of an account.
    pub(super) async fn take_over(&self, request: &Incoming) -> Result<Answer, Fault> {
        let unread = || Fault::malformed("A sibling says something else.");
        let body = web::body_as(request, web::CBOR)?;
        let told: Told = minicbor::decode(body).map_err(|_| unread())?;
        let holder = <[u8; 32]>::try_from(told.holder.as_slice()).map_err(|_| unread())?;
        self.office.transaction(|tables| {
            let sql = "SELECT version FROM issuer_accounts WHERE account = ?";
            let known = first(tables, sql, &[told.account.into()])?;
            let known: Option<u64> = known.map(|row| row.number(0)).transpose()?;
            if told.revoked_at.is_some() {
                if known.is_none() {
                    told.store_account(tables, 0)?;
                }
                told.revoke(tables)?;
            } else if known.is_none_or(|known| known < told.version)
                && !revocation::is_revoked(tables, &HolderId(holder))?
            {
                told.store_account(tables, told.version)?;
                told.store_holder(tables)?;
            }
            self.look_at(tables, told.account, self.office.now_ms())
        })?;
        // At once, so that whoever moved the account can pay with all of it; otherwise by the jobs.
        let name = books::name_of(told.account);
        if self.send_free(&name).await.is_err() {
            self.office.log("crossing", None, "later");
        }
        Ok(web::cbor(Vec::new()))
    }

    /// Sends on now what is free on the account of this name, if it lives at another object.
    async fn send_free(&self, name: &str) -> Result<(), Fault> {
        self.office.do_now(self, FREED, name).await?;
        for id in across::under_way_from(self.office.tables(), name)? {
            self.office.do_now(self, ACROSS, &id).await?;
        }
        Ok(())
    }

    /// At the office, before anybody is told that an account was enrolled or moved: its shards have heard of it,
    /// and its balance is where it lives.
    ///
    /// # Errors
    /// [`Kind::Starting`] if they have not yet: asked again, the same is answered once they have.
    pub(crate) async fn settle(&self, account: i64) -> Result<(), Fault> {
        if !self.has_shards()? {
            return Ok(());
        }
        let sql = "SELECT d.reference FROM due d JOIN issuer_homes h ON lower(hex(h.holder)) = d.reference
            WHERE d.kind = ? AND h.account = ? ORDER BY d.since_ms";
        let values = [TELL.into(), account.into()];
        for row in self.office.tables().run(sql, &values)? {
            self.office.do_now(self, TELL, row.text(0)?).await?;
        }
        let name = books::name_of(account);
        self.send_free(&name).await?;
        if across::under_way_from(self.office.tables(), &name)?.is_empty() {
            Ok(())
        } else {
            Err(Fault::new(Kind::Starting, "Try again in a few seconds."))
        }
    }

    /// At the office: tells all shards what they have not heard yet.
    ///
    /// # Errors
    /// As of [`Issuer::settle`].
    pub(super) async fn settle_all(&self) -> Result<(), Fault> {
        let sql = "SELECT reference FROM due WHERE kind = ? ORDER BY since_ms LIMIT ?";
        let values = [TELL.into(), SETTLED_AT_ONCE.into()];
        for row in self.office.tables().run(sql, &values)? {
            self.office.do_now(self, TELL, row.text(0)?).await?;
        }
        Ok(())
    }
}

/// What there is to say of a holder's account; `None`: nothing that a shard has to know.
fn told(tables: &(impl Tables + ?Sized), holder: &HolderId) -> Result<Option<Told>, DatabaseError> {
    let columns = "a.account, a.version, a.card_number, a.card_expiry, a.holder_name, a.telephone, a.limit_minor,
        a.currency, a.opened_at, k.locked_at, h.certificate";
    let joined = "JOIN issuer_accounts a ON a.account = h.account
        LEFT JOIN issuer_locked_accounts k ON k.account = a.account WHERE h.holder = ?1";
    let sql = format!(
        "SELECT {columns}, 0, h.revoked_at FROM issuer_revoked_holders h {joined}
         UNION ALL SELECT {columns}, h.enrolled_at, NULL FROM issuer_holders h {joined}
            AND h.certificate IS NOT NULL"
    );
    type Account = (i64, u64, String, String, String, String);
    type Standing = (u64, String, u64, Option<u64>, Option<Vec<u8>>);
    type Held = (u64, Option<u64>);
    let found: Option<(Account, Standing, Held)> = typed::one(tables, &sql, &[holder.0.into()])?;
    Ok(found.map(|(account, standing, (enrolled_at, revoked_at))| {
        let (account, version, card_number, card_expiry, holder_name, telephone) = account;
        let (limit_minor, currency, opened_at, locked_at, certificate) = standing;
        Told {
            account,
            version,
            card_number,
            card_expiry,
            holder_name,
            telephone,
            limit_minor,
            currency,
            opened_at,
            locked_at,
            holder: holder.0.to_vec().into(),
            certificate: certificate.map(Into::into),
            enrolled_at,
            revoked_at,
        }
    }))
}

impl Told {
    /// The account as it stands; of its grant a shard knows nothing.
    fn store_account(&self, tables: &dyn Tables, version: u64) -> Result<(), Fault> {
        let limit: i64 = i64::try_from(self.limit_minor).map_err(|_| Fault::internal())?;
        tables.run(
            "INSERT INTO issuer_accounts (account, card_number, card_expiry, holder_name, telephone, limit_minor,
                currency, grant_digest, grant_expires_at, opened_at, version)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?)
             ON CONFLICT (account) DO UPDATE SET card_number = excluded.card_number,
                card_expiry = excluded.card_expiry, holder_name = excluded.holder_name,
                telephone = excluded.telephone, limit_minor = excluded.limit_minor, version = excluded.version",
            &[
                self.account.into(),
                (&self.card_number).into(),
                (&self.card_expiry).into(),
                (&self.holder_name).into(),
                (&self.telephone).into(),
                limit.into(),
                (&self.currency).into(),
                // A digest has 32 bytes: no grant ever has this one.
                self.account.to_be_bytes().to_vec().into(),
                self.opened_at.into(),
                version.into(),
            ],
        )?;
        match self.locked_at {
            Some(at) => accounts::lock(tables, self.account, Timestamp(at))?,
            None => accounts::unlock(tables, self.account)?,
        }
        Ok(())
    }

    /// Whoever else had the account here has it no more.
    fn store_holder(&self, tables: &dyn Tables) -> Result<(), DatabaseError> {
        let own: [crate::ports::Value; 2] = [self.account.into(), self.holder.to_vec().into()];
        tables.run(
            "INSERT INTO issuer_revoked_holders (holder, account, certificate, revoked_at)
             SELECT holder, account, certificate, enrolled_at FROM issuer_holders
             WHERE account = ? AND holder <> ? ON CONFLICT DO NOTHING",
            &own,
        )?;
        tables.run(
            "DELETE FROM issuer_holders WHERE account = ? AND holder <> ?",
            &own,
        )?;
        tables.run(
            "INSERT INTO issuer_holders (holder, account, certificate, enrolled_at) VALUES (?, ?, ?, ?)
             ON CONFLICT (holder) DO UPDATE SET certificate = excluded.certificate",
            &[
                self.holder.to_vec().into(),
                self.account.into(),
                self.certificate.as_ref().map(|der| der.to_vec()).into(),
                self.enrolled_at.into(),
            ],
        )?;
        Ok(())
    }

    fn revoke(&self, tables: &dyn Tables) -> Result<(), DatabaseError> {
        let holder = self.holder.to_vec();
        let sql = "DELETE FROM issuer_holders WHERE holder = ?";
        tables.run(sql, &[holder.clone().into()])?;
        tables.run(
            "INSERT INTO issuer_revoked_holders (holder, account, certificate, revoked_at) VALUES (?, ?, ?, ?)
             ON CONFLICT DO NOTHING",
            &[
                holder.into(),
                self.account.into(),
                self.certificate.as_ref().map(|der| der.to_vec()).into(),
                self.revoked_at.unwrap_or_default().into(),
            ],
        )?;
        Ok(())
    }
}
