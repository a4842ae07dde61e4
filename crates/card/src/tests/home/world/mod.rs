//! Two cards, and what is between them.

mod hand;
mod lending;
mod opening;
mod order;
mod shop;
mod shopping;

use alloc::vec::Vec;

use tallystick_protocol::home::calls::{HomeCall, HomeCallKind, HomeReply};
use tallystick_protocol::home::records::RecordKeys;
use tallystick_protocol::home::{HomeRefusal, PublicKeys};
use tallystick_protocol::keys::{Centres, Epoch, KeyContext, Space};
use tallystick_protocol::test_keys::{TestAuthority, TestRng};
use tallystick_protocol::wire::identifier::{HolderId, Role, TerminalId};
use tallystick_protocol::wire::time::Timestamp;
use zeroize::Zeroizing;

pub(in crate::tests::home) use self::hand::Hand;
pub(in crate::tests::home) use self::order::{proof, proof_saying};
pub(in crate::tests::home) use self::shop::Shop;
use crate::Applet;
use crate::host::home::{self, access, calls, lending as asks};
use crate::host::{self, CardError, purse};
use crate::tests::bench::{Bench, Centre, domain};

pub(in crate::tests::home) const NOW: Timestamp = Timestamp(1_800_000_000);
pub(in crate::tests) const FIRST: &str = "heron over rice";
pub(in crate::tests) const SECOND: &str = "nine lanterns lit";
pub(in crate::tests::home) const PROXY: &str = "hearth.localhost";
pub(in crate::tests::home) const SHOP: &str = "tea.localhost";
pub(in crate::tests::home) const OTHER_SHOP: &str = "lamps.localhost";
const CENTRE: &str = "keys.localhost";

pub(in crate::tests::home) type Apdu = Result<Zeroizing<Vec<u8>>, CardError>;
/// What came of something that a home may refuse.
pub(in crate::tests::home) type Said<T> = Result<T, HomeRefusal>;

/// All of them.
#[derive(Clone)]
pub(in crate::tests::home) struct World {
    pub(in crate::tests::home) home: Hand,
    pub(in crate::tests::home) away: Hand,
    pub(in crate::tests::home) rng: TestRng,
    pub(in crate::tests::home) keys: PublicKeys,
    pub(in crate::tests::home) terminal: TerminalId,
    pub(in crate::tests::home) holder: HolderId,
    /// The holder's certificate.
    pub(in crate::tests::home) certificate: Vec<u8>,
    pub(in crate::tests::home) contexts: Vec<KeyContext>,
    /// The session with the terminal, as the proxy has it.
    pub(in crate::tests::home) records: Option<RecordKeys>,
    /// Calls that the proxy has made.
    pub(in crate::tests::home) calls: Vec<HomeCall>,
    pub(in crate::tests::home) shop: Shop,
    pub(in crate::tests::home) at: Timestamp,
}

fn contexts() -> Vec<KeyContext> {
    let of = |role| KeyContext {
        space: Space { role, index: 0 },
        epoch: Epoch(1),
        centres: Centres::new([domain(CENTRE)]).unwrap(),
    };
    [Role::Shop, Role::Issuer, Role::Courier].map(of).to_vec()
}

impl World {
    /// Set up: roots in both cards, an account in the one at home, and the terminal enrolled there.
    pub(in crate::tests::home) fn new() -> Self {
        let mut authority = TestAuthority::new(NOW);
        let roots = authority.root.as_der().to_vec();
        let mut home = Bench::personalised();
        let key = home.send(host::generate_signing_key(0)).bytes;
        let key = host::signing_public_key(&key).unwrap();
        let certificate = authority.holder_of("account", &key.to_spki());
        let enrolment = home.enrol(0);
        for context in contexts() {
            let share = Centre::new(CENTRE).sealed(&enrolment, &context);
            home.ok(host::put_share(0, &share));
        }
        let mut away = Bench::personalised();
        for bench in [&mut home, &mut away] {
            bench.verify();
            bench.select(Applet::Purse);
            bench.ok(purse::put_roots(core::slice::from_ref(&roots)));
            bench.select(Applet::Home);
        }
        let keys = home.send(asks::set_up(FIRST, SECOND)).bytes;
        let keys = home::public_keys(&keys).unwrap();
        let terminal = away.send(access::keys()).bytes;
        let terminal = home::public_keys(&terminal).unwrap();
        home.ok(asks::enrol(&terminal, "Laptop"));
        for bench in [&mut home, &mut away] {
            bench.select(Applet::Identity);
            bench.ok(host::forget_pin());
            bench.select(Applet::Home);
        }
        let hand = |bench| Hand {
            bench,
            cuts: false,
            cut: Vec::new(),
        };
        Self {
            home: hand(home),
            away: hand(away),
            rng: TestRng::new(77),
            keys,
            terminal: terminal.terminal(),
            holder: HolderId::of_enrolment_key(&enrolment),
            certificate: certificate.as_der().to_vec(),
            contexts: contexts(),
            records: None,
            calls: Vec::new(),
            shop: Shop {
                domain: domain(SHOP),
                role: Role::Shop,
                certified: domain(SHOP),
                anchors: authority.anchors(),
                answered: None,
                session: None,
            },
            at: NOW,
        }
    }

    pub(in crate::tests::home) fn call(
        &mut self,
        kind: HomeCallKind,
        content: Vec<u8>,
    ) -> HomeReply {
        let call = HomeCall {
            number: self.calls.len() as u64,
            terminal: self.terminal,
            kind,
            content,
        };
        let reply = self.put(&call);
        self.calls.push(call);
        reply
    }

    /// A call that may have been made before.
    pub(in crate::tests::home) fn put(&mut self, call: &HomeCall) -> HomeReply {
        let response = self.home.send(calls::apdu_for(call, self.at));
        let reply = calls::reply_of(call, &response);
        assert_eq!(reply.number, call.number);
        reply
    }

    pub(in crate::tests::home) fn said(reply: HomeReply) -> Said<Vec<u8>> {
        match reply.refusal {
            None => Ok(reply.content),
            Some(refusal) => Err(refusal),
        }
    }
}
