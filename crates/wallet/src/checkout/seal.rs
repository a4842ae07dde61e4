//! What is made of an approval: the order is split, signed by the card and sealed for its readers.

use rand_core::CryptoRng;
use tallystick_card::host;
use tallystick_protocol::checkout::cancellation::CancellationKey;
use tallystick_protocol::checkout::form::OrderForm;
use tallystick_protocol::checkout::gift::Gift;
use tallystick_protocol::checkout::order::{
    Destination, HolderApproval, HolderDetails, ORDER_LIFETIME_SECONDS, OrderFields, OrderHeader,
    OrderProof, PartKey, PreparedOrder, UnsignedApproval,
};
use tallystick_protocol::checkout::policy::{Field, Policy, READERS};
use tallystick_protocol::instrument::Payment;
use tallystick_protocol::keys::{DerivedKey, PairContext, Purpose, Suite};
use tallystick_protocol::wire::cbor::encode;
use tallystick_protocol::wire::identifier::{OrderId, Role, Root};
use tallystick_protocol::wire::money::Money;
use tallystick_protocol::wire::time::Timestamp;

use crate::checkout::coupons::{Obstacle, PaidByCoupons};
use crate::checkout::instrument::{self, Lent, Means, Paying, SetAside};
use crate::checkout::order::record::{Approval, Confirmation, ConfirmationKey, OrderRecord};
use crate::checkout::view::Choice;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::secure_element::{Command, Reply, signature};
use crate::holder::card_account::CardAccount;
use crate::holder::profile::{Profile, StoredAddress};
use crate::slices::Slices;

/// What the holder decided on.
pub struct Purchase {
    order: OrderRecord,
    profile: Profile,
    /// The account whose keys sign.
    pub card: CardAccount,
    payment: Payment,
    shown: String,
    /// What pays, as the wallet names it.
    means: String,
    purse: Option<Paying>,
    lent: Option<Lent>,
    coupons: Option<PaidByCoupons>,
    /// Where the parcel goes, if a courier delivers one.
    address: Option<StoredAddress>,
    /// That it is a gift for whom the parcel goes to.
    gift: Option<Gift>,
    policy: Policy,
    extra_accepted: bool,
    now: Timestamp,
}

/// What was made of an approval.
pub struct Sealed {
    /// What is stored with the order.
    pub approval: Approval,
    /// What a purse that pays has set aside for it.
    pub set_aside: Option<SetAside>,
}

/// What the keys of an account made for an order: in the wallet's own card, or in one that stays at home.
pub struct Made {
    /// PS256 over the approval.
    pub signature: [u8; 256],
    /// A key for each pair, purpose and nonce of [`Sealing::pairs`].
    pub keys: Vec<DerivedKey>,
    /// What a purse that pays has signed, for the part of whoever pays.
    pub payment: Option<Vec<u8>>,
    /// What a purse of this wallet has set aside.
    pub set_aside: Option<SetAside>,
}

/// An order that is split, with what the card is asked for it.
pub struct Sealing {
    header: OrderHeader,
    prepared: PreparedOrder,
    unsigned: UnsignedApproval,
    cancellation: CancellationKey,
    /// For which pairs, purposes and nonces keys are derived.
    pairs: Vec<(PairContext, Purpose, [u8; 32])>,
}

impl Sealing {
    /// The order's header, leaves and amount: what a card that stays at home reads before it signs.
    ///
    /// # Errors
    /// [`ErrorKind::FormInvalid`].
    pub fn proof(&self) -> Result<OrderProof, WalletError> {
        OrderProof::of_prepared(&self.prepared)
            .map_err(|error| WalletError::caused(ErrorKind::FormInvalid, &error))
    }

    /// The order's root.
    #[must_use]
    pub fn root(&self) -> Root {
        self.prepared.root()
    }

    /// For which pairs, purposes and nonces keys are derived: two for each reader of the order, in their order.
    #[must_use]
    pub fn pairs(&self) -> &[(PairContext, Purpose, [u8; 32])] {
        &self.pairs
    }
}

impl Purchase {
    /// The loan that pays, if one does.
    pub const fn lent(&self) -> Option<&Lent> {
        self.lent.as_ref()
    }

    /// The form that is answered.
    pub const fn form(&self) -> &OrderForm {
        &self.order.form
    }

