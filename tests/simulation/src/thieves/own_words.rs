//! What they say in their own name, or make up whole: a terminal of theirs, invented orders, loans without the PIN,
//! registrations, and other people's words about other orders.

use http::Request;
use tallystick_card::Applet;
use tallystick_card::host;
use tallystick_card::host::home;
use tallystick_card::host::home::access::{self, AccessTerms};
use tallystick_card::host::home::lending::{self, LoanTerms, RegistrationTerms, TopUp};
use tallystick_parties::Party as _;
use tallystick_protocol::home::calls::{HomeCall, HomeCallKind};
use tallystick_protocol::home::channel::SignAsk;
use tallystick_protocol::home::records::{RecordKeys, Side};
use tallystick_protocol::home::{AccessAnswer, AccessPurpose, PublicKeys};
use tallystick_protocol::wire::cbor::{decode, encode};
use tallystick_protocol::wire::identifier::TerminalId;
use tallystick_protocol::wire::money::{Currency, Money};
use tallystick_protocol::wire::time::Timestamp;
use zeroize::Zeroizing;

use super::Thieves;
use crate::cast::{HOME_PROXY, domain};
use crate::lending::HomeCard;
use crate::town::Town;

/// What they guess the passwords to be.
const GUESS: &str = "let us in please";

impl Thieves {
    fn at_own_card(&self, apdu: &[u8]) -> Zeroizing<Vec<u8>> {
        self.own_card.execute(&host::select(Applet::Home).unwrap());
        self.own_card.execute(apdu)
    }

    fn own_keys(&self) -> PublicKeys {
        let keys = self.at_own_card(&access::keys().unwrap());
        home::public_keys(&keys).unwrap()
    }

    pub(super) fn own_terminal(&self) -> TerminalId {
        self.own_keys().terminal()
    }

    pub(super) fn home_card(&self, town: &Town) -> Option<HomeCard> {
        HomeCard::read(|apdu| self.execute(town, apdu).unwrap_or_default())
    }

    /// They look at what the card shows to whoever asks.
    pub(super) fn look(&self, town: &Town) {
        self.did("looked at the card");
        self.home_card(town);
    }

    /// A procedure by the rules, from a terminal that nobody enrolled, in whoever's name.
    pub(super) fn come_as_terminal(&self, town: &Town) {
        let Some(keys) = self.home_card(town).and_then(|home| home.view.keys) else {
            return;
        };
        self.did("came with a terminal of their own");
        // The card makes its keys when it is asked for them.
        self.own_keys();
        let terminal = self.some_terminal(town);
        let terms = AccessTerms {
            home: keys.home(),
            proxy: domain(HOME_PROXY),
            purpose: *self.dice.pick(&[AccessPurpose::Open, AccessPurpose::Stop]),
            at: Timestamp(town.scheduler.now_ms() / 1000),
        };
        let request = self.at_own_card(&access::request(&terms).unwrap());
        let kind = match terms.purpose {
            AccessPurpose::Open => HomeCallKind::Access,
            _ => HomeCallKind::Stop,
        };
        let say = |kind, content| {
            let number = 0;
            self.put_to_card(
                town,
                &HomeCall {
                    number,
                    terminal,
                    kind,
                    content,
                },
            );
        };
        let Ok(request) = home::bytes(&request) else {
            return;
        };
        say(kind, request);
        // The nonces that the card gave to another are known to them.
        let answers = self.replies.borrow().clone();
        let nonces = answers.iter().rev();
        let mut nonces = nonces.filter_map(|reply| decode::<AccessAnswer>(&reply.content).ok());
        let Some(nonce) = nonces.next() else {
            return;
        };
        let opening = access::opening(&keys, &nonce, GUESS).unwrap();
        if let Ok(opening) = home::bytes(&self.at_own_card(&opening)) {
            say(HomeCallKind::Open, opening);
        }
    }

