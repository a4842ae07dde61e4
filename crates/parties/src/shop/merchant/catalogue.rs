//! `PUT` and `GET /v1/merchant/catalogue`: what is sold, as the merchant writes and reads it.

use http::StatusCode;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value as Json;
use tallystick_protocol::checkout::form::WithoutCourier;

use super::name::Name;
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer, Incoming};
use crate::ports::Ports;
use crate::shop::Shop;
use crate::shop::catalogue::{Catalogue, Count, PRODUCTS_MAX, Product, Replacement};
use crate::shop::stock::Shelf;

/// The longest catalogue that is taken, in bytes: 1 MiB.
pub const CATALOGUE_LIMIT: usize = 1024 * 1024;

/// A whole catalogue.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    #[serde(default)]
    tagline: Option<Name>,
    /// Each is read by itself, so that what is wrong with one can be told by its place.
    products: Vec<Json>,
}

/// One product, as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProductBody {
    sku: String,
    name: Name,
    #[serde(default)]
    description: Option<Name>,
    #[serde(default)]
    unit: Option<Name>,
    price_minor: u64,
    #[serde(default)]
    tax_basis_points: Option<u16>,
    /// Left out: as it is; null: not counted.
    #[serde(default, deserialize_with = "given")]
    stock: Option<Option<u32>>,
    #[serde(default)]
    category: Option<String>,
    #[serde(default)]
    image: Option<String>,
    #[serde(default)]
    without_courier: Option<String>,
    #[serde(default)]
    handed_text: Option<String>,
}

/// Tells null from what is left out.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<u32>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// Reads a catalogue as a merchant writes it.
///
/// # Errors
/// [`Kind::Malformed`] with the JSON pointer of what is not as it should be; [`Kind::TooLarge`].
pub fn read(json: &[u8]) -> Result<Replacement, Fault> {
    if json.len() > CATALOGUE_LIMIT {
        return Err(Fault::new(Kind::TooLarge, "A catalogue has at most 1 MiB."));
    }
    let body: Body = serde_json::from_slice(json).map_err(|error| not_of_form(&error, ""))?;
    if body.products.len() > PRODUCTS_MAX {
        let said = format!("A catalogue has at most {PRODUCTS_MAX} products.");
        return Err(Fault::malformed(said).at("/products"));
    }
    let mut replacement = Replacement {
        tagline: body.tagline.map(|tagline| tagline.0),
        ..Replacement::default()
    };
    for (place, product) in body.products.into_iter().enumerate() {
        let at = format!("/products/{place}");
        let product = serde_json::from_value(product).map_err(|error| not_of_form(&error, &at))?;
        let ProductBody {
            sku,
            name,
            description,
            unit,
            price_minor,
            ..
        } = product;
        if let Some(pieces) = product.stock {
            let sku = sku.clone();
            replacement.counts.push(Count { sku, pieces });
        }
        replacement.products.push(Product {
            sku,
            names: name.0,
            description: description.map(|texts| texts.0),
            unit: unit.map(|texts| texts.0),
            price_minor,
            tax_basis_points: product.tax_basis_points,
            category: product.category,
            image: product.image,
            without_courier: without_courier(product.without_courier.as_deref(), &at)?,
            handed_text: product.handed_text,
        });
    }
    replacement.check()?;
    Ok(replacement)
}

fn without_courier(name: Option<&str>, at: &str) -> Result<Option<WithoutCourier>, Fault> {
    let named = |name: &str| {
        let said = "Goods come without a courier by-shop, or leave this out.";
        let found = WithoutCourier::from_name(name);
        found.ok_or_else(|| Fault::malformed(said).at(format!("{at}/without_courier")))
    };
    name.map(named).transpose()
}

/// What the reader of JSON says of it names members and types, and of what was sent at most a word.
fn not_of_form(error: &serde_json::Error, at: &str) -> Fault {
    Fault::malformed(format!("The JSON is not of the expected form: {error}.")).at(at)
}

#[derive(Serialize)]
struct Replaced {
    version: u64,
    products: usize,
}

#[derive(Serialize)]
struct View {
    version: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    tagline: Option<Name>,
    products: Vec<ProductView>,
}

/// One product, as it is read: by the merchant, and by the store's page.
#[derive(Serialize)]
pub struct ProductView {
    sku: String,
    name: Name,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<Name>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<Name>,
    price_minor: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    tax_basis_points: Option<u16>,
    /// Null if nobody counts it.
    stock: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    without_courier: Option<&'static str>,
    /// For the merchant alone: a buyer reads it who has paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    handed_text: Option<String>,
}

impl ProductView {
    /// A product with what is left of it, and with what is handed over for it.
    #[must_use]
    fn whole(product: &Product, shelf: &Shelf) -> Self {
        Self {
            handed_text: product.handed_text.clone(),
            ..Self::of(product, shelf)
        }
    }

    /// A product with what is left of it.
    #[must_use]
    pub fn of(product: &Product, shelf: &Shelf) -> Self {
        Self {
            sku: product.sku.clone(),
            name: product.names.as_slice().into(),
            description: product.description.as_deref().map(Name::from),
            unit: product.unit.as_deref().map(Name::from),
            price_minor: product.price_minor,
            tax_basis_points: product.tax_basis_points,
            stock: shelf.left(&product.sku),
            category: product.category.clone(),
            image: product.image.clone(),
            without_courier: product.without_courier.map(WithoutCourier::as_str),
            handed_text: None,
        }
    }
}

