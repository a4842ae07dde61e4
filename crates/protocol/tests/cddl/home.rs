//! What terminal, home card, proxy and shop tell each other.

use minicbor::Encoder;
use minicbor::bytes::{ByteArray, ByteVec};
use tallystick_protocol::checkout::order::{OrderHeader, OrderProof};
use tallystick_protocol::home::agreement::{
    AgreementProof, Hello, HelloAnswer, Initiator, Profile, Responder,
};
use tallystick_protocol::home::calls::{
    Enter, EnterCall, HomeCall, HomeCallKind, HomeConnect, HomeReply, InnerRequest, InnerResponse,
    LentList, SessionAnswer, SessionAsk, SessionAskKind, TerminalProof,
};
use tallystick_protocol::home::channel::{EnterAsk, RefusedAtHome, ReleaseAnswer, SignAsk, Signed};
use tallystick_protocol::home::decisions::{HomeDecisions, HomeMailAddress, ToldDecision};
use tallystick_protocol::home::hosted::{HostedCard, HostedCommand, HostedPower, HostedResponse};
use tallystick_protocol::home::loan::Lent;
use tallystick_protocol::home::records::{Record, RecordKeys, Side};
use tallystick_protocol::home::{
    AccessAnswer, AccessPurpose, AccessRequest, Entrance, HomeRefusal, HomeRegistration, Loan,
    Opening, OpeningAnswer, PublicKeys, Release,
};
use tallystick_protocol::keys::sealed::{Sealed, public_key};
use tallystick_protocol::purse::PurseNumber;
use tallystick_protocol::test_keys::{TestAuthority, test_spki, test_statement};
use tallystick_protocol::wire::cbor::{Message, decode, decode_value, encode, encode_value};
use tallystick_protocol::wire::identifier::{HolderId, HomeId, OrderId, Role, TerminalId};
use tallystick_protocol::wire::time::Timestamp;

use crate::{context, domain, holds, support, validate, yen};

const HOME: HomeId = HomeId([1; 32]);
const TERMINAL: TerminalId = TerminalId([2; 32]);
const NOW: Timestamp = Timestamp(1_800_000_000);

fn rng() -> support::Seeded {
    support::Seeded(1, 0)
}

fn keys() -> PublicKeys {
    PublicKeys {
        signing: vec![1; 91],
        sealing: [2; 32],
    }
}

fn sealed() -> Sealed {
    Sealed {
        encapsulated: [3; 32],
        ciphertext: vec![4; 48],
    }
}

#[test]
fn what_a_terminal_says_before_its_session_is_as_the_page_says() {
    let (mut rng, proxy) = (rng(), domain("hearth.example"));
    for purpose in AccessPurpose::ALL {
        let proxy = proxy.clone();
        let request = AccessRequest::new(&mut rng, HOME, TERMINAL, proxy, purpose, NOW);
        holds("access-request", &request);
    }
    holds("access-answer", &AccessAnswer { nonce: [3; 32] });
    let card = public_key(&[4; 32]).unwrap();
    let home = (HOME, &card);
    let opening = Opening::new(&mut rng, home, TERMINAL, [5; 32], "a password");
    holds("opening", &opening.unwrap().0);
    let answer = OpeningAnswer {
        gate: [6; 32],
        nonce: [7; 32],
    };
    holds("home-opening-answer", &answer);
    let release = Release::new(&mut rng, home, TERMINAL, &answer, [8; 32], "another");
    holds("release", &release.unwrap().0);
    holds("release-answer", &ReleaseAnswer { key: [9; 32] });
    holds(
        "terminal-proof",
        &TerminalProof {
            home: HOME,
            terminal: TERMINAL,
            proxy,
            transcript: [5; 32],
        },
    );
    holds(
        "entrance",
        &Entrance {
            holder: HolderId([1; 32]),
            shop: domain("shop.example"),
            transcript: [2; 32],
            expires_at: NOW,
        },
    );
}

/// What is said until a key is handed over.
struct Said {
    hello: Hello,
    answer: HelloAnswer,
    proof: AgreementProof,
}

fn agree(profile: Profile, second: Option<[u8; 32]>) -> Said {
    let mut rng = rng();
    let mut authority = TestAuthority::new(NOW);
    let certificate = authority.party(Role::Shop, "shop.example", "Shop", 1);
    let initiator = Initiator::new(&mut rng, domain("shop.example"), profile, second);
    let hello = initiator.hello().clone();
    let responder = Responder::new(&mut rng, hello.clone());
    let transports = profile == Profile::KeyTransport;
    let transport_key = transports.then(|| test_spki(2));
    let proof = responder.proof(domain("shop.example"), NOW, transport_key);
    let signed = test_statement(&proof, &certificate, 1);
    let (answer, answered) = responder.answer(&signed).unwrap();
    let anchors = authority.anchors();
    let received = initiator.receive(answer.clone(), &anchors, NOW, Role::Shop);
    let (finish, agreed) = received.unwrap().finish(&mut rng, b"signed").unwrap();
    holds("agreement-finish", &finish);
    // The secret is not known here, and the confirmation is one of another key: to a handover it is all the same.
    let sent = transports.then_some(&[1; 32]);
    let (_, confirmation) = answered.agree(&finish, sent).unwrap();
    holds("agreement-confirmation", &confirmation);
    if second.is_some() || !transports {
        holds("handover", &agreed.hand_over(confirmation).unwrap());
    }
    Said {
        hello,
        answer,
        proof,
    }
}

