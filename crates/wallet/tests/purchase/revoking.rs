//! A party is revoked, and a wallet hears of it.

use tallystick_parties::native::block_on;
use tallystick_simulation::operators::{COMMANDS, Command, MEDIA_TYPE, OPERATORS, registration};

use super::holder::Holder;
use super::world::{CA, World, text};

/// The CA's operator revokes a party, and the directory has the new list.
pub fn revoke(world: &World, party: &str) {
    let page = |path, kind, body| {
        let answer = world.send("page", CA, "POST", path, kind, body);
        assert_eq!(answer.status(), 200, "{}", text(&answer));
    };
    page(OPERATORS, "application/json", registration());
    let command = Command {
        role: "ca",
        domain: CA,
        command: "revoke-party",
        arguments: &[("party", party.to_owned())],
        id: "one",
        at: world.now(),
    };
    page(COMMANDS, MEDIA_TYPE, command.signed());
    world.run_for(10_000);
}

/// An hour has passed: the wallet asks. Returns when it does so again.
pub fn renew(holder: &Holder<'_>) -> Option<u64> {
    block_on(holder.wallet.renew_revocations()).unwrap()
}
