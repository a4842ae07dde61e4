//! What the command line says.

use std::time::Duration;

use tallystick_simulation::Lending;

/// How the program is called.
pub const USAGE: &str = "simulate [--seed N | --seeds FIRST..LAST] [--steps M] [--print] [--for 90s|10m|3h] [--report FILE] [--threads T] [--bank none|some|all] [--between none|some|all] [--home none|some|all|hostile] [--coupons none|some|all]
  --seed N      one run, the same one each time
  --seeds A..B  the runs from A to B
  --steps M     how many wishes and faults a run has (60); fewer are the beginning of the same run
  --print       who said what to whom, when, under which fault, and which states changed
  --for TIME    as many seeds as fit into this time, from the first one on
  --report FILE a summary as Markdown
  --threads T   runs side by side (one for each processor)
  --bank WHICH  whether runs have a bank, accounts and purses: none, all, or some, those with even seeds (none)
  --between W   whether, in runs with a bank, purses pay each other without it: none, all, or some, those with seeds that
                four divides (none)
  --home WHICH  whether cards that stay at home are lent: none, all, some, those with seeds that three divides, or in
                all runs by a proxy and a home browser in hostile hands (none)
  --coupons W   whether there is a coupon office with customers: none, all, or some, those with seeds that five divides
                (none)";

/// Steps of a run unless it is said otherwise.
const STEPS: u32 = 60;
const STEPS_MAX: u32 = 100_000;

/// Read and checked.
#[derive(Debug)]
pub struct Arguments {
    /// The first seed and the last one.
    pub seeds: (u64, u64),
    /// Steps of each run.
    pub steps: u32,
    /// Whether each run is printed.
    pub print: bool,
    /// After this no further run begins.
    pub time: Option<Duration>,
    /// Where the report goes.
    pub report: Option<String>,
    /// How many runs there are at the same time.
    pub threads: usize,
    /// Which runs have a bank.
    pub bank: WithBank,
    /// In which runs purses pay each other.
    pub between: WithBetween,
    /// Which runs have a home proxy.
    pub home: WithHome,
    /// Which runs have a coupon office.
    pub coupons: WithCoupons,
}

/// Which runs have a coupon office.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WithCoupons {
    /// None of them.
    None,
    /// Those whose seeds five divides.
    Some,
    /// All of them.
    All,
}

impl WithCoupons {
    /// Whether that run has one.
    #[must_use]
    pub const fn in_run(self, seed: u64) -> bool {
        match self {
            Self::None => false,
            Self::Some => seed.is_multiple_of(5),
            Self::All => true,
        }
    }

    /// What to say to have that run again.
    #[must_use]
    pub const fn told(self, seed: u64) -> &'static str {
        if self.in_run(seed) {
            " --coupons all"
        } else {
            ""
        }
    }
}

/// Which runs have a bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WithBank {
    /// None of them.
    None,
    /// Those with even seeds.
    Some,
    /// All of them.
    All,
}

impl WithBank {
    /// Whether that run has one.
    #[must_use]
    pub const fn in_run(self, seed: u64) -> bool {
        match self {
            Self::None => false,
            Self::Some => seed.is_multiple_of(2),
            Self::All => true,
        }
    }

    /// What to say to have that run again.
    #[must_use]
    pub const fn told(self, seed: u64) -> &'static str {
        if self.in_run(seed) { " --bank all" } else { "" }
    }
}

/// In which runs purses pay each other without the bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WithBetween {
    /// In none of them.
    None,
    /// In those whose seeds four divides.
    Some,
    /// In all of them.
    All,
}

impl WithBetween {
    /// Whether they do in that run, if it has a bank.
    #[must_use]
    pub const fn in_run(self, seed: u64) -> bool {
        match self {
            Self::None => false,
            Self::Some => seed.is_multiple_of(4),
            Self::All => true,
        }
    }

    /// What to say to have that run again.
    #[must_use]
    pub const fn told(self, seed: u64) -> &'static str {
        if self.in_run(seed) {
            " --between all"
        } else {
            ""
        }
    }
}

/// Which runs have a home proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WithHome {
    /// None of them.
    None,
    /// Those whose seeds three divides.
    Some,
    /// All of them.
    All,
    /// All of them, in hostile hands.
    Hostile,
}

