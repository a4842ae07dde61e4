use super::*;
use crate::keys::{Centres, Epoch};
use crate::test_keys::{test_signature, test_spki};
use crate::trust::signature::{SignatureError, VerifyingKey};
use crate::trust::statement::{Audience, Envelope};
use crate::wire::cbor::{CborError, Message, decode, encode};
use crate::wire::identifier::{Domain, HolderId};
use crate::wire::money::{Currency, Money};
use crate::wire::time::Timestamp;
use alloc::format;
use alloc::string::ToString;
use alloc::vec;

const NOW: Timestamp = Timestamp(1_800_000_000); // 2027-01-15

fn domain(name: &str) -> Domain {
    Domain::parse(name).unwrap()
}

fn card() -> CardRecord {
    let number = CardNumber::with_check_digit("411111111111111").unwrap();
    let expiry = CardExpiry::new(1, 2030).unwrap();
    CardRecord::new(number, expiry, "Aoi Tanaka", "+81 3 5550 0123").unwrap()
}

fn offer() -> AccountOffer {
    AccountOffer {
        envelope: Envelope::new(
            domain("asahi-card.localhost"),
            Audience::Holder,
            [1; 32],
            NOW,
            600,
        ),
        card: card(),
        limit: Some(Money::new(50_000, Currency::Jpy)),
        grant: [2; 32],
        instrument: None,
    }
}

fn request() -> EnrolmentRequest {
    let unsigned = EnrolmentRequest::unsigned(
        domain("asahi-card.localhost"),
        [2; 32],
        [3; 32],
        test_spki(5),
    );
    let signature = test_signature(5, &unsigned.to_be_signed());
    unsigned.signed(signature)
}

#[test]
fn the_check_digit_tells_mistyped_card_numbers() {
    let number = CardNumber::parse("4111 1111 1111 1111").unwrap();
    assert_eq!(number.as_str(), "4111111111111111");
    assert_eq!(number.last4(), "1111");
    assert_eq!(CardNumber::with_check_digit("411111111111111"), Ok(number));
    let too_long = "4".repeat(20);
    for wrong in [
        "4111111111111112",
        "4111111111111",
        "41111111111111a1",
        "1411111111111111",
        "",
        "0",
        "４１１１１１１１１１１１１１１１",
        &too_long,
    ] {
        assert_eq!(
            CardNumber::parse(wrong),
            Err(CardRecordError::Number),
            "{wrong}"
        );
    }
}

#[test]
fn every_single_mistyped_digit_is_noticed() {
    let number = "4111111111111111";
    for place in 0..number.len() {
        for digit in '0'..='9' {
            let mut typed = number.to_string();
            typed.replace_range(place..=place, &digit.to_string());
            assert_eq!(
                CardNumber::parse(&typed).is_ok(),
                typed == number,
                "{typed}"
            );
        }
    }
}

#[test]
fn a_card_can_be_used_to_the_end_of_its_last_month() {
    let expiry: CardExpiry = "01/27".parse().unwrap();
    assert_eq!(expiry.to_string(), "01/27");
    assert!(expiry.is_current_at(NOW));
    assert!(expiry.is_current_at(Timestamp(1_801_439_999))); // 2027-01-31 23:59:59
    assert!(!expiry.is_current_at(Timestamp(1_801_440_000))); // 2027-02-01 00:00:00
    let leap: CardExpiry = "02/28".parse().unwrap();
    assert!(leap.is_current_at(Timestamp(1_835_481_599))); // 2028-02-29 23:59:59
    assert!(!leap.is_current_at(Timestamp(1_835_481_600)));
    assert_eq!(
        CardExpiry::years_after(NOW, 4).unwrap().to_string(),
        "01/31"
    );
    for wrong in [
        "13/27", "00/27", "1/27", "01/2027", "0127", "+1/27", "", "01/27/",
    ] {
        assert_eq!(
            wrong.parse::<CardExpiry>(),
            Err(CardRecordError::Expiry),
            "{wrong}"
        );
    }
}

#[test]
fn an_account_offer_is_read_back() {
    let bytes = encode(&offer());
    assert!(bytes.len() <= AccountOffer::LEN_MAX);
    assert_eq!(decode::<AccountOffer>(&bytes), Ok(offer()));
}

