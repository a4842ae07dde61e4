//! A campaign's coupons by links: the office has the hashes of their keys alone, and all limits hold.

use http::Response;
use sha2::{Digest, Sha256};
use tallystick_parties::coupon_office::LINKS_MAX;
use tallystick_parties::native::block_on;
use tallystick_parties::ports::{Network as _, Tables as _, Value};
use tallystick_protocol::coupon::{
    CampaignId, ClaimOffer, CouponAnswer, CouponId, CouponOutcome, claimed_coupon,
};
use tallystick_protocol::trust::keyed;
use tallystick_simulation::cast::Cast;
use tallystick_simulation::operators::{COMMANDS, Command, MEDIA_TYPE};

use super::campaigns::open;
use super::coupon::{
    Person, balance, by_shop, link_key, office_key, present, presentation, require_books, settle,
    settlement, shop, world, yen,
};
use super::holder::CBOR;
use super::world::{COUPONS, World, problem, text};
use tallystick_protocol::coupon::SettlementKind;

const BYTES: &str = "application/octet-stream";

/// The secret key of a link.
fn secret(number: u16) -> [u8; 32] {
    let mut secret = [1; 32];
    secret[..2].copy_from_slice(&number.to_be_bytes());
    secret
}

fn claim(number: u16) -> [u8; 32] {
    ClaimOffer::hash(&link_key(secret(number)))
}

fn coupon(campaign: &CampaignId, number: u16) -> CouponId {
    claimed_coupon(campaign, &claim(number))
}

fn path(campaign: &CampaignId) -> String {
    format!("/v1/console/campaigns/{campaign}/links")
}

/// Sends a list; resolves to what it is called and what is known of each link.
fn send(
    world: &World,
    campaign: &CampaignId,
    claims: &[[u8; 32]],
) -> Result<(String, Vec<String>), String> {
    let answer = world.post(COUPONS, &path(campaign), BYTES, claims.concat());
    if !answer.status().is_success() {
        return Err(problem(&answer));
    }
    let said: serde_json::Value = serde_json::from_slice(answer.body()).unwrap();
    let states = said["states"].as_array().unwrap().iter();
    let states = states.map(|state| state.as_str().unwrap().to_owned());
    Ok((said["list"].as_str().unwrap().to_owned(), states.collect()))
}

/// An operator's command, and what came of it: nothing, or the problem.
fn try_command(world: &World, what: &str, told: &[(&str, String)], id: &str) -> Result<(), String> {
    let signed = Command {
        role: "issuer",
        domain: COUPONS,
        command: what,
        arguments: told,
        id,
        at: world.now(),
    };
    let answer = world.send(
        "page",
        COUPONS,
        "POST",
        COMMANDS,
        MEDIA_TYPE,
        signed.signed(),
    );
    if answer.status().is_success() {
        return Ok(());
    }
    Err(problem(&answer))
}

