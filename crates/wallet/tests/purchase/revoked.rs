//! Who was revoked is refused before anything is sealed or sent; nobody is believed while that cannot be known; and
//! the directory hears nothing of purchases.

use http::Response;
use tallystick_parties::native::block_on;
use tallystick_protocol::trust::certificate::revocation::LIST_LEN_MAX;
use tallystick_wallet::ErrorKind;
use tallystick_wallet::view::OrderState;

use super::device::Device;
use super::holder::{Holder, ISSUER_ORIGIN, PASSPHRASE, TEA, form, offer, open};
use super::revoking::{renew, revoke};
use super::world::{Between, COURIER, DIRECTORY, ISSUER, ORIGIN, SHOP, World};

const HOUR_MS: u64 = 3_600_000;
/// How soon a directory that had no good list is asked again.
const TRY_AGAIN_MS: u64 = 600_000;
/// How far the clocks of a wallet and of a CA may differ.
const SKEW_SECONDS: u64 = 300;

fn list(world: &World) -> Vec<u8> {
    world.get(DIRECTORY, "/v1/crl").into_body()
}

/// Somebody stands in the directory's place and gives out this.
fn give_out(world: &World, list: Vec<u8>) {
    world.put_between(DIRECTORY, move |path| match path {
        "/v1/crl" => {
            let answer = Response::builder().header("content-type", "application/pkix-crl");
            Between::Instead(answer.body(list.clone()).unwrap())
        }
        _ => Between::Nothing,
    });
}

fn forged(mut list: Vec<u8>) -> Vec<u8> {
    let last = list.len() - 1;
    list[last] ^= 1;
    list
}

/// How often that computer has asked for the list.
fn lookups(device: &Device) -> usize {
    let calls = device.journal();
    calls.iter().filter(|call| call.contains("/v1/crl")).count()
}

/// What the wallet says to a form of that shop.
fn refused(holder: &Holder<'_>, form: &[u8]) -> Option<ErrorKind> {
    let refused = block_on(holder.wallet.check_form(ORIGIN, form)).err();
    refused.map(|refused| refused.kind)
}

/// The wallet's list is void in so many seconds; until then everybody else's is renewed.
fn run_until_void_in(world: &World, holder: &Holder<'_>, seconds: u64) {
    let list = world.anchors.verify_list(&list(world), world.now());
    let void = list.unwrap().next_update().plus_seconds(SKEW_SECONDS);
    world.run_for((void.0 - world.now().0 - seconds) * 1000);
    block_on(holder.wallet.unlock(PASSPHRASE)).unwrap();
}

#[test]
fn t002_7_a_revoked_shop_is_refused_before_anything_is_sealed() {
    let world = World::with_directory();
    let holder = Holder::ready(&world);
    let (asked, unasked) = (holder.asked(TEA), form(&world, TEA));
    revoke(&world, SHOP);
    assert_eq!(refused(&holder, &unasked), None, "it has not heard of it");
    assert_eq!(renew(&holder), Some(HOUR_MS));

    let said = block_on(holder.wallet.check_form(ORIGIN, &unasked)).unwrap_err();
    assert_eq!(said.kind, ErrorKind::CertificateRevoked);
    assert_eq!(said.about, SHOP);
    let said = block_on(holder.wallet.receive_form(ORIGIN, &unasked)).unwrap_err();
    assert_eq!(said.kind, ErrorKind::CertificateRevoked);
    // The window was open when the shop was revoked.
    let said = holder.approve(&asked).unwrap_err();
    assert_eq!(said.kind, ErrorKind::CertificateRevoked);
    assert_eq!(holder.order(&asked).state, OrderState::Asked);
    for party in [SHOP, ISSUER, COURIER] {
        assert_eq!(world.requests(party, "/v1/confirmations"), 0, "{party}");
    }
}

#[test]
fn t002_7_a_revoked_issuer_or_courier_ends_the_order_before_anything_is_sent() {
    for party in [ISSUER, COURIER] {
        let world = World::with_directory();
        let holder = Holder::ready(&world);
        let request = holder.asked(TEA);
        revoke(&world, party);
        renew(&holder);
        holder.approve(&request).unwrap();
        holder.finish();
        let order = holder.order(&request);
        assert_eq!(order.state, OrderState::Failed, "{party}");
        let failure = order.failure.unwrap();
        assert_eq!(failure.kind, "certificate-revoked", "{party}");
        assert_eq!(failure.money_key, None, "nothing was sent");
        assert_eq!(world.requests(SHOP, "/v1/orders"), 0, "{party}");
    }
}

#[test]
fn a_revoked_issuer_offers_no_card() {
    let world = World::with_directory();
    let offer = offer(&world);
    revoke(&world, ISSUER);
    let wallet = open(&world, &Device::new(&world)).unwrap();
    for said in [
        block_on(wallet.check_offer(ISSUER_ORIGIN, &offer)),
        block_on(wallet.receive_offer(ISSUER_ORIGIN, &offer)),
    ] {
        assert_eq!(said.unwrap_err().kind, ErrorKind::CertificateRevoked);
    }
}

