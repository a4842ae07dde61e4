//! Who is not the shop gets no further than its first answer, and who is not the holder no further than the second.

use super::*;
use crate::home::agreement::verify_responder;
use crate::home::records::{RecordError, RecordKeys, Side};
use crate::trust::certificate::{CertificateError, Lifetime, Serial, UnsignedCertificate};
use crate::trust::statement::StatementError;

/// Points of low order (RFC 7748 §6.1): zero, one, the two of order eight, and p-1, p, p+1.
const LOW_ORDER: [&str; 7] = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
];

fn low_order() -> impl Iterator<Item = [u8; 32]> {
    let decode = |hex: &str| data_encoding::HEXLOWER.decode(hex.as_bytes());
    LOW_ORDER
        .map(|hex| decode(hex).unwrap().try_into().unwrap())
        .into_iter()
}

/// Why the initiator does not believe an answer of whoever has that certificate, says it is that domain, and has the
/// role that is asked for or another one.
fn refused(
    scene: &mut Scene,
    named: &str,
    certificate: &Certificate,
    key: usize,
) -> AgreementError {
    let initiator = scene.initiator(Profile::KeyAgreement, None);
    let responder = (&domain(named), certificate, key);
    let (answer, _) = scene.answer_as(initiator.hello(), responder).unwrap();
    scene.receive(&initiator, answer).err().unwrap()
}

fn because(why: StatementError) -> AgreementError {
    AgreementError::Statement(why)
}

#[test]
fn t000_1_nobody_answers_in_the_shops_place() {
    let mut scene = Scene::new();
    let certificate =
        |scene: &mut Scene, role, name| scene.authority.party(role, name, "Somebody", OTHER_KEY);
    let other = certificate(&mut scene, Role::Shop, "other.localhost");
    let claims = because(StatementError::WrongSender { claimed: shop() });
    assert_eq!(
        refused(&mut scene, "shop.localhost", &other, OTHER_KEY),
        claims
    );
    let unexpected = because(StatementError::UnexpectedSender {
        expected: shop(),
        actual: domain("other.localhost"),
    });
    let why = refused(&mut scene, "other.localhost", &other, OTHER_KEY);
    assert_eq!(why, unexpected);
    let proxy = certificate(&mut scene, Role::HomeProxy, "shop.localhost");
    let why = refused(&mut scene, "shop.localhost", &proxy, OTHER_KEY);
    let is_role = matches!(
        why,
        AgreementError::Statement(StatementError::Certificate(_))
    );
    assert!(is_role, "another role: {why:?}");
    let shops = scene.shop.clone();
    let why = refused(&mut scene, "shop.localhost", &shops, OTHER_KEY);
    assert_eq!(why, because(StatementError::BadSignature), "another key");
}

#[test]
fn t000_1_an_expired_certificate_does_not_count() {
    let mut scene = Scene::new();
    let serial = Serial::random(&mut scene.rng);
    let lifetime = Lifetime::days(NOW.minus_seconds(90 * 86_400), 30);
    let party = (Role::Shop, &shop(), "Shop");
    let root = &scene.authority.root;
    let unsigned = UnsignedCertificate::party(root, party, &test_spki(SHOP_KEY), serial, lifetime);
    let expired = scene.authority.sign(unsigned.unwrap());
    let why = refused(&mut scene, "shop.localhost", &expired, SHOP_KEY);
    let expired = StatementError::Certificate(CertificateError::Expired);
    assert_eq!(why, because(expired));
}

#[test]
fn t000_1_a_revoked_certificate_does_not_count() {
    let mut scene = Scene::new();
    let initiator = scene.initiator(Profile::KeyAgreement, None);
    let (answer, _) = scene.answer(initiator.hello()).unwrap();
    let list = scene.authority.list(1, &[&scene.shop]);
    let mut anchors = scene.anchors();
    let list = anchors.verify_list(&list, NOW).unwrap();
    anchors.take_list(list).unwrap();
    let why = initiator.receive(answer, &anchors, NOW, Role::Shop).err();
    let revoked = StatementError::Certificate(CertificateError::Revoked);
    assert_eq!(why, Some(because(revoked)));
}

