//! An operator's commands: signed by an operator's key, done once, and noted in a journal.
//!
//! The token opens the console; it commands nothing. What is commanded is signed by a key that stays
//! in the operator's browser, names the party, is fresh, and has a number by which it is done once.

use data_encoding::{BASE64, HEXLOWER_PERMISSIVE};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use tallystick_protocol::checkout::handing::is_handed_text;
use tallystick_protocol::coupon::{CampaignId, CouponId, TERMINAL_BYTES_MAX, is_condition};
use tallystick_protocol::purse::PurseNumber;
use tallystick_protocol::settlement::Alias;
use tallystick_protocol::trust::command::{
    self, CommandError, MEDIA_TYPE, OperatorCommand, OperatorKey, SignedCommand,
};
use tallystick_protocol::wire::identifier::{Domain, OrderId};
use tallystick_protocol::wire::text::is_plain;
use tallystick_protocol::wire::time::Timestamp;

use super::Show;
use super::cells::{Cell, NamedText, Table};
use crate::office::Office;
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer, Incoming};
use crate::office::settings::{ConsoleAccess, Operator};
use crate::ports::{DatabaseError, Ports, Tables};
use crate::post::due;
use crate::recollection::restoring::{LEAVE_OUT, RESTORE};
use crate::store::once::{Command, FOR_GOOD, before, once};
use crate::store::typed;

/// Where commands are taken.
pub(crate) const COMMANDS_PATH: &str = "/v1/console/commands";
/// How far a command's time may be from the party's clock, in seconds.
const FRESH_SECONDS: u64 = 300;
/// How long the answer to a command is kept, in seconds (30 days): far longer than it is fresh.
const KEPT_SECONDS: u64 = 30 * 86_400;
/// How many lines of the journal, and how many stuck jobs, a console shows.
const SHOWN: u32 = 30;
/// How many operators register themselves in a demo.
const DEMO_OPERATORS_MAX: i64 = 16;
/// The longest name of an operator, in bytes.
const NAME_MAX_BYTES: usize = 64;

/// A command that a role takes: what it is called and what it must be told.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct CommandShape {
    /// A fixed word: "change-limit".
    pub name: &'static str,
    /// What it must be told, all of it.
    pub arguments: &'static [Argument],
}

/// What a command must be told.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Argument {
    /// A fixed word: "account".
    pub name: &'static str,
    /// What it is.
    pub kind: ArgumentKind,
}

/// What an argument is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ArgumentKind {
    /// The number of an account.
    Account,
    /// An amount in minor units, not zero.
    Amount,
    /// A domain name.
    Party,
    /// An order's number in hexadecimal.
    Order,
    /// A certificate's serial number in hexadecimal.
    Certificate,
    /// A purse's number in hexadecimal.
    Purse,
    /// An amount in minor units that may be zero.
    Limit,
    /// A count that may be zero.
    Count,
    /// The number of a booking at a bank outside.
    Booking,
    /// The number of an account at a bank outside (ISO 13616).
    Iban,
    /// A coupon's number in hexadecimal.
    Coupon,
    /// A terminal behind a gateway, as that calls it.
    Terminal,
    /// A campaign's number in hexadecimal.
    Campaign,
    /// The name of a condition, or nothing.
    Condition,
    /// SHA-256 of something in hexadecimal.
    Digest,
    /// The alias of a contactless card in hexadecimal.
    Card,
    /// A time, in seconds since 1970.
    Moment,
    /// A text that a shop hands over, in lines, or nothing. It is for the holder alone, and stands in no journal.
    HandedText,
}

impl ArgumentKind {
    /// Whether a journal does not say what it was.
    const fn is_secret(self) -> bool {
        matches!(self, Self::HandedText)
    }
}

/// Everything that is stuck is tried again: every party takes it.
const RETRY: CommandShape = CommandShape {
    name: "retry",
    arguments: &[],
};

/// The arguments of a command, as their kinds are read.
pub struct Arguments<'a> {
    command: &'a OperatorCommand,
    signed: Option<Signature<'a>>,
}

/// A command as it was signed.
#[derive(Clone, Copy)]
pub struct Signature<'a> {
    /// The JWS.
    pub bytes: &'a [u8],
    /// The operator's key.
    pub key: &'a OperatorKey,
}

impl<'a> Arguments<'a> {
    /// Those of this command.
    #[must_use]
    pub fn of(command: &'a OperatorCommand) -> Self {
        Self {
            command,
            signed: None,
        }
    }

