//! `mwsd account`: accounts for administrators and for foreign systems, in the store of the embedded school.

use std::io::Read as _;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};

use super::config::Config;
use super::open::embedded;
use super::{Stop, status};
use crate::accounts::Allowance;
use crate::build::Build;
use crate::school::accounts::{Account, NewAccount, SchoolAccounts};

/// What to do with accounts, and where they are.
#[derive(Debug, Args)]
#[group(id = "account")]
pub struct Options {
    /// Configuration file [default: mwsd.toml in the working folder, if it is there]
    #[arg(short, long, global = true, value_name = "FILE", env = "MWSD_CONFIG")]
    config: Option<PathBuf>,
    /// Folder that `mwsc generate` wrote, or its manifest [default: out]
    #[arg(long, global = true, value_name = "DIR", env = "MWSD_BUILD")]
    build: Option<PathBuf>,
    /// File of the embedded school, or the address of its database [default: mwsd.sqlite]
    #[arg(long, global = true, value_name = "STORE", env = "MWSD_STORE")]
    store: Option<String>,
    /// Where clients reach the service, as texts in a new school say [default: that of the configuration]
    #[arg(long, global = true, value_name = "URL", env = "MWSD_BASE_URL")]
    base_url: Option<String>,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Add an account, and print a token for it
    Add(Add),
    /// List the accounts of administrators and of foreign systems
    List,
    /// Take an account away, with its tokens and sessions
    Remove {
        /// User name
        username: String,
    },
}

/// An account to add. One with capabilities, operations or services has those and nothing else.
#[derive(Debug, Args)]
struct Add {
    /// User name
    username: String,
    /// Capability that the account has, such as moodle/user:create; may be repeated
    #[arg(long = "capability", value_name = "NAME")]
    capabilities: Vec<String>,
    /// Operation that it may call, `get_*` for all that begin so; may be repeated [default: all]
    #[arg(long = "operation", value_name = "NAME")]
    operations: Vec<String>,
    /// Service that it may use; may be repeated [default: all]
    #[arg(long = "service", value_name = "SHORTNAME")]
    services: Vec<String>,
    /// May do everything
    #[arg(long, conflicts_with_all = ["capabilities", "operations"])]
    administrator: bool,
    /// Read a password from the standard input; without one, only tokens open the account
    #[arg(long)]
    password_stdin: bool,
}

/// Does it.
pub fn run(options: Options) -> Result<u8, Stop> {
    let Options { config, build, store, base_url, action } = options;
    let config = Config::read(&super::Options { config, build, base_url, store, ..super::Options::default() })?;
    let runtime = tokio::runtime::Runtime::new().map_err(|why| Stop::new(status::BUG, why))?;
    runtime.block_on(act(&config, &action))
}

async fn act(config: &Config, action: &Action) -> Result<u8, Stop> {
    let build = Build::load(&config.build).map_err(|why| Stop::new(status::INPUT, why))?;
    if config.store == "memory" {
        return Err(Stop::new(status::USAGE, "the store `memory` is gone with its process; name a file or a database"));
    }
    let school = embedded(config, &build, None).await?;
    let accounts = school.accounts(Duration::ZERO, Allowance::default());
    match action {
        Action::Add(new) => add(&accounts, new).await,
        Action::List => {
            for account in accounts.list().await.map_err(refused)? {
                println!("{}", line(&account));
            }
            Ok(status::CLEAN)
        }
        Action::Remove { username } => accounts.remove(username).await.map_err(refused).map(|()| status::CLEAN),
    }
}

async fn add(accounts: &SchoolAccounts, new: &Add) -> Result<u8, Stop> {
    let mut password = String::new();
    if new.password_stdin {
        std::io::stdin().lock().take(4_096).read_to_string(&mut password).map_err(|why| Stop::new(status::INPUT, why))?;
    }
    let limited = !(new.administrator || new.capabilities.is_empty() && new.operations.is_empty());
    let account = NewAccount {
        username: new.username.clone(),
        password: password.trim_end_matches(['\r', '\n']).to_owned(),
        administrator: new.administrator,
        capabilities: limited.then(|| new.capabilities.clone()),
        operations: new.operations.clone(),
        services: new.services.clone(),
    };
    let made = accounts.add(account).await.map_err(refused)?;
    let token = accounts.new_token(&made.username, "").await.map_err(refused)?;
    eprintln!("{}", line(&made));
    println!("{}", token.reveal());
    Ok(status::CLEAN)
}

fn line(account: &Account) -> String {
    let rights = match &account.capabilities {
        _ if account.administrator => "everything".to_owned(),
        None => "by roles".to_owned(),
        Some(list) if list.is_empty() => "no capabilities".to_owned(),
        Some(list) => list.join(" "),
    };
    let all = |list: &[String]| if list.is_empty() { "all".to_owned() } else { list.join(" ") };
    format!("{}\t{}\toperations: {}\tservices: {}", account.username, rights, all(&account.operations), all(&account.services))
}

fn refused(why: crate::dispatch::Failure) -> Stop {
    Stop::new(status::USAGE, if why.debug.is_empty() { why.message } else { format!("{} ({})", why.message, why.debug) })
}
