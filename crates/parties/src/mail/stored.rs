//! What is still to be mailed. The bytes are stored when it is decided, and said until a server has taken them.

use serde::Serialize;
use tallystick_protocol::wire::identifier::MailAddress;
use tallystick_protocol::wire::time::Timestamp;

use crate::office::Office;
use crate::office::fault::{Fault, Kind};
use crate::ports::mail::Connect;
use crate::ports::{DatabaseError, Ports, Tables};
use crate::post::due::{self, Job, NewJob, Next};
use crate::store::retention::Rule;
use crate::store::schema::Migration;
use crate::store::typed;

use super::message::{Text, named, written};
use super::{Account, Post, SubmissionError, submit};

/// The kind of a mail's job; its reference is the mail's name.
pub const JOB: &str = "mail";

/// The tables of whoever sends mail.
pub const SCHEMA: &[Migration] = &[Migration(&[
    // One row a mail; without recipient and content once it was taken, unless it is kept to be shown.
    "CREATE TABLE mail (
        name TEXT PRIMARY KEY,
        owner TEXT NOT NULL,
        recipient TEXT,
        content BLOB,
        noted_at INTEGER NOT NULL,
        taken_at INTEGER
    ) STRICT",
    "CREATE INDEX mail_taken ON mail (taken_at)",
    "CREATE INDEX mail_noted ON mail (noted_at)",
    "CREATE INDEX mail_of ON mail (owner)",
])];

/// For how long it is known that a mail was sent, so that the same decision is not mailed anew; and for how long one is
/// kept that no server takes.
pub const KEPT: Rule = Rule {
    what: "mail",
    days: 30,
    sql: "DELETE FROM mail WHERE coalesce(taken_at, noted_at) <= ?",
};

/// How many mails are shown where they are kept.
const SHOWN: u32 = 50;

/// A mail before it is written.
pub(super) struct Letter<'a> {
    /// Names it for ever.
    pub(super) name: &'a str,
    /// For whom it was noted.
    pub(super) owner: &'a str,
    pub(super) to: &'a MailAddress,
    pub(super) text: Text,
    pub(super) at: Timestamp,
}

/// Whether a mail was noted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noted {
    /// It was.
    New,
    /// One of this name was there.
    Known,
}

/// Notes a mail, due at once; the same name twice is one mail.
pub(super) fn put(
    tables: &(impl Tables + ?Sized),
    post: &Post,
    letter: &Letter<'_>,
    now_ms: u64,
) -> Result<Noted, DatabaseError> {
    let Letter { name, to, text, .. } = letter;
    let now_s = now_ms / 1000;
    let (content, taken_at) = match post {
        Post::Server(_) => (written(post.sender(), to, name, text, letter.at), None),
        Post::Kept(_) => {
            let shown = format!("{}\n{}", text.subject, text.body);
            (shown.into_bytes(), Some(now_s))
        }
    };
    let noted = tables.run(
        "INSERT INTO mail (name, owner, recipient, content, noted_at, taken_at) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (name) DO NOTHING RETURNING 1",
        &[
            (*name).into(),
            letter.owner.into(),
            to.as_str().into(),
            content.into(),
            now_s.into(),
            taken_at.into(),
        ],
    )?;
    if noted.is_empty() {
        return Ok(Noted::Known);
    }
    if let Post::Server(account) = post {
        let job = NewJob {
            kind: JOB,
            reference: name,
            peer: Some(account.host.as_str()),
            at_ms: now_ms,
        };
        due::put_once(tables, &job, now_ms)?;
    }
    Ok(Noted::New)
}

/// Forgets for whom and what is still to be mailed for `owner`: it is not mailed any more.
///
/// # Errors
/// Only the database's own.
pub fn forget(tables: &(impl Tables + ?Sized), owner: &str) -> Result<(), DatabaseError> {
    let sql = "UPDATE mail SET recipient = NULL, content = NULL WHERE owner = ?";
    tables.run(sql, &[owner.into()])?;
    Ok(())
}

/// A mail that was kept instead of sent.
#[derive(Debug, Serialize)]
pub struct KeptMail {
    /// Its `Message-ID`.
    pub id: String,
    /// To whom.
    pub to: String,
    /// When it was noted, in seconds.
    pub at: u64,
    /// Its subject.
    pub subject: String,
    /// What it says.
    pub text: String,
}

/// The newest mails that were kept instead of sent; none where mail is sent.
///
/// # Errors
/// Only the database's own.
pub fn kept(tables: &(impl Tables + ?Sized), post: &Post) -> Result<Vec<KeptMail>, DatabaseError> {
    let Post::Kept(sender) = post else {
        return Ok(Vec::new());
    };
    let rows: Vec<(String, String, Vec<u8>, u64)> = typed::all(
        tables,
        "SELECT name, recipient, content, noted_at FROM mail WHERE content IS NOT NULL
         ORDER BY noted_at DESC, rowid DESC LIMIT ?",
        &[SHOWN.into()],
    )?;
    let shown = |(name, to, content, at): (String, String, Vec<u8>, u64)| {
        let content = String::from_utf8_lossy(&content).into_owned();
        let (subject, text) = content.split_once('\n').unwrap_or((&content, ""));
        KeptMail {
            id: named(sender, &name),
            to,
            at,
            subject: subject.to_owned(),
            text: text.to_owned(),
        }
    };
    Ok(rows.into_iter().map(shown).collect())
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
