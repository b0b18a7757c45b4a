//! What the user sees: data on stdout; findings, and on a terminal progress, on stderr.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use super::args::{Color, Common, ReportFormat};
use super::tree::plain;
use crate::report::render::{count, github, human, json, sarif};
use crate::report::{Code, Diagnostic, Report, Severity};
use crate::source::SourceMap;

/// How to show findings.
#[derive(Debug)]
pub struct Screen {
    format: ReportFormat,
    colour: bool,
    quiet: bool,
    verbose: bool,
    file: Option<PathBuf>,
    last: RefCell<String>,
}

impl Screen {
    /// From the options of the command line.
    pub fn new(common: &Common, format: Option<ReportFormat>) -> Self {
        let terminal = io::stderr().is_terminal();
        let colour = match common.color {
            Color::Always => true,
            Color::Never => false,
            // https://no-color.org: set and not empty.
            Color::Auto => {
                terminal
                    && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
                    && std::env::var_os("TERM").is_none_or(|kind| kind != "dumb")
            }
        };
        let format = format.or(common.report_format).unwrap_or(ReportFormat::Text);
        Screen { format, colour, quiet: common.quiet, verbose: common.verbose, file: common.report.clone(), last: RefCell::default() }
    }

    /// Says something on stderr that is no finding, with `-v`.
    pub fn verbose(&self, text: &str) {
        if self.verbose && self.format == ReportFormat::Text {
            let _ = writeln!(io::stderr().lock(), "{text}");
        }
    }

    /// Says what was done, on stderr below all findings, unless `-q`.
    pub fn say(&self, text: &str) {
        if !self.quiet && self.format == ReportFormat::Text {
            self.at_the_end(&format!("{text}\n"));
        }
    }

    /// Keeps a text for the very end, below all findings.
    pub fn at_the_end(&self, text: &str) {
        self.last.borrow_mut().push_str(text);
    }

    /// Shows the findings, and writes them to the file that was asked for.
    pub fn show(&self, report: &mut Report, sources: &SourceMap) {
        report.sort(sources);
        if let Some(path) = &self.file {
            let text = match path.extension().and_then(|name| name.to_str()) {
                Some("sarif") => sarif::render(report, sources),
                Some("json" | "jsonl") => json::render(report, sources),
                _ => human::render(report, sources, false, Severity::Note),
            };
            if let Err(why) = fs::write(path, text) {
                report.push(Diagnostic::new(Code::C016, format!("cannot write `{}`: {}", path.display(), plain(&why))));
                report.sort(sources);
            }
        }
        let least = if self.quiet { Severity::Error } else { Severity::Note };
        let mut text = match self.format {
            ReportFormat::Text => human::render(report, sources, self.colour, least),
            ReportFormat::Json => json::render(report, sources),
            ReportFormat::Sarif => sarif::render(report, sources),
            ReportFormat::Github => github::render(report, sources),
        };
        if let (ReportFormat::Text, false, Some(count)) = (self.format, self.quiet, count(report)) {
            let worst = report.iter().min_by_key(|finding| finding.code.severity()).map(|finding| finding.code.name());
            let _ = writeln!(text, "{count}; `mwsc explain {}` says more", worst.unwrap_or_default());
        }
        text.push_str(&self.last.take());
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }
}

/// Writes data to stdout. A reader that has seen enough (`| head`) is no error.
pub fn print(text: &str, report: &mut Report) {
    print_all([text], report);
}

/// The same for data in pieces.
pub fn print_all(pieces: impl IntoIterator<Item: AsRef<str>>, report: &mut Report) {
    let mut out = io::BufWriter::with_capacity(1 << 16, io::stdout().lock());
    if let Err(why) = pieces.into_iter().try_for_each(|piece| out.write_all(piece.as_ref().as_bytes())).and_then(|()| out.flush())
        && why.kind() != io::ErrorKind::BrokenPipe
    {
        report.push(Diagnostic::new(Code::C016, format!("cannot write to stdout: {}", plain(&why))));
    }
}

/// A stage that ended: its name, its time, and the most memory that the process had had by then, in kB.
type Stage = (&'static str, Duration, Option<u64>);

/// Follows the stages of a run: for `--timings`, and as progress on a terminal.
pub struct Watch {
    start: Instant,
    stages: Vec<Stage>,
    current: Option<(&'static str, Instant)>,
    bar: Option<ProgressBar>,
}

impl Watch {
    /// Starts the clock.
    pub fn new(screen: &Screen) -> Self {
        let show = !screen.quiet && screen.format == ReportFormat::Text && io::stderr().is_terminal();
        let bar = show.then(|| ProgressBar::new_spinner().with_style(ProgressStyle::default_spinner()));
        Watch { start: Instant::now(), stages: Vec::new(), current: None, bar }
    }

    /// A stage begins; the one before it ends.
    pub fn enter(&mut self, stage: &'static str) {
        self.leave();
        self.current = Some((stage, Instant::now()));
        if let Some(bar) = &self.bar {
            bar.set_message(stage);
            bar.tick();
        }
    }

    fn leave(&mut self) {
        if let Some((stage, since)) = self.current.take() {
            let took = since.elapsed();
            // With several inputs a stage comes back; its times are added.
            match self.stages.iter_mut().find(|(name, ..)| *name == stage) {
                Some((_, total, peak)) => (*total, *peak) = (*total + took, peak_memory()),
                None => self.stages.push((stage, took, peak_memory())),
            }
        }
    }

    /// The last stage ends, and progress disappears.
    pub fn finish(&mut self) {
        self.leave();
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }

    /// The table of `--timings`.
    pub fn table(&self, files: u64, bytes: u64) -> String {
        let millis = |took: Duration| took.as_secs_f64() * 1000.0;
        let mut out = String::new();
        let memory = |peak: Option<u64>| peak.map_or_else(String::new, |peak| format!("{peak:>10} kB"));
        for (stage, took, peak) in &self.stages {
            let _ = writeln!(out, "{stage:<10}{:>10.1} ms{}", millis(*took), memory(*peak));
        }
        let _ = writeln!(out, "{:<10}{:>10.1} ms{}", "total", millis(self.start.elapsed()), memory(peak_memory()));
        let _ = writeln!(out, "read      {files:>10} files, {bytes} bytes");
        out
    }
}

/// The most memory that the process had, in kB; where the system says so.
fn peak_memory() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches("kB").trim().parse().ok()
}
