//! A bank's books are audited from what was signed (issue 11): a clean bank is clean, and what is planted is found, by
//! its own finding.

use std::rc::Rc;

use rand_core::Rng as _;
use tallystick_auditor::{Export, Finding, Report, Trust, audit};
use tallystick_parties::bank::{Bank, BankConfig};
use tallystick_parties::office::settings::ConsoleAccess;
use tallystick_parties::ports::Tables as _;
use tallystick_protocol::bank::{EvidencePage, EvidencePart, Proof, ProofKind};
use tallystick_protocol::checkout::answers::{Acceptance, ShopState};
use tallystick_protocol::checkout::cancellation::{CancellationKey, CancellationRequest};
use tallystick_protocol::checkout::handing::HandingOver;
use tallystick_protocol::checkout::refunds::RefundRequest;
use tallystick_protocol::instrument::{BankAccountDetails, Payment};
use tallystick_protocol::purse::{Endpoint, MovementRequest};
use tallystick_protocol::test_keys::{TestAuthority, TestRng, test_statement};
use tallystick_protocol::trust::certificate::Certificate;
use tallystick_protocol::trust::command::OperatorKey;
use tallystick_protocol::trust::keyed;
use tallystick_protocol::trust::statement;
use tallystick_protocol::wire::cbor::{decode, encode};
use tallystick_protocol::wire::identifier::Role;
use tallystick_protocol::wire::time::Timestamp;
use tallystick_simulation::banking::Outside;
use tallystick_simulation::cast::PURSE_KEY_TOKEN;

use super::authority::certified_party;
use super::commanding::{command, done};
use super::holder::{CBOR, Holder};
use super::local::people::{Person, pay};
use super::ordering::{order, refund, verdict};
use super::purse::{Key, Purse, account};
use super::talk::{buy, form, send_order};
use super::transferring::{Two, two};
use super::world::{BANK, COURIER, SHOP, World, domain, problem, settings, text};

/// Everything that a bank does, at an office with so many shards.
fn lived(shards: u16) -> World {
    let Two {
        world,
        one: (mut holder, mut purse),
        other: (mut friend, mut theirs),
    } = two(shards);
    let ends = (purse.end(), account(&holder));
    purse.moves(&world, &mut holder, ends, 300).unwrap();
    refuses(&world, &mut holder, &mut purse);
    for ends in [
        (account(&holder), account(&friend)),
        (account(&holder), theirs.end()),
    ] {
        purse.moves(&world, &mut holder, ends, 700).unwrap();
        world.run_for(30_000);
    }
    takes_what_waits(&world, &mut friend, &mut theirs);
    relays_a_prepaid_card(&world, &mut holder, &mut purse);
    world.run_for(1_000);
    // From the account, and given back in part; from the purse, and given back whole.
    let by_account = pays_from_account(&world, &mut holder);
    refund(&world, &by_account, 1, 150);
    refund(&world, &by_account, 2, 50);
    cancels(&world, &mut friend);
    world.run_for(1_000);
    buys_what_no_courier_delivers(&world, &mut holder);
    theirs.load(&world, &mut friend, 2_000);
    world.run_for(1_000);
    let (by_purse, signed) = order(&world, &mut friend, &mut theirs);
    assert_eq!(buy(&world, &by_purse).state, ShopState::Accepted);
    let paid = verdict(&world, &friend, &theirs, &signed);
    theirs.take(&world, &paid);
    refund(&world, &by_purse, 1, 500);
    takes_what_waits(&world, &mut friend, &mut theirs);
    let deposit = [("account", "1"), ("amount", "450")];
    done(&command(&world, "book-deposit", &deposit));
    let shop = [("party", SHOP), ("amount", "1100")];
    done(&command(&world, "pay-out", &shop));
    pays_without_the_bank(&world, [(holder, purse), (friend, theirs)]);
    world.run_for(60_000);
    world
}

/// Each pays the other from purse to purse; the bank hears it from the payee first, then from the payer.
fn pays_without_the_bank(world: &World, two: [(Holder, Purse); 2]) {
    let [mut one, mut other] = two.map(|(holder, purse)| Person { holder, purse });
    for person in [&mut one, &mut other] {
        person.reports(world);
    }
    pay(world, &mut one, &mut other, 1, 130);
    other.reports(world);
    one.reports(world);
    pay(world, &mut other, &mut one, 2, 70);
    other.reports(world);
    one.reports(world);
}

