//! A purse in a card, as far as its bank sees one: it signs with a key of its own, sets aside what it gives, keeps a
//! history, and believes what the bank signed.

use std::collections::BTreeMap;

use tallystick_protocol::bank::{
    Direction, PurseApplication, PurseConversation, PurseConversationAnswer, PurseKeysCertified,
    PurseOpening, open_said, seal_said,
};
use tallystick_protocol::checkout::order::HolderDetails;
use tallystick_protocol::instrument::{Payment, PurseDetails};
use tallystick_protocol::keys::Purpose;
use tallystick_protocol::purse::{
    Checkpoint, CheckpointNotice, ENTRIES_MAX, Endpoint, HISTORY_START, HistoryEntry,
    MovementOffer, MovementOutcome, MovementReply, MovementRequest, MovementVerdict,
    PrepaidPending, PrepaidState, PurseCertificate, PurseKind, PurseNumber, PursePayment,
    PurseReport, PurseReportAnswer, PurseState, key_digest,
};
use tallystick_protocol::test_keys::{TestRng, test_key};
use tallystick_protocol::trust::certificate::Certificate;
use tallystick_protocol::trust::keyed::{self, KeyedMessage, assemble, to_be_signed};
use tallystick_protocol::trust::signature::{VerifyingKey, sign_es256, sign_pss};
use tallystick_protocol::wire::cbor::{decode, encode};
use tallystick_protocol::wire::identifier::{Role, Root, TransactionId};
use tallystick_protocol::wire::money::{Currency, Money};
use tallystick_protocol::wire::time::Timestamp;

use super::authority::{authority_envelope, certified_purse, said_by_authority};
use super::holder::{CBOR, COSE, Holder, JSON, Wish};
use super::world::{BANK, SHOP, World, domain, problem, text};

/// The key that signs for a purse.
#[derive(Clone)]
pub enum Key {
    P256([u8; 32]),
    Rsa(usize),
}

impl Key {
    pub fn public(&self) -> VerifyingKey {
        match self {
            Self::P256(secret) => VerifyingKey::of_es256(secret).unwrap(),
            Self::Rsa(number) => VerifyingKey::Rsa(test_key(*number).to_public_key()),
        }
    }

    pub fn sign<M: KeyedMessage>(&self, message: &M) -> Vec<u8> {
        let algorithm = self.public().algorithm();
        let bytes = to_be_signed(message, algorithm);
        let signature = match self {
            Self::P256(secret) => sign_es256(secret, &bytes).unwrap().to_vec(),
            Self::Rsa(number) => {
                sign_pss(&mut TestRng::new(3), &test_key(*number), &bytes).unwrap()
            }
        };
        assemble(&encode(message), algorithm, &signature)
    }
}

/// What is under way in a purse: how much, out of it or into it, and between whom.
#[derive(Clone)]
struct Under {
    out: u64,
    within: u64,
    source: Endpoint,
    destination: Endpoint,
}

/// A purse.
#[derive(Clone)]
pub struct Purse {
    pub number: PurseNumber,
    pub key: Key,
    pub bank: VerifyingKey,
    pub amount: u64,
    pub checkpoint: Checkpoint,
    /// The message that brought it.
    pub checkpoint_in: Vec<u8>,
    pub certificate: Vec<u8>,
    pub history: Vec<HistoryEntry>,
    under: BTreeMap<TransactionId, Under>,
    next: u8,
}

/// What the bank answered to a request.
pub enum Answer {
    Offer(MovementOffer),
    Verdict(MovementVerdict),
}

impl Answer {
    pub fn offer(self) -> MovementOffer {
        match self {
            Self::Offer(offer) => offer,
            Self::Verdict(verdict) => panic!("{:?}", verdict.outcome),
        }
    }

    pub fn outcome(self) -> MovementOutcome {
        match self {
            Self::Offer(_) => panic!("an offer"),
            Self::Verdict(verdict) => verdict.outcome,
        }
    }
}

pub fn yen(minor: u64) -> Money {
    Money::new(minor, Currency::Jpy)
}