#[test]
fn a_card_record_outside_its_limits_is_refused_when_decoded() {
    let mut offer = offer();
    offer.card.holder_name = "x".repeat(121);
    assert_eq!(
        decode::<AccountOffer>(&encode(&offer)),
        Err(CborError::Malformed)
    );
    offer.card.holder_name.clear();
    assert_eq!(
        decode::<AccountOffer>(&encode(&offer)),
        Err(CborError::Malformed)
    );
    let expiry = card().expiry;
    for (name, telephone) in [(" ", "1"), ("x", ""), ("a\nb", "1")] {
        assert!(CardRecord::new(card().number.clone(), expiry, name, telephone).is_err());
    }
}

#[test]
fn what_is_on_a_card_is_never_printed_by_accident() {
    let printed = format!("{:?} {:?}", offer(), card().number);
    for secret in ["4111", "Tanaka", "5550", "2030", "[2, 2"] {
        assert!(!printed.contains(secret), "{secret} in {printed}");
    }
}

#[test]
fn an_enrolment_request_proves_its_signing_key_and_names_its_holder() {
    let request = request();
    let read: EnrolmentRequest = decode(&encode(&request)).unwrap();
    let proven = read.verify(&domain("asahi-card.localhost")).unwrap();
    assert_eq!(proven.holder, HolderId::of_enrolment_key(&[3; 32]));
}

#[test]
fn an_enrolment_request_for_another_issuer_is_refused() {
    let refused = request().verify(&domain("other-card.localhost"));
    assert_eq!(
        refused.err(),
        Some(EnrolmentError::WrongIssuer(domain("asahi-card.localhost")))
    );
}

#[test]
fn an_enrolment_request_with_anything_exchanged_is_refused() {
    let issuer = domain("asahi-card.localhost");
    let exchanged = [
        EnrolmentRequest {
            grant: [9; 32],
            ..request()
        },
        EnrolmentRequest {
            enrolment_public_key: [9; 32],
            ..request()
        },
        EnrolmentRequest {
            signing_public_key: test_spki(6),
            ..request()
        },
        EnrolmentRequest {
            signature: vec![0; 256],
            ..request()
        },
    ];
    for request in exchanged {
        let mismatch = EnrolmentError::Signature(SignatureError::Mismatch);
        assert_eq!(request.verify(&issuer).err(), Some(mismatch));
    }
    let no_key = EnrolmentRequest {
        signing_public_key: vec![1, 2, 3],
        ..request()
    };
    assert!(no_key.verify(&issuer).is_err());
}

#[test]
fn a_ticket_entitles_the_holder_of_its_enrolment_key() {
    let ticket = EnrolmentTicket {
        envelope: Envelope::new(
            domain("asahi-card.localhost"),
            Audience::Anyone,
            [3; 32],
            NOW,
            600,
        ),
        enrolment_public_key: [3; 32],
        epoch: Epoch(1),
        centres: Centres::one(domain("keys.localhost")),
    };
    assert_eq!(
        decode::<EnrolmentTicket>(&encode(&ticket)).as_ref(),
        Ok(&ticket)
    );
    assert_eq!(ticket.holder(), HolderId::of_enrolment_key(&[3; 32]));
}

fn move_request() -> MoveRequest {
    let holder = HolderId::of_enrolment_key(&[3; 32]);
    let unsigned = MoveRequest::unsigned(domain("asahi-card.localhost"), holder, &[2; 32]);
    let signature = test_signature(5, &unsigned.to_be_signed());
    unsigned.signed(signature)
}

#[test]
fn a_move_request_is_followed_only_whole_and_by_its_issuer_and_with_the_key_that_signed_it() {
    let issuer = domain("asahi-card.localhost");
    let key = VerifyingKey::from_spki(&test_spki(5)).unwrap();
    let read: MoveRequest = decode(&encode(&move_request())).unwrap();
    assert_eq!(read.verify(&issuer, &key), Ok(()));
    let elsewhere = read.verify(&domain("other-card.localhost"), &key);
    assert_eq!(elsewhere, Err(EnrolmentError::WrongIssuer(issuer.clone())));
    let other_key = VerifyingKey::from_spki(&test_spki(6)).unwrap();
    let mismatch = Err(EnrolmentError::Signature(SignatureError::Mismatch));
    assert_eq!(read.verify(&issuer, &other_key), mismatch);
    let exchanged = [
        MoveRequest {
            holder: HolderId::of_enrolment_key(&[4; 32]),
            ..move_request()
        },
        MoveRequest {
            grant_digest: [9; 32],
            ..move_request()
        },
    ];
    for request in exchanged {
        assert_eq!(request.verify(&issuer, &key), mismatch);
    }
}
