//! Whatever is done, lost or done twice: what a purse holds is what came in less what went out.

use alloc::vec::Vec;

use proptest::prelude::*;
use tallystick_protocol::purse::{
    HISTORY_START, HistoryPolicy, MovementOutcome, MovementRequest, require_chain,
};
use tallystick_protocol::wire::identifier::TransactionId;

use super::holder::Holder;
use crate::Card;
use crate::host::purse;
use crate::tests::bench::CHEAP;

#[derive(Clone, Copy, Debug)]
enum Step {
    Load(u64),
    Unload(u64),
    Pay(u8, u64),
    /// The bank offers what a movement asked for; the holder decides.
    Answer(usize, bool),
    /// The bank ends a movement; the message is given so many times.
    End(usize, bool, usize),
    /// An old verdict is given again.
    Replay(usize),
    /// The bank verifies the history.
    Upload,
    /// The power goes.
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (0..3_000_u64).prop_map(Step::Load),
        3 => (0..3_000_u64).prop_map(Step::Unload),
        2 => (0..20_u8, 0..2_000_u64).prop_map(|(root, amount)| Step::Pay(root, amount)),
        6 => (0..20_usize, any::<bool>()).prop_map(|(which, yes)| Step::Answer(which, yes)),
        6 => (0..20_usize, any::<bool>(), 0..3_usize)
            .prop_map(|(which, yes, times)| Step::End(which, yes, times)),
        1 => (0..50_usize).prop_map(Step::Replay),
        1 => Just(Step::Upload),
        1 => Just(Step::Restart),
    ]
}

/// A movement as the bank knows it.
struct Known {
    transaction: TransactionId,
    amount: u64,
    is_load: bool,
    request: Option<MovementRequest>,
    refused: bool,
    accepted: bool,
    outcome: Option<MovementOutcome>,
    /// Whether the card has heard of it.
    heard: bool,
}

struct World {
    holder: Holder,
    known: Vec<Known>,
    verdicts: Vec<(usize, Vec<u8>)>,
}

const OPENING: u64 = 10_000;

impl World {
    fn new(policy: HistoryPolicy) -> Self {
        let mut holder = Holder::new();
        holder.bank.checkpoint.policy = policy;
        holder.upload();
        holder.load(OPENING).unwrap();
        Self {
            holder,
            known: Vec::new(),
            verdicts: Vec::new(),
        }
    }

    fn know(&mut self, request: MovementRequest, is_load: bool) {
        self.known.push(Known {
            transaction: request.transaction,
            amount: request.amount.minor,
            is_load,
            request: Some(request),
            refused: false,
            accepted: false,
            outcome: None,
            heard: false,
        });
    }

    fn act(&mut self, step: Step) {
        match step {
            Step::Load(amount) => {
                if let Ok(request) = self.holder.ask(amount) {
                    self.know(request, true);
                }
            }
            Step::Unload(amount) => {
                if let Ok(request) = self.holder.give(amount) {
                    self.know(request, false);
                }
            }
            Step::Pay(root, amount) => self.pay(root, amount),
            Step::Answer(which, yes) => self.answer(which, yes),
            Step::End(which, yes, times) => self.end(which, yes, times),
            Step::Replay(which) => self.replay(which),
            Step::Upload => self.holder.upload(),
            Step::Restart => {
                let card = Card::restore(&self.holder.bench.card.state()).unwrap();
                self.holder.bench.card = card.costing(CHEAP);
                self.holder.bench.verify();
                self.holder.bench.select(crate::Applet::Purse);
            }
        }
    }

    fn pay(&mut self, root: u8, amount: u64) {
        let transaction = TransactionId([root; 32]);
        let again = self.known.iter().any(|one| one.transaction == transaction);
        if self.holder.pay(root, amount).is_ok() && !again {
            self.known.push(Known {
                transaction,
                amount,
                is_load: false,
                request: None,
                refused: false,
                accepted: false,
                outcome: None,
                heard: false,
            });
        }
    }

    fn answer(&mut self, which: usize, yes: bool) {
        let Some(known) = self.known.get_mut(which) else {
            return;
        };
        let Some(request) = known.request.clone() else {
            return;
        };
        let offer = self.holder.bank.offer(&request);
        let offer = self.holder.bank.sign(&offer);
        let answered = self.holder.answer(yes, &offer);
        if answered.is_ok() {
            known.refused = !yes;
            known.accepted = yes;
        }
    }

    /// A bank says one outcome for ever, and completes only what was accepted, or paid.
    fn end(&mut self, which: usize, yes: bool, times: usize) {
        let Some(known) = self.known.get_mut(which) else {
            return;
        };
        let outcome = *known.outcome.get_or_insert(
            match yes && (known.accepted || known.request.is_none()) {
                true => MovementOutcome::Completed,
                false => MovementOutcome::NotCompleted,
            },
        );
        let verdict = self.holder.bank.verdict(known.transaction, outcome);
        for _ in 0..times {
            let now = self.holder.now;
            self.holder.ok(purse::take_verdict(0, &verdict, now));
            known.heard = true;
        }
        self.verdicts.push((which, verdict));
    }

    fn replay(&mut self, which: usize) {
        if let Some((which, verdict)) = self.verdicts.get(which) {
            let now = self.holder.now;
            self.holder.ok(purse::take_verdict(0, verdict, now));
            self.known[*which].heard = true;
        }
    }

    /// What the card must hold by what it has heard.
    fn check(&mut self) {
        let completed =
            |known: &&Known| known.heard && known.outcome == Some(MovementOutcome::Completed);
        let sum = |is_load: bool| -> u64 {
            let known = self.known.iter().filter(completed);
            let known = known.filter(|known| known.is_load == is_load);
            known.map(|known| known.amount).sum()
        };
        let expected = OPENING + sum(true) - sum(false);
        let state = self.holder.state();
        assert_eq!(state.amount + state.pending_out, expected);
        let open = self
            .known
            .iter()
            .filter(|known| !known.is_load && !known.refused && !known.heard);
        assert_eq!(
            state.pending_out,
            open.map(|known| known.amount).sum::<u64>()
        );
        let history = self.holder.history();
        if let Some(last) = history
            .last()
            .filter(|last| last.sequence == state.sequence)
        {
            assert_eq!(last.balance, state.amount);
            let first = &history[0];
            let known = (first.sequence - 1, first.previous);
            assert!(first.sequence > 1 || first.previous == HISTORY_START);
            require_chain(&history, known, state.head).unwrap();
        }
        for pair in history.windows(2) {
            assert_eq!(pair[0].balance.abs_diff(pair[1].balance), pair[1].amount);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_lost_or_made_by_any_order_of_messages(
        policy in prop_oneof![
            Just(HistoryPolicy::UploadFirst),
            Just(HistoryPolicy::EraseOldest),
            Just(HistoryPolicy::Stop),
        ],
        steps in prop::collection::vec(step(), 1..60),
    ) {
        let mut world = World::new(policy);
        for step in steps {
            world.act(step);
            world.check();
        }
    }
}
