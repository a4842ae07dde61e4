//! Every command of a card with non-volatile memory, in the situations that matter.

use alloc::{vec, vec::Vec};

use tallystick_protocol::bank::FeeOption;
use tallystick_protocol::keys::{Purpose, SealedShare, proof::Challenge};
use tallystick_protocol::settlement::card::{ACKNOWLEDGE, DEBIT, READ, TOP_UP};
use tallystick_protocol::settlement::channel::HostOpening;
use tallystick_protocol::test_keys::{TestAuthority, TestRng};
use tallystick_protocol::trust::signature::Algorithm;
use tallystick_protocol::wire::cbor::encode_value;
use tallystick_protocol::wire::identifier::{HolderId, Root};
use tallystick_protocol::wire::money::{Currency, Money};
use zeroize::Zeroizing;

use super::{
    bench::{CHEAP, Centre, NONCE, PIN, PUK, context, domain, pair},
    coupon,
    memory::{Memory, power},
    purse::bank::START,
    purse::holder::{ACCOUNT, PURSE, yen},
    purse::lived::{Said, live},
    settlement,
};
use crate::Applet;
use crate::Header;
use crate::Instruction;
use crate::Page;
use crate::PersistentCard;
use crate::host::coupon as asks;
use crate::host::purse::{self, MovementTerms, OrderToPay, RenewalTerms};
use crate::host::{self, CardError};

const CENTRE: &str = "keys.localhost";
/// Room for a card with a few keys and a share, twice.
pub(super) const PAGES: usize = 256;

type Apdu = Zeroizing<Vec<u8>>;

/// A command in a card's life.
#[derive(Clone)]
pub(super) struct Scenario {
    pub(super) name: &'static str,
    /// What comes before it since the power came.
    pub(super) session: Vec<Apdu>,
    pub(super) command: Apdu,
    pub(super) status: u16,
    /// Whether it presents the PIN or the PUK.
    pub(super) takes_a_try: bool,
    pub(super) changes: bool,
}

impl Scenario {
    pub(super) fn instruction(&self) -> Instruction {
        let [cla, ins, p1, p2] = *self.command.first_chunk().unwrap();
        let selected = |apdu: &Apdu| {
            let mut applets = Applet::ALL.into_iter();
            applets.find(|applet| host::select(*applet).as_ref() == Ok(apdu))
        };
        let selected = self.session.iter().rev().find_map(selected);
        Instruction::of(Header { cla, ins, p1, p2 }, selected).unwrap()
    }
}

fn scenario(
    name: &'static str,
    session: &[&Result<Apdu, CardError>],
    command: Result<Apdu, CardError>,
) -> Scenario {
    let session = session.iter().map(|apdu| (*apdu).clone().unwrap());
    Scenario {
        name,
        session: session.collect(),
        command: command.unwrap(),
        status: 0x9000,
        takes_a_try: false,
        changes: true,
    }
}

impl Scenario {
    fn presenting(self, status: u16) -> Self {
        Self {
            status,
            takes_a_try: true,
            ..self
        }
    }

    fn changing_nothing(self) -> Self {
        Self {
            changes: false,
            ..self
        }
    }
}

/// A personalised card in a memory; what `live` makes of it.
fn personalised<T>(
    pages: usize,
    live: impl FnOnce(&mut dyn FnMut(Result<Apdu, CardError>) -> Apdu) -> T,
) -> (Vec<Page>, T) {
    let memory = Memory::erased(pages);
    let mut rng = TestRng::new(3);
    let card = PersistentCard::format(memory.clone()).unwrap();
    let mut card = card.costing(CHEAP);
    let mut ok = |apdu: Result<Apdu, CardError>| {
        let response = card.transmit(&apdu.unwrap(), &mut rng);
        host::done(&response).unwrap();
        response
    };
    ok(host::select(Applet::Identity));
    ok(host::change_pin(host::FACTORY_PIN, PIN));
    ok(host::change_puk(host::FACTORY_PUK, PUK));
    let lived = live(&mut ok);
    (memory.pages(), lived)
}

