//! The service of HTTP requests, as the crate of this name had it, which was not published:
//! what travels is named by the types of its module `api`.

pub mod api;
