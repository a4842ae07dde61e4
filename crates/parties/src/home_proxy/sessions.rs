//! H3: sessions of terminals with the proxy. What is stored of one is sealed; each thing that is said is answered once,
//! and the same again gets the same bytes.

use core::cell::RefCell;
use std::collections::BTreeSet;

use sha2::{Digest, Sha256};
use tallystick_protocol::home::HomeRefusal;
use tallystick_protocol::home::agreement::{Answered, Finish, Hello, Profile};
use tallystick_protocol::home::calls::{SessionAnswer, SessionAsk, TerminalProof};
use tallystick_protocol::home::records::{RecordKeys, Side};
use tallystick_protocol::trust::keyed;
use tallystick_protocol::wire::cbor::{Message, decode, decode_value, encode, encode_value};
use tallystick_protocol::wire::identifier::{HomeId, TerminalId};
use tallystick_protocol::wire::time::Timestamp;
use zeroize::Zeroizing;

use super::HomeProxy;
use super::asking::Done;
use super::homes::{self, body_of, home_in, unsigned};
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer, Incoming};
use crate::ports::{Ports, Tables};
use crate::post::due::{self, NewJob};
use crate::store::sealed::Sealed;
use crate::store::typed::{self, typed_row};

/// How long a terminal may take to show itself, in seconds.
const BEGUN_SECONDS: u64 = 120;
/// How long a session lasts, in seconds.
const SESSION_SECONDS: u64 = 15 * 60;
/// How long the last answer of a session that has ended is kept, in seconds.
const ENDED_SECONDS: u64 = 60;
/// Sessions of one home.
const OF_HOME_MAX: u64 = 32;
/// Sessions of one terminal; with one more the one that was unused the longest ends.
const OF_TERMINAL_MAX: u64 = 4;
/// The longest that is stored of a session in clear, in bytes.
const STORED_BYTES_MAX: usize = 4 * 1024;
/// The kind of the job that ends a session; its reference is the session's name in hexadecimal.
pub(super) const END: &str = "home-session-end";

typed_row! {
    /// A session.
    pub(super) struct Session in "home_sessions" {
        /// Its name, 16 bytes.
        pub name: Vec<u8> = "name",
        /// With which home.
        pub home: [u8; 32] = "home",
        /// With whom.
        pub terminal: Option<[u8; 32]> = "terminal",
        /// From when on it is void.
        pub expires_at: Timestamp = "expires_at",
        /// Whether the second password has released the card in it.
        pub is_released: bool = "is_released",
        /// What is kept of it, sealed: [`Answered`], later [`Open`].
        pub kept: Vec<u8> = "kept",
        /// SHA-256 of what was heard last.
        pub heard: Option<[u8; 32]> = "heard",
        /// What was answered to that.
        pub said: Option<Vec<u8>> = "said",
    }
}

/// What is kept of a session that is open.
struct Open {
    keys: RecordKeys,
    /// What was said to agree on the key: the second password is bound to it.
    transcript: [u8; 32],
}

impl Open {
    /// The transcript, and behind it the keys.
    fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let keys = Zeroizing::new(encode_value(&self.keys));
        Zeroizing::new([&self.transcript[..], &keys].concat())
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (transcript, keys) = bytes.split_first_chunk()?;
        Some(Self {
            keys: decode_value(keys, STORED_BYTES_MAX).ok()?,
            transcript: *transcript,
        })
    }
}

/// A session in which something is asked.
pub(super) struct Within {
    /// With which home.
    pub home: HomeId,
    /// With whom.
    pub terminal: TerminalId,
    /// What was said to agree on its key.
    pub transcript: [u8; 32],
    /// Whether the second password has released the card in it.
    pub is_released: bool,
}

/// Sessions in which something is being done at the moment, by their names.
#[derive(Default)]
pub(super) struct Busy(RefCell<BTreeSet<Vec<u8>>>);

impl Busy {
    fn begin(&self, name: &[u8]) -> Result<AtWork<'_>, Fault> {
        if !self.0.borrow_mut().insert(name.to_vec()) {
            let said = "What was asked before is being done. Ask again in a moment.";
            return Err(Fault::new(Kind::Starting, said));
        }
        Ok(AtWork {
            busy: self,
            name: name.to_vec(),
        })
    }
}

/// Until it is dropped, nothing else is done in the session.
struct AtWork<'b> {
    busy: &'b Busy,
    name: Vec<u8>,
}

