//! A complete order, in the steps in which the wallet makes one after Approve.

use rand_core::Rng;
use tallystick_card::{Applet, Card, host};
use tallystick_protocol::checkout::form::{Delivery, Item, OrderForm};
use tallystick_protocol::checkout::order::{
    Destination, HolderApproval, HolderDetails, ORDER_LIFETIME_SECONDS, OrderFields, OrderHeader,
    PartKey, PreparedOrder, UnsignedApproval,
};
use tallystick_protocol::checkout::policy::{Policy, PolicyName};
use tallystick_protocol::instrument::{CardDetails, Instrument, Payment};
use tallystick_protocol::keys::{PairContext, Purpose, ShareLabel, ShareRecipient, seal_share};
use tallystick_protocol::trust::signature::{SALT_LEN, emsa_pss_encode};
use tallystick_protocol::trust::statement::{Audience, Envelope};
use tallystick_protocol::wire::cbor::encode;
use tallystick_protocol::wire::identifier::{Domain, HolderId, OrderId, Role};
use tallystick_protocol::wire::money::{Currency, Money};
use tallystick_protocol::wire::time::Timestamp;
use wasm_bindgen::JsError;
use wasm_bindgen::prelude::wasm_bindgen;
use zeroize::Zeroizing;

use crate::cast::{CENTRE, domain_of, pairs, share};
use crate::random;

const PIN: &str = "483920";
const NOW: Timestamp = Timestamp(1_795_000_000);
/// Length of a holder's certificate, which an approval carries and nobody reads here.
const CERTIFICATE_BYTES: usize = 900;
/// Length of a signed form, which an order carries as its digest.
const SIGNED_FORM_BYTES: usize = 1600;

type Apdu = Result<Zeroizing<Vec<u8>>, host::CardError>;

/// A holder with an enrolled card, and an order being made.
#[wasm_bindgen]
pub struct CompleteOrder {
    stored_card: Zeroizing<Vec<u8>>,
    card: Card,
    pairs: Vec<PairContext>,
    form: OrderForm,
    certificate: Vec<u8>,
    signed_form: Vec<u8>,
    prepared: Option<PreparedOrder>,
    approval: Vec<u8>,
    keys: Vec<PartKey>,
}

#[wasm_bindgen]
impl CompleteOrder {
    /// Makes the card with its RSA-2048 key and shares of three spaces for `parties` parties each.
    #[wasm_bindgen(constructor)]
    pub fn new(parties: u16) -> Result<CompleteOrder, JsError> {
        let mut card = Card::blank();
        ask(&mut card, host::select(Applet::Identity))?;
        ask(&mut card, host::change_pin(host::FACTORY_PIN, PIN))?;
        ask(&mut card, host::verify_pin(PIN))?;
        ask(&mut card, host::generate_signing_key(0))?;
        ask(&mut card, host::select(Applet::Keys))?;
        let reply = ask(&mut card, host::generate_enrolment_key(0))?;
        let enrolment_key = host::enrolment_public_key(&reply)?;
        let pairs = pairs(HolderId::of_enrolment_key(&enrolment_key))?;
        for pair in &pairs {
            let label = ShareLabel {
                context: pair.key.clone(),
                centre: Domain::parse(CENTRE)?,
                recipient: ShareRecipient::Holder(pair.holder),
            };
            let share = share(pair, parties)?.to_bytes();
            let sealed = seal_share(&mut random(), &enrolment_key, label, &share)?;
            ask(&mut card, host::put_share(0, &sealed))?;
        }
        Ok(Self {
            stored_card: card.state(),
            card,
            pairs,
            form: form()?,
            certificate: vec![0x30; CERTIFICATE_BYTES],
            signed_form: vec![0x84; SIGNED_FORM_BYTES],
            prepared: None,
            approval: Vec::new(),
            keys: Vec::new(),
        })
    }

    /// Step 1: the card is read from its stored state and given the PIN.
    pub fn present_pin(&mut self) -> Result<(), JsError> {
        self.card = Card::restore(&self.stored_card)?;
        ask(&mut self.card, host::select(Applet::Identity))?;
        ask(&mut self.card, host::verify_pin(PIN))?;
        Ok(())
    }

    /// Step 2: the fields become salted leaves, and the leaves a root.
    pub fn split(&mut self) -> Result<(), JsError> {
        let fields = OrderFields::new(
            &self.form,
            &self.signed_form,
            &payment(),
            &holder_details(),
            Some(&destination()),
        )?;
        let header = OrderHeader {
            order_id: OrderId::random(&mut random()),
            holder: self.pairs[0].holder,
            shop: Domain::parse(domain_of(Role::Shop))?,
            issuer: Domain::parse(domain_of(Role::Issuer))?,
            courier: Some(Domain::parse(domain_of(Role::Courier))?),
            sent_at: NOW,
            expires_at: NOW.plus_seconds(ORDER_LIFETIME_SECONDS),
        };
        self.prepared = Some(PreparedOrder::new(&mut random(), header, fields));
        Ok(())
    }

