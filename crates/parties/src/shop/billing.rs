//! Bills a contactless card (source document 003): signs what is to be paid when an order comes in (SIG1), and that it is to be
//! paid by the card that was read (SIG2). Which card that is, and what is on it, the shop never learns: a proposal names it by
//! a salted commitment.

use tallystick_protocol::checkout::answers::STATEMENT_MAX_BYTES;
use tallystick_protocol::instrument::Instrument;
use tallystick_protocol::settlement::{
    Bill, BillProposal, SettlementRequest, goods_digest, signed_digest,
};
use tallystick_protocol::trust::statement::{
    Audience, Envelope, StatementError, Verified, open, unverified,
};
use tallystick_protocol::wire::cbor::decode;
use tallystick_protocol::wire::identifier::{Domain, OrderId, Role};

use super::book::{self, Order};
use super::state::OrderState;
use super::{Shop, letters};
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer, Incoming};
use crate::office::place::{Asked, Key};
use crate::office::rate::RateLimit;
use crate::ports::{Ports, Tables};
use crate::post::due::{self, NewJob};
use crate::post::outbox::Letter;
use crate::standing::statements::{self, Content};

/// How often an order's holder, by asking how it stands, has whoever pays asked anew.
const ONCE_A_SECOND: RateLimit = RateLimit {
    count: 1,
    seconds: 1,
};

/// The order that a proposal is about. At which object it is, whoever proposes does not know.
pub(super) fn of_proposal(asked: &Asked<'_>) -> Option<Key> {
    let said = unverified::<BillProposal>(asked.body).ok()?;
    Some(Key {
        start: None,
        name: said.envelope.transaction,
    })
}

/// Whether an order's field *payment type* says that a contactless card pays.
pub(super) fn is_by_card(payment_type: &[u8]) -> bool {
    Instrument::from_name(payment_type) == Some(Instrument::Contactless)
}

/// The statement of this kind about an order, once it is signed.
fn signed_of(
    tables: &(impl Tables + ?Sized),
    kind: &str,
    order: &Order,
) -> Result<Option<Vec<u8>>, Fault> {
    let found = statements::find(tables, kind, &order.reference())?;
    Ok(found.and_then(|found| match found.content {
        Content::Signed(signed) => Some(signed),
        _ => None,
    }))
}

/// The shop's signed request that goes with the question to whoever pays; none of an order that is paid otherwise.
///
/// # Errors
/// [`Kind::Internal`] if it was decided and is not signed yet: [`Shop::sign_request`] comes first.
pub(super) fn request_of(tables: &dyn Tables, order: &Order) -> Result<Option<Vec<u8>>, Fault> {
    let kind = letters::SETTLEMENT;
    if statements::find(tables, kind, &order.reference())?.is_none() {
        return Ok(None);
    }
    signed_of(tables, kind, order)?
        .map(Some)
        .ok_or_else(Fault::internal)
}

impl<P: Ports> Shop<P> {
    /// Decides what a contactless card is to pay for this order (SIG1). In the transaction that stores the order: it is said
    /// once, and repeated byte for byte.
    pub(super) fn decide_request(
        &self,
        tables: &dyn Tables,
        order: &Order,
        form_digest: &[u8; 32],
    ) -> Result<(), Fault> {
        let request = SettlementRequest {
            envelope: self.about_order(order, order.issuer.clone()),
            mall: order.issuer.clone(),
            root: order.root,
            goods: goods_digest(form_digest, &order.order_id),
            amount: order.rest(),
        };
        let reference = order.reference();
        self.office
            .decide(tables, letters::SETTLEMENT, &reference, &request)
    }

    /// From the shop, about this order, void when that ends.
    fn about_order(&self, order: &Order, to: Domain) -> Envelope {
        Envelope {
            from: self.office.settings.domain.clone(),
            to: Audience::Party(to),
            transaction: order.order_id.0,
            sent_at: self.office.now(),
            expires_at: order.expires_at,
        }
    }

    /// Signs what goes with the question of this letter, if anything does and is not signed yet.
    pub(super) async fn sign_request(&self, letter: &Letter) -> Result<(), Fault> {
        let (tables, about) = (self.office.tables(), &letter.reference);
        if statements::find(tables, letters::SETTLEMENT, about)?.is_some() {
            self.office.signed(letters::SETTLEMENT, about).await?;
        }
        Ok(())
    }

    /// `POST /v1/bills`: the signed proposal of a certified security server, by whomever it is brought. Answered with the
    /// shop's signed bill: it binds nothing but what the shop itself asked for, to one card, at that server.
    pub(super) async fn bill(&self, request: &Incoming) -> Result<Answer, Fault> {
        let body = web::body_as(request, web::COSE)?;
        let identity = self.office.identity()?;
        let (anchors, now) = (&identity.anchors, self.office.now());
        let said = open::<BillProposal>(body, anchors, now, Role::SecurityServer)?;
        said.require_recipient(&self.office.as_audience())?;
        self.office
            .admit_sender("bills", &said.message.envelope.from)?;
        let id = OrderId(said.message.envelope.transaction);
        let Some(order) = book::find(self.office.tables(), &id)? else {
            return self.bill_of_a_shard(request).await;
        };
        self.require_own_request(&order, &said)?;
        self.office
            .transaction(|tables| self.decide_bill(tables, &order, &said))?;
        let reference = order.reference();
        let bill = self.office.signed(letters::BILL, &reference).await?;
        Ok(web::cose(bill))
    }

