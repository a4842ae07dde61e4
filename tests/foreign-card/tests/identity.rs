//! The host side of crates/card, as the wallet uses it, with a PIV card that is not ours.

use des::{
    TdesEde3,
    cipher::{BlockEncrypt, KeyInit},
};
use tallystick_card::{
    Applet, StatusWord,
    host::{self, CardError, Exchange, Form, SigningPublicKey},
};
use tallystick_foreign_card::{MANAGEMENT_KEY, Transmit, with_card};
use tallystick_protocol::test_keys::{TestAuthority, TestRng};
use tallystick_protocol::trust::certificate::{Certificate, Lifetime, Serial, UnsignedCertificate};
use tallystick_protocol::trust::signature::{
    VerifyingKey, emsa_pss_encode, public_key_from_spki, verify_pss,
};
use tallystick_protocol::wire::identifier::Role;
use tallystick_protocol::wire::time::Timestamp;
use zeroize::Zeroizing;

const PIN: &str = "24681012";
const PUK: &[u8; 8] = b"7H3K9PQR";
const NOW: Timestamp = Timestamp(1_790_000_000);

type Apdu = Result<Zeroizing<Vec<u8>>, CardError>;

/// A host and its card.
struct Desk<'a> {
    transmit: Transmit<'a>,
    form: Form,
    /// How many APDUs went.
    sent: usize,
}

impl Desk<'_> {
    fn send(&mut self, apdu: Apdu) -> Zeroizing<Vec<u8>> {
        let mut exchange = Exchange::new(&apdu.unwrap(), self.form).unwrap();
        loop {
            self.sent += 1;
            let response = (self.transmit)(exchange.to_send());
            if let Some(whole) = exchange.receive(&response).unwrap() {
                self.form = exchange.form();
                return whole;
            }
        }
    }

    fn ok(&mut self, apdu: Apdu) {
        host::done(&self.send(apdu)).unwrap();
    }

    /// Proves the management key, as whoever hands out such cards does: the card gives a challenge, which
    /// comes back encrypted (SP 800-73-5 part 2, appendix A.1, with key 9B).
    fn manage(&mut self) {
        let asked = (self.transmit)(&[0, 0x87, 3, 0x9b, 4, 0x7c, 2, 0x81, 0, 0]);
        let ([0x7c, 10, 0x81, 8, challenge @ ..], [0x90, 0]) = asked.split_at(12) else {
            panic!("{asked:02x?} is no challenge");
        };
        let mut block = <[u8; 8]>::try_from(challenge).unwrap().into();
        TdesEde3::new(MANAGEMENT_KEY.into()).encrypt_block(&mut block);
        let answer = [&[0, 0x87, 3, 0x9b, 12, 0x7c, 10, 0x82, 8], &block[..]].concat();
        assert_eq!((self.transmit)(&answer), [0x90, 0]);
    }

    fn generate(&mut self) -> SigningPublicKey {
        let response = self.send(host::generate_signing_key(0));
        host::signing_public_key(&response).unwrap()
    }

    fn sign(&mut self, message: &[u8]) -> Result<[u8; 256], CardError> {
        let block = emsa_pss_encode(message, &[7; 32], 2048).unwrap();
        let response = self.send(host::sign_block(0, &block.try_into().unwrap()));
        host::signature(&response)
    }
}