    /// The command as it was signed; none while it is only prepared for.
    #[must_use]
    pub fn signed(&self) -> Option<Signature<'a>> {
        self.signed
    }

    fn text(&self, name: &str) -> Result<&str, Fault> {
        let text = self.command.arguments.get(name).map(String::as_str);
        text.ok_or_else(|| Fault::malformed("The command lacks an argument."))
    }

    fn read<T>(&self, name: &str, read: impl FnOnce(&str) -> Option<T>) -> Result<T, Fault> {
        let unread = || Fault::malformed("An argument of the command cannot be read.");
        read(self.text(name)?).ok_or_else(unread)
    }

    /// What makes the command one: use it to name what it books.
    #[must_use]
    pub fn id(&self) -> &'a str {
        &self.command.id
    }

    /// The number of an account.
    ///
    /// # Errors
    /// [`Kind::Malformed`] if it is none.
    pub fn account(&self) -> Result<i64, Fault> {
        self.read("account", |text| text.parse().ok().filter(|n| *n > 0))
    }

    /// The number of a booking at a bank outside.
    ///
    /// # Errors
    /// As of [`Arguments::account`].
    pub fn booking(&self) -> Result<i64, Fault> {
        self.read("booking", |text| text.parse().ok().filter(|n| *n > 0))
    }

    /// The number of an account at a bank outside (ISO 13616), with or without spaces. Its check digits are not looked at.
    ///
    /// # Errors
    /// As of [`Arguments::account`].
    pub fn iban(&self) -> Result<&str, Fault> {
        let text = self.text("iban")?;
        let is_one = |byte: u8| byte.is_ascii_alphanumeric() || byte == b' ';
        let is_iban = (15..=42).contains(&text.len()) && text.bytes().all(is_one);
        let unread = || Fault::malformed("An argument of the command cannot be read.");
        is_iban.then_some(text).ok_or_else(unread)
    }

    /// An amount in minor units.
    ///
    /// # Errors
    /// As of [`Arguments::account`].
    pub fn amount(&self) -> Result<u64, Fault> {
        let is_amount = |minor: &u64| (1..=1 << 53).contains(minor);
        self.read("amount", |text| text.parse().ok().filter(is_amount))
    }

    /// A party's domain.
    ///
    /// # Errors
    /// As of [`Arguments::account`].
    pub fn party(&self) -> Result<Domain, Fault> {
        self.read("party", |text| Domain::parse(text).ok())
    }

    /// A certificate's serial number, 1 to 20 bytes, big-endian.
    ///
    /// # Errors
    /// As of [`Arguments::account`].
    pub fn certificate(&self) -> Result<Vec<u8>, Fault> {
        let is_one = |serial: &Vec<u8>| (1..=20).contains(&serial.len());
        self.read("certificate", |text| {
            let serial = HEXLOWER_PERMISSIVE.decode(text.as_bytes());
            serial.ok().filter(is_one)
        })
    }

    /// A purse's number.
    ///
    /// # Errors
    /// As of [`Arguments::account`].
    pub fn purse(&self) -> Result<PurseNumber, Fault> {
        self.read("purse", |text| text.parse().ok())
    }

    /// A coupon's number.
    ///
    /// # Errors
    /// As of [`Arguments::account`].
    pub fn coupon(&self) -> Result<CouponId, Fault> {
        self.read("coupon", |text| text.parse().ok())
    }

    /// A terminal behind a gateway, 1 to 64 bytes.
    ///
    /// # Errors
    /// As of [`Arguments::account`].
    pub fn terminal(&self) -> Result<&str, Fault> {
        let text = self.text("terminal")?;
        let is_terminal = (1..=TERMINAL_BYTES_MAX).contains(&text.len()) && is_plain(text);
        let unread = || Fault::malformed("An argument of the command cannot be read.");
        is_terminal.then_some(text).ok_or_else(unread)
    }

    /// A campaign's number.
    ///
    /// # Errors
    /// As of [`Arguments::account`].
    pub fn campaign(&self) -> Result<CampaignId, Fault> {
        self.read("campaign", |text| text.parse().ok())
    }

    /// The name of a condition, 1 to 64 bytes of plain text; none if nothing is said.
    ///
    /// # Errors
    /// As of [`Arguments::account`].
    pub fn condition(&self) -> Result<Option<&str>, Fault> {
        let text = self.text("condition")?;
        let unread = || Fault::malformed("An argument of the command cannot be read.");
        match text {
            "" => Ok(None),
            text if is_condition(text) => Ok(Some(text)),
            _ => Err(unread()),
        }
    }

    /// The alias of a contactless card.
    ///
    /// # Errors
    /// As of [`Arguments::account`].
    pub fn card(&self) -> Result<Alias, Fault> {
        self.read("card", |text| text.parse().ok())
    }

    /// A time.
    ///
    /// # Errors
    /// As of [`Arguments::account`].
    pub fn moment(&self) -> Result<Timestamp, Fault> {
        let is_time = |seconds: &u64| *seconds <= FOR_GOOD.0;
        self.read("moment", |text| text.parse().ok().filter(is_time))
            .map(Timestamp)
    }

    /// A text that a shop hands over; none if nothing is said.
    ///
    /// # Errors
    /// As of [`Arguments::account`].
    pub fn handed_text(&self) -> Result<Option<&str>, Fault> {
        match self.text("handed-text")? {
            "" => Ok(None),
            text if is_handed_text(text) => Ok(Some(text)),
            _ => Err(Fault::malformed(
                "An argument of the command cannot be read.",
            )),
        }
    }

    /// SHA-256 of something, under this name.
    ///
    /// # Errors
    /// As of [`Arguments::account`].
    pub fn digest(&self, name: &str) -> Result<[u8; 32], Fault> {
        self.read(name, |text| {
            let bytes = HEXLOWER_PERMISSIVE.decode(text.as_bytes()).ok()?;
            bytes.try_into().ok()
        })
    }

    /// A limit under this name; unlike an amount it may be zero.
    ///
    /// # Errors
    /// As of [`Arguments::account`].
    pub fn limit(&self, name: &str) -> Result<u64, Fault> {
        let is_limit = |minor: &u64| *minor <= 1 << 53;
        self.read(name, |text| text.parse().ok().filter(is_limit))
    }

    /// An order's number.
    ///
    /// # Errors
    /// As of [`Arguments::account`].
    pub fn order(&self) -> Result<OrderId, Fault> {
        self.read("order", |text| text.parse().ok())
    }
}