    /// The shop's certified name.
    pub fn shop_name(&self) -> &str {
        &self.order.shop_name
    }

    /// The coupons that pay a part, if some do.
    pub const fn coupons(&self) -> Option<&PaidByCoupons> {
        self.coupons.as_ref()
    }

    /// What whoever pays is asked for: what coupons leave of the total.
    pub fn rest(&self) -> Money {
        let coupons = self.coupons.as_ref();
        coupons.map_or(self.order.form.total, |paid| paid.rest)
    }

    /// The purse that pays, as the wallet names it, if one does.
    pub fn purse(&self) -> Option<&str> {
        self.purse.as_ref().map(Paying::purse)
    }

    /// Checks what was chosen.
    pub fn new(
        slices: &Slices,
        order: OrderRecord,
        choice: &Choice,
        now: Timestamp,
    ) -> Result<Self, WalletError> {
        let coupons = PaidByCoupons::chosen(slices, &order, &choice.coupons, now)?;
        let answers = coupons.as_ref().and_then(PaidByCoupons::answering);
        let Means {
            account: card,
            payment,
            shown,
            purse,
            lent,
            tap,
        } = match answers {
            Some(coupon) => instrument::means_of_office(slices, coupon)?,
            None => instrument::means(slices, &choice.card_id)?,
        };
        // What is lent is ordered for as at home: with what its own wallet knows.
        let profile = match &lent {
            Some(lent) => lent.account.profile(&slices.profile.addresses),
            None => slices.profile.clone(),
        };
        // Where coupons pay for everything, the form's rule for them has named the office.
        let is_taken = answers.is_some()
            || (order.form.instruments.contains(&payment.instrument())
                && order.form.issuers.contains(&card.issuer));
        // What is lent signs at home for orders with a courier alone.
        let is_taken = is_taken && (lent.is_none() || order.has_courier());
        if !is_taken {
            let error = WalletError::new(ErrorKind::CardNotAccepted);
            return Err(error.about(&order.shop_name));
        }
        if let Some(tap) = tap {
            let total = order.form.total;
            tap.require(coupons.as_ref().map_or(total, |paid| paid.rest), now)?;
        }
        if let Some(paid) = &coupons {
            let is_elsewhere = lent.is_some() || paid.card != card.place();
            if is_elsewhere {
                // One card signs for an order, and what is lent is signed for at home.
                return Err(Obstacle::OtherCard.into());
            }
        }
        if card.enrolment.certificate_ends_at()? <= now {
            let error = WalletError::new(ErrorKind::CardNotRenewed);
            return Err(error.about(&card.issuer_name));
        }
        if lent.as_ref().is_some_and(|lent| lent.ends_at <= now) {
            return Err(WalletError::new(ErrorKind::LoanOver));
        }
        let mut addresses = profile.addresses.iter();
        let address = addresses.find(|address| address.id == choice.address_id);
        let address = address.filter(|_| order.has_courier()).cloned();
        if order.has_courier() && address.is_none() {
            return Err(WalletError::new(ErrorKind::NoSuchAddress));
        }
        let gift = gift_of(&order, choice)?;
        let asked = order.form.policy();
        // The policy is the shop's text: without consent each party reads the least, whatever it is
        // called.
        let extra_accepted = choice.accept_extra && asked.has_extra();
        Ok(Self {
            card,
            payment,
            shown,
            means: match answers {
                Some(coupon) => coupon.account.clone(),
                None => choice.card_id.clone(),
            },
            purse,
            lent,
            coupons,
            address,
            gift,
            policy: if extra_accepted {
                asked
            } else {
                Policy::least()
            },
            extra_accepted,
            order,
            profile,
            now,
        })
    }

