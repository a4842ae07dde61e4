//! Order forms: what the shop offers, signed, and kept until it becomes an order or expires
//! (EP 0 791 901, step O1).

use serde::Deserialize;
use tallystick_protocol::checkout::form::{FormReference, OrderForm};
use tallystick_protocol::checkout::policy::PolicyName;
use tallystick_protocol::trust::statement::unverified;
use tallystick_protocol::wire::cbor::{Message as _, decode, encode};
use tallystick_protocol::wire::time::Timestamp;

use super::handing::Handing;
use super::wanted::{Marks, WantedDelivery, WantedForm, WantedLine};
use super::without_courier::{handing_of, is_all_handed_over};
use super::{Shop, schema};
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer, Incoming};
use crate::ports::database::first;
use crate::ports::{DatabaseError, Ports, Random, Tables};
use crate::store::typed;

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

impl Basket {
    fn wanted(self) -> Result<WantedForm, Fault> {
        let policy = self.policy.map(|name| {
            let policy = PolicyName::from_name(&name);
            policy.ok_or_else(|| Fault::malformed("There is no policy of this name."))
        });
        let lines = self.items.into_iter();
        let lines =
            lines.map(|BasketLine { sku, quantity }| WantedLine::OfCatalogue { sku, quantity });
        let delivery = self.courier.map(|courier| WantedDelivery {
            courier,
            names: None,
            price_minor: None,
        });
        Ok(WantedForm {
            lines: lines.collect(),
            delivery,
            policy: policy.transpose()?,
            ..WantedForm::default()
        })
    }
}

/// A form that the shop has signed and keeps.
pub struct SignedForm {
    /// The COSE message.
    pub bytes: Vec<u8>,
    /// What the order will be asked for by.
    pub reference: FormReference,
    /// What it says.
    pub form: OrderForm,
    /// Which of its lines are of the catalogue.
    pub of_catalogue: Marks,
    /// What the merchant calls the order.
    pub merchant_reference: Option<String>,
    /// What the shop hands over itself, and when; none if a courier delivers.
    pub handing: Option<Handing>,
}

/// A form as it is kept.
pub struct KeptForm {
    /// The form.
    pub form: OrderForm,
    /// Which of its lines are of the catalogue.
    pub of_catalogue: Marks,
    /// What the merchant calls the order.
    pub merchant_reference: Option<String>,
    /// What the shop hands over itself, and when, as it is kept; none if a courier delivers.
    pub handing: Option<Vec<u8>>,
}

impl<P: Ports> Shop<P> {
    /// `POST /v1/forms`: signs a form for a basket of the catalogue's goods, or says what the shop cannot deliver.
    pub(super) async fn make_form(&self, request: &Incoming) -> Result<Answer, Fault> {
        let basket: Basket = web::json_body(request)?;
        let limit = self.office.settings.limits.forms;
        self.office.admit(&[("forms", limit)])?;
        let mut wanted = basket.wanted()?;
        if is_all_handed_over(&wanted, &self.offered().await?) {
            // A page proposes a courier for whatever is in the basket.
            wanted.delivery = None;
        }
        // What is said of a wish's lines, a basket has elsewhere.
        let signed = self.sign_form(&wanted).await;
        let signed = signed.map_err(|fault| fault.at(""))?;
        self.office
            .transaction(|tables| self.keep_form(tables, &signed))?;
        let mut answer = web::cose(signed.bytes);
        web::set_text(&mut answer, REFERENCE, &signed.reference.to_string())?;
        Ok(answer)
    }

    /// Signs the form that is wanted. Nobody may have it before it is kept ([`Shop::keep_form`]).
    ///
    /// # Errors
    /// [`Kind::Malformed`], [`Kind::NotFound`] (a product or a courier that the shop does not have) or [`Kind::OutOfStock`],
    /// each with the JSON pointer of what of the wish it is about, as the merchant's API writes it; what else keeps the shop
    /// from signing.
    pub async fn sign_form(&self, wanted: &WantedForm) -> Result<SignedForm, Fault> {
        let offered = self.offered().await?;
        let handing = handing_of(wanted, &offered)?;
        let form = self.form_for(wanted, &offered, handing.as_ref())?;
        if encode(&form).len() > OrderForm::LEN_MAX {
            let said =
                "The form gets too long: order fewer products at once, or shorten their names.";
            return Err(Fault::new(Kind::TooLarge, said).at("/lines"));
        }
        let bytes = self.office.say(&form).await?;
        let reference = FormReference::of(&form, &bytes);
        Ok(SignedForm {
            bytes,
            reference,
            form,
            of_catalogue: Marks::of(&wanted.lines),
            merchant_reference: wanted.merchant_reference.clone(),
            handing,
        })
    }

    /// Keeps a form until it becomes an order or expires. In a transaction.
    ///
    /// # Errors
    /// [`Kind::Starting`] if its number is another object's by now.
    pub(super) fn keep_form(&self, tables: &dyn Tables, signed: &SignedForm) -> Result<(), Fault> {
        let form = &signed.form;
        let handing = signed.handing.as_ref();
        let handing = handing.map(|one| self.sealed_handing(one)).transpose()?;
        self.office.require_own(self, &form.envelope.transaction)?;
        tables.run(schema::FORGET_FORMS, &[self.office.now().0.into()])?;
        tables.run(
            "INSERT INTO shop_forms (digest, form, expires_at, of_catalogue, merchant_reference, handing)
             VALUES (?, ?, ?, ?, ?, ?)",
            &[
                signed.reference.digest.into(),
                encode(form).into(),
                form.envelope.expires_at.0.into(),
                signed.of_catalogue.0.into(),
                signed.merchant_reference.as_deref().into(),
                handing.into(),
            ],
        )?;
        Ok(())
    }

    /// A number whose first byte says that the form is here.
    pub(super) fn number(&self) -> Result<[u8; 32], Fault> {
        let mut number = [0; 32];
        self.office.ports.random().fill(&mut number);
        let shards = self.office.spread()?.shards;
        number[0] = shards.start_at(self.office.place(), number[0]);
        Ok(number)
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
) -> Result<KeptForm, Fault> {
    type Kept = (Vec<u8>, Option<u64>, Option<String>, Option<Vec<u8>>);
    let sql = "SELECT form, of_catalogue, merchant_reference, handing FROM shop_forms
        WHERE digest = ? AND expires_at > ?";
    let kept = typed::one::<Kept>(tables, sql, &[digest.into(), now.into()])?;
    let (form, of_catalogue, merchant_reference, handing) = kept.ok_or_else(|| {
        let said = "The shop has no such order form, or no longer.";
        Fault::new(Kind::Expired, said)
    })?;
    Ok(KeptForm {
        form: decode(&form).map_err(|_| Fault::internal())?,
        of_catalogue: Marks(of_catalogue),
        merchant_reference,
        handing,
    })
}

/// The form of an order that the shop has signed something about: by that it had found this digest to be of a form of its own,
/// so nothing is verified but that the bytes are of this digest. What was kept beside the form is not known any more.
///
/// # Errors
/// [`Kind::WrongTransaction`] if it is another form.
pub fn brought(signed: &[u8], digest: &[u8]) -> Result<KeptForm, Fault> {
    let form: OrderForm = unverified(signed)?;
    if FormReference::of(&form, signed).digest != digest {
        let said = "The order was made from another form.";
        return Err(Fault::new(Kind::WrongTransaction, said));
    }
    Ok(KeptForm {
        form,
        of_catalogue: Marks(None),
        merchant_reference: None,
        handing: None,
    })
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
