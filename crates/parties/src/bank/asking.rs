//! A purse asks for a movement (EP 1 221 669, Sa2 to Sa8 and Sd2 to Sd5): checked, held, offered.

use sha2::{Digest, Sha256};
use tallystick_protocol::purse::{
    Endpoint, MovementOffer, MovementRequest, MovementVerdict, PurseNumber,
};
use tallystick_protocol::wire::cbor::encode;
use tallystick_protocol::wire::time::Timestamp;

use super::Bank;
use super::banking_system::BankingSystem;
use super::checkpoints::{self, Change};
use super::conversation::{FromPurse, Said};
use super::ends::{self, Destination, Own};
use super::frozen;
use super::movements::{self, Movement, MovementState};
use super::purses::{self, Purse};
use super::statements;
use super::states::CLOCK_SECONDS;
use super::waiting;
use crate::issuer::books;
use crate::ledger::{self, Account, AccountKind, LedgerError, Transfer};
use crate::office::fault::{Fault, Kind};
use crate::office::http::{Answer, Incoming};
use crate::ports::{Ports, Tables};
use crate::post::due::{self, NewJob};

/// The kind of the job that ends an offer to which nobody replied; its reference is the movement.
pub(super) const END: &str = "movement-end";

/// What is asked, with everything that was found out about it beforehand.
struct Asked<'a> {
    said: &'a Said,
    request: &'a MovementRequest,
    digest: [u8; 32],
    /// The prepaid card that the purse relays.
    prepaid: Option<PurseNumber>,
    /// Where it goes, if not to what the wallet itself shows.
    destination: Option<Destination>,
}

/// The source of a movement.
struct Source {
    /// Its account on the ledger.
    ledger: String,
    kind: AccountKind,
}

impl<P: Ports, B: BankingSystem> Bank<P, B> {
    /// `POST /v1/movements`: the answer is the signed offer; once the movement has ended, its verdict.
    pub(super) async fn ask_movement(&self, request: &Incoming) -> Result<Answer, Fault> {
        let said = self.open_conversation(request, "movements").await?;
        let FromPurse { purse, message } = self
            .said_by_purse(&said, |message: &MovementRequest| {
                (Some(&message.bank), &message.purse)
            })?;
        let digest: [u8; 32] = Sha256::digest(encode(&message)).into();
        let tables = self.issuer.office.tables();
        if let Some(known) = movements::find(tables, &purse.number, &message.transaction)? {
            require_same(&known, &purse, &digest)?;
            return self.answer_movement(&said, &known).await;
        }
        // What was not asked for now, or was overtaken, is decided, too: the card would wait for that for good, or until
        // the reconciliation window is over.
        let ends_by_verdict = message.prepaid.is_some() || goes_to_another_purse(&message);
        let timely = self
            .require_fresh(message.at)
            .and_then(|()| self.take_notice(&purse.number, &message.state, message.at));
        let prepaid = match timely {
            Err(fault) if !(ends_by_verdict && is_decision(fault.kind)) => return Err(fault),
            _ => self.shown_prepaid(&message).await?,
        };
        let mut asked = Asked {
            said: &said,
            request: &message,
            digest,
            prepaid,
            destination: None,
        };
        let office = &self.issuer.office;
        let decided = match timely {
            Ok(()) => self.decided(&mut asked).await,
            Err(late) => Err(late),
        };
        let movement = match decided {
            Err(fault) if ends_by_verdict && is_decision(fault.kind) => {
                let refused = office.transaction(|tables| self.refuse(tables, &asked))?;
                // The purse hears of it with its next report, and its holder at once why.
                if prepaid.is_none() && refused.state == MovementState::Refused {
                    return Err(fault);
                }
                refused
            }
            decided => decided?,
        };
        office.log("movement", None, movement.state.as_str());
        self.answer_movement(&said, &movement).await
    }

    /// Looks for the destination, and decides.
    async fn decided(&self, asked: &mut Asked<'_>) -> Result<Movement, Fault> {
        let request = asked.request;
        let end = &request.destination;
        if !is_shown(end, &request.purse, asked.prepaid.as_ref()) {
            asked.destination = Some(self.destination(end, request.amount.currency).await?);
        }
        // Nothing is held that could not be offered.
        self.purse_key().await?;
        let office = &self.issuer.office;
        office.transaction(|tables| self.offer(tables, asked))
    }

