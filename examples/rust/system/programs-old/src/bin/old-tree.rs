//! Serves a file system in memory to the system, which mounts it: `mount -t fuse old-tree /mnt`.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use wasm_bus::abi::CallError;
use wasm_bus_fuse::api::*;

/// What there is, by its path. A directory has no contents.
type Nodes = BTreeMap<String, Option<Vec<u8>>>;

#[derive(Debug, Clone)]
struct Tree(Arc<Mutex<Nodes>>);

fn meta(node: &Option<Vec<u8>>) -> Metadata {
    Metadata {
        ft: FileType { dir: node.is_none(), file: node.is_some(), ..Default::default() },
        accessed: 0,
        created: 0,
        modified: 0,
        len: node.as_ref().map_or(0, |data| data.len() as u64),
    }
}

fn parent(path: &str) -> &str {
    match path.rfind('/') {
        Some(0) | None => "/",
        Some(i) => &path[..i],
    }
}

/// What a directory's entries begin with.
fn below(path: &str) -> String {
    format!("{}/", path.trim_end_matches('/'))
}

impl Tree {
    fn new() -> Self {
        let mut nodes = Nodes::new();
        nodes.insert("/".into(), None);
        nodes.insert("/hello.txt".into(), Some(b"hello from Rust\n".to_vec()));
        Tree(Arc::new(Mutex::new(nodes)))
    }

    fn find(&self, path: &str) -> FsResult<Metadata> {
        self.0.lock().unwrap().get(path).map(meta).ok_or(FsError::EntityNotFound)
    }

    fn may_make(&self, path: &str) -> FsResult<()> {
        match self.find(parent(path)) {
            Ok(up) if up.ft.dir => Ok(()),
            Ok(_) => Err(FsError::BaseNotDirectory),
            Err(err) => Err(err),
        }
    }
}

#[async_trait::async_trait]
impl FuseSimplified for Tree {
    async fn mount(&self, name: String) -> Result<Arc<dyn FileSystem + Send + Sync + 'static>, CallError> {
        match name.as_str() {
            "" | "memory" => Ok(Arc::new(Tree::new())),
            _ => Err(CallError::BadRequest),
        }
    }
}

#[async_trait::async_trait]
impl FileSystemSimplified for Tree {
    async fn init(&self) -> FsResult<()> {
        Ok(())
    }

    async fn read_dir(&self, path: String) -> FsResult<Dir> {
        if !self.find(&path)?.ft.dir {
            return Err(FsError::BaseNotDirectory);
        }
        let (nodes, start) = (self.0.lock().unwrap(), below(&path));
        let data = nodes.iter().filter_map(|(full, node)| {
            let name = full.strip_prefix(&start)?;
            if name.is_empty() || name.contains('/') {
                return None;
            }
            Some(DirEntry { path: full.clone(), metadata: Some(meta(node)) })
        });
        Ok(Dir { data: data.collect() })
    }

    async fn create_dir(&self, path: String) -> FsResult<Metadata> {
        self.may_make(&path)?;
        if self.find(&path).is_ok() {
            return Err(FsError::AlreadyExists);
        }
        self.0.lock().unwrap().insert(path.clone(), None);
        self.find(&path)
    }

    async fn remove_dir(&self, path: String) -> FsResult<()> {
        if !self.find(&path)?.ft.dir {
            return Err(FsError::BaseNotDirectory);
        }
        let mut nodes = self.0.lock().unwrap();
        let start = below(&path);
        if nodes.keys().any(|full| full.len() > start.len() && full.starts_with(&start)) {
            return Err(FsError::DirectoryNotEmpty);
        }
        nodes.remove(&path);
        Ok(())
    }

    async fn rename(&self, from: String, to: String) -> FsResult<()> {
        self.find(&from)?;
        self.may_make(&to)?;
        let mut nodes = self.0.lock().unwrap();
        let start = below(&from);
        let moved: Vec<String> = nodes.keys().filter(|full| **full == from || full.starts_with(&start)).cloned().collect();
        for full in moved {
            let node = nodes.remove(&full).unwrap();
            nodes.insert(format!("{}{}", to, &full[from.len()..]), node);
        }
        Ok(())
    }

