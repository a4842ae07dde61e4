//! What a terminal asks within its session: to release the card (H5), to agree on a key with a shop (H6, H7), to have
//! an order signed, to end.

use http::Method;
use tallystick_protocol::home::agreement::{
    AgreementError, Confirmation, Finish, HelloAnswer, Initiator, Profile,
};
use tallystick_protocol::home::calls::{
    Enter, EnterCall, HomeCallKind, HomeReply, SessionAnswer, SessionAsk, SessionAskKind,
};
use tallystick_protocol::home::{HomeRefusal, Release};
use tallystick_protocol::trust::keyed;
use tallystick_protocol::wire::cbor::{Message, decode, encode};
use tallystick_protocol::wire::identifier::{Domain, HomeId, Role, TerminalId};

use super::HomeProxy;
use super::calling::NoReply;
use super::sessions::Within;
use crate::office::fault::{Fault, Kind};
use crate::office::http as web;
use crate::ports::{Network, Ports};
use crate::store::typed;

/// What came of an ask.
pub(super) struct Done {
    /// What is told to the terminal.
    pub answer: SessionAnswer,
    /// Whether the card is released in the session from now on.
    pub is_released: bool,
    /// Whether the session is over.
    pub is_over: bool,
}

impl Done {
    /// Nothing was done.
    pub(super) fn refused(refusal: HomeRefusal) -> Self {
        Self::of(
            HomeReply {
                number: 0,
                refusal: Some(refusal),
                content: Vec::new(),
            },
            false,
        )
    }

    fn of(reply: HomeReply, is_released: bool) -> Self {
        Self {
            answer: SessionAnswer {
                refusal: reply.refusal,
                content: reply.content,
            },
            is_released,
            is_over: false,
        }
    }
}

impl<P: Ports> HomeProxy<P> {
    /// Does what a terminal asks. What home or shop refuse is the answer; a fault is one of the proxy.
    pub(super) async fn answer(&self, within: &Within, ask: SessionAsk) -> Result<Done, Fault> {
        let kind = ask.kind;
        let done = match kind {
            SessionAskKind::Release => self.release(within, ask.sealed).await,
            SessionAskKind::Enter => self.enter(within, ask).await,
            SessionAskKind::Sign => self.sign(within, ask.sealed).await,
            SessionAskKind::End => self.end(within).await,
        };
        let done = match done {
            Ok(done) => done,
            Err(NoReply::Refused(refusal)) => Done {
                is_released: within.is_released,
                ..Done::refused(refusal)
            },
            Err(NoReply::Broken(fault)) => return Err(fault),
        };
        let outcome = done.answer.refusal.map_or("ok", HomeRefusal::as_str);
        self.office.log(event_of(kind), None, outcome);
        Ok(done)
    }

    /// The second password: for this session, by whoever has it.
    async fn release(&self, within: &Within, signed: Vec<u8>) -> Result<Done, NoReply> {
        let limits = &self.office.settings.limits;
        let bucket = format!("releases|{}", within.terminal);
        let admitted = self.office.admit(&[(&bucket, limits.home_passwords)]);
        admitted.map_err(|_| NoReply::Refused(HomeRefusal::TooMany))?;
        let keys = self.known_terminal(&within.home, &within.terminal);
        let keys = keys.map_err(|_| NoReply::Refused(HomeRefusal::Unknown))?;
        let release = keyed::open::<Release>(&signed, &keys.verifying().map_err(Fault::from)?);
        let is_this = release.is_ok_and(|release| {
            release.home == within.home
                && release.terminal == within.terminal
                && release.session == within.transcript
        });
        if !is_this {
            return Err(NoReply::Refused(HomeRefusal::BadSignature));
        }
        let reply = self.ask_home(within, HomeCallKind::Release, signed).await?;
        let is_released = reply.refusal.is_none();
        Ok(Done::of(reply, is_released))
    }

    async fn sign(&self, within: &Within, record: Vec<u8>) -> Result<Done, NoReply> {
        require_released(within)?;
        let reply = self.ask_home(within, HomeCallKind::Sign, record).await?;
        Ok(Done::of(reply, true))
    }

    /// Whether or not home hears of it, the session is over.
    async fn end(&self, within: &Within) -> Result<Done, NoReply> {
        let asked = self.ask_home(within, HomeCallKind::End, Vec::new()).await;
        let reply = match asked {
            Ok(reply) => reply,
            Err(NoReply::Refused(refusal)) => HomeReply {
                number: 0,
                refusal: Some(refusal),
                content: Vec::new(),
            },
            Err(broken) => return Err(broken),
        };
        // What home did not hear it is told when the session's time is over.
        let is_still_released = within.is_released && reply.refusal.is_some();
        Ok(Done {
            is_over: true,
            ..Done::of(reply, is_still_released)
        })
    }

