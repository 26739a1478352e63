//! Uses the file system that a package serves, as the crate's client does: old-look PACKAGE.
//! It makes a directory and a file in it, reads the file, and lists the directory.

use std::path::Path;
use wasm_bus_fuse::prelude::*;

async fn look(package: &str) -> FsResult<()> {
    let fs = FileSystem::mount(package, "memory").await?;
    fs.create_dir(Path::new("/look")).await?;
    let mut file = fs.new_open_options().create(true).write(true).open(Path::new("/look/a")).await?;
    println!("wrote {}", file.write(b"seen by Rust").await.unwrap());
    drop(file);
    let mut file = fs.new_open_options().read(true).open(Path::new("/look/a")).await?;
    let mut buf = [0; 64];
    let n = file.read(&mut buf).await.unwrap();
    println!("read {}", String::from_utf8_lossy(&buf[..n]));
    for entry in fs.read_dir(Path::new("/look")).await?.data {
        println!("{} {}", entry.path, entry.metadata.map_or(0, |meta| meta.len));
    }
    if let Err(err) = fs.metadata(Path::new("/none")).await {
        println!("{}", err);
    }
    match fs.new_open_options().read(true).open(Path::new("/none")).await {
        Ok(_) => println!("opened what is not there"),
        Err(err) => println!("{}", err),
    }
    Ok(())
}

fn main() {
    let package = std::env::args().nth(1).unwrap_or_else(|| "old-tree".to_string());
    if let Err(err) = wasm_bus::task::block_on(look(&package)) {
        println!("error: {}", err);
        std::process::exit(1);
    }
}
