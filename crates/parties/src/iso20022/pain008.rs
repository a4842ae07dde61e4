//! Direct debits: CustomerDirectDebitInitiationV08, pain.008.001.08.

use super::amount;
use super::error::Iso20022Error;
use super::fields::Fields;
use super::initiation::Initiation;
use super::parties::{self, Holding, Mandate};
use super::payments::{self, Batch, Instruction};
use super::xml::Element;

/// The message's namespace.
pub const NAMESPACE: &str = "urn:iso:std:iso:20022:tech:xsd:pain.008.001.08";
const INITIATION: Initiation = Initiation {
    namespace: NAMESPACE,
    message: "CstmrDrctDbtInitn",
    method: "DD",
    day: &["ReqdColltnDt"],
    own: ["Cdtr", "CdtrAcct", "CdtrAgt"],
    one: "DrctDbtTxInf",
    write_one,
    read_one,
};

/// Writes direct debits in favour of the batch's own account.
///
/// # Errors
/// [`Iso20022Error`] if it has no instructions, too many, several currencies, a name twice, or one without mandate.
pub fn write(batch: &Batch) -> Result<Vec<u8>, Iso20022Error> {
    INITIATION.write(batch)
}

/// Reads direct debits: one block of them, of which everything is understood.
///
/// # Errors
/// [`Iso20022Error`].
pub fn read(bytes: &[u8]) -> Result<Batch, Iso20022Error> {
    INITIATION.read(bytes)
}

fn write_one(instruction: &Instruction) -> Result<Element, Iso20022Error> {
    let mandate = instruction.mandate.as_ref();
    let mandate = mandate.ok_or_else(|| Iso20022Error::Missing {
        within: "DrctDbtTx".to_owned(),
        missing: "MndtRltdInf",
    })?;
    let related = vec![
        Element::text("MndtId", mandate.id.as_str()),
        Element::text("DtOfSgntr", mandate.signed_on.to_string()),
    ];
    let mut children = vec![
        payments::write_name_of(instruction),
        amount::write("InstdAmt", instruction.money),
        Element::of("DrctDbtTx", vec![Element::of("MndtRltdInf", related)]),
        parties::write_agent("DbtrAgt"),
        parties::write_name("Dbtr", &instruction.other.name),
        parties::write_account("DbtrAcct", &instruction.other.iban, None),
    ];
    children.extend(payments::write_remittance(instruction));
    Ok(Element::of("DrctDbtTxInf", children))
}

fn read_one(element: &Element) -> Result<Instruction, Iso20022Error> {
    let mut fields = Fields::of(element)?;
    let end_to_end = payments::read_name_of(fields.required("PmtId")?)?;
    let money = amount::read(fields.required("InstdAmt")?)?;
    let related = fields.required("DrctDbtTx")?.at(&["MndtRltdInf"])?;
    parties::read_agent(fields.required("DbtrAgt")?)?;
    let name = parties::read_name(fields.required("Dbtr")?)?;
    let (iban, _) = parties::read_account(fields.required("DbtrAcct")?)?;
    let remittance = payments::read_remittance(&mut fields)?;
    fields.end()?;
    Ok(Instruction {
        end_to_end,
        money,
        other: Holding { name, iban },
        mandate: Some(read_mandate(related)?),
        remittance,
    })
}

fn read_mandate(element: &Element) -> Result<Mandate, Iso20022Error> {
    let mut fields = Fields::of(element)?;
    let id = parties::text_of(fields.required("MndtId")?)?;
    let signed_on = fields.required("DtOfSgntr")?.parsed()?;
    fields.end()?;
    Ok(Mandate { id, signed_on })
}