/// A memory with a personalised card with keys, certificate, slots and a share; and the share of another
/// epoch, to be put.
pub(super) fn lived_in() -> (Vec<Page>, [u8; 32], SealedShare) {
    let (pages, (public, next)) = personalised(PAGES, |ok| {
        ok(host::generate_signing_key(0));
        ok(host::put_certificate(&[0x30; 300]));
        ok(host::generate_signing_key(3));
        ok(host::select(Applet::Keys));
        let public = host::enrolment_public_key(&ok(host::generate_enrolment_key(0))).unwrap();
        ok(host::generate_enrolment_key(3));
        let mut centre = Centre::new(CENTRE);
        let share = centre.sealed(&public, &context(1, &[CENTRE]));
        ok(host::put_share(0, &share));
        (public, centre.sealed(&public, &context(2, &[CENTRE])))
    });
    (pages, public, next)
}

/// A memory with a personalised card with purses, and what their bank has said since.
pub(super) fn with_purses() -> (Vec<Page>, Said) {
    personalised(PAGES, |ok| {
        ok(host::select(Applet::Keys));
        let public = host::enrolment_public_key(&ok(host::generate_enrolment_key(0))).unwrap();
        ok(host::select(Applet::Identity));
        ok(host::verify_pin(PIN));
        ok(host::select(Applet::Purse));
        live(ok, &public)
    })
}

/// A memory with a personalised card with coupons, and what comes next.
pub(super) fn with_coupons() -> (Vec<Page>, coupon::lived::Said) {
    personalised(2 * PAGES, |ok| coupon::lived::live(ok))
}

/// A memory with a contactless card on which are 500.
pub(super) fn with_contactless_card() -> Vec<Page> {
    let made = personalised(PAGES, |ok| {
        ok(host::verify_pin(PIN));
        settlement::world::live(&mut *ok);
        settlement::world::charge(ok);
    });
    made.0
}

/// A memory with a card that is prepared to be a contactless one, and what its security server has signed.
pub(super) fn with_prepared_card() -> (Vec<Page>, Vec<u8>) {
    personalised(PAGES, |ok| {
        let mut authority = TestAuthority::new(START);
        ok(host::verify_pin(PIN));
        ok(host::select(Applet::Purse));
        ok(purse::put_roots(&[authority.root.as_der().to_vec()]));
        ok(host::select(Applet::Settlement));
        let key = ok(host::settlement::prepare());
        let key = host::settlement::prepared(&key).unwrap();
        let said = settlement::world::personalisation(key);
        settlement::world::signed(&mut authority, &said)
    })
}

pub(super) fn scenarios(public: &[u8; 32], share: &SealedShare) -> Vec<Scenario> {
    let (identity, keys) = (host::select(Applet::Identity), host::select(Applet::Keys));
    let verify = host::verify_pin(PIN);
    let pair = pair(HolderId::of_enrolment_key(public), &context(1, &[CENTRE]));
    let replace = Ok(Zeroizing::new(vec![0x80, 0x10, 0, 1, 0]));
    let wrong = host::verify_pin("000000");
    let challenge = Challenge::new(&mut TestRng::new(5), public).unwrap();
    vec![
        scenario("select", &[], host::select(Applet::Keys)).changing_nothing(),
        scenario("right PIN", &[&identity], host::verify_pin(PIN))
            .presenting(0x9000)
            .changing_nothing(),
        scenario(
            "right PIN after a wrong one",
            &[&identity, &wrong],
            host::verify_pin(PIN),
        )
        .presenting(0x9000),
        scenario("wrong PIN", &[&identity], host::verify_pin("000000")).presenting(0x63c2),
        scenario(
            "last wrong PIN",
            &[&identity, &wrong, &wrong],
            host::verify_pin("000000"),
        )
        .presenting(0x6983),
        scenario("PIN changed", &[&identity], host::change_pin(PIN, "135790")).presenting(0x9000),
        scenario(
            "PIN not changed",
            &[&identity],
            host::change_pin("000000", "135790"),
        )
        .presenting(0x63c2),
        scenario(
            "PUK changed",
            &[&identity],
            host::change_puk(PUK, b"NEWPUK99"),
        )
        .presenting(0x9000),
        scenario(
            "PUK replaced with the PIN",
            &[&identity, &verify],
            host::new_puk(b"NEWPUK99"),
        ),
        scenario(
            "PIN unblocked",
            &[&identity, &wrong, &wrong, &wrong],
            host::reset_pin(PUK, "135790"),
        )
        .presenting(0x9000),
        scenario(
            "wrong PUK",
            &[&identity],
            host::reset_pin(b"00000000", "135790"),
        )
        .presenting(0x63c2),
        scenario("a new key", &[&identity], host::generate_signing_key(5)),
        scenario(
            "a key replaced",
            &[&identity, &verify],
            host::generate_signing_key(0),
        ),
        scenario(
            "signature",
            &[&identity, &verify],
            host::sign_block(0, &[1; 256]),
        )
        .changing_nothing(),
        scenario(
            "a key deleted",
            &[&identity, &verify],
            host::delete_signing_key(3),
        ),
        scenario("certificate read", &[&identity], host::get_certificate()).changing_nothing(),
        scenario(
            "certificate replaced",
            &[&identity, &verify],
            host::put_certificate(&[0x31; 900]),
        ),
        scenario(
            "a card prepared",
            &[&host::select(Applet::Settlement)],
            host::settlement::prepare(),
        ),
        scenario("a slot taken", &[&keys], host::generate_enrolment_key(9)),
        scenario("a slot replaced", &[&identity, &verify, &keys], replace),
        scenario("a share", &[&keys], host::put_share(0, share)),
        scenario(
            "a derived key",
            &[&identity, &verify, &keys],
            host::derive(0, &pair, Purpose::OrderPart, &NONCE),
        )
        .changing_nothing(),
        scenario("status", &[&keys], host::status(0)).changing_nothing(),
        scenario("list", &[&keys], host::list_slots()).changing_nothing(),
        scenario("proof", &[&keys], host::prove(0, challenge.as_bytes())).changing_nothing(),
        scenario(
            "a slot deleted",
            &[&identity, &verify, &keys],
            host::delete_slot(0),
        ),
    ]
}