/// A card from somebody else's factory, its identity applet selected.
fn at_desk(work: impl FnOnce(&mut Desk<'_>)) {
    with_card(|transmit| {
        let mut desk = Desk {
            transmit,
            form: Form::Short,
            sent: 0,
        };
        desk.ok(host::select(Applet::Identity));
        work(&mut desk);
    });
}

fn certificate_of(key: &SigningPublicKey, authority: &TestAuthority) -> Certificate {
    let unsigned = UnsignedCertificate::holder(
        &authority.root,
        "Haruka Sato",
        &key.to_spki(),
        Serial::random(&mut TestRng::new(8)),
        Lifetime::days(NOW, 365),
    );
    authority.sign(unsigned.unwrap())
}

#[test]
fn the_pin_is_counted_verified_changed_and_unblocked() {
    at_desk(|desk| {
        let left = |desk: &mut Desk<'_>| host::tries_left(&desk.send(host::pin_tries())).unwrap();
        assert_eq!(left(desk), 3);
        let wrong = host::done(&desk.send(host::verify_pin("000000")));
        assert_eq!(wrong, Err(CardError::WrongPin { tries_left: 2 }));
        desk.ok(host::verify_pin(host::FACTORY_PIN));
        desk.ok(host::change_pin(host::FACTORY_PIN, PIN));
        desk.ok(host::change_puk(host::FACTORY_PUK, PUK));
        for _ in 0..3 {
            host::done(&desk.send(host::verify_pin("000000"))).unwrap_err();
        }
        let blocked = host::done(&desk.send(host::verify_pin(PIN)));
        assert_eq!(blocked, Err(CardError::Blocked));
        desk.ok(host::reset_pin(PUK, PIN));
        desk.ok(host::verify_pin(PIN));
        desk.ok(host::forget_pin());
        assert_eq!(left(desk), 3);
    });
}

#[test]
fn a_key_made_in_it_signs_and_its_certificate_is_read_back() {
    let authority = TestAuthority::new(NOW);
    at_desk(|desk| {
        let refused = desk.send(host::generate_signing_key(0));
        assert_eq!(
            host::done(&refused),
            Err(CardError::PinRequired),
            "unmanaged"
        );
        desk.manage();
        let key = desk.generate();
        let certificate = certificate_of(&key, &authority);
        desk.ok(host::put_certificate(certificate.as_der()));

        let read = host::certificate(&desk.send(host::get_certificate())).unwrap();
        let read = Certificate::from_der(&read).unwrap();
        let certified = authority.anchors().verify(&read, NOW, Role::Holder);
        let certified = certified.unwrap().public_key;
        desk.ok(host::verify_pin(host::FACTORY_PIN));
        let before = desk.sent;
        let signature = desk.sign(b"pay the bearer").unwrap();
        assert_eq!(desk.sent - before, 3, "two pieces there, one more back");
        certified.verify(b"pay the bearer", &signature).unwrap();
        assert!(certified.verify(b"pay the barber", &signature).is_err());
        assert_eq!(VerifyingKey::from_spki(&key.to_spki()).unwrap(), certified);
    });
}

#[test]
fn each_signature_wants_the_pin_right_before_it() {
    at_desk(|desk| {
        desk.manage();
        desk.generate();
        assert_eq!(desk.sign(b"1"), Err(CardError::PinRequired));
        desk.ok(host::verify_pin(host::FACTORY_PIN));
        assert!(desk.sign(b"2").is_ok());
        assert_eq!(desk.sign(b"3"), Err(CardError::PinRequired));
        desk.ok(host::verify_pin(host::FACTORY_PIN));
        assert!(desk.sign(b"4").is_ok());
    });
}

#[test]
fn extended_lengths_do_as_well_where_the_card_takes_them() {
    at_desk(|desk| {
        desk.form = Form::Extended;
        desk.manage();
        let key = desk.generate();
        let key = public_key_from_spki(&key.to_spki()).unwrap();
        desk.ok(host::verify_pin(host::FACTORY_PIN));
        let before = desk.sent;
        let signature = desk.sign(b"pay the bearer").unwrap();
        verify_pss(&key, b"pay the bearer", &signature).unwrap();
        assert_eq!((desk.form, desk.sent - before), (Form::Extended, 1));
    });
}

#[test]
fn what_it_does_not_have_is_said_not_to_be_there() {
    at_desk(|desk| {
        let nothing = host::certificate(&desk.send(host::get_certificate()));
        assert_eq!(nothing, Err(CardError::NotFound));
        let keys = host::done(&desk.send(host::select(Applet::Keys)));
        assert_eq!(keys, Err(CardError::NotFound), "shares stay elsewhere");
        desk.ok(host::select(Applet::Identity));
        let shares = desk.send(host::list_slots());
        let status = StatusWord::from(u16::from_be_bytes(*shares.last_chunk().unwrap()));
        assert_ne!(status, StatusWord::Success);
    });
}
