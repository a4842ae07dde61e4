//! Why a message is not read or not written.

use super::iban::IbanError;
use super::text::TextError;

/// A message is not read, or cannot be written. The sentences quote nothing of it but names of elements.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Iso20022Error {
    /// Over a limit.
    #[error("the message is larger, deeper or longer than is read here")]
    TooLarge,
    /// Not well-formed XML 1.0 in UTF-8.
    #[error("the message is not well-formed XML in UTF-8")]
    NotXml,
    /// A document type, an entity of its own, a processing instruction, a CDATA section.
    #[error("the message has a document type, an entity or an instruction, which is not read here")]
    Forbidden,
    /// Another message, or another version of it.
    #[error("the message is not {0}")]
    Namespace(&'static str),
    /// The schema has something else here.
    #[error("in {within} stands {found}, which is not expected there")]
    Unexpected {
        /// The element around it.
        within: String,
        /// The element's name, or "text".
        found: String,
    },
    /// Something is not there that has to be.
    #[error("{within} has no {missing}")]
    Missing {
        /// The element that lacks it.
        within: String,
        /// What it lacks.
        missing: &'static str,
    },
    /// The text of an element is not of its form.
    #[error("the text of {0} is not of its form")]
    Form(String),
    /// A text that is not of the Latin characters, or of another length.
    #[error("{0}: {1}")]
    Text(String, TextError),
    /// An account number that is none.
    #[error(transparent)]
    Iban(#[from] IbanError),
    /// An amount that is none in its currency.
    #[error("{0} is no amount in a currency that is known here")]
    Amount(String),
    /// Numbers of a message that do not agree with each other.
    #[error("{0} is not what the message adds up to")]
    Sum(&'static str),
    /// Amounts of several currencies where one is meant.
    #[error("the message has amounts of several currencies")]
    Currencies,
    /// Two instructions of one name.
    #[error("two instructions of the message have the same EndToEndId")]
    Twice,
    /// Nothing to pay.
    #[error("the message has no instruction, or more than are read at once")]
    Count,
}
