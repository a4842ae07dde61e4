//! Takes over what this payer has signed and forgotten, as a shop holds it: what it authorised or refused, where the money
//! came to rest, what it gave back. The ledger follows, once: what is booked already is not booked again.

use tallystick_protocol::checkout::answers::{
    Authorisation, Clearance, IssuerAnswer, MoneyState, Refusal,
};
use tallystick_protocol::checkout::order::{HolderApproval, OpenedPart, SealedPart, amount_of};
use tallystick_protocol::checkout::policy::Field;
use tallystick_protocol::checkout::recollection::Recollected;
use tallystick_protocol::checkout::refunds::RefundAdvice;
use tallystick_protocol::instrument::Payment;
use tallystick_protocol::trust::holder::verify_holder;
use tallystick_protocol::trust::statement::{
    SignedMessage, StatementError, Verified, message_type, open, unverified_envelope,
};
use tallystick_protocol::wire::cbor::Message as _;
use tallystick_protocol::wire::identifier::{Domain, OrderId, Root};
use tallystick_protocol::wire::money::Money;
use tallystick_protocol::wire::time::Timestamp;

use super::refunds::Refund;
use super::reservations::{self, Reservation};
use super::state::ReservationState;
use super::{EVIDENCE_SECONDS, Owner, Payer, denied, refunds, words};
use crate::office::fault::{Fault, Kind};
use crate::office::http::BODY_LIMIT;
use crate::parts::part_fault;
use crate::ports::{Ports, Tables};
use crate::standing::statements;
use crate::store::courier::StoredCourier;

/// What a payer has signed about one order.
#[derive(Default)]
struct Words {
    authorisation: Option<Verified<Authorisation>>,
    clearance: Option<Verified<Clearance>>,
    refusal: Option<Verified<Refusal>>,
    answer: Option<Verified<IssuerAnswer>>,
    advices: Vec<Verified<RefundAdvice>>,
}

/// An order that was forgotten, by the payer's part of it.
pub(crate) struct Forgotten {
    sealed: SealedPart,
    /// The part.
    pub part: OpenedPart,
    money: Money,
    /// What paid.
    pub payment: Option<Payment>,
    /// The holder's certificate whose key approved this very order, as it was when that was decided.
    pub approved_by: Option<Vec<u8>>,
    /// When that was decided.
    pub decided_at: Timestamp,
}

impl Words {
    /// Which order they are about, all of them.
    fn order(&self) -> Result<OrderId, Fault> {
        let envelopes = [
            self.authorisation
                .as_ref()
                .map(|said| &said.message.envelope),
            self.clearance.as_ref().map(|said| &said.message.envelope),
            self.refusal.as_ref().map(|said| &said.message.envelope),
            self.answer.as_ref().map(|said| &said.message.envelope),
        ];
        let advices = self.advices.iter().map(|said| &said.message.envelope);
        let mut all = envelopes.into_iter().flatten().chain(advices);
        let first = all.next().ok_or_else(not_a_word)?.transaction;
        match all.all(|envelope| envelope.transaction == first) {
            true => Ok(OrderId(first)),
            false => Err(StatementError::WrongTransaction.into()),
        }
    }

    /// Where the money came by what was said; nothing if that does not follow from it.
    fn state(&self) -> Result<Option<ReservationState>, Fault> {
        let answer = self.answer.as_ref().map(|said| said.message.money);
        let is_authorised = self.authorisation.is_some();
        Ok(match (&self.refusal, answer) {
            (Some(no), None) if !is_authorised => Some(ReservationState::Refused {
                reason: no.message.reason,
            }),
            (Some(_), _) => return Err(contradiction()),
            (None, Some(Some(MoneyState::Captured))) => Some(ReservationState::Captured),
            (None, Some(Some(MoneyState::Released))) => Some(ReservationState::Released),
            (None, Some(_)) => return Err(not_a_word()),
            (None, None) => is_authorised.then_some(ReservationState::Reserved),
        })
    }

    /// When it was decided whether it pays; if they do not say, when the order was made. That its money came to rest later
    /// says nothing of whose account it was by then.
    fn decided_at(&self, ordered_at: Timestamp) -> Timestamp {
        let authorised = self.authorisation.as_ref();
        let authorised = authorised.map(|said| said.message.envelope.sent_at);
        let refused = self.refusal.as_ref();
        let refused = || refused.map(|said| said.message.envelope.sent_at);
        authorised.or_else(refused).unwrap_or(ordered_at)
    }
}

