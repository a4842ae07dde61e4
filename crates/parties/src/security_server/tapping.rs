//! A tap, step by step: INITIALIZE UPDATE; then EXTERNAL AUTHENTICATE together with the order, if all is known of the card, or
//! with READ; then what follows from that.

use minicbor::bytes::ByteVec;
use tallystick_protocol::settlement::channel::{HostOpening, Update};
use tallystick_protocol::settlement::{TapAnswers, TapAsk, TapEnd, TapId, TapPurpose};
use tallystick_protocol::wire::cbor::{decode, encode};
use tallystick_protocol::wire::identifier::Root;
use zeroize::Zeroizing;

use super::cards::{self, Card};
use super::ordering::Debit;
use super::pending::{self, Pending};
use super::state::Progress;
use super::taps::{Asked, Brought, Known, Session, TAP_MS, Tap};
use super::{SecurityServer, cards::KEY_VERSION, script, settlements};
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer, Incoming};
use crate::ports::{Ports, Random, Tables};

/// What a card is told once it has shown that it is one.
enum First {
    /// All is known of it: it is told at once.
    Order(Pending),
    /// It is read first.
    Read(Known),
    /// There is nothing to tell it.
    Nothing,
}

impl<P: Ports> SecurityServer<P> {
    /// `POST /v1/taps`.
    pub(super) async fn begin_tap(&self, request: &Incoming) -> Result<Answer, Fault> {
        let ask: TapAsk = decode(web::body_as(request, web::CBOR)?)?;
        let office = &self.office;
        office.admit(&[("taps", office.settings.limits.taps)])?;
        let (mut id, mut challenge) = (TapId([0; 16]), [0; 16]);
        office.ports.random().fill(&mut id.0);
        office.ports.random().fill(&mut challenge);
        let mut told = None;
        if let TapPurpose::Settle(root) = ask.purpose {
            match self.settlement_of_tap(&root)? {
                Told::Request(request) => told = Some(request),
                Told::Refused => {
                    let end = TapEnd {
                        tap: id,
                        reading: None,
                        outcomes: vec![self.bare_word(&root).await?.into()],
                        credits: Vec::new(),
                    };
                    return Ok(web::cbor(encode(&end)));
                }
            }
        }
        let opening = HostOpening::begin(KEY_VERSION, &challenge).map_err(|_| Fault::internal())?;
        let command = opening.initialize_update().map_err(|_| Fault::internal())?;
        let now_ms = office.now_ms();
        let tap = Tap {
            id,
            nonce: ask.nonce,
            purpose: ask.purpose,
            ends_at_ms: now_ms.saturating_add(TAP_MS),
            brought: Brought::default(),
            asked: Asked::Opening(opening),
        };
        self.taps.put(tap, now_ms);
        let mut step = script::step(id, vec![command]);
        step.request = told;
        Ok(web::cbor(encode(&step)))
    }

    /// Whether a card may be held to a reader for this order.
    fn settlement_of_tap(&self, root: &Root) -> Result<Told, Fault> {
        self.close_if_over(root)?;
        let settlement = settlements::find(self.office.tables(), root)?;
        let wait = "The shop's bill is not here yet.";
        let wait = || Fault::new(Kind::AwaitingCard, wait);
        let settlement = settlement.ok_or_else(wait)?;
        match settlement.progress {
            Progress::Proposed => Err(wait()),
            // It needs no card; what is on a card that paid is told with the card alone.
            Progress::Refused(_) => Ok(Told::Refused),
            _ => settlement.request.map(Told::Request).ok_or_else(wait),
        }
    }

    /// `POST /v1/taps/answers`.
    pub(super) async fn continue_tap(&self, request: &Incoming) -> Result<Answer, Fault> {
        let answers: TapAnswers = decode(web::body_as(request, web::CBOR)?)?;
        let office = &self.office;
        office.admit(&[("taps", office.settings.limits.taps)])?;
        let tap = self.taps.take(&answers.tap, office.now_ms());
        let tap = tap.ok_or_else(|| Fault::new(Kind::NotFound, "This tap is over."))?;
        let Tap {
            id,
            nonce,
            purpose,
            ends_at_ms,
            brought,
            asked,
        } = tap;
        let course = Course {
            id,
            nonce,
            purpose,
            ends_at_ms,
            brought,
        };
        let responses = answers.responses;
        match asked {
            Asked::Opening(opening) => self.opened(course, opening, &responses).await,
            Asked::Reading(session, known) => self.read(course, session, known, &responses).await,
            Asked::Order(session, pending) => {
                self.ordered(course, session, pending, &responses).await
            }
        }
    }