    /// Refuses by a verdict what would not end by the next report: a prepaid card signs none, and of value for another
    /// purse a history does not tell whether its payee has it already. Call it in a transaction.
    fn refuse(&self, tables: &dyn Tables, asked: &Asked<'_>) -> Result<Movement, Fault> {
        let now = self.issuer.office.now();
        let request = asked.request;
        if let Some(known) = movements::find(tables, &request.purse, &request.transaction)? {
            return Ok(known);
        }
        let refused = Movement {
            state: MovementState::Refused,
            asked_at: None,
            onward: None,
            expires_at: now,
            ended_at: Some(now),
            ..self.movement(asked, now)
        };
        movements::standing(tables, &refused, request.at)?.require_new_number()?;
        movements::insert(tables, &refused)?;
        movements::decide_verdict(tables, &refused, MovementState::Refused, now)?;
        Ok(refused)
    }

    /// What is said of a movement as it stands.
    pub(super) async fn answer_movement(
        &self,
        said: &Said,
        movement: &Movement,
    ) -> Result<Answer, Fault> {
        let reference = movement.reference_text();
        let verdict = self
            .said::<MovementVerdict>(statements::VERDICT, &reference)
            .await?;
        let answer = match verdict {
            Some(verdict) => verdict,
            None => {
                let offer = self
                    .said::<MovementOffer>(statements::OFFER, &reference)
                    .await?;
                let order = || Fault::new(Kind::Conflict, "It pays an order.");
                offer.ok_or_else(order)?
            }
        };
        self.answer_sealed(said, &answer)
    }

    /// Requires that it was said about now.
    pub(super) fn require_fresh(&self, at: Timestamp) -> Result<(), Fault> {
        let now = self.issuer.office.now();
        let is_fresh =
            at <= now.plus_seconds(CLOCK_SECONDS) && now <= at.plus_seconds(CLOCK_SECONDS);
        if is_fresh {
            return Ok(());
        }
        Err(Fault::new(Kind::WrongClock, "It was not asked for now."))
    }

    /// Decides: holds the value (Sa7) and says what would be. Call it in a transaction.
    fn offer(&self, tables: &dyn Tables, asked: &Asked<'_>) -> Result<Movement, Fault> {
        let (office, request) = (&self.issuer.office, asked.request);
        let now = office.now();
        let purse = purses::require(tables, &request.purse)?;
        if let Some(known) = movements::find(tables, &purse.number, &request.transaction)? {
            require_same(&known, &purse, &asked.digest)?;
            return Ok(known);
        }
        purse.require_usable(now)?;
        frozen::require_none(tables, &purse)?;
        let movement = self.movement(asked, now);
        let standing = movements::standing(tables, &movement, request.at)?;
        standing.require_new_number()?;
        standing.require_new_time()?;
        self.require_amount(request, &purse)?;
        standing.require_none_offered()?;
        let own = ends::own_account(tables, &movement.holder, now)?;
        let source = self.source(tables, asked, &own)?;
        let credit = self.credit(tables, asked, &purse)?;
        let before = ledger::balance(tables, &source.ledger, request.amount.currency)?.available();
        hold(
            tables,
            &movement,
            request,
            (&source, &credit),
            office.now_ms(),
        )?;
        if let Endpoint::Waiting(credit) = &request.source {
            let taker = taker_of(&request.destination).ok_or_else(Fault::internal)?;
            waiting::take(tables, (taker, credit), &movement.transaction)?;
        }
        movements::insert(tables, &movement)?;
        let change = change_of(request, &movement.changes, &own);
        let checkpoint = checkpoints::next(tables, &movement.changes, change, now)?;
        let before = u64::try_from(before).unwrap_or(0);
        let offer = MovementOffer {
            purse: request.purse,
            transaction: request.transaction,
            source: request.source.clone(),
            destination: request.destination.clone(),
            destination_name: asked
                .destination
                .as_ref()
                .and_then(|destination| destination.known.name.clone()),
            amount: request.amount,
            before,
            after: before.saturating_sub(request.amount.minor),
            checkpoint,
            at: now,
            expires_at: movement.expires_at,
        };
        let reference = movement.reference_text();
        statements::decide(tables, statements::OFFER, &reference, &offer)?;
        let job = NewJob {
            kind: END,
            reference: &reference,
            peer: None,
            at_ms: movement.expires_at.milliseconds(),
        };
        due::put(tables, &job, office.now_ms())?;
        Ok(movement)
    }

