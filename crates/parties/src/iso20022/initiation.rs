//! The one frame of credit transfers and direct debits: a header, one block of the sender's own account, and the
//! instructions in it.

use super::error::Iso20022Error;
use super::fields::Fields;
use super::parties::{self, Holding};
use super::payments::{self, Batch, Header, Instruction, Totals};
use super::xml::{self, Element};

/// What one of the two messages calls what both have.
pub(super) struct Initiation {
    /// The message's namespace.
    pub namespace: &'static str,
    /// Its element.
    pub message: &'static str,
    /// How it pays (PmtMtd).
    pub method: &'static str,
    /// Where the day stands on which it is to be done.
    pub day: &'static [&'static str],
    /// Who sends it: name, account and bank.
    pub own: [&'static str; 3],
    /// One instruction, how it is written and how it is read.
    pub one: &'static str,
    /// Writes it.
    pub write_one: fn(&Instruction) -> Result<Element, Iso20022Error>,
    /// Reads it.
    pub read_one: fn(&Element) -> Result<Instruction, Iso20022Error>,
}

impl Initiation {
    /// Writes a batch.
    ///
    /// # Errors
    /// [`Iso20022Error`] if it has no instructions, too many, several currencies, a name twice, or one that this
    /// message does not take.
    pub fn write(&self, batch: &Batch) -> Result<Vec<u8>, Iso20022Error> {
        let [name, account, agent] = self.own;
        let [count, sum] = batch.totals()?;
        let mut block = vec![
            Element::text("PmtInfId", batch.message.as_str()),
            Element::text("PmtMtd", self.method),
            count,
            sum,
            Element::path(self.day, &batch.on.to_string()),
            parties::write_name(name, &batch.own.name),
            parties::write_account(account, &batch.own.iban, Some(batch.currency()?)),
            parties::write_agent(agent),
        ];
        for instruction in &batch.instructions {
            block.push((self.write_one)(instruction)?);
        }
        let message = vec![batch.header()?, Element::of("PmtInf", block)];
        Ok(xml::write(
            self.namespace,
            &Element::of(self.message, message),
        ))
    }

    /// Reads one block, of which everything is understood.
    ///
    /// # Errors
    /// [`Iso20022Error`].
    pub fn read(&self, bytes: &[u8]) -> Result<Batch, Iso20022Error> {
        let message = xml::read(bytes, self.namespace, self.message)?;
        let mut fields = Fields::of(&message)?;
        let header = Header::read(fields.required("GrpHdr")?)?;
        let block = payments::only_block(&mut fields)?;
        fields.end()?;
        let (batch, totals) = self.block(block, &header)?;
        header.totals.require(&batch)?;
        totals.require(&batch)?;
        Ok(batch)
    }

    /// The block, with what it says of its sums.
    fn block<'a>(
        &self,
        block: &'a Element,
        header: &Header<'_>,
    ) -> Result<(Batch, Totals<'a>), Iso20022Error> {
        let [name, account, agent] = self.own;
        let mut fields = Fields::of(block)?;
        fields.required("PmtInfId")?;
        if fields.required("PmtMtd")?.only_text()? != self.method {
            return Err(Iso20022Error::Form("PmtMtd".to_owned()));
        }
        let totals = Totals::take(&mut fields);
        let (first, rest) = self.day.split_first().unwrap_or((&"", &[]));
        let on = fields.required(first)?.at(rest)?.parsed()?;
        let name = parties::read_name(fields.required(name)?)?;
        let (iban, currency) = parties::read_account(fields.required(account)?)?;
        parties::read_agent(fields.required(agent)?)?;
        let instructions = fields.all(self.one).into_iter().map(self.read_one);
        let instructions = instructions.collect::<Result<_, _>>()?;
        fields.end()?;
        header.require_from(&name)?;
        let batch = Batch {
            message: header.message.clone(),
            made_at: header.made_at,
            on,
            own: Holding { name, iban },
            instructions,
        };
        if currency.is_some_and(|currency| Ok(currency) != batch.currency()) {
            return Err(Iso20022Error::Currencies);
        }
        Ok((batch, totals))
    }
}
