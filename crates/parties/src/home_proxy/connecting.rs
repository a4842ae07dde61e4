//! The connection of a home browser: who comes says which home it is and shows its token. One counts at a time, the
//! newest.

use http::{HeaderValue, StatusCode};
use tallystick_protocol::home::HomeRefusal;
use tallystick_protocol::home::calls::{HomeConnect, HomeReply};
use tallystick_protocol::wire::cbor::decode;
use tallystick_protocol::wire::identifier::HomeId;

use super::HomeProxy;
use super::calling::NoReply;
use super::homes::{self, home_in};
use crate::office::fault::Fault;
use crate::office::http::{Answer, Incoming};
use crate::ports::sockets::TAG;
use crate::ports::{DatabaseError, Ports, Random, Sockets, Tables};
use crate::post::due::{self, NewJob, Next};
use crate::store::typed;

/// How long whoever connects may take to say who it is, in milliseconds.
const ARRIVAL_MS: u64 = 10_000;
/// How many connections of one home may not have said yet who they are.
const ARRIVALS_MAX: u64 = 4;
/// The kind of the job that ends a connection of somebody who says nothing; its reference is the tag.
pub(super) const ARRIVAL: &str = "home-arrival";

impl<P: Ports> HomeProxy<P> {
    /// `GET /v1/homes/{home}/connection`: lets a home browser in, for the time being.
    pub(super) fn connect(&self, request: &Incoming, home: &str) -> Result<Answer, Fault> {
        let home = home_in(home)?;
        let upgrade = request.headers().get(http::header::UPGRADE);
        if !upgrade.is_some_and(|to| to.as_bytes().eq_ignore_ascii_case(b"websocket")) {
            return Err(Fault::malformed("This address takes WebSockets."));
        }
        let office = &self.office;
        homes::find(office.tables(), &home)?.ok_or(HomeRefusal::Unknown)?;
        let limits = &office.settings.limits;
        let bucket = format!("connection|{home}");
        office.admit(&[(&bucket, limits.home)])?;
        let mut tag = [0; 16];
        office.ports.random().fill(&mut tag);
        let tag = data_encoding::HEXLOWER.encode(&tag);
        office.transaction(|tables| self.arrive(tables, &home, &tag))?;
        let mut answer = Answer::new(Vec::new());
        *answer.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        let tag = HeaderValue::from_str(&tag).map_err(|_| Fault::internal())?;
        answer.headers_mut().insert(TAG, tag);
        Ok(answer)
    }

    fn arrive(&self, tables: &dyn Tables, home: &HomeId, tag: &str) -> Result<(), Fault> {
        let now_ms = self.office.now_ms();
        let sql = "SELECT count(*) FROM home_arrivals WHERE home = ? AND until_ms > ?";
        let there: Option<u64> = typed::one(tables, sql, &[home.0.into(), now_ms.into()])?;
        if there.is_some_and(|there| there >= ARRIVALS_MAX) {
            return Err(HomeRefusal::TooMany.into());
        }
        let at_ms = now_ms.saturating_add(ARRIVAL_MS);
        tables.run(
            "INSERT INTO home_arrivals (tag, home, until_ms) VALUES (?, ?, ?)",
            &[tag.into(), home.0.into(), at_ms.into()],
        )?;
        let job = NewJob {
            kind: ARRIVAL,
            reference: tag,
            peer: None,
            at_ms,
        };
        Ok(due::put(tables, &job, now_ms)?)
    }

    /// Ends the connection of somebody who did not say who it is.
    pub(super) fn end_arrival(&self, tag: &str) -> Result<Next, Fault> {
        let gone = self.office.transaction(|tables| leave(tables, tag))?;
        if gone.is_some() {
            self.office.ports.sockets().close(tag);
        }
        Ok(Next::Done)
    }

    /// A message of whoever is connected under this tag.
    pub(super) async fn hear(&self, tag: &str, message: &[u8]) -> Result<(), Fault> {
        self.office.migrate()?;
        if let Some(home) = self.connected(tag)? {
            let reply = decode::<HomeReply>(message);
            let is_awaited = reply.is_ok_and(|reply| self.waiting.reply(tag, reply));
            if !is_awaited {
                let bucket = format!("unasked|{home}");
                let limit = self.office.settings.limits.home;
                if self.office.admit(&[(&bucket, limit)]).is_err() {
                    self.office.ports.sockets().close(tag);
                    self.lose(tag)?;
                }
            }
            return Ok(());
        }
        match self.come_in(tag, message)? {
            Some(home) => {
                self.office.log("home-connected", None, "ok");
                // What was to be stopped while home was away is stopped first.
                self.stop_first(&home).await.or_else(|no| match no {
                    NoReply::Refused(_) => Ok(()),
                    NoReply::Broken(fault) => Err(fault),
                })
            }
            None => {
                self.office.log("home-connected", None, "refused");
                self.office.ports.sockets().close(tag);
                Ok(())
            }
        }
    }

    /// The home of a connection that counts.
    fn connected(&self, tag: &str) -> Result<Option<HomeId>, DatabaseError> {
        let sql = "SELECT home FROM homes WHERE connection = ?";
        let home: Option<[u8; 32]> = typed::one(self.office.tables(), sql, &[tag.into()])?;
        Ok(home.map(HomeId))
    }

    /// Takes in who shows a home's token; `None` if this is not it, or nobody is expected under this tag.
    fn come_in(&self, tag: &str, message: &[u8]) -> Result<Option<HomeId>, Fault> {
        let (now, now_ms) = (self.office.now(), self.office.now_ms());
        let said = decode::<HomeConnect>(message).ok();
        let (home, older) = self.office.transaction(|tables| {
            let expected = leave(tables, tag)?.filter(|(_, until_ms)| *until_ms > now_ms);
            let (Some((home, _)), Some(said)) = (expected, said) else {
                return Ok((None, None));
            };
            let found = homes::find(tables, &home)?;
            if said.home != home || !found.is_some_and(|found| found.has_token(&said.token)) {
                return Ok((None, None));
            }
            let older = homes::connection(tables, &home)?;
            tables.run(
                "UPDATE homes SET connection = ?, connected_at = ?, used_at = ? WHERE home = ?",
                &[tag.into(), now.into(), now.into(), home.0.into()],
            )?;
            Ok::<_, Fault>((Some(home), older))
        })?;
        if let Some(older) = older {
            self.waiting.lose(&older);
            self.office.ports.sockets().close(&older);
        }
        Ok(home)
    }

    /// Nobody is connected under this tag any more.
    pub(super) fn lose(&self, tag: &str) -> Result<(), Fault> {
        self.office.migrate()?;
        self.waiting.lose(tag);
        self.office.transaction(|tables| {
            leave(tables, tag)?;
            tables.run(
                "UPDATE homes SET connection = NULL, connected_at = NULL WHERE connection = ?",
                &[tag.into()],
            )?;
            Ok(())
        })
    }
}

/// Forgets that somebody is expected to say who it is; who that was to be, and until when.
fn leave(tables: &dyn Tables, tag: &str) -> Result<Option<(HomeId, u64)>, DatabaseError> {
    let sql = "SELECT home, until_ms FROM home_arrivals WHERE tag = ?";
    let expected: Option<([u8; 32], u64)> = typed::one(tables, sql, &[tag.into()])?;
    if expected.is_some() {
        tables.run("DELETE FROM home_arrivals WHERE tag = ?", &[tag.into()])?;
        due::cancel(tables, ARRIVAL, tag)?;
    }
    Ok(expected.map(|(home, until_ms)| (HomeId(home), until_ms)))
}
