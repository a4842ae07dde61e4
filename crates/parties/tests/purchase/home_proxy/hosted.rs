//! A card that the proxy hosts, reached by APDUs: whose it is, what is done once, what is kept, and what is refused.

use std::rc::Rc;

use http::Response;
use tallystick_card::Applet;
use tallystick_card::host::{self, CardError, FACTORY_PIN};
use tallystick_parties::home_proxy::{HomeProxy, HomeProxyConfig};
use tallystick_protocol::home::hosted::{HostedCard, HostedCommand, HostedPower, HostedResponse};
use tallystick_protocol::wire::cbor::{decode, encode};
use tallystick_protocol::wire::identifier::Role;
use tallystick_simulation::cast::Running;
use zeroize::Zeroizing;

use super::super::holder::CBOR;
use super::super::world::{HOME_PROXY, World, problem, settings, text};

type Apdu = Result<Zeroizing<Vec<u8>>, CardError>;

/// A holder with a token.
struct Holder<'w> {
    world: &'w World,
    card: HostedCard,
}

/// A hosted card with power.
struct Power<'h> {
    holder: &'h Holder<'h>,
    power: [u8; 16],
    number: u32,
}

impl<'w> Holder<'w> {
    fn new(world: &'w World, number: u8) -> Self {
        let card = HostedCard {
            token: [number; 32],
        };
        Self { world, card }
    }

    fn post(&self, path: &str, body: Vec<u8>) -> Response<Vec<u8>> {
        self.world
            .send("holder", HOME_PROXY, "POST", path, CBOR, body)
    }

    fn path(&self, what: &str) -> String {
        let name = data_encoding::HEXLOWER.encode(&self.card.name());
        format!("/v1/hosted-cards/{name}/{what}")
    }

    fn asks_for_a_card(&self) -> String {
        problem(&self.post("/v1/hosted-cards", encode(&self.card)))
    }

    fn removes(&self) -> String {
        problem(&self.post(&self.path("removal"), encode(&self.card)))
    }

    fn powers(&self) -> Result<Power<'_>, String> {
        let answer = self.post(&self.path("power"), encode(&self.card));
        if !answer.status().is_success() {
            return Err(problem(&answer));
        }
        let HostedPower { power } = decode(answer.body()).unwrap();
        Ok(Power {
            holder: self,
            power,
            number: 0,
        })
    }
}

impl Power<'_> {
    fn command(&self, number: u32, apdu: Apdu) -> HostedCommand {
        HostedCommand {
            token: self.holder.card.token,
            power: self.power,
            number,
            apdu: apdu.unwrap().to_vec(),
        }
    }

    fn send(&self, command: &HostedCommand) -> Result<Vec<u8>, String> {
        let path = self.holder.path("commands");
        let answer = self.holder.post(&path, encode(command));
        if !answer.status().is_success() {
            return Err(problem(&answer));
        }
        let mut answer: HostedResponse = decode(answer.body()).unwrap();
        Ok(core::mem::take(&mut answer.response))
    }

    /// The next command.
    fn says(&mut self, apdu: Apdu) -> Result<Vec<u8>, String> {
        self.number += 1;
        self.send(&self.command(self.number, apdu))
    }

    fn selects(&mut self, applet: Applet) {
        let said = self.says(host::select(applet)).unwrap();
        host::done(&said).unwrap();
    }

    fn pin_tries(&mut self) -> u8 {
        let said = self.says(host::pin_tries()).unwrap();
        host::tries_left(&said).unwrap()
    }
}

fn with_card(world: &World) -> Holder<'_> {
    let holder = Holder::new(world, 1);
    assert_eq!(holder.asks_for_a_card(), "");
    holder
}

fn count(world: &World) -> i64 {
    world.number(HOME_PROXY, "SELECT count(*) FROM hosted_cards")
}

/// The proxy with other settings.
fn proxy_that(world: &World, change: impl FnOnce(&mut HomeProxyConfig)) {
    let mut config = HomeProxyConfig::new(settings(Role::HomeProxy, HOME_PROXY));
    change(&mut config);
    let machine = world.machine(HOME_PROXY).clone();
    let proxy = Running::HomeProxy(Rc::new(HomeProxy::new(machine, config)));
    world.hub.connect(HOME_PROXY, Rc::new(proxy));
}

