//! Serves Greeter.

use chat::*;
use std::sync::Arc;

#[derive(Debug)]
struct Polite;

#[async_trait::async_trait]
impl GreeterSimplified for Polite {
    async fn greet(&self, name: String) -> String {
        if name == "crash" {
            eprintln!("greeter: I was told to crash");
            std::process::exit(3);
        }
        format!("hello, {}", name)
    }
}

fn main() {
    GreeterService::listen(Arc::new(Polite));
    GreeterService::serve();
}