#[test]
fn an_old_answer_does_not_count() {
    let mut scene = Scene::new();
    let initiator = scene.initiator(Profile::KeyAgreement, None);
    let (answer, _) = scene.answer(initiator.hello()).unwrap();
    let later = Timestamp(NOW.0 + 24 * 3600);
    let why = initiator.receive(answer, &scene.anchors(), later, Role::Shop);
    assert_eq!(why.err(), Some(because(StatementError::Expired)));
}

#[test]
fn an_answer_to_one_hello_is_none_to_another() {
    let mut scene = Scene::new();
    let asked = scene.initiator(Profile::KeyAgreement, None);
    let other = scene.initiator(Profile::KeyAgreement, None);
    let (answer, _) = scene.answer(asked.hello()).unwrap();
    let why = scene.receive(&other, answer.clone()).err();
    assert_eq!(why, Some(AgreementError::Record(RecordError::DoesNotOpen)));
    // What the shop signed, in an answer of somebody who has the shares.
    let responder = Responder::new(&mut scene.rng, other.hello().clone());
    let signed = scene.receive(&asked, answer).unwrap().signed;
    let (answer, _) = responder.answer(&signed).unwrap();
    let why = scene.receive(&other, answer).err();
    assert_eq!(why, Some(because(StatementError::WrongTransaction)));
}

#[test]
fn a_share_of_low_order_is_refused_on_either_side() {
    let mut scene = Scene::new();
    for low in low_order() {
        let initiator = scene.initiator(Profile::KeyAgreement, Some(second_share()));
        let (answer, _) = scene.answer(initiator.hello()).unwrap();
        let hello = initiator.hello().clone();
        let with_low = Hello {
            share: low,
            ..hello.clone()
        };
        let why = scene.answer(&with_low).map(|_| ());
        assert_eq!(why, Err(AgreementError::Share), "the initiator's");
        let with_low = Hello {
            second: Some(low),
            ..hello
        };
        let why = scene.answer(&with_low).map(|_| ());
        assert_eq!(why, Err(AgreementError::Share), "the second");
        let with_low = HelloAnswer {
            share: low,
            ..answer
        };
        let why = scene.receive(&initiator, with_low).map(|_| ());
        assert_eq!(why, Err(AgreementError::Share), "the responder's");
    }
}

#[test]
fn what_an_initiator_said_is_no_answer_to_itself() {
    let mut scene = Scene::new();
    let initiator = scene.initiator(Profile::KeyAgreement, None);
    let hello = initiator.hello().clone();
    let reflected = HelloAnswer {
        session: [0; 16],
        share: hello.share,
        sealed: crate::wire::cbor::encode(&hello),
    };
    assert!(scene.receive(&initiator, reflected).is_err());
    let (answer, answered) = scene.answer(&hello).unwrap();
    let reflected = Finish {
        sealed: answer.sealed,
        transported: None,
    };
    let why = answered.receive(&reflected).map(|_| ());
    let why = why.err();
    assert_eq!(why, Some(AgreementError::Record(RecordError::DoesNotOpen)));
}

