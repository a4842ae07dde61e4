//! Contactless cards: what the host does of ISO/IEC 14443 and FeliCa over a reader's radio field.
//!
//! RC-S380 only moves frames, so the host activates the card and keeps the block protocol. RC-S300
//! selects a card of type A by itself and leaves the block protocol to the host all the same.

mod blocks;
mod felica;
mod field;
mod link;
mod timing;
mod type_a;
mod type_b;

pub use felica::FelicaCard;
pub use field::{Field, Frame, Heard, Technology};

use crate::{COMMAND_BYTES_MAX, Fault, Response, check_command};
use link::Link;

/// A reader with a field, and the card in it.
pub struct Contactless<F> {
    field: F,
    card: Option<Link>,
}

/// What lies on the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// Nothing that answers.
    Nothing,
    /// A card that takes APDUs (ISO/IEC 14443-4), now activated.
    Card(Technology),
    /// A FeliCa card. It takes no APDUs.
    Felica(FelicaCard),
}

impl Found {
    /// The card that takes APDUs.
    ///
    /// # Errors
    /// [`Fault::NoCard`] and [`Fault::Felica`] if there is none.
    pub const fn card(self) -> Result<Technology, Fault> {
        match self {
            Self::Card(technology) => Ok(technology),
            Self::Nothing => Err(Fault::NoCard),
            Self::Felica(card) => Err(Fault::Felica(card)),
        }
    }
}

impl<F: Field> Contactless<F> {
    /// A reader whose field is ready.
    pub const fn new(field: F) -> Self {
        Self { field, card: None }
    }

    /// Looks for a card: type A, then type B, then FeliCa; activates one that takes APDUs.
    ///
    /// # Errors
    /// [`Fault::SeveralCards`], or what the reader fails of.
    pub async fn look(&mut self) -> Result<Found, Fault> {
        self.card = None;
        self.field.switch(Technology::A).await?;
        if let Some(card) = type_a::activate(&mut self.field).await? {
            self.card = Some(card);
            return Ok(Found::Card(Technology::A));
        }
        self.field.switch(Technology::B).await?;
        if let Some(card) = type_b::activate(&mut self.field).await? {
            self.card = Some(card);
            return Ok(Found::Card(Technology::B));
        }
        self.field.switch(Technology::F).await?;
        let felica = felica::poll(&mut self.field).await?;
        Ok(felica.map_or(Found::Nothing, Found::Felica))
    }

    /// Sends one command APDU to the activated card and returns its response.
    ///
    /// # Errors
    /// [`Fault::NoCard`] if [`Self::look`] found none, [`Fault::Removed`] if it left the field. After
    /// an error the session is over.
    pub async fn transmit(&mut self, apdu: &[u8]) -> Result<Response, Fault> {
        check_command(apdu, COMMAND_BYTES_MAX)?;
        let Some(card) = &mut self.card else {
            return Err(Fault::NoCard);
        };
        let outcome = card.transmit(&mut self.field, apdu).await;
        if outcome.is_err() {
            self.card = None;
        }
        outcome
    }

    /// The reader, to be closed.
    pub fn into_field(self) -> F {
        self.field
    }
}