    /// At the office of a shop with shards: the bill of the shard that has the order.
    async fn bill_of_a_shard(&self, request: &Incoming) -> Result<Answer, Fault> {
        let is_office = !self.office.is_shard() && !self.office.spread()?.shards.is_none();
        if !is_office {
            return Err(Fault::not_found());
        }
        let answer = self.office.answer_of_a_shard(request).await?;
        answer.ok_or_else(Fault::not_found)
    }

    /// A proposal is about the very request that this shop signed for the order, and about its amount.
    fn require_own_request(
        &self,
        order: &Order,
        said: &Verified<BillProposal>,
    ) -> Result<(), Fault> {
        let signed = signed_of(self.office.tables(), letters::SETTLEMENT, order)?;
        let other = "It proposes something else than this shop asked for.";
        let is_own = signed.is_some_and(|own| signed_digest(&own) == said.message.request);
        if !is_own {
            return Err(Fault::new(Kind::WrongTransaction, other));
        }
        if said.message.amount != order.rest() {
            return Err(Fault::new(Kind::AmountMismatch, other));
        }
        Ok(())
    }

    /// Decides the bill: one for each order, as long as whoever pays is being asked.
    fn decide_bill(
        &self,
        tables: &dyn Tables,
        order: &Order,
        said: &Verified<BillProposal>,
    ) -> Result<(), Fault> {
        let proposal = &said.message;
        let reference = order.reference();
        if let Some(billed) = statements::find(tables, letters::BILL, &reference)? {
            return require_billed(billed.content, proposal);
        }
        if self.office.may_have_forgotten(order.received_at)? {
            let said = "It may be billed to another card, which was forgotten. Buy anew.";
            return Err(Fault::new(Kind::Conflict, said));
        }
        // Read again: it may have ended while the proposal was being verified.
        let order = book::by_reference(tables, &reference)?;
        if order.expires_at <= self.office.now() {
            return Err(Fault::new(Kind::Expired, "The order has expired."));
        }
        if order.state != OrderState::Asking {
            return Err(Fault::new(
                Kind::Conflict,
                "Nobody is asked to pay this order.",
            ));
        }
        let bill = Bill {
            envelope: self.about_order(&order, proposal.envelope.from.clone()),
            request: proposal.request,
            amount: proposal.amount,
            card: proposal.card,
        };
        self.office.log("billed", reference.get(..16), "ok");
        self.office.decide(tables, letters::BILL, &reference, &bill)
    }

    /// The holder asks how an order stands that waits for a contactless card: by now that may have paid, so whoever pays is
    /// asked at once, instead of after the letter's pause.
    pub(super) fn hurry(&self, order: &Order) -> Result<(), Fault> {
        let reference = order.reference();
        let waits = order.state == OrderState::Asking
            && statements::find(self.office.tables(), letters::BILL, &reference)?.is_some();
        let bucket = format!("hurry|{reference}");
        if !waits || self.office.admit(&[(&bucket, ONCE_A_SECOND)]).is_err() {
            return Ok(());
        }
        let letter = due::letter_reference(letters::AUTHORISE, &reference);
        let now_ms = self.office.now_ms();
        self.office.transaction(|tables| {
            let at_ms = due::time_of(tables, due::LETTER, &letter)?;
            if at_ms.is_none_or(|at_ms| at_ms <= now_ms) {
                return Ok(());
            }
            let job = NewJob {
                kind: due::LETTER,
                reference: &letter,
                peer: Some(order.issuer.as_str()),
                at_ms: now_ms,
            };
            Ok(due::put(tables, &job, now_ms)?)
        })
    }
}

/// The bill that was decided is to the same server, over the same card.
fn require_billed(billed: Content, proposal: &BillProposal) -> Result<(), Fault> {
    let bill: Bill = match billed {
        Content::Draft { payload, .. } => decode(&payload).map_err(|_| Fault::internal())?,
        Content::Signed(signed) if signed.len() <= STATEMENT_MAX_BYTES => {
            unverified(&signed).map_err(|_: StatementError| Fault::internal())?
        }
        _ => return Err(Fault::internal()),
    };
    let is_to_the_same = bill.envelope.to == Audience::Party(proposal.envelope.from.clone());
    if is_to_the_same && bill.card == proposal.card {
        return Ok(());
    }
    Err(Fault::new(
        Kind::Conflict,
        "The order is billed to another card.",
    ))
}
