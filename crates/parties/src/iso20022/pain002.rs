//! What became of instructions: CustomerPaymentStatusReportV10, pain.002.001.10.

use tallystick_protocol::wire::time::Timestamp;

use super::date::{read_moment, write_moment};
use super::error::Iso20022Error;
use super::parties::text_of;
use super::text::Reference;
use super::xml::{self, Element};

/// The message's namespace.
pub const NAMESPACE: &str = "urn:iso:std:iso:20022:tech:xsd:pain.002.001.10";
const MESSAGE: &str = "CstmrPmtStsRpt";

tallystick_protocol::named_enum! {
    /// Why a bank refuses, by ISO's external code (ExternalStatusReason1Code).
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub enum Reason {
        /// There is no such account.
        IncorrectAccountNumber = 0 => "AC01",
        /// The account is blocked.
        BlockedAccount = 1 => "AC06",
        /// The account is in another currency.
        NotAllowedCurrency = 2 => "AM03",
        /// There is not that much on the account.
        InsufficientFunds = 3 => "AM04",
        /// Nothing, or more than can be booked.
        InvalidAmount = 4 => "AM12",
        /// The account is another's.
        InconsistentWithEndCustomer = 5 => "BE01",
        /// Another payment has this name.
        DuplicateEndToEndId = 6 => "DU04",
        /// The owner gave no leave to collect.
        NoMandate = 7 => "MD01",
        /// A day that is not today.
        InvalidDate = 8 => "DT01",
        /// Something else, which this version does not know.
        NotSpecified = 9 => "MS03",
    }
}

/// What became of one instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// The payment (OrgnlEndToEndId).
    pub end_to_end: Reference,
    /// `Ok`: it is booked (ACSC). `Err`: it is rejected (RJCT), and nothing moved.
    pub outcome: Result<(), Reason>,
}

/// What became of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Names the report itself.
    pub id: Reference,
    /// When it was made.
    pub made_at: Timestamp,
    /// The message that it is about (OrgnlMsgId).
    pub message: Reference,
    /// Which kind of message that was: "pain.001.001.09".
    pub message_kind: String,
    /// What became of each instruction.
    pub statuses: Vec<Status>,
}

/// Writes a report.
#[must_use]
pub fn write(report: &Report) -> Vec<u8> {
    let header = vec![
        Element::text("MsgId", report.id.as_str()),
        Element::text("CreDtTm", write_moment(report.made_at)),
    ];
    let rejected = report.statuses.iter().filter(|one| one.outcome.is_err());
    let group = match rejected.count() {
        0 => "ACSC",
        all if all == report.statuses.len() => "RJCT",
        _ => "PART",
    };
    let original = vec![
        Element::text("OrgnlMsgId", report.message.as_str()),
        Element::text("OrgnlMsgNmId", report.message_kind.as_str()),
        Element::text("GrpSts", group),
    ];
    let mut block = vec![Element::text("OrgnlPmtInfId", report.message.as_str())];
    block.extend(report.statuses.iter().map(write_one));
    let message = vec![
        Element::of("GrpHdr", header),
        Element::of("OrgnlGrpInfAndSts", original),
        Element::of("OrgnlPmtInfAndSts", block),
    ];
    xml::write(NAMESPACE, &Element::of(MESSAGE, message))
}

fn write_one(status: &Status) -> Element {
    let mut children = vec![Element::text("OrgnlEndToEndId", status.end_to_end.as_str())];
    match status.outcome {
        Ok(()) => children.push(Element::text("TxSts", "ACSC")),
        Err(reason) => {
            children.push(Element::text("TxSts", "RJCT"));
            children.push(Element::path(&["StsRsnInf", "Rsn", "Cd"], reason.as_str()));
        }
    }
    Element::of("TxInfAndSts", children)
}

/// Reads a report. Payments that are neither booked nor rejected (pending, say) are left out: they are *not yet*.
///
/// # Errors
/// [`Iso20022Error`].
pub fn read(bytes: &[u8]) -> Result<Report, Iso20022Error> {
    let message = xml::read(bytes, NAMESPACE, MESSAGE)?;
    let made = message.found(&["GrpHdr", "CreDtTm"])?;
    let made_at = read_moment(made.only_text()?);
    let kind = message.found(&["OrgnlGrpInfAndSts", "OrgnlMsgNmId"])?;
    let mut report = Report {
        id: text_of(message.found(&["GrpHdr", "MsgId"])?)?,
        made_at: made_at.ok_or_else(|| Iso20022Error::Form(made.name.clone()))?,
        message: text_of(message.found(&["OrgnlGrpInfAndSts", "OrgnlMsgId"])?)?,
        message_kind: kind.only_text()?.to_owned(),
        statuses: Vec::new(),
    };
    for block in message.each("OrgnlPmtInfAndSts") {
        for transaction in block.each("TxInfAndSts") {
            report.statuses.extend(read_one(transaction)?);
        }
    }
    Ok(report)
}

fn read_one(transaction: &Element) -> Result<Option<Status>, Iso20022Error> {
    let outcome = match transaction.found(&["TxSts"])?.only_text()? {
        "ACSC" | "ACCC" => Ok(()),
        "RJCT" => {
            let reason = transaction.find(&["StsRsnInf", "Rsn", "Cd"]);
            let reason = reason.and_then(|code| Reason::from_name(&code.text));
            Err(reason.unwrap_or(Reason::NotSpecified))
        }
        _ => return Ok(None),
    };
    let end_to_end = text_of(transaction.found(&["OrgnlEndToEndId"])?)?;
    Ok(Some(Status {
        end_to_end,
        outcome,
    }))
}
