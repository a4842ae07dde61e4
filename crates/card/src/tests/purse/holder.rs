//! A holder with a card that has a purse of a test bank.

use alloc::vec::Vec;

use tallystick_protocol::purse::{
    Endpoint, HistoryEntry, MovementOutcome, MovementReply, MovementRequest, PursePayment,
    PurseReport, PurseState, key_digest,
};
use tallystick_protocol::trust::keyed::{self, KeyedMessage};
use tallystick_protocol::trust::signature::{Algorithm, VerifyingKey};
use tallystick_protocol::wire::identifier::{Root, TransactionId};
use tallystick_protocol::wire::money::{Currency, Money};
use tallystick_protocol::wire::time::Timestamp;
use zeroize::Zeroizing;

use super::bank::{Bank, NUMBER, START};
use crate::Applet;
use crate::host::purse::{MovementTerms, OpeningGiven, OrderToPay, PurseView};
use crate::host::{self, CardError, purse};
use crate::tests::bench::{Bench, domain};

pub(in crate::tests) type Apdu = Result<Zeroizing<Vec<u8>>, CardError>;

pub(in crate::tests) const ACCOUNT: Endpoint = Endpoint::Account(4711);
pub(in crate::tests) const PURSE: Endpoint = Endpoint::Purse(NUMBER);

pub(in crate::tests) const fn yen(minor: u64) -> Money {
    Money::new(minor, Currency::Jpy)
}

pub(in crate::tests) struct Holder {
    pub(in crate::tests) bench: Bench,
    pub(in crate::tests) bank: Bank,
    /// The wallet's clock.
    pub(in crate::tests) now: Timestamp,
}

impl Holder {
    /// With roots and the bank's certificate in the card, the PIN verified, and the purse applet selected.
    pub(in crate::tests) fn with(bank: Bank) -> Self {
        Self::of(Bench::personalised(), bank)
    }

    /// The same with that card.
    pub(in crate::tests) fn of(mut bench: Bench, mut bank: Bank) -> Self {
        bench.verify();
        bench.select(Applet::Purse);
        bench.ok(purse::put_roots(&[bank.authority.root.as_der().to_vec()]));
        bench.ok(purse::put_bank(&bank.certificate(), START));
        Self {
            bench,
            bank,
            now: START,
        }
    }

    /// With an open purse at place 0.
    pub(in crate::tests) fn new() -> Self {
        Self::signing(Algorithm::Es256)
    }

    pub(in crate::tests) fn signing(algorithm: Algorithm) -> Self {
        let mut holder = Self::with(Bank::new());
        let opening = holder.opening(0, algorithm);
        holder.ok(purse::open(0, &opening));
        holder
    }

    /// With that much in the purse.
    pub(in crate::tests) fn holding(amount: u64) -> Self {
        let mut holder = Self::new();
        holder.load(amount).unwrap();
        holder
    }

    /// Makes a key and has the bank open a purse for it.
    pub(in crate::tests) fn opening(&mut self, place: u8, algorithm: Algorithm) -> OpeningGiven {
        let key = self.ok(purse::make_key(place, algorithm));
        let terms = self.bank.terms(Some(key_digest(&key)));
        OpeningGiven {
            certificate: self.bank.sign(&terms),
            notice: Some(self.bank.notice(false)),
            at: self.now,
        }
    }

    pub(in crate::tests) fn ok(&mut self, apdu: Apdu) -> Vec<u8> {
        self.tried(apdu).unwrap()
    }

    pub(in crate::tests) fn tried(&mut self, apdu: Apdu) -> Result<Vec<u8>, CardError> {
        let before = self.bench.card.state();
        let response = self.bench.send(apdu);
        let changed = *self.bench.card.state() != *before;
        assert_eq!(response.changed, changed, "it says what it changes");
        let data = host::data(&response.bytes).map(<[u8]>::to_vec);
        assert!(data.is_ok() || !changed, "a refusal changes nothing");
        data
    }

    pub(in crate::tests) fn view(&mut self) -> PurseView {
        self.view_of(0)
    }

    pub(in crate::tests) fn view_of(&mut self, place: u8) -> PurseView {
        purse::purse(&self.bench.send(purse::read_purse(place)).bytes).unwrap()
    }

