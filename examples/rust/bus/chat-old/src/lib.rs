//! The same as in the crate chat, for the first interface of the bus, `wasm-bus`.

use wasm_bus::macros::*;

/// A service that does one thing.
#[wasm_bus(format = "json")]
pub trait Greeter {
    async fn greet(&self, name: String) -> String;
}
