//! Takes over what this courier has signed and forgotten, as a shop holds it: the delivery with its label, the refusal, how
//! far the parcel came.

use tallystick_protocol::checkout::answers::{
    Acceptance, Refusal, RefusalReason, TRACKING_MAX_BYTES,
};
use tallystick_protocol::checkout::order::{OpenedPart, SealedPart};
use tallystick_protocol::checkout::recollection::Recollected;
use tallystick_protocol::checkout::tracking::{TrackingCode, TrackingReport};
use tallystick_protocol::trust::statement::{
    SignedMessage, StatementError, Verified, message_type, open,
};
use tallystick_protocol::wire::cbor::Message as _;
use tallystick_protocol::wire::identifier::{Domain, OrderId, Role, Root};

use super::deliveries::{self, Delivery};
use super::inquiries::closed;
use super::state::DeliveryState;
use super::telling::about;
use super::{Courier, parcels, words};
use crate::office::fault::{Fault, Kind};
use crate::office::http::BODY_LIMIT;
use crate::ports::{DatabaseError, Ports, Tables};
use crate::recollection::asking::Recollect;
use crate::standing::statements;
use crate::store::typed;

/// What a courier has signed about one order.
#[derive(Default)]
struct Words {
    acceptance: Option<Verified<Acceptance>>,
    refusal: Option<Verified<Refusal>>,
    report: Option<Verified<TrackingReport>>,
}

impl<P: Ports> Recollect for Courier<P> {
    fn peers(&self, tables: &dyn Tables) -> Result<Vec<(Role, Domain)>, DatabaseError> {
        let sql = "SELECT DISTINCT shop FROM courier_deliveries ORDER BY shop";
        let shops: Vec<Domain> = typed::all(tables, sql, &[])?;
        Ok(shops.into_iter().map(|shop| (Role::Shop, shop)).collect())
    }

    async fn take_over(&self, shop: &Domain, order: &Recollected) -> Result<(), Fault> {
        let said = self.words_in(order)?;
        match (&said.acceptance, &said.refusal) {
            (Some(_), Some(_)) => return Err(contradiction()),
            (Some(acceptance), None) => {
                self.take_over_acceptance(shop, order, acceptance, said.report.as_ref())
                    .await?;
            }
            (None, Some(refusal)) if refusal.message.reason == RefusalReason::Declined => {
                self.take_over_refusal(shop, order, refusal).await?;
            }
            (None, Some(refusal)) => self.take_over_closing(shop, refusal)?,
            (None, None) => {}
        }
        match &said.report {
            Some(report) => self.take_over_report(shop, report),
            None => Ok(()),
        }
    }
}

impl<P: Ports> Courier<P> {
    /// The statements, each by this courier's own signature and about this order.
    fn words_in(&self, order: &Recollected) -> Result<Words, Fault> {
        let mut said = Words::default();
        for word in &order.words {
            match message_type(word, BODY_LIMIT)? {
                Acceptance::TYPE => {
                    said.acceptance = Some(self.own(word, order, |one: &Acceptance| one.root)?);
                }
                Refusal::TYPE => {
                    said.refusal = Some(self.own(word, order, |one: &Refusal| one.root)?);
                }
                TrackingReport::TYPE => {
                    said.report = Some(self.own(word, order, |one: &TrackingReport| one.root)?);
                }
                _ => return Err(Fault::malformed("It is no word of a courier.")),
            }
        }
        Ok(said)
    }

    /// A statement that this courier signed, verified.
    fn own<M: SignedMessage>(
        &self,
        word: &[u8],
        order: &Recollected,
        root: impl FnOnce(&M) -> Root,
    ) -> Result<Verified<M>, Fault> {
        let identity = self.office.identity()?;
        let said = open::<M>(word, &identity.anchors, self.office.now(), Role::Courier)?;
        said.require_sender(&self.office.settings.domain)?;
        if root(&said.message) != order.root {
            return Err(StatementError::WrongTransaction.into());
        }
        Ok(said)
    }

    async fn take_over_acceptance(
        &self,
        shop: &Domain,
        order: &Recollected,
        said: &Verified<Acceptance>,
        report: Option<&Verified<TrackingReport>>,
    ) -> Result<(), Fault> {
        let yes = &said.message;
        if yes.shop != *shop || yes.tracking.len() > TRACKING_MAX_BYTES {
            return Err(StatementError::WrongTransaction.into());
        }
        let part = self.forgotten_part(order).await?;
        let key = (words::ACCEPTANCE, yes.root.to_string());
        self.office.transaction(|tables| {
            match deliveries::find(tables, &yes.root)? {
                Some(stored) if stored.tracking.as_ref() != Some(&yes.tracking) => {
                    return Err(contradiction());
                }
                Some(_) => {}
                None => {
                    let (sealed, opened) = part.as_ref().ok_or_else(no_part)?;
                    require_agreement(opened, shop, &yes.issuer, &yes.envelope.transaction)?;
                    let code = report.map(|report| report.message.code.clone());
                    let code = code.unwrap_or_else(|| TrackingCode::random(&mut self.office.rng()));
                    let delivery = Delivery {
                        tracking: Some(yes.tracking.clone()),
                        code: Some(code),
                        handle: yes.handle,
                        received_at: yes.envelope.sent_at,
                        state: DeliveryState::Accepted,
                        ..delivery_of(sealed, opened)
                    };
                    self.insert_forgotten(tables, &delivery)?;
                    if report.is_none() {
                        self.note_label(tables, &delivery)?;
                    }
                }
            }
            self.keep_said(tables, (key.0, &key.1), said)
        })
    }

