//! What the shop sells out of its own tables: products with names in several languages, and prices. The merchant
//! replaces them all at once; what is left of each stands in [`stock`](super::stock).

use minicbor::{Decode, Encode};
use tallystick_protocol::checkout::form::{TEXT_MAX_BYTES, WithoutCourier};
use tallystick_protocol::checkout::names::{self, LocalText};
use tallystick_protocol::checkout::tax::BASIS_POINTS_MAX;
use tallystick_protocol::wire::money::MINOR_MAX;
use tallystick_protocol::wire::text::is_plain;

use super::stock;
use super::without_courier::check_handed_text;
use crate::office::fault::Fault;
use crate::ports::database::first;
use crate::ports::{DatabaseError, Row, Tables};
use crate::store::facts;

/// Most products of one shop.
pub const PRODUCTS_MAX: usize = 1_000;
/// Longest description of a product in one language, in bytes of UTF-8.
pub const DESCRIPTION_MAX_BYTES: usize = 1_000;
/// Longest name of a product's picture, or its address, in bytes.
pub const IMAGE_MAX_BYTES: usize = 500;
/// Most pieces that are counted of one product.
pub const PIECES_MAX: u32 = 1_000_000_000;
/// The fact that says which catalogue this is, and the line under the shop's name.
const CATALOGUE: &str = "catalogue";

/// One product. Prices are in the currency's minor unit and include the tax.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Product {
    /// Stock-keeping unit: the product's name in links and orders.
    #[n(0)]
    pub sku: String,
    /// What it is called, by language.
    #[n(1)]
    pub names: Vec<LocalText>,
    /// One or two sentences for the person who is choosing.
    #[n(2)]
    pub description: Option<Vec<LocalText>>,
    /// What one piece is: "100 g bag".
    #[n(3)]
    pub unit: Option<Vec<LocalText>>,
    /// Price of one piece in minor units.
    #[n(4)]
    pub price_minor: u64,
    /// The rate of the tax in the price, in basis points.
    #[n(5)]
    pub tax_basis_points: Option<u16>,
    /// The shelf that it stands on, as the store's pages name it.
    #[n(6)]
    pub category: Option<String>,
    /// Its picture: a name that the store's pages know, or an https address.
    #[n(7)]
    pub image: Option<String>,
    /// That no courier delivers it, and how it comes to the holder then.
    #[n(8)]
    pub without_courier: Option<WithoutCourier>,
    /// What the shop hands over for it, if that is a text: the same to everybody. Only of what no courier delivers.
    #[n(9)]
    pub handed_text: Option<String>,
}

impl Product {
    /// Its name for whoever reads none of the languages.
    #[must_use]
    pub fn name(&self) -> &str {
        names::default_of(&self.names)
    }
}

/// Everything that is sold, in the order of the shelf.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Catalogue {
    /// Which one of those that the shop had: it grows from one to the next, and is 0 while there is none.
    #[n(0)]
    pub version: u64,
    /// The line under the shop's name, by language.
    #[n(1)]
    pub tagline: Option<Vec<LocalText>>,
    /// The products.
    #[n(2)]
    pub products: Vec<Product>,
}

impl Catalogue {
    /// The product of this name, if the shop sells it.
    #[must_use]
    pub fn product(&self, sku: &str) -> Option<&Product> {
        self.products.iter().find(|product| product.sku == sku)
    }
}

/// What a new catalogue says of how many pieces there are.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Count {
    /// The product.
    #[n(0)]
    pub sku: String,
    /// How many can be sold, beside those that orders hold back; none if nobody counts them.
    #[n(1)]
    pub pieces: Option<u32>,
}

/// A catalogue in the place of the one before.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Replacement {
    /// As of [`Catalogue`].
    #[n(0)]
    pub tagline: Option<Vec<LocalText>>,
    /// As of [`Catalogue`].
    #[n(1)]
    pub products: Vec<Product>,
    /// How many pieces there are from now on. What is left of a product that is not named here stays what it is; one
    /// that is new and not named is not counted.
    #[n(2)]
    pub counts: Vec<Count>,
}