/// The number of a holder's account.
pub fn account(holder: &Holder) -> Endpoint {
    Endpoint::Account(holder.card.number.as_str().parse().unwrap())
}

/// A holder's application for a purse with this key, as the authority passes it on.
pub fn application(world: &World, holder: &Holder, key: &Key, certificate: &[u8]) -> Vec<u8> {
    let spki = key.public().to_spki().unwrap();
    let application = PurseApplication {
        bank: domain(BANK),
        account: holder.card.number.as_str().parse().unwrap(),
        holder: holder.id,
        purse_public_key: spki.clone(),
        at: world.now(),
    };
    let approved = application.approval_to_be_signed();
    let said = PurseKeysCertified {
        envelope: authority_envelope(world, key_digest(&spki)),
        application: key.sign(&application),
        approval: sign_pss(&mut TestRng::new(4), &holder.key, &approved).unwrap(),
        certificate: certificate.to_vec(),
    };
    said_by_authority(world, &said)
}

impl Purse {
    /// Opens a purse of the holder's account.
    pub fn open(world: &World, holder: &Holder, key: Key) -> Self {
        Self::open_for(world, holder, key, 365)
    }

    /// As [`Purse::open`], with a key that is certified for so many days.
    pub fn open_for(world: &World, holder: &Holder, key: Key, days: u64) -> Self {
        let spki = key.public().to_spki().unwrap();
        let certificate = certified_purse(world, &spki, days);
        let body = application(world, holder, &key, &certificate);
        let answer = world.post(BANK, "/v1/purse-keys", COSE, body);
        assert!(answer.status().is_success(), "{}", text(&answer));
        Self::written(world, key, answer.body(), PurseKind::Account)
    }

    /// An empty prepaid card.
    pub fn prepaid(world: &World, key: &str) -> Self {
        let body = serde_json::json!({ "currency": "JPY", "key": key });
        let body = body.to_string().into_bytes();
        let answer = world.post(BANK, "/v1/prepaid-cards", JSON, body);
        assert!(answer.status().is_success(), "{}", text(&answer));
        Self::written(world, Key::P256([1; 32]), answer.body(), PurseKind::Prepaid)
    }

    pub fn written(world: &World, key: Key, body: &[u8], kind: PurseKind) -> Self {
        let opening: PurseOpening = decode(body).unwrap();
        let bank = Certificate::from_der(&opening.bank_certificate).unwrap();
        let bank = world
            .anchors
            .verify(&bank, world.now(), Role::Bank)
            .unwrap();
        assert_eq!(bank.domain, Some(domain(BANK)));
        let bank = bank.public_key;
        let certificate: PurseCertificate = keyed::open(&opening.purse_certificate, &bank).unwrap();
        let notice: CheckpointNotice = keyed::open(&opening.notice, &bank).unwrap();
        assert_eq!(certificate.kind, kind);
        assert_eq!(notice.checkpoint.purse, certificate.number);
        assert_eq!(
            opening.key_certificate.is_some(),
            kind == PurseKind::Account
        );
        Self {
            number: certificate.number,
            key,
            bank,
            amount: 0,
            checkpoint: notice.checkpoint,
            checkpoint_in: opening.notice,
            certificate: opening.purse_certificate,
            history: Vec::new(),
            under: BTreeMap::new(),
            next: 0,
        }
    }

    pub fn end(&self) -> Endpoint {
        Endpoint::Purse(self.number)
    }

    pub fn prepaid_end(&self) -> Endpoint {
        Endpoint::Prepaid(self.number)
    }

    pub fn state(&self) -> PurseState {
        let last = self.history.last();
        PurseState {
            amount: self.amount,
            pending_out: self.under.values().map(|under| under.out).sum(),
            pending_in: self.under.values().map(|under| under.within).sum(),
            checkpoint: self.checkpoint.number,
            sequence: last.map_or(0, |entry| entry.sequence),
            head: last.map_or(HISTORY_START, HistoryEntry::hash),
        }
    }

