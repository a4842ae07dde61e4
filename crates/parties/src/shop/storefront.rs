//! What the store's page shows: products, prices, what is left.

use http::StatusCode;
use serde::Serialize;

use super::catalogue::{DELIVERY_PRICE_MINOR, PRODUCTS, TAGLINE};
use super::{Shop, stock};
use crate::common::fault::Fault;
use crate::common::http::{self as web, Answer};
use crate::ports::Ports;

#[derive(Serialize)]
struct Catalogue<'a> {
    store: Store<'a>,
    currency: &'static str,
    delivery: DeliveryOffer<'a>,
    products: Vec<ProductView>,
}

#[derive(Serialize)]
struct Store<'a> {
    name: &'a str,
    domain: &'a str,
    tagline: &'static str,
}

#[derive(Serialize)]
struct DeliveryOffer<'a> {
    domain: &'a str,
    name: &'a str,
    price_minor: u64,
}

#[derive(Serialize)]
struct ProductView {
    sku: &'static str,
    name: &'static str,
    description: &'static str,
    unit: &'static str,
    price_minor: u64,
    stock: u32,
    category: &'static str,
    image: &'static str,
}

impl<P: Ports> Shop<P> {
    /// `GET /v1/catalogue`.
    pub(super) fn show_catalogue(&self) -> Result<Answer, Fault> {
        let mut products = Vec::with_capacity(PRODUCTS.len());
        for product in &PRODUCTS {
            products.push(ProductView {
                sku: product.sku,
                name: product.name,
                description: product.description,
                unit: product.unit,
                price_minor: product.price_minor,
                stock: stock::left(self.office.tables(), product)?,
                category: product.category,
                image: product.image,
            });
        }
        let settings = &self.office.settings;
        let catalogue = Catalogue {
            store: Store {
                name: &settings.name,
                domain: settings.domain.as_str(),
                tagline: TAGLINE,
            },
            currency: "JPY",
            delivery: DeliveryOffer {
                domain: self.config.courier.as_str(),
                name: &self.config.courier_name,
                price_minor: DELIVERY_PRICE_MINOR,
            },
            products,
        };
        Ok(web::json(StatusCode::OK, &catalogue))
    }
}
