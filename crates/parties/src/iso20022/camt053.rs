//! Statements of an account: BankToCustomerStatementV08, camt.053.001.08.

use tallystick_protocol::wire::money::{Currency, Money};
use tallystick_protocol::wire::text::is_plain;
use tallystick_protocol::wire::time::Timestamp;

use super::amount;
use super::date::{Date, read_moment, write_moment};
use super::error::Iso20022Error;
use super::iban::Iban;
use super::parties::{text_of, write_account};
use super::text::{NOT_PROVIDED, Reference};
use super::xml::{self, Element};

/// The message's namespace.
pub const NAMESPACE: &str = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08";
const MESSAGE: &str = "BkToCstmrStmt";
/// How many payments one statement may have.
pub const ENTRIES_MAX: usize = 1_000;

/// An amount that is the account's or is owed: what a balance is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Balance {
    /// Minor units, below zero if the account is overdrawn.
    pub minor: i64,
    /// What they are units of.
    pub currency: Currency,
}

/// Which way money moved, as the account's owner sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// It came (CRDT).
    In,
    /// It went (DBIT).
    Out,
}

impl Direction {
    fn code(self) -> &'static str {
        match self {
            Self::In => "CRDT",
            Self::Out => "DBIT",
        }
    }
}

/// What a booking was, by ISO's bank transaction code: domain PMNT, family and sub-family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BookingKind {
    /// A credit transfer that the owner ordered (ICDT).
    TransferSent,
    /// A direct debit that the owner ordered (IDDT).
    Collected,
    /// A credit transfer that somebody else ordered (RCDT).
    Received,
    /// Money that was paid in (CNTR, CDPT).
    PaidIn,
    /// Anything else.
    Other,
}

impl BookingKind {
    fn codes(self) -> (&'static str, &'static str) {
        match self {
            Self::TransferSent => ("ICDT", "DMCT"),
            Self::Collected => ("IDDT", "OTHR"),
            Self::Received => ("RCDT", "DMCT"),
            Self::PaidIn => ("CNTR", "CDPT"),
            Self::Other => ("OTHR", "OTHR"),
        }
    }

    fn of(family: &str) -> Self {
        match family {
            "ICDT" => Self::TransferSent,
            "IDDT" => Self::Collected,
            "RCDT" => Self::Received,
            "CNTR" => Self::PaidIn,
            _ => Self::Other,
        }
    }
}

/// One payment that was booked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Booked {
    /// The bank's own name for it (AcctSvcrRef, else NtryRef), the same in every statement; nothing if it gave none.
    pub bank_reference: Option<String>,
    /// The name that whoever ordered it gave it.
    pub end_to_end: Option<Reference>,
    /// How much.
    pub money: Money,
    /// Which way.
    pub direction: Direction,
    /// What it was.
    pub kind: BookingKind,
    /// The day on which it was booked.
    pub on: Date,
    /// The name of the other side, if the statement says it.
    pub other: Option<String>,
    /// The account of the other side, if the statement says it.
    pub other_account: Option<Iban>,
    /// What it was for.
    pub remittance: Option<String>,
}

/// Which account a statement is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccountId {
    /// One with a number of the banks' system (IBAN).
    Iban(Iban),
    /// One with a number of its bank alone (Othr): at most 34 Latin characters.
    Other(Reference),
}

impl From<Iban> for AccountId {
    fn from(iban: Iban) -> Self {
        Self::Iban(iban)
    }
}

/// A statement, or one page of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Names the statement.
    pub id: Reference,
    /// When it was made.
    pub made_at: Timestamp,
    /// The account.
    pub account: AccountId,
    /// What was on it before the first entry.
    pub opening: Balance,
    /// What was on it after the last.
    pub closing: Balance,
    /// The first and the last day that it is about.
    pub days: (Date, Date),
    /// Which page it is, from 1.
    pub page: u32,
    /// Whether it is the last page.
    pub is_last_page: bool,
    /// What was booked, oldest first.
    pub entries: Vec<Booked>,
}

