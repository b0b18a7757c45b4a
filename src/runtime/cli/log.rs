//! The log: a line for each event on standard error, written by a thread of its own.
//!
//! Requests that end at the same time would wait for each other's lines, and each of them for the system. So lines are gathered for a
//! moment and written together. None is lost, unless the process is killed in that moment: when whoever reads them is too slow, requests
//! wait; what is left is written when the log is closed, and when something panics.

use std::fmt;
use std::io::{self, IsTerminal as _, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tracing::field::Field;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::field::MakeExt as _;
use tracing_subscriber::fmt::format;

use super::config::{Log as Config, LogFormat};
use super::{Stop, status};

/// How long lines are gathered.
const MOMENT: Duration = Duration::from_millis(5);

/// Bytes that may wait to be written before those who have more to say wait, too.
const MOST: usize = 1 << 20;

/// The log of the process. It is closed when this goes.
#[must_use]
pub struct Log(Arc<Lines<io::Stderr>>);

/// Starts the log.
pub fn start(config: &Config) -> Result<Log, Stop> {
    let filter = EnvFilter::try_new(&config.filter).map_err(|why| Stop::new(status::USAGE, format!("log filter: {why}")))?;
    let lines = Arc::new(Lines::new(io::stderr()));
    let writing = lines.clone();
    let thread = std::thread::Builder::new().name("log".to_owned()).spawn(move || writing.write_on());
    thread.map_err(|why| Stop::new(status::BUG, why))?;
    let writer = lines.clone();
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(move || Line(writer.clone()));
    match config.format {
        LogFormat::Text if io::stderr().is_terminal() => log.init(),
        LogFormat::Text => log.with_ansi(false).fmt_fields(format::debug_fn(plain).delimited(" ")).init(),
        LogFormat::Json => log.json().flatten_event(true).with_span_list(false).init(),
    }
    let last = lines.clone();
    std::panic::set_hook(Box::new(move |why| {
        // Only the place: its words may quote a request.
        tracing::error!(place = why.location().map(ToString::to_string), "a defect of mwsd: panic");
        last.write_unless_busy();
    }));
    Ok(Log(lines))
}

/// A field of an event or a span without colours.
fn plain(line: &mut format::Writer<'_>, field: &Field, value: &dyn fmt::Debug) -> fmt::Result {
    match field.name() {
        "message" => write!(line, "{value:?}"),
        name => write!(line, "{name}={value:?}"),
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        self.0.write(self.0.out());
    }
}

/// Lines on their way to an output.
struct Lines<W> {
    waiting: Mutex<Vec<u8>>,
    /// Something waits.
    came: Condvar,
    /// There is room again.
    went: Condvar,
    out: Mutex<W>,
}

impl<W: Write> Lines<W> {
    fn new(out: W) -> Lines<W> {
        Lines { waiting: Mutex::default(), came: Condvar::new(), went: Condvar::new(), out: Mutex::new(out) }
    }

    /// Adds whole lines to what waits.
    fn add(&self, lines: &[u8]) {
        let full = |waiting: &mut Vec<u8>| !waiting.is_empty() && waiting.len() + lines.len() > MOST;
        let mut waiting = self.went.wait_while(self.waiting(), full).unwrap_or_else(PoisonError::into_inner);
        if waiting.is_empty() {
            self.came.notify_one();
        }
        waiting.extend_from_slice(lines);
    }

    /// Writes what comes, for ever.
    fn write_on(&self) {
        loop {
            drop(self.came.wait_while(self.waiting(), |waiting| waiting.is_empty()).unwrap_or_else(PoisonError::into_inner));
            std::thread::sleep(MOMENT);
            self.write(self.out());
        }
    }

    /// Writes what waits. The output is held from before it is taken, so that lines stay in order.
    fn write(&self, mut out: MutexGuard<'_, W>) {
        let lines = std::mem::take(&mut *self.waiting());
        self.went.notify_all();
        // There is nobody to tell.
        let _ = out.write_all(&lines).and_then(|()| out.flush());
    }

    /// Writes what waits, unless somebody is writing: that may be the thread which asks.
    fn write_unless_busy(&self) {
        if let Ok(out) = self.out.try_lock() {
            self.write(out);
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<u8>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn out(&self) -> MutexGuard<'_, W> {
        self.out.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What one event is written to.
struct Line<W>(Arc<Lines<W>>);

impl<W: Write> Write for Line<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.add(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    /// An output that takes as much as it is allowed to.
    struct Slow(mpsc::Receiver<()>, mpsc::Sender<Vec<u8>>);

    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.recv().map_err(io::Error::other)?;
            self.1.send(bytes.to_vec()).map_err(io::Error::other)?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn line(at: usize) -> Vec<u8> {
        format!("{at:>99}\n").into_bytes()
    }

    #[test]
    fn lines_of_a_moment_are_written_together_and_in_order() {
        let lines = Lines::new(Vec::new());
        for at in 0..3 {
            lines.add(&line(at));
        }
        lines.write(lines.out());
        lines.add(&line(3));
        lines.write_unless_busy();
        assert_eq!(*lines.out(), (0..4).flat_map(line).collect::<Vec<u8>>());
    }

    #[test]
    fn nothing_is_lost_when_nobody_reads_for_a_while() {
        let (allow, allowed) = mpsc::channel();
        let (sent, read) = mpsc::channel();
        let lines = Arc::new(Lines::new(Slow(allowed, sent)));
        let writing = lines.clone();
        std::thread::spawn(move || writing.write_on());
        // Three times as much as may wait.
        let count = 3 * MOST / 100;
        let saying = std::thread::spawn(move || (0..count).for_each(|at| lines.add(&line(at))));
        std::thread::sleep(Duration::from_millis(50));
        assert!(!saying.is_finished(), "it waits for room");
        let mut text = Vec::new();
        while text.len() < count * 100 {
            allow.send(()).unwrap();
            let part = read.recv_timeout(Duration::from_secs(10)).unwrap();
            assert!(part.len() <= MOST);
            text.extend(part);
        }
        saying.join().unwrap();
        assert_eq!(text, (0..count).flat_map(line).collect::<Vec<u8>>());
    }
}