#[test]
fn an_agreement_is_as_the_page_says() {
    let second = public_key(&[9; 32]).unwrap();
    for profile in Profile::ALL {
        for second in [None, Some(second)] {
            let said = agree(profile, second);
            holds("agreement-hello", &said.hello);
            holds("agreement-answer", &said.answer);
            holds("agreement-proof", &said.proof);
        }
    }
}

#[test]
fn a_record_is_as_the_page_says() {
    let mut keys = RecordKeys::new(&[1; 32], &[2; 32], Side::Initiator);
    for is_last in [false, true] {
        let record = keys.seal(b"content", is_last).unwrap();
        holds("record", &decode::<Record>(&record).unwrap());
    }
}

fn order_proof() -> OrderProof {
    let header = OrderHeader {
        order_id: OrderId([3; 32]),
        holder: HolderId([4; 32]),
        shop: domain("shop.example"),
        issuer: domain("issuer.example"),
        courier: Some(domain("courier.example")),
        sent_at: Timestamp(1),
        expires_at: Timestamp(2),
    };
    let mut proof = vec![0xa3, 0];
    proof.extend(encode_value(&header));
    let mut rest = Encoder::new(Vec::new());
    rest.u8(1).unwrap().array(16).unwrap();
    for leaf in 0..16 {
        rest.bytes(&[leaf; 32]).unwrap();
    }
    rest.u8(2).unwrap().map(3).unwrap();
    rest.u8(0).unwrap().u8(1).unwrap();
    rest.u8(1).unwrap().bytes(&[5; 32]).unwrap();
    rest.u8(2).unwrap().bytes(b"value").unwrap();
    proof.extend(rest.into_writer());
    decode_value(&proof, OrderProof::LEN_MAX).unwrap()
}

#[test]
fn what_a_terminal_and_a_home_card_say_in_records_is_as_the_page_says() {
    holds(
        "enter-ask",
        &EnterAsk {
            key: [1; 32],
            loan: 1,
            shop: domain("shop.example"),
            profile: Profile::KeyAgreement,
            second: Some([2; 32]),
        },
    );
    let ask = SignAsk {
        key: [1; 32],
        loan: 1,
        proof: order_proof(),
        certificate: vec![2],
        contexts: vec![context(); 3],
        nonces: vec![ByteArray::from([3; 32]); 6],
        purse: None,
    };
    holds("sign-ask", &ask);
    let from_purse = SignAsk {
        purse: Some(PurseNumber([4; 16])),
        ..ask
    };
    holds("sign-ask", &from_purse);
    for payment in [None, Some(vec![5; 900])] {
        let signed = Signed {
            signature: vec![1; 256],
            keys: vec![ByteArray::from([2; 32]); 6],
            total_left: 4_000,
            count_left: 2,
            payment,
        };
        holds("signed-at-home", &signed);
    }
    for reason in HomeRefusal::ALL {
        holds("refused-at-home", &RefusedAtHome { reason });
    }
}

#[test]
fn for_each_of_the_three_parts_there_is_one_context_and_two_keys() {
    for (contexts, nonces) in [(2, 6), (4, 6), (3, 5), (3, 7), (0, 0)] {
        let ask = SignAsk {
            key: [1; 32],
            loan: 1,
            proof: order_proof(),
            certificate: vec![2],
            contexts: vec![context(); contexts],
            nonces: vec![ByteArray::from([3; 32]); nonces],
            purse: None,
        };
        assert!(validate("sign-ask", &encode(&ask)).is_err());
        assert!(decode::<SignAsk>(&encode(&ask)).is_err());
    }
}

#[test]
fn what_home_leaves_with_its_proxy_is_as_the_page_says() {
    for shops in [vec![], vec![domain("shop.example")]] {
        let loan = Loan {
            home: HOME,
            number: 1,
            terminal: TERMINAL,
            holder: HolderId([3; 32]),
            shops,
            each: yen(2_000),
            total: 6_000,
            count: 3,
            ends_at: NOW,
            account: [4; 32],
        };
        holds("loan", &loan);
    }
    let lent = Lent {
        loan: vec![1],
        account: sealed(),
    };
    holds("lent", &lent);
    holds(
        "lent-list",
        &LentList {
            home: HOME,
            token: [1; 32],
            terminal: TERMINAL,
            lent: vec![ByteVec::from(encode(&lent))],
        },
    );
    holds(
        "home-registration",
        &HomeRegistration {
            keys: keys(),
            proxy: domain("hearth.example"),
            verifier: [1; 32],
            terminals: vec![keys()],
            version: 2,
            at: NOW,
        },
    );
}

