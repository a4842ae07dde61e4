//! Coupons of a campaign, by its link.

use tallystick_parties::coupon_office::campaign_of;
use tallystick_parties::native::block_on;
use tallystick_wallet::ErrorKind;
use tallystick_wallet::view::{CouponEventKind, CouponTextKind};

use super::customer::{MINE, account, command, coupon, customer, state, world};
use super::holder::{Holder, PIN};
use super::world::{SHOP, World};

/// A shop has paid in for two coupons of 100 yen, one for each account.
fn campaign(world: &World) -> String {
    let told = [
        ("party", SHOP.to_owned()),
        ("amount", "100".to_owned()),
        ("count", "2".to_owned()),
        ("each", "1".to_owned()),
        ("budget", "200".to_owned()),
        ("days", "30".to_owned()),
        ("minimum", "1000".to_owned()),
        ("once", "1".to_owned()),
        ("condition", String::new()),
    ];
    command(world, "open-campaign", &told, "1");
    let id = campaign_of(&format!("command-{:0>16}", "1"));
    format!("http://warifu.localhost:8787/campaign#{id}.100.JPY")
}

fn pick(holder: &Holder<'_>, link: &str) -> Result<String, ErrorKind> {
    let account = account(holder);
    let picked = holder.wallet.get_campaign_coupon(link, &account, PIN);
    block_on(picked).map_err(|error| error.kind)
}

#[test]
fn a_campaigns_link_gives_each_account_as_many_as_one_gets() {
    let world = world();
    let link = campaign(&world);
    let (first, second, third) = (customer(&world), customer(&world), customer(&world));
    let looked = block_on(first.wallet.look_at_coupon(&link)).unwrap();
    assert_eq!(looked.what, CouponTextKind::Campaign);
    assert_eq!(looked.coupon.unwrap().value.minor, 100);
    let id = pick(&first, &link).unwrap();
    assert_eq!(state(&first, &id), MINE);
    let picked = coupon(&first, &id);
    assert_eq!(picked.shops, [SHOP]);
    assert_eq!(picked.minimum_total.unwrap().minor, 1_000);
    assert!(picked.once_each);
    assert_eq!(picked.timeline[0].what, CouponEventKind::FromCampaign);
    assert_eq!(pick(&first, &link), Err(ErrorKind::CouponHadEnough));
    pick(&second, &link).unwrap();
    assert_eq!(pick(&third, &link), Err(ErrorKind::CampaignExhausted));
    // It is for its shop.
    let converted = block_on(first.wallet.convert_coupon(&id, PIN));
    assert_eq!(converted.unwrap_err().kind, ErrorKind::CouponNotOffered);
    assert_eq!(state(&first, &id), MINE);
}

#[test]
fn a_link_to_nothing_gives_nothing() {
    let world = world();
    let link = campaign(&world);
    let holder = customer(&world);
    for other in [
        "hello",
        &link.replace("warifu", "other"),
        &link.replace(".100.", ".0x."),
    ] {
        assert_eq!(
            pick(&holder, other),
            Err(ErrorKind::CouponTextInvalid),
            "{other}"
        );
    }
    assert!(pick(&holder, &link.replace(".100.", ".200.")).is_err());
    assert!(holder.view().coupons.is_empty());
}
