//! What the proxy asks home: one short conversation with the card for each. The card decides; the wallet carries.

use rand_core::CryptoRng;
use tallystick_card::host::TakenSlot;
use tallystick_protocol::home::HomeRefusal;
use tallystick_protocol::home::calls::{HomeCall, HomeCallKind, HomeReply};
use tallystick_protocol::wire::cbor::{decode, encode};
use tallystick_protocol::wire::time::Timestamp;

use crate::core::conversation::{Errand, Needed, Urgency};
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::place::KeyPlace;
use crate::core::ports::Ports;
use crate::core::secure_element::{Command, Reply};
use crate::core::wallet::Wallet;
use crate::home::card;
use crate::home::errand::last;
use crate::home::view::{HomeAnswered, UseView};

impl<P: Ports> Wallet<P> {
    /// Answers what the proxy asked over the connection. A wallet that is locked says so. With what was signed, if
    /// something was: the holder is to hear of it.
    ///
    /// # Errors
    /// [`ErrorKind::CallInvalid`] of what is no call.
    pub async fn home_call(&self, call: &[u8]) -> Result<HomeAnswered, WalletError> {
        let call: HomeCall =
            decode(call).map_err(|error| WalletError::caused(ErrorKind::CallInvalid, &error))?;
        let mut calling = Calling {
            call: &call,
            stops: None,
            is_stopped: false,
            at: Timestamp(0),
            place: KeyPlace::Software,
            asked: 0,
            answer: None,
            rest: Vec::new(),
            used: None,
        };
        let outcome = self.run(&mut calling).await;
        let answer = match (outcome, calling.answer) {
            (Ok(()), Some(answer)) => Ok(answer),
            // A card in a reader keeps its state itself: what it did, it did, although it was pulled out since.
            (Err(error), Some(answer))
                if calling.place.is_outside() && error.kind.is_about_the_card() =>
            {
                Ok(answer)
            }
            (Ok(()), None) => Err(HomeRefusal::NoCard),
            (Err(error), _) => Err(card::refusal_of(&error)),
        };
        let is_stopped = calling.is_stopped || self.is_stopped_since(calling.stops).await;
        let answer = if is_stopped {
            Err(HomeRefusal::NoLoan)
        } else {
            answer
        };
        if let Err(HomeRefusal::WrongFirstPassword | HomeRefusal::WrongSecondPassword) = answer {
            self.look_at_tries().await;
        }
        let (refusal, content) = match answer {
            Ok(content) => (None, content),
            Err(refusal) => (Some(refusal), Vec::new()),
        };
        let reply = HomeReply {
            number: call.number,
            refusal,
            content,
        };
        Ok(HomeAnswered {
            reply: encode(&reply),
            used: calling.used,
        })
    }
}

impl<P: Ports> Wallet<P> {
    /// Whether the holder has pressed *stop* since there were so many stops.
    async fn is_stopped_since(&self, stops: Option<u64>) -> bool {
        let mut pressed = None;
        // A wallet that was locked meanwhile has refused already.
        let _locked = self
            .perform(&mut |desk| {
                pressed = Some(desk.homes()?.stops.pressed);
                Ok(())
            })
            .await;
        stops.is_some() && pressed != stops
    }

    /// A try less is left: the holder at home is shown how many.
    async fn look_at_tries(&self) {
        // If the card does not say it now, it says it next time.
        let _later = self
            .at_one_go_as(
                Urgency::GivesWay,
                &mut |desk| {
                    let own = desk.own_home()?;
                    Ok(Some((desk.home_card(&own)?, vec![card::status()])))
                },
                &mut |desk, replies| desk.keep_status(last(replies)?),
            )
            .await;
    }
}

/// A call on its way into the card.
struct Calling<'a> {
    call: &'a HomeCall,
    /// How often the holder had pressed *stop* when the call came.
    stops: Option<u64>,
    /// Whether it came to a card that is to be stopped.
    is_stopped: bool,
    at: Timestamp,
    place: KeyPlace,
    /// How often the card was asked.
    asked: u8,
    answer: Option<Vec<u8>>,
    /// What the card says of itself afterwards.
    rest: Vec<Reply>,
    used: Option<UseView>,
}

impl Errand for Calling<'_> {
    fn prepare(&mut self, desk: &mut Desk<'_>) -> Result<Option<Needed>, WalletError> {
        let own = desk.own_home()?;
        let stops = &desk.homes()?.stops;
        let came = *self.stops.get_or_insert(stops.pressed);
        if stops.are_waiting() || came != stops.pressed {
            self.is_stopped = true;
            return Ok(None);
        }
        self.at = desk.moment_of_lent_purses()?;
        self.place = own.place;
        if self.call.kind == HomeCallKind::Sign {
            desk.homes()?.is_log_read = false;
        }
        desk.home_card(&own).map(Some)
    }

    fn next(
        &mut self,
        _: &[TakenSlot],
        replies: &[Reply],
        _: &mut dyn CryptoRng,
    ) -> Result<Vec<Command>, WalletError> {
        self.asked += 1;
        match (self.asked, replies) {
            (1, _) => Ok(vec![card::call(self.call, self.at)]),
            (2, [reply]) => {
                self.answer = Some(card::called(reply)?);
                Ok(match self.call.kind {
                    HomeCallKind::Sign => vec![card::status(), card::log()],
                    HomeCallKind::Stop => vec![card::status()],
                    _ => Vec::new(),
                })
            }
            _ => {
                self.rest = replies.to_vec();
                Ok(Vec::new())
            }
        }
    }

    fn keep(&mut self, desk: &mut Desk<'_>) -> Result<(), WalletError> {
        match self.rest.as_slice() {
            [] => Ok(()),
            [status] => desk.keep_status(status),
            replies => {
                self.used = desk.keep_log(replies)?.pop();
                Ok(())
            }
        }
    }

    /// A stop does not wait for what is not answered any more.
    fn urgency(&self) -> Urgency {
        Urgency::GivesWay
    }
}
