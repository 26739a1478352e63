//! The same as in the crate chat, for the first interface of the bus, `wasm-bus`. The names on
//! the bus are the same too, so that programs of either interface call those of the other.

use std::sync::Arc;
use wasm_bus::macros::*;

/// A service that does one thing.
#[wasm_bus(format = "json")]
pub trait Greeter {
    async fn greet(&self, name: String) -> String;
}

/// A room: who joins it gets an object, and is called back with what others say.
#[wasm_bus(format = "json")]
pub trait Room {
    async fn join(&self, nick: String, heard: impl Fn(String)) -> Arc<dyn Member>;
}

/// What somebody can do in a room. Letting go of it is leaving.
#[wasm_bus(format = "bincode")]
pub trait Member {
    async fn say(&self, text: String) -> u32;
    async fn nicks(&self) -> Vec<String>;
}
