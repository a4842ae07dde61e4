//! Credit transfers: CustomerCreditTransferInitiationV09, pain.001.001.09.

use super::amount;
use super::error::Iso20022Error;
use super::fields::Fields;
use super::initiation::Initiation;
use super::parties::{self, Holding};
use super::payments::{self, Batch, Instruction};
use super::xml::Element;

/// The message's namespace.
pub const NAMESPACE: &str = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09";
const INITIATION: Initiation = Initiation {
    namespace: NAMESPACE,
    message: "CstmrCdtTrfInitn",
    method: "TRF",
    day: &["ReqdExctnDt", "Dt"],
    own: ["Dbtr", "DbtrAcct", "DbtrAgt"],
    one: "CdtTrfTxInf",
    write_one,
    read_one,
};

/// Writes credit transfers from the batch's own account.
///
/// # Errors
/// [`Iso20022Error`] if it has no instructions, too many, several currencies, a name twice, or a mandate.
pub fn write(batch: &Batch) -> Result<Vec<u8>, Iso20022Error> {
    INITIATION.write(batch)
}

/// Reads credit transfers: one block of them, of which everything is understood.
///
/// # Errors
/// [`Iso20022Error`].
pub fn read(bytes: &[u8]) -> Result<Batch, Iso20022Error> {
    INITIATION.read(bytes)
}

fn write_one(instruction: &Instruction) -> Result<Element, Iso20022Error> {
    if instruction.mandate.is_some() {
        return Err(Iso20022Error::Unexpected {
            within: "CdtTrfTxInf".to_owned(),
            found: "MndtRltdInf".to_owned(),
        });
    }
    let amount = amount::write("InstdAmt", instruction.money);
    let mut children = vec![
        payments::write_name_of(instruction),
        Element::of("Amt", vec![amount]),
        parties::write_name("Cdtr", &instruction.other.name),
        parties::write_account("CdtrAcct", &instruction.other.iban, None),
    ];
    children.extend(payments::write_remittance(instruction));
    Ok(Element::of("CdtTrfTxInf", children))
}

fn read_one(element: &Element) -> Result<Instruction, Iso20022Error> {
    let mut fields = Fields::of(element)?;
    let end_to_end = payments::read_name_of(fields.required("PmtId")?)?;
    let money = amount::read(fields.required("Amt")?.at(&["InstdAmt"])?)?;
    if let Some(agent) = fields.optional("CdtrAgt") {
        parties::read_agent(agent)?;
    }
    let name = parties::read_name(fields.required("Cdtr")?)?;
    let (iban, _) = parties::read_account(fields.required("CdtrAcct")?)?;
    let remittance = payments::read_remittance(&mut fields)?;
    fields.end()?;
    Ok(Instruction {
        end_to_end,
        money,
        other: Holding { name, iban },
        mandate: None,
        remittance,
    })
}
