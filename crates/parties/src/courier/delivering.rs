//! Decides about a delivery, tells the shop, and tells the issuer itself, so that a shop that sits
//! on the answer gains nothing.

use tallystick_protocol::checkout::answers::{Acceptance, CourierAnswer, Refusal, RefusalReason};
use tallystick_protocol::checkout::tracking::{ParcelStep, TrackingCode};
use tallystick_protocol::trust::statement::Audience;
use tallystick_protocol::wire::cbor::encode;
use tallystick_protocol::wire::identifier::{Role, Root};

use super::checking::Checked;
use super::deliveries::{self, Delivery};
use super::state::DeliveryState;
use super::{Courier, EVIDENCE_SECONDS, inquiries, parcels, tracking, words};
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer, Incoming};
use crate::office::log::correlation;
use crate::office::place::Place;
use crate::ports::{Ports, Tables};
use crate::post::outbox::{self, Content, NewLetter};
use crate::recollection::heard::{self, Heard};

impl<P: Ports> Courier<P> {
    /// `POST /v1/deliveries`.
    pub(super) async fn deliver(&self, request: &Incoming) -> Result<Answer, Fault> {
        let body = web::body_as(request, web::COSE)?;
        let verify = async || self.check(body).await;
        let store = |tables: &dyn Tables, checked: &_| self.store(tables, checked);
        let root = self
            .office
            .once_an_order("deliver", body, EVIDENCE_SECONDS, verify, store)
            .await?;
        let stored = deliveries::find(self.office.tables(), &root)?;
        let stored = stored.ok_or_else(Fault::internal)?;
        Ok(web::cose(self.own_word(&stored).await?))
    }

    /// `GET /v1/answers/{root}`.
    pub(super) async fn show_answer(&self, root: &str) -> Result<Answer, Fault> {
        let root: Root = root.parse().map_err(|_| Fault::not_found())?;
        let stored = deliveries::find(self.office.tables(), &root)?;
        let stored = stored.ok_or_else(|| self.not_known(&root))?;
        let accepted = matches!(
            stored.state,
            DeliveryState::Accepted | DeliveryState::Confirmed
        );
        let statement = self.own_word(&stored).await?;
        Ok(web::cbor(encode(&CourierAnswer {
            statement,
            accepted,
        })))
    }

    /// Phase two: the label or the refusal, what will be signed, and the letter to the issuer. Returns the
    /// root.
    fn store(&self, tables: &dyn Tables, checked: &Checked) -> Result<Root, Fault> {
        let request = &checked.request.message;
        let root = request.part.root;
        self.office.require_own(self, &root.0)?;
        deliveries::require_new(tables, &request.part)?;
        for asker in [&checked.part.header.issuer, &checked.part.header.shop] {
            if inquiries::is_closed(tables, &root, asker)? {
                return Err(Fault::new(Kind::Expired, "The order has expired."));
            }
        }
        let (state, number) = match checked.verdict {
            Ok(()) => (DeliveryState::Accepted, Some(self.draw_number())),
            Err(reason) => (DeliveryState::Refused { reason }, None),
        };
        let code = number
            .as_ref()
            .map(|_| TrackingCode::random(&mut self.office.rng()));
        let header = &checked.part.header;
        let delivery = Delivery {
            root,
            order_id: header.order_id,
            part: Some(request.part.clone()),
            shop: header.shop.clone(),
            issuer: header.issuer.clone(),
            parcels: request.parcels,
            received_at: self.office.now(),
            state,
            tracking: number,
            handle: checked.handle,
            code,
        };
        deliveries::insert(tables, &delivery)?;
        if delivery.tracking.is_some() {
            self.note_label(tables, &delivery)?;
        }
        self.decide_word(tables, &delivery)?;
        self.tell_issuer(tables, &delivery)?;
        let heard = Heard {
            peer: &delivery.shop,
            root: &root.0,
            name: "deliver",
            signed: &checked.request.bytes,
        };
        heard::keep(tables, &heard, self.office.now())?;
        self.office.log(
            "delivery-decided",
            Some(&correlation(&root.0)),
            state.name(),
        );
        Ok(root)
    }