/// The answer to a command.
#[derive(Serialize)]
struct Done {
    done: bool,
}

/// Who may command, as the console shows it.
#[derive(Debug, Serialize)]
pub(super) struct OperatorView {
    name: String,
    key: String,
}

/// What a page registers in a demo.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewOperator {
    name: String,
    /// Subject public key info in base64.
    key: String,
}

impl<P: Ports> Office<P> {
    /// All commands that a role takes.
    pub(super) fn shapes(&self, role: &impl Show) -> Vec<CommandShape> {
        let of_all = core::iter::once(&RETRY).chain(self.restoring_commands());
        of_all.chain(role.commands()).copied().collect()
    }

    /// The role takes such a command, with these arguments and no others; and now.
    fn require_shape(&self, role: &impl Show, command: &OperatorCommand) -> Result<(), Fault> {
        let shape = self.shapes(role);
        let shape = shape.iter().find(|shape| shape.name == command.command);
        let shape = shape.ok_or_else(|| Fault::malformed("This party takes no such command."))?;
        let is_told = |argument: &Argument| command.arguments.contains_key(argument.name);
        let is_all = shape.arguments.len() == command.arguments.len();
        if !is_all || !shape.arguments.iter().all(is_told) {
            return Err(Fault::malformed("The command has other arguments."));
        }
        let goes_on = [RETRY.name, RESTORE.name, LEAVE_OUT.name].contains(&shape.name);
        if self.is_frozen() && !goes_on {
            let why = "It does not know yet what it has signed, and takes no other command.";
            return Err(Fault::new(Kind::Starting, why));
        }
        Ok(())
    }

    /// The command in a request that an operator may give, if it is fresh and was not done before: for what has to
    /// be prepared. Taking it says what is wrong with any other.
    pub fn new_command(&self, request: &Incoming) -> Option<OperatorCommand> {
        let is_one =
            request.method() == http::Method::POST && request.uri().path() == COMMANDS_PATH;
        if !is_one || self.require_console(request).is_err() {
            return None;
        }
        let body = web::body_as(request, MEDIA_TYPE).ok()?;
        let operators = self.operators().ok()?;
        let keys: Vec<_> = operators.into_iter().map(|one| one.key).collect();
        let signed = command::open(body, &keys).ok()?;
        let said = signed.command;
        let is_own = said.role == self.settings.called.as_str()
            && said.domain == self.settings.domain.as_str();
        let command = Command {
            what: "operator",
            key: &said.id,
            digest: &signed.digest,
            keep_until: Timestamp(0),
        };
        let is_new = matches!(before(self.tables(), &command), Ok(None));
        (is_own && is_new && self.require_fresh(Timestamp(said.at)).is_ok()).then_some(said)
    }

