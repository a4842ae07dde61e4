//! Getting a contactless card: an element makes a key, the security server signs which card it is and seals the card's keys to
//! that key, and the element takes them. Once.

use tallystick_card::host::settlement::ShownCard;
use tallystick_protocol::settlement::CardRequest;
use tallystick_protocol::settlement::card::CardPersonalisation;
use tallystick_protocol::wire::cbor::encode;
use tallystick_protocol::wire::identifier::Domain;
use tallystick_protocol::wire::money::Currency;

use super::card;
use super::record::{CardRecord, FORMAT, GettingRecord};
use super::server::{CARDS, unfit};
use crate::core::access::check_pin;
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::place::KeyPlace;
use crate::core::ports::Ports;
use crate::core::secure_element::{Command, SecureElement};
use crate::core::wallet::{Settlement, Wallet};
use crate::holder::card_account::CardAccount;

/// What the card is to be.
struct Wanted {
    server: Settlement,
    currency: Currency,
    place: KeyPlace,
    roots: Vec<Vec<u8>>,
}

impl<P: Ports> Wallet<P> {
    /// Makes the software card, or the card in the reader, a contactless card of a settlement server at whose front there is
    /// an account. One that it is already is taken up. Returns how the card is named.
    ///
    /// # Errors
    /// [`ErrorKind::CallInvalid`] for a front that this build does not know, [`ErrorKind::NoSettlementAccount`],
    /// [`ErrorKind::NoSettlementInCard`], [`ErrorKind::ContactlessElsewhere`] if it is one of another server,
    /// [`ErrorKind::SettlementUnreachable`], [`ErrorKind::SettlementRefused`], [`ErrorKind::SettlementAnswerInvalid`],
    /// [`ErrorKind::WrongPin`], [`ErrorKind::PinBlocked`], [`ErrorKind::Locked`], or a failure of reader, card or storage.
    pub async fn get_contactless(
        &self,
        front: &str,
        place: KeyPlace,
        pin: &str,
    ) -> Result<String, WalletError> {
        check_pin(pin).map_err(|_| WalletError::new(ErrorKind::WrongPin))?;
        self.know_revocations().await?;
        let front = Domain::parse(front).map_err(|_| WalletError::new(ErrorKind::CallInvalid))?;
        let mut wanted = None;
        self.perform(&mut |desk| {
            wanted = Some(desk.wanted_contactless(&front, place)?);
            Ok(())
        })
        .await?;
        let wanted = wanted.ok_or_else(|| WalletError::new(ErrorKind::CallInvalid))?;
        let _turn = self.conversing.turn(place).await;
        let mut element = self.card(place).await?;
        let shown = match card::show(&mut element).await? {
            Some(shown) => shown,
            None => {
                let made = self.personalise(&mut element, &wanted, pin).await;
                let tries = match place {
                    KeyPlace::Reader => None,
                    _ => Some(element.tries().await),
                };
                self.perform(&mut |desk| desk.keep_card(&mut element, place, tries.clone()))
                    .await?;
                made?
            }
        };
        let mut id = String::new();
        self.perform(&mut |desk| {
            id = desk.keep_contactless(&wanted, &shown)?;
            Ok(())
        })
        .await?;
        Ok(id)
    }

    async fn personalise(
        &self,
        element: &mut SecureElement<'_>,
        wanted: &Wanted,
        pin: &str,
    ) -> Result<ShownCard, WalletError> {
        let commands = vec![Command::present_pin(pin), card::put_roots(&wanted.roots)];
        element.execute(commands).await?;
        let recipient = card::prepare(element).await?;
        // The key is stored before it is used: another time the card says the same.
        self.perform(&mut |desk| desk.keep_card(element, wanted.place, None))
            .await?;
        let mut request = None;
        self.perform(&mut |desk| {
            request = Some(desk.card_request(wanted, recipient)?);
            Ok(())
        })
        .await?;
        let request = request.ok_or_else(|| WalletError::new(ErrorKind::CallInvalid))?;
        let signed = self
            .ask_security(&wanted.server, CARDS, encode(&request))
            .await?;
        let mut at = None;
        self.perform(&mut |desk| {
            desk.require_personalisation(wanted, &request, &signed)?;
            at = Some(desk.now());
            Ok(())
        })
        .await?;
        let at = at.ok_or_else(|| WalletError::new(ErrorKind::CallInvalid))?;
        card::personalise(element, &signed, at).await?;
        let shown = card::show(element).await?;
        shown.ok_or_else(|| WalletError::new(ErrorKind::CardFailed))
    }
}

