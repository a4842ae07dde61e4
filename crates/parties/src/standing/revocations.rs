//! Which certificates count no more: the newest list that is known, where it comes from, and how it is renewed
//! (RFC 5280 §5; EP 1 221 669 keeps it at its directory).
//!
//! It is part of the roots that a party trusts ([`Office::identity`]), so whatever verifies a certificate looks at
//! it. Without the setting `DIRECTORY` nothing is looked up, as in release 0.1.0. The CA has the list that it
//! signed last; the directory looks at signatures alone, because by its list it could not hear of the next one.

use http::header::IF_NONE_MATCH;
use http::{HeaderValue, Method, StatusCode};
use tallystick_protocol::trust::certificate::TrustAnchors;
use tallystick_protocol::trust::certificate::revocation::RevocationList;
use tallystick_protocol::wire::identifier::{Domain, Role};

use crate::office::Office;
use crate::office::fault::Fault;
use crate::office::http as web;
use crate::office::readiness::Reason;
use crate::ports::{DatabaseError, Network, Ports, Tables};
use crate::post::due::{self, NewJob, Next};
use crate::standing::registration::Obstacle;
use crate::store::{facts, typed};

/// The newest list of revoked certificates that is known (DER).
pub(crate) const REVOCATIONS: &str = "revocation-list";
/// Where a directory gives out the newest list.
pub(crate) const LIST_PATH: &str = "/v1/crl";
/// How often the list is asked for, in milliseconds: as often as parties introduce themselves anew (an hour).
const ASK_AGAIN_MS: u64 = 3_600_000;
/// How long before the list is void a party says so, in seconds (six hours). The CA signs one four times a day.
const ENDING_SECONDS: u64 = 6 * 3_600;

impl<P: Ports> Office<P> {
    /// Whether this party refuses revoked certificates.
    #[must_use]
    pub fn checks_revocations(&self) -> bool {
        match self.settings.role {
            Role::Ca => true,
            Role::Directory => false,
            _ => self.settings.directory.is_some(),
        }
    }

    /// Roots that look at the newest list that is stored, if this party looks at one.
    pub(crate) fn with_revocations(&self, anchors: TrustAnchors) -> Result<TrustAnchors, Fault> {
        if !self.checks_revocations() {
            return Ok(anchors);
        }
        let list = self.newest_list(&anchors)?;
        let mut anchors = anchors.checking_revocations();
        if let Some(list) = list {
            anchors.take_list(list)?;
        }
        Ok(anchors)
    }

    /// The newest list that is stored. One that these roots did not sign is none.
    pub(crate) fn newest_list(
        &self,
        anchors: &TrustAnchors,
    ) -> Result<Option<RevocationList>, Fault> {
        let Some(stored) = facts::get(self.tables(), REVOCATIONS)? else {
            return Ok(None);
        };
        let list = anchors.verify_list_ever(&stored);
        if list.is_err() {
            self.log("revocations", None, "stored-list-unusable");
        }
        Ok(list.ok())
    }

    /// What is missing of a list, if this party needs one.
    pub(crate) fn revocations_missing(&self) -> Option<Obstacle> {
        let identity = self.identity().ok()?;
        let is_missing = self.checks_revocations() && identity.anchors.lists().is_empty();
        is_missing.then_some(Obstacle::Revocations)
    }

    /// At the start: fetches the list if there is none, and puts its renewal on the clock.
    ///
    /// # Errors
    /// [`Kind::Unreachable`](crate::office::fault::Kind::Unreachable) or [`Kind::Starting`](crate::office::fault::Kind::Starting) while the directory has none.
    pub(crate) async fn ensure_revocations(&self) -> Result<(), Fault> {
        if self.settings.role != Role::Ca && self.revocations_missing().is_some() {
            self.fetch_list().await?;
        }
        Ok(())
    }

    /// Puts the renewal of the list on the clock.
    pub(crate) fn watch_the_list(&self, tables: &dyn Tables) -> Result<(), DatabaseError> {
        if self.settings.role == Role::Ca || !self.checks_revocations() {
            return Ok(());
        }
        let now_ms = self.now_ms();
        let job = NewJob {
            kind: due::REVOCATIONS,
            reference: "",
            peer: None,
            at_ms: now_ms.saturating_add(ASK_AGAIN_MS),
        };
        due::put_once(tables, &job, now_ms)
    }