#[test]
fn while_its_list_is_void_the_wallet_believes_nobody_and_goes_on_by_itself() {
    let world = World::with_directory();
    let holder = Holder::ready(&world);
    run_until_void_in(&world, &holder, 60);
    let (asked, approved, unasked) = (holder.asked(TEA), holder.asked(TEA), form(&world, TEA));
    holder.approve(&approved).unwrap();
    world.hub.cut(DIRECTORY, true);
    world.run_for(61_000);

    assert_eq!(
        refused(&holder, &unasked),
        Some(ErrorKind::RevocationsStale)
    );
    let said = holder.approve(&asked).unwrap_err();
    assert_eq!(said.kind, ErrorKind::RevocationsStale);
    assert_eq!(said.about, DIRECTORY);
    assert_eq!(holder.order(&asked).state, OrderState::Asked);
    // What was approved waits, and says why.
    let said = block_on(holder.wallet.advance()).unwrap_err();
    assert_eq!(said.kind, ErrorKind::RevocationsStale);
    assert_eq!(holder.order(&approved).state, OrderState::Approved);
    assert_eq!(world.requests(SHOP, "/v1/confirmations"), 0);
    assert_eq!(renew(&holder), Some(TRY_AGAIN_MS));

    world.hub.cut(DIRECTORY, false);
    holder.approve(&asked).unwrap();
    holder.finish();
    for order in [asked, approved] {
        assert_eq!(holder.order(&order).state, OrderState::Delivering);
    }
}

#[test]
fn what_was_approved_and_not_sent_ends_in_time_also_while_nobody_can_be_believed() {
    let world = World::with_directory();
    let holder = Holder::ready(&world);
    run_until_void_in(&world, &holder, 60);
    let approved = holder.asked(TEA);
    holder.approve(&approved).unwrap();
    world.hub.cut(DIRECTORY, true);
    world.run_for(3 * HOUR_MS);
    block_on(holder.wallet.unlock(PASSPHRASE)).unwrap();
    let said = block_on(holder.wallet.advance()).unwrap_err();
    assert_eq!(said.kind, ErrorKind::RevocationsStale);
    assert_eq!(holder.order(&approved).state, OrderState::Expired);
    assert_eq!(block_on(holder.wallet.advance()), Ok(None));
}

#[test]
fn neither_an_older_list_nor_a_forged_one_gives_a_revoked_shop_back() {
    let world = World::with_directory();
    let mut holder = Holder::ready(&world);
    let (before, form) = (list(&world), form(&world, TEA));
    revoke(&world, SHOP);
    renew(&holder);
    let newest = list(&world);
    for other in [before, forged(newest), vec![0x30; LIST_LEN_MAX], Vec::new()] {
        give_out(&world, other);
        assert_eq!(renew(&holder), Some(TRY_AGAIN_MS));
        holder.restart();
        assert_eq!(refused(&holder, &form), Some(ErrorKind::CertificateRevoked));
    }
}

#[test]
fn a_wallet_that_has_no_list_yet_takes_no_forged_one_and_believes_nobody() {
    let world = World::with_directory();
    let (offer, list) = (offer(&world), list(&world));
    let device = Device::new(&world);
    let wallet = open(&world, &device).unwrap();
    let said = || block_on(wallet.check_offer(ISSUER_ORIGIN, &offer)).err();
    give_out(&world, forged(list));
    assert_eq!(said().unwrap().kind, ErrorKind::RevocationsStale);
    let next = block_on(wallet.renew_revocations());
    assert_eq!(next, Ok(None), "nobody has a wallet here yet");
    assert_eq!(lookups(&device), 1);
    world.connect_again(DIRECTORY);
    assert_eq!(said(), None);
}

#[test]
fn a_purchase_asks_the_directory_nothing_also_after_the_wallets_death() {
    let world = World::with_directory();
    let mut holder = Holder::ready(&world);
    assert_eq!(lookups(&holder.device), 1, "once, when it had none");
    holder.restart();
    world.hub.cut(DIRECTORY, true);
    let request = holder.asked(TEA);
    holder.approve(&request).unwrap();
    holder.finish();
    assert_eq!(holder.order(&request).state, OrderState::Delivering);
    assert_eq!(lookups(&holder.device), 1);
}

#[test]
fn a_list_from_the_future_is_said_to_be_about_the_clock() {
    let world = World::with_directory();
    let offer = offer(&world);
    let mut device = Device::new(&world);
    device.skew(-2 * 24 * 3_600_000);
    let wallet = open(&world, &device).unwrap();
    let said = block_on(wallet.receive_offer(ISSUER_ORIGIN, &offer)).unwrap_err();
    assert_eq!(said.kind, ErrorKind::ClockWrong);
}
