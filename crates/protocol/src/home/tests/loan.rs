//! What is lent, and to whom; and who asks.

use alloc::vec;

use super::*;
use crate::home::access::ACCESS_SECONDS;
use crate::home::loan::account_info;
use crate::home::{AccessPurpose, AccessRequest, Loan, PublicKeys};
use crate::trust::keyed;
use crate::trust::signature::{Algorithm, SignatureError, VerifyingKey, sign_es256};
use crate::wire::cbor::{Message, decode, encode};
use crate::wire::identifier::{HomeId, TerminalId};
use crate::wire::money::{Currency, Money};

fn loan(shops: &[&str]) -> Loan {
    Loan {
        home: HomeId([1; 32]),
        number: 1,
        terminal: TerminalId([2; 32]),
        holder: HolderId([3; 32]),
        shops: shops.iter().map(|shop| domain(shop)).collect(),
        each: Money::new(2_000, Currency::Jpy),
        total: 6_000,
        count: 3,
        ends_at: NOW,
        account: [4; 32],
    }
}

#[test]
fn a_loan_is_for_the_shops_that_it_names_or_for_any() {
    let some = loan(&["shop.localhost", "tea.localhost"]);
    assert!(some.is_for(&shop()));
    assert!(some.is_for(&domain("tea.localhost")));
    assert!(!some.is_for(&domain("other.localhost")));
    assert!(!some.is_for(&domain("sub.shop.localhost")));
    assert!(loan(&[]).is_for(&domain("other.localhost")));
}

#[test]
fn an_account_is_sealed_for_one_home_and_one_terminal() {
    let (home, terminal) = (HomeId([1; 32]), TerminalId([2; 32]));
    let info = account_info(&home, &terminal);
    assert_ne!(info, account_info(&HomeId([2; 32]), &terminal));
    assert_ne!(info, account_info(&home, &TerminalId([1; 32])));
}

const SECRET: [u8; 32] = [7; 32];

fn keys() -> PublicKeys {
    let key = VerifyingKey::of_es256(&SECRET).unwrap();
    PublicKeys {
        signing: key.to_spki().unwrap(),
        sealing: [8; 32],
    }
}

fn signed<M: keyed::KeyedMessage>(message: &M) -> Vec<u8> {
    let bytes = keyed::to_be_signed(message, Algorithm::Es256);
    let signature = sign_es256(&SECRET, &bytes).unwrap();
    keyed::assemble(&encode(message), Algorithm::Es256, &signature)
}

fn request() -> AccessRequest {
    let mut rng = TestRng::new(1);
    let keys = keys();
    let proxy = domain("hearth.localhost");
    let (home, terminal) = (HomeId([1; 32]), keys.terminal());
    AccessRequest::new(&mut rng, home, terminal, proxy, AccessPurpose::Open, NOW)
}

#[test]
fn t000_10_what_a_terminal_or_a_home_signed_is_altered_nowhere() {
    fn check<M: keyed::KeyedMessage>(message: &M) {
        let (signed, key) = (signed(message), keys().verifying().unwrap());
        assert!(keyed::open::<M>(&signed, &key).is_ok());
        for altered in each_altered(&signed) {
            assert!(keyed::open::<M>(&altered, &key).is_err());
        }
        let other = VerifyingKey::of_es256(&[6; 32]).unwrap();
        assert!(keyed::open::<M>(&signed, &other).is_err());
    }
    check(&request());
    check(&loan(&["shop.localhost"]));
}

#[test]
fn a_request_is_good_for_a_while_and_is_made_once() {
    let request = request();
    for (at, good) in [
        (NOW.0, true),
        (NOW.0 + ACCESS_SECONDS, true),
        (NOW.0 - ACCESS_SECONDS, true),
        (NOW.0 + ACCESS_SECONDS + 1, false),
        (NOW.0 - ACCESS_SECONDS - 1, false),
        (0, false),
        (u64::MAX, false),
    ] {
        assert_eq!(request.is_fresh(Timestamp(at)), good, "{at}");
    }
    let mut rng = TestRng::new(2);
    let again = AccessRequest::new(
        &mut rng,
        request.home,
        request.terminal,
        request.proxy.clone(),
        request.purpose,
        request.at,
    );
    assert_ne!(request.nonce, again.nonce);
}

#[test]
fn the_names_of_keys_follow_from_both_of_them() {
    let own = keys();
    assert_ne!(own.home().0, own.terminal().0, "two names for two uses");
    let sealing = PublicKeys {
        sealing: [9; 32],
        ..own.clone()
    };
    let other = VerifyingKey::of_es256(&[6; 32]).unwrap();
    let signing = PublicKeys {
        signing: other.to_spki().unwrap(),
        ..own.clone()
    };
    for other in [sealing, signing] {
        assert_ne!(own.home(), other.home());
        assert_ne!(own.terminal(), other.terminal());
    }
    let rsa = PublicKeys {
        signing: test_spki(1),
        ..own
    };
    assert_eq!(rsa.verifying().err(), Some(SignatureError::UnknownKind));
}

#[test]
fn the_longest_loan_is_within_its_limit_and_one_shop_more_is_not_read() {
    let longest = [&"a".repeat(63), ".", &"b".repeat(63), ".localhost"].concat();
    let shops = vec![longest.as_str(); crate::home::SHOPS_MAX];
    let most = loan(&shops);
    assert!(encode(&most).len() <= Loan::LEN_MAX);
    assert!(decode::<Loan>(&encode(&most)).is_ok());
    let more = loan(&[shops.as_slice(), &["shop.localhost"]].concat());
    assert!(decode::<Loan>(&encode(&more)).is_err());
}
