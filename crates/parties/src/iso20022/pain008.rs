//! Direct debits: CustomerDirectDebitInitiationV08, pain.008.001.08.

use super::amount;
use super::error::Iso20022Error;
use super::fields::Fields;
use super::parties::{self, Holding, Mandate};
use super::payments::{self, Batch, Header, Instruction, Totals};
use super::xml::{self, Element};

/// The message's namespace.
pub const NAMESPACE: &str = "urn:iso:std:iso:20022:tech:xsd:pain.008.001.08";
const MESSAGE: &str = "CstmrDrctDbtInitn";

/// Writes direct debits in favour of the batch's own account.
///
/// # Errors
/// [`Iso20022Error`] if it has no instructions, too many, several currencies, a name twice, or one without mandate.
pub fn write(batch: &Batch) -> Result<Vec<u8>, Iso20022Error> {
    let [count, sum] = batch.totals()?;
    let mut block = vec![
        Element::text("PmtInfId", batch.message.as_str()),
        Element::text("PmtMtd", "DD"),
        count,
        sum,
        Element::text("ReqdColltnDt", batch.on.to_string()),
        parties::write_name("Cdtr", &batch.own.name),
        parties::write_account("CdtrAcct", &batch.own.iban, Some(batch.currency()?)),
        parties::write_agent("CdtrAgt"),
    ];
    for instruction in &batch.instructions {
        block.push(write_one(instruction)?);
    }
    let message = vec![batch.header()?, Element::of("PmtInf", block)];
    Ok(xml::write(NAMESPACE, &Element::of(MESSAGE, message)))
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

/// Reads direct debits: one block of them, of which everything is understood.
///
/// # Errors
/// [`Iso20022Error`].
pub fn read(bytes: &[u8]) -> Result<Batch, Iso20022Error> {
    let message = xml::read(bytes, NAMESPACE, MESSAGE)?;
    let mut fields = Fields::of(&message)?;
    let header = Header::read(fields.required("GrpHdr")?)?;
    let block = payments::only_block(&mut fields)?;
    fields.end()?;

    let mut fields = Fields::of(block)?;
    fields.required("PmtInfId")?;
    if fields.required("PmtMtd")?.only_text()? != "DD" {
        return Err(Iso20022Error::Form("PmtMtd".to_owned()));
    }
    let totals = Totals::take(&mut fields);
    let on = fields.required("ReqdColltnDt")?.parsed()?;
    let name = parties::read_name(fields.required("Cdtr")?)?;
    let (iban, currency) = parties::read_account(fields.required("CdtrAcct")?)?;
    parties::read_agent(fields.required("CdtrAgt")?)?;
    let debits = fields.all("DrctDbtTxInf");
    fields.end()?;
    header.require_from(&name)?;

    let batch = Batch {
        message: header.message.clone(),
        made_at: header.made_at,
        on,
        own: Holding { name, iban },
        instructions: debits.into_iter().map(read_one).collect::<Result<_, _>>()?,
    };
    header.totals.require(&batch)?;
    totals.require(&batch)?;
    if currency.is_some_and(|currency| Ok(currency) != batch.currency()) {
        return Err(Iso20022Error::Currencies);
    }
    Ok(batch)
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