/// A load that the holder does not accept, and one without a reply.
fn refuses(world: &World, holder: &mut Holder, purse: &mut Purse) {
    for replies in [true, false] {
        world.run_for(1_000);
        let request = purse.request(world, account(holder), purse.end(), 40);
        let offer = purse.ask(world, holder, &request).unwrap().offer();
        if replies {
            purse.send_reply(world, holder, offer.transaction, false);
        } else {
            world.run_for(180_000);
            purse.synchronise(world, holder);
        }
    }
    world.run_for(1_000);
}

fn takes_what_waits(world: &World, holder: &mut Holder, purse: &mut Purse) {
    let heard = purse.synchronise(world, holder);
    let waiting = heard.answer.waiting;
    assert_eq!(waiting.len(), 1);
    let ends = (Endpoint::Waiting(waiting[0].transaction), purse.end());
    let amount = waiting[0].amount;
    purse.moves(world, holder, ends, amount).unwrap();
}

/// A bank with shards issues prepaid cards wherever it is asked, and relays them there alone.
fn relays_a_prepaid_card(world: &World, holder: &mut Holder, purse: &mut Purse) {
    if world
        .machines
        .iter()
        .any(|(name, _)| name.starts_with(BANK) && *name != BANK)
    {
        return;
    }
    let card = Purse::prepaid(world, "one");
    world.run_for(1_000);
    let mut request = purse.request(world, account(holder), card.prepaid_end(), 60);
    request.prepaid = Some(card.shown());
    let offer = purse.ask(world, holder, &request).unwrap().offer();
    let signed = purse.reply(world, offer.transaction, true);
    let verdict = purse.say(world, holder, "/v1/replies", &signed).unwrap();
    purse.take(world, &keyed::open(&verdict, &purse.bank).unwrap());
}

fn pays_from_account(world: &World, holder: &mut Holder) -> super::holder::Order {
    let order = holder.order(
        world,
        &form(world, &[("sencha-100", 1)]),
        &by_account(holder),
    );
    assert_eq!(buy(world, &order).state, ShopState::Accepted);
    order
}

/// What the shop hands over itself: its own word is why the bank charges.
fn buys_what_no_courier_delivers(world: &World, holder: &mut Holder) {
    let mut wish = by_account(holder);
    wish.cancellation = Some(CancellationKey::random(&mut holder.rng));
    let order = holder.order(world, &form(world, &[("brewing-guide", 1)]), &wish);
    assert_eq!(buy(world, &order).state, ShopState::Accepted);
}

fn by_account(holder: &Holder) -> super::holder::Wish {
    let Endpoint::Account(account) = account(holder) else {
        panic!("an account")
    };
    let mut wish = holder.wish();
    wish.payment = Some(Payment::BankAccount(BankAccountDetails { account }));
    wish
}

/// An order that is cancelled before the courier hears of it.
fn cancels(world: &World, holder: &mut Holder) {
    let key = CancellationKey::random(&mut holder.rng);
    let mut wish = by_account(holder);
    wish.cancellation = Some(key.clone());
    let order = holder.order(world, &form(world, &[("sencha-100", 1)]), &wish);
    world.hub.cut(COURIER, true);
    send_order(world, &order);
    world.run_for(2_000);
    let request = CancellationRequest {
        order_id: order.id,
        root: order.root,
        key,
        form_start: order.split.form_start.unwrap(),
    };
    let cancel = || world.post(SHOP, "/v1/cancellations", CBOR, encode(&request));
    cancel();
    world.hub.cut(COURIER, false);
    world.run_for(120_000);
    cancel();
    world.run_for(10_000);
}

/// All pages of all objects of the bank, as they follow each other.
pub fn pages(world: &World) -> Vec<EvidencePage> {
    let mut pages = Vec::new();
    let mut next = Some("/v1/evidence".to_owned());
    while let Some(path) = next {
        let answer = world.get(BANK, &path);
        assert!(answer.status().is_success(), "{}", text(&answer));
        pages.push(decode(answer.body()).unwrap());
        let link = answer.headers().get("link");
        next = link.map(|link| {
            let link = link.to_str().unwrap().strip_prefix('<').unwrap();
            link.strip_suffix(">; rel=\"next\"").unwrap().to_owned()
        });
    }
    pages
}