impl WithHome {
    /// What there is in that run.
    #[must_use]
    pub const fn in_run(self, seed: u64) -> Lending {
        match self {
            Self::Some if seed.is_multiple_of(3) => Lending::Honest,
            Self::None | Self::Some => Lending::Nobody,
            Self::All => Lending::Honest,
            Self::Hostile => Lending::Hostile,
        }
    }

    /// What to say to have that run again.
    #[must_use]
    pub const fn told(self, seed: u64) -> &'static str {
        match self.in_run(seed) {
            Lending::Nobody => "",
            Lending::Honest => " --home all",
            Lending::Hostile => " --home hostile",
        }
    }
}

impl Arguments {
    /// Reads them.
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub fn read(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let mut read = Self {
            seeds: (1, 1),
            steps: STEPS,
            print: false,
            time: None,
            report: None,
            threads: processors,
            bank: WithBank::None,
            between: WithBetween::None,
            home: WithHome::None,
            coupons: WithCoupons::None,
        };
        let mut ends = false;
        while let Some(word) = words.next() {
            if word == "--print" {
                read.print = true;
                continue;
            }
            let Some(value) = words.next() else {
                return Err(format!("{word} is no option, or lacks its value."));
            };
            let number = || {
                value
                    .parse::<u64>()
                    .map_err(|_| format!("{value} is no number."))
            };
            match word.as_str() {
                "--seed" => read.seeds = (number()?, number()?),
                "--seeds" => {
                    read.seeds = range(&value)?;
                    ends = true;
                }
                "--steps" => {
                    let steps = u32::try_from(number()?).ok();
                    read.steps = steps
                        .filter(|steps| *steps <= STEPS_MAX)
                        .ok_or_else(|| format!("A run has at most {STEPS_MAX} steps."))?;
                }
                "--for" => read.time = Some(time(&value)?),
                "--report" => read.report = Some(value),
                "--threads" => {
                    let threads = usize::try_from(number()?).unwrap_or(0);
                    read.threads = threads.clamp(1, 64);
                }
                "--bank" => {
                    read.bank = match value.as_str() {
                        "none" => WithBank::None,
                        "some" => WithBank::Some,
                        "all" => WithBank::All,
                        _ => return Err("--bank is none, some or all.".to_owned()),
                    };
                }
                "--between" => {
                    read.between = match value.as_str() {
                        "none" => WithBetween::None,
                        "some" => WithBetween::Some,
                        "all" => WithBetween::All,
                        _ => return Err("--between is none, some or all.".to_owned()),
                    };
                }
                "--home" => {
                    read.home = match value.as_str() {
                        "none" => WithHome::None,
                        "some" => WithHome::Some,
                        "all" => WithHome::All,
                        "hostile" => WithHome::Hostile,
                        _ => return Err("--home is none, some, all or hostile.".to_owned()),
                    };
                }
                "--coupons" => {
                    read.coupons = match value.as_str() {
                        "none" => WithCoupons::None,
                        "some" => WithCoupons::Some,
                        "all" => WithCoupons::All,
                        _ => return Err("--coupons is none, some or all.".to_owned()),
                    };
                }
                _ => return Err(format!("{word} is no option.")),
            }
        }
        if read.time.is_some() && !ends {
            read.seeds.1 = u64::MAX;
        }
        Ok(read)
    }
}

fn range(text: &str) -> Result<(u64, u64), String> {
    let ends = text.split_once("..");
    let ends = ends.and_then(|(first, last)| Some((first.parse().ok()?, last.parse().ok()?)));
    ends.filter(|(first, last)| first <= last)
        .ok_or_else(|| format!("{text} is no range of seeds such as 1..500."))
}

fn time(text: &str) -> Result<Duration, String> {
    let (number, unit) = text.split_at(text.len().saturating_sub(1));
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        _ => 0,
    };
    match number.parse::<u64>() {
        Ok(number) if seconds > 0 && number <= 1000 => Ok(Duration::from_secs(number * seconds)),
        _ => Err(format!("{text} is no time such as 90s, 10m or 3h.")),
    }
}