    /// Step 3: the card signs the root.
    pub fn sign(&mut self) -> Result<(), JsError> {
        let prepared = self.prepared.as_ref().ok_or_else(out_of_order)?;
        let approval = HolderApproval {
            order_id: prepared.header().order_id,
            root: prepared.root(),
        };
        let unsigned = UnsignedApproval::new(&approval, &self.certificate);
        let mut salt = [0; SALT_LEN];
        random().fill_bytes(&mut salt);
        let block = emsa_pss_encode(&unsigned.to_be_signed(), &salt, 2048)?;
        let block = block.first_chunk().ok_or_else(out_of_order)?;
        let reply = ask(&mut self.card, host::sign_block(0, block))?;
        self.approval = unsigned.finish(&host::signature(&reply)?)?;
        Ok(())
    }

    /// Step 4: the card derives six keys, two for each reader: confirmation and part.
    pub fn derive(&mut self) -> Result<(), JsError> {
        self.keys.clear();
        ask(&mut self.card, host::select(Applet::Keys))?;
        for pair in &self.pairs {
            for purpose in [Purpose::Confirmation, Purpose::OrderPart] {
                let mut nonce = [0; 32];
                random().fill_bytes(&mut nonce);
                let reply = ask(&mut self.card, host::derive(0, pair, purpose, &nonce))?;
                let key = host::derived_key(&reply)?;
                if purpose == Purpose::OrderPart {
                    self.keys.push(PartKey {
                        pair: pair.clone(),
                        nonce,
                        key,
                    });
                }
            }
        }
        Ok(())
    }

    /// Step 5: the parts are padded, sealed and put together. Returns the bytes that are sent.
    pub fn seal(&mut self) -> Result<Vec<u8>, JsError> {
        let prepared = self.prepared.take().ok_or_else(out_of_order)?;
        let policy = Policy::new(PolicyName::Strict, &[]);
        let split = prepared.seal(&mut random(), &policy, &self.keys, &self.approval, None)?;
        Ok(encode(&split))
    }
}

fn ask(card: &mut Card, apdu: Apdu) -> Result<Zeroizing<Vec<u8>>, JsError> {
    let reply = card.transmit(&apdu?, &mut random()).bytes;
    host::done(&reply)?;
    Ok(reply)
}

fn out_of_order() -> JsError {
    JsError::new("the steps of an order have an order")
}

fn form() -> Result<OrderForm, JsError> {
    let yen = |minor| Money::new(minor, Currency::Jpy);
    let shop = Domain::parse(domain_of(Role::Shop))?;
    let item = |sku: &str, name: &str, price| Item {
        sku: sku.to_owned(),
        name: name.to_owned(),
        quantity: 1,
        unit_price: yen(price),
        names: None,
        tax_basis_points: None,
    };
    Ok(OrderForm {
        envelope: Envelope::new(shop, Audience::Anyone, [7; 32], NOW, 900),
        origin: "https://kiso-tea.localhost".to_owned(),
        items: vec![
            item("sencha-100", "Sencha, first flush", 1480),
            item("book-of-tea", "The Book of Tea", 1100),
        ],
        delivery: Some(Delivery {
            courier: Domain::parse(domain_of(Role::Courier))?,
            name: "Hayate Courier, next day".to_owned(),
            price: yen(520),
            names: None,
            tax_basis_points: None,
        }),
        total: yen(3100),
        issuers: vec![Domain::parse(domain_of(Role::Issuer))?],
        instruments: vec![Instrument::CardAccount],
        policy: PolicyName::Strict,
        coupons: None,
        extra: Vec::new(),
        tax: None,
        seller: None,
        without_courier: None,
    })
}

fn payment() -> Payment {
    Payment::CardAccount(CardDetails {
        number: "4000001234567899".to_owned(),
        expiry: "11/29".to_owned(),
    })
}

fn holder_details() -> HolderDetails {
    HolderDetails {
        name: "Aiko Tanaka".to_owned(),
        telephone: "+81 3 5550 0142".to_owned(),
        address: None,
    }
}

fn destination() -> Destination {
    Destination {
        name: "Kenji Mori".to_owned(),
        address: "164-0001\n4-1-1 Nakano, Nakano-ku, Tokyo".to_owned(),
        telephone: "+81 90 5550 0199".to_owned(),
    }
}