#[test]
fn what_home_tells_its_proxy_to_be_mailed_is_as_the_page_says() {
    let address = || Some("aiko@example.jp".parse().unwrap());
    let code = || Some("01234567".to_owned());
    let said = [(None, None), (address(), None), (address(), code())];
    for (address, code) in said {
        let (home, token) = (HOME, [1; 32]);
        holds(
            "home-mail-address",
            &HomeMailAddress {
                home,
                token,
                address,
                code,
            },
        );
    }
    let decision = ToldDecision {
        number: 1,
        terminal_name: "愛子の携帯".into(),
        shop: domain("shop.example"),
        amount: yen(2_000),
        at: NOW,
    };
    holds(
        "home-decisions",
        &HomeDecisions {
            home: HOME,
            token: [1; 32],
            decisions: vec![decision],
        },
    );
}

#[test]
fn a_code_is_digits_an_address_one_line_and_decisions_not_too_many() {
    let told = |address: &str, code: Option<&str>| {
        let mut bytes = Vec::new();
        let mut encoder = Encoder::new(&mut bytes);
        let fields = 3 + u64::from(code.is_some());
        encoder.array(3).unwrap().u8(1).unwrap().u16(161).unwrap();
        encoder.map(fields).unwrap();
        encoder.u8(0).unwrap().bytes(&[1; 32]).unwrap();
        encoder.u8(1).unwrap().bytes(&[1; 32]).unwrap();
        encoder.u8(2).unwrap().str(address).unwrap();
        if let Some(code) = code {
            encoder.u8(3).unwrap().str(code).unwrap();
        }
        decode::<HomeMailAddress>(&bytes).is_ok()
    };
    assert!(told("aiko@example.jp", None));
    assert!(told("aiko@example.jp", Some("01234567")));
    for code in ["", "0123456", "0123456x", "012345678"] {
        assert!(!told("aiko@example.jp", Some(code)), "{code}");
    }
    for address in ["aiko", "a@example.jp\r\nRCPT TO:<b@example.jp>", ""] {
        assert!(!told(address, None), "{address}");
    }
    let decision = |name: &str| ToldDecision {
        number: 1,
        terminal_name: name.into(),
        shop: domain("shop.example"),
        amount: yen(1),
        at: NOW,
    };
    let decisions = |decisions| {
        let (home, token) = (HOME, [1; 32]);
        let said = HomeDecisions {
            home,
            token,
            decisions,
        };
        decode::<HomeDecisions>(&encode(&said)).is_ok()
    };
    assert!(decisions(vec![decision("phone"); 32]));
    assert!(!decisions(vec![decision("phone"); 33]));
    assert!(!decisions(vec![decision(&"a".repeat(257))]));
}

#[test]
fn what_a_terminal_asks_its_proxy_is_as_the_page_says() {
    for kind in SessionAskKind::ALL {
        let enter = || Enter {
            shop: domain("shop.example"),
            form_start: 255,
            profile: Profile::KeyTransport,
            second: Some([1; 32]),
            certificate: vec![2],
        };
        let enter = (kind == SessionAskKind::Enter).then(enter);
        let sealed = vec![1];
        let ask = SessionAsk {
            kind,
            sealed,
            enter,
        };
        holds("session-ask", &ask);
    }
    let refusals = HomeRefusal::ALL.into_iter().map(Some);
    for refusal in refusals.chain([None]) {
        let content = vec![1];
        holds("session-answer", &SessionAnswer { refusal, content });
    }
}

#[test]
fn what_proxy_and_home_say_over_their_connection_is_as_the_page_says() {
    holds(
        "home-connect",
        &HomeConnect {
            home: HOME,
            token: [1; 32],
        },
    );
    for kind in HomeCallKind::ALL {
        holds(
            "home-call",
            &HomeCall {
                number: 1,
                terminal: TERMINAL,
                kind,
                content: vec![1],
            },
        );
    }
    let said = agree(Profile::KeyAgreement, None);
    holds(
        "enter-call",
        &EnterCall {
            record: vec![1],
            hello: said.hello,
            answer: said.answer,
            proof: vec![2],
            certificate: vec![3],
            at: NOW,
        },
    );
    for refusal in [None, Some(HomeRefusal::Locked)] {
        holds(
            "home-reply",
            &HomeReply {
                number: 1,
                refusal,
                content: vec![1],
            },
        );
    }
}

#[test]
fn what_a_terminal_asks_a_shop_is_as_the_page_says() {
    holds(
        "inner-request",
        &InnerRequest {
            posts: true,
            path: "/v1/orders".into(),
            content_type: "application/cbor".into(),
            body: vec![1],
        },
    );
    holds(
        "inner-response",
        &InnerResponse {
            status: 202,
            content_type: "application/cbor".into(),
            body: vec![1],
        },
    );
}

#[test]
fn what_wallet_and_hosted_card_say_is_as_the_page_says() {
    holds("hosted-card", &HostedCard { token: [1; 32] });
    holds("hosted-power", &HostedPower { power: [2; 16] });
    holds(
        "hosted-command",
        &HostedCommand {
            token: [1; 32],
            power: [2; 16],
            number: 1,
            apdu: vec![0, 0xa4, 4, 0],
        },
    );
    let response = vec![0x90, 0];
    holds("hosted-response", &HostedResponse { response });
}
