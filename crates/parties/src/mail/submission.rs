//! A client for submission (RFC 6409) over SMTP (RFC 5321). It says a password only once the connection is encrypted,
//! and says nothing of a mail before it has said the password.

use data_encoding::BASE64;
use tallystick_protocol::wire::identifier::MailAddress;
use zeroize::Zeroizing;

use super::Account;
use super::reply::{Lines, Reply};
use crate::ports::mail::{Connect, Security, Wire, WireError};

/// The longest line of a message in bytes, without its end (RFC 5322 §2.1.1).
const LINE_BYTES_MAX: usize = 998;

/// Why a mail was not taken, or is not known to have been taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SubmissionError {
    /// No connection, or none any more.
    #[error(transparent)]
    Wire(#[from] WireError),
    /// The server ended the connection.
    #[error("The mail server hung up.")]
    HungUp,
    /// What the server said is no reply.
    #[error("The mail server said something that is no answer.")]
    Malformed,
    /// Not now (a reply of 400 to 499).
    #[error("The mail server answered {code} to {step}: later again.")]
    Later {
        /// What it was told.
        step: &'static str,
        /// What it answered.
        code: u16,
    },
    /// Not at all (any other reply than the one that belongs there).
    #[error("The mail server answered {code} to {step}.")]
    Refused {
        /// What it was told.
        step: &'static str,
        /// What it answered.
        code: u16,
    },
    /// The server does not encrypt.
    #[error("The mail server does not offer STARTTLS.")]
    NoEncryption,
    /// The server takes no password.
    #[error("The mail server does not offer AUTH PLAIN.")]
    NoPassword,
    /// The mail is longer than the server takes.
    #[error("The mail is longer than the mail server takes.")]
    TooLong,
    /// The mail is not of lines of ASCII that end in CR LF.
    #[error("The mail cannot be sent as it is.")]
    Unsendable,
}

impl SubmissionError {
    /// Whether it may go well the next time without anybody doing anything.
    #[must_use]
    pub const fn passes(&self) -> bool {
        matches!(
            self,
            Self::Wire(_) | Self::HungUp | Self::Malformed | Self::Later { .. }
        )
    }
}

/// Has the account's server take a mail: message `content` (RFC 5322) to `to`. If it fails after all was said, the
/// server may have taken it all the same.
///
/// # Errors
/// [`SubmissionError`] says why not.
pub async fn submit(
    connect: &impl Connect,
    account: &Account,
    to: &MailAddress,
    content: &[u8],
) -> Result<(), SubmissionError> {
    require_sendable(content)?;
    let mut session = Session::open(connect, account).await?;
    session.log_in(account).await?;
    session.send(&account.sender.from, to, content).await?;
    // It has the mail: that it is told so long changes nothing any more.
    let _said = session.lines.write(b"QUIT\r\n").await;
    Ok(())
}

/// An encrypted connection to a server that has introduced itself.
struct Session<W> {
    lines: Lines<W>,
    /// What it said it can.
    offers: Vec<String>,
}

impl<W: Wire> Session<W> {
    async fn open<C: Connect<Wire = W>>(
        connect: &C,
        account: &Account,
    ) -> Result<Self, SubmissionError> {
        let Account {
            host,
            port,
            security,
            ..
        } = account;
        let wire = connect.connect(host.as_str(), *port, *security).await?;
        let mut lines = Lines::new(wire);
        require(&lines.reply().await?, 220, "the greeting")?;
        if *security == Security::StartTls {
            let greeted = greet(&mut lines, account).await?;
            if !greeted
                .iter()
                .any(|offer| offer.eq_ignore_ascii_case("STARTTLS"))
            {
                return Err(SubmissionError::NoEncryption);
            }
            let reply = ask(&mut lines, "STARTTLS").await?;
            require(&reply, 220, "STARTTLS")?;
            lines = Lines::new(lines.into_wire()?.start_tls().await?);
        }
        // What was offered in clear does not count.
        let offers = greet(&mut lines, account).await?;
        Ok(Self { lines, offers })
    }

    /// The words behind an offer, if the server has made it.
    fn offer(&self, name: &str) -> Option<impl Iterator<Item = &str>> {
        self.offers.iter().find_map(|offer| {
            let mut words = offer.split_ascii_whitespace();
            let is_it = words
                .next()
                .is_some_and(|word| word.eq_ignore_ascii_case(name));
            is_it.then_some(words)
        })
    }