impl Statement {
    /// Refuses a statement whose entries do not lead from its opening to its closing balance.
    ///
    /// # Errors
    /// [`Iso20022Error::Sum`], [`Iso20022Error::Currencies`].
    pub fn require_sum(&self) -> Result<(), Iso20022Error> {
        let mut sum = i128::from(self.opening.minor);
        for entry in &self.entries {
            if entry.money.currency != self.opening.currency {
                return Err(Iso20022Error::Currencies);
            }
            sum += match entry.direction {
                Direction::In => i128::from(entry.money.minor),
                Direction::Out => -i128::from(entry.money.minor),
            };
        }
        if self.closing.currency != self.opening.currency {
            return Err(Iso20022Error::Currencies);
        }
        if sum == i128::from(self.closing.minor) {
            Ok(())
        } else {
            Err(Iso20022Error::Sum("closing balance"))
        }
    }
}

/// Writes a statement.
///
/// # Errors
/// [`Iso20022Error`] if it does not add up.
pub fn write(statement: &Statement) -> Result<Vec<u8>, Iso20022Error> {
    statement.require_sum()?;
    let made = write_moment(statement.made_at);
    let header = vec![
        Element::text("MsgId", statement.id.as_str()),
        Element::text("CreDtTm", made.as_str()),
    ];
    let (first, last) = statement.days;
    let pages = vec![
        Element::text("PgNb", statement.page.to_string()),
        Element::text("LastPgInd", statement.is_last_page.to_string()),
    ];
    let days = vec![
        Element::text("FrDtTm", write_moment(first.begins())),
        Element::text("ToDtTm", write_moment(last.begins().plus_seconds(86_399))),
    ];
    let account = write_own_account(&statement.account, statement.opening.currency);
    let mut children = vec![
        Element::text("Id", statement.id.as_str()),
        Element::of("StmtPgntn", pages),
        Element::text("CreDtTm", made),
        Element::of("FrToDt", days),
        account,
        write_balance("OPBD", statement.page > 1, statement.opening, first),
        write_balance("CLBD", !statement.is_last_page, statement.closing, last),
    ];
    children.extend(statement.entries.iter().map(write_entry));
    let message = vec![Element::of("GrpHdr", header), Element::of("Stmt", children)];
    Ok(xml::write(NAMESPACE, &Element::of(MESSAGE, message)))
}

fn write_own_account(account: &AccountId, currency: Currency) -> Element {
    match account {
        AccountId::Iban(iban) => write_account("Acct", iban, Some(currency)),
        AccountId::Other(number) => {
            let number = Element::path(&["Id", "Othr", "Id"], number.as_str());
            let currency = Element::text("Ccy", currency.code());
            Element::of("Acct", vec![number, currency])
        }
    }
}

fn read_own_account(statement: &Element) -> Result<AccountId, Iso20022Error> {
    let id = statement.found(&["Acct", "Id"])?;
    match id.find(&["Othr", "Id"]) {
        Some(number) => Ok(AccountId::Other(text_of(number)?)),
        None => Ok(id.found(&["IBAN"])?.only_text()?.parse::<Iban>()?.into()),
    }
}

/// A balance; between two pages it is an intermediate one (INTM).
fn write_balance(code: &str, is_between_pages: bool, balance: Balance, on: Date) -> Element {
    let money = Money {
        minor: balance.minor.unsigned_abs(),
        currency: balance.currency,
    };
    let direction = if balance.minor < 0 {
        Direction::Out
    } else {
        Direction::In
    };
    let mut kind = vec![Element::path(&["CdOrPrtry", "Cd"], code)];
    if is_between_pages {
        kind.push(Element::path(&["SubTp", "Cd"], "INTM"));
    }
    let children = vec![
        Element::of("Tp", kind),
        amount::write("Amt", money),
        Element::text("CdtDbtInd", direction.code()),
        Element::path(&["Dt", "Dt"], &on.to_string()),
    ];
    Element::of("Bal", children)
}

fn write_entry(entry: &Booked) -> Element {
    let reference = entry.bank_reference.as_deref().unwrap_or(NOT_PROVIDED);
    let (family, sub_family) = entry.kind.codes();
    let family = vec![
        Element::text("Cd", family),
        Element::text("SubFmlyCd", sub_family),
    ];
    let domain = vec![Element::text("Cd", "PMNT"), Element::of("Fmly", family)];
    let children = vec![
        Element::text("NtryRef", reference),
        amount::write("Amt", entry.money),
        Element::text("CdtDbtInd", entry.direction.code()),
        Element::path(&["Sts", "Cd"], "BOOK"),
        Element::path(&["BookgDt", "Dt"], &entry.on.to_string()),
        Element::path(&["ValDt", "Dt"], &entry.on.to_string()),
        Element::text("AcctSvcrRef", reference),
        Element::of("BkTxCd", vec![Element::of("Domn", domain)]),
        Element::of("NtryDtls", vec![write_details(entry, reference)]),
    ];
    Element::of("Ntry", children)
}

