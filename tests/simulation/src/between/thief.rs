//! Whoever has a copy of their own card: it pays, is put back to what it was before, and pays once more.

use std::cell::Cell;

use tallystick_card::Page;
use tallystick_wallet::sealing::software_card::RECORD;
use tallystick_wallet::view::KeyPlace;

use crate::dice::Dice;
use crate::holder::Holder;
use crate::holder::between::Meeting;
use crate::people::everybody;
use crate::plant::Plant;
use crate::town::Town;

/// How often their card is put back.
const TIMES: u32 = 3;

/// Who that is.
pub(crate) struct Thief {
    name: &'static str,
    /// Whether those who look for it know.
    is_known: bool,
    times_left: Cell<u32>,
    dice: Dice,
}

impl Thief {
    /// In every second run there is one.
    pub(super) fn some(seed: u64, plant: Option<Plant>) -> Option<Self> {
        let dice = Dice::new(seed, "a copied card");
        let firsts: Vec<_> = everybody().map(|person| person.computers[0]).collect();
        let is_planted = plant == Some(Plant::SpendTwice);
        let thief = Self {
            name: *dice.pick(&firsts),
            is_known: !is_planted,
            times_left: Cell::new(TIMES),
            dice: dice.clone(),
        };
        (dice.chance(500) || is_planted).then_some(thief)
    }

    /// Whether it is known of this holder.
    pub(crate) fn is(&self, name: &str) -> bool {
        self.is_known && self.name == name
    }
}

/// What a card was.
pub(crate) enum Copied {
    /// The wallet's own.
    Software(Vec<u8>),
    /// That in the reader.
    Held(Vec<Page>),
}

impl Copied {
    /// What the card is now, if it is to be put back to that.
    pub(crate) fn of(town: &Town, holder: &Holder) -> Option<Self> {
        let thief = town.between.thief.as_ref()?;
        let is_willing = thief.name == holder.name && !town.between.is_calm.get();
        if !is_willing || thief.times_left.get() == 0 || !thief.dice.chance(700) {
            return None;
        }
        Some(match holder.money.place {
            KeyPlace::Reader => Self::Held(holder.money.card.copied()),
            KeyPlace::Software | KeyPlace::Hosted => Self::Software(holder.device.record(RECORD)?),
        })
    }

    /// The card is that again. Somebody else asks to be paid.
    pub(crate) fn puts_back(self, town: &Town, holder: &Holder) {
        // What it signed meanwhile is out in the world.
        town.between.histories.look(town);
        let (town_then, name) = (town.me(), holder.name);
        town.scheduler.after(1, move || {
            let Some(town) = town_then.upgrade() else {
                return;
            };
            let (Some(thief), Some(holder)) = (&town.between.thief, town.holder(name)) else {
                return;
            };
            town.note(&format!("{name}: the card is what it was before it paid"));
            thief
                .times_left
                .set(thief.times_left.get().saturating_sub(1));
            match self {
                Self::Software(sealed) => holder.device.tamper(RECORD, |record| *record = sealed),
                Self::Held(pages) => holder.money.card.put_back(&pages),
            }
            town.crash(name);
            for friend in town.between.friends(name) {
                if let Some(friend) = town.holder(friend) {
                    let asks = Meeting::Ask(name, Some(thief.dice.between(1, 1_500)));
                    friend.meetings.want(asks);
                }
            }
        });
    }
}
