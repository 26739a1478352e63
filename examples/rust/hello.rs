//! Greets the world, or those who are named; with `--files` it makes, reads and
//! removes a file; with `--exit=N` it exits with N.

use std::{env, fs, io, io::Read, process};

fn files() -> io::Result<()> {
    fs::write("hello.txt", "written by Rust\n")?;
    let mut text = String::new();
    fs::File::open("hello.txt")?.read_to_string(&mut text)?;
    print!("{text}");
    fs::rename("hello.txt", "bye.txt")?;
    fs::remove_file("bye.txt")
}

fn main() {
    let args: Vec<String> = env::args().skip(1).collect();
    if args.is_empty() {
        println!("Hello from Rust!");
    }
    for arg in &args {
        if arg == "--files" {
            if let Err(err) = files() {
                eprintln!("hello: {err}");
                process::exit(1);
            }
        } else if arg == "-" {
            let mut text = String::new();
            match io::stdin().read_to_string(&mut text) {
                Ok(n) => println!("{} bytes, {} lines", n, text.lines().count()),
                Err(err) => eprintln!("hello: {err}"),
            }
        } else if let Some(code) = arg.strip_prefix("--exit=") {
            process::exit(code.parse().unwrap_or(2));
        } else {
            println!("Hello from Rust, {arg}!");
        }
    }
}
