//! What the dealer sets beside what every party has.

use tallystick_protocol::wire::identifier::Domain;
use tallystick_protocol::wire::money::Currency;

use crate::office::settings::Settings;

/// The most products. Each has at most two requests that wait for a payment, and a card remembers sixteen.
pub const PRODUCTS_MAX: usize = 8;
/// The dearest product, in minor units.
const PRICE_MAX: u64 = 100_000;
/// The longest identifier of a product, in bytes.
const ID_BYTES_MAX: usize = 32;
/// The longest name of a product, in characters.
const NAME_CHARACTERS_MAX: usize = 40;
/// How often a log is uploaded by machines whose dealer says nothing about it, in seconds.
const COLLECT_SECONDS: u64 = 3_600;

/// Something in the machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// Names it: small letters, digits and hyphens.
    pub id: String,
    /// As it stands on its button.
    pub name: String,
    /// What it costs, in minor units of the machine's currency.
    pub price_minor: u64,
}

/// Whose machine it is, as the ordinary bank has it: with this the machine's account is opened (SZ1).
#[derive(Clone, PartialEq, Eq)]
pub struct Dealer {
    /// The name.
    pub name: String,
    /// The address.
    pub address: String,
    /// The telephone number.
    pub telephone: String,
}

/// A machine's settings.
#[derive(Clone)]
pub struct VendingConfig {
    /// Settings that every role has.
    pub settings: Settings,
    /// Whose purses it takes: the bank of its own purse.
    pub bank: Domain,
    /// By whom its purse is opened.
    pub registration: Domain,
    /// In which currency it sells.
    pub currency: Currency,
    /// What it sells.
    pub products: Vec<Product>,
    /// Whose it is.
    pub dealer: Dealer,
    /// How often its log is uploaded, in seconds.
    pub collect_seconds: u64,
}

impl VendingConfig {
    /// A machine in yen that uploads every hour.
    #[must_use]
    pub fn new(
        settings: Settings,
        (bank, registration): (Domain, Domain),
        products: Vec<Product>,
        dealer: Dealer,
    ) -> Self {
        Self {
            settings,
            bank,
            registration,
            currency: Currency::Jpy,
            products,
            dealer,
            collect_seconds: COLLECT_SECONDS,
        }
    }

    /// Reads "sencha|Cold sencha|150", separated by semicolons; none if one is wrong, or two are called the same.
    #[must_use]
    pub fn read_products(text: &str) -> Option<Vec<Product>> {
        let products: Option<Vec<Product>> = text.split(';').map(read_product).collect();
        let products = products?;
        let is_one = |(at, product): (usize, &Product)| {
            products[..at].iter().all(|other| other.id != product.id)
        };
        let is_good =
            (1..=PRODUCTS_MAX).contains(&products.len()) && products.iter().enumerate().all(is_one);
        is_good.then_some(products)
    }

    /// The product of that name.
    pub(super) fn product(&self, id: &str) -> Option<&Product> {
        self.products.iter().find(|product| product.id == id)
    }
}

fn read_product(text: &str) -> Option<Product> {
    let mut parts = text.split('|').map(str::trim);
    let (id, name, price) = (parts.next()?, parts.next()?, parts.next()?);
    let price_minor = price.parse().ok()?;
    let is_id = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let is_good = parts.next().is_none()
        && (1..=ID_BYTES_MAX).contains(&id.len())
        && id.bytes().all(is_id)
        && (1..=NAME_CHARACTERS_MAX).contains(&name.chars().count())
        && (1..=PRICE_MAX).contains(&price_minor);
    is_good.then(|| Product {
        id: id.to_owned(),
        name: name.to_owned(),
        price_minor,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_read_by_name_and_price() {
        let read = VendingConfig::read_products("sencha|Cold sencha|150; coffee |Coffee| 130");
        let told: Vec<_> = read
            .unwrap()
            .into_iter()
            .map(|one| one.price_minor)
            .collect();
        assert_eq!(told, [150, 130]);
        for wrong in [
            "",
            "sencha|Cold sencha",
            "sencha|Cold sencha|0",
            "sencha||150",
            "Sencha|Cold sencha|150",
            "sencha|Cold sencha|150|1",
            "sencha|Cold sencha|150;sencha|Warm sencha|150",
            "sencha|Cold sencha|100001",
            "a|A|1;b|B|1;c|C|1;d|D|1;e|E|1;f|F|1;g|G|1;h|H|1;i|I|1",
        ] {
            assert_eq!(VendingConfig::read_products(wrong), None, "{wrong}");
        }
    }
}
