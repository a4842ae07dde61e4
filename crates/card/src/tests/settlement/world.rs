//! A holder with a contactless card, and a security server that has its keys.

use alloc::vec::Vec;

use tallystick_protocol::settlement::card::{
    Alias, CardAnswer, CardIdentifier, CardLabel, CardOrder, CardPersonalisation, CardReport,
    DEBIT, READ, TOP_UP, VALUE_BYTES_MAX,
};
use tallystick_protocol::settlement::channel::{
    CardKeys, ChannelError, HostChannel, HostOpening, MasterKey, Mode,
};
use tallystick_protocol::test_keys::{TestAuthority, TestRng, test_statement};
use tallystick_protocol::trust::statement::{Audience, Envelope};
use tallystick_protocol::wire::cbor::{decode_value, encode_value};
use tallystick_protocol::wire::identifier::Role;
use tallystick_protocol::wire::money::Currency;
use tallystick_protocol::wire::time::Timestamp;
use zeroize::Zeroizing;

use crate::Applet;
use crate::Card;
use crate::host::{self, CardError, purse, settlement};
use crate::tests::bench::{Bench, CHEAP, domain};
use crate::tests::purse::bank::START;

pub(in crate::tests) type Apdu = Result<Zeroizing<Vec<u8>>, CardError>;

pub(in crate::tests) const SERVER: &str = "kazaguruma-security.localhost";
pub(in crate::tests) const ALIAS: Alias = Alias(*b"alias-0001");
pub(in crate::tests) const IDENTIFIER: CardIdentifier = CardIdentifier(*b"card-001");
pub(in crate::tests) const MODES: [Mode; 2] = [Mode::S8, Mode::S16];
/// The test key of the server.
pub(in crate::tests) const SERVER_KEY: usize = 3;

/// The card's keys, as the server derives them.
pub(in crate::tests) fn keys() -> CardKeys {
    MasterKey::new(Zeroizing::new([5; 16])).card(&ALIAS)
}

pub(in crate::tests) const fn label() -> CardLabel {
    CardLabel {
        alias: ALIAS,
        identifier: IDENTIFIER,
        currency: Currency::Jpy,
        key_version: 1,
    }
}

/// Keys for the card that made that key, not signed yet.
pub(in crate::tests) fn personalisation(recipient: [u8; 32]) -> CardPersonalisation {
    let envelope = Envelope::new(domain(SERVER), Audience::Anyone, [1; 32], START, 600);
    let rng = &mut TestRng::new(8);
    CardPersonalisation::new(rng, envelope, recipient, label(), &keys()).unwrap()
}

/// The same, signed by the server.
pub(in crate::tests) fn signed(
    authority: &mut TestAuthority,
    said: &CardPersonalisation,
) -> Vec<u8> {
    let role = Role::SecurityServer;
    let leaf = authority.party(role, SERVER, "Kazaguruma Pay security", SERVER_KEY);
    test_statement(said, &leaf, SERVER_KEY)
}

/// Makes a personalised card of one, the PIN being verified.
pub(in crate::tests) fn live(mut ok: impl FnMut(Apdu) -> Zeroizing<Vec<u8>>) {
    let mut authority = TestAuthority::new(START);
    ok(host::select(Applet::Purse));
    ok(purse::put_roots(&[authority.root.as_der().to_vec()]));
    ok(host::select(Applet::Settlement));
    let key = settlement::prepared(&ok(settlement::prepare())).unwrap();
    let said = signed(&mut authority, &personalisation(key));
    ok(settlement::personalise(&said, START));
}

pub(in crate::tests) struct World {
    pub(in crate::tests) bench: Bench,
    /// The server's challenges.
    challenges: u64,
}

/// What the server knows of an open channel.
pub(in crate::tests) struct Channel(pub(in crate::tests) HostChannel);

impl World {
    /// A card with roots, the PIN verified, the settlement applet selected.
    pub(in crate::tests) fn blank() -> Self {
        let mut bench = Bench::personalised();
        bench.verify();
        bench.select(Applet::Purse);
        let root = TestAuthority::new(START).root;
        bench.ok(purse::put_roots(&[root.as_der().to_vec()]));
        bench.select(Applet::Settlement);
        let challenges = 0;
        Self { bench, challenges }
    }

    /// A personalised card that was just held to a reader.
    pub(in crate::tests) fn new() -> Self {
        let mut bench = Bench::personalised();
        bench.verify();
        live(|apdu| {
            let response = bench.send(apdu);
            host::done(&response.bytes).unwrap();
            response.bytes
        });
        let challenges = 0;
        let mut world = Self { bench, challenges };
        world.power_goes();
        world
    }

