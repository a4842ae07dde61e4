//! A thousand who want a coupon at once, of a campaign that has fifty.

use std::time::Instant;

use futures_util::future::join_all;
use http::Request;
use serde_json::{Value as Json, json};
use tallystick_parties::coupon_office::campaign_of;
use tallystick_parties::native::block_on;
use tallystick_parties::ports::Network as _;
use tallystick_protocol::coupon::{CouponAnswer, CouponId, CouponOutcome, Funding, IssueRequest};
use tallystick_protocol::trust::keyed;
use tallystick_simulation::cast::Cast;

use super::coupon::{Person, command, office_key, require_books};
use super::holder::CBOR;
use super::world::{COUPONS, World};

const WHO_WANT: usize = 1_000;
const THERE_ARE: usize = 50;

/// So many rushes: of each how many got one, how many heard that there are no more, and after how many milliseconds each
/// had its answer.
pub fn rush(rounds: u32) -> Vec<Json> {
    let world = World::with_coupons(Cast {
        has_rush: true,
        real_degrees: true,
        ..Cast::default()
    });
    let mut people: Vec<_> = (1..4).map(|seed| Person::new(&world, seed)).collect();
    let rounds = (1..=rounds).map(|round| one(&world, &mut people, round));
    let rounds = rounds.collect();
    require_books(&world);
    rounds
}

fn one(world: &World, people: &mut [Person], round: u32) -> Json {
    let told = [
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
    let told = told.map(|(name, text)| (name, text.to_owned()));
    command(world, "open-campaign", &told, &round.to_string());
    let campaign = campaign_of(&format!("command-{round:0>16}"));
    let key = office_key(world);
    let questions: Vec<_> = (0..WHO_WANT)
        .map(|number| {
            let person = &mut people[number % 3];
            let asked = IssueRequest {
                campaign: Some(campaign),
                ..person.issue_request(world, Funding::Prepaid, 100)
            };
            let signed = person.sign(&asked);
            person.question(Some(CouponId(campaign.0)), &signed)
        })
        .collect();
    let network = world.hub.network("holder");
    let began = Instant::now();
    let answers = block_on(join_all(questions.iter().map(async |(body, _)| {
        let request = Request::post(format!("https://{COUPONS}/v1/coupon-issues"))
            .header("content-type", CBOR)
            .body(body.clone());
        let answer = network.send(request.unwrap()).await.unwrap();
        (answer, began.elapsed().as_secs_f64() * 1e3)
    })));
    let mut times = Vec::new();
    let (mut got, mut none) = (0, 0);
    for (number, (answer, ms)) in answers.iter().enumerate() {
        let said = people[number % 3].opened(questions[number].1, answer);
        let said: CouponAnswer = keyed::open(&said.unwrap(), &key).unwrap();
        match said.outcome {
            CouponOutcome::Done => got += 1,
            CouponOutcome::Exhausted => none += 1,
            other => panic!("{other:?}"),
        }
        times.push(*ms);
    }
    assert_eq!((got, none), (THERE_ARE, WHO_WANT - THERE_ARE));
    json!({ "got": got, "none": none, "ms": times })
}
