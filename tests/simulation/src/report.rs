//! What is said of all runs together.

use std::fs;
use std::path::Path;

use tallystick_simulation::Counts;

use crate::arguments::Arguments;
use crate::fleet::Summary;

/// One line. The scripts read the number of seeds from it.
#[must_use]
pub fn line(summary: &Summary) -> String {
    format!(
        "Simulation: {} seeds held, {} failed; {} messages, {} orders delivered, {} refused or expired, {}{} s",
        summary.seeds - summary.failures.len() as u64,
        summary.failures.len(),
        summary.messages,
        summary.delivered,
        summary.ended,
        between(&summary.between),
        summary.time.as_secs()
    )
}

fn between(counts: &Counts) -> String {
    let Counts {
        paid,
        settled,
        refused,
        lost,
        named,
    } = counts;
    match paid {
        0 => String::new(),
        _ => format!(
            "{paid} payments between purses: {settled} settled, {refused} refused, {lost} taken by nobody, {named} copied purses named; "
        ),
    }
}

/// The same as a page.
///
/// # Errors
/// The file system's own.
pub fn write(file: &str, arguments: &Arguments, summary: &Summary) -> std::io::Result<()> {
    if let Some(folder) = Path::new(file).parent() {
        fs::create_dir_all(folder)?;
    }
    let Arguments {
        seeds,
        steps,
        bank,
        between,
        home,
        coupons,
        ..
    } = arguments;
    let mut page = format!(
        "# Simulation\n\nSeeds from {} on, {steps} steps each.\n\n{}.\n",
        seeds.0,
        line(summary)
    );
    for (seed, violations) in &summary.failures {
        page.push_str(&format!("\n## Seed {seed}\n\n"));
        for violation in violations {
            page.push_str(&format!("- {violation}\n"));
        }
        page.push_str(&format!(
            "\n`npm run simulate -- --seed {seed} --steps {steps}{}{}{}{} --print`\n",
            bank.told(*seed),
            between.told(*seed),
            home.told(*seed),
            coupons.told(*seed)
        ));
    }
    fs::write(file, page)
}
