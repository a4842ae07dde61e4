//! The account code: what moves an account to another device, and stops the one that had it. The wallet asks the issuer for
//! it with the offer, so that it stands on the holder's sheet and neither the issuer's page nor whoever reads along there
//! ever has it.

use tallystick_protocol::account::CardRecord;

use crate::account::offer::OfferRecord;
use crate::core::ask::{self, Ask, CallError, JSON};
use crate::core::error::{ErrorKind, WalletError};
use crate::core::json;
use crate::core::ports::Ports;
use crate::core::wallet::Wallet;
use crate::holder::sheet::AccountCode;

/// The longest code that is taken, in characters: 25 symbols in groups of five are 29.
const CHARACTERS_MAX: usize = 40;

impl<P: Ports> Wallet<P> {
    /// The code of the account on offer, from its issuer (`POST /v1/account-codes`, `docs/backup.md`). None if the issuer
    /// gives none: the account had its code before, or this issuer has no codes. Asked again, it gives another in
    /// the place of the first, so that an answer that was lost costs nothing.
    ///
    /// # Errors
    /// [`ErrorKind::EnrolmentUnreachable`] if the issuer does not answer now.
    pub(super) async fn account_code(
        &self,
        offered: &OfferRecord,
    ) -> Result<Option<AccountCode>, WalletError> {
        let Some(signed) = &offered.signed else {
            return Ok(None);
        };
        let issuer = &offered.offer.envelope.from;
        let url = self.context.urls.url(issuer, "/v1/account-codes");
        let ask: Ask<()> = ask::post_signed((), url, signed.clone(), JSON);
        let answer = self.ask(vec![ask]).await.into_iter().next();
        match answer.map(|answer| answer.said) {
            Some(Ok(body)) => Ok(code_in(&body, &offered.issuer_name, &offered.offer.card)),
            Some(Err(CallError::Later(reason))) => {
                let unreachable = ErrorKind::EnrolmentUnreachable;
                Err(WalletError::caused(unreachable, &reason).about(issuer.as_str()))
            }
            Some(Err(CallError::Refused(_) | CallError::Strange { .. })) | None => Ok(None),
        }
    }
}

fn code_in(body: &[u8], issuer_name: &str, card: &CardRecord) -> Option<AccountCode> {
    let code = json::member(body, "code").and_then(json::plain_string)?;
    let is_code = |character: char| character.is_ascii_alphanumeric() || character == '-';
    let is_one = code.len() <= CHARACTERS_MAX && code.len() >= 8 && code.chars().all(is_code);
    is_one.then(|| AccountCode {
        issuer_name: issuer_name.to_owned(),
        last4: card.number.last4().to_owned(),
        code: code.to_owned(),
    })
}
