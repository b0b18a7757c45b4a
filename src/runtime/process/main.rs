//! Tests of the program as a process of its own, over real connections: what only signals, sockets and a second process can show.
//!
//! They wait for what has to happen, never for a time that it should take.

mod crash;
mod life;
mod limits;
mod moodle;
mod refusals;
mod secrets;
mod server;
mod shared;
mod words;
