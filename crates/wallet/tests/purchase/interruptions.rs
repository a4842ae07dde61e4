//! The wallet dies at every write and every call, comes back, and finishes with exactly one account and
//! one order.

use tallystick_parties::native::block_on;
use tallystick_wallet::ErrorKind;
use tallystick_wallet::Wallet;
use tallystick_wallet::WalletError;
use tallystick_wallet::view::{Choice, OrderState, Phase};

use super::device::Device;
use super::holder::{Holder, ISSUER_ORIGIN, PASSPHRASE, PIN, address, form, offer, open};
use super::world::{COURIER, ISSUER, ORIGIN, SHOP, World};

/// Every write and every call from the issuer's offer to the courier's label.
const STEPS: [&str; 26] = [
    "store offer",
    "POST /v1/account-codes",
    "store header offer profile sheet card",
    "session",
    "POST /v1/enrolments",
    "store card profile",
    "POST /v1/holder-shares",
    "store card profile",
    "POST /v1/holder-shares",
    "store card profile",
    "POST /v1/holder-shares",
    "store card profile",
    "store profile",
    "store order",
    "store order",
    "POST /v1/confirmations",
    "POST /v1/confirmations",
    "POST /v1/confirmations",
    "store order",
    "store order",
    "POST /v1/orders",
    "store order",
    "GET /v1/orders",
    "store order",
    "GET /v1/answers",
    "store order",
];

const CHEAP: &str = r#"[{"sku":"haiku-seasons","quantity":1}]"#;

/// A holder's way from an issuer's page to the courier's label, by the pages of the extension: they look
/// at how the wallet stands and do what comes next, as often as the wallet dies under them.
struct Story<'w> {
    world: &'w World,
    device: Device,
    offer: Vec<u8>,
    form: Vec<u8>,
}

impl<'w> Story<'w> {
    fn new(world: &'w World) -> Self {
        Self {
            world,
            device: Device::new(world),
            offer: offer(world),
            form: form(world, CHEAP),
        }
    }

    /// Goes on from what is stored, to the end or to the wallet's death.
    fn go_on(&self) -> Result<(), WalletError> {
        let wallet = open(self.world, &self.device)?;
        let view = || block_on(wallet.view());
        if view()?.phase == Phase::New {
            block_on(wallet.receive_offer(ISSUER_ORIGIN, &self.offer))?;
        }
        if view()?.phase == Phase::Offered {
            block_on(wallet.set_up(PASSPHRASE, PIN))?;
        }
        if view()?.phase == Phase::Locked {
            block_on(wallet.unlock(PASSPHRASE))?;
        }
        block_on(wallet.enrol())?;
        if view()?.addresses.is_empty() {
            block_on(wallet.save_address(&address()))?;
        }
        let request = block_on(wallet.receive_form(ORIGIN, &self.form))?;
        let (cards, addresses) = (view()?.cards, view()?.addresses);
        let choice = Choice {
            card_id: cards[0].id.clone(),
            address_id: addresses[0].id.clone().unwrap(),
            accept_extra: false,
            coupons: Vec::new(),
            gift: None,
        };
        block_on(wallet.approve(&request, &choice, PIN))?;
        self.advance(&wallet)
    }

    fn advance(&self, wallet: &Wallet<Device>) -> Result<(), WalletError> {
        for _ in 0..100 {
            match block_on(wallet.advance())? {
                None => return Ok(()),
                Some(_) if self.device.has_failed() => {
                    return Err(WalletError::new(ErrorKind::StorageFailed));
                }
                Some(pause_ms) => self.world.run_for(pause_ms.max(50)),
            }
        }
        panic!("the wallet never comes to rest");
    }

    /// One account, one order, one parcel, one charge.
    fn has_happened_once(&self, died: &str) {
        let view = block_on(open(self.world, &self.device).unwrap().view()).unwrap();
        let states: Vec<_> = view.orders.iter().map(|order| order.state).collect();
        assert_eq!(states, [OrderState::Delivering], "{died}");
        assert_eq!(view.cards.len(), 1, "{died}");
        assert_eq!(view.addresses.len(), 1, "{died}");
        let count = |party: &str, what: &str| {
            let sql = format!("SELECT count(*) FROM {what}");
            self.world.number(party, &sql)
        };
        assert_eq!(count(ISSUER, "issuer_holders"), 1, "{died}");
        assert_eq!(count(SHOP, "shop_orders"), 1, "{died}");
        assert_eq!(count(COURIER, "courier_deliveries"), 1, "{died}");
        let charged = self.world.balance("payable to kiso-tea.localhost");
        assert_eq!(charged, 1650 + 520, "{died}");
    }
}

/// Every write and call of an undisturbed story, in order.
fn steps() -> Vec<String> {
    let world = World::new();
    let story = Story::new(&world);
    story.go_on().unwrap();
    story.has_happened_once("undisturbed");
    story.device.journal()
}

fn dies_at_every_step(lose_answers: bool) {
    let steps = steps();
    for (number, step) in steps.iter().enumerate() {
        let world = World::new();
        let story = Story::new(&world);
        let events = u32::try_from(number).unwrap();
        story.device.fail_after(events, lose_answers);
        let died = format!("died at step {} of {}, {step}", number + 1, steps.len());
        assert!(story.go_on().is_err(), "{died}");
        story.device.mend();
        story.go_on().unwrap();
        story.has_happened_once(&died);
    }
    println!("{} steps interrupted", steps.len());
}

#[test]
fn onboarding_and_purchase_have_these_steps() {
    let steps = steps();
    let of = |kind: &str| steps.iter().filter(|step| step.starts_with(kind)).count();
    assert_eq!(steps, STEPS);
    assert_eq!(
        (of("store"), of("session"), of("POST"), of("GET")),
        (14, 1, 9, 2)
    );
}

#[test]
fn onboarding_and_purchase_survive_the_wallets_death_at_every_step() {
    dies_at_every_step(false);
}

#[test]
fn onboarding_and_purchase_survive_the_loss_of_every_answer() {
    dies_at_every_step(true);
}

/// The form is decided upon, and the page asks again for what became of it.
#[test]
fn a_form_handed_over_again_is_the_same_request_even_after_it_has_expired() {
    let world = World::new();
    let holder = Holder::ready(&world);
    let form = form(&world, CHEAP);
    let request = block_on(holder.wallet.receive_form(ORIGIN, &form)).unwrap();
    holder.approve(&request).unwrap();
    holder.finish();
    world.run_for(60 * 60 * 1000);
    block_on(holder.wallet.unlock(PASSPHRASE)).unwrap();
    let again = block_on(holder.wallet.receive_form(ORIGIN, &form)).unwrap();
    assert_eq!(again, request);
    let elsewhere = block_on(
        holder
            .wallet
            .receive_form("http://hayate.localhost:8787", &form),
    );
    assert!(elsewhere.is_err());
}

#[test]
fn setting_up_happens_whole_or_not_at_all() {
    let world = World::new();
    let device = Device::new(&world);
    let wallet = open(&world, &device).unwrap();
    block_on(wallet.receive_offer(ISSUER_ORIGIN, &offer(&world))).unwrap();
    device.fail_after(0, false);
    assert!(block_on(wallet.set_up(PASSPHRASE, PIN)).is_err());
    device.mend();
    let wallet = open(&world, &device).unwrap();
    assert!(device.record("header").is_none() && device.record("offer").is_some());
    assert!(device.record("sheet").is_none());
    block_on(wallet.set_up(PASSPHRASE, PIN)).unwrap();
    assert!(device.record("header").is_some() && device.record("offer").is_none());
    assert!(device.record("sheet").is_some());
}
