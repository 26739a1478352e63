/** Puts the tests of web/storage into a folder that a page can run, and returns it. */
export function buildStorageTests(): string;
