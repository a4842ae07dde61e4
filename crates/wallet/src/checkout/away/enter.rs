//! H6 and H7: the proxy agrees on a key with the shop, to which the card at home shows its holder.

use tallystick_card::host::home::access::EnterTerms;
use tallystick_protocol::home::agreement::Profile;
use tallystick_protocol::home::calls::SessionAskKind;
use tallystick_protocol::wire::identifier::Domain;

use super::procedure::Procedure;
use super::under_way::ShopSession;
use crate::checkout::seal::Purchase;
use crate::checkout::view::AwayStep;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::ports::Ports;
use crate::home::card;

/// What the card at home shows its holder to a shop for.
pub struct EnteredShop<'a> {
    /// By which loan.
    pub loan: u32,
    /// Which shop.
    pub shop: &'a Domain,
    /// By it the shop's object is found.
    pub form_start: u8,
    /// The account's.
    pub certificate: Vec<u8>,
}

impl<'a> EnteredShop<'a> {
    /// The shop that signed the form.
    ///
    /// # Errors
    /// [`ErrorKind::NotEnrolled`].
    pub fn of(purchase: &'a Purchase) -> Result<Self, WalletError> {
        let (form, account) = (purchase.form(), &purchase.card);
        let certificate = account.enrolment.certificate.clone();
        Ok(Self {
            loan: purchase.lent().map_or(0, |lent| lent.number),
            shop: &form.envelope.from,
            form_start: form.start(),
            certificate: certificate.ok_or_else(|| WalletError::new(ErrorKind::NotEnrolled))?,
        })
    }
}

impl<P: Ports> Procedure<'_, P> {
    /// H6 and H7: the proxy agrees on a key with the shop, to which the card at home shows its holder.
    pub async fn enter(&self, at: EnteredShop<'_>) -> Result<ShopSession, WalletError> {
        self.step(AwayStep::Shop).await?;
        let form_start = at.form_start;
        let terms = EnterTerms {
            loan: at.loan,
            shop: at.shop.clone(),
            form_start,
            profile: Profile::KeyAgreement,
            is_joint: true,
            certificate: at.certificate,
        };
        let kind = SessionAskKind::Enter;
        let reply = self.ask(kind, card::ask_enter(&terms)).await?;
        let session = card::entered(&reply)?.map_err(|refusal| self.meant(refusal))?;
        let start = base16ct::lower::encode_string(&[form_start]);
        let session = base16ct::lower::encode_string(&session);
        Ok(ShopSession {
            path: ["/v1/sessions/", &start, "/", &session, "/records"].concat(),
            home: self.away.home(),
            records: self.records.clone().unwrap_or_default(),
        })
    }
}