    /// The card answered INITIALIZE UPDATE, or said nothing.
    async fn opened(
        &self,
        mut course: Course,
        opening: HostOpening,
        responses: &[ByteVec],
    ) -> Result<Answer, Fault> {
        let [response] = responses else {
            return self.end(course, None).await;
        };
        let unknown = || {
            self.office.log("tap", None, "unknown-card");
            Fault::new(Kind::BadSignature, "This card is not one of this server's.")
        };
        let update: Update = opening.read(response).map_err(|_| unknown())?;
        let card = cards::find(self.office.tables(), &update.alias)?.ok_or_else(unknown)?;
        let keys = self.master.card(&card.alias);
        let opened = opening.authenticate(&update, &keys);
        let (authenticate, channel) = opened.map_err(|_| unknown())?;
        let mut session = Session {
            channel,
            alias: card.alias,
            is_opening: true,
        };
        let first = self
            .office
            .transaction(|tables| self.first(tables, &mut course, &card))?;
        let command = match &first {
            First::Nothing => return self.end(course, None).await,
            First::Read(_) => script::read(&mut session.channel),
            First::Order(pending) => {
                script::order(&mut session.channel, pending.act, &pending.order())
            }
        };
        let command = command.map_err(|_| Fault::internal())?;
        let asked = match first {
            First::Read(known) => Asked::Reading(session, known),
            First::Order(pending) => Asked::Order(session, pending),
            First::Nothing => return Err(Fault::internal()),
        };
        let step = script::step(course.id, vec![authenticate, command]);
        self.put(course, asked);
        Ok(web::cbor(encode(&step)))
    }

    /// What a card is told first. Of what is open at it nothing is told before it is read.
    fn first(&self, tables: &dyn Tables, course: &mut Course, card: &Card) -> Result<First, Fault> {
        // Read in this transaction: what is open decides.
        let card = cards::find(tables, &card.alias)?.ok_or_else(Fault::internal)?;
        let open = pending::of_card(tables, &card.alias)?;
        let known = Known {
            counter: card.counter,
            pending: open.as_ref().map(|open| open.number),
        };
        let TapPurpose::Settle(root) = course.purpose else {
            return Ok(First::Read(known));
        };
        if open.is_some() {
            return Ok(First::Read(known));
        }
        Ok(match self.debit(tables, &card, &root)? {
            Debit::Order(pending) => First::Order(pending),
            Debit::Stands => {
                course.brought.order(root);
                First::Nothing
            }
        })
    }

    /// Waits for the card's next answer.
    pub(super) fn put(&self, course: Course, asked: Asked) {
        let Course {
            id,
            nonce,
            purpose,
            ends_at_ms,
            brought,
        } = course;
        let tap = Tap {
            id,
            nonce,
            purpose,
            ends_at_ms,
            brought,
            asked,
        };
        self.taps.put(tap, self.office.now_ms());
    }

    /// The tap is over; with a reading of the card, if it proved what it holds.
    pub(super) async fn end(&self, course: Course, read: Option<&Card>) -> Result<Answer, Fault> {
        let reading = match read.filter(|_| !matches!(course.purpose, TapPurpose::Settle(_))) {
            Some(card) => Some(self.say_reading(card, course.nonce).await?),
            None => None,
        };
        let (mut outcomes, mut credits) = (Vec::new(), Vec::new());
        for root in &course.brought.orders {
            outcomes.push(ByteVec::from(self.own_word(root).await?));
        }
        for number in &course.brought.credits {
            credits.push(ByteVec::from(self.word_of_credit(number).await?));
        }
        let end = TapEnd {
            tap: course.id,
            reading,
            outcomes,
            credits,
        };
        Ok(web::cbor(encode(&end)))
    }
}

/// What a wallet is told of an order before its card is asked.
enum Told {
    /// The shop's signed request.
    Request(Vec<u8>),
    /// It will not be paid.
    Refused,
}

/// A tap between two steps.
pub(super) struct Course {
    pub id: TapId,
    pub nonce: [u8; 32],
    pub purpose: TapPurpose,
    ends_at_ms: u64,
    pub brought: Brought,
}

impl Session {
    /// The card's answer to the last command of a block, if it is the card's own: after that to EXTERNAL AUTHENTICATE, if that was
    /// in the block. Nothing: nobody knows what the card has done.
    pub(super) fn answer(&mut self, responses: &[ByteVec]) -> Option<Zeroizing<Vec<u8>>> {
        let mut responses = responses.iter();
        if core::mem::take(&mut self.is_opening) {
            self.channel.unwrap(responses.next()?).ok()?;
        }
        let answer = self.channel.unwrap(responses.next()?).ok()?;
        responses.next().is_none().then_some(answer)
    }
}
