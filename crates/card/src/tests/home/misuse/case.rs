//! A terminal that says whatever a test wants: its keys are known.

use alloc::vec::Vec;

use minicbor::bytes::ByteArray;
use tallystick_protocol::checkout::order::OrderHeader;
use tallystick_protocol::home::agreement::{Initiator, Profile, Received, Responder};
use tallystick_protocol::home::calls::{EnterCall, HomeCall, HomeCallKind};
use tallystick_protocol::home::channel::{EnterAsk, RefusedAtHome, ReleaseAnswer, SignAsk, Signed};
use tallystick_protocol::home::password::{answer_keys, channel_keys};
use tallystick_protocol::home::records::{RecordKeys, Side};
use tallystick_protocol::home::{
    AccessAnswer, AccessPurpose, AccessRequest, Opening, OpeningAnswer, PublicKeys, Release,
};
use tallystick_protocol::keys::sealed::{Exported, public_key};
use tallystick_protocol::test_keys::{TestAuthority, test_statement};
use tallystick_protocol::trust::keyed::{KeyedMessage, assemble, to_be_signed};
use tallystick_protocol::trust::signature::{Algorithm, VerifyingKey, sign_es256};
use tallystick_protocol::wire::cbor::{Message, decode, encode};
use tallystick_protocol::wire::identifier::{Role, TerminalId};
use tallystick_protocol::wire::money::{Currency, Money};
use tallystick_protocol::wire::time::Timestamp;

use crate::host;
use crate::host::home::calls;
use crate::host::home::lending::{self, Decision, LoanTerms, LoanView};
use crate::tests::bench::domain;
use crate::tests::home::purse_world::{lend_purse, order_from, purse_bytes};
use crate::tests::home::world::{FIRST, NOW, PROXY, SECOND, SHOP, Said, World, proof};
use crate::tests::purse::bank::Bank;

/// How far a case is.
#[derive(Clone, Copy)]
pub(super) enum Stage {
    Fresh,
    Accessed,
    Opened,
    Released,
}

impl Stage {
    pub(super) const ALL: [Self; 4] = [Self::Fresh, Self::Accessed, Self::Opened, Self::Released];
}

/// The session that a release is bound to.
pub(super) const SESSION: [u8; 32] = [6; 32];

/// Loan 1 is this terminal's, loan 2 another's.
#[derive(Clone)]
pub(super) struct Case {
    pub(super) world: World,
    pub(super) terminal: TerminalId,
    /// With which it signs.
    pub(super) secret: [u8; 32],
    pub(super) nonce: [u8; 32],
    pub(super) opened: OpeningAnswer,
    /// Under what the home card answers a first password.
    exported: Exported,
    pub(super) channel: Option<RecordKeys>,
    pub(super) key: [u8; 32],
    mark: (Vec<LoanView>, Vec<Decision>, Vec<u8>),
}

impl Case {
    pub(super) fn at(stage: Stage) -> Self {
        let mut world = World::new();
        let secret = [7; 32];
        let keys = PublicKeys {
            signing: VerifyingKey::of_es256(&secret).unwrap().to_spki().unwrap(),
            sealing: public_key(&secret).unwrap(),
        };
        let enrol = lending::enrol(&keys, "Rogue");
        host::done(&world.home.with_pin(enrol)).unwrap();
        let terms = LoanTerms {
            terminal: keys.terminal(),
            ..world.terms()
        };
        world.lend(terms);
        world.lend(world.terms());
        let mut case = Self {
            world,
            terminal: keys.terminal(),
            secret,
            nonce: [0; 32],
            opened: OpeningAnswer {
                gate: [0; 32],
                nonce: [0; 32],
            },
            exported: Exported::default(),
            channel: None,
            key: [0; 32],
            mark: (Vec::new(), Vec::new(), Vec::new()),
        };
        case.mark();
        if !matches!(stage, Stage::Fresh) {
            case.access().unwrap();
        }
        if matches!(stage, Stage::Opened | Stage::Released) {
            let opening = case.opening(FIRST);
            case.open(&opening).unwrap();
        }
        if matches!(stage, Stage::Released) {
            let release = case.release_of(SECOND);
            case.release(&release).unwrap();
        }
        case
    }

    /// What is counted from here on is what a misuse has done.
    pub(super) fn mark(&mut self) {
        let purse = purse_bytes(&mut self.world);
        self.mark = (self.world.view().loans, self.world.log(), purse);
    }