    pub fn shown(&self) -> PrepaidState {
        PrepaidState {
            certificate: self.certificate.clone(),
            checkpoint: self.checkpoint_in.clone(),
            state: self.state(),
        }
    }

    fn write(&mut self, at: Timestamp, transaction: TransactionId, under: &Under, amount: u64) {
        let state = self.state();
        self.history.push(HistoryEntry {
            sequence: state.sequence + 1,
            previous: state.head,
            transaction,
            payee: under.destination.clone(),
            payer: under.source.clone(),
            amount,
            balance: self.amount,
            at,
            evidence: Vec::new(),
        });
    }

    /// Sets aside what goes out.
    pub fn set_aside(
        &mut self,
        at: Timestamp,
        transaction: TransactionId,
        ends: (&Endpoint, &Endpoint),
        out: u64,
    ) {
        let under = Under {
            out,
            within: 0,
            source: ends.0.clone(),
            destination: ends.1.clone(),
        };
        self.amount -= out;
        self.write(at, transaction, &under, out);
        self.under.insert(transaction, under);
    }

    /// Adds what another purse pays, with what that one signed.
    pub fn take_from_purse(
        &mut self,
        at: Timestamp,
        transaction: TransactionId,
        (payer, payee): (Endpoint, Endpoint),
        (minor, evidence): (u64, Vec<u8>),
    ) {
        let under = Under {
            out: 0,
            within: 0,
            source: payer,
            destination: payee,
        };
        self.amount += minor;
        self.write(at, transaction, &under, minor);
        self.history.last_mut().unwrap().evidence = evidence;
    }

    /// The payee has the payment, and signed so.
    pub fn settle(&mut self, transaction: TransactionId, evidence: Vec<u8>) {
        if self.under.remove(&transaction).is_some() {
            let mut entries = self.history.iter_mut().rev();
            let entry = entries.find(|entry| entry.transaction == transaction);
            entry.unwrap().evidence = evidence;
        }
    }

    /// Whether a movement of this number has not ended.
    pub fn waits_for(&self, transaction: TransactionId) -> bool {
        self.under.contains_key(&transaction)
    }

    fn draw(&mut self) -> TransactionId {
        self.next += 1;
        let mut bytes = [self.next; 32];
        bytes[..16].copy_from_slice(&self.number.0);
        TransactionId(bytes)
    }

    /// A request of this purse; what goes out of it is set aside.
    pub fn request(
        &mut self,
        world: &World,
        source: Endpoint,
        destination: Endpoint,
        minor: u64,
    ) -> MovementRequest {
        let transaction = self.draw();
        let is_own = |end: &Endpoint| *end == self.end();
        if is_own(&source) && minor <= self.amount {
            self.set_aside(world.now(), transaction, (&source, &destination), minor);
        } else {
            let under = Under {
                out: 0,
                within: 0,
                source: source.clone(),
                destination: destination.clone(),
            };
            self.under.insert(transaction, under);
        }
        MovementRequest {
            bank: domain(BANK),
            purse: self.number,
            transaction,
            source,
            destination,
            amount: yen(minor),
            state: self.state(),
            at: world.now(),
            prepaid: None,
        }
    }

    /// Says something to the bank in the holder's sealed conversation.
    pub fn say(
        &self,
        world: &World,
        holder: &mut Holder,
        path: &str,
        said: &[u8],
    ) -> Result<Vec<u8>, String> {
        say(world, holder, path, said)
    }

    /// Asks for a movement.
    pub fn ask(
        &self,
        world: &World,
        holder: &mut Holder,
        request: &MovementRequest,
    ) -> Result<Answer, String> {
        let said = self.key.sign(request);
        let answer = self.say(world, holder, "/v1/movements", &said)?;
        Ok(match keyed::open::<MovementOffer>(&answer, &self.bank) {
            Ok(offer) => Answer::Offer(offer),
            Err(_) => Answer::Verdict(keyed::open(&answer, &self.bank).unwrap()),
        })
    }

