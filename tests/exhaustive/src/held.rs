//! What a card says that it holds.

use tallystick_card::host::{self, purse};
use tallystick_card::{Applet, Card};
use tallystick_protocol::purse::{Endpoint, PurseNumber};
use tallystick_protocol::test_keys::TestRng;
use tallystick_protocol::wire::identifier::TransactionId;

/// A purse, as far as value is concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// What can be spent.
    pub amount: u64,
    /// What is set aside, and for which payment.
    pub out: Vec<(TransactionId, u64)>,
    /// The payments that it took, as often as they stand in its history.
    pub taken: Vec<TransactionId>,
    /// The payments that it gave, and had back.
    pub back: Vec<TransactionId>,
}

impl Held {
    /// Reads it from a card whose purse has this number and stands at place 0.
    pub fn of(state: &[u8], number: PurseNumber) -> Self {
        let mut card = Card::restore(state).unwrap();
        let mut rng = TestRng::new(0);
        card.transmit(&host::select(Applet::Purse).unwrap(), &mut rng);
        let view = card.transmit(&purse::read_purse(0).unwrap(), &mut rng);
        let view = purse::purse(&view.bytes).unwrap();
        let history = card.transmit(&purse::read_history(0, 0).unwrap(), &mut rng);
        let history = purse::history(&history.bytes).unwrap();
        let state = view.state.unwrap();
        let out = view.pending.iter();
        let out: Vec<_> = out.map(|one| (one.transaction, one.amount)).collect();
        let set_aside: u64 = out.iter().map(|(_, amount)| amount).sum();
        assert_eq!((set_aside, state.pending_in), (state.pending_out, 0));
        let (mut given, mut taken, mut back) = (Vec::new(), Vec::new(), Vec::new());
        for entry in &history {
            let (Endpoint::Purse(payer), Endpoint::Purse(_)) = (&entry.payer, &entry.payee) else {
                continue;
            };
            // What comes back is the same movement the other way round.
            let list = match (*payer == number, given.contains(&entry.transaction)) {
                (true, _) => &mut given,
                (false, false) => &mut taken,
                (false, true) => &mut back,
            };
            list.push(entry.transaction);
        }
        Self {
            amount: state.amount,
            out,
            taken,
            back,
        }
    }
}