fn trust(world: &World) -> Trust {
    Trust {
        anchors: world.anchors.clone(),
        operators: None,
    }
}

fn audited(pages: &[EvidencePage], trust: &Trust) -> Report {
    let mut export = Export::new();
    for page in pages {
        export.read(&encode(page)).unwrap();
    }
    audit(&export, trust)
}

pub fn found(world: &World, pages: &[EvidencePage]) -> Vec<Finding> {
    audited(pages, &trust(world)).findings
}

/// Whether one of the findings is this.
fn has(findings: &[Finding], is_it: impl Fn(&Finding) -> bool) {
    assert!(findings.iter().any(is_it), "{findings:#?}");
}

/// The first proof of a kind.
fn proof(pages: &mut [EvidencePage], kind: ProofKind) -> &mut Proof {
    let proofs = pages.iter_mut().flat_map(|page| page.proofs.iter_mut());
    proofs.into_iter().find(|one| one.kind == kind).unwrap()
}

/// That an audit of what the bank has by now finds nothing.
pub fn requires_clean_audit(world: &World) {
    let report = audited(&pages(world), &trust(world));
    assert!(report.is_clean(), "{report}");
}

fn is_clean(shards: u16) {
    let world = lived(shards);
    let report = audited(&pages(&world), &trust(&world));
    assert!(report.is_clean(), "{report}");
    assert_eq!(report.objects, if shards == 1 { 1 } else { 5 });
    assert!(report.entries > 30 && report.messages > 30, "{report}");
    // Two deposits of the sandbox are nobody's word, the third is an operator's.
    assert_eq!(report.came_in.len(), 1);
    assert_eq!(report.came_in[0].minor, 20_000);
    assert_eq!(report.operators.len(), 1);
    assert!(report.to_string().contains("all balances agree"));
}

#[test]
fn a_bank_that_did_everything_is_clean() {
    is_clean(1);
}

#[test]
fn a_bank_of_several_objects_is_clean() {
    is_clean(4);
}

#[test]
fn what_is_on_its_way_between_two_objects_is_in_transit_and_no_finding() {
    let Two {
        world,
        one: (mut holder, mut purse),
        other: (friend, _),
    } = two(4);
    let ends = (account(&holder), account(&friend));
    purse.moves(&world, &mut holder, ends, 1_000).unwrap();
    let report = audited(&pages(&world), &trust(&world));
    assert!(report.is_clean(), "{report}");
    assert_eq!(report.under_way.get("JPY"), Some(&1_000));
}

#[test]
fn one_unit_more_on_an_account_is_found_in_what_is_shown_and_in_what_is_stored() {
    let world = lived(1);
    let is_it = |finding: &Finding| {
        matches!(finding, Finding::BalanceDiffers { account, expected, claimed, .. }
        if account == "holder 2" && *claimed == expected + 1)
    };
    let mut shown = pages(&world);
    let accounts = shown.iter_mut().flat_map(|page| page.accounts.iter_mut());
    let mut accounts = accounts.filter(|account| account.name == "holder 2");
    accounts.next().unwrap().credits_posted += 1;
    let findings = found(&world, &shown);
    has(&findings, is_it);
    has(&findings, |finding| {
        matches!(finding, Finding::Unbalanced { difference: 1, .. })
    });
    let sql = "UPDATE accounts SET credits_posted = credits_posted + 1 WHERE name = 'holder 2'";
    world.machine(BANK).database.run(sql, &[]).unwrap();
    has(&found(&world, &pages(&world)), is_it);
}

