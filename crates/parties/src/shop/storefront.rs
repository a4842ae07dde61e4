//! What the store's page shows: products, prices, what is left.

use http::StatusCode;
use serde::Serialize;

use super::Shop;
use super::goods::Offered;
use super::merchant::catalogue::ProductView;
use super::merchant::name::Name;
use crate::office::fault::Fault;
use crate::office::http::{self as web, Answer};
use crate::ports::Ports;
use tallystick_protocol::wire::identifier::Domain;

#[derive(Serialize)]
struct StoreView<'a> {
    store: Store<'a>,
    currency: &'static str,
    /// Among them the buyer chooses; the first is proposed.
    couriers: Vec<CourierView<'a>>,
    /// How an order can be paid, by the instruments' names.
    instruments: Vec<&'static str>,
    /// Whose cards the store takes, by domain.
    issuers: Vec<&'a str>,
    /// Whose coupons, by domain.
    coupon_offices: Vec<&'a str>,
    products: Vec<ProductView>,
}

#[derive(Serialize)]
struct Store<'a> {
    name: &'a str,
    domain: &'a str,
    tagline: Option<Name>,
}

#[derive(Serialize)]
struct CourierView<'a> {
    domain: &'a str,
    name: Name,
    price_minor: u64,
    days_min: u8,
    days_max: u8,
}

impl<P: Ports> Shop<P> {
    /// `GET /v1/catalogue`.
    pub(super) async fn show_catalogue(&self) -> Result<Answer, Fault> {
        let Offered { catalogue, shelf } = self.offered().await?;
        let products = catalogue.products.iter();
        let products = products.map(|product| ProductView::of(product, &shelf));
        let settings = &self.office.settings;
        let couriers = self.config.couriers.iter().map(|courier| CourierView {
            domain: courier.domain.as_str(),
            name: Name::of(&courier.name, courier.names_if_any()),
            price_minor: courier.price_minor,
            days_min: courier.days.0,
            days_max: courier.days.1,
        });
        let coupons = self.config.coupons.iter();
        let offices = coupons.flat_map(|offer| &offer.offices);
        let instruments = self.config.instruments.iter();
        let view = StoreView {
            store: Store {
                name: &settings.name,
                domain: settings.domain.as_str(),
                tagline: catalogue.tagline.as_deref().map(Name::from),
            },
            currency: "JPY",
            couriers: couriers.collect(),
            instruments: instruments.map(|instrument| instrument.as_str()).collect(),
            issuers: self.config.issuers.iter().map(Domain::as_str).collect(),
            coupon_offices: offices.map(Domain::as_str).collect(),
            products: products.collect(),
        };
        Ok(web::json(StatusCode::OK, &view))
    }
}
