//! Credit transfers: CustomerCreditTransferInitiationV09, pain.001.001.09.

use super::amount;
use super::error::Iso20022Error;
use super::fields::Fields;
use super::parties::{self, Holding};
use super::payments::{self, Batch, Header, Instruction, Totals};
use super::xml::{self, Element};

/// The message's namespace.
pub const NAMESPACE: &str = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09";
const MESSAGE: &str = "CstmrCdtTrfInitn";

/// Writes credit transfers from the batch's own account.
///
/// # Errors
/// [`Iso20022Error`] if it has no instructions, too many, several currencies, a name twice, or a mandate.
pub fn write(batch: &Batch) -> Result<Vec<u8>, Iso20022Error> {
    let [count, sum] = batch.totals()?;
    let mut block = vec![
        Element::text("PmtInfId", batch.message.as_str()),
        Element::text("PmtMtd", "TRF"),
        count,
        sum,
        Element::path(&["ReqdExctnDt", "Dt"], &batch.on.to_string()),
        parties::write_name("Dbtr", &batch.own.name),
        parties::write_account("DbtrAcct", &batch.own.iban, Some(batch.currency()?)),
        parties::write_agent("DbtrAgt"),
    ];
    for instruction in &batch.instructions {
        block.push(write_one(instruction)?);
    }
    let message = vec![batch.header()?, Element::of("PmtInf", block)];
    Ok(xml::write(NAMESPACE, &Element::of(MESSAGE, message)))
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

/// Reads credit transfers: one block of them, of which everything is understood.
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
    if fields.required("PmtMtd")?.only_text()? != "TRF" {
        return Err(Iso20022Error::Form("PmtMtd".to_owned()));
    }
    let totals = Totals::take(&mut fields);
    let on = fields.required("ReqdExctnDt")?.at(&["Dt"])?.parsed()?;
    let name = parties::read_name(fields.required("Dbtr")?)?;
    let (iban, currency) = parties::read_account(fields.required("DbtrAcct")?)?;
    parties::read_agent(fields.required("DbtrAgt")?)?;
    let transfers = fields.all("CdtTrfTxInf");
    fields.end()?;
    header.require_from(&name)?;

    let batch = Batch {
        message: header.message.clone(),
        made_at: header.made_at,
        on,
        own: Holding { name, iban },
        instructions: transfers
            .into_iter()
            .map(read_one)
            .collect::<Result<_, _>>()?,
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
