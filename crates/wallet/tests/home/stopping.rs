//! *Stop*, while the card at home is at work and others wait for it.

use tallystick_parties::native::block_on;
use tallystick_protocol::home::HomeRefusal;
use tallystick_protocol::home::calls::{HomeCall, HomeCallKind, HomeReply};
use tallystick_protocol::wire::cbor::{decode, encode};
use tallystick_protocol::wire::identifier::TerminalId;
use tallystick_simulation::reader::HeldCard;
use tallystick_wallet::core::join;
use tallystick_wallet::view::{KeyPlace, LoanState};

use super::ends::{Away, FIRST, Home, SECOND};
use super::holder::{Holder, ISSUER_ORIGIN, offer};
use super::world::World;

const CARD_PIN: &str = "161803";
/// What a stop may take at the most: at 50 ms a command it is heard within a second, with room for the reader.
const APDUS_MAX: u32 = 14;

/// A home whose card is in a reader, with something lent.
fn in_reader(world: &World) -> Home<'_> {
    let holder = Holder::ready(world);
    holder.device.reader().insert(&HeldCard::new("home card"));
    block_on(holder.wallet.prepare_reader_card(CARD_PIN)).unwrap();
    block_on(holder.wallet.receive_offer(ISSUER_ORIGIN, &offer(world))).unwrap();
    block_on(holder.wallet.add_card(CARD_PIN, KeyPlace::Reader)).unwrap();
    block_on(holder.wallet.enrol()).unwrap();
    let (home, away) = (Home::of(holder), Away::new(world));
    let set_up = home
        .wallet
        .home_set_up(CARD_PIN, FIRST, SECOND, KeyPlace::Reader);
    block_on(set_up).unwrap();
    let code = block_on(away.holder.wallet.away_code(KeyPlace::Software)).unwrap();
    block_on(home.wallet.home_enrol(CARD_PIN, &code, "Phone")).unwrap();
    let mut terms = home.terms();
    terms.card_id = home.wallet_view().cards[1].id.clone();
    block_on(home.wallet.home_lend(CARD_PIN, &terms)).unwrap();
    home
}

/// What a proxy asks that wants the card to work long: a command of very many APDUs.
fn long_call(number: u64) -> Vec<u8> {
    encode(&HomeCall {
        number,
        terminal: TerminalId([7; 32]),
        kind: HomeCallKind::Sign,
        content: vec![7; 8 * 1024],
    })
}

#[test]
fn a_stop_goes_before_what_waits_for_the_card_and_ends_what_the_card_is_at() {
    let world = World::with_home_proxy();
    let home = in_reader(&world);
    let reader = home.device.reader();
    reader.take_short_apdus_only();
    reader.slow_down();
    let before = reader.transmitted();
    let calls = (1..=4).map(long_call);
    let calls = calls.map(|call| {
        let wallet = home.wallet.clone();
        let work = async move { Some(wallet.home_call(&call).await.unwrap().reply) };
        Box::pin(work) as std::pin::Pin<Box<dyn Future<Output = Option<Vec<u8>>>>>
    });
    let (wallet, heard) = (home.wallet.clone(), home.device.reader());
    let stop = async move {
        wallet.home_stop_everything().await.unwrap();
        assert!(heard.transmitted() - before <= APDUS_MAX);
        None
    };
    let all = calls.chain([Box::pin(stop) as std::pin::Pin<Box<dyn Future<Output = _>>>]);
    let answers = block_on(join::all(all));
    assert_eq!(home.view().loans[0].state, LoanState::Stopped);
    for answer in answers.iter().flatten() {
        let reply: HomeReply = decode(answer).unwrap();
        assert_eq!(reply.refusal, Some(HomeRefusal::NoLoan));
        assert!(reply.content.is_empty());
    }
    assert!(reader.transmitted() - before <= APDUS_MAX);
}
