//! `POST /v1/merchant/forms`: signs a form for what the shop's own server says is wanted, of the loaded catalogue or of one
//! that the server keeps itself.

use data_encoding::BASE64;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use tallystick_protocol::checkout::form::WithoutCourier;
use tallystick_protocol::checkout::policy::PolicyName;
use tallystick_protocol::instrument::Instrument;

use super::asked::Query;
use super::body;
use super::done_once::Wish;
use super::name::Name;
use super::order_view::DeliveryView;
use crate::console::csv::moment;
use crate::office::fault::Fault;
use crate::office::http::{Answer, Incoming};
use crate::office::place::Place;
use crate::ports::{Ports, Siblings as _};
use crate::shop::Shop;
use crate::shop::forms::SignedForm;
use crate::shop::handing::When;
use crate::shop::wanted::{FreeLine, WantedDelivery, WantedForm, WantedLine};

/// What is wanted. What is left out, or null, is as the shop's settings say.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FormBody {
    /// Each is read by itself, so that what is wrong with one can be told by its place.
    lines: Vec<Json>,
    delivery: Option<Json>,
    hand_over: Option<String>,
    policy: Option<String>,
    instruments: Option<Vec<String>>,
    coupons: Option<bool>,
    reference: Option<String>,
    origin: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CatalogueLine {
    sku: String,
    quantity: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OwnLine {
    sku: String,
    name: Name,
    quantity: u32,
    unit_price_minor: u64,
    tax_basis_points: Option<u16>,
    handed_text: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeliveryBody {
    courier: String,
    name: Option<Name>,
    price_minor: Option<u64>,
}

impl FormBody {
    fn wanted(self) -> Result<WantedForm, Fault> {
        let lines = self.lines.into_iter().enumerate();
        let lines = lines.map(|(place, line)| wanted_line(line, &format!("/lines/{place}")));
        let delivery = self.delivery.map(|json| {
            let delivery: DeliveryBody = body::object(json, "/delivery")?;
            Ok::<_, Fault>(WantedDelivery {
                courier: delivery.courier,
                names: delivery.name.map(|name| name.0),
                price_minor: delivery.price_minor,
            })
        });
        let hand_over = self.hand_over.map(|name| {
            let said = "Goods are handed over at-once or when-told.";
            When::from_name(&name).ok_or_else(|| Fault::malformed(said).at("/hand_over"))
        });
        let policy = self.policy.map(|name| {
            let policy = PolicyName::from_name(&name);
            let said = "There is no policy of this name.";
            policy.ok_or_else(|| Fault::malformed(said).at("/policy"))
        });
        let instruments = self.instruments.map(|names| {
            let named = names.iter().enumerate().map(|(place, name)| {
                let mut all = Instrument::ALL.iter().copied();
                let found = all.find(|one| one.as_str() == name);
                let said = "There is no instrument of this name.";
                found.ok_or_else(|| Fault::malformed(said).at(format!("/instruments/{place}")))
            });
            named.collect::<Result<Vec<_>, _>>()
        });
        Ok(WantedForm {
            lines: lines.collect::<Result<_, _>>()?,
            delivery: delivery.transpose()?,
            hand_over: hand_over.transpose()?,
            policy: policy.transpose()?,
            instruments: instruments.transpose()?,
            coupons: self.coupons,
            merchant_reference: self.reference,
            origin: self.origin,
        })
    }
}

/// A line with a name or a price of its own is the server's, any other the catalogue's.
fn wanted_line(json: Json, at: &str) -> Result<WantedLine, Fault> {
    let is_own = json.get("name").is_some() || json.get("unit_price_minor").is_some();
    if !is_own {
        let line: CatalogueLine = body::object(json, at)?;
        return Ok(WantedLine::OfCatalogue {
            sku: line.sku,
            quantity: line.quantity,
        });
    }
    let line: OwnLine = body::object(json, at)?;
    Ok(WantedLine::Free(FreeLine {
        sku: line.sku,
        names: line.name.0,
        quantity: line.quantity,
        unit_price_minor: line.unit_price_minor,
        tax_basis_points: line.tax_basis_points,
        handed_text: line.handed_text,
    }))
}

/// A signed form, as the server hands it to its page.
#[derive(Serialize)]
struct FormView {
    /// The COSE message in base64.
    form: String,
    order_reference: String,
    expires_at: String,
    total_minor: u64,
    currency: &'static str,
    lines: Vec<LineView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delivery: Option<DeliveryView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    without_courier: Option<&'static str>,
    tax: Vec<TaxView>,
}

#[derive(Serialize)]
struct LineView {
    sku: String,
    name: Name,
    quantity: u32,
    unit_price_minor: u64,
    price_minor: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    tax_basis_points: Option<u16>,
}

#[derive(Serialize)]
struct TaxView {
    basis_points: u16,
    taxable_minor: u64,
    tax_minor: u64,
}

fn view(signed: &SignedForm) -> Result<FormView, Fault> {
    let form = &signed.form;
    let line = |item: &tallystick_protocol::checkout::form::Item| {
        Ok::<_, Fault>(LineView {
            sku: item.sku.clone(),
            name: Name::of(&item.name, item.names.as_deref()),
            quantity: item.quantity,
            unit_price_minor: item.unit_price.minor,
            price_minor: item.price().map_err(|_| Fault::internal())?.minor,
            tax_basis_points: item.tax_basis_points,
        })
    };
    let tax = form.tax.iter().flatten().map(|line| TaxView {
        basis_points: line.basis_points,
        taxable_minor: line.taxable.minor,
        tax_minor: line.tax.minor,
    });
    Ok(FormView {
        form: BASE64.encode(&signed.bytes),
        order_reference: signed.reference.to_string(),
        expires_at: moment(form.envelope.expires_at.0),
        total_minor: form.total.minor,
        currency: form.total.currency.code(),
        lines: form.items.iter().map(line).collect::<Result<_, _>>()?,
        delivery: form.delivery.as_ref().map(DeliveryView::of),
        without_courier: form.without_courier.map(WithoutCourier::as_str),
        tax: tax.collect(),
    })
}

impl<P: Ports> Shop<P> {
    /// `POST /v1/merchant/forms`.
    pub(super) async fn create_form(&self, request: &Incoming) -> Result<Answer, Fault> {
        Query::of(request, &[])?;
        let wish = Wish::of(request)?;
        if let Some(place) = self.shard_for(&wish)? {
            return Ok(self
                .office
                .ports
                .siblings()
                .ask(place, request.clone())
                .await?);
        }
        let body: FormBody = body::read(request)?;
        let status = StatusCode::CREATED;
        if let Some(before) = self.answered_before(&wish, status)? {
            return Ok(before);
        }
        let limit = self.office.settings.limits.forms;
        self.office.admit(&[("forms", limit)])?;
        let signed = self.sign_form(&body.wanted()?).await?;
        self.done_once(&wish, status, |tables| {
            self.keep_form(tables, &signed)?;
            serde_json::to_vec(&view(&signed)?).map_err(|_| Fault::internal())
        })
    }

    /// At the office of a shop with shards: the one that signs the form, the same for the same wish.
    fn shard_for(&self, wish: &Wish) -> Result<Option<Place>, Fault> {
        let shards = self.office.spread()?.shards;
        let is_passed_on = !self.office.is_shard() && !shards.is_none();
        Ok(is_passed_on.then(|| shards.of(wish.start())))
    }
}