/// As [`scenarios`], of [`with_purses`].
pub(super) fn purse_scenarios(said: &Said) -> Vec<Scenario> {
    let (identity, applet) = (host::select(Applet::Identity), host::select(Applet::Purse));
    let verify = host::verify_pin(PIN);
    let bearer = [&applet];
    let holder = [&identity, &verify, &applet];
    let es256 = Algorithm::Es256;
    let terms = MovementTerms {
        source: PURSE,
        destination: ACCOUNT,
        amount: yen(100),
        at: START,
        prepaid: None,
        transaction: None,
    };
    let order = OrderToPay {
        root: Root([1; 32]),
        shop: domain("tea.localhost"),
        amount: yen(100),
        at: START,
    };
    let renewal = RenewalTerms {
        fee: FeeOption::Account,
        at: START,
        amount: Money::new(300, Currency::Jpy),
    };
    let roots = [said.root.clone()];
    let answer = purse::answer_offer(0, false, &said.offer, START);
    let verdict = purse::take_verdict(0, &said.verdict, START);
    let notice = purse::take_notice(0, &said.notice, START);
    let bank = purse::put_bank(&said.other_bank, START);
    let nothing = Scenario::changing_nothing;
    vec![
        scenario("a purse key", &bearer, purse::make_key(5, es256)),
        nothing(scenario("the same", &bearer, purse::make_key(1, es256))),
        scenario("a sealed key", &holder, purse::put_key(6, 0, &said.secret)),
        nothing(scenario("roots", &holder, purse::put_roots(&roots))),
        scenario("a bank", &bearer, bank),
        scenario("a key replaced", &bearer, purse::open(0, &said.renewal)),
        nothing(scenario("S6", &holder, purse::renew(0, &renewal))),
        scenario("a movement", &holder, purse::request(0, &terms)),
        scenario("an offer refused", &holder, answer),
        scenario("a verdict", &bearer, verdict),
        scenario("an order paid", &holder, purse::pay(0, &order)),
        nothing(scenario("a report", &holder, purse::report(0, None, START))),
        scenario("a checkpoint", &bearer, notice),
        nothing(scenario("purse read", &bearer, purse::read_purse(0))),
        nothing(scenario("purses", &bearer, purse::list_purses())),
        scenario("history emptied", &holder, purse::clear_history(0)),
        scenario("a purse key deleted", &holder, purse::close(1)),
    ]
}

