//! The power fails at every write of a sale: a payment is taken once, and a drink falls once.

use super::machine::{SENCHA, Vendor, inside, pays, person, settles};
use super::world::World;

#[test]
fn wherever_the_power_fails_a_payment_is_taken_once_and_its_drink_falls_once() {
    let world = World::with_authority();
    let mut vendor = Vendor::ready(&world);
    let payer = person(&world, 9_000);
    let mut cut = 0;
    let mut sold = 0;
    loop {
        let payment = pays(&payer, &vendor.chooses("sencha"), SENCHA);
        vendor.machine.database.fail_after(cut);
        let first = vendor.tries_to_take(&payment);
        let went_through = !vendor.machine.database.is_spent();
        vendor.machine.database.mend();
        vendor.restart();
        let again = vendor.takes(&payment);
        let fell = [first.as_ref().ok(), Some(&again)];
        let fell = fell
            .into_iter()
            .flatten()
            .filter(|came| came.outcome == "dropped");
        assert!(fell.count() <= 1, "at write {cut}");
        sold += 1;
        assert_eq!(vendor.drinks(), sold, "at write {cut}");
        settles(&payer, &again);
        assert_eq!(
            inside(&payer),
            (9_000 - 150 * sold as u64, 0),
            "at write {cut}"
        );
        if went_through {
            break;
        }
        cut += 1;
    }
    assert!(cut > 3, "there was something to interrupt");
}

#[test]
fn a_request_that_the_power_cut_off_is_shown_again() {
    let world = World::with_authority();
    let mut vendor = Vendor::ready(&world);
    for cut in 0..12 {
        vendor.machine.database.fail_after(cut);
        let pressed = serde_json::json!({ "product": "sencha" });
        let asked = vendor.post("/v1/choices", &pressed);
        vendor.machine.database.mend();
        vendor.restart();
        let shown = vendor.chooses("sencha");
        if let Ok(asked) = asked {
            assert_eq!(asked["text"], shown.as_str());
        }
    }
    let requests = vendor.number("SELECT count(*) FROM vending_choices");
    assert_eq!(requests, 1, "the card has room for few");
}