    fn movement(&self, asked: &Asked<'_>, now: Timestamp) -> Movement {
        let request = asked.request;
        let onward = asked.destination.as_ref();
        let onward = onward.and_then(|destination| destination.onward);
        Movement {
            transaction: request.transaction,
            purse: request.purse,
            holder: asked.said.pair.holder,
            changes: asked.prepaid.unwrap_or(request.purse),
            source: Some(request.source.clone()),
            destination: Some(request.destination.clone()),
            money: Some(request.amount),
            state: MovementState::Offered,
            digest: Some(asked.digest),
            asked: Some(asked.said.content.to_vec()),
            asked_at: Some(request.at),
            reply: None,
            reference: None,
            onward: onward.map(|place| place.to_string()),
            received_at: now,
            expires_at: now.plus_seconds(self.config.offer_seconds),
            ended_at: None,
        }
    }

    /// Amount and currency (T004-42).
    fn require_amount(&self, request: &MovementRequest, purse: &Purse) -> Result<(), Fault> {
        if request.amount.minor == 0 {
            return Err(Fault::new(Kind::NoAmount, ""));
        }
        if request.amount.minor > self.config.movement_max {
            return Err(Fault::new(Kind::OverLimit, "One movement moves less."));
        }
        if request.amount.currency != purse.currency {
            return Err(Fault::new(Kind::OtherCurrency, ""));
        }
        Ok(())
    }

    /// Whose value it is: the holder's account, the asking purse, what waits for it, or the prepaid card it relays.
    fn source(&self, tables: &dyn Tables, asked: &Asked<'_>, own: &Own) -> Result<Source, Fault> {
        let (request, shown) = (asked.request, asked.prepaid.as_ref());
        let inside = |number: &PurseNumber| Source {
            ledger: purses::ledger_name(number),
            kind: AccountKind::Purse,
        };
        match &request.source {
            Endpoint::Account(number) if *number == own.number => Ok(Source {
                ledger: books::name_of(own.account),
                kind: AccountKind::Holder,
            }),
            Endpoint::Purse(number) if *number == request.purse => {
                require_set_aside(&request.state, request.amount.minor)?;
                Ok(inside(number))
            }
            Endpoint::Prepaid(number) if Some(number) == shown => {
                let prepaid = request.prepaid.as_ref().ok_or_else(Fault::internal)?;
                require_set_aside(&prepaid.state, request.amount.minor)?;
                Ok(inside(number))
            }
            Endpoint::Waiting(credit) => {
                let taker = taker_of(&request.destination).unwrap_or(&request.purse);
                if !is_shown(&request.destination, &request.purse, shown) {
                    let card = "What waits for a purse is taken by its card.";
                    return Err(Fault::new(Kind::WrongSource, card));
                }
                let credit = waiting::require_free(tables, credit, taker)?;
                if credit.money != request.amount {
                    return Err(Fault::new(Kind::AmountMismatch, "All of it is taken."));
                }
                Ok(Source {
                    ledger: purses::waiting_name(taker),
                    kind: AccountKind::Waiting,
                })
            }
            _ => Err(Fault::new(Kind::WrongSource, "")),
        }
    }

    /// The account of the ledger that receives it, with its kind. `purse` is the one that asks.
    fn credit(
        &self,
        tables: &dyn Tables,
        asked: &Asked<'_>,
        purse: &Purse,
    ) -> Result<(String, AccountKind), Fault> {
        let request = asked.request;
        if let Some(destination) = &asked.destination {
            let kind = match request.destination {
                Endpoint::Account(_) => AccountKind::Holder,
                _ => AccountKind::Waiting,
            };
            return Ok((destination.known.ledger.clone(), kind));
        }
        let prepaid = match (&request.destination, &asked.prepaid) {
            (Endpoint::Prepaid(_), Some(number)) => Some(purses::require(tables, number)?),
            _ => None,
        };
        let purse = prepaid.as_ref().unwrap_or(purse);
        if purse.currency != request.amount.currency {
            return Err(Fault::new(Kind::OtherCurrency, ""));
        }
        let holds = purses::amount(tables, purse)?;
        if holds.saturating_add(request.amount.minor) > purse.limits.holding {
            return Err(Fault::new(
                Kind::OverLimit,
                "The purse may not hold that much.",
            ));
        }
        Ok((purses::ledger_name(&purse.number), AccountKind::Purse))
    }
}