    /// What the card does when the holder says yes.
    pub fn accept(&mut self, offer: &MovementOffer) {
        let into = offer.destination == self.end();
        let under = self.under.get_mut(&offer.transaction).unwrap();
        if into {
            under.within = offer.amount.minor;
        }
    }

    pub fn reply(&self, world: &World, transaction: TransactionId, accepted: bool) -> Vec<u8> {
        let reply = MovementReply {
            purse: self.number,
            transaction,
            accepted,
            state: self.state(),
            at: world.now(),
        };
        self.key.sign(&reply)
    }

    /// Sends a reply, and takes the verdict.
    pub fn send_reply(
        &mut self,
        world: &World,
        holder: &mut Holder,
        transaction: TransactionId,
        accepted: bool,
    ) -> MovementVerdict {
        let said = self.reply(world, transaction, accepted);
        let answer = self.say(world, holder, "/v1/replies", &said).unwrap();
        let verdict: MovementVerdict = keyed::open(&answer, &self.bank).unwrap();
        self.take(world, &verdict);
        verdict
    }

    /// Takes a verdict: the amounts move, once.
    pub fn take(&mut self, world: &World, verdict: &MovementVerdict) {
        let Some(under) = self.under.remove(&verdict.transaction) else {
            return;
        };
        match verdict.outcome {
            MovementOutcome::Completed if under.destination == self.end() => {
                let into = under.within;
                self.amount += into;
                self.write(world.now(), verdict.transaction, &under, into);
            }
            MovementOutcome::NotCompleted if under.out > 0 => {
                self.amount += under.out;
                self.write(world.now(), verdict.transaction, &under, under.out);
            }
            _ => {}
        }
        self.take_checkpoint(&verdict.checkpoint);
    }

    fn take_checkpoint(&mut self, checkpoint: &Checkpoint) {
        if checkpoint.purse == self.number && checkpoint.number > self.checkpoint.number {
            self.checkpoint = checkpoint.clone();
        }
    }

    /// Everything in a row: asked, offered, accepted, done.
    pub fn moves(
        &mut self,
        world: &World,
        holder: &mut Holder,
        ends: (Endpoint, Endpoint),
        minor: u64,
    ) -> Result<MovementVerdict, String> {
        world.run_for(1_000);
        let request = self.request(world, ends.0, ends.1, minor);
        let offer = self.ask(world, holder, &request)?.offer();
        self.accept(&offer);
        Ok(self.send_reply(world, holder, offer.transaction, true))
    }

    /// Loads the purse from the holder's account.
    pub fn load(&mut self, world: &World, holder: &mut Holder, minor: u64) {
        let ends = (account(holder), self.end());
        let verdict = self.moves(world, holder, ends, minor).unwrap();
        assert_eq!(verdict.outcome, MovementOutcome::Completed);
    }

    /// What the purse reports now.
    pub fn report(&self, world: &World) -> PurseReport {
        let through = self.checkpoint.through;
        let entries = self.history.iter();
        let entries = entries.filter(|entry| entry.sequence > through);
        let entries = entries.take(ENTRIES_MAX);
        PurseReport {
            bank: domain(BANK),
            purse: self.number,
            state: self.state(),
            pending: self.under.keys().copied().collect(),
            after: through,
            entries: entries.cloned().collect(),
            at: world.now(),
            prepaid: None,
        }
    }

    /// The card with what it has under way, as its agent shows it.
    pub fn shown_pending(&self) -> PrepaidPending {
        PrepaidPending {
            state: self.shown(),
            pending: self.under.keys().copied().collect(),
        }
    }

    /// Sends a report as it is.
    pub fn send(
        &self,
        world: &World,
        holder: &mut Holder,
        report: &PurseReport,
    ) -> Result<PurseReportAnswer, String> {
        let said = self.key.sign(report);
        let answer = self.say(world, holder, "/v1/reports", &said)?;
        Ok(decode(&answer).unwrap())
    }

