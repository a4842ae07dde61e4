//! The wallet dies at a write or a call, comes back, and every yen is where it belongs. Each fifth of them is tried, all
//! on demand; each of those that renew a key and close an account is ([`super::dying`]).

use std::cell::Cell;

use tallystick_parties::native::block_on;
use tallystick_wallet::ErrorKind;
use tallystick_wallet::Wallet;
use tallystick_wallet::WalletError;
use tallystick_wallet::view::{
    Choice, KeyPlace, MoveChoice, MovementKind, MovementState, OpeningStep, Phase, PurseStep,
    WalletView,
};

use super::customer::{PASSWORD, PRICE, available, form, put_in};
use super::device::Device;
use super::holder::{Holder, PASSPHRASE, PIN, TEA, form as order_form, open};
use super::world::{ORIGIN, World};

const DEPOSIT: u64 = 10_000;
const LOADED: u64 = 6_000;
const UNLOADED: u64 = 1_500;

/// A holder's way from a registration to a purse that was loaded, has paid and was unloaded, by the pages of the
/// extension: they look at how the wallet stands and do what comes next, as often as the wallet dies under them.
struct Story<'w> {
    world: &'w World,
    device: Device,
    form: Vec<u8>,
    is_paid_in: Cell<bool>,
}

impl<'w> Story<'w> {
    fn new(world: &'w World) -> Self {
        let holder = Holder::ready(world);
        Self {
            world,
            device: holder.device,
            form: order_form(world, TEA),
            is_paid_in: Cell::new(false),
        }
    }

    /// Goes on from what is stored, to the end or to the wallet's death.
    fn go_on(&self) -> Result<(), WalletError> {
        let wallet = open(self.world, &self.device)?;
        if block_on(wallet.view())?.phase == Phase::Locked {
            block_on(wallet.unlock(PASSPHRASE))?;
        }
        self.open_account(&wallet)?;
        self.rest(&wallet)?;
        self.load(&wallet)?;
        let request = block_on(wallet.receive_form(ORIGIN, &self.form))?;
        let view = block_on(wallet.view())?;
        let choice = Choice {
            card_id: view.purses[0].id.clone(),
            address_id: view.addresses[0].id.clone().unwrap(),
            accept_extra: false,
            coupons: Vec::new(),
            gift: None,
        };
        block_on(wallet.approve(&request, &choice, PIN))?;
        self.rest(&wallet)?;
        self.move_once(&wallet, MovementKind::Unload, UNLOADED)
    }

    fn open_account(&self, wallet: &Wallet<Device>) -> Result<(), WalletError> {
        let mut view = block_on(wallet.view())?;
        if view.accounts.is_empty() && view.openings.is_empty() {
            block_on(wallet.register(&form(), PASSWORD))?;
            view = block_on(wallet.view())?;
        }
        if let Some(opening) = view.openings.first() {
            if opening.step != OpeningStep::Keys {
                block_on(wallet.continue_opening(&opening.id))?;
            }
            block_on(wallet.open_account(&opening.id, PIN, KeyPlace::Software))?;
        }
        block_on(wallet.enrol())?;
        let view = block_on(wallet.view())?;
        if !self.is_paid_in.replace(true) {
            put_in(self.world, &view.accounts[0], DEPOSIT);
        }
        if view.purses[0].step != PurseStep::Ready {
            block_on(wallet.tend_purse(&view.purses[0].id))?;
        }
        Ok(())
    }

    fn load(&self, wallet: &Wallet<Device>) -> Result<(), WalletError> {
        self.move_once(wallet, MovementKind::Load, LOADED)
    }

    /// Moves it, or goes on with what was begun.
    fn move_once(
        &self,
        wallet: &Wallet<Device>,
        kind: MovementKind,
        minor: u64,
    ) -> Result<(), WalletError> {
        loop {
            self.rest(wallet)?;
            let view = block_on(wallet.view())?;
            if view.phase == Phase::Locked {
                return Err(WalletError::new(ErrorKind::Locked));
            }
            let mut begun = view.movements.iter().filter(|one| one.kind == kind);
            let begun = begun.find(|one| one.state != MovementState::NotCompleted);
            match begun.map(|one| (one.state, &one.id)) {
                Some((MovementState::Completed, _)) => return Ok(()),
                Some((MovementState::Offered, id)) => {
                    block_on(wallet.answer_movement(id, true, PIN))?;
                }
                Some((state, _)) => panic!("it rests at {state:?}"),
                None => {
                    block_on(wallet.move_value(&choice(&view, kind), minor, PIN))?;
                }
            }
        }
    }