#[test]
fn an_entry_of_one_unit_more_is_found_though_its_balances_agree_with_it() {
    let world = lived(1);
    let database = &world.machine(BANK).database;
    // Whoever has the store can drop what guards it.
    database
        .run("DROP TRIGGER transfers_are_never_changed", &[])
        .unwrap();
    let sql =
        "SELECT t.id, t.debit, t.credit FROM transfers t JOIN accounts c ON c.account = t.credit
        WHERE t.kind = 'post' AND c.kind = 'purse' LIMIT 1";
    let row = database.run(sql, &[]).unwrap().remove(0);
    let (id, debit, credit) = (
        row.text(0).unwrap().to_owned(),
        row.integer(1).unwrap(),
        row.integer(2).unwrap(),
    );
    let held = id.replace("end ", "move ");
    let raise = "UPDATE transfers SET minor = minor + 1 WHERE id IN (?, ?)";
    database
        .run(raise, &[id.as_str().into(), held.as_str().into()])
        .unwrap();
    let books = "UPDATE accounts SET debits_posted = debits_posted + (account = ?), credits_posted = credits_posted
        + (account = ?)";
    database.run(books, &[debit.into(), credit.into()]).unwrap();
    let findings = found(&world, &pages(&world));
    has(&findings, |finding| {
        matches!(finding, Finding::AmountDiffers { entry, expected, claimed, .. }
        if *entry == held && *claimed == expected + 1)
    });
    has(&findings, |finding| {
        matches!(finding, Finding::BalanceDiffers { expected, claimed, .. }
        if *claimed == expected + 1)
    });
}

#[test]
fn a_forged_message_is_found_whoever_it_claims_to_be_of() {
    let world = lived(1);
    // Another key says what a purse said.
    let mut shown = pages(&world);
    let forged = proof(&mut shown, ProofKind::MovementRequest);
    let request: MovementRequest = keyed::unverified(&forged.signed).unwrap();
    forged.signed = Key::P256([99; 32]).sign(&request);
    let about = forged.about.clone();
    has(&found(&world, &shown), |finding| {
        matches!(finding,
        Finding::BadSignature { message: "movement-request", entry, .. } if *entry == about)
    });
    // The same message, altered by one unit, under its own signature.
    let mut shown = pages(&world);
    let altered = proof(&mut shown, ProofKind::MovementRequest);
    let mut more = request.clone();
    more.amount.minor += 1;
    altered.signed = replaced(&altered.signed, &encode(&request), &encode(&more));
    has(&found(&world, &shown), |finding| {
        matches!(
            finding,
            Finding::BadSignature {
                message: "movement-request",
                ..
            }
        )
    });
    // A shop of another root asks for a refund.
    let mut shown = pages(&world);
    let forged = proof(&mut shown, ProofKind::RefundRequest);
    let request: RefundRequest = statement::unverified(&forged.signed).unwrap();
    let stranger = TestAuthority::new(world.now()).party(Role::Shop, SHOP, "Kiso Tea", 3);
    forged.signed = test_statement(&request, &stranger, 3);
    has(&found(&world, &shown), |finding| {
        matches!(
            finding,
            Finding::UntrustedSigner {
                message: "refund-request",
                ..
            }
        )
    });
    // A courier that is certified, and did not deliver this order.
    let mut shown = pages(&world);
    let forged = proof(&mut shown, ProofKind::Acceptance);
    let mut acceptance: Acceptance = statement::unverified(&forged.signed).unwrap();
    acceptance.envelope.from = domain("other.localhost");
    let other = certified_party(&world, Role::Courier, "other.localhost", 3);
    forged.signed = test_statement(&acceptance, &other, 3);
    forged.at = world.now();
    has(&found(&world, &shown), |finding| {
        matches!(finding, Finding::DoesNotFit { .. })
    });
}

#[test]
fn a_false_word_that_a_shop_handed_over_is_found_whoever_signs_it() {
    let world = lived(1);
    let forge = |change: &dyn Fn(&mut HandingOver), signer: &Certificate, key: usize| {
        let mut shown = pages(&world);
        let forged = proof(&mut shown, ProofKind::HandingOver);
        let mut word: HandingOver = statement::unverified(&forged.signed).unwrap();
        change(&mut word);
        forged.signed = test_statement(&word, signer, key);
        forged.at = world.now();
        found(&world, &shown)
    };
    let shop = certified_party(&world, Role::Shop, SHOP, 3);
    let does_not_fit = |finding: &Finding| matches!(finding, Finding::DoesNotFit { .. });
    // As it was, under another certificate of the shop: the forging itself is no finding.
    let same = forge(&|_| (), &shop, 3);
    assert!(!same.iter().any(does_not_fit), "{same:#?}");
    // The shop's word about another order, and about another payer.
    has(&forge(&|word| word.root.0[0] ^= 1, &shop, 3), does_not_fit);
    let elsewhere = |word: &mut HandingOver| word.issuer = domain("other.localhost");
    has(&forge(&elsewhere, &shop, 3), does_not_fit);
    // A shop that is certified, and sold nothing here.
    let other = certified_party(&world, Role::Shop, "other.localhost", 3);
    let by_other = |word: &mut HandingOver| word.envelope.from = domain("other.localhost");
    has(&forge(&by_other, &other, 3), does_not_fit);
    // A courier, in the shop's name or its own; and a shop of another root.
    let courier = certified_party(&world, Role::Courier, SHOP, 3);
    let is_untrusted = |finding: &Finding| {
        matches!(
            finding,
            Finding::UntrustedSigner {
                message: "handing-over",
                ..
            }
        )
    };
    has(&forge(&|_| (), &courier, 3), is_untrusted);
    let stranger = TestAuthority::new(world.now()).party(Role::Shop, SHOP, "Kiso Tea", 3);
    has(&forge(&|_| (), &stranger, 3), is_untrusted);
}

