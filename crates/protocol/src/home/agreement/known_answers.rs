//! Bytes that this release agrees on, worked out by another implementation (`node:crypto`, CBOR by hand): later releases
//! have to agree on the same.

use alloc::string::String;
use alloc::vec::Vec;

use super::hello::{Finish, Hello, HelloAnswer};
use super::schedule;
use super::{Profile, SessionKey};
use crate::home::records::{RecordKeys, Side};
use crate::wire::cbor::encode;
use crate::wire::identifier::Domain;

const INITIATOR: [u8; 32] = [1; 32];
const RESPONDER: [u8; 32] = [2; 32];
const SECOND: [u8; 32] = [3; 32];
const SESSION: [u8; 16] = [5; 16];
/// What is sent under the RSA key, where it is.
const TRANSPORTED: [u8; 32] = [7; 32];

/// An agreement, in hexadecimal digits.
struct Known {
    profile: Profile,
    transported: Option<&'static [u8]>,
    hello: &'static str,
    first: &'static str,
    answer: &'static str,
    second: &'static str,
    finish: &'static str,
    third: &'static str,
    agreed: &'static str,
    joined: &'static str,
    tag: &'static str,
    record: &'static str,
}

const KNOWN: [Known; 2] = [
    Known {
        profile: Profile::KeyAgreement,
        transported: None,
        hello: "8301188aa5006c73686f702e6578616d706c650101025820a4e09292b651c278b9772c569f5fa9bb13d906b46ab68c9df9dc2b4409f8a20903582004040404040404040404040404040404040404040404040404040404040404040458205dfedd3b6bd47f6fa28ee15d969d5bb0ea53774d488bdaf9df1c6e0124b3ef22",
        first: "43372fa070fe2ea5e9a2ff1f0cdd03e8d5c36b0776bfa6921444c2ff084dfbc5",
        answer: "8301188ba3005005050505050505050505050505050505015820ce8d3ad1ccb633ec7b70c17814a5c76ecd029685050d344745ba05870e587d5902582e83011890a3000001f4025822fe655eeffa33cb96d7222012ddaf8f22cdde94e51a804ca9beeb7014217dd5fcceea",
        second: "2056e3f476dc019e624b0da3d667aaba56d7dc4a772260a18e193d9e432e9110",
        finish: "8301188da100583083011890a3000001f40258240f1d3fbfd9c6a85038f1e2d6ed3a851335893ee7ac5497199449e4b79c84008c48b6d946",
        third: "74758a26472766d20c329e44f5537f772abe1c232909d207342cd9b458607569",
        agreed: "ab14d2150b3a2317898fc9e386c55e44d26403af9bf7b18977aa1739064a0aa9",
        joined: "6058603eea30a2342758e8b5762a25563bd1dc7ceae560e26ecf34b8deb2ceaf",
        tag: "370aca03163927131a034f1a96a988f9fdcf139f7f311b4cea37ce1a9ecffbf4",
        record: "83011890a3000001f5025818461ec1374b5c5c80fab04c0532eef928d63ccdfe2ebcdf64",
    },
    Known {
        profile: Profile::KeyTransport,
        transported: Some(b"under the RSA key"),
        hello: "8301188aa5006c73686f702e6578616d706c650102025820a4e09292b651c278b9772c569f5fa9bb13d906b46ab68c9df9dc2b4409f8a20903582004040404040404040404040404040404040404040404040404040404040404040458205dfedd3b6bd47f6fa28ee15d969d5bb0ea53774d488bdaf9df1c6e0124b3ef22",
        first: "c563e39ff71f2a88d0b49efb76174b40ecd7445063cd5599fa4c3d326030a3b2",
        answer: "8301188ba3005005050505050505050505050505050505015820ce8d3ad1ccb633ec7b70c17814a5c76ecd029685050d344745ba05870e587d5902582e83011890a3000001f40258228ebd5cb1c2aece4bb5e4f3dbf4af0e45ca69fec368041cd53b2bc5654bf7fef0a085",
        second: "a4ea3f763b057a56104d7ade7daaf64862aed68b4a6d31eed773f80413a145b5",
        finish: "8301188da200583083011890a3000001f402582408757865a7e3d582a0ae00ad18b9931c1264ab5a423a8887b54311491f9ca921eb206b3b0151756e6465722074686520525341206b6579",
        third: "1306e94ecb7d067c4999279692b34f0f157a453469d672dd3956dde8f5f1ee64",
        agreed: "8fd0e116928c0960acc8604873ff428aeb0c5536d92998a0054afb5ae9e4efde",
        joined: "c1839f9080c56d27e119f052bef8d76de83dfabb0f8713c4939a9cc2a29484ad",
        tag: "a0c0409ed60652fe4df73cce0362b12aea6306a05e9b0f0468c111bdd4cb3191",
        record: "83011890a3000001f502581880da00e11c09ffb6b7a9846bd4175a13cfe2640f7f189abc",
    },
];

fn hex(bytes: impl AsRef<[u8]>) -> String {
    data_encoding::HEXLOWER.encode(bytes.as_ref())
}

fn sealed(keys: &mut RecordKeys, content: &[u8]) -> Vec<u8> {
    keys.seal(content, false).unwrap()
}

#[test]
fn messages_transcripts_keys_and_records_stay_as_they_are() {
    for known in KNOWN {
        let hello = Hello {
            to: Domain::parse("shop.example").unwrap(),
            profile: known.profile,
            share: schedule::share(&INITIATOR),
            nonce: [4; 32],
            second: Some(schedule::share(&SECOND)),
        };
        assert_eq!(hex(encode(&hello)), known.hello);
        let share = schedule::share(&RESPONDER);
        let first = schedule::first(&hello, &SESSION, &share);
        assert_eq!(hex(first), known.first);
        let common = schedule::common(&RESPONDER, &hello.share).unwrap();
        let mut shops = RecordKeys::new(&common, &first, Side::Responder);
        let answer = HelloAnswer {
            session: SESSION,
            share,
            sealed: sealed(&mut shops, b"signed by the shop"),
        };
        assert_eq!(hex(encode(&answer)), known.answer);
        let second = schedule::second(&first, &schedule::of_answer(&answer));
        assert_eq!(hex(second), known.second);
        let mut proxys = RecordKeys::new(&common, &first, Side::Initiator);
        let finish = Finish {
            sealed: sealed(&mut proxys, b"signed by the holder"),
            transported: known.transported.map(<[u8]>::to_vec),
        };
        assert_eq!(hex(encode(&finish)), known.finish);
        let third = schedule::third(&second, &schedule::of_finish(&finish));
        assert_eq!(hex(third), known.third);
        let transported = known.transported.map(|_| &TRANSPORTED);
        let agreed = schedule::agreed(known.profile, &common, transported, &third).unwrap();
        assert_eq!(hex(*agreed), known.agreed);
        let terminals = schedule::common(&SECOND, &share).unwrap();
        let key = schedule::joined(&agreed, &terminals, &third);
        assert_eq!(hex(*key), known.joined);
        assert_eq!(hex(schedule::tag(&key, &third)), known.tag);
        let transcript = third;
        let mut keys = SessionKey { key, transcript }.record_keys(Side::Initiator);
        assert_eq!(hex(keys.seal(b"an order", true).unwrap()), known.record);
    }
}
