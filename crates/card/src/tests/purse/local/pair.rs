//! Two holders whose purses are of one bank.

use alloc::vec::Vec;

use tallystick_protocol::purse::local::LocalEvidence;
use tallystick_protocol::purse::{
    Endpoint, HistoryEntry, MovementOutcome, OfflineLimits, PurseNumber,
};
use tallystick_protocol::trust::signature::Algorithm;

use crate::Applet;
use crate::host::purse::{self, PaymentGiven, PaymentWanted};
use crate::host::{self, CardError};
use crate::tests::bench::Bench;
use crate::tests::purse::bank::{Bank, HOLDING};
use crate::tests::purse::holder::{ACCOUNT, Apdu, Holder, yen};

/// What the bank of these two lets a purse give away unheard.
pub(super) const LIMITS: OfflineLimits = OfflineLimits {
    payment: 5_000,
    total: 8_000,
    count: 4,
    holding: HOLDING,
};

/// A holder of a purse with a number of its own.
pub(super) struct Person {
    pub(super) holder: Holder,
    pub(super) number: PurseNumber,
}

impl Person {
    /// With an empty purse.
    pub(super) fn new(seed: u8) -> Self {
        Self::of(seed, Bank::new(), Algorithm::Es256)
    }

    pub(super) fn of(seed: u8, mut bank: Bank, algorithm: Algorithm) -> Self {
        let number = PurseNumber([seed; 16]);
        bank.checkpoint.purse = number;
        bank.checkpoint.limits = LIMITS;
        let bench = Bench::seeded(u64::from(seed));
        let mut holder = Holder::of(bench, bank);
        let opening = holder.opening(0, algorithm);
        holder.ok(purse::open(0, &opening));
        Self { holder, number }
    }

    /// With that much in the purse.
    pub(super) fn holding(seed: u8, amount: u64) -> Self {
        let mut person = Self::new(seed);
        person.load(amount);
        person
    }

    pub(super) fn load(&mut self, amount: u64) {
        let own = Endpoint::Purse(self.number);
        let request = self.holder.request(ACCOUNT, own, yen(amount)).unwrap();
        self.holder.accept(&request);
        let transaction = request.transaction;
        self.holder.end(transaction, MovementOutcome::Completed);
        self.holder.upload();
    }

    pub(super) fn asks(&mut self, amount: Option<u64>) -> Vec<u8> {
        let at = self.holder.now;
        self.holder
            .ok(purse::ask_purse(0, &PaymentWanted { amount, at }))
    }

    pub(super) fn paying(&self, request: &[u8], amount: u64) -> Apdu {
        let given = PaymentGiven {
            request: request.to_vec(),
            amount: yen(amount),
            at: self.holder.now,
            prepaid: None,
        };
        purse::pay_purse(0, &given)
    }

    pub(super) fn pays(&mut self, request: &[u8], amount: u64) -> Result<Vec<u8>, CardError> {
        let paying = self.paying(request, amount);
        self.holder.tried(paying)
    }

    pub(super) fn takes(&mut self, payment: &[u8]) -> Result<Vec<u8>, CardError> {
        let now = self.holder.now;
        self.holder.tried(purse::take_payment(0, payment, now))
    }

    pub(super) fn refuses(&mut self, payment: &[u8]) -> Result<Vec<u8>, CardError> {
        let now = self.holder.now;
        self.holder.tried(purse::refuse_payment(0, payment, now))
    }

    pub(super) fn settles(&mut self, answer: &[u8]) -> Result<(), CardError> {
        let now = self.holder.now;
        let settled = self.holder.tried(purse::settle_payment(0, answer, now));
        settled.map(|_| ())
    }

    /// Can be spent, and is on its way to somebody.
    pub(super) fn amounts(&mut self) -> (u64, u64) {
        let (amount, out, coming) = self.holder.amounts();
        assert_eq!(coming, 0, "what another purse pays is there or not");
        (amount, out)
    }

    /// A card that is what this one is now: a copy, with power of its own.
    pub(super) fn copy(&self, seed: u8) -> Self {
        let card = crate::Card::restore(&self.holder.bench.card.state()).unwrap();
        let mut bench = Bench::seeded(u64::from(seed));
        bench.card = card.costing(crate::tests::bench::CHEAP);
        bench.ok(host::select(Applet::Identity));
        bench.verify();
        bench.select(Applet::Purse);
        let mut bank = Bank::new();
        bank.checkpoint = self.holder.bank.checkpoint.clone();
        Self {
            holder: Holder {
                bench,
                bank,
                now: self.holder.now,
            },
            number: self.number,
        }
    }
}

/// One pays the other, with nothing lost.
pub(super) fn pay(payer: &mut Person, payee: &mut Person, amount: u64) {
    let request = payee.asks(Some(amount));
    let payment = payer.pays(&request, amount).unwrap();
    let answer = payee.takes(&payment).unwrap();
    payer.settles(&answer).unwrap();
}

/// What the partner signed of an entry.
pub(super) fn signed(entry: &HistoryEntry) -> Vec<u8> {
    LocalEvidence::read(&entry.evidence).unwrap().signed
}
