//! A proxy, or whoever is in its place, that says something else than home did.

use http::{Response, header};
use tallystick_protocol::home::calls::LentList;
use tallystick_protocol::home::loan::Lent;
use tallystick_protocol::wire::cbor::{decode, encode};
use tallystick_wallet::ErrorKind;
use tallystick_wallet::view::OrderState;

use super::ends::{Away, FIRST, Home, SECOND, both};
use super::world::{Between, HOME_PROXY, World};

/// The last list that the proxy was left.
fn last_list(world: &World) -> LentList {
    let received = world.hub.received().into_iter().rev();
    let mut to_proxy = received.filter(|one| one.by == HOME_PROXY);
    let list = to_proxy.find_map(|one| {
        let mut starts = 0..one.bytes.len();
        starts.find_map(|at| decode::<LentList>(&one.bytes[at..]).ok())
    });
    list.unwrap()
}

/// The list with its first loan altered.
fn altered(list: &LentList, change: impl FnOnce(&mut Lent)) -> Vec<u8> {
    let mut lent: Lent = decode(&list.lent[0]).unwrap();
    change(&mut lent);
    let lent = vec![encode(&lent).into()];
    encode(&LentList {
        lent,
        ..list.clone()
    })
}

/// From now on the proxy says this instead, at addresses that end like that.
fn lie_at(world: &World, end: &'static str, lie: Vec<u8>) {
    world.put_between(HOME_PROXY, move |path| {
        if !path.ends_with(end) {
            return Between::Nothing;
        }
        let answer = Response::builder().header(header::CONTENT_TYPE, "application/cbor");
        Between::Instead(answer.body(lie.clone()).unwrap())
    });
}

#[test]
fn a_loan_or_an_account_that_home_did_not_sign_is_refused() {
    let world = World::with_home_proxy();
    let (home, away) = (Home::new(&world), Away::new(&world));
    home.let_in(&away);
    home.lend(|_| {}).unwrap();
    let list = last_list(&world);
    home.let_in(&Away::new(&world));
    let other = home.view().terminals[1].id.clone();
    home.lend(|terms| terms.terminal = other).unwrap();
    let to_another = last_list(&world);
    let foreign: Lent = decode(&to_another.lent[0]).unwrap();
    let lies = [
        altered(&list, |lent| {
            let end = lent.loan.len() - 1;
            lent.loan[end] ^= 1;
        }),
        altered(&list, |lent| lent.account.ciphertext[0] ^= 1),
        altered(&list, |lent| lent.account = foreign.account.clone()),
        encode(&LentList {
            lent: to_another.lent.clone(),
            ..list.clone()
        }),
    ];
    for lie in lies {
        lie_at(&world, "/lent", lie);
        assert_eq!(away.fetch().unwrap_err().kind, ErrorKind::LentInvalid);
        assert!(away.home().loans.is_empty());
    }
    lie_at(&world, "/lent", encode(&list));
    away.fetch().unwrap();
    assert_eq!(away.home().loans.len(), 1);
}

#[test]
fn answers_that_home_or_the_proxy_did_not_give_buy_nothing() {
    let world = World::with_home_proxy();
    let (home, away, _line) = both(&world);
    let request = away.asked();
    for (end, kind) in [
        ("/requests", ErrorKind::HomeProxyRefused),
        ("/openings", ErrorKind::HomeAnswerInvalid),
        ("/sessions", ErrorKind::HomeProxyRefused),
        ("/records", ErrorKind::HomeAnswerInvalid),
    ] {
        lie_at(&world, end, b"something else".to_vec());
        let error = away.approve(&request, FIRST, SECOND).unwrap_err();
        assert_eq!(error.kind, kind, "{end}: {error}");
        assert_eq!(away.holder.order(&request).state, OrderState::Asked);
    }
    assert!(home.view().uses.is_empty());
    lie_at(&world, "/nowhere", Vec::new());
    away.approve(&request, FIRST, SECOND).unwrap();
}