fn write_details(entry: &Booked, reference: &str) -> Element {
    let end_to_end = entry.end_to_end.as_ref();
    let references = vec![
        Element::text("AcctSvcrRef", reference),
        Element::text(
            "EndToEndId",
            end_to_end.map_or(NOT_PROVIDED, Reference::as_str),
        ),
    ];
    let mut children = vec![
        Element::of("Refs", references),
        amount::write("Amt", entry.money),
        Element::text("CdtDbtInd", entry.direction.code()),
    ];
    let (side, account) = other_side(entry.direction);
    let name = entry.other.as_ref();
    let name = name.map(|name| Element::path(&[side, "Pty", "Nm"], name));
    let iban = entry.other_account.as_ref();
    let iban = iban.map(|iban| write_account(account, iban, None));
    let related: Vec<_> = name.into_iter().chain(iban).collect();
    if !related.is_empty() {
        children.push(Element::of("RltdPties", related));
    }
    if let Some(text) = &entry.remittance {
        children.push(Element::path(&["RmtInf", "Ustrd"], text));
    }
    Element::of("TxDtls", children)
}

/// Of money that came the debtor, of money that went the creditor: who it is and with which account.
fn other_side(direction: Direction) -> (&'static str, &'static str) {
    match direction {
        Direction::In => ("Dbtr", "DbtrAcct"),
        Direction::Out => ("Cdtr", "CdtrAcct"),
    }
}

/// Reads the statements of a message. What is not booked (pending, for information) is left out. A statement must
/// have an opening and a closing balance, and its entries must lead from the one to the other.
///
/// # Errors
/// [`Iso20022Error`].
pub fn read(bytes: &[u8]) -> Result<Vec<Statement>, Iso20022Error> {
    let message = xml::read(bytes, NAMESPACE, MESSAGE)?;
    let made = message.found(&["GrpHdr", "CreDtTm"])?;
    let made_at = read_moment(made.only_text()?);
    let made_at = made_at.ok_or_else(|| Iso20022Error::Form(made.name.clone()))?;
    let statements: Vec<_> = message
        .each("Stmt")
        .map(|statement| read_statement(statement, made_at))
        .collect::<Result<_, _>>()?;
    if statements.is_empty() {
        return Err(Iso20022Error::Count);
    }
    Ok(statements)
}

fn read_statement(element: &Element, made_at: Timestamp) -> Result<Statement, Iso20022Error> {
    let (opening, first) = read_balance(element, &["OPBD", "PRCD"])?;
    let (closing, last) = read_balance(element, &["CLBD"])?;
    let is_booked = |entry: &&Element| {
        entry
            .find(&["Sts", "Cd"])
            .is_some_and(|cd| cd.text == "BOOK")
    };
    let mut entries = Vec::new();
    for entry in element.each("Ntry").filter(is_booked) {
        read_entry(entry, &mut entries)?;
        if entries.len() > ENTRIES_MAX {
            return Err(Iso20022Error::TooLarge);
        }
    }
    let page = element.find(&["StmtPgntn", "PgNb"]);
    let last_page = element.find(&["StmtPgntn", "LastPgInd"]);
    let statement = Statement {
        id: text_of(element.found(&["Id"])?)?,
        made_at,
        account: read_own_account(element)?,
        opening,
        closing,
        days: (first, last),
        page: page.map_or(Ok(1), Element::parsed)?,
        is_last_page: last_page.is_none_or(|last| matches!(last.text.as_str(), "true" | "1")),
        entries,
    };
    statement.require_sum()?;
    Ok(statement)
}

/// The only balance of one of these codes, the first code that has one.
fn read_balance(statement: &Element, codes: &[&str]) -> Result<(Balance, Date), Iso20022Error> {
    let of = |code: &str| -> Vec<&Element> {
        let is_it = |balance: &&Element| {
            let found = balance.find(&["Tp", "CdOrPrtry", "Cd"]);
            found.is_some_and(|cd| cd.text == code)
        };
        statement.each("Bal").filter(is_it).collect()
    };
    let found = codes
        .iter()
        .map(|code| of(code))
        .find(|all| !all.is_empty());
    let Some([balance]) = found.as_deref() else {
        return Err(Iso20022Error::Missing {
            within: statement.name.clone(),
            missing: "Bal",
        });
    };
    let money = amount::read(balance.found(&["Amt"])?)?;
    let minor = i64::try_from(money.minor).map_err(|_| Iso20022Error::Sum("Bal"))?;
    let minor = match read_direction(balance)? {
        Direction::In => minor,
        Direction::Out => -minor,
    };
    let balance_of = Balance {
        minor,
        currency: money.currency,
    };
    Ok((balance_of, read_day(balance.found(&["Dt"])?)?))
}