    /// `POST /v1/console/commands`: a JWS. The same command again gets the same answer.
    pub(super) fn take_command(
        &self,
        role: &impl Show,
        request: &Incoming,
    ) -> Result<Answer, Fault> {
        let body = web::body_as(request, MEDIA_TYPE)?;
        let operators = self.operators()?;
        let keys: Vec<_> = operators.iter().map(|one| one.key.clone()).collect();
        let signed = command::open(body, &keys).map_err(refused)?;
        let said = &signed.command;
        if said.role != self.settings.called.as_str()
            || said.domain != self.settings.domain.as_str()
        {
            let other = "The command is for another party.";
            return Err(Fault::new(Kind::WrongRecipient, other));
        }
        let operator = operators.iter().find(|one| one.key.id() == signed.key_id);
        let by = operator.map_or("", |one| one.name.as_str());
        let told = Arguments {
            command: said,
            signed: operator.map(|one| Signature {
                bytes: body,
                key: &one.key,
            }),
        };
        let command = Command {
            what: "operator",
            key: &said.id,
            digest: &signed.digest,
            keep_until: Timestamp(said.at).plus_seconds(KEPT_SECONDS),
        };
        if let Some(answer) = before(self.tables(), &command)? {
            return Ok(web::answer(StatusCode::OK, web::JSON, answer));
        }
        self.require_fresh(Timestamp(said.at))?;
        self.require_shape(role, said)?;
        let done = self.transaction(|tables| {
            once(tables, &command, |tables| {
                self.obey(role, tables, &told)?;
                self.note(tables, &signed, by, &self.secrets_of(role, said))?;
                serde_json::to_vec(&Done { done: true }).map_err(|_| Fault::internal())
            })
        });
        let answer = done.inspect_err(|_| self.goes_back_to.set(None))?;
        if said.command == LEAVE_OUT.name {
            self.wake_up_if_all_told()?;
        }
        self.log("commanded", None, &said.command);
        Ok(web::answer(StatusCode::OK, web::JSON, answer))
    }

    fn require_fresh(&self, at: Timestamp) -> Result<(), Fault> {
        let now = self.now();
        if at.seconds_since(now).max(now.seconds_since(at)) > FRESH_SECONDS {
            let stale = "The command was not signed within the last five minutes.";
            return Err(Fault::new(Kind::Expired, stale));
        }
        Ok(())
    }

    fn obey(
        &self,
        role: &impl Show,
        tables: &dyn Tables,
        told: &Arguments<'_>,
    ) -> Result<(), Fault> {
        let command = told.command;
        if command.command == RETRY.name {
            due::retry_stuck(tables, self.now_ms())?;
            return Ok(());
        }
        if command.command == RESTORE.name {
            return self.restore(tables, told.moment()?);
        }
        if command.command == LEAVE_OUT.name {
            return self.leave_out(tables, &told.party()?);
        }
        role.obey(tables, &command.command, told)
    }

