//! The front end for Moodle: a tree of PHP files, read without PHP.
//!
//! In: a [`Tree`](crate::source::Tree). Stages, each a function: [`survey()`] reads which functions and services are
//! registered; [`describe`](describe::describe) evaluates the descriptions of those that are asked for into [`desc`];
//! [`lower`](lower::lower) makes a [`Fragment`](crate::ir::Fragment) of them; [`json`] writes them as they are.

pub mod autoload;
pub mod builtin;
pub mod components;
pub mod desc;
pub mod describe;
mod doubt;
pub mod exported;
pub mod identify;
pub mod json;
mod lacking;
mod lane;
pub mod literal;
pub mod loader;
pub mod lower;
mod objects;
pub mod php_rules;
pub mod release;
pub mod services;
pub mod site;
pub mod strings;
pub mod values;
pub mod world;

pub use describe::describe;
pub use lower::lower;
pub use services::{Survey, survey};
pub use site::Site;
pub use world::World;