    /// Whether every loan is as it was, but that it may have been stopped, nothing was logged, and the purse, if there is
    /// one, holds what it held.
    pub(super) fn is_as_it_was(&mut self) -> bool {
        let loans = self.world.view().loans;
        let left = |loan: &LoanView| (loan.total_left, loan.count_left);
        loans.iter().map(left).eq(self.mark.0.iter().map(left))
            && self.world.log() == self.mark.1
            && purse_bytes(&mut self.world) == self.mark.2
    }

    pub(super) fn signed<M: KeyedMessage>(&self, message: &M) -> Vec<u8> {
        let to_sign = to_be_signed(message, Algorithm::Es256);
        let signature = sign_es256(&self.secret, &to_sign).unwrap();
        assemble(&encode(message), Algorithm::Es256, &signature)
    }

    pub(super) fn call(&mut self, kind: HomeCallKind, content: Vec<u8>) -> Said<Vec<u8>> {
        let call = HomeCall {
            number: 1,
            terminal: self.terminal,
            kind,
            content,
        };
        let apdu = calls::apdu_for(&call, self.world.at);
        let response = self.world.home.send(apdu);
        World::said(calls::reply_of(&call, &response))
    }

    pub(super) fn done(&mut self, kind: HomeCallKind, content: Vec<u8>) -> Said<()> {
        self.call(kind, content).map(|_| ())
    }

    pub(super) fn request(&mut self, purpose: AccessPurpose) -> AccessRequest {
        let home = self.world.keys.home();
        let (at, rng) = (self.world.at, &mut self.world.rng);
        AccessRequest::new(rng, home, self.terminal, domain(PROXY), purpose, at)
    }

    pub(super) fn access(&mut self) -> Said<()> {
        let request = self.request(AccessPurpose::Open);
        let request = self.signed(&request);
        let answer = self.call(HomeCallKind::Access, request)?;
        self.nonce = decode::<AccessAnswer>(&answer).unwrap().nonce;
        Ok(())
    }

    pub(super) fn opening(&mut self, password: &str) -> Opening {
        let home = (self.world.keys.home(), &self.world.keys.sealing);
        let rng = &mut self.world.rng;
        let opening = Opening::new(rng, home, self.terminal, self.nonce, password);
        let (opening, exported) = opening.unwrap();
        self.exported = exported;
        opening
    }

    pub(super) fn open(&mut self, opening: &Opening) -> Said<()> {
        let signed = self.signed(opening);
        let record = self.call(HomeCallKind::Open, signed)?;
        let mut keys = answer_keys(&self.exported, &opening.nonce, Side::Initiator);
        self.opened = decode(&keys.open(&record).unwrap()).unwrap();
        Ok(())
    }

    pub(super) fn release_of(&mut self, password: &str) -> Release {
        let home = (self.world.keys.home(), &self.world.keys.sealing);
        let rng = &mut self.world.rng;
        let release = Release::new(rng, home, self.terminal, &self.opened, SESSION, password);
        let (release, exported) = release.unwrap();
        self.channel = Some(channel_keys(&exported, &SESSION, Side::Initiator));
        release
    }

    pub(super) fn release(&mut self, release: &Release) -> Said<()> {
        let signed = self.signed(release);
        let record = self.call(HomeCallKind::Release, signed)?;
        let channel = self.channel.as_mut().unwrap();
        let answer: ReleaseAnswer = decode(&channel.open(&record).unwrap()).unwrap();
        self.key = answer.key;
        Ok(())
    }

    /// A record for the card.
    pub(super) fn record<M: Message>(&mut self, message: &M) -> Vec<u8> {
        let channel = self.channel.as_mut().unwrap();
        channel.seal(&encode(message), false).unwrap()
    }

    pub(super) fn entering(&self) -> EnterAsk {
        EnterAsk {
            key: self.key,
            loan: 1,
            shop: domain(SHOP),
            profile: Profile::KeyAgreement,
            second: None,
        }
    }

    /// What a shop of that role answers to a proxy.
    pub(super) fn agreement(&mut self, shop: &str, role: Role) -> Received {
        let (at, rng) = (self.world.at, &mut self.world.rng);
        let initiator = Initiator::new(rng, domain(shop), Profile::KeyAgreement, None);
        let responder = Responder::new(rng, initiator.hello().clone());
        let mut authority = TestAuthority::new(NOW);
        let certificate = authority.party(role, shop, "A shop", 2);
        let proof = responder.proof(domain(shop), at, None);
        let signed = test_statement(&proof, &certificate, 2);
        let (answer, _) = responder.answer(&signed).unwrap();
        initiator
            .receive(answer, &authority.anchors(), at, role)
            .unwrap()
    }

