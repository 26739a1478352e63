//! The same programs for the first interface of the bus, `wasm-bus`.
