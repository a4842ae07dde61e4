//! What a form is to be made of: lines of the catalogue, or of a catalogue that the merchant keeps elsewhere, whose names
//! and prices are given with the wish; and what becomes of it.

use tallystick_protocol::checkout::form::{
    Delivery, ITEMS_MAX, Item, OrderForm, QUANTITY_MAX, TEXT_MAX_BYTES, WithoutCourier,
};
use tallystick_protocol::checkout::names::{self, LocalText};
use tallystick_protocol::checkout::policy::PolicyName;
use tallystick_protocol::checkout::tax;
use tallystick_protocol::instrument::Instrument;
use tallystick_protocol::trust::statement::Audience;
use tallystick_protocol::wire::money::{Currency, Money};
use tallystick_protocol::wire::text::is_plain;

use super::Shop;
use super::catalogue::{check_price, check_rate, check_sku, check_texts};
use super::config::{CouponOffer, CourierOffer};
use super::goods::Offered;
use super::handing::{Handing, When};
use crate::office::fault::{Fault, Kind};
use crate::ports::Ports;

/// Longest name that a merchant gives an order, in bytes.
pub const REFERENCE_MAX_BYTES: usize = 64;

/// A form that is wanted. What is left out is as the shop's settings say.
#[derive(Clone, Debug, Default)]
pub struct WantedForm {
    /// The goods, 1 to [`ITEMS_MAX`], each once.
    pub lines: Vec<WantedLine>,
    /// The delivery; by the shop's first courier if it is left out, and nothing says that none delivers.
    pub delivery: Option<WantedDelivery>,
    /// That the shop hands the goods over itself, and when. Of products of its catalogue that says so too.
    pub hand_over: Option<When>,
    /// The policy; the strict one if it is left out.
    pub policy: Option<PolicyName>,
    /// What can be paid with, of what the shop takes.
    pub instruments: Option<Vec<Instrument>>,
    /// Whether coupons are taken, if the shop takes any.
    pub coupons: Option<bool>,
    /// What the merchant calls the order: plain text of at most [`REFERENCE_MAX_BYTES`].
    pub merchant_reference: Option<String>,
    /// The origin of the page that shows the form, one of the shop's.
    pub origin: Option<String>,
}

/// One line of goods.
#[derive(Clone, Debug)]
pub enum WantedLine {
    /// A product of the shop's catalogue, of which there has to be enough.
    OfCatalogue {
        /// Its number.
        sku: String,
        /// How many.
        quantity: u32,
    },
    /// Something of the merchant's own catalogue, elsewhere. Nothing is held back for it here.
    Free(FreeLine),
}

/// As of [`Item`], in minor units.
#[derive(Clone, Debug)]
pub struct FreeLine {
    /// The merchant's number of it.
    pub sku: String,
    /// What it is called, by language.
    pub names: Vec<LocalText>,
    /// How many.
    pub quantity: u32,
    /// The price of one, with its tax.
    pub unit_price_minor: u64,
    /// The rate of its tax, in basis points.
    pub tax_basis_points: Option<u16>,
    /// What the shop hands over for it, if that is a text.
    pub handed_text: Option<String>,
}

impl WantedLine {
    fn sku(&self) -> &str {
        match self {
            Self::OfCatalogue { sku, .. } => sku,
            Self::Free(line) => &line.sku,
        }
    }

    fn quantity(&self) -> u32 {
        match self {
            Self::OfCatalogue { quantity, .. } => *quantity,
            Self::Free(line) => line.quantity,
        }
    }
}

/// Who is to deliver.
#[derive(Clone, Debug)]
pub struct WantedDelivery {
    /// The courier's domain, one of the shop's.
    pub courier: String,
    /// What this delivery is called, by language; as the settings say if it is left out.
    pub names: Option<Vec<LocalText>>,
    /// The price, with its tax, in minor units; as the settings say if it is left out.
    pub price_minor: Option<u64>,
}

/// Which lines of a form are goods of the catalogue: bit n for line n. None: all, as in what earlier releases signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Marks(pub Option<u64>);

impl Marks {
    /// Those of a wish.
    #[must_use]
    pub fn of(lines: &[WantedLine]) -> Self {
        let mut marks = 0_u64;
        for (place, line) in lines.iter().enumerate() {
            if matches!(line, WantedLine::OfCatalogue { .. }) {
                marks |= bit(place);
            }
        }
        let are_all = lines.iter().enumerate().all(|(at, _)| marks & bit(at) != 0);
        Self((!are_all).then_some(marks))
    }

    /// Whether the line at this place is one.
    #[must_use]
    pub fn has(self, place: usize) -> bool {
        self.0.is_none_or(|marks| marks & bit(place) != 0)
    }
}

/// A form has at most [`ITEMS_MAX`] lines, which are fewer than a number kept in a database has bits.
const _: () = assert!(ITEMS_MAX <= 53);

