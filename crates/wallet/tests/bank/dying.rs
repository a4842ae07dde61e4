//! The wallet dies at each write and each call while it renews a purse's key and closes purse and account, comes back,
//! and each of it has happened once.

use tallystick_parties::native::block_on;
use tallystick_wallet::WalletError;
use tallystick_wallet::view::{FeeName, Phase, PurseStep, RenewalStep};

use super::customer::available;
use super::deaths::{DEPOSIT, Deaths};
use super::device::Device;
use super::holder::{PASSPHRASE, PIN, open};
use super::world::{AUTHORITY, BANK, World};

/// What the bank of these worlds takes for a new key.
const FEE: u64 = 300;

/// Goes on from what is stored, to the end or to the wallet's death.
fn go_on(world: &World, device: &Device) -> Result<(), WalletError> {
    let wallet = open(world, device)?;
    if block_on(wallet.view())?.phase == Phase::Locked {
        block_on(wallet.unlock(PASSPHRASE))?;
    }
    world.run_for(1_000);
    block_on(wallet.advance())?;
    let view = block_on(wallet.view())?;
    let Some(account) = view.accounts.first() else {
        return Ok(());
    };
    let purse = &view.purses[0];
    let step = purse.renewal.map(|renewal| renewal.step);
    if step.is_none() {
        block_on(wallet.look_up_fees(&purse.id))?;
    }
    if step != Some(RenewalStep::Done) {
        let renewed = wallet.renew_purse(&purse.id, FeeName::Account, FEE, PIN);
        block_on(renewed)?;
    }
    if purse.step != PurseStep::Closed {
        block_on(wallet.close_purse(&purse.id, PIN))?;
    }
    block_on(wallet.close_account(&account.id, PIN))
}

fn has_happened_once(world: &World, device: &Device, died: &str) {
    let wallet = open(world, device).unwrap();
    block_on(wallet.unlock(PASSPHRASE)).unwrap();
    let view = block_on(wallet.view()).unwrap();
    assert_eq!(view.accounts, [], "{died}");
    let paid_out: Vec<_> = view
        .closed_accounts
        .iter()
        .map(|one| one.paid_out_minor)
        .collect();
    assert_eq!(paid_out, [DEPOSIT - FEE], "{died}");
    assert_eq!(view.purses[0].step, PurseStep::Closed, "{died}");
    assert_eq!(available(world, "fees"), FEE as i64, "{died}");
    let payments = "SELECT count(*) FROM bank_outside_payments";
    assert_eq!(world.number(BANK, payments), 1, "{died}");
    let replaced = "SELECT count(*) FROM ra_purse_keys WHERE state = 'replaced'";
    assert_eq!(world.number(AUTHORITY, replaced), 1, "{died}");
}

const RENEWS_AND_CLOSES: Deaths = Deaths {
    go_on,
    rounds: 1,
    is_right: has_happened_once,
};

#[test]
fn a_key_is_renewed_and_an_account_closed_once_though_the_wallet_dies_at_any_step() {
    RENEWS_AND_CLOSES.at_every_step(false);
}

#[test]
fn a_key_is_renewed_and_an_account_closed_once_though_any_answer_is_lost() {
    RENEWS_AND_CLOSES.at_every_step(true);
}