    pub(super) fn enter_call(&mut self, ask: &EnterAsk) -> EnterCall {
        let received = self.agreement(SHOP, Role::Shop);
        EnterCall {
            record: self.record(ask),
            hello: received.hello,
            answer: received.answer,
            proof: received.signed,
            certificate: self.world.certificate.clone(),
            at: self.world.at,
        }
    }

    pub(super) fn enter(&mut self, alter: impl FnOnce(&mut Self, &mut EnterCall)) -> Said<()> {
        let ask = self.entering();
        let mut call = self.enter_call(&ask);
        alter(self, &mut call);
        self.done(HomeCallKind::Enter, encode(&call))
    }

    /// With another question in the record.
    pub(super) fn enter_asking(&mut self, alter: impl FnOnce(&mut EnterAsk)) -> Said<()> {
        let mut ask = self.entering();
        alter(&mut ask);
        let call = self.enter_call(&ask);
        self.done(HomeCallKind::Enter, encode(&call))
    }

    /// An order of so many yen.
    pub(super) fn ask(&mut self, minor: u64) -> SignAsk {
        self.ask_for(Money::new(minor, Currency::Jpy), |_| {})
    }

    pub(super) fn ask_for(
        &mut self,
        amount: Money,
        alter: impl FnOnce(&mut OrderHeader),
    ) -> SignAsk {
        let mut header = self.world.header();
        alter(&mut header);
        SignAsk {
            key: self.key,
            loan: 1,
            proof: proof(header, amount),
            certificate: self.world.certificate.clone(),
            contexts: self.world.contexts.clone(),
            nonces: (0..6).map(|number| ByteArray::from([number; 32])).collect(),
            purse: None,
        }
    }

    pub(super) fn sign(&mut self, ask: &SignAsk) -> Said<()> {
        let record = self.record(ask);
        self.sign_record(record)
    }

    pub(super) fn sign_record(&mut self, record: Vec<u8>) -> Said<()> {
        let record = self.call(HomeCallKind::Sign, record)?;
        let content = self.channel.as_mut().unwrap().open(&record).unwrap();
        match decode::<RefusedAtHome>(&content) {
            Ok(refused) => Err(refused.reason),
            Err(_) => decode::<Signed>(&content)
                .map(|_| ())
                .map_err(|_| unreachable!()),
        }
    }

    /// Signs an order whose header is another.
    pub(super) fn sign_header(&mut self, alter: impl FnOnce(&mut OrderHeader)) -> Said<()> {
        let ask = self.ask_for(Money::new(300, Currency::Jpy), alter);
        self.sign(&ask)
    }

    /// Signs an order where something else is asked beside it.
    pub(super) fn sign_asking(&mut self, alter: impl FnOnce(&mut SignAsk)) -> Said<()> {
        let mut ask = self.ask(300);
        alter(&mut ask);
        self.sign(&ask)
    }

    /// Lends a purse that holds so much, as loan 3.
    pub(super) fn lend_purse(&mut self, minor: u64) -> Bank {
        let bank = lend_purse(&mut self.world, minor, self.terminal);
        self.mark();
        bank
    }

    /// An order of so many yen from it.
    pub(super) fn ask_purse(&mut self, minor: u64) -> SignAsk {
        let order = order_from(&self.world, minor);
        SignAsk {
            key: self.key,
            loan: 3,
            proof: order.proof,
            certificate: order.certificate,
            contexts: order.contexts,
            nonces: order.nonces,
            purse: order.purse,
        }
    }

    /// The same, where something else is asked.
    pub(super) fn sign_from_purse(&mut self, alter: impl FnOnce(&mut SignAsk)) -> Said<()> {
        self.lend_purse(1_000);
        let mut ask = self.ask_purse(300);
        alter(&mut ask);
        self.sign(&ask)
    }

    pub(super) fn stop(&mut self, loan: u32) {
        self.world.home.done(lending::stop(loan));
    }

    pub(super) fn later(&mut self, seconds: u64) {
        self.world.at = Timestamp(NOW.0 + seconds);
    }
}
