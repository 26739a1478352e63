//! Joins a Room, says each line of its input, and prints what it hears:
//! old-join PACKAGE NICK. A line "/nicks" asks who is there, "/wait N" goes on
//! when N messages have been heard.

use chat::*;
use std::io::BufRead;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let count = Arc::new(AtomicUsize::new(0));
    let heard = {
        let count = count.clone();
        Box::new(move |text: String| {
            println!("< {}", text);
            count.fetch_add(1, Ordering::SeqCst);
        })
    };
    let member = match RoomClient::new(&args[1]).blocking_join(args[2].clone(), heard) {
        Ok(member) => member,
        Err(err) => {
            println!("error: {}", err);
            std::process::exit(1);
        }
    };
    for line in std::io::stdin().lock().lines() {
        let line = line.unwrap();
        if line == "/nicks" {
            println!("{}", member.blocking_nicks().unwrap_or_else(|err| vec![format!("error: {}", err)]).join(" "));
        } else if let Some(n) = line.strip_prefix("/wait ") {
            let n: usize = n.parse().unwrap();
            while count.load(Ordering::SeqCst) < n {
                wasm_bus::task::block_on(wasm_bus_time::prelude::sleep(std::time::Duration::from_millis(5)));
            }
        } else {
            match member.blocking_say(line) {
                Ok(n) => println!("told {}", n),
                Err(err) => println!("error: {}", err),
            }
        }
    }
}
