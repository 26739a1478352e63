//! Talks to a WebSocket server: sends each argument after the URL, prints each answer.

use wasm_bus_ws::prelude::*;

fn main() {
    let mut args = std::env::args().skip(1);
    let url = args.next().expect("usage: socket URL MESSAGE...");
    let socket = SocketBuilder::new(url::Url::parse(&url).expect("a URL")).blocking_open().expect("the os opens it");
    let (send, mut recv) = socket.split();
    for text in args {
        match wasm_bus::task::block_on(send.send(text.into_bytes())) {
            Ok(n) => println!("sent {} bytes", n),
            Err(err) => {
                println!("error: {}", err);
                std::process::exit(1);
            }
        }
        // The crate's own blocking_recv waits without asking the bus.
        match wasm_bus::task::block_on(recv.recv()) {
            Some(data) => println!("got {}", String::from_utf8_lossy(&data)),
            None => {
                println!("closed");
                std::process::exit(1);
            }
        }
    }
}
