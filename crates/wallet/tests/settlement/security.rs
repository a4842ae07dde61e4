//! The real security server, and somebody before it who keeps what is said, and may say something else.

use std::cell::RefCell;
use std::rc::Rc;

use http::{Request, Response};
use tallystick_parties::Party;
use tallystick_parties::native::{Machine, block_on};
use tallystick_parties::security_server::{SecurityConfig, SecurityServer};
use tallystick_protocol::settlement::channel::MasterKey;
use tallystick_protocol::test_keys::TEST_KEYS;
use tallystick_protocol::wire::identifier::Role;
use zeroize::Zeroizing;

use super::world::{ISSUER, SECURITY, World, domain, settings};

/// The number of its test key.
pub const SECURITY_KEY: usize = 7;

/// What was asked and answered.
#[derive(Clone)]
pub struct Said {
    pub path: String,
    pub asked: Vec<u8>,
    pub answered: Vec<u8>,
}

/// Changes a request on its way in, by its path.
type LieIn = Box<dyn FnMut(&str, &mut Vec<u8>)>;
/// Changes an answer on its way out, by its path.
type LieOut = Box<dyn FnMut(&str, &mut Vec<u8>)>;

pub struct Security {
    inner: SecurityServer<Machine>,
    pub lie_in: RefCell<Option<LieIn>>,
    pub lie_out: RefCell<Option<LieOut>>,
    said: RefCell<Vec<Said>>,
}

impl Security {
    /// Starts it, and has it certified.
    pub fn start(world: &mut World) -> Rc<Self> {
        let machine = Machine::new(&world.hub, SECURITY, &world.clock).unwrap();
        machine.signing.prepare(TEST_KEYS[SECURITY_KEY]);
        let config = SecurityConfig {
            settings: settings(Role::SecurityServer, SECURITY),
            master: MasterKey::new(Zeroizing::new([6; 16])),
            front: domain(ISSUER),
        };
        let server = Rc::new(Self {
            inner: SecurityServer::new(machine.clone(), config),
            lie_in: RefCell::new(None),
            lie_out: RefCell::new(None),
            said: RefCell::new(Vec::new()),
        });
        world.machines.push((SECURITY, machine));
        world.hub.connect(SECURITY, server.clone());
        for _ in 0..4 {
            block_on(server.wake());
            world.run_for(5_000);
        }
        server
    }

    /// What wallets and the front have said to it, and it to them.
    pub fn said(&self) -> Vec<Said> {
        self.said.borrow().clone()
    }

    /// From now on answers are changed.
    pub fn lie(&self, lie: impl FnMut(&str, &mut Vec<u8>) + 'static) {
        *self.lie_out.borrow_mut() = Some(Box::new(lie));
    }

    /// From now on what is asked is changed.
    pub fn lie_to(&self, lie: impl FnMut(&str, &mut Vec<u8>) + 'static) {
        *self.lie_in.borrow_mut() = Some(Box::new(lie));
    }

    /// Nobody lies any more.
    pub fn be_honest(&self) {
        *self.lie_in.borrow_mut() = None;
        *self.lie_out.borrow_mut() = None;
    }
}

impl Party for Security {
    async fn serve(&self, request: Request<Vec<u8>>) -> Response<Vec<u8>> {
        let path = request.uri().path().to_owned();
        let (parts, mut body) = request.into_parts();
        if let Some(lie) = &mut *self.lie_in.borrow_mut() {
            lie(&path, &mut body);
        }
        let asked = body.clone();
        let request = Request::from_parts(parts, body);
        let mut answer = self.inner.serve(request).await;
        if let Some(lie) = &mut *self.lie_out.borrow_mut() {
            lie(&path, answer.body_mut());
        }
        let answered = answer.body().clone();
        self.said.borrow_mut().push(Said {
            path,
            asked,
            answered,
        });
        answer
    }

    async fn wake(&self) {
        self.inner.wake().await;
    }
}
