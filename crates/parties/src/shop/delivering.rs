//! Asks the courier to deliver (EP 0 791 901, steps O10 and O11).

use tallystick_protocol::checkout::answers::{
    Acceptance, CourierAnswer, DeliveryRequest, Refusal, RefusalReason, STATEMENT_MAX_BYTES,
    TRACKING_MAX_BYTES,
};
use tallystick_protocol::trust::statement::{Audience, StatementError, message_type};
use tallystick_protocol::wire::cbor::{Message, decode};
use tallystick_protocol::wire::identifier::Role;
use tallystick_protocol::wire::time::Timestamp;

use super::book::{self, Evidence, Order};
use super::state::OrderState;
use super::{EVIDENCE_SECONDS, Shop, letters, settling};
use crate::office::Office;
use crate::office::fault::{Fault, Kind};
use crate::ports::{Ports, Tables};
use crate::post::exchange::{Exchange, Said};
use crate::post::outbox::{self, Content, NewLetter};

/// How long after an order's expiry the courier is still asked before the issuer is asked to release
/// the money, in seconds: a day, in which a courier that accepted in time can say so.
pub(super) const PATIENCE_SECONDS: u64 = 86_400;
/// Where a courier is asked not to deliver.
pub(super) const CANCELLATIONS: &str = "/v1/cancellations";
/// How far clocks may differ, in seconds: this long after an order's expiry every courier knows that
/// it is over.
const CLOCK_SKEW_SECONDS: u64 = 300;

/// The question whether the courier delivers.
pub(super) struct Delivering<'a, P: Ports>(pub(super) &'a Shop<P>);

/// What the courier said, verified.
pub(super) enum CourierWord {
    /// It has a label for the parcel.
    Yes {
        /// The parcel's number.
        tracking: String,
        /// The acceptance as it was signed.
        signed: Vec<u8>,
    },
    /// It does not deliver.
    No {
        /// Why.
        reason: RefusalReason,
        /// The refusal as it was signed.
        signed: Vec<u8>,
    },
}

/// Posts the question.
pub(super) fn ask_courier(
    tables: &dyn Tables,
    order: &Order,
    give_up_at: Timestamp,
    now_ms: u64,
) -> Result<(), Fault> {
    let path = "/v1/deliveries";
    tell_courier(tables, order, letters::DELIVER, path, give_up_at, now_ms)
}

/// Posts to an order's courier what the shop has signed of this kind about it.
pub(super) fn tell_courier(
    tables: &dyn Tables,
    order: &Order,
    kind: &str,
    path: &str,
    give_up_at: Timestamp,
    now_ms: u64,
) -> Result<(), Fault> {
    let letter = NewLetter {
        kind,
        reference: &order.reference(),
        to: order.courier.domain().ok_or_else(Fault::internal)?,
        path,
        content: Content::Statement(kind.to_owned()),
        give_up_at_ms: give_up_at.milliseconds(),
    };
    Ok(outbox::post(tables, &letter, now_ms)?)
}

