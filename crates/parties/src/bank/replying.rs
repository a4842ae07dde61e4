//! The holder's reply (EP 1 221 669, Sa12 to Sa16 and Sd8 to Sd10), the end of an offer to which none came, and what
//! then happens to the value.

use tallystick_protocol::purse::{Endpoint, MovementReply, PurseNumber, number_of_transfer};

use super::Bank;
use super::arriving;
use super::asking::{END, taker_of};
use super::banking_system::BankingSystem;
use super::conversation::FromPurse;
use super::frozen;
use super::movements::{self, Movement, MovementState};
use super::purses;
use super::states::{self, Finding};
use super::waiting::{self, Waiting};
use crate::ledger::across::Crossing;
use crate::ledger::{self, Account, AccountKind, End};
use crate::office::fault::{Fault, Kind};
use crate::office::http::{Answer, Incoming};
use crate::office::place::Place;
use crate::ports::{Ports, Tables};
use crate::post::due::{self, Next};

impl<P: Ports, B: BankingSystem> Bank<P, B> {
    /// `POST /v1/replies`: the answer is the signed verdict. A reply that comes after the end changes nothing.
    pub(super) async fn take_reply(&self, request: &Incoming) -> Result<Answer, Fault> {
        let said = self.open_conversation(request, "replies").await?;
        let FromPurse { purse, message } =
            self.said_by_purse(&said, |message: &MovementReply| (None, &message.purse))?;
        let unknown = || Fault::new(Kind::NotFound, "No such movement was asked for.");
        let office = &self.issuer.office;
        self.purse_key().await?;
        let movement = office.transaction(|tables| {
            let known = movements::find(tables, &purse.number, &message.transaction)?;
            let movement = known.ok_or_else(unknown)?;
            if movement.state == MovementState::Offered {
                states::require_come(message.at, office.now())?;
                self.decide_reply(tables, &movement, (&message, &said.content))?;
            }
            Ok::<_, Fault>(movement)
        })?;
        office.log(
            "movement-reply",
            None,
            if message.accepted { "ok" } else { "ng" },
        );
        self.answer_movement(&said, &movement).await
    }

    fn decide_reply(
        &self,
        tables: &dyn Tables,
        movement: &Movement,
        (reply, signed): (&MovementReply, &[u8]),
    ) -> Result<(), Fault> {
        let now = self.issuer.office.now();
        let sql = "UPDATE bank_movements SET reply = ? WHERE purse = ? AND transaction_id = ?";
        let values = [
            signed.into(),
            movement.purse.into(),
            movement.transaction.into(),
        ];
        tables.run(sql, &values)?;
        let purse = purses::require(tables, &movement.purse)?;
        let finding = states::compare(&purse, &reply.state, reply.at);
        if matches!(finding, Finding::Fits | Finding::Forked | Finding::Old) {
            states::note(tables, &purse, &reply.state, reply.at, now)?;
        }
        if movement.expires_at <= now {
            return self.undo(tables, movement, MovementState::Lapsed);
        }
        let is_sound = matches!(finding, Finding::Fits | Finding::Late);
        let is_frozen = frozen::until(tables, &purse.number)?.is_some();
        if reply.accepted && is_sound && purse.blocked_at.is_none() && !is_frozen {
            return self.complete(tables, movement);
        }
        self.undo(tables, movement, MovementState::Refused)
    }

    /// Ends an offer whose time is over (T004-35).
    pub(super) fn end_offer(&self, reference: &str) -> Result<Next, Fault> {
        let (purse, transaction) =
            movements::read_reference(reference).ok_or_else(Fault::internal)?;
        let office = &self.issuer.office;
        office.transaction(|tables| {
            let movement = movements::find(tables, &purse, &transaction)?;
            let movement = movement.ok_or_else(Fault::internal)?;
            if movement.state != MovementState::Offered {
                return Ok(Next::Done);
            }
            if office.now() < movement.expires_at {
                return Ok(Next::At(movement.expires_at.milliseconds()));
            }
            self.undo(tables, &movement, MovementState::Lapsed)?;
            Ok(Next::Done)
        })
    }

    /// Moves what was held (Sa15, Sd9), and sends it on if it is not this object's.
    fn complete(&self, tables: &dyn Tables, movement: &Movement) -> Result<(), Fault> {
        let office = &self.issuer.office;
        let held = movement.ledger_id();
        let end = End {
            id: &format!("end {}", movement.reference_text()),
            pending: &held,
            at_ms: office.now_ms(),
            memo: "Moved: the holder said yes",
        };
        ledger::post(tables, &end)?;
        self.hand_on(tables, movement)?;
        due::cancel(tables, END, &movement.reference_text())?;
        movements::end(tables, movement, MovementState::Completed, office.now())
    }

    /// Gives back what was held.
    pub(super) fn undo(
        &self,
        tables: &dyn Tables,
        movement: &Movement,
        next: MovementState,
    ) -> Result<(), Fault> {
        let office = &self.issuer.office;
        let held = movement.ledger_id();
        let end = End {
            id: &format!("end {}", movement.reference_text()),
            pending: &held,
            at_ms: office.now_ms(),
            memo: "Given back: the movement is not done",
        };
        ledger::void(tables, &end)?;
        if let Some(taker) = movement.destination.as_ref().and_then(taker_of) {
            waiting::give_back(tables, taker, &movement.transaction)?;
        }
        due::cancel(tables, END, &movement.reference_text())?;
        movements::end(tables, movement, next, office.now())
    }

    /// Value for somebody else's purse waits there; value for another object goes to it.
    fn hand_on(&self, tables: &dyn Tables, movement: &Movement) -> Result<(), Fault> {
        let office = &self.issuer.office;
        let (Some(money), Some(destination)) = (movement.money, &movement.destination) else {
            return Err(Fault::internal());
        };
        let onward = movement.onward.as_deref().and_then(Place::of_object);
        let waits_for = awaited_by(movement, destination);
        match (waits_for, onward) {
            (Some(purse), None) => {
                let origin = movement.source.clone().ok_or_else(Fault::internal)?;
                let credit = Waiting {
                    transaction: number_of_transfer(&movement.purse, &movement.transaction),
                    purse,
                    origin,
                    money,
                    arrived_at: office.now(),
                    taken_by: None,
                };
                Ok(waiting::arrive(tables, &credit)?)
            }
            (Some(purse), Some(place)) => {
                let crossing = Crossing {
                    id: arriving::name_of(movement, &office.place().to_string())?,
                    kind: AccountKind::Waiting,
                    account: purses::waiting_name(&purse),
                    money,
                };
                office.send_crossing(tables, &crossing, place)
            }
            (None, Some(place)) => {
                let name = arriving::credited(tables, movement)?;
                let account = Account {
                    kind: AccountKind::Holder,
                    name: &name,
                };
                office.send_across(tables, account, money, place)
            }
            (None, None) => Ok(()),
        }
    }
}

/// The purse for which a movement's value waits, if it goes to one that is not in what the wallet showed.
fn awaited_by(movement: &Movement, destination: &Endpoint) -> Option<PurseNumber> {
    match destination {
        Endpoint::Purse(number) if *number != movement.purse => Some(*number),
        Endpoint::Prepaid(number) if *number != movement.changes => Some(*number),
        _ => None,
    }
}
