//! Where a shop's orders are: each at the object that signed its form, which drew the form's number so that its first
//! byte says which one that is. What is said of the order carries that byte in clear.

use sha2::{Digest, Sha256};
use tallystick_protocol::checkout::cancellation::CancellationRequest;
use tallystick_protocol::checkout::form::FormReference;
use tallystick_protocol::checkout::order::{OrderAgain, SplitOrder};
use tallystick_protocol::wire::cbor::decode;

use super::{Shop, book, forms};
use crate::office::fault::Fault;
use crate::office::http::{Answer, Incoming};
use crate::office::place::{Asked, Key};
use crate::office::siblings::Spreading;
use crate::ports::{DatabaseError, Ports};

/// Spreads requests for forms, also those for the same basket.
pub(super) fn of_basket(asked: &Asked<'_>) -> Option<Key> {
    let mut hash = Sha256::new();
    hash.update(asked.correlation);
    hash.update(asked.body);
    Some(<[u8; 32]>::from(hash.finalize()).into())
}

/// An order that does not say where its form is goes to the office.
pub(super) fn of_order(asked: &Asked<'_>) -> Option<Key> {
    let order: SplitOrder = decode(asked.body).ok()?;
    Some(Key {
        start: Some(order.form_start?),
        name: order.header.order_id.0,
    })
}

/// As the order in it.
pub(super) fn of_order_again(asked: &Asked<'_>) -> Option<Key> {
    let again: OrderAgain = decode(asked.body).ok()?;
    let order: SplitOrder = decode(&again.order).ok()?;
    Some(Key {
        start: Some(order.form_start?),
        name: order.header.order_id.0,
    })
}

pub(super) fn of_reference(asked: &Asked<'_>) -> Option<Key> {
    let form: FormReference = asked.chosen?.parse().ok()?;
    Some(Key {
        start: Some(form.start?),
        name: form.digest,
    })
}

pub(super) fn of_cancellation(asked: &Asked<'_>) -> Option<Key> {
    let wish: CancellationRequest = decode(asked.body).ok()?;
    Some(Key {
        start: Some(wish.form_start),
        name: wish.order_id.0,
    })
}

impl<P: Ports> Spreading for Shop<P> {
    /// Orders are known by their number and by their form, forms by their digest.
    fn knows(&self, name: &[u8; 32]) -> Result<bool, DatabaseError> {
        let tables = self.office.tables();
        Ok(book::is_there(tables, name)? || forms::is_there(tables, name)?)
    }

    fn has_any(&self) -> Result<bool, DatabaseError> {
        let tables = self.office.tables();
        Ok(book::is_any_there(tables)? || forms::is_any_there(tables)?)
    }

    async fn answer_sibling(&self, request: &Incoming) -> Result<Answer, Fault> {
        self.answer_about_goods(request).await
    }
}