    /// Splits the order: what the card is to sign, and the pairs for which it is to derive keys.
    pub fn split(&self, mut rng: &mut dyn CryptoRng) -> Result<Sealing, WalletError> {
        let order = &self.order;
        let header = self.header(rng);
        let fields = OrderFields::new(
            &order.form,
            &order.signed_form,
            &self.payment,
            &self.holder_details(),
            self.destination().as_ref(),
        )
        .map_err(|error| {
            WalletError::caused(ErrorKind::AddressInvalid, &error).about(&error.to_string())
        })?;
        let cancellation = CancellationKey::random(&mut rng);
        let mut fields = fields.cancelled_by(&cancellation);
        if let Some(paid) = &self.coupons {
            fields = fields
                .paid_by_coupons(&paid.shares()?, paid.rest)
                .map_err(|error| WalletError::caused(ErrorKind::CardFailed, &error))?;
        }
        if let Some(gift) = &self.gift {
            let given = fields.given(gift);
            fields =
                given.map_err(|error| WalletError::caused(ErrorKind::GiftNoteInvalid, &error))?;
        }
        let prepared = PreparedOrder::new(&mut rng, header.clone(), fields);
        let certificate = self.card.enrolment.certificate.as_deref();
        let certificate = certificate.ok_or_else(|| WalletError::new(ErrorKind::NotEnrolled))?;
        let approval = HolderApproval {
            order_id: header.order_id,
            root: prepared.root(),
        };
        let mut pairs = Vec::new();
        for role in header.readers() {
            let pair = self.pair(&header, role)?;
            for purpose in [Purpose::OrderPart, Purpose::Confirmation] {
                pairs.push((pair.clone(), purpose, crate::random_32(rng)));
            }
        }
        Ok(Sealing {
            unsigned: UnsignedApproval::new(&approval, certificate),
            header,
            prepared,
            cancellation,
            pairs,
        })
    }

