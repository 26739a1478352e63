// What a user has chosen or dropped: files, and folders with all in them.

/** A file, or without one an empty folder; its name is a path, with slashes. */
export interface Found {
  name: string;
  file?: File;
}

/** What a chooser of files or folders gave. */
export function fromInput(files: FileList | null): Found[] {
  return [...(files ?? [])].map((file) => ({ name: file.webkitRelativePath || file.name, file }));
}

/** What was dropped. It must be called while the event is handled; the reading goes on later. */
export function fromDrop(data: DataTransfer): Promise<Found[]> {
  const entries: FileSystemEntry[] = [];
  const files: Found[] = [];
  for (const item of data.items) {
    if (item.kind !== "file") continue;
    const entry = item.webkitGetAsEntry();
    // A file that a script put there has no entry.
    if (entry?.isDirectory) entries.push(entry);
    else {
      const file = item.getAsFile();
      if (file) files.push({ name: file.name, file });
    }
  }
  return walk(entries).then((found) => [...files, ...found]);
}

async function walk(entries: readonly FileSystemEntry[]): Promise<Found[]> {
  const found: Found[] = [];
  for (const entry of entries) {
    const name = entry.fullPath.replace(/^\/+/, "");
    if (entry.isDirectory) {
      const list = await listing((entry as FileSystemDirectoryEntry).createReader());
      if (list.length === 0) found.push({ name });
      found.push(...(await walk(list)));
    } else {
      const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
      found.push({ name, file });
    }
  }
  return found;
}

// A reader gives some entries at a time, and none at the end.
async function listing(reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> {
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return all;
    all.push(...some);
  }
}