#[test]
fn a_card_is_made_once_and_answers_as_one_in_a_reader_does() {
    let world = World::with_home_proxy();
    let holder = with_card(&world);
    assert_eq!(holder.asks_for_a_card(), "");
    assert_eq!(count(&world), 1);
    let mut power = holder.powers().unwrap();
    power.selects(Applet::Keys);
    let said = power.says(host::ask_if_from_factory()).unwrap();
    assert_eq!(host::is_from_factory(&said), Ok(true));
    let said = power.says(host::list_slots()).unwrap();
    assert_eq!(host::slots(&said), Ok(Vec::new()));
}

#[test]
fn a_card_opens_under_a_new_sealing_key() {
    let mut world = World::with_home_proxy();
    with_card(&world);
    let places = world.change_sealing_key();
    let place = format!("{HOME_PROXY} hosted_cards.sealed");
    assert!(places.contains(&place), "{places:?}");
    let holder = Holder::new(&world, 1);
    let mut power = holder.powers().unwrap();
    power.selects(Applet::Keys);
}

#[test]
fn nobody_without_the_token_reaches_a_card() {
    let world = World::with_home_proxy();
    let holder = with_card(&world);
    let stranger = Holder::new(&world, 2);
    assert_eq!(stranger.powers().err().unwrap(), "home-unknown");
    for what in ["power", "removal"] {
        let answer = stranger.post(&holder.path(what), encode(&stranger.card));
        assert_eq!(problem(&answer), "unauthorised", "{what}");
    }
    let power = holder.powers().unwrap();
    let mut command = power.command(1, host::select(Applet::Keys));
    command.token = stranger.card.token;
    let answer = stranger.post(&holder.path("commands"), encode(&command));
    assert_eq!(problem(&answer), "unauthorised");
    assert_eq!(count(&world), 1);
    for rubbish in [Vec::new(), b"rubbish".to_vec(), encode(&power.holder.card)] {
        let answer = holder.post(&holder.path("commands"), rubbish);
        assert_eq!(problem(&answer), "malformed", "{}", text(&answer));
    }
}

#[test]
fn a_command_whose_answer_was_lost_is_answered_again_and_done_once() {
    let world = World::with_home_proxy();
    let holder = with_card(&world);
    let mut power = holder.powers().unwrap();
    power.selects(Applet::Identity);
    let wrong = power.command(2, host::verify_pin("000000"));
    let said = power.send(&wrong).unwrap();
    assert_eq!(power.send(&wrong).unwrap(), said);
    assert_eq!(power.send(&wrong).unwrap(), said);
    power.number = 2;
    assert_eq!(power.pin_tries(), 2);
    // Neither what was said before nor what has something before it is done, nor another under the same number.
    let other = power.command(3, host::verify_pin("000001"));
    for command in [&wrong, &power.command(9, host::pin_tries()), &other] {
        assert_eq!(power.send(command).unwrap_err(), "home-no-session");
    }
    assert_eq!(power.pin_tries(), 2);
}

#[test]
fn what_was_verified_is_over_with_the_power() {
    let world = World::with_home_proxy();
    let holder = with_card(&world);
    let mut first = holder.powers().unwrap();
    first.selects(Applet::Identity);
    let said = first.says(host::verify_pin(FACTORY_PIN)).unwrap();
    assert!(host::done(&said).is_ok());
    let mut second = holder.powers().unwrap();
    let gone = first.says(host::pin_tries()).unwrap_err();
    assert_eq!(gone, "home-no-session");
    second.selects(Applet::Identity);
    let unverified = second.says(host::new_puk(b"87654321")).unwrap();
    assert!(host::done(&unverified).is_err());
    world.run_for(31_000);
    let idle = second.says(host::pin_tries()).unwrap_err();
    assert_eq!(idle, "home-no-session");
}

