//! Sleeps by the os service "time" for the milliseconds that it is given.

use std::time::{Duration, Instant};

fn main() {
    let ms = std::env::args().nth(1).and_then(|s| s.parse().ok()).unwrap_or(50);
    let begin = Instant::now();
    wasm_bus::task::block_on(wasm_bus_time::prelude::sleep(Duration::from_millis(ms)));
    let enough = begin.elapsed() >= Duration::from_millis(ms);
    println!("slept {}", if enough { "long enough" } else { "too short" });
}