    async fn log_in(&mut self, account: &Account) -> Result<(), SubmissionError> {
        let plain = |word: &str| word.eq_ignore_ascii_case("PLAIN");
        if !self.offer("AUTH").is_some_and(|mut ways| ways.any(plain)) {
            return Err(SubmissionError::NoPassword);
        }
        let credentials = Zeroizing::new(BASE64.encode(&account.credentials()));
        let command = Zeroizing::new(format!("AUTH PLAIN {}", *credentials));
        require(&ask(&mut self.lines, &command).await?, 235, "AUTH")
    }

    async fn send(
        &mut self,
        from: &MailAddress,
        to: &MailAddress,
        content: &[u8],
    ) -> Result<(), SubmissionError> {
        let (from, to, mut size) = (from.as_str(), to.as_str(), String::new());
        if let Some(mut limit) = self.offer("SIZE") {
            // RFC 1870: zero, or nothing, is no limit.
            let limit = limit
                .next()
                .and_then(|limit| limit.parse().ok())
                .unwrap_or(0);
            if limit != 0 && content.len() > limit {
                return Err(SubmissionError::TooLong);
            }
            size = format!(" SIZE={}", content.len());
        }
        let lines = &mut self.lines;
        require(
            &ask(lines, &format!("MAIL FROM:<{from}>{size}")).await?,
            250,
            "MAIL",
        )?;
        let taken = ask(lines, &format!("RCPT TO:<{to}>")).await?;
        if taken.code != 251 {
            require(&taken, 250, "RCPT")?;
        }
        require(&ask(lines, "DATA").await?, 354, "DATA")?;
        lines.write(&stuffed(content)).await?;
        require(&lines.reply().await?, 250, "the mail")
    }
}

/// Introduces the party; what the server can.
async fn greet<W: Wire>(
    lines: &mut Lines<W>,
    account: &Account,
) -> Result<Vec<String>, SubmissionError> {
    let reply = ask(lines, &format!("EHLO {}", account.sender.own)).await?;
    require(&reply, 250, "EHLO")?;
    Ok(reply.lines.into_iter().skip(1).collect())
}

/// Says one command and waits for its reply. Nothing that ends a line is ever part of one.
async fn ask<W: Wire>(lines: &mut Lines<W>, command: &str) -> Result<Reply, SubmissionError> {
    if command.bytes().any(|byte| !matches!(byte, b' '..=b'~')) {
        return Err(SubmissionError::Unsendable);
    }
    let line = Zeroizing::new(format!("{command}\r\n"));
    lines.write(line.as_bytes()).await?;
    lines.reply().await
}

fn require(reply: &Reply, code: u16, step: &'static str) -> Result<(), SubmissionError> {
    match reply.code {
        said if said == code => Ok(()),
        code @ 400..=499 => Err(SubmissionError::Later { step, code }),
        code => Err(SubmissionError::Refused { step, code }),
    }
}

/// A message goes as it is: of ASCII, in lines that end in CR LF and are not too long.
fn require_sendable(content: &[u8]) -> Result<(), SubmissionError> {
    let lines = content
        .strip_suffix(b"\r\n")
        .ok_or(SubmissionError::Unsendable)?;
    let text = core::str::from_utf8(lines).map_err(|_| SubmissionError::Unsendable)?;
    let good = |line: &str| {
        line.len() <= LINE_BYTES_MAX && line.bytes().all(|byte| matches!(byte, b'\t' | b' '..=b'~'))
    };
    if text.split("\r\n").all(good) {
        Ok(())
    } else {
        Err(SubmissionError::Unsendable)
    }
}

/// The message with a point before each line that begins with one, and its end (RFC 5321 §4.5.2).
fn stuffed(content: &[u8]) -> Vec<u8> {
    let mut stuffed = Vec::with_capacity(content.len() + 64);
    for line in content.split_inclusive(|byte| *byte == b'\n') {
        if line.starts_with(b".") {
            stuffed.push(b'.');
        }
        stuffed.extend_from_slice(line);
    }
    stuffed.extend_from_slice(b".\r\n");
    stuffed
}
