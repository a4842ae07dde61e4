//! An account and a purse whose keys are in a card in a reader.

use tallystick_parties::native::block_on;
use tallystick_simulation::reader::HeldCard;
use tallystick_wallet::ErrorKind;
use tallystick_wallet::view::{KeyPlace, MoveChoice, MovementState, PurseStep};

use super::customer::{PASSWORD, account, buy_with_pin, form, movement, purse, put_in};
use super::holder::Holder;
use super::world::World;

pub const CARD_PIN: &str = "161803";

/// A holder whose account and purse are in a card of their own.
pub struct WithReader<'w> {
    pub holder: Holder<'w>,
    pub card: HeldCard,
}

/// With an account that holds something, and a purse that has been applied for.
pub fn ready(world: &World) -> WithReader<'_> {
    let holder = Holder::ready(world);
    let card = HeldCard::new("purse in the hand");
    holder.device.reader().insert(&card);
    block_on(holder.wallet.prepare_reader_card(CARD_PIN)).unwrap();
    let opening = block_on(holder.wallet.register(&form(), PASSWORD)).unwrap();
    let place = KeyPlace::Reader;
    block_on(holder.wallet.open_account(&opening, CARD_PIN, place)).unwrap();
    block_on(holder.wallet.enrol()).unwrap();
    put_in(world, &account(&holder), 10_000);
    WithReader { holder, card }
}

impl WithReader<'_> {
    pub fn load(&self, minor: u64) -> Result<String, ErrorKind> {
        let choice = MoveChoice {
            purse_id: purse(&self.holder).id,
            from: account(&self.holder).end,
            to: purse(&self.holder).end,
        };
        let moved = self.holder.wallet.move_value(&choice, minor, CARD_PIN);
        block_on(moved).map_err(|error| error.kind)
    }

    pub fn tend(&self) -> Result<(), ErrorKind> {
        let id = purse(&self.holder).id;
        block_on(self.holder.wallet.tend_purse(&id)).map_err(|error| error.kind)
    }
}

#[test]
fn t004_8_t004_26_t004_31_value_follows_the_card_in_the_reader() {
    let world = World::with_authority();
    let WithReader { holder, card } = ready(&world);
    let here = WithReader { holder, card };
    here.holder.device.reader().eject();
    assert_eq!(here.tend(), Err(ErrorKind::NoCard));
    assert_eq!(purse(&here.holder).step, PurseStep::Writing);
    assert!(purse(&here.holder).wants_card);
    here.holder.device.reader().insert(&here.card);
    here.tend().unwrap();
    assert_eq!(purse(&here.holder).step, PurseStep::Ready);
    let id = here.load(5_000).unwrap();
    assert_eq!(movement(&here.holder, &id).state, MovementState::Completed);
    here.holder.device.reader().eject();
    assert_eq!(here.load(100), Err(ErrorKind::NoCard));
    assert_eq!(purse(&here.holder).amount_minor, 5_000);
    here.holder.device.reader().insert(&here.card);
    let order = buy_with_pin(&here.holder, &purse(&here.holder).id, CARD_PIN);
    assert_eq!(order.strands.issuer.word, "charged");
    assert!(
        purse(&here.holder).wants_card,
        "the verdict waits for the card"
    );
    assert_eq!(here.holder.view().movements[0].state, MovementState::Ending);
    here.tend().unwrap();
    assert_eq!(
        here.holder.view().movements[0].state,
        MovementState::Completed
    );
    assert_eq!(purse(&here.holder).amount_minor, 3_000);
    let other = HeldCard::new("another card");
    here.holder.device.reader().insert(&other);
    assert_eq!(here.load(100), Err(ErrorKind::OtherCard));
}
