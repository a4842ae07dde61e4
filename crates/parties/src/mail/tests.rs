//! A server that answers as a test says, one that listens too early, and one that dies.

use core::cell::{Cell, RefCell};
use std::rc::Rc;

use tallystick_protocol::wire::identifier::Domain;
use tallystick_protocol::wire::money::{Currency, Money};
use tallystick_protocol::wire::time::Timestamp;

use super::*;
use crate::ports::mail::{Connect, Security, Wire, WireError};

/// What it answers to a command that begins so, in the place of what a good server answers.
type Instead = (&'static str, &'static str);

const GREETING: &str = "220 mail.localhost ready\r\n";
const IN_CLEAR: &str = "250-mail.localhost\r\n250-SIZE 1000\r\n250 STARTTLS\r\n";
const ENCRYPTED: &str =
    "250-mail.localhost\r\n250-SIZE 5000\r\n250-8BITMIME\r\n250 AUTH LOGIN PLAIN\r\n";

#[derive(Default)]
struct Server {
    instead: Vec<Instead>,
    /// How many bytes are read at a time.
    at_a_time: usize,
    security: Cell<Option<Security>>,
    is_encrypted: Cell<bool>,
    is_mail: Cell<bool>,
    answers: RefCell<Vec<u8>>,
    /// Each command, with whether it was encrypted.
    commands: RefCell<Vec<(String, bool)>>,
    mail: RefCell<Vec<u8>>,
    heard: RefCell<Vec<u8>>,
}

struct Line(Rc<Server>);

impl Server {
    fn with(instead: &[Instead]) -> Rc<Self> {
        Rc::new(Self {
            instead: instead.to_vec(),
            at_a_time: 7,
            ..Self::default()
        })
    }

    fn hear(&self, bytes: &[u8]) {
        self.heard.borrow_mut().extend_from_slice(bytes);
        loop {
            let mut heard = self.heard.borrow_mut();
            let end: &[u8] = if self.is_mail.get() {
                b"\r\n.\r\n"
            } else {
                b"\r\n"
            };
            let Some(place) = heard.windows(end.len()).position(|some| some == end) else {
                return;
            };
            let rest = heard.split_off(place + end.len());
            let said = core::mem::replace(&mut *heard, rest);
            drop(heard);
            if self.is_mail.replace(false) {
                *self.mail.borrow_mut() = said;
                self.answer("(mail)", "250 taken\r\n");
                continue;
            }
            let command = String::from_utf8(said).unwrap().trim_end().to_owned();
            let encrypted = self.is_encrypted.get();
            self.commands
                .borrow_mut()
                .push((command.clone(), encrypted));
            let usual = match command.split(' ').next().unwrap() {
                "EHLO" if encrypted => ENCRYPTED,
                "EHLO" => IN_CLEAR,
                "STARTTLS" => "220 go ahead\r\n",
                "AUTH" => "235 it is you\r\n",
                "MAIL" | "RCPT" => "250 good\r\n",
                "DATA" => "354 go on\r\n",
                "QUIT" => "221 bye\r\n",
                other => panic!("{other}"),
            };
            self.answer(&command, usual);
        }
    }

    fn answer(&self, command: &str, usual: &'static str) {
        let instead = self
            .instead
            .iter()
            .find(|(start, _)| command.starts_with(start));
        let answer = instead.map_or(usual, |(_, answer)| *answer);
        self.is_mail.set(answer.starts_with("354"));
        self.answers.borrow_mut().extend(answer.bytes());
    }

    fn said(&self) -> Vec<String> {
        self.commands
            .borrow()
            .iter()
            .map(|(said, _)| said.clone())
            .collect()
    }
}

impl Connect for Rc<Server> {
    type Wire = Line;

    async fn connect(&self, host: &str, _: u16, security: Security) -> Result<Line, WireError> {
        assert_eq!(host, "mail.localhost");
        self.security.set(Some(security));
        self.is_encrypted.set(security == Security::Implicit);
        self.answer("(greeting)", GREETING);
        Ok(Line(self.clone()))
    }
}

