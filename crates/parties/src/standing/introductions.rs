//! Service parties confirm each other by certificate before anything is relayed (T002-7): once an
//! hour for each party, not once for each order.

use http::Method;
use tallystick_protocol::trust::introduction::IntroductionRequest;
use tallystick_protocol::wire::cbor::{decode, encode};
use tallystick_protocol::wire::identifier::{Domain, Role};

use crate::office::Office;
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer, Incoming};
use crate::ports::database::first;
use crate::ports::{DatabaseError, Network, Ports, Tables};
use crate::post::exchange::is_silence;

/// For how long a party that introduced itself counts as confirmed, in milliseconds (an hour).
const CONFIRMED_MS: u64 = 3_600_000;

impl<P: Ports> Office<P> {
    /// `POST /v1/introductions`: signs the asker's nonce with the certified key.
    ///
    /// # Errors
    /// [`Kind::RateLimited`].
    pub(crate) async fn introduce_itself(&self, request: &Incoming) -> Result<Answer, Fault> {
        let request: IntroductionRequest = decode(web::body_as(request, web::CBOR)?)?;
        self.admit(&[("introductions", self.settings.limits.introductions)])?;
        let settings = &self.settings;
        let answer = request.answer(settings.domain.clone(), settings.role, self.now());
        Ok(web::cose(self.say(&answer).await?))
    }

    /// Makes sure that whoever answers at `peer` is certified for it in that role: asks it to sign a
    /// fresh nonce unless it did so within the hour.
    ///
    /// # Errors
    /// Why it is not confirmed yet; [`Kind::Unreachable`] if nobody answers; [`Kind::RevocationsStale`] while it
    /// cannot be known who was revoked.
    pub async fn confirm_peer(&self, peer: &Domain, role: Role) -> Result<(), Fault> {
        self.identity()?.anchors.require_lists(self.now())?;
        if is_confirmed(self.tables(), peer, role, self.now_ms())? {
            return Ok(());
        }
        let own = self.settings.domain.clone();
        let question = IntroductionRequest::new(&mut self.rng(), own);
        let request = web::request_to(
            peer.as_str(),
            Method::POST,
            "/v1/introductions",
            Some(web::CBOR),
            encode(&question),
        )?;
        let answer = self.ports.network().send(request).await?;
        let identity = self.identity()?;
        let said = question.verify(answer.body(), &identity.anchors, self.now(), peer, role);
        let signer = match said {
            Ok(said) => said.signer,
            Err(_) if is_silence(answer.status()) => {
                return Err(Fault::new(Kind::Unreachable, "Nobody is there."));
            }
            Err(error) => {
                self.log("introduction", None, "not-confirmed");
                return Err(error.into());
            }
        };
        let until_ms = self.now_ms().saturating_add(CONFIRMED_MS);
        self.transaction(|tables| keep(tables, peer, role, &signer.serial, until_ms))?;
        Ok(())
    }
}

fn is_confirmed(
    tables: &(impl Tables + ?Sized),
    peer: &Domain,
    role: Role,
    now_ms: u64,
) -> Result<bool, DatabaseError> {
    let row = first(
        tables,
        "SELECT 1 FROM confirmed_peers WHERE domain = ? AND role = ? AND until_ms > ?",
        &[peer.as_str().into(), role.number().into(), now_ms.into()],
    )?;
    Ok(row.is_some())
}

fn keep(
    tables: &dyn Tables,
    peer: &Domain,
    role: Role,
    serial: &[u8],
    until_ms: u64,
) -> Result<(), DatabaseError> {
    tables.run(
        "INSERT INTO confirmed_peers (domain, role, serial, until_ms) VALUES (?, ?, ?, ?)
         ON CONFLICT (domain, role) DO UPDATE
         SET serial = excluded.serial, until_ms = excluded.until_ms",
        &[
            peer.as_str().into(),
            role.number().into(),
            serial.into(),
            until_ms.into(),
        ],
    )?;
    Ok(())
}