    /// The arguments of a command of which a journal does not say what they were.
    fn secrets_of(&self, role: &impl Show, command: &OperatorCommand) -> Vec<&'static str> {
        let shapes = self.shapes(role).into_iter();
        let shapes = shapes.filter(|shape| shape.name == command.command);
        let arguments = shapes.flat_map(|shape| shape.arguments);
        let secret = arguments.filter(|argument| argument.kind.is_secret());
        secret.map(|argument| argument.name).collect()
    }

    fn note(
        &self,
        tables: &dyn Tables,
        signed: &SignedCommand,
        by: &str,
        secrets: &[&str],
    ) -> Result<(), Fault> {
        let said = &signed.command;
        let mut arguments = said.arguments.clone();
        arguments.retain(|name, _| !secrets.contains(&name.as_str()));
        let arguments = serde_json::to_string(&arguments).map_err(|_| Fault::internal())?;
        tables.run(
            "INSERT INTO operator_journal (at_ms, operator, key_id, command, arguments) VALUES (?, ?, ?, ?, ?)",
            &[
                self.now_ms().into(),
                by.into(),
                (&signed.key_id).into(),
                (&said.command).into(),
                arguments.into(),
            ],
        )?;
        Ok(())
    }

    /// Who may command: whom the settings name, and in a demo who registered.
    fn operators(&self) -> Result<Vec<Operator>, Fault> {
        let mut operators = self.settings.operators.clone();
        if self.registers_operators() {
            let sql = "SELECT name, key FROM demo_operators ORDER BY key_id";
            for (name, key) in typed::all::<(String, Vec<u8>)>(self.tables(), sql, &[])? {
                let key = OperatorKey::from_spki(&key)?;
                operators.push(Operator { name, key });
            }
        }
        Ok(operators)
    }

    pub(super) fn operator_views(&self) -> Result<Vec<OperatorView>, Fault> {
        let view = |operator: Operator| OperatorView {
            key: operator.key.id().to_owned(),
            name: operator.name,
        };
        Ok(self.operators()?.into_iter().map(view).collect())
    }

    /// Whether a page that opens the console becomes an operator by itself: in a demo on one machine alone.
    pub(super) fn registers_operators(&self) -> bool {
        self.settings.is_demo() && matches!(self.settings.console, ConsoleAccess::Open)
    }

    /// `POST /v1/console/operators`, in a demo: the page's own key becomes an operator's.
    pub(super) fn register_operator(&self, request: &Incoming) -> Result<Answer, Fault> {
        if !self.registers_operators() {
            let by_hand = "Operators are named in the setting OPERATORS.";
            return Err(Fault::new(Kind::Unauthorised, by_hand));
        }
        let wanted: NewOperator = web::json_body(request)?;
        if wanted.name.is_empty() || wanted.name.len() > NAME_MAX_BYTES {
            return Err(Fault::malformed("A name has between 1 and 64 bytes."));
        }
        let spki = BASE64.decode(wanted.key.as_bytes());
        let spki = spki.map_err(|_| Fault::malformed("A key is in base64."))?;
        let key = OperatorKey::from_spki(&spki)?;
        self.transaction(|tables| {
            let count = "SELECT count(*) FROM demo_operators WHERE key_id <> ?";
            let others: Option<i64> = typed::one(tables, count, &[key.id().into()])?;
            if others.unwrap_or(0) >= DEMO_OPERATORS_MAX {
                return Err(Fault::new(Kind::RateLimited, "There are enough operators."));
            }
            tables.run(
                "INSERT INTO demo_operators (key_id, name, key) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                &[key.id().into(), (&wanted.name).into(), spki.clone().into()],
            )?;
            Ok(())
        })?;
        Ok(web::json(StatusCode::OK, &Done { done: true }))
    }
}

fn refused(error: CommandError) -> Fault {
    let kind = match error {
        CommandError::UnknownKey => Kind::Unauthorised,
        CommandError::Mismatch => Kind::BadSignature,
        _ => Kind::Malformed,
    };
    Fault::new(kind, error)
}

/// What operators commanded, newest first.
///
/// # Errors
/// Only the database's own.
pub(super) fn journal(tables: &(impl Tables + ?Sized)) -> Result<Table, DatabaseError> {
    type Noted = (u64, String, String, String);
    let noted: Vec<Noted> = typed::all(
        tables,
        "SELECT at_ms, operator, command, arguments FROM operator_journal ORDER BY number DESC LIMIT ?",
        &[SHOWN.into()],
    )?;
    let mut lines = Vec::new();
    for (at_ms, operator, command, arguments) in noted {
        let arguments = serde_json::from_str(&arguments).map_err(|_| DatabaseError::Shape(3))?;
        lines.push(vec![
            Cell::Time(at_ms / 1000),
            Cell::Text(operator),
            Cell::word(&command),
            told(arguments),
        ]);
    }
    Ok(Table {
        name: "journal",
        columns: &["at", "operator", "command", "arguments"],
        rows: lines,
    })
}

fn told(arguments: std::collections::BTreeMap<String, String>) -> Cell {
    let texts = arguments.into_iter();
    Cell::Facts(texts.map(|(name, text)| NamedText { name, text }).collect())
}

/// What is stuck, oldest first.
///
/// # Errors
/// Only the database's own.
pub(super) fn stuck(tables: &(impl Tables + ?Sized)) -> Result<Table, DatabaseError> {
    let line = |job: due::StuckJob| {
        vec![
            Cell::Time(job.stuck_at_ms / 1000),
            Cell::word(&job.kind),
            Cell::Text(job.reference),
            Cell::Count(job.attempts.into()),
        ]
    };
    Ok(Table {
        name: "stuck",
        columns: &["at", "job", "reference", "attempts"],
        rows: due::stuck(tables, SHOWN)?.into_iter().map(line).collect(),
    })
}