fn bit(place: usize) -> u64 {
    u32::try_from(place).map_or(0, |place| 1_u64.checked_shl(place).unwrap_or(0))
}

impl<P: Ports> Shop<P> {
    /// The form that is wanted, with a number of its own.
    pub(super) fn form_for(
        &self,
        wanted: &WantedForm,
        offered: &Offered,
        handing: Option<&Handing>,
    ) -> Result<OrderForm, Fault> {
        check_reference(wanted.merchant_reference.as_deref())?;
        let items = self.items_of(&wanted.lines, offered)?;
        let delivery = match handing {
            Some(_) => None,
            None => Some(self.delivery_of(wanted.delivery.as_ref())?),
        };
        let nothing = Money::new(0, Currency::Jpy);
        let mut total = delivery.as_ref().map_or(nothing, |one| one.price);
        for (place, item) in items.iter().enumerate() {
            let price = item.price().map_err(Fault::malformed);
            let sum = price.and_then(|price| total.checked_add(price).map_err(Fault::malformed));
            total = sum.map_err(|fault| fault.at(format!("/lines/{place}")))?;
        }
        let coupons = self.coupon_offer_of(wanted.coupons)?;
        let coupons = coupons.map(|offer| offer.rule(&items));
        let tax = tax::lines_of(&items, delivery.as_ref()).map_err(Fault::malformed)?;
        let form = OrderForm {
            envelope: self.office.envelope(
                Audience::Holder,
                self.number()?,
                self.config.form_lifetime_seconds,
            ),
            origin: self.origin_of(wanted.origin.as_deref())?.to_owned(),
            items,
            delivery,
            total,
            issuers: self.config.issuers.clone(),
            instruments: self.instruments_of(wanted.instruments.as_deref())?,
            policy: wanted.policy.unwrap_or(PolicyName::Strict),
            extra: Vec::new(),
            coupons,
            tax,
            seller: self.config.seller.clone(),
            without_courier: handing.map(|_| WithoutCourier::ByShop),
        };
        form.validate().map_err(Fault::malformed)?;
        if let Some(goods) = handing.and_then(|handing| handing.goods.as_ref()) {
            let checked = goods.check(&form).map_err(Fault::malformed);
            checked.map_err(|fault| fault.at("/lines"))?;
        }
        Ok(form)
    }

    fn items_of(&self, lines: &[WantedLine], offered: &Offered) -> Result<Vec<Item>, Fault> {
        if lines.is_empty() || lines.len() > ITEMS_MAX {
            let said = format!("A basket holds between 1 and {ITEMS_MAX} different products.");
            return Err(Fault::malformed(said).at("/lines"));
        }
        let mut items: Vec<Item> = Vec::with_capacity(lines.len());
        for (place, line) in lines.iter().enumerate() {
            let at = format!("/lines/{place}");
            if !(1..=QUANTITY_MAX).contains(&line.quantity()) {
                let said = format!("A quantity is between 1 and {QUANTITY_MAX}.");
                return Err(Fault::malformed(said).at(format!("{at}/quantity")));
            }
            if items.iter().any(|item| item.sku == line.sku()) {
                let said = "Each product appears once in a basket.";
                return Err(Fault::malformed(said).at(format!("{at}/sku")));
            }
            items.push(match line {
                WantedLine::OfCatalogue { sku, quantity } => {
                    of_catalogue(sku, *quantity, offered, &at)?
                }
                WantedLine::Free(line) => free(line, &at)?,
            });
        }
        Ok(items)
    }

    fn delivery_of(&self, wanted: Option<&WantedDelivery>) -> Result<Delivery, Fault> {
        let courier = self.courier_of(wanted.map(|wanted| wanted.courier.as_str()))?;
        let names = wanted.and_then(|wanted| wanted.names.clone());
        check_texts(names.as_deref(), TEXT_MAX_BYTES, "/delivery/name")?;
        let price_minor = wanted.and_then(|wanted| wanted.price_minor);
        let price_minor = price_minor.unwrap_or(courier.price_minor);
        check_price(price_minor, "/delivery/price_minor")?;
        let usual = || courier.names_if_any().map(<[_]>::to_vec);
        Ok(Delivery {
            courier: courier.domain.clone(),
            name: courier.name.clone(),
            price: Money::new(price_minor, Currency::Jpy),
            names: names.or_else(usual),
            tax_basis_points: courier.tax_basis_points,
        })
    }

    fn courier_of(&self, wanted: Option<&str>) -> Result<&CourierOffer, Fault> {
        let mut couriers = self.config.couriers.iter();
        let courier = match wanted {
            None => couriers.next(),
            Some(chosen) => couriers.find(|courier| courier.domain.as_str() == chosen),
        };
        courier.ok_or_else(|| {
            let said = "The store does not deliver by this courier.";
            Fault::new(Kind::NotFound, said).at("/delivery/courier")
        })
    }