    pub(in crate::tests) fn state(&mut self) -> PurseState {
        self.view().state.unwrap()
    }

    /// Can be spent, pending out, pending in.
    pub(in crate::tests) fn amounts(&mut self) -> (u64, u64, u64) {
        let state = self.state();
        (state.amount, state.pending_out, state.pending_in)
    }

    pub(in crate::tests) fn history(&mut self) -> Vec<HistoryEntry> {
        let response = self.bench.send(purse::read_history(0, 0));
        purse::history(&response.bytes).unwrap()
    }

    /// What the purse's key signed.
    pub(in crate::tests) fn read<M: KeyedMessage>(&mut self, signed: &[u8]) -> M {
        let key = self.view().public_key.unwrap();
        keyed::open(signed, &VerifyingKey::from_spki(&key).unwrap()).unwrap()
    }

    pub(in crate::tests) fn terms(
        &self,
        source: Endpoint,
        destination: Endpoint,
        amount: Money,
    ) -> MovementTerms {
        MovementTerms {
            source,
            destination,
            amount,
            at: self.now,
            prepaid: None,
            transaction: None,
        }
    }

    pub(in crate::tests) fn request(
        &mut self,
        source: Endpoint,
        destination: Endpoint,
        amount: Money,
    ) -> Result<MovementRequest, CardError> {
        let terms = self.terms(source, destination, amount);
        let signed = self.tried(purse::request(0, &terms))?;
        Ok(self.read(&signed))
    }

    /// Asks for a load.
    pub(in crate::tests) fn ask(&mut self, amount: u64) -> Result<MovementRequest, CardError> {
        self.request(ACCOUNT, PURSE, yen(amount))
    }

    /// Asks for an unload.
    pub(in crate::tests) fn give(&mut self, amount: u64) -> Result<MovementRequest, CardError> {
        self.request(PURSE, ACCOUNT, yen(amount))
    }

    /// Answers an offer.
    pub(in crate::tests) fn answer(
        &mut self,
        accepted: bool,
        offer: &[u8],
    ) -> Result<MovementReply, CardError> {
        let signed = self.tried(purse::answer_offer(0, accepted, offer, self.now))?;
        Ok(self.read(&signed))
    }

    /// Has the bank offer what was asked for, and accepts.
    pub(in crate::tests) fn accept(&mut self, request: &MovementRequest) -> MovementReply {
        let offer = self.bank.offer(request);
        let offer = self.bank.sign(&offer);
        self.answer(true, &offer).unwrap()
    }

    pub(in crate::tests) fn end(&mut self, transaction: TransactionId, outcome: MovementOutcome) {
        let verdict = self.bank.verdict(transaction, outcome);
        self.ok(purse::take_verdict(0, &verdict, self.now));
    }

    pub(in crate::tests) fn load(&mut self, amount: u64) -> Result<(), CardError> {
        let request = self.ask(amount)?;
        self.accept(&request);
        self.end(request.transaction, MovementOutcome::Completed);
        Ok(())
    }

    pub(in crate::tests) fn unload(&mut self, amount: u64) -> Result<(), CardError> {
        let request = self.give(amount)?;
        self.accept(&request);
        self.end(request.transaction, MovementOutcome::Completed);
        Ok(())
    }

    pub(in crate::tests) fn order(&self, root: u8, amount: u64) -> OrderToPay {
        OrderToPay {
            root: Root([root; 32]),
            shop: domain("tea.localhost"),
            amount: yen(amount),
            at: self.now,
        }
    }

    pub(in crate::tests) fn pay(
        &mut self,
        root: u8,
        amount: u64,
    ) -> Result<PursePayment, CardError> {
        let order = self.order(root, amount);
        let signed = self.tried(purse::pay(0, &order))?;
        Ok(self.read(&signed))
    }

    pub(in crate::tests) fn report(&mut self, after: Option<u64>) -> PurseReport {
        let signed = self.ok(purse::report(0, after, self.now));
        self.read(&signed)
    }

    /// The bank verifies all that the card has to tell, and says so.
    pub(in crate::tests) fn upload(&mut self) {
        self.bank.checkpoint.through = self.state().sequence;
        let notice = self.bank.notice(false);
        self.ok(purse::take_notice(0, &notice, self.now));
    }
}