    async fn ask_home(
        &self,
        within: &Within,
        kind: HomeCallKind,
        content: Vec<u8>,
    ) -> Result<HomeReply, NoReply> {
        let (home, terminal) = (&within.home, &within.terminal);
        let reply = self.call(home, terminal, kind, content).await?;
        // More than a terminal is told is no card's answer.
        if reply.content.len() + 16 > SessionAnswer::LEN_MAX {
            return Err(NoReply::Refused(HomeRefusal::NoCard));
        }
        Ok(reply)
    }

    /// The proxy agrees with the shop on a key; the card at home looks who the shop is and signs. The key is told to the
    /// terminal, within this session alone.
    async fn enter(&self, within: &Within, ask: SessionAsk) -> Result<Done, NoReply> {
        require_released(within)?;
        let malformed = NoReply::Refused(HomeRefusal::Malformed);
        let enter = ask.enter.ok_or(malformed)?;
        if enter.profile != Profile::KeyAgreement && enter.profile != Profile::KeyTransport {
            return Err(NoReply::Refused(HomeRefusal::Malformed));
        }
        let Enter {
            shop,
            form_start,
            profile,
            second,
            certificate,
        } = enter;
        let path = format!("/v1/sessions/{form_start:02x}");
        let initiator = Initiator::new(&mut self.office.rng(), shop.clone(), profile, second);
        let answer: HelloAnswer = self.ask_shop(&shop, &path, initiator.hello()).await?;
        let identity = self.office.identity()?;
        let received = initiator
            .receive(answer, &identity.anchors, self.office.now(), Role::Shop)
            .map_err(not_confirmed)?;
        let call = EnterCall {
            record: ask.sealed,
            hello: received.hello.clone(),
            answer: received.answer.clone(),
            proof: received.signed.clone(),
            certificate,
            at: self.office.now(),
        };
        let call = encode(&call);
        if call.len() > EnterCall::LEN_MAX {
            return Err(NoReply::Refused(HomeRefusal::Malformed));
        }
        let reply = self.ask_home(within, HomeCallKind::Enter, call).await?;
        if reply.refusal.is_some() {
            return Ok(Done::of(reply, true));
        }
        let finished = received.finish(&mut self.office.rng(), &reply.content);
        let (finish, agreed): (Finish, _) = finished.map_err(not_confirmed)?;
        let name = data_encoding::HEXLOWER.encode(&agreed.session);
        let path = format!("{path}/{name}");
        let confirmation: Confirmation = self.ask_shop(&shop, &path, &finish).await?;
        let handover = agreed.hand_over(confirmation).map_err(not_confirmed)?;
        let told = HomeReply {
            number: 0,
            refusal: None,
            content: encode(&handover),
        };
        Ok(Done::of(told, true))
    }

    async fn ask_shop<M: Message, A: Message>(
        &self,
        shop: &Domain,
        path: &str,
        message: &M,
    ) -> Result<A, NoReply> {
        let body = encode(message);
        let request = web::request_to(shop.as_str(), Method::POST, path, Some(web::CBOR), body)?;
        let unreachable = || NoReply::Refused(HomeRefusal::ShopUnreachable);
        let answer = self.office.ports.network().send(request).await;
        let answer = answer.map_err(|_| unreachable())?;
        if let Some(problem) = web::problem_in(&answer) {
            return Err(NoReply::Refused(
                if problem.kind.status() < 500 && problem.kind != Kind::RateLimited {
                    HomeRefusal::ShopNotConfirmed
                } else {
                    HomeRefusal::ShopUnreachable
                },
            ));
        }
        let bytes = web::answer_as(&answer, web::CBOR).map_err(|_| unreachable())?;
        decode(bytes).map_err(|_| NoReply::Refused(HomeRefusal::ShopNotConfirmed))
    }

    /// Tells home that a terminal's session is over, unless the card is released to it in another one.
    pub(super) async fn forget_release(
        &self,
        home: &HomeId,
        terminal: &TerminalId,
    ) -> Result<(), Fault> {
        let sql = "SELECT count(*) FROM home_sessions
            WHERE home = ? AND terminal = ? AND is_released <> 0 AND expires_at > ?";
        let values = [home.0.into(), terminal.0.into(), self.office.now().into()];
        let others: Option<u64> = typed::one(self.office.tables(), sql, &values)?;
        if others.unwrap_or_default() > 0 {
            return Ok(());
        }
        match self
            .call(home, terminal, HomeCallKind::End, Vec::new())
            .await
        {
            Ok(_) | Err(NoReply::Refused(_)) => Ok(()),
            Err(NoReply::Broken(fault)) => Err(fault),
        }
    }
}

const fn event_of(kind: SessionAskKind) -> &'static str {
    match kind {
        SessionAskKind::Release => "home-release",
        SessionAskKind::Enter => "home-enter",
        SessionAskKind::Sign => "home-sign",
        SessionAskKind::End => "home-end",
    }
}

/// Claim 3: nothing before the second password.
fn require_released(within: &Within) -> Result<(), NoReply> {
    if within.is_released {
        Ok(())
    } else {
        Err(NoReply::Refused(HomeRefusal::OutOfOrder))
    }
}

fn not_confirmed(_: AgreementError) -> NoReply {
    NoReply::Refused(HomeRefusal::ShopNotConfirmed)
}