impl Replacement {
    /// Checks that everything is within its limits.
    ///
    /// # Errors
    /// [`Kind::Malformed`](crate::office::fault::Kind::Malformed), with the JSON pointer of what is not.
    pub fn check(&self) -> Result<(), Fault> {
        if self.products.len() > PRODUCTS_MAX {
            let said = format!("A catalogue has at most {PRODUCTS_MAX} products.");
            return Err(Fault::malformed(said).at("/products"));
        }
        check_texts(self.tagline.as_deref(), TEXT_MAX_BYTES, "/tagline")?;
        let mut seen = std::collections::BTreeSet::new();
        for (place, product) in self.products.iter().enumerate() {
            let at = format!("/products/{place}");
            check_product(product, &at)?;
            if !seen.insert(product.sku.as_str()) {
                let said = "Each product stands in the catalogue once.";
                return Err(Fault::malformed(said).at(format!("{at}/sku")));
            }
        }
        for count in &self.counts {
            if count.pieces.is_some_and(|pieces| pieces > PIECES_MAX) {
                let place = self.products.iter().position(|one| one.sku == count.sku);
                let said = format!("At most {PIECES_MAX} pieces are counted.");
                let at = place.map_or(String::new(), |place| format!("/products/{place}/stock"));
                return Err(Fault::malformed(said).at(at));
            }
        }
        Ok(())
    }
}

fn check_product(product: &Product, at: &str) -> Result<(), Fault> {
    check_sku(&product.sku, &format!("{at}/sku"))?;
    check_texts(Some(&product.names), TEXT_MAX_BYTES, &format!("{at}/name"))?;
    let description = product.description.as_deref();
    check_texts(
        description,
        DESCRIPTION_MAX_BYTES,
        &format!("{at}/description"),
    )?;
    check_texts(
        product.unit.as_deref(),
        TEXT_MAX_BYTES,
        &format!("{at}/unit"),
    )?;
    check_price(product.price_minor, &format!("{at}/price_minor"))?;
    check_rate(product.tax_basis_points, &format!("{at}/tax_basis_points"))?;
    check_word(
        product.category.as_deref(),
        TEXT_MAX_BYTES,
        &format!("{at}/category"),
    )?;
    check_word(
        product.image.as_deref(),
        IMAGE_MAX_BYTES,
        &format!("{at}/image"),
    )?;
    let Some(text) = &product.handed_text else {
        return Ok(());
    };
    let at = format!("{at}/handed_text");
    if product.without_courier.is_none() {
        let said = "Only for what no courier delivers is a text handed over.";
        return Err(Fault::malformed(said).at(at));
    }
    check_handed_text(text, &at)
}

/// Checks the shop's number of something.
pub(super) fn check_sku(sku: &str, at: &str) -> Result<(), Fault> {
    check_word(Some(sku), TEXT_MAX_BYTES, at)
}

/// Checks names or other texts in several languages.
pub(super) fn check_texts(
    texts: Option<&[LocalText]>,
    bytes_max: usize,
    at: &str,
) -> Result<(), Fault> {
    if texts.is_none_or(|texts| names::are_sound(texts, bytes_max)) {
        return Ok(());
    }
    let said = format!(
        "Give 1 to {} languages such as en, ja or pt-BR, each with a text of 1 to {bytes_max} bytes in which nothing is unseen.",
        names::LANGUAGES_MAX
    );
    Err(Fault::malformed(said).at(at))
}

/// Checks a price.
pub(super) fn check_price(minor: u64, at: &str) -> Result<(), Fault> {
    if minor <= MINOR_MAX {
        return Ok(());
    }
    Err(Fault::malformed("The price is too large.").at(at))
}

/// Checks the rate of a tax.
pub(super) fn check_rate(basis_points: Option<u16>, at: &str) -> Result<(), Fault> {
    if basis_points.is_none_or(|rate| rate <= BASIS_POINTS_MAX) {
        return Ok(());
    }
    let said = format!("A rate is at most {BASIS_POINTS_MAX} basis points.");
    Err(Fault::malformed(said).at(at))
}