impl Drop for AtWork<'_> {
    fn drop(&mut self) {
        self.busy.0.borrow_mut().remove(&self.name);
    }
}

impl Session {
    fn said_to(&self, digest: &[u8; 32]) -> Option<Vec<u8>> {
        let is_the_same = self.heard.as_ref() == Some(digest);
        self.said.clone().filter(|_| is_the_same)
    }
}

fn sealed_as(name: &[u8]) -> String {
    format!("home-session|{}", data_encoding::HEXLOWER.encode(name))
}

/// What is kept of sessions.
pub(super) const SEALED: Sealed = Sealed {
    named_by: &["name"],
    name: |row| Ok(sealed_as(row.blob(0)?)),
    ..Sealed::whole("home_sessions", "kept")
};

impl<P: Ports> HomeProxy<P> {
    /// `POST /v1/homes/{home}/sessions`: the proxy proves who it is. Only while the first password has opened that
    /// home for somebody (claim 3).
    pub(super) async fn begin_session(
        &self,
        request: &Incoming,
        home: &str,
    ) -> Result<Answer, Fault> {
        let home = home_in(home)?;
        let hello: Hello = decode(body_of(request)?)?;
        let office = &self.office;
        if hello.profile != Profile::KeyAgreement || hello.second.is_some() {
            let said =
                "A session with the proxy is agreed on by X25519, by the terminal for itself.";
            return Err(Fault::new(Kind::UnsupportedVersion, said));
        }
        homes::find(office.tables(), &home)?.ok_or(HomeRefusal::Unknown)?;
        let limits = &office.settings.limits;
        let bucket = format!("session|{home}");
        let admitted = office.admit(&[(&bucket, limits.home), ("sessions", limits.sessions)]);
        admitted.map_err(|_| HomeRefusal::TooMany)?;
        let sql = "SELECT count(*) FROM home_gates WHERE home = ? AND expires_at > ?";
        let of_home = [home.0.into(), office.now().into()];
        let opened: Option<u64> = typed::one(office.tables(), sql, &of_home)?;
        if opened.unwrap_or_default() == 0 {
            return Err(HomeRefusal::OutOfOrder.into());
        }
        let (answer, answered) = office.respond(hello, None).await?;
        let kept = Zeroizing::new(encode_value(&answered));
        let session = Session {
            kept: office.seal(&sealed_as(&answered.session), &kept)?,
            name: answered.session.to_vec(),
            home: home.0,
            terminal: None,
            expires_at: office.now().plus_seconds(BEGUN_SECONDS),
            is_released: false,
            heard: None,
            said: None,
        };
        office.transaction(|tables| {
            let sql = "DELETE FROM home_sessions WHERE terminal IS NULL AND expires_at <= ?";
            tables.run(sql, &[office.now().into()])?;
            typed::insert(tables, &session)
        })?;
        Ok(web::cbor(encode(&answer)))
    }

    /// `POST /v1/homes/{home}/sessions/{session}`: the terminal shows itself, and the proxy confirms the key.
    pub(super) async fn finish_session(
        &self,
        request: &Incoming,
        (home, name): (&str, &str),
    ) -> Result<Answer, Fault> {
        let bytes = body_of(request)?;
        let finish: Finish = decode(bytes)?;
        let heard = Sha256::digest(bytes).into();
        let session = self.session(home, name)?;
        if let Some(said) = session.said_to(&heard) {
            return Ok(web::cbor(said));
        }
        if session.terminal.is_some() {
            return Err(HomeRefusal::NoSession.into());
        }
        let answered: Answered = decode_value(&self.opened(&session)?, STORED_BYTES_MAX)
            .map_err(|_| Fault::internal())?;
        let terminal = self.shown(&answered, &finish, &session).await?;
        self.admit(&HomeId(session.home), &terminal)?;
        let (key, confirmation) = answered.agree(&finish, None)?;
        let open = Open {
            keys: key.record_keys(Side::Responder),
            transcript: key.transcript,
        };
        let next = Session {
            terminal: Some(terminal.0),
            expires_at: self.office.now().plus_seconds(SESSION_SECONDS),
            ..self.after(&session, &open, heard, encode(&confirmation))?
        };
        let said = self.go_on(&session, next, |tables| {
            self.take_gate(tables, &HomeId(session.home), &terminal)
        })?;
        self.office.log("home-session-begun", None, "ok");
        Ok(web::cbor(said))
    }

