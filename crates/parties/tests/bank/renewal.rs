//! What a wallet does to give a purse a new key, with a real registration authority and certification authority.

use http::Response;
use tallystick_parties::ports::Tables as _;
use tallystick_protocol::bank::{
    FeeOption, FeeSchedule, KeyRenewal, KeyRenewed, OpeningAnswer, PurseApplication,
    PurseApplicationRequest, PurseOpening, RegistrationAnswer, RenewalAnswer, RenewalOutcome,
    RenewalPermit,
};
use tallystick_protocol::purse::{PurseCertificate, PurseKind, key_digest};
use tallystick_protocol::test_keys::TestRng;
use tallystick_protocol::trust::certificate::Certificate;
use tallystick_protocol::trust::keyed;
use tallystick_protocol::trust::signature::sign_pss;
use tallystick_protocol::trust::statement::open;
use tallystick_protocol::wire::cbor::{decode, encode};
use tallystick_protocol::wire::identifier::Role;

use super::authority::{deposit, offer_in, registration};
use super::holder::{CBOR, COSE, Holder};
use super::purse::{Key, Purse, yen};
use super::world::{AUTHORITY, BANK, CA, World, domain, problem, text};

pub const OLD: Key = Key::P256([7; 32]);
pub const NEW: Key = Key::P256([8; 32]);

/// A holder with 10,000 yen on the account and a purse whose first key the registration authority had certified.
pub struct Scene {
    pub world: World,
    pub holder: Holder,
    pub purse: Purse,
    /// The certificate of the purse's first key.
    pub certificate: Vec<u8>,
}

impl Scene {
    pub fn of(world: World) -> Self {
        let holder = registered(&world);
        deposit(&world, &holder, 10_000, "one");
        let (purse, certificate) = opened(&world, &holder, OLD);
        Self {
            world,
            holder,
            purse,
            certificate,
        }
    }

    pub fn renewal(&self, next: &Key) -> KeyRenewal {
        KeyRenewal {
            bank: domain(BANK),
            purse: self.purse.number,
            new_public_key: next.public().to_spki().unwrap(),
            fee: FeeOption::Account,
            at: self.world.now(),
            amount: yen(300),
        }
    }

    /// S6, signed by the key that is in the card.
    pub fn ask(&self, renewal: &KeyRenewal) -> Response<Vec<u8>> {
        let signed = self.purse.key.sign(renewal);
        self.world.post(AUTHORITY, "/v1/key-renewals", COSE, signed)
    }

    /// What the bank decided.
    pub fn permit(&self, renewal: &KeyRenewal) -> (RenewalPermit, Option<PurseOpening>) {
        self.permit_in(&self.ask(renewal))
    }

    pub fn permit_in(&self, answer: &Response<Vec<u8>>) -> (RenewalPermit, Option<PurseOpening>) {
        assert!(answer.status().is_success(), "{}", text(answer));
        let answer: RenewalAnswer = decode(answer.body()).unwrap();
        let (world, now) = (&self.world, self.world.now());
        let permit = open::<RenewalPermit>(&answer.permit, &world.anchors, now, Role::Issuer);
        let permit = permit.unwrap();
        assert_eq!(permit.message.envelope.from, domain(BANK));
        let opening = answer.opening.map(|opening| decode(&opening).unwrap());
        (permit.message, opening)
    }

    /// S7 to S9: the card takes the certificate, and signs with the new key from then on.
    pub fn put_in(&mut self, next: &Key, opening: &PurseOpening) {
        let certificate: PurseCertificate =
            keyed::open(&opening.purse_certificate, &self.purse.bank).unwrap();
        assert_eq!(certificate.number, self.purse.number);
        let spki = next.public().to_spki().unwrap();
        assert_eq!(certificate.key, Some(key_digest(&spki)));
        self.purse.key = next.clone();
        self.purse.certificate = opening.purse_certificate.clone();
    }

    /// S1 to S9 with everything as it should be.
    pub fn renew(&mut self, next: &Key) -> RenewalPermit {
        let (permit, opening) = self.permit(&self.renewal(next));
        assert_eq!(permit.outcome, RenewalOutcome::Permitted);
        self.put_in(next, &opening.unwrap());
        permit
    }

    /// S10: the new key says that it is in the old one's place.
    pub fn say_renewed(&self, signer: &Key, old: &Key) -> Response<Vec<u8>> {
        let renewed = KeyRenewed {
            bank: domain(BANK),
            purse: self.purse.number,
            old_key: key_digest(&old.public().to_spki().unwrap()),
            at: self.world.now(),
        };
        let signed = signer.sign(&renewed);
        self.world.post(AUTHORITY, "/v1/keys-renewed", COSE, signed)
    }

    /// What comes of a report that this key signs.
    pub fn report(&mut self, key: &Key) -> Result<(), String> {
        self.world.run_for(1_000);
        let report = self.purse.report(&self.world);
        let mut card = self.purse.clone();
        card.key = key.clone();
        let said = card.send(&self.world, &mut self.holder, &report);
        said.map(|_| ())
    }

    /// Whether the newest list names this certificate.
    pub fn is_revoked(&self, certificate: &[u8]) -> bool {
        let sql = "SELECT list FROM revocation_lists ORDER BY number DESC LIMIT 1";
        let rows = self.world.machine(CA).database.run(sql, &[]).unwrap();
        let list = self
            .world
            .anchors
            .verify_list_ever(rows[0].blob(0).unwrap())
            .unwrap();
        let certificate = Certificate::from_der(certificate).unwrap();
        list.find(certificate.serial()).is_some()
    }
}

/// A holder whose account the real registration authority had opened.
fn registered(world: &World) -> Holder {
    let body = encode(&registration(1));
    let answer = world.post(AUTHORITY, "/v1/registrations", CBOR, body);
    assert!(answer.status().is_success(), "{}", text(&answer));
    let answer: RegistrationAnswer = decode(answer.body()).unwrap();
    let (anchors, now) = (&world.anchors, world.now());
    let answer = open::<OpeningAnswer>(&answer.answer, anchors, now, Role::Issuer).unwrap();
    Holder::enrol_with(world, 1, offer_in(world, &answer.message))
}

/// A purse that the real registration authority had opened, with its key's certificate.
pub fn opened(world: &World, holder: &Holder, key: Key) -> (Purse, Vec<u8>) {
    let application = PurseApplication {
        bank: domain(BANK),
        account: holder.card.number.as_str().parse().unwrap(),
        holder: holder.id,
        purse_public_key: key.public().to_spki().unwrap(),
        at: world.now(),
    };
    let approved = application.approval_to_be_signed();
    let request = PurseApplicationRequest {
        registration: registration(1).number,
        application: key.sign(&application),
        approval: sign_pss(&mut TestRng::new(4), &holder.key, &approved).unwrap(),
    };
    let body = encode(&request);
    let answer = world.post(AUTHORITY, "/v1/purse-applications", CBOR, body);
    assert!(answer.status().is_success(), "{}", text(&answer));
    let opening: PurseOpening = decode(answer.body()).unwrap();
    let purse = Purse::written(world, key, answer.body(), PurseKind::Account);
    (purse, opening.key_certificate.unwrap())
}

/// What the bank says that a new key costs.
pub fn schedule(world: &World, purse: &Purse) -> FeeSchedule {
    let answer = world.get(BANK, "/v1/fees");
    assert!(answer.status().is_success(), "{}", problem(&answer));
    keyed::open(answer.body(), &purse.bank).unwrap()
}
