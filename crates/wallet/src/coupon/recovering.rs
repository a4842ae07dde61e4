//! What a card signed and the wallet did not keep, because it died in between: the card says it again, and it goes on as if it had
//! been kept. Only a link's secret key is lost with the wallet; such a link is taken back.

use tallystick_card::host::coupon::{Progress, SignedKind};
use tallystick_protocol::coupon::{
    ClaimOffer, ConversionNotice, CouponTransfer, Owner, TransferReply,
};
use tallystick_protocol::trust::keyed;

use super::record::{CouponRecord, UnderWay};
use super::shown::short;
use super::text::Given;
use super::view::{CouponEventKind, CouponWhat};
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::ports::Ports;
use crate::core::wallet::Wallet;

impl<P: Ports> Wallet<P> {
    /// As it went, but if the card has promised the coupon already, what it signed is taken up.
    pub(super) async fn or_taken_up<T>(
        &self,
        id: &str,
        went: Result<T, WalletError>,
    ) -> Result<T, WalletError> {
        if matches!(&went, Err(error) if error.kind == ErrorKind::CouponUnderWay) {
            self.perform(&mut |desk| {
                let mut record = desk.coupon(id)?;
                if record.under_way.is_none() {
                    record.progress = None;
                }
                desk.keep_coupon(record)
            })
            .await?;
            self.tend_or_wait(id).await?;
        }
        went
    }
}

impl Desk<'_> {
    /// Takes up what the card says that it has signed, if nothing is known to be under way.
    pub(super) fn take_up_signed(
        &self,
        record: &mut CouponRecord,
        kind: SignedKind,
        signed: Vec<u8>,
    ) {
        let is_promised = record.progress == Some(Progress::GivenAway);
        if record.under_way.is_some() || record.standing.is_over() || !is_promised {
            return;
        }
        // The wallet's own card says that it has signed it; whatever it is, the office verifies it.
        let Some((under_way, event)) = self.signed_before(record, kind, signed) else {
            return;
        };
        if let Some(event) = event {
            record.note(under_way.since, event, under_way.to.clone());
        }
        record.under_way = Some(UnderWay {
            about: record.coupon,
            ..under_way
        });
    }

    fn signed_before(
        &self,
        record: &CouponRecord,
        kind: SignedKind,
        signed: Vec<u8>,
    ) -> Option<(UnderWay, Option<CouponEventKind>)> {
        Some(match kind {
            SignedKind::Transfer => {
                let transfer: CouponTransfer = keyed::unverified(&signed).ok()?;
                let (what, event) = match transfer.to {
                    Owner::Holder(_) => (CouponWhat::Transfer, CouponEventKind::HandedOn),
                    Owner::Shop(_) => (CouponWhat::Order, CouponEventKind::Ordered),
                };
                let given = record.whole.clone().map(|coupon| Given {
                    coupon,
                    transfer: signed.clone(),
                });
                let text = given.filter(|_| what == CouponWhat::Transfer);
                let under_way = UnderWay {
                    to: Some(short(&transfer.to)),
                    until: Some(transfer.until),
                    text: text.map(|given| given.to_text()),
                    ..self.signed_now(what, &transfer, signed)
                };
                (under_way, Some(event))
            }
            SignedKind::Reply => {
                let reply: TransferReply = keyed::unverified(&signed).ok()?;
                let under_way = UnderWay {
                    to: Some(short(&reply.to)),
                    ..self.signed_now(CouponWhat::Reply, &reply, signed)
                };
                (under_way, Some(CouponEventKind::SaidYes))
            }
            SignedKind::Conversion => {
                let told: ConversionNotice = keyed::unverified(&signed).ok()?;
                let under_way = self.signed_now(CouponWhat::Conversion, &told, signed);
                (under_way, None)
            }
            SignedKind::Offer => {
                let offer: ClaimOffer = keyed::unverified(&signed).ok()?;
                let under_way = UnderWay {
                    until: Some(offer.until),
                    ..self.signed_now(CouponWhat::Offer, &offer, signed)
                };
                (under_way, Some(CouponEventKind::Offered))
            }
        })
    }
}