    /// Presents the PIN, signs, derives a key for each pair, and last has a purse that pays set the amount aside.
    pub fn commands(
        &self,
        sealing: &Sealing,
        pin: &str,
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<Command>, WalletError> {
        let slot = self.card.enrolment.slot;
        let sign = Command::sign(slot, &sealing.unsigned.to_be_signed(), rng)?;
        let mut commands = vec![Command::present_pin(pin), sign];
        for (pair, purpose, nonce) in &sealing.pairs {
            commands.push(Command::derive(slot, pair, *purpose, nonce));
        }
        if let Some(purse) = &self.purse {
            let root = sealing.prepared.root();
            let shop = &self.order.form.envelope.from;
            commands.push(purse.command(root, (shop, self.rest()), self.now));
        }
        Ok(commands)
    }

    /// What the card answered to [`Purchase::commands`].
    pub fn made(&self, sealing: &Sealing, replies: &[Reply]) -> Result<Made, WalletError> {
        let [_, signed, others @ ..] = replies else {
            return Err(WalletError::new(ErrorKind::CardFailed));
        };
        let (keys, paid) = others
            .split_at_checked(sealing.pairs.len())
            .ok_or_else(|| WalletError::new(ErrorKind::CardFailed))?;
        let set_aside = self.set_aside(paid)?;
        let keys: Result<_, _> = keys.iter().map(|key| host::derived_key(key)).collect();
        Ok(Made {
            signature: signature(signed)?,
            keys: keys.map_err(|error| WalletError::caused(ErrorKind::CardFailed, &error))?,
            payment: set_aside.as_ref().map(|one| one.payment().to_vec()),
            set_aside,
        })
    }

    /// Seals with what the keys made.
    pub fn seal(
        &self,
        sealing: Sealing,
        made: Made,
        mut rng: &mut dyn CryptoRng,
    ) -> Result<Sealed, WalletError> {
        let failed =
            |error: &dyn core::fmt::Display| WalletError::caused(ErrorKind::CardFailed, error);
        let Sealing {
            header,
            prepared,
            unsigned,
            cancellation,
            pairs,
        } = sealing;
        let Made {
            signature,
            keys,
            payment,
            set_aside,
        } = made;
        if keys.len() != pairs.len() {
            return Err(WalletError::new(ErrorKind::CardFailed));
        }
        let signed = unsigned
            .finish(&signature)
            .map_err(|error| failed(&error))?;
        let (mut part_keys, mut confirmations) = (Vec::new(), Vec::new());
        for ((pair, purpose, nonce), key) in pairs.into_iter().zip(keys) {
            if purpose == Purpose::OrderPart {
                part_keys.push(PartKey { pair, nonce, key });
            } else {
                confirmations.push(Confirmation {
                    pair,
                    nonce,
                    key: Some(ConfirmationKey(key.as_bytes().to_vec())),
                    certified_name: None,
                });
            }
        }
        let root = prepared.root();
        let address = self.address.as_ref();
        let split = prepared
            .seal(
                &mut rng,
                &self.policy,
                &part_keys,
                &signed,
                payment.as_deref(),
            )
            .map_err(|error| WalletError::caused(ErrorKind::FormInvalid, &error))?;
        let approval = Approval {
            order_id: header.order_id,
            root,
            issuer: self.card.issuer.clone(),
            issuer_name: self.card.issuer_name.clone(),
            card_last4: self.shown.clone(),
            address_label: address.map_or_else(String::new, |one| one.label.clone()),
            expires_at: header.expires_at,
            confirmations,
            split_order: Some(encode(&split)),
            extra_accepted: self.extra_accepted,
            destination: address.map(|one| [&one.name, "\n", &one.on_label()].concat()),
            address_id: address.map(|one| one.id.clone()),
            policy: Some(self.policy.name()),
            cancellation: Some(cancellation),
            means: Some(self.means.clone()),
            coupons: self.coupons.as_ref().map(PaidByCoupons::parts),
            gift: self.gift.clone(),
        };
        Ok(Sealed {
            approval,
            set_aside,
        })
    }

    /// What a purse that pays has signed.
    fn set_aside(&self, paid: &[Reply]) -> Result<Option<SetAside>, WalletError> {
        let signed = self.purse.as_ref().map(|purse| {
            let reply = paid.last();
            let reply = reply.ok_or_else(|| WalletError::new(ErrorKind::CardFailed))?;
            purse.signed(reply)
        });
        signed.transpose()
    }

    fn header(&self, mut rng: &mut dyn CryptoRng) -> OrderHeader {
        let Self { order, now, .. } = self;
        let ends_at = self.lent.as_ref().map(|lent| lent.ends_at);
        OrderHeader {
            order_id: OrderId::random(&mut rng),
            holder: self.card.enrolment.holder(),
            shop: order.form.envelope.from.clone(),
            issuer: self.card.issuer.clone(),
            courier: order.form.courier().cloned(),
            sent_at: *now,
            expires_at: now
                .plus_seconds(ORDER_LIFETIME_SECONDS)
                .min(order.form.envelope.expires_at)
                .min(ends_at.unwrap_or(Timestamp(u64::MAX))),
        }
    }

    fn pair(&self, header: &OrderHeader, role: Role) -> Result<PairContext, WalletError> {
        let enrolment = &self.card.enrolment;
        let missing = || WalletError::new(ErrorKind::NotEnrolled);
        let party = header.party(role).ok_or_else(missing)?;
        let space = self.profile.space_of(party, role, enrolment);
        Ok(PairContext {
            suite: Suite::NamesOnly,
            key: space
                .and_then(|space| enrolment.key_context(space))
                .ok_or_else(missing)?,
            holder: header.holder,
            role,
            party: party.clone(),
        })
    }

    fn holder_details(&self) -> HolderDetails {
        let card = &self.card.card;
        let address_is_read = READERS
            .iter()
            .any(|role| self.policy.reads(*role, Field::HolderAddress));
        HolderDetails {
            name: card.holder_name.clone(),
            telephone: card.telephone.clone(),
            address: self
                .own_address()
                .filter(|_| address_is_read)
                .map(StoredAddress::on_label),
        }
    }

    /// The holder's own address: the first one, which is the default. A gift's address
    /// must not reach those who may know only where the holder lives.
    fn own_address(&self) -> Option<&StoredAddress> {
        self.profile.addresses.first().or(self.address.as_ref())
    }

    fn destination(&self) -> Option<Destination> {
        self.address.as_ref().map(|address| Destination {
            name: address.name.clone(),
            address: address.on_label(),
            telephone: address.telephone.clone(),
        })
    }
}

/// What the holder says of a gift. What no courier delivers goes to nobody else.
fn gift_of(order: &OrderRecord, choice: &Choice) -> Result<Option<Gift>, WalletError> {
    let chosen = choice.gift.as_ref().filter(|_| order.has_courier());
    let gift = chosen.map(|gift| Gift::written(&gift.note)).transpose();
    gift.map_err(|error| WalletError::caused(ErrorKind::GiftNoteInvalid, &error))
}
