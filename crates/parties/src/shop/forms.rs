//! Order forms: what the shop offers, signed, and kept until it becomes an order or expires
//! (EP 0 791 901, step O1).

use serde::Deserialize;
use tallystick_protocol::checkout::form::{
    Delivery, FormReference, ITEMS_MAX, Item, OrderForm, QUANTITY_MAX,
};
use tallystick_protocol::checkout::policy::PolicyName;
use tallystick_protocol::trust::statement::Audience;
use tallystick_protocol::wire::cbor::{decode, encode};
use tallystick_protocol::wire::money::{Currency, Money};
use tallystick_protocol::wire::time::Timestamp;

use super::Shop;
use super::catalogue;
use super::config::CourierOffer;
use super::stock::Shelf;
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer, Incoming};
use crate::ports::database::first;
use crate::ports::{DatabaseError, Ports, Random, Tables};

/// The header in which a form's answer says what the order will be asked for by ([`FormReference`]): a page has no
/// encoder for CBOR.
pub const REFERENCE: &str = "order-reference";

/// The body of `POST /v1/forms`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Basket {
    items: Vec<BasketLine>,
    #[serde(default)]
    policy: Option<String>,
    /// The courier's domain; the shop's first if it is left out.
    #[serde(default)]
    courier: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BasketLine {
    sku: String,
    quantity: u32,
}

impl<P: Ports> Shop<P> {
    /// Signs a form for a basket, or says what the shop cannot deliver.
    pub(super) async fn make_form(&self, request: &Incoming) -> Result<Answer, Fault> {
        let basket: Basket = web::json_body(request)?;
        let limit = self.office.settings.limits.forms;
        self.office.admit(&[("forms", limit)])?;
        let shelf = self.shelf().await?;
        let form = self.form_for(&basket, &shelf)?;
        let signed = self.office.say(&form).await?;
        let reference = FormReference::of(&form, &signed);
        self.office.transaction(|tables| {
            self.office.require_own(self, &form.envelope.transaction)?;
            tables.run(
                "DELETE FROM shop_forms WHERE expires_at < ?",
                &[self.office.now().0.into()],
            )?;
            tables.run(
                "INSERT INTO shop_forms (digest, form, expires_at) VALUES (?, ?, ?)",
                &[
                    reference.digest.into(),
                    encode(&form).into(),
                    form.envelope.expires_at.0.into(),
                ],
            )?;
            Ok::<_, Fault>(())
        })?;
        let mut answer = web::cose(signed);
        web::set_text(&mut answer, REFERENCE, &reference.to_string())?;
        Ok(answer)
    }

    /// A number whose first byte says that the form is here.
    fn number(&self) -> Result<[u8; 32], Fault> {
        let mut number = [0; 32];
        self.office.ports.random().fill(&mut number);
        let shards = self.office.spread()?.shards;
        number[0] = shards.start_at(self.office.place(), number[0]);
        Ok(number)
    }

    fn form_for(&self, basket: &Basket, shelf: &Shelf) -> Result<OrderForm, Fault> {
        let policy = match &basket.policy {
            None => PolicyName::Strict,
            Some(name) => PolicyName::from_name(name)
                .ok_or_else(|| Fault::malformed("There is no policy of this name."))?,
        };
        let items = self.items_of(basket, shelf)?;
        let courier = self.courier_of(basket)?;
        let delivery = Delivery {
            courier: courier.domain.clone(),
            name: courier.name.clone(),
            price: Money::new(courier.price_minor, Currency::Jpy),
        };
        let mut total = delivery.price;
        for item in &items {
            let price = item.price().map_err(Fault::malformed)?;
            total = total.checked_add(price).map_err(Fault::malformed)?;
        }
        let coupons = self.config.coupons.as_ref();
        let coupons = coupons.map(|offer| offer.rule(&items));
        let form = OrderForm {
            envelope: self.office.envelope(
                Audience::Holder,
                self.number()?,
                self.config.form_lifetime_seconds,
            ),
            origin: self.config.origin.clone(),
            items,
            delivery,
            total,
            issuers: self.config.issuers.clone(),
            instruments: self.config.instruments.clone(),
            policy,
            extra: Vec::new(),
            coupons,
        };
        form.validate().map_err(Fault::malformed)?;
        Ok(form)
    }