    /// Reports, and takes what the bank says.
    pub fn synchronise(&mut self, world: &World, holder: &mut Holder) -> Synchronised {
        world.run_for(1_000);
        let answer = self.send(world, holder, &self.report(world)).unwrap();
        self.hears(world, &answer)
    }

    /// Takes what the bank says to a report.
    pub fn hears(&mut self, world: &World, answer: &PurseReportAnswer) -> Synchronised {
        let mut outcomes = Vec::new();
        for verdict in &answer.verdicts {
            let verdict: MovementVerdict = keyed::open(verdict, &self.bank).unwrap();
            self.take(world, &verdict);
            outcomes.push(verdict.outcome);
        }
        let notice: CheckpointNotice = keyed::open(&answer.notice, &self.bank).unwrap();
        self.take_checkpoint(&notice.checkpoint);
        if notice.forces {
            assert!(self.under.is_empty());
            self.amount = notice.checkpoint.purse_amount;
        }
        Synchronised {
            answer: answer.clone(),
            notice,
            outcomes,
        }
    }

    /// A wish to pay an order from this purse.
    pub fn pays(&self, world: &World, holder: &Holder, minor: u64) -> Wish {
        let mut wish = holder.wish();
        wish.payment = Some(Payment::Purse(PurseDetails { purse: self.number }));
        wish.details = HolderDetails {
            name: holder.card.holder_name.clone(),
            telephone: holder.card.telephone.clone(),
            address: None,
        };
        let (card, now) = (self.clone(), world.now());
        wish.signed_payment = Some(Box::new(move |root| card.clone().payment(now, root, minor)));
        wish
    }

    /// Signs that an order may be charged.
    pub fn payment(&mut self, at: Timestamp, root: Root, minor: u64) -> Vec<u8> {
        let shop = Endpoint::Shop(domain(SHOP));
        let transaction = TransactionId(root.0);
        self.set_aside(at, transaction, (&self.end(), &shop), minor);
        let payment = PursePayment {
            bank: domain(BANK),
            purse: self.number,
            root,
            shop: domain(SHOP),
            amount: yen(minor),
            state: self.state(),
            at,
        };
        self.key.sign(&payment)
    }
}

/// What came of a report.
pub struct Synchronised {
    pub answer: PurseReportAnswer,
    pub notice: CheckpointNotice,
    pub outcomes: Vec<MovementOutcome>,
}

/// Says something in a holder's sealed conversation with the bank.
pub fn say(world: &World, holder: &mut Holder, path: &str, said: &[u8]) -> Result<Vec<u8>, String> {
    let pair = holder.pair(Role::Issuer, BANK);
    let nonce = holder.nonce();
    let key = holder.key_for(&pair, Purpose::Banking, &nonce);
    let about = (&pair, nonce);
    let ciphertext = seal_said(&mut holder.rng, &key, about, Direction::ToParty, said).unwrap();
    let question = PurseConversation {
        pair: pair.clone(),
        nonce,
        ciphertext,
    };
    let answer = world.post(BANK, path, CBOR, encode(&question));
    if !answer.status().is_success() {
        return Err(problem(&answer));
    }
    let sealed: PurseConversationAnswer = decode(answer.body()).unwrap();
    let opened = open_said(&key, about, Direction::ToHolder, &sealed.ciphertext).unwrap();
    Ok(opened.to_vec())
}

/// What is on an account of the bank's ledger, over all its objects.
pub fn available(world: &World, name: &str) -> i64 {
    on_ledger(
        world,
        name,
        "credits_posted - debits_posted - debits_pending",
    )
}

/// What is set aside of it.
pub fn set_aside(world: &World, name: &str) -> i64 {
    on_ledger(world, name, "debits_pending")
}

fn on_ledger(world: &World, name: &str, what: &str) -> i64 {
    let sql = format!("SELECT coalesce((SELECT {what} FROM accounts WHERE name = '{name}'), 0)");
    let objects = world.machines.iter();
    let objects = objects.filter(|(own, _)| own.starts_with(BANK));
    objects.map(|(own, _)| world.number(own, &sql)).sum()
}
