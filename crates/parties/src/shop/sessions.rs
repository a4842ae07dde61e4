//! Sessions (source document 000, H6 and H8): a proxy agrees with the shop on a key for a holder, whose card at home
//! shows the holder; from then on whoever was told the key speaks in records under it, as if it came by itself.
//!
//! What is stored of a session is sealed. Each thing that is said is answered once: said again, because the answer was
//! lost, it gets the same bytes.

use sha2::{Digest, Sha256};
use tallystick_protocol::checkout::order::SplitOrder;
use tallystick_protocol::home::Entrance;
use tallystick_protocol::home::agreement::{Answered, Finish, Hello, Profile};
use tallystick_protocol::home::calls::{InnerRequest, InnerResponse};
use tallystick_protocol::home::records::{RecordKeys, Side};
use tallystick_protocol::trust::holder::verify_holder;
use tallystick_protocol::wire::cbor::{Message, decode, decode_value, encode, encode_value};
use tallystick_protocol::wire::identifier::HolderId;
use tallystick_protocol::wire::time::Timestamp;
use zeroize::Zeroizing;

use super::{ROUTES, Shop, Task};
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer, Incoming};
use crate::office::place::{Asked, Key};
use crate::office::routes;
use crate::ports::{DatabaseError, Ports};
use crate::store::sealed::Sealed;
use crate::store::typed::{self, typed_row};

/// How long a holder may take to show itself, in seconds.
const BEGUN_SECONDS: u64 = 120;
/// How long a session lasts, in seconds.
pub(super) const SESSION_SECONDS: u64 = 15 * 60;
/// The longest that is stored of a session in clear, in bytes.
const STORED_BYTES_MAX: usize = 16 * 1024;
/// The longest address of a request in a record, in bytes.
const PATH_BYTES_MAX: usize = 2048;

typed_row! {
    /// A session that was begun.
    struct Session in "shop_sessions" {
        /// Its name, 16 bytes.
        name: Vec<u8> = "name",
        /// From when on it is void.
        expires_at: Timestamp = "expires_at",
        /// Who showed itself.
        holder: Option<HolderId> = "holder",
        /// What the shop keeps of it ([`Answered`], later [`RecordKeys`]), sealed.
        kept: Vec<u8> = "kept",
        /// SHA-256 of what was heard last.
        heard: Option<[u8; 32]> = "heard",
        /// What was answered to that.
        said: Option<Vec<u8>> = "said",
    }
}

impl Session {
    /// What was answered to these very bytes, if they were the last that were heard.
    fn said_to(&self, digest: &[u8; 32]) -> Option<Vec<u8>> {
        let is_the_same = self.heard.as_ref() == Some(digest);
        self.said.clone().filter(|_| is_the_same)
    }

    /// The name under which its row is sealed.
    fn sealed_as(&self) -> String {
        sealed_as(&self.name)
    }
}

fn sealed_as(name: &[u8]) -> String {
    format!("session|{}", data_encoding::HEXLOWER.encode(name))
}

/// What is kept of sessions.
pub(super) const SEALED: Sealed = Sealed {
    named_by: &["name"],
    name: |row| Ok(sealed_as(row.blob(0)?)),
    ..Sealed::whole("shop_sessions", "kept")
};

/// A session begins at the object of the order's form, whose first byte stands in the path.
pub(super) fn of_session(asked: &Asked<'_>) -> Option<Key> {
    let start = start_in(asked.chosen?)?;
    let mut name = [0; 32];
    name[0] = start;
    Some(Key {
        start: Some(start),
        name,
    })
}

/// Two lower-case hexadecimal digits.
fn start_in(path: &str) -> Option<u8> {
    let bytes = data_encoding::HEXLOWER.decode(path.as_bytes()).ok()?;
    <[u8; 1]>::try_from(bytes).ok().map(|[start]| start)
}

fn ended() -> Fault {
    Fault::new(Kind::Expired, "The session has ended, or was never begun.")
}

fn said_before() -> Fault {
    Fault::new(Kind::Replayed, "The session has gone on since.")
}

impl<P: Ports> Shop<P> {
    /// `POST /v1/sessions/{first byte of the form's number}`: the shop proves who it is.
    pub(super) async fn begin_session(
        &self,
        request: &Incoming,
        start: &str,
    ) -> Result<Answer, Fault> {
        start_in(start).ok_or_else(Fault::not_found)?;
        let hello: Hello = decode(web::body_as(request, web::CBOR)?)?;
        let office = &self.office;
        office.admit(&[("sessions", office.settings.limits.sessions)])?;
        let transport_key = match hello.profile {
            Profile::KeyTransport => Some(self.transport_key().await?),
            _ => None,
        };
        let (answer, answered) = office.respond(hello, transport_key).await?;
        let kept = Zeroizing::new(encode_value(&answered));
        let session = Session {
            kept: office.seal(&sealed_as(&answered.session), &kept)?,
            name: answered.session.to_vec(),
            expires_at: office.now().plus_seconds(BEGUN_SECONDS),
            holder: None,
            heard: None,
            said: None,
        };
        office.transaction(|tables| {
            let sql = "DELETE FROM shop_sessions WHERE expires_at <= ?";
            tables.run(sql, &[office.now().into()])?;
            typed::insert(tables, &session)
        })?;
        Ok(web::cbor(encode(&answer)))
    }