    /// With that on it, by one transaction.
    pub(in crate::tests) fn holding(amount: u64) -> Self {
        let mut world = Self::new();
        let mut channel = world.open(Mode::S16);
        let answer = world.top_up(&mut channel, order(9, amount, 0));
        assert!(matches!(answer, CardAnswer::Done(_)));
        world.power_goes();
        world
    }

    /// The power goes and comes back.
    pub(in crate::tests) fn power_goes(&mut self) {
        let kept = self.bench.card.state();
        self.bench.card = Card::restore(&kept).unwrap().costing(CHEAP);
        self.bench.select(Applet::Settlement);
    }

    pub(in crate::tests) fn tried(&mut self, apdu: Apdu) -> Result<Vec<u8>, CardError> {
        let response = self.relay(&apdu.unwrap());
        host::data(&response).map(<[u8]>::to_vec)
    }

    /// Gives a command to the card as it came; the response.
    pub(in crate::tests) fn relay(&mut self, apdu: &[u8]) -> Vec<u8> {
        let before = self.bench.card.state();
        let response = self.bench.raw(apdu);
        let changed = *self.bench.card.state() != *before;
        assert_eq!(response.changed, changed, "it says what it changes");
        let is_done = host::done(&response.bytes).is_ok();
        assert!(is_done || !changed, "a refusal changes nothing");
        response.bytes.to_vec()
    }

    /// A fresh challenge of the server.
    pub(in crate::tests) fn opening(&mut self, mode: Mode) -> HostOpening {
        self.challenges += 1;
        let challenge = [self.challenges.to_be_bytes(); 2];
        HostOpening::begin(0, &challenge.as_flattened()[..mode.bytes()]).unwrap()
    }

    /// Both have seen INITIALIZE UPDATE; EXTERNAL AUTHENTICATE is the server's to send.
    pub(in crate::tests) fn begun(&mut self, mode: Mode) -> (Vec<u8>, HostChannel) {
        let opening = self.opening(mode);
        let response = self.relay(&opening.initialize_update().unwrap());
        let update = opening.read(&response).unwrap();
        assert_eq!((update.alias, update.key_version), (ALIAS, 1));
        opening.authenticate(&update, &keys()).unwrap()
    }

    pub(in crate::tests) fn open(&mut self, mode: Mode) -> Channel {
        let (command, mut channel) = self.begun(mode);
        let response = self.relay(&command);
        channel.unwrap(&response).unwrap();
        Channel(channel)
    }

    /// Asks in the channel; what is in the response.
    pub(in crate::tests) fn ask(
        &mut self,
        channel: &mut Channel,
        header: [u8; 4],
        data: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, ChannelError> {
        let command = channel.0.wrap(header, data).unwrap();
        let response = self.relay(&command);
        channel.0.unwrap(&response)
    }

    pub(in crate::tests) fn read(&mut self, channel: &mut Channel) -> CardReport {
        let report = self.ask(channel, READ, &[]).unwrap();
        decode_value(&report, VALUE_BYTES_MAX).unwrap()
    }

    pub(in crate::tests) fn debit(
        &mut self,
        channel: &mut Channel,
        order: CardOrder,
    ) -> CardAnswer {
        let answer = self.ask(channel, DEBIT, &encode_value(&order)).unwrap();
        decode_value(&answer, VALUE_BYTES_MAX).unwrap()
    }

    pub(in crate::tests) fn top_up(
        &mut self,
        channel: &mut Channel,
        order: CardOrder,
    ) -> CardAnswer {
        let answer = self.ask(channel, TOP_UP, &encode_value(&order)).unwrap();
        decode_value(&answer, VALUE_BYTES_MAX).unwrap()
    }

    /// What the card is, by another tap.
    pub(in crate::tests) fn reread(&mut self) -> CardReport {
        self.power_goes();
        let mut channel = self.open(Mode::S16);
        self.read(&mut channel)
    }
}

/// An order for something of that number.
pub(in crate::tests) const fn order(digest: u8, amount: u64, after: u32) -> CardOrder {
    CardOrder {
        digest: [digest; 32],
        amount,
        after,
    }
}

/// Puts 500 on the card that [`live`] made.
pub(in crate::tests) fn charge(mut ok: impl FnMut(Apdu) -> Zeroizing<Vec<u8>>) {
    let mut send = |apdu: Vec<u8>| ok(Ok(Zeroizing::new(apdu)));
    let opening = HostOpening::begin(0, &[1; 16]).unwrap();
    let response = send(opening.initialize_update().unwrap());
    let update = opening.read(&response).unwrap();
    let (command, mut channel) = opening.authenticate(&update, &keys()).unwrap();
    channel.unwrap(&send(command)).unwrap();
    let order = encode_value(&order(9, 500, 0));
    let command = channel.wrap(TOP_UP, &order).unwrap();
    channel.unwrap(&send(command)).unwrap();
}

/// When a test's card is personalised.
pub(in crate::tests) const AT: Timestamp = START;
