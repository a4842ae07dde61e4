//! What credit transfers and direct debits have in common: one message, one account of whoever sends it, some
//! instructions.

use std::collections::BTreeSet;

use tallystick_protocol::wire::money::{Currency, Money};
use tallystick_protocol::wire::time::Timestamp;

use super::INSTRUCTIONS_MAX;
use super::amount::{decimal, read_decimal};
use super::date::{Date, read_moment, write_moment};
use super::error::Iso20022Error;
use super::fields::Fields;
use super::parties::{self, Holding, Mandate};
use super::text::{Name, Reference, Remittance};
use super::xml::{self, Element};
use super::{pain001, pain008};

/// Instructions that go in one message, all in one currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Names the message (MsgId): sent again under this name it is the same message.
    pub message: Reference,
    /// When it was made.
    pub made_at: Timestamp,
    /// The day on which it is to be done.
    pub on: Date,
    /// The account of whoever sends it: of credit transfers the payer's, of direct debits the payee's.
    pub own: Holding,
    /// The instructions, at most [`INSTRUCTIONS_MAX`].
    pub instructions: Vec<Instruction>,
}

/// One payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instruction {
    /// Names the payment from end to end: two payments of one name are the same payment.
    pub end_to_end: Reference,
    /// How much.
    pub money: Money,
    /// The account of the other side.
    pub other: Holding,
    /// The other side's leave to collect: direct debits have it, credit transfers have none.
    pub mandate: Option<Mandate>,
    /// What it is for.
    pub remittance: Option<Remittance>,
}

impl Batch {
    /// The currency of all instructions.
    pub(super) fn currency(&self) -> Result<Currency, Iso20022Error> {
        let mut currencies = self.instructions.iter().map(|one| one.money.currency);
        let first = currencies.next().ok_or(Iso20022Error::Count)?;
        if currencies.all(|currency| currency == first) {
            Ok(first)
        } else {
            Err(Iso20022Error::Currencies)
        }
    }

    /// The sum of all instructions.
    ///
    /// # Errors
    /// [`Iso20022Error`] if there is none, no sum of them, or two have one name.
    pub fn sum(&self) -> Result<Money, Iso20022Error> {
        if self.instructions.len() > INSTRUCTIONS_MAX {
            return Err(Iso20022Error::Count);
        }
        let mut names = BTreeSet::new();
        let mut sum = Money::zero(self.currency()?);
        for instruction in &self.instructions {
            if !names.insert(instruction.end_to_end.as_str()) {
                return Err(Iso20022Error::Twice);
            }
            let added = sum.checked_add(instruction.money);
            sum = added.map_err(|_| Iso20022Error::Sum("CtrlSum"))?;
        }
        Ok(sum)
    }

    /// Number and sum, as they stand in the header and in the block of instructions.
    pub(super) fn totals(&self) -> Result<[Element; 2], Iso20022Error> {
        Ok([
            Element::text("NbOfTxs", self.instructions.len().to_string()),
            Element::text("CtrlSum", decimal(self.sum()?)),
        ])
    }

    pub(super) fn header(&self) -> Result<Element, Iso20022Error> {
        let [count, sum] = self.totals()?;
        let children = vec![
            Element::text("MsgId", self.message.as_str()),
            Element::text("CreDtTm", write_moment(self.made_at)),
            count,
            sum,
            parties::write_name("InitgPty", &self.own.name),
        ];
        Ok(Element::of("GrpHdr", children))
    }
}

/// What a batch orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Money goes from the batch's own account (pain.001).
    Transfers,
    /// Money is collected in favour of it (pain.008).
    Collections,
}

impl Order {
    /// What the message is called: "pain.001.001.09".
    #[must_use]
    pub fn message_kind(self) -> &'static str {
        let namespace = match self {
            Self::Transfers => pain001::NAMESPACE,
            Self::Collections => pain008::NAMESPACE,
        };
        namespace.rsplit(':').next().unwrap_or(namespace)
    }
}