    fn draw_number(&self) -> String {
        let (prefix, rng) = (
            tracking::prefix_of(&self.office.settings.domain),
            &mut self.office.rng(),
        );
        match self.office.place() {
            Place::Shard(shard) => tracking::draw_at(prefix, rng, shard),
            Place::Office | Place::Stock => tracking::draw(prefix, rng),
        }
    }

    fn decide_word(&self, tables: &dyn Tables, delivery: &Delivery) -> Result<(), Fault> {
        let reference = delivery.reference();
        match delivery.state {
            DeliveryState::Refused { reason } => {
                let refusal = self.refusal(delivery, reason);
                self.office
                    .decide(tables, words::REFUSAL, &reference, &refusal)
            }
            _ => {
                let acceptance = self.acceptance(delivery)?;
                self.office
                    .decide(tables, words::ACCEPTANCE, &reference, &acceptance)
            }
        }
    }

    fn acceptance(&self, delivery: &Delivery) -> Result<Acceptance, Fault> {
        Ok(Acceptance {
            envelope: self
                .office
                .envelope(Audience::Anyone, delivery.order_id.0, EVIDENCE_SECONDS),
            root: delivery.root,
            shop: delivery.shop.clone(),
            issuer: delivery.issuer.clone(),
            tracking: delivery.tracking.clone().ok_or_else(Fault::internal)?,
            handle: delivery.handle,
        })
    }

    fn refusal(&self, delivery: &Delivery, reason: RefusalReason) -> Refusal {
        Refusal {
            envelope: self
                .office
                .envelope(Audience::Anyone, delivery.order_id.0, EVIDENCE_SECONDS),
            root: delivery.root,
            by: Role::Courier,
            reason,
            handle: delivery.handle,
        }
    }

    pub(super) fn tell_issuer(
        &self,
        tables: &dyn Tables,
        delivery: &Delivery,
    ) -> Result<(), Fault> {
        let (kind, path) = match delivery.state {
            DeliveryState::Refused { .. } => (words::REFUSAL, "/v1/releases"),
            _ => (words::ACCEPTANCE, "/v1/captures"),
        };
        let letter = NewLetter {
            kind,
            reference: &delivery.reference(),
            to: &delivery.issuer,
            path,
            content: Content::Statement(kind.to_owned()),
            give_up_at_ms: self
                .office
                .now()
                .plus_seconds(EVIDENCE_SECONDS)
                .milliseconds(),
        };
        Ok(outbox::post(tables, &letter, self.office.now_ms())?)
    }

    /// The label is made: the parcel's way begins.
    pub(super) fn note_label(&self, tables: &dyn Tables, delivery: &Delivery) -> Result<(), Fault> {
        let (root, at) = (&delivery.root, delivery.received_at);
        Ok(parcels::note(tables, root, ParcelStep::LabelMade, at)?)
    }

    /// Nothing is known of an order, or nothing is known any more.
    fn not_known(&self, root: &Root) -> Fault {
        let a_day_ago = self.office.now().minus_seconds(86_400);
        let is_forgotten = self.office.may_have_forgotten(a_day_ago).unwrap_or(true);
        let is_doubted = self.office.require_undoubted(&root.to_string()).is_err();
        if is_forgotten || is_doubted {
            return Fault::new(Kind::Starting, "It may have forgotten the order.");
        }
        Fault::not_found()
    }

    /// Phase three: the courier's signed word about an order, said anew once it is void.
    pub(super) async fn own_word(&self, delivery: &Delivery) -> Result<Vec<u8>, Fault> {
        let reference = delivery.reference();
        if let DeliveryState::Refused { reason } = delivery.state {
            let message = async || Ok(self.refusal(delivery, reason));
            return self
                .office
                .say_once(words::REFUSAL, &reference, message)
                .await;
        }
        let message = async || self.acceptance(delivery);
        self.office
            .say_once(words::ACCEPTANCE, &reference, message)
            .await
    }
}
