//! The wallet dies at each write and each call of something that it does over a purse.

use tallystick_wallet::WalletError;

use super::customer::with_purse;
use super::device::Device;
use super::world::World;

/// What is on the account when it begins.
pub const DEPOSIT: u64 = 10_000;

/// What is done, and how it ended.
pub struct Deaths {
    /// Goes on from what is stored, to the end or to the wallet's death.
    pub go_on: fn(&World, &Device) -> Result<(), WalletError>,
    /// How often it goes on after the death until it is over.
    pub rounds: u32,
    /// What must be true then; the words say where the wallet died.
    pub is_right: fn(&World, &Device, &str),
}

impl Deaths {
    /// One run for each step. With `lose_answers` the call at which it dies reaches the party.
    pub fn at_every_step(&self, lose_answers: bool) {
        let world = World::with_authority();
        let device = with_purse(&world, DEPOSIT).device;
        let before = device.journal().len();
        (self.go_on)(&world, &device).unwrap();
        let steps = device.journal().split_off(before).len();
        (self.is_right)(&world, &device, "undisturbed");
        assert!(steps > 10);
        for number in 0..steps {
            let world = World::with_authority();
            let device = with_purse(&world, DEPOSIT).device;
            device.fail_after(u32::try_from(number).unwrap(), lose_answers);
            let died = format!("died at step {} of {steps}", number + 1);
            let _ended = (self.go_on)(&world, &device);
            assert!(device.has_failed(), "{died}");
            device.mend();
            for _ in 0..self.rounds {
                (self.go_on)(&world, &device).unwrap_or_else(|error| panic!("{died}: {error}"));
            }
            (self.is_right)(&world, &device, &died);
        }
    }
}
