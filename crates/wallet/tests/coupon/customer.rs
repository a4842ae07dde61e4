//! A holder with an account at a coupon office.

use tallystick_parties::native::block_on;
use tallystick_simulation::cast::Cast;
use tallystick_simulation::operators::{COMMANDS, Command, MEDIA_TYPE, OPERATORS, registration};
use tallystick_wallet::view::{CouponStanding, CouponView};
use tallystick_wallet::{ErrorKind, WalletError};

use super::device::Device;
use super::holder::{Holder, PASSPHRASE, PIN, offer_of, open};
use super::world::{COUPONS, World, text};

pub const ORIGIN: &str = "http://warifu.localhost:8787";

pub fn world() -> World {
    World::with_coupons(Cast::default())
}

/// A wallet whose one account is at the office.
pub fn customer(world: &World) -> Holder<'_> {
    let device = Device::new(world);
    let wallet = open(world, &device).unwrap();
    block_on(wallet.receive_offer(ORIGIN, &offer_of(world, COUPONS))).unwrap();
    let codes = block_on(wallet.set_up(PASSPHRASE, PIN)).unwrap();
    block_on(wallet.enrol()).unwrap();
    Holder {
        world,
        device,
        wallet,
        puk: codes.puk.unwrap(),
        recovery_code: codes.recovery_code.unwrap(),
        account_code: codes.accounts.first().map(|account| account.code.clone()),
    }
}

pub fn account(holder: &Holder<'_>) -> String {
    holder.view().coupon_offices[0].account_id.clone()
}

pub fn buy_as(holder: &Holder<'_>, funding: &str, minor: u64) -> Result<String, WalletError> {
    let (account, kind) = (account(holder), "electronic-money");
    block_on(
        holder
            .wallet
            .get_coupon(&account, kind, minor, funding, PIN),
    )
}

/// Buys a coupon that is paid for at once.
pub fn buy(holder: &Holder<'_>, minor: u64) -> String {
    buy_as(holder, "prepaid", minor).unwrap()
}

pub fn coupon(holder: &Holder<'_>, id: &str) -> CouponView {
    let mut coupons = holder.view().coupons.into_iter();
    coupons.find(|coupon| coupon.id == id).unwrap()
}

/// How far it is, and whether it can be used.
pub fn state(holder: &Holder<'_>, id: &str) -> (CouponStanding, bool) {
    let coupon = coupon(holder, id);
    (coupon.state, coupon.usable)
}

pub const MINE: (CouponStanding, bool) = (CouponStanding::Owned, true);

pub fn address(holder: &Holder<'_>) -> String {
    block_on(holder.wallet.coupon_address(&account(holder))).unwrap()
}

pub fn give(giver: &Holder<'_>, id: &str, to: &str) -> Result<String, ErrorKind> {
    block_on(giver.wallet.give_coupon(id, to, PIN)).map_err(|error| error.kind)
}

pub fn take(taker: &Holder<'_>, text: &str) -> Result<String, ErrorKind> {
    let account = account(taker);
    let taken = taker.wallet.take_coupon(text, &account, PIN);
    block_on(taken).map_err(|error| error.kind)
}

pub fn follow(holder: &Holder<'_>) {
    block_on(holder.wallet.follow_coupons()).unwrap();
}

/// The office's operator commands.
pub fn command(world: &World, what: &str, told: &[(&str, String)], id: &str) {
    let page = |path, kind, body| {
        let answer = world.send("page", COUPONS, "POST", path, kind, body);
        assert!(answer.status().is_success(), "{}", text(&answer));
    };
    page(OPERATORS, "application/json", registration());
    let signed = Command {
        role: "issuer",
        domain: COUPONS,
        command: what,
        arguments: told,
        id,
        at: world.now(),
    };
    page(COMMANDS, MEDIA_TYPE, signed.signed());
}

/// What stands on an account of the office's ledger.
pub fn balance(world: &World, name: &str) -> i64 {
    let sql = format!(
        "SELECT coalesce((SELECT credits_posted - debits_posted FROM accounts WHERE name = '{name}'), 0)"
    );
    world.number(COUPONS, &sql)
}

/// How many coupons the office has in that state.
pub fn at_office(world: &World, state: &str) -> i64 {
    let sql = format!("SELECT count(*) FROM coupons WHERE state = '{state}'");
    world.number(COUPONS, &sql)
}
