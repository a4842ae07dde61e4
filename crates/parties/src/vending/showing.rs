//! What the machine shows on its front: what it sells, at what price, and whether it does.

use http::StatusCode;
use serde::Serialize;

use super::{Product, Vending, log};
use crate::office::fault::Fault;
use crate::office::http::{Answer, json};
use crate::ports::Ports;

/// The machine's front.
#[derive(Serialize)]
struct Front<'a> {
    name: &'a str,
    /// `selling`, or `unopened`: it has no purse yet.
    state: &'static str,
    currency: &'static str,
    /// Whose purses it takes.
    bank: &'a str,
    products: Vec<Button<'a>>,
    /// How many sales the bank has not heard of.
    to_upload: u64,
}

/// A product.
#[derive(Serialize)]
struct Button<'a> {
    id: &'a str,
    name: &'a str,
    price_minor: u64,
}

impl<'a> Button<'a> {
    fn of(product: &'a Product) -> Self {
        Self {
            id: &product.id,
            name: &product.name,
            price_minor: product.price_minor,
        }
    }
}

impl<P: Ports + 'static> Vending<P> {
    /// `GET /v1/machine`.
    pub(super) fn show_machine(&self) -> Result<Answer, Fault> {
        let front = Front {
            name: &self.office.settings.name,
            state: match self.purse_id()? {
                Some(_) => "selling",
                None => "unopened",
            },
            currency: self.config.currency.code(),
            bank: self.config.bank.as_str(),
            products: self.config.products.iter().map(Button::of).collect(),
            to_upload: log::to_upload(self.office.tables())?,
        };
        Ok(json(StatusCode::OK, &front))
    }
}