#[test]
fn t000_1_a_shop_in_the_middle_cannot_be_another_shop_to_either_side() {
    let mut scene = Scene::new();
    let middle = scene
        .authority
        .party(Role::Shop, "other.localhost", "Other", OTHER_KEY);
    // The initiator speaks to the other shop, which passes its hello on as if it were for the shop.
    let to = domain("other.localhost");
    let initiator = Initiator::new(&mut scene.rng, to.clone(), Profile::KeyAgreement, None);
    let hello = initiator.hello().clone();
    let passed_on = Hello {
        to: shop(),
        ..hello.clone()
    };
    let (answer, answered) = scene.answer(&passed_on).unwrap();
    let why = scene.receive(&initiator, answer).err();
    assert_eq!(why, Some(AgreementError::Record(RecordError::DoesNotOpen)));
    // It passes on the hello itself: the shop signs as the shop.
    let (answer, _) = scene.answer(&hello).unwrap();
    let why = scene.receive(&initiator, answer).err();
    let unexpected = StatementError::UnexpectedSender {
        expected: to.clone(),
        actual: shop(),
    };
    assert_eq!(why, Some(because(unexpected)));
    // It answers itself, and has what the holder then signed: to the shop that is of no use.
    let own = scene.answer_as(&hello, (&to, &middle, OTHER_KEY));
    let (answer, own) = own.unwrap();
    let received = scene.receive(&initiator, answer).unwrap();
    let signed = scene.entrance(received.transcript());
    let (finish, _) = received.finish(&mut scene.rng, &signed).unwrap();
    let signed = own.receive(&finish).unwrap();
    assert!(scene.accept(&answered, &finish).is_err());
    let its_own = Initiator::new(&mut scene.rng, shop(), Profile::KeyAgreement, None);
    let (answer, answered) = scene.answer(its_own.hello()).unwrap();
    let received = scene.receive(&its_own, answer).unwrap();
    let (finish, _) = received.finish(&mut scene.rng, &signed).unwrap();
    assert!(scene.accept(&answered, &finish).is_err());
}

#[test]
fn a_finish_belongs_to_one_agreement() {
    let mut scene = Scene::new();
    let whole = scene.agree(Profile::KeyAgreement, None);
    let initiator = scene.initiator(Profile::KeyAgreement, None);
    let (_, answered) = scene.answer(initiator.hello()).unwrap();
    assert!(scene.accept(&answered, &whole.finish).is_err());
}

#[test]
fn t000_2_a_card_signs_no_transcript_of_messages_that_the_shop_did_not_sign() {
    let mut scene = Scene::new();
    let anchors = scene.anchors();
    let initiator = scene.initiator(Profile::KeyAgreement, Some(second_share()));
    let (answer, answered) = scene.answer(initiator.hello()).unwrap();
    let received = scene.receive(&initiator, answer).unwrap();
    let (hello, answer, signed) = (&received.hello, &received.answer, &received.signed);
    let verify = |hello: &Hello, answer: &HelloAnswer, signed: &[u8], role| {
        verify_responder(hello, answer, signed, &anchors, NOW, role)
    };
    let right = verify(hello, answer, signed, Role::Shop);
    assert_eq!(right, Ok(answered.transcript));
    assert!(verify(hello, answer, signed, Role::HomeProxy).is_err());
    for altered in each_altered(&crate::wire::cbor::encode(hello)) {
        if let Ok(hello) = crate::wire::cbor::decode(&altered) {
            assert!(verify(&hello, answer, signed, Role::Shop).is_err());
        }
    }
    for altered in each_altered(signed) {
        assert!(verify(hello, answer, &altered, Role::Shop).is_err());
    }
    let other_share = HelloAnswer {
        share: [1; 32],
        ..answer.clone()
    };
    assert!(verify(hello, &other_share, signed, Role::Shop).is_err());
    let other_name = HelloAnswer {
        session: [1; 16],
        ..answer.clone()
    };
    assert!(verify(hello, &other_name, signed, Role::Shop).is_err());
    // The record is not the card's to open: another one gives another transcript, that no shop has.
    let other_record = HelloAnswer {
        sealed: signed.clone(),
        ..answer.clone()
    };
    let transcript = verify(hello, &other_record, signed, Role::Shop).unwrap();
    assert_ne!(transcript, answered.transcript);
}

#[test]
fn a_record_of_the_handshake_is_none_of_the_session() {
    let mut scene = Scene::new();
    let whole = scene.agree(Profile::KeyAgreement, None);
    let own = whole.agreed.confirm(&whole.confirmation).unwrap();
    let mut keys: RecordKeys = own.record_keys(Side::Initiator);
    assert_eq!(
        keys.open(&whole.answer.sealed).map(|_| ()),
        Err(RecordError::DoesNotOpen)
    );
    let mut keys = whole.key.record_keys(Side::Responder);
    assert_eq!(
        keys.open(&whole.finish.sealed).map(|_| ()),
        Err(RecordError::DoesNotOpen)
    );
    assert_eq!(whole.hello.second, None);
}