    async fn remove_file(&self, path: String) -> FsResult<()> {
        if !self.find(&path)?.ft.file {
            return Err(FsError::NotAFile);
        }
        self.0.lock().unwrap().remove(&path);
        Ok(())
    }

    async fn read_metadata(&self, path: String) -> FsResult<Metadata> {
        self.find(&path)
    }

    async fn read_symlink_metadata(&self, path: String) -> FsResult<Metadata> {
        self.find(&path)
    }

    async fn open(&self, path: String, options: OpenOptions) -> Result<Arc<dyn OpenedFile + Send + Sync + 'static>, CallError> {
        let there = self.find(&path).is_ok();
        if there && options.create_new || !there && !options.create && !options.create_new {
            return Err(CallError::BadRequest);
        }
        let mut nodes = self.0.lock().unwrap();
        let data = nodes.entry(path.clone()).or_insert_with(|| Some(vec![]));
        if let (Some(data), true) = (data, options.truncate) {
            data.clear();
        }
        drop(nodes);
        Ok(Arc::new(Open { tree: self.clone(), path, at: Arc::new(Mutex::new(0)) }))
    }
}

/// A file that is open, with the place where the next read or write begins.
#[derive(Debug, Clone)]
struct Open {
    tree: Tree,
    path: String,
    at: Arc<Mutex<u64>>,
}

impl Open {
    fn with<T>(&self, act: impl FnOnce(&mut Vec<u8>, &mut u64) -> T) -> FsResult<T> {
        let mut nodes = self.tree.0.lock().unwrap();
        let data = nodes.get_mut(&self.path).and_then(|node| node.as_mut()).ok_or(FsError::InvalidFd)?;
        Ok(act(data, &mut self.at.lock().unwrap()))
    }
}

#[async_trait::async_trait]
impl OpenedFileSimplified for Open {
    async fn meta(&self) -> FsResult<Metadata> {
        self.tree.find(&self.path)
    }

    async fn unlink(&self) -> FsResult<()> {
        FileSystemSimplified::remove_file(&self.tree, self.path.clone()).await
    }

    async fn set_len(&self, len: u64) -> FsResult<()> {
        self.with(|data, _| data.resize(len as usize, 0))
    }

    async fn io(&self) -> Result<Arc<dyn FileIO + Send + Sync + 'static>, CallError> {
        Ok(Arc::new(self.clone()))
    }
}

#[async_trait::async_trait]
impl FileIOSimplified for Open {
    async fn seek(&self, from: SeekFrom) -> FsResult<u64> {
        self.with(|data, at| {
            *at = match from {
                SeekFrom::Start(n) => n,
                SeekFrom::End(n) => (data.len() as i64 + n) as u64,
                SeekFrom::Current(n) => (*at as i64 + n) as u64,
            };
            *at
        })
    }

    async fn flush(&self) -> FsResult<()> {
        Ok(())
    }

    async fn write(&self, bytes: Vec<u8>) -> FsResult<u64> {
        self.with(|data, at| {
            let start = *at as usize;
            if data.len() < start + bytes.len() {
                data.resize(start + bytes.len(), 0);
            }
            data[start..start + bytes.len()].copy_from_slice(&bytes);
            *at += bytes.len() as u64;
            bytes.len() as u64
        })
    }

    async fn read(&self, len: u64) -> FsResult<Vec<u8>> {
        self.with(|data, at| {
            let start = (*at as usize).min(data.len());
            let end = data.len().min(start.saturating_add(len as usize));
            *at = end as u64;
            data[start..end].to_vec()
        })
    }
}

fn main() {
    FuseService::listen(Arc::new(Tree::new()));
    FuseService::serve();
}
