//! Certificates whose signature was verified before: whoever sees the same ones all day verifies it once.

use super::Certificate;
use alloc::collections::BTreeMap;
use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cell::RefCell;

/// A generation takes so many; two are kept, so memory stays under a megabyte.
const GENERATION: usize = 128;

/// A certificate, and the place of the root whose signature it bears.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) certificate: Rc<Certificate>,
    pub(super) root: usize,
}

/// Verified certificates by all their bytes. What was not seen for a generation is forgotten.
#[derive(Clone, Debug, Default)]
pub(super) struct Remembered(RefCell<Generations>);

#[derive(Clone, Debug, Default)]
struct Generations {
    young: BTreeMap<Vec<u8>, Known>,
    old: BTreeMap<Vec<u8>, Known>,
}

impl Remembered {
    pub(super) fn find(&self, der: &[u8]) -> Option<Known> {
        let mut generations = self.0.borrow_mut();
        if let Some(known) = generations.young.get(der) {
            return Some(known.clone());
        }
        let (der, known) = generations.old.remove_entry(der)?;
        generations.keep(der, known.clone());
        Some(known)
    }

    pub(super) fn keep(&self, certificate: Certificate, root: usize) {
        let der = certificate.as_der().to_vec();
        let certificate = Rc::new(certificate);
        self.0.borrow_mut().keep(der, Known { certificate, root });
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        let generations = self.0.borrow();
        generations.young.len() + generations.old.len()
    }
}

impl Generations {
    fn keep(&mut self, der: Vec<u8>, known: Known) {
        if self.young.len() >= GENERATION {
            self.old = core::mem::take(&mut self.young);
        }
        self.young.insert(der, known);
    }
}

#[cfg(test)]
pub(super) const MOST: usize = 2 * GENERATION;
