//! Orders: what the holder approved is set aside for the shop (O9), the courier's word gives it to the shop or back, and
//! the shop's word gives it back later.

use tallystick_protocol::bank::{BookTransfer, ProofKind, TransferKind};
use tallystick_protocol::checkout::answers::AuthorisationRequest;
use tallystick_protocol::checkout::order::{HolderApproval, OrderProof};
use tallystick_protocol::checkout::refunds::RefundRequest;
use tallystick_protocol::purse::{PursePayment, number_of_refund};
use tallystick_protocol::wire::identifier::{Domain, Role, Root};
use tallystick_protocol::wire::money::Money;

use super::movements::{inside, waiting};
use super::{Audit, Judged, unfit, unsigned};
use crate::books::Entry;
use crate::finding::Finding;
use crate::said::Said;

/// The account of what is owed to a shop.
pub(super) fn payable(shop: &Domain) -> String {
    format!("payable to {shop}")
}

/// An order of which holder and shop say the same.
struct Order {
    root: Root,
    proof: OrderProof,
    amount: Money,
}

impl<'a> Audit<'a> {
    /// What holder and shop agree on for the entry that sets an order's amount aside. `None`: what is wrong was found
    /// when it was read.
    fn order_of(
        &self,
        object: &'a str,
        reserved: &'a str,
        transfer: &BookTransfer,
    ) -> Result<Option<(Order, String)>, Finding> {
        let request = self.find(object, reserved, |said| match said {
            Said::Request(request) => Some(request.clone()),
            _ => None,
        });
        let approval = self.find(object, reserved, |said| match said {
            Said::Approval(approval, account) => Some((approval.clone(), account.clone())),
            _ => None,
        });
        let proof = self.find(object, reserved, |said| match said {
            Said::Order(proof) => Some(proof.as_ref().clone()),
            _ => None,
        });
        let (Some(request), Some((approval, account)), Some(proof)) = (request, approval, proof)
        else {
            let whole = [
                ProofKind::AuthorisationRequest,
                ProofKind::Approval,
                ProofKind::OrderProof,
            ];
            if whole
                .into_iter()
                .all(|kind| self.has(object, reserved, kind))
            {
                return Ok(None);
            }
            return unsigned(
                object,
                transfer,
                "the holder's approval or the shop's request",
            );
        };
        let order = self.agreed(&request, &approval, proof);
        match order {
            Ok(order) => Ok(Some((order, account))),
            Err(why) => unfit(object, transfer, why),
        }
    }

