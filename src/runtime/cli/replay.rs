//! `mwsd replay`: a recording through the protocols.

use std::path::PathBuf;

use clap::Args;

use super::{Stop, status};
use crate::build::Build;
use crate::recorded::exchange;
use crate::recorded::replay::{Fate, replay as run};

/// Options of the command.
#[derive(Debug, Args)]
pub struct Options {
    /// Folder with requests.json and the recorded answers
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Folder that `mwsc generate` wrote, or its manifest
    #[arg(long, value_name = "DIR", env = "MWSD_BUILD", default_value = "out")]
    build: PathBuf,
    /// Where the recorded site was, for answers that name it [default: what it says of itself]
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
}

/// Replays a folder, and prints what differs.
pub fn replay(options: &Options) -> Result<u8, Stop> {
    let exchanges = exchange::read(&options.folder).map_err(|why| Stop::new(status::INPUT, why))?;
    let build = Build::load(&options.build).map_err(|why| Stop::new(status::INPUT, why))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|why| Stop::new(status::BUG, why))?;
    let fates = runtime.block_on(run(&exchanges, build, options.base_url.clone()));
    let count = |wanted: fn(&Fate) -> bool| fates.iter().filter(|(_, fate)| wanted(fate)).count();
    for (id, fate) in &fates {
        match fate {
            Fate::Same => {}
            Fate::Differs(how) => println!("{id}: differs: {how}"),
            Fate::NotServed => println!("{id}: not served"),
        }
    }
    let (same, unserved) = (count(|fate| *fate == Fate::Same), count(|fate| *fate == Fate::NotServed));
    println!("{same} of {} the same, {} different, {unserved} not served", fates.len(), fates.len() - same - unserved);
    Ok(if same + unserved == fates.len() { status::CLEAN } else { status::FINDINGS })
}