impl Wire for Line {
    async fn read(&mut self) -> Result<Vec<u8>, WireError> {
        let mut answers = self.0.answers.borrow_mut();
        let count = answers.len().min(self.0.at_a_time);
        Ok(answers.drain(..count).collect())
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<(), WireError> {
        self.0.hear(bytes);
        Ok(())
    }

    async fn start_tls(self) -> Result<Self, WireError> {
        self.0.is_encrypted.set(true);
        Ok(self)
    }
}

fn account(security: Security) -> Account {
    let domain = |name| Domain::parse(name).unwrap();
    let from = "hearth@hearth.localhost".parse().unwrap();
    let host = (domain("mail.localhost"), security);
    Account::new(
        host,
        domain("hearth.localhost"),
        from,
        ("hearth", "päss word"),
    )
    .unwrap()
}

const MAIL: &[u8] = b"Subject: tea\r\n\r\n.\r\n..two\r\nlast\r\n";

fn submitted(server: &Rc<Server>, security: Security, mail: &[u8]) -> Result<(), SubmissionError> {
    let to = "aiko@example.jp".parse().unwrap();
    let account = account(security);
    futures_util::FutureExt::now_or_never(submit(server, &account, &to, mail)).unwrap()
}

fn refused(instead: &[Instead]) -> SubmissionError {
    submitted(&Server::with(instead), Security::StartTls, MAIL).unwrap_err()
}

#[test]
fn a_mail_is_said_under_encryption_after_the_password_and_comes_as_it_was() {
    for security in [Security::StartTls, Security::Implicit] {
        let server = Server::with(&[]);
        assert_eq!(submitted(&server, security, MAIL), Ok(()));
        let credentials = data_encoding::BASE64.encode("\0hearth\0päss word".as_bytes());
        let mut expected = vec!["EHLO hearth.localhost".to_owned()];
        if security == Security::StartTls {
            expected.extend(["STARTTLS".into(), "EHLO hearth.localhost".into()]);
        }
        expected.extend([
            format!("AUTH PLAIN {credentials}"),
            "MAIL FROM:<hearth@hearth.localhost> SIZE=32".into(),
            "RCPT TO:<aiko@example.jp>".into(),
            "DATA".into(),
            "QUIT".into(),
        ]);
        assert_eq!(server.said(), expected);
        let in_clear = |(said, encrypted): &(String, bool)| {
            *encrypted || said.starts_with("EHLO") || said == "STARTTLS"
        };
        assert!(server.commands.borrow().iter().all(in_clear));
        let stuffed = b"Subject: tea\r\n\r\n..\r\n...two\r\nlast\r\n.\r\n";
        assert_eq!(server.mail.borrow().as_slice(), stuffed);
    }
}

#[test]
fn a_server_that_does_not_encrypt_hears_no_password() {
    let server = Server::with(&[("EHLO", "250-mail.localhost\r\n250 AUTH PLAIN\r\n")]);
    let refused = submitted(&server, Security::StartTls, MAIL);
    assert_eq!(refused, Err(SubmissionError::NoEncryption));
    assert_eq!(server.said(), ["EHLO hearth.localhost"]);
    let refused = self::refused(&[("STARTTLS", "454 not now\r\n")]);
    assert!(refused.passes(), "{refused}");
}

#[test]
fn what_was_said_in_clear_behind_the_answer_does_not_count() {
    let server = Server::with(&[("STARTTLS", "220 go ahead\r\n250 AUTH PLAIN\r\n")]);
    // All at once, so that what is behind the answer has been read with it.
    let server = Rc::new(Server {
        at_a_time: 4096,
        instead: server.instead.clone(),
        ..Server::default()
    });
    let refused = submitted(&server, Security::StartTls, MAIL);
    assert_eq!(refused, Err(SubmissionError::Malformed));
    let heard = server.said().iter().any(|said| said.starts_with("AUTH"));
    assert!(!heard);
}

#[test]
fn each_step_can_be_refused_for_now_or_for_good() {
    for (step, named) in [
        ("(greeting)", "the greeting"),
        ("EHLO", "EHLO"),
        ("STARTTLS", "STARTTLS"),
        ("AUTH", "AUTH"),
        ("MAIL", "MAIL"),
        ("RCPT", "RCPT"),
        ("DATA", "DATA"),
        ("(mail)", "the mail"),
    ] {
        let later = refused(&[(step, "451 later\r\n")]);
        let expected = SubmissionError::Later {
            step: named,
            code: 451,
        };
        assert_eq!(later, expected);
        assert!(later.passes());
        let never = refused(&[(step, "550 never\r\n")]);
        let expected = SubmissionError::Refused {
            step: named,
            code: 550,
        };
        assert_eq!(never, expected);
        assert!(!never.passes());
        let closed = refused(&[(step, "")]);
        assert_eq!(closed, SubmissionError::HungUp);
    }
    let forwards = Server::with(&[("RCPT", "251 will forward\r\n")]);
    assert_eq!(submitted(&forwards, Security::StartTls, MAIL), Ok(()));
}

#[test]
fn what_is_no_reply_is_not_taken_for_one() {
    let long: &str = Box::leak(format!("250 {}\r\n", "x".repeat(2000)).into_boxed_str());
    let many: &str = Box::leak("250-x\r\n".repeat(100).into_boxed_str());
    for nonsense in [
        "hello\r\n",
        "25\r\n",
        "250+ok\r\n",
        "099 x\r\n",
        "999 x\r\n",
        "2五0 x\r\n",
        "250-one\r\n251 two\r\n",
        "\r\n",
        long,
        many,
    ] {
        let refused = refused(&[("MAIL", nonsense)]);
        assert_eq!(refused, SubmissionError::Malformed, "{nonsense}");
    }
    let bytes = refused(&[("MAIL", "250 no end")]);
    assert_eq!(bytes, SubmissionError::HungUp);
}

#[test]
fn a_server_without_auth_plain_or_with_less_room_is_not_sent_the_mail() {
    let login = "250-x\r\n250-AUTH LOGIN XOAUTH2\r\n250 SIZE 10\r\n";
    let server = Server::with(&[("EHLO", login)]);
    let refused = submitted(&server, Security::Implicit, MAIL);
    assert_eq!(refused, Err(SubmissionError::NoPassword));
    let small = "250-x\r\n250-AUTH PLAIN\r\n250 SIZE 10\r\n";
    let server = Server::with(&[("EHLO", small)]);
    let refused = submitted(&server, Security::Implicit, MAIL);
    assert_eq!(refused, Err(SubmissionError::TooLong));
    for unlimited in [
        "250-AUTH PLAIN\r\n250-SIZE 0\r\n250 AUTH PLAIN\r\n",
        "250-x\r\n250-SIZE\r\n250 auth plain\r\n",
    ] {
        let server = Server::with(&[("EHLO", unlimited)]);
        assert_eq!(submitted(&server, Security::Implicit, MAIL), Ok(()));
    }
}

#[test]
fn a_mail_is_of_short_lines_of_ascii() {
    let long = [b"x".repeat(999), b"\r\n".to_vec()].concat();
    let bad: [&[u8]; 8] = [
        b"",
        b"no end",
        b"one\ntwo\r\n",
        b"one\rtwo\r\n",
        b"caf\xc3\xa9\r\n",
        b"\0\r\n",
        b"one\r\n\n",
        &long,
    ];
    for mail in bad {
        let server = Server::with(&[]);
        let refused = submitted(&server, Security::Implicit, mail);
        assert_eq!(refused, Err(SubmissionError::Unsendable));
        assert!(server.said().is_empty());
    }
}

#[test]
fn an_account_shows_no_password_and_takes_none_that_ends_early() {
    let shown = format!("{:?}", account(Security::Implicit));
    assert!(!shown.contains("päss") && !shown.contains("112"), "{shown}");
    let domain = |name| Domain::parse(name).unwrap();
    for (user, password) in [
        ("", "x"),
        ("x", ""),
        ("x\0", "y"),
        ("x", "y\0"),
        ("x", &"y".repeat(256)),
    ] {
        let from = "hearth@hearth.localhost".parse().unwrap();
        let host = (domain("mail.localhost"), Security::Implicit);
        assert!(Account::new(host, domain("hearth.localhost"), from, (user, password)).is_none());
    }
}

fn mailed(terminal: &str) -> Vec<u8> {
    let shop = Domain::parse("kiso-tea.localhost").unwrap();
    let decision = Decision {
        id: [7; 32],
        terminal,
        shop: &shop,
        amount: Money::new(2_000, Currency::Jpy),
        at: Timestamp(1_800_000_000),
    };
    let sender = account(Security::Implicit).sender;
    let to = "aiko@example.jp".parse().unwrap();
    let name = "07".repeat(32);
    message::written(&sender, &to, &name, &decision::text(&decision), decision.at)
}

#[test]
fn t000_4_a_mail_about_a_decision_is_the_same_bytes_each_time_under_one_name() {
    let mail = mailed("愛子の携帯");
    assert_eq!(mail, mailed("愛子の携帯"));
    let text = String::from_utf8(mail).unwrap();
    let id = format!("Message-ID: <{}@hearth.localhost>\r\n", "07".repeat(32));
    for header in [
        id.as_str(),
        "Date: Fri, 15 Jan 2027 08:00:00 +0000\r\n",
        "Subject: Your card at home paid 2000 JPY at kiso-tea.localhost\r\n",
        "Auto-Submitted: auto-generated\r\n",
        "MIME-Version: 1.0\r\n",
    ] {
        assert!(text.contains(header), "{header} in {text}");
    }
}

#[test]
fn t000_4_whatever_a_terminal_is_called_a_mail_keeps_its_form() {
    let long = "x".repeat(5_000);
    for terminal in [
        "",
        "\r\n.\r\nDATA",
        "a\r\nBcc: b@example.jp",
        "\0\u{7f}\u{202e}",
        ".",
        &long,
    ] {
        {
            let mail = mailed(terminal);
            let server = Server::with(&[("EHLO", "250-x\r\n250 AUTH PLAIN\r\n")]);
            assert_eq!(submitted(&server, Security::Implicit, &mail), Ok(()));
            let text = String::from_utf8(mail).unwrap();
            let headers = text.split("\r\n\r\n").next().unwrap();
            assert!(!headers.contains("Bcc") && !headers.contains("DATA"));
            assert!(text.lines().all(|line| line.len() <= 100), "{text}");
        }
    }
}