    /// A request to sign, whole but for the keys of the channel and the key that the terminal was given. They are
    /// even let have what the terminal asked before.
    pub(super) fn invent_an_order(&self, town: &Town) {
        let holders = town.holders.borrow().clone();
        let asked = holders.iter().flat_map(|holder| holder.device.asked_home());
        let asked: Vec<_> = asked.collect();
        let key = self.drawn(64);
        let (Some(terms), Some((key, secret))) = (asked.last(), key.split_first_chunk()) else {
            return;
        };
        self.did("invented an order");
        let ask = SignAsk {
            key: *key,
            loan: u32::try_from(self.dice.between(1, 5)).unwrap_or(1),
            proof: self.dice.pick(&asked).proof.clone(),
            certificate: terms.certificate.clone(),
            contexts: terms.contexts.clone(),
            nonces: terms.nonces.clone(),
            purse: None,
        };
        let secret: [u8; 32] = secret.try_into().unwrap();
        let mut keys = RecordKeys::new(&secret, key, Side::Initiator);
        let clear = self.dice.chance(200);
        let sealed = keys.seal(&encode(&ask), false).unwrap();
        let call = HomeCall {
            number: 0,
            terminal: self.some_terminal(town),
            kind: HomeCallKind::Sign,
            content: if clear { encode(&ask) } else { sealed },
        };
        self.put_to_card(town, &call);
    }

    /// What wants the PIN, without it.
    pub(super) fn manage_without_pin(&self, town: &Town) {
        let Some(card) = self.home_card(town) else {
            return;
        };
        self.did("managed the card without the PIN");
        let loans = &card.view.loans;
        let apdu = match (self.dice.below(4), loans.last()) {
            (0, _) => lending::set_up(GUESS, "and let us out"),
            (1, _) => lending::enrol(&self.own_keys(), "ours"),
            (2, Some(one)) => lending::top_up(&TopUp {
                loan: one.loan.number,
                from: one.loan.total,
                more: 1_000_000,
                orders: 100,
            }),
            (_, Some(one)) => lending::lend(&LoanTerms {
                terminal: self.own_terminal(),
                holder: one.loan.holder,
                shops: Vec::new(),
                each: Money::new(1_000_000, Currency::Jpy),
                total: 1_000_000,
                count: 100,
                ends_at: one.loan.ends_at,
                account: one.loan.account,
                purse: None,
            }),
            _ => return,
        };
        self.execute(town, &apdu.unwrap());
    }

    /// An order is to be the loan's again, by whatever an issuer said of whatever order.
    pub(super) fn give_back(&self, town: &Town) {
        let words = self.words_of_issuers(town);
        let Some(card) = self.home_card(town) else {
            return;
        };
        if card.log.is_empty() || words.is_empty() {
            return;
        }
        self.did("wanted an order given back");
        let mut word = self.dice.pick(&words).clone();
        if self.dice.chance(300) {
            self.alter(&mut word);
        }
        let root = self.dice.pick(&card.log).root;
        let now = Timestamp(town.scheduler.now_ms() / 1000);
        self.execute(town, &lending::cancel(&root, &word, now).unwrap());
    }

    /// Statements that came to anybody at all: they are let have more than they could hear.
    fn words_of_issuers(&self, town: &Town) -> Vec<Vec<u8>> {
        let holders = town.holders.borrow().clone();
        let heard = holders.iter().flat_map(|holder| town.heard_by(holder.name));
        heard.map(|(_, body)| body).collect()
    }

    /// The card signs a registration for whoever has it; an older one, or one of another proxy, is said again.
    pub(super) fn register(&self, town: &Town) {
        self.did("registered anew, or as before");
        let verifier: [u8; 32] = self.drawn(32).try_into().unwrap();
        let proxies = [HOME_PROXY, "another.localhost"];
        let terms = RegistrationTerms {
            proxy: domain(self.dice.pick::<&str>(&proxies)),
            verifier,
            at: Timestamp(town.scheduler.now_ms() / 1000),
        };
        let before = self.said.borrow().get("homes").cloned().unwrap_or_default();
        let is_new = before.is_empty() || self.dice.chance(100);
        let body = if is_new {
            let signed = self.execute(town, &lending::register(&terms).unwrap());
            signed.and_then(|signed| home::bytes(&signed).ok())
        } else {
            Some(self.dice.pick(&before).clone())
        };
        let (Some(body), Some(seat)) = (body, town.seat(HOME_PROXY)) else {
            return;
        };
        let request = Request::post(format!("https://{HOME_PROXY}/v1/homes"));
        let request = request.header("content-type", "application/cose");
        let (Some(party), Ok(request)) = (seat.running(), request.body(body)) else {
            return;
        };
        town.scheduler.spawn(seat.owner(), async move {
            party.serve(request).await;
        });
    }
}