    /// Who signed that it speaks with this proxy, by what was agreed on.
    async fn shown(
        &self,
        answered: &Answered,
        finish: &Finish,
        session: &Session,
    ) -> Result<TerminalId, Fault> {
        let signed = answered.receive(finish)?;
        let claimed = keyed::unverified::<TerminalProof>(&signed).map_err(unsigned)?;
        if claimed.home.0 != session.home {
            return Err(HomeRefusal::Unknown.into());
        }
        let keys = self.known_terminal(&claimed.home, &claimed.terminal)?;
        let proof: TerminalProof = self.signed(&signed, &keys).await?;
        let is_here = proof.proxy == self.office.settings.domain;
        if !is_here || proof.transcript != answered.transcript {
            return Err(HomeRefusal::BadSignature.into());
        }
        Ok(proof.terminal)
    }

    /// Lets a terminal through for which the first password has opened the home; once for each opening.
    fn take_gate(
        &self,
        tables: &dyn Tables,
        home: &HomeId,
        terminal: &TerminalId,
    ) -> Result<(), Fault> {
        self.require_still_known(tables, home, terminal)?;
        let now = self.office.now();
        let gates = tables.run(
            "DELETE FROM home_gates WHERE home = ? AND terminal = ? AND expires_at > ? RETURNING 1",
            &[home.0.into(), terminal.0.into(), now.into()],
        )?;
        if gates.is_empty() {
            return Err(HomeRefusal::OutOfOrder.into());
        }
        self.make_way(tables, home, terminal)?;
        let sql = "SELECT count(*) FROM home_sessions
            WHERE home = ? AND terminal IS NOT NULL AND expires_at > ?";
        let there: Option<u64> = typed::one(tables, sql, &[home.0.into(), now.into()])?;
        if there.unwrap_or_default() >= OF_HOME_MAX {
            return Err(HomeRefusal::TooMany.into());
        }
        Ok(())
    }