    fn courier_of(&self, basket: &Basket) -> Result<&CourierOffer, Fault> {
        let mut couriers = self.config.couriers.iter();
        let courier = match &basket.courier {
            None => couriers.next(),
            Some(chosen) => couriers.find(|courier| courier.domain.as_str() == chosen),
        };
        courier.ok_or_else(|| {
            Fault::new(
                Kind::NotFound,
                "The store does not deliver by this courier.",
            )
        })
    }

    fn items_of(&self, basket: &Basket, shelf: &Shelf) -> Result<Vec<Item>, Fault> {
        if basket.items.is_empty() || basket.items.len() > ITEMS_MAX {
            return Err(Fault::malformed(
                "A basket holds between 1 and 50 different products.",
            ));
        }
        let mut items: Vec<Item> = Vec::with_capacity(basket.items.len());
        for line in &basket.items {
            let product = catalogue::product(&line.sku)
                .ok_or_else(|| Fault::new(Kind::NotFound, "The store has no such product."))?;
            if line.quantity == 0 || line.quantity > QUANTITY_MAX {
                return Err(Fault::malformed("A quantity is between 1 and 999."));
            }
            if items.iter().any(|item| item.sku == product.sku) {
                return Err(Fault::malformed("Each product appears once in a basket."));
            }
            let left = shelf.left(product);
            if left < line.quantity {
                let said = format!("Only {left} of {} are left.", product.name);
                return Err(Fault::new(Kind::OutOfStock, said));
            }
            items.push(Item {
                sku: product.sku.to_owned(),
                name: product.name.to_owned(),
                quantity: line.quantity,
                unit_price: Money::new(product.price_minor, Currency::Jpy),
            });
        }
        Ok(items)
    }
}

/// The form of this digest, if the shop made it and it has not become an order or expired.
///
/// # Errors
/// [`Kind::Expired`] if it is not there any more, or never was.
pub fn find(
    tables: &(impl Tables + ?Sized),
    digest: &[u8],
    now: Timestamp,
) -> Result<OrderForm, Fault> {
    let row = first(
        tables,
        "SELECT form FROM shop_forms WHERE digest = ? AND expires_at > ?",
        &[digest.into(), now.into()],
    )?
    .ok_or_else(|| {
        Fault::new(
            Kind::Expired,
            "The shop has no such order form, or no longer.",
        )
    })?;
    decode(row.blob(0)?).map_err(|_| Fault::internal())
}

/// Whether the form of this digest is stored.
///
/// # Errors
/// Only the database's own.
pub fn is_there(tables: &(impl Tables + ?Sized), digest: &[u8; 32]) -> Result<bool, DatabaseError> {
    let sql = "SELECT 1 FROM shop_forms WHERE digest = ?";
    Ok(first(tables, sql, &[digest.into()])?.is_some())
}

/// Whether any form is stored.
///
/// # Errors
/// Only the database's own.
pub fn is_any_there(tables: &(impl Tables + ?Sized)) -> Result<bool, DatabaseError> {
    Ok(first(tables, "SELECT 1 FROM shop_forms LIMIT 1", &[])?.is_some())
}

/// Takes a form away, because it became an order. Call it in the transaction that stores the order.
///
/// # Errors
/// Only the database's own.
pub fn spend(tables: &dyn Tables, digest: &[u8]) -> Result<(), Fault> {
    tables.run("DELETE FROM shop_forms WHERE digest = ?", &[digest.into()])?;
    Ok(())
}
