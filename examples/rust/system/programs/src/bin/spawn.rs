//! Starts a program by the os service "process": spawn HOW PROGRAM ARG... HOW is "run" (it gets
//! our standard input and its end is waited for), "kill" (it is killed when it has printed
//! something) or "leave" (we end when it has printed something).

use std::io::Read;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::time::Duration;
use wasmer_bus_process::api::*;

fn wait_for(what: &AtomicBool) {
    while !what.load(Ordering::SeqCst) {
        wasmer_bus::task::block_on(wasmer_bus_time::prelude::sleep(Duration::from_millis(5)));
    }
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let printed = Arc::new(AtomicBool::new(false));
    let exited = Arc::new(AtomicBool::new(false));
    let spawn = Spawn {
        path: args[2].clone(),
        args: args[3..].to_vec(),
        chroot: false,
        working_dir: None,
        stdin_mode: StdioMode::Piped,
        stdout_mode: StdioMode::Piped,
        stderr_mode: StdioMode::Piped,
        pre_open: vec![],
    };
    let out = {
        let printed = printed.clone();
        Box::new(move |data: Vec<u8>| {
            println!("out: {}", String::from_utf8_lossy(&data).trim_end());
            printed.store(true, Ordering::SeqCst);
        })
    };
    let err = Box::new(|data: Vec<u8>| println!("err: {}", String::from_utf8_lossy(&data).trim_end()));
    let exit = {
        let exited = exited.clone();
        Box::new(move |code: i32| {
            println!("exit {}", code);
            exited.store(true, Ordering::SeqCst);
        })
    };
    let child = match PoolClient::new("os").blocking_spawn(spawn, out, err, exit) {
        Ok(child) => child,
        Err(e) => {
            println!("error: {}", e);
            std::process::exit(1);
        }
    };
    match child.blocking_id() {
        Ok(id) if id > 1 => println!("started"),
        other => println!("no id: {:?}", other),
    }
    match args[1].as_str() {
        "run" => {
            let mut text = Vec::new();
            std::io::stdin().read_to_end(&mut text).unwrap();
            if !text.is_empty() {
                println!("wrote {}", child.blocking_stdin(text).unwrap());
            }
            child.blocking_flush().unwrap();
            child.blocking_close_stdin().unwrap();
            wait_for(&exited);
        }
        "kill" => {
            wait_for(&printed);
            child.blocking_kill().unwrap();
            wait_for(&exited);
        }
        _ => wait_for(&printed),
    }
}
