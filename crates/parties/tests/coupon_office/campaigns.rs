//! Campaigns, whose limits hold under a rush.

use http::{Request, Response};
use tallystick_parties::coupon_office::campaign_of;
use tallystick_parties::native::block_on;
use tallystick_parties::ports::Network as _;
use tallystick_protocol::coupon::{
    CampaignId, CouponAnswer, CouponId, CouponOutcome, Funding, IssueRequest,
};
use tallystick_protocol::trust::keyed;
use tallystick_simulation::cast::Cast;

use super::coupon::{
    Person, balance, by_shop, command, office_key, present, presentation, require_books, shop,
    world, yen,
};
use super::holder::CBOR;
use super::world::{COUPONS, World};

/// Opens a campaign of coupons worth 100 yen each.
pub fn open(world: &World, told: &[(&str, &str)], id: &str) -> CampaignId {
    let usual = [
        ("party", "kiso-tea.localhost"),
        ("amount", "100"),
        ("count", "50"),
        ("each", "1000"),
        ("budget", "1000000"),
        ("days", "30"),
        ("minimum", "0"),
        ("once", "0"),
        ("condition", ""),
    ];
    let told: Vec<_> = usual
        .iter()
        .map(|(name, usual)| {
            let other = told.iter().find(|(own, _)| own == name);
            (*name, other.map_or(*usual, |(_, text)| *text).to_owned())
        })
        .collect();
    command(world, "open-campaign", &told, id);
    campaign_of(&format!("command-{id:0>16}"))
}

#[test]
fn a_thousand_who_want_one_at_once_get_exactly_as_many_as_there_are() {
    let world = World::with_coupons(Cast {
        has_rush: true,
        ..Cast::default()
    });
    let campaign = open(&world, &[], "1");
    let mut people: Vec<_> = (1..4).map(|seed| Person::new(&world, seed)).collect();
    let key_of_office = office_key(&world);
    let about = Some(CouponId(campaign.0));
    let questions: Vec<_> = (0..1_000)
        .map(|number| {
            let person = &mut people[number % 3];
            let asked = IssueRequest {
                campaign: Some(campaign),
                ..person.issue_request(&world, Funding::Prepaid, 100)
            };
            let signed = person.sign(&asked);
            person.question(about, &signed)
        })
        .collect();
    let network = world.hub.network("holder");
    let send = |body: &Vec<u8>| {
        let request = Request::post(format!("https://{COUPONS}/v1/coupon-issues"))
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
    let with = |wanted| {
        let all = answers.iter().enumerate();
        all.filter(|(number, answer)| outcome(*number, answer.as_ref().unwrap()) == wanted)
            .count()
    };
    assert_eq!(
        (with(CouponOutcome::Done), with(CouponOutcome::Exhausted)),
        (50, 950)
    );
    let issued = "SELECT issued FROM coupon_campaigns";
    assert_eq!(world.number(COUPONS, issued), 50);
    assert_eq!(world.number(COUPONS, "SELECT count(*) FROM coupons"), 50);
    assert_eq!(balance(&world, "coupons"), 5_000);
    require_books(&world);
}

#[test]
fn a_budget_that_is_used_up_issues_no_more() {
    let world = world();
    let campaign = open(&world, &[("budget", "250")], "1");
    let mut anna = Person::new(&world, 1);
    for expected in [
        CouponOutcome::Done,
        CouponOutcome::Done,
        CouponOutcome::Exhausted,
    ] {
        let told = anna.pick(&world, campaign, 100).unwrap();
        assert_eq!(told.outcome(), expected);
    }
    assert_eq!(balance(&world, &format!("campaign {campaign}")), 50);
    require_books(&world);
}

#[test]
fn an_account_gets_as_many_as_one_gets() {
    let world = world();
    let campaign = open(&world, &[("each", "2")], "1");
    let (mut anna, mut ben) = (Person::new(&world, 1), Person::new(&world, 2));
    for expected in [
        CouponOutcome::Done,
        CouponOutcome::Done,
        CouponOutcome::HadEnough,
    ] {
        let told = anna.pick(&world, campaign, 100).unwrap();
        assert_eq!(told.outcome(), expected);
    }
    assert_eq!(
        ben.pick(&world, campaign, 100).unwrap().outcome(),
        CouponOutcome::Done
    );
    let other = ben.pick(&world, campaign, 101).unwrap();
    assert_eq!(other.outcome(), CouponOutcome::NotOffered);
    let unknown = ben.pick(&world, CampaignId([1; 16]), 100).unwrap();
    assert_eq!(unknown.outcome(), CouponOutcome::Unknown);
}

#[test]
fn what_an_order_has_to_be_the_shop_says_and_nobody_else() {
    let world = world();
    let campaign = open(&world, &[("minimum", "1000")], "1");
    let mut anna = Person::new(&world, 1);
    let coupon = anna.pick(&world, campaign, 100).unwrap().coupon();
    let given = anna.give(&world, &coupon, shop()).unwrap();
    assert_eq!(given, CouponOutcome::ConditionNotMet);
    // What she signed waits for a shop that can say so.
    let transfer = anna.transfer(&world, &coupon, shop());
    let signed = anna.sign(&transfer);
    for (total, expected) in [
        (999, CouponOutcome::ConditionNotMet),
        (1_000, CouponOutcome::Done),
    ] {
        let mut said = presentation(&world, &coupon, Some(signed.clone()));
        said.total = Some(yen(total));
        let answer = present(&world, &by_shop(&world, &said)).unwrap();
        assert_eq!(answer.outcome, expected);
    }
    assert_eq!(balance(&world, "payable to kiso-tea.localhost"), 100);
    require_books(&world);
}

#[test]
fn of_a_campaign_for_one_order_each_an_account_spends_one() {
    let world = world();
    let campaign = open(&world, &[("once", "1")], "1");
    let mut anna = Person::new(&world, 1);
    let coupons: Vec<_> = (0..2)
        .map(|_| anna.pick(&world, campaign, 100).unwrap().coupon())
        .collect();
    assert_eq!(
        anna.give(&world, &coupons[0], shop()).unwrap(),
        CouponOutcome::Done
    );
    let again = anna.give(&world, &coupons[1], shop()).unwrap();
    assert_eq!(again, CouponOutcome::HadEnough);
    assert_eq!(anna.convert(&world, &coupons[1]), CouponOutcome::NotOffered);
}

#[test]
fn what_nobody_spent_of_a_campaign_is_the_campaigns_again() {
    let world = world();
    let campaign = open(&world, &[("days", "1")], "1");
    let mut anna = Person::new(&world, 1);
    anna.pick(&world, campaign, 100).unwrap().coupon();
    let budget = format!("campaign {campaign}");
    assert_eq!(balance(&world, &budget), 999_900);
    world.run_for(2 * 86_400_000);
    assert_eq!(balance(&world, &budget), 1_000_000);
    let late = anna.pick(&world, campaign, 100).unwrap();
    assert_eq!(late.outcome(), CouponOutcome::Expired);
    require_books(&world);
}