#[test]
fn a_shops_word_in_the_place_of_a_couriers_is_found() {
    let world = lived(1);
    let mut shown = pages(&world);
    let word: HandingOver =
        statement::unverified(&proof(&mut shown, ProofKind::HandingOver).signed).unwrap();
    let planted = proof(&mut shown, ProofKind::Acceptance);
    let acceptance: Acceptance = statement::unverified(&planted.signed).unwrap();
    let about = planted.about.clone();
    let shop = certified_party(&world, Role::Shop, SHOP, 3);
    let word = HandingOver {
        root: acceptance.root,
        handle: acceptance.handle,
        ..word
    };
    planted.kind = ProofKind::HandingOver;
    planted.signed = test_statement(&word, &shop, 3);
    planted.at = world.now();
    has(
        &found(&world, &shown),
        |finding| matches!(finding, Finding::DoesNotFit { entry, .. } if *entry == about),
    );
}

/// The bytes with the first occurrence of `from` replaced.
fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let at = bytes
        .windows(from.len())
        .position(|part| part == from)
        .unwrap();
    [&bytes[..at], to, &bytes[at + from.len()..]].concat()
}

#[test]
fn a_message_that_is_dropped_doubled_or_left_without_its_entry_is_found() {
    let world = lived(1);
    for kind in [
        ProofKind::MovementRequest,
        ProofKind::MovementReply,
        ProofKind::MovementVerdict,
        ProofKind::AuthorisationRequest,
        ProofKind::Approval,
        ProofKind::OrderProof,
        ProofKind::PursePayment,
        ProofKind::Acceptance,
        ProofKind::HandingOver,
        ProofKind::RefundRequest,
    ] {
        let mut shown = pages(&world);
        let about = proof(&mut shown, kind).about.clone();
        for page in &mut shown {
            page.proofs
                .retain(|one| one.kind != kind || one.about != about);
        }
        has(
            &found(&world, &shown),
            |finding| matches!(finding, Finding::EntryWithoutMessage { entry, .. } if *entry == about),
        );
    }
    // The same load twice, with all that was signed for it.
    let mut shown = pages(&world);
    doubles(&mut shown, &["move ", "end "]);
    has(
        &found(&world, &shown),
        |finding| matches!(finding, Finding::UsedTwice { message, .. } if message.starts_with("movement-request")),
    );
    // An entry that is not shown, and one that is not there.
    let mut shown = pages(&world);
    let about = proof(&mut shown, ProofKind::MovementRequest).about.clone();
    for page in &mut shown {
        page.transfers.retain(|transfer| transfer.id != about);
    }
    let findings = found(&world, &shown);
    has(&findings, |finding| matches!(finding, Finding::Gap { .. }));
    has(
        &findings,
        |finding| matches!(finding, Finding::MessageWithoutEntry { entry, .. } if *entry == about),
    );
    let mut shown = pages(&world);
    shown.retain(|page| page.part != EvidencePart::Purses);
    has(&found(&world, &shown), |finding| {
        matches!(finding, Finding::Incomplete { part: "purses", .. })
    });
}

