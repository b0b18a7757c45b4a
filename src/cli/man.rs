//! `mwsc man` and `mwsc completions`: made from the definition of the command line, so they never differ from it.

use std::fs;
use std::io;
use std::path::Path;

use super::args::definition;
use super::tree::plain;
use crate::report::{Code, Diagnostic, Report};

/// The manual page of the command itself, which names the pages of its subcommands.
pub fn page() -> io::Result<String> {
    let mut out = Vec::new();
    clap_mangen::Man::new(definition()).render(&mut out)?;
    String::from_utf8(out).map_err(io::Error::other)
}

/// One page per command, into a folder.
pub fn pages(dir: &Path, report: &mut Report) {
    if let Err(why) = fs::create_dir_all(dir).and_then(|()| clap_mangen::generate_to(definition(), dir)) {
        report.push(Diagnostic::new(Code::C016, format!("cannot write to `{}`: {}", dir.display(), plain(&why))));
    }
}

/// The completion script for a shell.
pub fn completions(shell: clap_complete::Shell) -> String {
    let mut out = Vec::new();
    clap_complete::generate(shell, &mut definition(), "mwsc", &mut out);
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_command_is_in_the_page_and_in_the_completions() {
        let page = super::page().unwrap();
        let bash = super::completions(clap_complete::Shell::Bash);
        for command in ["generate", "describe", "inspect", "graph", "explain", "init", "completions", "man"] {
            assert!(page.contains(command) && bash.contains(command), "{command}");
        }
    }
}