    /// Ends the session that was unused the longest of a terminal that begins one more than it may have: what it left
    /// unfinished, on a poor line or by a wrong password, must not keep its holder away.
    fn make_way(
        &self,
        tables: &dyn Tables,
        home: &HomeId,
        terminal: &TerminalId,
    ) -> Result<(), Fault> {
        let now = self.office.now();
        // Each step of a session is a new row.
        let sql = "UPDATE home_sessions SET expires_at = ? WHERE name IN (
                SELECT name FROM home_sessions WHERE home = ? AND terminal = ? AND expires_at > ?
                ORDER BY rowid DESC LIMIT -1 OFFSET ?)
            RETURNING name";
        let values = [
            now.into(),
            home.0.into(),
            terminal.0.into(),
            now.into(),
            (OF_TERMINAL_MAX - 1).into(),
        ];
        let now_ms = self.office.now_ms();
        for row in tables.run(sql, &values)? {
            let job = NewJob {
                kind: END,
                reference: &data_encoding::HEXLOWER.encode(row.blob(0)?),
                peer: None,
                at_ms: now_ms,
            };
            due::put(tables, &job, now_ms)?;
        }
        Ok(())
    }

    /// `POST /v1/homes/{home}/sessions/{session}/records`: what a terminal asks, in a record, answered in a record.
    pub(super) async fn take_record(
        &self,
        request: &Incoming,
        (home, name): (&str, &str),
    ) -> Result<Answer, Fault> {
        let bytes = body_of(request)?;
        let heard = Sha256::digest(bytes).into();
        let session = self.session(home, name)?;
        if let Some(said) = session.said_to(&heard) {
            return Ok(web::cbor(said));
        }
        let _at_work = self.busy.begin(&session.name)?;
        let terminal = session.terminal.ok_or(HomeRefusal::NoSession)?;
        let open = Open::from_bytes(&self.opened(&session)?);
        let mut open = open.ok_or_else(Fault::internal)?;
        let content = open.keys.open(bytes)?;
        let within = Within {
            home: HomeId(session.home),
            terminal: TerminalId(terminal),
            transcript: open.transcript,
            is_released: session.is_released,
        };
        self.admit(&within.home, &within.terminal)?;
        let ask = decode::<SessionAsk>(&content);
        let done = match ask {
            Ok(ask) => self.answer(&within, ask).await?,
            Err(_) => Done {
                is_released: within.is_released,
                ..Done::refused(HomeRefusal::Malformed)
            },
        };
        let answer = encode(&done.answer);
        if answer.len() > SessionAnswer::LEN_MAX {
            return Err(Fault::internal());
        }
        let is_over = open.keys.is_complete() || done.is_over;
        let said = open.keys.seal(&answer, is_over)?;
        let mut next = self.after(&session, &open, heard, said)?;
        next.is_released = done.is_released;
        if is_over {
            let soon = self.office.now().plus_seconds(ENDED_SECONDS);
            next.expires_at = next.expires_at.min(soon);
        }
        let said = self.go_on(&session, next, |_| Ok(()))?;
        Ok(web::cbor(said))
    }

    /// The session of this name with that home, unless it is over.
    fn session(&self, home: &str, name: &str) -> Result<Session, Fault> {
        let home = home_in(home)?;
        let name = data_encoding::HEXLOWER.decode(name.as_bytes());
        let name = name.map_err(|_| Fault::not_found())?;
        let values = [name.into(), home.0.into(), self.office.now().into()];
        let found = typed::find(
            self.office.tables(),
            "name = ? AND home = ? AND expires_at > ?",
            &values,
        )?;
        Ok(found.ok_or(HomeRefusal::NoSession)?)
    }

    fn opened(&self, session: &Session) -> Result<Zeroizing<Vec<u8>>, Fault> {
        let name = sealed_as(&session.name);
        Ok(self.office.unseal(&name, &session.kept)?)
    }

    /// The session once this was heard and that is said.
    fn after(
        &self,
        session: &Session,
        open: &Open,
        heard: [u8; 32],
        said: Vec<u8>,
    ) -> Result<Session, Fault> {
        let kept = open.to_bytes();
        Ok(Session {
            name: session.name.clone(),
            home: session.home,
            terminal: session.terminal,
            expires_at: session.expires_at,
            is_released: session.is_released,
            kept: self.office.seal(&sealed_as(&session.name), &kept)?,
            heard: Some(heard),
            said: Some(said),
        })
    }

    /// Stores the session's next step and returns what is said, if the session was not ended meanwhile. Of two that
    /// heard the same both say what was stored first: no record's number is used for two contents.
    fn go_on(
        &self,
        before: &Session,
        next: Session,
        also: impl FnOnce(&dyn Tables) -> Result<(), Fault>,
    ) -> Result<Vec<u8>, Fault> {
        let heard = next.heard.unwrap_or_default();
        let now_ms = self.office.now_ms();
        self.office.transaction(|tables| {
            let stored: Option<Session> =
                typed::find(tables, "name = ?", &[(&before.name).into()])?;
            let stored = stored.ok_or(HomeRefusal::NoSession)?;
            if stored.kept != before.kept {
                let said = stored.said_to(&heard);
                return Ok(said.ok_or(HomeRefusal::NoSession)?);
            }
            also(tables)?;
            let sql = "DELETE FROM home_sessions WHERE name = ?";
            tables.run(sql, &[(&before.name).into()])?;
            typed::insert(tables, &next)?;
            let job = NewJob {
                kind: END,
                reference: &data_encoding::HEXLOWER.encode(&next.name),
                peer: None,
                at_ms: next.expires_at.milliseconds(),
            };
            due::put(tables, &job, now_ms)?;
            next.said.ok_or_else(Fault::internal)
        })
    }

    /// A session whose time is over: home is told, if the card was released in it and in no other of that terminal.
    pub(super) async fn end_session(&self, reference: &str) -> Result<due::Next, Fault> {
        let name = data_encoding::HEXLOWER.decode(reference.as_bytes());
        let name = name.map_err(|_| Fault::internal())?;
        let is_this = [name.into()];
        let found: Option<Session> = typed::find(self.office.tables(), "name = ?", &is_this)?;
        let Some(session) = found else {
            return Ok(due::Next::Done);
        };
        if session.expires_at > self.office.now() {
            return Ok(due::Next::At(session.expires_at.milliseconds()));
        }
        self.office.transaction(|tables| {
            tables.run("DELETE FROM home_sessions WHERE name = ?", &is_this)
        })?;
        if let Some(terminal) = session.terminal.filter(|_| session.is_released) {
            self.forget_release(&HomeId(session.home), &TerminalId(terminal))
                .await?;
        }
        Ok(due::Next::Done)
    }
}
