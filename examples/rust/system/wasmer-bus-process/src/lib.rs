//! The interface of the crate wasmer-bus-process, which was never published: the names and types are
//! the crate's, so that a program calls what it would have called.

pub mod api;
