//! What the issuer says about the money of an order: the only word that lets a parcel leave, a sale
//! count or goods go back.

use tallystick_protocol::checkout::answers::{IssuerAnswer, MoneyState};
use tallystick_protocol::trust::statement::{Audience, StatementError};
use tallystick_protocol::wire::identifier::{Domain, OrderId, Role, Root};

use crate::office::Office;
use crate::office::fault::{Fault, Kind};
use crate::ports::Ports;
use crate::post::exchange::Said;

/// Where the money came to rest, signed by the issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// It is charged and belongs to the shop.
    Captured,
    /// It is the holder's again, or was never set aside.
    Free,
}

impl<P: Ports> Office<P> {
    /// The issuer's signed answer about this order, once the money has come to rest.
    ///
    /// # Errors
    /// Why it does not count; [`Kind::Starting`] while the money is only reserved.
    pub fn settled_by(
        &self,
        issuer: &Domain,
        order_id: &OrderId,
        root: &Root,
        said: Said<'_>,
    ) -> Result<Settled, Fault> {
        let answer =
            self.statement_in::<IssuerAnswer>(said.bytes(), Role::Issuer, issuer, &order_id.0)?;
        if answer.message.envelope.to != Audience::Anyone {
            answer.require_recipient(&self.as_audience())?;
        }
        if answer.message.root != *root {
            return Err(StatementError::WrongTransaction.into());
        }
        match answer.message.money {
            Some(MoneyState::Captured) => Ok(Settled::Captured),
            Some(MoneyState::Released) | None => Ok(Settled::Free),
            Some(_) => Err(Fault::new(Kind::Starting, "The money is only reserved.")),
        }
    }
}
