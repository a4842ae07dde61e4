//! Whose account it is, and by whose leave money is collected.

use tallystick_protocol::wire::money::Currency;

use super::date::Date;
use super::error::Iso20022Error;
use super::fields::Fields;
use super::iban::Iban;
use super::text::{NOT_PROVIDED, Name, Reference};
use super::xml::Element;

/// An account at a bank outside, with its owner's name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Holding {
    /// The owner.
    pub name: Name,
    /// The account's number.
    pub iban: Iban,
}

/// An owner's leave to collect money from an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mandate {
    /// What whoever collects calls it.
    pub id: Reference,
    /// The day on which the owner signed it.
    pub signed_on: Date,
}

/// The element of a party that has a name alone.
pub(super) fn write_name(element: &str, name: &Name) -> Element {
    Element::path(&[element, "Nm"], name.as_str())
}

pub(super) fn read_name(element: &Element) -> Result<Name, Iso20022Error> {
    text_of(element.at(&["Nm"])?)
}

pub(super) fn write_account(element: &str, iban: &Iban, currency: Option<Currency>) -> Element {
    let mut children = vec![Element::path(&["Id", "IBAN"], iban.as_str())];
    children.extend(currency.map(|currency| Element::text("Ccy", currency.code())));
    Element::of(element, children)
}

/// The number of an account, and its currency if that is said.
pub(super) fn read_account(element: &Element) -> Result<(Iban, Option<Currency>), Iso20022Error> {
    let mut fields = Fields::of(element)?;
    let iban = fields.required("Id")?.text_at(&["IBAN"])?.parse()?;
    let currency = fields.optional("Ccy").map(Element::parsed).transpose()?;
    fields.end()?;
    Ok((iban, currency))
}

/// The bank of an account, which the account's number says already.
pub(super) fn write_agent(element: &str) -> Element {
    Element::path(&[element, "FinInstnId", "Othr", "Id"], NOT_PROVIDED)
}

/// Refuses a bank that is named: this one is asked and no other.
pub(super) fn read_agent(element: &Element) -> Result<(), Iso20022Error> {
    if element.text_at(&["FinInstnId", "Othr", "Id"])? == NOT_PROVIDED {
        Ok(())
    } else {
        Err(Iso20022Error::Form(element.name.clone()))
    }
}

/// A text of the Latin characters.
pub(super) fn text_of<T: core::str::FromStr<Err = super::text::TextError>>(
    element: &Element,
) -> Result<T, Iso20022Error> {
    let text = element.only_text()?.parse();
    text.map_err(|error| Iso20022Error::Text(element.name.clone(), error))
}
