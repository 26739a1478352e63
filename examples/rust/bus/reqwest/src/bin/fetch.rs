//! Makes a request: fetch METHOD URL [BODY]. Prints the status, a header that the answer may
//! have, and the body.

use wasmer_bus_reqwest::api::*;

fn main() {
    let args: Vec<String> = std::env::args().collect();
    if args.len() < 3 {
        eprintln!("usage: fetch METHOD URL [BODY]");
        std::process::exit(2);
    }
    let body = args.get(3).map(|text| text.clone().into_bytes());
    let headers = vec![("x-asked".to_string(), "yes".to_string())];
    let made = ReqwestClient::new("os").blocking_make(args[2].clone(), args[1].clone(), ReqwestOptions::default(), headers, body);
    match made {
        Ok(Ok(answer)) => {
            println!("{} {} {}", answer.status, answer.status_text, if answer.ok { "ok" } else { "not ok" });
            for (name, value) in &answer.headers {
                if name == "x-told" {
                    println!("{}: {}", name, value);
                }
            }
            println!("{}", String::from_utf8_lossy(&answer.data.unwrap_or_default()));
        }
        Ok(Err(number)) => println!("error number {}", number),
        Err(err) => {
            println!("error: {}", err);
            std::process::exit(1);
        }
    }
}