fn check_word(word: Option<&str>, bytes_max: usize, at: &str) -> Result<(), Fault> {
    if word.is_none_or(|word| (1..=bytes_max).contains(&word.len()) && is_plain(word)) {
        return Ok(());
    }
    let said = format!("Give 1 to {bytes_max} bytes in which nothing is unseen.");
    Err(Fault::malformed(said).at(at))
}

/// Which catalogue is here; 0 if none.
///
/// # Errors
/// Only the database's own.
pub fn version(tables: &(impl Tables + ?Sized)) -> Result<u64, DatabaseError> {
    Ok(head(tables)?.version)
}

/// Everything but the products.
fn head(tables: &(impl Tables + ?Sized)) -> Result<Catalogue, DatabaseError> {
    let Some(bytes) = facts::get(tables, CATALOGUE)? else {
        return Ok(Catalogue::default());
    };
    minicbor::decode(&bytes).map_err(|_| DatabaseError::Shape(0))
}

/// The catalogue that is here.
///
/// # Errors
/// Only the database's own.
pub fn read(tables: &(impl Tables + ?Sized)) -> Result<Catalogue, DatabaseError> {
    let rows = tables.run("SELECT product FROM shop_products ORDER BY place", &[])?;
    let product = |row: &Row| minicbor::decode(row.blob(0)?).map_err(|_| DatabaseError::Shape(0));
    Ok(Catalogue {
        products: rows.iter().map(product).collect::<Result<_, _>>()?,
        ..head(tables)?
    })
}

/// Whether the shop sells a product of this name.
///
/// # Errors
/// Only the database's own.
pub fn has(tables: &(impl Tables + ?Sized), sku: &str) -> Result<bool, DatabaseError> {
    let sql = "SELECT 1 FROM shop_products WHERE sku = ?";
    Ok(first(tables, sql, &[sku.into()])?.is_some())
}

/// Keeps a catalogue that another object of the shop had, as it is.
///
/// # Errors
/// Only the database's own.
pub fn keep(tables: &dyn Tables, catalogue: &Catalogue) -> Result<(), DatabaseError> {
    tables.run("DELETE FROM shop_products", &[])?;
    for (place, product) in (0_u32..).zip(&catalogue.products) {
        tables.run(
            "INSERT INTO shop_products (place, sku, product) VALUES (?, ?, ?)",
            &[
                place.into(),
                product.sku.as_str().into(),
                written(product)?.into(),
            ],
        )?;
    }
    let head = Catalogue {
        products: Vec::new(),
        ..catalogue.clone()
    };
    facts::put(tables, CATALOGUE, &written(&head)?)
}

/// Replaces the catalogue, and what is counted of its products. Answers its version: the time in milliseconds since 1970,
/// or more, so that none comes twice even where tables were restored. Call it in a transaction.
///
/// # Errors
/// Only the database's own.
pub fn replace(
    tables: &dyn Tables,
    replacement: &Replacement,
    now_ms: u64,
) -> Result<u64, DatabaseError> {
    let before = read(tables)?;
    let Replacement {
        tagline,
        products,
        counts,
    } = replacement;
    let catalogue = Catalogue {
        version: before.version.saturating_add(1).max(now_ms),
        tagline: tagline.clone(),
        products: products.clone(),
    };
    let is_sold = |sku: &str| products.iter().any(|product| product.sku == sku);
    for gone in before.products.iter().filter(|one| !is_sold(&one.sku)) {
        stock::count_no_more(tables, &gone.sku)?;
    }
    for Count { sku, pieces } in counts {
        match pieces {
            Some(pieces) => stock::set(tables, sku, *pieces)?,
            None => stock::count_no_more(tables, sku)?,
        }
    }
    keep(tables, &catalogue)?;
    Ok(catalogue.version)
}

fn written<T: Encode<()>>(value: &T) -> Result<Vec<u8>, DatabaseError> {
    minicbor::to_vec(value).map_err(|_| DatabaseError::Shape(0))
}
