//! What is secret is in no line of a log.

use alloc::format;

use super::*;
use crate::home::records::{RecordKeys, Side};
use crate::home::{Opening, OpeningAnswer, Release};
use crate::keys::sealed::public_key;
use crate::wire::identifier::{HomeId, TerminalId};

/// Byte lists as `Debug` writes them, of what must not be there.
fn shows(text: &str, secret: &[u8]) -> bool {
    let list = format!("{secret:?}");
    let hex = data_encoding::HEXLOWER.encode(secret);
    let inner = list.trim_matches(['[', ']']);
    text.contains(inner) || text.contains(&hex)
}

#[test]
fn keys_of_records_show_how_many_went_and_nothing_else() {
    let keys = RecordKeys::new(&[1; 32], &[2; 32], Side::Initiator);
    assert_eq!(
        format!("{keys:?}"),
        "RecordKeys { sent: 0, received: 0, .. }"
    );
}

#[test]
fn a_sealed_password_shows_neither_password_nor_gate() {
    let card = public_key(&[1; 32]).unwrap();
    let (home, terminal) = (HomeId([2; 32]), TerminalId([3; 32]));
    let mut rng = TestRng::new(1);
    let opening = Opening::new(&mut rng, (home, &card), terminal, [4; 32], "a password");
    let answer = OpeningAnswer {
        gate: [5; 32],
        nonce: [6; 32],
    };
    let to = (home, &card);
    let release = Release::new(&mut rng, to, terminal, &answer, [7; 32], "a password");
    let text = format!("{:?} {:?}", opening.unwrap().0, release.unwrap().0);
    assert!(shows(&text, &[4; 32]), "the nonce is no secret");
    for secret in [b"a password".as_slice(), &[5; 32]] {
        assert!(!shows(&text, secret));
        assert!(!shows(&text, &secret[..8]));
    }
    assert!(!text.contains("a password"));
}

#[test]
fn messages_of_an_agreement_show_no_key() {
    let mut scene = Scene::new();
    let whole = scene.agree(Profile::KeyTransport, None);
    let sent = transported(whole.finish.transported.as_ref().unwrap()).unwrap();
    let text = format!(
        "{:?} {:?} {:?} {:?}",
        whole.hello, whole.answer, whole.finish, whole.confirmation
    );
    assert!(!shows(&text, &sent));
}

/// Says whether a type has `Debug`: a method of the type itself is found before one of a trait.
macro_rules! has_debug {
    ($type:ty) => {{
        use core::marker::PhantomData;
        struct Probe<T: ?Sized>(PhantomData<T>);
        #[allow(dead_code, reason = "one of the two is called")]
        trait Without {
            fn has(&self) -> bool {
                false
            }
        }
        impl<T: ?Sized> Without for Probe<T> {}
        #[allow(dead_code, reason = "one of the two is called")]
        impl<T: ?Sized + core::fmt::Debug> Probe<T> {
            fn has(&self) -> bool {
                true
            }
        }
        Probe::<$type>(PhantomData).has()
    }};
}

#[test]
fn what_holds_a_secret_in_the_open_cannot_be_shown_at_all() {
    use crate::home::agreement::Handover;
    use crate::home::calls::{HomeConnect, LentList, SessionAsk};
    use crate::home::channel::{EnterAsk, ReleaseAnswer, SignAsk, Signed};
    use crate::home::decisions::{HomeDecisions, HomeMailAddress};
    use crate::home::password::Released;
    assert!(has_debug!(Hello), "the probe itself");
    assert!(!has_debug!(Initiator));
    assert!(!has_debug!(Received));
    assert!(!has_debug!(Agreed));
    assert!(!has_debug!(Responder));
    assert!(!has_debug!(Answered));
    assert!(!has_debug!(SessionKey));
    assert!(!has_debug!(Handover));
    assert!(!has_debug!(OpeningAnswer));
    assert!(!has_debug!(Released));
    assert!(!has_debug!(ReleaseAnswer));
    assert!(!has_debug!(EnterAsk));
    assert!(!has_debug!(SignAsk));
    assert!(!has_debug!(Signed));
    assert!(!has_debug!(HomeConnect));
    assert!(!has_debug!(LentList));
    assert!(!has_debug!(HomeMailAddress));
    assert!(!has_debug!(HomeDecisions));
    assert!(!has_debug!(SessionAsk));
}
