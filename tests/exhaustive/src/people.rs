//! Two holders with an account and a purse at the bank: real cards, opened and loaded by the real bank's own words.

use rsa::RsaPrivateKey;
use tallystick_card::host::{self, purse};
use tallystick_card::{Page, PersistentCard};
use tallystick_protocol::bank::{
    Direction, PurseApplication, PurseConversation, PurseConversationAnswer, PurseKeysCertified,
    PurseOpening, open_said, seal_said,
};
use tallystick_protocol::keys::Purpose;
use tallystick_protocol::purse::{
    CheckpointNotice, Endpoint, MovementOffer, PurseNumber, PurseReportAnswer, key_digest,
};
use tallystick_protocol::test_keys::{TestRng, test_key};
use tallystick_protocol::trust::keyed;
use tallystick_protocol::trust::signature::{Algorithm, sign_pss};
use tallystick_protocol::wire::cbor::{decode, encode};
use tallystick_protocol::wire::identifier::Role;
use tallystick_protocol::wire::money::{Currency, Money};

use crate::authority::{
    authority_envelope, certified_purse, deposit, enrolled_with_key, said_by_authority,
};
use crate::card::personalised;
use crate::holder::{CBOR, COSE, Holder};
use crate::memory::Memory;
use crate::world::{BANK, World, domain, problem, text};

/// What is on each account before anything of it is in the purse.
pub const ON_ACCOUNT: u64 = 10_000;

/// A holder, with the card.
pub struct Person {
    pub holder: Holder,
    pub number: PurseNumber,
    memory: Memory,
    card: PersistentCard<Memory>,
    rng: TestRng,
}

impl Person {
    /// With so much in the purse, all of it known to the bank.
    pub fn new(world: &World, index: usize, inside: u64) -> Self {
        let key: RsaPrivateKey = test_key(index + 4);
        let seed = index as u64 + 1;
        let holder = enrolled_with_key(world, seed, key);
        deposit(world, &holder, ON_ACCOUNT, &format!("person {index}"));
        let (memory, card, rng) = personalised(seed);
        let mut person = Self {
            holder,
            number: PurseNumber([0; 16]),
            memory,
            card,
            rng,
        };
        person.open(world);
        person.load(world, inside);
        person.synchronise(world);
        person
    }

    /// All that its card keeps.
    pub fn pages(&self) -> Vec<Page> {
        self.memory.pages()
    }

    fn does(&mut self, apdu: Result<impl AsRef<[u8]>, host::CardError>) -> Vec<u8> {
        let response = self.card.transmit(apdu.unwrap().as_ref(), &mut self.rng);
        host::data(&response).unwrap().to_vec()
    }

    /// SZ4 to SZ9.
    fn open(&mut self, world: &World) {
        let root = world.anchors.roots()[0].as_der().to_vec();
        self.does(purse::put_roots(&[root]));
        let spki = self.does(purse::make_key(0, Algorithm::Es256));
        let terms = purse::ApplicationTerms {
            bank: domain(BANK),
            account: account(&self.holder),
            holder: self.holder.id,
            at: world.now(),
        };
        let application = self.does(purse::apply(0, &terms));
        let said: PurseApplication = keyed::unverified(&application).unwrap();
        let approved = said.approval_to_be_signed();
        let said = PurseKeysCertified {
            envelope: authority_envelope(world, key_digest(&spki)),
            application,
            approval: sign_pss(&mut self.rng, &self.holder.key, &approved).unwrap(),
            certificate: certified_purse(world, &spki, 365),
        };
        let said = said_by_authority(world, &said);
        let answer = world.post(BANK, "/v1/purse-keys", COSE, said);
        assert!(answer.status().is_success(), "{}", text(&answer));
        let opening: PurseOpening = decode(answer.body()).unwrap();
        self.does(purse::put_bank(&opening.bank_certificate, world.now()));
        let notice: CheckpointNotice = keyed::unverified(&opening.notice).unwrap();
        self.number = notice.checkpoint.purse;
        let given = purse::OpeningGiven {
            certificate: opening.purse_certificate,
            notice: Some(opening.notice),
            at: world.now(),
        };
        self.does(purse::open(0, &given));
    }

    /// Sa1 to Sa17.
    fn load(&mut self, world: &World, minor: u64) {
        let terms = purse::MovementTerms {
            source: Endpoint::Account(account(&self.holder)),
            destination: Endpoint::Purse(self.number),
            amount: Money::new(minor, Currency::Jpy),
            at: world.now(),
            prepaid: None,
            transaction: None,
        };
        let request = self.does(purse::request(0, &terms));
        let offer = say(world, &mut self.holder, "/v1/movements", &request).unwrap();
        let _is_one: MovementOffer = keyed::unverified(&offer).unwrap();
        let reply = self.does(purse::answer_offer(0, true, &offer, world.now()));
        let verdict = say(world, &mut self.holder, "/v1/replies", &reply).unwrap();
        self.does(purse::take_verdict(0, &verdict, world.now()));
    }

    /// Sc1 to Sc4.
    fn synchronise(&mut self, world: &World) {
        world.run_for(1_000);
        let report = self.does(purse::report(0, None, world.now()));
        let answer = say(world, &mut self.holder, "/v1/reports", &report).unwrap();
        let answer: PurseReportAnswer = decode(&answer).unwrap();
        self.does(purse::take_notice(0, &answer.notice, world.now()));
    }
}

/// The number of a holder's account.
fn account(holder: &Holder) -> u64 {
    holder.card.number.as_str().parse().unwrap()
}

/// Opens an answer.
type Open = Box<dyn Fn(&[u8]) -> Vec<u8>>;

/// What a holder says to the bank, sealed, and how its answer is opened.
pub struct Saying {
    pub body: Vec<u8>,
    open: Open,
}

impl Saying {
    /// Seals it in the holder's conversation with the bank.
    pub fn new(holder: &mut Holder, said: &[u8]) -> Self {
        let pair = holder.pair(Role::Issuer, BANK);
        let nonce = holder.nonce();
        let key = holder.key_for(&pair, Purpose::Banking, &nonce);
        let about = (&pair, nonce);
        let sealed = seal_said(&mut holder.rng, &key, about, Direction::ToParty, said).unwrap();
        let question = PurseConversation {
            pair: pair.clone(),
            nonce,
            ciphertext: sealed,
        };
        let open = move |answer: &[u8]| {
            let sealed: PurseConversationAnswer = decode(answer).unwrap();
            let about = (&pair, nonce);
            open_said(&key, about, Direction::ToHolder, &sealed.ciphertext)
                .unwrap()
                .to_vec()
        };
        Self {
            body: encode(&question),
            open: Box::new(open),
        }
    }

    pub fn open(&self, answer: &[u8]) -> Vec<u8> {
        (self.open)(answer)
    }
}

fn say(world: &World, holder: &mut Holder, path: &str, said: &[u8]) -> Result<Vec<u8>, String> {
    let saying = Saying::new(holder, said);
    let answer = world.post(BANK, path, CBOR, saying.body.clone());
    if answer.status().is_success() {
        Ok(saying.open(answer.body()))
    } else {
        Err(problem(&answer))
    }
}