    fn agreed(
        &self,
        request: &AuthorisationRequest,
        approval: &HolderApproval,
        proof: OrderProof,
    ) -> Result<Order, &'static str> {
        let root = proof.root();
        if root != approval.root || proof.header.order_id != approval.order_id {
            return Err("the holder approved another order");
        }
        let amount = proof
            .amount()
            .map_err(|_| "the amount is not the order's")?;
        let is_asked = request.part.root == root
            && request.amount == amount
            && request.envelope.from == proof.header.shop;
        if !is_asked {
            return Err("the shop asked for something else");
        }
        if !self.is_bank(&proof.header.issuer) {
            return Err("another bank pays it");
        }
        Ok(Order {
            root,
            proof,
            amount,
        })
    }

    /// What an order sets aside.
    pub(super) fn order(&mut self, object: &'a str, transfer: &'a BookTransfer) -> Judged {
        let Some((order, account)) = self.order_of(object, &transfer.id, transfer)? else {
            return Ok(None);
        };
        if transfer.kind != TransferKind::Pending {
            return unfit(object, transfer, "an order sets aside");
        }
        let debit = match self.payment(object, &transfer.id) {
            Some(payment) if self.is_of(&payment, &order, &account) => inside(&payment.purse),
            Some(_) => return unfit(object, transfer, "the purse paid another order"),
            None if transfer.debit.starts_with("purse ") => {
                return unsigned(object, transfer, "the purse's payment");
            }
            None => account,
        };
        Ok(Some(Entry {
            debit,
            credit: payable(&order.proof.header.shop),
            money: order.amount,
        }))
    }

    fn payment(&self, object: &'a str, about: &'a str) -> Option<PursePayment> {
        self.find(object, about, |said| match said {
            Said::Payment(payment) => Some(payment.clone()),
            _ => None,
        })
    }

    fn is_of(&self, payment: &PursePayment, order: &Order, account: &str) -> bool {
        let purse = self.directory.purses.get(&payment.purse);
        self.is_bank(&payment.bank)
            && payment.root == order.root
            && payment.amount == order.amount
            && payment.shop == order.proof.header.shop
            && purse.and_then(|purse| purse.account.as_deref()) == Some(account)
    }

    /// What the courier's acceptance, the shop's word that it handed over where no courier delivers, a refusal, or the end of the order's time ends.
    pub(super) fn order_end(
        &mut self,
        object: &'a str,
        transfer: &'a BookTransfer,
        reserved: &'a str,
    ) -> Judged {
        let Some((order, _)) = self.order_of(object, reserved, transfer)? else {
            return Ok(None);
        };
        let header = &order.proof.header;
        let is_accepted = self.find(object, &transfer.id, |said| match said {
            Said::Acceptance(said) => Some(
                said.root == order.root
                    && said.shop == header.shop
                    && said.issuer == header.issuer
                    && Some(&said.envelope.from) == header.courier.as_ref(),
            ),
            Said::HandingOver(said) => Some(
                said.root == order.root
                    && said.issuer == header.issuer
                    && said.envelope.from == header.shop
                    && header.courier.is_none(),
            ),
            _ => None,
        });
        let is_refused = self.find(object, &transfer.id, |said| match said {
            Said::Refusal(said, role) => {
                let by = match role {
                    Role::Shop => Some(&header.shop),
                    _ => header.courier.as_ref(),
                };
                let is_theirs = Some(&said.envelope.from) == by;
                Some(said.root == order.root && said.by == *role && is_theirs)
            }
            _ => None,
        });
        let is_over = transfer.at_ms / 1000 >= header.expires_at.0;
        match (transfer.kind, is_accepted, is_refused) {
            (TransferKind::Post, Some(true), None) | (TransferKind::Void, None, Some(true)) => {}
            (TransferKind::Void, None, None) if is_over => {}
            (TransferKind::Post, None, _) => {
                return unsigned(object, transfer, "the courier's acceptance");
            }
            (TransferKind::Void, None, None) => {
                return unsigned(object, transfer, "a refusal by courier or shop");
            }
            _ => {
                return unfit(
                    object,
                    transfer,
                    "it is another order's, or says the opposite",
                );
            }
        }
        Ok(self.pending.get(&(object, reserved)).cloned())
    }

    /// What a shop gives back.
    pub(super) fn refund(
        &mut self,
        object: &'a str,
        transfer: &'a BookTransfer,
        reserved: &'a str,
    ) -> Judged {
        let Some(taken) = self.pending.get(&(object, reserved)).cloned() else {
            return Ok(None);
        };
        let Some(request) = self.refund_request(object, &transfer.id) else {
            return self.without_refund_request(object, transfer);
        };
        let Some((order, _)) = self.order_of(object, reserved, transfer)? else {
            return Ok(None);
        };
        let by_shop = request.envelope.from == order.proof.header.shop;
        if request.root != order.root || !by_shop {
            return unfit(object, transfer, "the shop gives back another order");
        }
        let ended = self.ended.get_mut(&(object, reserved));
        let Some(ended) = ended.filter(|ended| ended.by.kind == TransferKind::Post) else {
            return unfit(object, transfer, "the order was not charged");
        };
        ended.returned = ended.returned.saturating_add(request.amount.minor);
        if ended.returned > order.amount.minor {
            return unfit(object, transfer, "more is given back than was taken");
        }
        if let Some(number) = purse_of(&taken.debit) {
            let credit = number_of_refund(&order.root, request.number);
            self.waiting.insert((number, credit), request.amount);
        }
        Ok(Some(Entry {
            debit: taken.credit,
            credit: taken.debit,
            money: request.amount,
        }))
    }

    fn refund_request(&self, object: &'a str, about: &'a str) -> Option<RefundRequest> {
        self.find(object, about, |said| match said {
            Said::Refund(request) => Some(request.clone()),
            _ => None,
        })
    }

    fn without_refund_request(&self, object: &'a str, transfer: &BookTransfer) -> Judged {
        if self.has(object, &transfer.id, ProofKind::RefundRequest) {
            return Ok(None);
        }
        unsigned(object, transfer, "the shop's request")
    }

    /// A refund to a purse is moved on to where it waits until the card takes it. Nobody signs for that again.
    pub(super) fn refund_that_waits(
        &mut self,
        object: &'a str,
        transfer: &'a BookTransfer,
    ) -> Judged {
        let number = transfer.id.strip_prefix("wait ");
        let number = number.and_then(|number| number.parse().ok());
        let purse = purse_of(&transfer.debit);
        let (Some(number), Some(purse)) = (number, purse) else {
            return unsigned(object, transfer, "the refund that waits");
        };
        match self.waiting.get(&(purse, number)) {
            Some(money) => Ok(Some(Entry {
                debit: inside(&purse),
                credit: waiting(&purse),
                money: *money,
            })),
            None => unsigned(object, transfer, "the refund that waits"),
        }
    }
}

/// The purse of which an account of the ledger says what it holds.
pub(super) fn purse_of(account: &str) -> Option<tallystick_protocol::purse::PurseNumber> {
    account.strip_prefix("purse ")?.parse().ok()
}