fn view(catalogue: &Catalogue, shelf: &Shelf) -> View {
    let products = catalogue.products.iter();
    View {
        version: catalogue.version,
        tagline: catalogue.tagline.as_deref().map(Name::from),
        products: products.map(|one| ProductView::whole(one, shelf)).collect(),
    }
}

impl<P: Ports> Shop<P> {
    /// `PUT /v1/merchant/catalogue`: replaces the catalogue; the same once more changes nothing but its version.
    pub(in crate::shop) async fn put_catalogue(&self, request: &Incoming) -> Result<Answer, Fault> {
        let replacement = read(web::body_as(request, web::JSON)?)?;
        let version = self.replace_catalogue(&replacement).await?;
        let products = replacement.products.len();
        Ok(web::json(StatusCode::OK, &Replaced { version, products }))
    }

    /// `GET /v1/merchant/catalogue`.
    pub(in crate::shop) async fn get_catalogue(&self) -> Result<Answer, Fault> {
        let offered = self.offered().await?;
        let view = view(&offered.catalogue, &offered.shelf);
        Ok(web::json(StatusCode::OK, &view))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn refused(catalogue: &Json) -> (Kind, String) {
        let fault = read(catalogue.to_string().as_bytes()).unwrap_err();
        (fault.kind, fault.field)
    }

    fn with(member: &str, value: Json) -> Json {
        let mut product = json!({ "sku": "tea", "name": { "en": "Tea" }, "price_minor": 100 });
        product[member] = value;
        let first = json!({ "sku": "a", "name": { "ja": "茶" }, "price_minor": 1 });
        json!({ "products": [first, product] })
    }

    #[test]
    fn stock_that_is_left_out_stays_and_null_is_not_counted() {
        let product = |sku: &str, stock: Json| {
            let mut product = json!({ "sku": sku, "name": { "en": "Tea" }, "price_minor": 100 });
            if stock != json!("left out") {
                product["stock"] = stock;
            }
            product
        };
        let products = [
            product("counted", json!(3)),
            product("open", json!(null)),
            product("as-it-is", json!("left out")),
        ];
        let catalogue = json!({ "products": products }).to_string();
        let counts = read(catalogue.as_bytes()).unwrap().counts;
        let counts: Vec<_> = counts
            .iter()
            .map(|one| (one.sku.as_str(), one.pieces))
            .collect();
        assert_eq!(counts, [("counted", Some(3)), ("open", None)]);
    }

    #[test]
    fn what_is_wrong_with_a_product_is_told_by_its_place() {
        for (member, value, at) in [
            ("sku", json!(""), "/products/1/sku"),
            ("sku", json!("a"), "/products/1/sku"),
            ("sku", json!("a".repeat(121)), "/products/1/sku"),
            ("name", json!({}), "/products/1/name"),
            ("name", json!({ "english": "Tea" }), "/products/1/name"),
            ("name", json!({ "en": "" }), "/products/1/name"),
            ("name", json!({ "en": "a".repeat(121) }), "/products/1/name"),
            ("name", json!({ "en": "Te\u{202e}a" }), "/products/1/name"),
            (
                "description",
                json!({ "en": "a".repeat(1001) }),
                "/products/1/description",
            ),
            ("unit", json!({ "EN": "bag" }), "/products/1/unit"),
            (
                "price_minor",
                json!(9_007_199_254_740_992_u64),
                "/products/1/price_minor",
            ),
            (
                "tax_basis_points",
                json!(10_001),
                "/products/1/tax_basis_points",
            ),
            ("stock", json!(1_000_000_001), "/products/1/stock"),
            ("category", json!("\n"), "/products/1/category"),
            ("image", json!("a".repeat(501)), "/products/1/image"),
            // Not of its type, or unknown.
            ("price_minor", json!(-1), "/products/1"),
            ("price_minor", json!(1.5), "/products/1"),
            ("stock", json!("many"), "/products/1"),
            ("colour", json!("green"), "/products/1"),
        ] {
            let expected = (Kind::Malformed, at.to_owned());
            assert_eq!(
                refused(&with(member, value.clone())),
                expected,
                "{member}: {value}"
            );
        }
        assert!(read(with("stock", json!(5)).to_string().as_bytes()).is_ok());
    }

    #[test]
    fn a_catalogue_has_its_limits() {
        let product = |number: usize| json!({ "sku": format!("{number}"), "name": { "en": "Tea" }, "price_minor": 1 });
        let products = |count| json!({ "products": (0..count).map(product).collect::<Vec<_>>() });
        assert_eq!(
            read(products(1_000).to_string().as_bytes())
                .unwrap()
                .products
                .len(),
            1_000
        );
        assert_eq!(
            refused(&products(1_001)),
            (Kind::Malformed, "/products".to_owned())
        );
        assert_eq!(
            read(&[b' '; CATALOGUE_LIMIT + 1]).unwrap_err().kind,
            Kind::TooLarge
        );
        for wrong in [
            json!([]),
            json!({}),
            json!({ "products": [], "more": 1 }),
            json!({ "products": [1] }),
        ] {
            assert_eq!(refused(&wrong).0, Kind::Malformed, "{wrong}");
        }
        let tagline = json!({ "tagline": { "en": "\u{7}" }, "products": [] });
        assert_eq!(refused(&tagline), (Kind::Malformed, "/tagline".to_owned()));
    }
}