/// As [`scenarios`], of [`with_coupons`].
pub(super) fn coupon_scenarios(said: &coupon::lived::Said) -> Vec<Scenario> {
    let applet = host::select(Applet::Coupon);
    let verify = asks::verify_pin_block(PIN);
    let given = asks::present_password(coupon::world::PASSWORD);
    let wrong = asks::present_password("not this one");
    let bearer = [&applet];
    let holder = [&applet, &verify];
    let opened = [&applet, &verify, &given];
    let office = asks::put_office(&said.other_office, START);
    let transfer = coupon::world::handing(0, &said.transfer);
    let again = coupon::world::handing(1, &said.given);
    let answer = asks::hear_answer(1, &said.answer, START);
    let nothing = Scenario::changing_nothing;
    let trying = Scenario::presenting;
    let block = asks::verify_pin_block(PIN);
    let bad_block = asks::verify_pin_block("000000");
    vec![
        scenario("an office", &bearer, office),
        scenario("a coupon", &bearer, asks::store(&said.coupon, START)),
        scenario("a newer owner", &bearer, asks::store(&said.newer, START)),
        nothing(scenario("coupons", &bearer, asks::list())),
        nothing(scenario("coupon read", &bearer, asks::read(0))),
        scenario("a coupon removed", &holder, asks::remove(0)),
        scenario("a coupon given away", &holder, transfer),
        nothing(scenario("the same again", &bearer, again)),
        scenario("an answer", &bearer, answer),
        scenario("a coupon locked", &bearer, asks::lock(0)),
        scenario("a coupon unlocked", &opened, asks::unlock(2)),
        scenario("a password", &opened, asks::set_password("another one 9")),
        nothing(trying(
            scenario("the password", &bearer, given.clone()),
            0x9000,
        )),
        trying(scenario("a wrong password", &bearer, wrong.clone()), 0x63c4),
        trying(
            scenario("after a wrong one", &[&applet, &wrong], given.clone()),
            0x9000,
        ),
        nothing(trying(scenario("a PIN block", &bearer, block), 0x9000)),
        trying(scenario("a wrong block", &bearer, bad_block), 0x63c2),
    ]
}

/// As [`scenarios`], of [`with_prepared_card`].
pub(super) fn prepared_scenarios(said: &[u8]) -> Vec<Scenario> {
    let (identity, verify) = (host::select(Applet::Identity), host::verify_pin(PIN));
    let applet = host::select(Applet::Settlement);
    let given = host::settlement::personalise(said, START);
    vec![
        scenario("a card personalised", &[&applet], given),
        scenario(
            "a card forgotten",
            &[&identity, &verify, &applet],
            host::settlement::forget(),
        ),
    ]
}

/// As [`scenarios`], of [`with_contactless_card`]: what is said in a channel is made for the random numbers that the card will
/// have drawn.
pub(super) fn settlement_scenarios(pages: &[Page], seed: u64) -> Vec<Scenario> {
    let applet = host::select(Applet::Settlement).unwrap();
    let opening = HostOpening::begin(0, &[7; 16]).unwrap();
    let update = Zeroizing::new(opening.initialize_update().unwrap());
    let mut card = power(&Memory::with(pages.to_vec()));
    let mut rng = TestRng::new(seed);
    card.transmit(&applet, &mut rng);
    let answer = opening.read(&card.transmit(&update, &mut rng)).unwrap();
    let keys = settlement::world::keys();
    let (command, channel) = opening.authenticate(&answer, &keys).unwrap();
    let (applet, update) = (Ok(applet), Ok(update));
    let authenticate = Ok(Zeroizing::new(command));
    let open = [&applet, &update, &authenticate];
    let said = |header, data: &[u8]| {
        let command = channel.clone().wrap(header, data).unwrap();
        Ok(Zeroizing::new(command))
    };
    let order = encode_value(&settlement::world::order(1, 100, 1));
    let nothing = Scenario::changing_nothing;
    vec![
        nothing(scenario("whose card", &[&applet], host::settlement::show())),
        nothing(scenario("a tap", &[&applet], update.clone())),
        nothing(scenario("a channel", &open[..2], authenticate.clone())),
        nothing(scenario("a balance", &open, said(READ, &[]))),
        scenario("a debit", &open, said(DEBIT, &order)),
        scenario("a top-up", &open, said(TOP_UP, &order)),
        scenario("acknowledged", &open, said(ACKNOWLEDGE, &[1])),
    ]
}
