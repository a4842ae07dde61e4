//! Terminals behind a mobile gateway (claims 25 to 27).

use tallystick_protocol::coupon::{
    CouponAnswer, CouponId, CouponKind, CouponOutcome, GatewayMessage, GatewayRequest, GatewayWhat,
    Owner,
};
use tallystick_protocol::trust::keyed;
use tallystick_protocol::wire::cbor::encode;
use tallystick_simulation::cast::{Cast, GATEWAY_SECRET};

use super::coupon::{
    ASKED_MS, Held, Person, available, balance, by_shop, command, held, office_key, present,
    presentation, require_books, shop, world, yen,
};
use super::holder::CBOR;
use super::world::{COUPONS, World, domain, problem};

const ANNAS: &str = "090-0000-0001";
const BENS: &str = "090-0000-0002";

fn named(world: &World) -> (Person, Person) {
    let people = (Person::new(world, 1), Person::new(world, 2));
    for (account, terminal) in [("1", ANNAS), ("2", BENS)] {
        let told = [
            ("account", account.to_owned()),
            ("terminal", terminal.to_owned()),
        ];
        command(world, "name-terminal", &told, account);
    }
    people
}

fn request(world: &World, terminal: &str, what: GatewayWhat, nonce: u8) -> GatewayRequest {
    GatewayRequest {
        office: domain(COUPONS),
        terminal: terminal.to_owned(),
        what,
        kind: None,
        value: None,
        coupon: None,
        to: None,
        at: world.now(),
        nonce: [nonce; 16],
    }
}

fn say(world: &World, request: &GatewayRequest) -> Result<CouponAnswer, String> {
    say_with(world, GATEWAY_SECRET, request)
}

fn say_with(
    world: &World,
    secret: [u8; 32],
    request: &GatewayRequest,
) -> Result<CouponAnswer, String> {
    let body = encode(&GatewayMessage::new(&secret, request));
    let answer = world.post(COUPONS, "/v1/gateway-requests", CBOR, body);
    if !answer.status().is_success() {
        return Err(problem(&answer));
    }
    Ok(keyed::open(answer.body(), &office_key(world)).unwrap())
}

fn issue(world: &World, minor: u64, nonce: u8) -> Result<CouponAnswer, String> {
    let asked = GatewayRequest {
        kind: Some(CouponKind::Voucher),
        value: Some(yen(minor)),
        ..request(world, ANNAS, GatewayWhat::Issue, nonce)
    };
    say(world, &asked)
}

fn issued(world: &World) -> Held {
    let answer = issue(world, 500, 1).unwrap();
    held(world, answer.whole.unwrap())
}

fn about(
    world: &World,
    terminal: &str,
    what: GatewayWhat,
    coupon: CouponId,
    nonce: u8,
) -> GatewayRequest {
    GatewayRequest {
        coupon: Some(coupon),
        ..request(world, terminal, what, nonce)
    }
}

fn name(world: &World, coupon: &Held, to: Owner, nonce: u8) -> CouponOutcome {
    let asked = GatewayRequest {
        to: Some(to),
        ..about(world, ANNAS, GatewayWhat::Transfer, coupon.id(), nonce)
    };
    say(world, &asked).unwrap().outcome
}

#[test]
fn t001_25_it_is_issued_only_if_charged() {
    let world = world();
    let (anna, _ben) = named(&world);
    let coupon = issued(&world);
    assert_eq!(coupon.opened.owner(), &anna.owner());
    assert_eq!(available(&world, "holder 1"), 49_500);
    for (number, expected) in [
        (2, CouponOutcome::Done),
        (3, CouponOutcome::Done),
        (4, CouponOutcome::NotCharged),
    ] {
        assert_eq!(issue(&world, 20_000, number).unwrap().outcome, expected);
    }
    assert_eq!(available(&world, "holder 1"), 9_500);
    assert_eq!(
        issue(&world, 500, 1).unwrap().coupon,
        Some(coupon.id()),
        "as before"
    );
    require_books(&world);
}

