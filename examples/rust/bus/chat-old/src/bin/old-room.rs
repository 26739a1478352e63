//! Serves a Room: objects, and callbacks along them.

use chat::*;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex};
use wasm_bus::abi::CallError;

type Heard = Box<dyn Fn(String) + Send + Sync + 'static>;

#[derive(Default)]
struct Members {
    next: u64,
    list: BTreeMap<u64, (String, Heard)>,
}

#[derive(Clone, Default)]
struct Lobby(Arc<Mutex<Members>>);

impl fmt::Debug for Lobby {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lobby")
    }
}

impl Lobby {
    /// Tells everybody but the one who speaks, and counts them.
    fn tell(&self, from: u64, text: String) -> u32 {
        let members = self.0.lock().unwrap();
        let mut told = 0;
        for (id, (_, heard)) in members.list.iter() {
            if *id != from {
                heard(text.clone());
                told += 1;
            }
        }
        told
    }
}

#[derive(Debug)]
struct Seat {
    id: u64,
    nick: String,
    lobby: Lobby,
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.lobby.0.lock().unwrap().list.remove(&self.id);
        self.lobby.tell(self.id, format!("{} left", self.nick));
    }
}

#[async_trait::async_trait]
impl MemberSimplified for Seat {
    async fn say(&self, text: String) -> u32 {
        self.lobby.tell(self.id, format!("{}: {}", self.nick, text))
    }

    async fn nicks(&self) -> Vec<String> {
        let members = self.lobby.0.lock().unwrap();
        members.list.values().map(|(nick, _)| nick.clone()).collect()
    }
}

#[async_trait::async_trait]
impl RoomSimplified for Lobby {
    async fn join(
        &self,
        nick: String,
        heard: Box<dyn Fn(String) + Send + Sync + 'static>,
    ) -> Result<Arc<dyn Member + Send + Sync + 'static>, CallError> {
        if nick.is_empty() {
            return Err(CallError::BadRequest);
        }
        let id = {
            let mut members = self.0.lock().unwrap();
            members.next += 1;
            let id = members.next;
            members.list.insert(id, (nick.clone(), heard));
            id
        };
        self.tell(id, format!("{} joined", nick));
        Ok(Arc::new(Seat { id, nick, lobby: self.clone() }))
    }
}

fn main() {
    RoomService::listen(Arc::new(Lobby::default()));
    RoomService::serve();
}
