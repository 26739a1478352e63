//! What the programs of this crate say to each other. The names on the bus are
//! those of the request types that the macro makes: `chat::GreeterGreetRequest`.

use std::sync::Arc;
use wasmer_bus::macros::*;

/// A service that does one thing.
#[wasmer_bus(format = "json")]
pub trait Greeter {
    async fn greet(&self, name: String) -> String;
}

/// A room: who joins it gets an object, and is called back with what others say.
#[wasmer_bus(format = "json")]
pub trait Room {
    async fn join(&self, nick: String, heard: impl Fn(String)) -> Arc<dyn Member>;
}

/// What somebody can do in a room. Letting go of it is leaving.
#[wasmer_bus(format = "bincode")]
pub trait Member {
    async fn say(&self, text: String) -> u32;
    async fn nicks(&self) -> Vec<String>;
}
