//! Tells the issuer what the courier decided. Only the issuer's signed answer lets a parcel leave.

use tallystick_protocol::wire::identifier::Root;

use super::Courier;
use super::deliveries::{self, Delivery};
use super::state::DeliveryState;
use crate::money_answer::Settled;
use crate::office::Office;
use crate::office::fault::Fault;
use crate::ports::{Ports, Tables};
use crate::post::exchange::{Exchange, Said};

/// Shows the issuer the acceptance: the parcel may leave once the amount is charged. If the money
/// had been released before, the parcel stays.
pub(super) struct Accepted<'a, P: Ports>(pub(super) &'a Courier<P>);

impl<P: Ports> Exchange<P> for Accepted<'_, P> {
    type Subject = Delivery;
    type Word = Settled;

    fn office(&self) -> &Office<P> {
        &self.0.office
    }

    fn load(&self, tables: &dyn Tables, reference: &str) -> Result<Option<Delivery>, Fault> {
        let stored = delivery(tables, reference)?;
        Ok(stored.filter(|stored| stored.state == DeliveryState::Accepted))
    }

    fn verify(&self, stored: &Delivery, said: Said<'_>) -> Result<Settled, Fault> {
        settled(self.0, stored, said)
    }

    fn apply(&self, tables: &dyn Tables, stored: &Delivery, word: Settled) -> Result<(), Fault> {
        if word == Settled::Captured {
            return deliveries::move_to(tables, &stored.root, DeliveryState::Confirmed);
        }
        deliveries::move_to(tables, &stored.root, DeliveryState::Lapsed)
    }

    /// The parcel stays: nobody ever said that it is paid.
    fn over(&self, _: &dyn Tables, _: &Delivery) -> Result<(), Fault> {
        Ok(())
    }
}

/// Shows the issuer the refusal.
pub(super) struct Refused<'a, P: Ports>(pub(super) &'a Courier<P>);

impl<P: Ports> Exchange<P> for Refused<'_, P> {
    type Subject = Delivery;
    type Word = Settled;

    fn office(&self) -> &Office<P> {
        &self.0.office
    }

    fn load(&self, tables: &dyn Tables, reference: &str) -> Result<Option<Delivery>, Fault> {
        delivery(tables, reference)
    }

    fn verify(&self, stored: &Delivery, said: Said<'_>) -> Result<Settled, Fault> {
        settled(self.0, stored, said)
    }

    fn apply(&self, _: &dyn Tables, stored: &Delivery, word: Settled) -> Result<(), Fault> {
        if word == Settled::Captured {
            let about = stored.reference();
            let office = &self.0.office;
            office.log("charged-after-refusal", about.get(..16), "conflict");
        }
        Ok(())
    }

    fn over(&self, _: &dyn Tables, _: &Delivery) -> Result<(), Fault> {
        Ok(())
    }
}

fn delivery(tables: &dyn Tables, reference: &str) -> Result<Option<Delivery>, Fault> {
    let root: Root = reference.parse().map_err(|_| Fault::internal())?;
    Ok(deliveries::find(tables, &root)?)
}

fn settled<P: Ports>(
    courier: &Courier<P>,
    stored: &Delivery,
    said: Said<'_>,
) -> Result<Settled, Fault> {
    let office = &courier.office;
    office.settled_by(&stored.issuer, &stored.order_id, &stored.root, said)
}
