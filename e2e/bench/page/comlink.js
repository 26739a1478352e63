// The peer of a call on the bus: a function of a worker that the page calls by Comlink.
import { expose, transfer } from "/comlink/comlink.mjs";

const MOVED = 8192;

expose({ echo: (bytes) => (bytes.length > MOVED ? transfer(bytes, [bytes.buffer]) : bytes) });