    /// What the shop takes of what is wanted.
    fn instruments_of(&self, wanted: Option<&[Instrument]>) -> Result<Vec<Instrument>, Fault> {
        let taken = &self.config.instruments;
        let Some(wanted) = wanted else {
            return Ok(taken.clone());
        };
        if wanted.is_empty() {
            let said = "Name at least one instrument, or leave them out.";
            return Err(Fault::malformed(said).at("/instruments"));
        }
        if let Some(place) = wanted.iter().position(|one| !taken.contains(one)) {
            let said = "The shop does not take this instrument.";
            return Err(Fault::malformed(said).at(format!("/instruments/{place}")));
        }
        let wanted = taken.iter().filter(|one| wanted.contains(one));
        Ok(wanted.copied().collect())
    }

    fn coupon_offer_of(&self, wanted: Option<bool>) -> Result<Option<&CouponOffer>, Fault> {
        match (wanted, self.config.coupons.as_ref()) {
            (Some(false), _) => Ok(None),
            (Some(true), None) => {
                Err(Fault::malformed("The shop takes no coupons.").at("/coupons"))
            }
            (_, offer) => Ok(offer),
        }
    }

    fn origin_of<'o>(&'o self, wanted: Option<&str>) -> Result<&'o str, Fault> {
        let config = &self.config;
        let Some(wanted) = wanted else {
            return Ok(&config.origin);
        };
        let mut origins = core::iter::once(&config.origin).chain(&config.origins);
        let origin = origins.find(|origin| *origin == wanted);
        let said = "The origin is none of the shop's (settings ORIGIN and ORIGINS).";
        let origin = origin.ok_or_else(|| Fault::malformed(said).at("/origin"))?;
        Ok(origin)
    }
}

fn of_catalogue(sku: &str, quantity: u32, offered: &Offered, at: &str) -> Result<Item, Fault> {
    let product = offered.catalogue.product(sku).ok_or_else(|| {
        Fault::new(Kind::NotFound, "The store has no such product.").at(format!("{at}/sku"))
    })?;
    if let Some(left) = offered.shelf.left(sku).filter(|left| *left < quantity) {
        let said = format!("Only {left} of {} are left.", product.name());
        return Err(Fault::new(Kind::OutOfStock, said).at(format!("{at}/quantity")));
    }
    Ok(Item {
        sku: product.sku.clone(),
        name: product.name().to_owned(),
        quantity,
        unit_price: Money::new(product.price_minor, Currency::Jpy),
        names: Some(product.names.clone()),
        tax_basis_points: product.tax_basis_points,
    })
}

fn free(line: &FreeLine, at: &str) -> Result<Item, Fault> {
    check_sku(&line.sku, &format!("{at}/sku"))?;
    check_texts(Some(&line.names), TEXT_MAX_BYTES, &format!("{at}/name"))?;
    check_price(line.unit_price_minor, &format!("{at}/unit_price_minor"))?;
    check_rate(line.tax_basis_points, &format!("{at}/tax_basis_points"))?;
    Ok(Item {
        sku: line.sku.clone(),
        name: names::default_of(&line.names).to_owned(),
        quantity: line.quantity,
        unit_price: Money::new(line.unit_price_minor, Currency::Jpy),
        names: Some(line.names.clone()),
        tax_basis_points: line.tax_basis_points,
    })
}

fn check_reference(reference: Option<&str>) -> Result<(), Fault> {
    let is_sound = |text: &str| (1..=REFERENCE_MAX_BYTES).contains(&text.len()) && is_plain(text);
    if reference.is_none_or(is_sound) {
        return Ok(());
    }
    let said = format!("Give 1 to {REFERENCE_MAX_BYTES} bytes in which nothing is unseen.");
    Err(Fault::malformed(said).at("/reference"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(is_free: bool) -> WantedLine {
        if !is_free {
            let sku = String::new();
            return WantedLine::OfCatalogue { sku, quantity: 1 };
        }
        WantedLine::Free(FreeLine {
            sku: String::new(),
            names: Vec::new(),
            quantity: 1,
            unit_price_minor: 1,
            tax_basis_points: None,
            handed_text: None,
        })
    }

    #[test]
    fn each_line_is_marked_as_the_catalogues_or_not() {
        let mixed = [false, true, false, true, true].map(line);
        let marks = Marks::of(&mixed);
        let has: Vec<_> = (0..5).map(|place| marks.has(place)).collect();
        assert_eq!(has, [true, false, true, false, false]);
        let most: Vec<_> = (0..ITEMS_MAX)
            .map(|place| line(place + 1 < ITEMS_MAX))
            .collect();
        let marks = Marks::of(&most);
        assert!(marks.has(ITEMS_MAX - 1) && !marks.has(0));
        assert_eq!(Marks::of(&[true, true].map(line)), Marks(Some(0)));
    }

    #[test]
    fn forms_without_marks_are_of_the_catalogue_alone() {
        assert_eq!(Marks::of(&[false, false].map(line)), Marks(None));
        assert!((0..ITEMS_MAX).all(|place| Marks(None).has(place)));
    }
}
