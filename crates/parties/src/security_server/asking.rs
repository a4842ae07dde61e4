//! The front hands a shop's request on (ST9): it is verified here as well (SIG1), with the reading that is to pay it, and answered
//! with how the shop is to bill it (ST10).

use tallystick_protocol::settlement::{
    BillProposal, ReadingId, SettlementOrder, SettlementRefusal, SettlementRequest,
    card_commitment, signed_digest,
};
use tallystick_protocol::trust::statement::{Audience, Verified, open};
use tallystick_protocol::wire::identifier::{OrderId, Role, Root};
use tallystick_protocol::wire::money::Money;

use super::settlements::{self, Settlement, Terms};
use super::state::Progress;
use super::{SecurityServer, cards, readings, words};
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer, Incoming};
use crate::office::log::correlation;
use crate::ports::{Ports, Random, Tables};
use crate::post::due::{self, NewJob};
use crate::standing::statements;
use crate::store::typed;

/// A genuine request, and what it is to be paid with.
struct Asked {
    request: Verified<SettlementRequest>,
    digest: [u8; 32],
    order: OrderId,
    reading: ReadingId,
}

/// What stands after a request.
enum Stands {
    /// The order of this root says how it is.
    Order(Root),
    /// This was never taken, and nothing was changed.
    Never(SettlementRefusal),
}

impl<P: Ports> SecurityServer<P> {
    /// `POST /v1/settlements`.
    pub(super) async fn take_order(&self, request: &Incoming) -> Result<Answer, Fault> {
        let said = self.front_said::<SettlementOrder>("settlements", request)?;
        let (told, order) = (&said.message, OrderId(said.message.envelope.transaction));
        let digest = signed_digest(&told.request);
        let known = settlements::of_order(self.office.tables(), &order)?;
        // These very bytes were verified when they came first; they may be void by now.
        if let Some(known) = known.filter(|known| known.request_digest == digest) {
            self.office
                .transaction(|tables| self.read_anew(tables, &known.root, &told.reading))?;
            return self.standing(&known.root).await;
        }
        let asked = Asked {
            request: self.verify_request(&told.request, &order)?,
            digest,
            order,
            reading: told.reading,
        };
        let stands = self
            .office
            .transaction(|tables| self.store_order(tables, &asked))?;
        match stands {
            Stands::Order(root) => self.standing(&root).await,
            Stands::Never(why) => Ok(web::cose(self.say_never(&asked, why).await?)),
        }
    }

    /// SIG1: the shop's own signature on that order, valid by the clock. For which mall it is, is decided later.
    fn verify_request(
        &self,
        bytes: &[u8],
        order: &OrderId,
    ) -> Result<Verified<SettlementRequest>, Fault> {
        let identity = self.office.identity()?;
        let now = self.office.now();
        let request = open::<SettlementRequest>(bytes, &identity.anchors, now, Role::Shop)?;
        request.require_transaction(&order.0)?;
        if request.message.amount.minor == 0 {
            return Err(Fault::new(Kind::NoAmount, "Nothing is to be paid."));
        }
        Ok(request)
    }

    /// Stores a genuine request once.
    fn store_order(&self, tables: &dyn Tables, asked: &Asked) -> Result<Stands, Fault> {
        let (office, request) = (&self.office, &asked.request.message);
        let to_front = Audience::Party(self.front.clone());
        if request.mall != self.front || request.envelope.to != to_front {
            return Ok(Stands::Never(SettlementRefusal::OtherMall));
        }
        let before = match settlements::of_order(tables, &asked.order)? {
            Some(before) => Some(before),
            None => settlements::find(tables, &request.root)?,
        };
        if let Some(before) = before {
            let same = before.request_digest == asked.digest;
            return Ok(match same {
                true => Stands::Order(before.root),
                false => Stands::Never(SettlementRefusal::Used),
            });
        }
        let judged = match request.envelope.expires_at <= office.now() {
            true => Err(SettlementRefusal::Expired),
            false => self.judge(tables, &asked.reading, request.amount)?,
        };
        let (progress, terms) = match judged {
            Ok(terms) => (Progress::Proposed, Some(terms)),
            Err(why) => (Progress::Refused(why), None),
        };
        let settlement = Settlement {
            root: request.root,
            order: asked.order,
            shop: Some(request.envelope.from.clone()),
            request: Some(asked.request.bytes.clone()),
            request_digest: asked.digest,
            amount: request.amount,
            received_at: office.now(),
            expires_at: request.envelope.expires_at,
            progress,
            terms,
            replaced: None,
            bill: None,
            is_ended: false,
            left: None,
        };
        typed::insert(tables, &settlement)?;
        if progress.is_last() {
            self.decide_outcome(tables, &settlement)?;
        } else {
            self.propose(tables, &settlement)?;
            let job = NewJob {
                kind: words::SETTLEMENT_OVER,
                reference: &settlement.reference(),
                peer: None,
                at_ms: settlement.expires_at.milliseconds(),
            };
            due::put(tables, &job, office.now_ms())?;
        }
        let about = correlation(&settlement.root.0);
        office.log("settlement-asked", Some(&about), progress.name());
        Ok(Stands::Order(settlement.root))
    }

