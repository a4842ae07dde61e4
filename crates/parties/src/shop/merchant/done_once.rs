//! What a shop's own server has done once, however often it asks: by the header `Idempotency-Key`. The first answer is kept
//! for a day, sealed, because it may say who bought.

use http::StatusCode;
use sha2::{Digest, Sha256};

use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer, Incoming};
use crate::ports::{Ports, Tables};
use crate::shop::Shop;
use crate::store::once::{self, Command, KEY_MAX_BYTES, once};
use crate::store::sealed::Sealed;

/// The header.
pub const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// How long an answer is kept, in seconds (a day).
const KEPT_SECONDS: u64 = 86_400;
/// Under which name answers are sealed.
const SEALED: &str = "merchant-answer";
/// Of which command they are.
const WHAT: &str = "merchant";
/// The answer to whoever asks again.
pub(in crate::shop) const SEALED_ANSWERS: Sealed = Sealed {
    only: Some("what = 'merchant'"),
    name: |_| Ok(SEALED.to_owned()),
    ..Sealed::whole("commands", "answer")
};

/// A request that is done once: its key within its address, and SHA-256 of what it says.
pub(super) struct Wish {
    key: String,
    digest: [u8; 32],
}

impl Wish {
    /// What a request says.
    ///
    /// # Errors
    /// [`Kind::Malformed`] without a key of 1 to 64 visible ASCII characters.
    pub fn of(request: &Incoming) -> Result<Self, Fault> {
        let given = request.headers().get(IDEMPOTENCY_KEY);
        let given = given.map(|value| value.as_bytes()).unwrap_or_default();
        let is_key =
            (1..=KEY_MAX_BYTES).contains(&given.len()) && given.iter().all(u8::is_ascii_graphic);
        if !is_key {
            let said = "Send a header Idempotency-Key of 1 to 64 visible ASCII characters, drawn for this request.";
            return Err(Fault::malformed(said));
        }
        // The key counts within its address: what is under another one may be at another object.
        let mut key = Sha256::new();
        key.update(request.uri().path());
        key.update(b"\n");
        key.update(given);
        Ok(Self {
            key: data_encoding::HEXLOWER.encode(&key.finalize()),
            digest: Sha256::digest(request.body()).into(),
        })
    }

    /// The first byte of the key's name, by which the same wish finds the same object.
    pub fn start(&self) -> u8 {
        let first = self.key.get(..2).unwrap_or_default();
        u8::from_str_radix(first, 16).unwrap_or(0)
    }
}

impl<P: Ports> Shop<P> {
    fn command<'a>(&self, wish: &'a Wish) -> Command<'a> {
        Command {
            what: WHAT,
            key: &wish.key,
            digest: &wish.digest,
            keep_until: self.office.now().plus_seconds(KEPT_SECONDS),
        }
    }

    /// What was answered to this very wish before, if it was.
    ///
    /// # Errors
    /// [`Kind::IdempotencyKeyReused`] if its key was used for another one.
    pub(super) fn answered_before(
        &self,
        wish: &Wish,
        status: StatusCode,
    ) -> Result<Option<Answer>, Fault> {
        let before = once::before(self.office.tables(), &self.command(wish)).map_err(reused)?;
        let answer = before.map(|sealed| self.answer_in(status, &sealed));
        answer.transpose()
    }

    /// Does what is wished unless it was done, in a transaction, and answers what `work` makes of it (JSON).
    ///
    /// # Errors
    /// [`Kind::IdempotencyKeyReused`]; those of the work.
    pub(super) fn done_once(
        &self,
        wish: &Wish,
        status: StatusCode,
        work: impl FnOnce(&dyn Tables) -> Result<Vec<u8>, Fault>,
    ) -> Result<Answer, Fault> {
        let sealed = self.office.transaction(|tables| {
            once(tables, &self.command(wish), |tables| {
                let answer = work(tables)?;
                Ok(self.office.seal(SEALED, &answer)?)
            })
        });
        self.answer_in(status, &sealed.map_err(reused)?)
    }

    fn answer_in(&self, status: StatusCode, sealed: &[u8]) -> Result<Answer, Fault> {
        let answer = self.office.unseal(SEALED, sealed)?;
        Ok(web::answer(status, web::JSON, answer.to_vec()))
    }
}

/// The very same key with other words.
fn reused(fault: Fault) -> Fault {
    match fault.kind {
        Kind::Replayed => Fault::new(Kind::IdempotencyKeyReused, ""),
        _ => fault,
    }
}
