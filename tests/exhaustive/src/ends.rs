//! Whatever is set aside can come to its end: nothing is left that neither the payee can take nor the payer can have back.

use crate::card::Command;
use crate::check::Broken;
use crate::message::Kind;
use crate::state::State;
use crate::world_of_two::Two;

/// From this state, with nothing lost any more: every request is paid again, which gives the same payment, each payment is
/// refused, which says again what was said of it before, and every answer is heard.
pub fn can_end(two: &mut Two, state: &State) -> Result<(), Broken> {
    let mut end = state.clone();
    for round in 0..3 {
        for message in state_messages(&end) {
            for index in [0, 1] {
                let held = two.cards[index].held(end.cards[index]).clone();
                if held.out.is_empty() && round != 1 {
                    continue;
                }
                match (round, two.said.kind(message)) {
                    (0, Kind::Request(Some(amount))) => {
                        let paid = held.out.iter().any(|(_, out)| *out == amount);
                        if paid {
                            two.pays_again(&mut end, index, message, amount);
                        }
                    }
                    (0, Kind::Request(None)) => {
                        for (_, amount) in &held.out {
                            two.pays_again(&mut end, index, message, *amount);
                        }
                    }
                    (1, Kind::Payment) => {
                        two.does(&mut end, index, Command::Refuse(message));
                    }
                    (2, Kind::Answer) => {
                        two.does(&mut end, index, Command::Settle(message));
                    }
                    _ => {}
                }
            }
        }
    }
    let held = two.held(&end);
    if held.iter().all(|held| held.out.is_empty()) {
        Ok(())
    } else {
        Err(Broken::Stuck)
    }
}

fn state_messages(state: &State) -> Vec<u32> {
    state.said.to_vec()
}