    /// Whether the card of this reading can pay that much.
    fn judge(
        &self,
        tables: &dyn Tables,
        reading: &ReadingId,
        amount: Money,
    ) -> Result<Result<Terms, SettlementRefusal>, Fault> {
        use SettlementRefusal as No;
        let office = &self.office;
        let Some(reading) = readings::find(tables, reading)? else {
            return Ok(Err(No::NoReading));
        };
        let card = cards::find(tables, &reading.alias)?;
        let card = card.ok_or_else(Fault::internal)?;
        let refusal = if reading.expires_at <= office.now() {
            Some(No::NoReading)
        } else if card.blocked.is_some() {
            Some(No::Blocked)
        } else if reading.balance.currency != amount.currency {
            Some(No::OtherCurrency)
        } else if reading.balance.minor < amount.minor {
            Some(No::Short)
        } else if card.counter != reading.counter {
            Some(No::OtherCard)
        } else {
            None
        };
        if let Some(refusal) = refusal {
            return Ok(Err(refusal));
        }
        let mut salt = [0; 32];
        office.ports.random().fill(&mut salt);
        let commitment = card_commitment(&salt, &card.identifier(office)?, reading.balance);
        Ok(Ok(Terms {
            reading: reading.reading,
            alias: reading.alias,
            balance: reading.balance.minor,
            counter: reading.counter,
            salt,
            commitment,
        }))
    }

    /// Decides what the shop is told.
    fn propose(&self, tables: &dyn Tables, settlement: &Settlement) -> Result<(), Fault> {
        let (Some(shop), Some(terms)) = (&settlement.shop, &settlement.terms) else {
            return Err(Fault::internal());
        };
        let seconds = settlement.expires_at.seconds_since(self.office.now());
        let to = Audience::Party(shop.clone());
        let proposal = BillProposal {
            envelope: self.office.envelope(to, settlement.order.0, seconds),
            request: settlement.request_digest,
            amount: settlement.amount,
            card: terms.commitment,
        };
        let reference = settlement.reference();
        self.office
            .decide(tables, words::PROPOSAL, &reference, &proposal)
    }

    /// The same request with another reading: another proposal, as long as no card was told to pay.
    fn read_anew(
        &self,
        tables: &dyn Tables,
        root: &Root,
        reading: &ReadingId,
    ) -> Result<(), Fault> {
        let settlement = settlements::find(tables, root)?;
        let mut settlement = settlement.ok_or_else(Fault::internal)?;
        let is_open = matches!(settlement.progress, Progress::Proposed | Progress::Ready);
        let before = settlement.terms.as_ref().filter(|_| is_open);
        let Some(before) = before.filter(|before| before.reading != *reading) else {
            return Ok(());
        };
        if settlement.over(self.office.now()).is_some() {
            return Ok(());
        }
        let replaced = before.commitment;
        let judged = self.judge(tables, reading, settlement.amount)?;
        let no = "The card of this reading cannot pay. What was proposed before stands.";
        settlement.terms = Some(judged.map_err(|_| Fault::new(Kind::Conflict, no))?);
        settlement.replaced = Some(replaced);
        settlement.bill = None;
        settlements::store(tables, &mut settlement, Progress::Proposed)?;
        statements::forget(tables, words::PROPOSAL, &settlement.reference())?;
        self.propose(tables, &settlement)
    }

    /// How an order stands, to the front: the proposal, or what came of it.
    async fn standing(&self, root: &Root) -> Result<Answer, Fault> {
        self.close_if_over(root)?;
        let settlement = settlements::find(self.office.tables(), root)?;
        let settlement = settlement.ok_or_else(Fault::internal)?;
        let said = match settlement.progress {
            Progress::Proposed | Progress::Ready => {
                let reference = settlement.reference();
                self.office.signed(words::PROPOSAL, &reference).await?
            }
            _ => self.outcome_of(&settlement).await?,
        };
        Ok(web::cose(said))
    }

    /// Says of a request that was never taken that it is refused. It is not kept.
    async fn say_never(&self, asked: &Asked, why: SettlementRefusal) -> Result<Vec<u8>, Fault> {
        let request = &asked.request.message;
        let about = correlation(&request.root.0);
        self.office
            .log("settlement-asked", Some(&about), why.as_str());
        let refused = Progress::Refused(why);
        let never = super::telling::outcome(
            self.office
                .envelope(Audience::Anyone, asked.order.0, super::EVIDENCE_SECONDS),
            (request.root, asked.digest, request.amount),
            refused,
        );
        self.office.say(&never).await
    }
}
