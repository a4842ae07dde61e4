//! H8: an order goes to its shop under the key that proxy and shop agreed on and the terminal was told. Only this first
//! sending does: if its answer is lost, and for everything that is asked later, the shop is asked as from home.

use tallystick_protocol::home::calls::InnerRequest;
use tallystick_protocol::wire::identifier::HomeId;

use super::procedure::Procedure;
use super::under_way::ShopSession;
use crate::checkout::order::event::Event;
use crate::checkout::order::state::OrderState;
use crate::core::ask::{CBOR, COSE, CallError, Said, meaning};
use crate::core::desk::Desk;
use crate::core::error::WalletError;
use crate::core::ports::{Ports, Response};
use crate::core::wallet::Wallet;
use crate::home::card;

/// How often a record is sent whose answer may have been lost: the same is answered with the same.
const SENDINGS: usize = 3;

/// An order that is to be sent now.
struct Due {
    request_id: String,
    url: String,
    body: Vec<u8>,
    session: ShopSession,
}

impl<P: Ports> Wallet<P> {
    /// Sends what is confirmed by all and has a session with its shop.
    pub(in crate::checkout) async fn send_in_sessions(&self) -> Result<(), WalletError> {
        let mut due = Vec::new();
        self.perform(&mut |desk| {
            due = desk.due_in_sessions()?;
            Ok(())
        })
        .await?;
        if due.is_empty() {
            return Ok(());
        }
        let _alone = self.proceeding.take().await;
        for order in due {
            let Due {
                request_id,
                url,
                body,
                session,
            } = order;
            let said = self.send_in_session(&session.home, &url, body).await;
            self.perform(&mut |desk| {
                if desk.state.unlocked.is_none() {
                    // Locked meanwhile. The shop can be asked again.
                    return Ok(());
                }
                desk.orders()?.under_way.end(&request_id);
                desk.take_sent(&request_id, &said)
            })
            .await?;
            self.end_session(&request_id, session.home, session.records)
                .await;
        }
        Ok(())
    }

    async fn send_in_session(&self, home: &HomeId, url: &str, body: Vec<u8>) -> Said {
        let later = |error: &dyn core::fmt::Display| CallError::Later(error.to_string());
        let request = InnerRequest {
            posts: true,
            path: "/v1/orders".to_owned(),
            content_type: CBOR.to_owned(),
            body,
        };
        let away = self.away_home(home).await.map_err(|error| later(&error))?;
        let record = self.ask_access_card_once(&away, card::to_shop(&request, true));
        let record = record.await.and_then(|reply| card::bytes(&reply));
        let record = record.map_err(|error| later(&error))?;
        let mut said = self.post(url, &record).await;
        for _ in 1..SENDINGS {
            if said.is_ok() {
                break;
            }
            said = self.post(url, &record).await;
        }
        // What is said outside of the session is nobody's word about the order.
        let answer = meaning(said, CBOR).map_err(|error| later(&error))?;
        let response = self.ask_access_card_once(&away, card::from_shop(&answer));
        let response = response
            .await
            .and_then(|reply| card::shop_response(&reply))
            .map_err(|error| later(&error))?;
        let response = Response {
            status: response.status,
            content_type: response.content_type,
            body: response.body,
        };
        meaning(Ok(response), COSE)
    }

    /// The card at home forgets the release.
    pub(super) async fn end_session(&self, request_id: &str, home: HomeId, records: String) {
        let Ok(away) = self.away_home(&home).await else {
            return;
        };
        let procedure = Procedure {
            wallet: self,
            away: &away,
            request_id,
            shop: "",
            records: Some(records),
        };
        procedure.end().await;
    }
}

impl Desk<'_> {
    /// Whether an order goes to its shop in a session.
    pub(in crate::checkout) fn is_in_session(&self, request_id: &str) -> bool {
        let unlocked = self.state.unlocked.as_ref();
        let under_way = unlocked.map(|unlocked| &unlocked.slices.orders.under_way);
        under_way.is_some_and(|under_way| under_way.session_of(request_id).is_some())
    }

    /// What is to be sent in sessions now. Stored before it is sent: from now on the shop may have it.
    fn due_in_sessions(&mut self) -> Result<Vec<Due>, WalletError> {
        let mut due = Vec::new();
        if self.state.unlocked.is_none() || self.require_list().is_err() {
            return Ok(due);
        }
        let now = self.now();
        let orders = self.orders()?.records();
        let confirmed = orders.filter(|order| {
            order.state == OrderState::Confirmed && !order.settled && order.expires_at() > now
        });
        let confirmed: Vec<_> = confirmed.cloned().collect();
        for mut order in confirmed {
            let request_id = order.request_id.clone();
            let session = self.orders()?.under_way.session_of(&request_id).cloned();
            let split = order.approval.as_ref();
            let split = split.and_then(|approval| approval.split_order.clone());
            let (Some(session), Some(body)) = (session, split) else {
                continue;
            };
            order.move_to(OrderState::Sent, Event::Sent, now)?;
            let shop = &order.form.envelope.from;
            let url = self.context.urls.url(shop, &session.path);
            self.keep_order(order)?;
            due.push(Due {
                request_id,
                url,
                body,
                session,
            });
        }
        Ok(due)
    }
}
