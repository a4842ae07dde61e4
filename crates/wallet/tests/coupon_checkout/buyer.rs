//! A holder with a card and with coupons.

use tallystick_parties::native::block_on;
use tallystick_parties::ports::Tables;
use tallystick_simulation::cast::Cast;
use tallystick_simulation::operators::{COMMANDS, Command, MEDIA_TYPE, OPERATORS, registration};
use tallystick_wallet::WalletError;
use tallystick_wallet::view::{
    Choice, CouponStanding, CouponView, KeyPlace, OrderView, Phase, PricedView,
};

use super::holder::{Holder, PASSPHRASE, PIN, TEA, offer_of};
use super::world::{COUPONS, SHOP, World, text};

/// A bag of tea and its delivery, in yen.
pub const PRICE: u64 = 2_000;
/// What a new holder's card has.
pub const LIMIT: i64 = 50_000;
/// More than an order's form is good for, in milliseconds.
const FORM_MS: u64 = 3_600_000;

/// Everybody, and a shop that takes the office's coupons.
pub fn world() -> World {
    World::with_coupons_at_the_checkout(Cast::default())
}

/// A wallet with a card, an account at the office, and a prepaid coupon of each of these amounts; their names.
pub fn with_coupons<'w>(world: &'w World, worth: &[u64]) -> (Holder<'w>, Vec<String>) {
    let holder = Holder::ready(world);
    open_account(&holder);
    let coupons = worth.iter().map(|minor| buy_coupon(&holder, *minor));
    let coupons = coupons.collect();
    (holder, coupons)
}

/// An account at the office, in the browser's card.
pub fn open_account(holder: &Holder<'_>) {
    let offer = offer_of(holder.world, COUPONS);
    let origin = format!("http://{COUPONS}:8787");
    block_on(holder.wallet.receive_offer(&origin, &offer)).unwrap();
    block_on(holder.wallet.add_card(PIN, KeyPlace::Software)).unwrap();
    block_on(holder.wallet.enrol()).unwrap();
}

/// A voucher that is paid for beforehand.
pub fn buy_coupon(holder: &Holder<'_>, minor: u64) -> String {
    let account = holder.view().coupon_offices[0].account_id.clone();
    let id = block_on(
        holder
            .wallet
            .get_coupon(&account, "voucher", minor, "prepaid", PIN),
    );
    let id = id.unwrap();
    follow(holder);
    assert!(coupon(holder, &id).usable);
    id
}

/// Lets the wallet ask the office, as often as something moves.
pub fn follow(holder: &Holder<'_>) {
    for _ in 0..5 {
        block_on(holder.wallet.follow_coupons()).unwrap();
        holder.world.run_for(2_000);
    }
}

/// The orders' forms end, and the wallet asks what has become of the coupons.
pub fn form_ends(holder: &Holder<'_>) {
    holder.world.run_for(FORM_MS);
    if holder.view().phase == Phase::Locked {
        block_on(holder.wallet.unlock(PASSPHRASE)).unwrap();
    }
    holder.finish();
    follow(holder);
}

pub fn coupon(holder: &Holder<'_>, id: &str) -> CouponView {
    let coupons = holder.view().coupons;
    coupons.into_iter().find(|one| one.id == id).unwrap()
}

pub fn standing(holder: &Holder<'_>, id: &str) -> CouponStanding {
    coupon(holder, id).state
}

/// What the usable coupons are worth, the smallest first.
pub fn usable(holder: &Holder<'_>) -> Vec<u64> {
    let coupons = holder.view().coupons.into_iter();
    let usable = coupons.filter(|one| one.usable);
    let mut worth: Vec<_> = usable.filter_map(|one| Some(one.value?.minor)).collect();
    worth.sort_unstable();
    worth
}

/// Pays with these, and with the first card for the rest.
pub fn choice(holder: &Holder<'_>, coupons: &[String]) -> Choice {
    Choice {
        coupons: coupons.to_vec(),
        ..holder.choice()
    }
}

pub fn priced(holder: &Holder<'_>, request: &str, coupons: &[String]) -> PricedView {
    block_on(holder.wallet.price_with_coupons(request, coupons)).unwrap()
}

pub fn approve(holder: &Holder<'_>, request: &str, coupons: &[String]) -> Result<(), WalletError> {
    block_on(
        holder
            .wallet
            .approve(request, &choice(holder, coupons), PIN),
    )
}

/// Buys tea with these, and with the first card for the rest.
pub fn buy(holder: &Holder<'_>, coupons: &[String]) -> OrderView {
    let request = holder.asked(TEA);
    approve(holder, &request, coupons).unwrap();
    holder.finish();
    holder.order(&request)
}

/// What stands on an account of a party's ledger.
pub fn balance(world: &World, party: &str, account: &str) -> i64 {
    let sql = format!(
        "SELECT coalesce((SELECT credits_posted - debits_posted FROM accounts WHERE name = '{account}'), 0)"
    );
    world.number(party, &sql)
}

/// The office's operator stops the coupon that is worth so much.
pub fn block_coupon(world: &World, minor: u64) {
    let sql = format!("SELECT lower(hex(id)) FROM coupons WHERE minor = {minor}");
    let rows = world.machine(COUPONS).database.run(&sql, &[]).unwrap();
    let id = rows[0].text(0).unwrap().to_owned();
    command(
        world,
        ("issuer", COUPONS),
        "block-coupon",
        &[("coupon", id)],
        "block",
    );
}

/// An operator's command.
pub fn command(
    world: &World,
    (role, domain): (&'static str, &'static str),
    command: &'static str,
    arguments: &[(&str, String)],
    id: &'static str,
) {
    let page = |path, kind, body| {
        let answer = world.send("page", domain, "POST", path, kind, body);
        assert_eq!(answer.status(), 200, "{}", text(&answer));
    };
    page(OPERATORS, "application/json", registration());
    let said = Command {
        role,
        domain,
        command,
        arguments,
        id,
        at: world.now(),
    };
    page(COMMANDS, MEDIA_TYPE, said.signed());
}

/// The shop's operator gives so much back, and the holder's wallet looks.
pub fn give_back(holder: &Holder<'_>, order: &OrderView, minor: u64, id: &'static str) {
    let arguments = [
        ("order", order.order_id.clone().unwrap()),
        ("amount", minor.to_string()),
    ];
    command(holder.world, ("shop", SHOP), "refund", &arguments, id);
    holder.world.run_for(60_000);
    block_on(holder.wallet.follow_money(&order.request_id)).unwrap();
    holder.finish();
}
