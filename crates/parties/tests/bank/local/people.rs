//! People with purses that pay each other.

use tallystick_protocol::purse::Endpoint;
use tallystick_protocol::purse::local::{
    Credentials, LocalAnswer, LocalEvidence, LocalPayment, Taken,
};
use tallystick_protocol::test_keys::test_key;
use tallystick_protocol::wire::identifier::TransactionId;

use crate::authority::{deposit, enrolled_with_key};
use crate::holder::Holder;
use crate::purse::{Key, Purse, account, available, yen};
use crate::world::{BANK, World, domain};

/// A holder with an account and a purse.
pub struct Person {
    pub holder: Holder,
    pub purse: Purse,
}

/// What a payer hands over, and what the payee answers to it.
#[derive(Clone)]
pub struct Handed {
    pub payment: LocalPayment,
    pub evidence: LocalEvidence,
}

impl Person {
    /// With 10,000 yen on the account, and so much of it in the purse.
    pub fn new(world: &World, seed: u8, inside: u64) -> Self {
        // Nobody has another's key: parties and authority have the first of them.
        let key = test_key(usize::from(seed) + 3);
        let mut holder = enrolled_with_key(world, seed.into(), key);
        deposit(world, &holder, 10_000, &format!("person {seed}"));
        let mut purse = Purse::open(world, &holder, Key::P256([seed + 40; 32]));
        if inside > 0 {
            purse.load(world, &mut holder, inside);
        }
        let mut person = Self { holder, purse };
        person.reports(world);
        person
    }

    pub fn reports(&mut self, world: &World) {
        self.purse.synchronise(world, &mut self.holder);
    }

    /// As [`Person::reports`], of a purse that may be refused.
    pub fn tries_to_report(&mut self, world: &World) -> Option<String> {
        world.run_for(1_000);
        let report = self.purse.report(world);
        self.purse.send(world, &mut self.holder, &report).err()
    }

    /// Reports without so many of its newest entries, which are lost. Whether it is set to other amounts.
    pub fn reports_what_is_left(&mut self, world: &World, lost: usize) -> Result<bool, String> {
        world.run_for(1_000);
        let mut report = self.purse.report(world);
        let left = report.entries.len().saturating_sub(lost);
        report.entries.truncate(left);
        let answer = self.purse.send(world, &mut self.holder, &report)?;
        Ok(self.purse.hears(world, &answer).notice.forces)
    }

    fn says(&self, signed: Vec<u8>) -> LocalEvidence {
        let certificate = self.purse.certificate.clone();
        LocalEvidence {
            purse: Credentials::new(certificate, &self.purse.key.public()).unwrap(),
            signed,
        }
    }

    /// Sb5: sets aside and signs.
    pub fn pays(&mut self, world: &World, payee: &Self, nonce: u8, minor: u64) -> Handed {
        let before = self.purse.state();
        let mut payment = LocalPayment {
            bank: domain(BANK),
            payer: self.purse.number,
            payee: payee.purse.number,
            nonce: [nonce; 32],
            amount: yen(minor),
            sequence: before.sequence + 1,
            previous: before.head,
            balance: 0,
            at: world.now(),
        };
        let ends = (self.purse.end(), payee.purse.end());
        let transaction = payment.transaction();
        self.purse
            .set_aside(world.now(), transaction, (&ends.0, &ends.1), minor);
        payment.balance = self.purse.amount;
        let signed = self.purse.key.sign(&payment);
        Handed {
            evidence: self.says(signed),
            payment,
        }
    }

    /// Sb9, Sb10: adds and signs.
    pub fn takes(&mut self, world: &World, handed: &Handed) -> LocalEvidence {
        let before = self.purse.state();
        let payment = &handed.payment;
        let minor = payment.amount.minor;
        let ends = (
            Endpoint::Purse(payment.payer),
            Endpoint::Purse(payment.payee),
        );
        let evidence = handed.evidence.to_bytes();
        let number = payment.transaction();
        self.purse
            .take_from_purse(world.now(), number, ends, (minor, evidence));
        let answer = LocalAnswer {
            bank: domain(BANK),
            payer: payment.payer,
            payee: payment.payee,
            transaction: number,
            amount: payment.amount,
            taken: Some(Taken {
                sequence: before.sequence + 1,
                previous: before.head,
                balance: self.purse.amount,
            }),
            at: world.now(),
        };
        let signed = self.purse.key.sign(&answer);
        self.says(signed)
    }