    fn rest(&self, wallet: &Wallet<Device>) -> Result<(), WalletError> {
        for _ in 0..100 {
            match block_on(wallet.advance())? {
                None => return Ok(()),
                Some(_) if self.device.has_failed() => {
                    return Err(WalletError::new(ErrorKind::StorageFailed));
                }
                // An order that waits for the holder is looked at again only when it expires.
                Some(60_000..) => return Ok(()),
                Some(pause_ms) => self.world.run_for(pause_ms.max(50)),
            }
        }
        panic!("the wallet never comes to rest");
    }

    /// One account, one load, one payment, one unload.
    fn has_happened_once(&self, died: &str) {
        let wallet = open(self.world, &self.device).unwrap();
        if block_on(wallet.view()).unwrap().phase == Phase::Locked {
            block_on(wallet.unlock(PASSPHRASE)).unwrap();
        }
        let view = block_on(wallet.view()).unwrap();
        let purse = &view.purses[0];
        assert_eq!(view.accounts.len(), 1, "{died}");
        assert_eq!(purse.amount_minor, LOADED - PRICE - UNLOADED, "{died}");
        assert_eq!((purse.out_minor, purse.in_minor), (0, 0), "{died}");
        let account = available(self.world, "holder 1");
        assert_eq!(account, (DEPOSIT - LOADED + UNLOADED) as i64, "{died}");
        let shop = available(self.world, "payable to kiso-tea.localhost");
        assert_eq!(shop, PRICE as i64, "{died}");
        let completed = |kind| {
            let mut movements = view.movements.iter();
            let is_it = |one: &&_| is_completed(one, kind);
            let all = movements.by_ref().filter(is_it).count();
            assert_eq!(all, 1, "{died}: {kind:?}");
        };
        completed(MovementKind::Load);
        completed(MovementKind::Payment);
        completed(MovementKind::Unload);
    }
}

fn is_completed(movement: &tallystick_wallet::view::MovementView, kind: MovementKind) -> bool {
    movement.kind == kind && movement.state == MovementState::Completed
}

fn choice(view: &WalletView, kind: MovementKind) -> MoveChoice {
    let (account, purse) = (&view.accounts[0].end, &view.purses[0].end);
    let (from, to) = match kind {
        MovementKind::Load => (account, purse),
        _ => (purse, account),
    };
    MoveChoice {
        purse_id: view.purses[0].id.clone(),
        from: from.clone(),
        to: to.clone(),
    }
}

/// Set, every step is interrupted, which takes minutes: `EVERY_STEP=1 cargo test -p tallystick-wallet --test bank`.
const EVERY_STEP: &str = "EVERY_STEP";
/// Otherwise one of so many: each a story of its own, from the opening of the account on.
const SAMPLE: usize = 5;

/// The numbers of the steps to interrupt, of so many. Those after the loss of an answer lie between the others, so that
/// no stretch of five steps is without both.
fn interrupted(steps: usize, lose_answers: bool) -> Vec<usize> {
    if std::env::var_os(EVERY_STEP).is_some() {
        return (0..steps).collect();
    }
    let first = if lose_answers { SAMPLE / 2 } else { 0 };
    (first..steps).step_by(SAMPLE).collect()
}

fn dies_at_steps(lose_answers: bool) {
    let world = World::with_authority();
    let story = Story::new(&world);
    let before = story.device.journal().len();
    story.go_on().unwrap();
    story.has_happened_once("undisturbed");
    let steps = story.device.journal().split_off(before);
    let numbers = interrupted(steps.len(), lose_answers);
    assert!(!numbers.is_empty());
    for &number in &numbers {
        let world = World::with_authority();
        let story = Story::new(&world);
        let events = u32::try_from(number).unwrap();
        story.device.fail_after(events, lose_answers);
        let died = format!(
            "died at step {} of {}, {}",
            number + 1,
            steps.len(),
            steps[number]
        );
        let _ended = story.go_on();
        assert!(story.device.has_failed(), "{died}");
        story.device.mend();
        story
            .go_on()
            .unwrap_or_else(|error| panic!("{died}: {error}"));
        story.has_happened_once(&died);
    }
    println!("{} of {} steps interrupted", numbers.len(), steps.len());
}

#[test]
fn t004_36_value_survives_the_wallet_s_death_at_every_fifth_step() {
    dies_at_steps(false);
}

#[test]
fn t004_36_value_survives_the_loss_of_every_fifth_answer() {
    dies_at_steps(true);
}