impl<P: Ports> Exchange<P> for Delivering<'_, P> {
    type Subject = Order;
    type Word = CourierWord;

    const CONFIRMED_AS: Option<Role> = Some(Role::Courier);

    fn office(&self) -> &Office<P> {
        &self.0.office
    }

    fn load(&self, tables: &dyn Tables, reference: &str) -> Result<Option<Order>, Fault> {
        let order = book::by_reference(tables, reference)?;
        let asks = matches!(order.state, OrderState::Authorised | OrderState::Delivering);
        Ok(asks.then_some(order))
    }

    fn prepare(&self, tables: &dyn Tables, order: &Order) -> Result<(), Fault> {
        if order.state != OrderState::Authorised {
            return Ok(());
        }
        if order.expires_at <= self.0.office.now() {
            return Err(Fault::new(Kind::Expired, "The order has expired."));
        }
        let request = self.request(tables, order)?;
        self.0.move_to(tables, order, OrderState::Delivering)?;
        self.0
            .office
            .decide(tables, letters::DELIVER, &order.reference(), &request)
    }

    /// The courier's signed word, alone or in its answer to whoever asks for it.
    fn verify(&self, order: &Order, said: Said<'_>) -> Result<CourierWord, Fault> {
        match decode::<CourierAnswer>(said.bytes()) {
            Ok(answer) => self.word(order, &answer.statement),
            Err(_) => self.word(order, said.bytes()),
        }
    }

    fn apply(&self, tables: &dyn Tables, order: &Order, word: CourierWord) -> Result<(), Fault> {
        let id = &order.order_id;
        let (path, signed) = match word {
            CourierWord::Yes { tracking, signed } => {
                self.0.move_to(tables, order, OrderState::Accepted)?;
                book::keep(tables, id, Evidence::Acceptance, &signed)?;
                book::keep_tracking(tables, id, &tracking)?;
                (settling::CAPTURES, signed)
            }
            CourierWord::No { reason, signed } => {
                let by = Role::Courier;
                let refused = OrderState::Refused { by, reason };
                self.0.move_to(tables, order, refused)?;
                book::keep(tables, id, Evidence::Refusal, &signed)?;
                (settling::RELEASES, signed)
            }
        };
        self.0.relay(tables, order, path, signed)
    }

    fn look_up(&self, order: &Order) -> Option<String> {
        (order.state == OrderState::Delivering)
            .then(|| format!("/v1/answers/{}", order.reference()))
    }

    /// Somebody says that the courier knows nothing of the order. While the order is open that ends
    /// nothing; afterwards the issuer is asked to release the money, and its signed answer ends it.
    fn not_yet(
        &self,
        tables: &dyn Tables,
        order: &Order,
        problem: Option<Kind>,
    ) -> Result<(), Fault> {
        let over_at = order.expires_at.plus_seconds(CLOCK_SKEW_SECONDS);
        let is_over = self.0.office.now() >= over_at;
        if is_over && problem == Some(Kind::NotFound) && order.state == OrderState::Delivering {
            return self
                .0
                .ask_for_release(tables, order, RefusalReason::Expired);
        }
        Ok(())
    }

    fn over(&self, tables: &dyn Tables, order: &Order) -> Result<(), Fault> {
        if order.state != OrderState::Delivering {
            return Ok(()); // it expires by itself
        }
        self.0
            .ask_for_release(tables, order, RefusalReason::Expired)
    }
}

impl<P: Ports> Delivering<'_, P> {
    fn request(&self, tables: &dyn Tables, order: &Order) -> Result<DeliveryRequest, Fault> {
        let split = book::split(tables, &order.order_id)?;
        Ok(DeliveryRequest {
            envelope: self.0.office.envelope(
                Audience::Party(order.courier.domain().ok_or_else(Fault::internal)?.clone()),
                order.order_id.0,
                EVIDENCE_SECONDS,
            ),
            part: split
                .part(Role::Courier)
                .ok_or_else(Fault::internal)?
                .clone(),
            clearance: order.clearance.clone().ok_or_else(Fault::internal)?,
            parcels: 1,
        })
    }

    fn word(&self, order: &Order, signed: &[u8]) -> Result<CourierWord, Fault> {
        let office = &self.0.office;
        let courier = order.courier.domain().ok_or_else(Fault::internal)?;
        let id = &order.order_id.0;
        let elsewhere = || Fault::from(StatementError::WrongTransaction);
        if message_type(signed, 2 * STATEMENT_MAX_BYTES)? == Acceptance::TYPE {
            let said = office.statement_in::<Acceptance>(signed, Role::Courier, courier, id)?;
            let yes = said.message;
            let agrees = yes.root == order.root
                && yes.shop == office.settings.domain
                && yes.issuer == order.issuer
                && yes.tracking.len() <= TRACKING_MAX_BYTES;
            return if agrees {
                Ok(CourierWord::Yes {
                    tracking: yes.tracking,
                    signed: said.bytes,
                })
            } else {
                Err(elsewhere())
            };
        }
        let said = office.statement_in::<Refusal>(signed, Role::Courier, courier, id)?;
        if said.message.root != order.root || said.message.by != Role::Courier {
            return Err(elsewhere());
        }
        Ok(CourierWord::No {
            reason: said.message.reason,
            signed: said.bytes,
        })
    }
}