impl Desk<'_> {
    fn wanted_contactless(
        &mut self,
        front: &Domain,
        place: KeyPlace,
    ) -> Result<Wanted, WalletError> {
        self.stay_unlocked();
        let server = self.settlement_server(front)?;
        let account = self.front_account(front)?;
        if !account.enrolment.is_done() {
            return Err(WalletError::new(ErrorKind::NotEnrolled).about(&account.issuer_name));
        }
        let roots = self.context.roots.roots().iter();
        Ok(Wanted {
            currency: currency_of(&account)
                .ok_or_else(|| WalletError::new(ErrorKind::NoSettlementAccount))?,
            server,
            place,
            roots: roots.map(|root| root.as_der().to_vec()).collect(),
        })
    }

    /// The same request again, once one was sent with that key.
    fn card_request(
        &mut self,
        wanted: &Wanted,
        recipient: [u8; 32],
    ) -> Result<CardRequest, WalletError> {
        let known = self.settlements()?.getting(&recipient).cloned();
        let getting = match known.filter(|known| known.security == wanted.server.security) {
            Some(known) => known,
            None => GettingRecord {
                format: FORMAT,
                place: wanted.place,
                security: wanted.server.security.clone(),
                recipient,
                nonce: crate::random_32(self.rng),
            },
        };
        let nonce = getting.nonce;
        self.keep_settlement(getting)?;
        Ok(CardRequest {
            nonce,
            recipient,
            currency: wanted.currency,
        })
    }

    /// That the security server has signed that very card.
    fn require_personalisation(
        &self,
        wanted: &Wanted,
        request: &CardRequest,
        signed: &[u8],
    ) -> Result<(), WalletError> {
        let said = self.by_security_server::<CardPersonalisation>(&wanted.server, signed)?;
        let said = said.message;
        if said.recipient == request.recipient && said.currency == request.currency {
            Ok(())
        } else {
            Err(unfit(&"another card was made"))
        }
    }

    /// Keeps a card that is there.
    fn keep_contactless(
        &mut self,
        wanted: &Wanted,
        shown: &ShownCard,
    ) -> Result<String, WalletError> {
        if shown.server != wanted.server.security {
            let error = WalletError::new(ErrorKind::ContactlessElsewhere);
            return Err(error.about(shown.server.as_str()));
        }
        let getting: Vec<_> = self
            .settlements()?
            .gettings(wanted.place)
            .cloned()
            .collect();
        for done in &getting {
            self.drop_settlement(done)?;
        }
        let since = self.now();
        let known = self.settlements()?.card(shown.alias).ok().cloned();
        let card = match known {
            Some(known) => CardRecord {
                place: wanted.place,
                ..known
            },
            None => CardRecord {
                format: FORMAT,
                alias: shown.alias,
                front: wanted.server.front.clone(),
                security: wanted.server.security.clone(),
                currency: shown.currency,
                place: wanted.place,
                balance: None,
                read_at: None,
                waiting: 0,
                reading: None,
                since,
            },
        };
        let id = card.id();
        self.keep_settlement(card)?;
        Ok(id)
    }
}

/// In what an account at a front is kept.
pub(super) fn currency_of(account: &CardAccount) -> Option<Currency> {
    let limit = account.limit.map(|limit| limit.currency);
    account.currency.or(limit)
}
