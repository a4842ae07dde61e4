//! A proxy hands over a key that is the shop's and the terminal's, and not its own (claims 1, 8 and 10).

use super::*;
use crate::home::agreement::Handover;
use crate::home::records::Side;

fn key(scene: &Scene, told: &Handover) -> Result<SessionKey, AgreementError> {
    let asked = (&shop(), Profile::KeyAgreement);
    told.key_with(asked, Some(&SECOND), &scene.anchors(), NOW)
}

#[test]
fn t000_8_a_terminal_sees_that_the_shop_itself_agreed() {
    let mut scene = Scene::new();
    for profile in PROFILES {
        let whole = scene.agree(profile, Some(second_share()));
        let told = whole.agreed.hand_over(whole.confirmation).unwrap();
        let anchors = scene.anchors();
        let with = |shop: &Domain, profile| {
            let key = told.key_with((shop, profile), Some(&SECOND), &anchors, NOW);
            key.map(|key| key.record_keys(Side::Responder))
        };
        let shops = whole.key.record_keys(Side::Responder);
        assert_eq!(with(&shop(), profile), Ok(shops));
        let [one, other] = PROFILES;
        let another = if profile == one { other } else { one };
        let refused = with(&shop(), another);
        assert_eq!(refused, Err(AgreementError::NotConfirmed), "a profile");
        let refused = with(&domain("other.localhost"), profile);
        assert_eq!(refused, Err(AgreementError::NotConfirmed), "a shop");
        let later = Timestamp(NOW.0 + 24 * 3600);
        let refused = told.key_with((&shop(), profile), Some(&SECOND), &anchors, later);
        assert!(refused.is_err(), "the shop's proof has expired");
    }
}

#[test]
fn t000_8_a_proxy_cannot_put_its_own_share_in_the_place_of_the_terminals() {
    let mut scene = Scene::new();
    let proxys = crate::keys::sealed::public_key(&[3; 32]).unwrap();
    // With the shop it agrees for itself, and knows that key.
    let whole = scene.agree(Profile::KeyAgreement, Some(proxys));
    let told = whole.agreed.hand_over(whole.confirmation).unwrap();
    assert!(told.key(Some(&[3; 32])).is_ok());
    assert_eq!(
        key(&scene, &told).map(|_| ()),
        Err(AgreementError::NotConfirmed)
    );
}

#[test]
fn t000_8_a_proxy_cannot_be_the_shop_towards_its_terminal() {
    let mut scene = Scene::new();
    // It answers itself, with a certificate that it has: as a proxy, or as another shop.
    for (role, name) in [
        (Role::HomeProxy, "hearth.localhost"),
        (Role::HomeProxy, "shop.localhost"),
        (Role::Shop, "other.localhost"),
    ] {
        let certificate = scene.authority.party(role, name, "Other", OTHER_KEY);
        let to = domain(name);
        let profile = Profile::KeyAgreement;
        let initiator = Initiator::new(&mut scene.rng, to.clone(), profile, Some(second_share()));
        let answered = scene.answer_as(initiator.hello(), (&to, &certificate, OTHER_KEY));
        let (answer, answered) = answered.unwrap();
        let received = initiator.receive(answer, &scene.anchors(), NOW, role);
        let received = received.unwrap();
        let (finish, agreed) = received.finish(&mut scene.rng, b"anything").unwrap();
        let (_, confirmation) = answered.agree(&finish, None).unwrap();
        let told = agreed.hand_over(confirmation).unwrap();
        let believed = told.key(Some(&SECOND)).is_ok();
        assert!(
            believed,
            "whoever takes the proxy's word has no way to see it"
        );
        assert!(key(&scene, &told).is_err());
    }
}

#[test]
fn t000_8_what_shows_the_shop_belongs_to_one_agreement() {
    let mut scene = Scene::new();
    let handover = |scene: &mut Scene| {
        let whole = scene.agree(Profile::KeyAgreement, Some(second_share()));
        whole.agreed.hand_over(whole.confirmation).unwrap()
    };
    let (mut one, other) = (handover(&mut scene), handover(&mut scene));
    assert!(key(&scene, &one).is_ok());
    one.swap_shown(&other);
    assert!(key(&scene, &one).is_err(), "with what was shown of another");
    one.leave_out_shown();
    assert_eq!(
        key(&scene, &one).map(|_| ()),
        Err(AgreementError::Transport),
        "with nothing shown"
    );
}