    /// `POST /v1/sessions/{}/{session}`: the holder shows itself, and the shop confirms the key.
    pub(super) async fn finish_session(
        &self,
        request: &Incoming,
        name: &str,
    ) -> Result<Answer, Fault> {
        let bytes = web::body_as(request, web::CBOR)?;
        let finish: Finish = decode(bytes)?;
        let heard = Sha256::digest(bytes).into();
        let session = self.session(name)?;
        if let Some(said) = session.said_to(&heard) {
            return Ok(web::cbor(said));
        }
        if session.holder.is_some() {
            return Err(said_before());
        }
        let answered: Answered = self.opened(&session)?;
        let verified = self.office.trying("sessions", async {
            let signed = answered.receive(&finish)?;
            self.entering(&signed, &answered)
        });
        let holder = verified.await?;
        self.office.admit_holder("sessions", &holder)?;
        let transported = self.transported(answered.hello.profile, &finish);
        let (key, confirmation) = answered.agree(&finish, transported.await?.as_deref())?;
        let keys = key.record_keys(Side::Responder);
        let next = Session {
            expires_at: self.office.now().plus_seconds(SESSION_SECONDS),
            holder: Some(holder),
            ..self.after(&session, &keys, heard, encode(&confirmation))?
        };
        let said = self.go_on(&session, next)?;
        self.office.log("session-begun", None, "ok");
        Ok(web::cbor(said))
    }

    /// Who signed that it enters this shop now, by what was agreed on.
    fn entering(&self, signed: &[u8], answered: &Answered) -> Result<HolderId, Fault> {
        let (office, now) = (&self.office, self.office.now());
        let identity = office.identity()?;
        let entrance = verify_holder::<Entrance>(signed, &identity.anchors, now)?.message;
        if entrance.shop != office.settings.domain {
            let other = "The holder enters another shop.";
            return Err(Fault::new(Kind::WrongRecipient, other));
        }
        if entrance.transcript != answered.transcript {
            let other = "The holder signed for another session.";
            return Err(Fault::new(Kind::WrongTransaction, other));
        }
        if entrance.expires_at <= now {
            let late = "What the holder signed has expired.";
            return Err(Fault::new(Kind::Expired, late));
        }
        Ok(entrance.holder)
    }

    /// `POST /v1/sessions/{}/{session}/records`: a request in a record, answered in a record.
    pub(super) async fn take_record(
        &self,
        request: &Incoming,
        name: &str,
    ) -> Result<Answer, Fault> {
        let bytes = web::body_as(request, web::CBOR)?;
        let heard = Sha256::digest(bytes).into();
        let session = self.session(name)?;
        let holder = session.holder.ok_or_else(|| {
            let early = "The holder has not shown itself in this session.";
            Fault::new(Kind::Conflict, early)
        })?;
        if let Some(said) = session.said_to(&heard) {
            return Ok(web::cbor(said));
        }
        let mut keys: RecordKeys = self.opened(&session)?;
        let content = keys.open(bytes)?;
        let response = self.answer_within(&holder, request, &content).await?;
        let said = keys.seal(&encode(&response), keys.is_complete())?;
        let next = self.after(&session, &keys, heard, said)?;
        Ok(web::cbor(self.go_on(&session, next)?))
    }

    /// The session of this name, unless it is over.
    fn session(&self, name: &str) -> Result<Session, Fault> {
        let name = data_encoding::HEXLOWER.decode(name.as_bytes());
        let name = name.map_err(|_| Fault::not_found())?;
        let still = [name.into(), self.office.now().into()];
        let found = typed::find(self.office.tables(), "name = ? AND expires_at > ?", &still)?;
        found.ok_or_else(ended)
    }

    fn opened<T>(&self, session: &Session) -> Result<T, Fault>
    where
        T: minicbor::Encode<()> + for<'bytes> minicbor::Decode<'bytes, ()>,
    {
        let kept = self.office.unseal(&session.sealed_as(), &session.kept)?;
        decode_value(&kept, STORED_BYTES_MAX).map_err(|_| Fault::internal())
    }

    /// The session once this was heard and that is said.
    fn after(
        &self,
        session: &Session,
        keys: &RecordKeys,
        heard: [u8; 32],
        said: Vec<u8>,
    ) -> Result<Session, DatabaseError> {
        let kept = Zeroizing::new(encode_value(keys));
        Ok(Session {
            name: session.name.clone(),
            expires_at: session.expires_at,
            holder: session.holder,
            kept: self.office.seal(&session.sealed_as(), &kept)?,
            heard: Some(heard),
            said: Some(said),
        })
    }

