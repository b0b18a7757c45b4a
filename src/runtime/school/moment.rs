//! Times as texts, in UTC.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// `24/11/2026 18:05:00`, as changes and activities have it; empty for no time.
pub fn short(seconds: i64) -> String {
    format(seconds, "%d/%m/%Y %H:%M:%S")
}

/// `Tuesday, 24 November 2026, 06:05 PM`, as resources have it; empty for no time.
pub fn long(seconds: i64) -> String {
    format(seconds, "%A, %d %B %Y, %I:%M %p")
}

fn format(seconds: i64, pattern: &str) -> String {
    match Timestamp::from_second(seconds) {
        Ok(time) if seconds != 0 => time.to_zoned(TimeZone::UTC).strftime(pattern).to_string(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::{long, short};

    #[test]
    fn times_are_written_in_utc() {
        assert_eq!(short(1_795_543_500), "24/11/2026 18:05:00");
        assert_eq!(long(1_795_543_500), "Tuesday, 24 November 2026, 06:05 PM");
        assert_eq!((short(0), short(i64::MAX)), (String::new(), String::new()));
    }
}