#[test]
fn t001_25_who_shows_it_has_to_be_the_stored_transferee() {
    let world = world();
    let (_anna, ben) = named(&world);
    let coupon = issued(&world);
    let show = |terminal, nonce| {
        let asked = about(&world, terminal, GatewayWhat::Present, coupon.id(), nonce);
        say(&world, &asked).unwrap().outcome
    };
    assert_eq!(show(BENS, 1), CouponOutcome::WrongState, "nobody is stored");
    assert_eq!(name(&world, &coupon, ben.owner(), 2), CouponOutcome::Done);
    assert_eq!(show(ANNAS, 3), CouponOutcome::Invalid);
    assert_eq!(show(BENS, 4), CouponOutcome::Done);
    assert_eq!(show(BENS, 5), CouponOutcome::WrongState);
    assert_eq!(world.number(COUPONS, "SELECT change FROM coupons"), 1);
    require_books(&world);
}

#[test]
fn t001_26_an_internet_server_is_the_stored_transferee_or_the_coupon_is_invalid_there() {
    let world = world();
    let (_anna, ben) = named(&world);
    let coupon = issued(&world);
    assert_eq!(name(&world, &coupon, ben.owner(), 2), CouponOutcome::Done);
    let body = by_shop(&world, &presentation(&world, &coupon, None));
    assert_eq!(
        present(&world, &body).unwrap().outcome,
        CouponOutcome::Invalid
    );
    assert_eq!(name(&world, &coupon, shop(), 3), CouponOutcome::Done);
    world.clock.set((world.now().0 + 1) * 1000);
    let body = by_shop(&world, &presentation(&world, &coupon, None));
    assert_eq!(present(&world, &body).unwrap().outcome, CouponOutcome::Done);
    assert_eq!(balance(&world, "payable to kiso-tea.localhost"), 500);
    require_books(&world);
}

#[test]
fn t001_25_who_does_not_show_it_in_time_is_stored_no_more() {
    let world = world();
    let (mut anna, ben) = named(&world);
    let coupon = issued(&world);
    assert_eq!(name(&world, &coupon, ben.owner(), 2), CouponOutcome::Done);
    world.run_for(ASKED_MS + 60_000);
    let asked = about(&world, BENS, GatewayWhat::Present, coupon.id(), 3);
    assert_eq!(
        say(&world, &asked).unwrap().outcome,
        CouponOutcome::WrongState
    );
    assert_eq!(anna.fetch(&world, coupon.id()).change(), 0);
    let asked = about(&world, BENS, GatewayWhat::Transfer, coupon.id(), 4);
    let asked = GatewayRequest {
        to: Some(ben.owner()),
        ..asked
    };
    assert_eq!(
        say(&world, &asked).unwrap().outcome,
        CouponOutcome::NotOwner
    );
}

#[test]
fn without_the_secret_or_for_an_unknown_terminal_nobody_is_heard() {
    let world = world();
    let (_anna, _ben) = named(&world);
    let asked = GatewayRequest {
        value: Some(yen(500)),
        ..request(&world, ANNAS, GatewayWhat::Issue, 1)
    };
    assert_eq!(
        say_with(&world, [0; 32], &asked).unwrap_err(),
        "bad-signature"
    );
    let unknown = GatewayRequest {
        terminal: "090-9999-9999".to_owned(),
        ..asked.clone()
    };
    assert_eq!(say(&world, &unknown).unwrap_err(), "unauthorised");
    let old = GatewayRequest {
        at: world.now().minus_seconds(2 * 86_400),
        ..asked.clone()
    };
    assert_eq!(say(&world, &old).unwrap_err(), "expired");
    let deaf = World::with_coupons(Cast {
        has_gateway: false,
        ..Cast::default()
    });
    assert_eq!(say(&deaf, &asked).unwrap_err(), "unauthorised");
    assert_eq!(world.number(COUPONS, "SELECT count(*) FROM coupons"), 0);
}