fn read_direction(element: &Element) -> Result<Direction, Iso20022Error> {
    let code = element.found(&["CdtDbtInd"])?;
    match code.only_text()? {
        "CRDT" => Ok(Direction::In),
        "DBIT" => Ok(Direction::Out),
        _ => Err(Iso20022Error::Form(code.name.clone())),
    }
}

/// A day, or the day of a moment.
fn read_day(element: &Element) -> Result<Date, Iso20022Error> {
    if let Some(day) = element.find(&["Dt"]) {
        return day.parsed();
    }
    let moment = element.found(&["DtTm"])?;
    let at = read_moment(moment.only_text()?);
    at.map(Date::of)
        .ok_or_else(|| Iso20022Error::Form(moment.name.clone()))
}

/// An entry is one payment, or several with an amount each that add up to it.
fn read_entry(entry: &Element, into: &mut Vec<Booked>) -> Result<(), Iso20022Error> {
    let money = amount::read(entry.found(&["Amt"])?)?;
    let direction = read_direction(entry)?;
    let whole = Booked {
        bank_reference: bank_reference(entry),
        end_to_end: None,
        money,
        direction,
        kind: kind_of(entry),
        on: read_day(entry.found(&["BookgDt"])?)?,
        other: None,
        other_account: None,
        remittance: None,
    };
    let details: Vec<&Element> = entry
        .each("NtryDtls")
        .flat_map(|details| details.each("TxDtls"))
        .collect();
    match details.as_slice() {
        [] => into.push(whole),
        [one] => into.push(read_details(one, whole)?),
        several => {
            let mut sum = Money::zero(money.currency);
            for one in several {
                let part = Booked {
                    money: amount::read(one.found(&["Amt"])?)?,
                    ..read_details(one, whole.clone())?
                };
                let added = sum.checked_add(part.money);
                sum = added.map_err(|_| Iso20022Error::Sum("Ntry"))?;
                into.push(part);
            }
            if sum != money {
                return Err(Iso20022Error::Sum("Ntry"));
            }
        }
    }
    Ok(())
}

fn read_details(details: &Element, entry: Booked) -> Result<Booked, Iso20022Error> {
    if details.find(&["CdtDbtInd"]).is_some() && read_direction(details)? != entry.direction {
        return Err(Iso20022Error::Sum("CdtDbtInd"));
    }
    let end_to_end = details.find(&["Refs", "EndToEndId"]);
    // One that none of ours looks like is none of ours.
    let end_to_end = end_to_end.and_then(|name| Reference::new(&name.text).ok());
    let (side, account) = other_side(entry.direction);
    let party = details.find(&["RltdPties", side]);
    let account = details.find(&["RltdPties", account, "Id", "IBAN"]);
    let name = party.and_then(|party| party.find(&["Pty", "Nm"]).or(party.find(&["Nm"])));
    Ok(Booked {
        bank_reference: details
            .find(&["Refs", "AcctSvcrRef"])
            .and_then(shown)
            .or(entry.bank_reference),
        end_to_end: end_to_end.filter(|name| name.as_str() != NOT_PROVIDED),
        other: name.and_then(shown),
        // A number that is none of the banks' system is no reason to refuse what was booked.
        other_account: account.and_then(|iban| iban.text.trim().parse().ok()),
        remittance: details.find(&["RmtInf", "Ustrd"]).and_then(shown),
        ..entry
    })
}

fn bank_reference(entry: &Element) -> Option<String> {
    let found = entry.find(&["AcctSvcrRef"]).or(entry.find(&["NtryRef"]));
    found.and_then(shown)
}

fn kind_of(entry: &Element) -> BookingKind {
    let family = entry.find(&["BkTxCd", "Domn", "Fmly", "Cd"]);
    BookingKind::of(family.map_or("", |family| family.text.as_str()))
}

/// A text of others that can be shown as it is.
fn shown(element: &Element) -> Option<String> {
    let text = element.text.trim();
    (is_plain(text) && text != NOT_PROVIDED).then(|| text.to_owned())
}