/// Reads credit transfers or direct debits, whichever they are.
///
/// # Errors
/// [`Iso20022Error`]; [`Iso20022Error::Namespace`] if it is neither.
pub fn read_order(bytes: &[u8]) -> Result<(Order, Batch), Iso20022Error> {
    if xml::namespace_of(bytes)? == pain008::NAMESPACE {
        return Ok((Order::Collections, pain008::read(bytes)?));
    }
    Ok((Order::Transfers, pain001::read(bytes)?))
}

/// What a message says of how much is in it.
pub(super) struct Totals<'a> {
    count: Option<&'a Element>,
    sum: Option<&'a Element>,
}

impl<'a> Totals<'a> {
    pub(super) fn take(fields: &mut Fields<'a>) -> Self {
        Self {
            count: fields.optional("NbOfTxs"),
            sum: fields.optional("CtrlSum"),
        }
    }

    /// Refuses a batch that is not what was said.
    pub(super) fn require(&self, batch: &Batch) -> Result<(), Iso20022Error> {
        if let Some(count) = self.count
            && count.parsed::<usize>()? != batch.instructions.len()
        {
            return Err(Iso20022Error::Sum("NbOfTxs"));
        }
        let sum = batch.sum()?;
        if let Some(said) = self.sum
            && read_decimal(said.only_text()?, sum.currency) != Some(sum)
        {
            return Err(Iso20022Error::Sum("CtrlSum"));
        }
        Ok(())
    }
}

/// What stands at the head of a message.
pub(super) struct Header<'a> {
    pub(super) message: Reference,
    pub(super) made_at: Timestamp,
    pub(super) totals: Totals<'a>,
    /// Who sends it, if it says so.
    from: Option<Name>,
}

impl<'a> Header<'a> {
    pub(super) fn read(element: &'a Element) -> Result<Self, Iso20022Error> {
        let mut fields = Fields::of(element)?;
        let message = parties::text_of(fields.required("MsgId")?)?;
        let made = fields.required("CreDtTm")?;
        let made_at = read_moment(made.only_text()?);
        let made_at = made_at.ok_or_else(|| Iso20022Error::Form(made.name.clone()))?;
        let totals = Totals::take(&mut fields);
        let from = fields.required("InitgPty")?;
        let from = if from.children.is_empty() {
            None
        } else {
            Some(parties::read_name(from)?)
        };
        fields.end()?;
        Ok(Self {
            message,
            made_at,
            totals,
            from,
        })
    }

    /// Refuses a message in another's name than the account's owner: that is a matter between the two.
    pub(super) fn require_from(&self, own: &Name) -> Result<(), Iso20022Error> {
        if self.from.as_ref().is_none_or(|from| from.is_same_as(own)) {
            Ok(())
        } else {
            Err(Iso20022Error::Form("InitgPty".to_owned()))
        }
    }
}

/// The one block of instructions that a message has here.
pub(super) fn only_block<'a>(fields: &mut Fields<'a>) -> Result<&'a Element, Iso20022Error> {
    match fields.all("PmtInf").as_slice() {
        [block] => Ok(block),
        _ => Err(Iso20022Error::Count),
    }
}

/// The name of a payment.
pub(super) fn write_name_of(instruction: &Instruction) -> Element {
    Element::path(&["PmtId", "EndToEndId"], instruction.end_to_end.as_str())
}

/// Reads it; a number of the sender's own beside it is let pass, because it changes nothing.
pub(super) fn read_name_of(element: &Element) -> Result<Reference, Iso20022Error> {
    let mut fields = Fields::of(element)?;
    fields.optional("InstrId");
    let name = parties::text_of(fields.required("EndToEndId")?)?;
    fields.end()?;
    Ok(name)
}

pub(super) fn write_remittance(instruction: &Instruction) -> Option<Element> {
    let remittance = instruction.remittance.as_ref()?;
    Some(Element::path(&["RmtInf", "Ustrd"], remittance.as_str()))
}

pub(super) fn read_remittance(
    fields: &mut Fields<'_>,
) -> Result<Option<Remittance>, Iso20022Error> {
    let remittance = fields.optional("RmtInf");
    let read = |element: &Element| parties::text_of(element.at(&["Ustrd"])?);
    remittance.map(read).transpose()
}
