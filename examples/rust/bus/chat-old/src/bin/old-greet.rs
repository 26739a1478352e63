//! Calls a Greeter: greet PACKAGE NAME...

use chat::*;

fn main() {
    let mut args = std::env::args().skip(1);
    let package = args.next().unwrap_or_else(|| "greeter".to_string());
    let client = GreeterClient::new(&package);
    let mut failed = false;
    for name in args {
        match client.blocking_greet(name) {
            Ok(text) => println!("{}", text),
            Err(err) => {
                println!("error: {}", err);
                failed = true;
            }
        }
    }
    std::process::exit(failed as i32);
}
