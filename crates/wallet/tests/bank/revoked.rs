//! A bank that was revoked: no value moves by it, and nothing is said to it.

use tallystick_parties::native::block_on;
use tallystick_simulation::cast::Cast;
use tallystick_wallet::ErrorKind;
use tallystick_wallet::view::OrderState;

use super::customer::{account, buy_with, choice, load, purse, unload, with_purse};
use super::holder::{PIN, TEA};
use super::revoking::{renew, revoke};
use super::world::{BANK, SHOP, World};

fn world() -> World {
    World::with_authority_of(Cast {
        has_directory: true,
        ..Cast::default()
    })
}

/// What the bank was sent, and by whom.
fn heard(world: &World) -> usize {
    let all = world.hub.received();
    let from_holder = all
        .iter()
        .filter(|one| one.by == BANK && one.from == "holder");
    from_holder.count()
}

#[test]
fn t004_10_a_revoked_bank_moves_nothing_and_is_told_nothing() {
    let world = world();
    let holder = with_purse(&world, 10_000);
    load(&holder, 5_000).unwrap();
    revoke(&world, BANK);
    renew(&holder);
    let before = (heard(&world), holder.view().movements.len());
    for moved in [load(&holder, 1_000), unload(&holder, 1_000)] {
        let refused = moved.unwrap_err();
        assert_eq!(refused.kind, ErrorKind::CertificateRevoked);
        assert_eq!(refused.about, BANK);
    }
    let order = holder.asked(TEA);
    let means = choice(&holder, &purse(&holder).id);
    let refused = block_on(holder.wallet.approve(&order, &means, PIN)).unwrap_err();
    assert_eq!(refused.kind, ErrorKind::CertificateRevoked);
    assert_eq!(holder.order(&order).state, OrderState::Asked);
    let days = (20_000, 30_000);
    let account = account(&holder).id;
    let statement = holder.wallet.account_statement(&account, days, PIN);
    let refused = block_on(statement).unwrap_err();
    assert_eq!(refused.kind, ErrorKind::CertificateRevoked);
    let after = (heard(&world), holder.view().movements.len());
    assert_eq!(before, after, "nothing was signed, sealed or sent");
}

#[test]
fn t004_10_a_revoked_banks_answer_to_a_report_counts_for_nothing_and_the_holder_hears_why() {
    let world = world();
    let holder = with_purse(&world, 10_000);
    load(&holder, 5_000).unwrap();
    revoke(&world, BANK);
    renew(&holder);
    let before = purse(&holder);
    let refused = block_on(holder.wallet.report_purse(&before.id, PIN)).unwrap_err();
    assert_eq!(refused.kind, ErrorKind::CertificateRevoked);
    assert_eq!(refused.about, BANK);
    let after = purse(&holder);
    assert_eq!(after.checkpoint_at, before.checkpoint_at);
}

#[test]
fn an_account_at_a_revoked_bank_pays_nothing() {
    let world = world();
    let holder = with_purse(&world, 10_000);
    revoke(&world, BANK);
    renew(&holder);
    let order = buy_with(&holder, &account(&holder).id);
    assert_eq!(order.state, OrderState::Failed);
    assert_eq!(order.failure.unwrap().kind, "certificate-revoked");
    assert_eq!(world.requests(SHOP, "/v1/orders"), 0);
}