#[test]
fn a_restart_takes_the_power_and_nothing_else() {
    let world = World::with_home_proxy();
    let holder = with_card(&world);
    let mut before = holder.powers().unwrap();
    before.selects(Applet::Identity);
    let changed = before.says(host::change_pin(FACTORY_PIN, "271828"));
    host::done(&changed.unwrap()).unwrap();
    let wrong = before.says(host::verify_pin("000000")).unwrap();
    assert!(host::done(&wrong).is_err());
    world.start_anew(HOME_PROXY);
    for number in [3, 4] {
        let command = before.command(number, host::verify_pin("000000"));
        assert_eq!(before.send(&command).unwrap_err(), "home-no-session");
    }
    let mut power = holder.powers().unwrap();
    power.selects(Applet::Identity);
    assert_eq!(power.pin_tries(), 2);
    let right = power.says(host::verify_pin("271828")).unwrap();
    assert!(host::done(&right).is_ok());
}

#[test]
fn nothing_is_answered_that_could_not_be_stored() {
    let world = World::with_home_proxy();
    let holder = with_card(&world);
    let mut power = holder.powers().unwrap();
    power.selects(Applet::Identity);
    let database = &world.machine(HOME_PROXY).database;
    database.fail_after(0);
    assert!(power.says(host::change_pin(FACTORY_PIN, "271828")).is_err());
    database.mend();
    let gone = power.says(host::pin_tries()).unwrap_err();
    assert_eq!(gone, "home-no-session", "what is in memory is not stored");
    let mut power = holder.powers().unwrap();
    power.selects(Applet::Identity);
    let before = power.says(host::verify_pin(FACTORY_PIN)).unwrap();
    assert!(host::done(&before).is_ok());
}

#[test]
fn a_removed_card_is_nowhere() {
    let world = World::with_home_proxy();
    let holder = with_card(&world);
    let mut power = holder.powers().unwrap();
    assert_eq!(holder.removes(), "");
    assert_eq!(holder.removes(), "");
    assert_eq!(count(&world), 0);
    assert_eq!(power.says(host::pin_tries()).unwrap_err(), "home-unknown");
    assert_eq!(holder.powers().err().unwrap(), "home-unknown");
}

#[test]
fn a_proxy_hosts_as_many_cards_as_its_operator_says_or_none() {
    let world = World::with_home_proxy();
    proxy_that(&world, |config| config.hosted_max = 1);
    assert_eq!(Holder::new(&world, 1).asks_for_a_card(), "");
    let full = Holder::new(&world, 2).asks_for_a_card();
    assert_eq!(full, "home-too-many");
    assert_eq!(Holder::new(&world, 1).asks_for_a_card(), "");
    proxy_that(&world, |config| config.hosted_max = 0);
    assert_eq!(Holder::new(&world, 3).asks_for_a_card(), "not-found");
}

#[test]
fn what_is_dear_is_done_so_often_a_minute() {
    let world = World::with_home_proxy();
    proxy_that(&world, |config| {
        let limits = &mut config.settings.limits;
        limits.hosted_pins_each.count = 2;
    });
    let holder = with_card(&world);
    let mut power = holder.powers().unwrap();
    power.selects(Applet::Identity);
    for _ in 0..2 {
        let said = power.says(host::verify_pin(FACTORY_PIN)).unwrap();
        assert!(host::done(&said).is_ok());
    }
    let limited = power.says(host::verify_pin(FACTORY_PIN)).unwrap_err();
    assert_eq!(limited, "rate-limited");
    // It was not done: its number is free, and the card has its power.
    power.number -= 1;
    assert_eq!(power.pin_tries(), 3);
    let mut long = power.command(power.number + 1, host::pin_tries());
    long.apdu = vec![0; 13 * 1024 + 1];
    assert_eq!(power.send(&long).unwrap_err(), "home-malformed");
}

#[test]
fn a_card_that_nobody_made_their_own_is_forgotten_after_a_day() {
    let world = World::with_home_proxy();
    let used = with_card(&world);
    let mut power = used.powers().unwrap();
    power.selects(Applet::Identity);
    let changed = power.says(host::change_pin(FACTORY_PIN, "271828"));
    host::done(&changed.unwrap()).unwrap();
    assert_eq!(Holder::new(&world, 2).asks_for_a_card(), "");
    assert_eq!(count(&world), 2);
    world.run_for(3 * 86_400_000);
    assert_eq!(count(&world), 1);
    assert!(used.powers().is_ok());
}
