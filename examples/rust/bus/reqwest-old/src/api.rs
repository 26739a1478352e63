use std::sync::Arc;
use wasm_bus::macros::*;

/// What is asked for besides the request itself.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
pub struct ReqwestOptions {
    pub gzip: bool,
    pub cors_proxy: Option<String>,
}

/// An answer, of whatever status.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub struct Response {
    pub pos: usize,
    pub data: Option<Vec<u8>>,
    pub ok: bool,
    pub redirected: bool,
    pub status: u16,
    pub status_text: String,
    pub headers: Vec<(String, String)>,
}

#[wasm_bus(format = "bincode")]
pub trait Reqwest {
    async fn make(
        &self,
        url: String,
        method: String,
        options: ReqwestOptions,
        headers: Vec<(String, String)>,
        body: Option<Vec<u8>>,
    ) -> Result<Response, i32>;
}