/// Whether a purse gives to another one.
fn goes_to_another_purse(request: &MovementRequest) -> bool {
    let own = Endpoint::Purse(request.purse);
    request.source == own
        && matches!(request.destination, Endpoint::Purse(_))
        && request.destination != own
}

/// Whether the bank has decided by that problem, and not only failed or been asked for something else.
const fn is_decision(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::AccountEnded
            | Kind::AmountMismatch
            | Kind::Conflict
            | Kind::DestinationClosed
            | Kind::HistoryGap
            | Kind::NoAmount
            | Kind::OtherCurrency
            | Kind::OverLimit
            | Kind::Replayed
            | Kind::ShortOfMoney
            | Kind::UnknownDestination
            | Kind::WrongClock
            | Kind::WrongSource
    )
}

/// Sets the value aside (Sa7).
fn hold(
    tables: &dyn Tables,
    movement: &Movement,
    request: &MovementRequest,
    (source, credit): (&Source, &(String, AccountKind)),
    now_ms: u64,
) -> Result<(), Fault> {
    let held = ledger::reserve(
        tables,
        &Transfer {
            id: &movement.ledger_id(),
            at_ms: now_ms,
            order_id: None,
            memo: "Held for a movement",
            debit: Account {
                kind: source.kind,
                name: &source.ledger,
            },
            credit: Account {
                kind: credit.1,
                name: &credit.0,
            },
            money: request.amount,
        },
    );
    match held {
        Ok(_) => Ok(()),
        Err(LedgerError::Short) => Err(Fault::new(Kind::ShortOfMoney, "")),
        Err(LedgerError::Amount) => Err(Fault::new(
            Kind::UnknownDestination,
            "It would go to where it is.",
        )),
        Err(error) => Err(error.into()),
    }
}

/// What a movement changes of the purse whose checkpoint tells of it.
fn change_of(request: &MovementRequest, changes: &PurseNumber, own: &Own) -> Change {
    let minor = i64::try_from(request.amount.minor).unwrap_or(i64::MAX);
    let is_purse = |end: &Endpoint| matches!(end, Endpoint::Purse(number) | Endpoint::Prepaid(number) if number == changes);
    let is_account = |end: &Endpoint| *end == Endpoint::Account(own.number);
    let sum = |is_it: &dyn Fn(&Endpoint) -> bool| {
        let given = i64::from(is_it(&request.source)) * minor;
        i64::from(is_it(&request.destination)) * minor - given
    };
    Change {
        purse: sum(&is_purse),
        account: sum(&is_account),
    }
}

/// Whether an end is in what the wallet shows: its own purse, or the prepaid card that it relays.
fn is_shown(end: &Endpoint, purse: &PurseNumber, prepaid: Option<&PurseNumber>) -> bool {
    match end {
        Endpoint::Purse(number) => number == purse,
        Endpoint::Prepaid(number) => Some(number) == prepaid,
        _ => false,
    }
}

/// The purse that takes what waits, if the destination is one.
pub(super) fn taker_of(destination: &Endpoint) -> Option<&PurseNumber> {
    match destination {
        Endpoint::Purse(number) | Endpoint::Prepaid(number) => Some(number),
        _ => None,
    }
}

/// A card sets aside what it gives before it signs.
fn require_set_aside(
    state: &tallystick_protocol::purse::PurseState,
    minor: u64,
) -> Result<(), Fault> {
    if state.pending_out >= minor {
        return Ok(());
    }
    Err(Fault::new(
        Kind::ShortOfMoney,
        "The card has not set it aside.",
    ))
}

/// A known movement is answered only to the request that made it.
fn require_same(known: &Movement, purse: &Purse, digest: &[u8; 32]) -> Result<(), Fault> {
    let is_same = known.purse == purse.number && known.digest.is_none_or(|asked| asked == *digest);
    if is_same {
        return Ok(());
    }
    let other = "Another movement has this number.";
    Err(Fault::new(Kind::Replayed, other))
}
