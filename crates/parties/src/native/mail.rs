//! A mail server in one process: it encrypts at once, believes whoever shows any password, keeps what it takes, and
//! fails on demand.

use core::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::ports::mail::{Connect, Security, Wire, WireError};

/// A mail that the server took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenMail {
    /// For whom.
    pub to: String,
    /// The message, without what SMTP adds to it.
    pub content: String,
}

impl TakenMail {
    /// A header that stands on one line.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let start = format!("{name}: ");
        let mut lines = self.content.split("\r\n");
        lines.find_map(|line| line.strip_prefix(start.as_str()))
    }

    /// What it says.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        let (_, body) = self.content.split_once("\r\n\r\n")?;
        let body: String = body.split("\r\n").collect();
        let bytes = data_encoding::BASE64.decode(body.as_bytes()).ok()?;
        String::from_utf8(bytes).ok()
    }
}

#[derive(Default)]
struct Inside {
    taken: RefCell<Vec<TakenMail>>,
    is_down: Cell<bool>,
    drops: Cell<u32>,
}

/// The server. A clone is the same.
#[derive(Clone, Default)]
pub struct MailServer(Rc<Inside>);

impl MailServer {
    /// What it took, oldest first: what it dropped afterwards, too.
    #[must_use]
    pub fn taken(&self) -> Vec<TakenMail> {
        self.0.taken.borrow().clone()
    }

    /// Nobody reaches it, or they do again.
    pub fn set_down(&self, is_down: bool) {
        self.0.is_down.set(is_down);
    }

    /// The next so many mails it takes, and drops the connection instead of saying so.
    pub fn drop_after_data(&self, mails: u32) {
        self.0.drops.set(mails);
    }
}

/// A connection to it.
pub struct MailLine {
    server: Rc<Inside>,
    heard: String,
    to: String,
    is_data: bool,
    answer: Vec<u8>,
}

impl Connect for MailServer {
    type Wire = MailLine;

    async fn connect(&self, _: &str, _: u16, _: Security) -> Result<MailLine, WireError> {
        if self.0.is_down.get() {
            return Err(WireError("it is down".into()));
        }
        Ok(MailLine {
            server: self.0.clone(),
            heard: String::new(),
            to: String::new(),
            is_data: false,
            answer: b"220 ready\r\n".to_vec(),
        })
    }
}

impl MailLine {
    fn said(&mut self, line: &str) -> &'static str {
        if let Some(to) = line.strip_prefix("RCPT TO:<") {
            to.trim_end_matches('>').clone_into(&mut self.to);
        }
        match line.split(' ').next() {
            Some("EHLO") => "250-here\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n",
            Some("STARTTLS") => "220 go ahead\r\n",
            Some("AUTH") => "235 it is you\r\n",
            Some("MAIL" | "RCPT") => "250 good\r\n",
            Some("DATA") => {
                self.is_data = true;
                "354 go on\r\n"
            }
            Some("QUIT") => "221 bye\r\n",
            _ => "502 what\r\n",
        }
    }

    fn take(&mut self, message: &str) -> &'static str {
        self.is_data = false;
        let (to, content) = (self.to.clone(), message.replace("\r\n..", "\r\n."));
        self.server
            .taken
            .borrow_mut()
            .push(TakenMail { to, content });
        let drops = self.server.drops.get();
        self.server.drops.set(drops.saturating_sub(1));
        if drops > 0 { "" } else { "250 taken\r\n" }
    }
}

impl Wire for MailLine {
    async fn read(&mut self) -> Result<Vec<u8>, WireError> {
        Ok(core::mem::take(&mut self.answer))
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<(), WireError> {
        self.heard.push_str(&String::from_utf8_lossy(bytes));
        loop {
            let end = if self.is_data { "\r\n.\r\n" } else { "\r\n" };
            let heard = core::mem::take(&mut self.heard);
            let Some((said, rest)) = heard.split_once(end) else {
                self.heard = heard;
                return Ok(());
            };
            rest.clone_into(&mut self.heard);
            let answer = if self.is_data {
                self.take(said)
            } else {
                self.said(said)
            };
            self.answer.extend(answer.bytes());
        }
    }

    async fn start_tls(self) -> Result<Self, WireError> {
        Ok(self)
    }
}
