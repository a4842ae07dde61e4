//! What others signed for an order, named by its digests, for the holder's receipt.

use tallystick_protocol::checkout::form::form_digest;

use crate::checkout::view::EvidenceView;
use crate::core::error::WalletError;
use crate::core::ports::Ports;
use crate::core::wallet::Wallet;

impl<P: Ports> Wallet<P> {
    /// The signed statements that the wallet keeps of an order.
    ///
    /// # Errors
    /// [`NoSuchOrder`](crate::ErrorKind::NoSuchOrder), or [`Locked`](crate::ErrorKind::Locked).
    pub async fn evidence(&self, request_id: &str) -> Result<Vec<EvidenceView>, WalletError> {
        let mut evidence = Vec::new();
        self.perform(&mut |desk| {
            let order = desk.order(request_id)?;
            let statements = [
                ("form", Some(&order.signed_form)),
                ("authorisation", order.authorisation.as_ref()),
                ("acceptance", order.acceptance.as_ref()),
                ("handing-over", order.handing_over.as_ref()),
                ("refusal", order.refusal.as_ref()),
                ("receipt", order.receipt.as_ref()),
                ("disowning", order.disowning.as_ref()),
                ("refund", order.refund.as_ref()),
                ("tracking", order.parcel.as_ref().map(|one| &one.signed)),
            ];
            for (what, signed) in statements {
                evidence.extend(signed.map(|signed| EvidenceView {
                    what,
                    digest: base16ct::lower::encode_string(&form_digest(signed)),
                }));
            }
            Ok(())
        })
        .await?;
        Ok(evidence)
    }
}