    /// Sb12.
    pub fn settles(&mut self, handed: &Handed, receipt: &LocalEvidence) {
        let number = handed.payment.transaction();
        self.purse.settle(number, receipt.to_bytes());
    }

    /// Does something with a copy of the purse, as if it were the purse.
    pub fn with_copy<T>(&mut self, copy: &mut Purse, what: impl FnOnce(&mut Self) -> T) -> T {
        core::mem::swap(&mut self.purse, copy);
        let done = what(self);
        core::mem::swap(&mut self.purse, copy);
        done
    }

    /// Whether its card has the payment still under way.
    pub fn waits_for(&self, handed: &Handed) -> bool {
        let number: TransactionId = handed.payment.transaction();
        self.purse.waits_for(number)
    }

    /// What the bank's books say is in the purse, and on the account.
    pub fn books(&self, world: &World) -> (i64, i64) {
        let inside = format!("purse {}", self.purse.number);
        let Endpoint::Account(number) = account(&self.holder) else {
            panic!("an account");
        };
        let sql = format!("SELECT account FROM issuer_accounts WHERE card_number = '{number}'");
        let row = world.number(BANK, &sql);
        let holder = format!("holder {row}");
        (available(world, &inside), available(world, &holder))
    }
}

/// One pays another, and both cards know how it ended.
pub fn pay(world: &World, payer: &mut Person, payee: &mut Person, nonce: u8, minor: u64) -> Handed {
    let handed = payer.pays(world, payee, nonce, minor);
    let receipt = payee.takes(world, &handed);
    payer.settles(&handed, &receipt);
    handed
}

/// Somebody with so much in the purse, who copied it and paid this and that out of the one and the other.
pub struct Copied {
    pub cheat: Person,
    pub copy: Purse,
    pub payees: [Person; 2],
}

/// Spends what is in a purse twice: nobody has told the bank of it yet.
pub fn spend_twice(world: &World, inside: u64, [first, second]: [u64; 2]) -> Copied {
    let mut cheat = Person::new(world, 1, inside);
    let mut copy = cheat.purse.clone();
    let mut payees = [2, 3].map(|seed| Person::new(world, seed, 0));
    pay(world, &mut cheat, &mut payees[0], 1, first);
    cheat.with_copy(&mut copy, |copy| {
        pay(world, copy, &mut payees[1], 2, second)
    });
    Copied {
        cheat,
        copy,
        payees,
    }
}

/// The proof that the bank shows against somebody, if there is one.
pub fn proof_against(world: &World, person: &Person) -> Option<Vec<u8>> {
    let path = format!("/v1/contradictions/{}", person.purse.number);
    let answer = world.get(BANK, &path);
    answer
        .status()
        .is_success()
        .then(|| answer.body().to_owned())
}

/// What the bank bears.
pub fn losses(world: &World) -> i64 {
    -available(world, "losses")
}

pub fn alerts(world: &World, alert: &str) -> i64 {
    let sql = format!("SELECT count(*) FROM bank_alerts WHERE alert = '{alert}'");
    world.number(BANK, &sql)
}

/// Two whose purses are at two objects of the bank.
pub fn apart(world: &World) -> [Person; 2] {
    let payer = Person::new(world, 1, 5_000);
    let mut others = (2..).map(|seed| Person::new(world, seed, 0));
    let of_payer = object_of(world, &payer.purse);
    let payee = others.find(|other| object_of(world, &other.purse) != of_payer);
    [payer, payee.unwrap()]
}

/// The object of the bank at which a purse is.
pub fn object_of(world: &World, purse: &Purse) -> &'static str {
    let sql = format!(
        "SELECT count(*) FROM bank_purses WHERE lower(hex(number)) = '{}'",
        purse.number
    );
    let mut objects = world.machines.iter().map(|(name, _)| *name);
    let has = |name: &&str| name.starts_with(BANK) && world.number(name, &sql) == 1;
    objects.find(has).unwrap()
}
