//! H1, H2 and H4: a terminal says who it is and what it wants, and opens the home card with the first password. Also
//! what is lent to it, and how it stops everything.

use sha2::{Digest, Sha256};
use tallystick_protocol::home::access::ACCESS_SECONDS;
use tallystick_protocol::home::calls::HomeCallKind;
use tallystick_protocol::home::{
    AccessAnswer, AccessPurpose, AccessRequest, HomeRefusal, Opening, PublicKeys,
};
use tallystick_protocol::trust::keyed::{self, KeyedMessage};
use tallystick_protocol::wire::cbor::{decode, encode};
use tallystick_protocol::wire::identifier::{HomeId, TerminalId};

use super::HomeProxy;
use super::calling::NoReply;
use super::homes::{self, body_of, done, home_in, unsigned};
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer, Incoming};
use crate::ports::Ports;
use crate::ports::Tables;
use crate::store::typed;

/// How long after the first password a session may begin, in seconds.
const GATE_SECONDS: u64 = 300;

/// A terminal that proved who it is.
pub(super) struct Asker {
    /// Of which home.
    pub home: HomeId,
    /// Who.
    pub terminal: TerminalId,
}

impl<P: Ports> HomeProxy<P> {
    /// `POST /v1/homes/{home}/requests`: lets a known terminal ask the home card for its nonce.
    pub(super) async fn ask_access(&self, request: &Incoming, home: &str) -> Result<Answer, Fault> {
        let bytes = body_of(request)?;
        let asker = self.asker(bytes, home, AccessPurpose::Open).await?;
        let Asker { home, terminal } = asker;
        let said = self
            .done(&home, &terminal, HomeCallKind::Access, bytes.to_vec())
            .await?;
        decode::<AccessAnswer>(&said).map_err(|_| HomeRefusal::NoCard)?;
        Ok(web::cbor(said))
    }

    /// `POST /v1/homes/{home}/openings`: takes the first password to the home card. The proxy cannot read it.
    pub(super) async fn open_home(&self, request: &Incoming, home: &str) -> Result<Answer, Fault> {
        let bytes = body_of(request)?;
        let home = home_in(home)?;
        let claimed = keyed::unverified::<Opening>(bytes).map_err(unsigned)?;
        if claimed.home != home {
            return Err(HomeRefusal::Unknown.into());
        }
        let keys = self.known_terminal(&home, &claimed.terminal)?;
        let opening = self.signed::<Opening>(bytes, &keys).await?;
        let terminal = opening.terminal;
        let limits = &self.office.settings.limits;
        let bucket = format!("openings|{terminal}");
        let admitted = self.office.admit(&[(&bucket, limits.home_passwords)]);
        admitted.map_err(|_| HomeRefusal::TooMany)?;
        self.admit(&home, &terminal)?;
        let said = self
            .done(&home, &terminal, HomeCallKind::Open, bytes.to_vec())
            .await?;
        let until = self.office.now().plus_seconds(GATE_SECONDS);
        self.office.transaction(|tables| {
            self.require_still_known(tables, &home, &terminal)?;
            tables.run(
                "INSERT INTO home_gates (home, terminal, expires_at) VALUES (?, ?, ?)
                 ON CONFLICT (home, terminal) DO UPDATE SET expires_at = excluded.expires_at",
                &[home.0.into(), terminal.0.into(), until.into()],
            )?;
            Ok::<_, Fault>(())
        })?;
        Ok(web::cbor(said))
    }

    /// `POST /v1/homes/{home}/lent`: what is lent to a terminal, as its home left it.
    pub(super) async fn tell_lent(&self, request: &Incoming, home: &str) -> Result<Answer, Fault> {
        let bytes = body_of(request)?;
        let asker = self.asker(bytes, home, AccessPurpose::Fetch).await?;
        let list = self.lent_to(&asker.home, &asker.terminal)?;
        Ok(web::cbor(encode(&list)))
    }

    /// `POST /v1/homes/{home}/stops`: nobody is let through from now on until home has heard that everything is to be
    /// stopped. 204 if it has; 202 if it will be told as soon as it is there.
    pub(super) async fn stop(&self, request: &Incoming, home: &str) -> Result<Answer, Fault> {
        let bytes = body_of(request)?;
        let Asker { home, terminal } = self.asker(bytes, home, AccessPurpose::Stop).await?;
        self.office.transaction(|tables| {
            tables.run(
                "UPDATE homes SET stop = ?, stop_by = ? WHERE home = ?",
                &[bytes.into(), terminal.0.into(), home.0.into()],
            )?;
            for table in ["home_gates", "home_sessions"] {
                let sql = format!("DELETE FROM {table} WHERE home = ?");
                tables.run(&sql, &[home.0.into()])?;
            }
            Ok::<_, Fault>(())
        })?;
        self.office.log("home-stopped", None, "ok");
        let mut answer = done();
        match self.stop_first(&home).await {
            Ok(()) => {}
            Err(NoReply::Refused(_)) => *answer.status_mut() = http::StatusCode::ACCEPTED,
            Err(NoReply::Broken(fault)) => return Err(fault),
        }
        Ok(answer)
    }

