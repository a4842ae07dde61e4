//! What is still to be mailed. The bytes are stored when it is decided, and said until a server has taken them.

use crate::office::Office;
use crate::office::fault::{Fault, Kind};
use crate::ports::mail::Connect;
use crate::ports::{DatabaseError, Ports, Tables};
use crate::post::due::{self, Job, NewJob, Next};
use crate::store::retention::Rule;
use crate::store::schema::Migration;
use crate::store::typed;

use super::{Account, Address, SubmissionError, submit};

/// The kind of a mail's job; its reference is the mail's name.
pub const JOB: &str = "mail";

/// The tables of whoever sends mail.
pub const SCHEMA: &[Migration] = &[Migration(&[
    // One row a mail; without recipient and content once it was taken.
    "CREATE TABLE mail (
        name TEXT PRIMARY KEY,
        recipient TEXT,
        content BLOB,
        noted_at INTEGER NOT NULL,
        taken_at INTEGER
    ) STRICT",
    "CREATE INDEX mail_taken ON mail (taken_at)",
])];

/// For how long it is known that a mail was sent, so that the same decision is not mailed anew.
pub const KEPT: Rule = Rule {
    what: "mail",
    days: 30,
    sql: "DELETE FROM mail WHERE taken_at <= ?",
};

/// Notes a mail, due at once; the same name twice is one mail.
pub(super) fn put(
    tables: &(impl Tables + ?Sized),
    account: &Account,
    (name, to): (&str, &Address),
    content: &[u8],
    now_ms: u64,
) -> Result<(), DatabaseError> {
    let noted = tables.run(
        "INSERT INTO mail (name, recipient, content, noted_at) VALUES (?, ?, ?, ?)
         ON CONFLICT (name) DO NOTHING RETURNING 1",
        &[
            name.into(),
            to.as_str().into(),
            content.into(),
            (now_ms / 1000).into(),
        ],
    )?;
    if noted.is_empty() {
        return Ok(());
    }
    let job = NewJob {
        kind: JOB,
        reference: name,
        peer: Some(account.host.as_str()),
        at_ms: now_ms,
    };
    due::put_once(tables, &job, now_ms)
}

/// Says a mail once, for the job of kind [`JOB`]; the role calls it from
/// [`Duties::perform`](crate::post::waking::Duties::perform).
///
/// # Errors
/// [`Kind::Unreachable`] if the server cannot be reached; [`Kind::Internal`] if it refuses the mail or what it takes is
/// not what is sent, so that an operator sees it. What the server will take later is [`Next::Later`].
pub async fn deliver<P: Ports>(
    office: &Office<P>,
    connect: &impl Connect,
    account: &Account,
    job: &Job,
) -> Result<Next, Fault> {
    let sql = "SELECT recipient, content FROM mail WHERE name = ? AND content IS NOT NULL";
    let mail = typed::one(office.tables(), sql, &[(&job.reference).into()])?;
    let mail: Option<(String, Vec<u8>)> = mail;
    let Some((to, content)) = mail else {
        return Ok(Next::Done);
    };
    let to = to
        .parse()
        .map_err(|_| broken(&SubmissionError::Unsendable))?;
    match submit(connect, account, &to, &content).await {
        Ok(()) => {
            let now = office.now().0;
            office.transaction(|tables| {
                let sql = "UPDATE mail SET recipient = NULL, content = NULL, taken_at = ?
                           WHERE name = ?";
                tables.run(sql, &[now.into(), (&job.reference).into()])
            })?;
            Ok(Next::Done)
        }
        Err(SubmissionError::Later { .. } | SubmissionError::Malformed) => Ok(Next::Later),
        Err(error) if error.passes() => Err(Fault::new(Kind::Unreachable, error)),
        Err(error) => Err(broken(&error)),
    }
}

/// An operator has to see it: the account, or the server, is not as it has to be.
fn broken(error: &SubmissionError) -> Fault {
    Fault {
        cause: "mail",
        said: error.to_string(),
        ..Fault::internal()
    }
}
