//! Uses the terminal by the os service "tty": says its size, and then each key as a number,
//! until "q".

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use wasm_bus_tty::api::*;

fn main() {
    let tty = TtyClient::new("os");
    let rect = match tty.blocking_rect() {
        Ok(rect) => rect,
        Err(e) => {
            println!("error: {}", e);
            std::process::exit(1);
        }
    };
    let out = tty.blocking_stdout().unwrap();
    out.blocking_write(format!("size {}x{}\r\n", rect.cols, rect.rows).into_bytes()).unwrap();
    let keys = Arc::new(Mutex::new(Vec::new()));
    let over = Arc::new(AtomicBool::new(false));
    let recv = {
        let (keys, over) = (keys.clone(), over.clone());
        Box::new(move |data: Vec<u8>| {
            if data.contains(&b'q') {
                over.store(true, Ordering::SeqCst);
            }
            keys.lock().unwrap().extend(data);
        })
    };
    let stdin = tty.blocking_stdin(recv, Box::new(|_| {})).unwrap();
    out.blocking_write(b"ready\r\n".to_vec()).unwrap();
    loop {
        let data: Vec<u8> = keys.lock().unwrap().drain(..).collect();
        if !data.is_empty() {
            let text: Vec<String> = data.iter().map(|b| b.to_string()).collect();
            match out.blocking_write(format!("keys {}\r\n", text.join(" ")).into_bytes()) {
                Ok(WriteResult::Success(_)) => {}
                other => println!("write: {:?}", other),
            }
        } else if over.load(Ordering::SeqCst) {
            break;
        }
        wasm_bus::task::block_on(wasm_bus_time::prelude::sleep(Duration::from_millis(5)));
    }
    drop(stdin);
    out.blocking_flush().unwrap();
    tty.blocking_stderr().unwrap().blocking_write(b"over\r\n".to_vec()).unwrap();
}