    /// Stores the session's next step and returns what is said. If the same was heard twice at a time, both are told
    /// what was stored first: no record's number is used for two contents.
    fn go_on(&self, before: &Session, next: Session) -> Result<Vec<u8>, Fault> {
        let heard = next.heard.unwrap_or_default();
        self.office.transaction(|tables| {
            let is_this = [(&before.name).into(), self.office.now().into()];
            let stored: Session =
                typed::find(tables, "name = ? AND expires_at > ?", &is_this)?.ok_or_else(ended)?;
            if stored.kept != before.kept {
                return stored.said_to(&heard).ok_or_else(said_before);
            }
            let sql = "DELETE FROM shop_sessions WHERE name = ?";
            tables.run(sql, &[(&before.name).into()])?;
            typed::insert(tables, &next)?;
            next.said.ok_or_else(Fault::internal)
        })
    }

    /// The answer to what stood in a record. What is wrong with it is answered within the session, too.
    async fn answer_within(
        &self,
        holder: &HolderId,
        outer: &Incoming,
        content: &[u8],
    ) -> Result<InnerResponse, Fault> {
        let answered = async {
            let inner = inner_request(outer, decode(content)?)?;
            self.answer_inner(holder, &inner).await
        };
        let answer = answered.await.unwrap_or_else(|fault| {
            self.office
                .log("request-refused", None, fault.kind.as_str());
            self.office.log_cause(None, &fault);
            web::problem(&fault)
        });
        let response = InnerResponse {
            status: answer.status().as_u16(),
            content_type: content_type_of(&answer),
            body: answer.into_body(),
        };
        if encode(&response).len() > InnerResponse::LEN_MAX {
            return Err(Fault::internal());
        }
        Ok(response)
    }

    /// What a holder's wallet asks a shop by itself, and nothing else.
    async fn answer_inner(&self, holder: &HolderId, inner: &Incoming) -> Result<Answer, Fault> {
        if inner.uri().path() == "/v1/confirmations" {
            let common = self.office.serve_common(inner).await?;
            return common.ok_or_else(Fault::not_found);
        }
        let (task, _) = routes::find(ROUTES, inner)?.ok_or_else(Fault::not_found)?;
        match task {
            Task::TakeOrder => require_own_order(holder, inner)?,
            Task::ShowOrder | Task::ShowSummary | Task::ShowRefunds | Task::CancelByKey => {}
            _ => return Err(Fault::not_found()),
        }
        let answer = async |inner: &Incoming| {
            let (_, chosen) = routes::find(ROUTES, inner)?.ok_or_else(Fault::not_found)?;
            let form = chosen.first().copied().unwrap_or_default();
            match task {
                Task::TakeOrder => self.take_order(inner).await,
                Task::ShowOrder => self.show_order(form).await,
                Task::ShowSummary => self.show_summary(form),
                Task::ShowRefunds => self.show_refunds(form),
                Task::CancelByKey => self.cancel_by_key(inner).await,
                _ => Err(Fault::not_found()),
            }
        };
        self.office.where_it_belongs(inner, self, answer).await
    }
}

/// An order in a session is of the holder who showed itself.
fn require_own_order(holder: &HolderId, inner: &Incoming) -> Result<(), Fault> {
    let order: SplitOrder = decode(web::body_as(inner, web::CBOR)?)?;
    if order.header.holder == *holder {
        Ok(())
    } else {
        let other = "The order is of another holder than the session.";
        Err(Fault::new(Kind::WrongSender, other))
    }
}

/// The request in a record as if it had come by itself, at the address and with the correlation id of the one around it.
fn inner_request(outer: &Incoming, inner: InnerRequest) -> Result<Incoming, Fault> {
    if inner.path.len() > PATH_BYTES_MAX || !inner.path.starts_with('/') {
        return Err(Fault::malformed("This is no path at the shop."));
    }
    let authority = outer.uri().authority().ok_or_else(Fault::internal)?;
    let method = if inner.posts {
        http::Method::POST
    } else {
        http::Method::GET
    };
    let mut request = Incoming::new(inner.body);
    *request.method_mut() = method;
    let uri = format!("https://{authority}{}", inner.path);
    *request.uri_mut() = uri.parse().map_err(Fault::malformed)?;
    let content_type = http::HeaderValue::from_str(&inner.content_type);
    let headers = request.headers_mut();
    headers.insert(
        http::header::CONTENT_TYPE,
        content_type.map_err(Fault::malformed)?,
    );
    if let Some(correlation) = outer.headers().get("x-correlation-id") {
        headers.insert("x-correlation-id", correlation.clone());
    }
    Ok(request)
}

fn content_type_of(answer: &Answer) -> String {
    let value = answer.headers().get(http::header::CONTENT_TYPE);
    let value = value.and_then(|value| value.to_str().ok());
    value.unwrap_or_default().to_owned()
}
