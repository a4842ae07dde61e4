//! A prepaid card pays another wallet, and no network is there: the purse beside it takes over what it pays.

use tallystick_parties::native::block_on;
use tallystick_wallet::ErrorKind;
use tallystick_wallet::view::LocalState;

use super::customer::{available, load, purse, with_purse};
use super::holder::{Holder, PIN};
use super::local::{answers, asks, payment, settles, text};
use super::prepaid::{books, card, parts, take_back, top_up, with_prepaid};
use super::world::{BANK, World};

/// One with 500 yen in the purse and 3,000 on a prepaid card, one with an empty purse; and no bank can be reached.
fn two(world: &World) -> (Holder<'_>, Holder<'_>) {
    let payer = with_prepaid(world);
    load(&payer, 500).unwrap();
    top_up(&payer, 3_000).unwrap();
    let payee = with_purse(world, 0);
    for holder in [&payer, &payee] {
        reports(holder);
    }
    world.hub.cut(BANK, true);
    (payer, payee)
}

fn reports(holder: &Holder<'_>) {
    block_on(holder.wallet.report_purse(&purse(holder).id, PIN)).unwrap();
}

/// Pays from the prepaid card; the text for the payee, and how the payment is named.
fn pays(holder: &Holder<'_>, request: &str, minor: u64) -> Result<(String, String), ErrorKind> {
    let id = card(holder).id;
    let paid = block_on(holder.wallet.pay_purse(&id, request, minor, PIN));
    paid.map(|paid| (text(holder, &paid), paid))
        .map_err(|error| error.kind)
}

#[test]
fn t004_24_t004_29_a_prepaid_card_pays_another_wallet_while_no_bank_can_be_reached() {
    let world = World::with_authority();
    let (payer, payee) = two(&world);
    let request = asks(&payee, Some(1_200));
    let seen = block_on(payer.wallet.look_at_text(&request)).unwrap();
    assert!(seen.purses.is_empty(), "the purse has less");
    assert_eq!(seen.prepaid, [card(&payer).id]);
    let (paid, id) = pays(&payer, &request, 1_200).unwrap();
    let inside = || (purse(&payer).amount_minor, purse(&payer).out_minor);
    assert_eq!((inside(), parts(&payer)), ((500, 1_200), (1_800, 0, 0)));
    // Shown again, it is the same payment, and nothing is taken over again.
    assert_eq!(pays(&payer, &request, 1_200).unwrap().0, paid);
    assert_eq!(parts(&payer), (1_800, 0, 0));
    assert!(payment(&payer, &id).is_prepaid);
    assert_eq!(
        settles(&payer, &answers(&payee, &paid, true)),
        LocalState::Settled
    );
    assert_eq!(purse(&payee).amount_minor, 1_200);
    assert_eq!((inside(), parts(&payer)), ((500, 0), (1_800, 0, 0)));
    world.hub.cut(BANK, false);
    for holder in [&payee, &payer] {
        reports(holder);
    }
    assert_eq!(inside(), (500, 0), "nothing had to be set right");
    assert_eq!(books(&world, &payer), (6_500, 500, 1_800));
    let theirs = purse(&payee).end.replace(':', " ");
    assert_eq!(available(&world, &theirs), 1_200);
    take_back(&payer, 1_800).unwrap();
    assert_eq!(books(&world, &payer), (8_300, 500, 0));
}

#[test]
fn t004_34_what_the_other_refuses_stays_in_the_purse_that_took_it_over() {
    let world = World::with_authority();
    let (payer, payee) = two(&world);
    let (paid, id) = pays(&payer, &asks(&payee, None), 900).unwrap();
    let no = answers(&payee, &paid, false);
    assert_eq!(settles(&payer, &no), LocalState::Returned);
    assert!(payment(&payer, &id).is_prepaid);
    assert_eq!(purse(&payer).amount_minor, 1_400);
    assert_eq!(parts(&payer), (2_100, 0, 0));
    world.hub.cut(BANK, false);
    reports(&payer);
    assert_eq!(books(&world, &payer), (6_500, 1_400, 2_100));
}

#[test]
fn what_a_prepaid_card_cannot_pay_moves_nothing() {
    let world = World::with_authority();
    let (payer, payee) = two(&world);
    let request = asks(&payee, Some(3_001));
    let seen = block_on(payer.wallet.look_at_text(&request)).unwrap();
    assert!(seen.prepaid.is_empty() && seen.purses.is_empty());
    assert_eq!(pays(&payer, &request, 3_001), Err(ErrorKind::PurseShort));
    assert_eq!(pays(&payer, &request, 0), Err(ErrorKind::AmountInvalid));
    assert_eq!(
        (purse(&payer).amount_minor, parts(&payer)),
        (500, (3_000, 0, 0))
    );
}

#[test]
fn an_empty_prepaid_card_stays_until_its_bank_has_heard_what_became_of_it() {
    let world = World::with_authority();
    let (payer, payee) = two(&world);
    let (paid, _) = pays(&payer, &asks(&payee, Some(3_000)), 3_000).unwrap();
    settles(&payer, &answers(&payee, &paid, true));
    world.hub.cut(BANK, false);
    let remove = || block_on(payer.wallet.remove_prepaid(&card(&payer).id));
    let refused = remove().map_err(|error| error.kind);
    assert_eq!(refused, Err(ErrorKind::PurseWantsReport));
    reports(&payer);
    remove().unwrap();
    assert!(payer.view().prepaid.is_empty());
    let theirs = purse(&payee).end.replace(':', " ");
    assert_eq!(available(&world, &theirs), 3_000);
}
