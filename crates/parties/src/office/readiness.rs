//! Whether a party does its work, with a reason for each *no*: what an operator watches. That it is
//! alive at all is `/health`.

use http::StatusCode;
use serde::Serialize;
use tallystick_protocol::trust::certificate::Certificate;
use tallystick_protocol::wire::identifier::Role;

use crate::ledger;
use crate::office::Office;
use crate::office::fault::Fault;
use crate::office::http::{self as web, Answer, Incoming};
use crate::ports::{Database as _, Ports};
use crate::post::due;

/// How long before its certificate ends a party says so, in seconds (a week). It tries to renew it
/// for 30 days; what was not renewed by then will not be without an operator.
const CERTIFICATE_SECONDS: u64 = 7 * 86_400;
/// How old an unsettled letter may be, in milliseconds (ten minutes).
const LETTER_MS: u64 = 600_000;

/// Why a party is not ready: a fixed word for machines and a sentence for its operator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// A fixed word.
    pub code: &'static str,
    /// What is wrong, and what to do about it.
    pub sentence: String,
}

impl Reason {
    pub(crate) fn new(code: &'static str, sentence: impl Into<String>) -> Self {
        Self {
            code,
            sentence: sentence.into(),
        }
    }
}

#[derive(Serialize)]
struct Readiness {
    ready: bool,
    reasons: Vec<Reason>,
    /// Whether the sealing key of before may be taken away; only while there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    sealing_key_before: Option<&'static str>,
}

/// What [`Readiness::sealing_key_before`] says: something may still be sealed under it, or nothing is.
pub(crate) const KEY_WANTED: &str = "wanted";
const KEY_UNUSED: &str = "unused";

impl<P: Ports> Office<P> {
    /// `GET /v1/ready`: 200 if everything is as it should be, 503 with the reasons otherwise.
    /// An office says what its shards lack as well.
    pub(crate) async fn readiness(&self, request: &Incoming) -> Answer {
        let mut reasons = self.not_ready();
        let shards = self.shards_readiness(request).await;
        reasons.extend(shards.reasons);
        let status = if reasons.is_empty() {
            StatusCode::OK
        } else {
            StatusCode::SERVICE_UNAVAILABLE
        };
        let ready = reasons.is_empty();
        let is_wanted = shards.want_key_before || self.wants_key_before().unwrap_or(true);
        let before = if is_wanted { KEY_WANTED } else { KEY_UNUSED };
        let readiness = Readiness {
            ready,
            reasons,
            sealing_key_before: self.vault.is_changing().then_some(before),
        };
        web::json(status, &readiness)
    }

    /// Everything that keeps this party from doing its work, or soon will.
    pub fn not_ready(&self) -> Vec<Reason> {
        if let Some(obstacle) = self.obstacle() {
            // What follows would only say the same in other words.
            return vec![Reason::new(obstacle.as_str(), obstacle.sentence())];
        }
        let checks = [
            self.memory_reasons(),
            self.certificate_reasons(),
            self.revocations_reasons(),
            self.backlog_reasons(),
            self.ledger_reasons(),
            self.storage_reasons(),
            self.sealing_reasons(),
        ];
        let unreadable = |_| {
            vec![Reason::new(
                "database",
                "What it stored cannot be read. The log has more.",
            )]
        };
        checks
            .into_iter()
            .flat_map(|check| check.unwrap_or_else(unreadable))
            .collect()
    }

    fn certificate_reasons(&self) -> Result<Vec<Reason>, Fault> {
        let certificate = Certificate::from_der(&self.identity()?.certificate)?;
        let left = certificate.not_after().seconds_since(self.now());
        Ok(if left == 0 {
            vec![Reason::new(
                "certificate-expired",
                "Its certificate has expired: nobody accepts what it signs. See why the CA does not renew it.",
            )]
        } else if left < CERTIFICATE_SECONDS {
            let days = left / 86_400;
            vec![Reason::new(
                "certificate-ending",
                format!("Its certificate ends in {days} days. See why the CA does not renew it."),
            )]
        } else {
            Vec::new()
        })
    }

    fn backlog_reasons(&self) -> Result<Vec<Reason>, Fault> {
        let backlog = due::backlog(self.tables(), self.now_ms())?;
        let mut reasons = Vec::new();
        if backlog.oldest_letter_ms > LETTER_MS {
            let minutes = backlog.oldest_letter_ms / 60_000;
            reasons.push(Reason::new(
                "letter-waiting",
                format!("A letter to another party has been waiting for {minutes} minutes. It is tried again by itself."),
            ));
        }
        if backlog.stuck > 0 {
            reasons.push(Reason::new(
                "stuck",
                format!(
                    "{} jobs failed too often and wait for the operator.",
                    backlog.stuck
                ),
            ));
        }
        Ok(reasons)
    }

    fn ledger_reasons(&self) -> Result<Vec<Reason>, Fault> {
        if self.settings.role != Role::Issuer {
            return Ok(Vec::new());
        }
        let frozen = ledger::standing(self.tables())?.frozen.len();
        Ok(if frozen == 0 {
            Vec::new()
        } else {
            vec![Reason::new(
                "ledger-frozen",
                format!(
                    "{frozen} accounts are frozen, because their balance is not what their transfers say."
                ),
            )]
        })
    }

    fn sealing_reasons(&self) -> Result<Vec<Reason>, Fault> {
        let unopened = self.unopened()?;
        let Some((number, missing)) = unopened else {
            return Ok(Vec::new());
        };
        let sentence = match missing {
            Some(id) => format!(
                "{number} sealed values do not open: they want the key {id}, which is neither SEALING_KEY nor \
                 SEALING_KEY_BEFORE."
            ),
            None => format!(
                "{number} sealed values do not open under SEALING_KEY or SEALING_KEY_BEFORE."
            ),
        };
        Ok(vec![Reason::new("sealed-values", sentence)])
    }

    fn storage_reasons(&self) -> Result<Vec<Reason>, Fault> {
        let size = self.ports.database().size()?;
        Ok(if size.is_nearly_full() {
            vec![Reason::new(
                "storage",
                format!(
                    "Its database takes {} of {} MB: once it is full, nothing is taken any more.",
                    size.bytes / 1_000_000,
                    size.limit_bytes / 1_000_000
                ),
            )]
        } else {
            Vec::new()
        })
    }
}