impl<P: Ports> Payer<'_, P> {
    /// Takes over what this payer has signed about an order, as that shop holds it. `owner_then` says whose money paid a
    /// forgotten order, called in the transaction that books it.
    ///
    /// # Errors
    /// As of [`Recollect::take_over`](crate::recollection::asking::Recollect::take_over).
    pub(crate) async fn recall(
        &self,
        shop: &Domain,
        order: &Recollected,
        owner_then: impl FnOnce(&dyn Tables, &Forgotten) -> Result<Option<Owner>, Fault>,
    ) -> Result<(), Fault> {
        let said = self.words_in(shop, order)?;
        let order_id = said.order()?;
        let forgotten = self.forgotten(shop, order, &said).await?;
        self.office.transaction(|tables| {
            let stored = reservations::find(tables, &order.root)?;
            let is_forgotten = stored.is_none();
            if let Some(stored) = &stored {
                if stored.shop != *shop || stored.order_id != order_id {
                    return Err(contradiction());
                }
            } else {
                let forgotten = forgotten.as_ref().ok_or_else(no_part)?;
                self.remake(tables, forgotten, &said, owner_then)?;
            }
            self.follow_money(tables, &order.root, &said)?;
            for advice in &said.advices {
                self.follow_refund(tables, &order.root, advice)?;
            }
            self.keep_words(tables, &order.root, &said, is_forgotten)
        })
    }

    /// The statements, each by this payer's own signature, about this order and for this shop.
    fn words_in(&self, shop: &Domain, order: &Recollected) -> Result<Words, Fault> {
        let mut said = Words::default();
        for word in &order.words {
            match message_type(word, BODY_LIMIT)? {
                Authorisation::TYPE => {
                    let one = self.own(word, order, |one: &Authorisation| one.root)?;
                    require(one.message.payee == *shop)?;
                    said.authorisation = Some(one);
                }
                Clearance::TYPE => {
                    let one = self.own(word, order, |one: &Clearance| one.root)?;
                    require(one.message.payee == *shop)?;
                    said.clearance = Some(one);
                }
                Refusal::TYPE => {
                    let one = self.own(word, order, |one: &Refusal| one.root)?;
                    require(one.message.by == self.office.settings.role)?;
                    said.refusal = Some(one);
                }
                IssuerAnswer::TYPE => {
                    said.answer = Some(self.own(word, order, |one: &IssuerAnswer| one.root)?);
                }
                RefundAdvice::TYPE => {
                    let one = self.own(word, order, |one: &RefundAdvice| one.root)?;
                    said.advices.push(one);
                }
                _ => return Err(not_a_word()),
            }
        }
        said.advices.sort_by_key(|one| one.message.number);
        Ok(said)
    }

    /// A statement that this payer signed, verified as of when it did: an authorisation is good for minutes, and what it
    /// decided stays.
    fn own<M: SignedMessage>(
        &self,
        word: &[u8],
        order: &Recollected,
        root: impl FnOnce(&M) -> Root,
    ) -> Result<Verified<M>, Fault> {
        let identity = self.office.identity()?;
        let sent_at = unverified_envelope(word, BODY_LIMIT)?.sent_at;
        let at = sent_at.min(self.office.now());
        let said = open::<M>(word, &identity.anchors, at, self.office.settings.role)?;
        said.require_sender(&self.office.settings.domain)?;
        require(root(&said.message) == order.root)?;
        Ok(said)
    }

    /// This payer's part, opened, if the order was forgotten.
    async fn forgotten(
        &self,
        shop: &Domain,
        order: &Recollected,
        said: &Words,
    ) -> Result<Option<Forgotten>, Fault> {
        let is_known = reservations::find(self.office.tables(), &order.root)?.is_some();
        let Some(sealed) = order.part.as_ref().filter(|_| !is_known) else {
            return Ok(None);
        };
        require(sealed.root == order.root)?;
        let part = self.office.open_part(sealed).await?;
        require(part.header.shop == *shop && part.header.order_id == said.order()?)?;
        let money = amount_of(part.require(Field::Amount).map_err(part_fault)?);
        let decided_at = said.decided_at(part.header.sent_at);
        Ok(Some(Forgotten {
            sealed: sealed.clone(),
            money: money.map_err(Fault::malformed)?,
            payment: Payment::of(&part).map_err(part_fault)?,
            approved_by: self.approved_then(order, &part, decided_at),
            part,
            decided_at,
        }))
    }

    /// The holder's certificate whose key signed this very root, as it was good then.
    fn approved_then(
        &self,
        order: &Recollected,
        part: &OpenedPart,
        then: Timestamp,
    ) -> Option<Vec<u8>> {
        let identity = self.office.identity().ok()?;
        let approval = part.approval.as_deref()?;
        let at = then.min(self.office.now());
        let verified = verify_holder::<HolderApproval>(approval, &identity.anchors, at).ok()?;
        let approved = &verified.message;
        let is_about_it = approved.root == order.root && approved.order_id == part.header.order_id;
        is_about_it.then_some(verified.certificate)
    }

    /// Stores a forgotten order as it was decided. What was set aside is set aside again; what was refused or is free again
    /// moves nothing.
    fn remake(
        &self,
        tables: &dyn Tables,
        forgotten: &Forgotten,
        said: &Words,
        owner_then: impl FnOnce(&dyn Tables, &Forgotten) -> Result<Option<Owner>, Fault>,
    ) -> Result<(), Fault> {
        let state = said.state()?.ok_or_else(no_part)?;
        reservations::require_new(tables, &forgotten.sealed)?;
        if let Some(authorisation) = &said.authorisation {
            require(authorisation.message.amount == forgotten.money)?;
        }
        let is_set_aside = matches!(
            state,
            ReservationState::Reserved | ReservationState::Captured
        );
        let owner = match state {
            ReservationState::Refused { .. } => None,
            _ => owner_then(tables, forgotten)?,
        };
        if !is_set_aside {
            let ended = self.remade(forgotten, owner.map(|owner| owner.number), state);
            return Ok(reservations::insert(tables, &ended)?);
        }
        self.require_not_denied(tables, forgotten)?;
        let owner = owner.ok_or_else(no_account)?;
        let reserved = self.remade(forgotten, Some(owner.number), ReservationState::Reserved);
        let now_ms = self.office.now_ms();
        if !reservations::reserve(tables, &reserved, &owner.account, now_ms)? {
            return Err(not_covered());
        }
        Ok(reservations::watch(
            tables,
            &reserved,
            self.ask_at_ms(&reserved),
            now_ms,
        )?)
    }

    fn remade(
        &self,
        forgotten: &Forgotten,
        owner: Option<i64>,
        state: ReservationState,
    ) -> Reservation {
        let header = &forgotten.part.header;
        let latest = forgotten.decided_at.plus_seconds(EVIDENCE_SECONDS);
        Reservation {
            root: forgotten.sealed.root,
            order_id: header.order_id,
            part: Some(forgotten.sealed.clone()),
            owner,
            shop: header.shop.clone(),
            courier: StoredCourier(header.courier.clone()),
            money: forgotten.money,
            received_at: forgotten.decided_at,
            expires_at: header.expires_at.min(latest),
            state,
        }
    }

    /// Nobody was told since, after the order's time, that it is not known and so will not be charged.
    fn require_not_denied(&self, tables: &dyn Tables, forgotten: &Forgotten) -> Result<(), Fault> {
        let denied_at = denied::find(tables, &forgotten.sealed.root)?;
        match denied_at.is_some_and(|at| at >= forgotten.part.header.expires_at) {
            true => Err(contradiction()),
            false => Ok(()),
        }
    }

    /// Moves the money to where it was said to be.
    fn follow_money(&self, tables: &dyn Tables, root: &Root, said: &Words) -> Result<(), Fault> {
        let stored = reservations::find(tables, root)?.ok_or_else(Fault::internal)?;
        if let Some(authorisation) = &said.authorisation
            && authorisation.message.amount != stored.money
        {
            return Err(contradiction());
        }
        let Some(state) = said.state()? else {
            return Ok(());
        };
        let is_at_rest = matches!(
            stored.state,
            ReservationState::Captured | ReservationState::Released
        );
        match (stored.state, state) {
            (stored, said) if stored == said => Ok(()),
            // What was set aside has come to rest since.
            (_, ReservationState::Reserved) if is_at_rest => Ok(()),
            (
                ReservationState::Reserved,
                next @ (ReservationState::Captured | ReservationState::Released),
            ) => {
                reservations::settle(tables, root, next, self.office.now_ms())?;
                Ok(())
            }
            _ => Err(contradiction()),
        }
    }

    /// Gives back what was given back.
    fn follow_refund(
        &self,
        tables: &dyn Tables,
        root: &Root,
        said: &Verified<RefundAdvice>,
    ) -> Result<(), Fault> {
        let advice = &said.message;
        let refund = Refund {
            root: *root,
            number: advice.number,
            money: advice.amount,
            outcome: advice.outcome,
            at: advice.envelope.sent_at,
        };
        match refunds::find(tables, root, refund.number)? {
            Some(stored) if (stored.outcome, stored.money) == (refund.outcome, refund.money) => {
                Ok(())
            }
            Some(_) => Err(contradiction()),
            None => {
                let stored = reservations::find(tables, root)?.ok_or_else(Fault::internal)?;
                refunds::take_over(tables, &stored, &refund, self.office.now_ms())
            }
        }
    }

    /// From now on it says these very bytes.
    fn keep_words(
        &self,
        tables: &dyn Tables,
        root: &Root,
        said: &Words,
        is_forgotten: bool,
    ) -> Result<(), Fault> {
        let about = root.to_string();
        if let Some(authorisation) = &said.authorisation {
            self.keep_said(tables, (words::AUTHORISATION, &about), authorisation)?;
        }
        if let Some(clearance) = &said.clearance {
            self.keep_said(tables, (words::CLEARANCE, &about), clearance)?;
        } else if is_forgotten {
            self.clear_again(tables, root, said)?;
        }
        if let Some(refusal) = &said.refusal {
            self.keep_said(tables, (words::REFUSAL, &about), refusal)?;
        }
        if let (Some(answer), Some(state)) = (&said.answer, said.state()?) {
            self.keep_said(tables, (&words::answer(state), &about), answer)?;
        }
        for advice in &said.advices {
            let about = format!("{root} {}", advice.message.number);
            self.keep_said(tables, (words::REFUND_ADVICE, &about), advice)?;
        }
        Ok(())
    }

    /// The shop drops the clearance once it has gone to the courier: what it said follows from the authorisation.
    fn clear_again(&self, tables: &dyn Tables, root: &Root, said: &Words) -> Result<(), Fault> {
        let stored = reservations::find(tables, root)?.ok_or_else(Fault::internal)?;
        let (Some(authorisation), Some(courier)) = (&said.authorisation, stored.courier.domain())
        else {
            return Ok(());
        };
        let clearance = || self.clearance(&authorisation.message, courier);
        self.office
            .decide_once(tables, words::CLEARANCE, &root.to_string(), clearance)
    }

    /// Of what is void by now only what follows from it is taken over: it may have been said anew since.
    fn keep_said<M: SignedMessage>(
        &self,
        tables: &dyn Tables,
        key: (&str, &str),
        said: &Verified<M>,
    ) -> Result<(), Fault> {
        let is_kept = statements::find(tables, key.0, key.1)?.is_some();
        if is_kept && said.message.envelope().expires_at <= self.office.now() {
            return Ok(());
        }
        let now_ms = self.office.now_ms();
        Ok(statements::take_over(tables, key, said, now_ms)?)
    }
}

fn require(is_so: bool) -> Result<(), Fault> {
    match is_so {
        true => Ok(()),
        false => Err(StatementError::WrongTransaction.into()),
    }
}

fn contradiction() -> Fault {
    let why = "It says something else than what is decided here.";
    Fault::new(Kind::Conflict, why)
}

fn no_part() -> Fault {
    Fault::new(Kind::NotFound, "The order's part is not there any more.")
}

fn no_account() -> Fault {
    Fault::new(
        Kind::NotFound,
        "The account that paid is not known any more.",
    )
}

fn not_covered() -> Fault {
    let why =
        "The account does not cover what was set aside. Enter its limit and repayments again.";
    Fault::new(Kind::Conflict, why)
}

fn not_a_word() -> Fault {
    Fault::malformed("It is no word of a payer.")
}
