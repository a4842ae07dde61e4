//! Words of the bank that overtake each other on their way to the card.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use http::{Request, Response};
use tallystick_parties::Party;
use tallystick_parties::native::{Machine, block_on};
use tallystick_simulation::cast::Running;
use tallystick_wallet::ErrorKind;
use tallystick_wallet::view::MovementState;

use super::customer::{choice, load, movement, purse, with_purse};
use super::holder::{Holder, PIN, TEA};
use super::world::{BANK, Between, COURIER, World};

/// A network that carries one report to the bank and its answer back only much later, and meanwhile neither a reply nor
/// a question for a verdict.
#[derive(Clone)]
struct Detour {
    bank: Running<Machine>,
    is_open: Rc<Cell<bool>>,
    reported: Rc<RefCell<Option<Response<Vec<u8>>>>>,
}

impl Party for Detour {
    async fn serve(&self, request: Request<Vec<u8>>) -> Response<Vec<u8>> {
        let lost = || {
            let mut lost = Response::new(Vec::new());
            *lost.status_mut() = http::StatusCode::SERVICE_UNAVAILABLE;
            lost
        };
        let path = request.uri().path().to_owned();
        if path == "/v1/reports" {
            if self.is_open.get() {
                if let Some(answer) = self.reported.take() {
                    return answer;
                }
                return self.bank.serve(request).await;
            }
            let is_first = self.reported.borrow().is_none();
            if is_first {
                let answer = self.bank.serve(request).await;
                self.reported.replace(Some(answer));
            }
            return lost();
        }
        let waits = path == "/v1/replies" || path.starts_with("/v1/verdicts");
        if waits && !self.is_open.get() {
            return lost();
        }
        self.bank.serve(request).await
    }

    async fn wake(&self) {}
}

fn go_on(world: &World, holder: &Holder<'_>, times: usize) {
    for _ in 0..times {
        block_on(holder.wallet.advance()).unwrap();
        world.run_for(1_000);
    }
}

#[test]
fn t004_36_a_word_that_is_overtaken_takes_no_other_word_with_it() {
    let world = World::with_authority();
    let holder = with_purse(&world, 10_000);
    load(&holder, 5_000).unwrap();
    // An order that its bank has, and whose end waits for the courier.
    world.put_between(COURIER, |path| match path {
        "/v1/introductions" => Between::Instead(Response::default()),
        _ => Between::Nothing,
    });
    let request = holder.asked(TEA);
    let with_the_purse = choice(&holder, &purse(&holder).id);
    block_on(holder.wallet.approve(&request, &with_the_purse, PIN)).unwrap();
    go_on(&world, &holder, 10);
    // The holder accepts an offer and presses *report*: the bank hears of the report alone.
    let detour = Detour {
        bank: world.running(BANK),
        is_open: Rc::default(),
        reported: Rc::default(),
    };
    world.hub.connect(BANK, Rc::new(detour.clone()));
    let loaded = load(&holder, 1_000).unwrap();
    assert_eq!(movement(&holder, &loaded).state, MovementState::Accepted);
    let id = purse(&holder).id;
    let silent = block_on(holder.wallet.report_purse(&id, PIN)).unwrap_err();
    assert_eq!(silent.kind, ErrorKind::BankUnreachable);
    // The order ends; then everything is answered at once, the old report too.
    world.connect_again(COURIER);
    go_on(&world, &holder, 40);
    let waiting = purse(&holder);
    assert_eq!((waiting.out_minor, waiting.in_minor), (2_000, 1_000));
    detour.is_open.set(true);
    world.run_for(60_000);
    holder.finish();
    let states = holder.view().movements;
    let all = |state| states.iter().all(|one| one.state == state);
    assert!(all(MovementState::Completed), "{states:?}");
    let after = purse(&holder);
    assert_eq!(
        (after.amount_minor, after.out_minor, after.in_minor),
        (4_000, 0, 0)
    );
    assert!(!after.wants_report);
}