    /// Asks for the newest list. What cannot be had or is not to be believed changes nothing: the one before
    /// counts until its time is over.
    ///
    /// # Errors
    /// [`Kind::Unreachable`](crate::office::fault::Kind::Unreachable) while the directory does not answer; why what it answered is none.
    pub async fn renew_revocations(&self) -> Result<Next, Fault> {
        if self.settings.role == Role::Ca || !self.checks_revocations() {
            return Ok(Next::Done);
        }
        self.fetch_list().await?;
        Ok(Next::At(self.now_ms().saturating_add(ASK_AGAIN_MS)))
    }

    async fn fetch_list(&self) -> Result<(), Fault> {
        if self.is_shard() {
            // The office has it with the rest of what the party is.
            return self.copy_standing().await;
        }
        let directory = self.settings.directory.as_ref();
        let directory = directory.ok_or_else(Fault::internal)?;
        let roots = self.roots()?.ok_or_else(Fault::internal)?;
        let mut request =
            web::request_to(directory.as_str(), Method::GET, LIST_PATH, None, Vec::new())?;
        if let Some(known) = self.newest_list(&roots)? {
            let tag = HeaderValue::from_str(&tag_of(&known)).map_err(|_| Fault::internal())?;
            request.headers_mut().insert(IF_NONE_MATCH, tag);
        }
        let answer = self.ports.network().send(request).await?;
        if answer.status() == StatusCode::NOT_MODIFIED {
            return Ok(());
        }
        let list = web::answer_as(&answer, web::REVOCATION_LIST)?;
        self.take_list(list)?;
        Ok(())
    }

    /// Takes a list in the place of the one before, if it is newer. Whether it was.
    ///
    /// # Errors
    /// [`Kind::BadSignature`](crate::office::fault::Kind::BadSignature) and others if it is none; [`Kind::Replayed`](crate::office::fault::Kind::Replayed) if it is older.
    pub(crate) fn take_list(&self, list: &[u8]) -> Result<bool, Fault> {
        let mut roots = self.roots()?.ok_or_else(Fault::internal)?;
        let list = roots.verify_list(list, self.now())?;
        let is_newer = self.transaction(|tables| {
            if let Some(known) = self.newest_list(&roots)? {
                roots.take_list(known)?;
            }
            let is_newer = roots.take_list(list.clone())?;
            if is_newer {
                keep(tables, &list)?;
            }
            Ok::<_, Fault>(is_newer)
        })?;
        if is_newer {
            self.identity.replace(None);
            self.log("revocations", None, "newer");
        }
        Ok(is_newer)
    }

    pub(crate) fn revocations_reasons(&self) -> Result<Vec<Reason>, Fault> {
        let is_directory = self.settings.role == Role::Directory;
        if !is_directory && !self.checks_revocations() {
            return Ok(Vec::new());
        }
        let roots = self.roots()?.ok_or_else(Fault::internal)?;
        let Some(list) = self.newest_list(&roots)? else {
            let sentence =
                "It has no list of revoked certificates yet: the CA has not sent it one.";
            return Ok(vec![Reason::new("revocations", sentence)]);
        };
        let left = list.next_update().seconds_since(self.now());
        let from = if self.settings.role == Role::Ca || is_directory {
            "the CA"
        } else {
            "the directory"
        };
        Ok(if left == 0 {
            let sentence = format!(
                "The list of revoked certificates is out of date, so nobody's certificate is accepted. See why {from} has no newer one."
            );
            vec![Reason::new("revocations-stale", sentence)]
        } else if left < ENDING_SECONDS {
            let minutes = left / 60;
            let sentence = format!(
                "The list of revoked certificates is out of date in {minutes} minutes. See why {from} has no newer one."
            );
            vec![Reason::new("revocations-ending", sentence)]
        } else {
            Vec::new()
        })
    }
}

/// Names a list for whoever asks whether there is a newer one.
pub(crate) fn tag_of(list: &RevocationList) -> String {
    format!("\"{}-{}\"", list.number(), list.this_update().0)
}

/// Stores a list. Who introduced itself with a certificate that is on it has to do so again.
pub(crate) fn keep(tables: &dyn Tables, list: &RevocationList) -> Result<(), DatabaseError> {
    facts::put(tables, REVOCATIONS, list.as_der())?;
    type Confirmed = (Domain, u8, Vec<u8>);
    let sql = "SELECT domain, role, serial FROM confirmed_peers";
    for (domain, role, serial) in typed::all::<Confirmed>(tables, sql, &[])? {
        if list.find(&serial).is_some() {
            let sql = "DELETE FROM confirmed_peers WHERE domain = ? AND role = ?";
            tables.run(sql, &[domain.into(), role.into()])?;
        }
    }
    Ok(())
}