fn about(campaign: &CampaignId, list: &str) -> [(&'static str, String); 2] {
    [
        ("campaign", campaign.to_string()),
        ("list", list.to_owned()),
    ]
}

/// Issues so many links, whose secrets are of the numbers from 0 on.
fn issue(world: &World, campaign: &CampaignId, count: u16, id: &str) -> Result<(), String> {
    let claims: Vec<_> = (0..count).map(claim).collect();
    let (list, _) = send(world, campaign, &claims)?;
    try_command(world, "issue-links", &about(campaign, &list), id)
}

/// What a campaign counts: issued, waiting, redeemed.
fn counted(world: &World) -> [i64; 3] {
    ["issued", "waiting", "redeemed"].map(|name| {
        let sql = format!("SELECT {name} FROM coupon_campaigns");
        world.number(COUPONS, &sql)
    })
}

fn redeem(world: &World, person: &mut Person, campaign: &CampaignId, number: u16) -> CouponOutcome {
    let answer = person.redeem(world, coupon(campaign, number), secret(number));
    answer.unwrap().outcome()
}

#[test]
fn a_link_of_a_campaign_is_the_first_wallets_that_redeems_it_and_its_coupon_is_spent_as_any() {
    let world = world();
    let campaign = open(&world, &[("condition", "tea")], "1");
    issue(&world, &campaign, 3, "2").unwrap();
    assert_eq!(counted(&world), [0, 3, 0]);
    assert_eq!(balance(&world, &format!("links {campaign}")), 300);
    let (mut anna, mut ben) = (Person::new(&world, 1), Person::new(&world, 2));
    let own = anna
        .redeem(&world, coupon(&campaign, 1), secret(1))
        .unwrap();
    let own = own.coupon();
    assert_eq!((own.opened.owner(), own.change()), (&anna.owner(), 0));
    assert_eq!(
        own.opened.terms.conditions.condition.as_deref(),
        Some("tea")
    );
    assert_eq!(
        redeem(&world, &mut ben, &campaign, 1),
        CouponOutcome::WrongClaim
    );
    assert_eq!(counted(&world), [1, 2, 1]);
    // Without the shop's word that the order is of tea, it is not spent.
    let given = anna.give(&world, &own, shop()).unwrap();
    assert_eq!(given, CouponOutcome::ConditionNotMet);
    let transfer = anna.transfer(&world, &own, shop());
    let mut said = presentation(&world, &own, Some(anna.sign(&transfer)));
    for (condition, outcome) in [
        ("books", CouponOutcome::ConditionNotMet),
        ("tea", CouponOutcome::Done),
    ] {
        said.condition = Some(condition.to_owned());
        let answer = present(&world, &by_shop(&world, &said)).unwrap();
        assert_eq!(answer.outcome, outcome);
    }
    let spent = "SELECT spent FROM coupon_campaigns";
    assert_eq!(world.number(COUPONS, spent), 100);
    require_books(&world);
}

#[test]
fn whoever_sees_a_redemption_of_a_campaigns_link_does_nothing_with_it() {
    let world = world();
    let campaign = open(&world, &[], "1");
    issue(&world, &campaign, 2, "2").unwrap();
    let (mut anna, mut ben) = (Person::new(&world, 1), Person::new(&world, 2));
    let wanted = coupon(&campaign, 0);
    // Ben puts the proof that he saw of Anna's to a redemption of his own.
    let (said, asked) = ben.redemption(&world, wanted, secret(0), anna.id());
    let route = "/v1/coupon-redemptions";
    let refused = ben.bring(&world, route, Some(wanted), &said, asked);
    assert_eq!(refused.err().unwrap(), "wrong-sender");
    // The key of one link redeems no other.
    let other = ben.redeem(&world, wanted, secret(1)).unwrap();
    assert_eq!(other.outcome(), CouponOutcome::WrongClaim);
    let unknown = ben.redeem(&world, coupon(&campaign, 9), secret(9)).unwrap();
    assert_eq!(unknown.outcome(), CouponOutcome::Unknown);
    assert_eq!(redeem(&world, &mut anna, &campaign, 0), CouponOutcome::Done);
}

#[test]
fn the_office_has_nothing_with_which_a_link_could_be_redeemed() {
    let world = world();
    let campaign = open(&world, &[], "1");
    issue(&world, &campaign, 2, "2").unwrap();
    let (key, secret) = (link_key(secret(1)), secret(1));
    let database = &world.machine(COUPONS).database;
    let named = "SELECT name FROM sqlite_schema WHERE type = 'table'";
    let mut found = 0;
    for table in database.run(named, &[]).unwrap() {
        let all = format!("SELECT * FROM {}", table.text(0).unwrap());
        for row in database.run(&all, &[]).unwrap() {
            for value in row.0 {
                let bytes = match value {
                    Value::Blob(bytes) => bytes,
                    Value::Text(text) => text.into_bytes(),
                    _ => continue,
                };
                let has = |piece: &[u8]| bytes.windows(piece.len()).any(|window| window == piece);
                assert!(!has(&key[1..]) && !has(&secret));
                found += u32::from(has(&claim(1)));
            }
        }
    }
    // In the list that was sent, and at the link.
    assert_eq!(found, 2);
}

#[test]
fn an_issue_command_is_done_once_and_a_list_that_is_known_in_part_not_at_all() {
    let world = world();
    let campaign = open(&world, &[("count", "5")], "1");
    let claims: Vec<_> = (0..3).map(claim).collect();
    let (list, states) = send(&world, &campaign, &claims).unwrap();
    assert_eq!(states, ["new", "new", "new"]);
    for _ in 0..2 {
        try_command(&world, "issue-links", &about(&campaign, &list), "2").unwrap();
    }
    assert_eq!(counted(&world), [0, 3, 0]);
    let again = try_command(&world, "issue-links", &about(&campaign, &list), "3");
    assert_eq!(again.err().unwrap(), "conflict");
    // Which lines are the trouble, the page is told.
    let (list, states) = send(&world, &campaign, &[claim(4), claim(2), claim(4)]).unwrap();
    assert_eq!(states, ["new", "waiting", "twice"]);
    let mixed = try_command(&world, "issue-links", &about(&campaign, &list), "4");
    assert_eq!(mixed.err().unwrap(), "conflict");
    assert_eq!(counted(&world), [0, 3, 0]);
    assert_eq!(balance(&world, &format!("links {campaign}")), 300);
    let unsent = "0".repeat(64);
    let unsent = try_command(&world, "issue-links", &about(&campaign, &unsent), "5");
    assert_eq!(unsent.err().unwrap(), "not-found");
    require_books(&world);
}

#[test]
fn links_count_as_issued_and_neither_count_nor_budget_is_exceeded() {
    let world = world();
    let campaign = open(&world, &[("count", "4"), ("budget", "350")], "1");
    let mut anna = Person::new(&world, 1);
    let too_many = issue(&world, &campaign, 5, "2");
    assert_eq!(too_many.err().unwrap(), "conflict");
    let too_dear = issue(&world, &campaign, 4, "3");
    assert_eq!(too_dear.err().unwrap(), "conflict");
    issue(&world, &campaign, 3, "4").unwrap();
    // What is set aside for links nobody gets by asking.
    let asked = anna.pick(&world, campaign, 100).unwrap();
    assert_eq!(asked.outcome(), CouponOutcome::Exhausted);
    for number in 0..3 {
        assert_eq!(
            redeem(&world, &mut anna, &campaign, number),
            CouponOutcome::Done
        );
    }
    assert_eq!(counted(&world), [3, 0, 3]);
    assert_eq!(balance(&world, &format!("campaign {campaign}")), 50);
    require_books(&world);
}

#[test]
fn an_account_redeems_no_more_links_than_it_gets_coupons() {
    let world = world();
    let campaign = open(&world, &[("each", "2")], "1");
    issue(&world, &campaign, 4, "2").unwrap();
    let (mut anna, mut ben) = (Person::new(&world, 1), Person::new(&world, 2));
    assert_eq!(redeem(&world, &mut anna, &campaign, 0), CouponOutcome::Done);
    let asked = anna.pick(&world, campaign, 100).unwrap();
    assert_eq!(asked.outcome(), CouponOutcome::Done);
    assert_eq!(
        redeem(&world, &mut anna, &campaign, 1),
        CouponOutcome::HadEnough
    );
    // The link is still good for somebody else.
    assert_eq!(redeem(&world, &mut ben, &campaign, 1), CouponOutcome::Done);
    require_books(&world);
}

#[test]
fn a_cancelled_link_redeems_nothing_and_its_worth_is_the_campaigns_again() {
    let world = world();
    let campaign = open(&world, &[], "1");
    issue(&world, &campaign, 4, "2").unwrap();
    let mut anna = Person::new(&world, 1);
    assert_eq!(redeem(&world, &mut anna, &campaign, 0), CouponOutcome::Done);
    let one = [("coupon", coupon(&campaign, 1).to_string())];
    try_command(&world, "cancel-link", &one, "3").unwrap();
    let again = try_command(&world, "cancel-link", &one, "4");
    assert_eq!(again.err().unwrap(), "conflict");
    // A list: who redeemed theirs keeps what they have.
    let (list, states) = send(&world, &campaign, &[claim(0), claim(1), claim(2)]).unwrap();
    assert_eq!(states, ["redeemed", "cancelled", "waiting"]);
    try_command(&world, "cancel-links", &about(&campaign, &list), "5").unwrap();
    assert_eq!(counted(&world), [1, 1, 1]);
    for number in [1, 2] {
        let late = redeem(&world, &mut anna, &campaign, number);
        assert_eq!(late, CouponOutcome::WrongClaim);
    }
    assert_eq!(redeem(&world, &mut anna, &campaign, 3), CouponOutcome::Done);
    assert_eq!(balance(&world, &format!("links {campaign}")), 0);
    assert_eq!(balance(&world, &format!("campaign {campaign}")), 999_800);
    require_books(&world);
}

#[test]
fn links_end_with_their_campaign_whose_budget_has_what_nobody_redeemed() {
    let world = world();
    let campaign = open(&world, &[("days", "1")], "1");
    issue(&world, &campaign, 3, "2").unwrap();
    let mut anna = Person::new(&world, 1);
    world.run_for(86_400_000);
    assert_eq!(
        redeem(&world, &mut anna, &campaign, 0),
        CouponOutcome::Expired
    );
    world.run_for(86_400_000);
    assert_eq!(counted(&world), [0, 0, 0]);
    assert_eq!(balance(&world, &format!("campaign {campaign}")), 1_000_000);
    let file = world.get(COUPONS, &path(&campaign));
    assert_eq!(text(&file).matches(",ended,").count(), 3);
    let late = issue(&world, &campaign, 4, "3");
    assert_eq!(late.err().unwrap(), "conflict");
    // Long after nothing of them is kept.
    world.run_for(65 * 86_400_000);
    assert_eq!(
        world.number(COUPONS, "SELECT count(*) FROM coupon_links"),
        0
    );
    require_books(&world);
}

#[test]
fn what_is_given_back_of_a_campaigns_coupon_is_not_spent() {
    let world = world();
    let campaign = open(&world, &[], "1");
    issue(&world, &campaign, 1, "2").unwrap();
    let mut anna = Person::new(&world, 1);
    let own = anna
        .redeem(&world, coupon(&campaign, 0), secret(0))
        .unwrap();
    let own = own.coupon();
    let transfer = anna.transfer(&world, &own, shop());
    let mut said = presentation(&world, &own, Some(anna.sign(&transfer)));
    said.held_for = Some(super::coupon::ORDER);
    said.total = Some(yen(80));
    let answer = present(&world, &by_shop(&world, &said)).unwrap();
    assert_eq!(answer.outcome, CouponOutcome::Done);
    for (number, what, spent) in [
        (1, (SettlementKind::Take, Some(80)), 80),
        (2, (SettlementKind::GiveBack, Some(30)), 50),
    ] {
        let said = settlement(&world, own.id(), what, number);
        assert_eq!(settle(&world, &said), CouponOutcome::Done);
        assert_eq!(
            world.number(COUPONS, "SELECT spent FROM coupon_campaigns"),
            spent
        );
    }
    require_books(&world);
}

#[test]
fn a_list_that_is_none_or_of_no_campaign_is_refused() {
    let world = world();
    let campaign = open(&world, &[], "1");
    for claims in [Vec::new(), vec![[1; 32]; LINKS_MAX + 1]] {
        assert_eq!(send(&world, &campaign, &claims).err().unwrap(), "malformed");
    }
    let odd = world.post(COUPONS, &path(&campaign), BYTES, vec![1; 33]);
    assert_eq!(problem(&odd), "malformed");
    let none = send(&world, &CampaignId([1; 16]), &[[1; 32]]);
    assert_eq!(none.err().unwrap(), "not-found");
}

#[test]
fn the_file_has_every_link_and_no_secret() {
    let world = world();
    let campaign = open(&world, &[], "1");
    issue(&world, &campaign, 3, "2").unwrap();
    let mut anna = Person::new(&world, 1);
    assert_eq!(redeem(&world, &mut anna, &campaign, 1), CouponOutcome::Done);
    let file = text(&world.get(COUPONS, &path(&campaign)));
    let lines: Vec<_> = file.lines().collect();
    assert_eq!(lines[0], "link,coupon,claim,state,since");
    let claim = data_encoding::HEXLOWER.encode(&claim(1));
    let of_one = format!("2,{},{claim},redeemed,", coupon(&campaign, 1));
    assert!(lines[2].starts_with(&of_one), "{}", lines[2]);
    assert_eq!(lines.len(), 4);
    let rest = text(&world.get(COUPONS, &format!("{}?after=2", path(&campaign))));
    assert_eq!(rest.lines().count(), 2);
}

#[test]
fn at_an_office_of_several_objects_links_are_where_their_campaign_is() {
    let mut world = world();
    world.spread_coupons(4);
    let campaign = open(&world, &[], "1");
    issue(&world, &campaign, 2, "2").unwrap();
    for seed in 1..4 {
        let mut person = Person::new(&world, seed);
        let expected = if seed < 3 {
            CouponOutcome::Done
        } else {
            CouponOutcome::Unknown
        };
        let number = u16::try_from(seed).unwrap() - 1;
        assert_eq!(redeem(&world, &mut person, &campaign, number), expected);
    }
    let home = super::world::COUPON_SHARDS[usize::from(campaign.start() % 4)];
    assert_eq!(
        world.number(home, "SELECT redeemed FROM coupon_campaigns"),
        2
    );
    require_books(&world);
}

/// Three accounts redeem fifty links at once, a thousand times together; resolves to what each heard.
fn rush(told: &[(&str, &str)]) -> (World, Vec<CouponOutcome>) {
    const LINKS: u16 = 50;
    let world = World::with_coupons(Cast {
        has_rush: true,
        ..Cast::default()
    });
    let campaign = open(&world, told, "1");
    issue(&world, &campaign, LINKS, "2").unwrap();
    let mut people: Vec<_> = (1..4).map(|seed| Person::new(&world, seed)).collect();
    let key_of_office = office_key(&world);
    // Each link is wanted twenty times; every request has a nonce of its own.
    let questions: Vec<_> = (0..1_000_u16)
        .map(|number| {
            let link = number % LINKS;
            let person = &mut people[usize::from(number) % 3];
            let id = person.id();
            let wanted = coupon(&campaign, link);
            let (said, _) = person.redemption(&world, wanted, secret(link), id);
            person.question(Some(wanted), &said)
        })
        .collect();
    let network = world.hub.network("holder");
    let send = |body: &Vec<u8>| {
        let request = http::Request::post(format!("https://{COUPONS}/v1/coupon-redemptions"))
            .header("content-type", CBOR)
            .body(body.clone());
        network.send(request.unwrap())
    };
    let under_way = questions.iter().map(|(body, _)| send(body));
    let answers = block_on(futures_util::future::join_all(under_way));
    let outcome = |number: usize, answer: &Response<Vec<u8>>| {
        let said = people[number % 3].opened(questions[number].1, answer);
        let said: CouponAnswer = keyed::open(&said.unwrap(), &key_of_office).unwrap();
        said.outcome
    };
    let heard = answers.iter().enumerate();
    let heard = heard.map(|(number, answer)| outcome(number, answer.as_ref().unwrap()));
    let heard = heard.collect();
    (world, heard)
}

/// So many heard this.
fn heard(all: &[CouponOutcome], wanted: CouponOutcome) -> usize {
    all.iter().filter(|outcome| **outcome == wanted).count()
}

#[test]
fn a_thousand_who_redeem_links_at_once_get_exactly_as_many_as_there_are() {
    let (world, all) = rush(&[("count", "50")]);
    assert_eq!(heard(&all, CouponOutcome::Done), 50);
    assert_eq!(heard(&all, CouponOutcome::WrongClaim), 950);
    assert_eq!(counted(&world), [50, 0, 50]);
    assert_eq!(world.number(COUPONS, "SELECT count(*) FROM coupons"), 50);
    assert_eq!(balance(&world, "coupons"), 5_000);
    require_books(&world);
}

#[test]
fn in_a_rush_no_account_redeems_more_links_than_it_gets_coupons() {
    let (world, all) = rush(&[("count", "50"), ("each", "4")]);
    assert_eq!(heard(&all, CouponOutcome::Done), 12);
    assert_eq!(counted(&world), [12, 38, 12]);
    let most = "SELECT max(count) FROM coupon_had";
    assert_eq!(world.number(COUPONS, most), 4);
    require_books(&world);
}

#[test]
fn what_a_list_is_called_is_the_digest_of_what_was_sent() {
    let world = world();
    let campaign = open(&world, &[], "1");
    let (list, _) = send(&world, &campaign, &[claim(0)]).unwrap();
    assert_eq!(
        list,
        data_encoding::HEXLOWER.encode(&Sha256::digest(claim(0)))
    );
    // Of those that no command names only the newest are kept.
    for number in 1..=8 {
        send(&world, &campaign, &[claim(number)]).unwrap();
    }
    let late = try_command(&world, "issue-links", &about(&campaign, &list), "2");
    assert_eq!(late.err().unwrap(), "not-found");
}