/// Shows the first movement once more under other names, balances and all.
fn doubles(pages: &mut [EvidencePage], words: &[&str]) {
    let first = proof(pages, ProofKind::MovementRequest).about.clone();
    let reference = first.split_once(' ').unwrap().1.to_owned();
    let page = pages
        .iter_mut()
        .find(|page| page.part == EvidencePart::Transfers)
        .unwrap();
    let mut number = page.transfers.last().unwrap().number;
    for word in words {
        let id = format!("{word}{reference}");
        let mut again = page
            .transfers
            .iter()
            .find(|one| one.id == id)
            .unwrap()
            .clone();
        number += 1;
        again.number = number;
        again.id.push_str(" again");
        again.of = again.of.map(|of| format!("{of} again"));
        let proofs: Vec<_> = page
            .proofs
            .iter()
            .filter(|one| one.about == id)
            .cloned()
            .collect();
        page.proofs.extend(proofs.into_iter().map(|mut one| {
            one.about = again.id.clone();
            one
        }));
        page.transfers.push(again);
    }
}

#[test]
fn a_message_of_a_certificate_that_nobody_trusts_is_found() {
    let world = lived(1);
    let strangers = Trust {
        anchors: TestAuthority::new(Timestamp(1)).anchors(),
        operators: Some(vec!["nobody".to_owned()]),
    };
    let findings = audited(&pages(&world), &strangers).findings;
    for kind in [
        "authorisation-request",
        "approval",
        "acceptance",
        "handing-over",
        "command",
        "certificate of the bank",
    ] {
        has(
            &findings,
            |finding| matches!(finding, Finding::UntrustedSigner { message, .. } if *message == kind),
        );
    }
    // The operator's key is told: its commands count, and the report names nobody.
    let shown = pages(&world);
    let keys = shown
        .iter()
        .flat_map(|page| &page.proofs)
        .filter_map(|proof| proof.key.clone());
    let keys: Vec<_> = keys
        .map(|key| OperatorKey::from_spki(&key).unwrap().id().to_owned())
        .collect();
    let told = Trust {
        operators: Some(keys),
        ..trust(&world)
    };
    let report = audited(&shown, &told);
    assert!(report.is_clean() && report.operators.is_empty(), "{report}");
}

#[test]
fn any_amount_that_is_changed_anywhere_is_found() {
    let world = lived(4);
    let shown = pages(&world);
    let rng = &mut TestRng::new(11);
    let below = |rng: &mut TestRng, count: usize| usize::try_from(rng.next_u64()).unwrap() % count;
    for round in 0..60 {
        let mut planted = shown.clone();
        let change = 1 + rng.next_u64() % 1_000;
        let what = if round % 2 == 0 {
            let accounts = planted.iter_mut().flat_map(|page| page.accounts.iter_mut());
            let mut accounts: Vec<_> = accounts.collect();
            let at = below(rng, accounts.len());
            let account = &mut accounts[at];
            match rng.next_u64() % 4 {
                0 => account.debits_pending += change,
                1 => account.debits_posted += change,
                2 => account.credits_pending += change,
                _ => account.credits_posted += change,
            }
            format!("{account:?}")
        } else {
            let transfers = planted
                .iter_mut()
                .flat_map(|page| page.transfers.iter_mut());
            // What nobody signed for is another bank's word.
            let transfers = transfers.filter(|one| !one.id.starts_with("deposit for"));
            let mut transfers: Vec<_> = transfers.collect();
            let at = below(rng, transfers.len());
            let transfer = &mut transfers[at];
            transfer.money.minor += change;
            format!("{transfer:?}")
        };
        assert!(!found(&world, &planted).is_empty(), "{what}");
    }
}

#[test]
fn only_the_operator_reads_the_books_and_only_parts_that_there_are() {
    let Two { world, .. } = two(1);
    for (path, status) in [
        ("/v1/evidence?part=everything", 400),
        ("/v1/evidence?part=transfers&after=x", 400),
        ("/v1/evidence?part=transfers&after=999", 200),
    ] {
        assert_eq!(world.get(BANK, path).status(), status, "{path}");
    }
    let mut own = settings(Role::Issuer, BANK);
    own.console = ConsoleAccess::Token("an operator's own token".to_owned().into());
    let config = BankConfig::new(own, PURSE_KEY_TOKEN);
    let bank = Bank::new(world.machine(BANK).clone(), config, Outside::Played);
    world.hub.connect(BANK, Rc::new(bank));
    let refused = world.get(BANK, "/v1/evidence?part=accounts");
    assert_eq!(problem(&refused), "unauthorised");
}