    async fn take_over_refusal(
        &self,
        shop: &Domain,
        order: &Recollected,
        said: &Verified<Refusal>,
    ) -> Result<(), Fault> {
        let no = &said.message;
        let part = self.forgotten_part(order).await?;
        let state = DeliveryState::Refused { reason: no.reason };
        let key = (words::REFUSAL, no.root.to_string());
        self.office.transaction(|tables| {
            match deliveries::find(tables, &no.root)? {
                Some(stored) if stored.state != state => return Err(contradiction()),
                Some(_) => {}
                None => {
                    let (sealed, opened) = part.as_ref().ok_or_else(no_part)?;
                    let issuer = opened.header.issuer.clone();
                    require_agreement(opened, shop, &issuer, &no.envelope.transaction)?;
                    let delivery = Delivery {
                        handle: no.handle,
                        received_at: no.envelope.sent_at,
                        state,
                        ..delivery_of(sealed, opened)
                    };
                    self.insert_forgotten(tables, &delivery)?;
                }
            }
            self.keep_said(tables, (key.0, &key.1), said)
        })
    }

    /// It said that it will not deliver what it never heard of: it keeps to that.
    fn take_over_closing(&self, shop: &Domain, said: &Verified<Refusal>) -> Result<(), Fault> {
        let reference = closed(&said.message.root, shop);
        self.office.transaction(|tables| {
            if deliveries::is_there(tables, &said.message.root)? {
                return Err(contradiction());
            }
            self.keep_said(tables, (words::CLOSED, &reference), said)
        })
    }

    fn take_over_report(
        &self,
        shop: &Domain,
        said: &Verified<TrackingReport>,
    ) -> Result<(), Fault> {
        let report = &said.message;
        let last = report.last().ok_or(StatementError::WrongTransaction)?;
        self.office.transaction(|tables| {
            let stored = deliveries::find(tables, &report.root)?.ok_or_else(no_part)?;
            if stored.shop != *shop || stored.tracking.as_ref() != Some(&report.tracking) {
                return Err(contradiction());
            }
            deliveries::keep_code(tables, &report.root, &report.code)?;
            let known = parcels::of(tables, &report.root)?;
            for moved in &report.moves {
                if known.iter().all(|known| known.step != moved.step) {
                    parcels::note(tables, &report.root, moved.step, moved.at)?;
                }
            }
            let came_further = known.last().is_some_and(|known| known.step > last.step);
            if came_further {
                return Ok(());
            }
            let about = about(&report.root, last.step);
            self.keep_said(tables, (words::TRACKING, &about), said)
        })
    }

    /// This courier's part, opened, if the order was forgotten.
    async fn forgotten_part<'o>(
        &self,
        order: &'o Recollected,
    ) -> Result<Option<(&'o SealedPart, OpenedPart)>, Fault> {
        let is_known = deliveries::is_there(self.office.tables(), &order.root)?;
        let Some(part) = order.part.as_ref().filter(|_| !is_known) else {
            return Ok(None);
        };
        if part.root != order.root {
            return Err(StatementError::WrongTransaction.into());
        }
        Ok(Some((part, self.office.open_part(part).await?)))
    }

    /// Stores the delivery, and tells its issuer once more what became of it.
    fn insert_forgotten(&self, tables: &dyn Tables, delivery: &Delivery) -> Result<(), Fault> {
        if let Some(part) = &delivery.part {
            deliveries::require_new(tables, part)?;
        }
        deliveries::insert(tables, delivery)?;
        self.tell_issuer(tables, delivery)
    }

    fn keep_said<M: SignedMessage>(
        &self,
        tables: &dyn Tables,
        key: (&str, &str),
        said: &Verified<M>,
    ) -> Result<(), Fault> {
        Ok(statements::take_over(
            tables,
            key,
            said,
            self.office.now_ms(),
        )?)
    }
}

/// What a part says of a delivery; what was decided about it is still to be filled in.
fn delivery_of(sealed: &SealedPart, opened: &OpenedPart) -> Delivery {
    Delivery {
        root: sealed.root,
        order_id: opened.header.order_id,
        part: Some(sealed.clone()),
        shop: opened.header.shop.clone(),
        issuer: opened.header.issuer.clone(),
        // A shop asks for one; how many it asked for stood in its question, which nobody keeps.
        parcels: 1,
        received_at: opened.header.expires_at,
        state: DeliveryState::Accepted,
        tracking: None,
        handle: None,
        code: None,
    }
}

fn require_agreement(
    part: &OpenedPart,
    shop: &Domain,
    issuer: &Domain,
    transaction: &[u8; 32],
) -> Result<(), Fault> {
    let header = &part.header;
    let agrees = header.shop == *shop
        && header.issuer == *issuer
        && header.order_id == OrderId(*transaction);
    if agrees {
        Ok(())
    } else {
        Err(StatementError::WrongTransaction.into())
    }
}

fn contradiction() -> Fault {
    Fault::new(
        Kind::Conflict,
        "It says something else than what is decided here.",
    )
}

fn no_part() -> Fault {
    Fault::new(Kind::NotFound, "The order's part is not there any more.")
}