    /// Tells home what a terminal wants stopped, if that is still to be done.
    pub(super) async fn stop_first(&self, home: &HomeId) -> Result<(), NoReply> {
        let found = homes::find(self.office.tables(), home)?;
        let found = found.ok_or(NoReply::Refused(HomeRefusal::Unknown))?;
        let (Some(stop), Some(by)) = (found.stop, found.stop_by) else {
            return Ok(());
        };
        let (kind, by) = (HomeCallKind::Stop, TerminalId(by));
        let reply = self.call_now(home, &by, kind, stop.clone()).await?;
        if let Some(refusal) = reply.refusal {
            return Err(NoReply::Refused(refusal));
        }
        self.office.transaction(|tables| {
            tables.run(
                "UPDATE homes SET stop = NULL, stop_by = NULL WHERE home = ? AND stop = ?",
                &[home.0.into(), stop.into()],
            )?;
            Ok::<_, Fault>(())
        })?;
        Ok(())
    }

    /// Who asks: a known terminal of that home, by a signature made now, at this proxy, for this, and not before.
    async fn asker(
        &self,
        bytes: &[u8],
        home: &str,
        purpose: AccessPurpose,
    ) -> Result<Asker, Fault> {
        let home = home_in(home)?;
        let claimed = keyed::unverified::<AccessRequest>(bytes).map_err(unsigned)?;
        if claimed.home != home {
            return Err(HomeRefusal::Unknown.into());
        }
        let keys = self.known_terminal(&home, &claimed.terminal)?;
        let request = self.signed::<AccessRequest>(bytes, &keys).await?;
        if request.proxy != self.office.settings.domain {
            return Err(Fault::new(Kind::WrongRecipient, "This is another proxy."));
        }
        if request.purpose != purpose {
            return Err(Fault::malformed("This was asked for another purpose."));
        }
        if !request.is_fresh(self.office.now()) {
            return Err(Fault::new(Kind::WrongClock, ""));
        }
        self.admit(&home, &request.terminal)?;
        let until = request.at.plus_seconds(ACCESS_SECONDS + 1);
        let digest = <[u8; 32]>::from(Sha256::digest(bytes));
        self.office.transaction(|tables| {
            let sql = "DELETE FROM home_requests WHERE expires_at <= ?";
            tables.run(sql, &[self.office.now().into()])?;
            let fresh = tables.run(
                "INSERT INTO home_requests (digest, expires_at) VALUES (?, ?) ON CONFLICT DO NOTHING RETURNING 1",
                &[digest.into(), until.into()],
            )?;
            if fresh.is_empty() {
                return Err(Fault::from(HomeRefusal::BadSignature));
            }
            Ok(())
        })?;
        Ok(Asker {
            home,
            terminal: request.terminal,
        })
    }

    /// The keys of a terminal that this home has (H2).
    pub(super) fn known_terminal(
        &self,
        home: &HomeId,
        terminal: &TerminalId,
    ) -> Result<PublicKeys, Fault> {
        let tables = self.office.tables();
        homes::find(tables, home)?.ok_or(HomeRefusal::Unknown)?;
        let keys = self.known.find(tables, home, terminal)?;
        Ok(keys.ok_or(HomeRefusal::Unknown)?)
    }

    /// Refuses a terminal that was revoked while home was asked.
    pub(super) fn require_still_known(
        &self,
        tables: &dyn Tables,
        home: &HomeId,
        terminal: &TerminalId,
    ) -> Result<(), Fault> {
        let known = self.known.find(tables, home, terminal)?;
        let sql = "SELECT 1 FROM homes WHERE home = ? AND stop IS NULL";
        let goes_on: Option<u64> = typed::one(tables, sql, &[home.0.into()])?;
        known.and(goes_on).ok_or(HomeRefusal::Unknown)?;
        Ok(())
    }

    /// What a terminal signed; failures are counted.
    pub(super) async fn signed<M: KeyedMessage>(
        &self,
        bytes: &[u8],
        keys: &PublicKeys,
    ) -> Result<M, Fault> {
        let verified = async {
            let key = keys.verifying()?;
            keyed::open::<M>(bytes, &key).map_err(unsigned)
        };
        self.office.trying("homes", verified).await
    }

    /// Counts what a terminal asks, for itself and for its home.
    pub(super) fn admit(&self, home: &HomeId, terminal: &TerminalId) -> Result<(), Fault> {
        let limits = &self.office.settings.limits;
        let admitted = self.office.admit(&[
            (&format!("terminal|{terminal}"), limits.terminal),
            (&format!("home|{home}"), limits.home),
        ]);
        admitted.map_err(|_| HomeRefusal::TooMany.into())
    }
}
