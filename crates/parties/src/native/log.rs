//! A log that is kept, so that tests can search it.

use core::cell::RefCell;
use std::rc::Rc;

use crate::ports::Log;

/// Lines kept in memory, shared by everybody who has a clone of it.
#[derive(Clone, Default)]
pub struct KeptLog(Rc<RefCell<Vec<String>>>);

impl KeptLog {
    /// All lines so far.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        self.0.borrow().clone()
    }
}

impl Log for KeptLog {
    fn line(&self, json: &str) {
        self.0.borrow_mut().push(json.to_owned());
    }
}
